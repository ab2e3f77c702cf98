//! Attributes that were read: dozens of rules look at the same few of a resource. As with all that is remembered, what is kept
//! is what would be read again.

use super::{Graph, NodeId, Reading};
use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many are kept, for the memory's sake.
const MOST: usize = 250_000;

/// The attributes of one node, in the order of its kind.
type OfNode = Box<[OnceLock<Box<Reading>>]>;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Readings {
    nodes: OnceLock<Box<[OnceLock<OfNode>]>>,
    count: AtomicUsize,
}

impl Graph {
    /// Reads an attribute of a node, named by its place among those of the node's kind; `None` where there is none.
    pub fn attribute(&self, id: NodeId, at: usize) -> Option<Cow<'_, Reading>> {
        let node = self.node(id)?;
        let attributes = node.kind?.attributes;
        let attribute = attributes.get(at)?;
        let nodes = self.readings.nodes.get_or_init(|| self.nodes.iter().map(|_| OnceLock::new()).collect());
        let of_node = nodes.get(id.0 as usize)?;
        let slot = of_node.get_or_init(|| attributes.iter().map(|_| OnceLock::new()).collect()).get(at)?;
        let read = || {
            let properties = Reading { value: node.resource.properties.clone(), place: node.resource.name_span };
            self.read_attribute(id, attribute, &properties)
        };
        if let Some(known) = slot.get() {
            return Some(Cow::Borrowed(known));
        }
        if self.readings.count.fetch_add(1, Ordering::Relaxed) >= MOST {
            return Some(Cow::Owned(read()));
        }
        Some(Cow::Borrowed(slot.get_or_init(|| Box::new(read()))))
    }
}
