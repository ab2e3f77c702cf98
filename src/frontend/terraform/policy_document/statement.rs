//! A `statement` block of a policy document as the JSON object that the provider writes for it.

use crate::source::Span;
use crate::value::{Data, Entry, Guard, List, Map, Part, Unknown, Value, Why};
use indexmap::IndexMap;
use std::sync::Arc;

/// Combinations of conditional principals or conditions that are told apart.
const MOST_ALTERNATIVES: usize = 16;

/// The JSON of a statement, from the map of its block.
pub(super) fn render(block: &Value) -> Value {
    let Data::Map(map) = &block.data else { return block.clone() };
    let span = block.span;
    let key_span = |name: &str| map.entries.get(name).map_or(span, |entry| entry.key_span);
    let mut entries = IndexMap::new();
    let mut add = |key: &str, name: &str, value: Value| {
        if !value.is_absent() {
            entries.insert(Arc::from(key), Entry { key_span: key_span(name), value });
        }
    };
    let sid = block.get("sid");
    add("Sid", "sid", if sid.as_str() == Some("") { Value::absent(span) } else { sid });
    add(
        "Effect",
        "effect",
        block.get("effect").each(&mut |effect| match effect.data {
            Data::Absent | Data::Null => Value::string("Allow", span),
            _ => effect.clone(),
        }),
    );
    add("Action", "actions", strings(&block.get("actions"), false));
    add("NotAction", "not_actions", strings(&block.get("not_actions"), false));
    add("Resource", "resources", strings(&block.get("resources"), true));
    add("NotResource", "not_resources", strings(&block.get("not_resources"), true));
    add("Principal", "principals", grouped(&block.get("principals"), principals));
    add("NotPrincipal", "not_principals", grouped(&block.get("not_principals"), principals));
    add("Condition", "condition", grouped(&block.get("condition"), conditions));
    Value::new(Data::Map(Arc::new(Map { entries, rest: map.rest.clone() })), span)
}

/// A list of strings: nothing when it is empty, a string when it has one element, else without duplicates in reverse
/// order. `&{` is `${` where IAM's own variables may stand.
fn strings(list: &Value, variables: bool) -> Value {
    list.each(&mut |list| match &list.data {
        Data::List(known) => {
            let (items, rest) = texts(known, variables);
            one_or_many(items, rest, list.span)
        }
        Data::Null => Value::absent(list.span),
        _ => list.clone(),
    })
}

/// The elements as strings, known ones first, sorted and without duplicates.
fn texts(list: &List, variables: bool) -> (Vec<Value>, Option<Arc<Unknown>>) {
    let items = list.items.iter().filter(|item| !matches!(item.data, Data::Null | Data::Absent));
    let items = items.map(|item| item.each(&mut |item| text(item, variables)));
    let (mut known, open): (Vec<Value>, Vec<Value>) = items.partition(|item| item.as_str().is_some());
    known.sort_by(|a, b| b.as_str().cmp(&a.as_str()));
    known.dedup_by(|a, b| a.as_str() == b.as_str());
    known.extend(open);
    (known, list.rest.clone())
}

fn one_or_many(mut items: Vec<Value>, rest: Option<Arc<Unknown>>, span: Span) -> Value {
    match (items.len(), &rest) {
        (0, None) => Value::absent(span),
        (1, None) => items.pop().unwrap_or(Value::absent(span)),
        _ => Value::new(Data::List(Arc::new(List { items, rest })), span),
    }
}

/// A scalar as a string; with IAM's variables written as IAM writes them.
fn text(value: &Value, variables: bool) -> Value {
    let Some(parts) = value.as_parts() else { return value.clone() };
    // A lone unknown stays the unknown that it is.
    if value.is_unknown() {
        return value.clone();
    }
    let replaced = parts.iter().any(|part| matches!(part, Part::Literal(text, _) if variables && text.contains("&{")));
    if value.as_str().is_some() && !replaced {
        return value.clone();
    }
    let parts = parts.into_iter().map(|part| match part {
        Part::Literal(text, span) if replaced => Part::Literal(text.replace("&{", "${").into(), span),
        part => part,
    });
    Value { via: value.via.clone(), ..Value::text(parts, value.span) }.with_sensitive(value.sensitive)
}

/// Joins blocks to one JSON value, for each combination of those that are there under a condition only.
fn grouped(blocks: &Value, join: fn(&[Value], Option<&Arc<Unknown>>, Span) -> Value) -> Value {
    blocks.each(&mut |blocks| match &blocks.data {
        Data::List(list) => match combinations(&list.items) {
            Some(combinations) => {
                let arms = combinations.into_iter();
                let arms = arms.map(|(guard, items)| (guard, join(&items, list.rest.as_ref(), blocks.span)));
                Value::choice(arms.collect(), blocks.span)
            }
            None => {
                let why = format!("more than {MOST_ALTERNATIVES} alternatives");
                Value::opaque(Why::Budget(why.into()), blocks.span)
            }
        },
        Data::Null => Value::absent(blocks.span),
        _ => blocks.clone(),
    })
}

