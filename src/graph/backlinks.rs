//! Which resources refer to a resource: links, read backwards. Following all links of a kind for each resource that asks would
//! cost their product.

use super::kinds::{Attribute, KINDS, Shape};
use super::link::Link;
use super::{Graph, NodeId};
use crate::value::Guard;
use std::collections::{BTreeMap, BTreeSet};

/// The link attributes of which some kind lists the referrers, by kind and name.
#[derive(Debug)]
pub(super) struct Index(BTreeMap<(&'static str, &'static str), Backlinks>);

/// The resources of one kind, by what one of their attributes may refer to.
#[derive(Debug, Default)]
struct Backlinks {
    /// By the resources to which an alternative of the link leads.
    to: BTreeMap<NodeId, Vec<NodeId>>,
    /// The first one of whose link nothing is known, in whatever scenario.
    unknown: Option<NodeId>,
    /// Those of whose links something is not known in some scenarios.
    sometimes_unknown: Vec<NodeId>,
}

impl Index {
    pub(super) fn new(graph: &Graph) -> Self {
        let listed = KINDS.iter().flat_map(|kind| kind.attributes).filter_map(|attribute| match attribute.shape {
            Shape::Referrers(kind, link) => Some((kind, link)),
            _ => None,
        });
        let listed: BTreeSet<_> = listed.collect();
        Self(listed.into_iter().map(|(kind, link)| ((kind, link), Backlinks::new(graph, kind, link))).collect())
    }

    pub(super) fn of(&self, kind: &str, attribute: &str, to: NodeId) -> Vec<NodeId> {
        let found = self.0.iter().find(|((own_kind, own_link), _)| *own_kind == kind && *own_link == attribute);
        let Some((_, links)) = found else { return Vec::new() };
        let known = links.to.get(&to).into_iter().flatten();
        let mut all: Vec<NodeId> = known.chain(&links.unknown).chain(&links.sometimes_unknown).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Backlinks {
    fn new(graph: &Graph, kind: &str, attribute: &str) -> Self {
        let mut links = Self::default();
        let Some((to_kind, handle)) = link_of(kind, attribute) else { return links };
        for id in graph.of(kind) {
            links.add(graph, *id, attribute, to_kind, handle);
        }
        links
    }

    fn add(&mut self, graph: &Graph, id: NodeId, attribute: &str, to_kind: &str, handle: &str) {
        let Some(node) = graph.node(id) else { return };
        let always = matches!(node.resource.presence, Guard::Always);
        let arms = graph.read(id, attribute).value.arms();
        for (_, arm) in &arms {
            match graph.follow(id, arm, to_kind, handle) {
                Link::Node(found) => {
                    let known = self.to.entry(found).or_default();
                    if known.last() != Some(&id) {
                        known.push(id);
                    }
                }
                Link::Unknown(_) if always && arms.len() == 1 => self.unknown = self.unknown.or(Some(id)),
                Link::Unknown(_) => self.sometimes_unknown.push(id),
                Link::Outside(_) | Link::Absent => {}
            }
        }
    }
}

/// The kind and the handle that a link attribute refers to.
fn link_of(kind: &str, attribute: &str) -> Option<(&'static str, &'static str)> {
    let kind = super::kinds::named(kind)?;
    let link = |own: &&Attribute| own.name == attribute;
    match kind.attributes.iter().find(link)?.shape {
        Shape::Link(kind, handle) => Some((kind, handle)),
        _ => None,
    }
}
