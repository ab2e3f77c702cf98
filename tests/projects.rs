//! Several files, and several languages, that meet in one graph: `testdata/projects/<name>/`, each with its `expected.txt` of
//! `path:line level rule` lines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

mod support;

use std::fs;
use std::path::Path;
use support::{Mark, difference, entries, lint, name, report_failures, testdata, texts};

#[test]
fn projects_find_what_they_expect() {
    let projects = entries(&testdata("projects"));
    let failures: Vec<String> = projects.iter().filter_map(|project| failure(project)).collect();
    report_failures(projects.len(), &failures);
}

/// The order in which files are found changes nothing.
#[test]
fn the_order_of_files_does_not_matter() {
    for project in entries(&testdata("projects")) {
        let mut reversed = texts(&project);
        reversed.reverse();
        assert_eq!(difference(&expected(&project), &lint(&reversed)), None, "{}", project.display());
    }
}

fn failure(project: &Path) -> Option<String> {
    let difference = difference(&expected(project), &lint(&texts(project)))?;
    Some(format!("{}\n{difference}", name(project)))
}

fn expected(project: &Path) -> Vec<Mark> {
    let text = fs::read_to_string(project.join("expected.txt")).unwrap();
    let mut marks: Vec<Mark> = text.lines().map(|line| parse(line).unwrap_or_else(|| panic!("{line}"))).collect();
    marks.sort();
    marks
}

fn parse(line: &str) -> Option<Mark> {
    let (place, finding) = line.split_once(' ')?;
    let (path, line) = place.rsplit_once(':')?;
    let (level, rule) = finding.split_once(' ')?;
    Some(Mark { path: path.to_owned(), line: line.parse().ok()?, level: level.to_owned(), rule: rule.to_owned() })
}