/// Every combination of the blocks' alternatives, without the absent ones; `None` when there are too many.
fn combinations(items: &[Value]) -> Option<Vec<(Guard, Vec<Value>)>> {
    let mut all = vec![(Guard::Always, Vec::new())];
    for item in items {
        let arms = item.arms();
        let mut next = Vec::with_capacity(all.len() * arms.len());
        for (guard, before) in &all {
            for (more, arm) in &arms {
                let mut items: Vec<Value> = before.clone();
                if !arm.is_absent() {
                    items.push(arm.clone());
                }
                next.push((guard.clone().and(more.clone()), items));
            }
        }
        if next.len() > MOST_ALTERNATIVES {
            return None;
        }
        all = next;
    }
    Some(all)
}

/// Blocks of one type are merged. `*` of type `*` is the string `*`.
fn principals(blocks: &[Value], rest: Option<&Arc<Unknown>>, span: Span) -> Value {
    if let ([only], None) = (blocks, rest)
        && only.get("type").as_str() == Some("*")
    {
        let identifiers = strings(&only.get("identifiers"), true);
        if identifiers.as_str() == Some("*") {
            return identifiers;
        }
    }
    if blocks.is_empty() && rest.is_none() {
        return Value::absent(span);
    }
    let mut types: IndexMap<Arc<str>, (Span, List)> = IndexMap::new();
    let mut rest = rest.cloned();
    for block in blocks {
        match &block.get("type").data {
            Data::String(kind) => {
                let (_, list) = types.entry(kind.clone()).or_insert_with(|| (block.span, List::default()));
                append(list, &block.get("identifiers"));
            }
            other => rest = Some(why_open(other, block)),
        }
    }
    let entry = |(kind, (place, list)): (Arc<str>, (Span, List))| {
        let (items, open) = texts(&list, true);
        (kind, Entry { key_span: place, value: one_or_many(items, open, place) })
    };
    let entries = types.into_iter().map(entry).filter(|(_, entry)| !entry.value.is_absent()).collect();
    Value::new(Data::Map(Arc::new(Map { entries, rest })), span)
}

/// Values of one test and variable are merged to one list: any of them will do.
fn conditions(blocks: &[Value], rest: Option<&Arc<Unknown>>, span: Span) -> Value {
    if blocks.is_empty() && rest.is_none() {
        return Value::absent(span);
    }
    let mut tests: IndexMap<Arc<str>, (Span, Test)> = IndexMap::new();
    let mut rest = rest.cloned();
    for block in blocks {
        let (test, variable) = (block.get("test"), block.get("variable"));
        let Data::String(test) = &test.data else {
            rest = Some(why_open(&test.data, block));
            continue;
        };
        let (_, test) = tests.entry(test.clone()).or_insert_with(|| (block.span, Test::default()));
        match &variable.data {
            Data::String(variable) => {
                let (_, list) = test.variables.entry(variable.clone()).or_insert_with(|| (block.span, List::default()));
                append(list, &block.get("values"));
            }
            other => test.rest = Some(why_open(other, block)),
        }
    }
    let entries = tests.into_iter().map(|(name, (place, test))| {
        let variables = test.variables.into_iter().map(|(name, (place, list))| {
            let items: Vec<Value> = list.items.iter().map(|item| item.each(&mut |item| text(item, true))).collect();
            (name, Entry { key_span: place, value: one_or_many(items, list.rest, place) })
        });
        let map = Map { entries: variables.collect(), rest: test.rest };
        (name, Entry { key_span: place, value: Value::new(Data::Map(Arc::new(map)), place) })
    });
    Value::new(Data::Map(Arc::new(Map { entries: entries.collect(), rest })), span)
}

#[derive(Default)]
struct Test {
    variables: IndexMap<Arc<str>, (Span, List)>,
    rest: Option<Arc<Unknown>>,
}

/// Appends the elements of a list, or opens the list when they are not known.
fn append(list: &mut List, more: &Value) {
    match &more.data {
        Data::List(more) => {
            list.items.extend(more.items.iter().filter(|item| !matches!(item.data, Data::Null)).cloned());
            list.rest = list.rest.take().or_else(|| more.rest.clone());
        }
        Data::Absent | Data::Null => {}
        other => list.rest = Some(why_open(other, more)),
    }
}

/// Why nobody knows what stands in a place.
fn why_open(data: &Data, place: &Value) -> Arc<Unknown> {
    match data {
        Data::Unknown(unknown) => unknown.clone(),
        _ => Arc::new(Unknown::new(
            Why::Function("aws_iam_policy_document".into()),
            crate::value::Term::Opaque(place.span, 0),
        )),
    }
}
