//! The sections of the JSON that `terraform show -json` writes for a plan or a state.
//! <https://developer.hashicorp.com/terraform/internals/json-format>
//!
//! Any section may be missing: old versions write less, and other tools filter plans.

use super::address::{Address, Segment};
use crate::source::Span;
use crate::syntax::tree::{NodeId, NodeKind, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Modules of a state lie in each other at most this deep.
const MOST_MODULES: usize = 64;

/// A plan or a state.
pub(super) struct Document {
    /// The text.
    pub(super) tree: Tree,
    /// The whole object.
    pub(super) root: NodeId,
    /// What there will be after the plan, in the order of the text; data sources are among them.
    pub(super) instances: Vec<Instance>,
    /// Addresses that the plan says something of, also those that it deletes.
    pub(super) seen: BTreeSet<Address>,
    by_resource: BTreeMap<(Vec<Segment>, Arc<str>), Vec<usize>>,
}

/// An instance of a resource or data source.
pub(super) struct Instance {
    /// Its address.
    pub(super) address: Address,
    /// Its address as text.
    pub(super) text: Arc<str>,
    /// Where the address is written.
    pub(super) name_span: Span,
    /// The whole entry.
    pub(super) span: Span,
    /// Its values.
    pub(super) values: NodeId,
    /// Which of the values are not known.
    pub(super) unknown: Mask,
    /// Which of the values are secret.
    pub(super) sensitive: Option<NodeId>,
    /// The values before the change, and which of them are secret.
    pub(super) before: Option<(NodeId, Option<NodeId>)>,
    /// What the plan does: `create`, `update`, `delete` and `create`; nothing for a state.
    pub(super) actions: Vec<(Arc<str>, Span)>,
}

/// Which values are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    /// All are known.
    None,
    /// `after_unknown`: true where a value is not known.
    At(NodeId),
    /// Nobody says: what is missing may be absent or unknown.
    Missing,
}

impl Instance {
    /// True when the plan makes it, or makes it anew.
    pub(super) fn is_created(&self) -> bool {
        self.actions.iter().any(|(action, _)| &**action == "create")
    }
}

impl Document {
    /// Finds the sections. `Err` with a reason when the text is no plan and no state.
    pub(super) fn new(tree: Tree) -> Result<Self, &'static str> {
        let Some(root) = tree.documents.first().copied() else { return Err("an empty file is no Terraform plan") };
        let has = |key: &str| tree.get(root, key).is_some();
        if has("@level") || has("@message") {
            return Err("the log of `terraform plan -json`, not a plan: `terraform show -json` writes those");
        }
        if !["resource_changes", "planned_values", "prior_state", "values"].iter().any(|key| has(key)) {
            return Err("not the output of `terraform show -json`");
        }
        let mut document =
            Self { tree, root, instances: Vec::new(), seen: BTreeSet::new(), by_resource: BTreeMap::new() };
        document.read();
        Ok(document)
    }

    fn read(&mut self) {
        match self.section("resource_changes") {
            Some(changes) => {
                for change in self.tree.items(changes).to_vec() {
                    self.change(change);
                }
            }
            None => self.state(&["planned_values"], Mask::Missing),
        }
        // What the plan leaves alone and does not list: data sources that were read, resources outside of `-target`.
        self.state(&["prior_state", "values"], Mask::None);
        self.state(&["values"], Mask::None);
        for (at, instance) in self.instances.iter().enumerate() {
            let key = (instance.address.module.clone(), Arc::from(instance.address.resource()));
            self.by_resource.entry(key).or_default().push(at);
        }
    }

    /// A section of the text.
    pub(super) fn section(&self, key: &str) -> Option<NodeId> {
        self.get(self.root, key)
    }

    /// The member of an object, unless it is null.
    pub(super) fn get(&self, object: NodeId, key: &str) -> Option<NodeId> {
        let (_, value) = self.tree.get(object, key)?;
        (!matches!(self.tree.node(value).kind, NodeKind::Null)).then_some(value)
    }

    /// The string under a key.
    pub(super) fn text(&self, object: NodeId, key: &str) -> Option<&Arc<str>> {
        self.tree.str(self.get(object, key)?)
    }

    /// The truth value under a key.
    pub(super) fn flag(&self, object: NodeId, key: &str) -> Option<bool> {
        match self.tree.node(self.get(object, key)?).kind {
            NodeKind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The instances of a resource (`type.name`, `data.type.name`) in a copy of a module.
    pub(super) fn instances_of(&self, module: &[Segment], resource: &str) -> &[usize] {
        self.by_resource.get(&(module.to_vec(), Arc::from(resource))).map_or(&[], Vec::as_slice)
    }

    fn change(&mut self, entry: NodeId) {
        let Some((address, name_span)) = self.address(entry) else { return };
        // An object that a failed replacement left behind; it will be deleted.
        if self.get(entry, "deposed").is_some() {
            return;
        }
        let before = self.text(entry, "previous_address").and_then(|text| Address::parse(text));
        self.seen.extend(before.map(|(address, _)| address));
        self.seen.insert(address.clone());
        let Some(change) = self.get(entry, "change") else { return };
        let Some(values) = self.get(change, "after") else { return };
        let actions = self.get(change, "actions").map_or(&[][..], |actions| self.tree.items(actions));
        let actions = actions.iter().filter_map(|id| Some((self.tree.str(*id)?.clone(), self.tree.node(*id).span)));
        self.instances.push(Instance {
            text: address.to_string().into(),
            address,
            name_span,
            span: self.tree.node(entry).span,
            values,
            unknown: self.get(change, "after_unknown").map_or(Mask::Missing, Mask::At),
            sensitive: self.get(change, "after_sensitive"),
            before: self.get(change, "before").map(|before| (before, self.get(change, "before_sensitive"))),
            actions: actions.collect(),
        });
    }

    /// The resources of a state under a path of keys, unless they were seen already.
    fn state(&mut self, path: &[&str], unknown: Mask) {
        let found = path.iter().try_fold(self.root, |at, key| self.get(at, key));
        let Some(root) = found.and_then(|values| self.get(values, "root_module")) else { return };
        let mut open = vec![(root, 0)];
        while let Some((module, depth)) = open.pop() {
            let resources = self.get(module, "resources");
            for resource in resources.map_or_else(Vec::new, |resources| self.tree.items(resources).to_vec()) {
                self.resource(resource, unknown);
            }
            let children = self.get(module, "child_modules").filter(|_| depth < MOST_MODULES);
            let children = children.map_or(&[][..], |children| self.tree.items(children));
            open.extend(children.iter().rev().map(|child| (*child, depth + 1)));
        }
    }

    fn resource(&mut self, entry: NodeId, unknown: Mask) {
        let Some((address, name_span)) = self.address(entry) else { return };
        let Some(values) = self.get(entry, "values").filter(|_| self.get(entry, "deposed_key").is_none()) else {
            return;
        };
        if !self.seen.insert(address.clone()) {
            return;
        }
        self.instances.push(Instance {
            text: address.to_string().into(),
            address,
            name_span,
            span: self.tree.node(entry).span,
            values,
            unknown,
            sensitive: self.get(entry, "sensitive_values"),
            before: None,
            actions: Vec::new(),
        });
    }

    fn address(&self, entry: NodeId) -> Option<(Address, Span)> {
        let node = self.get(entry, "address")?;
        let (address, _) = Address::parse(self.tree.str(node)?)?;
        Some((address, self.tree.node(node).span))
    }
}
