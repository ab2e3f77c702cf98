//! Intrinsic functions against `testdata/values/cloudformation.jsonl`: cases with the value that the service gives, most of
//! them confirmed by other engines.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test says that something does not hold"
)]

use coglint::frontend::{Given, Input, InputKind, Model, Resource, Schema, cloudformation};
use coglint::source::{Loader, MemoryFiles, Span};
use coglint::value::{
    Data, Decision, Part, Refine, ResourceRef, Scenario, Shape, Term, Tri, Unknown, Value, Variable, Why,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

#[test]
fn cases_hold() {
    let cases = include_str!("../testdata/values/cloudformation.jsonl");
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap();
        let read = Case::read(&case);
        if let Err(message) = read.check(&case["expect"]) {
            wrong.push(format!("{id}: {message}\n   {}\n   {:?}", case["value"], read.value.data));
        }
    }
    assert!(wrong.is_empty(), "{} cases fail:\n{}", wrong.len(), wrong.join("\n"));
}

/// Templates whose `MfaConfiguration` is bad always, with the defaults, in some declared alternative, or never.
#[test]
fn scenarios_hold() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/values/cloudformation-scenarios");
    let expected = std::fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    for line in expected.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let file = case["file"].as_str().unwrap();
        let template = serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        let model = read(&template, &json!({}));
        assert_eq!(verdict(&model.resources[0]), case["verdict"].as_str().unwrap(), "{file}");
    }
}

fn verdict(pool: &Resource) -> &'static str {
    let value = pool.properties.get("MfaConfiguration");
    let exists = |scenario: &Scenario| !matches!(pool.presence.decide(scenario), Decision::Fails);
    let bad: Vec<Scenario> = scenarios(&value)
        .into_iter()
        .filter(|(scenario, value)| value.as_str() == Some("BAD") && exists(scenario))
        .map(|(scenario, _)| scenario)
        .collect();
    match () {
        () if bad.iter().any(Scenario::is_default) => "default",
        () if bad.iter().any(Scenario::is_declared) => "some",
        () => "none",
    }
}

type Outcome = Result<(), String>;

struct Case {
    value: Value,
    /// What the case's value is to be identical with, where the case says so.
    identical: Option<Value>,
}

impl Case {
    fn read(case: &Json) -> Self {
        let mut template = case["doc"].clone();
        let expect = &case["expect"];
        let mut properties = json!({ "Value": case["value"] });
        let names = expect["ident"].as_array().or_else(|| expect["links"].as_array());
        if let Some([resource, attribute]) = names.map(Vec::as_slice) {
            properties["Identical"] = if attribute == "Ref" {
                json!({"Ref": resource})
            } else {
                json!({"Fn::GetAtt": [resource, attribute]})
            };
        }
        template["Resources"]["CaseUnderTest"] = json!({"Type": "Test::Case", "Properties": properties});
        let model = read(&template, &case["params"]);
        let resource = model.resources.iter().find(|resource| &*resource.id.address == "CaseUnderTest").unwrap();
        let identical = resource.properties.get("Identical");
        Self { value: resource.properties.get("Value"), identical: Some(identical).filter(|value| !value.is_absent()) }
    }

    fn check(&self, expect: &Json) -> Outcome {
        let expect = expect.as_object().unwrap();
        for (key, expected) in expect {
            match key.as_str() {
                "default" => self.check_default(expected)?,
                "v" if expect.contains_key("oneof") => self.check_all(expected)?,
                "v" => self.check_all(expected)?,
                "oneof" => self.check_alternatives(expected.as_array().unwrap())?,
                "absent" => ensure(self.value.is_absent(), "is there")?,
                "unk" | "err" => self.check_unknown()?,
                "text" => self.check_text(expected.as_array().unwrap())?,
                "ident" => self.check_identical()?,
                "links" => ensure(!self.value.same(self.identical.as_ref().unwrap()).is_no(), "cannot link")?,
                "default_import" => self.check_import(expected.as_str().unwrap())?,
                "note" | "refine" | "under" => {}
                other => return Err(format!("unknown expectation {other}")),
            }
        }
        Ok(())
    }

