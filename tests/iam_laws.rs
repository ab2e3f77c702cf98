//! Laws of the IAM evaluator over random roles and calls.
//!
//! Knowing more never contradicts an answer; statements are independent; Allow and Deny pull in their own directions.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a helper that fails is a failed test; what the shared module offers beyond this runner is for the other"
)]

#[path = "support/iam_cases.rs"]
mod iam_cases;

use coglint::value::{Scenario, Tri};
use iam_cases::Case;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

fn verdict(case: &Json) -> Tri {
    Case::read(case).answer().verdict
}

// ------------------------------------------------------------------------------------------------- random cases

fn one_or_list(items: &'static [&'static str]) -> impl Strategy<Value = Json> {
    prop_oneof![
        select(items).prop_map(text),
        vec(select(items), 0..3).prop_map(|items| items.into_iter().map(text).collect()),
    ]
}

/// A text with `${P}` or `${Q}` in it has holes; other variables are IAM's own.
fn text(text: &str) -> Json {
    if text.contains("${P}") || text.contains("${Q}") { json!({ "$sym": text }) } else { json!(text) }
}

const ACTIONS: &[&str] = &[
    "*",
    "*:*",
    "sns:*",
    "sns:Publish",
    "SNS:PUBLISH",
    "sns:P?b*",
    "sns:Subscribe",
    "sms-voice:SendTextMessage",
    "sms-voice:*",
    "sts:AssumeRole",
    "sts:*",
    "sts:TagSession",
    "logs:*",
    "${P}",
    "sns:${P}",
    "*:${Q}",
];

const RESOURCES: &[&str] = &[
    "*",
    "**",
    "arn:aws:sns:*:*:*",
    "arn:aws:sns:us-east-1:111122223333:topic",
    "arn:*:*:*:*:*",
    "arn:aws:sns:*",
    "${P}",
    "${P}:*",
    "arn:aws:sns:*:*:${aws:username}",
    "arn:aws:sms-voice:us-east-1:${aws:PrincipalAccount}:pool/*",
    "arn:aws:sms-voice:*",
    "arn:${P}",
    "arn:aws:sms-voice:${Q}:*:pool/pool-1",
    "arn:aws:${P}:${Q}:*:*",
    "+*",
    "${Q}*",
];

const SERVICES: &[&str] = &[
    "cognito-idp.amazonaws.com",
    "sns.amazonaws.com",
    "cognito-idp.us-east-1.amazonaws.com",
    "${P}",
    "${P}.amazonaws.com",
    "cognito-idp.${Q}",
    "*",
];

const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "ArnLike",
    "ArnNotLike",
    "ArnEquals",
    "Bool",
    "Null",
    "NumericLessThan",
    "NumericNotEquals",
    "DateGreaterThan",
    "IpAddress",
    "NotIpAddress",
    "BinaryEquals",
    "StringEqualsIfExists",
    "ArnLikeIfExists",
    "BoolIfExists",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:StringLikeIfExists",
    "StringSounds",
];

const KEYS: &[&str] = &[
    "aws:SourceArn",
    "aws:SourceAccount",
    "sts:ExternalId",
    "STS:externalid",
    "aws:RequestedRegion",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:MultiFactorAuthPresent",
    "aws:SecureTransport",
    "aws:PrincipalOrgID",
    "sns:Protocol",
    "aws:TagKeys",
    "aws:ResourceTag/team",
    "aws:PrincipalServiceNamesList",
    "aws:SourceIp",
    "saml:aud",
];

