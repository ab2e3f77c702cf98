//! `count` and `for_each`: how many copies a block has, under which conditions, and what `each` and `count` mean in them.

use super::expr::traversal::element_of;
use super::module::attribute;
use super::resolver::{InstanceId, MOST_COPIES, Place, Resolver, collected, entry};
use crate::frontend::Diagnostic;
use crate::source::Span;
use crate::syntax::hcl::Block;
use crate::value::{Collection, Data, Guard, Kind, List, Map, Refine, ResourceRef, Term, Unknown, Value, Why};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// One block may have this many copies.
const MOST_OF_ONE: usize = 10_000;

/// Names that a block binds for its inside.
#[derive(Clone, Debug, Default)]
pub(super) struct Bindings(Rc<Vec<(Arc<str>, Value)>>);

impl Bindings {
    /// No names.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// One name.
    pub(super) fn one(name: &str, value: Value) -> Self {
        Self(Rc::new(vec![(name.into(), value)]))
    }

    /// These names and more; the newer ones hide older ones.
    pub(super) fn with(&self, more: &Self) -> Self {
        if more.0.is_empty() {
            return self.clone();
        }
        Self(Rc::new(self.0.iter().chain(more.0.iter()).cloned().collect()))
    }

    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        self.0.iter().rev().find(|(known, _)| &**known == name).map(|(_, value)| value.clone())
    }
}

/// How a block is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repetition {
    /// Neither `count` nor `for_each`.
    Once,
    /// `count`
    Count,
    /// `for_each`
    ForEach,
}

/// All copies of a block.
#[derive(Debug)]
pub(super) struct Copies {
    /// How it is repeated.
    pub(super) repetition: Repetition,
    /// The value of `count` or `for_each`.
    pub(super) control: Value,
    /// The copies that may exist.
    pub(super) copies: Vec<Copy>,
    positions: HashMap<Arc<str>, usize>,
}

/// A copy of a block.
#[derive(Debug)]
pub(super) struct Copy {
    /// Its key; empty for a block that is not repeated and for a copy that stands for an unknown number of copies.
    pub(super) key: Arc<str>,
    /// Behind the block's address: `[0]`, `["x"]`, or `[*]` for a schematic copy.
    pub(super) suffix: Arc<str>,
    /// `each` or `count`.
    pub(super) bindings: Bindings,
    /// The condition under which it exists.
    pub(super) presence: Guard,
    /// It stands for an unknown number of copies.
    pub(super) schematic: bool,
}

impl Copy {
    fn lone(suffix: &str, schematic: bool) -> Self {
        let bindings = Bindings::none();
        Self { key: "".into(), suffix: suffix.into(), bindings, presence: Guard::Always, schematic }
    }
}

impl Copies {
    fn new(repetition: Repetition, control: Value, copies: Vec<Copy>) -> Self {
        let keyed = copies.iter().enumerate().filter(|(_, copy)| !copy.schematic);
        let positions = keyed.map(|(at, copy)| (copy.key.clone(), at)).collect();
        Self { repetition, control, copies, positions }
    }

    fn once(span: Span) -> Self {
        Self::new(Repetition::Once, Value::absent(span), vec![Copy::lone("", false)])
    }

    /// The copies of a block whose number nobody asks for.
    pub(super) fn not_counted(block: &Block) -> Self {
        let repetition = match (attribute(block, "count"), attribute(block, "for_each")) {
            (None, None) => return Self::once(block.span),
            (Some(_), _) => Repetition::Count,
            (None, Some(_)) => Repetition::ForEach,
        };
        let control = Value::opaque(Why::Function("the number of copies".into()), block.span);
        Self::new(repetition, control, vec![Copy::lone("[*]", true)])
    }

