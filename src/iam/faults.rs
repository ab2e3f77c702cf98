//! Faults of policies that an answer does not show: a trust policy that lets in more than it should, a condition that means
//! nothing, a permission that goes too far, a policy that comes too late.
//!
//! Each question has one answer: the place of the first fault that is certain, and what is wrong there. What is not known is
//! no fault; where it hides one, the doubt is handed back.

use super::answer::Basis;
use super::condition;
use super::document::{Clause, Condition, Effect, Element, Elements, Policy, Principals, Statement};
use super::evaluate::read_document;
use super::explain::never_present;
use super::judged::Doubt;
use super::request::{Assuming, COGNITO, Call, EXTERNAL_ID, KeyState, Request, Sending};
use super::statement::Parts;
use super::{Attached, Document, Presence, RoleFacts, may_send};
use crate::source::Span;
use crate::value::{Guard, ResourceRef, Scenario, Value};

/// What was found.
#[derive(Clone, Debug)]
pub enum Fault {
    /// No fault that is certain.
    None,
    /// There may be one.
    Unknown(Doubt),
    /// This one.
    Found {
        /// What is wrong: a phrase that can follow a colon.
        reason: String,
        /// What is to be said at the place.
        label: String,
        /// Where it is written.
        span: Span,
    },
}

impl Fault {
    fn found(reason: impl Into<String>, label: impl Into<String>, span: Span) -> Self {
        Self::Found { reason: reason.into(), label: label.into(), span }
    }
}

/// Keys that tie a call of a service to somebody's pool, account or organization.
const TIES: &[&str] =
    &["sts:externalid", "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"];

/// Whether everybody in AWS may assume the role, or everybody who knows its external id where `knowing_the_id`: a wildcard
/// principal under no condition but that. Any other condition, and any Deny, is taken for a guard.
pub fn open_to_anyone(trust: &Value, knowing_the_id: bool, scenario: &Scenario) -> Fault {
    let trust = Trust::read(trust, scenario);
    let wildcard = |statement: &&Statement| trust.is_certain(statement) && wildcard(&statement.principal).is_some();
    let open = |statement: &&Statement| {
        let conditions = &statement.conditions.entries;
        let only_id = conditions.iter().all(|condition| condition.key.eq_ignore_ascii_case(EXTERNAL_ID));
        statement.conditions.open.is_empty() && only_id && conditions.is_empty() != knowing_the_id
    };
    let found = trust.policy.statements.iter().filter(wildcard).find(open);
    match found.and_then(|statement| wildcard_span(&statement.principal)) {
        Some(_) if trust.may_deny() => Fault::None,
        Some(span) if knowing_the_id => Fault::found(
            "the trust policy lets everybody in AWS in who knows the external id, which is no secret",
            "everybody in AWS",
            span,
        ),
        Some(span) => Fault::found(
            "its trust policy lets everybody in AWS assume it",
            "everybody in AWS, under no condition",
            span,
        ),
        None => trust.otherwise(),
    }
}

/// Whether the role lets Amazon Cognito in for whoever has a user pool: a statement that names the service and asks for no
/// external id, no source ARN and no source account.
pub fn unguarded(trust: &Value, assuming: &Assuming, scenario: &Scenario) -> Fault {
    let trust = Trust::read(trust, scenario);
    let request = Request::assuming(assuming, scenario);
    let tied = |condition: &Condition| TIES.iter().any(|key| condition.key.eq_ignore_ascii_case(key));
    let found = trust.policy.statements.iter().find_map(|statement| {
        let parts = Parts::judge(statement, &trust.policy.version, &request);
        let lets_in = parts.action.is_yes() && parts.principal.is_yes() && parts.condition.is_yes();
        let certain = lets_in && trust.is_certain(statement) && statement.conditions.open.is_empty();
        let free = certain && !statement.conditions.entries.iter().any(tied);
        if free { service_span(&statement.principal) } else { None }
    });
    match found {
        Some(_) if trust.may_deny() => Fault::None,
        Some(span) => Fault::found(
            "its trust policy asks for no external id, source ARN or source account",
            "Amazon Cognito may assume the role for any user pool, whoever owns it",
            span,
        ),
        None => trust.otherwise(),
    }
}

/// A trust policy.
struct Trust {
    policy: Policy,
    request: Request,
}

