//! What the names of a module mean. Values are worked out on demand and kept; a name that is asked for while it is being
//! worked out depends on itself and is unknown.

use super::calls::Call;
use super::discover::Modules;
use super::expr::{Evaluator, Lookup, RefStep};
use super::module::Module;
use super::nesting::nesting;
use super::repetition::{Bindings, Copies};
use super::variables::Assigned;
use crate::frontend::{Diagnostic, Given, Schema};
use crate::source::{FileId, Files, Loader, Span, join_path};
use crate::syntax::hcl::Expr;
use crate::value::{Collection, Data, Entry, Guard, Refine, ResourceRef, ScopeId, Shape, Term, Unknown, Value, Why};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// References lead from expression to expression at most so deep, the nesting of all these expressions added up. Bounds the
/// stack; real modules stay below 100.
const MOST_NESTED: usize = 320;

/// All evaluations for one root module together take at most so many steps; real ones take some ten thousand. Fewer in tests,
/// which run without optimization.
const MOST_STEPS: usize = if cfg!(test) { 100_000 } else { 1_000_000 };

/// All evaluations of a run together, likewise.
const MOST_STEPS_OF_RUN: usize = 20 * MOST_STEPS;

/// What one reference costs beside the nesting of its expression.
const COST_OF_REFERENCE: usize = 4;

/// Files and folders that `fileset` may look at.
const MOST_LISTED: usize = 10_000;

/// Copies of blocks and modules that one root module may have.
pub(super) const MOST_COPIES: usize = 100_000;

/// Names an [`Instance`] of its resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct InstanceId(pub(super) usize);

/// A module with the values that one call of it passes: the root module, or a copy of a `module` block.
pub(super) struct Instance {
    /// What is declared in it.
    pub(super) module: Arc<Module>,
    /// What stands in front of its addresses: `module.a["x"].`; empty for the root module.
    pub(super) prefix: Arc<str>,
    /// The names of the calls that lead to it, joined by dots, as `terraform init` keys modules; empty for the root module.
    pub(super) path: Arc<str>,
    /// The condition under which it exists.
    pub(super) presence: Guard,
    /// One of an unknown number of copies.
    pub(super) schematic: bool,
    /// The call that made it; `None` for the root module.
    pub(super) caller: Option<Caller>,
}

/// The call that made an instance.
#[derive(Clone)]
pub(super) struct Caller {
    /// Where the call is written.
    pub(super) instance: InstanceId,
    /// Its name.
    pub(super) call: Arc<str>,
    /// `each` and `count` of this copy.
    pub(super) bindings: Bindings,
}

/// A place in which an expression stands: its module and the names that are bound there.
#[derive(Clone)]
pub(super) struct Place {
    /// The module.
    pub(super) instance: InstanceId,
    /// `each`, `count`, `self` and the iterators of dynamic blocks.
    pub(super) bindings: Bindings,
}

impl Place {
    /// The place inside a block or call that binds more names.
    pub(super) fn with(&self, more: &Bindings) -> Self {
        Self { instance: self.instance, bindings: self.bindings.with(more) }
    }
}

/// A value that is worked out once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// `var.x`
    Variable(Arc<str>),
    /// `local.x`
    Local(Arc<str>),
    /// An output.
    Output(Arc<str>),
    /// A configured attribute or block type of a copy of a resource.
    Property(Arc<str>, usize, Arc<str>),
    /// What a reference to an attribute of a copy of a resource means.
    Attribute(Arc<str>, usize, Arc<str>),
    /// A copy of a resource as a whole.
    Object(Arc<str>, usize),
    /// The Region of a provider configuration.
    Region(Arc<str>),
}

impl Node {
    fn name(&self) -> String {
        match self {
            Self::Variable(name) => format!("var.{name}"),
            Self::Local(name) => format!("local.{name}"),
            Self::Output(name) => format!("output.{name}"),
            Self::Property(key, _, name) | Self::Attribute(key, _, name) => format!("{key}.{name}"),
            Self::Object(key, _) => key.to_string(),
            Self::Region(name) => format!("provider.{name}"),
        }
    }
}

