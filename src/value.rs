//! The value domain: what a template says, what it leaves open, and of what the open is the unknown.
//!
//! Four things are kept apart that most tools confuse: *absent* (nobody wrote it, or `AWS::NoValue`), *null*, *empty*
//! and *unknown*. An unknown value carries a [`Term`], its identity: two unknowns with equal terms are the same value, so a
//! pool finds its role although no ARN is known. A [`Choice`] keeps the conditions of its alternatives. A [`Text`] is a
//! string with holes. Comparisons are three-valued; no operation here ever guesses.
//!
//! Every value has the span of the literal or expression that made it, and the chain of [`Via`] steps by which it came to
//! where it is used (literal <- default <- variable <- module call <- attribute).

mod guard;
mod number;
mod text;
mod tri;
mod unknown;

pub use guard::{Class as VariableClass, Decision, Guard, Scenario, Variable};
pub use number::Number;
pub use text::{Class, Part, Shape, Step, Text};
pub use tri::Tri;
pub use unknown::{Arguments, Kind, Refine, Term, Unknown, Why};

use crate::source::Span;
use indexmap::IndexMap;
use std::sync::{Arc, OnceLock};

/// The way of a part of a value is kept for so many steps: nobody reads longer ones.
const MOST_STEPS: usize = 16;

/// More alternatives than this, when choices multiply, and the value is unknown ([`Why::Budget`]).
pub const MOST_ARMS: usize = 64;

/// The guards of one choice have so many parts together, nested no deeper than [`DEEPEST_GUARD`]; beyond that the value is
/// unknown.
const MOST_GUARD_PARTS: usize = 20_000;

/// See [`MOST_GUARD_PARTS`].
pub const DEEPEST_GUARD: usize = 128;

/// Names a scope of the model: a stack, or a root module. Equal names in two scopes are different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// Names one resource: its scope and its address in it (a logical id, or `module.a.aws_iam_role.sms["x"]`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceRef {
    /// The stack or root module.
    pub scope: ScopeId,
    /// The address inside it.
    pub address: Arc<str>,
}

/// A value, where it was made, and how it came here.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// The literal or expression that made it.
    pub span: Span,
    /// How it came from there to where it is used; the newest step first.
    pub via: Option<Arc<Via>>,
    /// A secret (`NoEcho`, `sensitive`): never printed.
    pub sensitive: bool,
    /// The value that this string is the JSON of, when the source wrote it as a value (`jsonencode`): the same content with
    /// exact spans. An operation that changes the string drops it.
    pub structure: Option<Arc<Value>>,
    /// The pieces of a known string that the source spells in several places, such as the lines of an indented heredoc.
    /// Their texts joined are the string.
    pub pieces: Option<Arc<[Part]>>,
    /// Which of Terraform's collection types a list or map is, where known; they differ in equality and indexing.
    pub collection: Option<Collection>,
}

/// Terraform's collection types. All of the first three are [`Data::List`], the others [`Data::Map`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// Elements of a type each: `[a, b]`.
    Tuple,
    /// Elements of one type.
    List,
    /// Elements of one type, sorted, without equal ones; has no index.
    Set,
    /// Attributes of a type each: `{ a = b }`.
    Object,
    /// Elements of one type.
    Map,
}

/// One step on a value's way: "through variable `mfa`".
#[derive(Debug)]
pub struct Via {
    /// What the step is.
    pub step: Arc<str>,
    /// Where it is written.
    pub span: Span,
    /// The step before.
    pub before: Option<Arc<Via>>,
}

/// The kinds of value.
#[derive(Clone, Debug)]
pub enum Data {
    /// An explicit null.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, with its source text.
    Number(Number),
    /// A known string.
    String(Arc<str>),
    /// A string with holes.
    Text(Text),
    /// A list.
    List(Arc<List>),
    /// A map with string keys, in source order.
    Map(Arc<Map>),
    /// Alternatives under conditions.
    Choice(Arc<Choice>),
    /// Not there: never written, or removed by `AWS::NoValue`.
    Absent,
    /// Not known.
    Unknown(Arc<Unknown>),
}

/// A list whose known elements are `items`; an element that is a [`Choice`] with an absent arm may be missing.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The elements.
    pub items: Vec<Value>,
    /// Set when there may be further elements, nobody knows which.
    pub rest: Option<Arc<Unknown>>,
}

