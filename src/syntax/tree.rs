//! The tree of a YAML or JSON text: a flat arena, so that neither building, walking nor dropping it recurses.

use super::SyntaxError;
use crate::source::{FileId, Span};
use crate::value::Number;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Collections nested deeper than this are an error: real templates stay under 50.
pub const DEEPEST: usize = 256;

/// A text of more scalars and collections than this is read no further: a tree takes ten times the space of its text.
pub const MOST_NODES: usize = 1 << 20;

/// Names a node of its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A YAML stream or JSON text.
#[derive(Debug)]
pub struct Tree {
    /// The file it was read from.
    pub file: FileId,
    /// The root of every document; one for JSON.
    pub documents: Vec<NodeId>,
    /// The comments in source order; none in JSON.
    pub comments: Vec<Comment>,
    /// What is wrong. Documents before an error in a YAML stream are kept.
    pub errors: Vec<SyntaxError>,
    nodes: Vec<Node>,
    cut: BTreeSet<NodeId>,
}

/// A value of the source.
#[derive(Debug)]
pub struct Node {
    /// From its first to its last character, without tag and anchor.
    pub span: Span,
    /// A YAML tag such as `!GetAtt`.
    pub tag: Option<Tag>,
    /// What it is.
    pub kind: NodeKind,
}

/// A YAML tag as written, with its place.
#[derive(Debug, Clone)]
pub struct Tag {
    /// `!GetAtt`, `!!str`.
    pub name: Arc<str>,
    /// Where.
    pub span: Span,
}

/// The kinds of node. Plain YAML scalars are resolved as YAML 1.1 does, which is what CloudFormation reads: an unquoted `ON`
/// is `Bool(true)`; dates stay strings. The source text of a scalar is always `span`.
#[derive(Debug)]
pub enum NodeKind {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true`, and in YAML also `yes`, `on`.
    Bool(bool),
    /// A number; YAML's octal, hexadecimal and sexagesimal forms as the decimal number they mean.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// A list.
    Sequence(Vec<NodeId>),
    /// Keys and values in source order; equal keys may occur more than once.
    Mapping(Vec<(NodeId, NodeId)>),
    /// A YAML alias with the node it stands for; `None` when no anchor has its name. Never expanded here: expansion is
    /// where billions of laughs come from.
    Alias(Option<NodeId>),
}

/// A `#` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From `#` to the end of the line.
    pub span: Span,
    /// True when something else stands before it on its line.
    pub trailing: bool,
}

