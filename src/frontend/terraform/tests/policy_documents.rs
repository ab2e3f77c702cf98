//! `aws_iam_policy_document` against what the AWS provider renders.

use super::*;
use serde_json::Value as Json;

#[test]
fn documents_are_what_the_provider_renders() {
    let files = folder("values/terraform");
    let cases = files.read("policy-documents.jsonl").unwrap();
    let mut seen = 0;
    for case in cases.lines() {
        let case: Json = serde_json::from_str(case).unwrap();
        let (id, body) = (case["id"].as_str().unwrap(), case["body"].as_str().unwrap());
        let model = single(&format!(
            "data \"aws_iam_policy_document\" \"d\" {{\n{body}\n}}\n\
             resource \"aws_iam_policy\" \"p\" {{\n  policy = data.aws_iam_policy_document.d.json\n}}"
        ));
        let policy = resource(&model, "aws_iam_policy.p").properties.get("policy");
        match case.get("expect") {
            Some(expected) => {
                let text = policy.as_str().unwrap_or_else(|| panic!("{id}: {}", show(&policy)));
                let rendered: Json = serde_json::from_str(text).unwrap();
                assert_eq!(sorted(rendered), sorted(expected.clone()), "{id}");
                assert!(policy.structure.is_some(), "{id}");
            }
            None => {
                assert!(policy.is_unknown(), "{id}");
                assert_eq!(model.diagnostics.len(), 1, "{id}");
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 24);
}

/// The order of a condition's values is that of a hash table in the provider; it means nothing.
fn sorted(document: Json) -> Json {
    match document {
        Json::Object(map) => Json::Object(
            map.into_iter()
                .map(|(key, value)| match (key.as_str(), value) {
                    ("sts:ExternalId", Json::Array(mut values)) => {
                        values.sort_by_key(|value| value.to_string());
                        (key, Json::Array(values))
                    }
                    (_, value) => (key, sorted(value)),
                })
                .collect(),
        ),
        Json::Array(items) => Json::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// The structure of a document, printed.
fn structure(text: &str) -> String {
    let model = single(&format!(
        "{text}\nresource \"aws_iam_policy\" \"p\" {{\n  policy = data.aws_iam_policy_document.d.json\n}}"
    ));
    let policy = resource(&model, "aws_iam_policy.p").properties.get("policy");
    show(policy.structure.as_deref().unwrap())
}

#[test]
fn what_is_not_known_stays_unknown_in_its_place() {
    let document = r#"
        variable "arn" {}
        resource "aws_sns_topic" "t" {}
        data "aws_iam_policy_document" "d" {
          statement {
            sid       = "A"
            actions   = ["sns:Publish"]
            resources = [aws_sns_topic.t.arn, "b", var.arn]
            condition {
              test     = "StringEquals"
              variable = "aws:SourceArn"
              values   = ["arn:aws:cognito-idp:${var.arn}:x"]
            }
          }
        }"#;
    assert_eq!(
        structure(document),
        "{Version: \"2012-10-17\", Statement: [{Sid: \"A\", Effect: \"Allow\", Action: \"sns:Publish\", \
         Resource: [\"b\", ?aws_sns_topic.t.arn, ?var.arn], \
         Condition: {StringEquals: {aws:SourceArn: \"arn:aws:cognito-idp:${var.arn}:x\"}}}]}"
    );
}

#[test]
fn an_unknown_document_may_replace_statements_with_a_sid_only() {
    let document = r#"
        variable "other" {}
        data "aws_iam_policy_document" "d" {
          override_policy_documents = [var.other]
          statement {
            sid     = "A"
            actions = ["a:A"]
          }
          statement { actions = ["b:B"] }
        }"#;
    assert_eq!(
        structure(document),
        "{Version: \"2012-10-17\", Statement: [{Sid: \"A\", Effect: \"Allow\", Action: \"a:A\"} | _, \
         {Effect: \"Allow\", Action: \"b:B\"}, ..jsondecode(var.other)]}"
    );
}

#[test]
fn a_statement_points_at_its_block() {
    let text = "data \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions = [\"a:A\"]\n  }\n}\n\
                resource \"aws_iam_policy\" \"p\" {\n  policy = data.aws_iam_policy_document.d.json\n}";
    let model = single(text);
    let policy = resource(&model, "aws_iam_policy.p").properties.get("policy");
    let statement = at(policy.structure.as_deref().unwrap(), "Statement.0");
    assert!(text[statement.span.range()].starts_with("statement {"));
    assert_eq!(&text[statement.get("Action").span.range()], "a:A");
}

#[test]
fn a_document_under_a_condition() {
    let document = r#"
        variable "extra" { default = true }
        data "aws_iam_policy_document" "more" {
          statement { actions = ["b:B"] }
        }
        data "aws_iam_policy_document" "d" {
          source_policy_documents = var.extra ? [data.aws_iam_policy_document.more.json] : []
          dynamic "statement" {
            for_each = var.extra ? ["c:C"] : []
            content { actions = [statement.value] }
          }
        }"#;
    assert_eq!(
        structure(document),
        "{Version: \"2012-10-17\", Statement: [{Effect: \"Allow\", Action: \"b:B\"} | _, \
         {Effect: \"Allow\", Action: \"c:C\"} | _]}"
    );
}
