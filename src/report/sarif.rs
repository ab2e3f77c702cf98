//! SARIF 2.1.0, as GitHub's code scanning wants it: one run; places relative to the repository's root; columns in UTF-16
//! units; related places linked from the message; the line hash of GitHub's own uploader.
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
//!
//! Suppressed findings are left out: GitHub would open alerts for them.

use super::human::scenario;
use super::linehash::line_hashes;
use super::place::{Region, Unit};
use super::plain::unlinked;
use super::{Style, gravest_first, plain, write_json};
use crate::Report;
use crate::finding::{Finding, Level, Rule};
use crate::source::{FileId, Span, seen_from};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// GitHub refuses a run with more results.
const MOST_RESULTS: usize = 25_000;
/// GitHub's limit for a rule's description, in characters.
const MOST_DESCRIPTION: usize = 1024;
/// What a link to a place says of which nothing is said.
const SEE_HERE: &str = "see here";
/// As many tags of a rule are shown.
const MOST_TAGS: usize = 10;

/// Writes one SARIF log with one run.
pub(super) fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut run = Run { report, style, rules: BTreeMap::new(), hashes: BTreeMap::new() };
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run.json()] });
    write_json(&log, out)
}

struct Run<'a> {
    report: &'a Report,
    style: &'a Style,
    /// The place of each rule in the list of rules.
    rules: BTreeMap<&'a str, usize>,
    /// The line hashes of the files that were needed so far.
    hashes: BTreeMap<FileId, Vec<String>>,
}

impl<'a> Run<'a> {
    fn json(&mut self) -> Value {
        let mut findings = gravest_first(self.report);
        findings.truncate(MOST_RESULTS);
        let rules = self.rules(&findings);
        let results: Vec<Value> = findings.iter().map(|finding| self.result(finding)).collect();
        json!({
            "tool": { "driver": {
                "name": "coglint",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://github.com/coglint/coglint",
                "rules": rules,
            } },
            "automationDetails": { "id": "coglint/" },
            "columnKind": "utf16CodeUnits",
            "invocations": [self.invocation()],
            "results": results,
        })
    }

