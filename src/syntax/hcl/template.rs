//! Templates: escapes, strip markers (`~`) and the indentation of `<<-` heredocs, in the order in which Terraform applies
//! them.
//!
//! Terraform's scanner cuts the literal text of heredocs and template files into lines; `~` strips blanks of one such line
//! only, and whether a line counts for the indentation is decided after that. In a quoted string, literal text is one part.

use super::{Expr, Piece};
use crate::source::Span;
use std::sync::Arc;

/// What kind of literal text a template has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Literals {
    /// Between quotes: with backslash escapes.
    Quoted,
    /// In a `<<` heredoc.
    Heredoc,
    /// In a `<<-` heredoc: the least indentation is removed from every line.
    IndentedHeredoc,
    /// In a file or JSON string of its own.
    Bare,
}

/// A part of a template in source order; directives are not nested yet.
pub(super) enum Part {
    /// Literal text: runs that the source spells byte by byte, and escapes.
    Literal(Vec<(String, Span)>),
    /// `${ }`, with the blanks to strip before and behind.
    Interpolation { expr: Expr, strip: (bool, bool) },
    /// `%{ if }`
    If { condition: Expr, strip: (bool, bool) },
    /// `%{ else }`
    Else { strip: (bool, bool) },
    /// `%{ for }`
    For { key: Option<Arc<str>>, value: Arc<str>, collection: Expr, strip: (bool, bool) },
    /// `%{ endif }`, `%{ endfor }`
    End { strip: (bool, bool) },
}

impl Part {
    /// The literal parts of a source text: one, or one for each line.
    pub(super) fn literal(source: &str, span: Span, literals: Literals) -> Vec<Self> {
        if literals == Literals::Quoted {
            return vec![Self::Literal(unescape(source, span, true))];
        }
        let mut at = 0;
        let mut lines = Vec::new();
        for line in source.split_inclusive('\n') {
            lines.push(Self::Literal(unescape(line, span.part(at, at + line.len()), false)));
            at += line.len();
        }
        lines
    }

    fn strip(&self) -> (bool, bool) {
        match self {
            Self::Literal(_) => (false, false),
            Self::Interpolation { strip, .. }
            | Self::If { strip, .. }
            | Self::Else { strip }
            | Self::For { strip, .. }
            | Self::End { strip } => *strip,
        }
    }
}

/// Cuts literal text at its escapes: verbatim runs keep a span of their own length.
fn unescape(source: &str, span: Span, backslashes: bool) -> Vec<(String, Span)> {
    let mut runs = Vec::new();
    let mut run = 0;
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((character, length)) = escape(rest, backslashes) else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        runs.push((run..at, None));
        runs.push((at..at + length, Some(character)));
        at += length;
        run = at;
    }
    runs.push((run..source.len(), None));
    let text = |(range, escaped): (std::ops::Range<usize>, Option<String>)| {
        let place = span.part(range.start, range.end);
        (escaped.unwrap_or_else(|| source.get(range).unwrap_or("").to_owned()), place)
    };
    runs.into_iter().map(text).filter(|(text, _)| !text.is_empty()).collect()
}

/// The escape at the start of a text: what it means, and its length.
fn escape(rest: &str, backslashes: bool) -> Option<(String, usize)> {
    if rest.starts_with("$${") || rest.starts_with("%%{") {
        return Some((rest.get(1..3)?.to_owned(), 3));
    }
    if !backslashes {
        return None;
    }
    let code = rest.strip_prefix('\\')?;
    let hexadecimal = |digits: usize| {
        let value = u32::from_str_radix(code.get(1..=digits)?, 16).ok()?;
        Some((char::from_u32(value)?.to_string(), digits + 2))
    };
    match code.chars().next()? {
        'n' => Some(("\n".to_owned(), 2)),
        'r' => Some(("\r".to_owned(), 2)),
        't' => Some(("\t".to_owned(), 2)),
        'u' => hexadecimal(4),
        'U' => hexadecimal(8),
        other => Some((other.to_string(), 1 + other.len_utf8())),
    }
}

/// Strips blanks, removes the indentation, and nests the parts of directives.
pub(super) fn assemble(mut parts: Vec<Part>, literals: Literals) -> Vec<Piece> {
    strip_blanks(&mut parts);
    if literals == Literals::IndentedHeredoc {
        remove_indentation(&mut parts);
    }
    nest(parts)
}

fn strip_blanks(parts: &mut [Part]) {
    let strips: Vec<(bool, bool)> = parts.iter().map(Part::strip).collect();
    for (at, part) in parts.iter_mut().enumerate() {
        let Part::Literal(runs) = part else { continue };
        if at > 0 && strips.get(at - 1).is_some_and(|strip| strip.1) {
            strip_start(runs);
        }
        if strips.get(at + 1).is_some_and(|strip| strip.0) {
            strip_end(runs);
        }
    }
}

