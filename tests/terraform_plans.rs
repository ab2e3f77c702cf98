//! Plans of small configurations, made by the real AWS provider, beside the states that applying them gave. What we say of a
//! resource must be what the plan says where it knows, and what the state says where we know more than the plan.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a panic is how a test says that something does not hold"
)]

use coglint::frontend::{self, Given, Input, InputKind, Model, Resource};
use coglint::graph::kinds::AllKinds;
use coglint::graph::link::Link;
use coglint::graph::{Graph, NodeId};
use coglint::source::{Loader, MemoryFiles, SourceMap};
use coglint::value::{Data, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;

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
    read_beside(text, &[])
}

/// Reads a plan with the files of its configuration in the same folder. Those are no inputs of their own here.
fn read_beside(text: &str, beside: &[(String, String)]) -> (Model, SourceMap) {
    let files = beside.iter().fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text));
    let files = files.with("plan.json", text);
    let mut loader = Loader::new(&files);
    let file = loader.load("plan.json").unwrap();
    let input = Input { path: "plan.json".into(), kind: InputKind::TerraformPlan, file };
    let model = frontend::read(&[input], &mut loader, &AllKinds, &Given::default());
    (model, loader.into_map())
}

/// The configuration that a plan was made from.
fn configuration(name: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/values/terraform-modules").join(name);
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
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
        // One of the alternatives came true.
        (Data::Choice(choice), Json::String(theirs)) => {
            assert_counted(choice.arms.iter().any(|(_, arm)| arm.as_str() == Some(theirs)), at)
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
    let leaves = |with_files: bool| -> usize {
        let leaves = PLANS.iter().map(|name| {
            let files = if with_files { configuration(name) } else { Vec::new() };
            let (model, _) = read_beside(&text(&format!("{name}.plan")), &files);
            let applied = state(&serde_json::from_str(&text(&format!("{name}.applied"))).unwrap());
            model.resources.iter().map(|resource| agree_with_state(name, resource, &applied)).sum::<usize>()
        });
        leaves.sum()
    };
    assert_eq!(leaves(false), 197);
    assert_eq!(leaves(true), 205);
}

fn agree_with_state(name: &str, resource: &Resource, applied: &BTreeMap<String, Json>) -> usize {
    let at = format!("{name} {}", resource.id.address);
    match applied.get(&*resource.id.address) {
        Some(made) => agree(&resource.properties, made, &at),
        // Granting a permission on a function that is not there would have failed.
        None => {
            assert_eq!(&*resource.type_name, "aws_lambda_permission", "{at}");
            0
        }
    }
}

/// How many pools were linked to a role, to a literal, to nobody knows what, to nothing.
type Links = (usize, usize, usize, usize);

/// Follows every pool's role and compares it with the ARN that the pool got.
fn links(name: &str, files: &[(String, String)]) -> Links {
    let (model, sources) = read_beside(&text(&format!("{name}.plan")), files);
    let applied = state(&serde_json::from_str(&text(&format!("{name}.applied"))).unwrap());
    let graph = Graph::new(model, sources);
    let mut links = (0, 0, 0, 0);
    for pool in graph.of("user_pool") {
        let address = address(&graph, *pool);
        let arn = &applied[&address]["sms_configuration"][0]["sns_caller_arn"];
        match graph.follow(*pool, &graph.read(*pool, "sms.role").value, "role", "arn") {
            Link::Node(role) => {
                assert_eq!(applied[&self::address(&graph, role)]["arn"], *arn, "{name} {address}");
                links.0 += 1;
            }
            Link::Outside(literal) => {
                assert_eq!(literal.as_str(), arn.as_str(), "{name} {address}");
                links.1 += 1;
            }
            Link::Unknown(_) => links.2 += 1,
            Link::Absent => {
                assert!(arn.is_null(), "{name} {address}");
                links.3 += 1;
            }
        }
    }
    links
}

#[test]
fn every_role_that_a_pool_is_linked_to_is_the_one_whose_arn_it_got() {
    let table: [(&str, Links, Links); 10] = [
        // plan, by itself, with the configuration beside it
        ("01-direct", (1, 0, 0, 0), (1, 0, 0, 0)),
        ("02-modules", (1, 0, 1, 0), (1, 0, 0, 1)),
        ("03-deferred-doc", (1, 0, 0, 0), (1, 0, 0, 0)),
        ("04-count-index", (5, 0, 0, 0), (5, 0, 0, 0)),
        ("05-literal-arn", (3, 0, 1, 0), (3, 0, 0, 1)),
        ("06-json-syntax", (1, 0, 0, 0), (1, 0, 0, 0)),
        ("07-unknown-foreach-dynamic", (0, 0, 1, 0), (0, 1, 0, 0)),
        ("09-data-by-name", (2, 0, 0, 0), (2, 0, 0, 0)),
        ("10-override", (0, 1, 0, 0), (0, 1, 0, 0)),
        ("11-empty-test", (0, 0, 1, 0), (1, 0, 0, 0)),
    ];
    for (name, alone, with_files) in table {
        assert_eq!(links(name, &[]), alone, "{name}");
        assert_eq!(links(name, &configuration(name)), with_files, "{name} with its files");
    }
}

#[test]
fn a_policy_that_exists_nowhere_in_the_plan_is_put_together_from_its_statements() {
    let (model, sources) = read(&text("03-deferred-doc.plan"));
    let graph = Graph::new(model, sources);
    let first = |kind: &str| *graph.of(kind).first().unwrap();
    let trust = graph.read(first("role"), "trust").value.get("Statement");
    let statement = trust.as_list().unwrap().items.first().unwrap();
    assert_eq!(statement.get("Principal").get("Service").as_str(), Some("cognito-idp.amazonaws.com"));
    // Nobody knows the external id, but both sides have the same one.
    let demanded = statement.get("Condition").get("StringEquals").get("sts:ExternalId");
    let sent = graph.read(first("user_pool"), "sms.external_id").value;
    assert!(sent.is_unknown());
    assert!(demanded.same(&sent).is_yes(), "{demanded:?} {sent:?}");
    let publish = graph.read(first("managed_policy"), "document").value.get("Statement");
    let sids: Vec<Option<String>> =
        publish.as_list().unwrap().items.iter().map(|item| item.get("Sid").as_str().map(str::to_owned)).collect();
    assert_eq!(sids, [Some("Base".to_owned()), Some("Pub".to_owned())]);
    let attachment = first("policy_attachment");
    let policy = graph.read(attachment, "policy").value;
    assert!(
        matches!(graph.follow(attachment, &policy, "managed_policy", "arn"), Link::Node(id) if id == first("managed_policy"))
    );
}

#[test]
fn what_a_created_resource_does_not_set_is_left_to_the_service() {
    let (model, sources) = read(&text("01-direct.plan"));
    let graph = Graph::new(model, sources);
    let first = |kind: &str| *graph.of(kind).first().unwrap();
    for (kind, path) in [
        ("user_pool_client", "auth_flows"),
        ("role", "inline_policies"),
        ("role", "managed_policies"),
        ("user_pool", "sms.region"),
    ] {
        assert!(graph.read(first(kind), path).value.is_absent(), "{path}");
    }
    assert_eq!(graph.read(first("user_pool"), "tier").value.as_str(), Some("ESSENTIALS"), "the default");
    let policy = first("role_policy");
    let roles = graph.read(policy, "roles").value;
    let role = roles.as_list().unwrap().items.first().unwrap();
    assert!(matches!(graph.follow(policy, role, "role", "name"), Link::Node(id) if id == first("role")));
}

fn address(graph: &Graph, id: NodeId) -> String {
    graph.node(id).unwrap().resource.id.address.to_string()
}
