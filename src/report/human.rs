//! Findings for people, drawn by miette. The only place that knows miette.

use super::excerpt::{Cut, Excerpt};
use super::{Style, active, count, plain};
use crate::Report;
use crate::finding::{Finding, Label, Level, Undecided, Verdict};
use crate::frontend::Diagnostic;
use crate::source::{FileId, SourceMap, Span};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, Severity, SourceCode, SourceSpan};
use miette::{SpanContents, ThemeCharacters, ThemeStyles};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::io::{self, Write};

/// Writes findings, broken files, what is undecided if asked for, and a summary.
pub(super) fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let handler = handler(style);
    for finding in active(report) {
        draw(&Entry::of_finding(finding, &report.sources, style), &handler, out)?;
    }
    for diagnostic in &report.diagnostics {
        draw(&Entry::of_diagnostic(diagnostic, &report.sources, style), &handler, out)?;
    }
    if style.undecided {
        write_undecided(&report.undecided, out)?;
    }
    write_summary(report, style, out)
}

fn handler(style: &Style) -> GraphicalReportHandler {
    let characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let styles = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(style.width.max(40))
        .with_links(style.links)
        .with_link_display_text("(docs)")
        .with_show_related_as_nested(true)
        // Texts come wrapped: miette would wrap the drawing of a nested snippet as if it were prose.
        .with_wrap_lines(false)
}

fn draw(entry: &Entry, handler: &GraphicalReportHandler, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    handler.render_report(&mut text, entry).map_err(io::Error::other)?;
    for line in text.lines() {
        writeln!(out, "{}", plain::no_command(line.trim_end()))?;
    }
    writeln!(out)
}

/// One entry of the report, as miette takes it.
#[derive(Debug)]
struct Entry {
    code: Option<String>,
    url: Option<String>,
    severity: Severity,
    message: String,
    help: Option<String>,
    snippet: Option<Snippet>,
    labels: Vec<LabeledSpan>,
    related: Vec<Entry>,
}

impl Entry {
    fn of_finding(finding: &Finding, sources: &SourceMap, style: &Style) -> Self {
        let mut message = plain::lines(&finding.message);
        if let Some(scenario) = scenario(finding) {
            message = format!("{message}\n{scenario}");
        }
        let mut entry = Self::new(severity(finding.level), &message, style.width);
        let place = place(finding.primary.span, sources);
        entry.code = Some(format!("{}[{}] {place}", finding.level, plain::line(&finding.rule.id)));
        // Where links cannot be clicked, `coglint explain` says the same; the address would only fill the line.
        entry.url = Some(plain::line(&finding.rule.url)).filter(|url| style.links && !url.is_empty());
        entry.help = help(finding, style.width);

        let own = finding.primary.span.file;
        let (near, far): (Vec<&Label>, Vec<&Label>) = finding.labels.iter().partition(|label| label.span.file == own);
        let near: Vec<&Label> = std::iter::once(&finding.primary).chain(near).collect();
        entry.show(&near, sources, style);
        for labels in by_file(&far) {
            entry.related.extend(Self::elsewhere(&labels, sources, style));
        }
        entry
    }

