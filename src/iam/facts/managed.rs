//! Managed policies that are referred to: the customer's own in the input, those that AWS publishes, those that Terraform looks
//! up; and the permissions boundary, which is one of them.

use super::super::managed::{Managed, managed as published};
use super::super::{Attached, Document, Presence};
use super::inline_document;
use crate::graph::link::Link;
use crate::graph::{Graph, NodeId};
use crate::source::Span;
use crate::value::{Data, Entry, Guard, Part, Scenario, Term, Unknown, Value, Why};
use std::sync::Arc;

/// A managed policy that is referred to by its ARN; `None` where there is no reference. The presence is that of the
/// attachment; a policy that is itself created under a condition is there only then.
pub(super) fn managed(
    graph: &Graph,
    from: NodeId,
    reference: &Value,
    presence: Presence,
    scenario: &Scenario,
) -> Option<Attached> {
    let attached = |name: Arc<str>, presence: Presence, document: Document| {
        Some(Attached { name, presence, document, span: place(reference), by: None })
    };
    if let Some(name) = aws_managed(reference) {
        return attached(name.clone(), presence, Document::AwsManaged(name));
    }
    match graph.follow(from, reference, "managed_policy", "arn") {
        Link::Absent => None,
        Link::Node(policy) => {
            let node = graph.node(policy)?;
            let document = graph.read(policy, "document").value.under(scenario);
            let presence = match presence {
                Presence::When(guard) => Presence::When(guard.and(node.resource.presence.clone())),
                unknown @ Presence::Unknown(_) => unknown,
            };
            attached(node.resource.id.address.clone(), presence, inline_document(document))
        }
        Link::Outside(_) => {
            let name = reference.as_str().unwrap_or("a policy");
            let why = "a customer managed policy that is not in the input";
            attached(name.into(), presence, Document::Unknown(why.into()))
        }
        Link::Unknown(unknown) => match looked_up(graph, &unknown) {
            Some(name) => attached(name.clone(), presence, Document::AwsManaged(name)),
            None => attached("a policy".into(), presence, Document::Unknown(unknown.why.to_string().into())),
        },
    }
}

fn place(reference: &Value) -> Span {
    reference.steps().next().map_or(reference.span, |step| step.span)
}

/// The ARN of a policy that AWS publishes (its account is `aws`), whatever its partition.
fn aws_managed(reference: &Value) -> Option<Arc<str>> {
    const ACCOUNT: &str = ":iam::aws:policy/";
    let known = match &reference.data {
        Data::String(text) => text.to_string(),
        Data::Text(text) => match text.parts() {
            // `arn:${AWS::Partition}:iam::aws:policy/Name`
            [Part::Literal(head, _), Part::Hole(..), Part::Literal(tail, _)] if &**head == "arn:" => {
                format!("arn:aws{tail}")
            }
            _ => return None,
        },
        _ => return None,
    };
    (known.starts_with("arn:") && known.contains(ACCOUNT)).then(|| known.into())
}

/// The AWS managed policy that a data source looks up by its name. Two policies of one name are an error of the lookup.
fn looked_up(graph: &Graph, unknown: &Unknown) -> Option<Arc<str>> {
    let Term::Attribute(resource, attribute) = &unknown.term else { return None };
    if !matches!(&**attribute, "arn" | "id") {
        return None;
    }
    let lookup = graph.find(resource).filter(|id| graph.of("policy_lookup").contains(id))?;
    let name = graph.read(lookup, "policy_name").value;
    let name = name.as_str()?;
    (!matches!(published(name), Managed::Unknown(_))).then(|| name.into())
}

/// The permissions boundary. Alternatives of it are alternatives of its document, and "no boundary" bounds nothing.
pub(super) fn boundary(graph: &Graph, role: NodeId, scenario: &Scenario) -> Option<Attached> {
    let reference = graph.read(role, "boundary").value.under(scenario);
    let of = |reference: &Value| managed(graph, role, reference, Presence::When(Guard::Always), scenario);
    if !matches!(reference.data, Data::Choice(_)) {
        return of(&reference);
    }
    let document = reference.each(&mut |arm| match of(arm).map(|attached| attached.document) {
        None => everything(arm.span),
        Some(Document::Inline(document)) => document,
        Some(Document::AwsManaged(name)) => match published(&name) {
            Managed::Statements(document) => document.value(arm.span),
            Managed::Nothing | Managed::Misplaced(_) => Value::map([], arm.span),
            Managed::Unknown(why) => Value::opaque(Why::Undeclared(why.into()), arm.span),
        },
        Some(Document::Unknown(why)) => Value::opaque(Why::Undeclared(why), arm.span),
    });
    Some(Attached {
        name: "the boundary".into(),
        presence: Presence::When(Guard::Always),
        document: Document::Inline(document),
        span: reference.span,
        by: None,
    })
}

/// A document that allows everything.
fn everything(span: Span) -> Value {
    let entry = |key: &str, value: Value| (Arc::from(key), Entry { key_span: span, value });
    let all = |key: &str| entry(key, Value::string("*", span));
    let statement = Value::map([entry("Effect", Value::string("Allow", span)), all("Action"), all("Resource")], span);
    Value::map([entry("Statement", statement)], span)
}
