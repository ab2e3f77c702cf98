//! Lists and maps.

use super::super::expr::convert::{common, equal_elements};
use super::super::expr::{Type, convert, operators};
use super::{Call, Outcome, is_invalid};
use crate::value::{Collection, Data, Entry, Kind, List, Map, Tri, Unknown, Value};
use std::sync::Arc;

/// `length(list | map | string)`
pub(super) fn length(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let value = call.argument(values, 0)?;
    let count = match &value.data {
        Data::List(list) => {
            let may_coincide = value.collection == Some(Collection::Set) && list.items.len() > 1;
            let all_known = !may_coincide
                || list.items.iter().all(|item| super::super::expr::reason(std::slice::from_ref(item)).is_none());
            (list.rest.is_none() && all_known).then_some(list.items.len())
        }
        Data::Map(map) => map.rest.is_none().then_some(map.entries.len()),
        // Terraform counts grapheme clusters; where that needs Unicode's tables, the length is not known.
        Data::String(text) => text.chars().all(|c| c < '\u{300}').then(|| text.chars().count()),
        Data::Text(_) => None,
        Data::Unknown(unknown) if !matches!(unknown.refine.kind, Some(Kind::Bool | Kind::Number)) => None,
        _ => return Err(call.error("a list, map or string is required")),
    };
    match count {
        Some(count) => Ok(call.whole(count)),
        None => Err(call.unknown(Some(Kind::Number), values)),
    }
}

/// `merge(map, ...)`: the last one wins. What an open map may have replaced is unknown.
pub(super) fn merge(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let mut merged = Map::default();
    let mut all_maps = !values.is_empty();
    for value in values {
        let rest = match &value.data {
            Data::Null | Data::Absent => continue,
            Data::Map(map) => {
                all_maps &= value.collection == Some(Collection::Map);
                let rest = map.rest.clone();
                forget(call, &mut merged, rest.as_ref(), |key| map.entries.contains_key(key));
                merged.entries.extend(map.entries.iter().map(|(key, entry)| (key.clone(), entry.clone())));
                rest
            }
            Data::Unknown(unknown) if is_invalid(unknown) => return Err(value.clone()),
            Data::Unknown(unknown) if matches!(unknown.refine.kind, None | Some(Kind::Map)) => {
                forget(call, &mut merged, Some(unknown), |_| false);
                Some(unknown.clone())
            }
            _ => return Err(call.error("a map is required")),
        };
        if rest.is_some() {
            let unknown = call.unknown(Some(Kind::Map), values);
            merged.rest = unknown.as_unknown().cloned().or(rest);
        }
    }
    Ok(call.map(merged, if all_maps { Collection::Map } else { Collection::Object }))
}

/// Makes entries unknown that an unknown further entry may replace.
fn forget(call: &mut Call<'_, '_>, map: &mut Map, by: Option<&Arc<Unknown>>, kept: impl Fn(&str) -> bool) {
    let Some(by) = by else { return };
    for (key, entry) in &mut map.entries {
        if !kept(key) {
            let by = Value::unknown(by.derive(&format!(".{key}")), entry.value.span);
            entry.value = call.ev.derived("merge", None, &[entry.value.clone(), by], entry.value.span);
        }
    }
}

/// `concat(list, ...)`
pub(super) fn concat(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let mut items = Vec::new();
    let mut open = false;
    for value in values {
        match &value.data {
            Data::List(list) if value.collection != Some(Collection::Set) => {
                items.extend(list.items.iter().cloned());
                open |= list.rest.is_some();
            }
            Data::Unknown(unknown) if is_invalid(unknown) => return Err(value.clone()),
            Data::Unknown(unknown) if matches!(unknown.refine.kind, None | Some(Kind::List)) => open = true,
            _ => return Err(call.error("a list is required")),
        }
    }
    let rest = if open { call.unknown(Some(Kind::List), values).as_unknown().cloned() } else { None };
    let lists = values.iter().all(|value| value.collection == Some(Collection::List));
    let joined = call.open_list(items, rest, Collection::Tuple);
    Ok(if lists { convert(&joined, &Type::List(Box::new(Type::Any))) } else { joined })
}

