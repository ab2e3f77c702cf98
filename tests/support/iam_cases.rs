//! Cases of `testdata/iam`: JSON lines to the evaluator's input.
//!
//! `{"$unknown": "label"}` is a value that is not known, each one of its own; `{"$sym": "text ${Name}", "shapes": {...}}`
//! is a string with holes, where one name has one value in the whole case and its text has the given shape. Beyond the
//! files: a key `$open` in a map, or a string `$open` in a list, says that there may be more; `{"$if": "Name", "then": ...,
//! "else": ...}` is a choice on a variable, `"$gone"` in it nothing.

use coglint::iam::{
    Answer, Assuming, Attached, Call, Document, Layer, LayerKind, Path, Presence, Request, RoleFacts, Sending,
    cognito_may_assume, evaluate, may_send,
};
use coglint::source::{FileId, Span};
use coglint::value::{
    Data, Entry, Guard, List, Map, Number, Part, Refine, Scenario, ScopeId, Shape, Term, Unknown, Value, Variable, Why,
};
use serde_json::Value as Json;
use std::cell::Cell;
use std::sync::Arc;

/// A case, ready to be asked.
pub struct Case {
    /// Its name in the file.
    pub id: String,
    /// Which call it asks about.
    pub call: Call,
    /// The role.
    pub role: RoleFacts,
    /// Service control policies, level by level; the root first.
    pub scps: Vec<Vec<Attached>>,
    /// The pool as a sender.
    pub sending: Sending,
    /// The pool as a user of the role.
    pub assuming: Assuming,
}

impl Case {
    /// Reads one line of a case file.
    pub fn read(json: &Json) -> Self {
        let reader = Reader::default();
        let (role, request) = (&json["role"], &json["request"]);
        let call = match json["ask"].as_str() {
            Some("publish") => Call::SmsPublish,
            Some("eums") => Call::EumsSend,
            _ => Call::CognitoAssume,
        };
        let attached = |policies: &Json| -> Vec<Attached> {
            policies.as_array().into_iter().flatten().map(|policy| reader.attached(policy)).collect()
        };
        let region = if request["snsRegion"].is_null() { &request["region"] } else { &request["snsRegion"] };
        let path = match call {
            Call::EumsSend => Path::Eums(reader.value(&request["originationIdentity"])),
            _ => Path::Sns(reader.value(&request["snsRegion"])),
        };
        Self {
            id: json["id"].as_str().unwrap_or_default().to_owned(),
            call,
            role: RoleFacts {
                trust: reader.value(&role["trust"]),
                policies: attached(&role["inline"]).into_iter().chain(attached(&role["attached"])).collect(),
                boundary: (!role["boundary"].is_null()).then(|| reader.attached(&role["boundary"])),
                open: None,
            },
            scps: json["scps"].as_array().into_iter().flatten().map(|level| reader.level(level)).collect(),
            sending: Sending {
                path,
                account: reader.value(&request["account"]),
                region: reader.value(region),
                role_arn: reader.value(&request["roleArn"]),
            },
            assuming: Assuming {
                account: reader.value(&request["account"]),
                pool_arn: reader.value(&request["poolArn"]),
                external_id: reader.value(&request["externalId"]),
            },
        }
    }

    /// Asks.
    pub fn answer(&self) -> Answer {
        self.answer_in(&Scenario::default())
    }

    /// Asks in a scenario.
    pub fn answer_in(&self, scenario: &Scenario) -> Answer {
        if self.call == Call::CognitoAssume {
            return cognito_may_assume(&self.role, &self.assuming, scenario).answer;
        }
        if self.scps.is_empty() {
            return may_send(&self.role, &self.sending, scenario);
        }
        let mut layers = vec![Layer::new(LayerKind::Identity, &self.role.policies)];
        layers.extend(self.role.boundary.iter().map(|boundary| Layer::new(LayerKind::Boundary, [boundary])));
        let levels = self.scps.iter().enumerate();
        layers.extend(levels.map(|(level, policies)| Layer::new(LayerKind::Scp(level), policies)));
        evaluate(&layers, &Request::sending(&self.sending, scenario), scenario)
    }
}

/// Every value gets a span of its own, so that places can be told apart.
#[derive(Default)]
pub struct Reader {
    made: Cell<u32>,
}