    /// The position of the copy with a key.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.positions.get(key).copied()
    }

    /// The position of the copy that stands for an unknown number of copies.
    pub(super) fn schematic(&self) -> Option<usize> {
        self.copies.iter().position(|copy| copy.schematic)
    }

    /// The value of the whole block, from the values of its copies: one, a list or a map. `of` is what the copies of
    /// an unknown number are: the node of the schematic copy.
    pub(super) fn value(&self, span: Span, of: &ResourceRef, copy: &mut dyn FnMut(usize) -> Value) -> Value {
        match self.repetition {
            Repetition::Once => copy(0),
            Repetition::Count => self.control.each(&mut |count| match length(count) {
                Some(length) => {
                    let items = (0..length.min(self.copies.len())).map(&mut *copy).collect();
                    collected(Value::list(items, span), Collection::Tuple)
                }
                None => open_list(of, span),
            }),
            Repetition::ForEach => self.control.each(&mut |collection| self.keyed(collection, span, of, copy)),
        }
    }

    fn keyed(&self, collection: &Value, span: Span, of: &ResourceRef, copy: &mut dyn FnMut(usize) -> Value) -> Value {
        let mut map = Map::default();
        for element in elements(collection, Walk::Copies) {
            match element {
                Element::Known { id: key, presence, .. } => {
                    let Some(at) = self.position(&key) else { continue };
                    let present = copy(at);
                    let value = match presence {
                        Guard::Always => present,
                        presence => Value::choice(
                            vec![(presence.clone(), present), (presence.not(), Value::absent(span))],
                            span,
                        ),
                    };
                    map.entries.insert(key, crate::value::Entry { key_span: span, value });
                }
                Element::Open { .. } => map.rest = Some(Arc::new(whole(of))),
            }
        }
        collected(Value::new(Data::Map(Arc::new(map)), span), Collection::Object)
    }
}

fn open_list(of: &ResourceRef, span: Span) -> Value {
    let list = List { items: Vec::new(), rest: Some(Arc::new(whole(of))) };
    collected(Value::new(Data::List(Arc::new(list)), span), Collection::Tuple)
}

/// A resource as a whole: an attribute of it is the term with that attribute's name.
pub(super) fn whole(of: &ResourceRef) -> Unknown {
    let refine = Refine { kind: Some(Kind::Map), not_null: true, ..Refine::default() };
    Unknown::new(Why::Attribute(of.address.clone()), Term::Attribute(of.clone(), "".into())).refined(refine)
}

/// The value of `count`, where known.
fn length(count: &Value) -> Option<usize> {
    let number = match &count.data {
        Data::Number(number) => number.as_i64(),
        Data::String(text) => text.parse().ok(),
        _ => None,
    };
    usize::try_from(number?).ok()
}

/// What `for_each` repeats: they differ in what a list is to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walk {
    /// Resources and modules: a list is a set, its elements are the keys.
    Copies,
    /// Dynamic blocks: the elements of a list stand at their positions.
    Blocks,
}

/// An element of what `for_each` walks over.
enum Element {
    /// One of which is known that it is an element of its own.
    Known {
        /// What tells it from the others: its key, or its position.
        id: Arc<str>,
        /// The key.
        key: Value,
        /// The value.
        value: Value,
        /// The condition under which it is there.
        presence: Guard,
    },
    /// An unknown number of elements.
    Open {
        /// The key.
        key: Value,
        /// The value.
        value: Value,
    },
}

/// An element as it occurs in the alternatives of a collection.
struct Found {
    key: Value,
    arms: Vec<(Guard, Value)>,
}

/// The elements of one alternative of a collection, in their order.
fn elements(collection: &Value, walk: Walk) -> Vec<Element> {
    let mut found = Vec::new();
    let span = collection.span;
    let mut known = |id: Arc<str>, key: Value, value: Value, presence: Guard| {
        if !matches!(presence, Guard::Never) {
            let value = element_of(value, collection);
            found.push(Element::Known { id, key, value, presence });
        }
    };
    let rest = match &collection.data {
        Data::Map(map) => {
            for (key, entry) in &map.entries {
                let name = Value::string(key.clone(), entry.key_span);
                known(key.clone(), name, entry.value.clone(), present(&entry.value));
            }
            map.rest.clone()
        }
        Data::List(list) if walk == Walk::Blocks => {
            for (at, item) in list.items.iter().enumerate() {
                known(at.to_string().into(), key_of_item(at, item, collection), item.clone(), present(item));
            }
            list.rest.clone()
        }
        Data::List(list) => {
            let arms = list.items.iter().flat_map(Value::arms).filter(|(_, item)| !item.is_absent());
            let mut odd = None;
            for (presence, item) in arms {
                match item.as_parts().map(|parts| Value::text(parts, item.span)) {
                    Some(Value { data: Data::String(id), .. }) => known(id.clone(), item.clone(), item, presence),
                    _ => odd = Some(item),
                }
            }
            if let Some(item) = odd {
                found.push(Element::Open { key: item.clone(), value: item });
            }
            list.rest.clone()
        }
        Data::Unknown(unknown) => Some(unknown.clone()),
        Data::Absent => None,
        _ => {
            let why = Why::Invalid("for_each of a value that is no collection".into());
            Some(Arc::new(Unknown::new(why, Term::Opaque(span, 0))))
        }
    };
    if let Some(unknown) = rest {
        let key = unknown.derive("each.key");
        let value = unknown.derive("each.value");
        found.push(Element::Open { key: Value::unknown(key, span), value: Value::unknown(value, span) });
    }
    found
}

