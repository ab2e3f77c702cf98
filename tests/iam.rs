//! The IAM evaluator: the cases of `testdata/iam`, what its answers say, and laws that it must keep.
//!
//! `cases.jsonl` was generated and judged by another engine over all possible worlds; `tricky.jsonl` was written by hand
//! from AWS's documentation and from errors that people met.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a helper that fails is a failed test; what the shared module offers beyond this runner is for the other"
)]

#[path = "support/iam_cases.rs"]
mod iam_cases;

use coglint::iam::{Attached, Detail, Document, Presence, Request, cognito_may_assume, not_denied_by, user_pool_arn};
use coglint::source::{FileId, Span};
use coglint::value::{Data, Entry, Guard, Scenario, ScopeId, Term, Tri, Unknown, Value, Variable, Why};
use iam_cases::Case;
use serde_json::{Value as Json, json};
use std::sync::Arc;

fn name(verdict: Tri) -> &'static str {
    match verdict {
        Tri::Yes => "yes",
        Tri::No => "no",
        Tri::Unknown => "unknown",
    }
}

fn check_file(lines: &str, expected: impl Fn(&Json) -> Json, count: usize) {
    let mut wrong = Vec::new();
    for line in lines.lines() {
        let json: Json = serde_json::from_str(line).unwrap();
        let case = Case::read(&json);
        let answer = case.answer();
        if expected(&json) != name(answer.verdict) {
            wrong.push(format!(
                "{}: expected {}, got {} ({})",
                case.id,
                expected(&json),
                name(answer.verdict),
                answer.reason()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(lines.lines().count(), count);
}

#[test]
fn generated_cases() {
    check_file(include_str!("../testdata/iam/cases.jsonl"), |case| case["oracle"]["verdict"].clone(), 400);
}

#[test]
fn tricky_cases() {
    check_file(include_str!("../testdata/iam/tricky.jsonl"), |case| case["expect"].clone(), 72);
}

// ------------------------------------------------------------------------------------------------ what answers say

fn request() -> Json {
    json!({
        "account": "111122223333", "region": "us-east-1", "snsRegion": "us-east-1", "externalId": "ext-123",
        "poolArn": "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_AbCdEfGhI",
        "roleArn": "arn:aws:iam::111122223333:role/sms", "originationIdentity": "+15550001111",
    })
}

fn publish(statements: Json) -> Case {
    asked("publish", json!({ "inline": [policy("sms", statements)] }), request())
}

fn trust(statements: Json) -> Case {
    trust_with(statements, request())
}

fn trust_with(statements: Json, request: Json) -> Case {
    asked("trust", json!({ "trust": document(statements) }), request)
}

fn asked(ask: &str, role: Json, request: Json) -> Case {
    Case::read(&json!({ "id": "x", "ask": ask, "role": role, "request": request }))
}

fn document(statements: Json) -> Json {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn policy(name: &str, statements: Json) -> Json {
    json!({ "name": name, "document": document(statements) })
}

/// Where a value of a role's first policy stands.
fn place(document: &Value, path: &[&str]) -> Span {
    let mut value = document.clone();
    for step in path {
        value = match step.parse::<usize>() {
            Ok(index) => value.as_list().unwrap().items[index].clone(),
            Err(_) => value.get(step),
        };
    }
    value.span
}

fn inline(case: &Case) -> &Value {
    match &case.role.policies[0].document {
        Document::Inline(document) => document,
        other => panic!("{other:?}"),
    }
}

#[test]
fn topics_only() {
    let topics = "arn:aws:sns:us-east-1:123456789012:*";
    let case = publish(json!([
        { "Effect": "Allow", "Action": "logs:*", "Resource": "*" },
        { "Effect": "Allow", "Action": "sns:Publish", "Resource": topics },
    ]));
    let answer = case.answer();
    assert_eq!(answer.reason(), format!("it allows sns:Publish on topics only ({topics})"));
    let (span, label) = answer.explanation().unwrap();
    assert_eq!(label, "a text message is sent to a phone number, which no topic ARN covers");
    let resource = place(inline(&case), &["Statement", "1", "Resource"]);
    assert!(span.start < resource.end && resource.end == span.end, "{span:?} covers the key and {resource:?}");
    assert_eq!(answer.nearest().unwrap().detail, Detail::TopicOnly(vec![topics.to_owned()]));
}

#[test]
fn reasons_of_a_refused_publish() {
    let cases = [
        (json!([]), "nothing in its policies allows sns:Publish"),
        (
            json!([{ "Effect": "Allow", "Action": ["sns:Subscribe", "sns:List*"], "Resource": "*" }]),
            "it allows sns:Subscribe and sns:List*, not sns:Publish",
        ),
        (
            json!([{ "Effect": "Allow", "NotAction": ["sns:*"], "Resource": "*" }]),
            "it allows all actions but some, and sns:Publish is one of these",
        ),
        (
            json!([{ "Effect": "Allow", "Action": "*", "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::c"] }]),
            "it allows sns:Publish on other resources only (arn:aws:s3:::a and 2 more)",
        ),
        (
            json!([{ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*",
                     "Condition": { "StringEquals": { "sns:Protocol": "sms" } } }]),
            "it allows sns:Publish under a condition on sns:Protocol, a key that the call never carries",
        ),
        (
            json!([{ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*",
                     "Condition": { "StringEquals": { "aws:RequestedRegion": ["eu-west-1", "eu-west-2", "eu-west-3"] } } }]),
            "it demands aws:RequestedRegion \"eu-west-1\", \"eu-west-2\" or 1 more, and the call carries \"us-east-1\"",
        ),
        (
            json!([{ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*",
                     "Condition": { "StringNotLike": { "aws:RequestedRegion": "us-*" } } }]),
            "it allows it only when aws:RequestedRegion is not \"us-east-1\", and it is",
        ),
        (
            json!([{ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*" },
                   { "Sid": "NoTexts", "Effect": "Deny", "Action": "sns:*", "Resource": "*" }]),
            "statement NoTexts of its policy sms explicitly denies sns:Publish",
        ),
        (
            json!([{ "Effect": "allow", "Action": "sns:Publish", "Resource": "*" }]),
            "its Effect is \"allow\", which is neither \"Allow\" nor \"Deny\"",
        ),
    ];
    for (statements, reason) in cases {
        let answer = publish(statements).answer();
        assert_eq!((answer.verdict, answer.reason().as_str()), (Tri::No, reason));
    }
    let nothing = asked("publish", json!({}), request()).answer();
    assert_eq!(nothing.reason(), "it has no policy at all");
    let mut role = json!({ "inline": [policy("sms", json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" }]))] });
    role["boundary"] = policy("limit", json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }]));
    assert_eq!(
        asked("publish", role, request()).answer().reason(),
        "its permissions boundary does not allow sns:Publish"
    );
}

#[test]
fn the_nearest_statement_is_the_one_with_the_fewest_failing_parts() {
    let answer = publish(json!([
        { "Effect": "Allow", "Action": "sns:Subscribe", "Resource": "arn:aws:sns:*:*:a" },
        { "Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:aws:sns:*:*:b",
          "Condition": { "Bool": { "aws:SecureTransport": "false" } } },
        { "Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:aws:sns:*:*:c" },
    ]))
    .answer();
    assert_eq!(answer.reason(), "it allows sns:Publish on topics only (arn:aws:sns:*:*:c)");
}

fn cognito(condition: Json) -> Json {
    json!([{ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" }, "Action": "sts:AssumeRole",
             "Condition": condition }])
}

#[test]
fn reasons_of_a_refused_trust() {
    let assume = |principal: Json| json!([{ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" }]);
    let cases = [
        (
            assume(json!({ "Service": "sns.amazonaws.com" })),
            "the trust policy lets sns.amazonaws.com assume the role, not cognito-idp.amazonaws.com",
        ),
        (
            assume(json!({ "Service": ["sns.amazonaws.com", "lambda.amazonaws.com"], "AWS": "111122223333" })),
            "the trust policy lets the account 111122223333, sns.amazonaws.com and 1 more assume the role, \
             not cognito-idp.amazonaws.com",
        ),
        (
            assume(json!({ "Federated": "cognito-idp.amazonaws.com" })),
            "the trust policy lets the identity provider cognito-idp.amazonaws.com assume the role, \
             not cognito-idp.amazonaws.com",
        ),
        (
            json!([{ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" }, "Action": "sts:TagSession" }]),
            "the trust policy allows sts:TagSession, not sts:AssumeRole",
        ),
        (
            cognito(json!({ "StringEquals": { "aws:SourceAccount": "999988887777" } })),
            "the trust policy demands aws:SourceAccount \"999988887777\", and the call carries \"111122223333\"",
        ),
        (
            cognito(json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/*" } })),
            "the trust policy demands another aws:SourceArn than the call carries",
        ),
        (json!([]), "the trust policy has no statement that allows sts:AssumeRole to cognito-idp.amazonaws.com"),
    ];
    for (statements, reason) in cases {
        let case = trust(statements);
        let answer = cognito_may_assume(&case.role, &case.assuming, &Scenario::default());
        assert_eq!((answer.answer.verdict, answer.reason().as_str()), (Tri::No, reason));
        assert!(answer.external_id.is_none(), "{reason}");
    }
}

#[test]
fn an_external_id_alone_may_be_the_cause() {
    let wants = |operator: &str| cognito(json!({ operator: { "STS:externalid": ["a", "b"] } }));
    let denies_others = json!([
        { "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" }, "Action": "sts:AssumeRole" },
        { "Effect": "Deny", "Principal": { "AWS": "*", "Service": "cognito-idp.amazonaws.com" }, "Action": "sts:*",
          "Condition": { "StringNotEquals": { "sts:ExternalId": "a" } } },
    ]);
    let demands = "the trust policy demands sts:ExternalId";
    let cases = [
        (wants("StringEquals"), json!("c"), format!("{demands} \"a\" or \"b\", and the pool sends \"c\"")),
        (wants("StringLike"), json!(null), format!("{demands} \"a\" or \"b\", and the pool sends none")),
        (wants("StringEquals"), json!(""), format!("{demands} \"a\" or \"b\", and the pool sends none")),
        (denies_others.clone(), json!("A"), format!("{demands} \"a\", and the pool sends \"A\"")),
        (denies_others, json!(null), format!("{demands} \"a\", and the pool sends none")),
    ];
    for (statements, sent, reason) in cases {
        let mut request = request();
        request["externalId"] = sent;
        let case = trust_with(statements, request);
        let answer = cognito_may_assume(&case.role, &case.assuming, &Scenario::default());
        assert_eq!(answer.reason(), reason);
        let mismatch = answer.external_id.as_ref().unwrap();
        assert_eq!(mismatch.sent_span, case.assuming.external_id.span);
        assert_eq!(answer.explanation().unwrap().0, mismatch.demanded[0].span);
    }
    // Another defect beside it: then the external id alone is not the cause.
    let both = cognito(json!({ "StringEquals": { "sts:ExternalId": "a", "aws:SourceAccount": "999988887777" } }));
    let case = trust(both);
    let answer = cognito_may_assume(&case.role, &case.assuming, &Scenario::default());
    assert!(answer.answer.verdict.is_no() && answer.external_id.is_none());
}

#[test]
fn the_regional_service_principal_is_never_a_no() {
    for service in ["cognito-idp.eu-west-1.amazonaws.com", "Cognito-IDP.amazonaws.com", "*"] {
        let statements =
            json!([{ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }]);
        assert_eq!(trust(statements).answer().verdict, Tri::Unknown, "{service}");
    }
    // No wildcard can make another service Amazon Cognito.
    for service in ["lambda.*", "cognito-identity.amazonaws*.com", "cognito-idp.*.example.com"] {
        let statements =
            json!([{ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }]);
        assert_eq!(trust(statements).answer().verdict, Tri::No, "{service}");
    }
    let urls = json!({ "$sym": "cognito-idp.${AWS::URLSuffix}" });
    let statements = json!([{ "Effect": "Allow", "Principal": { "Service": urls }, "Action": "sts:AssumeRole" }]);
    assert_eq!(trust(statements).answer().verdict, Tri::Unknown);
}

#[test]
fn hidden_attachments_leave_only_an_explicit_deny_certain() {
    let mut none = publish(json!([]));
    none.role.open = Some("the module \"sms\" is not in the input".into());
    let answer = none.answer();
    assert_eq!((answer.verdict, answer.reason().as_str()), (Tri::Unknown, "the module \"sms\" is not in the input"));
    let mut denied = publish(json!([{ "Effect": "Deny", "Action": "*", "Resource": "*" }]));
    denied.role.open = none.role.open.clone();
    assert_eq!(denied.answer().verdict, Tri::No);
}

/// A value of which nothing is known, not even that it is a string.
fn parameter(name: &str) -> Value {
    let unknown = Unknown::new(Why::Parameter(name.into()), Term::Parameter(ScopeId(0), name.into()));
    Value::unknown(unknown, Span::new(FileId(0), 0, 0))
}

#[test]
fn an_external_id_that_may_be_null_makes_no_refusal() {
    let demanding = |condition: Json| {
        let mut case = trust(cognito(condition));
        case.assuming.external_id = parameter("ext");
        case
    };
    assert_eq!(demanding(json!({ "Null": { "sts:ExternalId": "false" } })).answer().verdict, Tri::Yes);
    assert_eq!(demanding(json!({ "Null": { "sts:ExternalId": "true" } })).answer().verdict, Tri::Unknown);
    // The same parameter on both sides: equal, whatever it holds.
    let mut same = demanding(json!({ "StringEquals": { "sts:ExternalId": "x" } }));
    assert_eq!(same.answer().verdict, Tri::Unknown);
    same.role.trust = replaced(&same.role.trust, "x", &parameter("ext"));
    assert_eq!(same.answer().verdict, Tri::Yes);
}

/// The document with every string of a text replaced by a value.
fn replaced(document: &Value, text: &str, by: &Value) -> Value {
    let data = match &document.data {
        Data::String(own) if own.as_ref() == text => return by.clone(),
        Data::List(list) => {
            return Value::list(list.items.iter().map(|item| replaced(item, text, by)).collect(), document.span);
        }
        Data::Map(map) => {
            let entries = map.entries.iter().map(|(key, entry)| {
                (key.clone(), Entry { key_span: entry.key_span, value: replaced(&entry.value, text, by) })
            });
            return Value::map(entries, document.span);
        }
        other => other.clone(),
    };
    Value::new(data, document.span)
}

#[test]
fn secrets_are_compared_but_never_printed() {
    let mut case = trust(cognito(json!({ "StringEquals": { "sts:ExternalId": "open-text" } })));
    case.assuming.external_id = case.assuming.external_id.with_sensitive(true);
    let answer = cognito_may_assume(&case.role, &case.assuming, &Scenario::default());
    assert!(answer.answer.verdict.is_no());
    let said = format!("{} {:?}", answer.reason(), answer.explanation());
    assert!(said.contains("(a sensitive value)") && !said.contains("ext-123"), "{said}");
}

#[test]
fn managed_policies_are_looked_up() {
    let span = Span::new(FileId(0), 7, 8);
    let with = |name: &str| {
        let mut case = publish(json!([]));
        case.role.policies = vec![Attached {
            name: name.into(),
            presence: Presence::When(Guard::Always),
            document: Document::AwsManaged(name.into()),
            span,
            by: None,
        }];
        case.answer()
    };
    assert_eq!(with("arn:aws:iam::aws:policy/AmazonSNSFullAccess").verdict, Tri::Yes);
    assert_eq!(with("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole").verdict, Tri::No);
    assert_eq!(with("arn:aws:iam::aws:policy/AWSDenyAll").verdict, Tri::No);
    let topics = with("arn:aws:iam::aws:policy/AmazonSageMakerFullAccess");
    assert_eq!((topics.verdict, topics.explanation().unwrap().0), (Tri::No, span));
    let at_the_root = "AdministratorAccess PowerUserAccess CloudWatchFullAccess AmazonRDSFullAccess AmazonDocDBFullAccess \
        AmazonDocDBConsoleFullAccess NeptuneFullAccess NeptuneConsoleFullAccess AIDevOpsAgentActionsPolicy \
        AWSCodeDeployRoleForECS job-function/SystemAdministrator service-role/AWSCodeDeployRole \
        service-role/AWSIoTRuleActions service-role/AmazonElasticTranscoderRole service-role/AutoScalingNotificationAccessRole";
    for name in at_the_root.split_whitespace() {
        assert_eq!(with(&format!("arn:aws:iam::aws:policy/{name}")).verdict, Tri::Yes, "{name}");
    }
    let useless = "AmazonSNSReadOnlyAccess service-role/AmazonSNSRole AmazonCognitoPowerUser AmazonCognitoReadOnly ReadOnlyAccess \
        aws-service-role/AmazonCognitoIdpServiceRolePolicy aws-service-role/AmazonCognitoIdpEmailServiceRolePolicy";
    for name in useless.split_whitespace() {
        assert_eq!(with(&format!("arn:aws:iam::aws:policy/{name}")).verdict, Tri::No, "{name}");
    }
    assert_eq!(with("arn:aws:iam::aws:policy/AWSMcpServiceActionsFullAccess").verdict, Tri::Unknown);
    let misplaced = with("arn:aws:iam::aws:policy/service-role/AmazonSNSFullAccess");
    assert_eq!(misplaced.verdict, Tri::No, "no policy has this path, and names are unique");
    assert_eq!(
        misplaced.reason(),
        "AWS publishes no managed policy service-role/AmazonSNSFullAccess, only AmazonSNSFullAccess"
    );
    assert_eq!(misplaced.explanation(), Some((span, "no policy has this path and name".to_owned())));
    let unheard = with("arn:aws:iam::aws:policy/AmazonSNSFulAccess");
    assert_eq!(unheard.verdict, Tri::Unknown);
    assert!(unheard.reason().ends_with("did you mean AmazonSNSFullAccess?"), "{}", unheard.reason());
}

#[test]
fn a_policy_under_a_condition_names_its_variable() {
    let variable = Arc::new(Variable::question(Term::Parameter(ScopeId(0), "Prod".into()), "Prod"));
    let mut case = publish(json!([{ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*" }]));
    case.role.policies[0].presence = Presence::When(Guard::Is(variable.clone(), 0));
    let open = case.answer();
    assert_eq!((open.verdict, open.reason().as_str()), (Tri::Unknown, "in the policy sms: it depends on Prod"));
    assert_eq!(open.variables().len(), 1);
    let decided = |class| case.answer_in(&Scenario::default().with(variable.clone(), class)).verdict;
    assert_eq!((decided(0), decided(1)), (Tri::Yes, Tri::No));
    // What cannot allow the call either way asks for no scenario.
    let mut topics = publish(json!([{ "Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:aws:sns:*:*:*" }]));
    topics.role.policies[0].presence = case.role.policies[0].presence.clone();
    assert_eq!(topics.answer().verdict, Tri::No);
}

#[test]
fn the_region_of_a_text_message() {
    let guarded = json!([{ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*",
                           "Condition": { "StringEquals": { "aws:RequestedRegion": "eu-central-1" } } }]);
    let verdict = |sns_region: Option<&str>, pool_region: &str| {
        let span = Span::new(FileId(0), 0, 0);
        let mut case = publish(guarded.clone());
        case.sending.region = Value::string(pool_region, span);
        let sns_region = sns_region.map_or(Value::absent(span), |region| Value::string(region, span));
        case.sending.path = coglint::iam::Path::Sns(sns_region);
        case.answer().verdict
    };
    assert_eq!(verdict(Some("eu-central-1"), "us-east-1"), Tri::Yes);
    assert_eq!(verdict(Some("us-east-1"), "eu-central-1"), Tri::No);
    assert_eq!(verdict(None, "eu-central-1"), Tri::Unknown, "older pools of this Region send from eu-west-1");
    assert_eq!(verdict(None, "us-east-1"), Tri::No);
    assert_eq!(verdict(None, "ap-northeast-2"), Tri::No);
}

#[test]
fn the_arn_of_a_pool_that_does_not_exist_yet() {
    let span = Span::new(FileId(0), 0, 0);
    let text = |text: &str| Value::string(text, span);
    let verdict = |region: Value, account: Value, operator: &str, arn: &str| {
        let mut case = trust(cognito(json!({ operator: { "aws:SourceArn": arn } })));
        case.assuming.pool_arn = user_pool_arn(&text("aws"), &region, &account, span);
        case.answer().verdict
    };
    let (region, account) = (text("eu-west-1"), text("111122223333"));
    let known = |operator, arn| verdict(region.clone(), account.clone(), operator, arn);
    assert_eq!(known("ArnLike", "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/*"), Tri::Yes);
    assert_eq!(known("StringLike", "arn:aws:cognito-idp:eu-west-1:*:userpool/eu-west-1_*"), Tri::Yes);
    assert_eq!(known("ArnEquals", "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"), Tri::Unknown);
    assert_eq!(known("ArnLike", "arn:aws:cognito-idp:us-east-1:111122223333:userpool/*"), Tri::No);
    assert_eq!(known("ArnLike", "arn:aws:cognito-identity:*:*:*"), Tri::No);
    assert_eq!(known("StringEquals", "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/*"), Tri::No);
    let anywhere = verdict(parameter("Region"), parameter("Account"), "ArnLike", "arn:aws:cognito-idp:eu-west-1:*:*");
    assert_eq!(anywhere, Tri::Unknown);
}

#[test]
fn organization_policies_count_by_their_denials_only() {
    let case = publish(json!([]));
    let request = Request::sending(&case.sending, &Scenario::default());
    let blocked_by = |statements: Json| {
        let policies = publish(statements).role.policies;
        not_denied_by(&policies, &request, &Scenario::default())
    };
    assert_eq!(blocked_by(json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }])).verdict, Tri::Yes);
    let regions = json!([{ "Effect": "Deny", "NotAction": "iam:*", "Resource": "*",
                           "Condition": { "StringNotEquals": { "aws:RequestedRegion": "eu-west-1" } } }]);
    let answer = blocked_by(regions);
    assert_eq!(answer.reason(), "the organization policy sms explicitly denies sns:Publish");
}

#[test]
fn a_statement_that_lacks_a_part_does_nothing() {
    for lacking in ["Effect", "Action", "Resource"] {
        let mut statement = json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*" });
        assert_eq!(publish(statement.clone()).answer().verdict, Tri::Yes);
        statement.as_object_mut().unwrap().remove(lacking);
        assert_eq!(publish(statement).answer().verdict, Tri::No, "{lacking}");
    }
    assert_eq!(trust(json!({ "Effect": "Allow", "Action": "sts:AssumeRole" })).answer().verdict, Tri::No);
}

#[test]
fn an_unknown_origination_identity_needs_a_star() {
    let verdict = |resource: &str, identity: Json| {
        let mut request = request();
        request["originationIdentity"] = identity;
        let statements = json!([{ "Effect": "Allow", "Action": "sms-voice:*", "Resource": resource }]);
        asked("eums", json!({ "inline": [policy("sms", statements)] }), request).answer().verdict
    };
    for unknown in [json!(null), json!({ "$unknown": "x" }), json!({ "$sym": "${P}" })] {
        assert_eq!(verdict("*", unknown.clone()), Tri::Yes);
        assert_eq!(verdict("arn:aws:sms-voice:*:*:pool/*", unknown), Tri::Unknown);
    }
    assert_eq!(verdict("arn:aws:sms-voice:*:*:pool/*", json!("+15550001111")), Tri::No);
}

#[test]
fn policy_variables() {
    let holds = |version: Option<&str>, value: &str| {
        let statement = json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*",
                                "Condition": { "StringLike": { "aws:PrincipalAccount": value } } });
        let document = match version {
            Some(version) => json!({ "Version": version, "Statement": statement }),
            None => json!({ "Statement": statement }),
        };
        asked("publish", json!({ "inline": [{ "document": document }] }), request()).answer().verdict
    };
    let current = Some("2012-10-17");
    assert_eq!(holds(current, "${aws:PrincipalAccount}"), Tri::Yes);
    assert_eq!(holds(None, "${aws:PrincipalAccount}"), Tri::No, "the older language has no variables");
    assert_eq!(holds(current, "${aws:username}"), Tri::No, "a variable without a value matches nothing");
    assert_eq!(holds(current, "${aws:username, '111122223333'}"), Tri::Yes);
    assert_eq!(holds(current, "${aws:username}1111*"), Tri::No);
    assert_eq!(holds(current, "1111${*}"), Tri::No, "a star that is meant as a star");
    assert_eq!(holds(current, "1111*"), Tri::Yes);
    assert_eq!(holds(current, "${aws:PrincipalOrgID}"), Tri::Unknown);
    assert_eq!(holds(current, "${aws:PrincipalOrgID}*"), Tri::Unknown, "it may have no value");
    assert_eq!(holds(Some("2099-01-01"), "${aws:PrincipalAccount}"), Tri::Unknown);
    assert_eq!(holds(Some("2099-01-01"), "1111*"), Tri::Yes);
}

#[test]
fn what_is_absent_is_not_written_and_what_is_open_may_be() {
    let verdict = |changed: &str, value: Json| {
        let mut statement = json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*" });
        statement[changed] = value;
        publish(json!([statement, "$gone"])).answer().verdict
    };
    let cases = [
        ("Condition", json!("$gone"), Tri::Yes),
        ("Condition", json!({ "StringEquals": "$gone", "StringLike": { "sns:Protocol": "$gone" } }), Tri::Yes),
        ("NotAction", json!("$gone"), Tri::Yes),
        ("Action", json!(["$gone", "sns:Publish"]), Tri::Yes),
        ("Action", json!("$gone"), Tri::No),
        ("Action", json!(["sns:Subscribe", "$open"]), Tri::Unknown),
        ("Condition", json!({ "$open": true }), Tri::Unknown),
        ("Condition", json!({ "Bool": { "$open": true } }), Tri::Unknown),
        ("Condition", json!({ "$open": true, "Bool": { "sns:Protocol": "true" } }), Tri::No),
        ("$open", json!(true), Tri::Unknown),
    ];
    for (changed, value, expected) in cases {
        assert_eq!(verdict(changed, value.clone()), expected, "{changed}: {value}");
    }
    assert_eq!(publish(json!(["$open"])).answer().verdict, Tri::Unknown);
    let anyone = |principal: Json| json!([{ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" }]);
    assert_eq!(trust(anyone(json!({ "Service": "sns.amazonaws.com", "$open": true }))).answer().verdict, Tri::Unknown);
    assert_eq!(trust(anyone(json!("*"))).answer().verdict, Tri::Yes);
    assert_eq!(trust(anyone(json!("cognito-idp.amazonaws.com"))).answer().verdict, Tri::Unknown, "IAM rejects it");
}

#[test]
fn keys_of_a_roles_session() {
    let verdict = |ask: &str, condition: Json| {
        let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition });
        asked(ask, json!({ "inline": [policy("sms", json!([statement]))] }), request()).answer().verdict
    };
    let mfa = |operator: &str, value: &str| json!({ operator: { "aws:MultiFactorAuthPresent": value } });
    assert_eq!(verdict("publish", mfa("Bool", "true")), Tri::No);
    assert_eq!(verdict("publish", mfa("Bool", "false")), Tri::Unknown, "the key is false or absent");
    assert_eq!(verdict("publish", mfa("Null", "true")), Tri::Unknown);
    assert_eq!(verdict("publish", mfa("BoolIfExists", "false")), Tri::Yes);
    let tag = json!({ "StringEquals": { "aws:ResourceTag/team": "auth" } });
    assert_eq!(verdict("publish", tag.clone()), Tri::No, "a phone number has no tags");
    assert_eq!(verdict("eums", tag), Tri::Unknown, "an origination identity may have some");
    assert_eq!(verdict("publish", json!({ "StringEquals": { "aws:PrincipalType": "AssumedRole" } })), Tri::Yes);
    assert_eq!(verdict("publish", json!({ "Null": { "saml:aud": "true", "aws:RequestTag/x": "true" } })), Tri::Yes);
}

/// Which keys a call carries decides most conditions. `Null` asks for a key's absence: yes is absent, no is there.
#[test]
fn keys_that_a_call_carries() {
    use Tri::{No, Unknown, Yes};
    let cases = [
        ("sts:ExternalId", Yes, No),
        ("aws:SourceAccount", Yes, No),
        ("aws:SourceArn", Yes, No),
        ("aws:SourceOrgID", Yes, Unknown),
        ("aws:SourceOrgPaths", Yes, Unknown),
        ("aws:PrincipalIsAWSService", No, No),
        ("aws:PrincipalServiceName", Yes, No),
        ("aws:PrincipalServiceNamesList", Yes, No),
        ("aws:PrincipalOrgID", Unknown, Yes),
        ("aws:PrincipalOrgPaths", Unknown, Yes),
        ("aws:PrincipalArn", No, Unknown),
        ("aws:PrincipalAccount", No, Unknown),
        ("aws:PrincipalType", No, Unknown),
        ("aws:RequestedRegion", No, No),
        ("aws:ViaAWSService", No, No),
        ("aws:CalledVia", Yes, Yes),
        ("aws:CalledViaFirst", Yes, Yes),
        ("aws:CalledViaLast", Yes, Yes),
        ("aws:SecureTransport", No, Unknown),
        ("aws:MultiFactorAuthPresent", Unknown, Yes),
        ("sns:Protocol", Yes, Unknown),
        ("sns:Endpoint", Yes, Unknown),
        ("aws:ResourceTag/team", Yes, Unknown),
        ("aws:SourceIp", Unknown, Unknown),
        ("aws:SourceVpc", Unknown, Unknown),
        ("aws:UserAgent", Unknown, Unknown),
        ("aws:CurrentTime", No, No),
        ("sts:RoleSessionName", Yes, No),
        ("saml:aud", Yes, Yes),
        ("accounts.google.com:aud", Yes, Yes),
        ("graph.facebook.com:id", Yes, Yes),
        ("www.amazon.com:user_id", Yes, Yes),
        ("cognito-identity.amazonaws.com:sub", Yes, Yes),
        ("token.actions.githubusercontent.com:sub", Yes, Yes),
        ("aws:RequestTag/team", Yes, Yes),
        ("nobody:Knows", Unknown, Unknown),
    ];
    for (key, sending, assuming) in cases {
        for key in [key.to_owned(), key.to_uppercase()] {
            let condition = json!({ "Null": { &key: "true" } });
            let allow = json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*", "Condition": condition });
            assert_eq!(publish(json!([allow])).answer().verdict, sending, "sending: {key}");
            assert_eq!(trust(cognito(condition)).answer().verdict, assuming, "assuming: {key}");
        }
    }
}

#[test]
fn malformed_documents_are_unknown() {
    let documents = [
        json!("{}"),
        json!(null),
        json!([]),
        json!({ "version": "2012-10-17", "statement": [] }),
        json!({ "Statement": "x" }),
        json!({ "Statement": [{ "effect": "Allow", "Action": "sns:Publish", "Resource": "*" }] }),
        json!({ "Statement": [{ "Effect": "Allow", "Action": { "a": "sns:Publish" }, "Resource": "*" }] }),
        json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "NotAction": "x", "Resource": "*" }] }),
        json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": "x" }] }),
        json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": { "StringEquals": [] } }] }),
    ];
    for document in documents {
        let answer = asked("publish", json!({ "inline": [{ "name": "p", "document": document }] }), request()).answer();
        assert_eq!(answer.verdict, Tri::Unknown, "{document}");
        assert!(!answer.because().is_empty());
    }
}

/// The evaluator looks into a document as deep as the policy language goes and no deeper: a stack on which a recursion over
/// these levels could not stand is enough.
#[test]
fn deep_documents_take_no_stack() {
    let span = Span::new(FileId(0), 0, 1);
    let entry = |key: &str, value: Value| (Arc::from(key), Entry { key_span: span, value });
    let deep_list = (0..1_500).fold(Value::string("*", span), |inner, _| Value::list(vec![inner], span));
    let deep_map = (0..1_500).fold(Value::string("*", span), |inner, _| Value::map([entry("Statement", inner)], span));
    for deep in [deep_list, deep_map] {
        for part in ["Effect", "Action", "Resource", "Principal", "Condition", "Statement"] {
            let statement = |skip: &str| {
                let parts = [("Effect", "Allow"), ("Action", "*"), ("Resource", "*"), ("Principal", "*")];
                let parts = parts.into_iter().filter(|(name, _)| *name != skip);
                Value::map(
                    parts.map(|(name, text)| entry(name, Value::string(text, span))).chain([entry(skip, deep.clone())]),
                    span,
                )
            };
            let statements = if part == "Statement" { deep.clone() } else { statement(part) };
            let document = Value::map([entry("Statement", statements)], span);
            for mut case in [publish(json!([])), trust(json!([]))] {
                case.role.trust = document.clone();
                case.role.policies.iter_mut().for_each(|policy| policy.document = Document::Inline(document.clone()));
                let thread = std::thread::Builder::new().stack_size(160 << 10);
                let verdict = thread.spawn(move || {
                    let verdict = case.answer().verdict;
                    // To take such a value apart is another matter.
                    (verdict, case)
                });
                let (verdict, _case) = verdict.unwrap().join().unwrap();
                let matters = part != "Principal" && part != "Resource";
                assert!(!matters || verdict != Tri::Yes, "{part}");
            }
        }
    }
}

#[test]
fn huge_documents_take_no_quadratic_time() {
    let long = "a*".repeat(100_000);
    let many: Vec<String> = (0..20_000).map(|at| format!("sns:Topic{at}*")).collect();
    let statements: Vec<Json> = (0..5_000)
        .map(|at| json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": format!("arn:aws:sns:*:*:{at}") }))
        .chain([
            json!({ "Effect": "Allow", "Action": many, "Resource": "*" }),
            json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": [long, "${".repeat(100_000)] }),
            json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*",
                    "Condition": { "StringLike": { "aws:PrincipalArn": long } } }),
        ])
        .collect();
    let start = std::time::Instant::now();
    let answer = publish(json!(statements)).answer();
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    assert_ne!(answer.verdict, Tri::Yes);
}
