//! Source maps: from a place in compiled JavaScript to the place that it was compiled from.
//! <https://tc39.es/ecma426/>

use serde::Deserialize;

/// The comment that names the map stands among the last lines.
const LINES_LOOKED_AT: usize = 8;
/// A map is read no further than this.
const MOST_SEGMENTS: usize = 1 << 20;
const MARKS: [&str; 2] = ["//# sourceMappingURL=", "//@ sourceMappingURL="];
const INLINE: &str = "data:application/json";

/// A map of one file.
#[derive(Debug)]
pub(super) struct Mapping {
    sources: Vec<Option<String>>,
    /// In the order of the compiled text.
    segments: Vec<Segment>,
}

/// From here on the compiled text comes from there. All counted from zero, columns in UTF-16 units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Segment {
    line: i64,
    column: i64,
    source: i64,
    source_line: i64,
    source_column: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    sources: Vec<Option<String>>,
    #[serde(default)]
    source_root: Option<String>,
    mappings: String,
}

/// Where a compiled text says that its map is.
pub(super) enum Place {
    /// In the text itself.
    Inline(String),
    /// In a file, by its path relative to the compiled one's.
    File(String),
}

/// Finds what a compiled text says of its map.
pub(super) fn place(compiled: &str) -> Option<Place> {
    let url = compiled.lines().rev().take(LINES_LOOKED_AT).find_map(|line| {
        let line = line.trim();
        MARKS.iter().find_map(|mark| line.strip_prefix(mark))
    })?;
    match url.strip_prefix(INLINE) {
        Some(data) => Some(Place::Inline(String::from_utf8(base64(data.split_once(";base64,")?.1)?).ok()?)),
        None => url.ends_with(".map").then(|| Place::File(url.to_owned())),
    }
}

impl Mapping {
    /// Reads a map. One made of maps (`sections`) is not read.
    pub(super) fn read(text: &str) -> Option<Self> {
        let file: File = serde_json::from_str(text.trim_start_matches(")]}'")).ok()?;
        let root = file.source_root.filter(|root| !root.is_empty());
        let rooted = |source: String| match &root {
            Some(root) => format!("{}/{source}", root.trim_end_matches('/')),
            None => source,
        };
        let sources = file.sources.into_iter().map(|source| source.map(rooted)).collect();
        Some(Self { sources, segments: segments(&file.mappings)? })
    }

    /// The source of a line and column of the compiled text, each counted from one: its path as the map writes it, and its line
    /// and column.
    pub(super) fn original(&self, line: usize, column: usize) -> Option<(&str, usize, usize)> {
        let (line, column) = (i64::try_from(line).ok()?.checked_sub(1)?, i64::try_from(column).ok()?.checked_sub(1)?);
        let behind = self.segments.partition_point(|segment| (segment.line, segment.column) <= (line, column));
        let segment = self.segments.get(behind.checked_sub(1)?).filter(|segment| segment.line == line)?;
        let source = self.sources.get(usize::try_from(segment.source).ok()?)?.as_deref()?;
        let position = |from_zero: i64| usize::try_from(from_zero.checked_add(1)?).ok();
        Some((source, position(segment.source_line)?, position(segment.source_column)?))
    }
}

/// `AAAA,IAAM;...`: lines separated by `;`, segments by `,`, each number relative to the one before.
fn segments(mappings: &str) -> Option<Vec<Segment>> {
    let mut found = Vec::new();
    let mut last = Segment::default();
    for (line, text) in mappings.split(';').enumerate() {
        last = Segment { line: i64::try_from(line).ok()?, column: 0, ..last };
        for segment in text.split(',').filter(|segment| !segment.is_empty()) {
            let numbers = numbers(segment)?;
            let [column, place @ ..] = numbers.as_slice() else { return None };
            last.column = last.column.checked_add(*column)?;
            // One number only: nothing in the sources has become this.
            if let [source, source_line, source_column, ..] = place {
                last.source = last.source.checked_add(*source)?;
                last.source_line = last.source_line.checked_add(*source_line)?;
                last.source_column = last.source_column.checked_add(*source_column)?;
                found.push(last);
            }
            if found.len() > MOST_SEGMENTS {
                return None;
            }
        }
    }
    found.sort_by_key(|segment| (segment.line, segment.column));
    Some(found)
}

/// Numbers in base 64: five bits a letter, the lowest first, the sign in the lowest bit of all.
fn numbers(text: &str) -> Option<Vec<i64>> {
    let mut numbers = Vec::new();
    let (mut number, mut shift) = (0_i64, 0_u32);
    for letter in text.bytes() {
        let digit = i64::from(sextet(letter)?);
        if shift > 30 {
            return None;
        }
        number += (digit & 31) << shift;
        shift += 5;
        if digit & 32 == 0 {
            numbers.push(if number & 1 == 0 { number >> 1 } else { -(number >> 1) });
            (number, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(numbers)
}

fn sextet(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        bits = (bits << 6) | u32::from(sextet(letter)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"{"version": 3, "sources": ["../lib/a.ts", null], "mappings": ";IAgBiB,oCAAA;A;ACAA"}"#;

    #[test]
    fn a_place_is_that_of_the_segment_before_it() {
        let map = Mapping::read(MAP).unwrap();
        let table = [
            ((2, 5), Some(("../lib/a.ts", 17, 18))),
            ((2, 40), Some(("../lib/a.ts", 17, 18))),
            ((2, 4), None),
            ((1, 1), None),
            ((3, 1), None),
            ((4, 1), None),
            ((9, 9), None),
            ((0, 0), None),
        ];
        for ((line, column), expected) in table {
            assert_eq!(map.original(line, column), expected, "{line}:{column}");
        }
        let rooted = Mapping::read(r#"{"sourceRoot": "../", "sources": ["a.ts"], "mappings": "AAAA"}"#).unwrap();
        assert_eq!(rooted.original(1, 1), Some(("../a.ts", 1, 1)));
    }

    #[test]
    fn maps_are_beside_the_text_or_in_it() {
        let shown = |text: &str| match place(text) {
            Some(Place::Inline(text)) => format!("inline {text}"),
            Some(Place::File(path)) => path,
            None => String::new(),
        };
        assert_eq!(shown("x\n//# sourceMappingURL=a.js.map\n"), "a.js.map");
        assert_eq!(
            shown("x\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,eyJ2IjoxfQ=="),
            "inline {\"v\":1}"
        );
        for nothing in
            ["x\n", "//# sourceMappingURL=/etc/passwd", "//# sourceMappingURL=data:application/json;base64,{}"]
        {
            assert_eq!(shown(nothing), "", "{nothing}");
        }
    }

    #[test]
    fn what_is_no_map_is_none() {
        let long = "g".repeat(9);
        for mappings in ["!", "g", "A,,A", &long] {
            let text = format!(r#"{{"sources": [], "mappings": "{mappings}"}}"#);
            assert!(Mapping::read(&text).is_none_or(|map| map.segments.is_empty()), "{mappings}");
        }
        assert!(Mapping::read("{}").is_none() && Mapping::read("").is_none());
    }
}
