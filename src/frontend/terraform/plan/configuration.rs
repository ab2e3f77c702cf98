//! The `configuration` of a plan: which arguments are written, as a constant or with the names that they refer to.
//!
//! It is lossy. There are no locals, and nothing of a `dynamic` block but what it made.

use super::address::{Declared, Segment, names};
use super::document::Document;
use crate::syntax::tree::{NodeId, NodeKind, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Modules call each other at most this deep.
const MOST_MODULES: usize = 32;

/// The modules and resources of a configuration. Empty for a state.
pub(super) struct Configuration<'d> {
    document: &'d Document,
    modules: BTreeMap<Vec<Arc<str>>, Module>,
    resources: BTreeMap<Declared, NodeId>,
}

#[derive(Clone, Copy)]
struct Module {
    body: NodeId,
    call: Option<NodeId>,
}

/// What the configuration writes for a place in a resource. Where several blocks may have made the place, all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Nobody can see: the plan has no configuration, or the block around the place is not in it.
    Hidden,
    /// Not there, in a body that is.
    Missing,
    /// The inside of nested blocks.
    Bodies(Vec<NodeId>),
    /// Lists of nested blocks.
    Lists(Vec<NodeId>),
    /// Expressions.
    Value(Vec<NodeId>, Inside),
}

/// Which part of an expression's value a place is, by the unknown leaves of that value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// All of it.
    All,
    /// The only unknown leaf is in here.
    OnlyUnknown,
    /// A list of which so many elements are unknown as a whole.
    List(usize),
    /// The n-th of so many unknown elements.
    Element(usize, usize),
    /// Something else.
    Deep,
}

impl<'d> Configuration<'d> {
    /// Finds the modules and resources.
    pub(super) fn new(document: &'d Document) -> Self {
        let mut configuration = Self { document, modules: BTreeMap::new(), resources: BTreeMap::new() };
        let root = document.section("configuration").and_then(|section| document.get(section, "root_module"));
        let mut open: Vec<(Vec<Arc<str>>, Module)> =
            root.map(|body| (Vec::new(), Module { body, call: None })).into_iter().collect();
        while let Some((path, module)) = open.pop() {
            configuration.add_resources(&path, module.body);
            let calls = document.get(module.body, "module_calls").map_or(&[][..], |calls| document.tree.entries(calls));
            for (name, call) in calls {
                if let (Some(name), Some(body)) = (document.tree.str(*name), document.get(*call, "module"))
                    && path.len() < MOST_MODULES
                {
                    let called = path.iter().chain([name]).cloned().collect();
                    open.push((called, Module { body, call: Some(*call) }));
                }
            }
            configuration.modules.insert(path, module);
        }
        configuration
    }

    fn add_resources(&mut self, module: &[Arc<str>], body: NodeId) {
        let document = self.document;
        let resources = document.get(body, "resources").map_or(&[][..], |list| document.tree.items(list));
        for resource in resources {
            if let Some(address) = document.text(*resource, "address") {
                self.resources.insert(Declared { module: module.to_vec(), resource: address.clone() }, *resource);
            }
        }
    }

    /// Every declared resource and data source.
    pub(super) fn resources(&self) -> impl Iterator<Item = (&Declared, NodeId)> {
        self.resources.iter().map(|(declared, node)| (declared, *node))
    }

    /// The declaration of a resource.
    pub(super) fn resource(&self, declared: &Declared) -> Option<NodeId> {
        self.resources.get(declared).copied()
    }

    /// The call that makes a copy of a module.
    pub(super) fn call(&self, module: &[Segment]) -> Option<NodeId> {
        self.modules.get(&names(module))?.call
    }

    /// True when nothing repeats a resource: neither `count` or `for_each` of its own, nor of a module call around it.
    pub(super) fn is_single(&self, declared: &Declared, resource: NodeId) -> bool {
        let repeated = |node: NodeId| {
            ["count_expression", "for_each_expression"].iter().any(|key| self.document.get(node, key).is_some())
        };
        let calls = (1..=declared.module.len()).filter_map(|end| self.modules.get(declared.module.get(..end)?)?.call);
        !calls.chain([resource]).any(repeated)
    }

    /// The expression that a call passes for a variable.
    pub(super) fn argument(&self, call: NodeId, variable: &str) -> Option<NodeId> {
        self.document.get(self.document.get(call, "expressions")?, variable)
    }

