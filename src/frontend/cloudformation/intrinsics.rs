//! The intrinsic functions. Each gives a value for every combination of its arguments' alternatives; what cannot be
//! evaluated is unknown, with its reason.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use super::combine::combine;
use super::evaluate::may_be_list;
use super::parameters::{MOST_ITEMS, too_many_items};
use super::stack::{Stack, output_key, when};
use super::strings::{self, Piece};
use super::template::Call;
use crate::source::Span;
use crate::syntax::tree::NodeId;
use crate::value::{Data, Guard, List, Part, Term, Unknown, Value, Why};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Stack<'_> {
    pub(super) fn ref_(&mut self, call: &Call, span: Span) -> Value {
        let literal = self.template.tree.str(call.argument).filter(|_| self.is_literal(call)).cloned();
        if literal.is_none() && self.template.language_extensions {
            let name = self.argument(call);
            return self.combined(&[name], span, |stack, names| match names {
                [Value { data: Data::String(name), .. }] => stack.reference(&name.clone(), span),
                names => stack.derived_from("Ref", names, span),
            });
        }
        let Some(name) = literal else {
            return self.refused("`Ref` takes a name", span);
        };
        self.reference(&name, span)
    }

    /// True when a call's argument is no call itself.
    fn is_literal(&self, call: &Call) -> bool {
        call.short || self.template.call(call.argument).is_none()
    }

    /// `[resource, attribute]`, or `resource.attribute` split at its first dot. The attribute may be a function.
    pub(super) fn get_att(&mut self, call: &Call, span: Span) -> Value {
        let template = self.template;
        if let Some(text) = template.tree.str(call.argument) {
            return match text.split_once('.') {
                Some((logical_id, attribute)) => self.attribute(logical_id, attribute, span),
                None => self.refused("`Fn::GetAtt` takes a resource and an attribute", span),
            };
        }
        let [logical_id, attribute] = template.tree.items(call.argument) else {
            return self.refused("`Fn::GetAtt` takes a resource and an attribute", span);
        };
        let (logical_id, attribute) = (self.value(*logical_id), self.value(*attribute));
        self.combined(&[logical_id, attribute], span, |stack, arguments| match arguments {
            [Value { data: Data::String(logical_id), .. }, Value { data: Data::String(attribute), .. }] => {
                stack.attribute(&logical_id.clone(), &attribute.clone(), span)
            }
            arguments => stack.derived_from("Fn::GetAtt", arguments, span),
        })
    }

    /// `"text ${Name}"`, or that text and a map of further names.
    pub(super) fn sub(&mut self, call: &Call, span: Span) -> Value {
        let template = self.template;
        let (text_node, names) = match template.tree.items(call.argument) {
            [text, names] => (*text, Some(*names)),
            [text] => (*text, None),
            _ => (call.argument, None),
        };
        let Some(text) = template.tree.str(text_node).cloned() else {
            return self.refused("`Fn::Sub` takes a string", span);
        };
        self.with_fewer_choices(|stack| {
            let own_names = names.map(|names| stack.own_names(names)).unwrap_or_default();
            let places = template.places(text_node, &text);
            let mut values = Vec::new();
            for piece in strings::placeholders(&text) {
                values.push(match piece {
                    Piece::Literal(range) => {
                        let place = places(range.start, range.end);
                        Value::string(text.get(range).unwrap_or_default(), place)
                    }
                    Piece::Escaped(range) => {
                        let place = places(range.start, range.end);
                        Value::string(format!("${{{}}}", text.get(range).unwrap_or_default()), place)
                    }
                    Piece::Hole(range) => {
                        let place = places(range.start, range.end);
                        let name = text.get(range).unwrap_or_default();
                        match (own_names.get(name), name.split_once('.')) {
                            (Some(value), _) => value.clone(),
                            (None, Some((logical_id, attribute))) => stack.attribute(logical_id, attribute, place),
                            (None, None) => stack.reference(name, place),
                        }
                    }
                });
            }
            stack.concatenated(&values, span)
        })
    }

    fn own_names(&mut self, names: NodeId) -> BTreeMap<Arc<str>, Value> {
        let fields = self.template.fields(names).into_iter();
        fields.map(|field| (field.name, self.value(field.value))).collect()
    }

    /// One string from several values; `None` when there are too many alternatives.
    fn concatenated(&mut self, values: &[Value], span: Span) -> Option<Value> {
        combine(values, span, &mut |values| {
            let parts: Option<Vec<Vec<Part>>> = values.iter().map(Value::as_parts).collect();
            match parts {
                Some(parts) => strings::text(parts.concat(), span),
                None => self.invalid("a list, map or null in a string", span),
            }
        })
    }

    /// Evaluates; when the alternatives of parameters multiply beyond the limit, once more with parameters as plain
    /// unknowns, which keeps the identity of the result.
    fn with_fewer_choices(&mut self, mut evaluate: impl FnMut(&mut Self) -> Option<Value>) -> Value {
        if let Some(value) = evaluate(self) {
            return value;
        }
        let before = std::mem::replace(&mut self.collapse, true);
        let value = evaluate(self);
        self.collapse = before;
        value.unwrap_or_else(|| {
            let top = Span::new(self.template.tree.file, 0, 0);
            self.unknown(Why::Budget("more alternatives than can be followed".into()), top)
        })
    }

    pub(super) fn join(&mut self, call: &Call, span: Span) -> Value {
        let [delimiter, list] = self.template.tree.items(call.argument) else {
            return self.refused("`Fn::Join` takes a delimiter and a list", span);
        };
        let Some(delimiter) = self.value(*delimiter).as_str().map(str::to_owned) else {
            return self.invalid("`Fn::Join` takes a literal delimiter", span);
        };
        let list = *list;
        self.with_fewer_choices(|stack| {
            let list = stack.value(list);
            let mut too_many = false;
            let joined = combine(&[list], span, &mut |lists| match lists {
                [Value { data: Data::List(list), .. }] if list.rest.is_none() => {
                    let joined = stack.joined(list, &delimiter, span);
                    too_many |= joined.is_none();
                    joined.unwrap_or_else(|| Value::absent(span))
                }
                [list] if may_be_list(list) || list.as_list().is_some() => {
                    let delimiter = Value::string(delimiter.as_str(), span);
                    stack.derived_from("Fn::Join", &[delimiter, list.clone()], span)
                }
                _ => stack.invalid("`Fn::Join` takes a list", span),
            });
            joined.filter(|_| !too_many)
        })
    }

    /// The elements of a list as one string; elements that are not there are left out together with their delimiter.
    fn joined(&mut self, list: &List, delimiter: &str, span: Span) -> Option<Value> {
        let delimiter: Arc<str> = delimiter.into();
        combine(&list.items, span, &mut |items| {
            let mut parts = Vec::new();
            for (at, item) in items.iter().filter(|item| !item.is_absent()).enumerate() {
                if at > 0 {
                    parts.push(Part::Literal(delimiter.clone(), span.part(0, 0)));
                }
                match item.as_parts() {
                    Some(more) => parts.extend(more),
                    None => return self.invalid("a list, map or null in a string", span),
                }
            }
            strings::text(parts, span)
        })
    }

    pub(super) fn select(&mut self, call: &Call, span: Span) -> Value {
        let [index, list] = self.template.tree.items(call.argument) else {
            return self.refused("`Fn::Select` takes an index and a list", span);
        };
        let (index, list) = (self.value(*index), self.value(*list));
        let list = self.without_gaps(&list, span);
        self.combined(&[index, list], span, |stack, arguments| {
            let [index, list] = arguments else { return stack.invalid("`Fn::Select`", span) };
            let position = match &index.data {
                Data::String(text) => text.parse::<usize>().ok(),
                Data::Number(number) => number.as_i64().and_then(|number| usize::try_from(number).ok()),
                _ => None,
            };
            match (position, list.as_list()) {
                (Some(position), Some(list)) => match list.items.get(position) {
                    Some(item) => item.clone(),
                    None if list.rest.is_none() => stack.invalid("`Fn::Select` beyond the end of its list", span),
                    None => stack.unknown(Why::Function("Fn::Select".into()), span),
                },
                _ => stack.derived_from("Fn::Select", arguments, span),
            }
        })
    }

    /// A list some elements of which may not be there, as a choice of lists.
    fn without_gaps(&mut self, list: &Value, span: Span) -> Value {
        let may_vanish = |item: &Value| item.arms().iter().any(|(_, arm)| arm.is_absent());
        list.each(&mut |value| match value.as_list() {
            Some(list) if list.items.iter().any(may_vanish) => {
                let settled = combine(&list.items, span, &mut |items| {
                    let items = items.iter().filter(|item| !item.is_absent()).cloned().collect();
                    Value::new(Data::List(Arc::new(List { items, rest: list.rest.clone() })), value.span)
                });
                settled.unwrap_or_else(|| self.unknown(Why::Function("Fn::Select".into()), span))
            }
            _ => value.clone(),
        })
    }

    pub(super) fn split(&mut self, call: &Call, span: Span) -> Value {
        let [delimiter, text] = self.template.tree.items(call.argument) else {
            return self.refused("`Fn::Split` takes a delimiter and a string", span);
        };
        let arguments = [self.value(*delimiter), self.value(*text)];
        self.combined(&arguments, span, |stack, arguments| {
            let [delimiter, text] = arguments else { return stack.invalid("`Fn::Split`", span) };
            let known = delimiter.as_str().filter(|delimiter| !delimiter.is_empty());
            let parts = match &text.data {
                Data::String(_) | Data::Text(_) => text.as_parts(),
                _ => None,
            };
            match known.zip(parts).and_then(|(delimiter, parts)| strings::split(&parts, delimiter, text.span)) {
                Some(fields) if fields.len() > MOST_ITEMS => stack.unknown(too_many_items(), span),
                Some(fields) => Value::list(fields, span),
                None => stack.derived_from("Fn::Split", arguments, span),
            }
        })
    }

    pub(super) fn if_(&mut self, call: &Call, span: Span) -> Value {
        let template = self.template;
        let [condition, then, otherwise] = template.tree.items(call.argument) else {
            return self.refused("`Fn::If` takes a condition and two values", span);
        };
        let Some(name) = template.scalar(*condition) else {
            return self.refused("`Fn::If` takes the name of a condition", span);
        };
        match self.condition(&name) {
            Ok(Guard::Always) => self.value(*then),
            Ok(Guard::Never) => self.value(*otherwise),
            Err(why) => self.unknown(why, span),
            Ok(guard) => {
                let (then, otherwise) = (self.value(*then), self.value(*otherwise));
                if then.is_absent() && otherwise.is_absent() {
                    return Value::absent(span);
                }
                let mut value = when(guard, then, otherwise);
                value.span = span;
                value
            }
        }
    }

    /// `[mapping, key, key]`, with `AWS::LanguageExtensions` also a default value.
    pub(super) fn find_in_map(&mut self, call: &Call, span: Span) -> Value {
        let template = self.template;
        let (keys, default) = match template.tree.items(call.argument) {
            [mapping, top, second] => ([*mapping, *top, *second], None),
            [mapping, top, second, more] if template.language_extensions => {
                ([*mapping, *top, *second], template.field(*more, "DefaultValue"))
            }
            _ => return self.refused("`Fn::FindInMap` takes a mapping and two keys", span),
        };
        let [mapping, top, second] = keys.map(|key| self.value(key));
        let tops = mapping.as_str().and_then(|name| template.mapping(name)).map(|mapping| template.fields(mapping));
        let has_top = |key: &str| tops.iter().flatten().any(|field| &*field.name == key);
        let has_second = |key: &str| tops.iter().flatten().any(|field| template.field(field.value, key).is_some());
        let keys = [mapping, self.by_class(top, has_top), self.by_class(second, has_second)];
        let default = default.map(|node| self.value(node));
        self.combined(&keys, span, |stack, keys| match keys {
            [
                Value { data: Data::String(mapping), .. },
                Value { data: Data::String(top), .. },
                Value { data: Data::String(second), .. },
            ] => match (template.mapped(mapping, top, second), &default) {
                (Some(node), _) => stack.mapped_value(node).through(format!("mapping `{mapping}`"), span),
                (None, Some(default)) => default.clone(),
                (None, None) => stack.invalid(&format!("mapping `{mapping}` has no `{top}`, `{second}`"), span),
            },
            keys => stack.derived_from("Fn::FindInMap", keys, span),
        })
    }

    /// Values of mappings are strings or lists of strings.
    fn mapped_value(&mut self, node: NodeId) -> Value {
        match self.template.scalar(node) {
            Some(text) => Value::string(text, self.template.span(node)),
            None => self.value(node),
        }
    }

    /// A pseudo parameter as a choice over those of its classes that `is_key` takes; what is left stays unknown.
    fn by_class(&self, value: Value, is_key: impl Fn(&str) -> bool) -> Value {
        let Some(variable) = value.as_unknown().and_then(|unknown| self.variable_of(unknown)) else { return value };
        let mut arms = Vec::new();
        let mut rest = Vec::new();
        for (at, class) in variable.classes.iter().enumerate() {
            let guard = Guard::Is(variable.clone(), at);
            match &class.literal {
                Some(literal) if is_key(literal) => arms.push((guard, Value::string(literal.clone(), value.span))),
                _ => rest.push(guard),
            }
        }
        let span = value.span;
        arms.push((Guard::Any(rest.into()), value));
        Value::choice(arms, span)
    }

    pub(super) fn base64(&mut self, call: &Call, span: Span) -> Value {
        let argument = self.argument(call);
        self.combined(&[argument], span, |stack, arguments| match arguments {
            [Value { data: Data::String(text), .. }] => Value::string(strings::base64(text.as_bytes()), span),
            arguments => stack.derived_from("Fn::Base64", arguments, span),
        })
    }

    pub(super) fn import_value(&mut self, call: &Call, span: Span) -> Value {
        let argument = self.argument(call);
        self.combined(&[argument], span, |stack, arguments| match arguments {
            [Value { data: Data::String(name), .. }] => {
                Value::unknown(Unknown::new(Why::Import(name.clone()), Term::Export(name.clone())), span)
            }
            arguments => {
                let why = Why::Import("a name that is not known".into());
                stack.derived("Fn::ImportValue", arguments, why, span)
            }
        })
    }

    /// An output of a stack that is named, exported or not.
    pub(super) fn stack_output(&mut self, call: &Call, span: Span) -> Value {
        let argument = self.argument(call);
        let names = [argument.get("StackName"), argument.get("OutputName")];
        self.combined(&names, span, |stack, names| match names {
            [Value { data: Data::String(of), .. }, Value { data: Data::String(name), .. }] => {
                let term = Term::Export(output_key(of, name));
                Value::unknown(Unknown::new(Why::Import(format!("{of}.{name}").into()), term), span)
            }
            names => {
                let why = Why::Import("the output of a stack whose name is not known".into());
                stack.derived("Fn::GetStackOutput", names, why, span)
            }
        })
    }

    /// `[block, count, bits of a host]`, for IPv4 and known arguments.
    pub(super) fn cidr(&mut self, call: &Call, span: Span) -> Value {
        let arguments: Vec<NodeId> = self.template.tree.items(call.argument).to_vec();
        let arguments: Vec<Value> = arguments.into_iter().map(|argument| self.value(argument)).collect();
        self.combined(&arguments, span, |stack, arguments| {
            let text =
                |value: &Value| value.as_parts().and_then(|parts| Value::text(parts, span).as_str().map(str::to_owned));
            let texts: Vec<Option<String>> = arguments.iter().map(text).collect();
            let blocks = match texts.as_slice() {
                [Some(block), Some(count), Some(bits)] => strings::subnets(block, count, bits),
                _ => None,
            };
            match blocks {
                Some(blocks) => Value::list(blocks.into_iter().map(|block| Value::string(block, span)).collect(), span),
                None => stack.derived_from("Fn::Cidr", arguments, span),
            }
        })
    }

    /// The number of elements; needs `AWS::LanguageExtensions`.
    pub(super) fn length(&mut self, call: &Call, span: Span) -> Value {
        let argument = self.argument(call);
        let list = self.without_gaps(&argument, span);
        self.combined(&[list], span, |stack, arguments| match arguments {
            [Value { data: Data::List(list), .. }] if list.rest.is_none() => {
                Value::number(i64::try_from(list.items.len()).unwrap_or(i64::MAX), span)
            }
            arguments => stack.derived_from("Fn::Length", arguments, span),
        })
    }

    /// Compact JSON, keys in source order; needs `AWS::LanguageExtensions`.
    pub(super) fn json_string(&mut self, call: &Call, span: Span) -> Value {
        let argument = self.argument(call);
        super::json_text::json_text(&argument, span)
            .unwrap_or_else(|| self.derived_from("Fn::ToJsonString", &[argument], span))
    }

    /// Applies a function to every combination of its arguments' alternatives.
    fn combined(
        &mut self,
        arguments: &[Value],
        span: Span,
        mut function: impl FnMut(&mut Self, &[Value]) -> Value,
    ) -> Value {
        let value = combine(arguments, span, &mut |arguments| function(self, arguments));
        value.unwrap_or_else(|| self.unknown(Why::Budget("more alternatives than can be followed".into()), span))
    }
}
