//! `coglint graph`: what was read, and how it links.

use super::{CLEAN, ConfigFile, Failure, check, usage, working_folder};
use crate::cli::{Graph as Arguments, GraphFormat};
use crate::discover::Project;
use crate::engine::shown;
use crate::frontend::{Dialect, Given};
use crate::graph::kinds::{Attribute, Shape};
use crate::graph::link::Link;
use crate::graph::{Graph, NodeId};
use crate::report::safe_line;
use crate::source::Span;
use crate::value::{Data, ScopeId, Value};
use std::io::{self, Write};

/// Reads a project and draws it.
pub(super) fn graph(arguments: &Arguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let working = working_folder()?;
    let located = Project::locate(&arguments.paths, &working, arguments.selection.isolated).map_err(usage)?;
    let read = ConfigFile::read(located.config(), &working)?;
    let project = located.read(&check::excludes(&arguments.selection, &read, &working)?);
    let given = Given { region: read.config.region.clone(), account: read.config.account.clone(), ..Given::default() };
    let graph = crate::graph(&project.files, &project.found, &given);
    let drawing = Drawing::new(&graph);
    match arguments.format {
        GraphFormat::Text => drawing.text(out)?,
        GraphFormat::Dot => drawing.dot(out)?,
        GraphFormat::Mermaid => drawing.mermaid(out)?,
    }
    Ok(CLEAN)
}

/// Every resource of a kind that rules know, and where its references lead.
struct Drawing<'a> {
    graph: &'a Graph,
    edges: Vec<Edge>,
}

struct Edge {
    from: NodeId,
    /// The attribute that refers: `sms.role`.
    by: String,
    to: End,
}

/// Where a reference leads.
enum End {
    Node(NodeId),
    /// To something that is certainly not in the input.
    Outside(String),
    /// Nobody can say where to: why.
    Unknown(String),
}

impl<'a> Drawing<'a> {
    fn new(graph: &'a Graph) -> Self {
        let mut drawing = Self { graph, edges: Vec::new() };
        for (id, node) in graph.nodes() {
            if let Some(kind) = node.kind {
                drawing.follow_all(id, "", kind.attributes);
            }
        }
        drawing
    }

    fn follow_all(&mut self, id: NodeId, prefix: &str, attributes: &[Attribute]) {
        for attribute in attributes {
            let path = format!("{prefix}{}", attribute.name);
            match attribute.shape {
                Shape::Link(kind, handle) | Shape::List(&Shape::Link(kind, handle)) => {
                    let value = self.graph.read(id, &path).value;
                    self.follow(id, &path, &value, kind, handle);
                }
                Shape::Block(attributes) => self.follow_all(id, &format!("{path}."), attributes),
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

    /// The resources of a scope that a kind knows.
    fn members(&self, scope: usize) -> impl Iterator<Item = NodeId> {
        let known = self.graph.nodes().filter(|(_, node)| node.kind.is_some());
        known.filter(move |(_, node)| node.resource.id.scope == id_of(scope)).map(|(id, _)| id)
    }

    fn edges_of(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.from == id)
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

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (at, scope) in self.graph.scopes().iter().enumerate() {
            let members: Vec<NodeId> = self.members(at).collect();
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
                let place = self.graph.node(id).map(|node| self.place(node.resource.name_span)).unwrap_or_default();
                writeln!(out, "  {}  ({place})", self.name(id))?;
                for edge in self.edges_of(id) {
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

    fn dot(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "digraph coglint {{\n  rankdir=LR;\n  node [shape=box];")?;
        for (at, scope) in self.graph.scopes().iter().enumerate() {
            let quote = |text: &str| safe_line(text).replace('\\', "\\\\").replace('"', "\\\"");
            writeln!(out, "  subgraph cluster_{at} {{\n    label=\"{}\";", quote(&scope.name))?;
            for id in self.members(at) {
                writeln!(out, "    n{} [label=\"{}\"];", id.0, quote(&self.name(id)))?;
            }
            writeln!(out, "  }}")?;
        }
        for (at, label) in self.boxes() {
            let label = label.replace('\\', "\\\\").replace('"', "\\\"");
            writeln!(out, "  x{at} [label=\"{label}\", style=dashed];")?;
        }
        for (at, edge) in self.edges.iter().enumerate() {
            let style = if matches!(edge.to, End::Unknown(_)) { ", style=dashed" } else { "" };
            writeln!(out, "  n{} -> {} [label=\"{}\"{style}];", edge.from.0, target(at, edge), edge.by)?;
        }
        writeln!(out, "}}")
    }

    fn mermaid(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "flowchart LR")?;
        for (at, scope) in self.graph.scopes().iter().enumerate() {
            let members: Vec<NodeId> = self.members(at).collect();
            if members.is_empty() {
                continue;
            }
            writeln!(out, "  subgraph s{at}[\"{}\"]", entities(&safe_line(&scope.name)))?;
            for id in members {
                writeln!(out, "    n{}[\"{}\"]", id.0, entities(&self.name(id)))?;
            }
            writeln!(out, "  end")?;
        }
        for (at, label) in self.boxes() {
            writeln!(out, "  x{at}([\"{}\"])", entities(&label))?;
        }
        for (at, edge) in self.edges.iter().enumerate() {
            let arrow = if matches!(edge.to, End::Unknown(_)) { "-.->" } else { "-->" };
            writeln!(out, "  n{} {arrow}|\"{}\"| {}", edge.from.0, edge.by, target(at, edge))?;
        }
        Ok(())
    }
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

/// Mermaid's own spelling of characters that would end a label or be HTML.
fn entities(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}
