//! What becomes of what a rule finds.

use crate::given::*;
use coglint::engine::Settings;
use coglint::finding::{Level, Verdict};
use coglint::frontend::Scope;
use coglint::value::{Guard, ScopeId, Term, Value, Variable, VariableClass};
use std::sync::Arc;

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
