//! Strings, also those with holes.

use super::super::expr::MOST_TEXT;
use super::super::expr::Type;
use super::super::expr::convert;
use super::{Call, Outcome, call_term};
use crate::value::{Class, Collection, Data, Entry, Kind, Map, Part, Refine, Shape, Step, Unknown, Value};
use std::sync::Arc;

const STRING: Option<Kind> = Some(Kind::String);

/// Applies a function to every character run of a string; a hole becomes the unknown result of the same function.
fn by_part(call: &mut Call<'_, '_>, values: &[Value], function: fn(&str) -> String) -> Outcome {
    let value = call.text_or_hole(values, 0)?;
    let Some(parts) = value.as_parts() else { return Err(call.unknown(STRING, values)) };
    let name = call.name;
    let changed = parts.into_iter().map(|part| match part {
        Part::Literal(text, span) => Part::Literal(function(&text).into(), span),
        Part::Hole(unknown, span) => {
            let refine = Refine { kind: STRING, not_null: unknown.refine.not_null, ..Refine::default() };
            Part::Hole(Arc::new(unknown.derive(name).refined(refine)), span)
        }
    });
    Ok(Value::text(changed, call.span))
}

/// `lower(text)`
pub(super) fn lower(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    by_part(call, values, |text| text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect())
}

/// `upper(text)`
pub(super) fn upper(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    by_part(call, values, |text| text.chars().map(|c| one_for_one(c, c.to_uppercase())).collect())
}

/// Terraform maps character by character: what would become several stays.
fn one_for_one(from: char, mut to: impl Iterator<Item = char>) -> char {
    match (to.next(), to.next()) {
        (Some(only), None) => only,
        _ => from,
    }
}

/// `title(text)`
pub(super) fn title(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let text = call.text(values, 0, STRING)?;
    let mut word_start = true;
    let titled: String = text
        .chars()
        .map(|c| {
            let mapped = if word_start { one_for_one(c, c.to_uppercase()) } else { c };
            word_start = !(c.is_alphanumeric() || c == '_');
            mapped
        })
        .collect();
    Ok(call.string(titled))
}

/// `strrev(text)`
pub(super) fn reversed(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let text = call.text(values, 0, STRING)?;
    if !text.chars().all(|c| c < '\u{300}') {
        return Err(call.unknown(STRING, values));
    }
    Ok(call.string(text.chars().rev().collect::<String>()))
}

/// `chomp(text)`: without the newlines at the end.
pub(super) fn chomp(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    cut_ends(call, values, |_| 0, |text| text.trim_end_matches(['\r', '\n']).len())
}

/// `trimspace(text)`
pub(super) fn trim_space(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    cut_ends(call, values, |text| text.len() - text.trim_start().len(), |text| text.trim_end().len())
}

/// Cuts bytes off the start and the end. A text is decided where something is left of its literal at that end.
fn cut_ends(
    call: &mut Call<'_, '_>,
    values: &[Value],
    start: impl Fn(&str) -> usize,
    end: impl Fn(&str) -> usize,
) -> Outcome {
    let value = call.text_or_hole(values, 0)?;
    let Some(mut parts) = value.as_parts() else { return Err(call.unknown(STRING, values)) };
    if let Data::String(text) = &value.data {
        let kept = end(text);
        let cut = start(text.get(..kept).unwrap_or(""));
        return Ok(part_of(&value, cut, kept, call));
    }
    let decided =
        |part: Option<&Part>, cut: &dyn Fn(&str) -> bool| matches!(part, Some(Part::Literal(text, _)) if cut(text));
    let front = decided(parts.first(), &|text| start(text) < text.len());
    let back = decided(parts.last(), &|text| end(text) > 0);
    if !front || !back {
        return Err(call.unknown(STRING, values));
    }
    if let Some(first) = parts.first_mut() {
        *first = cut_part(first, &|text| (start(text), text.len()));
    }
    if let Some(last) = parts.last_mut() {
        *last = cut_part(last, &|text| (0, end(text)));
    }
    Ok(Value::text(parts, call.span))
}

