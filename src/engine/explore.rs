//! Runs a check on one resource, in as many scenarios as what it looks at depends on.
//!
//! A run that meets an open choice ends and is repeated once for each class of the variable that decides it. So only those
//! scenarios are told apart that make a difference to this rule at this resource; the cells that remain exclude each other and
//! cover everything that can be deployed.

use super::explain;
use super::load::Compiled;
use super::run::{End, Reason, Run, Violation};
use crate::graph::{Graph, NodeId};
use crate::value::{Decision, Scenario, Variable, Why};
use rhai::{Caches, Dynamic, Engine, EvalAltResult, EvalContext, GlobalRuntimeState, Scope};
use std::sync::Arc;

/// No more runs than this for one rule and one resource.
pub(super) const MOST_RUNS: usize = 4_096;

/// What a check found in one scenario.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) scenario: Scenario,
    pub(super) violations: Vec<Violation>,
    /// Set when the check did not run through.
    pub(super) undecided: Option<Reason>,
}

/// What came of a rule at a resource.
#[derive(Debug)]
pub(super) enum Explored {
    /// The scenarios that can be, each with what was found.
    Cells(Vec<Cell>),
    /// There are too many scenarios.
    TooMany,
    /// The rule made a mistake.
    Failed(Box<EvalAltResult>),
}

/// Calls a check, for one resource after the other. Where Rhai found the functions that the check calls stays known between
/// the calls: looking for them takes longer than most checks.
pub(super) struct Caller<'a> {
    engine: &'a Engine,
    check: &'a Compiled,
    caches: Caches,
    global: GlobalRuntimeState,
    scope: Scope<'static>,
}

impl<'a> Caller<'a> {
    pub(super) fn new(engine: &'a Engine, check: &'a Compiled) -> Self {
        let mut global = engine.new_global_runtime_state();
        global.lib.push(check.ast.shared_lib().clone());
        Self { engine, check, caches: Caches::new(), global, scope: Scope::new() }
    }

    fn call(&mut self, run: &Arc<Run>) -> Result<Dynamic, Box<EvalAltResult>> {
        let Compiled { function, constants, .. } = self.check;
        let resource = super::handle::Node { run: run.clone(), id: run.node };
        let mut arguments: Vec<Dynamic> = constants.iter().cloned().chain([Dynamic::from(resource)]).collect();
        let mut arguments: Vec<&mut Dynamic> = arguments.iter_mut().collect();
        // Each call has a budget of its own.
        self.global.num_operations = Default::default();
        self.global.tag = Dynamic::from(run.clone());
        let (global, caches) = (&mut self.global, &mut self.caches);
        let mut context = EvalContext::new(self.engine, global, caches, &mut self.scope, None);
        context.call_fn_raw(function, false, false, &mut arguments).map_err(|error| match *error {
            EvalAltResult::ErrorInFunctionCall(name, _, inner, _) if name == *function => inner,
            _ => error,
        })
    }
}

/// Runs a check on a resource.
pub(super) fn explore(caller: &mut Caller<'_>, graph: &Arc<Graph>, id: NodeId) -> Explored {
    let mut cells = Vec::new();
    let mut open = vec![Scenario::default()];
    let mut runs = 0;
    while let Some(scenario) = open.pop() {
        runs += 1;
        if runs + open.len() > MOST_RUNS {
            return Explored::TooMany;
        }
        match run(caller, graph, id, scenario.clone()) {
            Ended::Cell(cell) => cells.push(cell),
            Ended::Impossible => {}
            Ended::Failed(error) => return Explored::Failed(error),
            Ended::Open(variable) => {
                if variable.classes.len() > MOST_RUNS {
                    return Explored::TooMany;
                }
                // The first class is on top.
                open.extend((0..variable.classes.len()).rev().map(|class| scenario.with(variable.clone(), class)));
            }
        }
    }
    Explored::Cells(cells)
}

enum Ended {
    Cell(Cell),
    Impossible,
    Open(Arc<Variable>),
    Failed(Box<EvalAltResult>),
}

fn run(caller: &mut Caller<'_>, graph: &Arc<Graph>, id: NodeId, scenario: Scenario) -> Ended {
    let Some(node) = graph.node(id).filter(|_| graph.may_be(&scenario)) else { return Ended::Impossible };
    match node.resource.presence.decide(&scenario) {
        Decision::Holds => {}
        Decision::Fails => return Ended::Impossible,
        Decision::Open(variable) => return Ended::Open(variable),
    }
    let run = Arc::new(Run::new(graph.clone(), scenario, id));
    let result = caller.call(&run);
    let undecided = match (run.end(), result) {
        (Some(End::Impossible), _) => return Ended::Impossible,
        (Some(End::Open(variable)), _) if run.scenario.class(&variable).is_none() => return Ended::Open(variable),
        (Some(End::Open(variable)), _) => Some((&Why::Cycle(variable.label.clone())).into()),
        (Some(End::Undecided(reason)), _) => Some(reason),
        (None, Ok(_)) => None,
        (None, Err(error)) if explain::asks_partial_list(&run, &error) => run.partial(),
        (None, Err(error)) => return Ended::Failed(error),
    };
    Ended::Cell(Cell { scenario: run.scenario.clone(), violations: run.take_violations(), undecided })
}
