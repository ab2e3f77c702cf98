//! Every rule against its fixtures.
//!
//! A case is a file or a folder of `testdata/rules/<id>/`, linted on its own with all rules. It carries its expectation:
//! `#~ ERROR id` at the end of the line on which the finding starts, or `#~^ ERROR id` on a line of its own below. JSON has no
//! comments; there `<name>.out` holds `LINE LEVEL id` lines. A case without marks must be silent for every rule. The traps of
//! `testdata/traps/` are templates that look wrong and are not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

mod support;

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use support::{Mark, difference, entries, findings, lint, name, report_failures, testdata, texts};

#[test]
fn every_rule_finds_what_its_fixtures_say() {
    let cases: Vec<_> = entries(&testdata("rules")).iter().flat_map(|rule| entries(rule)).collect();
    let cases: Vec<_> = cases.into_iter().filter(|case| is_case(case)).collect();
    let failures: Vec<String> = cases.iter().filter_map(|case| failure(case)).collect();
    report_failures(cases.len(), &failures);
}

#[test]
fn traps_are_silent() {
    let cases = entries(&testdata("traps"));
    let marked = cases.iter().filter(|case| !expected(case).is_empty());
    assert_eq!(marked.count(), 0, "a trap expects no finding");
    let failures: Vec<String> = cases.iter().filter_map(|case| failure(case)).collect();
    report_failures(cases.len(), &failures);
}

/// What Terraform itself planned for the fixtures: the same findings, at the same levels. `testdata/plans/` holds the plans, and
/// for what Terraform refuses to plan its reason; `scripts/plan_fixtures.py` writes them.
#[test]
fn plans_find_what_their_files_find() {
    let (mut planned, mut failures) = (0, Vec::new());
    for rule in entries(&testdata("rules")) {
        let plans = testdata("plans").join(format!("{}.jsonl", name(&rule)));
        let plans = fs::read_to_string(plans).unwrap_or_default();
        let mut waiting: BTreeSet<&str> = BTreeSet::new();
        let cases = entries(&rule);
        waiting.extend(cases.iter().map(|case| name(case)).filter(|case| case.ends_with(".tf")));
        for line in plans.lines() {
            let entry: Json = serde_json::from_str(line).unwrap();
            let case = rule.join(entry["case"].as_str().unwrap());
            let files = texts(&case).into_iter().map(|(path, text)| (path, text.into())).collect();
            assert_eq!(entry["files"], Json::Object(files), "{}: scripts/plan_fixtures.py", case.display());
            waiting.remove(name(&case));
            let Some(plan) = entry.get("plan") else {
                assert!(entry["refused"].as_str().is_some_and(|reason| !reason.is_empty()), "{}", case.display());
                continue;
            };
            planned += 1;
            failures.extend(planned_otherwise(&case, &plan.to_string()));
        }
        assert!(waiting.is_empty(), "{}: {waiting:?}: scripts/plan_fixtures.py", rule.display());
    }
    assert!(planned > 280, "{planned} plans");
    report_failures(planned, &failures);
}

/// Cases that a plan knows more of than the files.
const PLAN_KNOWS_MORE: [(&str, &str, &str); 2] = [
    // That the pool is a new one.
    ("threat-protection-without-plus-plan", "bad-no-plan.tf", "error"),
    // That the variable has its default.
    ("sms-external-id-mismatch", "bad-variable.tf", "error"),
];

/// How the findings in a plan differ from those that its files expect.
fn planned_otherwise(case: &Path, plan: &str) -> Option<String> {
    let folder = name(case.parent().unwrap());
    let more = PLAN_KNOWS_MORE.iter().find(|more| (more.0, more.1) == (folder, name(case)));
    let said = |mark: Mark| format!("{} {}", more.map_or(mark.level.as_str(), |more| more.2), mark.rule);
    let wanted: Vec<String> = expected(case).into_iter().map(said).collect();
    let report = lint(&[("plan.json".to_owned(), plan.to_owned())]);
    let found = findings(&report).into_iter().map(|mark| format!("{} {}", mark.level, mark.rule)).collect();
    let sorted = |mut all: Vec<String>| {
        all.sort();
        all
    };
    let (wanted, found) = (sorted(wanted), sorted(found));
    let differs = wanted != found || !report.diagnostics.is_empty();
    differs.then(|| format!("{folder}/{}: {wanted:?}, planned: {found:?} {:?}", name(case), report.diagnostics))
}

