//! What the fixture runners share: a case is a file or a folder; it is linted in memory, through the crate's public door.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use coglint::discover::Found;
use coglint::finding::Finding;
use coglint::frontend::{Given, InputKind};
use coglint::graph::Graph;
use coglint::source::{MemoryFiles, SourceMap};
use coglint::{Options, Report};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A finding as fixtures write it: where, how bad, which rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// The path inside the case.
    pub(crate) path: String,
    /// The line of the primary place, from 1.
    pub(crate) line: usize,
    /// `error`, `warning`, `note`
    pub(crate) level: String,
    /// The rule's id.
    pub(crate) rule: String,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {} {}", self.path, self.line, self.level, self.rule)
    }
}

/// The folder of the test data.
pub(crate) fn testdata(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder)
}

/// The entries of a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = read.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

/// The last part of a path.
pub(crate) fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The texts of a case, a file or a folder, by their paths inside it: what is linted, and what belongs to the test alone
/// (`*.out`, `*.md`, `expected.txt`).
pub(crate) fn texts(case: &Path) -> Vec<(String, String)> {
    let base = if case.is_dir() { case } else { case.parent().unwrap() };
    let mut texts = Vec::new();
    let mut waiting = vec![case.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(entries(&path));
            continue;
        }
        let relative = path.strip_prefix(base).unwrap().components();
        let parts: Vec<&str> = relative.map(|part| part.as_os_str().to_str().unwrap()).collect();
        texts.push((parts.join("/"), fs::read_to_string(&path).unwrap()));
    }
    texts.sort();
    texts
}

/// Lints texts as one project, with the built-in rules and no options.
pub(crate) fn lint(texts: &[(String, String)]) -> Report {
    lint_with(texts, &Options::default())
}

/// The same with options.
pub(crate) fn lint_with(texts: &[(String, String)], options: &Options) -> Report {
    let (files, found) = project(texts);
    let report = coglint::lint(&files, &found, options);
    // A manifest is no template; it says which files are.
    let templates = found.iter().filter(|found| found.kind != InputKind::CdkManifest).count();
    assert_eq!(report.summary.files, templates, "every file of the case is read: {texts:?}");
    report
}

/// The graph of texts as one project, without any rule.
#[allow(dead_code, reason = "not every test that shares this asks for it")]
pub(crate) fn graph(texts: &[(String, String)]) -> Graph {
    let (files, found) = project(texts);
    coglint::graph(&files, &found, &Given::default())
}

/// The files of a project in memory, and those of them that are inputs.
pub(crate) fn project(texts: &[(String, String)]) -> (MemoryFiles, Vec<Found>) {
    let files = texts.iter().fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text));
    (files, texts.iter().filter_map(|(path, text)| found(path, text)).collect())
}

fn found(path: &str, text: &str) -> Option<Found> {
    let kind = match path.rsplit_once('.')?.1 {
        "tf" => InputKind::Terraform,
        "tfvars" => InputKind::TerraformVariables,
        "json" if path.ends_with(".tf.json") => InputKind::TerraformJson,
        // What a cloud assembly names; the manifest leads to it.
        "json" if path.ends_with(".assets.json") || path.ends_with(".metadata.json") => return None,
        "json" if path.ends_with("manifest.json") => InputKind::CdkManifest,
        "json" if text.contains("\"terraform_version\"") => InputKind::TerraformPlan,
        "yaml" | "json" => InputKind::Template,
        _ => return None,
    };
    Some(Found { path: path.into(), kind, text: text.into(), named: false })
}

/// What a report found, sorted.
pub(crate) fn findings(report: &Report) -> Vec<Mark> {
    marks(&report.findings, &report.sources)
}

/// Findings as fixtures write them, sorted.
pub(crate) fn marks(findings: &[Finding], sources: &SourceMap) -> Vec<Mark> {
    let mark = |finding: &Finding| {
        let span = finding.primary.span;
        let file = sources.file(span.file).expect("a finding lies in a file");
        Mark {
            path: file.path.clone(),
            line: file.position(span.start as usize).line,
            level: finding.level.name().to_owned(),
            rule: finding.rule.id.to_string(),
        }
    };
    let mut marks: Vec<Mark> = findings.iter().map(mark).collect();
    marks.sort();
    marks
}

/// How findings differ from what is expected, line by line; `None` when they do not, and nothing is wrong with the input.
pub(crate) fn difference(expected: &[Mark], report: &Report) -> Option<String> {
    let actual = findings(report);
    let only = |these: &[Mark], those: &[Mark], sign: &str| -> Vec<String> {
        these.iter().filter(|mark| !those.contains(mark)).map(|mark| format!("  {sign} {mark}")).collect()
    };
    let mut lines = only(expected, &actual, "- missing:   ");
    lines.extend(only(&actual, expected, "+ unexpected:"));
    let twice = actual.windows(2).filter(|pair| pair[0] == pair[1]);
    lines.extend(twice.map(|pair| format!("  + twice:      {}", pair[0])));
    lines.extend(report.diagnostics.iter().map(|diagnostic| {
        let path = report.sources.path(diagnostic.span.file);
        format!("  ! {path}: {}", diagnostic.message)
    }));
    if !lines.is_empty() {
        // A missing finding is most often one that could not be decided.
        let undecided =
            report.undecided.iter().map(|one| format!("  ? {} on {}: {}", one.rule, one.resource, one.because));
        lines.extend(undecided);
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Fails with everything that went wrong, case by case.
pub(crate) fn report_failures(cases: usize, failures: &[String]) {
    assert!(cases > 0, "no cases were found");
    assert!(failures.is_empty(), "{} of {cases} cases failed:\n{}", failures.len(), failures.join("\n"));
}
