//! `data "aws_iam_policy_document"`: its JSON, put together as the AWS provider does, with every value where the module
//! wrote it.
//!
//! The order of merging is: source documents, own statements, override documents. Each appends; a statement with a Sid
//! takes the place of the one that has the same Sid.

mod statement;

use crate::frontend::document::parse_json;
use crate::source::{SourceMap, Span};
use crate::value::{Data, Entry, Guard, Kind, List, Map, Refine, Shape, Term, Unknown, Value, Variable, Why};
use indexmap::IndexMap;
use std::sync::Arc;

/// Documents that one document may be put together from, counted once for each condition.
const MOST_SOURCES: usize = 256;

/// Why a document has no JSON.
#[derive(Debug)]
pub(super) struct Problem {
    /// Where.
    pub(super) span: Span,
    /// What, in a person's words.
    pub(super) message: String,
}

/// A document on its way to JSON.
struct Document {
    versions: Vec<Value>,
    id: Value,
    statements: Vec<Statement>,
    /// There may be further statements.
    rest: Option<Arc<Unknown>>,
}

/// A statement with what is known of its Sid.
struct Statement {
    value: Value,
    sid: Sid,
}

#[derive(Clone, PartialEq, Eq)]
enum Sid {
    None,
    Known(Arc<str>),
    Unknown,
}

/// The JSON of a document, from the configuration of the data source: a string with its structure. An error for what the
/// provider rejects.
pub(super) fn render(config: &Value, sources: &SourceMap) -> Result<Value, Problem> {
    let span = config.span;
    let mut document = Document::empty(span);
    let mut documents = Document::empty(span);
    for name in ["source_json", "source_policy_documents"] {
        for other in other_documents(&config.get(name), sources, span) {
            documents.reject_duplicates(&other)?;
            documents.merge(other);
        }
    }
    document.merge(documents);
    document.merge(own(config)?);
    for name in ["override_policy_documents", "override_json"] {
        other_documents(&config.get(name), sources, span).into_iter().for_each(|other| document.merge(other));
    }
    Ok(document.into_json(span))
}

/// What the data source says itself.
fn own(config: &Value) -> Result<Document, Problem> {
    let span = config.span;
    let version = match config.get("version") {
        Value { data: Data::Absent, .. } => Value::string("2012-10-17", span),
        version => version,
    };
    let mut own = Document { versions: vec![version], id: config.get("policy_id"), ..Document::empty(span) };
    let statements = config.get("statement");
    let (items, rest) = items(&statements);
    own.rest = rest;
    for item in items {
        let value = item.each(&mut |arm| match &arm.data {
            Data::Map(_) => statement::render(arm),
            _ => arm.clone(),
        });
        let statement = Statement { sid: sid_of(&value), value };
        own.reject_duplicate(&statement)?;
        own.statements.push(statement);
    }
    Ok(own)
}

/// The elements of a list and what may follow them. An unknown list is nothing but what may follow.
fn items(list: &Value) -> (Vec<Value>, Option<Arc<Unknown>>) {
    match &list.data {
        Data::List(list) => (list.items.clone(), list.rest.clone()),
        Data::Unknown(unknown) => (Vec::new(), Some(unknown.clone())),
        Data::Map(_) => (vec![list.clone()], None),
        _ => (Vec::new(), None),
    }
}

/// The documents that an argument names: a string or a list of strings, each perhaps under a condition.
fn other_documents(argument: &Value, sources: &SourceMap, span: Span) -> Vec<Document> {
    let mut texts = Vec::new();
    for (guard, list) in argument.arms() {
        match &list.data {
            Data::List(list) => {
                for (inner, text) in list.items.iter().flat_map(Value::arms) {
                    texts.push((guard.clone().and(inner), text));
                }
                texts.extend(
                    list.rest.iter().map(|rest| (guard.clone(), Value::new(Data::Unknown(rest.clone()), span))),
                );
            }
            _ => texts.push((guard, list)),
        }
    }
    if texts.len() > MOST_SOURCES {
        let why = Why::Budget(format!("more than {MOST_SOURCES} policy documents").into());
        return vec![Document::unknown(Arc::new(Unknown::new(why, Term::Opaque(span, 0))), span)];
    }
    texts.into_iter().filter_map(|(guard, text)| other_document(&guard, &text, sources, span)).collect()
}

