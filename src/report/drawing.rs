//! Pictures of the graph: resources as boxes, references as arrows, and what is not known of either.
//!
//! Everything written here may come from a template. Each language gets its own escapes, so that a name is a name.

use super::safe_line;
use crate::engine::shown;
use crate::frontend::Dialect;
use crate::graph::kinds::{Attribute, Shape};
use crate::graph::link::Link;
use crate::graph::{Graph, NodeId, Reading};
use crate::source::Span;
use crate::value::{Data, ResourceRef, ScopeId, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Kinds of resources that say which roles they are for.
const POLICIES: &[&str] = &["role_policy", "managed_policy", "policy_attachment", "exclusive_policies"];
/// More boxes than this are no picture for the summary of a job, and Mermaid refuses long texts.
const MOST_BOXES: usize = 40;

/// Resources of kinds that rules know, and where their references lead.
#[derive(Debug)]
pub struct Drawing<'a> {
    graph: &'a Graph,
    nodes: BTreeSet<NodeId>,
    edges: Vec<Edge>,
    /// Boxes that are drawn as wrong.
    marked: BTreeSet<NodeId>,
}

#[derive(Debug)]
struct Edge {
    from: NodeId,
    /// The attribute that refers: `sms.role`.
    by: String,
    to: End,
}

/// Where a reference leads.
#[derive(Debug)]
enum End {
    Node(NodeId),
    /// To something that is certainly not in the input.
    Outside(String),
    /// Nobody can say where to: why.
    Unknown(String),
}

impl<'a> Drawing<'a> {
    /// Everything that was read.
    pub fn whole(graph: &'a Graph) -> Self {
        let known = graph.nodes().filter(|(_, node)| node.kind.is_some());
        let nodes: BTreeSet<NodeId> = known.map(|(id, _)| id).collect();
        let mut drawing = Self { graph, nodes: BTreeSet::new(), edges: Vec::new(), marked: BTreeSet::new() };
        nodes.iter().for_each(|id| drawing.follow_all_of(*id));
        drawing.nodes = nodes;
        drawing
    }

    /// These resources, what they refer to, and the policies of their roles; only as much as one can take in. `None` where
    /// nothing links: a lone box says nothing.
    pub fn around(graph: &'a Graph, resources: &BTreeSet<ResourceRef>) -> Option<Self> {
        let marked: BTreeSet<NodeId> = resources.iter().filter_map(|resource| graph.find(resource)).collect();
        let mut drawing = Self { graph, nodes: BTreeSet::new(), edges: Vec::new(), marked };
        for id in drawing.marked.clone() {
            drawing.draw(id);
        }
        let near: Vec<NodeId> = drawing.ends().into_iter().chain(drawing.nodes.clone()).collect();
        for id in near.into_iter().filter(|id| graph.node(*id).is_some_and(|node| kind_is(node.kind, "role"))) {
            drawing.draw(id);
            for kind in POLICIES {
                graph.naming_role(kind, id).into_iter().for_each(|policy| drawing.draw(policy));
            }
        }
        drawing.nodes.extend(drawing.ends());
        let linked: BTreeSet<NodeId> = drawing.edges.iter().map(|edge| edge.from).chain(drawing.ends()).collect();
        drawing.nodes.retain(|id| linked.contains(id));
        (!drawing.edges.is_empty()).then_some(drawing)
    }

    /// Takes a resource into the picture, where there is still room.
    fn draw(&mut self, id: NodeId) {
        if self.nodes.len() < MOST_BOXES && self.nodes.insert(id) {
            self.follow_all_of(id);
        }
    }

    fn ends(&self) -> BTreeSet<NodeId> {
        let ends = self.edges.iter().filter_map(|edge| match edge.to {
            End::Node(id) => Some(id),
            _ => None,
        });
        ends.collect()
    }

    fn follow_all_of(&mut self, id: NodeId) {
        if let Some(kind) = self.graph.node(id).and_then(|node| node.kind) {
            self.follow_all(id, "", kind.attributes, &mut Vec::new());
        }
    }

