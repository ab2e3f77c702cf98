//! What parameters and pseudo parameters may be: their variables, and the values that `Ref` gives.

use super::template::{MOST_CLASSES, Parameter, Template};
use crate::source::Span;
use crate::value::{Data, Guard, Kind, Refine, ScopeId, Shape, Term, Unknown, Value, Variable, VariableClass, Why};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const REGION: &str = "AWS::Region";
pub(super) const ACCOUNT: &str = "AWS::AccountId";
pub(super) const PARTITION: &str = "AWS::Partition";
pub(super) const STACK_NAME: &str = "AWS::StackName";

/// The variable of a parameter that nobody gave a value.
pub(super) fn variable(scope: ScopeId, name: &Arc<str>, parameter: &Parameter, compared: &[Arc<str>]) -> Variable {
    let term = Term::Parameter(scope, name.clone());
    if parameter.is_list() || parameter.is_stored_elsewhere() {
        let default = parameter.default.as_ref().filter(|_| !parameter.is_stored_elsewhere());
        let literals: Vec<Arc<str>> = match default {
            Some((default, _)) => vec![default.clone()],
            None if parameter.is_stored_elsewhere() => compared.to_vec(),
            None => Vec::new(),
        };
        return Variable::new(term, name.clone(), &literals, true, default.map(|(default, _)| &**default));
    }
    let mut literals: Vec<Arc<str>> = Vec::new();
    let default = parameter.default.as_ref().map(|(default, _)| default);
    // No message may show a secret: its default is one of the values that the template does not name.
    let shown_default = default.filter(|default| !parameter.no_echo || default.is_empty());
    let allowed = parameter.allowed.iter().map(|(allowed, _)| allowed);
    // With `AllowedValues` a literal that is not allowed can never be the value, be it the default.
    let open = parameter.allowed.is_empty();
    for literal in allowed.chain(shown_default.into_iter().chain(compared).filter(|_| open)) {
        if !literals.contains(literal) {
            literals.push(literal.clone());
        }
    }
    let mut variable = Variable::new(term, name.clone(), &literals, open, default.map(|default| &**default));
    if let Some(default) = default.filter(|_| variable.default.is_none() && open) {
        variable.default = variable.class_of(default);
    }
    variable
}

/// What `Ref` gives for a parameter that nobody gave a value: a choice over its variable's classes.
pub(super) fn value(scope: ScopeId, name: &Arc<str>, parameter: &Parameter, variable: &Arc<Variable>) -> Value {
    let literals: Vec<Arc<str>> = variable.classes.iter().filter_map(|class| class.literal.clone()).collect();
    let arms = variable.classes.iter().enumerate().map(|(at, class)| {
        let value = match &class.literal {
            Some(literal) => of_literal(scope, name, parameter, literal),
            None => undetermined(scope, name, parameter, &literals),
        };
        (Guard::Is(variable.clone(), at), value)
    });
    let arms: Vec<(Guard, Value)> = arms.collect();
    let value = match arms.as_slice() {
        [(_, only)] => only.clone(),
        _ => Value::choice(arms, parameter.span),
    };
    value.with_sensitive(parameter.no_echo)
}

/// The value that a class with a literal gives.
fn of_literal(scope: ScopeId, name: &Arc<str>, parameter: &Parameter, literal: &Arc<str>) -> Value {
    let written = parameter.allowed.iter().chain(&parameter.default).find(|(text, _)| text == literal);
    let span = written.map_or(parameter.span, |(_, span)| *span);
    let known = if parameter.is_list() {
        list(literal, span)
    } else if parameter.no_echo && !literal.is_empty() {
        // A secret's default is a placeholder, and no message may show it.
        undetermined(scope, name, parameter, &[])
    } else {
        Value::string(literal.clone(), span)
    };
    known.with_sensitive(parameter.no_echo)
}

/// The parameter's value where nothing is known but what it is not.
pub(super) fn undetermined(scope: ScopeId, name: &Arc<str>, parameter: &Parameter, not: &[Arc<str>]) -> Value {
    let why = match &parameter.default {
        Some(_) if !parameter.is_stored_elsewhere() => Why::Overridable(name.clone()),
        _ => Why::Parameter(name.clone()),
    };
    let refine = if parameter.is_list() {
        Refine { kind: Some(Kind::List), not_null: true, ..Refine::default() }
    } else {
        let shape = if parameter.non_empty { Shape::non_empty() } else { Shape::any() };
        Refine { none_of: not.into(), ..Refine::string(shape) }
    };
    let unknown = Unknown::new(why, Term::Parameter(scope, name.clone())).refined(refine);
    Value::unknown(unknown, parameter.span).with_sensitive(parameter.no_echo)
}

/// A string is taken apart into so many elements.
pub(super) const MOST_ITEMS: usize = 10_000;

/// Why a list of more elements is not known.
pub(super) fn too_many_items() -> Why {
    Why::Budget(format!("a list of more than {MOST_ITEMS} elements").into())
}

/// A comma-delimited list: items trimmed.
pub(super) fn list(text: &str, span: Span) -> Value {
    if text.bytes().filter(|byte| *byte == b',').count() >= MOST_ITEMS {
        return Value::opaque(too_many_items(), span);
    }
    Value::list(text.split(',').map(|item| Value::string(item.trim(), span)).collect(), span)
}