    fn check_default(&self, expected: &Json) -> Outcome {
        let value = in_default_scenario(&self.value);
        ensure(to_json(&value).as_ref() == Some(expected), &format!("with the defaults: {:?}", value.data))
    }

    fn check_all(&self, expected: &Json) -> Outcome {
        for (scenario, value) in scenarios(&self.value) {
            ensure(to_json(&value).as_ref() == Some(expected), &format!("when {scenario}: {:?}", value.data))?;
        }
        Ok(())
    }

    fn check_unknown(&self) -> Outcome {
        ensure(in_default_scenario(&self.value).is_unknown(), "is no unknown")
    }

    /// Every alternative occurs, under its condition where that is about a parameter; nothing else is known.
    fn check_alternatives(&self, alternatives: &[Json]) -> Outcome {
        let found = scenarios(&self.value);
        let given = |alternative: &Json, value: &Value| match alternative.get("absent") {
            Some(_) => value.is_absent(),
            None => to_json(value).as_ref() == Some(&alternative["v"]),
        };
        for alternative in alternatives {
            let fits = |scenario: &Scenario| {
                alternative["when"].as_object().unwrap().iter().all(|(name, class)| {
                    let mut chosen = scenario.chosen().filter(|(variable, _)| *variable.label == **name);
                    match class {
                        Json::String(class) => chosen.all(|(_, chosen)| match &chosen.literal {
                            Some(literal) => **literal == **class,
                            None => class == "*",
                        }),
                        _ => true,
                    }
                })
            };
            let occurs = found.iter().any(|(scenario, value)| fits(scenario) && given(alternative, value));
            ensure(occurs, &format!("never {alternative}"))?;
        }
        for (scenario, value) in &found {
            let known = value.is_unknown() || alternatives.iter().any(|alternative| given(alternative, value));
            ensure(known, &format!("when {scenario}: {:?}", value.data))?;
        }
        Ok(())
    }

    fn check_text(&self, expected: &[Json]) -> Outcome {
        let Data::Text(text) = &self.value.data else { return Err("is no text".to_owned()) };
        let mut shown = vec![String::new()];
        for part in text.parts() {
            match part {
                Part::Literal(text, _) => shown.last_mut().unwrap().push_str(text),
                Part::Hole(unknown, _) => shown.extend([unknown.why.to_string(), String::new()]),
            }
        }
        shown.retain(|piece| !piece.is_empty());
        let wanted = expected.iter().map(|piece| match piece {
            Json::String(literal) => literal.clone(),
            hole => hole["unk"]
                .as_str()
                .unwrap()
                .replace("pseudo:", "pseudo parameter: ")
                .replace("reference ", "reference: "),
        });
        ensure(wanted.collect::<Vec<_>>() == shown, &format!("{shown:?}"))
    }

    fn check_identical(&self) -> Outcome {
        let (ours, other) = (in_default_scenario(&self.value), self.identical.as_ref().unwrap());
        ensure(ours.same(other) == Tri::Yes, &format!("not identical with {:?}", other.data))
    }

    fn check_import(&self, name: &str) -> Outcome {
        let value = in_default_scenario(&self.value);
        let term = value.as_unknown().map(|unknown| unknown.term.clone());
        ensure(term == Some(Term::Export(name.into())), &format!("{term:?}"))
    }
}

fn ensure(holds: bool, message: &str) -> Outcome {
    if holds { Ok(()) } else { Err(message.to_owned()) }
}