fn cut_part(part: &Part, bounds: &dyn Fn(&str) -> (usize, usize)) -> Part {
    let Part::Literal(text, span) = part else { return part.clone() };
    let (start, end) = bounds(text);
    let place = if text.len() == span.len() { span.part(start, end) } else { *span };
    Part::Literal(text.get(start..end).unwrap_or("").into(), place)
}

/// The bytes `start..end` of a known string, with their place where the source spells it.
fn part_of(value: &Value, start: usize, end: usize, call: &Call<'_, '_>) -> Value {
    let text = value.as_str().unwrap_or("");
    let part = text.get(start..end).unwrap_or("");
    let verbatim = text.len() == value.span.len() && value.pieces.is_none();
    let span = if verbatim { value.span.part(start, end) } else { call.span };
    Value::string(part, span)
}

/// `trimprefix(text, prefix)`
pub(super) fn trim_prefix(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let prefix = call.text(values, 1, STRING)?;
    let value = call.text_or_hole(values, 0)?;
    if let Data::String(text) = &value.data {
        let cut = if text.starts_with(&*prefix) { prefix.len() } else { 0 };
        return Ok(if cut == 0 { value } else { part_of(&value, cut, text.len(), call) });
    }
    if !shape(&value).overlaps(&Shape::starting(&prefix)) {
        return Ok(value);
    }
    let Some(mut parts) = value.as_parts() else { return Err(call.unknown(STRING, values)) };
    match parts.first_mut() {
        Some(first @ Part::Literal(..)) if literal(first).starts_with(&*prefix) => {
            *first = cut_part(first, &|text| (prefix.len(), text.len()));
            Ok(Value::text(parts, call.span))
        }
        _ => Err(call.unknown(STRING, values)),
    }
}

/// `trimsuffix(text, suffix)`
pub(super) fn trim_suffix(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let suffix = call.text(values, 1, STRING)?;
    let value = call.text_or_hole(values, 0)?;
    if let Data::String(text) = &value.data {
        let kept = text.strip_suffix(&*suffix).map_or(text.len(), str::len);
        return Ok(if kept == text.len() { value } else { part_of(&value, 0, kept, call) });
    }
    if !shape(&value).overlaps(&Shape::any().then(&Shape::literal(&suffix))) {
        return Ok(value);
    }
    let Some(mut parts) = value.as_parts() else { return Err(call.unknown(STRING, values)) };
    match parts.last_mut() {
        Some(last @ Part::Literal(..)) if literal(last).ends_with(&*suffix) => {
            *last = cut_part(last, &|text| (0, text.len() - suffix.len()));
            Ok(Value::text(parts, call.span))
        }
        _ => Err(call.unknown(STRING, values)),
    }
}

fn literal(part: &Part) -> &str {
    match part {
        Part::Literal(text, _) => text,
        Part::Hole(..) => "",
    }
}

/// `trim(text, characters)`
pub(super) fn trim(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let cut: Vec<char> = call.text(values, 1, STRING)?.chars().collect();
    let from = |text: &str| text.len() - text.trim_start_matches(cut.as_slice()).len();
    let to = |text: &str| text.trim_end_matches(cut.as_slice()).len();
    cut_ends(call, values, from, to)
}

/// What a value certainly looks like as a string.
fn shape(value: &Value) -> Shape {
    match &value.data {
        Data::String(text) => Shape::literal(text),
        Data::Text(text) => text.shape(),
        Data::Unknown(unknown) => unknown.refine.shape.clone(),
        _ => Shape::any(),
    }
}

/// `startswith(text, prefix)`
pub(super) fn starts_with(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let part = call.text(values, 1, Some(Kind::Bool))?;
    let value = call.text_or_hole(values, 0)?;
    let certain = |shape: &Shape| shape.literal_prefix().starts_with(&*part);
    decide(call, values, &value, &Shape::starting(&part), certain)
}

