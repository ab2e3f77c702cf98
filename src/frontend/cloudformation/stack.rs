//! One stack: a template with the values it is deployed with, read into a scope and its resources.

use super::Library;
use super::foreach::Round;
use super::parameters::{self, ACCOUNT, PARTITION, REGION, STACK_NAME};
use super::template::{Declared, Field, Template};
use super::{cdk, construct, sam};
use crate::frontend::{Dialect, Given, MadeOf, Opening, Origin, Resource, Schema, Scope};
use crate::source::{Span, parent};
use crate::syntax::tree::NodeId;
use crate::value::{Data, Entry, Guard, Map, Part, ResourceRef, ScopeId, Term, Tri, Unknown, Value, Variable, Why};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Expressions, and resources that refer to each other, nested deeper than this are unknown.
pub(super) const DEEPEST: usize = 128;
/// At this depth a reference to a resource no longer looks into that resource.
const DEEPEST_LOOK: usize = 48;
/// So many values are made for one stack; aliases multiply them.
const MOST_VALUES: usize = 1 << 20;
/// So many nested stacks are read in a run.
const MOST_NESTED: usize = 1_000;

/// What is the same for all stacks of a run.
pub(super) struct World<'a> {
    pub(super) library: &'a Library,
    pub(super) schema: &'a dyn Schema,
    pub(super) given: &'a Given,
    next_scope: Cell<u32>,
    nested_left: Cell<usize>,
}

impl<'a> World<'a> {
    pub(super) fn new(library: &'a Library, schema: &'a dyn Schema, given: &'a Given, first_scope: usize) -> Self {
        let next_scope = Cell::new(u32::try_from(first_scope).unwrap_or(u32::MAX));
        Self { library, schema, given, next_scope, nested_left: Cell::new(MOST_NESTED) }
    }

    fn new_scope(&self) -> ScopeId {
        let scope = ScopeId(self.next_scope.get());
        self.next_scope.set(scope.0.saturating_add(1));
        scope
    }
}

/// How a template is deployed.
#[derive(Clone, Default)]
pub(super) struct Deployment {
    /// The stack's name as people know it.
    pub(super) name: Arc<str>,
    /// Values of parameters.
    pub(super) parameters: BTreeMap<Arc<str>, Value>,
    /// Pseudo parameters, known or not; the rest is unknown.
    pub(super) pseudo: BTreeMap<Arc<str>, Value>,
    /// The variables of the pseudo parameters that come from the parent stack.
    pub(super) pseudo_variables: BTreeMap<Arc<str>, Arc<Variable>>,
    /// The templates of the stacks around it.
    pub(super) ancestors: Vec<Arc<str>>,
    pub(super) depth: usize,
}

/// What reading a stack gives, nested stacks included.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) scopes: Vec<(ScopeId, Scope)>,
    pub(super) resources: Vec<Resource>,
    pub(super) diagnostics: BTreeSet<(Span, String)>,
    /// The templates that were read as nested stacks.
    pub(super) nested: BTreeSet<Arc<str>>,
    /// What the `Rules` demand of several parameters together.
    pub(super) assumptions: Vec<Guard>,
    outputs: BTreeMap<Arc<str>, Value>,
}

/// Something that is computed once, on demand.
pub(super) enum Progress<T> {
    Running,
    Done(T),
}

/// A stack while it is read.
pub(super) struct Stack<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) template: &'a Template,
    pub(super) scope: ScopeId,
    pub(super) variables: BTreeMap<Arc<str>, Arc<Variable>>,
    pub(super) conditions: BTreeMap<Arc<str>, Progress<Result<Guard, Why>>>,
    pub(super) depth: usize,
    /// Parameters are plain unknowns instead of choices: the second try where choices multiply beyond the limit.
    pub(super) collapse: bool,
    deployment: Deployment,
    pseudo: BTreeMap<Arc<str>, Value>,
    parameters: BTreeMap<Arc<str>, Value>,
    properties: BTreeMap<Arc<str>, Progress<Value>>,
    outputs_of_nested: BTreeMap<Arc<str>, Option<BTreeMap<Arc<str>, Value>>>,
    pub(super) values_left: usize,
    said_too_deep: bool,
    pub(super) outcome: Outcome,
}

