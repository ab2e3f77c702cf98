//! Every way in which a role gets a policy, in both languages: whether the role may publish, and whether more policies may be
//! attached than the input shows.

use super::*;
use crate::frontend::{Given, Input, InputKind, read};
use crate::graph::kinds::AllKinds;
use crate::iam::{Path, Sending, may_send};
use crate::source::{FileId, Loader, MemoryFiles, Span};
use crate::value::Tri;

const ALLOW: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]}"#;
const OTHER: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;

/// What is known of the role named first.
fn facts(path: &str, text: &str) -> Arc<RoleFacts> {
    let kind = match path.rsplit('/').next() {
        Some("plan.json") => InputKind::TerraformPlan,
        Some(name) if name.ends_with(".tf") || name.ends_with(".tf.json") => InputKind::Terraform,
        _ => InputKind::Template,
    };
    let files = MemoryFiles::default().with(path, text);
    let mut loader = Loader::new(&files);
    let file = loader.load(path).unwrap();
    let model = read(&[Input { path: path.into(), kind, file }], &mut loader, &AllKinds, &Given::default());
    assert!(model.diagnostics.is_empty(), "{:?}\n{text}", model.diagnostics);
    let graph = Graph::new(model, loader.into_map());
    role_facts(&graph, graph.of("role")[0], &Scenario::default())
}

fn verdict(facts: &RoleFacts) -> Tri {
    let nothing = Value::absent(Span::new(FileId(0), 0, 0));
    let sending = Sending {
        path: Path::Sns(nothing.clone()),
        account: nothing.clone(),
        region: nothing.clone(),
        role_arn: nothing,
    };
    may_send(facts, &sending, &Scenario::default()).verdict
}

/// `ROLE` stands for a role with a trust policy and whatever follows, `ALLOW` and `OTHER` for documents.
fn check(path: &str, role: &str, cases: &[(&str, Tri, bool)]) {
    for (text, expected, open) in cases {
        let text = text.replace("ROLE", role).replace("ALLOW", ALLOW).replace("OTHER", OTHER);
        let facts = facts(path, &text);
        assert_eq!(verdict(&facts), *expected, "{text}\n{:?}", facts.policies);
        assert_eq!(facts.open.is_some(), *open, "{text}\n{:?}", facts.open);
    }
}

#[test]
fn policies_in_templates() {
    let role = "Role:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: sms\n      AssumeRolePolicyDocument: {Statement: []}";
    check(
        "a.yaml",
        role,
        &[
            ("Resources:\n  ROLE", Tri::No, false),
            ("Resources:\n  ROLE\n      Policies: [{PolicyName: a, PolicyDocument: ALLOW}]", Tri::Yes, false),
            ("Resources:\n  ROLE\n      Policies: [{PolicyName: a, PolicyDocument: 'ALLOW'}]", Tri::Yes, false),
            ("Resources:\n  ROLE\n      Policies: [{PolicyName: a, PolicyDocument: OTHER}]", Tri::No, false),
            (
                "Resources:\n  ROLE\n      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/AmazonSNSFullAccess']",
                Tri::Yes,
                false,
            ),
            (
                "Resources:\n  ROLE\n      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSNSReadOnlyAccess']",
                Tri::No,
                false,
            ),
            (
                "Resources:\n  ROLE\n      ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/a']",
                Tri::Unknown,
                false,
            ),
            (
                "Resources:\n  ROLE\n  A:\n    Type: AWS::IAM::Policy\n    Properties: {PolicyName: a, Roles: [!Ref Role], PolicyDocument: ALLOW}",
                Tri::Yes,
                false,
            ),
            (
                "Resources:\n  ROLE\n  A:\n    Type: AWS::IAM::Policy\n    Properties: {PolicyName: a, Roles: [sms], PolicyDocument: ALLOW}",
                Tri::Yes,
                false,
            ),
            (
                "Resources:\n  ROLE\n  A:\n    Type: AWS::IAM::Policy\n    Properties: {PolicyName: a, Roles: [other], PolicyDocument: ALLOW}",
                Tri::No,
                false,
            ),
            (
                "Parameters:\n  P: {Type: String}\nResources:\n  ROLE\n  A:\n    Type: AWS::IAM::Policy\n    Properties: {PolicyName: a, Roles: [!Ref P], PolicyDocument: ALLOW}",
                Tri::Unknown,
                true,
            ),
            (
                "Resources:\n  ROLE\n  A:\n    Type: AWS::IAM::RolePolicy\n    Properties: {PolicyName: a, RoleName: !Ref Role, PolicyDocument: ALLOW}",
                Tri::Yes,
                false,
            ),
            (
                "Resources:\n  ROLE\n  A:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: {Roles: [!Ref Role], PolicyDocument: ALLOW}",
                Tri::Yes,
                false,
            ),
            (
                "Resources:\n  ROLE\n      ManagedPolicyArns: [!Ref A]\n  A:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: {PolicyDocument: ALLOW}",
                Tri::Yes,
                false,
            ),
        ],
    );
}