/// What an iterator's `key` is for an element of a list: its position, or itself where the list is a set.
fn key_of_item(at: usize, item: &Value, collection: &Value) -> Value {
    match collection.collection {
        Some(Collection::Set) => item.clone(),
        Some(_) => Value::number(i64::try_from(at).unwrap_or(i64::MAX), item.span),
        None => Value::opaque(Why::Function("the key of a list or set".into()), item.span),
    }
}

/// The condition under which a value is there at all.
pub(super) fn present(value: &Value) -> Guard {
    match &value.data {
        Data::Absent => Guard::Never,
        Data::Choice(choice) => {
            let absent = choice.arms.iter().map(|(guard, arm)| guard.clone().and(present(arm).not()));
            absent.fold(Guard::Never, Guard::or).not()
        }
        _ => Guard::Always,
    }
}

impl Resolver<'_, '_> {
    /// The copies of a block with `count` or `for_each` in a place.
    pub(super) fn copies(&mut self, place: &Place, block: &Block) -> Copies {
        if let Some(count) = attribute(block, "count") {
            let control = self.evaluate(place, &count.value);
            return self.counted(control, count.value.span);
        }
        match attribute(block, "for_each") {
            Some(for_each) => {
                let control = self.evaluate(place, &for_each.value);
                self.for_each(control, for_each.value.span, "each", Walk::Copies)
            }
            None => Copies::once(block.span),
        }
    }

    /// The copies of a declared block, worked out once.
    pub(super) fn declared_copies(&mut self, at: InstanceId, key: &Arc<str>, block: &Block) -> Rc<Copies> {
        let id = (at, key.clone());
        match self.repetitions.get(&id) {
            Some(Some(known)) => return known.clone(),
            Some(None) => {
                let why = Why::Cycle(format!("{}{key}", self.prefix(at)).into());
                let control = Value::opaque(why, block.span);
                return Rc::new(match attribute(block, "for_each") {
                    Some(for_each) => self.for_each(control, for_each.value.span, "each", Walk::Copies),
                    None => self.counted(control, block.span),
                });
            }
            None => {}
        }
        self.repetitions.insert(id.clone(), None);
        let place = Place { instance: at, bindings: Bindings::none() };
        let copies = Rc::new(self.copies(&place, block));
        self.repetitions.insert(id, Some(copies.clone()));
        copies
    }

    fn counted(&mut self, control: Value, span: Span) -> Copies {
        let arms = control.arms();
        let lengths: Vec<Option<usize>> =
            arms.iter().map(|(_, count)| length(count).filter(|length| *length <= MOST_OF_ONE)).collect();
        let most = lengths.iter().flatten().copied().max().unwrap_or(0);
        let presence = |index: usize| {
            let with = arms.iter().zip(&lengths).filter(|(_, length)| length.is_some_and(|length| index < length));
            any_of(with.map(|((guard, _), _)| guard.clone()), arms.len())
        };
        let copy = |index: usize| Copy {
            key: index.to_string().into(),
            suffix: format!("[{index}]").into(),
            bindings: count_binding(Value::number(i64::try_from(index).unwrap_or(i64::MAX), span)),
            presence: presence(index),
            schematic: false,
        };
        let mut copies: Vec<Copy> = (0..most).map(copy).collect();
        if let Some(((presence, count), _)) = arms.iter().zip(&lengths).find(|(_, length)| length.is_none()) {
            let index = match count.as_unknown() {
                Some(unknown) => unknown.derive("count.index"),
                None => Unknown::new(Why::Invalid("count is no number".into()), Term::Opaque(span, 0)),
            };
            let refine = Refine { kind: Some(Kind::Number), not_null: true, ..Refine::default() };
            copies.push(Copy {
                key: "".into(),
                suffix: "[*]".into(),
                bindings: count_binding(Value::unknown(index.refined(refine), span)),
                presence: presence.clone(),
                schematic: true,
            });
        }
        self.bounded(Copies::new(Repetition::Count, control, copies), span)
    }