    fn of_diagnostic(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> Self {
        let (severity, code) =
            if diagnostic.fatal { (Severity::Error, "error[input]") } else { (Severity::Warning, "warning[input]") };
        let message = plain::lines(&diagnostic.message);
        let unread = sources.file(diagnostic.span.file).is_none_or(|file| file.text.is_empty());
        let mut entry = Self::new(severity, &message, style.width);
        entry.code = Some(format!("{code} {}", place(diagnostic.span, sources)));
        if !unread {
            let label = Label { span: diagnostic.span, message: String::new() };
            entry.show(&[&label], sources, style);
        }
        entry
    }

    /// The labels that lie in one other file.
    fn elsewhere(labels: &[&Label], sources: &SourceMap, style: &Style) -> Option<Self> {
        let path = plain::line(sources.path(labels.first()?.span.file));
        let style = Style { width: style.width.saturating_sub(6), ..style.clone() };
        let mut entry = Self::new(Severity::Advice, &format!("see {path}"), style.width);
        entry.show(labels, sources, &style);
        Some(entry)
    }

    fn new(severity: Severity, message: &str, width: usize) -> Self {
        let message = plain::wrap(message, width.saturating_sub(6));
        Self { severity, message, code: None, url: None, help: None, snippet: None, labels: vec![], related: vec![] }
    }

    /// Shows labels of one file; the first is the primary one.
    fn show(&mut self, labels: &[&Label], sources: &SourceMap, style: &Style) {
        let labels = merged(labels);
        let Some(file) = labels.first().and_then(|(span, _)| sources.file(span.file)) else { return };
        let spans: Vec<Span> = labels.iter().map(|(span, _)| *span).collect();
        let ellipsis = if style.unicode { "…" } else { "..." };
        let cut = Cut { width: style.width.saturating_sub(10).max(30), ellipsis };
        let excerpt = Excerpt::new(file, &spans, cut);
        for (at, (mark, (_, message))) in excerpt.marks.iter().zip(&labels).enumerate() {
            let middle = excerpt.column(mark.range.start) + mark.range.len() / 2;
            let message = plain::wrap(message, style.width.saturating_sub(middle + 14).max(30));
            let message = Some(message).filter(|message| !message.is_empty());
            let span = SourceSpan::from((mark.range.start, mark.range.len()));
            self.labels.push(if at == 0 {
                LabeledSpan::new_primary_with_span(message, span)
            } else {
                LabeledSpan::new_with_span(message, span)
            });
        }
        self.snippet = Some(Snippet(excerpt));
    }
}

/// `path:line:column`, for a click in a terminal; a file without text is its path alone.
fn place(span: Span, sources: &SourceMap) -> String {
    let path = plain::line(sources.path(span.file));
    match sources.file(span.file).filter(|file| !file.text.is_empty()) {
        Some(file) => {
            let position = file.position(span.start as usize);
            format!("{path}:{}:{}", position.line, position.column)
        }
        None => path,
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Advice,
    }
}

/// In which deployments the finding holds, where that is not every one.
pub(super) fn scenario(finding: &Finding) -> Option<String> {
    let when = finding.when.as_deref().map(plain::line);
    match (finding.verdict, when) {
        (Verdict::Always, None) => None,
        (Verdict::Default, None) => Some("holds with the defaults".to_owned()),
        (Verdict::Default, Some(when)) => Some(format!("holds with the defaults: {when}")),
        (Verdict::Some, None) => Some("holds in an alternative that the template declares".to_owned()),
        (Verdict::Always | Verdict::Some, Some(when)) => Some(format!("holds when {when}")),
    }
}

/// What to do, and the AWS error that it prevents.
fn help(finding: &Finding, width: usize) -> Option<String> {
    let advice = finding.help.as_deref().map(plain::lines);
    let prevents = (!finding.rule.catches.is_empty())
        .then(|| format!("prevents {}", plain::line(&finding.rule.catches.join(", "))));
    let parts: Vec<String> = advice.into_iter().chain(prevents).collect();
    (!parts.is_empty()).then(|| plain::wrap(&parts.join("\n"), width.saturating_sub(10)))
}

/// Labels at one and the same place are drawn as one.
fn merged(labels: &[&Label]) -> Vec<(Span, String)> {
    let mut merged: Vec<(Span, String)> = Vec::new();
    for label in labels {
        let message = plain::line(&label.message);
        match merged.iter_mut().find(|(span, _)| *span == label.span) {
            Some((_, before)) if before.is_empty() => *before = message,
            Some((_, before)) if !message.is_empty() && *before != message => {
                before.push_str("; ");
                before.push_str(&message);
            }
            Some(_) => {}
            None => merged.push((label.span, message)),
        }
    }
    merged
}

/// Labels grouped by file, in the order in which the files first occur.
fn by_file<'a>(labels: &[&'a Label]) -> Vec<Vec<&'a Label>> {
    let mut order: Vec<FileId> = Vec::new();
    let mut groups: BTreeMap<FileId, Vec<&Label>> = BTreeMap::new();
    for label in labels {
        let group = groups.entry(label.span.file).or_default();
        if group.is_empty() {
            order.push(label.span.file);
        }
        group.push(label);
    }
    order.iter().filter_map(|file| groups.remove(file)).collect()
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Entry {}

type Words<'a> = Box<dyn fmt::Display + 'a>;

impl miette::Diagnostic for Entry {
    fn code<'a>(&'a self) -> Option<Words<'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Words<'a>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Words<'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Words<'a>)
    }

    fn url<'a>(&'a self) -> Option<Words<'a>> {
        self.url.as_ref().map(|url| Box::new(url) as Words<'a>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet.as_ref().map(|snippet| snippet as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.snippet.as_ref().map(|_| Box::new(self.labels.iter().cloned()) as Box<_>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        (!self.related.is_empty())
            .then(|| Box::new(self.related.iter().map(|entry| entry as &dyn miette::Diagnostic)) as Box<_>)
    }
}

/// An excerpt as miette reads it.
#[derive(Debug)]
struct Snippet(Excerpt);

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let excerpt = &self.0;
        let (mut first, mut last) = (excerpt.line_at(span.offset()), excerpt.line_at(span.offset() + span.len()));
        // Two marks with lines left out between them are two frames: miette numbers the lines of a frame through.
        if !(first..last).all(|index| excerpt.continues(index)) {
            return Err(MietteError::OutOfBounds);
        }
        // Without context, miette asks for the place that a frame's head names.
        if before == 0 && after == 0 {
            return self.contents(span.offset()..span.offset() + span.len(), first, 1);
        }
        for _ in 0..before {
            first -= usize::from(first > 0 && excerpt.continues(first - 1));
        }
        for _ in 0..after {
            last += usize::from(excerpt.continues(last));
        }
        let start = excerpt.lines.get(first).map_or(0, |line| line.start);
        self.contents(start..excerpt.line_end(last), first, last - first + 1)
    }
}

