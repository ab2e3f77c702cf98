//! Every text of a run, and places in it.
//!
//! [`SourceMap`] owns the texts; everything else holds a [`Span`]: a file and a byte range. Lines and columns exist only
//! at the very end, in reports.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Names one file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A byte range of one file: `start..end`, on character boundaries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `file`. An inverted range becomes an empty one at `start`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX).max(start);
        Self { file, start, end }
    }

    /// The smallest span over both; `self` when the files differ.
    pub fn to(self, other: Self) -> Self {
        if self.file != other.file {
            return self;
        }
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// True when the other span lies in this one.
    pub fn covers(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True when no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The part `start..end` (bytes, relative to this span's start), cut off at this span's end.
    pub fn part(self, start: usize, end: usize) -> Self {
        let cut = |offset: usize| self.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)).min(self.end);
        Self { file: self.file, start: cut(start), end: cut(end).max(cut(start)) }
    }

    /// The byte range, for indexing the file's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// A line and a column, both starting at 1; the column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in Unicode scalar values.
    pub column: usize,
}

/// One text with the name under which people know it.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as reports print it: relative to the working directory where possible, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Made when a place in the file is first asked for: most files never are.
    line_starts: OnceLock<Vec<u32>>,
    /// What is counted before each block of the text: made when a place far inside a line is first asked for.
    blocks: OnceLock<Vec<Counts>>,
}

/// Bytes between two entries of [`SourceFile`]'s table of counts.
const BLOCK: usize = 4096;

/// How long a piece of text is, in what readers count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Unicode scalar values.
    pub characters: usize,
    /// UTF-16 code units.
    pub utf16: usize,
}

impl Counts {
    /// Of whole characters, and of those that begin in a piece that cuts some.
    fn of(bytes: &[u8]) -> Self {
        let characters = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let pairs = bytes.iter().filter(|byte| **byte >= 0xf0).count();
        Self { characters, utf16: characters + pairs }
    }

    fn plus(self, other: Self) -> Self {
        Self { characters: self.characters + other.characters, utf16: self.utf16 + other.utf16 }
    }
}

impl SourceFile {
    /// A file under a name.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into(), line_starts: OnceLock::new(), blocks: OnceLock::new() }
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let ends = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(ends.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX))).collect()
        })
    }

    /// The position of a byte offset. An offset past the end, or inside a character, is moved back to the nearest
    /// place that exists.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.floor(offset);
        let line = self.line_of(offset);
        Position { line: line + 1, column: self.before_in_line(offset).characters + 1 }
    }

    /// What stands before a byte offset in its line. The cost does not grow with the line: generated JSON is one line.
    pub fn before_in_line(&self, offset: usize) -> Counts {
        let offset = self.floor(offset);
        let start = self.line_start(self.line_of(offset));
        if offset - start <= BLOCK {
            return self.text.as_bytes().get(start..offset).map_or(Counts::default(), Counts::of);
        }
        let (all, skipped) = (self.before(offset), self.before(start));
        Counts { characters: all.characters - skipped.characters, utf16: all.utf16 - skipped.utf16 }
    }

    /// What stands before a byte offset in the whole text.
    fn before(&self, offset: usize) -> Counts {
        let bytes = self.text.as_bytes();
        let blocks = self.blocks.get_or_init(|| {
            let sums = bytes.chunks(BLOCK).scan(Counts::default(), |sum, block| {
                let before = *sum;
                *sum = sum.plus(Counts::of(block));
                Some(before)
            });
            sums.collect()
        });
        // The last block ends with the text: an offset at its end may have none of its own.
        let block = (offset / BLOCK).min(blocks.len().saturating_sub(1));
        let before = blocks.get(block).copied().unwrap_or_default();
        before.plus(bytes.get(block * BLOCK..offset).map_or(Counts::default(), Counts::of))
    }

    /// The text of a span of this file; empty when the span does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The number of the line (from 0) that holds a byte offset.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|start| *start as usize <= offset).saturating_sub(1)
    }

    /// The byte offset at which line `line` (from 0) starts; the text's length for a line past the end.
    pub fn line_start(&self, line: usize) -> usize {
        self.line_starts().get(line).map_or(self.text.len(), |start| *start as usize)
    }

    /// The number of lines; a text that ends in a newline has an empty last line.
    pub fn line_count(&self) -> usize {
        self.line_starts().len()
    }

    /// The nearest character boundary at or before a byte offset.
    pub fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// All texts of a run. Files are only ever added, so that a [`FileId`] stays valid.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

