//! The text of a rule file, and places in it.

use crate::frontend::Diagnostic;
use crate::source::{FileId, SourceFile, Span};
use rhai::Position;
use std::sync::Arc;

/// A rule file.
#[derive(Debug)]
pub(super) struct Script {
    /// The text with its lines.
    pub(super) source: Arc<SourceFile>,
    /// Its id in the run's source map.
    pub(super) file: FileId,
}

impl Script {
    /// The token at a position of Rhai, which counts characters and knows no ends.
    pub(super) fn span(&self, position: Position) -> Span {
        let start = self.offset(position);
        let rest = self.source.text.get(start..).unwrap_or("");
        Span::new(self.file, start, start + token_length(rest))
    }

    /// A diagnostic at a position.
    pub(super) fn diagnostic(&self, position: Position, message: impl Into<String>) -> Diagnostic {
        Diagnostic { span: self.span(position), message: message.into(), fatal: true }
    }

    /// True when nothing but white space stands behind a position.
    pub(super) fn is_end(&self, position: Position) -> bool {
        self.source.text.get(self.offset(position)..).is_none_or(|rest| rest.trim().is_empty())
    }

    /// The word that ends before a position, on the same line.
    pub(super) fn word_before(&self, position: Position) -> &str {
        let at = self.offset(position);
        let start = self.source.line_start(self.source.line_of(at));
        let before = self.source.text.get(start..at).unwrap_or("").trim_end();
        let word = before.rfind(|c: char| !is_word(c)).map_or(0, |end| end + 1);
        before.get(word..).unwrap_or("")
    }

    /// The byte offset of a position; the text's end for no position, which is where Rhai reports a text that is cut off.
    fn offset(&self, position: Position) -> usize {
        let Some(line) = position.line() else { return self.source.text.len() };
        let start = self.source.line_start(line - 1);
        let column = position.position().unwrap_or(1).saturating_sub(1);
        let rest = self.source.text.get(start..).unwrap_or("");
        let length = rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at);
        start + length
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The length of the token that a text begins with: a word, a string on one line, or one character.
fn token_length(text: &str) -> usize {
    match text.chars().next() {
        None | Some('\n' | '\r') => 0,
        Some(c) if is_word(c) => text.find(|c: char| !is_word(c)).unwrap_or(text.len()),
        Some(quote @ ('"' | '`')) => {
            let line = text.lines().next().unwrap_or("");
            line.get(1..).and_then(|rest| rest.find(quote)).map_or(line.len(), |end| end + 2)
        }
        Some(c) => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Script {
        Script { source: Arc::new(SourceFile::new("a.rhai", text)), file: FileId(0) }
    }

    fn at(text: &str, line: u16, column: u16) -> String {
        let script = script(text);
        script.source.slice(script.span(Position::new(line, column))).to_owned()
    }

    #[test]
    fn columns_are_characters_and_a_token_is_underlined() {
        assert_eq!(at("/* größe */ pool.sms", 1, 13), "pool");
        assert_eq!(at("a\nlet x = \"ü\";", 2, 9), "\"ü\"");
        assert_eq!(at("a == b", 1, 3), "=");
        assert_eq!(at("a", 9, 9), "", "past the end");
    }

    #[test]
    fn the_word_before_a_position() {
        assert_eq!(script("  requier pool.mfa").word_before(Position::new(1, 11)), "requier");
        assert_eq!(script("pool").word_before(Position::new(1, 1)), "");
    }
}