/// `contains(list, value)`
pub(super) fn contains(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let list = call.items(values, 0, Some(Kind::Bool))?;
    let wanted = call.argument(values, 1)?;
    let found = Tri::any(list.items.iter().map(|item| operators::equal(item, wanted)));
    match found {
        Tri::Yes => Ok(call.bool(true)),
        Tri::No if list.rest.is_none() => Ok(call.bool(false)),
        _ => Err(call.unknown(Some(Kind::Bool), values)),
    }
}

/// `lookup(map, key, default)`
pub(super) fn lookup(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let value = call.argument(values, 0)?;
    let map = match &value.data {
        Data::Map(map) => map,
        Data::Unknown(unknown) if is_invalid(unknown) => return Err(value.clone()),
        Data::Unknown(unknown) if matches!(unknown.refine.kind, None | Some(Kind::Map)) => {
            return Err(call.unknown(None, values));
        }
        _ => return Err(call.error("a map is required")),
    };
    let key = call.text_or_hole(values, 1)?;
    let default = values.get(2).cloned();
    let Data::String(name) = &key.data else {
        if map.rest.is_some() || map.entries.len() > 16 {
            return Err(call.unknown(None, values));
        }
        let missing = default.unwrap_or_else(|| call.error("the map may have no such key"));
        return Ok(call.ev.choose_by_key(map, &key, missing, call.span));
    };
    match (map.entries.get(name), &map.rest, default) {
        (Some(entry), ..) if entry.value.is_absent() => Ok(Value::null(entry.value.span)),
        (Some(entry), ..) => Ok(entry.value.clone().taken_from(value)),
        (None, Some(_), _) => Err(call.unknown(None, values)),
        (None, None, Some(default)) => Ok(default),
        (None, None, None) => Err(call.error(format!("there is no key \"{name}\""))),
    }
}

/// `element(list, index)`: the index wraps around.
pub(super) fn element(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, None)?;
    let index = call.integer(values, 1, None)?;
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = index.checked_rem_euclid(count).and_then(|at| usize::try_from(at).ok());
    match at.and_then(|at| items.get(at)) {
        Some(item) => Ok(item.clone()),
        None => Err(call.error("the list is empty")),
    }
}

/// The entries of a map in the order of their keys, and what may come besides.
type Entries<'v> = (Vec<(&'v Arc<str>, &'v Entry)>, Option<Arc<Unknown>>);

fn entries<'v>(call: &mut Call<'_, '_>, values: &'v [Value]) -> Result<Entries<'v>, Value> {
    let value = call.argument(values, 0)?;
    match &value.data {
        Data::Map(map) => {
            let mut entries: Vec<_> = map.entries.iter().filter(|(_, entry)| !entry.value.is_absent()).collect();
            entries.sort_by_key(|(key, _)| *key);
            let rest = map.rest.as_ref().and_then(|_| call.unknown(Some(Kind::List), values).as_unknown().cloned());
            Ok((entries, rest))
        }
        Data::Unknown(unknown) if is_invalid(unknown) => Err(value.clone()),
        Data::Unknown(unknown) if matches!(unknown.refine.kind, None | Some(Kind::Map)) => {
            Err(call.unknown(Some(Kind::List), values))
        }
        _ => Err(call.error("a map is required")),
    }
}

fn list_of(map: Option<&Value>) -> Collection {
    match map.and_then(|map| map.collection) {
        Some(Collection::Map) => Collection::List,
        _ => Collection::Tuple,
    }
}

/// `keys(map)`, sorted
pub(super) fn keys(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let unknown = values.first().and_then(Value::as_unknown);
    if let Some(names) = unknown.and_then(|unknown| unknown.refine.attributes.clone()) {
        let mut names: Vec<Value> = names.iter().map(|name| call.string(name.clone())).collect();
        names.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        return Ok(call.list(names, Collection::Tuple));
    }
    let (entries, rest) = entries(call, values)?;
    let names = entries.iter().map(|(key, entry)| Value::string((*key).clone(), entry.key_span)).collect();
    Ok(call.open_list(names, rest, list_of(values.first())))
}

/// `values(map)`, in the order of the keys
pub(super) fn values(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let (entries, rest) = entries(call, values)?;
    let items = entries.iter().map(|(_, entry)| entry.value.clone()).collect();
    Ok(call.open_list(items, rest, list_of(values.first())))
}

