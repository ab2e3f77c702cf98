//! JUnit's XML, as build servers read it: a suite for each file, a failed case for each finding.

use super::concise::{one_line, place, sentence};
use super::human::files_read;
use super::{Style, active, plain};
use crate::Report;
use crate::finding::{Finding, Level};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes the suites. Without any finding there is one suite with one case that passed.
pub(super) fn write(report: &Report, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(report);
    let cases = || suites.values().flatten();
    let (tests, failures) = (cases().count(), cases().filter(|case| case.failed()).count());
    let errors = cases().filter(|case| case.kind == "input").count();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="coglint" tests="{tests}" failures="{failures}" errors="{errors}">"#)?;
    for (name, cases) in &suites {
        write_suite(name, cases, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn write_suite(name: &str, cases: &[Case], out: &mut dyn Write) -> io::Result<()> {
    let failures = cases.iter().filter(|case| case.failed()).count();
    let errors = cases.iter().filter(|case| case.kind == "input").count();
    let (tests, name) = (cases.len(), escaped(name));
    writeln!(out, r#"  <testsuite name="{name}" tests="{tests}" failures="{failures}" errors="{errors}">"#)?;
    for case in cases {
        let (case_name, message, text) = (escaped(&case.name), escaped(&case.message), escaped(&case.text));
        write!(out, r#"    <testcase name="{case_name}" classname="{name}""#)?;
        match case.kind {
            "passed" => writeln!(out, "/>")?,
            "note" => writeln!(out, ">\n      <system-out>{text}</system-out>\n    </testcase>")?,
            "input" => writeln!(out, ">\n      <error message=\"{message}\">{text}</error>\n    </testcase>")?,
            level => {
                let failure = format!(r#"<failure type="{level}" message="{message}">{text}</failure>"#);
                writeln!(out, ">\n      {failure}\n    </testcase>")?;
            }
        }
    }
    writeln!(out, "  </testsuite>")
}

/// A test case, in JUnit's words.
struct Case {
    name: String,
    /// `error`, `warning`: failed; `note`: passed with a remark; `input`: a file that could not be read; `passed`.
    kind: &'static str,
    message: String,
    text: String,
}

impl Case {
    fn failed(&self) -> bool {
        matches!(self.kind, "error" | "warning")
    }

    fn of_finding(finding: &Finding, report: &Report) -> Self {
        let message = sentence(finding);
        let mut text = format!("{}: {message}", place(finding.primary.span, &report.sources));
        for label in finding.labels.iter().filter(|label| !label.message.is_empty()) {
            let _ = write!(text, "\n{}: {}", place(label.span, &report.sources), one_line(&label.message));
        }
        if let Some(help) = &finding.help {
            let _ = write!(text, "\nhelp: {}", one_line(help));
        }
        Self {
            name: plain::line(&format!("{} {}", finding.rule.id, finding.resource)),
            kind: kind(finding.level),
            message,
            text,
        }
    }
}

fn kind(level: Level) -> &'static str {
    level.name()
}

fn suites(report: &Report) -> BTreeMap<String, Vec<Case>> {
    let mut suites: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let path = |span: crate::source::Span| plain::line(report.sources.path(span.file));
    for finding in active(report) {
        suites.entry(path(finding.primary.span)).or_default().push(Case::of_finding(finding, report));
    }
    for diagnostic in &report.diagnostics {
        let message = one_line(&diagnostic.message);
        let text = format!("{}: {message}", place(diagnostic.span, &report.sources));
        let kind = if diagnostic.fatal { "input" } else { "note" };
        suites.entry(path(diagnostic.span)).or_default().push(Case { name: "input".to_owned(), kind, message, text });
    }
    if suites.is_empty() {
        let case = Case { name: files_read(report), kind: "passed", message: String::new(), text: String::new() };
        suites.insert("coglint".to_owned(), vec![case]);
    }
    suites
}

/// Text in XML; characters that XML cannot hold at all are spelled out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push('\n'),
            c if plain::is_control(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    // A runner that prints the file would obey it.
    safe.replace("##[", "##&#91;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_xml() {
        assert_eq!(escaped("<a b=\"c\">&\u{1b}\u{ffff}"), "&lt;a b=&quot;c&quot;&gt;&amp;\\u{1b}\\u{ffff}");
    }
}
