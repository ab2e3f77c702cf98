//! From the blocks of a root module, and of every module that it calls, to the resources of the model.

use super::attributes::{Declared, Mode};
use super::calls::Target;
use super::discover::local_folder;
use super::module::{Module, attribute, literal};
use super::repetition::{Bindings, Copies};
use super::resolver::{InstanceId, Place, Resolver, entry};
use super::variables::name_span;
use crate::frontend::{Model, Opening, Resource};
use crate::source::Span;
use crate::syntax::hcl::{Block, Expr, ExprKind, StepKind};
use crate::value::{Guard, Value};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// `leads_to_read` looks at so many modules.
const MOST_LOOKED_AT: usize = 1_000;

/// Types whose properties the model holds. Of all others it holds that they exist, not how often; their attributes are worked
/// out where something refers to them.
const READ: [&str; 12] = [
    "aws_cognito",
    "aws_iam",
    "aws_kms",
    "aws_lambda",
    "aws_organizations",
    "aws_pinpoint",
    "aws_ses",
    "aws_sns",
    "aws_wafv2",
    "awscc_",
    "null_resource",
    "terraform_data",
];

impl Resolver<'_, '_> {
    /// Adds the resources of a module and of all modules that it calls to the model, and what hides others.
    pub(super) fn emit(&mut self, model: &mut Model, openings: &mut Vec<Opening>) {
        let mut open = vec![Self::ROOT];
        let mut broken: Vec<Span> = Vec::new();
        while let Some(at) = open.pop() {
            let module = self.module(at);
            if let Some(lost) = module.lost.first().filter(|lost| !broken.contains(lost)) {
                broken.push(*lost);
                let path = self.loader.map().path(lost.file);
                openings.push(Opening { why: format!("a part of {path} does not parse").into(), given: None });
            }
            for (key, block) in &module.resources {
                self.emit_resource(at, key, block, model);
            }
            let mut called = Vec::new();
            for name in module.calls.keys() {
                if !self.leads_to_read(at, name) {
                    continue;
                }
                let Some(call) = self.call(at, name) else { continue };
                match &call.target {
                    Target::Instances(instances) => called.extend(instances.iter().copied()),
                    Target::Absent(why) => openings.extend(self.opening(at, name, &call, why)),
                }
            }
            open.extend(called.into_iter().rev());
        }
    }

    /// True when somebody looks at a resource of the module that a call makes, or of one that this calls; also where that is
    /// not plain from what is written. Of all others nothing is worked out but what is referred to.
    fn leads_to_read(&mut self, at: InstanceId, name: &Arc<str>) -> bool {
        if self.given.wanted.is_none() {
            return true;
        }
        let path = self.path_of(at, name);
        if let Some(known) = self.leading.get(&path) {
            return *known;
        }
        let above = self.folders_above(at);
        let found = self.finds_read(self.module(at), path.clone(), name.clone(), above);
        self.leading.insert(path, found);
        found
    }

    fn finds_read(&mut self, calling: Arc<Module>, path: String, name: Arc<str>, above: Vec<Arc<str>>) -> bool {
        let mut open = vec![(calling, path, name, above)];
        let mut seen: BTreeSet<String> = BTreeSet::new();
        while let Some((calling, path, name, above)) = open.pop() {
            let source = calling.calls.get(&name).and_then(|call| literal(call, "source"));
            let installed = self.installed.get(&path).cloned();
            let folder = source.and_then(|source| local_folder(&calling.folder, &source).or(installed));
            let Some(folder) = folder.filter(|_| seen.len() < MOST_LOOKED_AT) else { return true };
            let module = self.modules.get(&folder, self.loader);
            // Modules that call themselves are entered to say so.
            if above.contains(&module.folder) || self.is_read_in(&module) {
                return true;
            }
            // Where modules are installed, the path of a call decides where its own calls lead.
            let key = if self.installed.is_empty() { folder } else { path.clone() };
            if seen.insert(key) {
                let above: Vec<Arc<str>> = above.iter().chain([&module.folder]).cloned().collect();
                let call = |name: &Arc<str>| (module.clone(), format!("{path}.{name}"), name.clone(), above.clone());
                open.extend(module.calls.keys().map(call));
            }
        }
        false
    }

    /// True when somebody looks at a resource in a module's own files, or some of them do not read.
    fn is_read_in(&mut self, module: &Arc<Module>) -> bool {
        if let Some(known) = self.modules.read_in.get(&module.folder) {
            return *known;
        }
        let found = module.files == 0
            || !module.lost.is_empty()
            || module.resources.keys().any(|key| {
                let (mode, kind) = self.kind_of(key);
                mode != Mode::Ephemeral && (self.is_read(mode, &kind) || self.is_wanted(mode, &kind))
            });
        self.modules.read_in.insert(module.folder.clone(), found);
        found
    }

    /// True when the model holds the properties of resources of a type.
    fn is_read(&self, mode: Mode, kind: &str) -> bool {
        let of_cognito = READ.iter().any(|prefix| kind.starts_with(prefix));
        match mode {
            // Wherever a policy document is used, its text is.
            Mode::Data => self.is_wanted(mode, kind) || (of_cognito && kind != "aws_iam_policy_document"),
            Mode::Resource | Mode::Ephemeral => {
                let wanted = self.given.wanted.as_ref().is_some_and(|wanted| wanted.types.contains(kind));
                of_cognito || wanted || self.schema.reads(kind)
            }
        }
    }

