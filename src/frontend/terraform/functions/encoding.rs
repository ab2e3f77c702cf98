//! JSON, Base64 and URLs.

use super::super::expr::decimal::canonical;
use super::super::expr::{Evaluator, MOST_TEXT};
use super::{Call, Outcome, is_invalid};
use crate::frontend::document::encoded;
use crate::source::Span;
use crate::value::{Collection, Data, Entry, Kind, Map, Number, Part, Value};
use std::sync::Arc;

/// `jsonencode(value)`: the text, with holes for what is not known, and the value itself beside it.
pub(super) fn json_encode(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let value = call.argument(values, 0)?;
    if value.as_unknown().is_some_and(is_invalid) {
        return Err(value.clone());
    }
    let text = encode(call.ev, value, call.span);
    Ok(Value { structure: Some(Arc::new(value.clone())), ..text })
}

/// The JSON of a value without choices. What the source spells keeps its place.
pub(super) fn encode(ev: &mut Evaluator<'_>, value: &Value, span: Span) -> Value {
    let mut writer = Writer { parts: Vec::new(), length: 0, pending: String::new(), span };
    if writer.value(value).is_none() {
        return ev.derived("jsonencode", Some(Kind::String), std::slice::from_ref(value), span);
    }
    writer.flush();
    let text = Value::text(writer.parts, span);
    // A lone hole is already the JSON of the unknown.
    Value { span, ..text }
}

struct Writer {
    parts: Vec<Part>,
    /// How many bytes were written.
    length: usize,
    /// Punctuation, which the source does not spell.
    pending: String,
    span: Span,
}

impl Writer {
    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let text = std::mem::take(&mut self.pending);
            self.parts.push(Part::Literal(text.into(), self.span));
        }
    }

    fn part(&mut self, part: Part) {
        self.flush();
        self.length += if let Part::Literal(text, _) = &part { text.len() } else { 1 };
        self.parts.push(part);
    }

    /// `None` for an open list or map: nobody knows where its text would go on. And for what is too long.
    fn value(&mut self, value: &Value) -> Option<()> {
        if self.length > MOST_TEXT {
            return None;
        }
        match &value.data {
            Data::Null | Data::Absent => self.pending.push_str("null"),
            Data::Bool(known) => self.pending.push_str(if *known { "true" } else { "false" }),
            Data::Number(number) => self.part(Part::Literal(canonical(number).text().into(), value.span)),
            Data::String(_) | Data::Text(_) => {
                self.pending.push('"');
                value.as_parts()?.into_iter().for_each(|part| self.inside_quotes(part));
                self.pending.push('"');
            }
            Data::List(list) if list.rest.is_none() => {
                self.pending.push('[');
                for (at, item) in list.items.iter().enumerate() {
                    self.pending.push_str(if at > 0 { "," } else { "" });
                    self.value(item)?;
                }
                self.pending.push(']');
            }
            Data::Map(map) if map.rest.is_none() => {
                let mut entries: Vec<_> = map.entries.iter().filter(|(_, entry)| !entry.value.is_absent()).collect();
                entries.sort_by_key(|(key, _)| *key);
                self.pending.push('{');
                for (at, (key, entry)) in entries.into_iter().enumerate() {
                    self.pending.push_str(if at > 0 { ",\"" } else { "\"" });
                    self.inside_quotes(Part::Literal(key.clone(), entry.key_span));
                    self.pending.push_str("\":");
                    self.value(&entry.value)?;
                }
                self.pending.push('}');
            }
            Data::Unknown(unknown) => self.part(Part::Hole(Arc::new(encoded(unknown)), value.span)),
            Data::List(_) | Data::Map(_) | Data::Choice(_) => return None,
        }
        Some(())
    }

    fn inside_quotes(&mut self, part: Part) {
        match part {
            Part::Literal(text, span) => self.part(Part::Literal(escaped(&text).into(), span)),
            hole @ Part::Hole(..) => self.part(hole),
        }
    }
}

/// A string as Go's encoder writes it between quotes: `<`, `>` and `&` are escaped too.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// `jsondecode(text)`: of what was encoded here, the value itself.
pub(super) fn json_decode(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let value = call.argument(values, 0)?;
    if let Some(structure) = &value.structure {
        return Ok(as_decoded(structure));
    }
    let text = call.text(values, 0, None)?;
    let place = value.span;
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(json) => Ok(from_json(call, &json, place)),
        Err(_) => Err(call.error("the text is no JSON")),
    }
}

/// A decoded value knows tuples and objects only.
pub(super) fn as_decoded(value: &Value) -> Value {
    let collection = match &value.data {
        Data::List(_) => Some(Collection::Tuple),
        Data::Map(_) => Some(Collection::Object),
        _ => None,
    };
    Value { collection, ..value.clone() }
}

fn from_json(call: &mut Call<'_, '_>, json: &serde_json::Value, span: Span) -> Value {
    match json {
        serde_json::Value::Null => Value::null(span),
        serde_json::Value::Bool(known) => Value::bool(*known, span),
        serde_json::Value::Number(number) => match Number::parse(&number.to_string()) {
            Some(number) => Value::new(Data::Number(canonical(&number)), span),
            None => call.error("a number is too large"),
        },
        serde_json::Value::String(text) => Value::string(text.as_str(), span),
        serde_json::Value::Array(items) => {
            let items = items.iter().map(|item| from_json(call, item, span)).collect();
            call.list(items, Collection::Tuple)
        }
        serde_json::Value::Object(entries) => {
            let mut map = Map::default();
            for (key, value) in entries {
                let value = from_json(call, value, span);
                map.entries.insert(key.as_str().into(), Entry { key_span: span, value });
            }
            call.map(map, Collection::Object)
        }
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4_usize {
            let digit = (bits >> (18 - 6 * at)) & 63;
            let letter = ALPHABET.get(digit as usize).copied().map_or('=', char::from);
            text.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

/// The bytes of a Base64 text; `None` when it is none.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let kept = digits.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    if !digits.len().is_multiple_of(4) || digits.len() - kept > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(kept);
    for chunk in digits.get(..kept)?.chunks(4) {
        let mut bits = 0_u32;
        for digit in chunk {
            let value = ALPHABET.iter().position(|letter| letter == digit)?;
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        bits <<= 6 * (4 - chunk.len());
        let whole = [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
        bytes.extend(whole.iter().take(chunk.len() * 6 / 8));
    }
    Some(bytes)
}

/// `base64encode(text)`
pub(super) fn base64_encode(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let text = call.text(values, 0, Some(Kind::String))?;
    Ok(call.string(base64(text.as_bytes())))
}

/// `base64decode(text)`
pub(super) fn base64_decode(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let text = call.text(values, 0, Some(Kind::String))?;
    match from_base64(&text).and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(text) => Ok(call.string(text)),
        None => Err(call.error("the text is no Base64 of a text")),
    }
}

/// `urlencode(text)`: blanks become `+`.
pub(super) fn url_encode(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let text = call.text(values, 0, Some(Kind::String))?;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(call.string(out))
}
