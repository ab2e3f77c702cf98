//! YAML as Terraform reads and writes it: a version 1.1 of its own, in which `1e3` is a number and `0b1` a string.

use super::super::expr::MOST_TEXT;
use super::super::expr::decimal::canonical;
use super::dates::of_yaml;
use super::{Call, Outcome, is_invalid};
use crate::source::Span;
use crate::syntax::tree::{NodeId, NodeKind, Tree};
use crate::syntax::yaml;
use crate::value::{Collection, Data, Entry, Kind, Map, Number, Value};
use std::sync::Arc;

/// Aliases may be written out to so many values.
const MOST_VALUES: usize = 100_000;

/// `yamldecode(text)`: of what was encoded here, the value itself. What a file holds keeps its place.
pub(super) fn decode(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let value = call.argument(values, 0)?;
    if let Some(structure) = &value.structure {
        return Ok(super::encoding::as_decoded(structure));
    }
    let text = call.text(values, 0, None)?;
    let place = value.span;
    let tree = yaml::parse(place.file, &text);
    let [document] = tree.documents.as_slice() else {
        return Err(call.error("the text is not one YAML document"));
    };
    if !tree.errors.is_empty() {
        return Err(call.error("the text is no YAML"));
    }
    let mut decoder = Decoder { tree: &tree, text: &text, place, left: MOST_VALUES };
    decoder.value(call, *document)
}

struct Decoder<'t> {
    tree: &'t Tree,
    text: &'t str,
    /// The place of the whole text.
    place: Span,
    left: usize,
}

impl Decoder<'_> {
    /// The place of a part of the text; the whole text's where the source does not spell it as it is.
    fn span(&self, node: NodeId) -> Span {
        let span = self.tree.node(node).span;
        match self.place.len() == self.text.len() {
            true => self.place.part(span.start as usize, span.end as usize),
            false => self.place,
        }
    }

    fn value(&mut self, call: &mut Call<'_, '_>, node: NodeId) -> Outcome {
        let span = self.span(node);
        let Some(left) = self.left.checked_sub(1) else {
            return Err(call.ev.over_budget("the values of a YAML text", span));
        };
        self.left = left;
        let at = self.tree.resolve(node);
        let tag = self.tree.node(at).tag.as_ref().map(|tag| &*tag.name);
        match &self.tree.node(at).kind {
            NodeKind::Sequence(items) if tag.is_none() => {
                let items: Result<Vec<Value>, Value> = items.iter().map(|item| self.value(call, *item)).collect();
                Ok(Value { span, ..call.list(items?, Collection::Tuple) })
            }
            NodeKind::Mapping(entries) if tag.is_none() => {
                let mut map = Map::default();
                for (key, value) in entries {
                    self.entry(call, *key, *value, &mut map)?;
                }
                Ok(Value { span, ..call.map(map, Collection::Object) })
            }
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => Err(call.unknown(None, &[])),
            NodeKind::Alias(_) => Err(call.error("an alias stands for nothing")),
            _ => self.scalar(call, at, tag),
        }
    }

    /// An entry of a mapping, the last one of a key; those of `<<` are written out where it stands.
    fn entry(&mut self, call: &mut Call<'_, '_>, key: NodeId, value: NodeId, map: &mut Map) -> Result<(), Value> {
        let key_span = self.span(key);
        let merges = self.tree.is_merge_key(key);
        let value = self.value(call, value)?;
        if merges {
            let Data::Map(merged) = &value.data else { return Err(call.error("<< takes a mapping")) };
            map.entries.extend(merged.entries.iter().map(|(key, entry)| (key.clone(), entry.clone())));
            return Ok(());
        }
        let key = match self.value(call, key)?.data {
            Data::String(text) => text,
            Data::Bool(known) => known.to_string().into(),
            Data::Number(number) => number.text().into(),
            _ => return Err(call.error("a key is no text")),
        };
        map.entries.insert(key, Entry { key_span, value });
        Ok(())
    }

    fn scalar(&self, call: &mut Call<'_, '_>, node: NodeId, tag: Option<&str>) -> Outcome {
        let span = self.span(node);
        let written = self.tree.node(node).span;
        let source = self.text.get(written.start as usize..written.end as usize).unwrap_or_default();
        let text: Arc<str> = match &self.tree.node(node).kind {
            NodeKind::String(text) => text.clone(),
            _ => source.into(),
        };
        match tag {
            None if source.starts_with(['"', '\'', '|', '>']) => Ok(Value::string(text, span)),
            None => match plain(&text) {
                Some(Plain::Null) => Ok(Value::null(span)),
                Some(Plain::Bool(known)) => Ok(Value::bool(known, span)),
                Some(Plain::Number(number)) => Ok(Value::new(Data::Number(canonical(&number)), span)),
                Some(Plain::Text(text)) => Ok(Value::string(text, span)),
                None => Err(call.unknown(None, &[Value::string(text, span)])),
            },
            Some("!!str") => Ok(Value::string(text, span)),
            Some(tag) if tag.starts_with("!!") => Err(call.unknown(None, &[Value::string(text, span)])),
            Some(tag) => Err(call.error(format!("{tag} means nothing here"))),
        }
    }
}