impl Tree {
    /// The node behind an id of this tree; a null node for an id of another tree.
    pub fn node(&self, id: NodeId) -> &Node {
        static NONE: Node =
            Node { span: Span { file: FileId(u32::MAX), start: 0, end: 0 }, tag: None, kind: NodeKind::Null };
        self.nodes.get(id.0 as usize).unwrap_or(&NONE)
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True when nothing was read.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node that an id stands for, aliases followed (a bounded number of times).
    pub fn resolve(&self, id: NodeId) -> NodeId {
        let mut at = id;
        for _ in 0..64 {
            match self.node(at).kind {
                NodeKind::Alias(Some(target)) => at = target,
                _ => return at,
            }
        }
        at
    }

    /// The entries of a mapping; empty for anything else. Aliases are followed; merge keys (`<<`) are not applied.
    pub fn entries(&self, id: NodeId) -> &[(NodeId, NodeId)] {
        match &self.node(self.resolve(id)).kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a sequence; empty for anything else.
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        match &self.node(self.resolve(id)).kind {
            NodeKind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The string of a string node.
    pub fn str(&self, id: NodeId) -> Option<&Arc<str>> {
        match &self.node(self.resolve(id)).kind {
            NodeKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The last value under a key of a mapping, with the key's node.
    pub fn get(&self, id: NodeId, key: &str) -> Option<(NodeId, NodeId)> {
        let found = self.entries(id).iter().rev().find(|(name, _)| self.str(*name).is_some_and(|name| &**name == key));
        found.copied()
    }

    /// True for a collection that an error interrupted: the text may hold more of it than the tree does.
    pub fn is_cut(&self, id: NodeId) -> bool {
        !self.cut.is_empty() && self.cut.contains(&self.resolve(id))
    }

    /// Keys that occur more than once in their mapping, each with the key of the same text before it. Only string keys are
    /// looked at; YAML's merge key `<<` may be repeated.
    pub fn duplicates(&self) -> Vec<(NodeId, NodeId)> {
        let mut found = Vec::new();
        for node in &self.nodes {
            let NodeKind::Mapping(entries) = &node.kind else { continue };
            let mut seen: BTreeMap<&str, NodeId> = BTreeMap::new();
            for (key, _) in entries {
                let NodeKind::String(text) = &self.node(*key).kind else { continue };
                if !self.is_merge_key(*key)
                    && let Some(before) = seen.insert(text, *key)
                {
                    found.push((before, *key));
                }
            }
        }
        found
    }

    /// True for YAML's merge key: an unquoted `<<`.
    pub fn is_merge_key(&self, id: NodeId) -> bool {
        let node = self.node(id);
        matches!(&node.kind, NodeKind::String(text) if &**text == "<<") && node.tag.is_none() && node.span.len() == 2
    }

    /// Adds a node that the text does not hold: what a transform makes of nodes that it does. Its span is that of the node
    /// it was made from.
    pub fn add(&mut self, span: Span, kind: NodeKind) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { span, tag: None, kind });
        id
    }

    /// Adds a node that was made from another one and keeps its span and tag.
    pub fn add_like(&mut self, model: NodeId, kind: NodeKind) -> NodeId {
        let (span, tag) = (self.node(model).span, self.node(model).tag.clone());
        let id = self.add(span, kind);
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.tag = tag;
        }
        id
    }

    /// Takes over the nodes and comments of another tree, whose spans keep naming their own file; what the root of one of
    /// its documents is called here.
    pub fn append(&mut self, other: Self, root: NodeId) -> NodeId {
        let offset = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let moved = |id: NodeId| NodeId(id.0.saturating_add(offset));
        for mut node in other.nodes {
            match &mut node.kind {
                NodeKind::Sequence(items) => items.iter_mut().for_each(|item| *item = moved(*item)),
                NodeKind::Mapping(entries) => {
                    entries.iter_mut().for_each(|(key, value)| (*key, *value) = (moved(*key), moved(*value)));
                }
                NodeKind::Alias(target) => *target = target.map(moved),
                NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) => {}
            }
            self.nodes.push(node);
        }
        self.cut.extend(other.cut.into_iter().map(moved));
        self.comments.extend(other.comments);
        moved(root)
    }

    /// Drops the tag of a node, as a transform does whose call the node was.
    pub fn untag(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.tag = None;
        }
    }

    /// Replaces the entries of a mapping, as a transform does.
    pub fn set_entries(&mut self, id: NodeId, entries: Vec<(NodeId, NodeId)>) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize)
            && matches!(node.kind, NodeKind::Mapping(_))
        {
            node.kind = NodeKind::Mapping(entries);
        }
    }

    /// The ids of all nodes, in the order in which the source begins them, then those that were added.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> {
        (0..self.nodes.len()).map(|at| NodeId(u32::try_from(at).unwrap_or(u32::MAX)))
    }
}

/// Builds a [`Tree`] from events, with a stack of its own.
pub(super) struct Builder {
    tree: Tree,
    open: Vec<Open>,
    /// The finished children of the open collections, the innermost collection's last.
    children: Vec<NodeId>,
}

/// A collection whose end has not been read.
struct Open {
    id: NodeId,
    first_child: usize,
}

impl Builder {
    pub(super) fn new(file: FileId) -> Self {
        let tree = Tree {
            file,
            documents: Vec::new(),
            comments: Vec::new(),
            errors: Vec::new(),
            nodes: Vec::new(),
            cut: BTreeSet::new(),
        };
        Self { tree, open: Vec::new(), children: Vec::new() }
    }