impl Reader {
    fn span(&self) -> Span {
        let at = self.made.get();
        self.made.set(at + 1);
        Span { file: FileId(0), start: at, end: at + 1 }
    }

    fn attached(&self, policy: &Json) -> Attached {
        let document = match policy.get("$unknown").and_then(Json::as_str) {
            Some(label) => Document::Unknown(label.into()),
            None => Document::Inline(self.value(&policy["document"])),
        };
        let name = policy["name"].as_str().or(policy["arn"].as_str()).unwrap_or("policy");
        Attached { name: name.into(), presence: Presence::When(Guard::Always), document, span: self.span(), by: None }
    }

    fn level(&self, level: &Json) -> Vec<Attached> {
        let attached = |name: String, document| Attached {
            name: name.into(),
            presence: Presence::When(Guard::Always),
            document,
            span: self.span(),
            by: None,
        };
        match level.as_array() {
            Some(documents) => {
                let documents = documents.iter().enumerate();
                documents.map(|(at, json)| attached(format!("scp {at}"), Document::Inline(self.value(json)))).collect()
            }
            None => vec![attached("scp".to_owned(), Document::Unknown("the level is not known".into()))],
        }
    }

    /// A JSON value with `$unknown` and `$sym` in it.
    pub fn value(&self, json: &Json) -> Value {
        let span = self.span();
        match json {
            Json::Null => Value::null(span),
            Json::Bool(value) => Value::bool(*value, span),
            Json::Number(number) => match Number::parse(&number.to_string()) {
                Some(number) => Value::new(Data::Number(number), span),
                None => Value::null(span),
            },
            Json::String(text) if text == "$gone" => Value::absent(span),
            Json::String(text) => Value::string(text.as_str(), span),
            Json::Array(items) => {
                let known = items.iter().filter(|item| *item != "$open").map(|item| self.value(item)).collect();
                let rest = items.iter().any(|item| item == "$open").then(|| open("further elements", span));
                Value::new(Data::List(Arc::new(List { items: known, rest })), span)
            }
            Json::Object(map) => self.object(map, span),
        }
    }

    fn object(&self, map: &serde_json::Map<String, Json>, span: Span) -> Value {
        let text = |key: &str| map.get(key).and_then(Json::as_str);
        if let Some(label) = text("$unknown") {
            return Value::opaque(Why::Parameter(label.into()), span);
        }
        if let Some(text) = text("$sym") {
            return Value::text(parts(text, map.get("shapes").unwrap_or(&Json::Null), span), span);
        }
        if let Some(name) = text("$if") {
            let variable = Arc::new(Variable::question(Term::Parameter(ScopeId(0), name.into()), name));
            let arm = |class, key| (Guard::Is(variable.clone(), class), self.value(&map[key]));
            return Value::choice(vec![arm(0, "then"), arm(1, "else")], span);
        }
        let entry = |(key, value): (&String, &Json)| {
            (Arc::from(key.as_str()), Entry { key_span: self.span(), value: self.value(value) })
        };
        let entries = map.iter().filter(|(key, _)| *key != "$open").map(entry).collect();
        let rest = map.contains_key("$open").then(|| open("further keys", span));
        Value::new(Data::Map(Arc::new(Map { entries, rest })), span)
    }
}

fn open(what: &str, span: Span) -> Arc<Unknown> {
    Arc::new(Unknown::new(Why::Plan(what.into()), Term::Opaque(span, 0)))
}

fn parts(text: &str, shapes: &Json, span: Span) -> Vec<Part> {
    let mut pieces = text.split("${");
    let literal = |text: &str| Part::Literal(text.into(), span);
    let mut parts = vec![literal(pieces.next().unwrap_or_default())];
    for piece in pieces {
        let Some((name, after)) = piece.split_once('}') else {
            parts.push(literal(&format!("${{{piece}")));
            continue;
        };
        let shape = match (shapes[name].as_str(), name) {
            (Some(glob), _) => Shape::glob(glob),
            (None, "AWS::AccountId") => Shape::account(),
            (None, "AWS::Region" | "AWS::Partition") => Shape::region(),
            _ => Shape::any(),
        };
        let unknown = Unknown::new(Why::Parameter(name.into()), Term::Parameter(ScopeId(0), name.into()));
        parts.push(Part::Hole(Arc::new(unknown.refined(Refine::string(shape))), span));
        parts.push(literal(after));
    }
    parts
}
