//! Strings in templates: placeholders of `Fn::Sub`, dynamic references, splitting, base 64.

use super::parameters::MOST_ITEMS;
use crate::source::Span;
use crate::value::{Data, Part, Refine, Shape, Term, Unknown, Value, Why};
use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::Arc;

/// A piece of a `Fn::Sub` text, as byte ranges of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it is.
    Literal(Range<usize>),
    /// The inside of `${!...}`, which prints as `${...}`.
    Escaped(Range<usize>),
    /// The inside of `${...}`, blanks trimmed.
    Hole(Range<usize>),
}

/// Takes the text of a `Fn::Sub` apart. A `${` that is never closed is text.
pub(super) fn placeholders(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut literal_start, mut at) = (0, 0);
    while let Some(open) = text.get(at..).and_then(|rest| rest.find("${")).map(|found| at + found) {
        let inside = open + 2;
        let Some(close) = text.get(inside..).and_then(|rest| rest.find('}')).map(|found| inside + found) else { break };
        at = close + 1;
        let content = text.get(inside..close).unwrap_or_default();
        let piece = match content.strip_prefix('!') {
            Some(_) => Piece::Escaped(inside + 1..close),
            None if content.trim().is_empty() => continue,
            None => {
                let start = inside + content.len() - content.trim_start().len();
                Piece::Hole(start..start + content.trim().len())
            }
        };
        pieces.push(Piece::Literal(literal_start..open));
        pieces.push(piece);
        literal_start = at;
    }
    pieces.push(Piece::Literal(literal_start..text.len()));
    pieces.retain(|piece| !matches!(piece, Piece::Literal(range) if range.is_empty()));
    pieces
}

/// Strings can refer to names made of strings; longer ones than this are unknown.
const LONGEST: usize = 4 << 20;
const MOST_PARTS: usize = 1 << 16;

/// A string from parts. Dynamic references become holes, as they are resolved after all functions. A string that is a
/// single hole keeps that hole's identity.
pub(super) fn text(parts: Vec<Part>, span: Span) -> Value {
    let length = |part: &Part| if let Part::Literal(text, _) = part { text.len() } else { 0 };
    if parts.len() > MOST_PARTS || parts.iter().map(length).sum::<usize>() > LONGEST {
        return Value::opaque(Why::Budget("a string too long to be read".into()), span);
    }
    let parts = with_dynamic_references(parts);
    let mut filled = parts.iter().filter(|part| !matches!(part, Part::Literal(text, _) if text.is_empty()));
    if let (Some(Part::Hole(unknown, _)), None) = (filled.next(), filled.next()) {
        return Value::new(Data::Unknown(unknown.clone()), span);
    }
    Value::text(parts, span)
}

const OPENING: &str = "{{resolve:";
const CLOSING: &str = "}}";

/// Replaces `{{resolve:...}}` by a hole; the reference itself may contain holes.
fn with_dynamic_references(parts: Vec<Part>) -> Vec<Part> {
    let has_reference = |part: &Part| matches!(part, Part::Literal(text, _) if text.contains(OPENING));
    if !parts.iter().any(has_reference) {
        return parts;
    }
    let mut done = Vec::new();
    // The parts of a reference whose end was not met, behind `{{resolve:`.
    let mut open: Option<(Span, Vec<Part>)> = None;
    for part in parts {
        let Part::Literal(text, span) = part else {
            open.as_mut().map_or(&mut done, |(_, inside)| inside).push(part);
            continue;
        };
        let mut rest = 0..text.len();
        while !rest.is_empty() {
            let marker = if open.is_some() { CLOSING } else { OPENING };
            let found = text.get(rest.clone()).and_then(|text| text.find(marker)).map(|at| rest.start + at);
            let end = found.unwrap_or(rest.end);
            let piece = literal(&text, span, rest.start..end);
            rest.start = found.map_or(rest.end, |at| at + marker.len());
            open = match open.take() {
                None => {
                    done.push(piece);
                    found.map(|at| (place(&text, span, at..at + marker.len()), Vec::new()))
                }
                Some((start, mut inside)) => {
                    inside.push(piece);
                    if found.is_none() {
                        Some((start, inside))
                    } else {
                        let whole = start.to(place(&text, span, end..rest.start));
                        done.push(Part::Hole(Arc::new(reference(inside)), whole));
                        None
                    }
                }
            };
        }
    }
    if let Some((start, inside)) = open {
        done.push(Part::Literal(OPENING.into(), start));
        done.extend(inside);
    }
    done
}

