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
    let kind = if path.ends_with(".tf") { InputKind::Terraform } else { InputKind::Template };
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
