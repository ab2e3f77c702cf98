//! From a place in a string to the place where the source spells it: through quotes, escapes, folding and the
//! indentation of block scalars and heredocs.

/// For every byte of `text`, and for its end, the offset in `raw` at which the source spells it. `raw` is the source of the
/// string, with or without its quotes. `None` when the source does not spell the text in any known way.
pub(crate) fn align(text: &str, raw: &str) -> Option<Vec<usize>> {
    if text == raw {
        return Some((0..=text.len()).collect());
    }
    let quote =
        raw.chars().next().filter(|first| matches!(first, '"' | '\'') && raw.len() > 1 && raw.ends_with(*first));
    let (inner, start) = match quote {
        Some(_) => (raw.get(1..raw.len() - 1)?, 1),
        None => (raw, 0),
    };
    let mut offsets = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    for c in text.chars() {
        let (skipped, length) = spelled(c, inner.get(at..)?, quote)?;
        at += skipped;
        offsets.extend(std::iter::repeat_n(start + at, c.len_utf8()));
        at += length;
    }
    offsets.push(start + at);
    Some(offsets)
}

/// How the rest of the source spells a character: the bytes to skip before it, and its own length.
fn spelled(c: char, rest: &str, quote: Option<char>) -> Option<(usize, usize)> {
    if let Some(length) = direct(c, rest, quote) {
        return Some((0, length));
    }
    // Indentation that is no part of the value, a folded line break, or the last line break of a block scalar.
    let blank = rest.len() - rest.trim_start().len();
    let behind = rest.get(blank..)?;
    match direct(c, behind, quote) {
        Some(length) if blank > 0 => Some((blank, length)),
        _ if matches!(c, ' ' | '\n') => Some((0, blank)),
        _ => None,
    }
}

fn direct(c: char, rest: &str, quote: Option<char>) -> Option<usize> {
    match quote {
        Some('"') if rest.starts_with('\\') => escaped(c, rest),
        Some('\'') if c == '\'' => rest.starts_with("''").then_some(2),
        _ if c == '\n' && rest.starts_with("\r\n") => Some(2),
        _ => rest.starts_with(c).then_some(c.len_utf8()),
    }
}

/// The length of the escape sequence that stands for a character.
fn escaped(c: char, rest: &str) -> Option<usize> {
    let stands_for = |letter: char| match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        letter => letter,
    };
    let letter = rest.chars().nth(1)?;
    if letter != 'u' {
        return (stands_for(letter) == c).then_some(1 + letter.len_utf8());
    }
    let unit = |at: usize| u16::from_str_radix(rest.get(at..at + 4)?, 16).ok();
    let units: Vec<u16> = std::iter::once(unit(2)?).chain(unit(8).filter(|_| c.len_utf16() == 2)).collect();
    let decoded = char::decode_utf16(units.iter().copied()).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
    (decoded == c).then_some(6 * units.len())
}

#[cfg(test)]
mod tests {
    use super::align;

    /// What the source has at each occurrence of `needle` in the text.
    fn found<'a>(text: &str, raw: &'a str, needle: &str) -> &'a str {
        let offsets = align(text, raw).unwrap();
        let at = text.find(needle).unwrap();
        &raw[offsets[at]..offsets[at + needle.len()]]
    }

    #[test]
    fn finds_the_place_through_any_spelling() {
        assert_eq!(found("plain text", "plain text", "text"), "text");
        assert_eq!(found("{\"a\": 1}", "\"{\\\"a\\\": 1}\"", "a\": 1"), "a\\\": 1");
        assert_eq!(found("it's here", "'it''s here'", "here"), "here");
        assert_eq!(found("{\n  \"a\": 1\n}\n", "{\n      \"a\": 1\n    }", "\"a\""), "\"a\"");
        assert_eq!(found("folded text", "folded\n    text", "text"), "text");
        assert_eq!(found("a\nb", "a\r\n   b", "b"), "b");
        assert_eq!(found("é😀x", "\"\\u00e9\\ud83d\\ude00x\"", "x"), "x");
    }

    #[test]
    fn says_when_the_source_spells_something_else() {
        assert_eq!(align("abc", "!Ref P"), None);
        assert_eq!(align("abc", "\"ab\""), None);
    }
}
