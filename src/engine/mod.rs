//! The Rhai host: loads rules, checks them, and runs them over the graph. It knows no file format, and of Cognito only the
//! vocabulary of `graph::kinds`.
//!
//! | file | what it does |
//! |---|---|
//! | `load` | rule files to rules: docs, metadata, the check; nothing runs |
//! | `builtin` | the rules of the binary, compiled when a resource needs them |
//! | `syntax` | the words `rule` and `require` |
//! | `vocabulary` | the sandbox, and all that rules may call |
//! | `names`, `types` | the load-time check of names, with "did you mean" |
//! | `handle`, `list`, `answer`, `read`, `show` | what rules hold, and how it reads values |
//! | `methods` | the questions that IAM answers |
//! | `run`, `explore`, `fold` | one run; a rule at a resource in all scenarios; findings of that |
//! | `twins` | findings in a root module and in its plan: one each |
//! | `explain`, `script`, `suggest` | errors in words, at places of the rule file |
//!
//! # What a rule can rely on
//!
//! A rule never holds a value that is not known. It holds *handles*; reading a property of one gives a plain Rhai value, `()` for
//! what is absent, or ends the check: because the value is not known (the resource is then listed as undecided), or because
//! it depends on a parameter (the check then runs again, once for each class of that parameter's values). So `==`, `!=`, `in` and
//! `!` mean what they say. The end travels as an error that no script can stop, and is kept in the run besides.

mod answer;
mod builtin;
mod explain;
mod explore;
mod fold;
mod handle;
mod list;
mod load;
pub mod methods;
mod names;
mod read;
mod run;
mod script;
mod show;
pub(crate) mod suggest;
mod syntax;
mod twins;
mod types;
mod vocabulary;

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Level, Rule, Undecided};
use crate::frontend::Diagnostic;
use crate::graph::{Graph, NodeId};
use crate::source::{FileId, SourceMap};
use crate::timing::{Clock, Lap, Laps};
use crate::value::{Scenario, Value};
use explore::{Caller, Explored};
use load::{Check, Compiled};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const DOCS: &str = "https://github.com/coglint/coglint/blob/main/docs/rules/";

/// Where the documentation of a rule is published.
pub fn docs_url(id: &str) -> String {
    format!("{DOCS}{id}.md")
}

/// A value as messages show it, in no particular scenario: what is not known is shown as what would fill it.
pub fn shown(value: &Value) -> String {
    show::value(value, &Scenario::default())
}

/// The text of a rule file.
#[derive(Clone, Debug)]
pub struct RuleText {
    /// The path under which people know it; the file's name is the id of its rule.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Its id in the run's source map, for diagnostics.
    pub file: FileId,
}

/// What the user set.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Only these rules run, where given.
    pub only: Option<BTreeSet<String>>,
    /// These rules do not run.
    pub disabled: BTreeSet<String>,
    /// Levels that replace the rules' own.
    pub levels: BTreeMap<String, Level>,
    /// Measures the rules, where given.
    pub clock: Option<Clock>,
}

impl Settings {
    /// Whether a rule is to run.
    pub fn enables(&self, id: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(id)) && !self.disabled.contains(id)
    }
}

/// What the rules have to say, in the order of rules, resources and requirements.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings.
    pub findings: Vec<Finding>,
    /// What could not be decided; at most one for each rule and resource.
    pub undecided: Vec<Undecided>,
    /// Mistakes of rules, at places of their files; at most one for each rule.
    pub diagnostics: Vec<Diagnostic>,
    /// How long each rule took that looked at something; empty without a clock.
    pub timings: Vec<Lap>,
}

impl Outcome {
    fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.undecided.append(&mut other.undecided);
        self.diagnostics.append(&mut other.diagnostics);
        self.timings.append(&mut other.timings);
    }
}

/// Rules that are ready to run.
#[derive(Debug)]
pub struct Rules {
    engine: Arc<rhai::Engine>,
    checks: Vec<Check>,
}