    /// True when a rule looks at resources of a type, or nobody says what rules look at.
    fn is_wanted(&self, mode: Mode, kind: &str) -> bool {
        let Some(wanted) = &self.given.wanted else { return true };
        match mode {
            Mode::Data => wanted.types.contains(&format!("data.{kind}")),
            Mode::Resource | Mode::Ephemeral => wanted.types.contains(kind),
        }
    }

    fn emit_resource(&mut self, at: InstanceId, key: &Arc<str>, block: &Block, model: &mut Model) {
        let (mode, kind) = self.kind_of(key);
        if mode == Mode::Ephemeral {
            return;
        }
        let Some((presence, schematic)) =
            self.instances.get(at.0).map(|instance| (instance.presence.clone(), instance.schematic))
        else {
            return;
        };
        let read = self.is_read(mode, &kind);
        let copies = match read || self.is_wanted(mode, &kind) {
            true => self.declared_copies(at, key, block),
            false => Rc::new(Copies::not_counted(block)),
        };
        for (position, copy) in copies.copies.iter().enumerate() {
            let presence = presence.clone().and(copy.presence.clone());
            if matches!(presence, Guard::Never) {
                continue;
            }
            let of = Declared { at, key: key.clone(), copy: position, copies: copies.clone() };
            let place = Place { instance: at, bindings: copy.bindings.clone() };
            let (properties, attributes) = match read {
                true => (self.properties(&of, block), self.meta_arguments(&of, &place, block)),
                false => (self.unread(&of, block.span), Value::map([], block.span)),
            };
            model.resources.push(Resource {
                id: self.node_of(&of),
                type_name: if mode == Mode::Data { format!("data.{kind}").into() } else { kind.clone() },
                properties,
                presence,
                schematic: schematic || copy.schematic,
                name_span: name_span(block),
                span: block.span,
                depends_on: self.depends_on(at, block),
                origin: None,
                attributes,
            });
        }
    }

    /// The addresses in `depends_on`; one without a copy's key means all copies.
    fn depends_on(&self, at: InstanceId, block: &Block) -> Vec<Arc<str>> {
        let Some(list) = attribute(block, "depends_on") else { return Vec::new() };
        let ExprKind::Tuple(items) = &list.value.kind else { return Vec::new() };
        let prefix = self.prefix(at);
        items.iter().filter_map(address).map(|address| format!("{prefix}{address}").into()).collect()
    }

    /// What belongs to a resource and is not its property, where somebody may want it: the provider configuration that it
    /// uses, with its Region and account, where that is not the root module's default one, `lifecycle.ignore_changes`, and the commands that provisioners run.
    fn meta_arguments(&mut self, of: &Declared, place: &Place, block: &Block) -> Value {
        let mut entries = Vec::new();
        let named = self.provider_of(of.at, block);
        if self.is_other_aws(of.at, &named) {
            entries.push(entry("region", self.region(of.at, &named, block.span)));
            entries.push(entry("account", self.account(of.at, &named, block.span)));
            entries.push(entry("provider", Value::string(named, block.span)));
        }
        let lifecycle = block.body.blocks.iter().find(|inner| &*inner.kind.text == "lifecycle");
        if let Some(ignored) = lifecycle.and_then(|lifecycle| attribute(lifecycle, "ignore_changes")) {
            entries.push(entry("ignore_changes", names(&ignored.value)));
        }
        let provisioners = block.body.blocks.iter().filter(|inner| &*inner.kind.text == "provisioner");
        let mut commands = Vec::new();
        for provisioner in provisioners {
            let object = self.object(of, block, provisioner.span);
            let inside = place.with(&Bindings::one("self", object));
            commands.push(self.attributes_of(&inside, &provisioner.body));
        }
        if !commands.is_empty() {
            entries.push(entry("provisioner", Value::list(commands, block.span)));
        }
        Value::map(entries, block.span)
    }
}

/// The names in `ignore_changes`, as strings; `all` as the only one.
fn names(expr: &Expr) -> Value {
    let name = |expr: &Expr| match &expr.kind {
        ExprKind::Variable(name) => Some(name.to_string()),
        ExprKind::Traversal(..) => address(expr),
        _ => expr.as_text().map(|text| text.to_string()),
    };
    let items: Vec<&Expr> = match &expr.kind {
        ExprKind::Tuple(items) => items.iter().collect(),
        _ => vec![expr],
    };
    let names = items.into_iter().filter_map(|item| name(item).map(|name| Value::string(name, item.span)));
    Value::list(names.collect(), expr.span)
}

/// A reference as an address: `aws_iam_role.sms`, `module.sms`. Old versions put it in quotes.
fn address(expr: &Expr) -> Option<String> {
    let ExprKind::Traversal(root, steps) = &expr.kind else { return expr.as_text().map(|text| text.to_string()) };
    let ExprKind::Variable(root) = &root.kind else { return None };
    let mut address = root.to_string();
    for step in steps {
        match &step.kind {
            StepKind::Attribute(name) => {
                address.push('.');
                address.push_str(name);
            }
            _ => break,
        }
    }
    Some(address)
}
