//! Questions about resources that no attribute answers: what IAM policies allow. A rule asks them as methods of a resource
//! and gets an [`Answer`].

use crate::graph::kinds::named;
use crate::graph::{Graph, NodeId};
use crate::iam::{self, Assuming, Path, Sending, role_facts, user_pool_arn};
use crate::source::Span;
use crate::value::{Data, Scenario, ScopeId, Term, Tri, Unknown, Value, Variable, Why};
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

fn may_send_sms(graph: &Graph, role: NodeId, pool: &[NodeId], scenario: &Scenario) -> Answer {
    let Some(pool) = pool.first().copied() else {
        return Answer::unknown("the user pool is not in the input", "resource that is not in the input");
    };
    let read = |path: &str| graph.read(pool, path).value.under(scenario);
    let path = match read("sms.eums").data {
        Data::Map(_) => Path::Eums(read("sms.eums.origination_identity")),
        Data::Absent => Path::Sns(read("sms.region")),
        _ => return Answer::unknown("how the pool sends text messages is not known", "value that is not known"),
    };
    let sending = Sending {
        path,
        account: graph.account_of(role),
        region: graph.region_of(pool),
        role_arn: written_arn(graph, role),
    };
    let answer = iam::may_send(&role_facts(graph, role, scenario), &sending, scenario);
    explained(&answer, answer.reason(), answer.explanation(), graph.read(role, "role_name").place)
}

fn lets_cognito_in(graph: &Graph, role: NodeId, pool: &[NodeId], scenario: &Scenario) -> Answer {
    let Some(pool) = pool.first().copied() else {
        return Answer::unknown("the user pool is not in the input", "resource that is not in the input");
    };
    let sms = graph.read(pool, "sms").value.under(scenario);
    let eums = graph.read(pool, "sms.eums").value.under(scenario);
    let external_id = if eums.is_absent() { "sms.external_id" } else { "sms.eums.external_id" };
    let partition = Value::unknown(
        Unknown::new(Why::Pseudo("AWS::Partition".into()), Term::Pseudo(ScopeId(u32::MAX), "AWS::Partition".into())),
        sms.span,
    );
    let account = graph.account_of(pool);
    let assuming = Assuming {
        account: account.clone(),
        pool_arn: user_pool_arn(&partition, &graph.region_of(pool), &account, sms.span),
        external_id: graph.read(pool, external_id).value.under(scenario),
    };
    let trust = iam::cognito_may_assume(&role_facts(graph, role, scenario), &assuming, scenario);
    let mut answer = explained(&trust.answer, trust.reason(), trust.explanation(), graph.read(role, "role_name").place);
    let only_external_id = match trust.answer.verdict {
        Tri::No => Tri::from(trust.external_id.is_some()),
        Tri::Yes => Tri::No,
        Tri::Unknown => Tri::Unknown,
    };
    answer.fields.push(("only_external_id_differs", AnswerField::Truth(only_external_id)));
    answer
}

fn written_arn(graph: &Graph, role: NodeId) -> Value {
    let handle = named("role").and_then(|kind| kind.handles.iter().find(|handle| handle.name == "arn"));
    handle.map_or_else(|| graph.read(role, "role_name").value, |handle| (handle.written)(graph, role))
}

/// The evaluator's answer in the words of rules. Without a statement to point at, the role itself is the place.
fn explained(answer: &iam::Answer, reason: String, explanation: Option<(Span, String)>, role: Span) -> Answer {
    let (place, explanation) = explanation.unwrap_or_else(|| (role, reason.clone()));
    Answer {
        verdict: answer.verdict,
        because: reason.clone(),
        class: "policy that is not known".into(),
        open: answer.variables().into_iter().next(),
        fields: vec![
            ("reason", AnswerField::Text(reason)),
            ("explanation", AnswerField::Text(explanation)),
            ("place", AnswerField::Place(place)),
        ],
    }
}
