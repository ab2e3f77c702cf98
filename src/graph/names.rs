//! What resources are called, indexed: a reference is compared with the few resources that it may mean, not with all.

use super::kinds::{Handle, KINDS};
use super::{Graph, NodeId};
use crate::value::{Data, Part, ScopeId, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

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

/// Every name of every kind.
#[derive(Debug)]
pub(super) struct Index(BTreeMap<(&'static str, &'static str), Names>);

impl Index {
    pub(super) fn new(graph: &Graph) -> Self {
        let handles = KINDS.iter().flat_map(|kind| kind.handles.iter().map(|handle| (kind.name, handle)));
        Self(handles.map(|(kind, handle)| ((kind, handle.name), Names::new(graph, kind, handle))).collect())
    }

    /// The resources of a kind that a reference written in `scope` may mean: those whose name ends alike, wherever they are,
    /// and those of the same scope of whose names that is not known.
    pub(super) fn candidates(&self, kind: &str, handle: &str, reference: &Value, scope: ScopeId) -> Vec<&Name> {
        let names = self.0.iter().find(|((own_kind, own_handle), _)| *own_kind == kind && *own_handle == handle);
        let Some((_, names)) = names else { return Vec::new() };
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

/// The text behind the last slash of a name, or all of it where there is none; `None` where a hole may stand in it.
fn tail(name: &Value) -> Option<Arc<str>> {
    let last = |text: &str| Arc::from(text.rsplit('/').next().unwrap_or(text));
    match &name.data {
        Data::String(text) => Some(last(text)),
        Data::Text(text) => match text.parts().last() {
            Some(Part::Literal(text, _)) if text.contains('/') => Some(last(text)),
            _ => None,
        },
        _ => None,
    }
}
