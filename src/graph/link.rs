//! From a value to the resource it refers to: by term, by ARN, by name; across stacks through exports.

use super::{Graph, NodeId};
use crate::frontend::{Dialect, MadeOf, mentions};
use crate::value::{Data, Part, ResourceRef, ScopeId, Term, Tri, Unknown, Value, Why};
use std::collections::BTreeSet;
use std::ops::Bound;
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
            let changers = self.changers.get(&resource.scope).into_iter().flatten();
            let mut programs =
                changers.filter_map(|id| self.node(*id)).filter(|node| may_call(&node.resource.type_name));
            let program = programs.find(|node| gets(node, resource))?;
            Some(format!("{} may do anything with it", program.resource.id.address))
        };
        opening.map(|opening| opening.why.to_string()).or_else(program)
    }

    fn by_term(&self, unknown: &Arc<Unknown>, kind: &str, handle: &str) -> Step {
        let open = || Step::Done(Link::Unknown(unknown.clone()));
        match &unknown.term {
            Term::Attribute(resource, attribute) => {
                let Some(id) = self.find(resource) else { return open() };
                if self.is_handle(id, kind, handle, attribute) {
                    return Step::Done(Link::Node(id));
                }
                self.looked_up(id, kind, attribute).map_or_else(open, |id| Step::Done(Link::Node(id)))
            }
            Term::Export(name) => {
                let mut exports = self.exported_as(name).peekable();
                let found = if exports.peek().is_some() {
                    only(exports)
                } else {
                    only(self.exported_with_hole(|ending| name.ends_with(ending)))
                };
                found.map_or_else(open, Step::Elsewhere)
            }
            Term::Dynamic(reference) => {
                let stored = stored_under(reference).map(|name| only(self.exported_as(&name)));
                stored.flatten().map_or_else(open, Step::Elsewhere)
            }
            term => {
                // The front of the name is not known: the name of a stack in a parameter.
                let Some(ending) = import_ending(term) else { return open() };
                let holes = self.exported_with_hole(|known| known.ends_with(&*ending) || ending.ends_with(known));
                let whole = self.exported_in_full(|known| known.ends_with(&*ending) && !known.starts_with('/'));
                only(holes.chain(whole)).map_or_else(open, Step::Elsewhere)
            }
        }
    }

    /// The values of the exports of this very name.
    fn exported_as(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.exports.get(name).into_iter().flatten().filter_map(move |scope| self.scope(*scope)?.exports.get(name))
    }

    /// The values of the exports of whose names only the ending is known, by that ending.
    fn exported_with_hole(&self, is_meant: impl Fn(&str) -> bool) -> impl Iterator<Item = &Value> {
        let holes = self
            .exports
            .range::<str, _>((Bound::Included("*"), Bound::Unbounded))
            .map_while(|(name, _)| Some((name, name.strip_prefix('*')?)));
        holes.filter(move |(_, ending)| is_meant(ending)).flat_map(|(name, _)| self.exported_as(name))
    }

    /// The values of the exports whose names are known.
    fn exported_in_full(&self, is_meant: impl Fn(&str) -> bool) -> impl Iterator<Item = &Value> {
        let names = self.exports.keys().filter(move |name| !name.starts_with('*') && is_meant(name));
        names.flat_map(|name| self.exported_as(name))
    }

    /// The resource that a data source finds by its name (`data "aws_iam_role"`), where its own root module makes the only one
    /// that certainly has it.
    fn looked_up(&self, source: NodeId, kind: &str, attribute: &str) -> Option<NodeId> {
        let node = self.node(source)?;
        let kind = super::kinds::named(kind)?;
        let found = node.resource.type_name.strip_prefix("data.")?;
        let by_name = kind.handles.iter().find(|handle| handle.name == "name")?;
        let is_handle = kind.handles.iter().any(|handle| handle.terraform.contains(&attribute));
        if !kind.terraform.contains(&found) || !is_handle {
            return None;
        }
        let name = node.resource.properties.get("name");
        let beside = self.of_in(node.resource.id.scope, kind.name).iter().copied();
        let near: Vec<NodeId> = beside.filter(|id| (by_name.written)(self, *id).same(&name).is_yes()).collect();
        match near.as_slice() {
            [only] => Some(*only),
            _ => None,
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
        for name in self.names().candidates(self, (kind, handle), value, scope) {
            let Some(node) = self.node(name.id) else { continue };
            let answer = names_same(value, &name.written, handle == "arn");
            let near = node.resource.id.scope == scope;
            if !near && (self.is_repetition(node.resource.id.scope) || self.is_repetition(scope)) {
                continue;
            }
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

    /// True for a scope whose resources the input holds a second time, in the scope that it repeats.
    fn is_repetition(&self, scope: ScopeId) -> bool {
        self.scope(scope).is_some_and(|scope| scope.repeats.is_some())
    }

    /// True when an ARN names the very account that the other resource's stack is known to deploy to.
    fn accounts_agree(&self, arn: &Value, other: NodeId) -> bool {
        let account = self.scope_of(other).and_then(|scope| scope.account.as_str());
        let named = arn.as_str().and_then(|arn| arn.split(':').nth(4));
        account.is_some() && account == named
    }
}

impl Graph {
    /// Whether CloudFormation creates one resource of a stack before another: because that one depends on it, directly or
    /// through others, by `DependsOn` or by a reference. Unknown where a value on the way does not show what it is made of.
    pub fn is_created_before(&self, first: &ResourceRef, then: &ResourceRef) -> Tri {
        let mut seen: BTreeSet<ResourceRef> = BTreeSet::new();
        let mut open = vec![then.clone()];
        let mut hidden = false;
        while let Some(at) = open.pop() {
            if at == *first {
                return Tri::Yes;
            }
            if at.scope != then.scope || !seen.insert(at.clone()) {
                continue;
            }
            let Some(node) = self.find(&at).and_then(|id| self.node(id)) else { continue };
            let resource = &node.resource;
            open.extend(resource.depends_on.iter().map(|to| ResourceRef { scope: at.scope, address: to.clone() }));
            let mut made_of = MadeOf::default();
            made_of.value(&resource.properties);
            open.extend(made_of.resources);
            hidden |= made_of.hidden;
        }
        if hidden { Tri::Unknown } else { Tri::No }
    }
}

/// The one value there is.
fn only<'a>(mut values: impl Iterator<Item = &'a Value>) -> Option<Value> {
    let first = values.next()?;
    values.next().is_none().then(|| first.clone())
}

/// Under which name the value of an SSM parameter is found to which `{{resolve:ssm:<name>}}`, with a version or without, refers.
fn stored_under(reference: &str) -> Option<String> {
    let name = reference.strip_prefix("ssm:")?;
    let name = match name.rsplit_once(':') {
        Some((name, version)) if version.parse::<u64>().is_ok() => name,
        _ => name,
    };
    Some(format!("/ssm/{name}"))
}

/// The known end of the name in an `Fn::ImportValue` of a name that starts with a hole.
fn import_ending(term: &Term) -> Option<String> {
    let Term::Call(function, arguments) = term else { return None };
    let [Term::Call(text, parts)] = &**arguments else { return None };
    let last = match (&**function, &**text, &**parts) {
        ("Fn::ImportValue", "text", [first, Term::Literal(last)]) if !matches!(first, Term::Literal(_)) => last,
        _ => return None,
    };
    let ending: String = serde_json::from_str(last).ok()?;
    ending.contains(|c: char| c.is_alphanumeric()).then_some(ending)
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
/// the pool and calls the API which sets MFA; or the configuration of one of its Regions, which has its own.
pub(super) fn mark_altered(graph: &mut Graph) {
    let scopes: Vec<ScopeId> = graph.changers.keys().copied().collect();
    for scope in scopes {
        for pool in graph.of_in(scope, "user_pool").to_vec() {
            let by = graph.altering(pool).first().copied();
            graph.set_altered_by(pool, by);
        }
    }
}

impl Graph {
    /// The pools that something outside the template changes.
    pub fn altered(&self) -> impl Iterator<Item = NodeId> {
        self.nodes().filter(|(_, node)| node.altered_by.is_some()).map(|(id, _)| id)
    }

    /// What may change a pool outside the template, in source order.
    pub fn altering(&self, pool: NodeId) -> Vec<NodeId> {
        let Some(pool) = self.node(pool).map(|node| &node.resource.id) else { return Vec::new() };
        let beside = self.changers.get(&pool.scope).into_iter().flatten().copied();
        beside.filter(|id| self.node(*id).is_some_and(|node| alters(node, pool))).collect()
    }

    /// Says which resource changes a pool outside the template; `None`: nothing does.
    pub fn set_altered_by(&mut self, pool: NodeId, by: Option<NodeId>) {
        let by = by.and_then(|by| self.node(by)).map(|node| node.resource.id.address.clone());
        if let Some(node) = self.nodes.get_mut(pool.0 as usize) {
            node.altered_by = by;
        }
        // What was worked out before may have read the pool.
        (self.backlinks, self.memo, self.readings) = Default::default();
    }
}

/// True for types of resources that may change a pool after its creation.
pub(super) fn may_change(type_name: &str) -> bool {
    may_call(type_name) || configures_region(type_name)
}

/// True for what gives a Region of a pool its own text messages, email and triggers.
fn configures_region(type_name: &str) -> bool {
    type_name == "AWS::Cognito::UserPoolRegionalConfigurationAttachment"
}

/// True for types of resources that run something: custom resources of a template, provisioners of Terraform.
fn may_call(type_name: &str) -> bool {
    type_name.starts_with("Custom::")
        || matches!(type_name, "AWS::CloudFormation::CustomResource" | "null_resource" | "terraform_data")
}

/// True for a program that gets another resource: what it does with it nobody can see.
fn gets(caller: &super::Node, other: &ResourceRef) -> bool {
    let resource = &caller.resource;
    mentions(&resource.properties, other) || mentions(&resource.attributes, other)
}

fn alters(caller: &super::Node, pool: &ResourceRef) -> bool {
    let resource = &caller.resource;
    // An SDK call of the CDK names its action; what another custom resource does with the pool nobody can see.
    gets(caller, pool) && (&*resource.type_name != "Custom::AWS" || calls_mfa_api(&resource.properties))
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