#[test]
fn boundaries_in_templates() {
    let role = "Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {Statement: []}\n      Policies: [{PolicyName: a, PolicyDocument: ALLOW}]";
    check(
        "a.yaml",
        role,
        &[
            ("Resources:\n  ROLE\n      PermissionsBoundary: arn:aws:iam::aws:policy/PowerUserAccess", Tri::Yes, false),
            ("Resources:\n  ROLE\n      PermissionsBoundary: arn:aws:iam::aws:policy/ReadOnlyAccess", Tri::No, false),
            ("Resources:\n  ROLE\n      PermissionsBoundary: arn:aws:iam::111122223333:policy/a", Tri::Unknown, false),
            (
                "Parameters:\n  P: {Type: String}\nConditions:\n  C: !Equals [!Ref P, a]\nResources:\n  ROLE\n      PermissionsBoundary: !If [C, arn:aws:iam::aws:policy/ReadOnlyAccess, !Ref AWS::NoValue]",
                Tri::Unknown,
                false,
            ),
            (
                "Parameters:\n  P: {Type: String}\nConditions:\n  C: !Equals [!Ref P, a]\nResources:\n  ROLE\n      PermissionsBoundary: !If [C, arn:aws:iam::aws:policy/PowerUserAccess, !Ref AWS::NoValue]",
                Tri::Unknown,
                false,
            ),
        ],
    );
}

