//! Questions about resources that no attribute answers: what IAM policies allow. A rule asks them as methods of a resource
//! and gets an [`Answer`].

use crate::graph::{Graph, NodeId};
use crate::source::Span;
use crate::value::{Scenario, Tri, Variable};
use std::fmt;
use std::sync::Arc;

/// A method of a kind of resource.
pub struct Method {
    /// The kind that has it.
    pub kind: &'static str,
    /// What rules call it.
    pub name: &'static str,
    /// The kinds of its parameters.
    pub parameters: &'static [&'static str],
    /// One sentence for the vocabulary page.
    pub doc: &'static str,
    /// What its answer may hold besides `allowed`.
    pub fields: &'static [(&'static str, FieldKind)],
    /// Answers it: for a resource of the kind and one of each parameter's kind.
    pub run: fn(&Graph, NodeId, &[NodeId], &Scenario) -> Answer,
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name)
    }
}

/// What a field of an [`Answer`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A text.
    Text,
    /// A place.
    Place,
    /// Yes or no.
    Truth,
}

/// The answer to a method's question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether it is allowed; the rule reads it as `allowed`.
    pub verdict: Tri,
    /// Why the verdict, or a field, is not known: a phrase.
    pub because: String,
    /// The phrase without names, for counting.
    pub class: String,
    /// Set when the verdict would be known in each class of this variable.
    pub open: Option<Arc<Variable>>,
    /// What else there is to say, by name. A field of [`Method::fields`] that is missing here reads as `()`.
    pub fields: Vec<(&'static str, AnswerField)>,
}

impl Answer {
    /// An answer that nothing is known of.
    pub fn unknown(because: impl Into<String>, class: impl Into<String>) -> Self {
        Self { verdict: Tri::Unknown, because: because.into(), class: class.into(), open: None, fields: Vec::new() }
    }

    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&AnswerField> {
        self.fields.iter().find(|(own, _)| *own == name).map(|(_, field)| field)
    }
}

/// A field of an [`Answer`].
#[derive(Clone, Debug)]
pub enum AnswerField {
    /// A text.
    Text(String),
    /// A place.
    Place(Span),
    /// Yes, no, or not known: reading it then ends the check.
    Truth(Tri),
}

/// All methods.
pub static METHODS: &[Method] = &[
    Method {
        kind: "role",
        name: "may_send_sms",
        parameters: &["user_pool"],
        doc: "Whether the role's policies let Cognito send the pool's text messages.",
        fields: EXPLAINED,
        run: may_send_sms,
    },
    Method {
        kind: "role",
        name: "lets_cognito_in",
        parameters: &["user_pool"],
        doc: "Whether the role's trust policy lets Cognito assume it for the pool.",
        fields: TRUST,
        run: lets_cognito_in,
    },
];

const EXPLAINED: &[(&str, FieldKind)] =
    &[("reason", FieldKind::Text), ("explanation", FieldKind::Text), ("place", FieldKind::Place)];

const TRUST: &[(&str, FieldKind)] = &[
    ("reason", FieldKind::Text),
    ("explanation", FieldKind::Text),
    ("place", FieldKind::Place),
    ("only_external_id_differs", FieldKind::Truth),
];

fn may_send_sms(_graph: &Graph, _role: NodeId, _pool: &[NodeId], _scenario: &Scenario) -> Answer {
    Answer::unknown("not evaluated yet", "not evaluated yet")
}

fn lets_cognito_in(_graph: &Graph, _role: NodeId, _pool: &[NodeId], _scenario: &Scenario) -> Answer {
    Answer::unknown("not evaluated yet", "not evaluated yet")
}
