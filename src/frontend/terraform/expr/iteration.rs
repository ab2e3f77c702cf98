//! `for` expressions over lists, sets and maps that may be known in part.

use super::choice::{Arm, combinations, distribute, guard_of, one_of, too_many};
use super::traversal::element_of;
use super::{Evaluator, Type, convert};
use crate::source::Span;
use crate::syntax::hcl::For;
use crate::value::{Collection, Data, Entry, Guard, Kind, List, MOST_ARMS, Map, Unknown, Value, Why};
use indexmap::IndexMap;
use std::sync::Arc;

/// A `for` walks over at most so many elements.
const MOST_ITEMS: usize = 10_000;

/// What a `for` walks over: keys with values, and whether there may be more.
pub(super) struct Items {
    /// Key and value of every element that is known to be there, in Terraform's order.
    pub(super) pairs: Vec<(Value, Value)>,
    /// Set when there may be further elements.
    pub(super) rest: Option<Arc<Unknown>>,
}

/// The result of one element: its key, for `{for ...}`, and its value.
type Made = (Option<Value>, Value);

impl Evaluator<'_> {
    /// The elements of a value that is no choice; `Err` with the error value when it has none.
    pub(super) fn items(&mut self, value: &Value, span: Span) -> Result<Items, Value> {
        match &value.data {
            Data::List(list) => {
                let is_set = value.collection == Some(Collection::Set);
                let pair = |(at, item): (usize, &Value)| {
                    let number = i64::try_from(at).unwrap_or(i64::MAX);
                    let key = if is_set { item.clone() } else { Value::new(Data::Number(number.into()), item.span) };
                    (key, element_of(item.clone(), value))
                };
                self.counted(list.items.iter().enumerate().map(pair).collect(), list.rest.clone(), span)
            }
            Data::Map(map) => {
                let mut entries: Vec<_> = map.entries.iter().filter(|(_, entry)| !entry.value.is_absent()).collect();
                entries.sort_by_key(|(key, _)| *key);
                let pair = |(key, entry): (&Arc<str>, &Entry)| {
                    (Value::string(key.clone(), entry.key_span), element_of(entry.value.clone(), value))
                };
                self.counted(entries.into_iter().map(pair).collect(), map.rest.clone(), span)
            }
            Data::Unknown(unknown) if matches!(unknown.refine.kind, None | Some(Kind::List | Kind::Map)) => {
                Ok(Items { pairs: Vec::new(), rest: Some(unknown.clone()) })
            }
            Data::Null | Data::Absent => Err(self.error("null has no elements to walk over", span)),
            _ => Err(self.error("the value has no elements to walk over", span)),
        }
    }

    fn counted(&mut self, pairs: Vec<(Value, Value)>, rest: Option<Arc<Unknown>>, span: Span) -> Result<Items, Value> {
        if pairs.len() > MOST_ITEMS {
            return Err(self.over_budget("the elements of one loop", span));
        }
        Ok(Items { pairs, rest })
    }

    /// `[for ...]` and `{for ...}`
    pub(super) fn for_each(&mut self, each: &For, span: Span) -> Value {
        let collection = self.evaluate(&each.collection);
        distribute(self, None, std::slice::from_ref(&collection), span, &mut |ev, values| {
            let Some(collection) = values.first() else { return ev.error("a value is missing", span) };
            ev.walk(each, collection, span)
        })
    }

    fn walk(&mut self, each: &For, collection: &Value, span: Span) -> Value {
        let items = match self.items(collection, span) {
            Ok(items) => items,
            Err(error) => return error,
        };
        // The elements that nobody knows give results that nobody knows.
        let rest = items.rest.map(|rest| {
            let more = self.opaque(rest.why.clone(), span);
            more.as_unknown().cloned().unwrap_or(rest)
        });
        let mut results: Vec<Vec<(Guard, Option<Made>)>> = Vec::with_capacity(items.pairs.len());
        for (key, value) in items.pairs {
            results.push(match &each.key {
                Some(name) => self.with_local(name.clone(), key, |ev| ev.one_result(each, value)),
                None => self.one_result(each, value),
            });
        }
        let alternatives = |arms: &Vec<(Guard, Option<Made>)>| arms.len();
        let count = results.iter().map(alternatives).try_fold(1_usize, |all, more| all.checked_mul(more));
        if count.is_none_or(|count| count > MOST_ARMS) {
            return self.partly_walked(each, results, rest, span);
        }
        self.alternatives(each, results, rest, span)
    }

    /// What one element gives, under which condition; `None` where the filter drops it.
    fn one_result(&mut self, each: &For, value: Value) -> Vec<(Guard, Option<Made>)> {
        self.with_local(each.value.clone(), value, |ev| {
            let condition = each.condition.as_ref().map(|condition| ev.evaluate(condition));
            let mut arms = Vec::new();
            for (guard, holds) in condition.map_or_else(|| vec![(Guard::Always, true)], |value| ev.holds(each, &value))
            {
                if !holds {
                    arms.push((guard, None));
                    continue;
                }
                let key = each.result_key.as_ref().map(|key| convert(&ev.evaluate(key), &Type::String));
                let value = ev.evaluate(&each.result);
                for (inner, key) in key.map_or_else(|| vec![(Guard::Always, None)], key_arms) {
                    arms.push((guard.clone().and(inner), Some((key, value.clone()))));
                }
            }
            arms
        })
    }

    /// Under which guards a filter holds, and under which it does not. A filter that is an error drops nothing.
    fn holds(&mut self, each: &For, condition: &Value) -> Vec<(Guard, bool)> {
        let span = each.condition.as_ref().map_or(condition.span, |condition| condition.span);
        let mut answers = Vec::new();
        for (guard, condition) in condition.arms() {
            match self.truth(&condition, span) {
                Ok(Some(known)) => answers.push((guard, known)),
                Ok(None) | Err(_) => {
                    let question = guard_of(&condition.term());
                    answers.push((guard.clone().and(question.clone()), true));
                    answers.push((guard.and(question.not()), false));
                }
            }
        }
        answers
    }

    /// All elements are decided, or few enough alternatives are left to write each of them out.
    fn alternatives(
        &mut self,
        each: &For,
        results: Vec<Vec<(Guard, Option<Made>)>>,
        rest: Option<Arc<Unknown>>,
        span: Span,
    ) -> Value {
        // `combinations` works on values: each result is named by its place.
        let mut made: Vec<Option<Made>> = Vec::new();
        let mut sides: Vec<Vec<Arm>> = Vec::with_capacity(results.len());
        for arms in results {
            let mut side = Vec::with_capacity(arms.len());
            for (guard, result) in arms {
                let place = i64::try_from(made.len()).unwrap_or(i64::MAX);
                side.push((guard, Value::new(Data::Number(place.into()), span)));
                made.push(result);
            }
            sides.push(side);
        }
        let Some(rows) = combinations(&sides) else { return too_many(self, None, &[], span) };
        let mut arms = Vec::with_capacity(rows.len());
        for (guard, row) in rows {
            let place = |value: &Value| value.as_number().and_then(|place| usize::try_from(place.as_i64()?).ok());
            let kept = row.iter().filter_map(|value| made.get(place(value)?)?.clone()).collect();
            arms.push((guard, self.assembled(each, kept, rest.clone(), span)));
        }
        match one_of(arms, span) {
            Some(result) => result,
            None => too_many(self, None, &[], span),
        }
    }

    /// Too many alternatives: what is certainly there is kept, the rest is open.
    fn partly_walked(
        &mut self,
        each: &For,
        results: Vec<Vec<(Guard, Option<Made>)>>,
        rest: Option<Arc<Unknown>>,
        span: Span,
    ) -> Value {
        let certain = results.into_iter().filter_map(|mut arms| match (arms.pop(), arms.is_empty()) {
            (Some((Guard::Always, Some(made))), true) => Some(made),
            _ => None,
        });
        let kept = certain.collect();
        let limit = self.over_budget("the alternatives of a loop", span);
        let rest = rest.or_else(|| limit.as_unknown().cloned());
        self.assembled(each, kept, rest, span)
    }

    fn assembled(&mut self, each: &For, made: Vec<Made>, rest: Option<Arc<Unknown>>, span: Span) -> Value {
        if each.result_key.is_none() {
            let items = made.into_iter().map(|(_, value)| value).collect();
            return self.collected(Value::new(Data::List(Arc::new(List { items, rest })), span), Collection::Tuple);
        }
        let mut map = Map { rest, ..Map::default() };
        let mut groups: IndexMap<Arc<str>, (Span, Vec<Value>)> = IndexMap::new();
        for (key, value) in made {
            let Some(key) = key else { continue };
            match (&key.data, key.as_unknown()) {
                (Data::String(name), _) if each.grouped => {
                    groups.entry(name.clone()).or_insert_with(|| (key.span, Vec::new())).1.push(value);
                }
                (Data::String(name), _) => {
                    let entry = Entry { key_span: key.span, value };
                    if map.entries.insert(name.clone(), entry).is_some() {
                        return self.error(format!("the key \"{name}\" comes twice"), span);
                    }
                }
                (Data::Null, _) => return self.error("a key is null", span),
                (_, Some(unknown)) if matches!(unknown.why, Why::Invalid(_)) => return key,
                _ => map.rest = self.derived("key", None, &[key], span).as_unknown().cloned().or(map.rest),
            }
        }
        for (name, (key_span, values)) in groups {
            let value = self.collected(Value::list(values, span), Collection::Tuple);
            map.entries.insert(name, Entry { key_span, value });
        }
        self.collected(Value::new(Data::Map(Arc::new(map)), span), Collection::Object)
    }
}

fn key_arms(key: Value) -> Vec<(Guard, Option<Value>)> {
    key.arms().into_iter().map(|(guard, key)| (guard, Some(key))).collect()
}
