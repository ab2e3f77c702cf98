//! coglint lints infrastructure templates that define Amazon Cognito user pools.
//!
//! # The map of the house
//!
//! Data flows one way; a room may use the rooms above it in this list, never those below (`tests/house.rs` holds it to that):
//!
//! | room | what it does |
//! |---|---|
//! | [`timing`] | how long the parts of a run take |
//! | [`source`] | owns every text; places in it |
//! | [`value`] | the value domain: known, absent, unknown, and of what it is the unknown |
//! | [`syntax`] | text to tree with spans; knows no AWS |
//! | [`frontend`] | tree to resources with resolved values; each knows one language, none knows Cognito |
//! | [`finding`] | rules, findings, levels |
//! | [`graph`] | all resources of all files as one graph; one file per resource kind, with both spellings |
//! | [`iam`] | may this call happen: yes, no or unknown, and which statement decides |
//! | [`engine`] | the Rhai host: loads, checks and runs rules; knows no file format |
//! | [`suppress`] | what people asked not to hear about |
//! | [`origin`] | findings in generated templates move to the program that generated them |
//! | [`report`] | findings to text, one file per format; knows no rule |
//! | [`discover`], [`config`], [`cli`] | what the user typed, and which files that means |
//!
//! # Invariants
//!
//! 1. Reading never fails as a whole: a parser returns the tree *and* the errors; a broken file gives a diagnostic, and the run
//!    goes on.
//! 2. An unknown value never becomes a finding, and no rule can hold one.
//! 3. Below [`discover`] there is no I/O and no clock. Files that files name are asked for through [`source::Files`], which has
//!    an in-memory twin. Templates are parsed and rules run on several threads; what they give is put into order by their place
//!    in the input, never by who was first.
//! 4. Every value has a span; a finding cannot be made without its primary label.
//! 5. A rule is data: built-in rules enjoy nothing that a user's rule cannot have.
//! 6. Both spellings of a resource kind stand in one file.
//! 7. Same input, same bytes out.

pub mod builtin;
pub mod cli;
pub mod config;
pub mod discover;
pub mod engine;
pub mod finding;
pub mod frontend;
pub mod graph;
pub mod iam;
pub mod origin;
pub mod report;
pub mod run;
pub mod source;
pub mod suppress;
pub mod syntax;
pub mod timing;
pub mod value;

use discover::Found;
use engine::{RuleText, Rules, Settings};
use finding::{Finding, Level, Rule, Undecided};
use frontend::{Diagnostic, Given, Input, Resource, Wanted};
use graph::kinds::AllKinds;
use graph::{Graph, NodeId, link::Link};
use source::{Files, Loader, SourceMap, Span};
use std::collections::BTreeMap;
use std::sync::Arc;
use timing::{Clock, Lap, Laps};

/// What a run is told besides its files.
#[derive(Clone, Debug)]
pub struct Options {
    /// Account and Region, where the templates leave them open.
    pub given: Given,
    /// Rules of the user's own: path as reports name it, and text. They run beside the built-in ones.
    pub rules: Vec<(String, Arc<str>)>,
    /// Levels by rule id or group; `None` turns a rule off.
    pub levels: BTreeMap<String, Option<Level>>,
    /// How suppressions are judged; `None`: they are not read at all.
    pub suppressions: Option<suppress::Policy>,
    /// `coglint.toml`, under the path that reports name: the entries of `suppressions` point into it.
    pub config: Option<(String, Arc<str>)>,
    /// Measures the parts of the run, where given.
    pub clock: Option<Clock>,
    /// Reads inputs that cannot matter to the rules, too: changes no finding.
    pub read_all: bool,
}

impl Default for Options {
    fn default() -> Self {
        let suppressions = Some(suppress::Policy::default());
        Self {
            given: Given::default(),
            rules: Vec::new(),
            levels: BTreeMap::new(),
            suppressions,
            config: None,
            clock: None,
            read_all: false,
        }
    }
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
    /// The resources that rules could look at, in the order of the input.
    pub resources: Vec<Seen>,
    /// How long each phase took, then each rule that looked at something; empty without a clock.
    pub timings: Vec<Lap>,
    /// Everything that was read, as it links: for pictures. A report that was put together by hand has none.
    pub graph: Option<Arc<Graph>>,
}