impl Trust {
    fn read(trust: &Value, scenario: &Scenario) -> Self {
        let nothing = Value::absent(trust.span);
        let anybody = Assuming { account: nothing.clone(), pool_arn: nothing.clone(), external_id: nothing };
        Self { policy: Policy::read(trust, scenario), request: Request::assuming(&anybody, scenario) }
    }

    /// An Allow of `sts:AssumeRole` that is certainly there.
    fn is_certain(&self, statement: &Statement) -> bool {
        let allows = matches!(statement.effect, Effect::Allow) && statement.presence.is_yes();
        allows && Parts::judge(statement, &self.policy.version, &self.request).action.is_yes()
    }

    /// A Deny may be what keeps the others out; what it says is not gone into.
    fn may_deny(&self) -> bool {
        let denies = |statement: &Statement| !matches!(statement.effect, Effect::Allow | Effect::Invalid(_));
        self.policy.open.is_some() || self.policy.statements.iter().any(denies)
    }

    fn otherwise(&self) -> Fault {
        self.policy.open.clone().map_or(Fault::None, Fault::Unknown)
    }
}

fn wildcard(principal: &Clause<Principals>) -> Option<()> {
    wildcard_span(principal).map(|_| ())
}

/// Where `"*"` or `{"AWS": "*"}` stands.
fn wildcard_span(principal: &Clause<Principals>) -> Option<Span> {
    let Clause::Given { negated: false, of, span } = principal else { return None };
    match of {
        Principals::Bare(text) => (text.known() == Some("*")).then_some(*span),
        Principals::Kinds { kinds, .. } => {
            let mut ids = kinds.iter().filter(|(kind, _)| &**kind == "AWS").flat_map(|(_, ids)| &ids.items);
            ids.find_map(|id| match id {
                Element::Text(text) if text.known() == Some("*") => Some(text.span),
                _ => None,
            })
        }
    }
}

/// Where Amazon Cognito is named as a service.
fn service_span(principal: &Clause<Principals>) -> Option<Span> {
    let Clause::Given { negated: false, of: Principals::Kinds { kinds, .. }, .. } = principal else { return None };
    let mut ids = kinds.iter().filter(|(kind, _)| &**kind == "Service").flat_map(|(_, ids)| &ids.items);
    ids.find_map(|id| match id {
        Element::Text(text) if text.known() == Some(COGNITO) => Some(text.span),
        _ => None,
    })
}

/// A condition whose key the call never carries, in a statement that is about that call and nothing else.
pub fn dead_condition(role: &RoleFacts, sending: &Sending, assuming: &Assuming, scenario: &Scenario) -> Fault {
    let request = Request::sending(sending, scenario);
    let of_policies = role.policies.iter().filter(|attached| is_attached(attached, scenario)).find_map(|attached| {
        let policy = read_document(attached, scenario);
        policy.statements.iter().find_map(|statement| {
            let parts = Parts::judge(statement, &policy.version, &request);
            let concerned = parts.resource.is_yes() && is_only(&statement.action, request.call);
            if concerned { first_dead(statement, &request) } else { None }
        })
    });
    let of_trust = || {
        let request = Request::assuming(assuming, scenario);
        let policy = Policy::read(&role.trust, scenario);
        policy.statements.iter().find_map(|statement| {
            let concerned = only_services(&statement.principal) && is_only(&statement.action, request.call);
            if concerned { first_dead(statement, &request) } else { None }
        })
    };
    of_policies.or_else(of_trust).unwrap_or(Fault::None)
}

fn first_dead(statement: &Statement, request: &Request) -> Option<Fault> {
    if !statement.presence.is_yes() || !matches!(statement.effect, Effect::Allow | Effect::Deny) {
        return None;
    }
    statement.conditions.entries.iter().find_map(|condition| {
        let absent = matches!(request.key(&condition.key), KeyState::Absent) && !request.could_carry(&condition.key);
        let always = condition::without_key(&condition.operator).filter(|_| absent)?;
        let effect = match (always, &statement.effect) {
            (true, _) => "always holds",
            (false, Effect::Deny) => "never holds, so that the statement denies nothing",
            (false, _) => "never holds, so that the statement allows nothing",
        };
        let reason = format!("a condition on {} in a statement about {}", condition.key, request.call.action());
        let label = format!("{}; this {effect}", never_present(&condition.key, request.call));
        Some(Fault::found(reason, label, condition.span))
    })
}

