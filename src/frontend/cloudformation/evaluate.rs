//! Nodes of a template to values: literals, lists, maps, and which function a node calls.

use super::stack::{DEEPEST, Stack};
use super::strings;
use super::template::Call;
use crate::source::Span;
use crate::syntax::tree::{NodeId, NodeKind};
use crate::value::{Data, Entry, Kind, List, Map, Part, Refine, Shape, Term, Unknown, Value, Why};
use std::sync::Arc;

impl Stack<'_> {
    /// The value of a node, functions evaluated.
    pub(super) fn value(&mut self, id: NodeId) -> Value {
        self.bounded(id, |stack| match stack.template.call(id) {
            Some(call) => stack.call(&call, stack.template.span(id)),
            None => stack.plain(id),
        })
    }

    /// The value of a call's argument: in the short form the argument's tag is the function itself. That may have a call in the
    /// long form as its argument: `!ImportValue {Fn::Sub: ...}`.
    pub(super) fn argument(&mut self, call: &Call) -> Value {
        if call.short {
            let inner = self.template.call_without_tag(call.argument);
            self.bounded(call.argument, |stack| match inner {
                Some(inner) => stack.call(&inner, stack.template.span(call.argument)),
                None => stack.plain(call.argument),
            })
        } else {
            self.value(call.argument)
        }
    }

    fn bounded(&mut self, id: NodeId, evaluate: impl FnOnce(&mut Self) -> Value) -> Value {
        let span = self.template.span(id);
        if !self.spend() {
            return self.unknown(Why::Budget("more values than can be read".into()), span);
        }
        if self.depth >= DEEPEST {
            let why = self.too_deep(id);
            return self.unknown(why, span);
        }
        self.depth += 1;
        let value = evaluate(self);
        self.depth -= 1;
        value
    }

    /// The value of a node that calls no function.
    fn plain(&mut self, id: NodeId) -> Value {
        let template = self.template;
        let node = template.tree.node(id);
        match &node.kind {
            NodeKind::Null => Value::null(node.span),
            NodeKind::Bool(value) => Value::bool(*value, node.span),
            NodeKind::Number(number) => Value::new(Data::Number(number.clone()), node.span),
            NodeKind::String(text) => self.string(id, text),
            NodeKind::Sequence(items) => self.list(id, items),
            NodeKind::Mapping(_) => self.map(id),
            NodeKind::Alias(Some(target)) => self.value(*target),
            NodeKind::Alias(None) => self.invalid("alias without an anchor", node.span),
        }
    }

    fn string(&self, id: NodeId, text: &Arc<str>) -> Value {
        let span = self.template.span(id);
        if !text.contains("{{resolve:") {
            return Value::string(text.clone(), span);
        }
        strings::text(vec![Part::Literal(text.clone(), self.template.places(id, text)(0, text.len()))], span)
    }

    fn list(&mut self, id: NodeId, items: &[NodeId]) -> Value {
        let span = self.template.span(id);
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let value = self.value(*item);
            if !value.is_absent() {
                values.push(value);
            }
        }
        let rest = self.template.is_cut(id).then(|| Arc::new(self.unread(span)));
        Value::new(Data::List(Arc::new(List { items: values, rest })), span)
    }

    fn map(&mut self, id: NodeId) -> Value {
        let template = self.template;
        let span = template.span(id);
        let mut map = Map { rest: template.is_cut(id).then(|| Arc::new(self.unread(span))), ..Map::default() };
        for field in template.fields(id) {
            if &*field.name == "Fn::Transform" {
                return self.unknown(Why::Macro(self.macro_name(field.value)), span);
            }
            if field.name.starts_with("Fn::ForEach::") {
                let unknown = Unknown::new(Why::Function("Fn::ForEach".into()), Term::Opaque(span, self.scope.0));
                map.rest.get_or_insert_with(|| Arc::new(unknown));
                continue;
            }
            if field.name.starts_with("Fn::") {
                return self.refused("a function must be the only key of its object", span);
            }
            let value = self.value(field.value);
            if !value.is_absent() {
                map.entries.insert(field.name, Entry { key_span: template.span(field.key), value });
            }
        }
        Value::new(Data::Map(Arc::new(map)), span)
    }

    fn macro_name(&self, transform: NodeId) -> Arc<str> {
        let name = self.template.field(transform, "Name").and_then(|name| self.template.scalar(name));
        name.unwrap_or_else(|| "Fn::Transform".into())
    }

    /// What a function gives. It may hold what other functions gave, and so on: all of it counts, as often as it occurs.
    fn call(&mut self, call: &Call, span: Span) -> Value {
        let value = self.called(call, span);
        for (_, arm) in value.arms() {
            if let Some(Why::Budget(limit)) = arm.as_unknown().map(|unknown| &unknown.why) {
                self.say_limit(limit, span);
            }
        }
        let before = self.values_left.min(LARGEST_RESULT);
        let mut left = before;
        if value.fits(&mut left, DEEPEST) {
            self.values_left -= before - left;
            return value;
        }
        let limit = format!("a value of more than {LARGEST_RESULT} parts, or of more than {DEEPEST} levels");
        self.say_limit(&limit, span);
        self.unknown(Why::Budget(limit.into()), span)
    }

    /// A diagnostic for the first place at which a limit is met; what depends on that value meets it again.
    fn say_limit(&mut self, limit: &str, span: Span) {
        let message = format!("a limit was reached, and the value is not known: {limit}");
        if !self.has_said(&message) {
            self.say(span, message);
        }
    }

    fn called(&mut self, call: &Call, span: Span) -> Value {
        match &*call.name {
            "Ref" => self.ref_(call, span),
            "Fn::GetAtt" => self.get_att(call, span),
            "Fn::Sub" => self.sub(call, span),
            "Fn::Join" => self.join(call, span),
            "Fn::Select" => self.select(call, span),
            "Fn::Split" => self.split(call, span),
            "Fn::If" => self.if_(call, span),
            "Fn::FindInMap" => self.find_in_map(call, span),
            "Fn::Base64" => self.base64(call, span),
            "Fn::ImportValue" => self.import_value(call, span),
            "Fn::Length" => self.length(call, span),
            "Fn::RefAll" => self.ref_all(call, span),
            "Fn::ToJsonString" => self.json_string(call, span),
            "Fn::Transform" => self.unknown(Why::Macro(self.macro_name(call.argument)), span),
            "Fn::Cidr" => self.cidr(call, span),
            "Fn::GetStackOutput" => self.stack_output(call, span),
            // Its result is a fact about the account, and no rule asks for it.
            "Fn::GetAZs" => {
                let argument = self.argument(call);
                self.derived(&call.name, &[argument], Why::Function(call.name.clone()), span)
            }
            _ => self.unknown(Why::Function(call.name.clone()), span),
        }
    }

    /// `Ref` of a name: a pseudo parameter, a parameter, or a resource.
    pub(super) fn reference(&mut self, name: &str, span: Span) -> Value {
        if let Some(value) = self.pseudo(name, span).or_else(|| self.parameter(name, span)) {
            return value;
        }
        self.attribute(name, "Ref", span)
    }

    /// An attribute of a resource; `Ref` is one of them.
    pub(super) fn attribute(&mut self, logical_id: &str, attribute: &str, span: Span) -> Value {
        let resource = self.resource_ref(logical_id);
        let term = Term::Attribute(resource.clone(), attribute.into());
        let Some(declared) = self.template.resources.get(logical_id) else {
            let why = match self.template.loop_variables.contains(logical_id) {
                true => Why::Function("Fn::ForEach".into()),
                false => Why::Undeclared(logical_id.into()),
            };
            return Value::unknown(Unknown::new(why, term), span);
        };
        if let Some(output) = attribute.strip_prefix("Outputs.") {
            let step = format!("output of the nested stack `{logical_id}`");
            return match self.nested_output(logical_id, output) {
                Some(value) => value.through(step, span),
                None => Value::unknown(Unknown::new(Why::TemplateAbsent(logical_id.into()), term), span),
            };
        }
        let type_name = &declared.type_name;
        if let Some(properties) = self.properties(logical_id) {
            if let Some(value) = super::cdk::cross_region_import(type_name, attribute, &properties, span) {
                return value;
            }
            if let Some(value) = self.world.schema.computed(&resource, type_name, attribute, &properties) {
                let step = format!("`{attribute}` of `{logical_id}`");
                return self.with_known_pseudo(&value).through(step, span);
            }
        }
        let why = Why::Attribute(format!("{logical_id}.{attribute}").into());
        Value::unknown(Unknown::new(why, term).refined(refinement(type_name, attribute)), span)
    }

    /// A value that the schema made, with this stack's pseudo parameters in it: they may be known, or be the parent's.
    fn with_known_pseudo(&self, value: &Value) -> Value {
        let own = |unknown: &Unknown, span: Span| match &unknown.term {
            Term::Pseudo(scope, name) if *scope == self.scope => self.pseudo(name, span),
            _ => None,
        };
        value.each(&mut |value| match &value.data {
            Data::Unknown(unknown) => own(unknown, value.span).unwrap_or_else(|| value.clone()),
            Data::Text(text) => {
                let parts = text.parts().iter().flat_map(|part| {
                    match part {
                        Part::Hole(unknown, span) => own(unknown, *span).and_then(|value| value.as_parts()),
                        Part::Literal(..) => None,
                    }
                    .unwrap_or_else(|| vec![part.clone()])
                });
                Value::text(parts, value.span)
            }
            _ => value.clone(),
        })
    }

    /// The unknown result of a function of other values. The same function of the same values gives the same result.
    pub(super) fn derived(&self, function: &str, arguments: &[Value], why: Why, span: Span) -> Value {
        let terms: Vec<Term> = arguments.iter().map(Value::term).collect();
        let is_small = terms.iter().try_fold(LARGEST_TERM, remaining).is_some();
        if is_small && arguments.iter().all(|argument| is_closed(argument, 0)) {
            return Value::unknown(Unknown::new(why, Term::call(function, terms)), span);
        }
        self.unknown(why, span)
    }

    /// The same, for the reason that the first unknown among the arguments has.
    pub(super) fn derived_from(&self, function: &str, arguments: &[Value], span: Span) -> Value {
        let why = arguments.iter().find_map(reason).unwrap_or_else(|| Why::Function(function.into()));
        self.derived(function, arguments, why, span)
    }

    /// Not known, and equal to nothing else.
    pub(super) fn unknown(&self, why: Why, span: Span) -> Value {
        Value::unknown(Unknown::new(why, Term::Opaque(span, self.scope.0)), span)
    }

    /// What CloudFormation refuses whatever the values are. That is said, unless a macro gets to see it first.
    pub(super) fn refused(&mut self, what: &str, span: Span) -> Value {
        if self.template.hidden.is_empty() && !self.template.language_extensions {
            self.say(span, format!("CloudFormation refuses this: {what}"));
        }
        self.invalid(what, span)
    }

    /// What CloudFormation refuses.
    pub(super) fn invalid(&self, what: &str, span: Span) -> Value {
        self.unknown(Why::Invalid(what.into()), span)
    }
}