/// `endswith(text, suffix)`
pub(super) fn ends_with(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let part = call.text(values, 1, Some(Kind::Bool))?;
    let value = call.text_or_hole(values, 0)?;
    let certain = |shape: &Shape| {
        let backwards = shape.as_steps().iter().rev().map_while(|step| match step {
            Step::One(Class::Char(c)) => Some(*c),
            _ => None,
        });
        let suffix: Vec<char> = backwards.collect();
        part.chars().rev().enumerate().all(|(at, c)| suffix.get(at) == Some(&c))
    };
    decide(call, values, &value, &Shape::any().then(&Shape::literal(&part)), certain)
}

/// `strcontains(text, part)`
pub(super) fn contains(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let part = call.text(values, 1, Some(Kind::Bool))?;
    let value = call.text_or_hole(values, 0)?;
    let in_parts = value.as_parts().is_some_and(|parts| parts.iter().any(|own| literal(own).contains(&*part)));
    let anywhere = Shape::any().then(&Shape::literal(&part)).then(&Shape::any());
    match &value.data {
        Data::String(text) => Ok(call.bool(text.contains(&*part))),
        _ => decide(call, values, &value, &anywhere, |_| in_parts),
    }
}

/// Yes where the value's shape makes it certain, no where it excludes it.
fn decide(
    call: &mut Call<'_, '_>,
    values: &[Value],
    value: &Value,
    wanted: &Shape,
    certain: impl Fn(&Shape) -> bool,
) -> Outcome {
    let shape = shape(value);
    if certain(&shape) {
        return Ok(call.bool(true));
    }
    if !shape.overlaps(wanted) {
        return Ok(call.bool(false));
    }
    Err(call.unknown(Some(Kind::Bool), values))
}

/// `split(separator, text)`: a text is split where its holes certainly do not hold the separator.
pub(super) fn split(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let separator = call.text(values, 0, Some(Kind::List))?;
    let value = call.text_or_hole(values, 1)?;
    if let Data::String(text) = &value.data {
        let mut items = Vec::new();
        let mut at = 0;
        for piece in split_go(text, &separator) {
            items.push(part_of(&value, at, at + piece.len(), call));
            at += piece.len() + separator.len();
        }
        return Ok(call.list(items, Collection::List));
    }
    let (Some(parts), true) = (value.as_parts(), separator.chars().count() == 1) else {
        return Err(call.unknown(Some(Kind::List), values));
    };
    let anywhere = Shape::any().then(&Shape::literal(&separator)).then(&Shape::any());
    let mut pieces: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        match &part {
            Part::Hole(unknown, _) if unknown.refine.shape.overlaps(&anywhere) => {
                return Err(call.unknown(Some(Kind::List), values));
            }
            Part::Hole(..) => pieces.iter_mut().rev().take(1).for_each(|piece| piece.push(part.clone())),
            Part::Literal(text, span) => {
                let mut at = 0;
                for (count, piece) in text.split(&*separator).enumerate() {
                    if count > 0 {
                        pieces.push(Vec::new());
                    }
                    let place = if text.len() == span.len() { span.part(at, at + piece.len()) } else { *span };
                    at += piece.len() + separator.len();
                    pieces.iter_mut().rev().take(1).for_each(|parts| parts.push(Part::Literal(piece.into(), place)));
                }
            }
        }
    }
    let items = pieces.into_iter().map(|parts| Value::text(parts, call.span)).collect();
    Ok(call.list(items, Collection::List))
}

/// Go's split: an empty separator splits into characters, without empty pieces at the ends.
fn split_go<'t>(text: &'t str, separator: &'t str) -> Vec<&'t str> {
    if separator.is_empty() {
        return text.split("").filter(|piece| !piece.is_empty()).collect();
    }
    text.split(separator).collect()
}

