//! From a value to the resource it refers to: by term, by ARN, by name; across stacks through exports.

use super::{Graph, NodeId};
use crate::frontend::{Dialect, mentions};
use crate::value::{Data, Part, ResourceRef, Term, Tri, Unknown, Value, Why};
use std::sync::Arc;

/// What a reference refers to.
#[derive(Clone, Debug)]
pub enum Link {
    /// This resource of the input.
    Node(NodeId),
    /// Something that is certainly not in the input: a literal that names nothing here.
    Outside(Value),
    /// Not known.
    Unknown(Arc<Unknown>),
    /// There is no reference.
    Absent,
}

/// An export that is an import of another stack, and so on: no further than this.
const MOST_HOPS: usize = 8;

impl Graph {
    /// Follows a reference, written in `from`, to a resource of a kind that is named by a handle of that kind (`arn`, `name`,
    /// `id`). The value must not be a choice.
    pub fn follow(&self, from: NodeId, value: &Value, kind: &str, handle: &str) -> Link {
        let mut value = value.clone();
        for _ in 0..MOST_HOPS {
            match &value.data {
                Data::Absent | Data::Null => return Link::Absent,
                Data::String(_) | Data::Text(_) => return self.by_name(from, &value, kind, handle),
                Data::Unknown(unknown) => match self.by_term(unknown, kind, handle) {
                    Step::Done(link) => return link,
                    Step::Elsewhere(exported) => value = exported,
                },
                _ => return unknown_link(Why::Invalid("a value of another type".into()), &value),
            }
        }
        unknown_link(Why::Cycle("exports that import each other".into()), &value)
    }

    /// What may hold references to a resource that nobody can see: a part of its stack that is not in the input, or a program
    /// that gets the resource.
    pub fn hidden_beside(&self, id: NodeId) -> Option<String> {
        let resource = &self.node(id)?.resource.id;
        let opening = self.scope_of(id)?.openings.iter().find(|opening| opening.may_touch(resource));
        let program = || {
            let beside = self.nodes.iter().filter(|node| node.resource.id.scope == resource.scope);
            let program = beside.into_iter().find(|node| program_gets(node, resource))?;
            Some(format!("{} may do anything with it", program.resource.id.address))
        };
        opening.map(|opening| opening.why.to_string()).or_else(program)
    }

    fn by_term(&self, unknown: &Arc<Unknown>, kind: &str, handle: &str) -> Step {
        let open = || Step::Done(Link::Unknown(unknown.clone()));
        match &unknown.term {
            Term::Attribute(resource, attribute) => {
                let node = self.find(resource).filter(|id| self.is_handle(*id, kind, handle, attribute));
                node.map_or_else(open, |id| Step::Done(Link::Node(id)))
            }
            Term::Export(name) => {
                let mut exports = self.scopes.iter().filter_map(|scope| scope.exports.get(name));
                match (exports.next(), exports.next()) {
                    (Some(value), None) => Step::Elsewhere(value.clone()),
                    _ => open(),
                }
            }
            _ => open(),
        }
    }

    fn is_handle(&self, id: NodeId, kind: &str, handle: &str, attribute: &str) -> bool {
        let Some(node) = self.node(id) else { return false };
        let Some(own) = node.kind.filter(|own| own.name == kind) else { return false };
        own.handles.iter().filter(|own| own.name == handle).any(|own| match node.dialect {
            Dialect::CloudFormation => own.cloudformation == attribute,
            Dialect::Terraform => own.terraform.contains(&attribute),
        })
    }

    /// A known or partly known string against what the resources of the kind are called.
    fn by_name(&self, from: NodeId, value: &Value, kind: &str, handle: &str) -> Link {
        let Some(scope) = self.node(from).map(|node| node.resource.id.scope) else { return Link::Absent };
        let written = super::kinds::named(kind).and_then(|kind| kind.handles.iter().find(|own| own.name == handle));
        let Some(written) = written else { return Link::Outside(value.clone()) };
        let mut certain = Vec::new();
        let mut possible = false;
        for id in self.of(kind) {
            let Some(node) = self.node(*id) else { continue };
            let answer = names_same(value, &(written.written)(self, *id), handle == "arn");
            let near = node.resource.id.scope == scope;
            match answer {
                Tri::Yes if near || (handle == "arn" && self.accounts_agree(value, *id)) => certain.push(*id),
                // The same name in another stack: the same resource only if both deploy to one account.
                Tri::Yes => possible = true,
                Tri::Unknown if near => possible = true,
                _ => {}
            }
        }
        match (certain.as_slice(), possible) {
            ([one], _) => Link::Node(*one),
            ([], false) => Link::Outside(value.clone()),
            _ => unknown_link(Why::Undeclared("a name that several resources may have".into()), value),
        }
    }