const VALUES: &[&str] = &[
    "ext-123",
    "EXT-123",
    "ext-*",
    "111122223333",
    "999988887777",
    "us-east-1",
    "us-*",
    "true",
    "false",
    "sms",
    "*",
    "?",
    "12",
    "arn:aws:cognito-idp:us-east-1:111122223333:userpool/*",
    "arn:aws:cognito-idp:*",
    "arn:aws:iam::*:role/*",
    "arn:aws:cognito-idp:${Q}:111122223333:userpool/${P}",
    "${P}",
    "${Q}",
    "${P}-${Q}",
    "ext-${P}",
    "${aws:PrincipalAccount}",
    "${aws:username}",
    "${aws:username, 'ext-123'}",
    "${sts:ExternalId}",
    "${*}",
    "10.0.0.0/8",
    "2020-01-01T00:00:00Z",
    "${aws:PrincipalOrgID}",
];

fn condition() -> impl Strategy<Value = Json> {
    vec((select(OPERATORS), select(KEYS), one_or_list(VALUES)), 0..3).prop_map(|entries| {
        let mut condition = json!({});
        for (operator, key, values) in entries {
            condition[operator][key] = values;
        }
        condition
    })
}

fn principal() -> impl Strategy<Value = Json> {
    prop_oneof![
        6 => one_or_list(SERVICES).prop_map(|services| json!({ "Service": services })),
        1 => Just(json!("*")),
        1 => Just(json!({ "AWS": "*" })),
        1 => one_or_list(SERVICES).prop_map(|services| json!({ "AWS": "111122223333", "Service": services })),
        1 => Just(json!({ "Federated": "cognito-idp.amazonaws.com" })),
    ]
}

fn statement(trust: bool) -> impl Strategy<Value = Json> {
    let effect = prop_oneof![4 => Just("Allow"), 2 => Just("Deny"), 1 => Just("deny")];
    let negated = proptest::bool::weighted(0.15);
    let parts = (effect, negated, one_or_list(ACTIONS), negated, one_or_list(RESOURCES), principal());
    (parts, option::of(condition())).prop_map(
        move |((effect, not_action, actions, not_rest, resources, principal), condition)| {
            let mut statement = json!({ "Effect": effect });
            statement[if not_action { "NotAction" } else { "Action" }] = actions;
            if trust {
                statement[if not_rest { "NotPrincipal" } else { "Principal" }] = principal;
            } else {
                statement[if not_rest { "NotResource" } else { "Resource" }] = resources;
            }
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            statement
        },
    )
}

fn document(trust: bool) -> impl Strategy<Value = Json> {
    let version = select(&["2012-10-17", "2012-10-17", "2008-10-17"][..]);
    (version, vec(statement(trust), 1..4))
        .prop_map(|(version, statements)| json!({ "Version": version, "Statement": statements }))
}

fn case() -> impl Strategy<Value = Json> {
    let request = (
        prop_oneof![Just(json!("ext-123")), Just(json!(null)), Just(text("${P}")), Just(text("${P}-${Q}"))],
        prop_oneof![
            Just(json!("+15550001111")),
            Just(json!("arn:aws:sms-voice:us-east-1:111122223333:pool/pool-1")),
            Just(text("${P}")),
            Just(text("arn:aws:sms-voice:${Q}:111122223333:pool/pool-1")),
        ],
        prop_oneof![Just(json!("us-east-1")), Just(text("${Q}"))],
    );
    let request = request.prop_map(|(external_id, identity, region)| {
        json!({
            "account": "111122223333", "region": "us-east-1", "snsRegion": region, "externalId": external_id,
            "poolArn": "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_AbCdEfGhI",
            "roleArn": "arn:aws:iam::111122223333:role/sms", "originationIdentity": identity,
        })
    });
    let trust = (document(true), request.clone())
        .prop_map(|(trust, request)| json!({ "ask": "trust", "role": { "trust": trust }, "request": request }));
    let policies = (document(false), option::of(document(false)), option::weighted(0.3, document(false)));
    let send =
        (select(&["publish", "eums"][..]), policies, request).prop_map(|(ask, (one, two, boundary), request)| {
            let inline: Vec<Json> =
                std::iter::once(one).chain(two).map(|document| json!({ "document": document })).collect();
            let mut role = json!({ "inline": inline });
            if let Some(boundary) = boundary {
                role["boundary"] = json!({ "document": boundary });
            }
            json!({ "ask": ask, "role": role, "request": request })
        });
    prop_oneof![trust, send]
}