/// Two bad and two good cases for each language; a `NOTE` says why a rule has none for one of them.
#[test]
fn every_rule_has_fixtures() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let ids = |folder: &Path| -> Vec<String> {
        entries(folder).iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&rules), ids(&testdata("rules")), "a folder of fixtures for each rule, and none besides");
    for rule in entries(&testdata("rules")) {
        let mut count: BTreeMap<(&str, bool), usize> = BTreeMap::new();
        for case in entries(&rule).iter().filter(|case| is_case(case)) {
            let terraform = texts(case).iter().any(|(path, _)| path.ends_with(".tf"));
            *count.entry((if name(case).starts_with("bad-") { "bad" } else { "good" }, terraform)).or_default() += 1;
            assert!(name(case).starts_with("bad-") || name(case).starts_with("good-"), "{}", case.display());
            let marks = expected(case);
            assert_eq!(name(case).starts_with("bad-"), !marks.is_empty(), "{}", case.display());
            assert!(marks.iter().all(|mark| mark.rule == name(&rule)), "one concern a case: {}", case.display());
        }
        let note = fs::read_to_string(rule.join("NOTE")).unwrap_or_default().replace('\n', " ");
        for (which, terraform) in [("bad", false), ("good", false), ("bad", true), ("good", true)] {
            let enough = count.get(&(which, terraform)).is_some_and(|count| *count >= 2);
            let language = if terraform { "Terraform" } else { "CloudFormation" };
            let none = if terraform { !note.is_empty() } else { note.contains("no CloudFormation cases") };
            assert!(enough || none, "{}: {which}-* cases in {language}", rule.display());
        }
    }
}

/// What a person reads when a rule has spoken.
#[test]
fn every_rule_says_why_and_how() {
    for rule in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")) {
        let text = fs::read_to_string(&rule).unwrap();
        let docs: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        let headings: Vec<&str> = docs.iter().copied().filter(|line| line.starts_with("## ")).collect();
        let wanted = ["## Why it fails", "## How to fix it", "## What it does not see", "## Sources"];
        assert_eq!(headings, wanted, "{}", rule.display());
        assert!(docs.first().is_some_and(|title| !title.is_empty() && !title.ends_with('.')), "{}", rule.display());
        assert!(docs.iter().any(|line| line.starts_with("> ")), "{}: AWS's own words", rule.display());
        for language in ["CloudFormation", "CDK", "Terraform"] {
            assert!(docs.iter().any(|line| line.contains(language)), "{}: {language}", rule.display());
        }
    }
}

fn is_case(path: &Path) -> bool {
    name(path) != "NOTE" && path.extension().is_none_or(|extension| extension != "out")
}

fn failure(case: &Path) -> Option<String> {
    let difference = difference(&expected(case), &lint(&texts(case)))?;
    let folder = name(case.parent().unwrap());
    Some(format!("{folder}/{}\n{difference}", name(case)))
}

/// What a case expects, sorted.
fn expected(case: &Path) -> Vec<Mark> {
    let mut marks: Vec<Mark> = texts(case).iter().flat_map(|(path, text)| marks(path, text)).collect();
    if let Ok(out) = fs::read_to_string(case.with_extension("out")) {
        marks.extend(out.lines().map(|line| {
            let (line, mark) = line.split_once(' ').expect("LINE LEVEL rule");
            parse_mark(name(case), line.parse().expect("a line number"), mark)
        }));
    }
    marks.sort();
    marks
}

fn marks(path: &str, text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some((_, mark)) = line.split_once("#~") else { continue };
        marks.push(match mark.strip_prefix('^') {
            Some(mark) => parse_mark(path, at, mark),
            None => parse_mark(path, at + 1, mark),
        });
    }
    marks
}

fn parse_mark(path: &str, line: usize, mark: &str) -> Mark {
    let (level, rule) = mark.trim().split_once(' ').unwrap_or_else(|| panic!("{path}:{line}: LEVEL rule"));
    assert!(matches!(level, "ERROR" | "WARNING" | "NOTE"), "{path}:{line}: {level}");
    Mark { path: path.to_owned(), line, level: level.to_lowercase(), rule: rule.trim().to_owned() }
}
