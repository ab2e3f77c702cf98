//! What must hold of every input, however mad. The fuzz targets check it on generated inputs, `tests/fuzz_seeds.rs` on the
//! test data and on everything that the fuzzer ever found.
//!
//! A target takes a text. One that reads a project takes several files in it: a line `=== path` begins one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a property that does not hold is a panic: that is how the fuzzer learns of it"
)]

mod hidden;
pub mod seeds;
mod spans;

pub use hidden::{hidden_modules, hidden_template};
pub use seeds::seeds;

use coglint::discover::{Found, kind_of};
use coglint::engine::{RuleText, Rules, Settings};
use coglint::finding::Finding;
use coglint::frontend::{Given, InputKind, document};
use coglint::graph::Graph;
use coglint::iam::{self, Answer, Assuming, Attached, Path, Presence, RoleFacts, Sending};
use coglint::report::{FORMATS, Format, Style};
use coglint::source::{FileId, MemoryFiles, SourceMap, Span};
use coglint::syntax::{self, hcl, json as json_syntax, yaml as yaml_syntax};
use coglint::value::{Guard, Part, Scenario, Term, Unknown, Value, Why};
use coglint::{Options, Report};
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

/// A target: its name, and what it does with a text.
pub type Target = (&'static str, fn(&str));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("yaml", yaml),
    ("json", json),
    ("hcl", hcl),
    ("template", template),
    ("terraform", terraform),
    ("plan", plan),
    ("policy", policy),
    ("rule", rule),
    ("end_to_end", end_to_end),
];

const FILE: FileId = FileId(0);

/// YAML text to tree.
pub fn yaml(text: &str) {
    let tree = yaml_syntax::parse(FILE, text);
    spans::of_tree(text, &tree);
    assert_eq!(format!("{tree:?}"), format!("{:?}", yaml_syntax::parse(FILE, text)), "the same text, another tree");
    spans::of_tree(text, &syntax::parse_template(FILE, text));
}

/// JSON text to tree.
pub fn json(text: &str) {
    let tree = json_syntax::parse(FILE, text);
    spans::of_tree(text, &tree);
    assert_eq!(format!("{tree:?}"), format!("{:?}", json_syntax::parse(FILE, text)), "the same text, another tree");
    // Without a mark at its start, which JSON does not know, what we take for JSON is JSON.
    let nested = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    if nested < 100 && !text.starts_with('\u{feff}') && !text.contains("\\u") {
        let other = serde_json::from_str::<serde_json::Value>(text);
        let refuses_number = other.as_ref().is_err_and(|error| error.to_string().contains("number out of range"));
        assert!(refuses_number || tree.errors.is_empty() == other.is_ok(), "{:?} but {other:?}", tree.errors);
    }
}

/// HCL text to tree: as a file, an expression and a template.
pub fn hcl(text: &str) {
    let parsed = hcl::parse(FILE, text);
    spans::of_hcl(text, &parsed);
    assert_eq!(format!("{parsed:?}"), format!("{:?}", hcl::parse(FILE, text)), "the same text, another tree");
    if let Ok(expr) = hcl::parse_expression(FILE, text) {
        spans::of_expr(text, &expr);
    }
    if let Ok(pieces) = hcl::parse_template(FILE, text, None) {
        spans::of_pieces(text, &pieces);
    }
}

/// CloudFormation templates: spans, the same result twice, nothing found that hidden values would not have to show.
pub fn template(text: &str) {
    let files = files_of(text, "template.yaml");
    let shown = check(&Project::of(&files));
    let hidden: Vec<(String, String)> =
        files.iter().filter_map(|(path, text)| Some((path.clone(), hidden_template(text)?))).collect();
    if hidden.len() == files.len() {
        assert_less_found(&check(&Project::of(&hidden)), &shown);
    }
}

/// Terraform modules, likewise.
pub fn terraform(text: &str) {
    let files = files_of(text, "main.tf");
    let shown = check(&Project::of(&files));
    assert_less_found(&check(&Project::of(&hidden_modules(&files))), &shown);
}

/// Plans and states.
pub fn plan(text: &str) {
    check(&Project::of(&files_of(text, "plan.json")));
}

