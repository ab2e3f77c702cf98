//! Findings to text, one file per format. Knows no rule.
//!
//! A format is a file here and a line in [`FORMATS`].

mod concise;
mod drawing;
mod excerpt;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod linehash;
mod markdown;
mod place;
mod plain;
mod rdjson;
mod sarif;

pub use drawing::Drawing;

use crate::Report;
use crate::finding::{Finding, Level};
use serde::Serialize;
use std::io::{self, Write};
use std::time::Duration;

/// An output format.
#[derive(Debug)]
pub struct Format {
    /// The name behind `--format`.
    pub name: &'static str,
    /// The ending that its files usually have.
    pub ending: &'static str,
    /// Writes a report. Errors are the writer's.
    pub write: fn(&Report, &Style, &mut dyn Write) -> io::Result<()>,
}

/// Every format; the first is the default.
pub static FORMATS: &[Format] = &[
    Format { name: "human", ending: "txt", write: human::write },
    Format { name: "concise", ending: "txt", write: concise::write },
    Format { name: "json", ending: "json", write: json::write },
    Format { name: "sarif", ending: "json", write: sarif::write },
    Format { name: "github", ending: "txt", write: github::write },
    Format { name: "markdown", ending: "md", write: markdown::write },
    Format { name: "junit", ending: "xml", write: junit::write },
    Format { name: "gitlab", ending: "json", write: gitlab::write },
    Format { name: "rdjson", ending: "json", write: rdjson::write },
];

impl Format {
    /// The format of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// How a report for people looks. Of all this, machines' formats depend on `prefix` only, and `json` not even on that.
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
    /// The working folder as seen from the repository's root (`services/auth`): formats that a forge reads name files from
    /// there. Empty in the root itself.
    pub prefix: String,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            colour: false,
            links: false,
            unicode: true,
            width: 100,
            undecided: false,
            elapsed: None,
            prefix: String::new(),
        }
    }
}

/// The findings that nobody asked not to hear about.
pub fn active(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.suppressed.is_none())
}

/// The same, the gravest first: for readers who take only so many.
fn gravest_first(report: &Report) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = active(report).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings
}

/// How many of them have a level.
pub fn count(report: &Report, level: Level) -> usize {
    active(report).filter(|finding| finding.level == level).count()
}

/// One line of text from outside, safe to print: control characters are spelled out, and it is no command to a runner.
pub fn safe_line(text: &str) -> String {
    plain::no_command(&plain::line(text)).into_owned()
}

/// Several such lines.
pub fn safe_lines(text: &str) -> String {
    plain::lines(text).lines().map(plain::no_command).collect::<Vec<_>>().join("\n")
}

/// A JSON document that is safe to print. What a terminal obeys, and `##[`, which the runner of a build obeys even in a string,
/// gets another spelling; both can stand in strings only.
fn write_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(document)?.replace("##[", "##\\u005b");
    let mut safe = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        match c {
            '\n' => safe.push('\n'),
            // All of these lie in the Basic Multilingual Plane.
            c if plain::is_control(c) => safe.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => safe.push(c),
        }
    }
    writeln!(out, "{safe}")
}