/// A document from its JSON; `None` for what the provider skips.
fn other_document(guard: &Guard, text: &Value, sources: &SourceMap, span: Span) -> Option<Document> {
    let structure = match (&text.structure, &text.data) {
        (Some(structure), _) => structure.as_ref().clone(),
        (None, Data::Absent | Data::Null) => return None,
        (None, Data::String(text)) if text.is_empty() => return None,
        (None, _) => parse_json(text, sources)
            .unwrap_or_else(|| Value::opaque(Why::Invalid("a policy document that is no JSON".into()), text.span)),
    };
    let map = match &structure.data {
        Data::Map(map) => map,
        Data::Unknown(unknown) => return Some(Document::unknown(unknown.clone(), span)),
        _ => {
            return Some(Document::unknown(
                Arc::new(Unknown::new(Why::Invalid("a policy document".into()), structure.term())),
                span,
            ));
        }
    };
    let mut document = Document::empty(span);
    document.versions.extend(map.entries.get("Version").map(|entry| entry.value.clone()));
    document.id = map.entries.get("Id").map_or(Value::absent(span), |entry| entry.value.clone());
    let statements = map.get("Statement", structure.span);
    for (inner, statements) in statements.arms() {
        let guard = guard.clone().and(inner);
        let (items, rest) = items(&statements);
        document.rest = document.rest.or(rest);
        for item in items {
            let value = under(&guard, item);
            document.statements.push(Statement { sid: sid_of(&value), value });
        }
    }
    Some(document)
}

/// A value that is there under a condition only.
fn under(guard: &Guard, value: Value) -> Value {
    if guard.is_always() {
        return value;
    }
    let span = value.span;
    let there = value.each(&mut |arm| arm.clone());
    let arms = there.arms().into_iter().map(|(inner, arm)| (guard.clone().and(inner), arm));
    Value::choice(arms.chain([(guard.clone().not(), Value::absent(span))]).collect(), span)
}

/// What is known of a statement's Sid; one that differs between alternatives counts as unknown.
fn sid_of(statement: &Value) -> Sid {
    let of_arm = |arm: &Value| match &arm.get("Sid").data {
        Data::String(sid) if sid.is_empty() => Sid::None,
        Data::String(sid) => Sid::Known(sid.clone()),
        Data::Absent | Data::Null => Sid::None,
        _ => Sid::Unknown,
    };
    let arms = statement.arms();
    let mut sids = arms.iter().map(|(_, arm)| arm).filter(|arm| !arm.is_absent()).map(of_arm);
    match sids.next() {
        None => Sid::None,
        Some(first) => {
            if sids.all(|sid| sid == first) {
                first
            } else {
                Sid::Unknown
            }
        }
    }
}

impl Document {
    fn empty(span: Span) -> Self {
        Self { versions: Vec::new(), id: Value::absent(span), statements: Vec::new(), rest: None }
    }

    fn unknown(unknown: Arc<Unknown>, span: Span) -> Self {
        Self { rest: Some(unknown), ..Self::empty(span) }
    }

    fn reject_duplicates(&self, other: &Self) -> Result<(), Problem> {
        other.statements.iter().try_for_each(|statement| self.reject_duplicate(statement))
    }

    /// An error when a statement that is certainly there has the Sid of another one that is.
    fn reject_duplicate(&self, statement: &Statement) -> Result<(), Problem> {
        let Sid::Known(sid) = &statement.sid else { return Ok(()) };
        let same = |known: &&Statement| known.sid == statement.sid && is_certain(&known.value);
        match self.statements.iter().find(same) {
            Some(_) if is_certain(&statement.value) => Err(Problem {
                span: statement.value.span,
                message: format!("two statements of the policy document have the Sid \"{sid}\""),
            }),
            _ => Ok(()),
        }
    }