#[test]
fn policies_in_terraform() {
    let role = "resource \"aws_iam_role\" \"r\" {\n  name = \"sms\"\n  assume_role_policy = \"{}\"";
    let own = "\n}\nresource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode(ALLOW)\n}\n";
    let case = |text: &str| text.replace("OWN", own);
    let texts = [
        ("ROLE\n}", Tri::No, false),
        ("ROLE\n  inline_policy {\n    name = \"a\"\n    policy = jsonencode(ALLOW)\n  }\n}", Tri::Yes, false),
        ("ROLE\n  inline_policy {}\n}", Tri::No, false),
        ("ROLE\n  managed_policy_arns = [\"arn:aws:iam::aws:policy/AmazonSNSFullAccess\"]\n}", Tri::Yes, false),
        (
            "ROLE\n}\nresource \"aws_iam_role_policy\" \"p\" {\n  role = aws_iam_role.r.id\n  policy = jsonencode(ALLOW)\n}",
            Tri::Yes,
            false,
        ),
        (
            "ROLE\n}\nresource \"aws_iam_role_policy\" \"p\" {\n  role = \"sms\"\n  policy = jsonencode(ALLOW)\n}",
            Tri::Yes,
            false,
        ),
        ("ROLEOWN", Tri::No, false),
        ("ROLE\n  managed_policy_arns = [aws_iam_policy.p.arn]OWN", Tri::Yes, false),
        (
            "ROLEOWNresource \"aws_iam_role_policy_attachment\" \"a\" {\n  role = aws_iam_role.r.name\n  policy_arn = aws_iam_policy.p.arn\n}",
            Tri::Yes,
            false,
        ),
        (
            "ROLEOWNresource \"aws_iam_policy_attachment\" \"a\" {\n  name = \"a\"\n  roles = [\"other\", aws_iam_role.r.name]\n  policy_arn = aws_iam_policy.p.arn\n}",
            Tri::Yes,
            false,
        ),
        (
            "ROLE\n}\nresource \"aws_iam_role_policy_attachment\" \"a\" {\n  for_each = toset([\"AmazonSNSFullAccess\", \"ReadOnlyAccess\"])\n  role = aws_iam_role.r.name\n  policy_arn = \"arn:aws:iam::aws:policy/${each.value}\"\n}",
            Tri::Yes,
            false,
        ),
        (
            "ROLEOWNvariable \"n\" {}\nresource \"aws_iam_role_policy_attachment\" \"a\" {\n  count = var.n\n  role = aws_iam_role.r.name\n  policy_arn = aws_iam_policy.p.arn\n}",
            Tri::Unknown,
            false,
        ),
        (
            "ROLE\n}\ndata \"aws_iam_policy\" \"p\" {\n  name = \"AmazonSNSFullAccess\"\n}\nresource \"aws_iam_role_policy_attachment\" \"a\" {\n  role = aws_iam_role.r.name\n  policy_arn = data.aws_iam_policy.p.arn\n}",
            Tri::Yes,
            false,
        ),
        (
            "ROLE\n}\ndata \"aws_iam_policy\" \"p\" {\n  arn = \"arn:aws:iam::aws:policy/ReadOnlyAccess\"\n}\nresource \"aws_iam_role_policy_attachment\" \"a\" {\n  role = aws_iam_role.r.name\n  policy_arn = data.aws_iam_policy.p.arn\n}",
            Tri::No,
            false,
        ),
        (
            "ROLE\n}\ndata \"aws_iam_policy\" \"p\" {\n  name = \"ours\"\n}\nresource \"aws_iam_role_policy_attachment\" \"a\" {\n  role = aws_iam_role.r.name\n  policy_arn = data.aws_iam_policy.p.arn\n}",
            Tri::Unknown,
            false,
        ),
        (
            "ROLE\n}\nmodule \"m\" {\n  source = \"example/nowhere\"\n  role = aws_iam_role.r.name\n}",
            Tri::Unknown,
            true,
        ),
    ];
    let texts: Vec<(String, Tri, bool)> = texts.iter().map(|(text, tri, open)| (case(text), *tri, *open)).collect();
    let cases: Vec<(&str, Tri, bool)> = texts.iter().map(|(text, tri, open)| (text.as_str(), *tri, *open)).collect();
    check("a.tf", role, &cases);
}

#[test]
fn more_policies_than_a_role_can_have_leave_it_open() {
    let role = "Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {Statement: []}";
    let with = |number: usize| {
        let policy = |i| format!("\n        - {{PolicyName: p{i}, PolicyDocument: ALLOW}}");
        format!("Resources:\n  ROLE\n      Policies:{}", (0..number).map(policy).collect::<String>())
    };
    check("a.yaml", role, &[(&with(256), Tri::Yes, false), (&with(257), Tri::Unknown, true)]);
}

#[test]
fn exclusive_lists_in_terraform() {
    let role = "resource \"aws_iam_role\" \"r\" {\n  name = \"sms\"\n  assume_role_policy = \"{}\"\n}\nresource \"aws_iam_role_policy\" \"p\" {\n  name = \"send\"\n  role = aws_iam_role.r.id\n  policy = jsonencode(ALLOW)\n}\nresource \"aws_iam_policy\" \"m\" {\n  policy = jsonencode(OTHER)\n}\n";
    let only = |names: &str| {
        format!(
            "ROLEresource \"aws_iam_role_policies_exclusive\" \"e\" {{\n  role_name = aws_iam_role.r.name\n  policy_names = [{names}]\n}}"
        )
    };
    let managed = |arns: &str| {
        format!(
            "ROLEresource \"aws_iam_role_policy_attachments_exclusive\" \"e\" {{\n  role_name = aws_iam_role.r.name\n  policy_arns = [{arns}]\n}}"
        )
    };
    let texts = [
        (only("aws_iam_role_policy.p.name"), Tri::Yes, false),
        (only("\"send\""), Tri::Yes, false),
        (only("\"other\""), Tri::Unknown, true),
        (only(""), Tri::Unknown, false),
        (managed(""), Tri::Yes, false),
        (managed("aws_iam_policy.m.arn"), Tri::Yes, false),
    ];
    let cases: Vec<(&str, Tri, bool)> = texts.iter().map(|(text, tri, open)| (text.as_str(), *tri, *open)).collect();
    check("a.tf", role, &cases);
}

