//! Text from templates, made safe for a terminal, and wrapped.

use std::borrow::Cow;

/// True for characters that a terminal obeys instead of showing: C0 and C1 controls, and those that reorder or break the
/// line they stand in (Unicode's bidirectional controls, line and paragraph separators).
pub(super) fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line of text with every control character spelled out: `\u{1b}`. Tabs become spaces.
pub(super) fn line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut safe, c);
    }
    safe
}

/// The same for a text whose line breaks are kept.
pub(super) fn lines(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Appends one character, spelled out where a terminal would obey it.
pub(super) fn push(text: &mut String, c: char) {
    match c {
        '\t' => text.push(' '),
        c if is_control(c) => text.extend(c.escape_unicode()),
        c => text.push(c),
    }
}

/// A printed line that is no command to the runner of a build, which takes one that begins with `::`, and `##[` anywhere, for
/// its own.
/// <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>
pub(super) fn no_command(line: &str) -> Cow<'_, str> {
    let begins = line.trim_start().starts_with("::");
    if !begins && !line.contains("##[") {
        return Cow::Borrowed(line);
    }
    let line = line.replace("##[", "## [");
    Cow::Owned(if begins { line.replacen("::", ": :", 1) } else { line })
}

/// Text in which nothing reads as a link, for readers that show it as Markdown: templates have no say in where people are sent.
pub(super) fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

/// Breaks lines at spaces so that none is longer than `width` characters, where its words allow that.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + 8);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            wrapped.push('\n');
        }
        let mut used = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if used > 0 && used + 1 + length > width {
                wrapped.push('\n');
                used = 0;
            } else if used > 0 {
                wrapped.push(' ');
                used += 1;
            }
            wrapped.push_str(word);
            used += length;
        }
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelled_out() {
        assert_eq!(line("a\u{1b}[31mb\r\n\u{202e}c\u{9b}d\te"), r"a\u{1b}[31mb\u{d}\u{a}\u{202e}c\u{9b}d e");
        assert_eq!(lines("one\ntwo\u{7}"), "one\ntwo\\u{7}");
        assert_eq!(line("Größe 日本 🔐"), "Größe 日本 🔐");
    }

    #[test]
    fn a_line_is_no_command() {
        assert_eq!(no_command("  ::error::x ##[add-mask]y"), "  : :error::x ## [add-mask]y");
        assert_eq!(no_command("AWS::IAM::Role"), "AWS::IAM::Role");
    }

    #[test]
    fn long_lines_break_at_spaces() {
        assert_eq!(wrap("one two three", 7), "one two\nthree");
        assert_eq!(wrap("incomprehensibilities are fine", 5), "incomprehensibilities\nare\nfine");
        assert_eq!(wrap("a\nb", 80), "a\nb");
    }
}