/// Reads a template as a stack.
pub(super) fn read(world: &World<'_>, template: &Template, deployment: Deployment) -> Outcome {
    let scope = world.new_scope();
    let compared = world.library.compared(template);
    let mut variables = parameters::variables(scope, template, &deployment.parameters, &compared);
    variables.extend(parameters::pseudo_variables(scope, &compared));
    variables.extend(deployment.pseudo_variables.clone());
    let mut stack = Stack {
        world,
        template,
        scope,
        variables,
        conditions: BTreeMap::new(),
        depth: deployment.depth,
        collapse: false,
        deployment,
        pseudo: BTreeMap::new(),
        parameters: BTreeMap::new(),
        properties: BTreeMap::new(),
        outputs_of_nested: BTreeMap::new(),
        values_left: MOST_VALUES,
        said_too_deep: false,
        outcome: Outcome::default(),
    };
    stack.set_pseudo();
    stack.set_parameters();
    stack.apply_rules();
    stack.read_resources();
    stack.read_children();
    stack.read_outputs();
    stack.finish()
}

impl<'a> Stack<'a> {
    fn set_pseudo(&mut self) {
        let top = Span::new(self.template.tree.file, 0, 0);
        let given = self.world.given;
        let told = [(REGION, &given.region), (ACCOUNT, &given.account)];
        let told =
            told.into_iter().filter_map(|(name, text)| Some((Arc::from(name), Value::string(text.as_deref()?, top))));
        self.pseudo = told.collect();
        self.pseudo.extend(self.deployment.pseudo.clone());
        if let Some(region) = self.pseudo.get(REGION).and_then(Value::as_str).map(str::to_owned) {
            let span = self.pseudo.get(REGION).map_or(top, |region| region.span);
            let partition = parameters::partition_of(&region);
            self.pseudo.insert(PARTITION.into(), Value::string(partition, span));
            if let Some(suffix) = parameters::url_suffix_of(partition) {
                self.pseudo.insert("AWS::URLSuffix".into(), Value::string(suffix, span));
            }
        }
        self.pseudo.insert("AWS::NoValue".into(), Value::absent(top));
    }

    /// What `Ref` gives for each parameter.
    pub(super) fn set_parameters(&mut self) {
        for (name, parameter) in &self.template.parameters {
            let value = match (self.deployment.parameters.get(name), self.variables.get(name)) {
                (Some(given), _) => parameters::given(given, parameter),
                (None, Some(variable)) => parameters::value(self.scope, name, parameter, variable),
                (None, None) => parameters::undetermined(self.scope, name, parameter, &[]),
            };
            self.parameters.insert(name.clone(), value);
        }
    }

    /// What `Ref` gives for a pseudo parameter; `None` when there is none of this name.
    pub(super) fn pseudo(&self, name: &str, span: Span) -> Option<Value> {
        if !name.starts_with("AWS::") {
            return None;
        }
        let known = self.pseudo.get(name).cloned();
        Some(known.unwrap_or_else(|| parameters::pseudo_unknown(self.scope, name, span)))
    }

    /// What `Ref` gives for a parameter, on the way to the place that refers to it; `None` when none has this name.
    pub(super) fn parameter(&self, name: &str, span: Span) -> Option<Value> {
        let (name, declared) = self.template.parameters.get_key_value(name)?;
        let is_given = self.deployment.parameters.contains_key(name);
        let value = match self.parameters.get(name) {
            _ if self.collapse && !is_given => parameters::undetermined(self.scope, name, declared, &[]),
            Some(value) => value.clone(),
            None => return None,
        };
        let step: Arc<str> = format!("parameter `{name}`").into();
        let sensitive = value.sensitive;
        Some(value.each(&mut |arm| arm.clone().through(step.clone(), span)).with_sensitive(sensitive))
    }

    /// A resource of this stack by its logical id.
    pub(super) fn resource_ref(&self, logical_id: &str) -> ResourceRef {
        ResourceRef { scope: self.scope, address: logical_id.into() }
    }