    /// The expression of an output of a module.
    pub(super) fn output(&self, module: &[Segment], name: &str) -> Option<NodeId> {
        let outputs = self.document.get(self.modules.get(&names(module))?.body, "outputs")?;
        self.document.get(self.document.get(outputs, name)?, "expression")
    }

    /// What is written for an output of the root module.
    pub(super) fn output_written(&self, name: &str, mask: Option<NodeId>) -> Written {
        match self.output(&[], name) {
            Some(expression) => {
                let inside = mask.map_or(Inside::Deep, |mask| Inside::new(&self.document.tree, mask));
                Written::Value(vec![expression], inside)
            }
            None => Written::Hidden,
        }
    }

    /// The expressions of the root module's outputs.
    pub(super) fn root_outputs(&self) -> Vec<NodeId> {
        let document = self.document;
        let outputs = self.modules.get(&Vec::new()).and_then(|root| document.get(root.body, "outputs"));
        let entries = outputs.map_or(&[][..], |outputs| document.tree.entries(outputs));
        entries.iter().filter_map(|(_, output)| document.get(*output, "expression")).collect()
    }

    /// What is written for a resource as a whole.
    pub(super) fn body(&self, declared: &Declared) -> Written {
        match self.resource(declared) {
            // A block without arguments has no expressions at all.
            Some(resource) => Written::Bodies(self.document.get(resource, "expressions").into_iter().collect()),
            None => Written::Hidden,
        }
    }

    /// Every expression inside a body, nested blocks included.
    pub(super) fn expressions(&self, body: NodeId) -> Vec<NodeId> {
        self.document.tree.entries(body).iter().flat_map(|(_, value)| self.expressions_in(*value)).collect()
    }

    /// Every expression in what stands for an argument or for nested blocks.
    pub(super) fn expressions_in(&self, node: NodeId) -> Vec<NodeId> {
        let tree = &self.document.tree;
        let mut found = Vec::new();
        let mut open = vec![node];
        while let Some(at) = open.pop() {
            match &tree.node(at).kind {
                NodeKind::Mapping(entries) if !is_expression(tree, at) => {
                    open.extend(entries.iter().rev().map(|(_, value)| *value));
                }
                NodeKind::Mapping(_) => found.push(at),
                NodeKind::Sequence(items) => open.extend(items.iter().rev()),
                _ => {}
            }
        }
        found
    }

    /// The constant of an expression that is one.
    pub(super) fn constant(&self, expression: NodeId) -> Option<NodeId> {
        self.document.tree.get(expression, "constant_value").map(|(_, value)| value)
    }

    /// The names that an expression refers to, without those that another one only goes on from: of `aws_iam_role.sms.arn`
    /// and `aws_iam_role.sms` the first.
    pub(super) fn references(&self, expression: NodeId) -> Vec<Arc<str>> {
        let tree = &self.document.tree;
        let Some(list) = self.document.get(expression, "references") else { return Vec::new() };
        let all: Vec<&Arc<str>> = tree.items(list).iter().filter_map(|item| tree.str(*item)).collect();
        let sorted: BTreeSet<&str> = all.iter().map(|text| &***text).collect();
        let goes_on = |text: &str| {
            ['.', '['].iter().any(|separator| {
                let longer = format!("{text}{separator}");
                sorted.range(longer.as_str()..).next().is_some_and(|next| next.starts_with(&longer))
            })
        };
        let mut kept: Vec<Arc<str>> = Vec::new();
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for text in all {
            if known.insert(text) && !goes_on(text) {
                kept.push(text.clone());
            }
        }
        kept
    }

    /// What is written for a member of a place. `mask` says which parts of the member are not known.
    pub(super) fn member(&self, place: &Written, key: &str, mask: Option<NodeId>) -> Written {
        let tree = &self.document.tree;
        let bodies = match place {
            Written::Bodies(bodies) => bodies,
            Written::Value(nodes, inside) => return Written::Value(nodes.clone(), inside.further(None)),
            Written::Missing => return Written::Missing,
            Written::Hidden | Written::Lists(_) => return Written::Hidden,
        };
        let found: Vec<NodeId> = bodies.iter().filter_map(|body| Some(tree.get(*body, key)?.1)).collect();
        match found.first() {
            None => Written::Missing,
            Some(_) if found.len() < bodies.len() => Written::Hidden,
            Some(_) if found.iter().all(|node| matches!(tree.node(*node).kind, NodeKind::Sequence(_))) => {
                Written::Lists(found)
            }
            Some(_) if found.iter().all(|node| is_expression(tree, *node)) => {
                Written::Value(found, mask.map_or(Inside::Deep, |mask| Inside::new(tree, mask)))
            }
            Some(_) => Written::Bodies(found),
        }
    }

