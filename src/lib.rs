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

mod builtin;
pub mod finding;
pub mod frontend;
pub mod graph;
pub mod source;
pub mod syntax;
pub mod value;

use engine::{RuleText, Rules};
use finding::{Finding, Rule, Undecided};
use frontend::{Diagnostic, Given, Input, InputKind};
use graph::kinds::AllKinds;
use graph::{Graph, link::Link};
use source::{Files, Loader, SourceMap};
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

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What the files leave open and the user says.
    pub given: Given,
    /// The rules: where each is shown to come from, and its text.
    pub rules: Vec<(String, Arc<str>)>,
}

impl Options {
    /// The rules that come with coglint, and nothing given.
    pub fn builtin() -> Self {
        let rules = builtin::RULES.iter().map(|(id, text)| (format!("rules/{id}.rhai"), Arc::from(*text))).collect();
        Self { given: Given::default(), rules }
    }
}

/// A file to lint, read already.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its path in the project.
    pub path: Arc<str>,
    /// What it is.
    pub kind: InputKind,
    /// What it holds.
    pub text: Arc<str>,
}

/// Lints a project: the whole pipeline on one screen.
///
/// `texts` are the files to read; `files` gives those that they name.
pub fn lint(files: &dyn Files, texts: &[Text], options: &Options) -> Report {
    let mut loader = Loader::new(files);
    let read = |text: &Text, loader: &mut Loader<'_>| {
        let file = loader.insert(&text.path, text.text.clone());
        Input { path: text.path.clone(), kind: text.kind, file }
    };
    let inputs: Vec<Input> = texts.iter().map(|text| read(text, &mut loader)).collect();
    let mut model = frontend::read(&inputs, &mut loader, &AllKinds, &options.given);

    let mut sources = loader.into_map();
    let rules = options.rules.iter().map(|(path, text)| RuleText::add(path, text.clone(), &mut sources));
    let (rules, mut diagnostics) = Rules::load(&rules.collect::<Vec<_>>());
    diagnostics.append(&mut model.diagnostics);
    let comments = std::mem::take(&mut model.comments);
    let files_read = model.files_read;

    let graph = Arc::new(Graph::new(model, sources));
    let mut outcome = rules.run(&graph);
    diagnostics.append(&mut outcome.diagnostics);
    diagnostics.extend(suppress::apply(&mut outcome.findings, &comments, &graph));

    let summary = Summary { files: files_read, ..summary(&graph) };
    let sources = graph.sources().clone();
    let mut report =
        Report { findings: outcome.findings, undecided: outcome.undecided, diagnostics, rules: rules.all(), summary, sources };
    report.sort();
    report
}

fn summary(graph: &Graph) -> Summary {
    let pools = graph.of("user_pool");
    let sms = pools.iter().filter(|id| !graph.read(**id, "sms").value.is_absent());
    let linked = |id: &graph::NodeId| {
        let role = graph.read(*id, "sms.role").value;
        let arms = role.arms();
        arms.iter().any(|(_, role)| matches!(graph.follow(*id, role, "role", "arn"), Link::Node(_)))
    };
    Summary {
        files: 0,
        scopes: graph.scopes().len(),
        user_pools: pools.len(),
        roles: graph.of("role").len(),
        sms_pools: sms.clone().count(),
        sms_pools_linked: sms.filter(|id| linked(id)).count(),
    }
}

impl Report {
    /// Brings everything into its order: by path, position, rule.
    fn sort(&mut self) {
        let sources = &self.sources;
        let place = |span: source::Span| (sources.path(span.file).to_owned(), span.start, span.end);
        self.findings.sort_by_cached_key(|finding| (place(finding.primary.span), finding.rule.id.clone(), finding.message.clone()));
        self.diagnostics.sort_by_cached_key(|diagnostic| (place(diagnostic.span), diagnostic.message.clone()));
        self.diagnostics.dedup();
        self.undecided.sort();
        self.undecided.dedup();
    }

    /// Keeps the findings that have a label in a file for which `reported` holds.
    pub fn keep(&mut self, reported: impl Fn(&str) -> bool) {
        let sources = &self.sources;
        let shows = |label: &finding::Label| reported(sources.path(label.span.file));
        self.findings.retain(|finding| shows(&finding.primary) || finding.labels.iter().any(shows));
    }
}
