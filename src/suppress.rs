//! What people asked not to hear about.
//!
//! - `# coglint: ignore[rule-id, other-id] reason` in YAML and HCL (also `//` and `/* */`). Behind something, the comment
//!   speaks of its own line; on a line of its own, of the next line that is no comment. A finding is suppressed when its
//!   primary place lies on that line, or its resource is declared there.
//! - What a CDK program acknowledged: `Validations.of(pool).acknowledge({id: 'coglint::rule-id', reason})`.
//! - `Metadata: {coglint: {ignore: [{id, reason, expires}]}}` of a template's resource: its findings.
//! - `[[ignore]]` in `coglint.toml`: findings of a rule in the files that a pattern matches, or of a resource.
//!
//! `until 2026-12-31` behind a comment's brackets, and `expires` elsewhere, end a suppression after that day. Whatever
//! suppresses nothing, or names a rule that does not exist, is warned of: it hides the next real finding.

use crate::engine::suggest;
use crate::finding::{Date, Finding, Suppression};
use crate::frontend::{Diagnostic, Resource};
use crate::source::{FileId, SourceFile, SourceMap, Span, seen_from};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How suppressions are judged, and those that stand in no template.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// A suppression without a reason does nothing.
    pub require_reason: bool,
    /// The day of the run; without it nothing expires.
    pub today: Option<Date>,
    /// The ids of all rules; without them every id is taken for one.
    pub known: Option<BTreeSet<String>>,
    /// The `[[ignore]]` entries of the project.
    pub ignores: Vec<Ignore>,
    /// The working folder as seen from that of `coglint.toml`, from where the entries' paths start.
    pub prefix: String,
}

/// An `[[ignore]]` of `coglint.toml`.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// The rule's id.
    pub rule: String,
    /// The files; every one where there is no pattern.
    pub path: Option<glob::Pattern>,
    /// The address of the resource; every one where there is none.
    pub resource: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The last day.
    pub expires: Option<Date>,
    /// Where it is written.
    pub span: Span,
}

impl Ignore {
    fn covers(&self, finding: &Finding, sources: &SourceMap, prefix: &str) -> bool {
        let separators = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
        let path = || seen_from(prefix, sources.path(finding.primary.span.file));
        self.path.as_ref().is_none_or(|pattern| pattern.matches_with(&path(), separators))
            && self.resource.as_ref().is_none_or(|address| **address == *finding.resource)
    }
}

