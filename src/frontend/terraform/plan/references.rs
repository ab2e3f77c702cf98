//! From the names in a configuration's expressions to the attributes of planned resources, through variables, outputs and
//! `for_each`.

use super::address::{Address, Segment, prefix, segments};
use super::configuration::unknown_leaves;
use super::document::Mask;
use super::{Named, Plan};
use crate::syntax::tree::NodeId;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Expressions that are looked at to find out of what one value is made.
const MOST_STEPS: usize = 1_000;

/// Where an expression stands: what its names mean.
#[derive(Clone, Debug)]
pub(super) struct Context {
    /// The copy of the module.
    pub(super) module: Vec<Segment>,
    /// The key of the resource, or of the module call, that the expression belongs to.
    pub(super) key: Option<Arc<str>>,
    /// Its declaration, which may have a `for_each`.
    pub(super) repeated: Option<NodeId>,
}

/// Of what an expression's value is made.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    /// Attributes that the plan does not know, in the order in which they were found.
    pub(super) attributes: Vec<(usize, Arc<str>)>,
    /// Resources of which something unknown is used, nobody knows what.
    pub(super) wholes: Vec<usize>,
    /// All resources that it names, whether they are known or not.
    pub(super) touched: BTreeSet<usize>,
    /// Something else that the plan knows: constants, variables, known attributes.
    pub(super) known: bool,
    /// Something that the plan does not show: locals, functions.
    pub(super) hidden: bool,
}

impl Origins {
    /// True when everything that the value is made of is known.
    pub(super) fn is_known(&self) -> bool {
        self.known && self.attributes.is_empty() && self.wholes.is_empty() && !self.hidden
    }

    fn attribute(&mut self, of: usize, name: Arc<str>) {
        let found = (of, name);
        if !self.attributes.contains(&found) {
            self.attributes.push(found);
        }
    }

    fn whole(&mut self, of: usize) {
        if !self.wholes.contains(&of) {
            self.wholes.push(of);
        }
    }
}

/// One search for origins.
struct Search<'s, 'p> {
    plan: &'s Plan<'p>,
    found: Origins,
    open: Vec<(Context, NodeId)>,
    visited: BTreeSet<(String, NodeId)>,
}

impl Plan<'_> {
    /// The context of a resource's own expressions.
    pub(super) fn context(&self, instance: usize) -> Context {
        let address = self.document.instances.get(instance).map(|instance| &instance.address);
        Context {
            module: address.map_or_else(Vec::new, |address| address.module.clone()),
            key: address.and_then(|address| address.key.clone()),
            repeated: address.and_then(|address| self.configuration.resource(&address.declared())),
        }
    }

    /// Of what expressions are made.
    pub(super) fn origins(&self, context: &Context, expressions: &[NodeId]) -> Origins {
        let open = expressions.iter().rev().map(|expression| (context.clone(), *expression)).collect();
        let mut search = Search { plan: self, found: Origins::default(), open, visited: BTreeSet::new() };
        search.run();
        search.found
    }

    /// What is known of an attribute: `Some(true)` when its value is known, `Some(false)` when it certainly is not.
    pub(super) fn is_known(&self, instance: usize, attribute: &str) -> Option<bool> {
        let instance = self.document.instances.get(instance)?;
        match instance.unknown {
            Mask::None => Some(true),
            Mask::Missing => self.document.get(instance.values, attribute).map(|_| true),
            Mask::At(mask) => {
                let mask = self.document.get(mask, attribute);
                Some(mask.is_none_or(|mask| unknown_leaves(&self.document.tree, mask) == 0))
            }
        }
    }

    /// True when the plan knows a resource as a whole.
    pub(super) fn is_all_known(&self, instance: usize) -> bool {
        let mask = self.document.instances.get(instance).map_or(Mask::Missing, |instance| instance.unknown);
        match mask {
            Mask::None => true,
            Mask::Missing => false,
            Mask::At(mask) => unknown_leaves(&self.document.tree, mask) == 0,
        }
    }

    /// The managed resource that a data source will read, where both have the same known name.
    fn behind_data_source(&self, data: usize) -> Option<usize> {
        let instance = self.document.instances.get(data).filter(|instance| instance.address.data)?;
        let name = self.document.text(instance.values, "name")?;
        let key = (instance.address.kind.clone(), name.clone());
        *self.named.get_or_init(|| self.names()).get(&key)?
    }

    fn names(&self) -> Named {
        let mut named = Named::new();
        for (at, instance) in self.document.instances.iter().enumerate().filter(|(_, found)| !found.address.data) {
            if let Some(name) = self.document.text(instance.values, "name") {
                let entry = named.entry((instance.address.kind.clone(), name.clone()));
                entry.and_modify(|known| *known = None).or_insert(Some(at));
            }
        }
        named
    }
}

impl Search<'_, '_> {
    fn run(&mut self) {
        while let Some((context, expression)) = self.open.pop() {
            if !self.visited.insert((prefix(&context.module), expression)) {
                continue;
            }
            if self.visited.len() > MOST_STEPS {
                self.found.hidden = true;
                return;
            }
            self.expression(&context, expression);
        }
    }

