//! Which construct of a CDK program a resource of a template comes from, and which line of the program made it: the metadata
//! of a cloud assembly.
//!
//! Up to schema 50 it stands in the manifest, later in `<stack>.metadata.json`. An entry per construct names its logical id,
//! the stack of calls that created it (from 2.253 always, before with `--debug`), and rules that a person acknowledged.

use super::source_map::{self, Mapping, Place};
use crate::frontend::{Acknowledged, Origin};
use crate::source::{FileId, Loader, Span};
use crate::syntax::tree::{NodeId, Tree};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sources in which constructs are written: no other file that a trace names is opened.
const SOURCES: [&str; 13] =
    [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".py", ".java", ".kt", ".cs", ".go"];
/// Those that may be compiled from others.
const COMPILED: [&str; 4] = [".js", ".jsx", ".mjs", ".cjs"];
/// A trace is looked at no further than this, and a path in it no deeper.
const MOST_FRAMES: usize = 64;
/// So many places are tried for the files of one assembly.
const MOST_TRIES: usize = 10_000;

/// Where the resources of templates come from: path of the template -> logical id -> origin.
pub(super) type Origins = BTreeMap<Arc<str>, BTreeMap<Arc<str>, Arc<Origin>>>;

/// Finds the files that traces name. They are written with the absolute paths of the machine that ran the program, which may be
/// another one: a file is looked for by the longest end of its path, from the assembly's folder upwards.
pub(super) struct Sources<'a, 'b> {
    loader: &'a mut Loader<'b>,
    /// The folders around the assembly, the nearest one first.
    folders: Vec<String>,
    known: BTreeMap<String, Option<Found>>,
    maps: BTreeMap<FileId, Option<(String, Mapping)>>,
    tries_left: usize,
}

/// A source in the project, with its path.
#[derive(Clone)]
struct Found {
    path: String,
    file: FileId,
}

impl<'a, 'b> Sources<'a, 'b> {
    pub(super) fn new(loader: &'a mut Loader<'b>, assembly: &str) -> Self {
        let mut folders = Vec::new();
        // A stage's assembly lies in that of its app.
        let mut folder = assembly;
        while in_stage(folder) {
            folder = crate::source::parent(folder);
        }
        while !folder.is_empty() {
            folder = crate::source::parent(folder);
            folders.push(folder.to_owned());
        }
        Self { loader, folders, known: BTreeMap::new(), maps: BTreeMap::new(), tries_left: MOST_TRIES }
    }

    /// The place of the first frame that lies in the project.
    fn place(&mut self, frames: &[&str]) -> Option<Span> {
        frames.iter().take(MOST_FRAMES).find_map(|frame| {
            let (path, line, column) = parsed(frame)?;
            let found = self.file(&path)?;
            let original = column.and_then(|column| self.original(&found, line, column));
            original.or_else(|| self.span(found.file, line, column))
        })
    }

    fn span(&self, file: FileId, line: usize, column: Option<usize>) -> Option<Span> {
        line_of(&self.loader.text(file), line, column).map(|(start, end)| Span::new(file, start, end))
    }

    /// The place that one in compiled JavaScript was compiled from, if the file has a map and the source lies in the project.
    fn original(&mut self, compiled: &Found, line: usize, column: usize) -> Option<Span> {
        if !COMPILED.iter().any(|ending| compiled.path.ends_with(ending)) {
            return None;
        }
        if !self.maps.contains_key(&compiled.file) {
            let map = self.map(compiled);
            self.maps.insert(compiled.file, map);
        }
        let (folder, map) = self.maps.get(&compiled.file)?.as_ref()?;
        let (source, line, column) = map.original(line, column)?;
        let source = crate::source::join_path(folder, source).filter(|source| is_source(source))?;
        let file = self.loader.load(&source).ok()?;
        self.span(file, line, Some(column))
    }

    /// The map of a file, and the folder that the paths in it start from.
    fn map(&mut self, compiled: &Found) -> Option<(String, Mapping)> {
        let folder = crate::source::parent(&compiled.path);
        match source_map::place(&self.loader.text(compiled.file))? {
            Place::Inline(text) => Some((folder.to_owned(), Mapping::read(&text)?)),
            Place::File(path) => {
                let path = crate::source::join_path(folder, &path)?;
                let file = self.loader.load(&path).ok()?;
                Some((crate::source::parent(&path).to_owned(), Mapping::read(&self.loader.text(file))?))
            }
        }
    }