/// Marks the findings that are suppressed, and returns a warning for every request without effect.
///
/// `comments` are those of every file that was read, `all` its resources.
pub fn apply(
    findings: &mut [Finding],
    comments: &[Span],
    all: &[&Resource],
    sources: &SourceMap,
    policy: &Policy,
) -> Vec<Diagnostic> {
    let (mut requests, mut diagnostics) = requests(comments, all, sources, policy);
    let resources = Resources::new(all);
    for finding in findings {
        let resource = resources.of(finding);
        for request in requests.get_mut(&*finding.rule.id).into_iter().flatten() {
            if request.covers(finding, resource, sources, &policy.prefix) {
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
fn requests<'a>(
    comments: &[Span],
    resources: &[&'a Resource],
    sources: &SourceMap,
    policy: &'a Policy,
) -> (Requests<'a>, Vec<Diagnostic>) {
    let mut found: Vec<(String, Request<'a>)> = Vec::new();
    let mut diagnostics = Vec::new();
    let mut targets = Targets::default();
    // A module that is called twice may have brought its comments twice.
    for comment in comments.iter().copied().collect::<BTreeSet<Span>>() {
        match from_comment(comment, sources, &mut targets) {
            None => {}
            Some(Ok(requests)) => found.extend(requests),
            Some(Err(message)) => diagnostics.push(Diagnostic { span: comment, message, fatal: false }),
        }
    }
    for resource in resources {
        from_metadata(resource, &mut found, &mut diagnostics);
    }
    found.extend(policy.ignores.iter().map(|ignore| (ignore.rule.clone(), Request::configured(ignore))));

    let mut requests: Requests<'a> = BTreeMap::new();
    for (rule, request) in found {
        match refusal(&rule, &request, policy) {
            None => requests.entry(rule).or_default().push(request),
            Some(message) => diagnostics.push(Diagnostic { span: request.span, message, fatal: false }),
        }
    }
    (requests, diagnostics)
}

/// Why a request counts for nothing.
fn refusal(rule: &str, request: &Request<'_>, policy: &Policy) -> Option<String> {
    if let Some(known) = policy.known.as_ref().filter(|known| !known.contains(rule)) {
        let hint = suggest::hint(rule, known.iter().map(String::as_str));
        return Some(format!("there is no rule `{rule}`{hint}"));
    }
    if let (Some(last), Some(today)) = (request.until, policy.today)
        && last < today
    {
        return Some(format!("this suppression of `{rule}` held until {last}"));
    }
    let unexplained = policy.require_reason && request.reason.as_ref().is_none_or(|reason| reason.trim().is_empty());
    unexplained.then(|| format!("this suppression of `{rule}` gives no reason; the project requires one"))
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
    until: Option<Date>,
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
    /// Where an entry of the configuration says.
    Configured(&'a Ignore),
}

impl<'a> Request<'a> {
    fn configured(ignore: &'a Ignore) -> Self {
        let (reason, until) = (ignore.reason.clone(), ignore.expires);
        Self { reason, until, span: ignore.span, place: Place::Configured(ignore), used: false }
    }

    fn covers(&self, finding: &Finding, resource: Option<&Resource>, sources: &SourceMap, prefix: &str) -> bool {
        match self.place {
            Place::Configured(ignore) => ignore.covers(finding, sources, prefix),
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
fn from_comment(
    span: Span,
    sources: &SourceMap,
    targets: &mut Targets,
) -> Option<Result<Vec<(String, Request<'static>)>, String>> {
    let file = sources.file(span.file)?;
    let words = comment_words(file.slice(span));
    let order = words.strip_prefix("coglint:")?.trim_start();
    Some(parse_order(order).map(|Order { rules, until, reason }| {
        let line = targets.of(file, span);
        let request = || Request { reason: reason.clone(), until, span, place: Place::Line(line), used: false };
        rules.into_iter().map(|rule| (rule, request())).collect()
    }))
}

/// The text of a comment without its marks.
fn comment_words(comment: &str) -> &str {
    let inner = comment.trim().strip_prefix("/*").map(|inner| inner.strip_suffix("*/").unwrap_or(inner));
    inner.unwrap_or(comment).trim().trim_start_matches(['#', '/', '*']).trim()
}

/// What a comment asks for.
struct Order {
    rules: Vec<String>,
    until: Option<Date>,
    reason: Option<String>,
}

/// `ignore[a, b] until 2026-12-31 reason`
fn parse_order(order: &str) -> Result<Order, String> {
    const FORM: &str = "a suppression is written `coglint: ignore[rule-id] reason`";
    let list = order.strip_prefix("ignore").map(str::trim_start).and_then(|rest| rest.strip_prefix('['));
    let (ids, reason) = list.and_then(|list| list.split_once(']')).ok_or(FORM)?;
    let rules: Vec<String> = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if rules.is_empty() {
        return Err(FORM.to_owned());
    }
    let (until, reason) = parse_until(reason.trim())?;
    let reason = reason.trim_start_matches([':', '-']).trim_start();
    Ok(Order { rules, until, reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()) })
}

/// `until 2026-12-31`, and what stands behind it. `until we move` is a reason.
fn parse_until(text: &str) -> Result<(Option<Date>, &str), String> {
    let Some(rest) = text.strip_prefix("until ").map(str::trim_start) else { return Ok((None, text)) };
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok((None, text));
    }
    let (day, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let day = Date::parse(day.trim_end_matches([':', ','])).ok_or_else(|| no_day(day))?;
    Ok((Some(day), reason.trim_start()))
}

fn no_day(text: &str) -> String {
    format!("`{text}` is no day; one is written 2026-12-31")
}

/// Finds the lines that comments speak of. Comments come in the order of their places, so that a block of them is walked over
/// once and not once for each of its lines.
#[derive(Default)]
struct Targets {
    /// The file, the first line of a walk, and where it ended: the number of lines when it found nothing.
    walked: Option<(FileId, usize, usize)>,
}

impl Targets {
    /// The line (from 0) that a comment speaks of.
    fn of(&mut self, file: &SourceFile, comment: Span) -> usize {
        let own = file.line_of(comment.start as usize);
        let before = file.text.get(file.line_start(own)..comment.start as usize).unwrap_or("");
        if !before.trim().is_empty() {
            return own;
        }
        let behind = file.line_of(comment.end.saturating_sub(1).max(comment.start) as usize) + 1;
        let lines = file.line_count();
        let last = match self.walked {
            Some((walked, first, last)) if walked == comment.file && (first..=last).contains(&behind) => last,
            _ => (behind..lines).find(|line| !is_blank_or_comment(file, *line)).unwrap_or(lines),
        };
        self.walked = Some((comment.file, behind, last));
        if last < lines { last } else { behind }
    }
}

fn is_blank_or_comment(file: &SourceFile, line: usize) -> bool {
    let text = file.text.get(file.line_start(line)..file.line_start(line + 1)).unwrap_or("").trim_start();
    text.is_empty() || text.starts_with('#') || text.starts_with("//")
}

/// The requests in a resource's `Metadata`. A bare id is accepted beside `{id, reason, expires}`.
fn from_metadata<'a>(
    resource: &'a Resource,
    found: &mut Vec<(String, Request<'a>)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let entries = resource.attributes.get("Metadata").get("coglint").get("ignore");
    let entries = entries.as_list().map(|list| list.items.clone()).unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    for entry in &entries {
        let Some(rule) = text(entry).or_else(|| text(&entry.get("id"))) else { continue };
        let expires = entry.get("expires");
        let until = text(&expires).and_then(|day| Date::parse(&day));
        if until.is_none() && !expires.is_absent() {
            let message = no_day(&text(&expires).unwrap_or_default());
            diagnostics.push(Diagnostic { span: entry.span, message, fatal: false });
            continue;
        }
        let (reason, place) = (text(&entry.get("reason")), Place::Resource(resource));
        found.push((rule, Request { reason, until, span: entry.span, place, used: false }));
    }
    for rule in resource.origin.iter().flat_map(|origin| &origin.acknowledged) {
        let reason = rule.reason.as_ref().map(ToString::to_string);
        let request = Request { reason, until: None, span: rule.span, place: Place::Resource(resource), used: false };
        found.push((rule.rule.to_string(), request));
    }
}

#[cfg(test)]
mod tests;