/// Policy documents; a `§` is a part that is not known. What is certain with it unknown is so whatever stands there.
pub fn policy(text: &str) {
    let answers = ask(text, None);
    assert_eq!(format!("{answers:?}"), format!("{:?}", ask(text, None)), "the same policy, another answer");
    if text.contains('§') {
        for filling in ["", "x", "*", "sns:Publish"] {
            for (unfilled, filled) in answers.iter().zip(ask(text, Some(filling))) {
                // Of a document without holes only that is not known which IAM does not take.
                let agree =
                    unfilled.verdict.is_unknown() || filled.verdict.is_unknown() || filled.verdict == unfilled.verdict;
                assert!(agree, "with {filling:?}: {:?}, unfilled: {:?}", filled.verdict, unfilled.verdict);
            }
        }
    }
}

/// Asks about a role that has the document as its trust policy and as an inline policy. Nothing when it is no document.
fn ask(text: &str, filling: Option<&str>) -> Vec<Answer> {
    let mut sources = SourceMap::default();
    let filled = filling.map_or_else(|| text.to_owned(), |filling| text.replace('§', filling));
    let file = sources.add("policy.json", filled.as_str());
    let mut at = 0;
    let mut parts = Vec::new();
    for (number, literal) in filled.split('§').enumerate() {
        if number > 0 {
            // Every hole is the same value: a filling fills all of them.
            let hole = Unknown::new(Why::Parameter("P".into()), Term::Dynamic("P".into()));
            parts.push(Part::Hole(Arc::new(hole), Span::new(file, at, at + '§'.len_utf8())));
            at += '§'.len_utf8();
        }
        parts.push(Part::Literal(literal.into(), Span::new(file, at, at + literal.len())));
        at += literal.len();
    }
    let whole = Value::text(parts, Span::new(file, 0, filled.len()));
    let Some(document) = document::parse_json(&whole, &sources) else { return Vec::new() };
    spans::of_value(&sources, &document);
    let string = |text: &str| Value::string(text, Span::new(file, 0, 0));
    let attached = Attached {
        name: "p".into(),
        presence: Presence::When(Guard::Always),
        document: iam::Document::Inline(document.clone()),
        span: document.span,
        by: None,
    };
    let role = RoleFacts { trust: document, policies: vec![attached], boundary: None, open: None };
    let sending = Sending {
        path: Path::Sns(string("eu-west-1")),
        account: string("111122223333"),
        region: string("eu-west-1"),
        role_arn: string("arn:aws:iam::111122223333:role/sms"),
    };
    let assuming = Assuming {
        account: string("111122223333"),
        pool_arn: string("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"),
        external_id: string("id"),
    };
    let scenario = Scenario::default();
    vec![iam::may_send(&role, &sending, &scenario), iam::cognito_may_assume(&role, &assuming, &scenario).answer]
}

/// A rule from a stranger, run over a small project: it may be refused, fail or run over, and that is all.
pub fn rule(text: &str) {
    static GRAPH: LazyLock<Arc<Graph>> = LazyLock::new(|| Project::of(&files_of(PROJECT, "")).graph());
    let id = text.split("rule \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("own");
    let path = format!("{}.rhai", id.replace(['/', '\\'], "-"));
    let load = || {
        let mut sources = GRAPH.sources().clone();
        let file = sources.add(path.clone(), text);
        let (rules, diagnostics) = Rules::load(&[RuleText { path: path.clone(), text: text.into(), file }]);
        spans::of_diagnostics(&sources, &diagnostics);
        let outcome = rules.run(&GRAPH, &Settings::default());
        spans::of_diagnostics(&sources, &outcome.diagnostics);
        spans::of_findings(&sources, &outcome.findings);
        format!("{diagnostics:?} {outcome:?}")
    };
    assert_eq!(load(), load(), "the same rule, another outcome");
}

/// A pool, its role and its client, in both languages.
const PROJECT: &str = include_str!("project.txt");

/// Projects of several files and of every kind, in every output format; the same with three threads, and the same findings
/// where everything is read.
pub fn end_to_end(text: &str) {
    static THREE: LazyLock<rayon::ThreadPool> =
        LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap());
    let project = Project::of(&files_of(text, "template.yaml"));
    let lint = |read_all: bool| {
        let options = Options { read_all, ..Options::default() };
        let mut report = coglint::lint(&project.files, &project.found, &options);
        // What SARIF says of all rules is long, and the same for every input.
        report.rules.truncate(1);
        report
    };
    let report = lint(false);
    assert_eq!(written(&report), written(&THREE.install(|| lint(false))), "the same project, another report");
    assert_eq!(found_in(&report), found_in(&lint(true)), "a file that was not read matters");
}

/// Where something is found, and what.
fn found_in(report: &Report) -> Vec<String> {
    let place = |span: Span| format!("{}:{:?}", report.sources.path(span.file), span.range());
    let each = |finding: &Finding| format!("{} {} {}", place(finding.primary.span), finding.rule.id, finding.message);
    report.findings.iter().map(each).collect()
}

