//! Rule files: what is known of them, and what is wrong with them.

use crate::given::*;
use coglint::engine::Settings;
use coglint::finding::Level;
use coglint::source::FileId;
use std::sync::Arc;

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
        (
            "let all = [1].all(|n| n == 1); let x = pool.smss;",
            "smss",
            "user_pool has no attribute `smss`; did you mean `sms`?",
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

#[test]
fn a_real_rule_loads() {
    let source = r#"//! The SMS role may not publish text messages.
//!
//! ## Why it fails
//! Cognito assumes the role and sends a test message while the pool is created.

rule "sms-role-cannot-publish" #{
    level: "error",
    groups: ["sms"],
    catches: ["InvalidSmsRoleAccessPolicyException"],
    since: "0.1.0",
} for user_pool |pool| {
    if pool.sms == () || pool.sms.role == () { return; }
    let publish = pool.sms.role.may_send_sms(pool);

    require publish.allowed
        else `${pool.sms.role.name} may not send text messages: ${publish.reason}` at pool.at("sms.role")
        note publish.explanation at publish.place
        help "allow sns:Publish on \"*\"; a text message has no topic ARN";
}
"#;
    let (rules, diagnostics) = load(&[("rules/sms-role-cannot-publish.rhai", source)]);
    assert_eq!((rules.rules().count(), diagnostics), (1, Vec::new()));
    assert!(rules.run(&graph(vec![pool(&[])]), &Settings::default()).undecided.is_empty(), "no SMS, nothing to check");
}