    /// Adds a scalar or an alias.
    pub(super) fn leaf(&mut self, span: Span, tag: Option<Tag>, kind: NodeKind) -> NodeId {
        let id = self.add(span, tag, kind);
        self.place(id);
        id
    }

    /// Begins a collection; `kind` is an empty one.
    pub(super) fn begin(&mut self, span: Span, tag: Option<Tag>, kind: NodeKind) -> NodeId {
        let id = self.add(span, tag, kind);
        self.open.push(Open { id, first_child: self.children.len() });
        id
    }

    /// Ends the innermost collection. `end` is the place behind its closing bracket; a collection without one (block
    /// style) ends where its last child does.
    pub(super) fn end(&mut self, end: Option<u32>) {
        let Some(Open { id, first_child }) = self.open.pop() else { return };
        let children = self.children.split_off(first_child);
        let last = children.last().map(|last| self.tree.node(*last).span.end);
        if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
            node.span.end = end.or(last).unwrap_or(node.span.end).max(node.span.end);
            match &mut node.kind {
                NodeKind::Sequence(items) => *items = children,
                // A key whose value was never read is dropped: the mapping is marked as cut.
                NodeKind::Mapping(entries) => *entries = pairs(&children),
                _ => {}
            }
        }
        self.place(id);
    }

    /// After an error: ends everything that is open, and marks what may be incomplete. The error may lie behind its
    /// cause, so the very last scalar that was read is dropped and the collections around it count as cut, too.
    pub(super) fn break_off(&mut self) {
        let innermost = self.open.last().map(|open| open.id);
        while let Some(open) = self.open.last() {
            self.tree.cut.insert(open.id);
            self.end(None);
        }
        let mut at = innermost;
        while let Some(id) = at {
            self.tree.cut.insert(id);
            at = self.drop_last_scalar(id);
        }
    }

    /// Drops the last child of a collection if it is a scalar; else names that child.
    fn drop_last_scalar(&mut self, id: NodeId) -> Option<NodeId> {
        let last = match &self.tree.node(id).kind {
            NodeKind::Sequence(items) => *items.last()?,
            NodeKind::Mapping(entries) => entries.last()?.1,
            _ => return None,
        };
        if matches!(self.tree.node(last).kind, NodeKind::Sequence(_) | NodeKind::Mapping(_)) {
            return Some(last);
        }
        match self.tree.nodes.get_mut(id.0 as usize).map(|node| &mut node.kind) {
            Some(NodeKind::Sequence(items)) => drop(items.pop()),
            Some(NodeKind::Mapping(entries)) => drop(entries.pop()),
            _ => {}
        }
        None
    }

    /// The innermost open collection: whether it is a mapping, and whether it has no child yet.
    pub(super) fn innermost(&self) -> Option<(bool, bool)> {
        let open = self.open.last()?;
        let mapping = matches!(self.tree.node(open.id).kind, NodeKind::Mapping(_));
        Some((mapping, self.children.len() == open.first_child))
    }

    /// True when the tree may not grow any more.
    pub(super) fn is_full(&self) -> bool {
        self.tree.nodes.len() >= MOST_NODES
    }

    /// The number of open collections.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn error(&mut self, error: SyntaxError) {
        self.tree.errors.push(error);
    }

    pub(super) fn comment(&mut self, comment: Comment) {
        self.tree.comments.push(comment);
    }

    pub(super) fn finish(self) -> Tree {
        self.tree
    }

    fn add(&mut self, span: Span, tag: Option<Tag>, kind: NodeKind) -> NodeId {
        let id = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX));
        self.tree.nodes.push(Node { span, tag, kind });
        id
    }

    /// A finished node becomes a child of the innermost open collection, else a document.
    fn place(&mut self, id: NodeId) {
        if self.open.is_empty() {
            self.tree.documents.push(id);
        } else {
            self.children.push(id);
        }
    }
}

fn pairs(children: &[NodeId]) -> Vec<(NodeId, NodeId)> {
    let pair = |pair: &[NodeId]| match pair {
        [key, value] => Some((*key, *value)),
        _ => None,
    };
    children.chunks_exact(2).filter_map(pair).collect()
}