/// `flatten(list)`: lists inside are replaced by their elements, at any depth.
pub(super) fn flatten(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let list = call.items(values, 0, Some(Kind::List))?;
    let mut items = Vec::new();
    let open = flatten_into(list, &mut items);
    let rest = if open { call.unknown(Some(Kind::List), values).as_unknown().cloned() } else { None };
    Ok(call.open_list(items, rest, Collection::Tuple))
}

/// True when something in the list may stand for any number of elements.
fn flatten_into(list: &List, items: &mut Vec<Value>) -> bool {
    let mut open = list.rest.is_some();
    for item in &list.items {
        match &item.data {
            Data::List(inner) => open |= flatten_into(inner, items),
            Data::Unknown(unknown) if matches!(unknown.refine.kind, None | Some(Kind::List)) => open = true,
            _ => items.push(item.clone()),
        }
    }
    open
}

/// `compact(list)`: without null and empty strings; an element that may be one leaves the list open.
pub(super) fn compact(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let list = call.items(values, 0, Some(Kind::List))?;
    let mut items = Vec::new();
    let mut open = list.rest.is_some();
    for item in &list.items {
        match is_empty(item) {
            Tri::Yes => {}
            Tri::No => items.push(convert(item, &Type::String)),
            Tri::Unknown => open = true,
        }
    }
    let rest = if open { call.unknown(Some(Kind::List), values).as_unknown().cloned() } else { None };
    Ok(call.open_list(items, rest, Collection::List))
}

/// Whether a value is null or an empty string.
fn is_empty(value: &Value) -> Tri {
    let null = operators::equal(value, &Value::null(value.span));
    null.or(value.same(&Value::string("", value.span)))
}

/// `coalesce(a, b, ...)`: the first that is neither null nor an empty string.
pub(super) fn coalesce(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let values = common(values);
    for (at, value) in values.iter().enumerate() {
        if value.as_unknown().is_some_and(is_invalid) {
            return Err(value.clone());
        }
        match is_empty(value) {
            Tri::Yes => {}
            Tri::No => return Ok(value.clone()),
            Tri::Unknown => return Err(call.unknown(None, values.get(at..).unwrap_or_default())),
        }
    }
    Err(call.error("all arguments are null or empty"))
}

/// `coalescelist(a, b, ...)`: the first that is not empty.
pub(super) fn coalesce_list(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    for (at, value) in values.iter().enumerate() {
        match &value.data {
            Data::List(list) if !list.items.is_empty() => return Ok(value.clone()),
            Data::List(list) if list.rest.is_none() => {}
            Data::List(_) | Data::Unknown(_) => {
                return Err(call.unknown(Some(Kind::List), values.get(at..).unwrap_or_default()));
            }
            _ => return Err(call.error("a list is required")),
        }
    }
    Err(call.error("all lists are empty"))
}

/// `one(list)`: the only element, or null.
pub(super) fn one(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, None)?;
    match items {
        [] => Ok(Value::null(call.span)),
        [only] => Ok(only.clone()),
        _ => Err(call.error("the list has more than one element")),
    }
}

/// `slice(list, start, end)`
pub(super) fn slice(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, Some(Kind::List))?;
    let start = usize::try_from(call.integer(values, 1, Some(Kind::List))?);
    let end = usize::try_from(call.integer(values, 2, Some(Kind::List))?);
    let part = start.ok().zip(end.ok()).and_then(|(start, end)| items.get(start..end));
    match part {
        Some(part) => {
            let collection = kept(values.first());
            Ok(call.list(part.to_vec(), collection))
        }
        None => Err(call.error("the bounds are outside the list")),
    }
}

/// The collection type of a list's part.
fn kept(list: Option<&Value>) -> Collection {
    match list.and_then(|list| list.collection) {
        Some(Collection::List | Collection::Set) => Collection::List,
        _ => Collection::Tuple,
    }
}

/// `reverse(list)`
pub(super) fn reverse(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, Some(Kind::List))?.iter().rev().cloned().collect();
    let collection = kept(values.first());
    Ok(call.list(items, collection))
}

/// `sort(list)` of strings
pub(super) fn sort(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, Some(Kind::List))?;
    let mut texts: Vec<Value> = items.iter().map(|item| convert(item, &Type::String)).collect();
    if texts.iter().any(|text| text.as_str().is_none()) {
        return Err(call.unknown(Some(Kind::List), values));
    }
    texts.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    Ok(call.list(texts, Collection::List))
}