/// `join(separator, list, ...)`
pub(super) fn join(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let separator = call.text_or_hole(values, 0)?;
    let mut parts: Vec<Value> = Vec::new();
    for at in 1..values.len() {
        for item in call.closed(values, at, STRING)? {
            if matches!(item.data, Data::Null | Data::Absent) {
                return Err(call.error("an element is null"));
            }
            let text = convert(item, &Type::String);
            if text.as_unknown().is_some_and(super::is_invalid) {
                return Err(text);
            }
            if !parts.is_empty() {
                parts.push(separator.clone());
            }
            parts.push(text);
        }
    }
    if parts.is_empty() {
        return Ok(call.string(""));
    }
    Ok(call.ev.joined(&parts, call.span))
}

/// `replace(text, part, other)`; a part between slashes is a regular expression.
pub(super) fn replace(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let part = call.text(values, 1, STRING)?;
    let other = call.text(values, 2, STRING)?;
    let value = call.text_or_hole(values, 0)?;
    let pattern = part.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    match (&value.data, pattern) {
        (Data::String(text), _) if too_long(text, &part, &other, pattern.is_some()) => {
            Err(call.ev.over_budget("the length of a string", call.span))
        }
        (Data::String(text), Some(pattern)) => {
            let pattern = compiled(call, values, pattern)?;
            Ok(call.string(pattern.replace_all(text, &*other).into_owned()))
        }
        (Data::String(text), None) => Ok(call.string(text.replace(&*part, &other))),
        (Data::Text(_), None) if part.chars().count() == 1 => replace_in_parts(call, values, &value, &part, &other),
        _ => Err(call.unknown(STRING, values)),
    }
}

/// Whether a replacement may make a text of more than [`MOST_TEXT`] bytes.
fn too_long(text: &str, part: &str, other: &str, is_pattern: bool) -> bool {
    // A pattern may match everywhere, and put its groups into what replaces them.
    let groups = other.matches('$').count();
    let places = match (is_pattern, part) {
        (true, _) => text.len() + 1,
        (false, "") => text.chars().count() + 1,
        (false, part) => text.matches(part).count(),
    };
    let grown = places.saturating_mul(other.len()).saturating_add(text.len().saturating_mul(groups));
    text.len().saturating_add(grown) > MOST_TEXT
}

/// One character in a text: a hole that certainly does not hold it stays as it is.
fn replace_in_parts(
    call: &mut Call<'_, '_>,
    values: &[Value],
    value: &Value,
    part: &Arc<str>,
    other: &Arc<str>,
) -> Outcome {
    let anywhere = Shape::any().then(&Shape::literal(part)).then(&Shape::any());
    let Some(parts) = value.as_parts() else { return Err(call.unknown(STRING, values)) };
    let changed = parts.into_iter().map(|own| match own {
        Part::Literal(text, span) => Part::Literal(text.replace(&**part, other).into(), span),
        Part::Hole(unknown, span) if !unknown.refine.shape.overlaps(&anywhere) => Part::Hole(unknown, span),
        Part::Hole(unknown, span) => {
            let arguments = [
                Value::unknown((*unknown).clone(), span),
                Value::string(part.clone(), span),
                Value::string(other.clone(), span),
            ];
            let derived = Unknown::new(unknown.why.clone(), call_term("replace", &arguments));
            Part::Hole(Arc::new(derived.refined(Refine { kind: STRING, not_null: true, ..Refine::default() })), span)
        }
    });
    Ok(Value::text(changed, call.span))
}