/// A resource of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The logical id, or Terraform's address.
    pub address: Arc<str>,
    /// Its type, as its language names it.
    pub type_name: Arc<str>,
    /// Its kind, where it has one.
    pub kind: Option<&'static str>,
}

impl Seen {
    fn of(node: &graph::Node) -> Self {
        let resource = &node.resource;
        let kind = node.kind.map(|kind| kind.name);
        Self { address: resource.id.address.clone(), type_name: resource.type_name.clone(), kind }
    }

    /// True when a rule for this kind or raw type looks at it.
    pub fn is(&self, kind_or_type: &str) -> bool {
        match graph::kinds::named(kind_or_type) {
            Some(kind) => self.kind == Some(kind.name),
            None => *self.type_name == *kind_or_type,
        }
    }
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

/// Lints a project: the whole pipeline on one screen.
///
/// `found` are the files to read; `files` gives those that they name.
pub fn lint(files: &dyn Files, found: &[Found], options: &Options) -> Report {
    let mut laps = Laps::start(options.clock.as_ref());
    let mut loader = Loader::new(files);
    let inputs: Vec<Input> = found.iter().map(|found| found.input(&mut loader)).collect();
    let (rules, mut diagnostics) = load_rules(options, loader.map_mut());
    let settings = settings(options, &rules);
    laps.end("load rules");

    let wanted = (!options.read_all).then(|| wanted(&rules, &settings, found));
    let given = Given { wanted, ..options.given.clone() };
    let mut model = frontend::read(&inputs, &mut loader, &AllKinds, &given);
    let mut sources = loader.into_map();
    diagnostics.append(&mut model.diagnostics);
    let comments = std::mem::take(&mut model.comments);
    let files_read = model.files_read;
    laps.end("parse and resolve");

    let policy = suppressions(options, &rules, &mut sources);
    let mut graph = Graph::new(model, sources);
    iam::acquit(&mut graph);
    let graph = Arc::new(graph);
    laps.end("build the graph");
    let mut outcome = rules.run(&graph, &settings);
    laps.end("run rules");
    diagnostics.append(&mut outcome.diagnostics);
    let resources: Vec<&Resource> = graph.nodes().map(|(_, node)| &node.resource).collect();
    if let Some(policy) = policy {
        let found = &mut outcome.findings;
        diagnostics.append(&mut suppress::apply(found, &comments, &resources, graph.sources(), &policy));
    }
    let findings = origin::relocate(outcome.findings, &resources);

    let mut report = Report {
        sources: graph.sources().clone(),
        findings,
        undecided: outcome.undecided,
        diagnostics,
        rules: rules.rules().cloned().collect(),
        summary: Summary { files: files_read, ..Summary::of(&graph) },
        resources: graph.nodes().map(|(_, node)| Seen::of(node)).collect(),
        timings: Vec::new(),
        graph: Some(graph.clone()),
    };
    report.sort();
    laps.end("sort and count");
    report.timings = laps.into_laps();
    report.timings.append(&mut outcome.timings);
    report
}

/// The graph of a project, without any rule: what was read and how it links.
pub fn graph(files: &dyn Files, found: &[Found], given: &Given) -> Graph {
    let mut loader = Loader::new(files);
    let inputs: Vec<Input> = found.iter().map(|found| found.input(&mut loader)).collect();
    let model = frontend::read(&inputs, &mut loader, &AllKinds, given);
    Graph::new(model, loader.into_map())
}

/// The policy of a run: with the ids of its rules, and the text that its entries point into.
fn suppressions(options: &Options, rules: &Rules, sources: &mut SourceMap) -> Option<suppress::Policy> {
    let mut policy = options.suppressions.clone()?;
    policy.known = Some(rules.rules().map(|rule| rule.id.to_string()).collect());
    if let Some((path, text)) = &options.config
        && !policy.ignores.is_empty()
    {
        let file = sources.add(path.clone(), text.clone());
        policy.ignores.iter_mut().for_each(|ignore| ignore.span.file = file);
    }
    Some(policy)
}

/// Every rule that a run with these options has, sorted by id, and what is wrong with the rules.
pub fn catalogue(options: &Options) -> Vec<Arc<Rule>> {
    load_rules(options, &mut SourceMap::default()).0.rules().cloned().collect()
}

fn load_rules(options: &Options, sources: &mut SourceMap) -> (Rules, Vec<Diagnostic>) {
    let add = |(path, text): &(String, Arc<str>)| {
        let file = sources.add(path.clone(), text.clone());
        RuleText { path: path.clone(), text: text.clone(), file }
    };
    let own: Vec<RuleText> = options.rules.iter().map(add).collect();
    Rules::load_all(sources, &own)
}

/// What the rules that are on look at, and the files that a person named.
fn wanted(rules: &Rules, settings: &Settings, found: &[Found]) -> Arc<Wanted> {
    let on = rules.rules().filter(|rule| settings.enables(&rule.id));
    let types = on.flat_map(|rule| &rule.kinds).flat_map(|kind| graph::kinds::types_of(kind));
    let files = found.iter().filter(|found| found.named).map(|found| found.path.clone());
    Arc::new(Wanted { types: types.map(str::to_owned).collect(), files: files.collect() })
}

/// Levels by id, from levels by id or group; an id's own level counts before that of a group.
fn settings(options: &Options, rules: &Rules) -> Settings {
    let mut settings = Settings { clock: options.clock.clone(), ..Settings::default() };
    for rule in rules.rules() {
        let names = std::iter::once(&rule.id).chain(&rule.groups);
        match names.filter_map(|name| options.levels.get(&**name)).next() {
            Some(Some(level)) => drop(settings.levels.insert(rule.id.to_string(), *level)),
            Some(None) => drop(settings.disabled.insert(rule.id.to_string())),
            None => {}
        }
    }
    settings
}

impl Found {
    fn input(&self, loader: &mut Loader<'_>) -> Input {
        Input { path: self.path.clone(), kind: self.kind, file: loader.insert(&self.path, self.text.clone()) }
    }
}

impl Summary {
    fn of(graph: &Graph) -> Self {
        let once = |id: &NodeId| graph.scope_of(*id).is_none_or(|scope| scope.repeats.is_none());
        let of = |kind| graph.of(kind).iter().copied().filter(once).collect::<Vec<_>>();
        let pools = of("user_pool");
        let has_sms = |id: &&NodeId| !graph.read(**id, "sms").value.is_absent();
        let linked = |id: &NodeId| {
            let role = graph.read(*id, "sms.role").value;
            role.arms().iter().any(|(_, role)| matches!(graph.follow(*id, role, "role", "arn"), Link::Node(_)))
        };
        Self {
            files: 0,
            scopes: graph.scopes().iter().filter(|scope| scope.repeats.is_none()).count(),
            user_pools: pools.len(),
            roles: of("role").len(),
            sms_pools: pools.iter().filter(has_sms).count(),
            sms_pools_linked: pools.iter().filter(has_sms).filter(|id| linked(id)).count(),
        }
    }
}

impl Report {
    /// Brings everything into its order: by path, position, rule.
    fn sort(&mut self) {
        let sources = &self.sources;
        let place = |span: Span| (sources.path(span.file).to_owned(), span.start, span.end);
        let of = |finding: &Finding| (place(finding.primary.span), finding.rule.id.clone(), finding.message.clone());
        self.findings.sort_by_cached_key(of);
        self.diagnostics.sort_by_cached_key(|diagnostic| (place(diagnostic.span), diagnostic.message.clone()));
        self.diagnostics.dedup();
        self.undecided.sort();
        self.undecided.dedup_by(|later, kept| kept.absorb(later));
    }
}
