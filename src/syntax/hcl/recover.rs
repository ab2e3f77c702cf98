//! hcl-edit stops at the first error and then returns nothing; here one broken item costs that item only. No repair moves
//! a byte, so every span of the result is a span of the original text.

use super::scan::{Token, scan};
use hcl_edit::structure::Body;
use std::borrow::Cow;
use std::ops::Range;

/// A part of the text that was read: its tree and the byte offset at which it starts.
pub(super) struct Item {
    /// hcl-edit's tree; its spans count from `offset`.
    pub(super) body: Body,
    /// Where the item starts in the text.
    pub(super) offset: usize,
}

/// A part of the text that does not read.
pub(super) struct Problem {
    /// The byte offset of the error.
    pub(super) at: usize,
    /// What is wrong.
    pub(super) message: String,
    /// What was skipped because of it.
    pub(super) lost: Range<usize>,
}

/// The text may be parsed this often over, in bytes, before the rest of it counts as lost.
const MOST_REPARSES: usize = 16;

/// Reads a whole text, or all items of it that read.
pub(super) fn read(text: &str) -> (Vec<Item>, Vec<Problem>) {
    let text = &without_empty_heredocs(text);
    if let Ok(body) = hcl_edit::parser::parse_body(text) {
        return (vec![Item { body, offset: 0 }], Vec::new());
    }
    let masked = mask(text);
    if let Ok(body) = hcl_edit::parser::parse_body(&masked) {
        return (vec![Item { body, offset: 0 }], Vec::new());
    }
    read_items(&masked)
}

/// Reads item by item: an item ends with a line on which no bracket is open.
fn read_items(text: &str) -> (Vec<Item>, Vec<Problem>) {
    let (mut items, mut problems) = (Vec::new(), Vec::new());
    let mut budget = text.len().saturating_mul(MOST_REPARSES);
    let mut start = 0;
    let mut ends = item_ends(text, 0).into_iter();
    while start < text.len() {
        let end = ends.find(|end| *end > start).unwrap_or(text.len());
        let Some(item) = text.get(start..end) else { break };
        let affordable = budget.checked_sub(item.len());
        let error = match affordable.map(|_| parse_repairing(item)) {
            Some(Ok(body)) => {
                items.push(Item { body, offset: start });
                None
            }
            Some(Err((at, message))) => Some((at.min(item.len()), message)),
            None => Some((0, "too many errors; the rest of the file is not read".to_owned())),
        };
        budget = affordable.unwrap_or(0);
        let Some((at, message)) = error else {
            start = end;
            continue;
        };
        // A bracket that is never closed swallows what follows: go on behind the next `}` in column 0.
        let cut = affordable.and_then(|_| closing_line(item, at)).map_or(end, |cut| start + cut);
        problems.push(Problem { at: start + at, message, lost: start..cut });
        if cut < end {
            budget = budget.saturating_sub(text.len() - cut);
            ends = item_ends(text, cut).into_iter();
        }
        start = cut;
        if affordable.is_none() {
            break;
        }
    }
    if let Some(last) = problems.last_mut().filter(|_| start < text.len()) {
        last.lost.end = text.len();
    }
    (items, problems)
}

/// The end of the line behind `from` that starts with a closing brace.
fn closing_line(item: &str, from: usize) -> Option<usize> {
    let line = item.get(..from)?.rfind('\n').unwrap_or(0);
    let brace = line + item.get(line..)?.find("\n}")? + 2;
    let end = item.get(brace..)?.find('\n').map_or(item.len(), |at| brace + at + 1);
    Some(end)
}

/// The byte offsets behind each line, from `from` on, on which no bracket is left open.
fn item_ends(text: &str, from: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    scan(text.get(from..).unwrap_or(""), &mut |token| {
        if let Token::Newline { at, depth: 0 } = token {
            ends.push(from + at + 1);
        }
    });
    ends
}

/// How many equal keys of one item are told apart before it counts as broken.
const MOST_DUPLICATE_KEYS: u32 = 16;

/// Parses an item. Terraform lets the last of two equal keys of an object win, hcl-edit refuses them: the later one gets
/// another name of the same length, and the name that counts is read from the original text anyway.
fn parse_repairing(item: &str) -> Result<Body, (usize, String)> {
    let mut text = item.to_owned();
    for attempt in 0..=MOST_DUPLICATE_KEYS {
        let error = match hcl_edit::parser::parse_body(&text) {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        let at = error.location().offset();
        let repaired = error.message().contains("redefined object key") && rename_key(&mut text, at, attempt);
        if !repaired {
            return Err((at, error.message().to_owned()));
        }
    }
    Err((0, "an object has too many equal keys".to_owned()))
}

/// Replaces the key at an offset by a name of the same length that no one writes.
fn rename_key(text: &mut String, at: usize, number: u32) -> bool {
    let Some(rest) = text.get(at..) else { return false };
    let quote = usize::from(rest.starts_with('"'));
    let length = rest.bytes().skip(quote).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let letter = char::from(b'A' + u8::try_from(number % 26).unwrap_or(0));
    if length == 0 {
        return false;
    }
    let name: String = std::iter::once(letter).chain(std::iter::repeat('_')).take(length).collect();
    text.replace_range(at + quote..at + quote + length, &name);
    true
}

/// hcl-edit takes the end mark of an empty heredoc for its first line, and all that follows for the rest of it: an empty
/// string of the same length takes the place of such a heredoc.
pub(super) fn without_empty_heredocs(text: &str) -> Cow<'_, str> {
    if memchr::memmem::find(text.as_bytes(), b"<<").is_none() {
        return Cow::Borrowed(text);
    }
    let mut empty = Vec::new();
    scan(text, &mut |token| {
        if let Token::EmptyHeredoc(range) = token {
            empty.push(range);
        }
    });
    if empty.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut repaired = text.to_owned();
    for range in empty {
        repaired.replace_range(range.clone(), &format!("\"\"{}", " ".repeat(range.len().saturating_sub(2))));
    }
    Cow::Owned(repaired)
}

/// Blanks what means nothing to HCL but trips hcl-edit: a byte order mark, and newlines and comments inside
/// `{ for ... }`.
fn mask(text: &str) -> String {
    let mut blanks: Vec<Range<usize>> = Vec::new();
    if text.starts_with('\u{feff}') {
        blanks.push(0..3);
    }
    // The depths of the `{ for` brackets that are open.
    let mut open: Vec<usize> = Vec::new();
    scan(text, &mut |token| match token {
        Token::Open { at, depth } if starts_for(text, at) => open.push(depth),
        Token::Close { depth } if open.last() == Some(&depth) => {
            open.pop();
        }
        Token::Newline { at, depth } if open.last().is_some_and(|of| depth == of + 1) => {
            let carriage_return = text.get(..at).is_some_and(|before| before.ends_with('\r'));
            blanks.push(at - usize::from(carriage_return)..at + 1);
        }
        Token::Comment { range, depth } if open.last().is_some_and(|of| depth == of + 1) => blanks.push(range),
        _ => {}
    });
    let mut bytes = text.as_bytes().to_vec();
    for range in blanks {
        bytes.get_mut(range).into_iter().flatten().for_each(|byte| *byte = b' ');
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn starts_for(text: &str, brace: usize) -> bool {
    let inside = text.get(brace..).and_then(|rest| rest.strip_prefix('{')).map(str::trim_start);
    let behind = inside.and_then(|inside| inside.strip_prefix("for"));
    behind.is_some_and(|behind| behind.starts_with(|c: char| c.is_ascii_whitespace()))
}
