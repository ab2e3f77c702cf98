//! CSV, as Go reads it.

use super::{Call, Outcome};
use crate::value::{Collection, Entry, Kind, Map, Value};
use std::sync::Arc;

/// `csvdecode(text)`: a list of maps, one for each line under the header.
pub(super) fn decode(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let text = call.text(values, 0, Some(Kind::List))?;
    let place = call.argument(values, 0)?.span;
    let mut lines = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in lines.records() {
        match record {
            Ok(record) => records.push(record),
            Err(_) => return Err(call.error("a line has another number of fields than the header")),
        }
    }
    if has_stray_quote(&text) {
        return Err(call.error("a quote stands inside a field"));
    }
    let mut records = records.into_iter();
    let Some(header) = records.next() else { return Err(call.error("there is no header")) };
    let names: Vec<Arc<str>> = header.iter().map(Arc::from).collect();
    if names.iter().enumerate().any(|(at, name)| names.iter().take(at).any(|before| before == name)) {
        return Err(call.error("two columns have one name"));
    }
    let mut rows = Vec::new();
    for record in records {
        let mut map = Map::default();
        for (name, field) in names.iter().zip(&record) {
            // Line ends inside quotes are read as one character.
            let value = Value::string(field.replace("\r\n", "\n"), place);
            map.entries.insert(name.clone(), Entry { key_span: place, value });
        }
        rows.push(call.map(map, Collection::Object));
    }
    Ok(call.list(rows, Collection::List))
}

/// True when a field holds a quote and does not begin with one, or goes on behind its closing quote: the crate reads over it,
/// Go refuses it.
fn has_stray_quote(text: &str) -> bool {
    let mut state = Field::Start;
    for c in text.chars() {
        state = match (state, c) {
            (Field::Start, '"') => Field::Quoted,
            (Field::Quoted, '"') => Field::Closed,
            (Field::Closed, '"') => Field::Quoted,
            (Field::Quoted, _) => Field::Quoted,
            (_, ',' | '\n') => Field::Start,
            (Field::Closed, '\r') => Field::Closed,
            (Field::Closed, _) | (Field::Bare, '"') => return true,
            _ => Field::Bare,
        };
    }
    matches!(state, Field::Quoted)
}

#[derive(Clone, Copy)]
enum Field {
    Start,
    Bare,
    Quoted,
    Closed,
}
