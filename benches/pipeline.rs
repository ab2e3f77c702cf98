//! How fast the stages of a run are: parsing, resolving, and rules; each on generated templates of a size that grows, so that a
//! cost that does not grow in step shows at once.

#![allow(missing_docs, unreachable_pub, reason = "a benchmark, not the product")]

use coglint::discover::Found;
use coglint::frontend::{Given, InputKind};
use coglint::source::{FileId, MemoryFiles};
use coglint::syntax::{hcl, json, yaml};
use coglint::{Options, graph, lint};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

/// A template with so many pools, each with a role and a client.
fn template(pools: usize) -> String {
    let mut text = String::from("Parameters:\n  ExternalId:\n    Type: String\n    Default: shop\nResources:\n");
    for pool in 0..pools {
        let _ = write!(
            text,
            "  Role{pool}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {{Service: cognito-idp.amazonaws.com}}
            Action: sts:AssumeRole
            Condition: {{StringEquals: {{sts:ExternalId: !Ref ExternalId}}}}
      Policies:
        - PolicyName: sms
          PolicyDocument: {{Statement: [{{Effect: Allow, Action: 'sns:Publish', Resource: '*'}}]}}
  Pool{pool}:
    Type: AWS::Cognito::UserPool
    Properties:
      MfaConfiguration: 'ON'
      EnabledMfas: [SMS_MFA]
      SmsConfiguration: {{SnsCallerArn: !GetAtt 'Role{pool}.Arn', ExternalId: !Ref ExternalId}}
  Client{pool}:
    Type: AWS::Cognito::UserPoolClient
    Properties: {{UserPoolId: !Ref 'Pool{pool}', AllowedOAuthScopes: [openid]}}
"
        );
    }
    text
}

/// The same size of text in JSON: a list of policies.
fn policies(count: usize) -> String {
    let statement = serde_json::json!({ "Effect": "Allow", "Action": ["sns:Publish", "logs:*"], "Resource": "*" });
    let document = serde_json::json!({ "Version": "2012-10-17", "Statement": [statement] });
    serde_json::json!({ "Resources": vec![document; count] }).to_string()
}

/// A root module with so many pools.
fn module(pools: usize) -> String {
    let mut text = String::from("variable \"external_id\" {\n  default = \"shop\"\n}\n");
    for pool in 0..pools {
        let _ = write!(
            text,
            r#"resource "aws_iam_role" "r{pool}" {{
  name               = "sms-{pool}"
  assume_role_policy = jsonencode({{ Statement = [{{ Effect = "Allow", Principal = {{ Service = "cognito-idp.amazonaws.com" }}, Action = "sts:AssumeRole" }}] }})
}}
resource "aws_cognito_user_pool" "p{pool}" {{
  name              = "pool-{pool}"
  mfa_configuration = "ON"
  sms_configuration {{
    sns_caller_arn = aws_iam_role.r{pool}.arn
    external_id    = var.external_id
  }}
}}
"#
        );
    }
    text
}

fn project(path: &str, kind: InputKind, text: &str) -> (MemoryFiles, Vec<Found>) {
    let found = Found { path: path.into(), kind, text: Arc::from(text), named: false };
    (MemoryFiles::default().with(path, text), vec![found])
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    let (yaml_text, json_text, hcl_text) = (template(100), policies(1_000), module(200));
    let file = FileId(0);
    let bytes = |text: &str| Throughput::Bytes(u64::try_from(text.len()).unwrap_or(u64::MAX));
    group.throughput(bytes(&yaml_text));
    group.bench_function("yaml", |bencher| bencher.iter(|| black_box(yaml::parse(file, &yaml_text))));
    group.throughput(bytes(&json_text));
    group.bench_function("json", |bencher| bencher.iter(|| black_box(json::parse(file, &json_text))));
    group.throughput(bytes(&hcl_text));
    group.bench_function("hcl", |bencher| bencher.iter(|| black_box(hcl::parse(file, &hcl_text))));
    group.finish();
}

/// Reading, resolving and linking, without rules.
fn resolving(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("resolve");
    for pools in [1, 10, 100] {
        group.throughput(Throughput::Elements(pools));
        let count = usize::try_from(pools).unwrap_or(usize::MAX);
        for (name, path, kind, text) in [
            ("cloudformation", "template.yaml", InputKind::Template, template(count)),
            ("terraform", "main.tf", InputKind::Terraform, module(count)),
        ] {
            let (files, found) = project(path, kind, &text);
            group.bench_function(BenchmarkId::new(name, pools), |bencher| {
                bencher.iter(|| black_box(graph(&files, &found, &Given::default())));
            });
        }
    }
    group.finish();
}

/// The whole run with all rules; what it takes beyond `resolve` is theirs.
fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rules");
    for pools in [0, 1, 10, 100] {
        group.throughput(Throughput::Elements(pools));
        let count = usize::try_from(pools).unwrap_or(usize::MAX);
        let (files, found) = project("template.yaml", InputKind::Template, &template(count));
        group.bench_function(BenchmarkId::new("all", pools), |bencher| {
            bencher.iter(|| black_box(lint(&files, &found, &Options::default())));
        });
    }
    group.finish();
}

criterion_group!(benches, parsing, resolving, rules);
criterion_main!(benches);
