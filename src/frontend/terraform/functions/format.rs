//! `format` and `formatlist`.

use super::super::expr::decimal::Decimal;
use super::super::expr::{Type, convert};
use super::{Call, Outcome, encoding};
use crate::value::{Collection, Data, Kind, Number, Value};

/// A piece of a format string.
enum Piece {
    Literal(String),
    Verb(Verb),
}

/// `%[1]-05.2f`
struct Verb {
    /// The argument it prints, from 0.
    argument: usize,
    minus: bool,
    plus: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    letter: char,
}

/// A width or precision above this is refused.
const MOST_WIDTH: usize = 1_024;

/// `format(spec, arguments...)`
pub(super) fn format(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let spec = call.text(values, 0, Some(Kind::String))?;
    let Some(pieces) = parse(&spec) else { return Err(call.unknown(Some(Kind::String), values)) };
    let mut parts = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Literal(text) => parts.push(call.string(text)),
            Piece::Verb(verb) => {
                let Some(value) = values.get(verb.argument + 1) else {
                    return Err(call.error("an argument is missing"));
                };
                match printed(call, &verb, value) {
                    Some(Ok(text)) => parts.push(text),
                    Some(Err(error)) => return Err(error),
                    None => return Err(call.unknown(Some(Kind::String), values)),
                }
            }
        }
    }
    Ok(call.ev.joined(&parts, call.span))
}

/// `formatlist(spec, arguments...)`: once for every element of the arguments that are lists.
pub(super) fn format_list(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let mut count = None;
    for value in values.iter().skip(1) {
        match &value.data {
            Data::List(list) if list.rest.is_none() && count.is_none_or(|count| count == list.items.len()) => {
                count = Some(list.items.len());
            }
            Data::List(list) if list.rest.is_none() => return Err(call.error("the lists differ in length")),
            Data::List(_) => return Err(call.unknown(Some(Kind::List), values)),
            Data::Unknown(unknown) if matches!(unknown.refine.kind, None | Some(Kind::List)) => {
                return Err(call.unknown(Some(Kind::List), values));
            }
            _ => {}
        }
    }
    let mut texts = Vec::new();
    for at in 0..count.unwrap_or(1) {
        let row: Vec<Value> = values
            .iter()
            .map(|value| match &value.data {
                Data::List(list) => list.items.get(at).cloned().unwrap_or_else(|| Value::null(value.span)),
                _ => value.clone(),
            })
            .collect();
        texts.push(format(call, &row)?);
    }
    Ok(call.list(texts, Collection::List))
}

/// The pieces of a format string; `None` for what is not understood.
fn parse(spec: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut next = 0;
    let mut rest = spec;
    while let Some(at) = rest.find('%') {
        let (before, behind) = rest.split_at(at);
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        let behind = behind.get(1..)?;
        if let Some(behind) = behind.strip_prefix('%') {
            pieces.push(Piece::Literal("%".to_owned()));
            rest = behind;
            continue;
        }
        let (verb, behind) = parse_verb(behind, next)?;
        next = verb.argument + 1;
        pieces.push(Piece::Verb(verb));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Some(pieces)
}

fn parse_verb(text: &str, next: usize) -> Option<(Verb, &str)> {
    let mut verb =
        Verb { argument: next, minus: false, plus: false, zero: false, width: None, precision: None, letter: 'v' };
    let mut rest = explicit_argument(text, &mut verb)?;
    while let Some(flag) = rest.chars().next().filter(|c| "-+0 #".contains(*c)) {
        match flag {
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            '0' => verb.zero = true,
            _ => return None,
        }
        rest = rest.get(1..)?;
    }
    (verb.width, rest) = number(rest)?;
    if let Some(behind) = rest.strip_prefix('.') {
        let (precision, behind) = number(behind)?;
        verb.precision = Some(precision.unwrap_or(0));
        rest = behind;
    }
    rest = explicit_argument(rest, &mut verb)?;
    verb.letter = rest.chars().next()?;
    let behind = rest.get(verb.letter.len_utf8()..)?;
    Some((verb, behind))
}

/// `[2]`
fn explicit_argument<'t>(text: &'t str, verb: &mut Verb) -> Option<&'t str> {
    let Some(inside) = text.strip_prefix('[') else { return Some(text) };
    let (index, behind) = inside.split_once(']')?;
    verb.argument = index.parse::<usize>().ok()?.checked_sub(1)?;
    Some(behind)
}

