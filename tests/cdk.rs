//! CDK output: findings stand where the program is, and say which construct they are about. The projects themselves, with what
//! is found in them, are in `testdata/projects/cdk-*`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

#[allow(dead_code, reason = "not every runner needs every helper")]
mod support;

use coglint::Report;
use coglint::finding::{Finding, Label};
use support::{difference, findings, lint, report_failures, testdata, texts};

fn project(name: &str) -> Report {
    lint(&texts(&testdata("projects").join(name)))
}

fn the<'a>(report: &'a Report, rule: &str, resource: &str) -> &'a Finding {
    let found = report.findings.iter().find(|finding| &*finding.rule.id == rule && &*finding.resource == resource);
    found.unwrap_or_else(|| panic!("no {rule} on {resource}"))
}

fn place(report: &Report, label: &Label) -> String {
    let file = report.sources.file(label.span.file).unwrap();
    format!("{}:{}", file.path, file.position(label.span.start as usize).line)
}

#[test]
fn a_finding_stands_at_the_programs_line() {
    let report = project("cdk-program");
    let finding = the(&report, "sms-external-id-mismatch", "PoolD3F588B8");
    assert!(finding.message.ends_with("(construct AuthStack/Pool)"), "{}", finding.message);
    assert_eq!(report.sources.slice(finding.primary.span), "new cognito.UserPool(this, 'Pool', {");
    let template = &finding.labels[0];
    assert!(place(&report, template).starts_with("cdk.out/AuthStack.template.json:"));
    assert_eq!(template.message, "in the template");
    assert!(finding.fixes.is_empty());
}

/// The program may run as compiled JavaScript, or be one in Python: the place is where a person wrote it.
#[test]
fn frames_lead_to_what_a_person_wrote() {
    // Line 2, column 5 of the compiled file is line 17, column 18 of the source.
    let map = |source: &str| format!(r#"{{"version": 3, "sources": ["{source}"], "mappings": ";IAgBiB"}}"#);
    let compiled = |url: &str| format!("\"use strict\";\n    const pool = new cognito.UserPool(this);\n{url}\n");
    let beside = compiled("//# sourceMappingURL=auth-stack.js.map");
    let js = "new AuthStack (/app/js/lib/auth-stack.js:2:5)";
    let in_js = "const pool = new cognito.UserPool(this);";
    let in_ts = "new cognito.UserPool(this, 'Pool', {";
    let table = [
        (js, beside.clone(), map("../../lib/auth-stack.ts"), in_ts),
        (js, compiled(""), String::new(), in_js),
        (js, beside.clone(), map("../../lib/absent.ts"), in_js),
        (js, beside.clone(), map("../../../lib/auth-stack.ts"), in_js),
        (js, beside.clone(), map("../../lib/secret.env"), in_js),
        (js, beside, "no map".to_owned(), in_js),
        ("__init__ (/app/py/app.py:2)", String::new(), String::new(), "cognito.UserPool(self, \"Pool\")"),
    ];
    for (frame, compiled, map, expected) in table {
        let mut texts = texts(&testdata("projects").join("cdk-program"));
        for (_, text) in texts.iter_mut().filter(|(path, _)| path.ends_with(".metadata.json")) {
            *text = text.replace("new AuthStack (/app/lib/auth-stack.ts:17:18)", frame);
        }
        texts.push(("js/lib/auth-stack.js".to_owned(), compiled));
        texts.push(("js/lib/auth-stack.js.map".to_owned(), map.clone()));
        texts.push(("py/app.py".to_owned(), "class S(cdk.Stack):\n    cognito.UserPool(self, \"Pool\")\n".to_owned()));
        texts.push(("lib/secret.env".to_owned(), "TOKEN=1\n".repeat(50)));
        let report = lint(&texts);
        let finding = the(&report, "sms-external-id-mismatch", "PoolD3F588B8");
        assert_eq!(report.sources.slice(finding.primary.span), expected, "{frame} {map}");
    }
}

#[test]
fn what_the_program_acknowledged_is_silent() {
    let report = project("cdk-program");
    let suppressed: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_some())
        .map(|finding| &*finding.rule.id)
        .collect();
    assert_eq!(suppressed, ["email-mfa-default-sender"]);
    let why = the(&report, "email-mfa-default-sender", "RawPool").suppressed.as_ref().unwrap();
    assert_eq!(why.reason.as_deref(), Some("goes away in autumn"));
    assert!(report.diagnostics.is_empty());
}

