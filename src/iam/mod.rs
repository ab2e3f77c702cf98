//! IAM: may this call happen? Yes, no or unknown, and which statement decides.
//!
//! Two questions are asked of the role with which a user pool sends text messages: [`may_send`] (may the role publish to a
//! phone number?) and [`cognito_may_assume`] (may Amazon Cognito assume the role for this pool?). Both put a call, a
//! [`Request`], before the role's policies. Documents are [`Value`]s, so that any part of them may be unknown; the logic is
//! three-valued throughout, and a "no" holds whatever the unknown parts turn out to be.
//!
//! | room | what it knows |
//! | --- | --- |
//! | `document` | values to statements |
//! | `symbolic`, `variables` | strings with holes, wildcards, ARNs, policy variables |
//! | `request` | the calls and the condition keys that they carry |
//! | `condition`, `statement` | whether a condition holds, whether a statement covers a call |
//! | `evaluate`, `near`, `answer`, `explain` | layers to an answer, and the answer in words |
//! | `managed` | what AWS managed policies say of these calls |
//! | `callers` | custom resources whose role keeps them from changing a pool |

mod answer;
mod callers;
mod condition;
mod document;
mod evaluate;
mod explain;
mod facts;
mod faults;
mod judged;
mod managed;
mod near;
mod request;
mod statement;
mod symbolic;
mod trust;
mod variables;

pub use answer::{Answer, Basis, Because, Detail, LayerKind, NearMiss, Part, StmtRef};
pub use callers::acquit;
pub use document::{Clause, Condition, Conditions, Effect, Element, Elements, Policy, Principals, Statement, Version};
pub use evaluate::{Layer, evaluate};
pub use facts::{organization_policies, role_facts};
pub use faults::{Fault, broad_permission, dead_condition, open_to_anyone, unguarded, waits_for};
pub use judged::{Doubt, Judged, Reason};
pub use managed::{Managed, ManagedDocument, managed};
pub use request::{Asked, Assuming, COGNITO, Call, EXTERNAL_ID, KeyState, Path, Request, Sending, user_pool_arn};
pub use symbolic::Symbolic;
pub use trust::{Demanded, ExternalIdMismatch, TrustAnswer, cognito_may_assume};

use crate::source::Span;
use crate::value::{Guard, ResourceRef, Scenario, Value};
use std::sync::Arc;

/// What is known of a role.
#[derive(Clone, Debug)]
pub struct RoleFacts {
    /// The trust policy's document.
    pub trust: Value,
    /// Its inline and attached policies.
    pub policies: Vec<Attached>,
    /// Its permissions boundary.
    pub boundary: Option<Attached>,
    /// Set when more policies may be attached than anybody sees; a phrase that says why. Then nothing but an explicit Deny
    /// makes a certain "no".
    pub open: Option<Arc<str>>,
}

/// A policy that is attached to a role, or to a level of an organization.
#[derive(Clone, Debug)]
pub struct Attached {
    /// Its name, for messages.
    pub name: Arc<str>,
    /// Whether it is attached at all.
    pub presence: Presence,
    /// What it says.
    pub document: Document,
    /// Where it is attached or written.
    pub span: Span,
    /// The resource that attaches it, where that is not the role itself: until that resource exists the role goes without.
    pub by: Option<ResourceRef>,
}

/// Whether something is there.
#[derive(Clone, Debug)]
pub enum Presence {
    /// Under this condition; [`Guard::Always`] for certain.
    When(Guard),
    /// Not known; a phrase that says why.
    Unknown(Arc<str>),
}

impl Presence {
    fn judge(&self, scenario: &Scenario, span: Span) -> Judged {
        match self {
            Self::When(guard) => document::presence(guard, scenario, Some(span)),
            Self::Unknown(why) => Judged::open(Doubt::text(why.clone(), Some(span))),
        }
    }
}

/// The text of an attached policy.
#[derive(Clone, Debug)]
pub enum Document {
    /// In the input, as a map. JSON strings are parsed before.
    Inline(Value),
    /// A policy that AWS publishes: its name or ARN.
    AwsManaged(Arc<str>),
    /// Not in the input; a phrase that says why.
    Unknown(Arc<str>),
}

/// Whether the role may send the pool's text messages: its policies allow it, and its boundary, if it has one, does too.
pub fn may_send(role: &RoleFacts, sending: &Sending, scenario: &Scenario) -> Answer {
    let mut identity = Layer::new(LayerKind::Identity, &role.policies);
    identity.open = role.open.clone();
    let boundary = role.boundary.iter().map(|boundary| Layer::new(LayerKind::Boundary, [boundary]));
    let layers: Vec<Layer<'_>> = std::iter::once(identity).chain(boundary).collect();
    evaluate(&layers, &Request::sending(sending, scenario), scenario)
}

/// Whether organization policies leave the call alone, looking at their explicit denials only: which other policies are
/// attached beside them, and whether they apply to the account at all, no input says.
pub fn not_denied_by(policies: &[Attached], request: &Request, scenario: &Scenario) -> Answer {
    evaluate(&[Layer::new(LayerKind::DenyOnly, policies)], request, scenario)
}
