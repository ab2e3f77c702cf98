//! HCL at the level of tokens: just enough to find comments and the places where one item of a file ends, also in a text
//! that does not parse.

use std::ops::Range;

/// What the scanner reports, with byte ranges of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// The end of a line outside strings; the depth is the number of open brackets.
    Newline {
        /// The byte offset of `\n`.
        at: usize,
        /// The number of open brackets.
        depth: usize,
    },
    /// An opening bracket; the depth is the number of brackets open before it.
    Open {
        /// Its byte offset.
        at: usize,
        /// The number of brackets open before it.
        depth: usize,
    },
    /// A closing bracket; the depth is the number of brackets open after it.
    Close {
        /// The number of brackets open after it.
        depth: usize,
    },
    /// A comment with its marks, without the newline that ends it; the depth as for a newline.
    Comment {
        /// From its first mark to its end.
        range: Range<usize>,
        /// The number of open brackets.
        depth: usize,
    },
    /// A heredoc without a line between its marks, from the first mark to the last.
    EmptyHeredoc(Range<usize>),
}

/// Where the scanner stands.
#[derive(Clone, Copy)]
enum Mode {
    Code,
    Quoted,
    /// Inside `${ }` of a quoted string; ends where the depth falls back to this.
    Interpolation(usize),
}

/// Reports the tokens of a text that matter here, in order. Strings, interpolations, comments and heredocs are
/// understood; heredoc bodies are skipped as a whole.
pub(super) fn scan(text: &str, report: &mut dyn FnMut(Token)) {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0, depth: 0, modes: vec![Mode::Code], heredoc: None };
    while scanner.at < scanner.bytes.len() {
        match scanner.modes.last() {
            Some(Mode::Quoted) => scanner.quoted(report),
            _ => scanner.code(report),
        }
    }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    modes: Vec<Mode>,
    /// The end mark of a heredoc whose body starts on the next line.
    heredoc: Option<Range<usize>>,
}

impl Scanner<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |at| from + at)
    }

    fn quoted(&mut self, report: &mut dyn FnMut(Token)) {
        match self.byte(0) {
            b'\\' => self.at += 2,
            b'"' => {
                self.modes.pop();
                self.at += 1;
            }
            // No string runs over a line: the closing quote is missing.
            b'\n' => {
                self.modes.pop();
                self.newline(report);
            }
            b'$' | b'%' if self.rest().starts_with(b"$${") || self.rest().starts_with(b"%%{") => self.at += 3,
            b'$' | b'%' if self.byte(1) == b'{' => {
                self.modes.push(Mode::Interpolation(self.depth));
                self.depth += 1;
                self.at += 2;
            }
            _ => self.at += 1,
        }
    }

    fn code(&mut self, report: &mut dyn FnMut(Token)) {
        match (self.byte(0), self.byte(1)) {
            (b'"', _) => {
                self.modes.push(Mode::Quoted);
                self.at += 1;
            }
            (b'#', _) | (b'/', b'/') => {
                let line_end = self.line_end(self.at);
                let carriage_return = self.bytes.get(line_end.wrapping_sub(1)) == Some(&b'\r');
                self.comment(line_end - usize::from(carriage_return), report);
            }
            (b'/', b'*') => {
                let body = self.bytes.get(self.at + 2..).unwrap_or_default();
                let end = memchr::memmem::find(body, b"*/").map_or(self.bytes.len(), |at| self.at + at + 4);
                self.comment(end, report);
            }
            (b'<', b'<') => self.heredoc_start(),
            (b'\n', _) => self.newline(report),
            (b'{' | b'[' | b'(', _) => {
                report(Token::Open { at: self.at, depth: self.depth });
                self.depth += 1;
                self.at += 1;
            }
            (b'}' | b']' | b')', _) => self.close(report),
            _ => self.at += 1,
        }
    }

    fn comment(&mut self, end: usize, report: &mut dyn FnMut(Token)) {
        report(Token::Comment { range: self.at..end, depth: self.depth });
        self.at = end;
    }

    fn close(&mut self, report: &mut dyn FnMut(Token)) {
        self.depth = self.depth.saturating_sub(1);
        match self.modes.last() {
            Some(Mode::Interpolation(depth)) if *depth == self.depth => {
                self.modes.pop();
            }
            _ => report(Token::Close { depth: self.depth }),
        }
        self.at += 1;
    }

    fn heredoc_start(&mut self) {
        self.at += 2;
        if self.byte(0) == b'-' {
            self.at += 1;
        }
        let is_mark = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || *byte >= 0x80;
        let length = self.rest().iter().take_while(|byte| is_mark(byte)).count();
        let mark = self.at..self.at + length;
        self.at = mark.end;
        if length > 0 && matches!(self.byte(0), b'\n' | b'\r') {
            self.heredoc = Some(mark);
        }
    }

    /// Ends a line, and skips the body of a heredoc that begins behind it.
    fn newline(&mut self, report: &mut dyn FnMut(Token)) {
        report(Token::Newline { at: self.at, depth: self.depth });
        self.at += 1;
        let Some(range) = self.heredoc.take() else { return };
        let Some(mark) = self.bytes.get(range.clone()) else { return };
        let body = self.at;
        while self.at < self.bytes.len() {
            let end = self.line_end(self.at);
            let line = self.bytes.get(self.at..end).unwrap_or_default().trim_ascii();
            let ends = line.strip_prefix(mark).is_some_and(|behind| {
                behind.first().is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-'))
            });
            if ends {
                // What follows the mark on its line is code again: `EOT)`.
                let blanks = self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                let first_line = self.at == body;
                self.at += blanks + mark.len();
                if first_line {
                    let dash = usize::from(self.bytes.get(range.start.wrapping_sub(1)) == Some(&b'-'));
                    report(Token::EmptyHeredoc(range.start - 2 - dash..self.at));
                }
                return;
            }
            self.at = end + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        let mut found = Vec::new();
        scan(text, &mut |token| found.push(token));
        found
    }

    #[test]
    fn strings_and_heredocs_hide_what_looks_like_code() {
        let text = "a = \"# no } comment ${ x[\"}\"] } \" # yes\nb = <<-E\n  } # no\n  E\n";
        let comments: Vec<_> = tokens(text)
            .into_iter()
            .filter_map(|token| if let Token::Comment { range, .. } = token { Some(&text[range]) } else { None })
            .collect();
        assert_eq!(comments, ["# yes"]);
        let depths: Vec<_> = tokens(text)
            .into_iter()
            .filter_map(|token| if let Token::Newline { depth, .. } = token { Some(depth) } else { None })
            .collect();
        assert_eq!(depths, [0, 0, 0]);
    }
}
