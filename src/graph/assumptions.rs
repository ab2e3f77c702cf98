//! What the templates demand of their parameters, indexed: a scenario is compared with the demands on the variables that it
//! decides, not with those of every template.

use crate::value::{Guard, Scenario, Term};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Guards that hold in whatever can be deployed.
#[derive(Debug, Default)]
pub(super) struct Assumptions {
    all: Vec<Guard>,
    /// Which of them look at a variable.
    by_variable: BTreeMap<Term, Vec<usize>>,
    /// Those that fail whatever is chosen; found when the first scenario is looked at.
    hopeless: OnceLock<Vec<usize>>,
}

impl Assumptions {
    pub(super) fn new(all: Vec<Guard>) -> Self {
        let mut by_variable: BTreeMap<Term, Vec<usize>> = BTreeMap::new();
        for (at, guard) in all.iter().enumerate() {
            guard.each_variable(&mut |variable| {
                let known = by_variable.entry(variable.term.clone()).or_default();
                if known.last() != Some(&at) {
                    known.push(at);
                }
            });
        }
        Self { all, by_variable, hopeless: OnceLock::new() }
    }

    /// False when one of them certainly fails in every scenario that goes on from this one.
    pub(super) fn may_hold(&self, scenario: &Scenario) -> bool {
        let decided = scenario.chosen().filter_map(|(variable, _)| self.by_variable.get(&variable.term));
        let mut concerned: Vec<usize> = decided.flatten().copied().collect();
        concerned.sort_unstable();
        concerned.dedup();
        let holds = |at: &usize| self.all.get(*at).is_none_or(|guard| guard.may_hold(scenario));
        // Of the others the scenario says nothing.
        self.hopeless().iter().all(|at| concerned.binary_search(at).is_ok()) && concerned.iter().all(holds)
    }

    fn hopeless(&self) -> &[usize] {
        let nothing = Scenario::default();
        let fails = |(_, guard): &(usize, &Guard)| !guard.may_hold(&nothing);
        self.hopeless.get_or_init(|| self.all.iter().enumerate().filter(fails).map(|(at, _)| at).collect())
    }
}