/// A map.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// The entries in source order.
    pub entries: IndexMap<Arc<str>, Entry>,
    /// Set when there may be further entries.
    pub rest: Option<Arc<Unknown>>,
}

/// An entry of a [`Map`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

/// Alternatives; their guards exclude each other and cover every scenario.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The alternatives.
    pub arms: Vec<(Guard, Value)>,
    /// What the choice is; worked out when it is first asked for.
    term: OnceLock<Term>,
}

impl Map {
    /// The value of a key: absent when it is certainly not there, unknown when the map is open.
    pub fn get(&self, key: &str, span: Span) -> Value {
        match (self.entries.get(key), &self.rest) {
            (Some(entry), _) => entry.value.clone(),
            (None, Some(rest)) => Value::unknown(rest.derive(&format!(".{key}")), span),
            (None, None) => Value::absent(span),
        }
    }
}

impl Value {
    /// A value made at a span.
    pub fn new(data: Data, span: Span) -> Self {
        Self { data, span, via: None, sensitive: false, structure: None, pieces: None, collection: None }
    }

    /// Null.
    pub fn null(span: Span) -> Self {
        Self::new(Data::Null, span)
    }

    /// Not there.
    pub fn absent(span: Span) -> Self {
        Self::new(Data::Absent, span)
    }

    /// A truth value.
    pub fn bool(value: bool, span: Span) -> Self {
        Self::new(Data::Bool(value), span)
    }

    /// A number.
    pub fn number(value: impl Into<Number>, span: Span) -> Self {
        Self::new(Data::Number(value.into()), span)
    }

    /// A known string.
    pub fn string(text: impl Into<Arc<str>>, span: Span) -> Self {
        Self::new(Data::String(text.into()), span)
    }

    /// A closed list.
    pub fn list(items: Vec<Self>, span: Span) -> Self {
        Self::new(Data::List(Arc::new(List { items, rest: None })), span)
    }

    /// A closed map; of equal keys the last one wins.
    pub fn map(entries: impl IntoIterator<Item = (Arc<str>, Entry)>, span: Span) -> Self {
        Self::new(Data::Map(Arc::new(Map { entries: entries.into_iter().collect(), rest: None })), span)
    }

    /// Not known.
    pub fn unknown(unknown: Unknown, span: Span) -> Self {
        Self::new(Data::Unknown(Arc::new(unknown)), span)
    }

    /// Not known, and equal to nothing but itself.
    pub fn opaque(why: Why, span: Span) -> Self {
        Self::unknown(Unknown::new(why, Term::Opaque(span, 0)), span)
    }

    /// A string from parts: known when no part is a hole. A string that is one hole and nothing else is what the hole is.
    pub fn text(parts: impl IntoIterator<Item = Part>, span: Span) -> Self {
        let is_empty = |part: &Part| matches!(part, Part::Literal(text, _) if text.is_empty());
        let parts: Vec<Part> = parts.into_iter().filter(|part| !is_empty(part)).collect();
        match (Text::join(parts.iter().cloned()), parts.as_slice()) {
            (Ok(_), [Part::Hole(unknown, place)]) if unknown.refine.is_string() => {
                Self::new(Data::Unknown(unknown.clone()), *place)
            }
            (Ok(text), _) => Self::new(Data::Text(text), span),
            (Err(known), [Part::Literal(_, place)]) => Self::string(known, *place),
            (Err(known), []) => Self::string(known, span),
            (Err(known), _) => Self { pieces: Some(parts.into()), ..Self::string(known, span) },
        }
    }

    /// Alternatives. Arms that can never hold vanish; an arm that always holds is the value.
    pub fn choice(arms: Vec<(Guard, Self)>, span: Span) -> Self {
        let mut kept: Vec<(Guard, Self)> =
            arms.into_iter().filter(|(guard, _)| !matches!(guard, Guard::Never)).collect();
        if kept.len() > MOST_ARMS {
            return Self::too_many(choice_term(&kept), span);
        }
        let mut parts = MOST_GUARD_PARTS;
        if !kept.iter().all(|(guard, _)| guard.fits(&mut parts, DEEPEST_GUARD)) {
            let why = Why::Budget("conditions of too many parts".into());
            return Self::unknown(Unknown::new(why, choice_term(&kept)), span);
        }
        match kept.iter().position(|(guard, _)| guard.is_always()) {
            Some(at) => kept.swap_remove(at).1,
            None if kept.is_empty() => Self::absent(span),
            None => Self::new(Data::Choice(Arc::new(Choice { arms: kept, term: OnceLock::new() })), span),
        }
    }

