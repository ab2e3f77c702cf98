//! Module calls: the modules that a `module` block makes, and what their outputs mean.

use super::discover::local_folder;
use super::expr::RefStep;
use super::module::{Module, attribute};
use super::repetition::{Bindings, Copies, whole};
use super::resolver::{Caller, Instance, InstanceId, Node, Place, Resolver, collected, entry, step};
use crate::frontend::Opening;
use crate::source::Span;
use crate::syntax::hcl::Block;
use crate::value::{Collection, Data, Map, ResourceRef, Term, Unknown, Value, Why};
use std::rc::Rc;
use std::sync::Arc;

/// Modules call modules at most this deep.
const MOST_DEEP: usize = 32;

/// Module instances that one root module may have.
const MOST_INSTANCES: usize = 5_000;

/// Arguments of a `module` block that are not passed to the module.
const META: [&str; 6] = ["source", "version", "count", "for_each", "providers", "depends_on"];

/// A `module` block: its copies and the modules they are.
pub(super) struct Call {
    /// The copies.
    pub(super) copies: Rc<Copies>,
    /// Their modules.
    pub(super) target: Target,
}

/// What a `module` block calls.
pub(super) enum Target {
    /// A module of the input: one instance for each copy.
    Instances(Vec<InstanceId>),
    /// One that is not there, or may not be entered.
    Absent(Why),
}

impl Resolver<'_, '_> {
    /// The modules that a call makes, worked out once; `None` when nothing declares it.
    pub(super) fn call(&mut self, at: InstanceId, name: &Arc<str>) -> Option<Rc<Call>> {
        let module = self.module(at);
        let block = module.calls.get(name)?;
        let id = (at, name.clone());
        match self.calls.get(&id) {
            Some(Some(known)) => return Some(known.clone()),
            // Its own `count` or `source` asks for it.
            Some(None) => {
                let copies = self.declared_copies(at, &format!("module.{name}").into(), block);
                let why = Why::Cycle(format!("{}module.{name}", self.prefix(at)).into());
                return Some(Rc::new(Call { copies, target: Target::Absent(why) }));
            }
            None => {}
        }
        self.calls.insert(id.clone(), None);
        let copies = self.declared_copies(at, &format!("module.{name}").into(), block);
        let target = match self.target(at, name, block) {
            Ok(module) => Target::Instances(self.instantiate(at, name, &module, &copies)),
            Err(why) => Target::Absent(why),
        };
        let call = Rc::new(Call { copies, target });
        self.calls.insert(id, Some(call.clone()));
        Some(call)
    }

    /// The module that a call names, or why there is none.
    fn target(&mut self, at: InstanceId, name: &Arc<str>, block: &Block) -> Result<Arc<Module>, Why> {
        let Some(source) = attribute(block, "source") else {
            return Err(Why::Invalid(format!("module \"{name}\" has no source").into()));
        };
        let place = Place { instance: at, bindings: Bindings::none() };
        let value = self.evaluate(&place, &source.value);
        let Some(text) = value.as_str() else { return Err(Why::ModuleAbsent("its source is not known".into())) };
        let installed = self.installed.get(&*self.path_of(at, name)).cloned();
        let Some(folder) = local_folder(&self.module(at).folder, text).or(installed) else {
            return Err(Why::ModuleAbsent(text.into()));
        };
        let above = self.folders_above(at);
        let cycle = above.iter().any(|known| **known == *folder);
        if cycle || above.len() >= MOST_DEEP || self.instances.len() >= MOST_INSTANCES {
            let message = match cycle {
                true => format!("module \"{name}\" calls itself through its source \"{text}\""),
                false if above.len() >= MOST_DEEP => {
                    format!("module \"{name}\" is not read: modules are nested deeper than {MOST_DEEP}")
                }
                false => format!("further modules are not read: there are more than {MOST_INSTANCES}"),
            };
            self.say_once(source.value.span, message.clone());
            return Err(Why::Cycle(message.into()));
        }
        let module = self.modules.get(&folder, self.loader);
        if module.files == 0 { Err(Why::ModuleAbsent(text.into())) } else { Ok(module) }
    }