// ---------------------------------------------------------------------------------------------------- changes

/// The statements of the first policy.
fn statements(case: &mut Json) -> &mut Vec<Json> {
    let pointer = if case["ask"] == "trust" { "/role/trust/Statement" } else { "/role/inline/0/document/Statement" };
    case.pointer_mut(pointer).unwrap().as_array_mut().unwrap()
}

/// The JSON pointers of every node of the role's documents.
fn nodes(case: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![("/role".to_owned(), &case["role"])];
    while let Some((pointer, node)) = open.pop() {
        let step = |key: &str| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        match node {
            Json::Object(map) if map.contains_key("$sym") || map.contains_key("$unknown") => {}
            Json::Object(map) => open.extend(map.iter().map(|(key, value)| (step(key), value))),
            Json::Array(items) => open.extend(items.iter().enumerate().map(|(at, item)| (step(&at.to_string()), item))),
            _ => {}
        }
        if pointer.contains("/document") || pointer.starts_with("/role/trust") {
            found.push(pointer);
        }
    }
    found
}

fn pick<'a>(nodes: &'a [String], index: &prop::sample::Index) -> &'a str {
    &nodes[index.index(nodes.len())]
}

/// Fills the holes with texts.
fn filled(node: &Json, p: &str, q: &str) -> Json {
    match node {
        Json::Object(map) => match map.get("$sym").and_then(Json::as_str) {
            Some(text) => json!(text.replace("${P}", p).replace("${Q}", q)),
            None => Json::Object(map.iter().map(|(key, value)| (key.clone(), filled(value, p, q))).collect()),
        },
        Json::Array(items) => items.iter().map(|item| filled(item, p, q)).collect(),
        other => other.clone(),
    }
}

const FILLINGS: &[&str] = &[
    "*",
    "ext-123",
    "123",
    "sns",
    "us-east-1",
    "Publish",
    "sns:Publish",
    "sms-voice:SendTextMessage",
    "?",
    "111122223333",
    "x:y",
    "aws:sns",
    "arn:aws:sns:us-east-1:111122223333:topic",
    "arn:aws:sms-voice:us-east-1:111122223333:pool/pool-1",
    "cognito-idp.amazonaws.com",
    "+15550001111",
    "aws:sms-voice:*:*:*",
    "amazonaws.com",
    "cognito-idp",
    "us-east-1_AbCdEfGhI",
    "us-east-1:111122223333:pool/*",
    "Ext",
    "sms-voice",
];

