//! JSON inside strings: policies written as heredocs, `Fn::Sub`, `Fn::Join` or `jsonencode`, with holes where values are
//! not known.

mod spelling;

pub(crate) use spelling::align;

use crate::source::{SourceMap, Span};
use crate::value::{Data, Entry, List, Map, Number, Part, Refine, Shape, Term, Unknown, Value, Why};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Documents nested deeper than this are unknown; policies stay under ten.
const DEEPEST: usize = 64;

/// Stands for a hole in the joined text; only the recorded offsets count, so that it may occur in the text itself.
const HOLE: char = '\u{fffc}';

/// The unknown that stands, without quotes, in a value's place of a JSON text, because an encoder put it there: it is the
/// JSON of the given one, and [`parse_json`] gives that back.
pub fn encoded(unknown: &Unknown) -> Unknown {
    let term = Term::call("jsonencode", [unknown.term.clone()]);
    Unknown::new(unknown.why.clone(), term).refined(Refine::string(Shape::non_empty()))
}

/// The value whose JSON an unknown is.
fn decoded(unknown: &Unknown) -> Unknown {
    match &unknown.term {
        Term::Call(name, arguments) if &**name == "jsonencode" && arguments.len() == 1 => match arguments.first() {
            Some(term) => Unknown::new(unknown.why.clone(), term.clone()),
            None => unknown.derive("jsondecode"),
        },
        _ => unknown.derive("jsondecode"),
    }
}

/// Reads a string or text as JSON. Of a string that an encoder made, it is the encoded value itself. A hole inside a string literal gives a text, a hole in a value's place gives an unknown
/// value, a hole in a key makes its object open, a hole among entries or elements opens the object or list. Spans point
/// into the literal pieces where the source spells them, else at the whole piece. A choice gives a choice, an unknown
/// value an unknown one. `None` when the text is no JSON for any filling of its holes, or the value is no string.
pub fn parse_json(text: &Value, sources: &SourceMap) -> Option<Value> {
    if let Some(structure) = &text.structure {
        let value = Value { via: structure.via.clone().or_else(|| text.via.clone()), ..(**structure).clone() };
        return Some(value.with_sensitive(text.sensitive));
    }
    let parts = match &text.data {
        Data::Unknown(unknown) => return Some(Value::unknown(decoded(unknown), text.span)),
        Data::Choice(_) => return parse_choice(text, sources),
        Data::String(_) | Data::Text(_) => text.as_parts()?,
        _ => return None,
    };
    let mut reader = Reader::new(&parts, text, sources);
    let mut value = match reader.document() {
        Some(value) => value,
        // A hole between tokens may hold whatever is missing.
        None => {
            let hole = reader.bare_hole.as_ref().or_else(|| reader.holes.get(&reader.at))?;
            Value::unknown(hole.derive("jsondecode"), text.span)
        }
    };
    value.via = text.via.clone();
    Some(value.with_sensitive(text.sensitive))
}

fn parse_choice(text: &Value, sources: &SourceMap) -> Option<Value> {
    let mut any = false;
    let value = text.each(&mut |arm| match parse_json(arm, sources) {
        Some(value) => {
            any = true;
            value
        }
        None if arm.is_absent() => arm.clone(),
        None => Value::opaque(Why::Invalid("text that is no JSON".into()), arm.span),
    });
    any.then_some(value)
}

struct Reader {
    /// The parts joined, a [`HOLE`] for each hole.
    text: String,
    at: usize,
    holes: BTreeMap<usize, Arc<Unknown>>,
    pieces: Vec<Piece>,
    whole: Span,
    /// A hole that stands outside of every string literal, once one was met.
    bare_hole: Option<Arc<Unknown>>,
    depth: usize,
}

/// A part of the text: where it starts and ends in the joined text, and in the source.
struct Piece {
    start: usize,
    end: usize,
    span: Span,
    /// For each byte, and the end, its offset in the span.
    offsets: Option<Vec<usize>>,
}

