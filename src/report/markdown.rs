//! Findings as a table in Markdown: the summary of a job.

use super::concise::{one_line, sentence};
use super::human::{files_read, verdict};
use super::place::{Region, Unit};
use super::{Drawing, Style, active, count, gravest_first};
use crate::Report;
use crate::finding::{Finding, Level};
use crate::source::{Span, seen_from};
use crate::value::ResourceRef;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// GitHub refuses summaries of more than a mebibyte; this leaves room for those of other steps' tools in the same file.
const MOST_BYTES: usize = 512 * 1024;

/// Writes a heading, a table of the findings, errors first, and what could not be read.
pub(super) fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let sign = match (count(report, Level::Error), count(report, Level::Warning)) {
        (0, 0) => "✅",
        (0, _) => "⚠️",
        _ => "❌",
    };
    writeln!(out, "### {sign} coglint: {}\n\n{} read.", verdict(report), files_read(report))?;
    let findings = gravest_first(report);
    let rows = findings.iter().map(|finding| row(finding, report, style));
    table("| Level | Rule | Place | Finding |\n|---|---|---|---|", rows, out)?;
    let problems = report.diagnostics.iter().map(|problem| {
        let level = if problem.fatal { "error" } else { "warning" };
        format!("| {level} | {} | {} |", place(problem.span, report, style), escaped(&one_line(&problem.message)))
    });
    table("| Input | Place | Problem |\n|---|---|---|", problems, out)?;
    picture(report, out)
}

/// How the resources of the findings link: what a pool's role is, and which policies it has, is half of most explanations.
fn picture(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let resource = |finding: &Finding| ResourceRef { scope: finding.scope, address: finding.resource.clone() };
    let resources: BTreeSet<ResourceRef> = active(report).map(resource).collect();
    let drawing = report.graph.as_deref().and_then(|graph| Drawing::around(graph, &resources));
    drawing.map_or(Ok(()), |drawing| {
        let summary = "<details><summary>How the resources link</summary>";
        writeln!(out, "\n{summary}\n\n```mermaid\n{}```\n\n</details>", drawing.mermaid())
    })
}

/// Nothing for no rows.
fn table(head: &str, rows: impl ExactSizeIterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let (all, mut written, mut bytes) = (rows.len(), 0, 0);
    for row in rows {
        bytes += row.len() + 1;
        if bytes > MOST_BYTES {
            break;
        }
        if written == 0 {
            writeln!(out, "\n{head}")?;
        }
        writeln!(out, "{row}")?;
        written += 1;
    }
    if written < all {
        writeln!(out, "\n{} more are left out here.", all - written)?;
    }
    Ok(())
}

fn row(finding: &Finding, report: &Report, style: &Style) -> String {
    let rule = escaped(&finding.rule.id);
    let rule = match finding.rule.url.as_ref() {
        url if url.starts_with("https://") && !url.contains([' ', ')', '|', '<', '\n']) => format!("[{rule}]({url})"),
        _ => rule,
    };
    let mut text = escaped(&sentence(finding));
    for label in finding.labels.iter().filter(|label| !label.message.is_empty()) {
        let place = place(label.span, report, style);
        text.push_str(&format!("<br>{place}: {}", escaped(&one_line(&label.message))));
    }
    if let Some(help) = &finding.help {
        text.push_str(&format!("<br>**help:** {}", escaped(&one_line(help))));
    }
    format!("| {} | {rule} | {} | {text} |", finding.level, place(finding.primary.span, report, style))
}

fn place(span: Span, report: &Report, style: &Style) -> String {
    let Region { line, column, .. } = Region::new(span, &report.sources, Unit::Character);
    let path = one_line(&seen_from(&style.prefix, report.sources.path(span.file)));
    escaped(&format!("{path}:{line}:{column}"))
}

/// Text that Markdown shows as it is: no markup, no HTML, no end of a table's cell, no mention of anybody.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("@\u{2060}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '#' | '!' => safe.extend(['\\', c]),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        assert_eq!(escaped("a|b `c` <img src=x> [d](e) \\"), "a\\|b \\`c\\` &lt;img src=x&gt; \\[d\\](e) \\\\");
        assert!(!escaped("@everyone").contains("@e"));
    }

    #[test]
    fn a_table_ends_before_it_is_too_large() {
        let rows: Vec<String> = (0..3).map(|_| "x".repeat(MOST_BYTES / 2 - 10)).collect();
        let mut out = Vec::new();
        table("head", rows.into_iter(), &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().ends_with("\n1 more are left out here.\n"));
    }
}
