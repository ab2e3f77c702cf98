//! Findings that are made twice because the input holds something twice: a root module, and the plan of it in its folder.
//!
//! Both are linted, for each may know what the other does not. What both find of a resource is reported once, where it is
//! written: at the root module's place. Where only their words differ, because the plan knows the values of variables of which
//! the files know defaults, the plan's words and level count.

use crate::finding::Finding;
use crate::graph::Graph;
use crate::value::ScopeId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a finding is about: the rule, and a resource of a scope.
type Subject = (Arc<str>, ScopeId, Arc<str>);

/// Merges every finding in a scope that repeats another one into the other's finding of the same rule and resource, if any.
pub(super) fn fold(findings: &mut Vec<Finding>, graph: &Graph) {
    if graph.scopes().iter().all(|scope| scope.repeats.is_none()) {
        return;
    }
    let (repeated, mut own): (Vec<Finding>, Vec<Finding>) =
        findings.drain(..).partition(|finding| repeats(graph, finding).is_some());
    let mut known: BTreeMap<Subject, Vec<usize>> = BTreeMap::new();
    for (at, finding) in own.iter().enumerate() {
        known.entry(subject(finding, finding.scope)).or_default().push(at);
    }
    let mut counts: BTreeMap<Subject, usize> = BTreeMap::new();
    for finding in &repeated {
        *counts.entry(subject(finding, finding.scope)).or_default() += 1;
    }
    for finding in repeated {
        let subject_of = |scope| subject(&finding, scope);
        let twins = repeats(graph, &finding).and_then(|scope| known.get(&subject_of(scope))).map_or(&[][..], |at| at);
        let same = |at: &usize| own.get(*at).is_some_and(|own| own.message == finding.message);
        let alone = counts.get(&subject_of(finding.scope)) == Some(&1);
        let twin = twins.iter().copied().find(same).or(match twins {
            [only] if alone => Some(*only),
            _ => None,
        });
        match twin.and_then(|at| own.get_mut(at)) {
            Some(twin) => strengthen(twin, finding),
            None => own.push(finding),
        }
    }
    *findings = own;
}

fn repeats(graph: &Graph, finding: &Finding) -> Option<ScopeId> {
    graph.scope(finding.scope)?.repeats
}

fn subject(finding: &Finding, scope: ScopeId) -> Subject {
    (finding.rule.id.clone(), scope, finding.resource.clone())
}

/// The plan is closer to what will be deployed.
fn strengthen(own: &mut Finding, plan: Finding) {
    own.level = plan.level;
    own.verdict = plan.verdict;
    own.when = plan.when;
    own.message = plan.message;
    own.help = plan.help;
    own.again_in.push(plan.primary.span.file);
}
