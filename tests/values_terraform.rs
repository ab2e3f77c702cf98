//! Expressions that Terraform itself evaluated: `testdata/values/terraform/expressions.jsonl`, in the module beside it.
//!
//! The rule is one-sided. Where Terraform knows the value, ours is equal; where it says unknown, we may know more; what it
//! refuses is an error or unknown here. The cases where we know less, or take the semantics of a later Terraform, are named.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test says by a panic that something does not hold")]

use coglint::frontend::terraform;
use coglint::frontend::{Given, Input, InputKind, Model, Schema};
use coglint::source::{Loader, MemoryFiles};
use coglint::value::{Data, Kind, Number, Refine, ResourceRef, Scenario, Shape, Term, Unknown, Value, Variable, Why};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Terraform knows the value, we do not: functions that are not evaluated, and what the frontend leaves open on purpose.
const LESS_KNOWN: &[(&str, &str)] =
    &[("fn-120", "nobody knows the workspace"), ("typed-34", "an unknown list keeps no type of its elements")];

/// Terraform knows the value only after it applied the module; ours is what it then has.
const MORE_KNOWN: &[(&str, &str)] = &[
    ("unk-01", "\"computed-later\""),
    ("unk-10", "false"),
    ("unk-18", "false"),
    ("unk-19", "true"),
    ("unk-34", "\"known\""),
    ("unk-56", "true"),
    ("unk-58", "\"computed-later\""),
    ("unk-63", "true"),
    ("dyn-16", "\"a\""),
    ("typed-29", "false"),
    ("typed-30", "false"),
    ("typed-31", "true"),
    ("typed-32", "true"),
    ("typed-42", "true"),
];

/// Terraform 1.11 gives another value, or an error; the reason says why ours is right.
const DELIBERATE: &[(&str, &str)] = &[
    ("unk-20", "the output of terraform_data is its input, which is no truth value"),
    ("fn-108", "only an output may not be a secret"),
    ("sens-05", "likewise"),
    ("more-093", "there is no negative zero here"),
    ("more-105", "Terraform panics; later versions count from the end"),
    ("more-163", "elements without a common type keep theirs"),
    ("more-164", "likewise"),
    ("more-197", "likewise"),
    ("more-211", "|| does not look at its right side since 1.12"),
    ("more-212", "nor does &&"),
    ("more-282", "a literal template is no harm"),
];

/// The attributes of the built-in resource of the setup: both exist only once it does.
struct Setup;

impl Schema for Setup {
    fn computed(&self, resource: &ResourceRef, kind: &str, attribute: &str, _: &Value) -> Option<Value> {
        let term = Term::Attribute(resource.clone(), attribute.into());
        let unknown = Unknown::new(Why::Attribute(attribute.into()), term);
        let span = coglint::source::Span::new(coglint::source::FileId(0), 0, 0);
        match (kind, attribute) {
            ("terraform_data", "id") => Some(Value::unknown(unknown.refined(Refine::string(Shape::any())), span)),
            ("terraform_data", "output") => {
                Some(Value::unknown(unknown.refined(Refine { kind: Some(Kind::String), ..Refine::default() }), span))
            }
            _ => None,
        }
    }

    fn reads(&self, kind: &str) -> bool {
        kind == "case"
    }
}

fn setup() -> MemoryFiles {
    fn walk(folder: &Path, below: &str, mut files: MemoryFiles) -> MemoryFiles {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
            files = match path.is_dir() {
                true => walk(&path, &format!("{name}/"), files),
                false => files.with(&name, &std::fs::read_to_string(&path).unwrap()),
            };
        }
        files
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/values/terraform/setup");
    walk(&root, "", MemoryFiles::default())
}