/// Resolves the names of one root module and of all modules that it calls.
pub(super) struct Resolver<'r, 'l> {
    /// The files.
    pub(super) loader: &'r mut Loader<'l>,
    /// The modules of the run.
    pub(super) modules: &'r mut Modules,
    /// What the kinds know of attributes that nobody writes.
    pub(super) schema: &'r dyn Schema,
    /// What the user said.
    pub(super) given: &'r Given,
    /// The root module's scope.
    pub(super) scope: ScopeId,
    /// The folders of installed modules, by the dotted path of their calls.
    pub(super) installed: BTreeMap<String, String>,
    /// The values that the root module's variables are given; the strongest source has won.
    pub(super) assigned: BTreeMap<Arc<str>, Assigned>,
    /// The root module is instance 0.
    pub(super) instances: Vec<Instance>,
    /// What is wrong: cycles, limits.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Copies made so far.
    pub(super) copies_made: usize,
    /// Values; `None` while one is being worked out.
    values: HashMap<(InstanceId, Node), Option<Value>>,
    pub(super) repetitions: HashMap<(InstanceId, Arc<str>), Option<Rc<Copies>>>,
    pub(super) calls: HashMap<(InstanceId, Arc<str>), Option<Rc<Call>>>,
    /// Whether calls lead to resources that somebody looks at, by their dotted paths, as far as that was asked.
    pub(super) leading: HashMap<String, bool>,
    /// How deep evaluations are nested in each other.
    pub(super) depth: usize,
    steps: usize,
    said_out_of_steps: bool,
    fresh: u32,
}

impl<'r, 'l> Resolver<'r, 'l> {
    /// A resolver for the root module in a folder.
    pub(super) fn new(
        folder: &str,
        scope: ScopeId,
        loader: &'r mut Loader<'l>,
        modules: &'r mut Modules,
        schema: &'r dyn Schema,
        given: &'r Given,
    ) -> Self {
        let module = modules.get(folder, loader);
        let installed = super::discover::installed(folder, loader);
        let root = Instance {
            module,
            prefix: "".into(),
            path: "".into(),
            presence: Guard::Always,
            schematic: false,
            caller: None,
        };
        let mut resolver = Self {
            loader,
            modules,
            schema,
            given,
            scope,
            installed,
            assigned: BTreeMap::new(),
            instances: vec![root],
            diagnostics: Vec::new(),
            copies_made: 0,
            values: HashMap::new(),
            repetitions: HashMap::new(),
            calls: HashMap::new(),
            leading: HashMap::new(),
            depth: 0,
            steps: 0,
            said_out_of_steps: false,
            fresh: 0,
        };
        resolver.read_assignments(folder);
        resolver
    }

    /// The root module.
    pub(super) const ROOT: InstanceId = InstanceId(0);

    /// The module of an instance.
    pub(super) fn module(&self, at: InstanceId) -> Arc<Module> {
        self.instances.get(at.0).map(|instance| instance.module.clone()).unwrap_or_default()
    }

    /// What stands in front of the addresses of an instance.
    pub(super) fn prefix(&self, at: InstanceId) -> Arc<str> {
        self.instances.get(at.0).map_or_else(|| Arc::from(""), |instance| instance.prefix.clone())
    }

    /// The folder of the root module.
    pub(super) fn root_folder(&self) -> Arc<str> {
        self.module(Self::ROOT).folder.clone()
    }

    /// A node of this scope.
    pub(super) fn node(&self, at: InstanceId, address: &str) -> ResourceRef {
        ResourceRef { scope: self.scope, address: format!("{}{address}", self.prefix(at)).into() }
    }

    /// The value of an expression.
    pub(super) fn evaluate(&mut self, place: &Place, expr: &Expr) -> Value {
        if self.steps > MOST_STEPS || self.modules.steps > MOST_STEPS_OF_RUN {
            return self.out_of_steps(expr.span);
        }
        let needed = nesting(expr) + COST_OF_REFERENCE;
        if self.depth + needed > MOST_NESTED {
            return Value::opaque(Why::Budget("references nested too deep".into()), expr.span);
        }
        self.depth += needed;
        let mut names = Names { resolver: self, place };
        let mut evaluator = Evaluator::new(&mut names);
        let value = evaluator.evaluate(expr);
        let taken = evaluator.steps();
        self.steps += taken;
        self.modules.steps += taken;
        self.depth -= needed;
        if let Some(Why::Budget(limit)) = value.as_unknown().map(|unknown| &unknown.why) {
            let limit = limit.clone();
            self.say_once(expr.span, format!("a limit was reached, and the value is not known: {limit}"));
        }
        value
    }

    /// A diagnostic for the first place at which something is wrong.
    pub(super) fn say_once(&mut self, span: Span, message: String) {
        if !self.diagnostics.iter().any(|known| known.message == message) {
            self.diagnostics.push(Diagnostic { span, message, fatal: false });
        }
    }

