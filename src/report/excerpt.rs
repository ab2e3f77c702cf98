//! The few lines of a file that a finding shows, made safe: short lines, no control characters, every mark inside.
//!
//! What is drawn is not the file but this excerpt. So drawing takes as long for a file of one megabyte as for one of forty
//! lines, a place past a file's end cannot reach the drawing code, and minified JSON shows as windows around its marks.

use super::plain;
use crate::source::{Position, SourceFile, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// A span over more lines than this is shown by its first line.
const MOST_LINES: usize = 6;

/// Lines shown before and behind a marked one.
const CONTEXT: usize = 1;

/// Lines of a file and the marked places in them.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// The path of the file, safe to print.
    pub path: String,
    /// The lines; each ends in a newline.
    pub text: String,
    /// Where the lines of `text` come from.
    pub lines: Vec<Line>,
    /// The places, in the order in which they were asked for.
    pub marks: Vec<Mark>,
}

/// A line of an excerpt.
#[derive(Debug)]
pub(super) struct Line {
    /// Where it starts in the excerpt's text.
    pub start: usize,
    /// Its number in the file, from 0.
    pub number: usize,
}

/// A marked place of an excerpt.
#[derive(Debug)]
pub(super) struct Mark {
    /// The byte range in the excerpt's text.
    pub range: Range<usize>,
    /// Where it starts in the file.
    pub position: Position,
}

/// How an excerpt is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Lines longer than this many characters are shown in windows.
    pub width: usize,
    /// What stands for the parts left out.
    pub ellipsis: &'static str,
}

impl Excerpt {
    /// The lines of `file` around the spans. A span may be anything: what lies outside the file is moved into it.
    pub(super) fn new(file: &SourceFile, spans: &[Span], cut: Cut) -> Self {
        let ranges: Vec<Range<usize>> = spans.iter().map(|span| shown_range(file, *span, cut.width)).collect();
        let mut drawing = Drawing { file, cut, text: String::new(), lines: Vec::new(), places: Vec::new() };
        for (number, points) in points_by_line(file, &ranges) {
            drawing.line(number, &points);
        }
        let mark = |(span, range): (&Span, &Range<usize>)| Mark {
            range: drawing.place(range.start)..drawing.place(range.end),
            position: file.position(span.start as usize),
        };
        let marks = spans.iter().zip(&ranges).map(mark).collect();
        Self { path: plain::line(&file.path), text: drawing.text, lines: drawing.lines, marks }
    }

    /// The index of the line that holds a byte offset of the excerpt's text.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }

    /// Where a line ends, its newline included.
    pub(super) fn line_end(&self, index: usize) -> usize {
        self.lines.get(index + 1).map_or(self.text.len(), |next| next.start)
    }

    /// True when the line at `index` and the one behind it follow each other in the file too.
    pub(super) fn continues(&self, index: usize) -> bool {
        let number = |index: usize| self.lines.get(index).map(|line| line.number);
        matches!((number(index), number(index + 1)), (Some(one), Some(next)) if one + 1 == next)
    }

    /// The column (from 0) of a byte offset in its line, in characters.
    pub(super) fn column(&self, offset: usize) -> usize {
        let start = self.lines.get(self.line_at(offset)).map_or(0, |line| line.start);
        self.text.get(start..offset).map_or(0, |before| before.chars().count())
    }
}

/// What of a span is shown: inside the file and inside its lines, without the space behind it, and not endless.
fn shown_range(file: &SourceFile, span: Span, width: usize) -> Range<usize> {
    let start = file.floor(span.start as usize);
    let mut end = file.floor(span.end as usize).max(start);
    let trimmed = file.text.get(start..end).map_or(0, |text| text.trim_end().len());
    if trimmed > 0 {
        end = start + trimmed;
    }
    let (first, last) = (file.line_of(start), file.line_of(end));
    if last - first >= MOST_LINES {
        end = content(file, first).end;
    }
    let start = start.min(content(file, first).end);
    let end = end.min(content(file, file.line_of(end)).end).max(start);
    let too_long = file.line_of(end) == first && end - start > width;
    start..if too_long { file.floor(start + width) } else { end }
}

/// The byte range of a line without its line break.
fn content(file: &SourceFile, line: usize) -> Range<usize> {
    let (start, next) = (file.line_start(line), file.line_start(line + 1));
    let text = file.text.get(start..next).unwrap_or("");
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    start..start + text.len()
}

/// The lines to show, each with the parts of it that must be seen.
fn points_by_line(file: &SourceFile, ranges: &[Range<usize>]) -> BTreeMap<usize, Vec<Range<usize>>> {
    let mut lines: BTreeMap<usize, Vec<Range<usize>>> = BTreeMap::new();
    for range in ranges {
        let (first, last) = (file.line_of(range.start), file.line_of(range.end));
        for number in first.saturating_sub(CONTEXT)..=last + CONTEXT {
            let behind_the_end = number >= file.line_count() || content(file, number).start == file.text.len();
            if (first..=last).contains(&number) || !behind_the_end {
                lines.entry(number).or_default();
            }
        }
        if first == last {
            lines.entry(first).or_default().push(range.clone());
        } else {
            lines.entry(first).or_default().push(range.start..range.start);
            lines.entry(last).or_default().push(range.end..range.end);
        }
    }
    lines
}

struct Drawing<'a> {
    file: &'a SourceFile,
    cut: Cut,
    text: String,
    lines: Vec<Line>,
    /// Offset in the file, offset in the text; ascending. One for every character shown and every line's end.
    places: Vec<(usize, usize)>,
}

