//! Policy documents: values to statements.
//!
//! Reading never fails: what is no policy language, or not known, becomes a doubt at the place where it stands. Names of
//! elements are compared with regard to case, as IAM does; an element in other letters makes its part unknown, because
//! IAM rejects such a document and nothing can be said of what it grants.

use super::judged::{Doubt, Judged};
use super::request::nowhere;
use super::symbolic::Symbolic;
use crate::source::Span;
use crate::value::{Data, Entry, Guard, Map, Scenario, Value};
use std::sync::Arc;

/// A policy document.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which policy language it is written in.
    pub version: Version,
    /// The statements that are known to be there.
    pub statements: Vec<Statement>,
    /// Set when there may be further statements, nobody knows which.
    pub open: Option<Doubt>,
    /// The whole document.
    pub span: Span,
}

/// The policy language's version; it decides whether variables are expanded.
#[derive(Clone, Debug)]
pub enum Version {
    /// `2012-10-17`
    Current,
    /// `2008-10-17`, which is also what no version means.
    Old,
    /// Not known.
    Unclear(Doubt),
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its name, where it has a known one.
    pub sid: Option<Arc<str>>,
    /// `Effect`
    pub effect: Effect,
    /// Where the effect is written; the statement's start when it is not.
    pub effect_span: Span,
    /// `Action` or `NotAction`
    pub action: Clause<Elements>,
    /// `Resource` or `NotResource`
    pub resource: Clause<Elements>,
    /// `Principal` or `NotPrincipal`
    pub principal: Clause<Principals>,
    /// `Condition`
    pub conditions: Conditions,
    /// Whether the statement is there at all.
    pub presence: Judged,
    /// The whole statement.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
    /// Neither, so that it does nothing (IAM rejects it); the text that stands there.
    Invalid(String),
    /// Not known.
    Unclear(Doubt),
}

/// A part of a statement that may be written plain or negated.
#[derive(Clone, Debug)]
pub enum Clause<T> {
    /// Not written.
    Missing,
    /// Written; `negated` as `Not...`.
    Given {
        /// Under its `Not...` name.
        negated: bool,
        /// What stands there.
        of: T,
        /// The key and what stands there.
        span: Span,
    },
    /// Not known.
    Unclear(Doubt),
}

/// A scalar or a list of scalars; one of them must hold.
#[derive(Clone, Debug)]
pub struct Elements {
    /// The elements.
    pub items: Vec<Element>,
    /// Set when there may be further ones.
    pub open: Option<Doubt>,
    /// All of them.
    pub span: Span,
}

/// One element of [`Elements`].
#[derive(Clone, Debug)]
pub enum Element {
    /// A string, possibly with holes.
    Text(Symbolic),
    /// Not known whether and what.
    Unclear(Doubt),
}

/// Who may call.
#[derive(Clone, Debug)]
pub enum Principals {
    /// A bare string: `"*"`.
    Bare(Symbolic),
    /// By kind: `AWS`, `Service`, `Federated`, `CanonicalUser`.
    Kinds {
        /// The kinds in source order.
        kinds: Vec<(Arc<str>, Elements)>,
        /// Set when there may be further ones.
        open: Option<Doubt>,
    },
}

/// All conditions of a statement; every one must hold.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// The known ones.
    pub entries: Vec<Condition>,
    /// Set when there may be further ones.
    pub open: Vec<Doubt>,
}

/// One operator applied to one key.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The operator as written: `ForAnyValue:StringLikeIfExists`.
    pub operator: Arc<str>,
    /// The key as written.
    pub key: Arc<str>,
    /// Key and values.
    pub span: Span,
    /// The values.
    pub values: Elements,
}

