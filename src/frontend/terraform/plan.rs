//! Plans and states: the output of `terraform show -json`.
//!
//! A plan is what Terraform made of a configuration: every copy of every resource with its values, nulls where nothing is
//! set, and a mask that says which values exist only after the apply. What a mask hides is looked up in the plan's copy of the
//! configuration ([`configuration`], [`references`]): an attribute that nobody wrote is absent, one that is written as an
//! attribute of another resource is that resource's [`crate::value::Term`]. That copy has gaps: the files beside the plan
//! close them ([`beside`]), failing those Terraform's own list of what feeds the plan ([`relevant`]).
//!
//! Resources get the plan's actions as the attribute `actions`, a list of strings, and for a resource that exists already
//! its values before the change as `before`. [`crate::frontend::Scope::update`] stays open: one plan creates and updates.

mod address;
mod beside;
mod configuration;
mod document;
mod references;
mod relevant;
mod scope;
mod values;

#[cfg(test)]
mod tests;

use super::discover::Modules;
use crate::frontend::{Diagnostic, Dialect, Given, Input, Model, Resource, Schema, Scope};
use crate::source::{Loader, SourceMap, Span};
use crate::syntax::json;
use crate::value::{Entry, Guard, ResourceRef, ScopeId, Value};
use address::{Declared, Segment, prefix};
use beside::{Beside, Reading};
use configuration::Configuration;
use document::Document;
use references::Origins;
use relevant::{Feed, OnlyRelevant};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The attribute of a resource that says what the plan does: `create`, `update`, `read`, `no-op`, `delete` before `create`.
const ACTIONS: &str = "actions";

/// The attribute of a resource that holds its values before the change.
const BEFORE: &str = "before";

/// Copies of a module: the calling module's copy and the call's name, with the keys of the copies that have resources.
type Copies = BTreeMap<(Vec<Segment>, Arc<str>), BTreeSet<Option<Arc<str>>>>;

/// Managed resources by type and known name; `None` where several have the same.
type Named = BTreeMap<(Arc<str>, Arc<str>), Option<usize>>;

/// Whether a dynamic block may stand in a resource, by its module and its address there.
type Dynamic = BTreeMap<(Vec<Segment>, Arc<str>), bool>;

/// Reads a plan or a state: adds a scope, its resources and its data sources to the model. What is no plan is a diagnostic.
/// `modules` are those of the run, in case the plan's own configuration lies beside it; `root` is the scope of the root module
/// in the plan's folder, which a plan of it repeats.
pub(super) fn read_plan(
    input: &Input,
    root: Option<ScopeId>,
    loader: &mut Loader<'_>,
    modules: &mut Modules,
    schema: &dyn Schema,
    given: &Given,
    model: &mut Model,
) {
    model.files_read += 1;
    let tree = json::parse(input.file, &loader.text(input.file));
    let broken = tree.errors.first().map(|error| error.span);
    let errors = tree.errors.iter();
    let fatal = |span: Span, message: &str| Diagnostic { span, message: message.to_owned(), fatal: true };
    let errors: Vec<Diagnostic> = errors.map(|error| fatal(error.span, &error.message)).collect();
    let document = match Document::new(tree) {
        Ok(document) => document,
        Err(message) => return model.diagnostics.push(fatal(Span::new(input.file, 0, 0), message)),
    };
    model.diagnostics.extend(errors);
    let scope = ScopeId(u32::try_from(model.scopes.len()).unwrap_or(u32::MAX));
    let configuration = Configuration::new(&document);
    let mut reading = Reading { input, scope, loader: &mut *loader, modules, schema, given };
    let has_files = reading.is_beside_its_files(&document, &configuration);
    let beside = if has_files { reading.beside(&document) } else { Beside::new() };
    let plan = Plan::new(&document, configuration, beside, schema, scope, loader.map());
    model.resources.extend((0..document.instances.len()).filter_map(|at| plan.resource(at)));
    model.scopes.push(Scope {
        name: input.path.clone(),
        dialect: Dialect::Terraform,
        account: plan.account(given),
        region: plan.region(given),
        library: false,
        update: None,
        openings: plan.openings(broken),
        exports: plan.outputs(),
        repeats: root.filter(|_| has_files),
    });
}