impl SourceMap {
    /// Adds a text and names it.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.share(Arc::new(SourceFile::new(path, text)))
    }

    /// Adds a text that other runs hold, too.
    pub fn share(&mut self, file: Arc<SourceFile>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(file);
        id
    }

    /// The file behind an id of this map.
    pub fn file(&self, id: FileId) -> Option<&Arc<SourceFile>> {
        self.files.get(id.0 as usize)
    }

    /// The path of a file as reports print it; empty for an id of another map.
    pub fn path(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| file.path.as_str())
    }

    /// The text that a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.file(span.file).map_or("", |file| file.slice(span))
    }

    /// Every file with its id, in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &Arc<SourceFile>)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), file))
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// True when no file was added.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// The files of a project: the only way to anything outside the program. Paths are relative to the project's root, with
/// forward slashes; nothing outside the root is ever read.
pub trait Files: Sync {
    /// The text of a file.
    fn read(&self, path: &str) -> Result<Arc<str>, FileError>;
    /// The names (not paths) of the entries of a folder, sorted; folders end in `/`. Empty for what is no folder.
    fn list(&self, folder: &str) -> Vec<String>;
    /// The path under which reports name a file.
    fn display(&self, path: &str) -> String;
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is none.
    Absent,
    /// The path leads out of the project's root.
    Outside,
    /// It is no UTF-8 text, too large, no regular file, or the system refuses; a phrase says which.
    Unreadable(String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("the file does not exist"),
            Self::Outside => f.write_str("the path leads out of the project"),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}

/// Joins a relative path to a folder, both relative to the project's root, and resolves `.` and `..`. `None` when the result
/// would leave the root, or the path is absolute.
pub fn join_path(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') || path.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path that is shown from one folder, as seen from another: `prefix` is the way from the other folder to the first.
pub fn seen_from(prefix: &str, path: &str) -> String {
    if path.starts_with('/') || path.contains(":/") {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in prefix.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The folder of a path; empty for a file in the root.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Reads files of a project into a [`SourceMap`], each at most once.
pub struct Loader<'a> {
    files: &'a dyn Files,
    map: SourceMap,
    known: BTreeMap<Arc<str>, FileId>,
}

impl<'a> Loader<'a> {
    /// A loader that has read nothing yet.
    pub fn new(files: &'a dyn Files) -> Self {
        Self { files, map: SourceMap::default(), known: BTreeMap::new() }
    }

    /// The file at a path, read if it was not read before.
    pub fn load(&mut self, path: &str) -> Result<FileId, FileError> {
        if let Some(id) = self.known.get(path) {
            return Ok(*id);
        }
        let text = self.files.read(path)?;
        Ok(self.insert(path, text))
    }

    /// Adds a text that was read elsewhere.
    pub fn insert(&mut self, path: &str, text: Arc<str>) -> FileId {
        let id = self.map.add(self.files.display(path), text);
        self.known.insert(path.into(), id);
        id
    }

    /// Adds a text that is no file of the project, under the name that reports show.
    pub fn add(&mut self, shown: &str, text: Arc<str>) -> FileId {
        self.map.add(shown, text)
    }

    /// The text of a file of this loader.
    pub fn text(&self, id: FileId) -> Arc<str> {
        self.map.file(id).map_or_else(|| Arc::from(""), |file| file.text.clone())
    }

    /// The files behind it.
    pub fn files(&self) -> &'a dyn Files {
        self.files
    }

    /// The texts read so far.
    pub fn map(&self) -> &SourceMap {
        &self.map
    }

    /// The texts read so far, to add others that are no files of the project.
    pub fn map_mut(&mut self) -> &mut SourceMap {
        &mut self.map
    }

    /// All texts that were read.
    pub fn into_map(self) -> SourceMap {
        self.map
    }
}

/// A project in memory: the twin of the disk, for tests and editors.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    texts: BTreeMap<String, Arc<str>>,
}

impl MemoryFiles {
    /// With one more file.
    #[must_use]
    pub fn with(mut self, path: &str, text: &str) -> Self {
        self.texts.insert(path.to_owned(), text.into());
        self
    }

    /// The paths of all files, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        self.texts.get(path).cloned().ok_or(FileError::Absent)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.texts.keys().filter_map(|path| path.strip_prefix(&prefix));
        let names: BTreeSet<String> = below
            .map(|rest| match rest.split_once('/') {
                Some((folder, _)) => format!("{folder}/"),
                None => rest.to_owned(),
            })
            .collect();
        names.into_iter().collect()
    }

    fn display(&self, path: &str) -> String {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let file = SourceFile::new("a.yaml", "ä: x\nbü: \"€\"\n");
        assert_eq!(file.position(3), Position { line: 1, column: 3 });
        let euro = file.text.find('€').unwrap();
        assert_eq!(file.position(euro), Position { line: 2, column: 6 });
        assert_eq!(file.position(euro + 1), Position { line: 2, column: 6 }, "inside a character");
        assert_eq!(file.position(9_999), Position { line: 3, column: 1 }, "past the end");
    }

    #[test]
    fn columns_of_a_long_line_are_those_of_a_short_one() {
        let line = "aä€🔐".repeat(3_000);
        let file = SourceFile::new("a.json", format!("é\n{line}\n{line}"));
        for (at, before) in line.char_indices().map(|(at, _)| (at, &line[..at])).skip(1_000).step_by(7) {
            let counts = Counts { characters: before.chars().count(), utf16: before.encode_utf16().count() };
            assert_eq!(file.before_in_line(3 + at), counts, "{at}");
            assert_eq!(file.before_in_line(3 + line.len() + 1 + at), counts, "{at}");
        }
        assert_eq!(file.before_in_line(file.text.len()).characters, 12_000);
        let whole = SourceFile::new("b.json", "x".repeat(3 * BLOCK));
        assert_eq!(whole.position(3 * BLOCK), Position { line: 1, column: 3 * BLOCK + 1 });
    }

    #[test]
    fn paths_are_seen_from_another_folder() {
        assert_eq!(seen_from("", "a/b.yaml"), "a/b.yaml");
        assert_eq!(seen_from("services/auth", "./pool.yaml"), "services/auth/pool.yaml");
        assert_eq!(seen_from("services/auth", "../../roles/role.tf"), "roles/role.tf");
        assert_eq!(seen_from("../x", "../y"), "../y");
    }

    #[test]
    fn a_part_of_a_span_never_leaves_it() {
        let span = Span::new(FileId(0), 10, 20);
        assert_eq!(span.part(2, 4), Span::new(FileId(0), 12, 14));
        assert_eq!(span.part(8, 99), Span::new(FileId(0), 18, 20));
        assert_eq!(span.part(50, 60), Span::new(FileId(0), 20, 20));
    }
}