impl Rules {
    /// Loads rule files. Also gives what is wrong with them: a rule with a mistake is left out, the others load.
    pub fn load(texts: &[RuleText]) -> (Self, Vec<Diagnostic>) {
        Self::load_behind(Vec::new(), texts)
    }

    /// The rules of the binary, and rule files beside them. The rules' own texts become files of the run.
    pub fn load_all(sources: &mut SourceMap, texts: &[RuleText]) -> (Self, Vec<Diagnostic>) {
        Self::load_behind(builtin::checks(sources), texts)
    }

    fn load_behind(mut checks: Vec<Check>, texts: &[RuleText]) -> (Self, Vec<Diagnostic>) {
        let engine = builtin::engine();
        let diagnostics = load::load(&engine, methods::METHODS, texts, &mut checks);
        (Self { engine, checks }, diagnostics)
    }

    /// Rule files alone, with other methods than the real ones.
    #[cfg(test)]
    fn load_with(methods: &'static [methods::Method], texts: &[RuleText]) -> (Self, Vec<Diagnostic>) {
        let (engine, mut checks) = (Arc::new(vocabulary::engine(methods)), Vec::new());
        let diagnostics = load::load(&engine, methods, texts, &mut checks);
        (Self { engine, checks }, diagnostics)
    }

    /// The rules that loaded, in the order of their files.
    pub fn rules(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.checks.iter().map(|check| &check.rule)
    }

    /// Runs the rules over a graph, several at a time. The same graph gives the same outcome.
    pub fn run(&self, graph: &Arc<Graph>, settings: &Settings) -> Outcome {
        let checks: Vec<&Check> = self.checks.iter().filter(|check| settings.enables(&check.rule.id)).collect();
        let outcomes: Vec<Outcome> = checks.par_iter().map(|check| self.run_check(check, graph, settings)).collect();
        let mut all = Outcome::default();
        outcomes.into_iter().for_each(|outcome| all.append(outcome));
        twins::fold(&mut all.findings, graph);
        all
    }

    fn run_check(&self, check: &Check, graph: &Arc<Graph>, settings: &Settings) -> Outcome {
        let mut outcome = Outcome::default();
        let targets = check.rule.kinds.iter().flat_map(|kind| graph.of(kind)).copied();
        let targets: BTreeSet<NodeId> = targets.filter(|id| !check.is_idle(graph, *id)).collect();
        if !targets.is_empty() {
            let mut laps = Laps::start(settings.clock.as_ref());
            match check.compiled(&self.engine) {
                Ok(compiled) => self.run_at(check, &compiled, targets, graph, settings, &mut outcome),
                Err(mistakes) => outcome.diagnostics = mistakes,
            }
            laps.end(&check.rule.id);
            outcome.timings = laps.into_laps();
        }
        outcome
    }

    fn run_at(
        &self,
        check: &Check,
        compiled: &Compiled,
        targets: BTreeSet<NodeId>,
        graph: &Arc<Graph>,
        settings: &Settings,
        outcome: &mut Outcome,
    ) {
        let rule = &check.rule;
        let level = settings.levels.get(&*rule.id).copied();
        let mut failure = None;
        let mut exhausted = false;
        let mut caller = Caller::new(&self.engine, compiled);
        for id in targets {
            let Some(node) = graph.node(id) else { continue };
            if exhausted {
                outcome.undecided.push(fold::failed(rule, node));
                continue;
            }
            match explore::explore(&mut caller, graph, id) {
                Explored::Cells(cells) => {
                    let folded = fold::fold(rule, level, graph, id, &cells);
                    outcome.findings.extend(folded.findings);
                    outcome.undecided.extend(folded.undecided);
                }
                Explored::TooMany => outcome.undecided.push(fold::too_many(rule, node)),
                Explored::Failed(error) => {
                    exhausted = explain::is_limit(&error);
                    outcome.undecided.push(fold::failed(rule, node));
                    let address = &node.resource.id.address;
                    failure = failure.or_else(|| Some(explain::failure(check, compiled.position, address, &error)));
                }
            }
        }
        outcome.diagnostics.extend(failure);
    }
}