impl Reader {
    fn new(parts: &[Part], whole: &Value, sources: &SourceMap) -> Self {
        let (mut text, mut holes, mut pieces) = (String::new(), BTreeMap::new(), Vec::new());
        for part in parts {
            let start = text.len();
            let (span, offsets) = match part {
                Part::Hole(unknown, span) => {
                    holes.insert(start, unknown.clone());
                    text.push(HOLE);
                    (*span, None)
                }
                Part::Literal(literal, span) => {
                    text.push_str(literal);
                    (*span, align(literal, sources.slice(*span)))
                }
            };
            pieces.push(Piece { start, end: text.len(), span, offsets });
        }
        Self { text, at: 0, holes, pieces, whole: whole.span, bare_hole: None, depth: 0 }
    }

    fn document(&mut self) -> Option<Value> {
        let value = self.value()?;
        self.skip_blanks();
        (self.at == self.text.len()).then_some(value)
    }

    fn value(&mut self) -> Option<Value> {
        self.skip_blanks();
        if let Some((unknown, span)) = self.take_bare_hole() {
            return Some(Value::unknown(decoded(&unknown), span));
        }
        let start = self.at;
        match self.peek()? {
            '{' => self.nested(Self::object),
            '[' => self.nested(Self::array),
            '"' => self.string(),
            '-' | '0'..='9' => {
                let length = self.rest().find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
                self.at += length.unwrap_or(self.rest().len());
                let number = Number::parse(self.text.get(start..self.at)?)?;
                self.token_ends()?;
                Some(Value::new(Data::Number(number), self.place(start, self.at)))
            }
            _ => {
                let words = [("true", Data::Bool(true)), ("false", Data::Bool(false)), ("null", Data::Null)];
                let (word, data) = words.into_iter().find(|(word, _)| self.rest().starts_with(word))?;
                self.at += word.len();
                self.token_ends()?;
                Some(Value::new(data, self.place(start, self.at)))
            }
        }
    }