    /// The `Properties` of a resource; `None` while they are being read, or too deep inside other resources.
    pub(super) fn properties(&mut self, logical_id: &str) -> Option<Value> {
        match self.properties.get(logical_id) {
            Some(Progress::Done(value)) => return Some(value.clone()),
            Some(Progress::Running) => return None,
            None if self.depth > DEEPEST_LOOK => return None,
            None => {}
        }
        let template = self.template;
        let (logical_id, declared) = template.resources.get_key_value(logical_id)?;
        self.properties.insert(logical_id.clone(), Progress::Running);
        let collapsed = std::mem::take(&mut self.collapse);
        let value = match template.field(declared.node, "Properties") {
            Some(node) => self.value(node),
            None => self.no_properties(declared),
        };
        self.collapse = collapsed;
        self.properties.insert(logical_id.clone(), Progress::Done(value.clone()));
        Some(value)
    }

    /// The properties of a resource that has none: an empty map, unless an error hides the rest of it.
    fn no_properties(&self, declared: &Declared) -> Value {
        let span = self.template.span(declared.key);
        let rest = self.template.is_cut(declared.node).then(|| Arc::new(self.unread(span)));
        Value::new(Data::Map(Arc::new(Map { rest, ..Map::default() })), span)
    }

    /// What an error in the template hides.
    pub(super) fn unread(&self, span: Span) -> Unknown {
        let why = Why::Invalid("the template does not parse as a whole".into());
        Unknown::new(why, Term::Opaque(span, self.scope.0))
    }

    fn read_resources(&mut self) {
        let template = self.template;
        let mut waiting = Vec::new();
        let mut unread = BTreeMap::new();
        for (logical_id, declared) in &template.resources {
            let presence = self.presence_of(logical_id);
            if matches!(presence, Guard::Never) {
                continue;
            }
            let at = self.outcome.resources.len();
            let properties = if self.reads(&declared.type_name) {
                let Some(properties) = self.properties(logical_id) else { continue };
                waiting.push(at);
                properties
            } else {
                unread.insert(logical_id.clone(), at);
                self.not_read(declared)
            };
            let resource = Resource {
                id: self.resource_ref(logical_id),
                type_name: declared.type_name.clone(),
                properties,
                presence,
                schematic: template.rounds.get(logical_id).is_some_and(|round| !round.of_default),
                name_span: template.span(declared.key),
                span: template.span(declared.key).to(template.span(declared.node)),
                depends_on: self.depends_on(declared),
                origin: None,
                attributes: self.attributes(declared),
            };
            let resource = Resource { origin: self.origin(&resource), ..resource };
            self.outcome.resources.push(resource);
        }
        self.read_reached(waiting, unread);
    }

    /// True for resources whose properties somebody may look at.
    fn reads(&self, type_name: &str) -> bool {
        let Some(wanted) = &self.world.given.wanted else { return true };
        let opens = ["AWS::CloudFormation::", "AWS::Serverless::", "AWS::SSM::"];
        wanted.types.contains(type_name)
            || opens.iter().any(|prefix| type_name.starts_with(prefix))
            || type_name.ends_with("::MODULE")
            || self.world.schema.reads(type_name)
    }

    /// The properties of a resource that nobody looks at.
    fn not_read(&self, declared: &Declared) -> Value {
        let span = self.template.span(declared.key);
        let why = Why::Attribute("a resource that is not looked at".into());
        let rest = Some(Arc::new(Unknown::new(why, Term::Opaque(span, self.scope.0))));
        Value::new(Data::Map(Arc::new(Map { rest, ..Map::default() })), span)
    }

    /// Reads what resources that were read are made of or depend on, and so on: the order in which CloudFormation creates them
    /// goes through resources that nobody else looks at. Both are places among the resources.
    fn read_reached(&mut self, mut waiting: Vec<usize>, mut unread: BTreeMap<Arc<str>, usize>) {
        while let Some(resource) = waiting.pop().and_then(|at| self.outcome.resources.get(at)) {
            let mut made_of = MadeOf::default();
            made_of.value(&resource.properties);
            let own = made_of.resources.into_iter().filter(|other| other.scope == self.scope);
            let reached: Vec<Arc<str>> = own.map(|other| other.address).chain(resource.depends_on.clone()).collect();
            for logical_id in reached {
                let Some(at) = unread.remove(&logical_id) else { continue };
                let Some(properties) = self.properties(&logical_id) else { continue };
                if let Some(resource) = self.outcome.resources.get_mut(at) {
                    resource.properties = properties;
                    waiting.push(at);
                }
            }
        }
    }

