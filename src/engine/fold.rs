//! From the cells of an exploration to findings: what holds always, what holds with the defaults, what holds in a declared
//! alternative, and what cannot be said.

use super::explore::{Cell, MOST_RUNS};
use super::run::{Reason, Violation};
use crate::finding::{Finding, Label, Level, Rule, Undecided, Verdict};
use crate::graph::{Graph, Node, NodeId};
use crate::source::Span;
use crate::value::ResourceRef;
use rhai::Position;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is to be said of a rule at a resource.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub(super) findings: Vec<Finding>,
    pub(super) undecided: Option<Undecided>,
}

/// Which `require` a violation is of. One inside a loop is several, told apart by their places.
type Key = (Position, Option<(Option<Span>, usize)>);

/// Folds the cells of a rule at a resource. `level` is the level that the user gave the rule, if any.
pub(super) fn fold(rule: &Arc<Rule>, level: Option<Level>, graph: &Graph, id: NodeId, cells: &[Cell]) -> Folded {
    let (Some(node), Some(scope)) = (graph.node(id), graph.scope_of(id)) else { return Folded::default() };
    let mut folded = Folded::default();
    let mut silent = None;
    for hits in by_key(cells).values() {
        match verdict(hits, cells.len(), scope.library) {
            Ok((verdict, cell, violation)) => {
                folded.findings.push(finding(rule, level, node, verdict, cell, violation));
            }
            Err(reason) => silent = silent.or(Some(reason)),
        }
    }
    if folded.findings.is_empty() {
        let open = cells.iter().find_map(|cell| cell.undecided.clone());
        folded.undecided = open.or(silent).map(|reason| undecided(rule, node, reason));
    }
    folded
}

/// A rule that met too many scenarios at a resource.
pub(super) fn too_many(rule: &Rule, node: &Node) -> Undecided {
    let because = format!("limit reached: more than {MOST_RUNS} combinations of parameters");
    undecided(rule, node, Reason::new(because, "limit reached"))
}

/// A rule that failed at a resource.
pub(super) fn failed(rule: &Rule, node: &Node) -> Undecided {
    undecided(rule, node, Reason::new("the rule failed", "the rule failed"))
}

fn undecided(rule: &Rule, node: &Node, reason: Reason) -> Undecided {
    let ResourceRef { scope, address } = node.resource.id.clone();
    let Reason { because, class } = reason;
    Undecided { rule: rule.id.clone(), resource: address, because, class, scopes: vec![scope] }
}

type Hit<'a> = (&'a Cell, &'a Violation);

/// The violations of each requirement, at most one a cell.
fn by_key(cells: &[Cell]) -> BTreeMap<Key, Vec<Hit<'_>>> {
    let mut repeated = BTreeSet::new();
    for cell in cells {
        let mut seen = BTreeSet::new();
        repeated.extend(cell.violations.iter().map(|violation| violation.position).filter(|at| !seen.insert(*at)));
    }
    let mut keys: BTreeMap<Key, Vec<Hit<'_>>> = BTreeMap::new();
    for cell in cells {
        let mut seen: BTreeMap<(Position, Option<Span>), usize> = BTreeMap::new();
        for violation in &cell.violations {
            let position = violation.position;
            let item = repeated.contains(&position).then(|| {
                let span = violation.place.as_ref().map(|place| place.span);
                let count = seen.entry((position, span)).or_default();
                *count += 1;
                (span, *count)
            });
            keys.entry((position, item)).or_default().push((cell, violation));
        }
    }
    keys
}

/// In which deployments a violation holds, and the cell that is told; or why nothing can be told.
fn verdict<'a>(hits: &[Hit<'a>], cells: usize, library: bool) -> Result<(Verdict, &'a Cell, &'a Violation), Reason> {
    let default = hits.iter().find(|(cell, _)| cell.scenario.is_default());
    if hits.len() == cells
        && let Some((cell, violation)) = default.or(hits.first())
    {
        return Ok((Verdict::Always, cell, violation));
    }
    if library {
        return Err(Reason::new("the module's variables are an interface", "the module's variables are an interface"));
    }
    if let Some((cell, violation)) = default {
        return Ok((Verdict::Default, cell, violation));
    }
    let declared = hits.iter().filter(|(cell, _)| cell.scenario.is_declared());
    if let Some((cell, violation)) = declared.min_by_key(|(cell, _)| cell.scenario.chosen().count()) {
        return Ok((Verdict::Some, cell, violation));
    }
    let when = hits.first().map_or_else(String::new, |(cell, _)| cell.scenario.to_string());
    Err(Reason::new(format!("it fails only when {when}"), "a value that the template does not name"))
}

fn finding(
    rule: &Arc<Rule>,
    level: Option<Level>,
    node: &Node,
    verdict: Verdict,
    cell: &Cell,
    violation: &Violation,
) -> Finding {
    let own = level.or(violation.level).unwrap_or(rule.level);
    let level = match verdict {
        Verdict::Always => own,
        Verdict::Default => own.lowered(),
        Verdict::Some => own.min(Level::Warning),
    };
    let place = violation.place.as_ref();
    let span = place.map_or(node.resource.name_span, |place| place.span);
    let trail = place.iter().flat_map(|place| place.trail.iter().cloned());
    Finding {
        rule: rule.clone(),
        level,
        verdict,
        when: (verdict != Verdict::Always).then(|| cell.scenario.to_string()),
        message: violation.message.clone().unwrap_or_else(|| rule.title.to_string()),
        help: violation.help.clone().filter(|help| !help.is_empty()),
        primary: Label { span, message: String::new() },
        labels: trail.chain(violation.notes.iter().cloned()).collect(),
        scope: node.resource.id.scope,
        resource: node.resource.id.address.clone(),
        kind: node.kind.map_or_else(|| node.resource.type_name.clone(), |kind| kind.name.into()),
        fixes: Vec::new(),
        suppressed: None,
        again_in: Vec::new(),
    }
}