/// `substr(text, offset, length)`; decided in the literal that a text starts with.
pub(super) fn substring(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let offset = call.integer(values, 1, STRING)?;
    let length = call.integer(values, 2, STRING)?;
    let value = call.text_or_hole(values, 0)?;
    let known = match &value.data {
        Data::String(text) => text.to_string(),
        _ => shape(&value).literal_prefix(),
    };
    if !known.chars().all(|c| c < '\u{300}') {
        return Err(call.unknown(STRING, values));
    }
    let count = i64::try_from(known.chars().count()).unwrap_or(i64::MAX);
    let whole = matches!(value.data, Data::String(_));
    let start = if offset < 0 { (count + offset).max(0) } else { offset };
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    if !whole && (offset < 0 || length < 0 || start.saturating_add(length) > count) {
        return Err(call.unknown(STRING, values));
    }
    let skip = usize::try_from(start).unwrap_or(usize::MAX);
    let take = usize::try_from(end - start).unwrap_or(0);
    Ok(call.string(known.chars().skip(skip).take(take).collect::<String>()))
}

/// `indent(spaces, text)`: every line but the first.
pub(super) fn indent(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let spaces = usize::try_from(call.integer(values, 0, STRING)?).unwrap_or(0);
    let text = call.text(values, 1, STRING)?;
    let lines = text.matches('\n').count();
    if lines.saturating_mul(spaces).saturating_add(text.len()) > MOST_TEXT {
        return Err(call.ev.over_budget("the length of a string", call.span));
    }
    if lines == 0 {
        return Ok(call.string(text));
    }
    Ok(call.string(text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

/// A regular expression; what the engine does not know is unknown, not an error.
fn compiled(call: &mut Call<'_, '_>, values: &[Value], pattern: &str) -> Result<regex::Regex, Value> {
    let built = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build();
    built.map_err(|problem| match problem {
        regex::Error::Syntax(problem) if has_open_group(pattern, &problem) => {
            call.error("a group has only one parenthesis")
        }
        _ => call.unknown(None, values),
    })
}

/// A mistake in both dialects; classes and `\Q` read differently, and a parenthesis in them need not be one.
fn has_open_group(pattern: &str, problem: &str) -> bool {
    let only_groups = !pattern.contains('[') && !pattern.contains("\\Q");
    only_groups && (problem.contains("unclosed group") || problem.contains("unopened group"))
}

/// `regex(pattern, text)`: the first match, or its groups.
pub(super) fn regex(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let pattern = call.text(values, 0, None)?;
    let text = call.text(values, 1, None)?;
    let pattern = compiled(call, values, &pattern)?;
    match pattern.captures(&text) {
        Some(captures) => Ok(captured(call, &pattern, &captures)),
        None => Err(call.error("the pattern does not match")),
    }
}

/// `regexall(pattern, text)`: all matches.
pub(super) fn regex_all(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let pattern = call.text(values, 0, Some(Kind::List))?;
    let text = call.text(values, 1, Some(Kind::List))?;
    let pattern = compiled(call, values, &pattern)?;
    let matches: Vec<Value> =
        pattern.captures_iter(&text).map(|captures| captured(call, &pattern, &captures)).collect();
    Ok(call.list(matches, Collection::List))
}

/// A match: a map where groups have names, a list where there are groups, else the text.
fn captured(call: &mut Call<'_, '_>, pattern: &regex::Regex, captures: &regex::Captures<'_>) -> Value {
    let span = call.span;
    let group =
        |found: Option<regex::Match<'_>>| found.map_or(Value::null(span), |found| Value::string(found.as_str(), span));
    let names: Vec<&str> = pattern.capture_names().flatten().collect();
    if !names.is_empty() && names.len() + 1 < captures.len() {
        return call.error("some groups have names and some have none");
    }
    if !names.is_empty() {
        let entry = |name: &&str| (Arc::from(*name), Entry { key_span: span, value: group(captures.name(name)) });
        let map = Map { entries: names.iter().map(entry).collect(), rest: None };
        return call.map(map, Collection::Object);
    }
    if captures.len() > 1 {
        let groups = captures.iter().skip(1).map(group).collect();
        return call.list(groups, Collection::Tuple);
    }
    group(captures.get(0))
}
