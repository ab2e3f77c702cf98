//! JSON text to tree: strict, iterative, with spans. Equal keys are all kept; numbers keep their source text.
//!
//! Our own, because no JSON library gives spans of keys and values, keeps repeated keys and bounds nesting at once.

use super::SyntaxError;
use super::tree::{Builder, DEEPEST, MOST_NODES, NodeKind, Tree};
use crate::source::{FileId, Span};
use crate::value::Number;

/// Reads a JSON text. Behind an error nothing is read; what was read before it is kept, and marked as cut.
pub fn parse(file: FileId, text: &str) -> Tree {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { file, text, at: start, builder: Builder::new(file) };
    if let Err(error) = reader.document() {
        reader.builder.break_off();
        reader.builder.error(error);
    }
    reader.builder.finish()
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    builder: Builder,
}

type Outcome<T = ()> = Result<T, SyntaxError>;

impl Reader<'_> {
    fn document(&mut self) -> Outcome {
        self.skip_blanks();
        self.value()?;
        while let Some((mapping, empty)) = self.builder.innermost() {
            self.next_child(mapping, empty)?;
        }
        self.skip_blanks();
        if self.at < self.text.len() { self.fail("unexpected text behind the document") } else { Ok(()) }
    }

    /// Reads the next entry or element of the innermost collection, or its end.
    fn next_child(&mut self, mapping: bool, empty: bool) -> Outcome {
        let closing = if mapping { b'}' } else { b']' };
        self.skip_blanks();
        if self.peek() == Some(closing) {
            self.at += 1;
            self.builder.end(Some(offset(self.at)));
            return Ok(());
        }
        if !empty {
            match self.peek() {
                Some(b',') => self.at += 1,
                None => return self.fail(if mapping { "unclosed `{`" } else { "unclosed `[`" }),
                Some(_) => return self.fail(if mapping { "expected `,` or `}`" } else { "expected `,` or `]`" }),
            }
            self.skip_blanks();
            if self.peek() == Some(closing) {
                return self.fail("trailing comma");
            }
        }
        if mapping {
            self.key()?;
        }
        self.value()
    }

    fn key(&mut self) -> Outcome {
        if self.peek() != Some(b'"') {
            return self.fail("expected a quoted key");
        }
        self.string()?;
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return self.fail("expected `:`");
        }
        self.at += 1;
        self.skip_blanks();
        Ok(())
    }

    /// Reads a scalar, or begins a collection.
    fn value(&mut self) -> Outcome {
        if self.builder.is_full() {
            return self.fail(&format!("more than {MOST_NODES} values; the rest is not read"));
        }
        match self.peek() {
            Some(b'{') => self.begin(NodeKind::Mapping(Vec::new())),
            Some(b'[') => self.begin(NodeKind::Sequence(Vec::new())),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.word(),
            None => self.fail("unexpected end, expected a value"),
        }
    }

    fn begin(&mut self, kind: NodeKind) -> Outcome {
        if self.builder.depth() >= DEEPEST {
            return self.fail(&format!("nested deeper than {DEEPEST} levels"));
        }
        let start = self.at;
        self.at += 1;
        self.builder.begin(Span::new(self.file, start, self.at), None, kind);
        Ok(())
    }

    fn word(&mut self) -> Outcome {
        let words = [("true", NodeKind::Bool(true)), ("false", NodeKind::Bool(false)), ("null", NodeKind::Null)];
        for (word, kind) in words {
            if self.rest().starts_with(word) {
                let start = self.at;
                self.at += word.len();
                self.leaf(start, kind);
                return Ok(());
            }
        }
        self.fail("expected a value")
    }

    fn number(&mut self) -> Outcome {
        let start = self.at;
        self.skip(|byte| byte == b'-', 1);
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.skip(|byte| byte.is_ascii_digit(), if leading_zero { 1 } else { usize::MAX });
        let mut reads = whole > 0;
        if self.skip(|byte| byte == b'.', 1) == 1 {
            reads &= self.skip(|byte| byte.is_ascii_digit(), usize::MAX) > 0;
        }
        if self.skip(|byte| matches!(byte, b'e' | b'E'), 1) == 1 {
            self.skip(|byte| matches!(byte, b'+' | b'-'), 1);
            reads &= self.skip(|byte| byte.is_ascii_digit(), usize::MAX) > 0;
        }
        if !reads {
            return self.fail("invalid number");
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        match Number::parse(text) {
            Some(number) => self.leaf(start, NodeKind::Number(number)),
            // An exponent beyond every number that means anything; the text is all that can be said of it.
            None => self.leaf(start, NodeKind::String(text.into())),
        }
        Ok(())
    }

    fn string(&mut self) -> Outcome {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(length) = memchr::memchr2(b'"', b'\\', rest.as_bytes()) else {
                self.at = start;
                return self.fail("unterminated string");
            };
            let plain = rest.get(..length).unwrap_or_default();
            if let Some(control) = plain.bytes().position(|byte| byte < 0x20) {
                self.at += control;
                return self.fail("control character in a string");
            }
            text.push_str(plain);
            self.at += length;
            if self.peek() == Some(b'"') {
                self.at += 1;
                self.leaf(start, NodeKind::String(text.into()));
                return Ok(());
            }
            let character = self.escape()?;
            text.push(character);
        }
    }

    /// Reads an escape sequence. Half of a surrogate pair alone is U+FFFD.
    fn escape(&mut self) -> Outcome<char> {
        let letter = self.text.as_bytes().get(self.at + 1).copied();
        let character = match letter {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.fail("unknown escape sequence"),
        };
        self.at += 2;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Outcome<char> {
        let Some(first) = self.hex_at(self.at + 2) else { return self.fail("`\\u` needs four hexadecimal digits") };
        self.at += 6;
        let mut code = first;
        if (0xD800..0xDC00).contains(&first)
            && self.rest().starts_with("\\u")
            && let Some(second) = self.hex_at(self.at + 2)
            && (0xDC00..0xE000).contains(&second)
        {
            self.at += 6;
            code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        }
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex_at(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    }

    fn leaf(&mut self, start: usize, kind: NodeKind) {
        self.builder.leaf(Span::new(self.file, start, self.at), None, kind);
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'), usize::MAX);
    }

    /// Moves over at most `most` bytes of a kind; the number of them.
    fn skip(&mut self, belongs: impl Fn(u8) -> bool, most: usize) -> usize {
        let bytes = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = bytes.iter().take(most).take_while(|byte| belongs(**byte)).count();
        self.at += count;
        count
    }

    /// An error at the character that comes next.
    fn fail<T>(&self, message: &str) -> Outcome<T> {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        Err(SyntaxError { span: Span::new(self.file, self.at, self.at + length), message: message.to_owned() })
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
