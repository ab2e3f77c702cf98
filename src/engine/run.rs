//! One run of a rule's check on one resource in one scenario: what it may look at, how it ends, what it found.

use super::handle::Place;
use crate::finding::{Label, Level};
use crate::graph::{Graph, NodeId};
use crate::value::{Decision, Guard, Scenario, Unknown, Value, Variable, Why};
use rhai::{Dynamic, EvalAltResult, Position};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a function of the vocabulary gives back to Rhai.
pub(super) type Answered<T> = Result<T, Box<EvalAltResult>>;

/// Why a check cannot go on.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// It met something that is not known.
    Undecided(Reason),
    /// It met a choice that the scenario leaves open: run it again, once for each class of this variable.
    Open(Arc<Variable>),
    /// The scenario cannot be: a resource refers to one that it does not contain.
    Impossible,
}

/// Why something is not known, in a person's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    /// The reason with names.
    pub(super) because: String,
    /// The reason without names, for counting.
    pub(super) class: String,
}

impl Reason {
    /// From words.
    pub(super) fn new(because: impl Into<String>, class: impl Into<String>) -> Self {
        Self { because: because.into(), class: class.into() }
    }
}

impl From<&Why> for Reason {
    fn from(why: &Why) -> Self {
        Self::new(why.to_string(), why.class())
    }
}

impl From<&Unknown> for Reason {
    fn from(unknown: &Unknown) -> Self {
        Self::from(&unknown.why)
    }
}

/// A `require` that did not hold.
#[derive(Clone, Debug)]
pub(super) struct Violation {
    /// Where the `require` stands in its rule file; names it among the rule's others.
    pub(super) position: Position,
    /// The message; `None` when a value in it is not known.
    pub(super) message: Option<String>,
    /// The level that the `require` gives, where it gives one.
    pub(super) level: Option<Level>,
    /// Where the finding points, where the rule says it.
    pub(super) place: Option<Place>,
    /// How to mend it.
    pub(super) help: Option<String>,
    /// Other places.
    pub(super) notes: Vec<Label>,
}

/// A run. Handles share it.
#[derive(Debug)]
pub(super) struct Run {
    /// The graph that is looked at.
    pub(super) graph: Arc<Graph>,
    /// The scenario in which values are read.
    pub(super) scenario: Scenario,
    /// The resource that is checked.
    pub(super) node: NodeId,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    end: Option<End>,
    violations: Vec<Violation>,
    secrets: Vec<String>,
    partial: Option<Reason>,
}

impl Run {
    /// A run that has not begun.
    pub(super) fn new(graph: Arc<Graph>, scenario: Scenario, node: NodeId) -> Self {
        Self { graph, scenario, node, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the run. The error travels through Rhai, which no script can stop; the reason is kept here, so that the run has
    /// ended even where a function of Rhai's library drops an error of the closure that it calls.
    pub(super) fn stop(&self, end: End) -> Box<EvalAltResult> {
        self.state().end.get_or_insert(end);
        Box::new(EvalAltResult::ErrorTerminated(Dynamic::UNIT, Position::NONE))
    }

    /// Ends the run because something is not known.
    pub(super) fn undecided(&self, reason: impl Into<Reason>) -> Box<EvalAltResult> {
        self.stop(End::Undecided(reason.into()))
    }

    /// How the run ended, when it did not run through.
    pub(super) fn end(&self) -> Option<End> {
        self.state().end.clone()
    }

    /// Takes back an end for want of knowledge; true when there was one. For messages: that a value in one is not known does not
    /// make the defect less certain.
    pub(super) fn forgive_undecided(&self) -> bool {
        let mut state = self.state();
        let undecided = matches!(state.end, Some(End::Undecided(_)));
        if undecided {
            state.end = None;
        }
        undecided
    }

    /// Notes a violation; one that is met after the run has ended does not count.
    pub(super) fn add(&self, violation: Violation) {
        let mut state = self.state();
        if state.end.is_none() {
            state.violations.push(violation);
        }
    }

    /// What was found.
    pub(super) fn take_violations(&self) -> Vec<Violation> {
        std::mem::take(&mut self.state().violations)
    }

    /// Remembers a secret that a rule has read.
    pub(super) fn add_secret(&self, text: &str) {
        self.state().secrets.push(text.to_owned());
    }

    /// A text without the secrets that the rule has read.
    pub(super) fn censor(&self, mut text: String) -> String {
        for secret in &self.state().secrets {
            if !secret.is_empty() {
                text = text.replace(secret.as_str(), super::show::SENSITIVE);
            }
        }
        text
    }

    /// Remembers why a list that the rule holds is not fully known.
    pub(super) fn add_partial(&self, reason: &Reason) {
        self.state().partial.get_or_insert_with(|| reason.clone());
    }

    /// Why the first list that was not fully known is not.
    pub(super) fn partial(&self) -> Option<Reason> {
        self.state().partial.clone()
    }

    /// A value in the run's scenario; ends the run when that depends on an open variable. The result is no choice.
    pub(super) fn resolve(&self, value: &Value) -> Answered<Value> {
        let arm = value.resolve(&self.scenario).map_err(|variable| self.stop(End::Open(variable)))?;
        let mut arm = arm.clone();
        arm.via = arm.via.or_else(|| value.via.clone());
        arm.sensitive |= value.sensitive;
        Ok(arm)
    }

    /// Whether a resource is there in the run's scenario.
    pub(super) fn presence(&self, guard: &Guard) -> Presence {
        match guard.decide(&self.scenario) {
            Decision::Holds => Presence::There,
            Decision::Fails => Presence::Missing,
            Decision::Open(variable) => Presence::Open(variable),
        }
    }
}

/// Whether a resource is there.
pub(super) enum Presence {
    /// It is.
    There,
    /// It is not.
    Missing,
    /// It depends on this variable.
    Open(Arc<Variable>),
}
