//! What a rule sees.

use crate::given::*;
use coglint::engine::Settings;
use coglint::finding::Level;
use coglint::frontend::{Dialect, Scope};
use coglint::value::{Data, Guard, List, Value};
use std::sync::Arc;

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
        "pool.sms.eums?.region == ()",
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
fn a_library_function_cannot_hide_an_unknown_value() {
    let graph = graph(vec![pool(&[("MfaConfiguration", unknown("Mfa"))])]);
    for body in [
        // Rhai's sort carries on when the function that compares fails.
        "let n = [3, 1, 2]; n.sort(|a, b| if pool.mfa == \"ON\" { a - b } else { b - a }); require n[0] == 9 else \"x\" at pool;",
        "let m = #{ a: 1 }; require m.get(pool.mfa) == 1 else \"x\" at pool;",
        "let f = |p| p.mfa; require f.call(pool) == \"ON\" else \"x\" at pool;",
        "while pool.mfa != \"ON\" { require false else \"x\" at pool; }",
        "let s = `${pool.mfa}`; require s == \"ON\" else \"x\" at pool;",
    ] {
        let outcome = run(body, &graph);
        assert_eq!((outcome.findings.len(), outcome.undecided.len()), (0, 1), "{body}: {outcome:?}");
        assert_eq!(outcome.undecided[0].because, "parameter without a value: Mfa", "{body}");
    }
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

#[test]
fn a_name_may_be_that_of_another_resource_where_ours_is_not_created() {
    let env = variable("Env", &["dev", "prod"]);
    let mut absent_in_dev = role();
    absent_in_dev.presence = Guard::is(&env, "prod");
    let sms = map(&[("SnsCallerArn", text("arn:aws:iam::123456789012:role/sms", 4))]);
    let mut own = scope();
    own.account = text("123456789012", 0);
    let graph = graph_in(own, vec![pool(&[("SmsConfiguration", sms)]), absent_in_dev]);
    assert_eq!(verdict("pool.sms.role.name == \"x\"", &graph), "some warning when Env = prod");
    assert_eq!(verdict("pool.sms.role.name == \"SmsRole\"", &graph), "undecided: the role is not in the input");
}

#[test]
fn what_is_shown_is_always_known() {
    let env = variable("Env", &["dev", "prod"]);
    let sms = map(&[
        ("SnsCallerArn", role_arn("SmsRole")),
        ("ExternalId", either(&env, "prod", text("a", 5), unknown("Id"))),
    ]);
    let factors = Value::list(vec![text("SMS_MFA", 5), unknown("Other")], span(6));
    let graph = graph(vec![pool(&[("SmsConfiguration", sms), ("EnabledMfas", factors)])]);
    for (path, shown) in [
        ("sms.role", "${SmsRole.Arn}"),
        ("sms.external_id", "a or ${Id}"),
        ("factors", "SMS_MFA, ${Other}"),
        ("tier", "ESSENTIALS"),
        ("recovery", "(none)"),
    ] {
        let condition = format!("pool.show(\"{path}\") == \"{}\"", shown);
        assert_eq!(verdict(&condition, &graph), "ok", "{path}");
    }
}

#[test]
fn constants_closures_and_functions_see_the_same_values() {
    let source = "//! T\nconst KNOWN = [\"ON\", \"OFF\"];
        fn is_known(pool, known) { known.some(|mode| mode == pool.mfa) }
        rule \"test\" #{ level: \"error\" } for user_pool |pool| {
            const sms = pool.sms;
            let place = sms.at(\"external_id\");
            let found = [\"ON\"].filter(|mode| mode in KNOWN && mode == pool.mfa);
            require sms.external_id == \"x\" else `${found.len} ${is_known(pool, KNOWN)}` at place;
        }";
    let (rules, diagnostics) = load(&[("test.rhai", source)]);
    assert_eq!(diagnostics, []);
    let sms = map(&[("ExternalId", text("e", 5))]);
    let graph = graph(vec![pool(&[("MfaConfiguration", text("ON", 4)), ("SmsConfiguration", sms)])]);
    let outcome = rules.run(&graph, &Settings::default());
    let finding = only(&outcome);
    assert_eq!((finding.message.as_str(), finding.primary.span), ("1 true", span(5)));
}

#[test]
fn terraform_reads_under_the_same_words() {
    let block = Value::list(vec![map(&[("external_id", text("e", 5))])], span(6));
    let token = Value::list(vec![map(&[("enabled", Value::bool(true, span(7)))])], span(7));
    let properties = map(&[("sms_configuration", block), ("software_token_mfa_configuration", token)]);
    let pool = resource("aws_cognito_user_pool", "aws_cognito_user_pool.main", 1, properties);
    let graph = graph_in(Scope { dialect: Dialect::Terraform, ..scope() }, vec![pool]);
    for condition in [
        "pool.sms.external_id == \"e\"",
        "\"SMS_MFA\" in pool.factors && \"SOFTWARE_TOKEN_MFA\" in pool.factors",
        "pool.dialect == \"terraform\"",
        "pool.properties.sms_configuration[0].external_id == \"e\"",
        "pool.has(\"sms\") && !pool.has(\"sms.role\")",
    ] {
        assert_eq!(verdict(condition, &graph), "ok", "{condition}");
    }
    let outcome = run("require false else \"x\" at pool.at(\"properties.sms_configuration.0.external_id\");", &graph);
    assert_eq!(only(&outcome).primary.span, span(5));
}