    /// The dotted path of a call, as `terraform init` keys modules.
    pub(super) fn path_of(&self, at: InstanceId, name: &str) -> String {
        match self.instances.get(at.0).map(|instance| &*instance.path) {
            None | Some("") => name.to_owned(),
            Some(path) => format!("{path}.{name}"),
        }
    }

    /// The folders of an instance and of all that lead to it.
    pub(super) fn folders_above(&self, at: InstanceId) -> Vec<Arc<str>> {
        let caller = |id: &InstanceId| Some(self.instances.get(id.0)?.caller.as_ref()?.instance);
        let chain = std::iter::successors(Some(at), caller);
        chain.map(|id| self.module(id).folder.clone()).collect()
    }

    fn instantiate(
        &mut self,
        at: InstanceId,
        name: &Arc<str>,
        module: &Arc<Module>,
        copies: &Copies,
    ) -> Vec<InstanceId> {
        let prefix = self.prefix(at);
        let path: Arc<str> = self.path_of(at, name).into();
        let Some((presence, schematic)) =
            self.instances.get(at.0).map(|caller| (caller.presence.clone(), caller.schematic))
        else {
            return Vec::new();
        };
        let mut made = Vec::with_capacity(copies.copies.len());
        for copy in &copies.copies {
            made.push(InstanceId(self.instances.len()));
            self.instances.push(Instance {
                module: module.clone(),
                prefix: format!("{prefix}module.{name}{}.", copy.suffix).into(),
                path: path.clone(),
                presence: presence.clone().and(copy.presence.clone()),
                schematic: schematic || copy.schematic,
                caller: Some(Caller { instance: at, call: name.clone(), bindings: copy.bindings.clone() }),
            });
        }
        made
    }

    /// What `module.name` followed by steps means, with the number of steps used up.
    pub(super) fn call_value(
        &mut self,
        at: InstanceId,
        name: &Arc<str>,
        steps: &[RefStep],
        span: Span,
    ) -> Option<(Value, usize)> {
        let call = self.call(at, name)?;
        let instances = match &call.target {
            Target::Absent(why) => return Some(self.absent_value(at, name, why, steps, span)),
            Target::Instances(instances) => instances.clone(),
        };
        let (copy, used) = match call.copies.chosen(steps) {
            Some((copy, used)) => (copy, used),
            None => {
                let of = self.node(at, &format!("module.{name}[*]"));
                let value = call.copies.value(span, &of, &mut |copy| match instances.get(copy) {
                    Some(instance) => self.outputs(*instance, span),
                    None => Value::absent(span),
                });
                return Some((value, 0));
            }
        };
        let instance = *instances.get(copy)?;
        match steps.get(used) {
            Some(RefStep::Attribute(output)) => {
                let value = match self.output(instance, output) {
                    Some(value) => value,
                    None => {
                        let missing = format!("{}{output}", self.prefix(instance));
                        Value::opaque(Why::Undeclared(missing.into()), span)
                    }
                };
                Some((value, used + 1))
            }
            _ => Some((self.outputs(instance, span), used)),
        }
    }

    /// An output of a module.
    pub(super) fn output(&mut self, at: InstanceId, name: &Arc<str>) -> Option<Value> {
        let module = self.module(at);
        let output = module.outputs.get(name)?;
        let value = attribute(output, "value")?;
        let place = Place { instance: at, bindings: Bindings::none() };
        Some(self.solve(at, Node::Output(name.clone()), value.value.span, |this| {
            let sensitive = attribute(output, "sensitive");
            let sensitive =
                sensitive.is_some_and(|flag| matches!(flag.value.kind, crate::syntax::hcl::ExprKind::Bool(true)));
            let place_of_name = output.labels.first().map_or(output.span, |label| label.span);
            step(&this.evaluate(&place, &value.value), &format!("output {name}"), place_of_name)
                .with_sensitive(sensitive)
        }))
    }

