//! Rules that misbehave.

use crate::given::*;
use coglint::engine::Settings;

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
        ("let s = \"\"; s.pad(9999, 'a'); let t = s + s;\ns.replace(\"a\", t);", "grows too large"),
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