    /// The construct that a resource comes from: by the assembly's metadata, else as the resource itself says.
    fn origin(&self, resource: &Resource) -> Option<Arc<Origin>> {
        let of_template = self.world.library.origins.get(&self.template.path);
        let known = of_template.and_then(|origins| origins.get(&resource.id.address)).cloned();
        known.or_else(|| {
            let path = resource.attributes.get("Metadata").get("aws:cdk:path");
            let construct_path = path.as_str()?.into();
            Some(Arc::new(Origin {
                construct_path,
                in_stage: construct::in_stage(parent(&self.template.path)),
                frame: None,
                acknowledged: Vec::new(),
            }))
        })
    }

    /// The condition under which a resource exists.
    fn presence_of(&mut self, logical_id: &str) -> Guard {
        let template = self.template;
        let declared = template.resources.get(logical_id).map(|declared| declared.node);
        let own = declared.map_or(Guard::Always, |node| self.condition_of(node));
        match template.rounds.get(logical_id) {
            Some(round) => self.presence_of_round(round).and(own),
            None => own,
        }
    }

    /// When a round of a loop takes place: one over the default as long as the parameter has it, any other one else.
    fn presence_of_round(&self, round: &Round) -> Guard {
        let Some((name, default)) = &round.parameter else { return Guard::Always };
        let has_default = match self.variables.get(name) {
            Some(variable) => variable.default.map_or(Guard::Never, |class| Guard::Is(variable.clone(), class)),
            None => {
                let top = Span::new(self.template.tree.file, 0, 0);
                let list = Value::list(default.iter().map(|item| Value::string(item.clone(), top)).collect(), top);
                match self.parameter(name, top).map(|given| given.same(&list)) {
                    Some(Tri::Yes) => Guard::Always,
                    Some(Tri::No) => Guard::Never,
                    _ => {
                        let term = Term::call("default", [Term::Parameter(self.scope, name.clone())]);
                        Guard::Is(Arc::new(Variable::question(term, format!("{name} has its default"))), 0)
                    }
                }
            }
        };
        if round.of_default { has_default } else { has_default.not() }
    }

    /// The `Condition` of a resource or output.
    fn condition_of(&mut self, node: NodeId) -> Guard {
        let template = self.template;
        match template.field(node, "Condition") {
            None => Guard::Always,
            // No name: a mistake, about which nothing is known.
            Some(condition) => self.presence(&template.scalar(condition).unwrap_or_default()),
        }
    }

    fn depends_on(&self, declared: &Declared) -> Vec<Arc<str>> {
        let Some(node) = self.template.field(declared.node, "DependsOn") else { return Vec::new() };
        let one = self.template.scalar(node).into_iter();
        one.chain(self.template.tree.items(node).iter().filter_map(|item| self.template.scalar(*item))).collect()
    }

    fn attributes(&mut self, declared: &Declared) -> Value {
        let template = self.template;
        let others = template.fields(declared.node).into_iter();
        let others: Vec<Field> = others.filter(|field| !matches!(&*field.name, "Type" | "Properties")).collect();
        let mut entries = Vec::with_capacity(others.len());
        for field in others {
            let value = self.value(field.value);
            if !value.is_absent() {
                entries.push((field.name, Entry { key_span: template.span(field.key), value }));
            }
        }
        Value::map(entries, template.span(declared.node))
    }

    fn read_outputs(&mut self) {
        let template = self.template;
        let mut exports = BTreeMap::new();
        for (name, node) in &template.outputs {
            let Some(value) = template.field(*node, "Value") else { continue };
            let value = self.value(value).through(format!("output `{name}`"), template.span(*node));
            let presence = self.condition_of(*node);
            let missing = self.unknown(Why::Undeclared(format!("output `{name}`").into()), value.span);
            let value = when(presence, value, missing);
            self.outcome.outputs.insert(name.clone(), value.clone());
            if let Some(export) = template.field(*node, "Export").and_then(|export| template.field(export, "Name")) {
                for (guard, export) in self.value(export).arms() {
                    let Some(export) = export_key(&export) else { continue };
                    let missing = self.unknown(Why::Undeclared(format!("export `{export}`").into()), value.span);
                    let exported = match exports.contains_key(&export) && export.starts_with('*') {
                        true => missing,
                        false => when(guard, value.clone(), missing),
                    };
                    exports.insert(export, exported);
                }
            }
            if let Some(stack) = self.pseudo.get(STACK_NAME).and_then(Value::as_str) {
                exports.insert(output_key(stack, name), value);
            }
        }
        exports.extend(cdk::cross_region_exports(&self.outcome.resources, self.scope));
        exports.extend(self.stored());
        let scope = self.described(exports);
        self.outcome.scopes.push((self.scope, scope));
    }

