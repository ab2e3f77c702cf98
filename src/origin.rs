//! Findings in what a program generated: they move to the line of the program that made the resource.
//!
//! Rules know nothing of this; it happens between suppressing and reporting. A template that the CDK wrote is no place to
//! mend anything: where the metadata names the line, that is the finding's place, and the template's becomes a label. The same
//! construct in several stages or stacks gives one finding.

use crate::finding::{Finding, Label};
use crate::frontend::{Origin, Resource};
use crate::source::{FileId, Span};
use crate::suppress::Resources;
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many constructs are named in a message.
const MOST_NAMED: usize = 4;

/// Moves findings to where their resources come from, and folds those that are twins.
pub fn relocate(findings: Vec<Finding>, all: &[&Resource]) -> Vec<Finding> {
    if all.iter().all(|resource| resource.origin.is_none()) {
        return findings;
    }
    let resources = Resources::new(all);
    let mut by_file: BTreeMap<FileId, Vec<&Resource>> = BTreeMap::new();
    for resource in all {
        by_file.entry(resource.span.file).or_default().push(resource);
    }
    // A finding about a pool may stand in its role: what matters is where it stands.
    let around = |span: Span| by_file.get(&span.file)?.iter().copied().find(|resource| resource.span.covers(span));
    let mut done = Vec::new();
    let mut twins: BTreeMap<Twin, Vec<(Arc<Origin>, Finding)>> = BTreeMap::new();
    for finding in findings {
        let resource = around(finding.primary.span).or_else(|| resources.of(&finding));
        match resource.and_then(|resource| resource.origin.clone()) {
            None => done.push(finding),
            Some(origin) => twins.entry(Twin::of(&finding, &origin)).or_default().push((origin, finding)),
        }
    }
    done.extend(twins.into_values().filter_map(folded));
    done
}

/// What twins have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Twin {
    rule: Arc<str>,
    message: String,
    level: &'static str,
    verdict: &'static str,
    when: Option<String>,
    suppressed: bool,
    place: Place,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// A line of the program.
    Frame(Span),
    /// The construct's path, without the name of its stage.
    Construct(String),
}

impl Twin {
    fn of(finding: &Finding, origin: &Origin) -> Self {
        let path = &origin.construct_path;
        let place = match origin.frame {
            Some(frame) => Place::Frame(frame),
            None => {
                let in_stage = path.split_once('/').filter(|_| origin.in_stage);
                Place::Construct(in_stage.map_or(&**path, |(_, rest)| rest).to_owned())
            }
        };
        Self {
            rule: finding.rule.id.clone(),
            message: finding.message.clone(),
            level: finding.level.name(),
            verdict: finding.verdict.name(),
            when: finding.when.clone(),
            suppressed: finding.suppressed.is_some(),
            place,
        }
    }
}

/// One finding for all twins, at the line of the program where that is known.
fn folded(mut twins: Vec<(Arc<Origin>, Finding)>) -> Option<Finding> {
    twins.sort_by(|(a, _), (b, _)| a.construct_path.cmp(&b.construct_path));
    let names: Vec<&str> = twins.iter().map(|(origin, _)| readable(&origin.construct_path)).collect();
    let suffix = named(&names);
    let others: Vec<Label> = twins
        .iter()
        .skip(1)
        .map(|(origin, twin)| Label {
            span: twin.primary.span,
            message: format!("the same in {}", readable(&origin.construct_path)),
        })
        .collect();
    let (origin, mut finding) = twins.into_iter().next()?;
    finding.message.push_str(&suffix);
    finding.labels.extend(others);
    if let Some(frame) = origin.frame {
        let message = format!("creates {}", readable(&origin.construct_path));
        let mut template = std::mem::replace(&mut finding.primary, Label { span: frame, message });
        if template.message.is_empty() {
            template.message = "in the template".to_owned();
        }
        finding.labels.insert(0, template);
    }
    // The next synthesis would write the template anew.
    finding.fixes.clear();
    Some(finding)
}

/// A construct's path without the last part that every L2 construct gives its resource.
fn readable(path: &str) -> &str {
    path.strip_suffix("/Resource").or_else(|| path.strip_suffix("/Default")).unwrap_or(path)
}

fn named(names: &[&str]) -> String {
    let shown = names.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(MOST_NAMED) {
        None | Some(0) if names.len() == 1 => format!(" (construct {shown})"),
        None | Some(0) => format!(" (constructs {shown})"),
        Some(more) => format!(" (constructs {shown} and {more} more)"),
    }
}
