//! Inputs made to break whoever reads them. Each ends soon, within its limits and with a word about it, and costs the rest of
//! the run nothing: the defect in a sound file beside it is found. Larger ones are measured by `scripts/hostile.sh`; those
//! written in Terraform stand in `terraform_hostile.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use coglint::discover::{Found, kind_of};
use coglint::frontend::InputKind;
use coglint::source::MemoryFiles;
use coglint::{Options, Report};
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

/// A run without optimization on a busy machine; a real one takes a hundredth of it.
const SOON: Duration = Duration::from_secs(120);

const GOOD: &str =
    "Resources:\n  Good:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      MfaConfiguration: \"ON\"\n";

fn lint(files: &[(String, String)]) -> Report {
    let memory = files.iter().fold(MemoryFiles::default(), |memory, (path, text)| memory.with(path, text));
    let input = |(path, text): &(String, String)| Found {
        path: path.as_str().into(),
        kind: kind_of(path, text.as_bytes()).unwrap_or(InputKind::Template),
        text: text.as_str().into(),
        named: true,
    };
    coglint::lint(&memory, &files.iter().map(input).collect::<Vec<_>>(), &Options::default())
}

/// Lints files beside a sound template; gives the diagnostics.
fn survives(what: &str, files: &[(&str, String)]) -> Vec<String> {
    let mut all: Vec<(String, String)> =
        files.iter().map(|(path, text)| (format!("bad/{path}"), text.clone())).collect();
    all.push(("good.yaml".to_owned(), GOOD.to_owned()));
    // A file that cannot be about a user pool need not be read at all.
    for (path, text) in &all {
        assert!(text.contains("ognito"), "{what}: {path} does not reach a parser");
    }
    let start = Instant::now();
    let report = lint(&all);
    println!("{what}: {:?}", start.elapsed());
    assert!(start.elapsed() < SOON, "{what}: {:?}", start.elapsed());
    let path = |finding: &coglint::finding::Finding| report.sources.path(finding.primary.span.file).to_owned();
    assert!(report.findings.iter().any(|finding| path(finding) == "good.yaml"), "{what}: the rest of the run goes on");
    report.diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
}

fn says(what: &str, text: String, expected: &str) {
    let name = if text.starts_with('{') { "t.json" } else { "t.yaml" };
    let diagnostics = survives(what, &[(name, text)]);
    assert!(diagnostics.iter().any(|message| message.contains(expected)), "{what}: {diagnostics:?}");
}

/// A template with a pool that has one property.
fn pool_with(property: &str) -> String {
    format!("Resources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      X: {property}\n")
}

/// A JSON template: resources, and further sections.
fn template(resources: Value, more: Value) -> String {
    let mut sections = more.as_object().cloned().unwrap_or_default();
    sections.insert("Resources".to_owned(), resources);
    Value::Object(sections).to_string()
}

fn pool(properties: Value) -> Value {
    json!({ "Type": "AWS::Cognito::UserPool", "Properties": properties })
}

/// `R0` names itself after `R1`, that one after `R2`, and so on.
fn named_after_each_other(count: usize, name: impl Fn(Value) -> Value) -> Value {
    let role = |name: Value| json!({ "Type": "AWS::IAM::Role", "Properties": { "RoleName": name } });
    let mut resources: Map<String, Value> =
        (0..count).map(|at| (format!("R{at:05}"), role(name(json!({ "Ref": format!("R{:05}", at + 1) }))))).collect();
    resources.insert(format!("R{count:05}"), role(json!("xxxxxxxx")));
    resources.insert("Pool".to_owned(), pool(json!({ "UserPoolName": { "Ref": "R00000" } })));
    Value::Object(resources)
}

#[test]
fn nesting_is_bounded_in_every_parser() {
    let many = 100_000;
    let json = |open: &str, close: &str| {
        format!(
            "{{\"Resources\":{{\"A\":{{\"Type\":\"AWS::Cognito::UserPool\",\"Properties\":{{\"X\":{}1{}}}}}}}}}",
            open.repeat(many),
            close.repeat(many)
        )
    };
    says("JSON lists", json("[", "]"), "nested");
    says("JSON objects", json("{\"a\":", "}"), "nested");
    says("flow lists", pool_with(&format!("{}{}", "[".repeat(many), "]".repeat(many))), "recursion limit");
    says("flow maps", pool_with(&format!("{}{}", "{a: ".repeat(many), "}".repeat(many))), "too deep");
    says("block lists", pool_with(&format!("\n        {}x", "- ".repeat(many))), "too deep");
    says("block keys", pool_with(&format!("\n        {}x", "? ".repeat(many))), "recursion limit");
    let indented: String = (8..1_008).map(|width| format!("{}a:\n", " ".repeat(width))).collect();
    says("block maps", pool_with(&format!("\n{indented}")), "too deep");
}