impl Snippet {
    fn contents<'a>(
        &'a self,
        range: std::ops::Range<usize>,
        line: usize,
        line_count: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let data = self.0.text.get(range.clone()).ok_or(MietteError::OutOfBounds)?.as_bytes();
        let mark = self.0.marks.iter().find(|mark| mark.range.start == range.start);
        let column = mark.map_or(0, |mark| mark.position.column - 1);
        let number = self.0.lines.get(line).map_or(0, |line| line.number);
        let span = SourceSpan::from((range.start, range.len()));
        Ok(Box::new(Contents { data, span, line: number, column, line_count, path: &self.0.path }))
    }
}

struct Contents<'a> {
    data: &'a [u8],
    span: SourceSpan,
    line: usize,
    column: usize,
    line_count: usize,
    path: &'a str,
}

impl<'a> SpanContents<'a> for Contents<'a> {
    fn data(&self) -> &'a [u8] {
        self.data
    }

    fn span(&self) -> &SourceSpan {
        &self.span
    }

    fn line(&self) -> usize {
        self.line
    }

    fn column(&self) -> usize {
        self.column
    }

    fn line_count(&self) -> usize {
        self.line_count
    }

    fn name(&self) -> Option<&str> {
        Some(self.path)
    }
}

/// What could not be decided, grouped by reason, the most frequent one first.
fn write_undecided(undecided: &[Undecided], out: &mut dyn Write) -> io::Result<()> {
    if undecided.is_empty() {
        return writeln!(out, "every check was decided\n");
    }
    let mut classes: BTreeMap<&str, Vec<&Undecided>> = BTreeMap::new();
    for check in undecided {
        classes.entry(&check.class).or_default().push(check);
    }
    let mut classes: Vec<_> = classes.into_iter().collect();
    classes.sort_by_key(|(_, checks)| std::cmp::Reverse(checks.len()));

    writeln!(out, "{} undecided", counted(undecided.len(), "check"))?;
    for (class, checks) in classes {
        let line = format!("  {} because of: {}", checks.len(), plain::line(class));
        writeln!(out, "{}", plain::no_command(&line))?;
        for check in checks {
            let (rule, resource) = (plain::line(&check.rule), plain::line(&check.resource));
            let line = format!("    {rule} on {resource}: {}", plain::line(&check.because));
            writeln!(out, "{}", plain::no_command(&line))?;
        }
    }
    writeln!(out)
}

fn write_summary(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.summary;
    let found = active(report).next().is_some();
    if summary.user_pools == 0 && !found {
        writeln!(out, "{}, 0 user pools: nothing to check", files_read(report))?;
    } else {
        let mut tail = vec![files_read(report), counted(report.rules.len(), "rule")];
        tail.extend(style.elapsed.map(milliseconds));
        writeln!(out, "{}; {}", verdict(report), tail.join(", "))?;
    }
    let suppressed = report.findings.len() - active(report).count();
    if suppressed > 0 {
        writeln!(out, "{} suppressed", counted(suppressed, "finding"))?;
    }
    if !report.undecided.is_empty() && !style.undecided {
        writeln!(out, "{} undecided; --undecided lists them", counted(report.undecided.len(), "check"))?;
    }
    Ok(())
}

/// `2 errors in 1 of 3 user pools`
pub(super) fn verdict(report: &Report) -> String {
    let pools = report.summary.user_pools;
    let levels = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
    let counts: Vec<String> = levels
        .into_iter()
        .map(|(level, name)| (count(report, level), name))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| counted(count, name))
        .collect();
    if counts.is_empty() {
        return format!("no problems in {}", counted(pools, "user pool"));
    }
    let counts = counts.join(", ");
    if active(report).any(|finding| &*finding.kind != "user_pool") {
        return format!("{counts}; {}", counted(pools, "user pool"));
    }
    let place = |finding: &Finding| (finding.primary.span.file, finding.resource.clone());
    let hit = active(report).map(place).collect::<BTreeSet<_>>().len().min(pools);
    format!("{counts} in {hit} of {}", counted(pools, "user pool"))
}

pub(super) fn files_read(report: &Report) -> String {
    let broken = report.diagnostics.iter().filter(|diagnostic| diagnostic.fatal).map(|broken| broken.span.file);
    let broken = broken.collect::<BTreeSet<_>>().len();
    let files = counted(report.summary.files, "file");
    if broken == 0 { files } else { format!("{files} ({broken} not read completely)") }
}

fn milliseconds(elapsed: std::time::Duration) -> String {
    match elapsed.as_millis() {
        millis @ 10_000.. => format!("{} s", millis / 1_000),
        millis => format!("{} ms", millis.max(1)),
    }
}

pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