/// A report in every format.
fn written(report: &Report) -> Vec<String> {
    spans::of_findings(&report.sources, &report.findings);
    spans::of_diagnostics(&report.sources, &report.diagnostics);
    let write = |format: &Format| {
        let mut text = Vec::new();
        (format.write)(report, &Style::default(), &mut text).unwrap();
        let text = String::from_utf8(text).expect("a report is UTF-8");
        let control = |c: char| c.is_control() && c != '\n';
        assert!(!text.contains(control), "a control character in format {}", format.name);
        if format.ending == "json" {
            serde_json::from_str::<serde_json::Value>(&text).expect("a JSON report is JSON");
        }
        text
    };
    FORMATS.iter().map(write).collect()
}

/// The files in a text: one under the default name, up to the first line `=== path`.
pub fn files_of(text: &str, default: &str) -> Vec<(String, String)> {
    let mut files = vec![(default.to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        let path = line.strip_prefix("=== ").map(|path| path.trim_end_matches(['\n', '\r']));
        match path.and_then(|path| coglint::source::join_path("", path)).filter(|path| !path.is_empty()) {
            Some(path) if files.len() < 16 => files.push((path, String::new())),
            _ => files.last_mut().unwrap().1.push_str(line),
        }
    }
    files.retain(|(path, text)| !path.is_empty() && !text.is_empty());
    files.sort();
    files.dedup_by(|later, earlier| later.0 == earlier.0);
    files
}

/// Files, and which of them are inputs.
pub struct Project {
    /// The inputs.
    pub found: Vec<Found>,
    /// All files.
    pub files: MemoryFiles,
}

impl Project {
    /// A project of these files. What is named `template...` or `plan...` is one, whatever is in it.
    pub fn of(files: &[(String, String)]) -> Self {
        let kind = |path: &str, text: &str| {
            let named = [("template", InputKind::Template), ("plan", InputKind::TerraformPlan)];
            let named = named.into_iter().find(|(name, _)| path.starts_with(name) && !path.contains('/'));
            named.map(|(_, kind)| kind).or_else(|| kind_of(path, text.as_bytes()))
        };
        let found = files.iter().filter_map(|(path, text)| {
            let kind = kind(path, text)?;
            Some(Found { path: path.as_str().into(), kind, text: text.as_str().into(), named: false })
        });
        let memory = files.iter().fold(MemoryFiles::default(), |memory, (path, text)| memory.with(path, text));
        Self { found: found.collect(), files: memory }
    }

    fn graph(&self) -> Arc<Graph> {
        Arc::new(coglint::graph(&self.files, &self.found, &Given::default()))
    }
}

/// What the built-in rules say of a project.
pub struct Said {
    found: BTreeSet<(String, String)>,
    undecided: BTreeSet<(String, String)>,
}

/// Runs the built-in rules twice: the outcome is the same, every span lies in its text, and no rule fails.
pub fn check(project: &Project) -> Said {
    static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load_all(&mut SourceMap::default(), &[]).0);
    let run = || {
        let graph = project.graph();
        let outcome = RULES.run(&graph, &Settings::default());
        (graph, outcome)
    };
    let ((graph, outcome), (again, outcome_again)) = (run(), run());
    assert_eq!(format!("{outcome:?}"), format!("{outcome_again:?}"), "the same project, another outcome");
    for ((_, node), (_, other)) in graph.nodes().zip(again.nodes()) {
        assert_eq!(
            format!("{:?}", node.resource),
            format!("{:?}", other.resource),
            "the same project, another resource"
        );
        spans::of_resource(graph.sources(), &node.resource);
    }
    spans::of_findings(graph.sources(), &outcome.findings);
    assert_eq!(outcome.diagnostics, [], "a built-in rule fails");
    let pair = |rule: &Arc<str>, resource: &Arc<str>| (rule.to_string(), resource.to_string());
    Said {
        found: outcome.findings.iter().map(|finding| pair(&finding.rule.id, &finding.resource)).collect(),
        undecided: outcome.undecided.iter().map(|one| pair(&one.rule, &one.resource)).collect(),
    }
}

/// What is found without knowing any value holds for all values, and so for those that stand there.
fn assert_less_found(hidden: &Said, shown: &Said) {
    for finding in &hidden.found {
        let known = shown.found.contains(finding) || shown.undecided.contains(finding);
        assert!(known, "{finding:?} is found with all values hidden, and not with the values shown");
    }
}
