//! Findings that were there before: kept in a file, and not reported again.
//!
//! An entry names the rule, the file, the resource and the property; no line, so that it survives edits. What is said is there
//! as a digest, which only tells apart the findings at one property: other words for it bring nothing back. Equal entries are
//! counted. An entry of a file that is no longer there stands for the same finding in another file: files get new names.

use super::{ConfigFile, Failure, outputs, read_text, usage};
use crate::Report;
use crate::cli::Check;
use crate::discover::shown_from;
use crate::finding::{Finding, Suppression, digest};
use crate::frontend::{Diagnostic, Resource};
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
    property: String,
    digest: String,
}

impl Entry {
    fn in_file(&self) -> [&str; 4] {
        [&self.rule, &self.file, &self.resource, &self.property]
    }

    /// What stays when the file gets another name.
    fn anywhere(&self) -> [&str; 3] {
        [&self.rule, &self.resource, &self.property]
    }
}

/// An entry of the file, and what became of it.
struct Known<'a> {
    entry: &'a Entry,
    span: Span,
    met: bool,
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

/// The entries of all findings, in their order.
fn entries(report: &Report, prefix: &str) -> Vec<Entry> {
    let mut by_file: BTreeMap<FileId, Vec<&Resource>> = BTreeMap::new();
    for (_, node) in report.graph.iter().flat_map(|graph| graph.nodes()) {
        by_file.entry(node.resource.span.file).or_default().push(&node.resource);
    }
    let entry = |finding: &Finding| Entry {
        file: seen_from(prefix, report.sources.path(finding.primary.span.file)),
        rule: finding.rule.id.to_string(),
        resource: finding.resource.to_string(),
        property: property(finding, &by_file).unwrap_or_default(),
        digest: digest(&[&finding.message, finding.when.as_deref().unwrap_or("")]),
    };
    report.findings.iter().map(entry).collect()
}

/// The property that a finding points at; of another resource than its own with that one's address in front. What a program
/// generated points at the program first, then at the template.
fn property(finding: &Finding, by_file: &BTreeMap<FileId, Vec<&Resource>>) -> Option<String> {
    let at = |span: Span| {
        let around = by_file.get(&span.file)?.iter().filter(|resource| resource.span.covers(span));
        let own = |resource: &&&Resource| resource.id.address == finding.resource;
        let resource = around.clone().find(own).or(around.clone().next())?;
        let property = resource.property_at(span)?;
        Some(if own(&resource) { property } else { format!("{} {property}", resource.id.address) })
    };
    std::iter::once(&finding.primary).chain(finding.labels.first()).find_map(|label| at(label.span))
}

/// One line for each entry, so that a change of the file reads as what it is.
fn text_of(report: &Report, prefix: &str) -> Result<String, Failure> {
    let all = report.findings.iter().zip(entries(report, prefix));
    let mut entries: Vec<Entry> =
        all.filter(|(finding, _)| finding.suppressed.is_none()).map(|(_, entry)| entry).collect();
    entries.sort();
    let lines: Result<Vec<String>, _> = entries.iter().map(serde_json::to_string).collect();
    let lines = lines.map_err(usage)?.join(",\n    ");
    let lines = if lines.is_empty() { String::new() } else { format!("\n    {lines}\n  ") };
    Ok(format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{lines}]\n}}\n"))
}

/// Suppresses what is known, and warns of entries that meet nothing any more.
fn mark(report: &mut Report, written: &[Entry], file: FileId, text: &str, prefix: &str) {
    let mut places = places(written, text);
    let known = written.iter().map(|entry| {
        let (start, end) = places.get_mut(entry).and_then(Vec::pop).unwrap_or((0, 0));
        Known { entry, span: Span::new(file, start, end), met: false }
    });
    let mut known: Vec<Known<'_>> = known.collect();
    let own = entries(report, prefix);
    let read: BTreeSet<String> = report.sources.files().map(|(_, file)| seen_from(prefix, &file.path)).collect();
    let any = |_: &Entry| true;
    // A file that is gone may have another name now.
    let gone = |entry: &Entry| !read.contains(&entry.file);
    let found = &mut report.findings;
    meet(found, &own, &mut known, &any, |entry| (entry.in_file(), &entry.digest));
    meet(found, &own, &mut known, &any, |entry| entry.in_file());
    meet(found, &own, &mut known, &gone, |entry| (entry.anywhere(), &entry.digest));
    meet(found, &own, &mut known, &gone, |entry| entry.anywhere());
    for Known { entry, span, .. } in known.iter().filter(|known| !known.met) {
        let Entry { rule, resource, file, .. } = entry;
        let message = format!("`{rule}` no longer reports this of {resource} in {file}; --update-baseline removes it");
        report.diagnostics.push(Diagnostic { span: *span, message, fatal: false });
    }
}

/// Suppresses every finding whose entry has the key of one that is left over, and that is of use.
fn meet<'a, K: Ord>(
    found: &mut [Finding],
    own: &'a [Entry],
    known: &mut [Known<'a>],
    of_use: &dyn Fn(&Entry) -> bool,
    key: impl Fn(&'a Entry) -> K,
) {
    let mut left: BTreeMap<K, Vec<&mut Known<'a>>> = BTreeMap::new();
    for one in known.iter_mut().rev().filter(|known| !known.met && of_use(known.entry)) {
        left.entry(key(one.entry)).or_default().push(one);
    }
    for (finding, own) in found.iter_mut().zip(own).filter(|(finding, _)| finding.suppressed.is_none()) {
        if let Some(known) = left.get_mut(&key(own)).and_then(Vec::pop) {
            known.met = true;
            let reason = Some("it is in the baseline".to_owned());
            finding.suppressed = Some(Suppression { reason, span: known.span });
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