#[test]
fn policies_of_the_cloud_control_provider() {
    let role = "resource \"awscc_iam_role\" \"r\" {\n  role_name = \"sms\"\n  assume_role_policy_document = \"{}\"";
    check(
        "a.tf",
        role,
        &[
            ("ROLE\n}", Tri::No, false),
            ("ROLE\n  policies = [{ policy_name = \"a\", policy_document = jsonencode(ALLOW) }]\n}", Tri::Yes, false),
            ("ROLE\n  managed_policy_arns = [\"arn:aws:iam::aws:policy/AmazonSNSFullAccess\"]\n}", Tri::Yes, false),
            (
                "ROLE\n}\nresource \"awscc_iam_role_policy\" \"p\" {\n  policy_name = \"a\"\n  role_name = awscc_iam_role.r.role_name\n  policy_document = jsonencode(ALLOW)\n}",
                Tri::Yes,
                false,
            ),
            (
                "ROLE\n}\nresource \"awscc_iam_managed_policy\" \"p\" {\n  policy_document = jsonencode(ALLOW)\n  roles = [awscc_iam_role.r.id]\n}",
                Tri::Yes,
                false,
            ),
            (
                "ROLE\n  managed_policy_arns = [awscc_iam_managed_policy.p.policy_arn]\n}\nresource \"awscc_iam_managed_policy\" \"p\" {\n  policy_document = jsonencode(ALLOW)\n}",
                Tri::Yes,
                false,
            ),
        ],
    );
}

/// A document as JSON holds it: in a string.
fn quoted(document: &str) -> String {
    serde_json::Value::from(document).to_string()
}

