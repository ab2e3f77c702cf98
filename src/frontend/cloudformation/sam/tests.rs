use super::super::tests::{Read, read, read_with};
use crate::frontend::{Given, Resource};
use crate::value::{Data, Term, Tri, Value};

const SAM: &str = "Transform: AWS::Serverless-2016-10-31\n";

fn sam(text: &str) -> Read {
    read(&format!("{SAM}{text}"))
}

fn list(value: &Value) -> Vec<Value> {
    value.as_list().map(|list| list.items.clone()).unwrap_or_default()
}

/// `translated.json` is what the transform's own code made of `template.yaml`.
#[test]
fn the_transform_is_followed() {
    let given = Given { region: Some("eu-west-1".to_owned()), ..Given::default() };
    let read = |path: &str, text: &str| read_with(&[(path, text)], &super::super::tests::NoSchema, &given);
    let ours = read("t.yaml", include_str!("../../../../testdata/values/sam/template.yaml"));
    let theirs = read("t.yaml", include_str!("../../../../testdata/values/sam/translated.json"));
    let opaque = |resource: &&Resource| !["Api", "ApiApiGatewayDefaultStage"].contains(&&*resource.id.address);
    let mut count = 0;
    for expected in theirs.model.resources.iter().filter(opaque) {
        let resource = ours.resource(&expected.id.address);
        assert_eq!(resource.type_name, expected.type_name, "{}", resource.id.address);
        assert_eq!(resource.presence.term(), expected.presence.term(), "{}", resource.id.address);
        assert_eq!(sorted(&resource.properties.term()), sorted(&expected.properties.term()), "{}", resource.id.address);
        count += 1;
    }
    assert_eq!((count, ours.model.resources.iter().filter(opaque).count()), (9, 9));
    assert!(ours.model.scopes[0].openings.is_empty());
}

/// The pieces of a term, in which the entries of maps keep their order.
fn sorted(term: &Term) -> Vec<String> {
    let shown = format!("{term:?}");
    let mut pieces: Vec<String> = shown.split(['(', ')', ',']).map(str::to_owned).collect();
    pieces.sort();
    pieces
}

#[test]
fn globals_are_merged() {
    let read = sam("Globals:
  Function:
    RolePath: /app/
    Timeout: 3
    Architectures: [x86_64]
    Environment: {Variables: {A: '1', B: '2'}}
    Layers: [one]
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Timeout: 9, Architectures: [arm64], Environment: {Variables: {B: '3'}}, Layers: [two]}
");
    let function = &read.resource("F").properties;
    let texts =
        |value: Value| -> Vec<String> { list(&value).iter().map(|item| item.as_str().unwrap().to_owned()).collect() };
    assert_eq!(function.get("Timeout").as_number().unwrap().as_i64(), Some(9));
    assert_eq!(texts(function.get("Architectures")), ["arm64"]);
    assert_eq!(texts(function.get("Layers")), ["one", "two"]);
    let variables = function.get("Environment").get("Variables");
    assert_eq!((variables.get("A").as_str(), variables.get("B").as_str()), (Some("1"), Some("3")));
    assert_eq!(read.resource("FRole").properties.get("Path").as_str(), Some("/app/"));
}

