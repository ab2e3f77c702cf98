//! Where things are, for programs: paths seen from another folder, lines, and columns in the units that a reader counts.

use crate::source::{SourceFile, SourceMap, Span};

/// In what a reader counts columns. All count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Unicode scalar values.
    Character,
    /// UTF-16 code units: SARIF's `utf16CodeUnits`.
    Utf16,
    /// Bytes of UTF-8: reviewdog's diagnostic format.
    Byte,
}

/// The lines and columns of a span, all from 1; the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl Region {
    /// The region of a span; the first character of line 1 where there is no such file.
    pub(super) fn new(span: Span, sources: &SourceMap, unit: Unit) -> Self {
        let place = |offset: u32| sources.file(span.file).map_or((1, 1), |file| position(file, offset, unit));
        let ((line, column), (end_line, end_column)) = (place(span.start), place(span.end));
        Self { line, column, end_line, end_column }
    }

    /// The part on the first line: a forge shows what is said of a line, not of a whole resource.
    pub(super) fn first_line(span: Span, sources: &SourceMap, unit: Unit) -> Self {
        let Some(file) = sources.file(span.file) else { return Self::new(span, sources, unit) };
        let line = file.line_of(span.start as usize);
        let end = file.line_start(line + 1).min(span.end as usize).max(span.start as usize);
        let text = file.text.get(span.start as usize..end).unwrap_or("").trim_end();
        Self::new(Span::new(span.file, span.start as usize, span.start as usize + text.len()), sources, unit)
    }
}

fn position(file: &SourceFile, offset: u32, unit: Unit) -> (usize, usize) {
    let offset = file.floor(offset as usize);
    let line = file.line_of(offset);
    let column = match unit {
        Unit::Character => file.before_in_line(offset).characters,
        Unit::Utf16 => file.before_in_line(offset).utf16,
        Unit::Byte => offset - file.line_start(line),
    };
    (line + 1, column + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_the_readers_units() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.yaml", "a: 1\n€: 🔐 x\n");
        let span = Span::new(file, 15, 16);
        let columns = |unit| Region::new(span, &sources, unit).column;
        assert_eq!([columns(Unit::Character), columns(Unit::Utf16), columns(Unit::Byte)], [6, 7, 11]);
        let first = Region::first_line(Span::new(file, 0, 16), &sources, Unit::Utf16);
        assert_eq!((first.line, first.column, first.end_line, first.end_column), (1, 1, 1, 5));
    }
}