fn agrees(less: Tri, more: Tri) -> bool {
    less.is_unknown() || less == more
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_more_allow_never_takes_away(case in case(), allow in statement(true), send in statement(false)) {
        let before = verdict(&case);
        let mut case = case;
        let mut added = if case["ask"] == "trust" { allow } else { send };
        added["Effect"] = json!("Allow");
        statements(&mut case).push(added);
        prop_assert!(verdict(&case) >= before);
    }

    #[test]
    fn one_more_deny_never_gives(case in case(), deny in statement(true), send in statement(false)) {
        let before = verdict(&case);
        let mut case = case;
        let mut added = if case["ask"] == "trust" { deny } else { send };
        added["Effect"] = json!("Deny");
        statements(&mut case).push(added);
        prop_assert!(verdict(&case) <= before);
    }

    #[test]
    fn the_order_of_statements_does_not_matter(case in case(), turn in 0..4usize) {
        let before = verdict(&case);
        let mut case = case;
        let list = statements(&mut case);
        let turn = turn % list.len();
        list.rotate_left(turn);
        list.reverse();
        prop_assert_eq!(verdict(&case), before);
    }

    #[test]
    fn what_is_not_known_never_turns_an_answer(case in case(), at in any::<prop::sample::Index>(), again in any::<prop::sample::Index>()) {
        let full = verdict(&case);
        let mut case = case;
        for (index, kind) in [(at, 0), (again, 1)] {
            let nodes = nodes(&case);
            let node = case.pointer_mut(pick(&nodes, &index)).unwrap();
            match node {
                Json::Object(map) if kind == 1 && !map.contains_key("$sym") && !map.contains_key("$unknown") => {
                    map.insert("$open".to_owned(), json!(true));
                }
                Json::Array(items) if kind == 1 => items.push(json!("$open")),
                node => *node = json!({ "$unknown": "x" }),
            }
            let less = verdict(&case);
            prop_assert!(agrees(less, full), "{:?} of {:?} in {}", less, full, case);
        }
    }

    #[test]
    fn what_is_open_may_be_missing(case in case(), at in any::<prop::sample::Index>()) {
        // The other direction: a list or map with an open rest admits whatever is taken out of it.
        let full = verdict(&case);
        let nodes = nodes(&case);
        let pointer = pick(&nodes, &at);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let mut less = case.clone();
        match less.pointer_mut(parent) {
            Some(Json::Object(map)) => {
                map.remove(&key.replace("~1", "/").replace("~0", "~"));
                map.insert("$open".to_owned(), json!(true));
            }
            Some(Json::Array(items)) if !pointer.ends_with("/document") => {
                items.remove(key.parse().unwrap());
                items.push(json!("$open"));
            }
            _ => return Ok(()),
        }
        if parent.contains("/document") || parent.starts_with("/role/trust") {
            prop_assert!(agrees(verdict(&less), full), "{less} of {case}");
        }
    }

    #[test]
    fn holes_admit_whatever_fills_them(case in case(), p in select(FILLINGS), q in select(FILLINGS)) {
        let open = verdict(&case);
        let closed = filled(&case, p, q);
        prop_assert!(agrees(open, verdict(&closed)), "{:?} for {}, P = {}, Q = {}", open, case, p, q);
    }

    #[test]
    fn a_choice_admits_both_its_arms(case in case(), other in case(), at in any::<prop::sample::Index>(), into in any::<prop::sample::Index>()) {
        let nodes_here = nodes(&case);
        let pointer = pick(&nodes_here, &at);
        let nodes_there = nodes(&other);
        let there = other.pointer(pick(&nodes_there, &into)).unwrap().clone();
        for other_arm in [there, json!("$gone")] {
            let here = case.pointer(pointer).unwrap().clone();
            let mut chosen = case.clone();
            *chosen.pointer_mut(pointer).unwrap() = json!({ "$if": "Prod", "then": here, "else": other_arm });
            let read = Case::read(&chosen);
            let open = read.answer();
            let variables = open.variables();
            let Some(variable) = variables.first() else { continue };
            prop_assert!(open.verdict.is_unknown());
            let decided = |class| read.answer_in(&Scenario::default().with(variable.clone(), class)).verdict;
            prop_assert_eq!(decided(0), verdict(&case));
            let mut replaced = case.clone();
            *replaced.pointer_mut(pointer).unwrap() = other_arm;
            prop_assert_eq!(decided(1), verdict(&replaced));
        }
    }

    #[test]
    fn an_open_choice_agrees_with_its_arms(case in case(), at in any::<prop::sample::Index>()) {
        let nodes = nodes(&case);
        let pointer = pick(&nodes, &at);
        let mut chosen = case.clone();
        let here = case.pointer(pointer).unwrap().clone();
        *chosen.pointer_mut(pointer).unwrap() = json!({ "$if": "Prod", "then": here, "else": "$gone" });
        let mut gone = case.clone();
        *gone.pointer_mut(pointer).unwrap() = json!("$gone");
        let open = verdict(&chosen);
        prop_assert!(agrees(open, verdict(&case)) && agrees(open, verdict(&gone)), "{chosen}");
    }
}
