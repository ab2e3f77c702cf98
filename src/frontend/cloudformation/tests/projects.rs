//! More than one file: given values, nested stacks, assemblies.

use super::*;

#[test]
fn given_values_are_facts() {
    let sections = "Parameters:
  Mode: {Type: String, Default: 'OFF', AllowedValues: ['OFF', 'ON']}
  Names: {Type: CommaDelimitedList}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a}
";
    let template = format!(
        "{sections}Resources:\n  A:\n    Type: Test::A\n    Properties: {{V: !Ref Mode, N: !Ref Names, S: !Ref Stored, R: '{{{{resolve:ssm:/b}}}}'}}\n"
    );
    let given = Given {
        parameter_files: vec![("p.json".to_owned(), r#"{"Mode": "OFF", "Names": ["a", "b"], "Stored": "/b"}"#.into())],
        parameters: vec!["Mode=ON".to_owned(), "Mood=ON".to_owned()],
        ..Given::default()
    };
    let read = read_with(&[("t.yaml", &template)], &NoSchema, &given);
    let value = |name: &str| read.resource("A").properties.get(name);
    assert_eq!((value("V").as_str(), read.slice(value("V").span)), (Some("ON"), "ON"));
    assert_eq!(value("N").as_list().unwrap().items.len(), 2);
    assert_eq!(value("S").same(&value("R")), Tri::Yes);
    assert_eq!(read.said(), ["no template has a parameter `Mood`"]);
}

#[test]
fn amplify_keeps_values_beside_its_templates() {
    let template = "Parameters: {Mode: {Type: String}, Role: {Type: String}}
Resources: {A: {Type: Test::A, Properties: {V: !Ref Mode, R: !Ref Role}}}
";
    for (template_path, values_path) in [
        ("auth/x/x-cloudformation-template.yml", "auth/x/parameters.json"),
        ("auth/x/build/x-cloudformation-template.json", "auth/x/parameters.json"),
        ("auth/x/build/x-cloudformation-template.json", "auth/x/build/parameters.json"),
    ] {
        let values = r#"{"Mode": "ON", "Role": {"Fn::GetAtt": ["R", "Arn"]}}"#;
        let read = read_project(&[(template_path, template), (values_path, values)]);
        let resource = read.resource("A");
        assert_eq!(resource.properties.get("V").as_str(), Some("ON"), "{template_path}");
        assert!(resource.properties.get("R").is_unknown());
    }
    // The root template names the copy that it uploaded, and says what its parameters are.
    let root = |url: &str| {
        format!(
            r#"{{"Resources": {{"authx": {{"Type": "AWS::CloudFormation::Stack", "Properties": {{
                "TemplateURL": "https://s3.amazonaws.com/bucket/amplify-cfn-templates/{url}",
                "Parameters": {{"Mode": "OPTIONAL"}}}}}}}}}}"#
        )
    };
    for (path, count) in [("auth/x-cloudformation-template.json", 1), ("auth/cloudformation-template.json", 2)] {
        let name = path.strip_prefix("auth/").unwrap();
        let (first, second) = (format!("b/auth/x/build/{name}"), format!("b/auth/y/build/{name}"));
        let mut files = vec![(first.as_str(), template)];
        if count == 2 {
            files.push((second.as_str(), template));
        }
        let root = root(path);
        files.push(("b/awscloudformation/build/root-cloudformation-stack.json", &root));
        let read = read_project(&files);
        let known = read.resource("A").properties.get("V").as_str().map(str::to_owned);
        assert_eq!(known.as_deref(), if count == 1 { Some("OPTIONAL") } else { None }, "{path}");
    }
    let elsewhere = read_project(&[("auth/x/other.yml", template), ("auth/x/parameters.json", r#"{"Mode": "ON"}"#)]);
    assert!(elsewhere.resource("A").properties.get("V").is_unknown());
}

#[test]
fn other_files_are_left_alone() {
    let read = read_project(&[
        ("values.yaml", "a: 1"),
        ("resources.yaml", "Resources:\n  A: {Type: folder}\n  B: 1\n"),
        ("tsconfig.json", "{ // comment\n"),
        ("list.yaml", "- 1"),
        ("broken.yaml", "Resources: [AWS::Cognito::UserPool"),
    ]);
    assert_eq!(read.model.scopes.len(), 0);
    assert_eq!(read.model.files_read, 0);
    assert_eq!(read.model.diagnostics.len(), 1, "only what looks like a template: {:?}", read.said());
    assert!(!read.model.diagnostics[0].fatal);
}

#[test]
fn a_nested_stack_gets_its_parents_values_and_gives_its_outputs() {
    let parent = "Conditions:
  C: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Role: {Type: AWS::IAM::Role}
  Nested:
    Type: AWS::CloudFormation::Stack
    Condition: C
    Properties: {TemplateURL: ./nested/child.yaml, Parameters: {RoleArn: !GetAtt Role.Arn}}
  Use: {Type: Test::Use, Properties: {V: !GetAtt Nested.Outputs.Out, Bad: !GetAtt Nested.Outputs.Missing}}
";
    let read = read_project(&[("a/nested/child.yaml", CHILD), ("a/parent.yaml", parent)]);
    let names: Vec<&str> = read.model.scopes.iter().map(|scope| &*scope.name).collect();
    assert_eq!(names, ["a/parent.yaml", "a/parent.yaml/Nested"]);
    let role = read.resource("Role").id.clone();
    assert_eq!(read.value().as_unknown().unwrap().term, Term::Attribute(role, "Arn".into()));
    let inner = read.resource("A");
    assert!(matches!(inner.presence.decide(&Scenario::default()), Decision::Open(_)), "exists where its stack does");
    let used = read.resource("Use").properties.get("V");
    assert_eq!(used.as_unknown().unwrap().term, Term::Attribute(inner.id.clone(), "Id".into()));
    assert!(matches!(why(&read.resource("Use").properties.get("Bad")), Some(Why::TemplateAbsent(_))));
    assert_eq!(read.model.scopes[0].openings.len(), 0);
    assert_eq!(read.model.files_read, 2);
}

#[test]
fn a_nested_stack_without_template_is_an_opening() {
    let parent = "Resources:
  Role: {Type: AWS::IAM::Role}
  Other: {Type: AWS::IAM::Role}
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: 'https://example.test/x.yaml', Parameters: {R: !Ref Role}}
";
    let read = read(parent);
    let [opening] = read.model.scopes[0].openings.as_slice() else { panic!() };
    assert!(opening.may_touch(&read.resource("Role").id));
    assert!(!opening.may_touch(&read.resource("Other").id));
}

#[test]
fn stacks_that_nest_each_other_are_read_once() {
    let nesting = |other: &str| {
        format!("Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {other}}}\n")
    };
    let read = read_project(&[("a.yaml", &nesting("b.yaml")), ("b.yaml", &nesting("a.yaml"))]);
    let names: Vec<&str> = read.model.scopes.iter().map(|scope| &*scope.name).collect();
    assert_eq!(names, ["a.yaml", "a.yaml/N"]);
}

#[test]
fn an_assembly_says_what_is_deployed() {
    let manifest = r#"{"version": "99.0.0", "artifacts": {
        "Roles": {"type": "aws:cloudformation:stack", "environment": "aws://123456789012/eu-west-1",
            "properties": {"templateFile": "Roles.template.json", "stackName": "prod-roles", "parameters": {"P": "given"}}},
        "Pools": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": "Pools.template.json"}},
        "Pools.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Pools.assets.json"}},
        "Stage": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Stage"}},
        "Outside": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../../outside.template.json"}}}}"#;
    let roles = r#"{"Parameters": {"P": {"Type": "String"}},
        "Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"V": {"Fn::Sub": "${AWS::StackName}-${AWS::Region}-${P}"}}},
            "W": {"Type": "Custom::CrossRegionExportWriter", "Properties": {"WriterProps": {"exports": {"/cdk/exports/x": {"Fn::GetAtt": ["Role", "Arn"]}}}}}},
        "Outputs": {"O": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}, "Export": {"Name": "Roles:Arn"}}}}"#;
    let pools = r#"{"Resources": {
        "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {"Arn": {"Fn::ImportValue": "Roles:Arn"}, "Far": {"Fn::GetAtt": ["Reader", "/cdk/exports/x"]}}},
        "Reader": {"Type": "Custom::CrossRegionExportReader", "Properties": {"ReaderProps": {"imports": {"/cdk/exports/x": "{{resolve:ssm:/cdk/exports/x}}"}}}},
        "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": {"RoleArn": "arn"}, "TemplateURL": {"Fn::Join": ["", ["https://", {"Ref": "AWS::URLSuffix"}, "/abc123.json"]]}}}}}"#;
    let assets = r#"{"files": {"abc123": {"source": {"path": "PoolsNested.nested.template.json"}}, "def": {"source": {"path": "asset.def"}}}}"#;
    let stage = r#"{"artifacts": {"S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "S.template.json"}}}}"#;
    let small = r#"{"Resources": {"Small": {"Type": "Test::Small"}}}"#;
    let read = read_project(&[
        ("cdk.out/Pools.assets.json", assets),
        ("cdk.out/Pools.template.json", pools),
        ("cdk.out/PoolsNested.nested.template.json", CHILD),
        ("cdk.out/Roles.template.json", roles),
        ("cdk.out/Stale.template.json", small),
        ("cdk.out/asset.def/template.yaml", small),
        ("cdk.out/assembly-Stage/S.template.json", small),
        ("cdk.out/assembly-Stage/manifest.json", stage),
        ("cdk.out/manifest.json", manifest),
    ]);
    let names: Vec<&str> = read.model.scopes.iter().map(|scope| &*scope.name).collect();
    assert_eq!(names, ["S", "prod-roles", "Pools", "Pools/Nested"]);
    assert_eq!(read.model.files_read, 4);
    let roles = &read.model.scopes[1];
    assert_eq!((roles.account.as_str(), roles.region.as_str()), (Some("123456789012"), Some("eu-west-1")));
    assert!(read.model.scopes[2].account.is_unknown());
    assert_eq!(read.resource("Role").properties.get("V").as_str(), Some("prod-roles-eu-west-1-given"));
    let role = Term::Attribute(read.resource("Role").id.clone(), "Arn".into());
    for name in ["Roles:Arn", "/cdk/exports/x"] {
        assert_eq!(roles.exports[name].as_unknown().unwrap().term, role, "{name}");
    }
    let pool = &read.resource("Pool").properties;
    assert_eq!(pool.get("Arn").as_unknown().unwrap().term, Term::Export("Roles:Arn".into()));
    assert_eq!(pool.get("Far").as_unknown().unwrap().term, Term::Export("/cdk/exports/x".into()));
    assert_eq!(read.value().as_str(), Some("arn"), "the nested stack got its parameter");
}