#[test]
fn parentheses_in_terraform() {
    let text = format!("# aws_cognito_user_pool\nlocals {{\n  a = {}1{}\n}}\n", "(".repeat(10_000), ")".repeat(10_000));
    let diagnostics = survives("parentheses", &[("main.tf", text)]);
    assert!(diagnostics.iter().any(|message| message.contains("64 nested levels")), "{diagnostics:?}");
}

#[test]
fn aliases_that_multiply() {
    let mut text = "Resources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n    Properties:\n".to_owned();
    text.push_str("      A0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for at in 1..9 {
        let before = vec![format!("*a{}", at - 1); 10].join(", ");
        text.push_str(&format!("      A{at}: &a{at} [{before}]\n"));
    }
    says("aliases", text, "too many values once its aliases are expanded");
    says("an alias of what is around it", pool_with("&a [*a, *a]"), "nested too deep");
}

#[test]
fn loops_that_multiply() {
    let values: Vec<String> = (0..20).map(|at| format!("v{at}")).collect();
    let mut body = json!({ "R${V0}${V1}${V2}${V3}": { "Type": "AWS::Cognito::UserPool" } });
    for at in (0..4).rev() {
        let mut outer = Map::new();
        outer.insert(format!("Fn::ForEach::L{at}"), json!([format!("V{at}"), values, body]));
        body = Value::Object(outer);
    }
    let text = template(body, json!({ "Transform": "AWS::LanguageExtensions" }));
    says("loops", text, "`Fn::ForEach::L0` makes more than");
}

#[test]
fn values_that_double_from_reference_to_reference() {
    let twice = |of: Value| json!([of, of]);
    let lists = template(named_after_each_other(60, twice), json!({}));
    survives("lists", &[("t.json", lists)]);
    let text = |of: Value| json!({ "Fn::Join": ["", [of, of]] });
    survives("texts", &[("t.json", template(named_after_each_other(60, text), json!({})))]);
    let json_text = |of: Value| json!({ "Fn::ToJsonString": [of, of] });
    let transform = json!({ "Transform": "AWS::LanguageExtensions" });
    survives("JSON texts", &[("t.json", template(named_after_each_other(60, json_text), transform))]);
    let nested = |at: usize| {
        let child =
            || json!({ "Type": "AWS::CloudFormation::Stack", "Properties": { "TemplateURL": format!("n{at}.json") } });
        let output = |of: &str| json!({ "Fn::GetAtt": [of, "Outputs.X"] });
        let value = json!({ "X": { "Value": [output("N"), output("M")] } });
        template(json!({ "N": child(), "M": child() }), json!({ "Description": "AWS::Cognito", "Outputs": value }))
    };
    let mut files: Vec<(String, String)> = (0..40).map(|at| (format!("n{at}.json"), nested(at + 1))).collect();
    files.push(("n40.json".to_owned(), template(json!({ "Pool": pool(json!({})) }), json!({}))));
    let files: Vec<(&str, String)> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    survives("nested stacks", &files);
}

#[test]
fn values_that_grow_deep_from_reference_to_reference() {
    // Sections are read in their order: backwards, every resource finds the one it refers to already read.
    let deep = |of: Value| json!([[[[of]]]]);
    let resources = named_after_each_other(3_000, deep);
    survives("downwards", &[("t.json", template(resources.clone(), json!({})))]);
    let backwards: Vec<(String, Value)> = resources.as_object().unwrap().clone().into_iter().rev().collect();
    let backwards: Vec<String> = backwards.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    survives("upwards", &[("t.json", format!("{{\"Resources\":{{{}}}}}", backwards.join(",")))]);
}

