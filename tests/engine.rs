//! What a rule sees, and what becomes of what it finds. Resources are made by hand: no frontend takes part.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test says that something does not hold"
)]

use coglint::engine::{Outcome, RuleText, Rules, Settings};
use coglint::finding::{Finding, Level, Verdict};
use coglint::frontend::{Diagnostic, Dialect, Model, Resource, Scope};
use coglint::graph::Graph;
use coglint::source::{FileId, SourceMap, Span};
use coglint::value::{
    Data, Entry, Guard, List, ResourceRef, ScopeId, Term, Unknown, Value, Variable, VariableClass, Why,
};
use std::collections::BTreeMap;
use std::sync::Arc;

// --- values ---

/// A place of its own for every number.
fn span(at: usize) -> Span {
    Span::new(FileId(0), at * 10, at * 10 + 5)
}

fn text(value: &str, at: usize) -> Value {
    Value::string(value, span(at))
}

fn map(entries: &[(&str, Value)]) -> Value {
    let entry = |(key, value): &(&str, Value)| (Arc::from(*key), Entry { key_span: span(90), value: value.clone() });
    // A map spans what is written in it.
    Value::map(entries.iter().map(entry), Span::new(FileId(0), 0, 999))
}

fn parameter(name: &str) -> Unknown {
    Unknown::new(Why::Parameter(name.into()), Term::Parameter(ScopeId(0), name.into()))
}

fn unknown(name: &str) -> Value {
    Value::unknown(parameter(name), span(70))
}

/// A parameter with these allowed values, the first one its default.
fn variable(name: &str, literals: &[&str]) -> Arc<Variable> {
    let literals: Vec<Arc<str>> = literals.iter().map(|text| Arc::from(*text)).collect();
    let default = literals.first().cloned();
    Arc::new(Variable::new(Term::Parameter(ScopeId(0), name.into()), name, &literals, false, default.as_deref()))
}

/// One value where the variable has the literal, another one elsewhere.
fn either(variable: &Arc<Variable>, literal: &str, then: Value, otherwise: Value) -> Value {
    let guard = Guard::is(variable, literal);
    let whole = then.span.to(otherwise.span);
    Value::choice(vec![(guard.clone(), then), (guard.not(), otherwise)], whole)
}

// --- resources ---

