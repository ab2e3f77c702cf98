//! What stands around a user pool: the plan that makes it, its Region, its domain, its SMS role.

use super::super::super::link::Link;
use super::super::super::{Graph, NodeId};
use super::never;
use crate::frontend::Dialect;
use crate::value::{Data, Term, Value};

/// A plan says whether the pool exists already; what is destroyed first is created.
pub(super) fn plan_action(graph: &Graph, id: NodeId) -> Value {
    let Some(node) = graph.node(id).filter(|node| node.dialect == Dialect::Terraform) else { return never(graph, id) };
    let actions = node.resource.attributes.get("actions");
    let Some(list) = actions.as_list() else { return never(graph, id) };
    let create = list.items.iter().any(|action| action.as_str() == Some("create"));
    Value::string(if create { "create" } else { "update" }, node.resource.name_span)
}

pub(super) fn before(graph: &Graph, id: NodeId) -> Value {
    let node = graph.node(id).filter(|node| node.dialect == Dialect::Terraform);
    node.map_or_else(|| never(graph, id), |node| node.resource.attributes.get("before"))
}

/// A role's name where its ARN belongs: a literal, or CloudFormation's `Ref` and Terraform's `name` and `id` of a role.
pub(super) fn role_name(graph: &Graph, id: NodeId) -> Value {
    graph.read(id, "sms.role").value.each(&mut |role| match &role.data {
        Data::String(text) if !text.is_empty() && !text.starts_with("arn:") => role.clone(),
        Data::Unknown(unknown) => match &unknown.term {
            Term::Attribute(resource, attribute) => {
                let kind = graph.find(resource).and_then(|id| graph.node(id)).and_then(|node| node.kind);
                let named = matches!(attribute.as_ref(), "Ref" | "name" | "id");
                match kind {
                    Some(kind) if kind.name == "role" && named => Value::string(resource.address.clone(), role.span),
                    Some(kind) if kind.name == "role" => Value::absent(role.span),
                    _ => role.clone(),
                }
            }
            _ => role.clone(),
        },
        Data::Text(_) => role.clone(),
        _ => Value::absent(role.span),
    })
}

pub(super) fn role_in_input(graph: &Graph, id: NodeId) -> Value {
    graph.read(id, "sms.role").value.each(&mut |role| {
        let here = matches!(graph.follow(id, role, "role", "arn"), Link::Node(_));
        Value { data: Data::Bool(here), ..Value::absent(role.span) }
    })
}
