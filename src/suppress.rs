//! What people asked not to hear about.
//!
//! - `# coglint: ignore[rule-id, other-id] reason` in YAML and HCL (also `//` and `/* */`). Behind something, the comment
//!   speaks of its own line; on a line of its own, of the next line that is no comment. A finding is suppressed when its
//!   primary place lies on that line, or its resource is declared there.
//! - What a CDK program acknowledged: `Validations.of(pool).acknowledge({id: 'coglint::rule-id', reason})`.
//! - `Metadata: {coglint: {ignore: [{id, reason}]}}` of a template's resource: its findings.
//!
//! Whatever suppresses nothing is warned of: it hides the next real finding.

use crate::finding::{Finding, Suppression};
use crate::frontend::{Diagnostic, Resource};
use crate::source::{SourceFile, SourceMap, Span};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Marks the findings that are suppressed, and returns a warning for every request without effect.
///
/// `comments` are those of every file that was read, `all` its resources.
pub fn apply(findings: &mut [Finding], comments: &[Span], all: &[&Resource], sources: &SourceMap) -> Vec<Diagnostic> {
    let (mut requests, mut diagnostics) = requests(comments, all, sources);
    let resources = Resources::new(all);
    for finding in findings {
        let resource = resources.of(finding);
        for request in requests.get_mut(&*finding.rule.id).into_iter().flatten() {
            if request.covers(finding, resource, sources) {
                request.used = true;
                finding
                    .suppressed
                    .get_or_insert_with(|| Suppression { reason: request.reason.clone(), span: request.span });
            }
        }
    }
    diagnostics.extend(without_effect(&requests));
    diagnostics
}

/// Requests by rule.
type Requests<'a> = BTreeMap<String, Vec<Request<'a>>>;

/// Everything that is asked for, and what is wrong with the asking.
fn requests<'a>(comments: &[Span], resources: &[&'a Resource], sources: &SourceMap) -> (Requests<'a>, Vec<Diagnostic>) {
    let mut requests: Requests<'a> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    // A module that is called twice may have brought its comments twice.
    for comment in comments.iter().copied().collect::<BTreeSet<Span>>() {
        match from_comment(comment, sources) {
            None => {}
            Some(Ok(found)) => found.into_iter().for_each(|(rule, one)| requests.entry(rule).or_default().push(one)),
            Some(Err(message)) => diagnostics.push(Diagnostic { span: comment, message, fatal: false }),
        }
    }
    for resource in resources {
        for (rule, request) in from_metadata(resource) {
            requests.entry(rule).or_default().push(request);
        }
    }
    (requests, diagnostics)
}

/// A warning for each place whose request did nothing. A template that is deployed twice has one place for two resources:
/// it is enough that it spoke for one of them.
fn without_effect(requests: &Requests<'_>) -> Vec<Diagnostic> {
    let mut places: BTreeMap<(Span, &str), bool> = BTreeMap::new();
    for (rule, requests) in requests {
        for request in requests {
            *places.entry((request.span, rule)).or_default() |= request.used;
        }
    }
    let idle = places.into_iter().filter(|(_, used)| !used);
    idle.map(|((span, rule), _)| {
        let message = format!("`{rule}` reports nothing here: this suppression has no effect");
        Diagnostic { span, message, fatal: false }
    })
    .collect()
}

/// A rule is to be silent somewhere.
struct Request<'a> {
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
}

/// The lines that a span touches, from 0.
fn lines_of(file: &SourceFile, span: Span) -> std::ops::RangeInclusive<usize> {
    file.line_of(span.start as usize)..=file.line_of(span.end.saturating_sub(1).max(span.start) as usize)
}

/// The resources by address.
pub(crate) struct Resources<'a>(BTreeMap<&'a str, Vec<&'a Resource>>);

impl<'a> Resources<'a> {
    pub(crate) fn new(all: &[&'a Resource]) -> Self {
        let mut resources: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
        for resource in all {
            resources.entry(&resource.id.address).or_default().push(resource);
        }
        Self(resources)
    }

    /// The resource that a finding is about. Its address may occur in several scopes: the one around the finding's
    /// primary place is meant, else the only one in that file, else the only one at all.
    pub(crate) fn of(&self, finding: &Finding) -> Option<&'a Resource> {
        let place = finding.primary.span;
        let named = self.0.get(&*finding.resource)?;
        let in_file: Vec<&Resource> =
            named.iter().filter(|resource| resource.span.file == place.file).copied().collect();
        let around = in_file.iter().find(|resource| resource.span.to(place) == resource.span);
        match (around, in_file.as_slice(), named.as_slice()) {
            (Some(one), ..) | (None, [one], _) | (None, [], [one]) => Some(one),
            _ => None,
        }
    }
}

/// The requests of a comment. `None` for a comment that does not speak to us, an error for one that tries to.
fn from_comment(span: Span, sources: &SourceMap) -> Option<Result<Vec<(String, Request<'static>)>, String>> {
    let file = sources.file(span.file)?;
    let words = comment_words(file.slice(span));
    let order = words.strip_prefix("coglint:")?.trim_start();
    Some(parse_order(order).map(|(rules, reason)| {
        let line = target_line(file, span);
        let request = || Request { reason: reason.clone(), span, place: Place::Line(line), used: false };
        rules.into_iter().map(|rule| (rule, request())).collect()
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
fn from_metadata(resource: &Resource) -> Vec<(String, Request<'_>)> {
    let entries = resource.attributes.get("Metadata").get("coglint").get("ignore");
    let entries = entries.as_list().map(|list| list.items.clone()).unwrap_or_default();
    let request = |entry: &Value| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        // A bare id is accepted beside `{id, reason}`.
        let rule = text(entry).or_else(|| text(&entry.get("id")))?;
        let reason = text(&entry.get("reason"));
        Some((rule, Request { reason, span: entry.span, place: Place::Resource(resource), used: false }))
    };
    let written = entries.iter().filter_map(request);
    let acknowledged = resource.origin.iter().flat_map(|origin| &origin.acknowledged).map(|rule| {
        let reason = rule.reason.as_ref().map(ToString::to_string);
        (rule.rule.to_string(), Request { reason, span: rule.span, place: Place::Resource(resource), used: false })
    });
    written.chain(acknowledged).collect()
}

#[cfg(test)]
mod tests;
