//! What conditions and parameters cost that no rule looks at: templates with one user pool, one role, and many of them.
//! `tests/scenarios.rs` holds that they change no finding.

#![allow(missing_docs, unreachable_pub, clippy::indexing_slicing, reason = "a benchmark, not the product")]

use coglint::discover::Found;
use coglint::frontend::InputKind;
use coglint::source::MemoryFiles;
use coglint::{Options, lint};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use serde_json::{Value as Json, json};
use std::hint::black_box;

/// A pool whose MFA mode and tier depend on parameters, and the role that sends its text messages.
fn small() -> Json {
    json!({
        "Parameters": {
            "Env": {"Type": "String", "AllowedValues": ["dev", "prod"], "Default": "dev"},
            "Mode": {"Type": "String", "Default": "OPTIONAL"},
        },
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
        "Resources": {
            "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {
                "MfaConfiguration": {"Fn::If": ["Prod", "ON", {"Ref": "Mode"}]},
                "EnabledMfas": ["SMS_MFA", "EMAIL_OTP"],
                "UserPoolTier": {"Fn::If": ["Prod", "PLUS", "LITE"]},
                "SmsConfiguration": {"SnsCallerArn": {"Fn::GetAtt": ["Role", "Arn"]}, "ExternalId": "shop"},
            }},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "cognito-idp.amazonaws.com"},
                    "Condition": {"StringEquals": {"sts:ExternalId": "shop"}}}]},
                "Policies": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]}}],
            }},
        },
    })
}

/// With conditions each of which is made of the one before, and a resource under each.
fn with_conditions(count: usize) -> String {
    let mut template = small();
    template["Parameters"]["First"] = json!({"Type": "String", "Default": "a"});
    template["Conditions"]["Chain0"] = json!({"Fn::Equals": [{"Ref": "First"}, "b"]});
    for at in 1..=count {
        let own = json!({"Fn::Equals": [{"Ref": "First"}, format!("{at}")]});
        let before = json!({"Condition": format!("Chain{}", at - 1)});
        let function = if at % 2 == 0 { "Fn::And" } else { "Fn::Or" };
        template["Conditions"][format!("Chain{at}")] = json!({ function: [before, {"Fn::Not": [own]}] });
        template["Resources"][format!("Topic{at}")] = json!({"Type": "AWS::SNS::Topic", "Condition": format!("Chain{at}"),
            "Properties": {"DisplayName": {"Fn::If": [format!("Chain{at}"), "x", "y"]}}});
    }
    template.to_string()
}

/// With parameters, and a resource that uses each.
fn with_parameters(count: usize) -> String {
    let mut template = small();
    for at in 0..count {
        template["Parameters"][format!("Other{at}")] =
            json!({"Type": "String", "Default": "a", "AllowedValues": ["a", "b", "c"]});
        template["Resources"][format!("Topic{at}")] =
            json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": format!("Other{at}")}}});
    }
    template.to_string()
}

/// Lints a template; the number of findings.
fn run(template: &str) -> usize {
    let files = MemoryFiles::default().with("t.json", template);
    let found = [Found { path: "t.json".into(), kind: InputKind::Template, text: template.into(), named: false }];
    lint(&files, &found, &Options::default()).findings.len()
}

fn scenarios(criterion: &mut Criterion) {
    let plain = run(&small().to_string());
    assert!(plain > 0, "the template has findings");
    let mut group = criterion.benchmark_group("scenarios");
    group.sample_size(10);
    for count in [0, 15, 30, 60, 120, 240] {
        let template = with_conditions(count);
        assert_eq!(run(&template), plain);
        let id = BenchmarkId::new("irrelevant conditions", count);
        group.bench_with_input(id, &template, |bencher, template| bencher.iter(|| black_box(run(template))));
    }
    for count in [0, 50, 100, 200, 400] {
        let template = with_parameters(count);
        assert_eq!(run(&template), plain);
        let id = BenchmarkId::new("irrelevant parameters", count);
        group.bench_with_input(id, &template, |bencher, template| bencher.iter(|| black_box(run(template))));
    }
    group.finish();
}

criterion_group!(benches, scenarios);
criterion_main!(benches);
