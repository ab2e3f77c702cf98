//! What resources are called, indexed: a reference is compared with the few resources that it may mean, not with all.

use super::kinds::{Handle, KINDS};
use super::{Graph, NodeId};
use crate::value::{Data, Part, ScopeId, Term, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A resource and one of its handles as its configuration writes it.
#[derive(Debug)]
pub(super) struct Name {
    /// The resource.
    pub(super) id: NodeId,
    /// The handle; may be a text with holes, a choice or absent.
    pub(super) written: Value,
}

/// The names of all resources of one kind, by one handle.
#[derive(Debug, Default)]
struct Names {
    all: Vec<Name>,
    /// By the last part of the name, where that is known.
    by_tail: BTreeMap<Arc<str>, Vec<usize>>,
    /// Those whose last part is not known, by scope.
    vague: BTreeMap<ScopeId, Vec<usize>>,
    by_scope: BTreeMap<ScopeId, Vec<usize>>,
}

/// Every name of every kind; those of a kind by a handle are worked out when the first reference asks for them.
#[derive(Debug)]
pub(super) struct Index(BTreeMap<(&'static str, &'static str), (&'static Handle, OnceLock<Names>)>);

impl Index {
    pub(super) fn new() -> Self {
        let handles = KINDS.iter().flat_map(|kind| kind.handles.iter().map(|handle| (kind.name, handle)));
        Self(handles.map(|(kind, handle)| ((kind, handle.name), (handle, OnceLock::new()))).collect())
    }

    /// The resources of a kind that a reference written in `scope` may mean: those whose name ends alike, wherever they are,
    /// and those of the same scope of whose names that is not known.
    pub(super) fn candidates(
        &self,
        graph: &Graph,
        (kind, handle): (&str, &str),
        reference: &Value,
        scope: ScopeId,
    ) -> Vec<&Name> {
        let names = self.0.iter().find(|((own_kind, own_handle), _)| *own_kind == kind && *own_handle == handle);
        let Some((_, (handle, names))) = names else { return Vec::new() };
        let names = names.get_or_init(|| Names::new(graph, kind, handle));
        let near = |names: &BTreeMap<ScopeId, Vec<usize>>| names.get(&scope).cloned().unwrap_or_default();
        let mut found = match tail(reference) {
            Some(tail) => names.by_tail.get(&tail).cloned().unwrap_or_default(),
            None => near(&names.by_scope),
        };
        found.extend(near(&names.vague));
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|at| names.all.get(at)).collect()
    }
}

impl Names {
    fn new(graph: &Graph, kind: &str, handle: &Handle) -> Self {
        let mut names = Self::default();
        for id in graph.of(kind) {
            let Some(node) = graph.node(*id) else { continue };
            let written = (handle.written)(graph, *id);
            let (at, scope) = (names.all.len(), node.resource.id.scope);
            names.by_scope.entry(scope).or_default().push(at);
            match tail(&written) {
                Some(tail) => names.by_tail.entry(tail).or_default().push(at),
                None if written.is_absent() => {}
                None => names.vague.entry(scope).or_default().push(at),
            }
            names.all.push(Name { id: *id, written });
        }
        names
    }
}

/// Resources that refer to resources of another kind, indexed by what they can mean.
#[derive(Debug, Default)]
pub(super) struct Referrers {
    by_scope: BTreeMap<ScopeId, Vec<NodeId>>,
    /// Those that name something by a literal, by that literal's last part.
    by_name: BTreeMap<Arc<str>, Vec<NodeId>>,
    /// Those that refer to something in another scope, or to an export.
    afar: Vec<NodeId>,
}

impl Referrers {
    /// The resources of a kind, by what stands in one of their attributes.
    pub(super) fn new(graph: &Graph, kind: &str, attribute: &str) -> Self {
        let mut referrers = Self::default();
        for id in graph.of(kind) {
            let Some(node) = graph.node(*id) else { continue };
            let scope = node.resource.id.scope;
            referrers.by_scope.entry(scope).or_default().push(*id);
            let mut leaves = Leaves { scope, names: Vec::new(), afar: false };
            leaves.collect(&graph.read(*id, attribute).value);
            for name in leaves.names {
                referrers.by_name.entry(name).or_default().push(*id);
            }
            if leaves.afar {
                referrers.afar.push(*id);
            }
        }
        referrers
    }

    /// Those that may refer to a resource of this scope and name.
    pub(super) fn of(&self, scope: ScopeId, name: &Value) -> Vec<NodeId> {
        let near = self.by_scope.get(&scope).into_iter().flatten();
        let named = tail(name).and_then(|tail| self.by_name.get(&tail)).into_iter().flatten();
        let mut found: Vec<NodeId> = near.chain(named).chain(&self.afar).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What the references in a value can mean beyond the value's own scope.
struct Leaves {
    scope: ScopeId,
    names: Vec<Arc<str>>,
    afar: bool,
}

impl Leaves {
    fn collect(&mut self, value: &Value) {
        match &value.data {
            Data::String(_) | Data::Text(_) => match tail(value) {
                Some(name) => self.names.push(name),
                None => self.afar = true,
            },
            Data::Unknown(unknown) => match &unknown.term {
                Term::Attribute(resource, _) => self.afar |= resource.scope != self.scope,
                Term::Export(_) => self.afar = true,
                _ => {}
            },
            Data::List(list) => list.items.iter().for_each(|item| self.collect(item)),
            Data::Choice(choice) => choice.arms.iter().for_each(|(_, arm)| self.collect(arm)),
            _ => {}
        }
    }
}

/// The text behind the last slash of a name, or all of it where there is none; `None` where a hole may stand in it.
fn tail(name: &Value) -> Option<Arc<str>> {
    let last = |text: &str| Arc::from(text.rsplit('/').next().unwrap_or(text));
    match &name.data {
        Data::String(text) => Some(last(text)),
        Data::Text(text) => {
            // What comes from several places stands in several literals.
            let mut ending = String::new();
            for part in text.parts().iter().rev() {
                let Part::Literal(literal, _) = part else { return None };
                ending.insert_str(0, literal);
                if literal.contains('/') {
                    return Some(last(&ending));
                }
            }
            None
        }
        _ => None,
    }
}