enum Plain {
    Null,
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
}

/// What an unquoted scalar means; `None` where only Terraform knows.
fn plain(text: &str) -> Option<Plain> {
    let lower = text.to_ascii_lowercase();
    // All lower case, all upper case, or a capital first.
    let cased = text == lower || text == text.to_ascii_uppercase() || text.get(1..) == lower.get(1..);
    match lower.as_str() {
        "" | "~" => return Some(Plain::Null),
        "null" if cased => return Some(Plain::Null),
        "y" | "yes" | "true" | "on" if cased => return Some(Plain::Bool(true)),
        "n" | "no" | "false" | "off" if cased => return Some(Plain::Bool(false)),
        ".inf" | "+.inf" | "-.inf" | ".nan" if cased => return None,
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Some(Plain::Text(text.into()));
    }
    if let Some(date) = date(text) {
        return date.map(|date| Plain::Text(date.into()));
    }
    if let Some(number) = Number::parse(text) {
        return Some(Plain::Number(number));
    }
    Some(match based(unsigned) {
        Some(number) if unsigned.len() == text.len() => Plain::Number(Number::from(number)),
        Some(_) if text.starts_with('+') => return None,
        _ => Plain::Text(text.into()),
    })
}

/// `0x1F` and `0o17`.
fn based(text: &str) -> Option<i64> {
    let hexadecimal = text.strip_prefix("0x").and_then(|digits| i64::from_str_radix(digits, 16).ok());
    hexadecimal.or_else(|| text.strip_prefix("0o").and_then(|digits| i64::from_str_radix(digits, 8).ok()))
}

/// A date becomes a timestamp: `Some(None)` for one whose text is not worked out here.
fn date(text: &str) -> Option<Option<String>> {
    let (year, rest) = text.split_once('-')?;
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let (month, day) = rest.split_once('-')?;
    if digits(month) && digits(day) {
        let known = |part: &str, most: u8| part.parse::<u8>().is_ok_and(|number| (1..=most).contains(&number));
        let certain = known(month, 12) && known(day, 28);
        return Some(certain.then(|| format!("{year}-{month:0>2}-{day:0>2}T00:00:00Z")));
    }
    // With a time of day; or a text that only looks like it.
    (digits(month) && day.starts_with(|c: char| c.is_ascii_digit()) && day.contains(':')).then(|| of_yaml(text))
}

/// `yamlencode(value)`: the text where all of it is known, and the value itself beside it.
pub(super) fn encode(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let value = call.argument(values, 0)?;
    if value.as_unknown().is_some_and(is_invalid) {
        return Err(value.clone());
    }
    let structure = Some(Arc::new(value.clone()));
    let mut writer = Writer { out: String::new() };
    let text = match writer.document(value) {
        Some(()) => call.string(writer.out),
        None => call.unknown(Some(Kind::String), values),
    };
    Ok(Value { structure, ..text })
}

