//! Inputs that cannot matter are not read. That changes no finding: what is found is what is found when everything is read.

#[allow(dead_code, reason = "shared with tests that ask for more of it")]
#[path = "support/mod.rs"]
mod support;

use coglint::frontend::Given;
use coglint::{Options, Report};
use std::path::{Path, PathBuf};
use support::{entries, name, project, testdata, texts};

/// A pool whose role is `role`, with more of the template before and after it.
fn pool(role: &str, more: &str) -> String {
    format!(
        "Resources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      MfaConfiguration: 'ON'\n      \
         EnabledMfas: [SMS_MFA]\n      SmsConfiguration: {{SnsCallerArn: {role}, ExternalId: shop-sms-id}}\n{more}"
    )
}

const TRUST: &str = "AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: \
                     cognito-idp.amazonaws.com}, Action: 'sts:AssumeRole', Condition: {StringEquals: {'sts:ExternalId': \
                     shop-sms-id}}}]}";

/// A role that nothing lets Cognito assume; no word of Cognito is in it.
const STRANGE_TRUST: &str = "AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: \
                             {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}";

const PUBLISH: &str = "PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'sns:Publish', \
                       Resource: '*'}]}";

fn role(properties: &str) -> String {
    format!("  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      {properties}\n")
}

fn terraform_pool(role: &str) -> String {
    format!(
        "resource \"aws_cognito_user_pool\" \"p\" {{\n  name = \"p\"\n  mfa_configuration = \"ON\"\n  sms_configuration {{\n    \
         sns_caller_arn = {role}\n    external_id = \"shop-sms-id\"\n  }}\n}}\n"
    )
}

const TERRAFORM_TRUST: &str = "  assume_role_policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { \
                               Service = \"cognito-idp.amazonaws.com\" }, Action = \"sts:AssumeRole\", Condition = { \
                               StringEquals = { \"sts:ExternalId\" = \"shop-sms-id\" } } }] })\n";

const TERRAFORM_PUBLISH: &str = "policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"sns:Publish\", \
                                 Resource = \"*\" }] })\n";

/// Projects of which one file holds no word of Cognito and decides what is found all the same: that file last.
fn reaching() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let exported = format!(
        "Resources:\n{}Outputs:\n  Arn: {{Value: !GetAtt Role.Arn, Export: {{Name: sms-role-arn}}}}\n",
        role(STRANGE_TRUST)
    );
    let named_role = role(&format!("RoleName: shop-sms\n      {TRUST}"));
    let policy = |roles: &str| {
        format!(
            "Resources:\n  Policy:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyName: sms\n      Roles: \
             [{roles}]\n      {PUBLISH}\n"
        )
    };
    let parent = |nested: &str| {
        format!(
            "Resources:\n  Auth:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: \
             ./{nested}\n      Parameters: {{Mfa: 'OFF'}}\n"
        )
    };
    let child = "Parameters:\n  Mfa: {Type: String}\nResources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n    \
                 Properties:\n      MfaConfiguration: !Ref Mfa\n      EnabledMfas: [SMS_MFA]\n"
        .to_owned();
    let role_and_export = format!("{named_role}Outputs:\n  R: {{Value: !Ref Role, Export: {{Name: sms-role-name}}}}\n");
    let named = format!(
        "resource \"aws_iam_role\" \"sms\" {{\n  name = \"shop-sms\"\n{TERRAFORM_TRUST}}}\n{}",
        terraform_pool("aws_iam_role.sms.arn")
    );
    vec![
        ("an import", vec![("a.yaml", pool("!ImportValue sms-role-arn", "")), ("b.yaml", exported)]),
        (
            "a policy with the role's name",
            vec![("a.yaml", pool("!GetAtt Role.Arn", &named_role)), ("b.yaml", policy("shop-sms"))],
        ),
        (
            "a policy that imports the role's name",
            vec![
                ("a.yaml", pool("!GetAtt Role.Arn", &role_and_export)),
                ("b.yaml", policy("!ImportValue sms-role-name")),
            ],
        ),
        (
            "a role by its ARN",
            vec![
                ("a.yaml", pool("'arn:aws:iam::111122223333:role/sms/shop-sms'", "")),
                ("b.yaml", format!("Resources:\n{}", role(&format!("RoleName: shop-sms\n      Path: /sms/\n      {STRANGE_TRUST}")))),
            ],
        ),
        (
            "a nested stack whose template is no input of its own",
            vec![("auth.txt", child.clone()), ("main.yaml", parent("auth.txt"))],
        ),
        ("a nested stack", vec![("auth.yaml", child.clone()), ("main.yaml", parent("auth.yaml"))]),
        (
            "a module",
            vec![
                ("main.tf", format!("module \"role\" {{\n  source = \"./role\"\n}}\n{}", terraform_pool("module.role.arn"))),
                (
                    "role/main.tf",
                    "resource \"aws_iam_role\" \"r\" {\n  name = \"r\"\n  assume_role_policy = jsonencode({ Version = \
                     \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { Service = \"lambda.amazonaws.com\" }, \
                     Action = \"sts:AssumeRole\" }] })\n}\noutput \"arn\" {\n  value = aws_iam_role.r.arn\n}\n"
                        .to_owned(),
                ),
            ],
        ),
        (
            "a root module that calls the pool's",
            vec![
                ("pool/main.tf", format!("variable \"role\" {{}}\n{}", terraform_pool("var.role"))),
                ("main.tf", "module \"auth\" {\n  source = \"./pool\"\n  role = \"not an ARN\"\n}\n".to_owned()),
            ],
        ),
        (
            "a policy of another root module with the role's name",
            vec![
                ("auth/main.tf", named),
                (
                    "sms/main.tf",
                    format!("locals {{\n  role = \"shop-sms\"\n}}\nresource \"aws_iam_role_policy\" \"p\" {{\n  role = local.role\n  {TERRAFORM_PUBLISH}}}\n"),
                ),
            ],
        ),
        (
            "another root module's state",
            vec![
                (
                    "auth/main.tf",
                    format!(
                        "data \"terraform_remote_state\" \"r\" {{\n  backend = \"s3\"\n  config = {{\n    bucket = \"b\"\n    key = \
                         \"roles.tfstate\"\n    region = \"us-east-1\"\n  }}\n}}\n{}",
                        terraform_pool("data.terraform_remote_state.r.outputs.arn")
                    ),
                ),
                (
                    "roles/main.tf",
                    "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"roles.tfstate\"\n    region = \
                     \"us-east-1\"\n  }\n}\nresource \"aws_iam_role\" \"r\" {\n  name = \"r\"\n  assume_role_policy = \
                     jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { Service = \
                     \"lambda.amazonaws.com\" }, Action = \"sts:AssumeRole\" }] })\n}\noutput \"arn\" {\n  value = \
                     aws_iam_role.r.arn\n}\n"
                        .to_owned(),
                ),
            ],
        ),
    ]
}

