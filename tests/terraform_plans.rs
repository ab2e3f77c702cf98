//! Plans of small configurations, made by the real AWS provider, beside the states that applying them gave. What we say of a
//! resource must be what the plan says where it knows, and what the state says where we know more than the plan.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use coglint::frontend::{self, Given, Input, InputKind, Model};
use coglint::graph::kinds::AllKinds;
use coglint::graph::link::Link;
use coglint::graph::{Graph, NodeId};
use coglint::source::{Loader, MemoryFiles, SourceMap};
use coglint::value::{Data, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

const PLANS: [&str; 10] = [
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

fn text(name: &str) -> String {
    let path = format!("{}/testdata/values/terraform-plans/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn read(text: &str) -> (Model, SourceMap) {
    let files = MemoryFiles::default().with("plan.json", text);
    let mut loader = Loader::new(&files);
    let file = loader.load("plan.json").unwrap();
    let input = Input { path: "plan.json".into(), kind: InputKind::TerraformPlan, file };
    let model = frontend::read(&[input], &mut loader, &AllKinds, &Given::default());
    (model, loader.into_map())
}

/// The instances of a state by address.
fn state(json: &Json) -> BTreeMap<String, Json> {
    let mut found = BTreeMap::new();
    let mut open = vec![&json["values"]["root_module"]];
    while let Some(module) = open.pop() {
        open.extend(module["child_modules"].as_array().into_iter().flatten());
        for resource in module["resources"].as_array().into_iter().flatten() {
            found.insert(resource["address"].as_str().unwrap().to_owned(), resource["values"].clone());
        }
    }
    found
}

/// Compares a value with what a plan or state says; counts the known leaves. What we call absent, or unknown, is not
/// compared.
fn agree(value: &Value, json: &Json, at: &str) -> usize {
    match (&value.data, json) {
        (Data::Absent | Data::Null | Data::Unknown(_), _) => 0,
        (Data::Bool(own), Json::Bool(theirs)) => assert_counted(own == theirs, at),
        (Data::Number(own), Json::Number(theirs)) => assert_counted(own.text() == theirs.to_string(), at),
        (Data::String(own), Json::String(theirs)) => assert_counted(**own == **theirs, at),
        (Data::List(own), Json::Array(theirs)) => {
            assert!(own.items.len() <= theirs.len(), "{at}: more elements than there are");
            let items = own.items.iter().zip(theirs).enumerate();
            items.map(|(index, (own, theirs))| agree(own, theirs, &format!("{at}[{index}]"))).sum()
        }
        // A policy that was put together from its statements, beside the JSON that the provider made of them.
        (Data::Map(_), Json::String(theirs)) => agree(value, &serde_json::from_str(theirs).unwrap(), at),
        (Data::Map(own), Json::Object(theirs)) => {
            let member = |key: &str| theirs.get(key).unwrap_or(&Json::Null);
            own.entries.iter().map(|(key, entry)| agree(&entry.value, member(key), &format!("{at}.{key}"))).sum()
        }
        (own, theirs) => panic!("{at}: {own:?} is not {theirs}"),
    }
}

fn assert_counted(same: bool, at: &str) -> usize {
    assert!(same, "{at} differs");
    1
}

/// Checks that everything that the plan knows is there.
fn complete(value: &Value, after: &Json, at: &str) {
    match after {
        Json::Null => {}
        Json::Object(members) => {
            members.iter().for_each(|(key, after)| complete(&value.get(key), after, &format!("{at}.{key}")));
        }
        Json::Array(items) => {
            let list = value.as_list().unwrap_or_else(|| panic!("{at} is no list: {value:?}"));
            assert_eq!(list.items.len(), items.len(), "{at}");
            list.items.iter().zip(items).for_each(|(item, after)| complete(item, after, at));
        }
        scalar => assert_eq!(agree(value, scalar, at), 1, "{at} is missing: {value:?}"),
    }
}

#[test]
fn what_the_plan_knows_is_what_we_say() {
    for name in PLANS {
        let text = text(&format!("{name}.plan"));
        let json: Json = serde_json::from_str(&text).unwrap();
        let (model, _) = read(&text);
        assert_eq!(model.diagnostics, [], "{name}");
        let mut leaves = 0;
        for change in json["resource_changes"].as_array().unwrap() {
            let address = change["address"].as_str().unwrap();
            let resource = model.resources.iter().find(|resource| *resource.id.address == *address).unwrap();
            let after = &change["change"]["after"];
            complete(&resource.properties, after, &format!("{name} {address}"));
            leaves += agree_known(&resource.properties, after, address);
        }
        assert!(leaves > 0, "{name}");
    }
}

/// As `agree`, where the plan knows anything.
fn agree_known(value: &Value, after: &Json, at: &str) -> usize {
    let Data::Map(map) = &value.data else { return 0 };
    let known = map.entries.iter().filter(|(key, _)| after.get(&***key).is_some_and(|after| !after.is_null()));
    known.map(|(key, entry)| agree(&entry.value, &after[&**key], &format!("{at}.{key}"))).sum()
}

#[test]
fn what_we_know_is_what_the_apply_made() {
    let mut leaves = 0;
    for name in PLANS {
        let (model, _) = read(&text(&format!("{name}.plan")));
        let applied = state(&serde_json::from_str(&text(&format!("{name}.applied"))).unwrap());
        for resource in &model.resources {
            // Granting a permission on a function that is not there would have failed.
            let Some(made) = applied.get(&*resource.id.address) else {
                assert_eq!(&*resource.type_name, "aws_lambda_permission", "{name}");
                continue;
            };
            leaves += agree(&resource.properties, made, &format!("{name} {}", resource.id.address));
        }
    }
    assert_eq!(leaves, 197);
}

#[test]
fn every_role_that_a_pool_is_linked_to_is_the_one_whose_arn_it_got() {
    let mut counts = Vec::new();
    for name in PLANS {
        let (model, sources) = read(&text(&format!("{name}.plan")));
        let applied = state(&serde_json::from_str(&text(&format!("{name}.applied"))).unwrap());
        let graph = Graph::new(model, sources);
        let (mut linked, mut outside, mut open, mut none) = (0, 0, 0, 0);
        for pool in graph.of("user_pool") {
            let address = address(&graph, *pool);
            let arn = &applied[&address]["sms_configuration"][0]["sns_caller_arn"];
            match graph.follow(*pool, &graph.read(*pool, "sms.role").value, "role", "arn") {
                Link::Node(role) => {
                    assert_eq!(applied[&self::address(&graph, role)]["arn"], *arn, "{name} {address}");
                    linked += 1;
                }
                Link::Outside(literal) => {
                    assert_eq!(literal.as_str(), arn.as_str(), "{name} {address}");
                    outside += 1;
                }
                Link::Unknown(_) => open += 1,
                Link::Absent => {
                    assert!(arn.is_null(), "{name} {address}");
                    none += 1;
                }
            }
        }
        counts.push((name, linked, outside, open, none));
    }
    assert_eq!(
        counts,
        [
            ("01-direct", 1, 0, 0, 0),
            ("02-modules", 1, 0, 1, 0),
            ("03-deferred-doc", 1, 0, 0, 0),
            ("04-count-index", 5, 0, 0, 0),
            ("05-literal-arn", 3, 0, 1, 0),
            ("06-json-syntax", 1, 0, 0, 0),
            ("07-unknown-foreach-dynamic", 0, 0, 1, 0),
            ("09-data-by-name", 2, 0, 0, 0),
            ("10-override", 0, 1, 0, 0),
            ("11-empty-test", 0, 0, 1, 0),
        ]
    );
}

fn address(graph: &Graph, id: NodeId) -> String {
    graph.node(id).unwrap().resource.id.address.to_string()
}
