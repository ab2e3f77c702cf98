//! `coglint test` and `coglint init`: rules of the user's own, and their tests.

use super::{BROKEN, CLEAN, FOUND, Failure, read_text, rule_files, usage};
use crate::cli::Test;
use crate::discover::{CONFIG_FILE, Found, TEST_ENDING, expand, kind_of, read_regular_file, shown_from};
use crate::report::{safe_line, safe_lines};
use crate::source::MemoryFiles;
use crate::{Options, Report, catalogue, lint};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Folders inside a test's input folder are read no deeper than this.
const MOST_FOLDERS: usize = 32;

/// A test of rules, as its file writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    input: Input,
    expect: BTreeMap<String, BTreeMap<String, Outcome>>,
    region: Option<String>,
    account: Option<String>,
}

/// What is linted: files by their names, or a path from the test file's folder.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Input {
    Path(String),
    Files(BTreeMap<String, String>),
}

/// What becomes of a rule at a resource.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Outcome {
    /// It has nothing to say.
    Pass,
    /// It has a finding.
    Fail,
    /// It could not be decided.
    Skip,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Skip => "SKIP",
        })
    }
}

/// Runs the tests of rules below the paths: 0 when all pass, 1 when one fails, 2 when a file is no test or a rule no rule.
pub(super) fn test(arguments: &Test, working: &Path, out: &mut dyn Write) -> Result<u8, Failure> {
    let files = test_files(&arguments.paths, working)?;
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for file in &files {
        let shown = shown_from(working, file);
        let folder = file.parent().unwrap_or(working);
        let text = read_text(file, working)?;
        let cases: Vec<Case> = serde_yaml::from_str(&text).map_err(|error| usage(format!("{shown}: {error}")))?;
        let options = rules_of(arguments, folder, working)?;
        let known: BTreeSet<String> = catalogue(&options).iter().map(|rule| rule.id.to_string()).collect();
        for case in &cases {
            let unknown = case.expect.keys().find(|id| !known.contains(*id));
            if let Some(id) = unknown {
                let hint = super::explain::did_you_mean(id, known.iter().map(String::as_str));
                let what = format!("{shown}: {}: there is no rule `{id}`{hint}", case.name);
                return Err(usage(what + &mistakes(&options)));
            }
            let differences = run_case(case, folder, &options).map_err(|why| usage(format!("{shown}: {why}")))?;
            let word = if differences.is_empty() { "ok  " } else { "FAIL" };
            writeln!(out, "{word} {}: {}", safe_line(&shown), safe_line(&case.name))?;
            for difference in &differences {
                writeln!(out, "     {}", safe_lines(difference))?;
            }
            if differences.is_empty() { passed += 1 } else { failed += 1 }
        }
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(match (passed, failed) {
        (0, 0) => BROKEN,
        (_, 0) => CLEAN,
        _ => FOUND,
    })
}

/// The test files behind paths, sorted; a path without one is an error.
fn test_files(paths: &[String], working: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let default = [".".to_owned()];
    let mut files = BTreeSet::new();
    for shown in if paths.is_empty() { &default } else { paths } {
        let path = working.join(shown);
        let found = if path.is_dir() {
            expand(&path, &format!("**/*{TEST_ENDING}"))
        } else if path.exists() {
            Ok(vec![path])
        } else {
            expand(working, shown)
        };
        let found = found.map_err(usage)?;
        if found.is_empty() {
            return Err(usage(format!("{shown}: no test is there (tests are named *{TEST_ENDING})")));
        }
        files.extend(found.into_iter().map(|path| fs::canonicalize(&path).unwrap_or(path)));
    }
    Ok(files)
}

/// The built-in rules, those beside the test, and those of `--rules`.
fn rules_of(arguments: &Test, folder: &Path, working: &Path) -> Result<Options, Failure> {
    let mut rules = rule_files(&arguments.rules, working, working)?;
    for path in expand(folder, "*.rhai").map_err(usage)? {
        let shown = shown_from(working, &path);
        if !rules.iter().any(|(known, _)| *known == shown) {
            rules.push((shown, read_text(&path, working)?));
        }
    }
    Ok(Options { rules, ..Options::default() })
}

/// What is wrong with the rules, a line each.
fn mistakes(options: &Options) -> String {
    let report = lint(&MemoryFiles::default(), &[], options);
    diagnostics(&report).iter().map(|line| format!("\n  {line}")).collect()
}

fn diagnostics(report: &Report) -> Vec<String> {
    let place = |span: crate::source::Span| {
        let file = report.sources.file(span.file);
        file.map_or_else(String::new, |file| format!("{}:{}", file.path, file.position(span.start as usize).line))
    };
    let lines = report.diagnostics.iter().map(|one| format!("{}: {}", place(one.span), one.message));
    lines.collect()
}

/// How a case differs from what it expects, a line each.
fn run_case(case: &Case, folder: &Path, options: &Options) -> Result<Vec<String>, String> {
    let texts = match &case.input {
        Input::Files(texts) => texts.clone(),
        Input::Path(path) => texts_at(&folder.join(path)).map_err(|why| format!("{path}: {why}"))?,
    };
    let files = texts.iter().fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text));
    let found = texts.iter().filter_map(|(path, text)| {
        let kind = kind_of(path, text.as_bytes())?;
        Some(Found { path: path.as_str().into(), kind, text: text.as_str().into(), named: true })
    });
    let found: Vec<Found> = found.collect();
    if found.is_empty() {
        return Err(format!("{}: its input holds no template and no Terraform file", case.name));
    }
    let mut options = options.clone();
    options.given.region = case.region.clone();
    options.given.account = case.account.clone();
    let report = lint(&files, &found, &options);
    let mut lines = diagnostics(&report);
    for (rule, resources) in &case.expect {
        for (resource, expected) in resources {
            lines.extend(difference(&report, rule, resource, *expected));
        }
        lines.extend(unexpected(&report, rule, resources));
    }
    Ok(lines)
}