    /// What more than [`MOST_ARMS`] alternatives are. The term says of what, for the same expression can be evaluated
    /// more than once.
    fn too_many(term: Term, span: Span) -> Self {
        let why = Why::Budget(format!("more than {MOST_ARMS} alternatives").into());
        Self::unknown(Unknown::new(why, term), span)
    }

    /// The same value, one step further on its way.
    #[must_use]
    pub fn through(mut self, step: impl Into<Arc<str>>, span: Span) -> Self {
        self.via = Some(Arc::new(Via { step: step.into(), span, before: self.via.take() }));
        self
    }

    /// A part of another value: it came the other's way too, after its own.
    #[must_use]
    pub fn taken_from(mut self, whole: &Self) -> Self {
        let mut room = MOST_STEPS.saturating_sub(self.steps().count());
        let mut steps: Vec<&Via> = whole.steps().collect();
        while let Some(via) = steps.pop() {
            if room == 0 {
                break;
            }
            room -= 1;
            self = self.through(via.step.clone(), via.span);
        }
        self
    }

    /// The steps by which the value came here, the newest first.
    pub fn steps(&self) -> impl Iterator<Item = &Via> {
        std::iter::successors(self.via.as_deref(), |via| via.before.as_deref())
    }

    /// Marked as a secret where `sensitive`.
    #[must_use]
    pub fn with_sensitive(mut self, sensitive: bool) -> Self {
        self.sensitive |= sensitive;
        self
    }

    /// True when the value is certainly not there.
    pub fn is_absent(&self) -> bool {
        matches!(self.data, Data::Absent)
    }

    /// True when it is an unknown as a whole.
    pub fn is_unknown(&self) -> bool {
        matches!(self.data, Data::Unknown(_))
    }

