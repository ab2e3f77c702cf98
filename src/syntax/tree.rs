//! The tree of a YAML or JSON text: a flat arena, so that neither building, walking nor dropping it recurses.

use super::SyntaxError;
use crate::source::{FileId, Span};
use crate::value::Number;
use std::sync::Arc;

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
    pub(super) nodes: Vec<Node>,
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
}
