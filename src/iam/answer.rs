//! The answer to "may this call happen?", and what decided it.

use super::judged::Doubt;
use super::request::Call;
use crate::source::Span;
use crate::value::{Tri, Variable};
use std::sync::Arc;

/// Where policies of one purpose stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// The role's trust policy.
    Trust,
    /// Policies of the role, inline and attached.
    Identity,
    /// The role's permissions boundary.
    Boundary,
    /// Service control policies of one level of the organization; the root is level 0.
    Scp(usize),
    /// Policies of which only explicit denials matter: resource control policies, and service control policies of which
    /// nobody knows what else is attached beside them.
    DenyOnly,
}

/// Which statement.
#[derive(Clone, Debug)]
pub struct StmtRef {
    /// The layer of its policy.
    pub layer: LayerKind,
    /// The policy's name.
    pub policy: Arc<str>,
    /// Its place among the statements of the policy, from 0; `None` for a policy as a whole.
    pub index: Option<usize>,
    /// Its `Sid`.
    pub sid: Option<Arc<str>>,
    /// The statement, or where the policy is attached when its text is not in the input. `None` for policies that
    /// nobody sees.
    pub span: Option<Span>,
    /// The `Effect` of the statement: a place of one line.
    pub effect_span: Option<Span>,
}

impl StmtRef {
    /// Of what nobody sees in a layer.
    pub(super) fn of_layer(layer: LayerKind) -> Self {
        Self { layer, policy: Arc::from(""), index: None, sid: None, span: None, effect_span: None }
    }
}

/// A part of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `Effect`
    Effect,
    /// `Principal` or `NotPrincipal`
    Principal,
    /// `Action` or `NotAction`
    Action,
    /// `Resource` or `NotResource`
    Resource,
    /// `Condition`
    Condition,
    /// Whether the statement or its policy is there at all.
    Presence,
}

/// Why a statement that comes near does not allow the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// It covers topics only, and a text message goes to a phone number; the resources it lists.
    TopicOnly(Vec<String>),
    /// It covers these resources only.
    OtherResource(Vec<String>),
    /// Its `NotResource` takes the resource out.
    ResourceExcluded,
    /// It allows these actions of the same service only.
    OtherAction(Vec<String>),
    /// Its `NotAction` takes the action out.
    ActionExcluded,
    /// It lets these principals in.
    OtherPrincipal(Vec<String>),
    /// Its `NotPrincipal` takes Amazon Cognito out.
    PrincipalExcluded,
    /// The call never carries this condition key.
    KeyNeverPresent(Arc<str>),
    /// The pool sends nothing under this condition key, although it could.
    MissingOnPool {
        /// The key as written.
        key: Arc<str>,
        /// The values that the condition demands.
        wanted: Vec<String>,
    },
    /// The condition demands another value than the call carries.
    ValueDiffers {
        /// The key as written.
        key: Arc<str>,
        /// The values that the condition demands.
        wanted: Vec<String>,
        /// What the call carries.
        got: String,
    },
    /// The condition forbids the value that the call carries.
    ValueForbidden {
        /// The key as written.
        key: Arc<str>,
        /// What the call carries; `None` where that is one of several values.
        got: Option<String>,
    },
    /// `Effect` is neither `Allow` nor `Deny`; what it is.
    InvalidEffect(String),
    /// A part that must be written is not.
    Incomplete,
    /// The policy that is attached does not exist; a phrase that says so.
    NoSuchPolicy(String),
}

/// An Allow statement that comes near, and the part that fails.
#[derive(Clone, Debug)]
pub struct NearMiss {
    /// The statement.
    pub statement: StmtRef,
    /// The part that fails.
    pub failed: Part,
    /// Where it is written.
    pub span: Span,
    /// In what way.
    pub detail: Detail,
}

/// Something that keeps the answer open.
#[derive(Clone, Debug)]
pub struct Because {
    /// The statement or policy.
    pub statement: StmtRef,
    /// The part that is not known.
    pub part: Part,
    /// Why it is not known.
    pub doubt: Doubt,
}

/// What decided an answer.
#[derive(Clone, Debug)]
pub enum Basis {
    /// Yes: one statement of every layer allows it.
    Allowed {
        /// The statements.
        by: Vec<StmtRef>,
    },
    /// No: explicit Deny statements cover it.
    Denied {
        /// The statements.
        by: Vec<StmtRef>,
    },
    /// No: nothing in a layer allows it.
    NotAllowed {
        /// The layer.
        layer: LayerKind,
        /// The policies of that layer.
        policies: Vec<Arc<str>>,
        /// Where they say what they do allow, or where they are attached; `None` when there are none.
        place: Option<Span>,
        /// Its statements that come near; the nearest first.
        near: Vec<NearMiss>,
    },
    /// Not known.
    Open {
        /// Everything that keeps it open.
        because: Vec<Because>,
    },
}

/// The answer to "may this call happen?".
#[derive(Clone, Debug)]
pub struct Answer {
    /// The call.
    pub call: Call,
    /// Whether it may happen.
    pub verdict: Tri,
    /// What decided that.
    pub basis: Basis,
}

impl Answer {
    /// The variables on which an open answer depends, in the order of the policies; with classes chosen for them the
    /// question can be asked again.
    pub fn variables(&self) -> Vec<Arc<Variable>> {
        let mut variables: Vec<Arc<Variable>> = Vec::new();
        for variable in self.because().iter().filter_map(|because| because.doubt.variable.as_ref()) {
            if !variables.iter().any(|known| known.term == variable.term) {
                variables.push(variable.clone());
            }
        }
        variables
    }

    /// What keeps an open answer open; empty for a yes or a no.
    pub fn because(&self) -> &[Because] {
        match &self.basis {
            Basis::Open { because } => because,
            _ => &[],
        }
    }

    /// The nearest statement, when nothing allows the call.
    pub fn nearest(&self) -> Option<&NearMiss> {
        match &self.basis {
            Basis::NotAllowed { near, .. } => near.first(),
            _ => None,
        }
    }
}