impl Policy {
    /// Reads a document: a map, choices inside it decided by the scenario. A string is no document here: JSON in strings
    /// is read before.
    pub fn read(document: &Value, scenario: &Scenario) -> Self {
        let reader = Reader { scenario };
        if !document.fits(&mut { MOST_VALUES }, DEEPEST) {
            let text = format!("the policy document there has more than {MOST_VALUES} values");
            return Self::unknown(Doubt::text(text, Some(document.span)), document.span);
        }
        match reader.map(document) {
            Ok((map, span)) => reader.policy(map, span),
            Err(doubt) => Self::unknown(doubt, document.span),
        }
    }

    /// A document of which nothing is known.
    pub fn unknown(doubt: Doubt, span: Span) -> Self {
        Self { open: Some(doubt), ..Self::empty(span) }
    }

    /// A document without statements.
    pub fn empty(span: Span) -> Self {
        Self { version: Version::Current, statements: Vec::new(), open: None, span }
    }
}

/// IAM takes 10,240 characters. A larger document is not read; 64 bytes of text count as a value.
const MOST_VALUES: usize = 10_000;
const DEEPEST: usize = 128;

struct Reader<'a> {
    scenario: &'a Scenario,
}

impl Reader<'_> {
    /// The value in the scenario, or the doubt that it depends on a variable.
    fn resolve<'v>(&self, value: &'v Value) -> Result<&'v Value, Doubt> {
        value.resolve(self.scenario).map_err(|variable| Doubt::on(variable, Some(value.span)))
    }

    fn map<'v>(&self, value: &'v Value) -> Result<(&'v Map, Span), Doubt> {
        let value = self.resolve(value)?;
        match &value.data {
            Data::Map(map) => Ok((map, value.span)),
            Data::Unknown(unknown) => Err(Doubt::of(unknown, value.span)),
            _ => Err(Doubt::text("the policy document there is malformed", Some(value.span))),
        }
    }

    /// The entry of an element; `None` when it is certainly not there.
    fn entry<'v>(&self, map: &'v Map, name: &str) -> Result<Option<&'v Entry>, Doubt> {
        if let Some(entry) = map.entries.get(name) {
            return Ok(if self.resolve(&entry.value)?.is_absent() { None } else { Some(entry) });
        }
        if let Some((written, entry)) = map.entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
            let text = format!("IAM knows no element {written:?}, only {name:?}");
            return Err(Doubt::text(text, Some(entry.key_span)));
        }
        match &map.rest {
            Some(rest) => Err(Doubt { span: None, ..Doubt::of(rest, nowhere()) }),
            None => Ok(None),
        }
    }

    fn policy(&self, map: &Map, span: Span) -> Policy {
        let version = match self.entry(map, "Version") {
            Ok(None) => Version::Old,
            Ok(Some(entry)) => match self.scalar(&entry.value) {
                Ok(text) => match text.known() {
                    Some("2012-10-17") => Version::Current,
                    Some("2008-10-17") => Version::Old,
                    _ => Version::Unclear(Doubt::text("the policy's version is not known", Some(entry.value.span))),
                },
                Err(doubt) => Version::Unclear(doubt),
            },
            Err(doubt) => Version::Unclear(doubt),
        };
        let mut policy = Policy { version, statements: Vec::new(), open: None, span };
        match self.entry(map, "Statement") {
            Ok(None) => {}
            Ok(Some(entry)) => self.statements(&entry.value, &mut policy),
            Err(doubt) => policy.open = Some(doubt),
        }
        policy
    }

    fn statements(&self, value: &Value, policy: &mut Policy) {
        let list = match self.resolve(value) {
            Ok(Value { data: Data::List(list), .. }) => list,
            Ok(_) => return self.add_statement(value, policy),
            Err(doubt) => {
                policy.open = Some(doubt);
                return;
            }
        };
        for item in &list.items {
            self.add_statement(item, policy);
        }
        if let Some(rest) = &list.rest {
            policy.open.get_or_insert_with(|| Doubt::of(rest, value.span));
        }
    }

    /// A statement under an open condition is a statement whose presence is unknown.
    fn add_statement(&self, value: &Value, policy: &mut Policy) {
        let arms = match self.resolve(value) {
            Ok(value) => vec![(Judged::YES, value.clone())],
            Err(_) => {
                let arms = value.arms().into_iter();
                arms.map(|(guard, arm)| (presence(&guard, self.scenario, Some(arm.span)), arm)).collect()
            }
        };
        for (presence, arm) in arms {
            if arm.is_absent() || presence.is_no() {
                continue;
            }
            match self.map(&arm) {
                Ok((map, span)) => policy.statements.push(self.statement(map, span, presence)),
                Err(doubt) => {
                    policy.open.get_or_insert(presence.doubts.into_iter().next().unwrap_or(doubt));
                }
            }
        }
    }

    fn statement(&self, map: &Map, span: Span, presence: Judged) -> Statement {
        let sid = map.entries.get("Sid").and_then(|entry| entry.value.as_str()).filter(|sid| !sid.is_empty());
        let (effect, effect_span) = self.effect(map, span);
        Statement {
            sid: sid.map(Arc::from),
            effect,
            effect_span,
            action: self.clause(map, "Action", "NotAction", |value| Ok(self.elements(value))),
            resource: self.clause(map, "Resource", "NotResource", |value| Ok(self.elements(value))),
            principal: self.clause(map, "Principal", "NotPrincipal", |value| self.principals(value)),
            conditions: self.conditions(map),
            presence,
            span,
        }
    }

    fn effect(&self, map: &Map, span: Span) -> (Effect, Span) {
        let entry = match self.entry(map, "Effect") {
            Ok(Some(entry)) => entry,
            Ok(None) => return (Effect::Invalid(String::new()), span.part(0, 1)),
            Err(doubt) => return (Effect::Unclear(doubt), span.part(0, 1)),
        };
        let effect = match self.scalar(&entry.value) {
            Ok(text) => match text.known() {
                Some("Allow") => Effect::Allow,
                Some("Deny") => Effect::Deny,
                Some(other) => Effect::Invalid(other.to_owned()),
                None => Effect::Unclear(doubt_of(&text)),
            },
            Err(doubt) => Effect::Unclear(doubt),
        };
        (effect, entry.key_span.to(entry.value.span))
    }

    fn clause<T>(&self, map: &Map, plain: &str, negated: &str, read: impl Fn(&Value) -> Result<T, Doubt>) -> Clause<T> {
        let (entry, negated) = match (self.entry(map, plain), self.entry(map, negated)) {
            (Ok(Some(entry)), Ok(None)) => (entry, false),
            (Ok(None), Ok(Some(entry))) => (entry, true),
            (Ok(None), Ok(None)) => return Clause::Missing,
            (Ok(Some(entry)), Ok(Some(_))) => {
                let text = format!("IAM rejects a statement with both {plain} and {negated}");
                return Clause::Unclear(Doubt::text(text, Some(entry.key_span)));
            }
            // The open rest of a map cannot hold the other form of what is there.
            (Ok(Some(entry)), Err(_)) if map.rest.is_some() => (entry, false),
            (Err(_), Ok(Some(entry))) if map.rest.is_some() => (entry, true),
            (Err(doubt), _) | (_, Err(doubt)) => return Clause::Unclear(doubt),
        };
        match read(&entry.value) {
            Ok(of) => Clause::Given { negated, of, span: entry.key_span.to(entry.value.span) },
            Err(doubt) => Clause::Unclear(doubt),
        }
    }

    /// A scalar or a list of scalars.
    fn elements(&self, value: &Value) -> Elements {
        let mut elements = Elements { items: Vec::new(), open: None, span: value.span };
        match self.resolve(value) {
            Ok(Value { data: Data::List(list), span, .. }) => {
                elements.items = list.items.iter().filter_map(|item| self.element(item)).collect();
                elements.open = list.rest.as_ref().map(|rest| Doubt::of(rest, *span));
            }
            Ok(value) => elements.items.extend(self.element(value)),
            Err(doubt) => elements.open = Some(doubt),
        }
        elements
    }

    fn element(&self, value: &Value) -> Option<Element> {
        match self.resolve(value) {
            Ok(value) if value.is_absent() => None,
            Ok(value) => Some(self.scalar(value).map_or_else(Element::Unclear, Element::Text)),
            Err(doubt) => Some(Element::Unclear(doubt)),
        }
    }

    fn scalar(&self, value: &Value) -> Result<Symbolic, Doubt> {
        let value = self.resolve(value)?;
        Symbolic::read(value).ok_or_else(|| match &value.data {
            Data::Unknown(unknown) => Doubt::of(unknown, value.span),
            _ => Doubt::text("the policy document there is malformed", Some(value.span)),
        })
    }

    fn principals(&self, value: &Value) -> Result<Principals, Doubt> {
        let value = self.resolve(value)?;
        let map = match &value.data {
            Data::Map(map) => map,
            // An unknown that may be a map says nothing, not even as a string.
            Data::Unknown(unknown) => return Err(Doubt::of(unknown, value.span)),
            _ => return self.scalar(value).map(Principals::Bare),
        };
        let mut kinds = Vec::with_capacity(map.entries.len());
        let mut open = map.rest.as_ref().map(|rest| Doubt::of(rest, value.span));
        for (kind, entry) in &map.entries {
            match self.resolve(&entry.value) {
                Ok(value) if value.is_absent() => {}
                Ok(value) => kinds.push((kind.clone(), self.elements(value))),
                Err(doubt) => {
                    open.get_or_insert(doubt);
                }
            }
        }
        Ok(Principals::Kinds { kinds, open })
    }

    fn conditions(&self, statement: &Map) -> Conditions {
        let mut conditions = Conditions::default();
        let operators = match self.entry(statement, "Condition") {
            Ok(None) => return conditions,
            Ok(Some(entry)) => self.map(&entry.value),
            Err(doubt) => Err(doubt),
        };
        let (operators, span) = match operators {
            Ok(operators) => operators,
            Err(doubt) => {
                conditions.open.push(doubt);
                return conditions;
            }
        };
        conditions.open.extend(operators.rest.as_ref().map(|rest| Doubt::of(rest, span)));
        for (operator, entry) in &operators.entries {
            self.keys(operator, &entry.value, &mut conditions);
        }
        conditions
    }

    fn keys(&self, operator: &Arc<str>, value: &Value, conditions: &mut Conditions) {
        match self.resolve(value) {
            Ok(value) if value.is_absent() => return,
            Ok(_) => {}
            Err(doubt) => return conditions.open.push(doubt),
        }
        let (keys, span) = match self.map(value) {
            Ok(keys) => keys,
            Err(doubt) => return conditions.open.push(doubt),
        };
        conditions.open.extend(keys.rest.as_ref().map(|rest| Doubt::of(rest, span)));
        for (key, entry) in &keys.entries {
            match self.resolve(&entry.value) {
                Ok(value) if value.is_absent() => {}
                Ok(value) => conditions.entries.push(Condition {
                    operator: operator.clone(),
                    key: key.clone(),
                    span: entry.key_span.to(value.span),
                    values: self.elements(value),
                }),
                Err(doubt) => conditions.open.push(doubt),
            }
        }
    }
}

/// What a scenario says of a guard on something's being there.
pub(super) fn presence(guard: &Guard, scenario: &Scenario, span: Option<Span>) -> Judged {
    use crate::value::Decision;
    match guard.decide(scenario) {
        Decision::Holds => Judged::YES,
        Decision::Fails => Judged::NO,
        Decision::Open(variable) => Judged::open(Doubt::on(variable, span)),
    }
}

fn doubt_of(text: &Symbolic) -> Doubt {
    text.doubts().into_iter().next().unwrap_or_else(|| Doubt::text("it is not known", Some(text.span)))
}
