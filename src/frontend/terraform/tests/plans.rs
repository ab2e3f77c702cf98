//! Configurations that Terraform planned and applied: what it knows when it plans we must know too, and what we know beyond
//! that must be what it found when it applied.

use super::*;
use crate::value::Data;
use serde_json::Value as Json;

const CONFIGURATIONS: [&str; 10] = [
    "01-direct",
    "02-modules",
    "03-deferred-doc",
    "04-count-index",
    "05-literal-arn",
    "06-json-syntax",
    "07-unknown-foreach-dynamic",
    "09-data-by-name",
    "10-override",
    "11-empty-test",
];

fn read_configuration(name: &str) -> (Model, Json) {
    let files = folder(&format!("values/terraform-modules/{name}"));
    let expected = serde_json::from_str(&files.read("expected.json").unwrap()).unwrap();
    // Terraform was run with this account and Region.
    let given = Given { region: Some("us-east-1".into()), account: Some("123456789012".into()), ..Given::default() };
    (model_of(&files, &given), expected)
}

#[test]
fn what_terraform_knows_when_it_plans() {
    let mut problems = Vec::new();
    for name in CONFIGURATIONS {
        let (model, expected) = read_configuration(name);
        assert_eq!(model.diagnostics, [], "{name}");
        for (address, attributes) in expected["planned"].as_object().unwrap() {
            for (attribute, wanted) in attributes.as_object().unwrap() {
                let value = resource(&model, address).properties.get(attribute);
                compare(&with_defaults(&value), wanted, true, &format!("{name} {address}.{attribute}"), &mut problems);
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn what_is_known_beyond_the_plan_is_what_apply_finds() {
    let mut problems = Vec::new();
    for name in CONFIGURATIONS {
        let (model, expected) = read_configuration(name);
        for (address, attributes) in expected["applied"].as_object().unwrap() {
            for (attribute, wanted) in attributes.as_object().unwrap() {
                let value = resource(&model, address).properties.get(attribute);
                compare(&with_defaults(&value), wanted, false, &format!("{name} {address}.{attribute}"), &mut problems);
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Notes a value that is not what Terraform has; with `all`, also one that is not known at all.
fn compare(value: &Value, wanted: &Json, all: bool, path: &str, problems: &mut Vec<String>) {
    if let (Some(structure), Json::String(text)) = (&value.structure, wanted) {
        let document: Json = serde_json::from_str(text).unwrap();
        return compare(structure, &document, all, path, problems);
    }
    let value = with_defaults(value);
    match (&value.data, wanted) {
        (Data::Unknown(_) | Data::Text(_) | Data::Choice(_) | Data::Absent, _) if !all => {}
        (Data::Map(map), Json::Object(wanted)) => {
            for (key, wanted) in wanted {
                compare(&map.get(key, value.span), wanted, all, &format!("{path}.{key}"), problems);
            }
        }
        (Data::List(list), Json::Array(wanted)) => {
            let items: Vec<Value> = list.items.iter().map(with_defaults).filter(|item| !item.is_absent()).collect();
            if list.rest.is_some() && !all {
                return;
            }
            if items.len() != wanted.len() || list.rest.is_some() {
                problems.push(format!("{path}: {} is not {}", show(&value), Json::Array(wanted.clone())));
            }
            for (at, (item, wanted)) in items.iter().zip(wanted).enumerate() {
                compare(item, wanted, all, &format!("{path}.{at}"), problems);
            }
        }
        (Data::Bool(value), Json::Bool(wanted)) if value == wanted => {}
        (Data::Number(number), Json::Number(wanted)) if number.as_f64() == wanted.as_f64().unwrap() => {}
        (Data::String(text), Json::String(wanted)) if **text == **wanted => {}
        // A document that is text in the configuration; Terraform compares documents by their JSON.
        (Data::String(text), Json::String(wanted)) if wanted.starts_with('{') => {
            let (text, wanted): (Json, Json) =
                (serde_json::from_str(text).unwrap(), serde_json::from_str(wanted).unwrap());
            if text != wanted {
                problems.push(format!("{path}: {text} is not {wanted}"));
            }
        }
        _ => problems.push(format!("{path}: {} is not {wanted}", show(&value))),
    }
}

#[test]
fn the_role_of_every_pool_is_found_by_its_term() {
    let cases = [
        ("01-direct", "aws_cognito_user_pool.main", "aws_iam_role.sms"),
        ("02-modules", "module.pool[\"a\"].aws_cognito_user_pool.this", "module.sms_role.aws_iam_role.this"),
        ("03-deferred-doc", "aws_cognito_user_pool.main", "aws_iam_role.sms"),
        ("04-count-index", "aws_cognito_user_pool.p[\"a\"]", "aws_iam_role.sms[0]"),
        ("04-count-index", "aws_cognito_user_pool.p[\"b\"]", "aws_iam_role.sms[0]"),
        ("04-count-index", "aws_cognito_user_pool.p[\"c\"]", "aws_iam_role.sms[0]"),
        ("04-count-index", "aws_cognito_user_pool.p[\"d\"]", "aws_iam_role.sms[0]"),
        ("04-count-index", "aws_cognito_user_pool.p[\"e\"]", "aws_iam_role.sms[0]"),
        ("06-json-syntax", "aws_cognito_user_pool.p", "aws_iam_role.sms"),
        ("09-data-by-name", "aws_cognito_user_pool.via_data", "data.aws_iam_role.by_name"),
        ("11-empty-test", "module.pool.aws_cognito_user_pool.this", "aws_iam_role.sms"),
    ];
    for (name, pool, role) in cases {
        let (model, _) = read_configuration(name);
        let sms = with_defaults(&resource(&model, pool).properties.get("sms_configuration"));
        let block = with_defaults(&at(&sms, "0"));
        let arn = with_defaults(&block.get("sns_caller_arn"));
        assert_eq!(show(&arn), format!("?{role}.arn"), "{name} {pool}");
    }
}

#[test]
fn an_unknown_number_of_blocks_is_not_no_block() {
    let model = single(
        r#"
        resource "random_shuffle" "s" { input = ["x"] }
        resource "aws_cognito_user_pool" "p" {
          dynamic "sms_configuration" {
            for_each = random_shuffle.s.result
            content { external_id = "e" }
          }
        }"#,
    );
    let sms = resource(&model, "aws_cognito_user_pool.p").properties.get("sms_configuration");
    assert!(sms.as_list().is_some_and(|list| list.items.is_empty() && list.rest.is_some()), "{}", show(&sms));
}