fn number(text: &str) -> Option<(Option<usize>, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    if number.is_empty() {
        return Some((None, rest));
    }
    Some((Some(number.parse().ok().filter(|number| *number <= MOST_WIDTH)?), rest))
}

/// An argument as the verb prints it; `None` when that is not known.
fn printed(call: &mut Call<'_, '_>, verb: &Verb, value: &Value) -> Option<Outcome> {
    let padded = verb.width.is_some() || verb.precision.is_some();
    if matches!(value.data, Data::Null | Data::Absent) && verb.letter != 'v' {
        return Some(Err(call.error("an argument is null")));
    }
    match verb.letter {
        's' | 'v' if is_text(value) && !padded => Some(Ok(convert(value, &Type::String))),
        's' | 'v' | 'q' => {
            let plain = matches!(value.data, Data::String(_) | Data::Number(_) | Data::Bool(_));
            let text = match (plain, verb.letter) {
                (true, 's' | 'v') => convert(value, &Type::String),
                (true, _) => encoding::encode(call.ev, &convert(value, &Type::String), call.span),
                (false, 'v') => encoding::encode(call.ev, value, call.span),
                (false, _) => return None,
            };
            if !padded {
                return Some(Ok(text));
            }
            let text = text.as_str()?;
            let cut: String = match verb.precision {
                Some(precision) => text.chars().take(precision).collect(),
                None => text.to_owned(),
            };
            Some(Ok(call.string(pad(verb, &cut, false))))
        }
        't' => Some(Ok(convert(value, &Type::Bool))).filter(|_| !padded),
        'd' | 'f' | 'x' | 'X' | 'b' | 'o' => {
            let number = call.decimal(std::slice::from_ref(value), 0, None);
            let text = match number {
                Ok(number) => number_text(verb, number)?,
                Err(error) if error.as_unknown().is_some_and(super::is_invalid) => return Some(Err(error)),
                Err(_) => return None,
            };
            let signed = if verb.plus && !text.starts_with('-') { format!("+{text}") } else { text };
            Some(Ok(call.string(pad(verb, &signed, true))))
        }
        _ => None,
    }
}

fn is_text(value: &Value) -> bool {
    match &value.data {
        Data::String(_) | Data::Text(_) | Data::Number(_) | Data::Bool(_) => true,
        Data::Unknown(unknown) => matches!(unknown.refine.kind, Some(Kind::String)) && unknown.refine.not_null,
        _ => false,
    }
}

fn number_text(verb: &Verb, number: Decimal) -> Option<String> {
    let whole = number.floor().filter(|_| number.as_whole().is_some()).and_then(Decimal::as_whole);
    match verb.letter {
        'd' => whole.map(|whole| whole.to_string()),
        'x' => whole.filter(|whole| *whole >= 0).map(|whole| format!("{whole:x}")),
        'X' => whole.filter(|whole| *whole >= 0).map(|whole| format!("{whole:X}")),
        'b' => whole.filter(|whole| *whole >= 0).map(|whole| format!("{whole:b}")),
        'o' => whole.filter(|whole| *whole >= 0).map(|whole| format!("{whole:o}")),
        _ => {
            let number: Number = number.number();
            Some(format!("{:.*}", verb.precision.unwrap_or(6), number.as_f64()))
        }
    }
}

fn pad(verb: &Verb, text: &str, number: bool) -> String {
    let missing = verb.width.unwrap_or(0).saturating_sub(text.chars().count());
    match (verb.minus, verb.zero && number) {
        (true, _) => format!("{text}{}", " ".repeat(missing)),
        (false, true) => {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
            format!("{sign}{}{digits}", "0".repeat(missing))
        }
        (false, false) => format!("{}{text}", " ".repeat(missing)),
    }
}