fn difference(report: &Report, rule: &str, resource: &str, expected: Outcome) -> Option<String> {
    let kinds = report.rules.iter().find(|known| *known.id == *rule).map(|rule| rule.kinds.clone());
    let kinds = kinds.unwrap_or_default();
    let looked_at = |seen: &&crate::Seen| kinds.iter().any(|kind| seen.is(kind));
    if !report.resources.iter().filter(looked_at).any(|seen| *seen.address == *resource) {
        let there: BTreeSet<&str> = report.resources.iter().filter(looked_at).map(|seen| &*seen.address).collect();
        let there = there.into_iter().collect::<Vec<_>>().join(", ");
        let kinds = kinds.join(" or ");
        return Some(format!("{rule}: there is no {kinds} `{resource}` in the input; there is: {there}"));
    }
    let (outcome, why) = outcome(report, rule, resource);
    (outcome != expected).then(|| format!("{rule}: {resource}: expected {expected}, was {outcome}{why}"))
}

/// What became of a rule at a resource, and why.
fn outcome(report: &Report, rule: &str, resource: &str) -> (Outcome, String) {
    let of_both = |own: &str, at: &str| own == rule && at == resource;
    let mut findings = report.findings.iter().filter(|finding| finding.suppressed.is_none());
    if let Some(finding) = findings.find(|finding| of_both(&finding.rule.id, &finding.resource)) {
        let span = finding.primary.span;
        let file = report.sources.file(span.file);
        let line = file.map_or(0, |file| file.position(span.start as usize).line);
        return (Outcome::Fail, format!(": {} ({}:{line})", finding.message, report.sources.path(span.file)));
    }
    match report.undecided.iter().find(|one| of_both(&one.rule, &one.resource)) {
        Some(undecided) => (Outcome::Skip, format!(": {}", undecided.because)),
        None => (Outcome::Pass, String::new()),
    }
}

/// Resources that the case does not speak of and the rule does.
fn unexpected(report: &Report, rule: &str, expected: &BTreeMap<String, Outcome>) -> Vec<String> {
    let findings = report.findings.iter().filter(|finding| finding.suppressed.is_none() && *finding.rule.id == *rule);
    let others: BTreeSet<&str> = findings.map(|finding| &*finding.resource).collect();
    let others = others.into_iter().filter(|resource| !expected.contains_key(*resource));
    others
        .map(|other| format!("{rule}: {other}: nothing expected, was FAIL{}", outcome(report, rule, other).1))
        .collect()
}

/// The texts of a file, or of all files below a folder, by their paths inside it.
fn texts_at(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut texts = BTreeMap::new();
    let base = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let mut waiting = vec![(path.to_owned(), 0)];
    while let Some((path, depth)) = waiting.pop() {
        if path.is_dir() && depth < MOST_FOLDERS {
            let entries = fs::read_dir(&path).map_err(|error| error.to_string())?;
            waiting.extend(entries.flatten().map(|entry| (entry.path(), depth + 1)));
            continue;
        }
        let bytes = read_regular_file(&path).map_err(|error| error.to_string())?;
        // What is no text is no input.
        if let Ok(text) = String::from_utf8(bytes) {
            texts.insert(shown_from(base, &path), text);
        }
    }
    Ok(texts)
}

/// The files that `init` writes.
const FIRST_FILES: &[(&str, &str)] = &[
    (CONFIG_FILE, include_str!("init/coglint.toml")),
    ("lint/pool-without-mfa.rhai", include_str!("init/pool-without-mfa.rhai")),
    ("lint/pool-without-mfa.test.yaml", include_str!("init/pool-without-mfa.test.yaml")),
];

/// Writes a configuration, a first rule and its test into the working folder. A file that is there stays as it is.
pub(super) fn init(working: &Path, out: &mut dyn Write) -> Result<u8, Failure> {
    for (path, text) in FIRST_FILES {
        let target = working.join(path);
        let folder = target.parent().unwrap_or(working);
        fs::create_dir_all(folder).map_err(|error| usage(format!("{path}: {error}")))?;
        match OpenOptions::new().write(true).create_new(true).open(&target) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(|error| usage(format!("{path}: {error}")))?;
                writeln!(out, "written: {path}")?;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => writeln!(out, "kept:    {path}")?,
            Err(error) => return Err(usage(format!("{path}: {error}"))),
        }
    }
    writeln!(out, "try: coglint test lint && coglint check")?;
    Ok(CLEAN)
}