/// Writes as Terraform does: keys and strings in double quotes, lists at the indentation of their key, texts of several lines
/// as blocks. What it would fold or escape in another way gives `None`.
struct Writer {
    out: String,
}

/// Longer lines are folded at their blanks.
const WIDTH: usize = 80;

impl Writer {
    fn document(&mut self, value: &Value) -> Option<()> {
        self.value(value, 0, true)?;
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        if matches!(value.data, Data::Null | Data::Absent | Data::Bool(_) | Data::Number(_)) {
            self.out.push_str("...\n");
        }
        Some(())
    }

    /// A value at the end of what was written; `inline` when nothing or a dash stands before it on its line.
    fn value(&mut self, value: &Value, indent: usize, inline: bool) -> Option<()> {
        if self.out.len() > MOST_TEXT {
            return None;
        }
        match &value.data {
            Data::Null | Data::Absent => self.out.push_str("null"),
            Data::Bool(known) => self.out.push_str(if *known { "true" } else { "false" }),
            Data::Number(number) => self.out.push_str(canonical(number).text()),
            Data::String(text) if text.contains('\n') => return self.block(text, indent, inline),
            Data::String(text) => return self.quoted(text),
            Data::List(list) if list.rest.is_some() => return None,
            Data::Map(map) if map.rest.is_some() => return None,
            Data::List(list) if list.items.is_empty() => self.out.push_str("[]"),
            Data::Map(map) if map.entries.is_empty() => self.out.push_str("{}"),
            Data::List(list) => {
                let indent = if inline { indent } else { indent.saturating_sub(2) };
                for (at, item) in list.items.iter().enumerate() {
                    self.line(indent, inline && at == 0);
                    self.out.push_str("- ");
                    self.value(item, indent + 2, true)?;
                }
            }
            Data::Map(map) => {
                let mut entries: Vec<_> = map.entries.iter().collect();
                entries.sort_by_key(|(key, _)| *key);
                for (at, (key, entry)) in entries.into_iter().enumerate() {
                    self.line(indent, inline && at == 0);
                    self.quoted(key)?;
                    self.out.push(':');
                    let nested = match &entry.value.data {
                        Data::List(list) => !list.items.is_empty(),
                        Data::Map(map) => !map.entries.is_empty(),
                        _ => false,
                    };
                    self.out.push_str(if nested { "" } else { " " });
                    self.value(&entry.value, indent + 2, false)?;
                }
            }
            Data::Unknown(_) | Data::Text(_) | Data::Choice(_) => return None,
        }
        Some(())
    }

    fn line(&mut self, indent: usize, here: bool) {
        if !here {
            if !self.out.ends_with('\n') {
                self.out.push('\n');
            }
            self.out.extend(std::iter::repeat_n(' ', indent));
        }
    }

    fn quoted(&mut self, text: &str) -> Option<()> {
        let start = self.out.rfind('\n').map_or(0, |at| at + 1);
        let column = self.out.get(start..)?.chars().count();
        if !text.chars().all(|c| c == '\t' || is_printable(c))
            || (text.contains(' ') && column + text.chars().count() + 2 > WIDTH)
        {
            return None;
        }
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\t' => self.out.push_str("\\t"),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
        Some(())
    }

    fn block(&mut self, text: &str, indent: usize, inline: bool) -> Option<()> {
        let plain = text.chars().all(|c| c == '\n' || is_printable(c));
        if !plain || text.starts_with([' ', '\n']) || text.ends_with(' ') || text.contains(" \n") {
            return None;
        }
        let kept = text.trim_end_matches('\n');
        self.out.push_str(match text.len() - kept.len() {
            0 => "|-",
            1 => "|",
            _ => "|+",
        });
        // At the top there is no indentation to stand out from.
        let indent = if inline && indent == 0 { 2 } else { indent };
        for line in kept.split('\n') {
            self.out.push('\n');
            if !line.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.out.push_str(line);
            }
        }
        self.out.extend(std::iter::repeat_n('\n', text.len() - kept.len()));
        Some(())
    }
}

/// What the encoder writes as it is.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}
