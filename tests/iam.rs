//! The IAM evaluator: the cases of `testdata/iam`, what its answers say, and laws that it must keep.
//!
//! `cases.jsonl` was generated and judged by another engine over all possible worlds; `tricky.jsonl` was written by hand
//! from AWS's documentation and from errors that people met.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, unreachable_pub)]

#[path = "support/iam_cases.rs"]
mod iam_cases;

use coglint::iam::{Detail, cognito_may_assume};
use coglint::source::Span;
use coglint::value::{Scenario, Tri, Value};
use iam_cases::Case;
use serde_json::{Value as Json, json};

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
        coglint::iam::Document::Inline(document) => document,
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
