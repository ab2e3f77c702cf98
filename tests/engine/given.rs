//! Graphs made by hand, rules, and what comes of them.

use coglint::engine::{Outcome, RuleText, Rules, Settings};
use coglint::finding::Finding;
use coglint::frontend::{Diagnostic, Dialect, Model, Resource, Scope};
use coglint::graph::Graph;
use coglint::source::{FileId, SourceMap, Span};
use coglint::value::{Entry, Guard, ResourceRef, ScopeId, Term, Unknown, Value, Variable, Why};
use std::collections::BTreeMap;
use std::sync::Arc;

// --- values ---

/// A place of its own for every number.
pub(crate) fn span(at: usize) -> Span {
    Span::new(FileId(0), at * 10, at * 10 + 5)
}

pub(crate) fn text(value: &str, at: usize) -> Value {
    Value::string(value, span(at))
}

pub(crate) fn map(entries: &[(&str, Value)]) -> Value {
    let entry = |(key, value): &(&str, Value)| (Arc::from(*key), Entry { key_span: span(90), value: value.clone() });
    // A map spans what is written in it.
    Value::map(entries.iter().map(entry), Span::new(FileId(0), 0, 999))
}

pub(crate) fn parameter(name: &str) -> Unknown {
    Unknown::new(Why::Parameter(name.into()), Term::Parameter(ScopeId(0), name.into()))
}

pub(crate) fn unknown(name: &str) -> Value {
    Value::unknown(parameter(name), span(70))
}

/// A parameter with these allowed values, the first one its default.
pub(crate) fn variable(name: &str, literals: &[&str]) -> Arc<Variable> {
    let literals: Vec<Arc<str>> = literals.iter().map(|text| Arc::from(*text)).collect();
    let default = literals.first().cloned();
    Arc::new(Variable::new(Term::Parameter(ScopeId(0), name.into()), name, &literals, false, default.as_deref()))
}

/// One value where the variable has the literal, another one elsewhere.
pub(crate) fn either(variable: &Arc<Variable>, literal: &str, then: Value, otherwise: Value) -> Value {
    let guard = Guard::is(variable, literal);
    let whole = then.span.to(otherwise.span);
    Value::choice(vec![(guard.clone(), then), (guard.not(), otherwise)], whole)
}

// --- resources ---

pub(crate) fn resource(type_name: &str, address: &str, at: usize, properties: Value) -> Resource {
    Resource {
        id: ResourceRef { scope: ScopeId(0), address: address.into() },
        type_name: type_name.into(),
        properties,
        presence: Guard::Always,
        schematic: false,
        name_span: span(at),
        span: span(at),
        depends_on: Vec::new(),
        attributes: map(&[]),
    }
}

pub(crate) fn pool(properties: &[(&str, Value)]) -> Resource {
    resource("AWS::Cognito::UserPool", "Pool", 1, map(properties))
}

pub(crate) fn role() -> Resource {
    resource("AWS::IAM::Role", "SmsRole", 2, map(&[("RoleName", text("sms", 3))]))
}

/// The role's ARN as a template refers to it.
pub(crate) fn role_arn(name: &str) -> Value {
    let resource = ResourceRef { scope: ScopeId(0), address: name.into() };
    let why = Why::Attribute(format!("{name}.Arn").into());
    Value::unknown(Unknown::new(why, Term::Attribute(resource, "Arn".into())), span(4))
}

pub(crate) fn scope() -> Scope {
    Scope {
        name: "stack".into(),
        dialect: Dialect::CloudFormation,
        account: Value::absent(span(0)),
        region: Value::absent(span(0)),
        library: false,
        update: None,
        openings: Vec::new(),
        exports: BTreeMap::new(),
        repeats: None,
    }
}

pub(crate) fn graph_in(scope: Scope, resources: Vec<Resource>) -> Arc<Graph> {
    let model = Model { scopes: vec![scope], resources, ..Model::default() };
    Arc::new(Graph::new(model, SourceMap::default()))
}

pub(crate) fn graph(resources: Vec<Resource>) -> Arc<Graph> {
    graph_in(scope(), resources)
}

// --- rules ---

pub(crate) fn load(files: &[(&str, &str)]) -> (Rules, Vec<Diagnostic>) {
    let text = |(at, (path, text)): (usize, &(&str, &str))| RuleText {
        path: (*path).to_owned(),
        text: (*text).into(),
        file: FileId(100 + u32::try_from(at).unwrap()),
    };
    Rules::load(&files.iter().enumerate().map(text).collect::<Vec<_>>())
}

/// A file with one rule `test` for user pools and this body.
pub(crate) fn rule_file(body: &str) -> String {
    format!("//! The pool is bad.\nrule \"test\" #{{ level: \"error\" }} for user_pool |pool| {{\n{body}\n}}\n")
}

pub(crate) fn run(body: &str, graph: &Arc<Graph>) -> Outcome {
    let (rules, diagnostics) = load(&[("test.rhai", &rule_file(body))]);
    assert_eq!(diagnostics, [], "the rule loads: {body}");
    rules.run(graph, &Settings::default())
}

/// Runs a rule that requires a condition, and says what came of it: `ok`, `always error`, `undecided: why`, ...
pub(crate) fn verdict(condition: &str, graph: &Arc<Graph>) -> String {
    let outcome = run(&format!("require {condition} else \"bad\" at pool;"), graph);
    assert_eq!(outcome.diagnostics, [], "{condition}");
    let findings = outcome.findings.iter().map(|finding| {
        let when = finding.when.iter().map(|when| format!(" when {when}"));
        format!("{} {}{}", finding.verdict.name(), finding.level, when.collect::<String>())
    });
    let undecided = outcome.undecided.iter().map(|undecided| format!("undecided: {}", undecided.because));
    let all: Vec<String> = findings.chain(undecided).collect();
    if all.is_empty() { "ok".to_owned() } else { all.join("; ") }
}

pub(crate) fn only(outcome: &Outcome) -> &Finding {
    assert_eq!((outcome.findings.len(), &outcome.diagnostics[..]), (1, &[][..]), "{outcome:?}");
    &outcome.findings[0]
}

/// What is wrong with a rule file, each with the text it points at.
pub(crate) fn mistakes(source: &str) -> Vec<(String, String)> {
    let (rules, diagnostics) = load(&[("test.rhai", source)]);
    assert_eq!(rules.rules().count(), 0, "a rule with a mistake does not load: {source}");
    let at = |diagnostic: &Diagnostic| source[diagnostic.span.range()].to_owned();
    diagnostics.iter().map(|diagnostic| (at(diagnostic), diagnostic.message.clone())).collect()
}

pub(crate) fn mistake(body: &str) -> (String, String) {
    let mistakes = mistakes(&rule_file(body));
    assert_eq!(mistakes.len(), 1, "{body}: {mistakes:?}");
    mistakes[0].clone()
}

pub(crate) fn assert_mistake(body: &str, at: &str, message: &str) {
    assert_eq!(mistake(body), (at.to_owned(), message.to_owned()), "{body}");
}
