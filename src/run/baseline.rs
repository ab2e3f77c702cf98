//! Findings that were there before: kept in a file, and not reported again.
//!
//! An entry names the rule, the file, the resource and a digest of what is said; no line, so that it survives edits. Equal
//! entries are counted. An entry of a file that is no longer there stands for the same finding in another file: files get
//! new names.

use super::{ConfigFile, Failure, outputs, read_text, usage};
use crate::Report;
use crate::cli::Check;
use crate::discover::shown_from;
use crate::finding::{Finding, Suppression, digest};
use crate::frontend::Diagnostic;
use crate::source::{FileId, Span, seen_from};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;

/// The file's contents.
#[derive(Deserialize, Serialize)]
struct Baseline {
    version: u32,
    findings: Vec<Entry>,
}

/// A finding that is known, in the order of the file.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
struct Entry {
    file: String,
    rule: String,
    resource: String,
    digest: String,
}

impl Entry {
    /// What stays when the file gets another name.
    fn anywhere(&self) -> [&str; 3] {
        [&self.rule, &self.resource, &self.digest]
    }
}

/// Takes the findings of the baseline out of a report, or writes them into it first.
pub(super) fn apply(report: &mut Report, arguments: &Check, read: &ConfigFile, working: &Path) -> Result<(), Failure> {
    let typed = arguments.baseline.as_ref().map(|path| working.join(path));
    let configured = || Some(read.folder()?.join(read.config.baseline.as_ref()?));
    let Some(path) = typed.or_else(configured) else {
        let missing = "--update-baseline needs to know the file: --baseline FILE, or `baseline` in coglint.toml";
        return if arguments.update_baseline { Err(usage(missing)) } else { Ok(()) };
    };
    let prefix = prefix(&path, working);
    if arguments.update_baseline {
        let text = text_of(report, &prefix)?;
        outputs::write_file(&path, text.as_bytes())
            .map_err(|error| usage(format!("{}: it cannot be written: {error}", shown_from(working, &path))))?;
    }
    let shown = shown_from(working, &path);
    let text =
        read_text(&path, working).map_err(|error| usage(format!("{error}; --update-baseline writes a baseline")))?;
    let baseline: Baseline = serde_json::from_str(&text).map_err(|error| usage(format!("{shown}: {error}")))?;
    if baseline.version != VERSION {
        return Err(usage(format!("{shown}: version {} is not known here", baseline.version)));
    }
    let file = report.sources.add(shown, text.clone());
    mark(report, &baseline.findings, file, &text, &prefix);
    report.sort();
    Ok(())
}

/// The working folder as seen from that of the baseline: a baseline means the same wherever one stands.
fn prefix(path: &Path, working: &Path) -> String {
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    shown_from(&std::fs::canonicalize(&folder).unwrap_or(folder), working)
}

fn entry(finding: &Finding, report: &Report, prefix: &str) -> Entry {
    Entry {
        file: seen_from(prefix, report.sources.path(finding.primary.span.file)),
        rule: finding.rule.id.to_string(),
        resource: finding.resource.to_string(),
        digest: digest(&[&finding.message, finding.when.as_deref().unwrap_or("")]),
    }
}

/// One line for each entry, so that a change of the file reads as what it is.
fn text_of(report: &Report, prefix: &str) -> Result<String, Failure> {
    let active = report.findings.iter().filter(|finding| finding.suppressed.is_none());
    let mut entries: Vec<Entry> = active.map(|finding| entry(finding, report, prefix)).collect();
    entries.sort();
    let lines: Result<Vec<String>, _> = entries.iter().map(serde_json::to_string).collect();
    let lines = lines.map_err(usage)?.join(",\n    ");
    let lines = if lines.is_empty() { String::new() } else { format!("\n    {lines}\n  ") };
    Ok(format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{lines}]\n}}\n"))
}

/// Suppresses what is known, and warns of entries that meet nothing any more.
fn mark(report: &mut Report, entries: &[Entry], file: FileId, text: &str, prefix: &str) {
    let mut known: BTreeMap<Entry, usize> = BTreeMap::new();
    for entry in entries {
        *known.entry(entry.clone()).or_default() += 1;
    }
    let mut places = places(entries, text);
    let mut place = |entry: &Entry| {
        let (start, end) = places.get_mut(entry).and_then(Vec::pop).unwrap_or((0, 0));
        Span::new(file, start, end)
    };
    let keys: Vec<Entry> = report.findings.iter().map(|finding| entry(finding, report, prefix)).collect();
    let read: BTreeSet<String> = report.sources.files().map(|(_, file)| seen_from(prefix, &file.path)).collect();
    let mut silence = |finding: &mut Finding, key: &Entry, known: &mut BTreeMap<Entry, usize>| {
        let Some(left) = known.get_mut(key).filter(|left| **left > 0 && finding.suppressed.is_none()) else { return };
        *left -= 1;
        let reason = Some("it is in the baseline".to_owned());
        finding.suppressed = Some(Suppression { reason, span: place(key) });
    };
    for (finding, key) in report.findings.iter_mut().zip(&keys) {
        silence(finding, key, &mut known);
    }
    // What is left over of a file that is gone: it may have another name now.
    let mut gone: BTreeMap<[&str; 3], Vec<Entry>> = BTreeMap::new();
    let leftover = known.iter().filter(|(entry, _)| !read.contains(&entry.file));
    let leftover: Vec<Entry> = leftover.flat_map(|(entry, left)| vec![entry.clone(); *left]).collect();
    for entry in &leftover {
        gone.entry(entry.anywhere()).or_default().push(entry.clone());
    }
    for (finding, key) in report.findings.iter_mut().zip(&keys).filter(|(finding, _)| finding.suppressed.is_none()) {
        if let Some(moved) = gone.get_mut(&key.anywhere()).and_then(Vec::pop) {
            silence(finding, &moved, &mut known);
        }
    }
    for (entry, left) in known {
        for _ in 0..left {
            let Entry { rule, resource, file, .. } = &entry;
            let message =
                format!("`{rule}` no longer reports this of {resource} in {file}; --update-baseline removes it");
            report.diagnostics.push(Diagnostic { span: place(&entry), message, fatal: false });
        }
    }
}

/// Where the entries stand, for those that stand in one line as they are written here.
fn places(entries: &[Entry], text: &str) -> BTreeMap<Entry, Vec<(usize, usize)>> {
    let lines: BTreeMap<String, Entry> =
        entries.iter().filter_map(|entry| Some((serde_json::to_string(entry).ok()?, entry.clone()))).collect();
    let mut places: BTreeMap<Entry, Vec<(usize, usize)>> = BTreeMap::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim().trim_end_matches(',');
        if let Some(entry) = lines.get(words) {
            let indent = line.len() - line.trim_start().len();
            places.entry(entry.clone()).or_default().push((start + indent, start + indent + words.len()));
        }
        start += line.len();
    }
    places
}
