//! Conditions and parameters end to end: in which deployments a finding holds, and what a user's rule says of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use coglint::discover::Found;
use coglint::finding::Verdict;
use coglint::frontend::InputKind;
use coglint::source::MemoryFiles;
use coglint::{Options, Report};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// A rule of a user's own.
const MODE_EXISTS: &str = r#"//! The MFA mode is one of those there are.
//!
//! ## Why it fails
//! The API knows three words.
//!
//! ## How to fix it
//! Write one of them.

rule "mode-exists" #{
    level: "error",
    groups: ["mfa"],
    catches: [],
    since: "1.0.0",
} for user_pool |pool| {
    require pool.mfa in ["OFF", "ON", "OPTIONAL"] else `there is no mode ${pool.mfa}` at pool.at("mfa");
}
"#;

fn lint(template: &str) -> Report {
    let files = MemoryFiles::default().with("t.json", template);
    let found = [Found { path: "t.json".into(), kind: InputKind::Template, text: template.into(), named: false }];
    let rules = vec![("mode-exists.rhai".to_owned(), MODE_EXISTS.into())];
    let report = coglint::lint(&files, &found, &Options { rules, ..Options::default() });
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    report
}

/// What the user's rule found: in which deployments, and an example of one.
fn found(report: &Report) -> Vec<(&'static str, Option<String>)> {
    let own = report.findings.iter().filter(|finding| &*finding.rule.id == "mode-exists");
    own.map(|finding| (finding.verdict.name(), finding.when.clone())).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/values/cloudformation-scenarios")
}

fn scenarios() -> Vec<(Json, String)> {
    let expected = std::fs::read_to_string(folder().join("expected.jsonl")).unwrap();
    let cases = expected.lines().map(|line| {
        let case: Json = serde_json::from_str(line).unwrap();
        let template = std::fs::read_to_string(folder().join(case["file"].as_str().unwrap())).unwrap();
        (case, template)
    });
    cases.collect()
}

#[test]
fn verdict_and_witness_are_exact() {
    let cases = scenarios();
    assert_eq!(cases.len(), 9);
    for (case, template) in cases {
        let expected = match case["verdict"].as_str().unwrap() {
            "none" => Vec::new(),
            verdict => {
                let (name, value) = case["witness"].as_object().unwrap().iter().next().unwrap();
                let value = value.as_str().unwrap().trim_end_matches(" (default)");
                vec![(verdict, Some(format!("{name} = {value}")))]
            }
        };
        assert_eq!(found(&lint(&template)), expected, "{}", case["file"]);
    }
}

/// Of two parameters a rule of the template refuses one combination: what holds only there is no finding, and what holds
/// everywhere else holds always.
#[test]
fn refused_combinations_are_never_deployed() {
    let template = |refused: Json, mode: Json| {
        json!({
            "Parameters": {
                "Env": {"Type": "String", "AllowedValues": ["dev", "prod"]},
                "Mode": {"Type": "String", "AllowedValues": ["ON", "BAD"]},
            },
            "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
            "Rules": {"R": {"RuleCondition": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}, "Assertions": [{"Assert": refused}]}},
            "Resources": {"P": {"Type": "AWS::Cognito::UserPool", "Properties": {"MfaConfiguration": mode}}},
        })
        .to_string()
    };
    let is = |mode: &str| json!({"Fn::Equals": [{"Ref": "Mode"}, mode]});
    let in_prod = |then: Json, otherwise: &str| json!({"Fn::If": ["Prod", then, otherwise]});
    assert_eq!(found(&lint(&template(is("ON"), in_prod(json!({"Ref": "Mode"}), "OFF")))), []);
    let some = found(&lint(&template(is("BAD"), in_prod(json!({"Ref": "Mode"}), "OFF"))));
    assert_eq!(some, [("some", Some("Env = prod, Mode = BAD".to_owned()))]);
    let always = found(&lint(&template(is("BAD"), in_prod(json!({"Ref": "Mode"}), "BAD"))));
    assert_eq!(always, [("always", None)]);
}

/// Parameters and conditions that have nothing to do with a pool change nothing, be there as many as a template may have.
#[test]
fn what_is_irrelevant_changes_nothing() {
    for (case, template) in scenarios() {
        let mut crowded: Json = serde_json::from_str(&template).unwrap();
        for section in ["Parameters", "Conditions"] {
            crowded.as_object_mut().unwrap().entry(section).or_insert_with(|| json!({}));
        }
        for at in 0..200 {
            crowded["Parameters"][format!("Other{at}")] =
                json!({"Type": "String", "Default": "a", "AllowedValues": ["a", "b", "c"]});
        }
        crowded["Conditions"]["Chain0"] = json!({"Fn::Equals": [{"Ref": "Other0"}, "b"]});
        for at in 1..60 {
            let before = json!({"Condition": format!("Chain{}", at - 1)});
            let own = json!({"Fn::Equals": [{"Ref": format!("Other{at}")}, {"Ref": format!("Other{}", 199 - at)}]});
            let function = if at % 2 == 0 { "Fn::And" } else { "Fn::Or" };
            crowded["Conditions"][format!("Chain{at}")] = json!({ function: [before, {"Fn::Not": [own]}] });
            crowded["Resources"][format!("Topic{at}")] = json!({"Type": "AWS::SNS::Topic", "Condition": format!("Chain{at}"),
                "Properties": {"DisplayName": {"Fn::If": [format!("Chain{at}"), {"Ref": format!("Other{at}")}, "x"]}}});
        }
        let plain = lint(&template);
        let crowded = lint(&crowded.to_string());
        let all = |report: &Report| -> Vec<(String, Verdict, Option<String>, String)> {
            let findings = report.findings.iter();
            findings
                .map(|finding| {
                    (finding.rule.id.to_string(), finding.verdict, finding.when.clone(), finding.message.clone())
                })
                .collect()
        };
        assert_eq!(all(&plain), all(&crowded), "{}", case["file"]);
        assert_eq!(plain.undecided, crowded.undecided, "{}", case["file"]);
    }
}