#[test]
fn without_traces_the_place_is_the_template() {
    let report = project("cdk-without-traces");
    let finding = the(&report, "sms-role-cannot-publish", "PoolD3F588B8");
    assert!(finding.message.ends_with("(construct AuthStack/Pool)"), "{}", finding.message);
    assert!(place(&report, &finding.primary).starts_with("cdk.out/AuthStack.template.json:"));
}

#[test]
fn the_same_construct_in_two_stages_is_one_finding() {
    let report = project("cdk-two-stages");
    let [finding] = report.findings.as_slice() else { panic!("{:?}", findings(&report)) };
    assert!(finding.message.ends_with("(constructs Dev/Pools/Pool, Prod/Pools/Pool)"), "{}", finding.message);
    let twin = finding.labels.last().unwrap();
    assert!(place(&report, twin).starts_with("cdk.out/assembly-Prod/"), "{}", place(&report, twin));
}

/// Without the program's text the traces lead nowhere; stages are folded all the same.
#[test]
fn stages_are_folded_by_their_constructs() {
    let mut texts = texts(&testdata("projects").join("cdk-two-stages"));
    texts.retain(|(path, _)| !path.ends_with(".ts"));
    let report = lint(&texts);
    let [finding] = report.findings.as_slice() else { panic!("{:?}", findings(&report)) };
    assert!(place(&report, &finding.primary).starts_with("cdk.out/assembly-Dev/"));
}

/// A role in another stack, another Region, a nested stack, or the stack around: every pool finds its own. Two pools name
/// one that no stack has. What a custom resource changes is not judged.
#[test]
fn pools_find_their_roles_across_stacks() {
    let report = project("cdk-linked-stacks");
    assert_eq!((report.summary.sms_pools, report.summary.sms_pools_linked), (10, 8));
    let altered = report.undecided.iter().filter(|one| one.because.starts_with("changed outside the template"));
    assert!(altered.clone().count() > 0 && altered.clone().all(|one| &*one.resource == "UsesNestedE35FF57B"));
    assert!(report.findings.iter().all(|finding| &*finding.rule.id != "mfa-without-factors"));
}

/// A trace may name any file of the machine; only sources of the project are opened.
#[test]
fn traces_open_no_other_files() {
    let mut texts = texts(&testdata("projects").join("cdk-program"));
    let expected = findings(&lint(&texts));
    let mut failures = Vec::new();
    for frame in [
        "/app/lib/secret.env",
        "/app/../lib/auth-stack.ts",
        "/app/node_modules/lib/auth-stack.ts",
        "/etc/auth-stack.ts",
    ] {
        for (path, text) in texts.iter_mut().filter(|(path, _)| path.ends_with(".metadata.json")) {
            *text = std::fs::read_to_string(testdata("projects").join("cdk-program").join(path)).unwrap();
            *text = text.replace("/app/lib/auth-stack.ts", frame);
        }
        texts.retain(|(path, _)| path != "lib/secret.env");
        texts.push(("lib/secret.env".to_owned(), "TOKEN=1\n".repeat(50)));
        let report = lint(&texts);
        if difference(&expected, &report).is_none()
            || findings(&report).iter().any(|mark| mark.path == "lib/secret.env" || mark.path.starts_with("lib/"))
        {
            failures.push(format!("{frame}: {:?}", findings(&report)));
        }
    }
    report_failures(4, &failures);
}
