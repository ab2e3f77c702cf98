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

    fn by_term(&self, unknown: &Arc<Unknown>, kind: &str, handle: &str) -> Step {
        let open = || Step::Done(Link::Unknown(unknown.clone()));
        match &unknown.term {
            Term::Attribute(resource, attribute) => {
                let node = self.find(resource).filter(|id| self.is_handle(*id, kind, handle, attribute));
                node.map_or_else(open, |id| Step::Done(Link::Node(id)))
            }
            Term::Export(name) => match self.exports(name) {
                [scope] => match self.scope(*scope).and_then(|scope| scope.exports.get(name)) {
                    Some(value) => Step::Elsewhere(value.clone()),
                    None => open(),
                },
                _ => open(),
            },
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
        let mut certain = Vec::new();
        let mut possible = false;
        for name in self.names().candidates(kind, handle, value, scope) {
            let Some(node) = self.node(name.id) else { continue };
            let answer = names_same(value, &name.written, handle == "arn");
            let near = node.resource.id.scope == scope;
            match answer {
                Tri::Yes if near || (handle == "arn" && self.accounts_agree(value, name.id)) => certain.push(name.id),
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
    let mut altered: Vec<(NodeId, Arc<str>)> = Vec::new();
    for caller in graph.nodes.iter().filter(|node| may_call(node)) {
        let scope = caller.resource.id.scope;
        for id in graph.of("user_pool") {
            let pool = graph.node(*id).map(|node| &node.resource.id).filter(|pool| pool.scope == scope);
            if pool.is_some_and(|pool| alters(caller, pool)) {
                altered.push((*id, caller.resource.id.address.clone()));
            }
        }
    }
    for (id, by) in altered {
        if let Some(node) = graph.nodes.get_mut(id.0 as usize) {
            node.altered_by.get_or_insert(by);
        }
    }
}

/// True for resources that run something: custom resources of a template, provisioners of Terraform.
fn may_call(node: &super::Node) -> bool {
    let type_name = &*node.resource.type_name;
    type_name.starts_with("Custom::")
        || matches!(type_name, "AWS::CloudFormation::CustomResource" | "null_resource" | "terraform_data")
}

fn alters(node: &super::Node, pool: &ResourceRef) -> bool {
    let resource = &node.resource;
    let gets_pool = mentions(&resource.properties, pool) || mentions(&resource.attributes, pool);
    // An SDK call of the CDK names its action; what another custom resource does with the pool nobody can see.
    gets_pool && (&*resource.type_name != "Custom::AWS" || calls_mfa_api(&resource.properties))
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
