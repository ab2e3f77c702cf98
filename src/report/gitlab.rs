//! GitLab's code quality report: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use super::concise::{one_line, sentence};
use super::place::{Region, Unit};
use super::plain::unlinked;
use super::{Style, active, write_json};
use crate::Report;
use crate::finding::Level;
use crate::source::{Span, seen_from};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the report: a JSON array.
pub(super) fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_json(&issues(report, style), out)
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    /// GitLab takes two issues with one fingerprint for one.
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

fn issues(report: &Report, style: &Style) -> Vec<Issue> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut unique = |fingerprint: String| {
        let count = seen.entry(fingerprint.clone()).or_default();
        *count += 1;
        format!("{fingerprint}-{count}")
    };
    let location = |span: Span| {
        let region = Region::first_line(span, &report.sources, Unit::Character);
        let path = seen_from(&style.prefix, report.sources.path(span.file));
        Location { path, lines: Lines { begin: region.line, end: region.end_line } }
    };
    let mut issues = Vec::new();
    for finding in active(report) {
        let location = location(finding.primary.span);
        let fingerprint = unique(finding.fingerprint(&location.path));
        let severity = match finding.level {
            Level::Error => "major",
            Level::Warning => "minor",
            Level::Note => "info",
        };
        let check_name = finding.rule.id.to_string();
        issues.push(Issue { description: unlinked(&sentence(finding)), check_name, fingerprint, severity, location });
    }
    for diagnostic in report.diagnostics.iter().filter(|diagnostic| diagnostic.fatal) {
        let (location, description) = (location(diagnostic.span), unlinked(&one_line(&diagnostic.message)));
        let fingerprint = unique(crate::finding::digest(&["input", &location.path, &description]));
        issues.push(Issue { description, check_name: "input".to_owned(), fingerprint, severity: "major", location });
    }
    issues
}