fn strip_start(runs: &mut Vec<(String, Span)>) {
    let empty = runs.iter().take_while(|(text, _)| text.trim_start().is_empty()).count();
    runs.drain(..empty);
    if let Some((text, span)) = runs.first_mut() {
        cut_start(text, span, text.len() - text.trim_start().len());
    }
}

fn cut_start(text: &mut String, span: &mut Span, bytes: usize) {
    if text.len() == span.len() {
        *span = span.part(bytes, span.len());
    }
    text.drain(..bytes);
}

fn strip_end(runs: &mut Vec<(String, Span)>) {
    while runs.last().is_some_and(|(text, _)| text.trim_end().is_empty()) {
        runs.pop();
    }
    if let Some((text, span)) = runs.last_mut() {
        let kept = text.trim_end().len();
        if text.len() == span.len() {
            *span = span.part(0, kept);
        }
        text.truncate(kept);
    }
}

/// Removes the least indentation of all lines from each. Blank lines neither count nor change; a line that starts with an
/// interpolation has none; a line whose newline before it was stripped does not start here.
fn remove_indentation(parts: &mut [Part]) {
    let mut least: Option<usize> = None;
    let mut starts = Vec::new();
    let mut line_start = true;
    for (at, part) in parts.iter().enumerate() {
        let text: String = match part {
            Part::Literal(runs) => runs.iter().map(|(text, _)| text.as_str()).collect(),
            _ => String::new(),
        };
        let literal = matches!(part, Part::Literal(_));
        let blank = literal && text.trim_start().is_empty() && text.ends_with('\n');
        if line_start && !blank {
            let indentation = text.chars().take_while(|c| c.is_whitespace()).count();
            least = Some(least.map_or(indentation, |least| least.min(indentation)));
            starts.push(at);
        }
        line_start = text.ends_with('\n');
    }
    let least = least.unwrap_or(0);
    for at in starts {
        let Some(Part::Literal(runs)) = parts.get_mut(at) else { continue };
        if let Some((text, span)) = runs.first_mut() {
            let bytes = text.chars().take(least).take_while(|c| c.is_whitespace()).map(char::len_utf8).sum();
            cut_start(text, span, bytes);
        }
    }
}

/// A directive whose end has not come yet.
enum Open {
    If { condition: Expr, yes: Option<Vec<Piece>> },
    For { key: Option<Arc<str>>, value: Arc<str>, collection: Expr },
}

fn nest(parts: Vec<Part>) -> Vec<Piece> {
    let mut open: Vec<(Open, Vec<Piece>)> = Vec::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut literal: Vec<(String, Span)> = Vec::new();
    for part in parts {
        if let Part::Literal(runs) = part {
            runs.into_iter().for_each(|(text, span)| join_run(&mut literal, text, span));
            continue;
        }
        pieces.extend(literal.drain(..).map(|(text, span)| Piece::Literal(text.into(), span)));
        match part {
            Part::Literal(_) => {}
            Part::Interpolation { expr, .. } => pieces.push(Piece::Interpolation(expr)),
            Part::If { condition, .. } => {
                open.push((Open::If { condition, yes: None }, std::mem::take(&mut pieces)));
            }
            Part::Else { .. } => {
                if let Some((Open::If { yes, .. }, _)) = open.last_mut() {
                    *yes = Some(std::mem::take(&mut pieces));
                }
            }
            Part::For { key, value, collection, .. } => {
                open.push((Open::For { key, value, collection }, std::mem::take(&mut pieces)));
            }
            Part::End { .. } => {
                let Some((directive, outer)) = open.pop() else { continue };
                let inner = std::mem::replace(&mut pieces, outer);
                pieces.push(match directive {
                    Open::If { condition, yes: None } => Piece::If(condition, inner, Vec::new()),
                    Open::If { condition, yes: Some(yes) } => Piece::If(condition, yes, inner),
                    Open::For { key, value, collection } => Piece::For { key, value, collection, body: inner },
                });
            }
        }
    }
    pieces.extend(literal.into_iter().map(|(text, span)| Piece::Literal(text.into(), span)));
    pieces
}

/// Adds literal text; runs that the source spells one behind the other become one.
fn join_run(runs: &mut Vec<(String, Span)>, text: String, span: Span) {
    if text.is_empty() {
        return;
    }
    if let Some((before, place)) = runs.last_mut()
        && before.len() == place.len()
        && text.len() == span.len()
        && place.end == span.start
    {
        before.push_str(&text);
        *place = place.to(span);
        return;
    }
    runs.push((text, span));
}