/// What a dynamic reference stands for. Equal references have equal values.
fn reference(inside: Vec<Part>) -> Unknown {
    let readable: String = inside
        .iter()
        .map(|part| match part {
            Part::Literal(text, _) => text.as_ref(),
            Part::Hole(..) => "…",
        })
        .collect();
    let is_known = inside.iter().all(|part| matches!(part, Part::Literal(..)));
    let term = if is_known {
        Term::Dynamic(readable.as_str().into())
    } else {
        Term::call(
            "resolve",
            inside.iter().map(|part| match part {
                Part::Literal(text, _) => Term::literal(text),
                Part::Hole(unknown, _) => unknown.term.clone(),
            }),
        )
    };
    // Whatever it is, the deployment fails when there is nothing.
    let refine = Refine { not_null: true, ..Refine::default() };
    Unknown::new(Why::DynamicReference(readable.into()), term).refined(refine)
}

fn literal(text: &Arc<str>, span: Span, range: Range<usize>) -> Part {
    Part::Literal(text.get(range.clone()).unwrap_or_default().into(), place(text, span, range))
}

/// Where a range of a literal is written: exactly, if the source spells it byte by byte.
fn place(text: &str, span: Span, range: Range<usize>) -> Span {
    if span.len() == text.len() { span.part(range.start, range.end) } else { span }
}

/// Splits a string with holes: into [`MOST_ITEMS`] and a few elements at most. `None` when a hole may contain the
/// delimiter, or a part of it.
pub(super) fn split(parts: &[Part], delimiter: &str, span: Span) -> Option<Vec<Value>> {
    let mut fields: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        match part {
            Part::Hole(unknown, _) => {
                let may_hold = |c: char| {
                    let somewhere = Shape::any().then(&Shape::literal(&c.to_string())).then(&Shape::any());
                    unknown.refine.shape.overlaps(&somewhere)
                };
                if delimiter.chars().any(may_hold) {
                    return None;
                }
                fields.last_mut()?.push(part.clone());
            }
            Part::Literal(literal_text, place_of) => {
                let mut start = 0;
                while let Some(found) = literal_text.get(start..).and_then(|rest| rest.find(delimiter)) {
                    if fields.len() > MOST_ITEMS {
                        break;
                    }
                    fields.last_mut()?.push(literal(literal_text, *place_of, start..start + found));
                    fields.push(Vec::new());
                    start += found + delimiter.len();
                }
                fields.last_mut()?.push(literal(literal_text, *place_of, start..literal_text.len()));
            }
        }
    }
    Some(fields.into_iter().map(|parts| text(parts, span)).collect())
}

/// Base 64 with padding, as `Fn::Base64` writes it.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * place) & 63) as usize).copied().unwrap_or_default();
            encoded.push(if place > group.len() { '=' } else { char::from(letter) });
        }
    }
    encoded
}

/// The first blocks of an IPv4 block, each with so many bits for hosts. `None` where they do not fit, or a number is none.
pub(super) fn subnets(block: &str, count: &str, bits: &str) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let address = u64::from(u32::from(address.parse::<Ipv4Addr>().ok()?));
    let (prefix, count, bits) = (prefix.parse::<u32>().ok()?, count.parse::<u64>().ok()?, bits.parse::<u32>().ok()?);
    let whole = 32_u32.checked_sub(prefix)?;
    if bits > whole || !(1..=256).contains(&count) || count > 1 << (whole - bits) {
        return None;
    }
    let first = address >> whole << whole;
    let blocks = (0..count).map(|at| {
        let start = u32::try_from(first + (at << bits)).ok()?;
        Some(format!("{}/{}", Ipv4Addr::from(start), 32 - bits))
    });
    blocks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found() {
        let text = "a-${P}-${!Literal}${ Q.Arn }$P {P} ${} ${";
        let shown: Vec<String> = placeholders(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Literal(range) => format!("'{}'", &text[range]),
                Piece::Escaped(range) => format!("!{}", &text[range]),
                Piece::Hole(range) => format!("?{}", &text[range]),
            })
            .collect();
        assert_eq!(shown, ["'a-'", "?P", "'-'", "!Literal", "?Q.Arn", "'$P {P} ${} ${'"]);
    }

    #[test]
    fn base64_is_padded() {
        let encoded: Vec<String> = ["", "h", "hi", "hi!", "ÿ~"].iter().map(|text| base64(text.as_bytes())).collect();
        assert_eq!(encoded, ["", "aA==", "aGk=", "aGkh", "w79+"]);
    }
}