    /// All outputs of a module.
    fn outputs(&mut self, at: InstanceId, span: Span) -> Value {
        let names: Vec<Arc<str>> = self.module(at).outputs.keys().cloned().collect();
        let mut entries = Vec::with_capacity(names.len());
        for name in names {
            if let Some(value) = self.output(at, &name) {
                entries.push(entry(&name, value));
            }
        }
        collected(Value::map(entries, span), Collection::Object)
    }

    /// An output of a module that is not there: unknown, with a term of its own.
    fn absent_value(&mut self, at: InstanceId, name: &str, why: &Why, steps: &[RefStep], span: Span) -> (Value, usize) {
        let (suffix, used) = match steps.first() {
            Some(RefStep::Index(key)) => match key.as_parts().map(|parts| Value::text(parts, span)) {
                Some(Value { data: Data::String(key), .. }) => (format!("[{key}]"), 1),
                _ => ("[*]".to_owned(), 1),
            },
            _ => (String::new(), 0),
        };
        let of = self.node(at, &format!("module.{name}{suffix}"));
        match steps.get(used) {
            Some(RefStep::Attribute(output)) => {
                (Value::unknown(Unknown::new(why.clone(), Term::Attribute(of, output.clone())), span), used + 1)
            }
            _ => (Value::unknown(Unknown::new(why.clone(), Term::Attribute(of, "".into())), span), used),
        }
    }

    /// What a call of an absent module hides: everything it was given, it may use.
    pub(super) fn opening(&mut self, at: InstanceId, name: &str, call: &Call, why: &Why) -> Option<Opening> {
        let module = self.module(at);
        let block = module.calls.get(name)?;
        let mut given = Vec::new();
        for copy in &call.copies.copies {
            let place = Place { instance: at, bindings: copy.bindings.clone() };
            for argument in block.body.attributes.iter().filter(|argument| !META.contains(&&*argument.key.text)) {
                given.push(self.evaluate(&place, &argument.value));
            }
        }
        let why = match why {
            Why::ModuleAbsent(source) => format!("module \"{name}\" ({source}) is not in the input"),
            other => format!("module \"{name}\" is not read: {other}"),
        };
        (!call.copies.copies.is_empty()).then(|| Opening { why: why.into(), given: Some(given) })
    }
}

impl Copies {
    /// The copy that the first steps choose for certain, with the number of steps used up.
    pub(super) fn chosen(&self, steps: &[RefStep]) -> Option<(usize, usize)> {
        use super::repetition::Repetition;
        if self.repetition == Repetition::Once {
            return Some((0, 0));
        }
        let Some(RefStep::Index(key)) = steps.first() else { return None };
        let known = key.as_parts().and_then(|parts| known_text(Value::text(parts, key.span)));
        if let Some(at) = known.as_ref().and_then(|key| self.position(key)) {
            // A copy that exists only under a condition: the evaluator tells where it does not.
            let certain = self.copies.get(at).is_some_and(|copy| copy.presence.is_always());
            return certain.then_some((at, 1));
        }
        // The copy that stands for all is also the one under an unknown key, and the first one. It is not the one under
        // any other known key: two of those are two different resources.
        let first = self.repetition == Repetition::Count && known.as_deref() == Some("0");
        let only = self.copies.len() == 1 && !matches!(self.control.data, Data::Choice(_));
        self.schematic().filter(|_| only && (known.is_none() || first)).map(|at| (at, 1))
    }
}

fn known_text(value: Value) -> Option<Arc<str>> {
    match value.data {
        Data::String(text) => Some(text),
        _ => None,
    }
}

/// An open map of what is not known of a node.
pub(super) fn open_map(of: &ResourceRef, span: Span) -> Value {
    Value::new(Data::Map(Arc::new(Map { rest: Some(Arc::new(whole(of))), ..Map::default() })), span)
}
