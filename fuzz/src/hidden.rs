//! Inputs with their values hidden: each property or argument of a resource is something of which nothing is known. What is
//! then still found must be found whatever the values are.

use coglint::source::{FileId, Span};
use coglint::syntax;
use coglint::syntax::hcl::{self, Body};
use coglint::syntax::tree::{NodeId, NodeKind, Tree};
use serde_json::{Map, Value, json};

/// A template is written out at most so large: aliases multiply.
const MOST_NODES: usize = 5_000;
const DEEPEST: usize = 64;

/// A template with every property of its resources replaced by a reference to something of its own that nobody declares.
/// `None` for a text that is no template, or not as a whole.
pub fn hidden_template(text: &str) -> Option<String> {
    let tree = syntax::parse_template(FileId(0), text);
    let root = *tree.documents.first().filter(|_| tree.errors.is_empty() && tree.documents.len() == 1)?;
    let mut writer = Writer { tree: &tree, nodes_left: MOST_NODES };
    let mut template = writer.value(root, 0)?;
    let mut number = 0;
    let resources = template.get_mut("Resources")?.as_object_mut()?;
    for resource in resources.values_mut() {
        let Some(properties) = resource.get_mut("Properties").and_then(Value::as_object_mut) else { continue };
        if properties.keys().any(|key| key.starts_with("Fn::") || key == "Ref") {
            continue;
        }
        for value in properties.values_mut() {
            number += 1;
            *value = json!({ "Ref": format!("Hidden{number}") });
        }
    }
    Some(template.to_string())
}

struct Writer<'a> {
    tree: &'a Tree,
    nodes_left: usize,
}

impl Writer<'_> {
    /// A node as JSON; `None` beyond the limits, and for what JSON has no form for.
    fn value(&mut self, id: NodeId, depth: usize) -> Option<Value> {
        self.nodes_left = self.nodes_left.checked_sub(1)?;
        if depth > DEEPEST {
            return None;
        }
        let node = self.tree.node(id);
        let value = match &node.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(value) => Value::Bool(*value),
            NodeKind::Number(number) => serde_json::from_str(number.text()).ok()?,
            NodeKind::String(text) => Value::from(&**text),
            NodeKind::Sequence(items) => {
                Value::Array(items.iter().map(|item| self.value(*item, depth + 1)).collect::<Option<_>>()?)
            }
            NodeKind::Mapping(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    let name = self.tree.str(*key).filter(|_| !self.tree.is_merge_key(*key))?;
                    if map.insert(name.to_string(), self.value(*value, depth + 1)?).is_some() {
                        return None;
                    }
                }
                Value::Object(map)
            }
            NodeKind::Alias(target) => self.value((*target)?, depth + 1)?,
        };
        let Some(tag) = &node.tag else { return Some(value) };
        let name = tag.name.strip_prefix('!').filter(|name| !name.starts_with('!'))?;
        let function = if matches!(name, "Ref" | "Condition") { name.to_owned() } else { format!("Fn::{name}") };
        Some(json!({ function: value }))
    }
}

/// Arguments that say how many there are of something, or where it comes from.
const KEPT: &[&str] = &["count", "for_each", "source", "provider", "providers", "depends_on", "labels", "iterator"];

/// The same modules with every argument of their resources replaced by a variable of its own that nobody declares. Files of
/// other languages stay as they are.
pub fn hidden_modules(files: &[(String, String)]) -> Vec<(String, String)> {
    let mut number = 0;
    let hide = |(path, text): &(String, String)| {
        let text = if path.ends_with(".tf") { hidden_module(text, &mut number) } else { text.clone() };
        (path.clone(), text)
    };
    files.iter().map(hide).collect()
}

fn hidden_module(text: &str, number: &mut usize) -> String {
    let parsed = hcl::parse(FileId(0), text);
    if !parsed.errors.is_empty() {
        return text.to_owned();
    }
    let mut spans = Vec::new();
    for block in parsed.body.blocks.iter().filter(|block| matches!(&*block.kind.text, "resource" | "data")) {
        arguments(&block.body, &mut spans);
    }
    spans.sort();
    let mut hidden = String::new();
    let mut at = 0;
    for span in spans {
        *number += 1;
        hidden.push_str(&text[at..span.range().start]);
        hidden.push_str(&format!("var.hidden_{number}"));
        at = span.range().end;
        // The newline that ends a heredoc is part of it.
        if text[..at].ends_with('\n') {
            hidden.push('\n');
        }
    }
    hidden.push_str(&text[at..]);
    hidden
}

fn arguments(body: &Body, spans: &mut Vec<Span>) {
    let hidden = body.attributes.iter().filter(|attribute| !KEPT.contains(&&*attribute.key.text));
    spans.extend(hidden.map(|attribute| attribute.value.span));
    for block in
        body.blocks.iter().filter(|block| !matches!(&*block.kind.text, "lifecycle" | "provisioner" | "connection"))
    {
        arguments(&block.body, spans);
    }
}