/// A value given to a parameter, as `Ref` gives it.
pub(super) fn given(value: &Value, parameter: &Parameter) -> Value {
    let converted = value.each(&mut |value| match &value.data {
        _ if parameter.is_stored_elsewhere() => stored(value),
        Data::String(text) if parameter.is_list() => list(text, value.span),
        Data::Text(_) if parameter.is_list() => {
            let unknown = Unknown::new(Why::Function("a list from a text".into()), Term::call("list", [value.term()]));
            Value::unknown(unknown, value.span)
        }
        Data::Bool(_) | Data::Number(_) => match value.as_parts() {
            Some(parts) => Value::text(parts, value.span),
            None => value.clone(),
        },
        _ => value.clone(),
    });
    converted.with_sensitive(parameter.no_echo)
}

/// What is stored under the name of an SSM parameter: the same as a dynamic reference to it.
fn stored(name: &Value) -> Value {
    let unknown = match &name.data {
        Data::String(name) => {
            let reference: Arc<str> = format!("ssm:{name}").into();
            Unknown::new(Why::DynamicReference(reference.clone()), Term::Dynamic(reference))
        }
        _ => Unknown::new(Why::Function("a stored parameter".into()), Term::call("ssm", [name.term()])),
    };
    Value::unknown(unknown, name.span)
}

/// A pseudo parameter that is not known.
pub(super) fn pseudo_unknown(scope: ScopeId, name: &str, span: Span) -> Value {
    let refine = match pseudo_shape(name) {
        Some(shape) => Refine::string(shape),
        None => Refine { not_null: true, ..Refine::default() },
    };
    Value::unknown(Unknown::new(Why::Pseudo(name.into()), Term::Pseudo(scope, name.into())).refined(refine), span)
}

fn pseudo_shape(name: &str) -> Option<Shape> {
    match name {
        REGION | PARTITION => Some(Shape::region()),
        ACCOUNT => Some(Shape::account()),
        "AWS::URLSuffix" => Some(Shape::some_of(crate::value::Class::Name)),
        STACK_NAME => Some(Shape::some_of(crate::value::Class::Name)),
        "AWS::StackId" => Some(Shape::starting("arn:")),
        _ => None,
    }
}

/// The variables of the pseudo parameters that a template, or one nested in it, compares with literals.
pub(super) fn pseudo_variables(
    scope: ScopeId,
    compared: &BTreeMap<Arc<str>, Vec<Arc<str>>>,
) -> BTreeMap<Arc<str>, Arc<Variable>> {
    let possible = |name: &str, literal: &str| pseudo_shape(name).is_none_or(|shape| shape.allows(literal));
    let few = |literals: &[Arc<str>]| literals.len() <= MOST_CLASSES;
    let pseudo = compared.iter().filter(|(name, literals)| name.starts_with("AWS::") && few(literals));
    let variables = pseudo.map(|(name, literals)| {
        let literals: Vec<Arc<str>> = literals.iter().filter(|literal| possible(name, literal)).cloned().collect();
        let term = Term::Pseudo(scope, name.clone());
        (name.clone(), Arc::new(Variable::new(term, name.clone(), &literals, true, None)))
    });
    variables.collect()
}

/// The partition that a Region belongs to, by the prefix of its name.
/// <https://docs.aws.amazon.com/general/latest/gr/rande.html>
pub(super) fn partition_of(region: &str) -> &'static str {
    let partitions = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-iso-", "aws-iso"),
        ("eusc-", "aws-eusc"),
    ];
    partitions.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// The domain suffix of a partition, where it is documented for all of its Regions.
pub(super) fn url_suffix_of(partition: &str) -> Option<&'static str> {
    match partition {
        "aws" | "aws-us-gov" => Some("amazonaws.com"),
        "aws-cn" => Some("amazonaws.com.cn"),
        _ => None,
    }
}

/// Removes the classes of a variable for which a rule of the template fails; `None` when none would be left.
pub(super) fn restricted(variable: &Variable, fails: impl Fn(usize) -> bool) -> Option<Variable> {
    let kept: Vec<(usize, &VariableClass)> =
        variable.classes.iter().enumerate().filter(|(at, _)| !fails(*at)).collect();
    let default = variable.default.and_then(|default| kept.iter().position(|(at, _)| *at == default));
    let classes: Vec<VariableClass> = kept.into_iter().map(|(_, class)| class.clone()).collect();
    (!classes.is_empty()).then(|| Variable {
        term: variable.term.clone(),
        label: variable.label.clone(),
        classes,
        default,
    })
}

/// The variables of a template's own parameters that were given no value.
pub(super) fn variables(
    scope: ScopeId,
    template: &Template,
    given: &BTreeMap<Arc<str>, Value>,
    compared: &BTreeMap<Arc<str>, Vec<Arc<str>>>,
) -> BTreeMap<Arc<str>, Arc<Variable>> {
    let open = template.parameters.iter().filter(|(name, _)| !given.contains_key(*name));
    let variables = open.filter_map(|(name, parameter)| {
        let compared = compared.get(name).map(Vec::as_slice).unwrap_or_default();
        let few = compared.len() + parameter.allowed.len() <= MOST_CLASSES;
        few.then(|| (name.clone(), Arc::new(variable(scope, name, parameter, compared))))
    });
    variables.collect()
}