    /// The SSM parameters that the stack makes, where it is certain that it does, as dynamic references ask for them.
    fn stored(&self) -> Vec<(Arc<str>, Value)> {
        let own = self.outcome.resources.iter().filter(|resource| {
            resource.id.scope == self.scope
                && &*resource.type_name == "AWS::SSM::Parameter"
                && resource.presence.is_always()
                && !resource.schematic
        });
        let named = own.filter_map(|resource| {
            let name = resource.properties.get("Name");
            Some((format!("/ssm/{}", name.as_str()?).into(), resource.properties.get("Value")))
        });
        named.collect()
    }

    fn described(&mut self, exports: BTreeMap<Arc<str>, Value>) -> Scope {
        let top = Span::new(self.template.tree.file, 0, 0);
        let pseudo = |name: &str| self.pseudo(name, top).unwrap_or_else(|| Value::absent(top));
        let (account, region) = (pseudo(ACCOUNT), pseudo(REGION));
        let hidden = self.template.hidden.iter().map(|why| Opening { why: why.clone(), given: None });
        let mut openings: Vec<Opening> = hidden.collect();
        for resource in self.outcome.resources.iter().filter(|resource| resource.id.scope == self.scope) {
            let address = &resource.id.address;
            let (why, given) = match (&*resource.type_name, sam::given_to_transform(resource)) {
                (_, Some(given)) => {
                    let why = format!("the SAM transform of `{address}` may change other resources");
                    openings.push(Opening { why: why.into(), given });
                    continue;
                }
                ("AWS::CloudFormation::Stack", _) => match self.outputs_of_nested.get(address) {
                    Some(Some(_)) => continue,
                    _ => {
                        let why = format!("the template of the nested stack `{address}` is not in the input");
                        (why, vec![resource.properties.clone()])
                    }
                },
                (name, _) if name.ends_with("::MODULE") => {
                    let why = format!("the module `{address}` is expanded by CloudFormation");
                    (why, vec![resource.properties.clone()])
                }
                _ => continue,
            };
            openings.push(Opening { why: why.into(), given: Some(given) });
        }
        Scope {
            name: self.deployment.name.clone(),
            dialect: Dialect::CloudFormation,
            account,
            region,
            library: false,
            update: None,
            openings,
            exports,
            repeats: None,
        }
    }

    fn finish(mut self) -> Outcome {
        if self.values_left == 0 {
            let message = "the template holds too many values once its aliases are expanded; what is behind is unknown";
            self.say(Span::new(self.template.tree.file, 0, 0), message.to_owned());
        }
        self.outcome
    }

    /// The output of a nested stack whose template is in the input.
    pub(super) fn nested_output(&mut self, logical_id: &str, output: &str) -> Option<Value> {
        if !self.outputs_of_nested.contains_key(logical_id) {
            // While it is read, the nested stack has no outputs: a parameter that depends on them is a cycle.
            self.outputs_of_nested.insert(logical_id.into(), None);
            let outputs = self.read_nested(logical_id);
            self.outputs_of_nested.insert(logical_id.into(), outputs);
        }
        self.outputs_of_nested.get(logical_id)?.as_ref()?.get(output).cloned()
    }