/// `index(list, value)`: the place of the first equal element.
pub(super) fn index(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, Some(Kind::Number))?;
    let wanted = call.argument(values, 1)?;
    for (at, item) in items.iter().enumerate() {
        match operators::equal(item, wanted) {
            Tri::Yes => return Ok(call.whole(at)),
            Tri::No => {}
            Tri::Unknown => return Err(call.unknown(Some(Kind::Number), values)),
        }
    }
    Err(call.error("the list does not hold the value"))
}

/// `zipmap(keys, values)`
pub(super) fn zip_map(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let keys = call.closed(values, 0, Some(Kind::Map))?;
    let items = call.closed(values, 1, Some(Kind::Map))?;
    if keys.len() != items.len() {
        return Err(call.error("the lists differ in length"));
    }
    let mut map = Map::default();
    for (key, item) in keys.iter().zip(items) {
        let name = convert(key, &Type::String);
        match &name.data {
            Data::String(name) => {
                map.entries.insert(name.clone(), Entry { key_span: key.span, value: item.clone() });
            }
            _ => return Err(call.unknown(Some(Kind::Map), values)),
        }
    }
    let typed = values.get(1).is_some_and(|items| items.collection == Some(Collection::List));
    Ok(call.map(map, if typed { Collection::Map } else { Collection::Object }))
}

/// `chunklist(list, size)`
pub(super) fn chunk_list(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, Some(Kind::List))?;
    let size = usize::try_from(call.integer(values, 1, Some(Kind::List))?).unwrap_or(0);
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks: Vec<Value> = items.chunks(size).map(|chunk| call.list(chunk.to_vec(), Collection::List)).collect();
    Ok(call.list(chunks, Collection::List))
}

/// `transpose(map of lists of strings)`
pub(super) fn transpose(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let (entries, rest) = entries(call, values)?;
    let mut turned: std::collections::BTreeMap<Arc<str>, Vec<Value>> = std::collections::BTreeMap::new();
    for (key, entry) in entries {
        let Data::List(list) = &entry.value.data else { return Err(call.unknown(Some(Kind::Map), values)) };
        for item in &list.items {
            let Data::String(name) = &item.data else { return Err(call.unknown(Some(Kind::Map), values)) };
            turned.entry(name.clone()).or_default().push(Value::string(key.clone(), entry.key_span));
        }
    }
    if rest.is_some() {
        return Err(call.unknown(Some(Kind::Map), values));
    }
    let mut map = Map::default();
    for (name, names) in turned {
        let value = call.list(names, Collection::List);
        map.entries.insert(name, Entry { key_span: call.span, value });
    }
    Ok(call.map(map, Collection::Map))
}

/// `matchkeys(values, keys, wanted)`
pub(super) fn match_keys(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, Some(Kind::List))?;
    let keys = call.closed(values, 1, Some(Kind::List))?;
    let wanted = call.closed(values, 2, Some(Kind::List))?;
    let mut kept = Vec::new();
    for (item, key) in items.iter().zip(keys) {
        match Tri::any(wanted.iter().map(|one| equal_elements(key, one))) {
            Tri::Yes => kept.push(item.clone()),
            Tri::No => {}
            Tri::Unknown => return Err(call.unknown(Some(Kind::List), values)),
        }
    }
    Ok(call.list(kept, Collection::List))
}

/// `alltrue(list)`
pub(super) fn all_true(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    truths(call, values, false)
}

/// `anytrue(list)`
pub(super) fn any_true(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    truths(call, values, true)
}

/// One element that `decides` is enough; null counts as false.
fn truths(call: &mut Call<'_, '_>, values: &[Value], decides: bool) -> Outcome {
    let list = call.items(values, 0, Some(Kind::Bool))?;
    let mut open = list.rest.is_some();
    for item in &list.items {
        let truth = match item.data {
            Data::Null | Data::Absent => Some(false),
            _ => call.ev.truth(item, call.span)?,
        };
        match truth {
            Some(known) if known == decides => return Ok(call.bool(decides)),
            Some(_) => {}
            None => open = true,
        }
    }
    if open { Err(call.unknown(Some(Kind::Bool), values)) } else { Ok(call.bool(!decides)) }
}