#[test]
fn policies_of_the_cloud_control_provider_in_json_syntax() {
    let role = |rest: &str| {
        format!(r#""awscc_iam_role": {{"r": {{"role_name": "sms", "assume_role_policy_document": "{{}}"{rest}}}}}"#)
    };
    let inline =
        |document: &str| format!(r#", "policies": [{{"policy_name": "a", "policy_document": {}}}]"#, quoted(document));
    let own = format!(
        r#""awscc_iam_role_policy": {{"p": {{"policy_name": "a", "role_name": "${{awscc_iam_role.r.role_name}}", "policy_document": {}}}}}"#,
        quoted(ALLOW)
    );
    let bounded = format!(r#"{}, "permissions_boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess""#, inline(ALLOW));
    let texts = [
        (role(""), Tri::No, false),
        (role(&inline(ALLOW)), Tri::Yes, false),
        (role(&inline(OTHER)), Tri::No, false),
        (role(&bounded), Tri::No, false),
        (format!("{}, {own}", role("")), Tri::Yes, false),
    ];
    let texts = texts.map(|(resources, tri, open)| (format!(r#"{{"resource": {{{resources}}}}}"#), tri, open));
    let cases: Vec<(&str, Tri, bool)> = texts.iter().map(|(text, tri, open)| (text.as_str(), *tri, *open)).collect();
    check("a.tf.json", "", &cases);
}

#[test]
fn policies_of_the_cloud_control_provider_in_a_plan() {
    let text = |policies: &str, others: &[(&str, String)]| {
        let own = format!(
            r#""role_name": "sms", "assume_role_policy_document": "{{}}", "policies": {policies}, "managed_policy_arns": null, "permissions_boundary": null"#
        );
        let resources: Vec<(&str, String)> =
            std::iter::once(("awscc_iam_role.r", own)).chain(others.iter().cloned()).collect();
        let each = |of: &dyn Fn(&str, &str, &str) -> String| -> String {
            let texts = resources.iter().map(|(address, values)| {
                let (kind, name) = address.split_once('.').unwrap();
                format!(
                    r#"{{"address": "{address}", "mode": "managed", "type": "{kind}", "name": "{name}", {}}}"#,
                    of(address, kind, values)
                )
            });
            texts.collect::<Vec<_>>().join(", ")
        };
        let values = each(&|_, _, values| format!(r#""values": {{{values}}}"#));
        let changes = each(&|_, _, values| {
            format!(
                r#""change": {{"actions": ["create"], "before": null, "after": {{{values}}}, "after_unknown": {{"arn": true, "id": true}}}}"#
            )
        });
        format!(
            r#"{{"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {{"root_module": {{"resources": [{values}]}}}}, "resource_changes": [{changes}]}}"#
        )
    };
    let inline = |document: &str| format!(r#"[{{"policy_name": "a", "policy_document": {}}}]"#, quoted(document));
    let own = |document: &str| {
        let values = format!(r#""policy_name": "a", "role_name": "sms", "policy_document": {}"#, quoted(document));
        ("awscc_iam_role_policy.p", values)
    };
    let texts = [
        (text("null", &[]), Tri::No, false),
        (text(&inline(ALLOW), &[]), Tri::Yes, false),
        (text(&inline(OTHER), &[]), Tri::No, false),
        (text("null", &[own(ALLOW)]), Tri::Yes, false),
        (text("null", &[own(OTHER)]), Tri::No, false),
    ];
    let cases: Vec<(&str, Tri, bool)> = texts.iter().map(|(text, tri, open)| (text.as_str(), *tri, *open)).collect();
    check("plan.json", "", &cases);
}

#[test]
fn policies_of_serverless_functions() {
    let function = |policies: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties: {{Runtime: python3.13, Handler: a.b, InlineCode: x, Policies: {policies}}}"
        )
    };
    let texts = [
        (function("[]"), Tri::No, false),
        (function("AmazonSNSFullAccess"), Tri::Yes, false),
        (function("[AmazonSNSReadOnlyAccess]"), Tri::No, false),
        (function("[{SNSPublishMessagePolicy: {TopicName: news}}]"), Tri::No, false),
        (function("[{SNSCrudPolicy: {TopicName: news}}]"), Tri::No, false),
        (function("[ALLOW]"), Tri::Yes, false),
        (function("[OTHER, 'arn:aws:iam::111122223333:policy/ours']"), Tri::Unknown, false),
    ];
    let cases: Vec<(&str, Tri, bool)> = texts.iter().map(|(text, tri, open)| (text.as_str(), *tri, *open)).collect();
    check("a.yaml", "", &cases);
}

#[test]
fn boundaries_and_misplaced_policies_in_terraform() {
    let role = "resource \"aws_iam_role\" \"r\" {\n  name = \"sms\"\n  assume_role_policy = \"{}\"\n  inline_policy {\n    name = \"a\"\n    policy = jsonencode(ALLOW)\n  }";
    let bounded = |arn: &str| format!("ROLE\n  permissions_boundary = {arn}\n}}");
    let own = |document: &str| {
        let policy = format!("\nresource \"aws_iam_policy\" \"b\" {{\n  policy = jsonencode({document})\n}}");
        bounded("aws_iam_policy.b.arn") + &policy
    };
    let texts = [
        (bounded("\"arn:aws:iam::aws:policy/PowerUserAccess\""), Tri::Yes, false),
        (bounded("\"arn:aws:iam::aws:policy/ReadOnlyAccess\""), Tri::No, false),
        (bounded("null"), Tri::Yes, false),
        (own("ALLOW"), Tri::Yes, false),
        (own("OTHER"), Tri::No, false),
        (
            "resource \"aws_iam_role\" \"r\" {\n  assume_role_policy = \"{}\"\n  managed_policy_arns = [\"arn:aws:iam::aws:policy/service-role/AmazonSNSFullAccess\"]\n}".to_owned(),
            Tri::No,
            false,
        ),
    ];
    let cases: Vec<(&str, Tri, bool)> = texts.iter().map(|(text, tri, open)| (text.as_str(), *tri, *open)).collect();
    check("a.tf", role, &cases);
}