    /// Reads an object or array, unless it is nested too deep.
    fn nested(&mut self, read: fn(&mut Self) -> Option<Value>) -> Option<Value> {
        if self.depth >= DEEPEST {
            self.bare_hole.get_or_insert_with(|| {
                let why = Why::Budget(format!("a document nested deeper than {DEEPEST} levels").into());
                Arc::new(Unknown::new(why, Term::Opaque(self.whole, 0)))
            });
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Option<Value> {
        let start = self.at;
        self.at += 1;
        let mut map = Map { entries: IndexMap::new(), rest: None };
        let mut separated = true;
        loop {
            self.skip_blanks();
            if self.take('}') {
                return Some(Value::new(Data::Map(Arc::new(map)), self.place(start, self.at)));
            }
            if let Some((unknown, _)) = self.take_bare_hole() {
                map.rest.get_or_insert_with(|| Arc::new(unknown.derive("json entries")));
                separated = true;
            } else if self.take(',') {
                separated = true;
            } else if separated && self.peek()? == '"' {
                self.entry(&mut map)?;
                separated = false;
            } else {
                return None;
            }
        }
    }

    fn entry(&mut self, map: &mut Map) -> Option<()> {
        let key = self.string()?;
        self.skip_blanks();
        if !self.take(':') {
            return None;
        }
        let value = self.value()?;
        match &key.data {
            Data::String(name) => {
                map.entries.insert(name.clone(), Entry { key_span: key.span, value });
            }
            _ => {
                let why = Why::Function("a key that is not known".into());
                map.rest.get_or_insert_with(|| Arc::new(Unknown::new(why, Term::call("json entries", [key.term()]))));
            }
        }
        Some(())
    }

    fn array(&mut self) -> Option<Value> {
        let start = self.at;
        self.at += 1;
        let mut list = List::default();
        let mut separated = true;
        loop {
            self.skip_blanks();
            if self.take(']') {
                return Some(Value::new(Data::List(Arc::new(list)), self.place(start, self.at)));
            }
            if let Some((unknown, _)) = self.take_bare_hole() {
                // The hole may hold several elements, or none.
                list.rest.get_or_insert_with(|| Arc::new(unknown.derive("json elements")));
                separated = true;
            } else if self.take(',') {
                separated = true;
            } else if separated {
                list.items.push(self.value()?);
                separated = false;
            } else {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<Value> {
        let start = self.at;
        self.at += 1;
        let mut parts = Vec::new();
        let (mut literal, mut literal_start) = (String::new(), self.at);
        loop {
            if let Some(unknown) = self.holes.get(&self.at).cloned() {
                parts.push(Part::Literal(std::mem::take(&mut literal).into(), self.place(literal_start, self.at)));
                parts.push(Part::Hole(unknown, self.place(self.at, self.at + HOLE.len_utf8())));
                self.at += HOLE.len_utf8();
                literal_start = self.at;
                continue;
            }
            match self.peek()? {
                '"' => break,
                '\\' => literal.push(self.escape()?),
                c => {
                    literal.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        parts.push(Part::Literal(literal.into(), self.place(literal_start, self.at)));
        self.at += 1;
        // A string that is one literal keeps the place between the quotes, so that a place in it is one in the source.
        let span = match parts.as_slice() {
            [Part::Literal(_, span)] => *span,
            _ => self.place(start, self.at),
        };
        Some(Value::text(parts, span))
    }

    fn escape(&mut self) -> Option<char> {
        let letter = self.rest().chars().nth(1)?;
        self.at += 1 + letter.len_utf8();
        Some(match letter {
            '"' | '\\' | '/' => letter,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let first = self.hex()?;
                let pair = (0xD800..0xDC00).contains(&first) && self.rest().starts_with("\\u");
                if pair {
                    self.at += 2;
                }
                let second = if pair { Some(self.hex()?) } else { None };
                let units = std::iter::once(first).chain(second);
                char::decode_utf16(units).next()?.unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u16> {
        let unit = u16::from_str_radix(self.rest().get(..4)?, 16).ok()?;
        self.at += 4;
        Some(unit)
    }

    /// A hole outside of every string literal. Not one that is glued to a number or word, which may be part of it.
    fn take_bare_hole(&mut self) -> Option<(Arc<Unknown>, Span)> {
        let unknown = self.holes.get(&self.at)?.clone();
        let behind = self.at + HOLE.len_utf8();
        let next = self.text.get(behind..)?.chars().next();
        if next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '-' | '+' | '.')) {
            return None;
        }
        let span = self.place(self.at, behind);
        self.at = behind;
        self.bare_hole.get_or_insert_with(|| unknown.clone());
        Some((unknown, span))
    }

    /// A hole right behind a number or word may hold the rest of it.
    fn token_ends(&self) -> Option<()> {
        (!self.holes.contains_key(&self.at)).then_some(())
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// Where the source has the range `start..end` of the joined text.
    fn place(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize, is_start: bool| {
            let before = |piece: &Piece| if is_start { piece.start <= offset } else { piece.start < offset };
            let last = self.pieces.partition_point(before).checked_sub(1)?;
            let inside = |piece: &&Piece| if is_start { offset < piece.end } else { offset <= piece.end };
            let piece = self.pieces.get(last).filter(inside)?;
            let Some(offsets) = &piece.offsets else { return Some(piece.span) };
            let within = *offsets.get(offset - piece.start)?;
            Some(piece.span.part(within, within))
        };
        match (at(start, true), at(end, false)) {
            (Some(from), Some(to)) if start < end => from.to(to),
            (Some(only), _) | (_, Some(only)) => only,
            (None, None) => self.whole,
        }
    }
}

#[cfg(test)]
mod tests;