fn resource(type_name: &str, address: &str, at: usize, properties: Value) -> Resource {
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

fn pool(properties: &[(&str, Value)]) -> Resource {
    resource("AWS::Cognito::UserPool", "Pool", 1, map(properties))
}

fn role() -> Resource {
    resource("AWS::IAM::Role", "SmsRole", 2, map(&[("RoleName", text("sms", 3))]))
}

/// The role's ARN as a template refers to it.
fn role_arn(name: &str) -> Value {
    let resource = ResourceRef { scope: ScopeId(0), address: name.into() };
    let why = Why::Attribute(format!("{name}.Arn").into());
    Value::unknown(Unknown::new(why, Term::Attribute(resource, "Arn".into())), span(4))
}

fn scope() -> Scope {
    Scope {
        name: "stack".into(),
        dialect: Dialect::CloudFormation,
        account: Value::absent(span(0)),
        region: Value::absent(span(0)),
        library: false,
        update: None,
        openings: Vec::new(),
        exports: BTreeMap::new(),
    }
}

fn graph_in(scope: Scope, resources: Vec<Resource>) -> Arc<Graph> {
    let model = Model { scopes: vec![scope], resources, ..Model::default() };
    Arc::new(Graph::new(model, SourceMap::default()))
}

fn graph(resources: Vec<Resource>) -> Arc<Graph> {
    graph_in(scope(), resources)
}

// --- rules ---

fn load(files: &[(&str, &str)]) -> (Rules, Vec<Diagnostic>) {
    let text = |(at, (path, text)): (usize, &(&str, &str))| RuleText {
        path: (*path).to_owned(),
        text: (*text).into(),
        file: FileId(100 + u32::try_from(at).unwrap()),
    };
    Rules::load(&files.iter().enumerate().map(text).collect::<Vec<_>>())
}

/// A file with one rule `test` for user pools and this body.
fn rule_file(body: &str) -> String {
    format!("//! The pool is bad.\nrule \"test\" #{{ level: \"error\" }} for user_pool |pool| {{\n{body}\n}}\n")
}

fn run(body: &str, graph: &Arc<Graph>) -> Outcome {
    let (rules, diagnostics) = load(&[("test.rhai", &rule_file(body))]);
    assert_eq!(diagnostics, [], "the rule loads: {body}");
    rules.run(graph, &Settings::default())
}

/// Runs a rule that requires a condition, and says what came of it: `ok`, `always error`, `undecided: why`, ...
fn verdict(condition: &str, graph: &Arc<Graph>) -> String {
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

fn only(outcome: &Outcome) -> &Finding {
    assert_eq!((outcome.findings.len(), &outcome.diagnostics[..]), (1, &[][..]), "{outcome:?}");
    &outcome.findings[0]
}

/// What is wrong with a rule file, each with the text it points at.
fn mistakes(source: &str) -> Vec<(String, String)> {
    let (rules, diagnostics) = load(&[("test.rhai", source)]);
    assert_eq!(rules.rules().count(), 0, "a rule with a mistake does not load: {source}");
    let at = |diagnostic: &Diagnostic| source[diagnostic.span.range()].to_owned();
    diagnostics.iter().map(|diagnostic| (at(diagnostic), diagnostic.message.clone())).collect()
}

fn mistake(body: &str) -> (String, String) {
    let mistakes = mistakes(&rule_file(body));
    assert_eq!(mistakes.len(), 1, "{body}: {mistakes:?}");
    mistakes[0].clone()
}

fn assert_mistake(body: &str, at: &str, message: &str) {
    assert_eq!(mistake(body), (at.to_owned(), message.to_owned()), "{body}");
}

// --- what a rule sees ---

#[test]
fn known_values_are_plain_values() {
    let sms = map(&[("ExternalId", text("e", 5)), ("SnsRegion", text("eu-west-1", 6))]);
    let graph = graph(vec![pool(&[("MfaConfiguration", text("ON", 4)), ("SmsConfiguration", sms)])]);
    for condition in [
        "pool.mfa == \"ON\"",
        "pool.sms.external_id == \"e\"",
        "pool.sms.external_id.len == 1",
        "pool.tier == \"ESSENTIALS\"",
        "pool.custom_email_sender == ()",
        "pool.sms != ()",
        "pool.name == \"Pool\"",
        "pool.kind == \"user_pool\"",
        "pool.type_name == \"AWS::Cognito::UserPool\"",
        "pool.dialect == \"cloudformation\"",
        "pool.factors == [\"SMS_MFA\"]",
        "\"SMS_MFA\" in pool.factors && !(\"EMAIL_OTP\" in pool.factors)",
        "pool.recovery == ()",
        "pool.sms.eums?.role == ()",
        "pool.properties.SmsConfiguration[\"ExternalId\"] == \"e\"",
        "pool.properties.Nowhere == ()",
        "\"MfaConfiguration\" in pool.properties",
        "pool.has(\"sms.external_id\") && !pool.has(\"sms.role\")",
        "pool.factors.all(|factor| factor == \"SMS_MFA\")",
    ] {
        assert_eq!(verdict(condition, &graph), "ok", "{condition}");
        assert_eq!(verdict(&format!("!({condition})"), &graph), "always error", "{condition}");
    }
}

#[test]
fn an_unknown_value_ends_the_check_however_it_is_used() {
    let graph = graph(vec![pool(&[("MfaConfiguration", unknown("Mfa"))])]);
    let because = "undecided: parameter without a value: Mfa";
    for condition in [
        "pool.mfa == \"ON\"",
        "pool.mfa != \"ON\"",
        "\"ON\" != pool.mfa",
        "!(pool.mfa in [\"ON\"])",
        "pool.mfa != ()",
        "(pool.mfa ?? \"OFF\") == \"ON\"",
        "[\"ON\"].all(|mode| mode != pool.mfa)",
        "[1, 2].filter(|n| pool.mfa == \"ON\").len == 9",
        "pool.properties.MfaConfiguration == \"ON\"",
        "pool.has(\"mfa\")",
    ] {
        assert_eq!(verdict(condition, &graph), because, "{condition}");
    }
    assert_eq!(verdict("false && pool.mfa == \"ON\"", &graph), "always error", "what is not read is not unknown");
    assert_eq!(verdict("pool.tier == \"ESSENTIALS\" || pool.mfa == \"ON\"", &graph), "ok");
}

#[test]
fn text_with_holes_is_not_a_text() {
    let parts = Value::concat(&[text("ext-", 5), unknown("Env")], span(6)).unwrap();
    let graph = graph(vec![pool(&[("SmsConfiguration", map(&[("ExternalId", parts)]))])]);
    assert_eq!(verdict("pool.sms.external_id != \"e\"", &graph), "undecided: parameter without a value: Env");
    assert_eq!(verdict("pool.has(\"sms.external_id\")", &graph), "ok");
    assert_eq!(verdict("pool.show(\"sms.external_id\") == \"ext-${Env}\"", &graph), "ok");
    assert_eq!(verdict("pool.sms.show(\"external_id\") == \"ext-${Env}\"", &graph), "ok");
}

#[test]
fn a_list_that_is_not_fully_known_answers_what_is_certain() {
    let listed = Value::list(vec![text("SMS_MFA", 5), unknown("Other")], span(6));
    let open = List { items: vec![text("SMS_MFA", 5)], rest: Some(Arc::new(parameter("More"))) };
    let open = Value::new(Data::List(Arc::new(open)), span(6));
    let sure = Value::concat(&[text("CUSTOM_", 5), unknown("Other")], span(6)).unwrap();
    let excluded = Value::list(vec![text("SMS_MFA", 5), sure], span(6));
    for (list, name) in [(listed, "Other"), (open, "More"), (excluded.clone(), "Other")] {
        let graph = graph(vec![pool(&[("EnabledMfas", list)])]);
        for condition in ["\"SMS_MFA\" in pool.factors", "!pool.factors.is_empty()", "pool.factors != ()"] {
            assert_eq!(verdict(condition, &graph), "ok", "{condition}");
        }
        for condition in [
            "pool.factors.len == 2",
            "pool.factors.len() == 2",
            "pool.factors == [\"SMS_MFA\"]",
            "[\"SMS_MFA\"] != pool.factors",
            "pool.factors[0] == \"SMS_MFA\"",
            "pool.factors.all(|factor| true)",
            "pool.factors.filter(|factor| true).len == 0",
            "!(\"CUSTOM_A\" in pool.factors)",
        ] {
            let because = format!("undecided: parameter without a value: {name}");
            assert_eq!(verdict(condition, &graph), because, "{condition}");
        }
        let outcome = run("for factor in pool.factors { require false else factor at pool; }", &graph);
        assert_eq!((outcome.findings.len(), outcome.undecided.len()), (0, 1), "{outcome:?}");
    }
    let graph = graph(vec![pool(&[("EnabledMfas", excluded)])]);
    assert_eq!(verdict("!(\"EMAIL_OTP\" in pool.factors)", &graph), "ok", "CUSTOM_... is certainly another one");
}

#[test]
fn a_reference_becomes_the_resource() {
    let sms = map(&[("SnsCallerArn", role_arn("SmsRole"))]);
    let linked = graph(vec![pool(&[("SmsConfiguration", sms)]), role()]);
    for condition in [
        "pool.sms.role.name == \"SmsRole\"",
        "pool.sms.role.role_name == \"sms\"",
        "pool.sms.role != ()",
        "pool.sms.role == pool.sms.role",
        "pool.sms.role in [pool.sms.role]",
        "`${pool.sms.role}` == \"SmsRole\"",
    ] {
        assert_eq!(verdict(condition, &linked), "ok", "{condition}");
    }
    let link = |arn: Value| graph(vec![pool(&[("SmsConfiguration", map(&[("SnsCallerArn", arn)]))]), role()]);
    let outside = link(text("arn:aws:iam::123456789012:role/other", 4));
    assert_eq!(verdict("pool.sms.role.name == \"x\"", &outside), "undecided: the role is not in the input");
    assert_eq!(verdict("pool.text(\"sms.role\").starts_with(\"arn:\")", &outside), "ok");
    let open = link(unknown("RoleArn"));
    assert_eq!(verdict("pool.sms.role.name == \"x\"", &open), "undecided: parameter without a value: RoleArn");
}

#[test]
fn a_raw_type_has_its_properties() {
    let rule = "//! Tables are encrypted.\nrule \"test\" #{ level: \"warning\" } for [\"AWS::DynamoDB::Table\", \"x_table\"] |table| {
        let server_side = table.properties.SSESpecification;
        require server_side != () && server_side.SSEEnabled == true
            else `${table.name} is not encrypted` at table.at(\"properties.SSESpecification.SSEEnabled\");
    }";
    let table = |name, enabled| {
        let encryption = map(&[("SSEEnabled", enabled)]);
        resource("AWS::DynamoDB::Table", name, 1, map(&[("SSESpecification", encryption)]))
    };
    let graph = graph(vec![
        table("Good", Value::bool(true, span(5))),
        table("Bad", Value::bool(false, span(6))),
        table("Open", unknown("Sse")),
        role(),
    ]);
    let (rules, diagnostics) = load(&[("test.rhai", rule)]);
    assert_eq!(diagnostics, []);
    let outcome = rules.run(&graph, &Settings::default());
    let finding = only(&outcome);
    assert_eq!((finding.message.as_str(), finding.level), ("Bad is not encrypted", Level::Warning));
    assert_eq!((finding.primary.span, &*finding.kind), (span(6), "AWS::DynamoDB::Table"));
    assert_eq!(outcome.undecided.len(), 1);
    assert_eq!(&*outcome.undecided[0].resource, "Open");
    assert_eq!(outcome.undecided[0].class, "parameter without a value");
}

// --- scenarios ---

#[test]
fn a_choice_splits_and_folds() {
    let env = variable("Env", &["dev", "test", "prod"]);
    let mfa = |then: &str, otherwise: &str, literal: &str| {
        graph(vec![pool(&[("MfaConfiguration", either(&env, literal, text(then, 5), text(otherwise, 6)))])])
    };
    let condition = "pool.mfa == \"ON\"";
    assert_eq!(verdict(condition, &mfa("ON", "ON", "prod")), "ok");
    assert_eq!(verdict(condition, &mfa("OFF", "OPTIONAL", "prod")), "always error");
    assert_eq!(verdict(condition, &mfa("OFF", "ON", "dev")), "default warning when Env = dev");
    assert_eq!(verdict(condition, &mfa("OFF", "ON", "prod")), "some warning when Env = prod");
    assert_eq!(verdict(condition, &mfa("ON", "OFF", "dev")), "some warning when Env = test", "the first witness");
}

#[test]
fn two_values_under_one_condition_move_together() {
    let env = variable("Env", &["dev", "prod"]);
    let own = either(&env, "prod", text("a", 5), text("b", 6));
    let other = either(&env, "prod", text("a", 7), text("b", 8));
    let sms = map(&[("ExternalId", own), ("SnsRegion", other)]);
    let graph = graph(vec![pool(&[("SmsConfiguration", sms)])]);
    assert_eq!(verdict("pool.sms.external_id == pool.sms.region", &graph), "ok");
    assert_eq!(verdict("pool.sms.external_id != pool.sms.region", &graph), "always error");
}

#[test]
fn what_nobody_declares_is_no_finding() {
    let term = Term::Parameter(ScopeId(0), "Env".into());
    let open = Arc::new(Variable {
        term,
        label: "Env".into(),
        classes: vec![VariableClass::literal("prod"), VariableClass::other()],
        default: None,
    });
    let graph = graph(vec![pool(&[("MfaConfiguration", either(&open, "prod", text("ON", 5), text("OFF", 6)))])]);
    let said = "undecided: it fails only when Env = any other value";
    assert_eq!(verdict("pool.mfa == \"ON\"", &graph), said);
}

#[test]
fn an_unknown_alternative_leaves_the_others_alone() {
    let env = variable("Env", &["dev", "prod"]);
    let graph = graph(vec![pool(&[("MfaConfiguration", either(&env, "prod", unknown("Mode"), text("OFF", 6)))])]);
    assert_eq!(verdict("pool.mfa == \"ON\"", &graph), "default warning when Env = dev");
    assert_eq!(verdict("pool.mfa == \"OFF\"", &graph), "undecided: parameter without a value: Mode");
}

#[test]
fn a_resource_counts_only_where_it_is() {
    let env = variable("Env", &["dev", "prod"]);
    let mut sms_pool = pool(&[("MfaConfiguration", either(&env, "prod", text("ON", 5), text("OFF", 6)))]);
    sms_pool.presence = Guard::is(&env, "prod");
    let present = graph(vec![sms_pool.clone()]);
    assert_eq!(verdict("pool.mfa == \"ON\"", &present), "ok", "OFF only where there is no pool");
    assert_eq!(verdict("pool.mfa == \"OFF\"", &present), "always error", "in every deployment that has the pool");
    sms_pool.presence = Guard::Never;
    assert_eq!(verdict("false", &graph(vec![sms_pool])), "ok");
}

#[test]
fn a_reference_to_a_resource_that_is_not_there_cannot_be_deployed() {
    let env = variable("Env", &["dev", "prod"]);
    let mut absent_in_dev = role();
    absent_in_dev.presence = Guard::is(&env, "prod");
    let sms = map(&[("SnsCallerArn", role_arn("SmsRole"))]);
    let mfa = either(&env, "prod", text("ON", 5), text("OFF", 6));
    let graph = graph(vec![pool(&[("MfaConfiguration", mfa), ("SmsConfiguration", sms)]), absent_in_dev]);
    assert_eq!(verdict("pool.sms.role == () || pool.mfa == \"ON\"", &graph), "ok");
}

#[test]
fn a_library_module_speaks_only_of_what_is_always_so() {
    let env = variable("Env", &["dev", "prod"]);
    let value = |then: &str| either(&env, "prod", text(then, 5), text("OFF", 6));
    let library =
        |then: &str| graph_in(Scope { library: true, ..scope() }, vec![pool(&[("MfaConfiguration", value(then))])]);
    assert_eq!(verdict("pool.mfa == \"ON\"", &library("OFF")), "always error");
    let said = "undecided: the module's variables are an interface";
    assert_eq!(verdict("pool.mfa == \"ON\"", &library("ON")), said);
}

#[test]
fn too_many_scenarios_are_undecided() {
    let names: Vec<String> = (0..13).map(|at| format!("P{at}")).collect();
    let switches = names.iter().map(|name| {
        let variable = variable(name, &["false", "true"]);
        either(&variable, "true", text("SMS_MFA", 5), Value::absent(span(6)))
    });
    let graph = graph(vec![pool(&[("EnabledMfas", Value::list(switches.collect(), span(7)))])]);
    let said = "undecided: limit reached: more than 4096 combinations of parameters";
    assert_eq!(verdict("pool.factors.len > 99", &graph), said);
}

#[test]
fn a_finding_stands_although_the_check_ends_later() {
    let graph = graph(vec![pool(&[("MfaConfiguration", unknown("Mfa")), ("UserPoolTier", text("LITE", 5))])]);
    let outcome = run(
        "require pool.tier != \"LITE\" else \"lite\" at pool.at(\"tier\");
         require pool.mfa != \"ON\" else \"on\" at pool;",
        &graph,
    );
    let finding = only(&outcome);
    assert_eq!((finding.message.as_str(), finding.primary.span), ("lite", span(5)));
    assert_eq!(outcome.undecided, []);
}

#[test]
fn every_require_is_a_finding_of_its_own_and_so_is_every_turn_of_a_loop() {
    let env = variable("Env", &["dev", "prod"]);
    let mfa = either(&env, "prod", text("OFF", 5), text("ON", 6));
    let graph = graph(vec![pool(&[("MfaConfiguration", mfa)])]);
    let outcome = run(
        "for n in [1, 2] { require false else `turn ${n}` at pool; }
         require pool.mfa == \"ON\" else \"off\" at pool.at(\"mfa\");",
        &graph,
    );
    let told: Vec<_> = outcome.findings.iter().map(|f| (f.message.as_str(), f.verdict)).collect();
    assert_eq!(told, [("turn 1", Verdict::Always), ("turn 2", Verdict::Always), ("off", Verdict::Some)]);
    assert_eq!(outcome.findings[2].primary.span, span(5), "the alternative that is wrong");
}

// --- findings ---

#[test]
fn a_finding_says_what_its_require_says() {
    let via = text("bad", 7).through("through parameter Id", span(8));
    let sms = map(&[("SnsCallerArn", role_arn("SmsRole")), ("ExternalId", via)]);
    let graph = graph(vec![pool(&[("SmsConfiguration", sms)]), role()]);
    let outcome = run(
        "let role = pool.sms.role;
         require false
             else `${role.name} and ${pool.sms.external_id}` at pool.at(\"sms.external_id\")
             help \"mend it\"
             note \"this role\" at role
             as \"note\"
             note \"nowhere\" at ()
             note () at role;",
        &graph,
    );
    let finding = only(&outcome);
    assert_eq!(finding.message, "SmsRole and bad");
    assert_eq!(finding.level, Level::Note);
    assert_eq!(finding.help.as_deref(), Some("mend it"));
    assert_eq!(finding.primary.span, span(90), "the key, for the value came from elsewhere");
    let labels: Vec<_> = finding.labels.iter().map(|label| (label.span, label.message.as_str())).collect();
    let expected = [
        (span(8), "through parameter Id"),
        (span(7), "the value is written here"),
        (span(2), "this role"),
        (span(90), "nowhere"),
    ];
    assert_eq!(labels, expected);
    assert_eq!((&*finding.resource, &*finding.kind, finding.verdict), ("Pool", "user_pool", Verdict::Always));
}

#[test]
fn a_message_with_an_unknown_value_does_not_lose_the_finding() {
    let sms = map(&[("ExternalId", unknown("Id"))]);
    let graph = graph(vec![pool(&[("SmsConfiguration", sms)])]);
    let outcome = run("require pool.mfa == \"ON\" else `id ${pool.sms.external_id}` at pool;", &graph);
    assert_eq!(only(&outcome).message, "The pool is bad");
}

#[test]
fn secrets_are_not_printed() {
    let secret = text("s3cret", 5).with_sensitive(true);
    let graph = graph(vec![pool(&[("SmsConfiguration", map(&[("ExternalId", secret)]))])]);
    let outcome =
        run("require false else `it is ${pool.sms.external_id}, ${pool.show(\"sms.external_id\")}` at pool;", &graph);
    assert_eq!(only(&outcome).message, "it is (sensitive), (sensitive)");
}

#[test]
fn settings_choose_rules_and_levels() {
    let file = |id: &str| rule_file("require false else \"bad\" at pool;").replace("test", id);
    let (one, two) = (file("one"), file("two"));
    let (rules, diagnostics) = load(&[("one.rhai", &one), ("two.rhai", &two)]);
    assert_eq!(diagnostics, []);
    let graph = graph(vec![pool(&[])]);
    let told = |settings: &Settings| -> Vec<(String, Level)> {
        let outcome = rules.run(&graph, settings);
        outcome.findings.iter().map(|finding| (finding.rule.id.to_string(), finding.level)).collect()
    };
    let pair = |id: &str, level| (id.to_owned(), level);
    assert_eq!(told(&Settings::default()), [pair("one", Level::Error), pair("two", Level::Error)]);
    let off = Settings { disabled: ["one".to_owned()].into(), ..Settings::default() };
    assert_eq!(told(&off), [pair("two", Level::Error)]);
    let only = Settings { only: Some(["one".to_owned()].into()), ..Settings::default() };
    assert_eq!(told(&only), [pair("one", Level::Error)]);
    let level = Settings { levels: [("two".to_owned(), Level::Note)].into(), ..Settings::default() };
    assert_eq!(told(&level), [pair("one", Level::Error), pair("two", Level::Note)]);
}

// --- rule files ---

#[test]
fn what_is_known_of_a_rule_without_running_it() {
    let source = "//! The pool is bad.\n//!\n//! ## Why\n//! Because.\n\nconst LIMIT = 3;\n\n\
        rule \"bad-pool\" #{\n    level: \"warning\", groups: [\"sms\", \"totp\"],\n    catches: [\"SomeException\"], since: \"0.1.0\",\n} \
        for [user_pool, role, \"AWS::SNS::Topic\",] |thing| {\n    require LIMIT == 3 else \"no\" at thing;\n}\n";
    let (rules, diagnostics) = load(&[("rules/bad-pool.rhai", source)]);
    assert_eq!(diagnostics, []);
    let rule = rules.rules().next().unwrap();
    assert_eq!((&*rule.id, &*rule.title, &*rule.docs), ("bad-pool", "The pool is bad", "## Why\nBecause."));
    assert_eq!((rule.level, &*rule.since), (Level::Warning, "0.1.0"));
    assert_eq!(rule.groups, [Arc::from("sms"), Arc::from("totp")]);
    assert_eq!(rule.catches, [Arc::from("SomeException")]);
    assert_eq!(rule.kinds, [Arc::from("user_pool"), Arc::from("role"), Arc::from("AWS::SNS::Topic")]);
    assert_eq!(&*rule.url, "https://github.com/coglint/coglint/blob/main/docs/rules/bad-pool.md");
    assert!(rules.run(&graph(vec![pool(&[]), role()]), &Settings::default()).findings.is_empty());
}

#[test]
fn several_rules_in_one_file() {
    let source = "//! Two rules.\n\
        fn wrong(pool) { pool.mfa != \"ON\" }\n\
        rule \"a\" #{ level: \"error\" } for user_pool |pool| { require !wrong(pool) else \"a\" at pool; }\n\
        rule \"b\" #{ level: \"note\" } for user_pool |p| { require p.tier == \"PLUS\" else \"b\" at p; }\n";
    let (rules, diagnostics) = load(&[("many.rhai", source)]);
    assert_eq!(diagnostics, []);
    let outcome = rules.run(&graph(vec![pool(&[])]), &Settings::default());
    let told: Vec<_> = outcome.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(told, ["a", "b"]);
}

#[test]
fn a_rule_with_a_mistake_leaves_its_neighbours_alone() {
    let source = "//! Two rules.\n\
        rule \"a\" #{ level: \"error\" } for user_pool |pool| { require pool.mfaa == \"ON\" else \"a\" at pool; }\n\
        rule \"b\" #{ level: \"note\" } for user_pool |pool| { require false else \"b\" at pool; }\n";
    let good = rule_file("require false else \"good\" at pool;");
    let (rules, diagnostics) = load(&[("many.rhai", source), ("broken.rhai", "rule"), ("test.rhai", &good)]);
    let ids: Vec<_> = rules.rules().map(|rule| rule.id.to_string()).collect();
    assert_eq!(ids, ["b", "test"]);
    let files: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.span.file.0).collect();
    assert_eq!(files, [100, 101]);
}

#[test]
fn mistakes_in_the_head_of_a_rule() {
    let head = |head: &str| mistakes(&format!("//! Title.\n{head} |pool| {{ }}\n"));
    let one = |at: &str, message: &str| vec![(at.to_owned(), message.to_owned())];
    assert_eq!(
        head("rule \"test\" #{ levle: \"error\", level: \"error\" } for user_pool"),
        one("levle", "a rule has no `levle`; did you mean `level`?")
    );
    assert_eq!(
        head("rule \"test\" #{ level: \"eror\" } for user_pool"),
        one("\"eror\"", "a level is \"error\", \"warning\" or \"note\"; did you mean `error`?")
    );
    assert_eq!(
        head("rule \"test\" #{ level: \"error\", groups: \"sms\" } for user_pool"),
        one("\"sms\"", "a list of texts stands here: [\"sms\"]")
    );
    assert_eq!(
        head("rule \"test\" #{ level: \"error\" } for user_pol"),
        one(
            "user_pol",
            "there is no kind `user_pol`; did you mean `user_pool`? (a raw resource type stands in quotes)"
        )
    );
    assert_eq!(
        head("rule \"other\" #{ level: \"error\" } for user_pool"),
        one("\"other\"", "the rule `other` stands in a file named `test.rhai`")
    );
    assert_eq!(
        head("rule \"test\" #{ } for user_pool"),
        one("#", "the rule has no level: `level: \"error\"`, \"warning\" or \"note\"")
    );
    assert_eq!(
        mistakes("rule \"test\" #{ level: \"error\" } for user_pool |pool| { }"),
        one("rule", "the file needs a title: `//! The pool ...` as its first line")
    );
    assert_eq!(
        mistakes("//! T\nrule \"test\" #{ level: \"error\" } user_pool |pool| { }"),
        one("user_pool", "`for` is missing: rule \"id\" #{ ... } for KIND |resource| { ... }")
    );
    assert_eq!(
        mistakes("//! T\nrule \"test\" #{ level: \"error\" } for user_pool || { }"),
        one("rule", "a check takes one thing, the resource: `|pool| { ... }`")
    );
    assert_eq!(mistakes("//! T\nlet x = 1;"), one("let", "only rules, functions and constants stand here"));
}

#[test]
fn ids_are_unique() {
    let file = rule_file("");
    let (rules, diagnostics) = load(&[("test.rhai", &file), ("more/test.rhai", &file)]);
    assert_eq!(rules.rules().count(), 1);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(
        (diagnostics[0].span.file, diagnostics[0].message.as_str()),
        (FileId(101), "there is another rule `test`")
    );
}

#[test]
fn syntax_errors_are_at_their_place_and_propose_a_word() {
    assert_mistake(
        "requier pool.mfa == \"ON\" else \"x\" at pool;",
        "pool",
        "a statement ends with `;`; did you mean `require`?",
    );
    assert_mistake(
        "require true \"x\" at pool;",
        "\"x\"",
        "`else` is missing: require CONDITION else MESSAGE at PLACE;",
    );
    assert_mistake("require true else \"x\";", ";", "`at` is missing: require CONDITION else MESSAGE at PLACE;");
    assert_mistake(
        "require true else \"x\" at pool nte \"y\" at pool;",
        "nte",
        "a `require` goes on with `note`, `help`, `as` or ends with `;`, not with `nte`; did you mean `note`?",
    );
    assert_mistake("/* größer */ require poool.mfa == () else \"x\" at pool;", "poool", "there is no variable `poool`");
    let (at, message) = mistakes("//! T\nrule \"test\" #{ level: \"error\" } for user_pool |pool| {\n").remove(0);
    assert_eq!((at.as_str(), message.as_str()), ("", "the file ends too early; is a `}` missing?"));
}

#[test]
fn words_that_would_hide_an_unknown_are_refused() {
    assert_mistake(
        "try { pool.mfa; } catch { }",
        "try",
        "a rule cannot use `try`: it would hide a value that is not known",
    );
    let (at, message) = mistake("switch pool.mfa { \"ON\" => 1, _ => 2 };");
    assert_eq!(at, "switch");
    assert!(message.starts_with("a rule cannot use `switch`"), "{message}");
    for (body, word) in
        [("eval(\"1\");", "eval"), ("import \"x\" as x;", "import"), ("sleep(1);", "sleep"), ("print(1);", "print")]
    {
        let (at, message) = mistake(body);
        assert_eq!(at, word);
        assert!(message.starts_with(&format!("a rule cannot use `{word}`")), "{message}");
    }
}

#[test]
fn unknown_names_are_found_when_a_rule_is_loaded() {
    for (body, at, message) in [
        (
            "require pool.smss == () else \"x\" at pool;",
            "smss",
            "user_pool has no attribute `smss`; did you mean `sms`?",
        ),
        ("let r = pool.sms.roel;", "roel", "the block has no attribute `roel`; did you mean `role`?"),
        (
            "let s = pool.sms; let r = s.role; let x = r.bondary;",
            "bondary",
            "role has no attribute `bondary`; did you mean `boundary`?",
        ),
        ("if pool.sms.role.mfa == () { }", "mfa", "role has no attribute `mfa`"),
        (
            "let x = pool.sms.role.may_send_sm(pool);",
            "may_send_sm",
            "role has no method `may_send_sm`; did you mean `may_send_sms`?",
        ),
        ("let x = pool.sms.role.may_send_sms();", "may_send_sms", "`may_send_sms` takes 1 argument, not 0"),
        (
            "let x = pool.sms.role.may_send_sms(pool.sms.role);",
            "may_send_sms",
            "`may_send_sms` takes a user_pool, not role",
        ),
        (
            "let a = pool.sms.role.may_send_sms(pool); let x = a.alowed;",
            "alowed",
            "the answer of `may_send_sms` has no attribute `alowed`; did you mean `allowed`?",
        ),
        (
            "require pool.sms.role.may_send_sms(pool) else \"x\" at pool;",
            "pool",
            "a condition is true or false, not the answer of `may_send_sms`; did you mean `.allowed`?",
        ),
        (
            "let p = pool.at(\"sms.rolle\");",
            "\"sms.rolle\"",
            "user_pool has no attribute `sms.rolle`: there is no `rolle`; did you mean `role`?",
        ),
        (
            "let p = pool.sms.show(\"extrnal_id\");",
            "\"extrnal_id\"",
            "the block has no attribute `extrnal_id`; did you mean `external_id`?",
        ),
        ("let x = lenn(\"a\");", "lenn", "there is no function `lenn`; did you mean `len`?"),
        (
            "let x = \"a\".starts_wth(\"b\");",
            "starts_wth",
            "there is no function `starts_wth`; did you mean `starts_with`?",
        ),
        ("let x = pool.mfa.lenght;", "lenght", "a text has no attribute `lenght`"),
        (
            "let x = pool.sms.role.trust.Statement;",
            "trust",
            "`trust` is a policy document, which rules cannot look into; ask a method about it",
        ),
        ("if pool.mfa == 1 { }", "=", "a text is compared with a number: they are never equal"),
        ("if pool.sms.role == \"arn\" { }", "=", "role is compared with a text: they are never equal"),
        (
            "require false else \"x\" at \"sms.role\";",
            "\"sms.role\"",
            "a place stands behind `at`, not a text: `pool.at(\"sms.role\")`",
        ),
        ("require false else pool at pool;", "pool", "a text stands behind `else`, not user_pool"),
        (
            "require false else \"x\" at pool as \"fatal\";",
            "\"fatal\"",
            "a level is \"error\", \"warning\" or \"note\"",
        ),
        (
            "[1].all(|n| n.exernal_id == 1);",
            "exernal_id",
            "nothing has an attribute `exernal_id`; did you mean `external_id`?",
        ),
        ("for factor in pool.factors { let x = factor.mfa; }", "mfa", "a text has no attribute `mfa`"),
    ] {
        assert_mistake(body, at, message);
    }
}

#[test]
fn names_that_are_right_are_left_alone() {
    for body in [
        "let x = #{ own: 1 }; let y = x.own; let z = [x].map(|item| item.own);",
        "let role = pool.sms?.role; if role != () { let answer = role.may_send_sms(pool); if answer.allowed { return; } }",
        "let name = pool.mfa.to_lower(); let chars = name.chars;",
        "let x = (); x = pool; let y = x.sms;",
        "let t = type_of(pool); let b = pool.sms.place; let c = pool.properties.Anything.At[0].All;",
        "for role in [pool.sms.role] { let x = role.role_name; }",
        "let answers = [pool.sms.role.lets_cognito_in(pool)]; let x = answers[0].only_external_id_differs;",
    ] {
        let (_, diagnostics) = load(&[("test.rhai", &rule_file(body))]);
        assert_eq!(diagnostics, [], "{body}");
    }
}

// --- rules that misbehave ---

#[test]
fn a_rule_that_runs_over_is_reported_once_and_the_others_run() {
    let good = rule_file("require false else \"good\" at pool;").replace("test", "good");
    let mut second = pool(&[]);
    second.id.address = "Second".into();
    let graph = graph(vec![pool(&[]), second]);
    for (body, words) in [
        ("loop { }", "takes more than 200000 operations"),
        ("let n = 0;\nwhile true { n += 1; }", "takes more than 200000 operations"),
        ("let s = \"aaaaaaaa\";\nloop { s += s; }", "grows too large"),
        ("let s = \"\";\ns.pad(1000000000, 'x');", "grows too large"),
        ("let a = [1];\nloop { a.append(a); }", "grows too large"),
        ("let x = deep(pool);", "call each other too deeply"),
    ] {
        let bad = rule_file(body).replace("test", "bad") + "fn deep(x) {\ndeep(x)\n}\n";
        let (rules, diagnostics) = load(&[("bad.rhai", &bad), ("good.rhai", &good)]);
        assert_eq!(diagnostics, [], "{body}");
        let outcome = rules.run(&graph, &Settings::default());
        assert_eq!(outcome.findings.len(), 2, "the other rule speaks of both pools: {body}");
        assert_eq!(outcome.undecided.len(), 2, "{body}");
        assert_eq!(outcome.diagnostics.len(), 1, "{body}");
        let diagnostic = &outcome.diagnostics[0];
        assert!(diagnostic.message.contains(words), "{body}: {}", diagnostic.message);
        assert_eq!(&bad[diagnostic.span.range()], "rule", "it points at the rule: {body}");
    }
}

#[test]
fn a_rule_that_errs_is_reported_once() {
    let mut second = pool(&[("UserPoolTier", text("PLUS", 5))]);
    second.id.address = "Second".into();
    let graph = graph(vec![pool(&[]), second]);
    let outcome = run("if pool.tier == \"PLUS\" { return; }\nlet id = pool.sms.external_id;", &graph);
    assert_eq!(outcome.diagnostics.len(), 1);
    let message = &outcome.diagnostics[0].message;
    assert_eq!(
        message,
        "the rule `test` failed on `Pool`: a property of () is read: the value may be absent; compare it with () first, or write `?.`"
    );
    assert_eq!(outcome.undecided.len(), 1);
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("let x = {}1{};", "(".repeat(3_000), ")".repeat(3_000));
    let (_, message) = mistakes(&rule_file(&deep)).remove(0);
    assert_eq!(message, "this is nested too deeply");
}

#[test]
fn the_same_graph_gives_the_same_outcome() {
    let env = variable("Env", &["dev", "test", "prod"]);
    let size = variable("Size", &["s", "l"]);
    let mfa = either(&env, "prod", text("OFF", 5), either(&size, "l", text("OFF", 7), text("ON", 6)));
    let graph = graph(vec![pool(&[("MfaConfiguration", mfa)]), role()]);
    let body = "require pool.mfa == \"ON\" else `mfa is ${pool.mfa}` at pool.at(\"mfa\");";
    let first = format!("{:?}", run(body, &graph));
    for _ in 0..5 {
        assert_eq!(format!("{:?}", run(body, &graph)), first);
    }
    assert!(first.contains("Env = prod"), "the smallest scenario is the witness: {first}");
}