    fn file(&mut self, path: &str) -> Option<Found> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let found = self.find(path);
        self.known.insert(path.to_owned(), found.clone());
        found
    }

    fn find(&mut self, path: &str) -> Option<Found> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if !is_source(path) || parts.len() > MOST_FRAMES || parts.iter().any(|part| matches!(*part, "." | "..")) {
            return None;
        }
        for skipped in 0..parts.len() {
            let end = parts.get(skipped..)?.join("/");
            for (at, folder) in self.folders.iter().enumerate() {
                // A bare name may lie anywhere; beside the assembly it is the program.
                if at > 0 && !end.contains('/') {
                    break;
                }
                self.tries_left = self.tries_left.checked_sub(1)?;
                let path = if folder.is_empty() { end.clone() } else { format!("{folder}/{end}") };
                if let Ok(file) = self.loader.load(&path) {
                    return Some(Found { path, file });
                }
            }
        }
        None
    }
}

/// True for the path of a source of the program's own.
fn is_source(path: &str) -> bool {
    SOURCES.iter().any(|ending| path.ends_with(ending)) && path.split('/').all(|part| part != "node_modules")
}

/// `new Stack (/app/lib/stack.ts:17:18)`, `__init__ (/app/app.py:6)`, `at file:///app/main.mjs:3:1`: path, line and column.
fn parsed(frame: &str) -> Option<(String, usize, Option<usize>)> {
    let frame = frame.trim();
    let place = match frame.strip_suffix(')') {
        Some(inside) => inside.rsplit_once('(')?.1,
        None => frame.rsplit(' ').next()?,
    };
    let (rest, last) = place.rsplit_once(':')?;
    let last: usize = last.parse().ok()?;
    let (path, line, column) = match rest.rsplit_once(':').map(|(path, line)| (path, line.parse::<usize>())) {
        Some((path, Ok(line))) => (path, line, Some(last)),
        _ => (rest, last, None),
    };
    let path = path.strip_prefix("file://").unwrap_or(path).replace('\\', "/");
    Some((path, line, column))
}

/// From a column (in UTF-16 units, as JavaScript counts) of a line to the line's end; the whole line without one.
fn line_of(text: &str, line: usize, column: Option<usize>) -> Option<(usize, usize)> {
    let mut start = 0;
    let found = text.split_inclusive('\n').enumerate().find_map(|(at, found)| {
        let here = start;
        start += found.len();
        (at + 1 == line).then_some((here, found))
    });
    let (start, found) = found?;
    let end = start + found.trim_end().len();
    let indent = found.len() - found.trim_start().len();
    let offset = column.map_or(indent, |column| {
        let mut units = 0;
        let before = found.chars().take_while(|c| {
            units += c.len_utf16();
            units < column
        });
        before.map(char::len_utf8).sum::<usize>().max(indent)
    });
    let from = (start + offset).min(end);
    (from < end).then_some((from, end))
}

