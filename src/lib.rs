//! coglint lints infrastructure templates that define Amazon Cognito user pools.
//!
//! # The map of the house
//!
//! Data flows one way; a room may use the rooms above it in this list, never those below (`tests/house.rs` holds it to that):
//!
//! | room | what it does |
//! |---|---|
//! | [`source`] | owns every text; places in it |
//! | [`value`] | the value domain: known, absent, unknown, and of what it is the unknown |
//! | [`syntax`] | text to tree with spans; knows no AWS |
//! | [`frontend`] | tree to resources with resolved values; each knows one language, none knows Cognito |
//! | [`finding`] | rules, findings, levels |
//! | [`graph`] | all resources of all files as one graph; one file per resource kind, with both spellings |
//! | [`iam`] | may this call happen: yes, no or unknown, and which statement decides |
//! | [`engine`] | the Rhai host: loads, checks and runs rules; knows no file format |
//! | [`suppress`] | what people asked not to hear about |
//! | [`report`] | findings to text, one file per format; knows no rule |
//! | [`discover`], [`config`], [`cli`] | what the user typed, and which files that means |
//! | [`run`] | the commands: everything between the arguments and the exit code |
//!
//! # Invariants
//!
//! 1. Reading never fails as a whole: a parser returns the tree *and* the errors; a broken file gives a diagnostic, and the run
//!    goes on.
//! 2. An unknown value never becomes a finding, and no rule can hold one.
//! 3. Below [`discover`] there is no I/O, no thread and no clock. Files that files name are asked for through
//!    [`source::Files`], which has an in-memory twin.
//! 4. Every value has a span; a finding cannot be made without its primary label.
//! 5. A rule is data: built-in rules enjoy nothing that a user's rule cannot have.
//! 6. Both spellings of a resource kind stand in one file.
//! 7. Same input, same bytes out.

pub mod cli;
pub mod config;
pub mod discover;
pub mod finding;
pub mod frontend;
pub mod report;
pub mod run;
pub mod source;
pub mod suppress;
pub mod syntax;
pub mod value;

/// The rules in the binary, embedded by `build.rs`.
pub mod builtin {
    include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
}

use discover::Project;
use finding::{Finding, Level, Rule, Undecided};
use frontend::{Diagnostic, Given};
use source::{Files, Loader, SourceMap, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a run is told besides its files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Account and Region, where the templates leave them open.
    pub given: Given,
    /// Rules of the user's own: path as reports name it, and text.
    pub rules: Vec<(String, Arc<str>)>,
    /// Levels by rule id or group; `None` turns a rule off.
    pub levels: BTreeMap<String, Option<Level>>,
}

/// Everything a run has to say; what reporters print.
#[derive(Debug, Default)]
pub struct Report {
    /// Every text that was read, rules included.
    pub sources: SourceMap,
    /// The findings, sorted by path, position and rule. Suppressed ones are among them, marked.
    pub findings: Vec<Finding>,
    /// Checks that could not be decided, sorted.
    pub undecided: Vec<Undecided>,
    /// What is wrong with files and rules, sorted by path and position.
    pub diagnostics: Vec<Diagnostic>,
    /// The rules that ran.
    pub rules: Vec<Arc<Rule>>,
    /// What was looked at.
    pub summary: Summary,
}

/// What a run looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Templates and Terraform files that were read.
    pub files: usize,
    /// Stacks and root modules.
    pub scopes: usize,
    /// User pools.
    pub user_pools: usize,
    /// IAM roles.
    pub roles: usize,
    /// User pools that have an SMS configuration.
    pub sms_pools: usize,
    /// Of those, how many were linked to a role in the input.
    pub sms_pools_linked: usize,
}

/// Lints a project.
pub fn lint(project: &Project, _options: &Options) -> Report {
    let mut loader = Loader::new(&project.files);
    for found in &project.found {
        loader.insert(&found.path, found.text.clone());
    }
    let mut report = Report { sources: loader.into_map(), ..Report::default() };
    report.diagnostics.extend(unreadable(project, &mut report.sources));
    report.summary.files = project.found.len();
    report
}

/// A diagnostic for every input that could not be read. Its file has no text: there is only a path to point at.
fn unreadable(project: &Project, sources: &mut SourceMap) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for file in &project.unreadable {
        let id = sources.add(project.files.display(&file.path), "");
        diagnostics.push(Diagnostic { span: Span::new(id, 0, 0), message: file.error.to_string(), fatal: true });
    }
    diagnostics
}

/// Every rule that a run with these options has, sorted by id.
pub fn catalogue(_options: &Options) -> Vec<Arc<Rule>> {
    Vec::new()
}