/// The first reason for which a value, or a part of it, is not known.
fn reason(value: &Value) -> Option<Why> {
    match &value.data {
        Data::Unknown(unknown) => Some(unknown.why.clone()),
        Data::Text(text) => text.parts().iter().find_map(|part| match part {
            Part::Hole(unknown, _) => Some(unknown.why.clone()),
            Part::Literal(..) => None,
        }),
        Data::List(list) => {
            list.items.iter().find_map(reason).or_else(|| list.rest.as_ref().map(|rest| rest.why.clone()))
        }
        _ => None,
    }
}

/// What a function gives holds at most so many values.
const LARGEST_RESULT: usize = 100_000;

/// Terms made of terms multiply; larger ones are not told apart.
const LARGEST_TERM: usize = 1_000;

/// What a term leaves of a budget; `None` when it is larger.
fn remaining(budget: usize, term: &Term) -> Option<usize> {
    match term {
        Term::Call(_, arguments) => arguments.iter().try_fold(budget.checked_sub(1)?, remaining),
        _ => budget.checked_sub(1),
    }
}

/// True when the value's term says all of it: no choice and no open collection inside.
fn is_closed(value: &Value, depth: usize) -> bool {
    if depth > 16 {
        return false;
    }
    match &value.data {
        Data::Choice(_) => false,
        Data::List(list) => list.rest.is_none() && list.items.iter().all(|item| is_closed(item, depth + 1)),
        Data::Map(map) => map.rest.is_none() && map.entries.values().all(|entry| is_closed(&entry.value, depth + 1)),
        _ => true,
    }
}

/// What is known of an attribute that exists only once the resource does. A custom resource returns whatever it likes.
fn refinement(type_name: &str, attribute: &str) -> Refine {
    let is_custom = type_name.starts_with("Custom::") || type_name == "AWS::CloudFormation::CustomResource";
    match attribute {
        "Ref" => Refine::string(Shape::non_empty()),
        _ if is_custom => Refine::default(),
        "Arn" => Refine::string(Shape::starting("arn:")),
        // Some attributes are lists; none is an empty string.
        _ => Refine { not_null: true, shape: Shape::non_empty(), ..Refine::default() },
    }
}

/// True for an unknown that may be a list.
pub(super) fn may_be_list(value: &Value) -> bool {
    value.as_unknown().is_some_and(|unknown| unknown.refine.kind.is_none_or(|kind| kind == Kind::List))
}