    /// What is written for an element of a place: of nested blocks those that can have made it. `all` are the elements
    /// of the list, `before` of which so many unknown ones precede this one.
    pub(super) fn element(&self, place: &Written, at: usize, all: &[NodeId], before: usize) -> Written {
        let tree = &self.document.tree;
        let lists = match place {
            Written::Lists(lists) => lists,
            Written::Value(nodes, inside) => return Written::Value(nodes.clone(), inside.further(Some(before))),
            // A block that is there and not written comes from a dynamic block, or from the service.
            Written::Missing | Written::Hidden | Written::Bodies(_) => return Written::Hidden,
        };
        // More blocks than are written: some come from a dynamic block, and nobody knows which.
        if lists.iter().any(|list| tree.items(*list).len() != all.len()) {
            return Written::Hidden;
        }
        let bodies = lists.iter().flat_map(|list| tree.items(*list)).copied();
        let possible: Vec<NodeId> =
            bodies.filter(|body| all.get(at).is_none_or(|element| self.may_make(*body, *element))).collect();
        if possible.is_empty() { Written::Hidden } else { Written::Bodies(possible) }
    }

    /// False when a constant of the body is not what the element has there.
    fn may_make(&self, body: NodeId, element: NodeId) -> bool {
        let tree = &self.document.tree;
        tree.entries(body).iter().all(|(key, expression)| {
            let constant = self.constant(*expression).and_then(|constant| scalar(tree, constant));
            let actual =
                tree.str(*key).and_then(|key| tree.get(element, key)).and_then(|(_, value)| scalar(tree, value));
            constant.is_none() || actual.is_none() || constant == actual
        })
    }
}

impl Inside {
    /// All of a value of which a mask says what is not known.
    fn new(tree: &Tree, mask: NodeId) -> Self {
        if is_true(tree, mask) {
            return Self::All;
        }
        let elements = tree.items(mask).iter().filter(|item| is_true(tree, **item)).count();
        match unknown_leaves(tree, mask) {
            1 => Self::OnlyUnknown,
            leaves if leaves == elements => Self::List(elements),
            _ => Self::Deep,
        }
    }

    /// A part of this place; the element before which so many unknown ones stand, or something deeper.
    fn further(self, before: Option<usize>) -> Self {
        match (self, before) {
            (Self::OnlyUnknown, _) => Self::OnlyUnknown,
            (Self::List(all), Some(before)) => Self::Element(before, all),
            _ => Self::Deep,
        }
    }
}

/// True for `{ "references": [...] }`, `{ "constant_value": ... }` and `{}`; false for the body of a nested block.
fn is_expression(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.node(node).kind, NodeKind::Mapping(_))
        && tree
            .entries(node)
            .iter()
            .all(|(key, _)| tree.str(*key).is_some_and(|key| matches!(&**key, "references" | "constant_value")))
}

/// True for a mask that says that the whole value is not known.
pub(super) fn is_true(tree: &Tree, mask: NodeId) -> bool {
    matches!(tree.node(mask).kind, NodeKind::Bool(true))
}

/// The number of leaves that a mask says are not known.
pub(super) fn unknown_leaves(tree: &Tree, mask: NodeId) -> usize {
    let mut count = 0;
    let mut open = vec![mask];
    while let Some(at) = open.pop() {
        match &tree.node(at).kind {
            NodeKind::Bool(true) => count += 1,
            NodeKind::Sequence(items) => open.extend(items),
            NodeKind::Mapping(entries) => open.extend(entries.iter().map(|(_, value)| *value)),
            _ => {}
        }
    }
    count
}

/// A scalar as a string; Terraform converts between them.
fn scalar(tree: &Tree, node: NodeId) -> Option<String> {
    match &tree.node(node).kind {
        NodeKind::Bool(value) => Some(value.to_string()),
        NodeKind::Number(number) => Some(number.text().to_owned()),
        NodeKind::String(text) => Some(text.to_string()),
        _ => None,
    }
}