    /// The known string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// The known truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.data {
            Data::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The list.
    pub fn as_list(&self) -> Option<&List> {
        match &self.data {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The unknown.
    pub fn as_unknown(&self) -> Option<&Arc<Unknown>> {
        match &self.data {
            Data::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// Applies a function to the value, or to each alternative of it. The result keeps the guards; nested choices are
    /// flattened, and more than [`MOST_ARMS`] alternatives become unknown.
    pub fn each(&self, function: &mut dyn FnMut(&Self) -> Self) -> Self {
        let Data::Choice(choice) = &self.data else { return function(self) };
        let mut arms = Vec::with_capacity(choice.arms.len());
        for (guard, value) in &choice.arms {
            match value.each(function) {
                Self { data: Data::Choice(inner), .. } => {
                    arms.extend(
                        inner.arms.iter().map(|(inner, value)| (guard.clone().and(inner.clone()), value.clone())),
                    );
                }
                value => arms.push((guard.clone(), value)),
            }
        }
        let mut result = Self::choice(arms, self.span);
        result.sensitive |= self.sensitive;
        result
    }

    /// The member of a map. Of an unknown: unknown. Of an absent or null value: absent. Of anything else: absent.
    pub fn get(&self, key: &str) -> Self {
        let member = self.each(&mut |value| {
            let member = match &value.data {
                Data::Map(map) => map.get(key, value.span),
                Data::Unknown(unknown) => Self::unknown(unknown.derive(&format!(".{key}")), value.span),
                _ => Self::absent(value.span),
            };
            member.with_sensitive(value.sensitive)
        });
        member.with_sensitive(self.sensitive)
    }

    /// The value in a scenario, choices resolved; `Err` with the variable on which it depends when the scenario leaves
    /// it open. Only the value itself is resolved, not what is inside a list or map.
    pub fn resolve(&self, scenario: &Scenario) -> Result<&Self, Arc<Variable>> {
        let mut value = self;
        'choice: while let Data::Choice(choice) = &value.data {
            let mut open = None;
            for (guard, arm) in &choice.arms {
                match guard.holds_in(scenario) {
                    Ok(true) => {
                        value = arm;
                        continue 'choice;
                    }
                    Ok(false) => {}
                    Err(variable) => open = open.or(Some(variable)),
                }
            }
            // Guards cover every scenario; a choice that breaks this is a frontend's fault and says nothing.
            return open.map_or(Ok(value), |variable| Err(variable.clone()));
        }
        Ok(value)
    }

    /// True when [`Self::under`] may make something else of it: there is a choice in it, or an element that is not there.
    fn is_open(&self) -> bool {
        let below = match &self.data {
            Data::Choice(_) => true,
            Data::List(list) => list.items.iter().any(|item| item.is_absent() || item.is_open()),
            Data::Map(map) => map.entries.values().any(|entry| entry.value.is_open()),
            _ => false,
        };
        below || self.structure.as_ref().is_some_and(|structure| structure.is_open())
    }

    /// The value with every choice that the scenario decides replaced by its arm, at any depth. What the scenario
    /// leaves open stays a choice.
    pub fn under(&self, scenario: &Scenario) -> Self {
        if !self.is_open() {
            return self.clone();
        }
        let value = match self.resolve(scenario) {
            Ok(value) => value,
            Err(_) => return self.clone(),
        };
        let data = match &value.data {
            Data::List(list) => {
                let items =
                    list.items.iter().map(|item| item.under(scenario)).filter(|item| !item.is_absent()).collect();
                Data::List(Arc::new(List { items, rest: list.rest.clone() }))
            }
            Data::Map(map) => {
                let entry = |entry: &Entry| Entry { key_span: entry.key_span, value: entry.value.under(scenario) };
                let entries = map.entries.iter().map(|(key, value)| (key.clone(), entry(value))).collect();
                Data::Map(Arc::new(Map { entries, rest: map.rest.clone() }))
            }
            other => other.clone(),
        };
        let mut resolved = Self { data, ..value.clone() };
        resolved.via = resolved.via.or_else(|| self.via.clone());
        resolved.structure = resolved.structure.map(|structure| Arc::new(structure.under(scenario)));
        resolved.sensitive |= self.sensitive;
        resolved
    }

    /// Whether two values are equal. Types are kept apart: `"1"` is not `1`.
    pub fn same(&self, other: &Self) -> Tri {
        match (&self.data, &other.data) {
            (Data::Choice(choice), _) => same_in_all(choice, other),
            (_, Data::Choice(choice)) => same_in_all(choice, self),
            (Data::Unknown(a), Data::Unknown(b)) if a.term == b.term => Tri::Yes,
            (Data::Unknown(hole), Data::Text(text)) | (Data::Text(text), Data::Unknown(hole))
                if hole.refine.is_string() =>
            {
                text.same_hole(hole)
            }
            (Data::Unknown(a), _) => same_as_unknown(a, other),
            (_, Data::Unknown(b)) => same_as_unknown(b, self),
            (Data::Null, Data::Null) | (Data::Absent, Data::Absent) => Tri::Yes,
            (Data::Bool(a), Data::Bool(b)) => (a == b).into(),
            (Data::Number(a), Data::Number(b)) => (a == b).into(),
            (Data::String(a), Data::String(b)) => (a == b).into(),
            (Data::Text(a), Data::Text(b)) => a.same(b),
            (Data::Text(text), Data::String(known)) | (Data::String(known), Data::Text(text)) => text.same_str(known),
            (Data::List(a), Data::List(b)) => same_lists(a, b),
            (Data::Map(a), Data::Map(b)) => same_maps(a, b),
            _ => Tri::No,
        }
    }

    /// What the value is, as a term: equal terms are equal values.
    pub fn term(&self) -> Term {
        match &self.data {
            Data::Unknown(unknown) => unknown.term.clone(),
            Data::Null => Term::Literal("null".into()),
            Data::Absent => Term::Literal("absent".into()),
            Data::Bool(value) => Term::Literal(value.to_string().into()),
            Data::Number(number) => Term::Literal(number.text().into()),
            Data::String(text) => Term::literal(text),
            Data::Text(text) => Term::call(
                "text",
                text.parts().iter().map(|part| match part {
                    Part::Literal(text, _) => Term::literal(text),
                    Part::Hole(unknown, _) => unknown.term.clone(),
                }),
            ),
            Data::List(list) if list.rest.is_none() => Term::call("list", list.items.iter().map(Self::term)),
            Data::Map(map) if map.rest.is_none() => {
                Term::call("map", map.entries.iter().flat_map(|(key, entry)| [Term::literal(key), entry.value.term()]))
            }
            Data::Choice(choice) => choice.term.get_or_init(|| choice_term(&choice.arms)).clone(),
            Data::List(list) => self.open_term("open list", list.rest.as_deref(), list.items.iter().map(Self::term)),
            Data::Map(map) => {
                let entries = map.entries.iter().flat_map(|(key, entry)| [Term::literal(key), entry.value.term()]);
                self.open_term("open map", map.rest.as_deref(), entries)
            }
        }
    }

    /// What an open list or map is: where the rest stands among the known elements only the expression says.
    fn open_term(&self, name: &str, rest: Option<&Unknown>, known: impl Iterator<Item = Term>) -> Term {
        let rest = rest.map(|rest| rest.term.clone());
        Term::call(name, [Term::Opaque(self.span, 0)].into_iter().chain(rest).chain(known))
    }

    /// Takes the values inside a value from a budget, each as often as it occurs, 64 bytes of text for one; false when they do
    /// not suffice, or are nested deeper than `nesting`. Values share their parts: a small one can be large to whoever walks
    /// it, so that frontends ask this of whatever they put together.
    pub fn fits(&self, nodes: &mut usize, nesting: usize) -> bool {
        if *nodes == 0 || nesting == 0 {
            return false;
        }
        let text = match &self.data {
            Data::String(text) => text.len() / 64,
            Data::Text(text) => text.parts().len(),
            _ => 0,
        };
        *nodes = nodes.saturating_sub(1 + text);
        match &self.data {
            Data::List(list) => list.items.iter().all(|item| item.fits(nodes, nesting - 1)),
            Data::Map(map) => map.entries.values().all(|entry| entry.value.fits(nodes, nesting - 1)),
            Data::Choice(choice) => choice.arms.iter().all(|(_, arm)| arm.fits(nodes, nesting - 1)),
            _ => true,
        }
    }

    /// The value as the parts of a string: what interpolation does with it. `None` for what has no string form (null,
    /// absent, lists, maps) and for a choice, which must be taken apart first.
    pub fn as_parts(&self) -> Option<Vec<Part>> {
        match &self.data {
            Data::String(text) => match &self.pieces {
                Some(pieces) => Some(pieces.to_vec()),
                None => Some(vec![Part::Literal(text.clone(), self.span)]),
            },
            Data::Bool(value) => Some(vec![Part::Literal(value.to_string().into(), self.span)]),
            Data::Number(number) => Some(vec![Part::Literal(number.text().into(), self.span)]),
            Data::Text(text) => Some(text.parts().to_vec()),
            Data::Unknown(unknown) => Some(vec![Part::Hole(unknown.clone(), self.span)]),
            _ => None,
        }
    }

    /// Joins values to one string; each alternative of a choice gives an alternative of the result. `None` when a value
    /// has no string form in some alternative.
    pub fn concat(values: &[Self], span: Span) -> Option<Self> {
        if !values.iter().any(|value| matches!(value.data, Data::Choice(_))) {
            let parts: Option<Vec<Vec<Part>>> = values.iter().map(Self::as_parts).collect();
            let sensitive = values.iter().any(|value| value.sensitive);
            return Some(Self::text(parts?.into_iter().flatten(), span).with_sensitive(sensitive));
        }
        let mut joined = vec![(Guard::Always, Vec::new())];
        let mut sensitive = false;
        for value in values {
            sensitive |= value.sensitive;
            let mut arms = Vec::new();
            value.flatten(&Guard::Always, &mut arms);
            let mut next = Vec::with_capacity(joined.len() * arms.len());
            for (guard, before) in &joined {
                for (more, arm) in &arms {
                    sensitive |= arm.sensitive;
                    let mut parts: Vec<Part> = before.clone();
                    parts.extend(arm.as_parts()?);
                    next.push((guard.clone().and(more.clone()), parts));
                }
            }
            if next.len() > MOST_ARMS {
                let term = Term::call("concat", values.iter().map(Self::term));
                return Some(Self::too_many(term, span).with_sensitive(sensitive));
            }
            joined = next;
        }
        let arms = joined.into_iter().map(|(guard, parts)| (guard, Self::text(parts, span))).collect();
        Some(Self::choice(arms, span).with_sensitive(sensitive))
    }

    /// The alternatives of the value that are no choices themselves, with their guards.
    fn flatten(&self, guard: &Guard, arms: &mut Vec<(Guard, Self)>) {
        match &self.data {
            Data::Choice(choice) => {
                for (inner, value) in &choice.arms {
                    value.flatten(&guard.clone().and(inner.clone()), arms);
                }
            }
            _ => arms.push((guard.clone(), self.clone())),
        }
    }

    /// The alternatives of the value, none of them a choice, each with its guard.
    pub fn arms(&self) -> Vec<(Guard, Self)> {
        let mut arms = Vec::new();
        self.flatten(&Guard::Always, &mut arms);
        arms
    }
}

/// What a choice is: its alternatives under their guards.
fn choice_term(arms: &[(Guard, Value)]) -> Term {
    Term::call("choice", arms.iter().flat_map(|(guard, value)| [guard.term(), value.term()]))
}

/// Equal, or different, in every alternative; anything else is open.
fn same_in_all(choice: &Choice, other: &Value) -> Tri {
    let mut answers = choice.arms.iter().map(|(_, arm)| arm.same(other));
    match answers.next() {
        Some(first) if answers.all(|answer| answer == first) => first,
        _ => Tri::Unknown,
    }
}

fn same_as_unknown(unknown: &Unknown, other: &Value) -> Tri {
    let refine = &unknown.refine;
    let other_kind = match &other.data {
        Data::Null | Data::Absent => return if refine.not_null { Tri::No } else { Tri::Unknown },
        Data::Unknown(other) => {
            let apart = |a: &Refine, b: &Refine| a.not_null && b.not_null && !a.shape.overlaps(&b.shape);
            return if apart(refine, &other.refine) { Tri::No } else { Tri::Unknown };
        }
        Data::Bool(_) => Kind::Bool,
        Data::Number(_) => Kind::Number,
        Data::String(_) | Data::Text(_) => Kind::String,
        Data::List(_) => Kind::List,
        Data::Map(_) => Kind::Map,
        Data::Choice(_) => return Tri::Unknown,
    };
    let excluded = match &other.data {
        Data::String(text) => refine.excludes(text),
        Data::Text(text) => !text.shape().overlaps(&refine.shape),
        _ => false,
    };
    let other_type = refine.kind.is_some_and(|kind| kind != other_kind);
    if excluded || other_type { Tri::No } else { Tri::Unknown }
}

fn same_lists(a: &List, b: &List) -> Tri {
    let certain = |list: &List| list.rest.is_none() && list.items.iter().all(|item| !may_vanish(item));
    if !certain(a) || !certain(b) {
        return Tri::Unknown;
    }
    if a.items.len() != b.items.len() {
        return Tri::No;
    }
    Tri::all(a.items.iter().zip(&b.items).map(|(a, b)| a.same(b)))
}

/// True when the value may turn out to be absent, which takes it out of its list or map.
fn may_vanish(value: &Value) -> bool {
    match &value.data {
        Data::Absent => true,
        Data::Unknown(unknown) => !unknown.refine.not_null,
        Data::Choice(choice) => choice.arms.iter().any(|(_, arm)| may_vanish(arm)),
        _ => false,
    }
}

fn same_maps(a: &Map, b: &Map) -> Tri {
    let open = a.rest.is_some() || b.rest.is_some();
    let missing = |from: &Map, value: &Value| match (&from.rest, may_vanish(value)) {
        (None, false) => Tri::No,
        (None, true) if value.is_absent() => Tri::Yes,
        _ => Tri::Unknown,
    };
    let of_a = a.entries.iter().map(|(key, entry)| match b.entries.get(key) {
        Some(other) => entry.value.same(&other.value),
        None => missing(b, &entry.value),
    });
    let only_b = b.entries.iter().filter(|(key, _)| !a.entries.contains_key(*key));
    let answer = Tri::all(of_a.chain(only_b.map(|(_, entry)| missing(a, &entry.value))));
    if open { answer.and(Tri::Unknown) } else { answer }
}

#[cfg(test)]
mod tests;
