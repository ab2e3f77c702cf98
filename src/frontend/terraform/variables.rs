//! Variables: which value a module's variable has, and what is known of it when nobody gave it one.
//!
//! A value from a variable file or a module call is a fact. The default of a root module's variable is not: whoever runs
//! Terraform may pass another value, so it is one alternative of a choice.

use super::discover::{parse, path_in, variable_files};
use super::expr::{Type, convert, parse_type};
use super::module::{attribute, literal};
use super::repetition::Bindings;
use super::resolver::{InstanceId, Node, Place, Resolver, step};
use crate::frontend::Diagnostic;
use crate::source::Span;
use crate::syntax::hcl::{BinaryOp, Block, Expr, ExprKind, StepKind};
use crate::value::{Data, Guard, Kind, Refine, Shape, Term, Unknown, Value, Variable, VariableClass, Why};
use std::sync::Arc;

impl Resolver<'_, '_> {
    /// Reads the variable files of the root module, the strongest last.
    pub(super) fn read_variable_files(&mut self, folder: &str) {
        for name in variable_files(&self.loader.files().list(folder)) {
            let path = path_in(folder, &name);
            let Ok(file) = self.loader.load(&path) else { continue };
            let parsed = parse(&path, file, &self.loader.text(file));
            let errors = parsed.errors.into_iter();
            self.diagnostics.extend(errors.map(|error| Diagnostic {
                span: error.span,
                message: error.message,
                fatal: true,
            }));
            self.modules.comments.extend(parsed.comments.iter().map(|comment| comment.span));
            for attribute in parsed.body.attributes {
                self.assigned.insert(attribute.key.text, attribute.value);
            }
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
        let argument = calling.calls.get(&caller.call).and_then(|call| attribute(call, name));
        let Some(argument) = argument else {
            return match self.default(at, block) {
                Some(default) => default,
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
            let value = convert(&self.evaluate(&here, &assigned), &type_of(block));
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
    Refine { kind, not_null: !nullable(block), shape: Shape::any(), none_of: Arc::default() }
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