    /// Appends another document; its statements take the place of those with the same Sid.
    fn merge(&mut self, other: Self) {
        self.versions.extend(other.versions);
        if !other.id.is_absent() {
            self.id = other.id;
        }
        if other.rest.is_some() {
            self.statements.iter_mut().filter(|known| known.sid != Sid::None).for_each(Statement::may_be_replaced);
            self.rest = self.rest.take().or(other.rest);
        }
        let before = self.statements.len();
        for statement in other.statements {
            let mut placed = false;
            for known in self.statements.iter_mut().take(before) {
                match (&known.sid, &statement.sid) {
                    (_, Sid::None) | (Sid::None, _) => {}
                    (Sid::Known(a), Sid::Known(b)) if a == b => {
                        known.replace_by(&statement.value);
                        placed = true;
                    }
                    (Sid::Known(_), Sid::Known(_)) => {}
                    _ => known.may_be_replaced(),
                }
            }
            if !placed {
                self.statements.push(statement);
            }
        }
    }

    fn into_json(self, span: Span) -> Value {
        let mut entries = IndexMap::new();
        let mut add = |key: &str, value: Value| {
            if !value.is_absent() {
                entries.insert(Arc::from(key), Entry { key_span: value.span, value });
            }
        };
        add("Version", highest(&self.versions, span));
        add("Id", self.id);
        if !self.statements.is_empty() || self.rest.is_some() {
            let items = self.statements.into_iter().map(|statement| statement.value).collect();
            add("Statement", Value::new(Data::List(Arc::new(List { items, rest: self.rest })), span));
        }
        let structure = Value::new(Data::Map(Arc::new(Map { entries, rest: None })), span);
        let text = match json(&structure) {
            Some(json) => Value::string(json.to_string(), span),
            None => {
                let why = Why::Function("aws_iam_policy_document".into());
                let unknown = Unknown::new(why, Term::call("jsonencode", [structure.term()]));
                let refine = Refine {
                    kind: Some(Kind::String),
                    not_null: true,
                    shape: Shape::starting("{"),
                    ..Refine::default()
                };
                Value::unknown(unknown.refined(refine), span)
            }
        };
        Value { structure: Some(Arc::new(structure)), ..text }
    }
}

impl Statement {
    fn replace_by(&mut self, by: &Value) {
        let there = super::repetition::present(by);
        let kept = (there.clone().not(), self.value.clone());
        let arms = by.arms().into_iter().filter(|(_, arm)| !arm.is_absent());
        self.value = Value::choice(arms.chain([kept]).collect(), by.span);
    }

    /// Another statement may take its place; nobody knows whether it does.
    fn may_be_replaced(&mut self) {
        let span = self.value.span;
        let term = Term::call("replaced", [Term::Opaque(span, 0)]);
        let question = Arc::new(Variable::question(term, "another document replaces the statement"));
        self.value = under(&Guard::Is(question, 1), self.value.clone());
    }
}

fn is_certain(value: &Value) -> bool {
    super::repetition::present(value).is_always()
}

/// The highest version wins.
fn highest(versions: &[Value], span: Span) -> Value {
    let known: Option<Vec<&str>> = versions.iter().map(Value::as_str).collect();
    let highest = known.and_then(|known| known.into_iter().max().map(str::to_owned));
    let place = |text: &str| versions.iter().find(|version| version.as_str() == Some(text)).map(|version| version.span);
    match highest {
        Some(text) => Value::string(text.as_str(), place(&text).unwrap_or(span)),
        None if versions.len() == 1 => versions.first().cloned().unwrap_or(Value::absent(span)),
        None => Value::opaque(Why::Function("the highest of several versions".into()), span),
    }
}

/// The value as JSON; `None` unless all of it is known.
fn json(value: &Value) -> Option<serde_json::Value> {
    Some(match &value.data {
        Data::Null => serde_json::Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Number(number) => serde_json::from_str(number.text()).ok()?,
        Data::String(text) => (&**text).into(),
        Data::List(list) if list.rest.is_none() => {
            serde_json::Value::Array(list.items.iter().map(json).collect::<Option<_>>()?)
        }
        Data::Map(map) if map.rest.is_none() => {
            let entries = map.entries.iter().filter(|(_, entry)| !entry.value.is_absent());
            let entry = |(key, entry): (&Arc<str>, &Entry)| Some((key.to_string(), json(&entry.value)?));
            serde_json::Value::Object(entries.map(entry).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