fn lint(files: &[(String, String)], read_all: bool) -> Report {
    let (memory, found) = project(files);
    // Two stacks have one role of a name where both are known to be in one account.
    let given = Given { account: Some("111122223333".to_owned()), ..Given::default() };
    coglint::lint(&memory, &found, &Options { given, read_all, ..Options::default() })
}

/// What a person sees of the rules: findings and what could not be decided.
fn seen(report: &Report) -> (Vec<String>, Vec<String>) {
    let findings = report.findings.iter().map(|finding| {
        let (span, rule) = (finding.primary.span, &finding.rule.id);
        let place = report.sources.path(span.file);
        format!("{place}:{:?} {rule} {:?}: {}", span.range(), finding.level, finding.message)
    });
    let undecided = report.undecided.iter().map(|check| format!("{} {} {}", check.rule, check.resource, check.because));
    (findings.collect(), undecided.collect())
}

#[test]
fn what_reaches_a_pool_is_read() {
    for (what, files) in reaching() {
        let files: Vec<(String, String)> = files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
        let all = seen(&lint(&files, true));
        assert_eq!(seen(&lint(&files, false)), all, "{what}");
        let (last, others) = files.split_last().expect("files");
        assert_ne!(seen(&lint(others, true)), all, "{what}: {} decides", last.0);
        assert!(!last.1.contains("ognito"), "{what}: no word of Cognito in {}", last.0);
    }
}

#[test]
fn what_cannot_matter_is_not_read() {
    let broken = ("b.yaml".to_owned(), "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: [\n".to_owned());
    let files = vec![("a.yaml".to_owned(), pool("!Ref Nothing", "")), broken.clone()];
    assert!(lint(&files, false).diagnostics.iter().all(|told| !told.fatal));
    assert!(lint(&files, true).diagnostics.iter().any(|told| told.fatal), "it is broken");
    assert!(lint(&[broken], false).diagnostics.is_empty());
}

/// All fixtures of a rule as one project, each in a folder of its own.
fn together(rule: &Path) -> Vec<(String, String)> {
    let in_folder = |case: &PathBuf| {
        let folder = name(case).to_owned();
        texts(case).into_iter().map(move |(path, text)| (format!("{folder}/{path}"), text))
    };
    entries(rule).iter().flat_map(in_folder).collect()
}

#[test]
fn the_fixtures_of_all_rules_are_found_alike() {
    let mut found = 0;
    for rule in &entries(&testdata("rules")) {
        let files = together(rule);
        let (some, all) = (seen(&lint(&files, false)), seen(&lint(&files, true)));
        assert_eq!(some, all, "{}", rule.display());
        found += all.0.len();
    }
    assert!(found > 300, "{found} findings");
}

/// A rule of one's own widens what is read, and what is known of it: no word of Cognito stands in these files.
#[test]
fn what_an_own_rule_looks_at_is_read() {
    let table = [
        (
            "AWS::SNS::Topic",
            "DisplayName",
            "a.yaml",
            "Resources:\n  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: x}}\n",
        ),
        (
            "aws_dynamodb_table",
            "billing_mode",
            "main.tf",
            "resource \"aws_dynamodb_table\" \"t\" {\n  billing_mode = \"x\"\n}\n",
        ),
    ];
    for (kind, property, path, text) in table {
        let rule = format!(
            "//! No x\nrule \"no-x\" #{{ level: \"error\" }} for \"{kind}\" |it| {{\n    require it.properties.{property} != \
             \"x\" else \"x\" at it;\n}}\n"
        );
        let (memory, found) = project(&[(path.to_owned(), text.to_owned())]);
        let options = Options { rules: vec![("no-x.rhai".to_owned(), rule.into())], ..Options::default() };
        let report = coglint::lint(&memory, &found, &options);
        assert_eq!(report.diagnostics, [], "{kind}");
        assert_eq!(report.findings.len(), 1, "{kind}: {:?}", report.undecided);
        assert_eq!(
            coglint::lint(&memory, &found, &Options::default()).resources,
            [],
            "{kind}: nobody else looks at it"
        );
    }
}
