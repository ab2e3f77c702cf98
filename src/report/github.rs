//! Workflow commands of GitHub Actions: annotations beside the lines of a change.
//!
//! GitHub keeps ten annotations of each level for a step. More are not written: which ones it drops would be chance. Texts
//! from templates are escaped, so that nobody's template gives the runner a command.
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use super::concise::{one_line, sentence};
use super::place::{Region, Unit};
use super::{Style, gravest_first, plain};
use crate::Report;
use crate::finding::{Finding, Level};
use crate::frontend::Diagnostic;
use crate::source::{SourceMap, Span, seen_from};
use std::io::{self, Write};

/// As many annotations of one level does GitHub keep for a step.
const MOST: usize = 10;

/// Writes one command for each finding, errors first, and one that counts those which were left out.
pub(super) fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let findings = gravest_first(report).into_iter().map(|finding| Annotation::of_finding(finding, report, style));
    let diagnostics = report.diagnostics.iter().map(|one| Annotation::of_diagnostic(one, &report.sources, style));
    let mut annotations: Vec<Annotation> = findings.chain(diagnostics).collect();
    annotations.sort_by_key(|annotation| std::cmp::Reverse(annotation.level));
    let dropped = drop_most(&mut annotations);
    for annotation in &annotations {
        writeln!(out, "{}", annotation.command())?;
    }
    if dropped > 0 {
        writeln!(out, "::notice title=coglint::{dropped} more: GitHub shows {MOST} of each level; see the summary")?;
    }
    Ok(())
}

/// Keeps what GitHub shows, and a notice's room for the count of the others, which is returned.
fn drop_most(annotations: &mut Vec<Annotation>) -> usize {
    let of = |level| annotations.iter().filter(|annotation| annotation.level == level).count();
    let any = [Level::Error, Level::Warning, Level::Note].into_iter().any(|level| of(level) > MOST);
    let before = annotations.len();
    let mut left = [MOST - usize::from(any), MOST, MOST];
    annotations.retain(|annotation| match left.get_mut(annotation.level as usize) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    });
    before - annotations.len()
}

struct Annotation {
    level: Level,
    path: String,
    region: Region,
    title: String,
    text: String,
}

impl Annotation {
    fn of_finding(finding: &Finding, report: &Report, style: &Style) -> Self {
        let title = format!("coglint({})", finding.rule.id);
        let mut one = Self::new(finding.level, title, finding.primary.span, &report.sources, style);
        one.text.push_str(&sentence(finding));
        for label in finding.labels.iter().filter(|label| !label.message.is_empty()) {
            let place = shown(label.span, &report.sources, style);
            one.text.push_str(&format!("\n{place}: {}", one_line(&label.message)));
        }
        if let Some(help) = &finding.help {
            one.text.push_str(&format!("\nhelp: {}", one_line(help)));
        }
        one
    }

    fn of_diagnostic(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> Self {
        let level = if diagnostic.fatal { Level::Error } else { Level::Warning };
        let mut one = Self::new(level, "coglint".to_owned(), diagnostic.span, sources, style);
        one.text.push_str(&one_line(&diagnostic.message));
        one
    }

    /// The runner's log shows the text alone: it begins with the place.
    fn new(level: Level, title: String, span: Span, sources: &SourceMap, style: &Style) -> Self {
        let region = Region::first_line(span, sources, Unit::Character);
        let path = seen_from(&style.prefix, sources.path(span.file));
        Self { level, path, region, title, text: format!("{}: ", shown(span, sources, style)) }
    }

    fn command(&self) -> String {
        let name = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let Region { line, column, end_line, end_column } = self.region;
        let (path, title, text) = (property(&self.path), property(&self.title), data(&self.text));
        format!(
            "::{name} file={path},line={line},endLine={end_line},col={column},endColumn={end_column},title={title}::{text}"
        )
    }
}

fn shown(span: Span, sources: &SourceMap, style: &Style) -> String {
    let region = Region::new(span, sources, Unit::Character);
    let path = plain::line(&seen_from(&style.prefix, sources.path(span.file)));
    format!("{path}:{}:{}", region.line, region.column)
}

/// Text behind the second pair of colons. `##[` would be a command of the runner's old form anywhere in a line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace("##[", "## [")
}

/// A property's value.
fn property(text: &str) -> String {
    data(&plain::line(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_a_command() {
        assert_eq!(data("50%\n::error::x ##[group]"), "50%25%0A::error::x ## [group]");
        assert_eq!(property("a,b:c\nd"), "a%2Cb%3Ac\\u{a}d");
    }

    #[test]
    fn no_more_are_written_than_are_shown() {
        let region = Region { line: 1, column: 1, end_line: 1, end_column: 1 };
        let one = |level| Annotation { level, path: String::new(), region, title: String::new(), text: String::new() };
        let mut many: Vec<Annotation> = (0..30).map(|_| one(Level::Error)).chain([one(Level::Warning)]).collect();
        assert_eq!((drop_most(&mut many), many.len()), (20, 11));
        let mut notes: Vec<Annotation> = (0..11).map(|_| one(Level::Note)).collect();
        assert_eq!((drop_most(&mut notes), notes.len()), (2, 9), "the count needs a notice of its own");
        let mut ten: Vec<Annotation> = (0..10).map(|_| one(Level::Note)).collect();
        assert_eq!((drop_most(&mut ten), ten.len()), (0, 10));
    }
}