#[test]
fn a_given_role_is_the_role() {
    let read = sam("Resources:
  R: {Type: AWS::IAM::Role}
  F: {Type: AWS::Serverless::Function, Properties: {Role: !GetAtt R.Arn, Policies: [X]}}
");
    assert!(read.model.resources.iter().all(|resource| &*resource.id.address != "FRole"));
    assert!(read.resource("F").properties.get("Role").is_unknown());
    assert!(read.model.scopes[0].openings.is_empty());
}

#[test]
fn policy_templates_say_which_service_they_are_about() {
    let read = sam("Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - DynamoDBCrudPolicy: {TableName: t}
        - SNSCrudPolicy: {TopicName: !GetAtt T.TopicName}
        - PolicyOfTomorrow: {}
        - !If [C, {Statement: []}, !Ref AWS::NoValue]
        - AWSLambdaRole
");
    let role = &read.resource("FRole").properties;
    let managed = list(&role.get("ManagedPolicyArns"));
    let Data::Text(arn) = &managed[1].data else { panic!("{managed:?}") };
    assert!(format!("{arn:?}").contains(":iam::aws:policy/service-role/AWSLambdaRole"));
    let policies = list(&role.get("Policies"));
    let statement = |at: usize| list(&policies[at].get("PolicyDocument").get("Statement")).into_iter().next();
    let action = statement(0).unwrap().get("Action");
    let Data::Text(action) = &action.data else { panic!("{action:?}") };
    assert!(!action.shape().allows("sns:Publish") && action.shape().allows("dynamodb:GetItem"));
    assert_eq!(list(&statement(1).unwrap().get("Action")).len(), 5);
    assert!(policies[2].get("PolicyDocument").is_unknown());
    assert!(matches!(policies[3].data, Data::Unknown(_) | Data::Choice(_)), "the condition is not declared");
    assert_eq!(policies.len(), 4);
}

#[test]
fn triggers_that_are_set_stay() {
    let read = sam("Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties: {LambdaConfig: {PreSignUp: mine}, UserPoolName: p}
  F:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      Events:
        E: {Type: Cognito, Properties: {UserPool: !Ref Pool, Trigger: [PreSignUp, PostConfirmation]}}
        A: {Type: Api, Properties: {Path: /, Method: get}}
");
    let pool = &read.resource("Pool").properties;
    assert_eq!(pool.get("UserPoolName").as_str(), Some("p"));
    assert_eq!(pool.get("LambdaConfig").get("PreSignUp").as_str(), Some("mine"));
    let alias = read.resource("FCognitoPermission").properties.get("FunctionName");
    assert_eq!(pool.get("LambdaConfig").get("PostConfirmation").same(&alias), Tri::Yes);
    assert_eq!(&*read.resource("FAliaslive").type_name, "AWS::Lambda::Alias");
}

#[test]
fn a_connector_is_a_policy_of_the_functions_role() {
    let connector = |ends: &str| {
        sam(&format!(
            "Resources:
  F: {{Type: AWS::Serverless::Function, Properties: {{InlineCode: x}}}}
  T: {{Type: AWS::SNS::Topic}}
  B: {{Type: AWS::S3::Bucket}}
  C: {{Type: AWS::Serverless::Connector, Properties: {ends}}}
"
        ))
    };
    let to_bucket = connector("{Source: {Id: F}, Destination: {Id: B}, Permissions: [Read, Write]}");
    let policy = &to_bucket.resource("CPolicy").properties;
    let Data::Text(action) = &list(&policy.get("PolicyDocument").get("Statement"))[0].get("Action").data else {
        panic!()
    };
    assert!(action.shape().allows("s3:GetObject") && !action.shape().allows("sns:Publish"));
    assert!(to_bucket.model.scopes[0].openings.is_empty());
    for ends in [
        "{Source: {Id: T}, Destination: {Id: F}, Permissions: [Write]}",
        "{Source: {Id: F}, Destination: [{Id: T}, {Id: B}], Permissions: [Write]}",
        "{Source: {Id: F}, Destination: {Id: T}, Permissions: [Read, Write]}",
        "{Source: {Id: F}, Destination: {Arn: x, Type: 'AWS::SNS::Topic'}, Permissions: [Write]}",
    ] {
        assert_eq!(connector(ends).model.scopes[0].openings.len(), 1, "{ends}");
    }
}

#[test]
fn what_cannot_be_read_is_an_opening() {
    let function = |properties: &str| format!("Resources:\n  F: {{Type: AWS::Serverless::Function, {properties}}}\n");
    for properties in [
        "Properties: {Events: {'Fn::Transform': {Name: M}}}",
        "Properties: {Events: {E: {Type: !Ref T}}}",
        "Properties: {'Fn::Transform': {Name: M}}",
        "Properties: {Role: !If [C, x, !Ref AWS::NoValue]}",
    ] {
        let read = sam(&function(properties));
        assert_eq!(&*read.resource("F").type_name, super::FUNCTION);
        assert_eq!(read.model.scopes[0].openings.len(), 1, "{properties}");
    }
    let connector = sam("Resources:\n  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: F}}}\n");
    assert!(connector.model.scopes[0].openings[0].given.is_none());
}
