//! Findings to text, one file per format. Knows no rule.
//!
//! A format is a file here and a line in [`FORMATS`].

mod excerpt;
mod human;
mod json;
mod plain;

use crate::Report;
use crate::finding::{Finding, Level};
use std::io::{self, Write};
use std::time::Duration;

/// An output format.
#[derive(Debug)]
pub struct Format {
    /// The name behind `--format`.
    pub name: &'static str,
    /// Writes a report. Errors are the writer's.
    pub write: fn(&Report, &Style, &mut dyn Write) -> io::Result<()>,
}

/// Every format; the first is the default.
pub static FORMATS: &[Format] =
    &[Format { name: "human", write: human::write }, Format { name: "json", write: json::write }];

impl Format {
    /// The format of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// How a report for people looks. Machines' formats depend on none of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours may be used.
    pub colour: bool,
    /// Rule ids may be terminal hyperlinks; otherwise addresses are printed in full.
    pub links: bool,
    /// Frames may be drawn with characters outside ASCII.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// List what could not be decided.
    pub undecided: bool,
    /// How long the run took. Given from outside: there is no clock in this room.
    pub elapsed: Option<Duration>,
}

impl Default for Style {
    fn default() -> Self {
        Self { colour: false, links: false, unicode: true, width: 100, undecided: false, elapsed: None }
    }
}

/// The findings that nobody asked not to hear about.
pub fn active(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.suppressed.is_none())
}

/// How many of them have a level.
pub fn count(report: &Report, level: Level) -> usize {
    active(report).filter(|finding| finding.level == level).count()
}

/// One line of text from outside, safe to print: control characters are spelled out.
pub fn safe_line(text: &str) -> String {
    plain::line(text)
}

/// Several such lines.
pub fn safe_lines(text: &str) -> String {
    plain::lines(text)
}
