//! References, attributes, indices and splats.

use super::choice::{Arm, distribute, one_of, too_many};
use super::{Evaluator, RefStep};
use crate::source::Span;
use crate::syntax::hcl::{Expr, ExprKind, Step, StepKind};
use crate::value::{Collection, Data, Guard, Kind, List, Map, Term, Unknown, Value, Why};
use std::sync::Arc;

/// A map or list with more elements than this, indexed by an unknown key, gives an unknown instead of alternatives.
const MOST_KEYS: usize = 16;

impl Evaluator<'_> {
    /// A name of the module, or a local one, and the steps that belong to it; the rest is applied to its value.
    pub(super) fn reference(&mut self, root: &Arc<str>, steps: &[Step], span: Span) -> Value {
        if let Some((_, value)) = self.locals.iter().rev().find(|(name, _)| name == root) {
            let value = value.clone();
            return self.follow(value, steps, span);
        }
        if self.sealed {
            return self.error(format!("the template's variables hold no \"{root}\""), span);
        }
        let mut reference = Vec::with_capacity(steps.len());
        for step in steps {
            match &step.kind {
                StepKind::Attribute(name) => reference.push(RefStep::Attribute(name.clone())),
                StepKind::Index(index) => reference.push(RefStep::Index(self.evaluate(index))),
                StepKind::LegacyIndex(index) => {
                    let index = i64::try_from(*index).unwrap_or(i64::MAX);
                    reference.push(RefStep::Index(Value::new(Data::Number(index.into()), step.span)));
                }
                StepKind::AttributeSplat | StepKind::FullSplat => break,
            }
        }
        match self.lookup.lookup(root, &reference, span) {
            Some((value, used)) => self.follow(value, steps.get(used..).unwrap_or_default(), span),
            None => {
                let mut name = root.to_string();
                for step in &reference {
                    let RefStep::Attribute(part) = step else { break };
                    name.push('.');
                    name.push_str(part);
                }
                self.opaque(Why::Undeclared(name.into()), span)
            }
        }
    }

    /// An expression with steps behind it.
    pub(super) fn traversal(&mut self, base: &Expr, steps: &[Step], span: Span) -> Value {
        if let ExprKind::Variable(root) = &base.kind {
            return self.reference(root, steps, span);
        }
        let value = self.evaluate(base);
        self.follow(value, steps, span)
    }

    /// Applies steps to a value.
    fn follow(&mut self, mut value: Value, steps: &[Step], span: Span) -> Value {
        let mut steps = steps;
        while let Some((step, behind)) = steps.split_first() {
            value = match &step.kind {
                StepKind::Attribute(name) => self.attribute(&value, name, span),
                StepKind::Index(index) => {
                    let key = self.evaluate(index);
                    self.index(&value, &key, span)
                }
                StepKind::LegacyIndex(index) => {
                    let index = i64::try_from(*index).unwrap_or(i64::MAX);
                    self.index(&value, &Value::new(Data::Number(index.into()), step.span), span)
                }
                StepKind::FullSplat => return self.splat(&value, behind, span),
                StepKind::AttributeSplat => {
                    let is_attribute = |step: &&Step| matches!(step.kind, StepKind::Attribute(_));
                    let own = behind.iter().take_while(is_attribute).count();
                    let (each, rest) = behind.split_at(own);
                    value = self.splat(&value, each, span);
                    steps = rest;
                    continue;
                }
            };
            steps = behind;
        }
        value
    }

    /// `value.name`
    pub(in crate::frontend::terraform) fn attribute(&mut self, value: &Value, name: &str, span: Span) -> Value {
        let step = format!(".{name}");
        distribute(self, Some(&step), std::slice::from_ref(value), span, &mut |ev, values| match values
            .first()
            .map(|value| &value.data)
        {
            Some(Data::Map(map)) => taken(ev.member(map, name, span), values.first()),
            Some(Data::Unknown(unknown)) => match unknown.refine.kind {
                None | Some(Kind::Map) if !unknown.refine.lacks(name) => access(unknown, &step, None, span),
                _ => ev.error(format!("the value has no attribute \"{name}\""), span),
            },
            Some(Data::Null | Data::Absent) => ev.error(format!("null has no attribute \"{name}\""), span),
            _ => ev.error(format!("the value has no attribute \"{name}\""), span),
        })
    }

    /// The value under a key of a map, as it stands; an error where the key is certainly missing.
    fn member(&mut self, map: &Map, name: &str, span: Span) -> Value {
        match (map.entries.get(name), &map.rest) {
            (Some(entry), _) if entry.value.is_absent() => Value::null(entry.value.span),
            (Some(entry), _) => entry.value.clone(),
            (None, Some(rest)) => access(rest, &format!(".{name}"), None, span),
            (None, None) => self.error(format!("there is no \"{name}\""), span),
        }
    }

    /// `value[key]`
    pub(in crate::frontend::terraform) fn index(&mut self, value: &Value, key: &Value, span: Span) -> Value {
        distribute(self, Some("[]"), &[value.clone(), key.clone()], span, &mut |ev, values| {
            let [value, key] = values else { return ev.error("an index is missing", span) };
            if matches!(key.data, Data::Null | Data::Absent) {
                return ev.error("an index is null", span);
            }
            match &value.data {
                Data::Map(map) => ev.index_map(value, map, key, span),
                Data::List(_) if value.collection == Some(Collection::Set) => {
                    ev.error("a set has no elements with an index", span)
                }
                Data::List(list) => ev.index_list(value, list, key, span),
                Data::Unknown(unknown) => match unknown.refine.kind {
                    None | Some(Kind::Map | Kind::List) => ev.index_unknown(unknown, key, span),
                    Some(_) => ev.error("the value has no elements", span),
                },
                _ => ev.error("the value has no elements", span),
            }
        })
    }

    fn index_unknown(&mut self, unknown: &Arc<Unknown>, key: &Value, span: Span) -> Value {
        match &key.data {
            // `x["name"]` and `x.name` are the same thing.
            Data::String(name) if unknown.refine.lacks(name) => self.error(format!("there is no \"{name}\""), span),
            Data::String(name) => access(unknown, &format!(".{name}"), None, span),
            _ => access(unknown, "[]", Some(key.term()), span),
        }
    }

    fn index_map(&mut self, value: &Value, map: &Map, key: &Value, span: Span) -> Value {
        let name = super::convert(key, &super::Type::String);
        match &name.data {
            Data::String(name) => taken(self.member(map, name, span), Some(value)),
            Data::Unknown(_) | Data::Text(_) if map.rest.is_none() && map.entries.len() <= MOST_KEYS => {
                self.by_unknown_key(map, &name, span)
            }
            Data::Unknown(_) | Data::Text(_) => self.derived("[]", None, &[value.clone(), name], span),
            _ => self.error("the key of a map is a string", span),
        }
    }

    /// The value under a key that is not known: one of all values, each under the condition that the key is its key.
    fn by_unknown_key(&mut self, map: &Map, key: &Value, span: Span) -> Value {
        let missing = self.error("the map may have no such key", span);
        self.choose_by_key(map, key, missing, span)
    }

    /// One of a map's values, each under the condition that the key is its key, or another value under none of them.
    pub(in crate::frontend::terraform) fn choose_by_key(
        &mut self,
        map: &Map,
        key: &Value,
        otherwise: Value,
        span: Span,
    ) -> Value {
        let mut arms: Vec<Arm> = Vec::new();
        let mut before = Guard::Always;
        for (name, entry) in &map.entries {
            let name = Value::string(name.clone(), entry.key_span);
            let matches = self.equality_guard(key, &name, span);
            if matches!(matches, Guard::Never) {
                continue;
            }
            arms.push((before.clone().and(matches.clone()), entry.value.clone()));
            before = before.and(matches.not());
        }
        arms.push((before, otherwise));
        match one_of(arms, span) {
            Some(result) => result,
            None => too_many(self, None, &[], span),
        }
    }

    fn equality_guard(&mut self, left: &Value, right: &Value, span: Span) -> Guard {
        match super::operators::equal(left, right) {
            crate::value::Tri::Yes => Guard::Always,
            crate::value::Tri::No => Guard::Never,
            crate::value::Tri::Unknown => {
                let mut sides = [left.clone(), right.clone()];
                sides.sort_by_key(Value::term);
                super::choice::guard_of(&self.derived("==", Some(Kind::Bool), &sides, span).term())
            }
        }
    }

    fn index_list(&mut self, value: &Value, list: &List, key: &Value, span: Span) -> Value {
        let key = super::convert(key, &super::Type::Number);
        match (&key.data, &list.rest) {
            (Data::Number(index), None) => {
                let found =
                    index.as_i64().and_then(|index| usize::try_from(index).ok()).and_then(|at| list.items.get(at));
                match found {
                    Some(item) => item.clone(),
                    None => self.error("the list has no element with this index", span),
                }
            }
            (Data::Number(_), Some(_)) | (Data::Unknown(_), _) => {
                if matches!(key.as_unknown().map(|unknown| &unknown.why), Some(Why::Invalid(_))) {
                    return key;
                }
                self.derived("[]", None, &[value.clone(), key], span)
            }
            _ => self.error("the index of a list is a number", span),
        }
    }

    /// `value[*]` and the steps that apply to each element. What is no list counts as a list of one; null as an empty one.
    fn splat(&mut self, value: &Value, steps: &[Step], span: Span) -> Value {
        distribute(self, None, std::slice::from_ref(value), span, &mut |ev, values| {
            let Some(value) = values.first() else { return ev.error("a value is missing", span) };
            let (items, rest) = match &value.data {
                Data::List(list) => (list.items.clone(), list.rest.clone()),
                Data::Null | Data::Absent => (Vec::new(), None),
                Data::Unknown(unknown) if may_be_list(unknown) => {
                    let rest = access(unknown, "[*]", None, span);
                    (Vec::new(), rest.as_unknown().cloned())
                }
                _ => (vec![value.clone()], None),
            };
            let items = items.into_iter().map(|item| ev.follow(item, steps, span)).collect();
            let collection = match value.collection {
                Some(Collection::List | Collection::Set) => Collection::List,
                _ => Collection::Tuple,
            };
            ev.collected(Value::new(Data::List(Arc::new(List { items, rest })), span), collection)
        })
    }
}

/// Whether a splat may walk over the unknown's elements, or find that it is null.
fn may_be_list(unknown: &Unknown) -> bool {
    matches!(unknown.refine.kind, None | Some(Kind::List)) || !unknown.refine.not_null
}

/// The unknown behind an access to an unknown value.
fn access(unknown: &Unknown, operation: &str, key: Option<Term>, span: Span) -> Value {
    let term = Term::call(operation, std::iter::once(unknown.term.clone()).chain(key));
    Value::unknown(Unknown::new(unknown.why.clone(), term), span)
}

/// A part of a value that came from elsewhere came from there too.
fn taken(part: Value, whole: Option<&Value>) -> Value {
    match whole {
        Some(whole) => element_of(part, whole),
        None => part,
    }
}

/// An element of a collection, which came the collection's way.
pub(in crate::frontend::terraform) fn element_of(element: Value, collection: &Value) -> Value {
    match collection.via.is_some() && !element.is_unknown() {
        true => element.taken_from(collection),
        false => element,
    }
}
