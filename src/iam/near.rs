//! Statements that come near to allowing a call, and why they do not.

use super::answer::{Detail, NearMiss, Part};
use super::condition;
use super::document::{Clause, Condition, Effect, Element, Elements, Principals, Statement, Version};
use super::evaluate::Judgement;
use super::request::{Call, KeyState, Request};
use super::statement::in_version;
use crate::source::Span;

/// More near misses than this help nobody.
const MOST_MISSES: usize = 8;

/// More elements of a list than this are not kept for messages.
const MOST_LISTED: usize = 8;

/// The Allow statements of a layer that come near; the nearest first: the fewer parts fail, the nearer.
pub(super) fn misses(judged: &[Judgement<'_>], request: &Request) -> Vec<NearMiss> {
    let mut misses: Vec<(usize, NearMiss)> = judged.iter().filter_map(|judgement| miss(judgement, request)).collect();
    misses.sort_by_key(|(failures, _)| *failures);
    misses.into_iter().map(|(_, miss)| miss).take(MOST_MISSES).collect()
}

fn miss(judgement: &Judgement<'_>, request: &Request) -> Option<(usize, NearMiss)> {
    let (statement, version) = judgement.statement?;
    let parts = &judgement.parts;
    let failures = parts.each().into_iter().filter(|(_, part)| part.is_no()).map(|(part, _)| part);
    let failures: Vec<Part> = failures.collect();
    let (failed, span, detail) = match (&statement.effect, failures.first()) {
        (Effect::Invalid(text), None) => (Part::Effect, statement.effect_span, Detail::InvalidEffect(text.clone())),
        (Effect::Allow, Some(failed)) => {
            let (span, detail) = match failed {
                Part::Action => action(statement, request)?,
                Part::Principal => principal(statement),
                Part::Resource => resource(statement, request),
                _ => failing_condition(statement, version, request)?,
            };
            (*failed, span, detail)
        }
        _ => return None,
    };
    Some((failures.len(), NearMiss { statement: judgement.at.clone(), failed, span, detail }))
}

/// A statement about other services is not near.
fn action(statement: &Statement, request: &Request) -> Option<(Span, Detail)> {
    let related: &[&str] = match request.call {
        Call::SmsPublish | Call::EumsSend => &["sns:", "sms-voice:"],
        Call::CognitoAssume => &["sts:"],
    };
    match &statement.action {
        Clause::Given { negated: true, span, .. } => Some((*span, Detail::ActionExcluded)),
        Clause::Given { of, span, .. } => {
            let mut listed = shown(of);
            listed.retain(|action| related.iter().any(|service| action.to_ascii_lowercase().starts_with(service)));
            if listed.is_empty() { None } else { Some((*span, Detail::OtherAction(listed))) }
        }
        Clause::Missing | Clause::Unclear(_) => Some((statement.effect_span, Detail::Incomplete)),
    }
}

fn principal(statement: &Statement) -> (Span, Detail) {
    match &statement.principal {
        Clause::Given { negated: true, span, .. } => (*span, Detail::PrincipalExcluded),
        Clause::Given { of, span, .. } => {
            let listed = match of {
                Principals::Bare(_) => Vec::new(),
                Principals::Kinds { kinds, .. } => kinds.iter().flat_map(|(kind, ids)| named(kind, ids)).collect(),
            };
            (*span, Detail::OtherPrincipal(listed))
        }
        Clause::Missing | Clause::Unclear(_) => (statement.effect_span, Detail::Incomplete),
    }
}

/// Principals that are no service are named with their kind: the same text may name a service and something else.
fn named(kind: &str, ids: &Elements) -> Vec<String> {
    let name = |id: String| match kind {
        "Federated" => format!("the identity provider {id}"),
        "AWS" if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) => format!("the account {id}"),
        "AWS" if !id.starts_with("arn:") => format!("the AWS principal {id}"),
        _ => id,
    };
    shown(ids).into_iter().map(name).collect()
}

fn resource(statement: &Statement, request: &Request) -> (Span, Detail) {
    match &statement.resource {
        Clause::Given { negated: true, span, .. } => (*span, Detail::ResourceExcluded),
        Clause::Given { of, span, .. } => {
            let listed = shown(of);
            let topics = request.call == Call::SmsPublish && listed.iter().all(|arn| may_be_topic(arn));
            (*span, if topics { Detail::TopicOnly(listed) } else { Detail::OtherResource(listed) })
        }
        Clause::Missing | Clause::Unclear(_) => (statement.effect_span, Detail::Incomplete),
    }
}

/// True for an ARN whose service is Amazon SNS, or that leaves the service open.
fn may_be_topic(arn: &str) -> bool {
    let arn = without_names(arn);
    let service = arn.strip_prefix("arn:").and_then(|arn| arn.split(':').nth(1));
    arn.starts_with("${") || service.is_some_and(|service| service == "sns" || service.contains(['*', '$']))
}

/// A text whose holes have no names: these have colons of their own, as in `${AWS::Region}`.
fn without_names(text: &str) -> String {
    let mut pieces = text.split("${");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str("${}");
        plain.push_str(piece.split_once('}').map_or("", |(_, behind)| behind));
    }
    plain
}

fn failing_condition(statement: &Statement, version: &Version, request: &Request) -> Option<(Span, Detail)> {
    let fails = |condition: &&Condition| {
        in_version(version, |variables| condition::judge(condition, request, variables)).is_no()
    };
    let condition = statement.conditions.entries.iter().find(fails)?;
    Some((condition.span, condition_detail(condition, request)))
}

fn condition_detail(condition: &Condition, request: &Request) -> Detail {
    let key = condition.key.clone();
    let wanted = shown(&condition.values);
    match request.key(&key) {
        KeyState::Absent if request.could_carry(&key) => Detail::MissingOnPool { key, wanted },
        KeyState::Absent => Detail::KeyNeverPresent(key),
        KeyState::Known(got) if condition::forbids(&condition.operator) => {
            Detail::ValueForbidden { key, got: Some(got.show()) }
        }
        KeyState::Known(got) => Detail::ValueDiffers { key, wanted, got: got.show() },
        KeyState::OneOf(_) | KeyState::Open { .. } => Detail::ValueForbidden { key, got: None },
    }
}

/// The elements for a message.
fn shown(elements: &Elements) -> Vec<String> {
    let texts = elements.items.iter().filter_map(|element| match element {
        Element::Text(text) => Some(text.show()),
        Element::Unclear(_) => None,
    });
    texts.take(MOST_LISTED).collect()
}

#[cfg(test)]
mod tests {
    use super::may_be_topic;

    #[test]
    fn topics_are_known_by_their_service() {
        let topics = ["arn:aws:sns:*:*:*", "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:*", "${Topic}"];
        assert!(topics.iter().all(|arn| may_be_topic(arn)));
        let others = ["*", "arn:aws:s3:::bucket", "arn:${AWS::Partition}:sqs:${AWS::Region}:*:*"];
        assert!(!others.iter().any(|arn| may_be_topic(arn)));
    }
}