    fn out_of_steps(&mut self, span: Span) -> Value {
        let message = "the module takes too long to evaluate; the rest of it is not known";
        if !self.said_out_of_steps {
            self.said_out_of_steps = true;
            self.diagnostics.push(Diagnostic { span, message: message.to_owned(), fatal: false });
        }
        Value::opaque(Why::Budget(message.into()), span)
    }

    /// Works a value out, or takes it from memory. Unknown while it is being worked out.
    pub(super) fn solve(
        &mut self,
        at: InstanceId,
        node: Node,
        span: Span,
        work: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let key = (at, node);
        match self.values.get(&key) {
            Some(Some(known)) => return known.clone(),
            Some(None) => {
                let name = format!("{}{}", self.prefix(at), key.1.name());
                // Terraform sees a cycle there too; of attributes of a resource it does not always.
                if matches!(key.1, Node::Local(_)) {
                    self.say_once(span, format!("{name} depends on itself"));
                }
                return Value::opaque(Why::Cycle(name.into()), span);
            }
            None => {}
        }
        self.values.insert(key.clone(), None);
        let value = work(self);
        self.values.insert(key, Some(value.clone()));
        value
    }

    fn local(&mut self, at: InstanceId, name: &Arc<str>) -> Option<Value> {
        let module = self.module(at);
        let local = module.locals.get(name)?;
        let place = Place { instance: at, bindings: Bindings::none() };
        Some(self.solve(at, Node::Local(name.clone()), local.value.span, |this| {
            step(&this.evaluate(&place, &local.value), &format!("local {name}"), local.key.span)
        }))
    }

    /// `path.module`, `path.root`, `path.cwd`
    fn path(&self, at: InstanceId, name: &str, span: Span) -> Option<Value> {
        match name {
            "root" => Some(Value::string(".", span)),
            "module" => {
                let folder = self.module(at).folder.clone();
                Some(Value::string(relative(&self.root_folder(), &folder), span))
            }
            "cwd" => {
                let why = Why::Function("path.cwd".into());
                let term = Term::Parameter(self.scope, "path.cwd".into());
                Some(Value::unknown(Unknown::new(why, term).refined(Refine::string(Shape::non_empty())), span))
            }
            _ => None,
        }
    }

    /// `terraform.workspace`; where it is not given, only who runs Terraform knows it.
    fn workspace(&self, span: Span) -> Value {
        if let Some(given) = &self.given.workspace {
            return Value::string(given.as_str(), span);
        }
        let term = Term::Parameter(self.scope, "terraform.workspace".into());
        Value::unknown(Unknown::new(Why::Workspace, term).refined(Refine::string(Shape::non_empty())), span)
    }

    /// The value of a name's first steps in a place, with the number of steps used up.
    fn name(&mut self, place: &Place, root: &str, steps: &[RefStep], span: Span) -> Option<(Value, usize)> {
        if let Some(bound) = place.bindings.get(root) {
            return Some((bound, 0));
        }
        let at = place.instance;
        let Some(RefStep::Attribute(first)) = steps.first() else { return None };
        match root {
            "var" => Some((self.variable(at, first).unwrap_or_else(|| self.undeclared(at, "var", first, span)), 1)),
            "local" => Some((self.local(at, first).unwrap_or_else(|| self.undeclared(at, "local", first, span)), 1)),
            "path" => Some((self.path(at, first, span)?, 1)),
            "terraform" => (&**first == "workspace").then(|| (self.workspace(span), 1)),
            "each" | "count" | "self" => None,
            "module" => {
                let rest = steps.get(1..).unwrap_or_default();
                let known = self.call_value(at, first, rest, span);
                let (value, used) =
                    known.unwrap_or_else(|| self.undeclared_node(at, &format!("module.{first}"), rest, span));
                Some((value, used + 1))
            }
            "data" | "ephemeral" => {
                let Some(RefStep::Attribute(name)) = steps.get(1) else { return None };
                let key: Arc<str> = format!("{root}.{first}.{name}").into();
                let rest = steps.get(2..).unwrap_or_default();
                let known = self.resource_value(at, &key, rest, span);
                let (value, used) = known.unwrap_or_else(|| self.undeclared_node(at, &key, rest, span));
                Some((value, used + 2))
            }
            kind => {
                let key: Arc<str> = format!("{kind}.{first}").into();
                let rest = steps.get(1..).unwrap_or_default();
                let known = self.resource_value(at, &key, rest, span);
                let (value, used) = known.unwrap_or_else(|| self.undeclared_node(at, &key, rest, span));
                Some((value, used + 1))
            }
        }
    }

