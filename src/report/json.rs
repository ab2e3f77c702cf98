//! Findings for programs: version 1 of a contract. Fields are added, never changed or taken away.
//!
//! The types here repeat those of [`crate::finding`] on purpose: inside may change, outside may not.

use super::{Style, count, write_json};
use crate::Report;
use crate::finding::{Edit, Finding, Fix, Label, Level, Suppression, Undecided};
use crate::frontend::Diagnostic;
use crate::source::{SourceMap, Span};
use serde::Serialize;
use std::io::{self, Write};

/// Writes the report as one JSON document.
pub(super) fn write(report: &Report, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_json(&Document::new(report), out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<JsonFinding<'a>>,
    undecided: Vec<JsonUndecided<'a>>,
    errors: Vec<JsonError<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    level: &'a str,
    verdict: &'a str,
    when: Option<&'a str>,
    message: &'a str,
    /// What is to be said of the primary place, where that is more than the message.
    label: Option<&'a str>,
    help: Option<&'a str>,
    catches: Vec<&'a str>,
    url: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    resource: &'a str,
    kind: &'a str,
    labels: Vec<JsonLabel<'a>>,
    fixes: Vec<JsonFix<'a>>,
    suppressed: Option<JsonSuppression<'a>>,
}

/// Lines and columns start at 1; columns count Unicode scalar values; the end is exclusive.
#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    message: &'a str,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonSuppression<'a> {
    reason: Option<&'a str>,
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct JsonUndecided<'a> {
    rule: &'a str,
    resource: &'a str,
    because: &'a str,
    class: &'a str,
}

#[derive(Serialize)]
struct JsonError<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
    fatal: bool,
}

#[derive(Serialize)]
struct JsonSummary {
    files: usize,
    user_pools: usize,
    rules: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    roles: usize,
    sms_pools: usize,
    sms_pools_linked: usize,
}

impl<'a> Document<'a> {
    fn new(report: &'a Report) -> Self {
        let sources = &report.sources;
        Self {
            version: 1,
            findings: report.findings.iter().map(|finding| JsonFinding::new(finding, sources)).collect(),
            undecided: report.undecided.iter().map(JsonUndecided::new).collect(),
            errors: report.diagnostics.iter().map(|diagnostic| JsonError::new(diagnostic, sources)).collect(),
            summary: JsonSummary::new(report),
        }
    }
}

impl<'a> JsonFinding<'a> {
    fn new(finding: &'a Finding, sources: &'a SourceMap) -> Self {
        let suppression = |asked: &'a Suppression| JsonSuppression::new(asked, sources);
        Self {
            rule: &finding.rule.id,
            level: finding.level.name(),
            verdict: finding.verdict.name(),
            when: finding.when.as_deref(),
            message: &finding.message,
            label: Some(finding.primary.message.as_str()).filter(|message| !message.is_empty()),
            help: finding.help.as_deref(),
            catches: finding.rule.catches.iter().map(|name| &**name).collect(),
            url: &finding.rule.url,
            place: Place::new(finding.primary.span, sources),
            resource: &finding.resource,
            kind: &finding.kind,
            labels: finding.labels.iter().map(|label| JsonLabel::new(label, sources)).collect(),
            fixes: finding.fixes.iter().map(|fix| JsonFix::new(fix, sources)).collect(),
            suppressed: finding.suppressed.as_ref().map(suppression),
        }
    }
}

impl<'a> Place<'a> {
    fn new(span: Span, sources: &'a SourceMap) -> Self {
        let position = |offset: u32| sources.file(span.file).map(|file| file.position(offset as usize));
        let (start, end) = (position(span.start), position(span.end));
        Self {
            path: sources.path(span.file),
            line: start.map_or(1, |start| start.line),
            column: start.map_or(1, |start| start.column),
            end_line: end.map_or(1, |end| end.line),
            end_column: end.map_or(1, |end| end.column),
        }
    }
}

impl<'a> JsonLabel<'a> {
    fn new(label: &'a Label, sources: &'a SourceMap) -> Self {
        Self { place: Place::new(label.span, sources), message: &label.message }
    }
}

impl<'a> JsonFix<'a> {
    fn new(fix: &'a Fix, sources: &'a SourceMap) -> Self {
        let edit = |edit: &'a Edit| JsonEdit { place: Place::new(edit.span, sources), text: &edit.text };
        Self { message: &fix.message, edits: fix.edits.iter().map(edit).collect() }
    }
}

impl<'a> JsonSuppression<'a> {
    fn new(asked: &'a Suppression, sources: &'a SourceMap) -> Self {
        let place = Place::new(asked.span, sources);
        Self { reason: asked.reason.as_deref(), path: place.path, line: place.line }
    }
}

impl<'a> JsonUndecided<'a> {
    fn new(check: &'a Undecided) -> Self {
        Self { rule: &check.rule, resource: &check.resource, because: &check.because, class: &check.class }
    }
}

impl<'a> JsonError<'a> {
    fn new(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Self {
        let Place { path, line, column, .. } = Place::new(diagnostic.span, sources);
        Self { path, line, column, message: &diagnostic.message, fatal: diagnostic.fatal }
    }
}

impl JsonSummary {
    fn new(report: &Report) -> Self {
        let summary = &report.summary;
        Self {
            files: summary.files,
            user_pools: summary.user_pools,
            rules: report.rules.len(),
            errors: count(report, Level::Error),
            warnings: count(report, Level::Warning),
            notes: count(report, Level::Note),
            roles: summary.roles,
            sms_pools: summary.sms_pools,
            sms_pools_linked: summary.sms_pools_linked,
        }
    }
}