/// True when the action of a call is the only one that is listed.
fn is_only(action: &Clause<Elements>, call: Call) -> bool {
    let Clause::Given { negated: false, of, .. } = action else { return false };
    let own = |element: &Element| matches!(element, Element::Text(text) if text.known().is_some_and(|text| text.eq_ignore_ascii_case(call.action())));
    of.open.is_none() && !of.items.is_empty() && of.items.iter().all(own)
}

fn only_services(principal: &Clause<Principals>) -> bool {
    let Clause::Given { negated: false, of: Principals::Kinds { kinds, open: None }, .. } = principal else {
        return false;
    };
    service_span(principal).is_some() && kinds.iter().all(|(kind, _)| &**kind == "Service")
}

/// A statement that lets the role send text messages, and whatever else the service, or all of AWS, can do.
pub fn broad_permission(role: &RoleFacts, sending: &Sending, scenario: &Scenario) -> Fault {
    // What a boundary leaves of it is not gone into.
    if role.boundary.is_some() {
        return Fault::None;
    }
    let request = Request::sending(sending, scenario);
    let found = role.policies.iter().filter(|attached| is_attached(attached, scenario)).find_map(|attached| {
        let policy = read_document(attached, scenario);
        policy.statements.iter().find_map(|statement| {
            let parts = Parts::judge(statement, &policy.version, &request);
            let covers = parts.action.is_yes() && parts.resource.is_yes() && parts.condition.is_yes();
            let allows = covers && matches!(statement.effect, Effect::Allow) && statement.presence.is_yes();
            let (what, span) = if allows { breadth(statement, &attached.document)? } else { return None };
            let needs = request.call.action();
            Some(Fault::found(format!("it allows {what}"), format!("only {needs} is needed"), span))
        })
    });
    found.unwrap_or(Fault::None)
}

/// What a statement allows in one word, and where: everything, or a whole service. Whoever writes a `NotAction` has thought
/// about what to leave out.
fn breadth(statement: &Statement, document: &Document) -> Option<(String, Span)> {
    let Clause::Given { negated: false, of, span } = &statement.action else { return None };
    if let Document::AwsManaged(name) = document {
        // The table of these policies holds what concerns the calls; their names say the rest.
        let name = name.rsplit('/').next().unwrap_or(name);
        let broad = matches!(name, "AdministratorAccess" | "PowerUserAccess" | "SystemAdministrator");
        return (broad || name.ends_with("FullAccess")).then(|| (format!("what AWS's policy {name} allows"), *span));
    }
    of.items.iter().find_map(|element| {
        let Element::Text(text) = element else { return None };
        let what = match text.known()? {
            "*" | "*:*" => "every action of every service".to_owned(),
            service if service.ends_with(":*") => service.to_owned(),
            _ => return None,
        };
        Some((what, text.span))
    })
}

/// The policy resource without which the role may not send, where `waits` says that the pool does not wait for it.
pub fn waits_for(
    role: &RoleFacts,
    sending: &Sending,
    scenario: &Scenario,
    comes_late: impl Fn(&ResourceRef) -> bool,
) -> Fault {
    let late = |attached: &&Attached| attached.by.as_ref().is_some_and(&comes_late);
    let answer = may_send(role, sending, scenario);
    let Basis::Allowed { by } = &answer.basis else { return Fault::None };
    let in_time = role.policies.iter().filter(|attached| !late(attached)).cloned().collect();
    let early = RoleFacts { policies: in_time, ..role.clone() };
    if !may_send(&early, sending, scenario).verdict.is_no() {
        return Fault::None;
    }
    let granting = role.policies.iter().filter(late).find(|attached| by.iter().any(|by| by.policy == attached.name));
    granting.map_or(Fault::None, |attached| {
        let place = by.iter().find(|by| by.policy == attached.name).and_then(|by| by.effect_span);
        let label = "only this lets the role send text messages";
        Fault::found(attached.name.to_string(), label, place.unwrap_or(attached.span))
    })
}

fn is_attached(attached: &Attached, scenario: &Scenario) -> bool {
    match &attached.presence {
        Presence::When(Guard::Always) => true,
        Presence::When(guard) => guard.decide(scenario).holds(),
        Presence::Unknown(_) => false,
    }
}