    fn expression(&mut self, context: &Context, expression: NodeId) {
        let references = self.plan.configuration.references(expression);
        if self.plan.configuration.constant(expression).is_some() {
            self.found.known = true;
        } else if references.is_empty() {
            // A function of constants; it may be `timestamp()`.
            self.found.hidden = true;
        }
        let indexed = references.iter().any(|name| matches!(&**name, "each.key" | "each.value" | "count.index"));
        let waiting = self.open.len();
        for name in &references {
            self.reference(context, name, indexed);
        }
        // What was found first is looked at first, so that origins keep the order of the expression.
        if let Some(new) = self.open.get_mut(waiting..) {
            new.reverse();
        }
    }

    fn reference(&mut self, context: &Context, name: &str, indexed: bool) {
        let Some(steps) = segments(name) else { return self.found.hidden = true };
        let second = steps.get(1).map(|step| &*step.name);
        match (steps.first().map_or("", |step| &*step.name), second) {
            ("var", Some(variable)) => self.variable(context, variable),
            ("each", Some("value")) => self.each_value(context),
            ("each" | "count" | "path" | "terraform", _) => self.found.known = true,
            ("module", Some(_)) => self.output(context, &steps, indexed),
            ("local" | "self" | "ephemeral", _) => self.found.hidden = true,
            _ => match Address::parse(name) {
                Some((address, behind)) => self.resource(context, &address, &behind, indexed),
                None => self.found.hidden = true,
            },
        }
    }

    /// A variable is what the call passes for it; those of the root module are known, and so are defaults.
    fn variable(&mut self, context: &Context, name: &str) {
        let Some((call, outside)) = context.module.split_last() else { return self.found.known = true };
        let Some(declared) = self.plan.configuration.call(&context.module) else { return self.found.hidden = true };
        match self.plan.configuration.argument(declared, name) {
            Some(argument) => {
                let caller = Context { module: outside.to_vec(), key: call.key.clone(), repeated: Some(declared) };
                self.open.push((caller, argument));
            }
            None => self.found.known = true,
        }
    }

    fn each_value(&mut self, context: &Context) {
        let for_each = context.repeated.and_then(|node| self.plan.document.get(node, "for_each_expression"));
        match for_each {
            Some(for_each) => self.open.push((context.clone(), for_each)),
            None => self.found.hidden = true,
        }
    }

    /// An output is its expression in the called module.
    fn output(&mut self, context: &Context, steps: &[Segment], indexed: bool) {
        let (Some(call), Some(output)) = (steps.get(1), steps.get(2)) else { return self.found.hidden = true };
        let copies = self.plan.copies.get(&(context.module.clone(), call.name.clone()));
        let copies: Vec<&Option<Arc<str>>> = copies.into_iter().flatten().collect();
        let key = match (&call.key, copies.as_slice()) {
            (Some(key), _) => Some(key.clone()),
            (None, []) => None,
            (None, [only]) => (*only).clone(),
            (None, several) if indexed && several.contains(&&context.key) => context.key.clone(),
            _ => return self.found.hidden = true,
        };
        let called = Segment { name: call.name.clone(), key };
        let module: Vec<Segment> = context.module.iter().cloned().chain([called]).collect();
        match self.plan.configuration.output(&module, &output.name) {
            Some(expression) => self.open.push((Context { module, key: None, repeated: None }, expression)),
            None => self.found.hidden = true,
        }
    }

    fn resource(&mut self, context: &Context, address: &Address, behind: &[Segment], indexed: bool) {
        let document = self.plan.document;
        let found = document.instances_of(&context.module, &address.resource());
        self.found.touched.extend(found);
        let has_key = |at: &&usize, key: &Option<Arc<str>>| {
            document.instances.get(**at).is_some_and(|instance| instance.address.key == *key)
        };
        let chosen = match (&address.key, found) {
            (Some(_), _) => found.iter().find(|at| has_key(at, &address.key)),
            (None, [only]) => Some(only),
            (None, _) if indexed => found.iter().find(|at| has_key(at, &context.key)),
            (None, _) => None,
        };
        let Some(chosen) = chosen.copied() else {
            let declared = Address { module: context.module.clone(), ..address.clone() }.declared();
            let none = found.is_empty() && self.may_be_none(&declared);
            return if none { self.found.known = true } else { self.found.hidden = true };
        };
        match behind.first() {
            Some(attribute) => self.attribute(chosen, &attribute.name),
            None if self.plan.is_all_known(chosen) => self.found.known = true,
            None => self.found.whole(chosen),
        }
    }

    /// True for a resource of which `count` or `for_each` makes as many as it likes: also none.
    fn may_be_none(&self, declared: &super::address::Declared) -> bool {
        let resource = self.plan.configuration.resource(declared);
        resource.is_some_and(|resource| !self.plan.configuration.is_single(declared, resource))
    }

    fn attribute(&mut self, of: usize, name: &Arc<str>) {
        match self.plan.is_known(of, name) {
            Some(true) => self.found.known = true,
            None => self.found.hidden = true,
            Some(false) => match self.plan.behind_data_source(of) {
                Some(resource) if self.plan.is_known(resource, name) == Some(true) => self.found.known = true,
                Some(resource) => self.found.attribute(resource, name.clone()),
                None => self.found.attribute(of, name.clone()),
            },
        }
    }
}