    /// True when an ARN names the very account that the other resource's stack is known to deploy to.
    fn accounts_agree(&self, arn: &Value, other: NodeId) -> bool {
        let account = self.scope_of(other).and_then(|scope| scope.account.as_str());
        let named = arn.as_str().and_then(|arn| arn.split(':').nth(4));
        account.is_some() && account == named
    }
}

enum Step {
    Done(Link),
    Elsewhere(Value),
}

fn unknown_link(why: Why, value: &Value) -> Link {
    Link::Unknown(Arc::new(Unknown::new(why, value.term())))
}

/// Whether a reference and a resource's own handle are the same. ARNs are compared by account and by what stands behind it; a
/// partition or an account that either side leaves open does not keep them apart.
fn names_same(reference: &Value, own: &Value, arn: bool) -> Tri {
    if own.is_absent() {
        return Tri::No;
    }
    if !arn {
        return reference.same(own);
    }
    let (Some(reference), Some(own)) = (arn_parts(reference), arn_parts(own)) else { return reference.same(own) };
    let part = |parts: &[Value], at: usize| parts.get(at).cloned();
    let same = |at: usize| match (part(&reference, at), part(&own, at)) {
        (Some(a), Some(b)) => a.same(&b),
        _ => Tri::Unknown,
    };
    if same(1).is_no() || same(2).is_no() || same(4).is_no() {
        return Tri::No;
    }
    same(5)
}

/// An ARN cut at its first five colons. `None` when it has fewer, or a hole in front may hold one.
fn arn_parts(value: &Value) -> Option<Vec<Value>> {
    let mut parts: Vec<Vec<Part>> = vec![Vec::new()];
    for part in value.as_parts()? {
        match part {
            Part::Literal(text, span) => {
                let mut rest = text.as_ref();
                while parts.len() < 6
                    && let Some((head, tail)) = rest.split_once(':')
                {
                    parts.last_mut()?.push(Part::Literal(head.into(), span));
                    parts.push(Vec::new());
                    rest = tail;
                }
                parts.last_mut()?.push(Part::Literal(rest.into(), span));
            }
            Part::Hole(unknown, span) => {
                if parts.len() < 6 && unknown.refine.shape.overlaps(&crate::value::Shape::glob("*:*")) {
                    return None;
                }
                parts.last_mut()?.push(Part::Hole(unknown, span));
            }
        }
    }
    let parts: Vec<Value> = parts.into_iter().map(|part| Value::text(part, value.span)).collect();
    (parts.len() == 6).then_some(parts)
}

/// Marks pools that something outside the template changes after their creation: a custom resource, or a provisioner, that gets
/// the pool and calls the API which sets MFA.
pub(super) fn mark_altered(graph: &mut Graph) {
    let pools: Vec<(NodeId, ResourceRef)> =
        graph.of("user_pool").iter().filter_map(|id| Some((*id, graph.node(*id)?.resource.id.clone()))).collect();
    for (id, pool) in pools {
        let by = graph.nodes.iter().find(|node| node.resource.id.scope == pool.scope && alters(node, &pool));
        let by = by.map(|node| node.resource.id.address.clone());
        if let Some(node) = graph.nodes.get_mut(id.0 as usize) {
            node.altered_by = by;
        }
    }
}

/// True for a custom resource, or a provisioner, that gets another resource: what it does with it nobody can see.
fn program_gets(node: &super::Node, other: &ResourceRef) -> bool {
    let resource = &node.resource;
    let custom =
        resource.type_name.starts_with("Custom::") || &*resource.type_name == "AWS::CloudFormation::CustomResource";
    let provisioner = matches!(&*resource.type_name, "null_resource" | "terraform_data");
    (custom || provisioner) && (mentions(&resource.properties, other) || mentions(&resource.attributes, other))
}

fn alters(node: &super::Node, pool: &ResourceRef) -> bool {
    let resource = &node.resource;
    // An SDK call of the CDK names its action.
    program_gets(node, pool) && (&*resource.type_name != "Custom::AWS" || calls_mfa_api(&resource.properties))
}

fn calls_mfa_api(value: &Value) -> bool {
    match &value.data {
        Data::String(text) => names_mfa_api(text),
        Data::Text(text) => {
            text.parts().iter().any(|part| matches!(part, Part::Literal(text, _) if names_mfa_api(text)))
        }
        Data::List(list) => list.items.iter().any(calls_mfa_api),
        Data::Map(map) => map.entries.values().any(|entry| calls_mfa_api(&entry.value)),
        Data::Choice(choice) => choice.arms.iter().any(|(_, arm)| calls_mfa_api(arm)),
        _ => false,
    }
}

fn names_mfa_api(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("setuserpoolmfaconfig") || text.contains("updateuserpool")
}