    /// A variable or local value that the input does not declare: a file of the module is missing. It is the same value
    /// wherever the module names it.
    fn undeclared(&self, at: InstanceId, kind: &str, name: &str, span: Span) -> Value {
        let name: Arc<str> = format!("{}{kind}.{name}", self.prefix(at)).into();
        Value::unknown(Unknown::new(Why::Undeclared(name.clone()), Term::Parameter(self.scope, name)), span)
    }

    /// A resource or module that the input does not declare, likewise.
    fn undeclared_node(&self, at: InstanceId, address: &str, steps: &[RefStep], span: Span) -> (Value, usize) {
        let node = self.node(at, address);
        let (name, used): (Arc<str>, usize) = match steps.first() {
            Some(RefStep::Attribute(name)) => (name.clone(), 1),
            _ => ("".into(), 0),
        };
        let separator = if name.is_empty() { "" } else { "." };
        let why = Why::Undeclared(format!("{}{separator}{name}", node.address).into());
        (Value::unknown(Unknown::new(why, Term::Attribute(node, name)), span), used)
    }
}

/// The names that an expression in a place can see.
struct Names<'n, 'r, 'l> {
    resolver: &'n mut Resolver<'r, 'l>,
    place: &'n Place,
}

impl Lookup for Names<'_, '_, '_> {
    fn lookup(&mut self, root: &str, steps: &[RefStep], span: Span) -> Option<(Value, usize)> {
        self.resolver.name(self.place, root, steps, span)
    }

    /// Paths are relative to the folder in which Terraform is run: the root module's.
    fn read_file(&mut self, path: &str) -> Result<(FileId, Arc<str>), Why> {
        let absent = || Why::FileAbsent(path.into());
        let inside = join_path(&self.resolver.root_folder(), path).ok_or_else(absent)?;
        let file = self.resolver.loader.load(&inside).map_err(|_| absent())?;
        Ok((file, self.resolver.loader.text(file)))
    }

    fn list_files(&mut self, folder: &str) -> Option<Vec<String>> {
        let inside = join_path(&self.resolver.root_folder(), folder)?;
        files_below(self.resolver.loader.files(), &inside)
    }

    fn fresh(&mut self) -> u32 {
        self.resolver.fresh += 1;
        self.resolver.fresh
    }
}

/// All files below a folder, relative to it, sorted; `None` when there are too many to look at.
fn files_below(files: &dyn Files, folder: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    let mut looked_at = 0;
    while let Some(below) = folders.pop() {
        let path = join_path(folder, &below)?;
        for name in files.list(&path) {
            looked_at += 1;
            if looked_at > MOST_LISTED {
                return None;
            }
            match name.strip_suffix('/') {
                Some(inner) => folders.push(format!("{below}{inner}/")),
                None => found.push(format!("{below}{name}")),
            }
        }
    }
    found.sort();
    Some(found)
}

/// The path that leads from one folder to another, as Terraform writes `path.module`.
fn relative(from: &str, to: &str) -> String {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let path: Vec<String> = up.chain(to.into_iter().skip(shared)).collect();
    if path.is_empty() { ".".to_owned() } else { path.join("/") }
}

/// A value one step further on its way; the alternatives of a choice take the step too.
pub(super) fn step(value: &Value, text: &str, span: Span) -> Value {
    let text: Arc<str> = text.into();
    match &value.data {
        Data::Choice(_) => value.each(&mut |arm| arm.clone().through(text.clone(), span)),
        _ => value.clone().through(text, span),
    }
}

/// A list or map of one of Terraform's collection types.
pub(super) fn collected(value: Value, collection: Collection) -> Value {
    Value { collection: Some(collection), ..value }
}

/// An entry of a map.
pub(super) fn entry(key: &str, value: Value) -> (Arc<str>, Entry) {
    (key.into(), Entry { key_span: value.span, value })
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_between_folders() {
        assert_eq!(relative("", ""), ".");
        assert_eq!(relative("", "modules/pool"), "modules/pool");
        assert_eq!(relative("envs/prod", "modules/pool"), "../../modules/pool");
        assert_eq!(relative("envs/prod", "envs/prod"), ".");
    }
}