/// Reads the metadata of a stack: `constructs` is the map from construct paths to their entries, `template` the stack's own.
pub(super) fn read(
    tree: &Tree,
    constructs: NodeId,
    template: &Arc<str>,
    folder: &str,
    sources: &mut Sources<'_, '_>,
    origins: &mut Origins,
) {
    let constructs: Vec<(&Arc<str>, Vec<Entry<'_>>)> = tree
        .entries(constructs)
        .iter()
        .filter_map(|(path, entries)| Some((tree.str(*path)?, self::entries(tree, *entries))))
        .collect();
    let of_type = |kind: &'static str| {
        constructs.iter().flat_map(move |(path, entries)| {
            entries.iter().filter(move |entry| entry.kind == kind).map(move |entry| (*path, entry))
        })
    };
    let templates: BTreeMap<&str, Arc<str>> = of_type("aws:cdk:templateFile")
        .filter_map(|(path, entry)| {
            let name = tree.str(entry.data?)?;
            Some((&**path, crate::source::join_path(folder, name)?.into()))
        })
        .collect();
    let acknowledged: Vec<(&Arc<str>, Acknowledged)> = of_type("aws:cdk:acknowledged-rules")
        .filter_map(|(path, entry)| Some((path, entry.data?)))
        .flat_map(|(path, rules)| self::acknowledged(tree, rules).into_iter().map(move |rule| (path, rule)))
        .collect();
    for (path, entries) in &constructs {
        let Some(id) = entries.iter().find(|entry| entry.kind == "aws:cdk:logicalId") else { continue };
        let Some(logical_id) = id.data.and_then(|data| tree.str(data)) else { continue };
        let stack = entries.iter().find(|entry| entry.kind == "aws:cdk:creationStack").and_then(|entry| entry.data);
        let frames = stack.or(id.trace).map(|frames| tree.items(frames)).unwrap_or_default();
        let frames: Vec<&str> = frames.iter().filter_map(|frame| tree.str(*frame).map(|frame| &**frame)).collect();
        let around = |own: &str| around(own, path);
        let origin = Origin {
            construct_path: path.trim_start_matches('/').into(),
            in_stage: in_stage(folder),
            frame: sources.place(&frames),
            acknowledged: acknowledged.iter().filter(|(own, _)| around(own)).map(|(_, rule)| rule.clone()).collect(),
        };
        let nested = templates.iter().filter(|(own, _)| around(own)).max_by_key(|(own, _)| own.len());
        let template = nested.map_or(template, |(_, template)| template);
        origins.entry(template.clone()).or_default().insert(logical_id.clone(), Arc::new(origin));
    }
}

/// True for the folder of a stage's own assembly.
pub(super) fn in_stage(folder: &str) -> bool {
    folder.rsplit('/').next().is_some_and(|name| name.starts_with("assembly-"))
}

/// True when a construct is another one, or holds it.
fn around(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A piece of metadata of a construct.
struct Entry<'a> {
    kind: &'a str,
    data: Option<NodeId>,
    trace: Option<NodeId>,
}

fn entries(tree: &Tree, id: NodeId) -> Vec<Entry<'_>> {
    let field = |item: NodeId, name: &str| tree.get(item, name).map(|(_, value)| value);
    let entry = |item: &NodeId| {
        let kind = tree.str(field(*item, "type")?)?;
        Some(Entry { kind, data: field(*item, "data"), trace: field(*item, "trace") })
    };
    tree.items(id).iter().filter_map(entry).collect()
}

/// `{"coglint::rule": "reason"}`; rules of other tools are none of ours.
fn acknowledged(tree: &Tree, rules: NodeId) -> Vec<Acknowledged> {
    let rule = |(key, reason): &(NodeId, NodeId)| {
        let rule = tree.str(*key)?.strip_prefix("coglint::")?.into();
        let reason = tree.str(*reason).filter(|reason| !reason.is_empty()).cloned();
        Some(Acknowledged { rule, reason, span: tree.node(*key).span })
    };
    tree.entries(rules).iter().filter_map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_all_languages_are_read() {
        let table = [
            ("new AuthStack (/app/lib/auth-stack.ts:17:18)", Some(("/app/lib/auth-stack.ts", 17, Some(18)))),
            ("__init__ (/app/app.py:6)", Some(("/app/app.py", 6, None))),
            ("    at file:///app/main.mjs:3:1", Some(("/app/main.mjs", 3, Some(1)))),
            (r"new A (C:\app\a.ts:1:2)", Some(("C:/app/a.ts", 1, Some(2)))),
            ("...new UserPool2 in aws-cdk-lib...", None),
            ("(no user code in 10 frames, use --stack-trace-limit to capture more)", None),
        ];
        for (frame, expected) in table {
            let expected = expected.map(|(path, line, column)| (path.to_owned(), line, column));
            assert_eq!(parsed(frame), expected, "{frame}");
        }
    }

    #[test]
    fn a_place_is_the_rest_of_its_line() {
        let text = "a\n  const ä = new Pool(\n";
        let slice = |line, column| line_of(text, line, column).and_then(|(start, end)| text.get(start..end));
        assert_eq!(slice(2, Some(13)), Some("new Pool("));
        assert_eq!(slice(2, None), Some("const ä = new Pool("));
        assert_eq!((slice(3, None), slice(2, Some(99)), slice(0, None)), (None, None, None));
    }
}