    /// Reads the template of a nested stack; its outputs.
    fn read_nested(&mut self, logical_id: &str) -> Option<BTreeMap<Arc<str>, Value>> {
        let path = self.template.children.get(logical_id)?;
        let is_cycle = *path == self.template.path || self.deployment.ancestors.contains(path);
        let left = self.world.nested_left.get().checked_sub(1)?;
        if is_cycle || self.depth > DEEPEST_LOOK {
            return None;
        }
        self.world.nested_left.set(left);
        let template = self.world.library.template(path)?;
        let properties = self.properties(logical_id)?;
        let outcome = read(self.world, template, self.deployment_of(logical_id, &properties, template));
        self.outcome.nested.insert(path.clone());
        self.outcome.nested.extend(outcome.nested);
        self.outcome.scopes.extend(outcome.scopes);
        let presence = self.presence_of(logical_id);
        self.outcome.resources.extend(
            outcome
                .resources
                .into_iter()
                .map(|resource| Resource { presence: presence.clone().and(resource.presence), ..resource }),
        );
        self.outcome.diagnostics.extend(outcome.diagnostics);
        self.outcome.assumptions.extend(outcome.assumptions);
        Some(outcome.outputs)
    }

    fn deployment_of(&self, logical_id: &str, properties: &Value, template: &Template) -> Deployment {
        let top = Span::new(self.template.tree.file, 0, 0);
        let inherited = [REGION, ACCOUNT, PARTITION, "AWS::URLSuffix"];
        let pseudo = inherited.iter().filter_map(|name| Some((Arc::from(*name), self.pseudo(name, top)?)));
        let variables = inherited.iter().filter_map(|name| self.variables.get_key_value(*name));
        let passed = properties.get("Parameters");
        let mut parameters = BTreeMap::new();
        for (name, parameter) in &template.parameters {
            let value = passed.get(name);
            if !value.is_absent() {
                let step = format!("parameter `{name}` of the nested stack `{logical_id}`");
                parameters.insert(name.clone(), value.through(step, parameter.span));
            }
        }
        let ancestors = self.deployment.ancestors.iter().chain([&self.template.path]).cloned().collect();
        Deployment {
            name: format!("{}/{logical_id}", self.deployment.name).into(),
            parameters,
            pseudo: pseudo.collect(),
            pseudo_variables: variables.map(|(name, variable)| (name.clone(), variable.clone())).collect(),
            ancestors,
            depth: self.depth,
        }
    }

    /// Reads every nested stack, also those whose outputs nobody asked for.
    fn read_children(&mut self) {
        let template = self.template;
        for logical_id in template.children.keys() {
            if !matches!(self.presence_of(logical_id), Guard::Never) {
                self.nested_output(logical_id, "");
            }
        }
    }

    /// Takes one value from the budget.
    pub(super) fn spend(&mut self) -> bool {
        let left = self.values_left.checked_sub(1);
        self.values_left = left.unwrap_or(0);
        left.is_some()
    }

    /// Says once that something is nested too deep; the reason for the unknown that stands for it.
    pub(super) fn too_deep(&mut self, id: NodeId) -> Why {
        if !std::mem::replace(&mut self.said_too_deep, true) {
            self.say(self.template.span(id), "this is nested too deep to be read".to_owned());
        }
        Why::Budget(format!("nested deeper than {DEEPEST} levels").into())
    }

    /// True when there is a diagnostic with this message.
    pub(super) fn has_said(&self, message: &str) -> bool {
        self.outcome.diagnostics.iter().any(|(_, known)| known == message)
    }

    /// Adds a diagnostic, once.
    pub(super) fn say(&mut self, span: Span, message: String) {
        self.outcome.diagnostics.insert((span, message));
    }
}

/// Under which name an export is found: its own, or `*` and the known end of it.
fn export_key(name: &Value) -> Option<Arc<str>> {
    match &name.data {
        Data::String(name) => Some(name.clone()),
        Data::Text(text) => match text.parts().last()? {
            Part::Literal(ending, _) => Some(format!("*{ending}").into()),
            Part::Hole(..) => None,
        },
        _ => None,
    }
}

/// Under which name an output of a stack is found. No export's name may hold a `/`.
pub(super) fn output_key(stack: &str, output: &str) -> Arc<str> {
    format!("/outputs/{stack}/{output}").into()
}

/// A value under a condition, another one without it.
pub(super) fn when(guard: Guard, value: Value, otherwise: Value) -> Value {
    let span = value.span;
    Value::choice(vec![(guard.clone(), value), (guard.not(), otherwise)], span)
}