    /// Two attributes may be views of one property: the place of its value is followed once.
    fn follow_all(&mut self, id: NodeId, prefix: &str, attributes: &[Attribute], followed: &mut Vec<Span>) {
        for attribute in attributes {
            let path = format!("{prefix}{}", attribute.name);
            match attribute.shape {
                Shape::Link(kind, handle) | Shape::List(&Shape::Link(kind, handle)) => {
                    let Reading { value, place } = self.graph.read(id, &path);
                    if !value.is_absent() && !followed.contains(&place) {
                        followed.push(place);
                        self.follow(id, &path, &value, kind, handle);
                    }
                }
                Shape::Block(attributes) => self.follow_all(id, &format!("{path}."), attributes, followed),
                _ => {}
            }
        }
    }

    fn follow(&mut self, from: NodeId, by: &str, value: &Value, kind: &str, handle: &str) {
        for (_, arm) in value.arms() {
            if let Data::List(list) = &arm.data {
                let items = list.items.iter().flat_map(Value::arms);
                items.for_each(|(_, item)| self.follow_one(from, by, &item, kind, handle));
                if let Some(rest) = &list.rest {
                    self.push(from, by, End::Unknown(rest.why.to_string()));
                }
            } else {
                self.follow_one(from, by, &arm, kind, handle);
            }
        }
    }

    fn follow_one(&mut self, from: NodeId, by: &str, value: &Value, kind: &str, handle: &str) {
        match self.graph.follow(from, value, kind, handle) {
            Link::Node(id) => self.push(from, by, End::Node(id)),
            Link::Outside(value) => self.push(from, by, End::Outside(shown(&value))),
            Link::Unknown(unknown) => self.push(from, by, End::Unknown(unknown.why.to_string())),
            Link::Absent => {}
        }
    }

    fn push(&mut self, from: NodeId, by: &str, to: End) {
        self.edges.push(Edge { from, by: by.to_owned(), to });
    }

    /// The scopes with the resources of each that are drawn.
    fn scopes(&self) -> BTreeMap<ScopeId, Vec<NodeId>> {
        let mut scopes: BTreeMap<ScopeId, Vec<NodeId>> = BTreeMap::new();
        for id in &self.nodes {
            if let Some(node) = self.graph.node(*id) {
                scopes.entry(node.resource.id.scope).or_default().push(*id);
            }
        }
        scopes
    }

    fn scope_name(&self, id: ScopeId) -> String {
        self.graph.scope(id).map_or_else(String::new, |scope| safe_line(&scope.name))
    }

    /// `user_pool Pool`
    fn name(&self, id: NodeId) -> String {
        let node = self.graph.node(id);
        let kind = node.and_then(|node| node.kind).map_or("", |kind| kind.name);
        let address = node.map_or("", |node| &node.resource.id.address);
        format!("{kind} {}", safe_line(address))
    }

    fn place(&self, span: Span) -> String {
        let sources = self.graph.sources();
        let line = sources.file(span.file).map_or(1, |file| file.position(span.start as usize).line);
        format!("{}:{line}", safe_line(sources.path(span.file)))
    }