    fn rules(&mut self, findings: &[&'a Finding]) -> Vec<Value> {
        let mut rules = Vec::new();
        for rule in self.report.rules.iter().chain(findings.iter().map(|finding| &finding.rule)) {
            if !self.rules.contains_key(&*rule.id) {
                self.rules.insert(&rule.id, rules.len());
                rules.push(rule_json(rule));
            }
        }
        rules
    }

    /// What is wrong with the input is said of the run: no rule found it.
    fn invocation(&self) -> Value {
        let notification = |problem: &crate::frontend::Diagnostic| {
            json!({
                "level": if problem.fatal { "error" } else { "warning" },
                "message": { "text": unlinked(&plain::lines(&problem.message)) },
                "locations": [{ "physicalLocation": self.place(problem.span) }],
            })
        };
        let problems: Vec<Value> = self.report.diagnostics.iter().map(notification).collect();
        let complete = !self.report.diagnostics.iter().any(|problem| problem.fatal);
        json!({ "executionSuccessful": complete, "toolExecutionNotifications": problems })
    }

    fn result(&mut self, finding: &Finding) -> Value {
        let related: Vec<Value> = finding
            .labels
            .iter()
            .enumerate()
            .map(|(at, label)| {
                let mut location = self.location(label.span, &label.message);
                location.insert("id".to_owned(), json!(at + 1));
                Value::Object(location)
            })
            .collect();
        let mut result = json!({
            "ruleId": &*finding.rule.id,
            "ruleIndex": self.rules.get(&*finding.rule.id),
            "level": finding.level.name(),
            "message": { "text": message(finding) },
            "locations": [self.location(finding.primary.span, "")],
            "relatedLocations": related,
            "partialFingerprints": self.fingerprints(finding),
        });
        if let Some(flow) = self.flow(finding)
            && let Some(fields) = result.as_object_mut()
        {
            fields.insert("codeFlows".to_owned(), json!([flow]));
        }
        result
    }

    /// From the defect through everything that explains it: pool, role, policy.
    fn flow(&self, finding: &Finding) -> Option<Value> {
        if finding.labels.is_empty() {
            return None;
        }
        let step = |span: Span, words: &str| json!({ "location": self.location(span, words) });
        let first = or(&finding.primary.message, &finding.message);
        let mut steps = vec![step(finding.primary.span, first)];
        steps.extend(finding.labels.iter().map(|label| step(label.span, or(&label.message, SEE_HERE))));
        Some(json!({ "threadFlows": [{ "locations": steps }] }))
    }

    fn location(&self, span: Span, message: &str) -> Map<String, Value> {
        let mut location = Map::new();
        location.insert("physicalLocation".to_owned(), self.place(span));
        if !message.is_empty() {
            location.insert("message".to_owned(), json!({ "text": unlinked(&plain::lines(message)) }));
        }
        location
    }

    /// An alert shows in a change only when all its lines are part of it: the first one stands for a larger place.
    fn place(&self, span: Span) -> Value {
        let region = Region::first_line(span, &self.report.sources, Unit::Utf16);
        let path = seen_from(&self.style.prefix, self.report.sources.path(span.file));
        json!({
            "artifactLocation": { "uri": uri(&path) },
            "region": {
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
            },
        })
    }

    fn fingerprints(&mut self, finding: &Finding) -> Value {
        let sources = &self.report.sources;
        let span = finding.primary.span;
        let path = seen_from(&self.style.prefix, sources.path(span.file));
        let mut fingerprints = Map::new();
        if let Some(file) = sources.file(span.file) {
            let hashes = self.hashes.entry(span.file).or_insert_with(|| line_hashes(&file.text));
            let line = Region::new(span, sources, Unit::Character).line;
            if let Some(hash) = hashes.get(line - 1) {
                fingerprints.insert("primaryLocationLineHash".to_owned(), json!(hash));
            }
        }
        fingerprints.insert("coglint/v1".to_owned(), json!(finding.fingerprint(&path)));
        Value::Object(fingerprints)
    }
}

fn rule_json(rule: &Rule) -> Value {
    let severity = match rule.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    };
    let title = plain::line(&rule.title);
    let mut help = format!("{title}.\n\n{}", plain::lines(rule.docs.trim())).trim_end().to_owned();
    if !rule.catches.is_empty() {
        help.push_str(&format!("\n\nPrevents: {}", plain::line(&rule.catches.join(", "))));
    }
    let tags = rule.groups.iter().map(|group| plain::line(group)).chain(["cognito".to_owned()]);
    let mut json = json!({
        "id": &*rule.id,
        "name": &*rule.id,
        "shortDescription": { "text": title },
        "fullDescription": { "text": description(rule) },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": rule.level.name() },
        "properties": {
            "tags": tags.take(MOST_TAGS).collect::<Vec<_>>(),
            "precision": "very-high",
            "problem.severity": severity,
        },
    });
    if let Some(fields) = json.as_object_mut()
        && rule.url.starts_with("https://")
    {
        fields.insert("helpUri".to_owned(), json!(&*rule.url));
    }
    json
}

/// The title and the first paragraph of the docs behind it.
fn description(rule: &Rule) -> String {
    let paragraphs = rule.docs.split("\n\n").map(str::trim);
    let first = paragraphs.clone().find(|text| !text.is_empty() && !text.starts_with(['#', '>', '-', '`']));
    let text = [rule.title.as_ref()].into_iter().chain(first).map(|text| text.replace('\n', " ")).collect::<Vec<_>>();
    plain::line(&text.join(". ")).chars().take(MOST_DESCRIPTION).collect()
}

/// The finding in a sentence, which GitHub takes for the title; then its other places, linked, and the help.
fn message(finding: &Finding) -> String {
    let mut text = format!("{}.", unlinked(&plain::lines(finding.message.trim_end_matches('.'))));
    if let Some(scenario) = scenario(finding) {
        text.push_str(&format!("\nIt {}.", unlinked(&plain::line(&scenario))));
    }
    for (at, label) in finding.labels.iter().enumerate() {
        let words = or(&label.message, SEE_HERE);
        text.push_str(&format!("\n[{}]({})", link_text(&plain::lines(words)), at + 1));
    }
    if let Some(help) = &finding.help {
        text.push_str(&format!("\nHelp: {}", unlinked(&plain::lines(help))));
    }
    text
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// SARIF 2.1.0, 3.11.6: brackets in the text of a link are escaped. Not every reader knows that: no link may be left in it
/// either way.
fn link_text(text: &str) -> String {
    unlinked(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// A relative path as a URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("auth stack/pöol#1:a.yaml"), "auth%20stack/p%C3%B6ol%231%3Aa.yaml");
    }

    #[test]
    fn texts_are_no_links() {
        assert_eq!(unlinked("see [here](https://evil.example)"), "see [here] (https://evil.example)");
        assert_eq!(link_text("a [b](1) \\"), "a \\[b\\](1) \\\\");
    }
}
