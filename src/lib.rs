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

pub mod finding;
pub mod frontend;
pub mod graph;
pub mod source;
pub mod syntax;
pub mod value;

use finding::{Finding, Rule, Undecided};
use frontend::Diagnostic;
use source::SourceMap;
use std::sync::Arc;

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