fn read(template: &Json, parameters: &Json) -> Model {
    let manifest = json!({"artifacts": {"Stack": {"type": "aws:cloudformation:stack",
        "properties": {"templateFile": "t.template.json", "parameters": parameters}}}});
    let files = MemoryFiles::default()
        .with("manifest.json", &manifest.to_string())
        .with("t.template.json", &template.to_string());
    let mut loader = Loader::new(&files);
    let given = parameters.as_object().is_some_and(|parameters| !parameters.is_empty());
    let (path, kind) = match given {
        true => ("manifest.json", InputKind::CdkManifest),
        false => ("t.template.json", InputKind::Template),
    };
    let input = Input { path: path.into(), kind, file: loader.load(path).unwrap() };
    let mut model = Model::default();
    cloudformation::read(&[input], &mut loader, &Roles, &Given::default(), &mut model);
    model
}

/// Knows the name and ARN of a role with a literal name, as the real schema does.
struct Roles;

impl Schema for Roles {
    fn computed(&self, resource: &ResourceRef, type_name: &str, attribute: &str, config: &Value) -> Option<Value> {
        let name = config.get("RoleName");
        let (name, path) = (name.as_str()?, config.get("Path"));
        let span = config.span;
        match (type_name, attribute) {
            ("AWS::IAM::Role", "Ref") => Some(Value::string(name, span)),
            ("AWS::IAM::Role", "Arn") => {
                let literal = |text: String| Part::Literal(text.into(), span);
                Some(Value::text(
                    [
                        literal("arn:".to_owned()),
                        pseudo(resource, "AWS::Partition", Shape::region(), span),
                        literal(":iam::".to_owned()),
                        pseudo(resource, "AWS::AccountId", Shape::account(), span),
                        literal(format!(":role{}{name}", path.as_str().unwrap_or("/"))),
                    ],
                    span,
                ))
            }
            _ => None,
        }
    }
}

fn pseudo(resource: &ResourceRef, name: &str, shape: Shape, span: Span) -> Part {
    let term = Term::Pseudo(resource.scope, name.into());
    Part::Hole(Arc::new(Unknown::new(Why::Pseudo(name.into()), term).refined(Refine::string(shape))), span)
}

/// The value when every variable has its default's class; without a default, the class of any other value.
fn in_default_scenario(value: &Value) -> Value {
    let mut scenario = Scenario::default();
    while let Some(variable) = first_open(value, &scenario) {
        let class = variable.default.unwrap_or(variable.classes.len() - 1);
        scenario = scenario.with(variable, class);
    }
    value.under(&scenario)
}

/// The value in every scenario on which it depends.
fn scenarios(value: &Value) -> Vec<(Scenario, Value)> {
    let mut found = Vec::new();
    let mut waiting = vec![Scenario::default()];
    while let Some(scenario) = waiting.pop() {
        match first_open(value, &scenario) {
            Some(variable) => {
                waiting.extend((0..variable.classes.len()).map(|class| scenario.with(variable.clone(), class)))
            }
            None => found.push((scenario.clone(), value.under(&scenario))),
        }
    }
    found
}

fn first_open(value: &Value, scenario: &Scenario) -> Option<Arc<Variable>> {
    let value = match value.resolve(scenario) {
        Ok(value) => value,
        Err(variable) => return Some(variable),
    };
    match &value.data {
        Data::List(list) => list.items.iter().find_map(|item| first_open(item, scenario)),
        Data::Map(map) => map.entries.values().find_map(|entry| first_open(&entry.value, scenario)),
        _ => None,
    }
}

/// A wholly known value.
fn to_json(value: &Value) -> Option<Json> {
    Some(match &value.data {
        Data::Null => Json::Null,
        Data::Bool(value) => json!(value),
        Data::Number(number) => serde_json::from_str(number.text()).ok()?,
        Data::String(text) => json!(&**text),
        Data::List(list) if list.rest.is_none() => {
            Json::Array(list.items.iter().filter(|item| !item.is_absent()).map(to_json).collect::<Option<_>>()?)
        }
        Data::Map(map) if map.rest.is_none() => {
            let entries = map.entries.iter().filter(|(_, entry)| !entry.value.is_absent());
            Json::Object(
                entries.map(|(key, entry)| Some((key.to_string(), to_json(&entry.value)?))).collect::<Option<_>>()?,
            )
        }
        _ => return None,
    })
}
