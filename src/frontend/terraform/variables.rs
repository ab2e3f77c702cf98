//! Variables: which value a module's variable has, and what is known of it when nobody gave it one.
//!
//! A value from a variable file, the command line, the environment or a module call is a fact. The default of a root module's variable is not: whoever runs
//! Terraform may pass another value, so it is one alternative of a choice.

use super::discover::{parse, path_in, variable_files};
use super::expr::{Type, attributes_of, convert, parse_type};
use super::module::{attribute, literal};
use super::repetition::Bindings;
use super::resolver::{InstanceId, Node, Place, Resolver, step};
use crate::frontend::{Assignment, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::hcl::{self, BinaryOp, Block, Expr, ExprKind, StepKind};
use crate::value::{Data, Entry, Guard, Kind, List, Map, Refine, Term, Unknown, Value, Variable, VariableClass, Why};
use std::sync::Arc;

impl Resolver<'_, '_> {
    /// Collects the values of the root module's variables, the strongest last: those of the environment, of the module's
    /// variable files, of the command line. Their order is documented under "Variable Definition Precedence".
    pub(super) fn read_assignments(&mut self, folder: &str) {
        let given = self.given;
        for (name, value) in &given.variables.environment {
            let from = format!("TF_VAR_{name}");
            self.assigned.insert(name.as_str().into(), Assigned::Given(value.as_str().into(), from.into()));
        }
        for name in variable_files(&self.loader.files().list(folder)) {
            let path = path_in(folder, &name);
            let Ok(file) = self.loader.load(&path) else { continue };
            self.modules.variable_files.insert(path.clone());
            self.assign_file(&path, file);
        }
        for argument in &given.variables.arguments {
            match argument {
                Assignment::Variable(name, value) => {
                    let from = format!("--var {name}");
                    self.assigned.insert(name.as_str().into(), Assigned::Given(value.as_str().into(), from.into()));
                }
                Assignment::File(path, text) => {
                    let file = self.modules.given_file(path, text, self.loader);
                    self.assign_file(path, file);
                }
            }
        }
    }

    fn assign_file(&mut self, path: &str, file: FileId) {
        let parsed = parse(path, file, &self.loader.text(file));
        let errors = parsed.errors.into_iter();
        self.diagnostics.extend(errors.map(|error| Diagnostic {
            span: error.span,
            message: error.message,
            fatal: true,
        }));
        self.modules.comments.extend(parsed.comments.iter().map(|comment| comment.span));
        for attribute in parsed.body.attributes {
            self.assigned.insert(attribute.key.text, Assigned::Written(attribute.value));
        }
    }

    /// `var.name` in a module; `None` when it is not declared.
    pub(super) fn variable(&mut self, at: InstanceId, name: &Arc<str>) -> Option<Value> {
        let module = self.module(at);
        let Some(block) = module.variables.get(name) else { return self.undeclared_argument(at, name) };
        let span = block.labels.first().map_or(block.span, |label| label.span);
        Some(self.solve(at, Node::Variable(name.clone()), span, |this| {
            let value = match this.instances.get(at.0).and_then(|instance| instance.caller.clone()) {
                Some(caller) => this.argument(at, &caller, name, block),
                None => this.root_variable(name, block),
            };
            let sensitive = flag(block, "sensitive").unwrap_or(false);
            step(&value, &format!("variable {name}"), span).with_sensitive(sensitive)
        }))
    }

    /// The value that a call passes, or the default: the call decided not to pass any.
    fn argument(&mut self, at: InstanceId, caller: &super::resolver::Caller, name: &Arc<str>, block: &Block) -> Value {
        let calling = self.module(caller.instance);
        let call = calling.calls.get(&caller.call);
        let Some(argument) = call.and_then(|call| attribute(call, name)) else {
            let of_call = call.map_or(block.span, name_span);
            return match self.default(at, block) {
                Some(default) => step(&default, &format!("module call {} passes no {name}", caller.call), of_call),
                None => self.unset(at, name, block),
            };
        };
        let place = Place { instance: caller.instance, bindings: caller.bindings.clone() };
        let passed = self.evaluate(&place, &argument.value);
        let passed = step(&passed, &format!("module call {}", caller.call), argument.key.span);
        let default = if nullable(block) { None } else { self.default(at, block) };
        let converted = convert(&passed, &type_of(block));
        match default {
            Some(default) => converted.each(&mut |arm| match arm.data {
                Data::Null => default.clone(),
                _ => arm.clone(),
            }),
            None => converted,
        }
    }

    /// What a call passes under a name that the module does not declare: the file that declares it is missing.
    fn undeclared_argument(&mut self, at: InstanceId, name: &Arc<str>) -> Option<Value> {
        let caller = self.instances.get(at.0)?.caller.clone()?;
        let calling = self.module(caller.instance);
        let argument = calling.calls.get(&caller.call).and_then(|call| attribute(call, name))?;
        let place = Place { instance: caller.instance, bindings: caller.bindings };
        Some(self.solve(at, Node::Variable(name.clone()), argument.key.span, |this| {
            let passed = this.evaluate(&place, &argument.value);
            step(&passed, &format!("module call {}", caller.call), argument.key.span)
        }))
    }

    /// A variable of the root module: the value of a variable file, else what may be said without one.
    fn root_variable(&mut self, name: &Arc<str>, block: &Block) -> Value {
        let here = Place { instance: Self::ROOT, bindings: Bindings::none() };
        if let Some(assigned) = self.assigned.get(name).cloned() {
            let assigned = match assigned {
                Assigned::Written(expr) => self.evaluate(&here, &expr),
                Assigned::Given(text, from) => self.given_value(&text, &from, block),
            };
            let value = convert(&assigned, &type_of(block));
            match self.default(Self::ROOT, block) {
                Some(default) if matches!(value.data, Data::Null) && !nullable(block) => return default,
                _ => return value,
            }
        }
        let default = self.default(Self::ROOT, block);
        if let Some(choice) = self.validated(name, block, default.as_ref()) {
            return choice;
        }
        match default {
            Some(default) => self.overridable(name, block, default),
            None => self.unset(Self::ROOT, name, block),
        }
    }

    /// A value of the command line or the environment. It has no file to point at: its place is where the variable is
    /// declared. Terraform reads it as an expression where the variable has a type that is not primitive, else as a text.
    fn given_value(&mut self, text: &Arc<str>, from: &Arc<str>, block: &Block) -> Value {
        let span = name_span(block);
        if is_literal_type(block) {
            return Value::string(text.clone(), span).through(from.clone(), span);
        }
        let place = Place { instance: Self::ROOT, bindings: Bindings::none() };
        match hcl::parse_expression(span.file, text) {
            Ok(expr) => moved(&self.evaluate(&place, &expr), span).through(from.clone(), span),
            Err(error) => {
                let message = format!("the value of {from} does not read: {}", error.message);
                self.diagnostics.push(Diagnostic { span, message: message.clone(), fatal: true });
                Value::opaque(Why::Invalid(message.into()), span)
            }
        }
    }

    fn default(&mut self, at: InstanceId, block: &Block) -> Option<Value> {
        let default = attribute(block, "default")?;
        let place = Place { instance: at, bindings: Bindings::none() };
        Some(convert(&self.evaluate(&place, &default.value), &type_of(block)))
    }

    /// A variable that has only a default: the default, or anything else.
    fn overridable(&mut self, name: &Arc<str>, block: &Block, default: Value) -> Value {
        let span = default.span;
        let term = self.term(Self::ROOT, name);
        let label: Arc<str> = format!("var.{name}").into();
        if let Data::Bool(of_default) = default.data {
            let literals = ["true".into(), "false".into()];
            let text = of_default.to_string();
            let variable = Arc::new(Variable::new(term, label, &literals, false, Some(&text)));
            let other = Value::bool(!of_default, span);
            let arms = vec![
                (Guard::Is(variable.clone(), usize::from(!of_default)), default),
                (Guard::Is(variable, usize::from(of_default)), other),
            ];
            return Value::choice(arms, span);
        }
        let text = literal_text(&default);
        let variable = Arc::new(Variable {
            term: term.clone(),
            label,
            classes: vec![VariableClass::literal(text), VariableClass::other()],
            default: Some(0),
        });
        let none_of = match &default.data {
            Data::String(text) => Arc::from([text.clone()]),
            _ => Arc::default(),
        };
        let refine = Refine { none_of, ..refine(block) };
        let other = Unknown::new(Why::Overridable(name.clone()), term).refined(refine);
        let arms =
            vec![(Guard::Is(variable.clone(), 0), default), (Guard::Is(variable, 1), Value::unknown(other, span))];
        Value::choice(arms, span)
    }

    /// A variable that has no value at all.
    fn unset(&mut self, at: InstanceId, name: &Arc<str>, block: &Block) -> Value {
        let span = block.labels.first().map_or(block.span, |label| label.span);
        let unknown = Unknown::new(Why::Parameter(name.clone()), self.term(at, name));
        Value::unknown(unknown.refined(refine(block)), span)
    }

    /// A variable whose `validation` lists the values that it may have: one of them.
    fn validated(&mut self, name: &Arc<str>, block: &Block, default: Option<&Value>) -> Option<Value> {
        let validations = block.body.blocks.iter().filter(|inner| &*inner.kind.text == "validation");
        let conditions = validations.filter_map(|inner| attribute(inner, "condition"));
        let allowed = conditions.map(|condition| allowed(&condition.value, name)).find_map(|allowed| allowed)?;
        let here = Place { instance: Self::ROOT, bindings: Bindings::none() };
        let kind = type_of(block);
        let mut values: Vec<Value> = Vec::new();
        for expr in allowed {
            values.push(convert(&self.evaluate(&here, expr), &kind));
        }
        values.extend(default.cloned());
        if values.iter().any(|value| matches!(value.data, Data::Unknown(_) | Data::Choice(_))) {
            return None;
        }
        let mut classes: Vec<(Arc<str>, Value)> = Vec::new();
        for value in values {
            let text = literal_text(&value);
            if !classes.iter().any(|(known, _)| *known == text) {
                classes.push((text, value));
            }
        }
        let default = default.map(literal_text);
        let literals: Vec<Arc<str>> = classes.iter().map(|(text, _)| text.clone()).collect();
        let label = format!("var.{name}");
        let variable =
            Arc::new(Variable::new(self.term(Self::ROOT, name), label, &literals, false, default.as_deref()));
        let span = block.labels.first().map_or(block.span, |label| label.span);
        let arm = |(class, (_, value)): (usize, (Arc<str>, Value))| (Guard::Is(variable.clone(), class), value);
        Some(Value::choice(classes.into_iter().enumerate().map(arm).collect(), span))
    }

    fn term(&self, at: InstanceId, name: &str) -> Term {
        Term::Parameter(self.scope, format!("{}var.{name}", self.prefix(at)).into())
    }
}

/// A value that a root module's variable is given.
#[derive(Clone, Debug)]
pub(super) enum Assigned {
    /// In a file.
    Written(Expr),
    /// The text of an environment variable or of an argument, and which one it is.
    Given(Arc<str>, Arc<str>),
}

/// A value with all its parts at one place.
fn moved(value: &Value, span: Span) -> Value {
    let data = match &value.data {
        Data::List(list) => {
            let items = list.items.iter().map(|item| moved(item, span)).collect();
            Data::List(List { items, rest: list.rest.clone() }.into())
        }
        Data::Map(map) => {
            let entry = |(key, entry): (&Arc<str>, &Entry)| {
                (key.clone(), Entry { key_span: span, value: moved(&entry.value, span) })
            };
            Data::Map(Map { entries: map.entries.iter().map(entry).collect(), rest: map.rest.clone() }.into())
        }
        other => other.clone(),
    };
    Value { data, span, via: None, structure: None, pieces: None, ..value.clone() }
}

/// True when a value from outside is a text, not an expression: without a type, or with a primitive one.
fn is_literal_type(block: &Block) -> bool {
    match type_of(block) {
        Type::Bool | Type::Number | Type::String => true,
        // `any` is written as a type, and nothing is written, or `"string"` was by versions before 0.12.
        Type::Any => match attribute(block, "type") {
            None => true,
            Some(written) => written.value.as_text().is_some_and(|name| &*name == "string"),
        },
        _ => false,
    }
}

/// True when the value of a root module's variable must come from somebody.
pub(super) fn is_required(block: &Block) -> bool {
    attribute(block, "default").is_none()
}

fn type_of(block: &Block) -> Type {
    attribute(block, "type").map_or(Type::Any, |kind| parse_type(&kind.value))
}

fn nullable(block: &Block) -> bool {
    flag(block, "nullable").unwrap_or(true)
}

fn flag(block: &Block, name: &str) -> Option<bool> {
    match attribute(block, name)?.value.kind {
        ExprKind::Bool(value) => Some(value),
        _ => None,
    }
}

/// What the declaration says of any value of a variable.
fn refine(block: &Block) -> Refine {
    let kind = match type_of(block) {
        // Versions before 0.12 wrote the type as a string.
        Type::Any => literal(block, "type").and_then(|name| kind_of(&name)),
        Type::Bool => Some(Kind::Bool),
        Type::Number => Some(Kind::Number),
        Type::String => Some(Kind::String),
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => Some(Kind::List),
        Type::Map(_) | Type::Object(_) => Some(Kind::Map),
    };
    Refine { kind, not_null: !nullable(block), attributes: attributes_of(&type_of(block)), ..Refine::default() }
}

fn kind_of(name: &str) -> Option<Kind> {
    match name {
        "string" => Some(Kind::String),
        "list" => Some(Kind::List),
        "map" => Some(Kind::Map),
        _ => None,
    }
}

/// How a message prints a default.
fn literal_text(value: &Value) -> Arc<str> {
    match &value.data {
        Data::Null => "null".into(),
        Data::Bool(value) => value.to_string().into(),
        Data::Number(number) => number.text().into(),
        Data::String(text) => text.clone(),
        _ => "default".into(),
    }
}

/// The literals that a condition allows a variable to be: `contains([a, b], var.x)`, `var.x == a || var.x == b`. A condition
/// that also holds for other values gives `None`.
fn allowed<'e>(condition: &'e Expr, name: &str) -> Option<Vec<&'e Expr>> {
    match &condition.kind {
        ExprKind::Parenthesis(inner) => allowed(inner, name),
        ExprKind::Binary(left, BinaryOp::Or, right) => {
            let (mut left, right) = (allowed(left, name)?, allowed(right, name)?);
            left.extend(right);
            Some(left)
        }
        ExprKind::Binary(left, BinaryOp::And, right) => allowed(left, name).or_else(|| allowed(right, name)),
        ExprKind::Binary(left, BinaryOp::Equal, right) => match (is_variable(left, name), is_variable(right, name)) {
            (true, false) if is_literal(right) => Some(vec![right]),
            (false, true) if is_literal(left) => Some(vec![left]),
            _ => None,
        },
        ExprKind::Call(function, arguments, false) if &*function.text == "contains" => match arguments.as_slice() {
            [Expr { kind: ExprKind::Tuple(items), .. }, of] if is_variable(of, name) => {
                items.iter().all(is_literal).then(|| items.iter().collect())
            }
            _ => None,
        },
        _ => None,
    }
}

fn is_variable(expr: &Expr, name: &str) -> bool {
    let ExprKind::Traversal(root, steps) = &expr.kind else { return false };
    let ExprKind::Variable(root) = &root.kind else { return false };
    let [only] = steps.as_slice() else { return false };
    &**root == "var" && matches!(&only.kind, StepKind::Attribute(step) if &**step == name)
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_)) || expr.as_text().is_some()
}

/// The place of a variable's name.
pub(super) fn name_span(block: &Block) -> Span {
    block.labels.last().map_or(block.kind.span, |label| label.span)
}