/// A plan with what is worked out about it on demand.
struct Plan<'p> {
    document: &'p Document,
    configuration: Configuration<'p>,
    schema: &'p dyn Schema,
    scope: ScopeId,
    sources: &'p SourceMap,
    copies: Copies,
    /// What the configuration files beside the plan say.
    beside: Beside,
    named: OnceCell<Named>,
    /// Policy documents that are read at the apply, put together; `None` while that happens.
    policies: RefCell<BTreeMap<usize, Option<Value>>>,
    feeds: OnceCell<Vec<Feed>>,
    feeding: OnceCell<Vec<(Declared, Feed)>>,
    only_relevant: RefCell<OnlyRelevant>,
    shown: OnceCell<BTreeSet<Feed>>,
    users: OnceCell<Option<BTreeMap<Declared, BTreeSet<Declared>>>>,
    passed: RefCell<BTreeMap<Vec<Segment>, Origins>>,
    dynamic: RefCell<Dynamic>,
}

impl<'p> Plan<'p> {
    fn new(
        document: &'p Document,
        configuration: Configuration<'p>,
        beside: Beside,
        schema: &'p dyn Schema,
        scope: ScopeId,
        sources: &'p SourceMap,
    ) -> Self {
        let mut copies = Copies::new();
        for instance in &document.instances {
            let module = &instance.address.module;
            for (depth, call) in module.iter().enumerate() {
                let outside = module.get(..depth).unwrap_or_default().to_vec();
                copies.entry((outside, call.name.clone())).or_default().insert(call.key.clone());
            }
        }
        Self {
            document,
            configuration,
            schema,
            scope,
            sources,
            copies,
            beside,
            named: OnceCell::new(),
            policies: RefCell::default(),
            feeds: OnceCell::new(),
            feeding: OnceCell::new(),
            only_relevant: RefCell::default(),
            shown: OnceCell::new(),
            users: OnceCell::new(),
            passed: RefCell::default(),
            dynamic: RefCell::default(),
        }
    }

    fn resource(&self, at: usize) -> Option<Resource> {
        let instance = self.document.instances.get(at)?;
        Some(Resource {
            id: self.reference(at)?,
            type_name: instance.address.type_name(),
            properties: self.properties(at),
            presence: Guard::Always,
            schematic: false,
            name_span: instance.name_span,
            span: instance.span,
            depends_on: self.depends_on(at),
            attributes: self.attributes(at),
        })
    }

    fn reference(&self, at: usize) -> Option<ResourceRef> {
        let instance = self.document.instances.get(at)?;
        Some(ResourceRef { scope: self.scope, address: instance.text.clone() })
    }

    /// The addresses in `depends_on`; one without a key means all copies.
    fn depends_on(&self, at: usize) -> Vec<Arc<str>> {
        let Some(instance) = self.document.instances.get(at) else { return Vec::new() };
        let declared = self.configuration.resource(&instance.address.declared());
        let list = declared.and_then(|declared| self.document.get(declared, "depends_on"));
        let list = list.map_or(&[][..], |list| self.document.tree.items(list));
        let prefix = prefix(&instance.address.module);
        let names = list.iter().filter_map(|name| self.document.tree.str(*name));
        names.map(|name| format!("{prefix}{name}").into()).collect()
    }

    /// What the model holds of a resource besides its properties: the plan's actions, the values before, the provider
    /// configuration where it is not the default one, and what provisioners are made of.
    fn attributes(&self, at: usize) -> Value {
        let Some(instance) = self.document.instances.get(at) else { return Value::map([], self.place()) };
        let mut entries: Vec<(Arc<str>, Entry)> = Vec::new();
        let mut add = |key: &str, value: Value| entries.push((key.into(), Entry { key_span: value.span, value }));
        if !instance.actions.is_empty() {
            let actions = instance.actions.iter().map(|(action, span)| Value::string(action.clone(), *span));
            add(ACTIONS, Value::list(actions.collect(), instance.span));
        }
        if let Some((before, sensitive)) = instance.before {
            add(BEFORE, self.known(before, sensitive));
        }
        if let Some((provider, region)) = self.other_provider(at) {
            add("provider", provider);
            add("region", region);
        }
        if let Some(provisioners) = self.provisioners(at) {
            add("provisioner", provisioners);
        }
        Value::map(entries, instance.span)
    }

    /// A place that stands for the whole plan.
    fn place(&self) -> Span {
        self.document.tree.node(self.document.root).span.part(0, 0)
    }
}
