//! May Amazon Cognito assume the role, and if not, is it only for the external id?

use super::answer::{Answer, LayerKind};
use super::condition;
use super::document::{Condition, Effect, Element, Policy, Statement};
use super::evaluate::{Layer, decide, read_layers};
use super::request::{Assuming, EXTERNAL_ID, KeyState, Request, may_be_null};
use super::statement::Parts;
use super::{Attached, Document, Presence, RoleFacts};
use crate::source::Span;
use crate::value::{Guard, Scenario, Value};

/// The answer to "may Amazon Cognito assume the role for this pool?".
#[derive(Clone, Debug)]
pub struct TrustAnswer {
    /// The answer.
    pub answer: Answer,
    /// Set on a "no" that another external id, or one at all, would change.
    pub external_id: Option<ExternalIdMismatch>,
}

/// The trust policy demands another external id than the pool sends.
#[derive(Clone, Debug)]
pub struct ExternalIdMismatch {
    /// What the trust policy demands; empty where it only forbids.
    pub demanded: Vec<Demanded>,
    /// What the pool sends, for a message; `None` when it sends none.
    pub sent: Option<String>,
    /// Where the pool's external id is written, or where it would be.
    pub sent_span: Span,
    /// The condition that fails, or that denies.
    pub condition_span: Option<Span>,
}

/// An external id that a trust policy demands.
#[derive(Clone, Debug)]
pub struct Demanded {
    /// The value, for a message.
    pub text: String,
    /// Where it is written.
    pub span: Span,
}

/// Whether Amazon Cognito may assume the role for a pool. Only the trust policy is asked: the caller is a service, so that
/// the role's own policies and its boundary do not matter.
pub fn cognito_may_assume(role: &RoleFacts, assuming: &Assuming, scenario: &Scenario) -> TrustAnswer {
    let trust = Attached {
        name: "the trust policy".into(),
        presence: Presence::When(Guard::Always),
        document: Document::Inline(role.trust.clone()),
        span: role.trust.span,
        by: None,
    };
    let layers = [Layer::new(LayerKind::Trust, [&trust])];
    let request = Request::assuming(assuming, scenario);
    let read = read_layers(&layers, scenario);
    let mut answer = decide(&read, &request);
    // An external id that is not known is taken for one that is there, but never so that this alone makes a "no".
    if answer.verdict.is_no() && may_be_null(&assuming.external_id, scenario) {
        let without = decide(&read, &request.clone().with_key(EXTERNAL_ID, KeyState::Absent));
        if !without.verdict.is_no() {
            let either = KeyState::OneOf(vec![request.key(EXTERNAL_ID).clone(), KeyState::Absent]);
            answer = decide(&read, &request.clone().with_key(EXTERNAL_ID, either));
        }
    }
    let external_id = if answer.verdict.is_no() {
        let any_id = KeyState::Open { may_be_absent: true, many: false, because: None };
        let freed = decide(&read, &request.clone().with_key(EXTERNAL_ID, any_id));
        (!freed.verdict.is_no()).then(|| mismatch(&role.trust, assuming, &request, scenario))
    } else {
        None
    };
    TrustAnswer { answer, external_id }
}

fn mismatch(trust: &Value, assuming: &Assuming, request: &Request, scenario: &Scenario) -> ExternalIdMismatch {
    let policy = Policy::read(trust, scenario);
    let concerned = policy.statements.iter().filter(|statement| {
        let parts = Parts::judge(statement, &policy.version, request);
        !parts.action.is_no() && !parts.principal.is_no()
    });
    let demands: Vec<&Condition> = concerned.flat_map(demands).collect();
    let texts = demands.iter().flat_map(|condition| &condition.values.items).filter_map(|element| match element {
        Element::Text(text) => Some(Demanded { text: text.show(), span: text.span }),
        Element::Unclear(_) => None,
    });
    let sent = match request.key(EXTERNAL_ID) {
        KeyState::Known(text) => Some(text.show()),
        _ => None,
    };
    ExternalIdMismatch {
        demanded: texts.collect(),
        sent,
        sent_span: assuming.external_id.span,
        condition_span: demands.first().map(|condition| condition.span),
    }
}

/// The conditions by which a statement demands an external id: an Allow that wants it equal, a Deny of any other.
fn demands(statement: &Statement) -> impl Iterator<Item = &Condition> {
    let allows = matches!(statement.effect, Effect::Allow);
    statement.conditions.entries.iter().filter(move |condition| {
        condition.key.eq_ignore_ascii_case(EXTERNAL_ID) && condition::forbids(&condition.operator) != allows
    })
}