fn cases() -> Vec<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/values/terraform/expressions.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every case is the attribute of a resource of its own.
fn evaluated(cases: &[serde_json::Value]) -> BTreeMap<String, Value> {
    let mut text = String::new();
    for case in cases {
        let id = case["id"].as_str().unwrap();
        writeln!(text, "resource \"case\" \"{id}\" {{\n  value = {}\n}}", case["expr"].as_str().unwrap()).unwrap();
    }
    let files = setup().with("cases.tf", &text);
    let mut loader = Loader::new(&files);
    let mut inputs = Vec::new();
    for path in files.paths() {
        let kind = match path {
            path if path.ends_with(".tf") => InputKind::Terraform,
            path if path.ends_with(".tf.json") => InputKind::TerraformJson,
            path if path.ends_with(".tfvars") || path.ends_with(".tfvars.json") => InputKind::TerraformVariables,
            _ => continue,
        };
        let file = loader.load(path).unwrap();
        inputs.push(Input { path: path.into(), kind, file });
    }
    let mut model = Model::default();
    terraform::read(&inputs, &[], &mut loader, &Setup, &Given::default(), &mut model);
    assert!(model.diagnostics.is_empty(), "{:?}", model.diagnostics);
    let own = model.resources.iter().filter(|resource| &*resource.type_name == "case");
    own.map(|resource| {
        let id = resource.id.address.strip_prefix("case.").unwrap().to_owned();
        (id, with_defaults(&resource.properties.get("value")))
    })
    .collect()
}

/// The value when every variable has its default, which is what Terraform was run with.
fn with_defaults(value: &Value) -> Value {
    let mut scenario = Scenario::default();
    while let Some(variable) = open_variable(&value.under(&scenario), &scenario) {
        let Some(default) = variable.default else { break };
        scenario = scenario.with(variable, default);
    }
    value.under(&scenario)
}

fn open_variable(value: &Value, scenario: &Scenario) -> Option<std::sync::Arc<Variable>> {
    match &value.data {
        Data::Choice(_) => value.resolve(scenario).err(),
        Data::List(list) => list.items.iter().find_map(|item| open_variable(item, scenario)),
        Data::Map(map) => map.entries.values().find_map(|entry| open_variable(&entry.value, scenario)),
        _ => None,
    }
}

fn is_secret(value: &Value) -> bool {
    value.sensitive
        || match &value.data {
            Data::List(list) => list.items.iter().any(is_secret),
            Data::Map(map) => map.entries.values().any(|entry| is_secret(&entry.value)),
            _ => false,
        }
}

/// How a value compares with what Terraform printed.
#[derive(Debug, PartialEq)]
enum Match {
    Equal,
    LessKnown,
    Different,
}

impl Match {
    fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Different, _) | (_, Self::Different) => Self::Different,
            (Self::LessKnown, _) | (_, Self::LessKnown) => Self::LessKnown,
            _ => Self::Equal,
        }
    }
}

/// `unknown` masks the parts of the expected value that Terraform does not know.
fn compare(value: &Value, expected: &serde_json::Value, unknown: &serde_json::Value) -> Match {
    use serde_json::Value as Json;
    if unknown == &Json::Bool(true) {
        return Match::Equal;
    }
    let equal = |same: bool| if same { Match::Equal } else { Match::Different };
    match (&value.data, expected) {
        (Data::Unknown(unknown), _) if matches!(unknown.why, Why::Invalid(_)) => Match::Different,
        (Data::Unknown(_) | Data::Text(_) | Data::Choice(_), _) => Match::LessKnown,
        (Data::Null | Data::Absent, Json::Null) => Match::Equal,
        (Data::Bool(known), Json::Bool(expected)) => equal(known == expected),
        (Data::Number(number), Json::Number(expected)) => {
            equal(Number::parse(&expected.to_string()).is_some_and(|expected| expected == *number))
        }
        (Data::String(text), Json::String(expected)) => equal(**text == **expected),
        (Data::List(list), _) if list.rest.is_some() => Match::LessKnown,
        (Data::Map(map), _) if map.rest.is_some() => Match::LessKnown,
        (Data::List(list), Json::Array(items)) if list.items.len() == items.len() => {
            let each = list.items.iter().zip(items).enumerate();
            each.map(|(at, (item, expected))| compare(item, expected, &unknown[at])).fold(Match::Equal, Match::worse)
        }
        (Data::Map(map), Json::Object(entries)) => {
            let mask = |key: &str| unknown.get(key).cloned().unwrap_or(Json::Null);
            let missing = entries.keys().any(|key| !map.entries.contains_key(key.as_str()));
            let entry = |(key, entry): (&std::sync::Arc<str>, &coglint::value::Entry)| match entries.get(&**key) {
                None if mask(key) == Json::Bool(true) => Match::Equal,
                None => compare(&entry.value, &Json::Null, &mask(key)),
                Some(expected) => compare(&entry.value, expected, &mask(key)),
            };
            let all = map.entries.iter().map(entry).fold(Match::Equal, Match::worse);
            if missing { Match::Different } else { all }
        }
        _ => Match::Different,
    }
}