#[test]
fn conditions_that_multiply() {
    let equals = |of: usize| json!({ "Fn::Equals": [{ "Ref": format!("E{of}") }, "a"] });
    let parameters: Map<String, Value> = (0..64).map(|at| (format!("E{at}"), json!({ "Type": "String" }))).collect();

    let mut doubled = Map::from_iter([("C00".to_owned(), equals(0))]);
    for at in 1..64 {
        let before = json!({ "Condition": format!("C{:02}", at - 1) });
        doubled.insert(format!("C{at:02}"), json!({ "Fn::And": [before, { "Fn::Not": [before] }] }));
    }
    let mfa = pool(json!({ "MfaConfiguration": { "Fn::If": ["C63", "ON", "OFF"] } }));
    let more = json!({ "Parameters": parameters, "Conditions": doubled });
    survives("conditions of conditions", &[("t.json", template(json!({ "Pool": mfa }), more))]);

    let conditions: Map<String, Value> = (0..64).map(|at| (format!("C{at}"), equals(at))).collect();
    let nested = (0..40).fold(json!("x"), |inner, at| json!({ "Fn::If": [format!("C{at}"), inner, format!("y{at}")] }));
    let joined: Vec<Value> = (0..60).map(|at| json!({ "Fn::If": [format!("C{at}"), "a", "b"] })).collect();
    let both = pool(json!({ "MfaConfiguration": nested, "UserPoolName": { "Fn::Join": ["", joined] } }));
    let more = json!({ "Parameters": parameters, "Conditions": conditions });
    survives("alternatives of alternatives", &[("t.json", template(json!({ "Pool": both }), more))]);

    let chain = |at: usize| match at {
        0 => equals(0),
        at => json!({ "Fn::Or": [equals(at % 64), { "Condition": format!("C{:05}", at - 1) }] }),
    };
    let chain: Map<String, Value> = (0..2_000).map(|at| (format!("C{at:05}"), chain(at))).collect();
    let resources: Map<String, Value> = (0..2_000)
        .map(|at| (format!("T{at:05}"), json!({ "Type": "AWS::Cognito::UserPool", "Condition": format!("C{at:05}") })))
        .collect();
    let more = json!({ "Parameters": parameters, "Conditions": chain });
    survives("a chain of conditions", &[("t.json", template(Value::Object(resources), more))]);
}

#[test]
fn parameters_with_very_many_values() {
    let words: Vec<String> = (0..20_000).map(|at| format!("v{at}")).collect();
    let mfa = json!({ "Pool": pool(json!({ "MfaConfiguration": { "Ref": "E" } })) });
    let allowed = json!({ "Parameters": { "E": { "Type": "String", "Default": "v1", "AllowedValues": words } } });
    survives("allowed values", &[("t.json", template(mfa.clone(), allowed))]);
    let contains = json!({ "Assertions": [{ "Assert": { "Fn::Contains": [words, { "Ref": "E" }] } }] });
    let rules = json!({ "Parameters": { "E": { "Type": "String" } }, "Rules": { "R": contains } });
    survives("values of a rule", &[("t.json", template(mfa.clone(), rules))]);
    let condition = |word: &String| (format!("C{word}"), json!({ "Fn::Equals": [{ "Ref": "E" }, word] }));
    let conditions: Map<String, Value> = words.iter().map(condition).collect();
    let compared = json!({ "Parameters": { "E": { "Type": "String" } }, "Conditions": conditions });
    survives("values compared", &[("t.json", template(mfa, compared))]);
}

#[test]
fn long_texts_and_lists() {
    let names: Vec<String> = (0..20_000).map(|at| format!("${{AWS::Region}}{}", at % 10)).collect();
    let text = names.concat();
    let compared = json!({ "Fn::Equals": [{ "Fn::Sub": text }, { "Fn::Sub": format!("{text}x") }] });
    let one = json!({ "Pool": pool(json!({ "UserPoolName": { "Fn::If": ["C", { "Fn::Sub": text }, "x"] } })) });
    survives("many holes", &[("t.json", template(one, json!({ "Conditions": { "C": compared } })))]);
    let join = json!({ "Fn::Join": ["x".repeat(100_000), vec!["y"; 50_000]] });
    let long = json!({ "Pool": pool(json!({ "UserPoolName": join })) });
    survives("a long delimiter", &[("t.json", template(long, json!({})))]);
    let commas = ",".repeat(1_000_000);
    let list = json!({ "Pool": pool(json!({ "X": { "Fn::Split": [",", commas] }, "Y": { "Ref": "E" } })) });
    let more = json!({ "Parameters": { "E": { "Type": "CommaDelimitedList", "Default": commas } } });
    says("commas", template(list, more), "a limit was reached");
}
