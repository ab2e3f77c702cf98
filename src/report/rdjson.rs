//! Reviewdog's diagnostic format: <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>

use super::concise::{one_line, sentence};
use super::place::{Region, Unit};
use super::plain::unlinked;
use super::{Style, active, write_json};
use crate::Report;
use crate::finding::{Finding, Fix, Level};
use crate::source::Span;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes the report: one JSON document.
pub(super) fn write(report: &Report, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let findings = active(report).map(|finding| of_finding(finding, report));
    let problems = report.diagnostics.iter().map(|problem| {
        let severity = if problem.fatal { "ERROR" } else { "WARNING" };
        let location = location(problem.span, report);
        json!({ "message": unlinked(&one_line(&problem.message)), "location": location, "severity": severity, "code": { "value": "input" } })
    });
    let diagnostics: Vec<Value> = findings.chain(problems).collect();
    let document = json!({ "source": { "name": "coglint" }, "diagnostics": diagnostics });
    write_json(&document, out)
}

fn of_finding(finding: &Finding, report: &Report) -> Value {
    let severity = match finding.level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Note => "INFO",
    };
    let mut message = sentence(finding);
    if let Some(help) = &finding.help {
        message.push_str(&format!("\nhelp: {}", one_line(help)));
    }
    let related: Vec<Value> = finding
        .labels
        .iter()
        .map(
            |label| json!({ "message": unlinked(&one_line(&label.message)), "location": location(label.span, report) }),
        )
        .collect();
    json!({
        "message": unlinked(&message),
        "location": location(finding.primary.span, report),
        "severity": severity,
        "code": { "value": &*finding.rule.id, "url": &*finding.rule.url },
        "suggestions": suggestions(finding, report),
        "related_locations": related,
    })
}

/// A suggestion has no path: it is for the file of its diagnostic.
fn suggestions(finding: &Finding, report: &Report) -> Vec<Value> {
    let own = finding.primary.span.file;
    let here = |fix: &&Fix| fix.edits.iter().all(|edit| edit.span.file == own);
    let edits = finding.fixes.iter().filter(here).flat_map(|fix| &fix.edits);
    edits.map(|edit| json!({ "range": range(edit.span, report), "text": edit.text })).collect()
}

fn location(span: Span, report: &Report) -> Value {
    json!({ "path": report.sources.path(span.file), "range": range(span, report) })
}

fn range(span: Span, report: &Report) -> Value {
    let Region { line, column, end_line, end_column } = Region::new(span, &report.sources, Unit::Byte);
    json!({ "start": { "line": line, "column": column }, "end": { "line": end_line, "column": end_column } })
}
