//! One line for each finding: `path:line:column: level[rule] message`. What editors, `grep` and coding agents read.

use super::place::{Region, Unit};
use super::{Style, active, human, plain};
use crate::Report;
use crate::finding::Finding;
use crate::source::{SourceMap, Span};
use std::io::{self, Write};

/// Writes the lines; nothing when there is nothing to say.
pub(super) fn write(report: &Report, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in active(report) {
        let place = place(finding.primary.span, &report.sources);
        let line = format!("{place}: {}[{}] {}", finding.level, plain::line(&finding.rule.id), sentence(finding));
        writeln!(out, "{}", plain::no_command(&line))?;
    }
    for diagnostic in &report.diagnostics {
        let place = place(diagnostic.span, &report.sources);
        let level = if diagnostic.fatal { "error" } else { "warning" };
        let line = format!("{place}: {level}[input] {}", one_line(&diagnostic.message));
        writeln!(out, "{}", plain::no_command(&line))?;
    }
    Ok(())
}

/// The message on one line, with the scenario in which it holds.
pub(super) fn sentence(finding: &Finding) -> String {
    let message = one_line(&finding.message);
    match human::scenario(finding) {
        None => message,
        Some(scenario) => format!("{message} ({})", one_line(&scenario)),
    }
}

/// Text of several lines as one, safe to print.
pub(super) fn one_line(text: &str) -> String {
    plain::line(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `path:line:column`
pub(super) fn place(span: Span, sources: &SourceMap) -> String {
    let region = Region::new(span, sources, Unit::Character);
    // A build log is read for commands, which begin with two colons; a file may be called like one.
    let path = plain::line(sources.path(span.file));
    let path = if path.starts_with("::") { format!("./{path}") } else { path };
    format!("{path}:{}:{}", region.line, region.column)
}