    /// The picture for people: each stack or root module, its resources, where each reference leads, what was not seen.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let members = self.scopes();
        for (at, scope) in self.graph.scopes().iter().enumerate() {
            let members = members.get(&id_of(at)).map_or(&[][..], Vec::as_slice);
            if members.is_empty() && scope.openings.is_empty() {
                continue;
            }
            let what = match scope.dialect {
                Dialect::CloudFormation => "stack",
                Dialect::Terraform => "root module",
            };
            let name = if scope.name.is_empty() { "." } else { &scope.name };
            writeln!(out, "{what} {}", safe_line(name))?;
            for id in members {
                let place = self.graph.node(*id).map(|node| self.place(node.resource.name_span)).unwrap_or_default();
                writeln!(out, "  {}  ({place})", self.name(*id))?;
                for edge in self.edges.iter().filter(|edge| edge.from == *id) {
                    writeln!(out, "    {} -> {}", edge.by, self.end(&edge.to))?;
                }
            }
            for opening in &scope.openings {
                writeln!(out, "  not seen: {}", safe_line(&opening.why))?;
            }
        }
        if self.graph.scopes().is_empty() {
            writeln!(out, "nothing was read")?;
        }
        Ok(())
    }

    fn end(&self, end: &End) -> String {
        match end {
            End::Node(id) => self.name(*id),
            End::Outside(value) => format!("outside of the input: {}", safe_line(value)),
            End::Unknown(why) => format!("unknown: {}", safe_line(why)),
        }
    }

    /// What both drawings need: a box for each end that is no node. The boxes are numbered like their edges.
    fn boxes(&self) -> impl Iterator<Item = (usize, String)> {
        let ends = self.edges.iter().enumerate().filter(|(_, edge)| !matches!(edge.to, End::Node(_)));
        ends.map(|(at, edge)| (at, self.end(&edge.to)))
    }

    /// The picture for Graphviz.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn dot(&self, out: &mut dyn Write) -> io::Result<()> {
        let quote = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        writeln!(out, "digraph coglint {{\n  rankdir=LR;\n  node [shape=box];")?;
        for (scope, members) in self.scopes() {
            writeln!(out, "  subgraph cluster_{} {{\n    label=\"{}\";", scope.0, quote(&self.scope_name(scope)))?;
            for id in members {
                writeln!(out, "    n{} [label=\"{}\"];", id.0, quote(&self.name(id)))?;
            }
            writeln!(out, "  }}")?;
        }
        for (at, label) in self.boxes() {
            writeln!(out, "  x{at} [label=\"{}\", style=dashed];", quote(&label))?;
        }
        for (at, edge) in self.edges.iter().enumerate() {
            let style = if matches!(edge.to, End::Unknown(_)) { ", style=dashed" } else { "" };
            writeln!(out, "  n{} -> {} [label=\"{}\"{style}];", edge.from.0, target(at, edge), edge.by)?;
        }
        writeln!(out, "}}")
    }

    /// The picture for Markdown.
    pub fn mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (scope, members) in self.scopes() {
            let _ = writeln!(text, "  subgraph s{}[\"{}\"]", scope.0, entities(&self.scope_name(scope)));
            for id in members {
                let _ = writeln!(text, "    n{}[\"{}\"]", id.0, entities(&self.name(id)));
            }
            text.push_str("  end\n");
        }
        for (at, label) in self.boxes() {
            let _ = writeln!(text, "  x{at}([\"{}\"])", entities(&label));
        }
        for (at, edge) in self.edges.iter().enumerate() {
            let arrow = if matches!(edge.to, End::Unknown(_)) { "-.->" } else { "-->" };
            let _ = writeln!(text, "  n{} {arrow}|\"{}\"| {}", edge.from.0, edge.by, target(at, edge));
        }
        for id in self.marked.intersection(&self.nodes) {
            let _ = writeln!(text, "  style n{} stroke:#d1242f,stroke-width:3px", id.0);
        }
        text
    }
}

fn kind_is(kind: Option<&'static crate::graph::kinds::Kind>, name: &str) -> bool {
    kind.is_some_and(|kind| kind.name == name)
}

fn id_of(scope: usize) -> ScopeId {
    ScopeId(u32::try_from(scope).unwrap_or(u32::MAX))
}

/// The node or the box at the end of an edge.
fn target(at: usize, edge: &Edge) -> String {
    match edge.to {
        End::Node(id) => format!("n{}", id.0),
        _ => format!("x{at}"),
    }
}

/// Mermaid's own spelling of whatever means something to it: the end of a label, HTML, Markdown in a label, a directive
/// (`%%{init: ...}%%`, which it looks for everywhere), a formula, and a fence around it.
fn entities(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | '"' | '<' | '>' | '&' | '%' | '{' | '}' | '`' | '$' | '\\' => {
                let _ = write!(safe, "#{};", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_means_anything_to_mermaid() {
        assert_eq!(entities("a\"]<b>%%{init}`#"), "a#34;]#60;b#62;#37;#37;#123;init#125;#96;#35;");
    }
}