/// True when nothing in the value is unknown.
fn is_known(value: &Value) -> bool {
    match &value.data {
        Data::Unknown(_) | Data::Text(_) | Data::Choice(_) => false,
        Data::List(list) => list.rest.is_none() && list.items.iter().all(is_known),
        Data::Map(map) => map.rest.is_none() && map.entries.values().all(|entry| is_known(&entry.value)),
        _ => true,
    }
}

#[derive(Default)]
struct Count {
    equal: usize,
    less_known: usize,
    unknown: usize,
    more_known: usize,
    refused: usize,
}

#[test]
fn as_terraform_evaluates_them() {
    let cases = cases();
    let values = evaluated(&cases);
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut less_known = Vec::new();
    let mut deliberate = Vec::new();
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let count = counts.entry(case["group"].as_str().unwrap()).or_default();
        let Some(value) = values.get(id) else {
            wrong.push(format!("{id}: {} does not read", case["expr"]));
            continue;
        };
        let complaint = match case["status"].as_str().unwrap() {
            "known" | "partial" => match compare(value, &case["value"], &case["after_unknown"]) {
                Match::Equal => {
                    count.equal += 1;
                    None
                }
                Match::LessKnown => {
                    count.less_known += 1;
                    less_known.push(id);
                    None
                }
                Match::Different => Some("a different value"),
            },
            "unknown" => {
                match is_known(value) {
                    true => count.more_known += 1,
                    false => count.unknown += 1,
                }
                let error = value.as_unknown().is_some_and(|unknown| matches!(unknown.why, Why::Invalid(_)));
                match MORE_KNOWN.iter().find(|(known, _)| *known == id) {
                    _ if error => Some("an error where Terraform has a value"),
                    Some((_, json)) => {
                        let expected = serde_json::from_str(json).unwrap();
                        let as_written = compare(value, &expected, &serde_json::Value::Null) == Match::Equal;
                        (!as_written).then_some("another value than the one written down")
                    }
                    None => is_known(value).then_some("a value that nobody wrote down"),
                }
            }
            _ => {
                count.refused += 1;
                is_known(value).then_some("a value where Terraform refuses")
            }
        };
        if case["sensitive"] == true && !is_secret(value) {
            wrong.push(format!("{id}: not marked as a secret"));
        }
        match complaint {
            Some(_) if DELIBERATE.iter().any(|(known, _)| *known == id) => deliberate.push(id),
            Some(complaint) => wrong.push(format!("{id}: {}\n  {complaint}: {:?}", case["expr"], value.data)),
            None => {}
        }
    }
    for (group, count) in &counts {
        println!(
            "{group}: {} equal, {} less known, {} unknown in both, {} known only here, {} refused",
            count.equal, count.less_known, count.unknown, count.more_known, count.refused
        );
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let named = |list: &[(&'static str, &str)]| list.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    assert_eq!(less_known, named(LESS_KNOWN), "the cases where we know less");
    assert_eq!(deliberate, named(DELIBERATE), "the cases where we differ on purpose");
}
