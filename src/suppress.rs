//! What people asked not to hear about.
//!
//! - `# coglint: ignore[rule-id, other-id] reason` in YAML and HCL (also `//` and `/* */`). Behind something, the comment
//!   speaks of its own line; on a line of its own, of the next line that is no comment. A finding is suppressed when its
//!   primary place lies on that line, or its resource is declared there.
//! - `Metadata: {coglint: {ignore: [{id, reason}]}}` of a template's resource: its findings.
//!
//! Whatever suppresses nothing is warned of: it hides the next real finding.

use crate::finding::{Finding, Suppression};
use crate::frontend::{Diagnostic, Resource};
use crate::graph::Graph;
use crate::source::{SourceFile, SourceMap, Span};
use crate::value::Value;

/// Marks the findings that are suppressed, and returns a warning for every request without effect.
pub fn apply(findings: &mut [Finding], comments: &[Span], graph: &Graph) -> Vec<Diagnostic> {
    let sources = graph.sources();
    let resources: Vec<&Resource> = graph.nodes().map(|(_, node)| &node.resource).collect();
    let mut diagnostics = Vec::new();
    let mut requests = Vec::new();
    for comment in comments {
        match from_comment(*comment, sources) {
            None => {}
            Some(Ok(found)) => requests.extend(found),
            Some(Err(message)) => diagnostics.push(Diagnostic { span: *comment, message, fatal: false }),
        }
    }
    for resource in &resources {
        requests.extend(from_metadata(resource));
    }
    for finding in findings.iter_mut() {
        let resource = resource_of(finding, &resources);
        for request in &mut requests {
            if request.rule == *finding.rule.id && request.covers(finding, resource, sources) {
                request.used = true;
                finding
                    .suppressed
                    .get_or_insert_with(|| Suppression { reason: request.reason.clone(), span: request.span });
            }
        }
    }
    diagnostics.extend(requests.iter().filter(|request| !request.used).map(Request::unused));
    diagnostics
}

/// One rule that is to be silent somewhere.
struct Request<'a> {
    rule: String,
    reason: Option<String>,
    span: Span,
    place: Place<'a>,
    used: bool,
}

/// Where it is to be silent.
enum Place<'a> {
    /// On a line (from 0) of the request's own file.
    Line(usize),
    /// At a resource.
    Resource(&'a Resource),
}

impl Request<'_> {
    fn covers(&self, finding: &Finding, resource: Option<&Resource>, sources: &SourceMap) -> bool {
        match self.place {
            Place::Resource(own) => resource.is_some_and(|resource| resource.id == own.id),
            Place::Line(line) => {
                let on_line = |span: Span| {
                    let file = sources.file(self.span.file).filter(|_| span.file == self.span.file);
                    file.is_some_and(|file| lines_of(file, span).contains(&line))
                };
                on_line(finding.primary.span) || resource.is_some_and(|resource| on_line(resource.name_span))
            }
        }
    }

    fn unused(&self) -> Diagnostic {
        let message = format!("`{}` reports nothing here: this suppression has no effect", self.rule);
        Diagnostic { span: self.span, message, fatal: false }
    }
}

/// The lines that a span touches, from 0.
fn lines_of(file: &SourceFile, span: Span) -> std::ops::RangeInclusive<usize> {
    file.line_of(span.start as usize)..=file.line_of(span.end.saturating_sub(1).max(span.start) as usize)
}

/// The resource that a finding is about. Its address may occur in several scopes: the one around the finding's primary
/// place is meant, else the only one in that file, else the only one at all.
fn resource_of<'a>(finding: &Finding, resources: &[&'a Resource]) -> Option<&'a Resource> {
    let place = finding.primary.span;
    let named: Vec<&'a Resource> =
        resources.iter().filter(|resource| resource.id.address == finding.resource).copied().collect();
    let around = |resource: &&&Resource| {
        resource.span.file == place.file && resource.span.start <= place.start && place.end <= resource.span.end
    };
    let only = |resources: &[&'a Resource]| match resources {
        [one] => Some(*one),
        _ => None,
    };
    let in_file: Vec<&Resource> = named.iter().filter(|resource| resource.span.file == place.file).copied().collect();
    named.iter().find(around).copied().or_else(|| only(&in_file)).or_else(|| only(&named))
}

/// The requests of a comment. `None` for a comment that does not speak to us, an error for one that tries to.
fn from_comment(span: Span, sources: &SourceMap) -> Option<Result<Vec<Request<'static>>, String>> {
    let file = sources.file(span.file)?;
    let words = comment_words(file.slice(span));
    let order = words.strip_prefix("coglint:")?.trim_start();
    Some(parse_order(order).map(|(rules, reason)| {
        let place = || Place::Line(target_line(file, span));
        let request = |rule| Request { rule, reason: reason.clone(), span, place: place(), used: false };
        rules.into_iter().map(request).collect()
    }))
}

/// The text of a comment without its marks.
fn comment_words(comment: &str) -> &str {
    let inner = comment.trim().strip_prefix("/*").map(|inner| inner.strip_suffix("*/").unwrap_or(inner));
    inner.unwrap_or(comment).trim().trim_start_matches(['#', '/', '*']).trim()
}

/// `ignore[a, b] reason`
fn parse_order(order: &str) -> Result<(Vec<String>, Option<String>), String> {
    const FORM: &str = "a suppression is written `coglint: ignore[rule-id] reason`";
    let list = order.strip_prefix("ignore").map(str::trim_start).and_then(|rest| rest.strip_prefix('['));
    let (ids, reason) = list.and_then(|list| list.split_once(']')).ok_or(FORM)?;
    let ids: Vec<String> = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.is_empty() {
        return Err(FORM.to_owned());
    }
    let reason = reason.trim().trim_start_matches([':', '-']).trim_start();
    Ok((ids, Some(reason.to_owned()).filter(|reason| !reason.is_empty())))
}

/// The line (from 0) that a comment speaks of.
fn target_line(file: &SourceFile, comment: Span) -> usize {
    let own = file.line_of(comment.start as usize);
    let before = file.text.get(file.line_start(own)..comment.start as usize).unwrap_or("");
    if !before.trim().is_empty() {
        return own;
    }
    let behind = file.line_of(comment.end.saturating_sub(1).max(comment.start) as usize) + 1;
    (behind..file.line_count()).find(|line| !is_blank_or_comment(file, *line)).unwrap_or(behind)
}

fn is_blank_or_comment(file: &SourceFile, line: usize) -> bool {
    let text = file.text.get(file.line_start(line)..file.line_start(line + 1)).unwrap_or("").trim_start();
    text.is_empty() || text.starts_with('#') || text.starts_with("//")
}

/// The requests in a resource's `Metadata`.
fn from_metadata(resource: &Resource) -> Vec<Request<'_>> {
    let entries = resource.attributes.get("Metadata").get("coglint").get("ignore");
    let entries = entries.as_list().map(|list| list.items.clone()).unwrap_or_default();
    let request = |entry: &Value| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(Request {
            // A bare id is accepted beside `{id, reason}`.
            rule: text(entry).or_else(|| text(&entry.get("id")))?,
            reason: text(&entry.get("reason")),
            span: entry.span,
            place: Place::Resource(resource),
            used: false,
        })
    };
    entries.iter().filter_map(request).collect()
}

#[cfg(test)]
mod tests;