impl Drawing<'_> {
    fn line(&mut self, number: usize, points: &[Range<usize>]) {
        self.lines.push(Line { start: self.text.len(), number });
        let whole = content(self.file, number);
        let mut shown_to = whole.start;
        for window in self.windows(&whole, points) {
            if window.start > shown_to {
                self.text.push_str(self.cut.ellipsis);
            }
            self.characters(&window);
            shown_to = window.end;
        }
        self.places.push((shown_to, self.text.len()));
        if shown_to < whole.end {
            self.text.push_str(self.cut.ellipsis);
        }
        self.text.push('\n');
    }

    fn characters(&mut self, window: &Range<usize>) {
        for (at, c) in self.file.text.get(window.clone()).unwrap_or("").char_indices() {
            self.places.push((window.start + at, self.text.len()));
            if c == '\t' { self.text.push(c) } else { plain::push(&mut self.text, c) }
        }
    }

    /// The parts of a line that are shown: all of a line of usual length, else windows around the points.
    fn windows(&self, whole: &Range<usize>, points: &[Range<usize>]) -> Vec<Range<usize>> {
        let width = self.cut.width;
        let text = self.file.text.get(whole.clone()).unwrap_or("");
        if text.len() <= width || (text.len() <= 4 * width && text.chars().count() <= width) {
            return vec![whole.clone()];
        }
        let window = |point: &Range<usize>| {
            let margin = ((width / points.len().max(1)).saturating_sub(point.len()) / 2).max(12);
            let start = self.file.floor(point.start.saturating_sub(margin)).max(whole.start);
            start..self.file.floor(point.end + margin).min(whole.end)
        };
        let mut windows: Vec<Range<usize>> = points.iter().map(window).collect();
        if windows.is_empty() {
            windows.push(whole.start..self.file.floor(whole.start + width));
        }
        windows.sort_by_key(|window| window.start);
        windows.dedup_by(|next, before| {
            let joined = next.start <= before.end;
            if joined {
                before.end = before.end.max(next.end);
            }
            joined
        });
        windows
    }

    /// Where an offset of the file is in the text; the next place shown when it was left out itself.
    fn place(&self, offset: usize) -> usize {
        let index = self.places.partition_point(|(place, _)| *place < offset);
        self.places.get(index).or(self.places.last()).map_or(0, |(_, at)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    const CUT: Cut = Cut { width: 40, ellipsis: "…" };

    fn excerpt(text: &str, spans: &[(usize, usize)]) -> Excerpt {
        let spans: Vec<Span> = spans.iter().map(|(start, end)| Span::new(FileId(0), *start, *end)).collect();
        Excerpt::new(&SourceFile::new("a.yaml", text), &spans, CUT)
    }

    fn marked(excerpt: &Excerpt) -> Vec<&str> {
        excerpt.marks.iter().map(|mark| &excerpt.text[mark.range.clone()]).collect()
    }

    #[test]
    fn lines_around_the_marks_are_shown() {
        let excerpt = excerpt("a: 1\nb: 2\r\nc: 3\nd: 4\ne: 5\nf: 6\n", &[(8, 9), (29, 30)]);
        assert_eq!(excerpt.text, "a: 1\nb: 2\nc: 3\ne: 5\nf: 6\n");
        let numbers: Vec<usize> = excerpt.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [0, 1, 2, 4, 5]);
        assert_eq!(marked(&excerpt), ["2", "6"]);
        assert!(excerpt.continues(1) && !excerpt.continues(2));
    }

    #[test]
    fn long_lines_become_windows() {
        let text = format!("{{{}\"Role\":\"x\"{}\"Id\":\"y\"{}}}", " ".repeat(500), " ".repeat(500), " ".repeat(500));
        let (role, id) = (text.find("\"x\"").unwrap(), text.find("\"y\"").unwrap());
        let excerpt = excerpt(&text, &[(role, role + 3), (id, id + 3)]);
        assert!(excerpt.text.len() < 120, "{}", excerpt.text);
        assert_eq!(marked(&excerpt), ["\"x\"", "\"y\""]);
        assert_eq!(excerpt.marks[0].position, Position { line: 1, column: role + 1 });
    }

    #[test]
    fn control_characters_are_spelled_out_and_marks_still_fit() {
        let text = "a: \u{1b}[31mred\u{202e}\nb: 1\n";
        let red = text.find("red").unwrap();
        let excerpt = excerpt(text, &[(red, red + 3)]);
        assert_eq!(excerpt.text, "a: \\u{1b}[31mred\\u{202e}\nb: 1\n");
        assert_eq!(marked(&excerpt), ["red"]);
    }

    #[test]
    fn places_outside_the_file_are_moved_into_it() {
        assert_eq!(marked(&excerpt("ab", &[(2, 2), (900, 950), (0, 999)])), ["", "", "ab"]);
        assert_eq!(excerpt("", &[(0, 0)]).text, "\n");
        let end = excerpt("a\nb\n", &[(4, 4)]);
        assert_eq!((end.text.as_str(), end.marks[0].range.clone()), ("b\n\n", 2..2));
    }

    #[test]
    fn a_span_over_many_lines_is_shown_by_its_first() {
        let text = "Pool:\n  - x\n".repeat(20);
        let excerpt = excerpt(&text, &[(0, text.len())]);
        assert_eq!(marked(&excerpt), ["Pool:"]);
    }
}