    /// The copies that `for_each` makes. `each` is the name bound in them: the iterator's for a dynamic block.
    pub(super) fn for_each(&mut self, control: Value, span: Span, each: &str, walk: Walk) -> Copies {
        let arms = control.arms();
        let mut known: IndexMap<Arc<str>, Found> = IndexMap::new();
        let mut unknown = None;
        for (guard, collection) in &arms {
            for element in elements(collection, walk) {
                match element {
                    Element::Known { id, key, value, presence } => {
                        let found = known.entry(id).or_insert_with(|| Found { key, arms: Vec::new() });
                        found.arms.push((guard.clone().and(presence), value));
                    }
                    Element::Open { key, value } => {
                        unknown.get_or_insert((guard.clone(), key, value));
                    }
                }
            }
        }
        let certain = |values: &[(Guard, Value)]| values.iter().all(|(_, value)| present(value).is_always());
        let copy = |(id, Found { key, arms: values }): (Arc<str>, Found)| Copy {
            suffix: format!("[{}]", serde_json::Value::from(&*id)).into(),
            bindings: each_binding(each, key, one_of(&values, arms.len())),
            presence: any_of(
                values.iter().map(|(guard, _)| guard.clone()),
                if certain(&values) { arms.len() } else { usize::MAX },
            ),
            key: id,
            schematic: false,
        };
        let mut copies: Vec<Copy> = known.into_iter().map(copy).collect();
        if let Some((presence, key, value)) = unknown {
            copies.push(Copy {
                key: "".into(),
                suffix: "[*]".into(),
                bindings: each_binding(each, key, value),
                presence,
                schematic: true,
            });
        }
        self.bounded(Copies::new(Repetition::ForEach, control, copies), span)
    }

    /// The same copies, or one schematic copy when there are too many.
    fn bounded(&mut self, copies: Copies, span: Span) -> Copies {
        self.copies_made += copies.copies.len();
        if copies.copies.len() <= MOST_OF_ONE && self.copies_made <= MOST_COPIES {
            return copies;
        }
        let message = "too many copies of blocks; one stands for all from here on".to_owned();
        self.diagnostics.push(Diagnostic { span, message: message.clone(), fatal: false });
        let control = Value::opaque(Why::Budget(message.into()), span);
        let binding = |what: &str| match control.as_unknown() {
            Some(unknown) => Value::unknown(unknown.derive(what), span),
            None => control.clone(),
        };
        let bindings = match copies.repetition {
            Repetition::ForEach => each_binding("each", binding("each.key"), binding("each.value")),
            Repetition::Once | Repetition::Count => count_binding(binding("count.index")),
        };
        let copy = Copy { key: "".into(), suffix: "[*]".into(), bindings, presence: Guard::Always, schematic: true };
        Copies::new(copies.repetition, control, vec![copy])
    }
}

/// At least one of the guards; always, when they are the guards of all alternatives of a choice.
fn any_of(guards: impl Iterator<Item = Guard>, alternatives: usize) -> Guard {
    let guards: Vec<Guard> = guards.collect();
    if guards.len() == alternatives {
        return Guard::Always;
    }
    guards.into_iter().fold(Guard::Never, Guard::or)
}

/// One value from the alternatives in which a key occurs.
fn one_of(arms: &[(Guard, Value)], alternatives: usize) -> Value {
    match arms {
        [(_, only)] => only.clone(),
        arms => {
            let span = arms.first().map_or(Span::new(crate::source::FileId(0), 0, 0), |(_, value)| value.span);
            let nowhere = any_of(arms.iter().map(|(guard, _)| guard.clone()), alternatives).not();
            let rest = (nowhere, Value::absent(span));
            Value::choice(arms.iter().cloned().chain([rest]).collect(), span)
        }
    }
}

/// `count`, or a name for each element.
fn count_binding(index: Value) -> Bindings {
    let span = index.span;
    Bindings::one("count", Value::map([entry("index", index)], span))
}

/// `each`, or the iterator of a dynamic block.
pub(super) fn each_binding(name: &str, key: Value, value: Value) -> Bindings {
    let span = value.span;
    Bindings::one(name, Value::map([entry("key", key), entry("value", value)], span))
}
