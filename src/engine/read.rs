//! Attributes as rules get them: read in the run's scenario, followed, and brought to plain Rhai values.

use super::handle::{Block, Node, Place, Raw};
use super::list::{Item, PartialList};
use super::run::{Answered, End, Presence, Reason, Run};
use super::suggest;
use crate::finding::Label;
use crate::graph::kinds::{self, Attribute, Kind, Shape};
use crate::graph::link::Link;
use crate::graph::{self, NodeId, Reading};
use crate::source::Span;
use crate::value::{Data, List, Part, Value, Why};
use rhai::Dynamic;
use std::sync::Arc;

/// Longer strings and lists are not handed to rules.
pub(super) const MOST_BYTES: usize = 64 * 1024;
/// See [`MOST_BYTES`].
pub(super) const MOST_ITEMS: usize = 4_096;

/// An attribute in the run's scenario.
pub(super) fn attribute(run: &Run, id: NodeId, attribute: &Attribute, block: &Reading) -> Answered<Reading> {
    settle(run, &run.graph.read_attribute(id, attribute, block))
}

/// A reading in the run's scenario: its value is no choice, its place is that of the alternative where one was written there.
pub(super) fn settle(run: &Run, reading: &Reading) -> Answered<Reading> {
    let value = run.resolve(&reading.value)?;
    let alternative = in_place(&value).filter(|span| reading.place.covers(*span));
    let place = if matches!(reading.value.data, Data::Choice(_)) { alternative } else { None };
    Ok(Reading { place: place.unwrap_or(reading.place), value })
}

/// The place of a value that is written where it is used.
fn in_place(value: &Value) -> Option<Span> {
    (value.via.is_none() && !value.is_absent() && !value.span.is_empty()).then_some(value.span)
}

/// The place of a reading, with the way on which its value came there from elsewhere.
pub(super) fn place(reading: &Reading) -> Place {
    let value = &reading.value;
    let mut trail: Vec<Label> =
        value.steps().map(|via| Label { span: via.span, message: via.step.to_string() }).collect();
    let known = !matches!(value.data, Data::Absent | Data::Unknown(_));
    if known && value.via.is_some() && !value.span.is_empty() {
        trail.push(Label { span: value.span, message: "the value is written here".to_owned() });
    }
    trail.retain(|label| label.span != reading.place && !label.span.is_empty());
    Place { span: reading.place, trail: trail.into() }
}

/// A value in an attribute's shape as a plain Rhai value: `()` for what is absent; ends the check for what is not known.
pub(super) fn plain(run: &Arc<Run>, id: NodeId, shape: Shape, reading: &Reading) -> Answered<Dynamic> {
    let value = &reading.value;
    match (&value.data, shape) {
        (_, Shape::Referrers(kind, attribute)) => referrers(run, id, kind, attribute),
        (Data::Absent | Data::Null, _) => Ok(Dynamic::UNIT),
        (_, Shape::Link(kind, handle)) => follow(run, id, value, kind, handle)?.map_err(|reason| run.undecided(reason)),
        (_, Shape::Document) => Err("a policy document cannot be looked into; ask about it with a method".into()),
        (Data::Unknown(unknown), _) => Err(run.undecided(unknown.as_ref())),
        (Data::List(list), Shape::List(inner)) => items(run, list, &mut |item| {
            let place = in_place(item).unwrap_or(reading.place);
            element(run, id, *inner, Reading { value: item.clone(), place })
        }),
        (Data::Map(_), Shape::Block(attributes)) => {
            Ok(Dynamic::from(Block { run: run.clone(), node: id, attributes, reading: Arc::new(reading.clone()) }))
        }
        _ => scalar(run, value),
    }
}

/// An element of a list: an open item where its value is not known.
fn element(run: &Arc<Run>, id: NodeId, shape: Shape, reading: Reading) -> Answered<Item> {
    match (&reading.value.data, shape) {
        (Data::Unknown(_) | Data::String(_) | Data::Text(_), Shape::Link(kind, handle)) => {
            let followed = follow(run, id, &reading.value, kind, handle)?;
            Ok(followed.map_or_else(|reason| Item::Open(reading.value.clone(), reason), Item::Known))
        }
        _ => match open_reason(&reading.value) {
            Some(reason) => Ok(Item::Open(reading.value.clone(), reason)),
            None => plain(run, id, shape, &reading).map(Item::Known),
        },
    }
}

/// Why a value that is not known is not.
fn open_reason(value: &Value) -> Option<Reason> {
    match &value.data {
        Data::Unknown(unknown) => Some(unknown.as_ref().into()),
        Data::Text(text) => text.parts().iter().find_map(|part| match part {
            Part::Hole(unknown, _) => Some(unknown.as_ref().into()),
            Part::Literal(..) => None,
        }),
        _ => None,
    }
}

/// A list in the run's scenario: a plain array where all of it is known, else a [`PartialList`].
fn items(run: &Arc<Run>, list: &List, element: &mut dyn FnMut(&Value) -> Answered<Item>) -> Answered<Dynamic> {
    if list.items.len() > MOST_ITEMS {
        return Err(run.undecided(&Why::Budget(format!("a list of more than {MOST_ITEMS} items").into())));
    }
    let mut items = Vec::with_capacity(list.items.len());
    for item in &list.items {
        let item = run.resolve(item)?;
        if !matches!(item.data, Data::Absent | Data::Null) {
            items.push(element(&item)?);
        }
    }
    let rest = list.rest.as_deref().map(Reason::from);
    let plain: Option<rhai::Array> = items.iter().map(Item::known).collect();
    match (plain, &rest) {
        (Some(plain), None) => Ok(plain.into()),
        _ => Ok(Dynamic::from(PartialList::new(run, items, rest))),
    }
}

/// The text of a reference as it is written, not followed.
pub(super) fn written(run: &Run, value: &Value) -> Answered<Dynamic> {
    if matches!(value.data, Data::Absent | Data::Null) { Ok(Dynamic::UNIT) } else { scalar(run, value) }
}

/// A known string, number or truth value.
fn scalar(run: &Run, value: &Value) -> Answered<Dynamic> {
    match &value.data {
        Data::String(text) if text.len() > MOST_BYTES => {
            Err(run.undecided(&Why::Budget(format!("a text of more than {MOST_BYTES} bytes").into())))
        }
        Data::String(text) => {
            if value.sensitive {
                run.add_secret(text);
            }
            Ok(text.as_ref().into())
        }
        Data::Bool(flag) => Ok((*flag).into()),
        Data::Number(number) => {
            if value.sensitive {
                run.add_secret(number.text());
            }
            Ok(number.as_i64().map_or_else(|| number.as_f64().into(), Dynamic::from))
        }
        _ => Err(run.undecided(open_reason(value).unwrap_or_else(misfit))),
    }
}

fn misfit() -> Reason {
    (&Why::Invalid("a value of another type".into())).into()
}

/// The resource that a value refers to, `()` where there is no reference, or why that is not known.
fn follow(run: &Arc<Run>, id: NodeId, value: &Value, kind: &str, handle: &str) -> Answered<Result<Dynamic, Reason>> {
    match run.graph.follow(id, value, kind, handle) {
        Link::Absent => Ok(Ok(Dynamic::UNIT)),
        Link::Unknown(unknown) => Ok(Err(unknown.as_ref().into())),
        Link::Outside(_) => Ok(Err(not_in_the_input(kind))),
        Link::Node(found) => {
            let presence = run.graph.node(found).map_or(Presence::There, |node| run.presence(&node.resource.presence));
            match presence {
                Presence::There => Ok(Ok(Dynamic::from(Node { run: run.clone(), id: found }))),
                Presence::Open(variable) => Err(run.stop(End::Open(variable))),
                // A reference to a resource that is not created cannot be deployed; a name or an ARN may be another one's.
                Presence::Missing if value.is_unknown() => Err(run.stop(End::Impossible)),
                Presence::Missing => Ok(Err(not_in_the_input(kind))),
            }
        }
    }
}

/// The resources of a kind whose link leads to a resource. A link that is not known may lead there, wherever it stands; so may
/// one in a part of the input that nobody can see.
fn referrers(run: &Arc<Run>, id: NodeId, kind: &str, attribute: &str) -> Answered<Dynamic> {
    let Some((shape, link_handle)) = kinds::named(kind).and_then(|kind| link(kind, attribute)) else {
        return Err(format!("`{attribute}` of {kind} is no link").into());
    };
    let mut items = Vec::new();
    let mut rest = hidden(run, id);
    for other in &run.graph.backlinks(kind, attribute, id) {
        let Some(node) = run.graph.node(*other) else { continue };
        match run.presence(&node.resource.presence) {
            Presence::Missing => continue,
            // What another stack may or may not have is no alternative of this one.
            Presence::Open(_) if is_elsewhere(run, id, node) => {
                rest = rest.or_else(|| Some(Reason::new("another stack may have one", "part of another stack")));
                continue;
            }
            Presence::Open(variable) => return Err(run.stop(End::Open(variable))),
            Presence::There => {}
        }
        let value = run.resolve(&run.graph.read(*other, attribute).value)?;
        match run.graph.follow(*other, &value, shape, link_handle) {
            Link::Node(found) if found == id && node.resource.schematic => {
                rest = rest.or_else(|| Some(Reason::new("how many there are is not known", "count that is not known")));
            }
            Link::Node(found) if found == id => {
                items.push(Item::Known(Dynamic::from(Node { run: run.clone(), id: *other })));
            }
            Link::Unknown(unknown) => rest = rest.or_else(|| Some(unknown.as_ref().into())),
            Link::Node(_) | Link::Outside(_) | Link::Absent => {}
        }
    }
    let plain: Option<rhai::Array> = items.iter().map(Item::known).collect();
    match (plain, &rest) {
        (Some(plain), None) => Ok(plain.into()),
        _ => Ok(Dynamic::from(PartialList::new(run, items, rest))),
    }
}

/// True when a resource stands in another stack or root module than a node.
fn is_elsewhere(run: &Run, id: NodeId, other: &graph::Node) -> bool {
    run.graph.node(id).is_some_and(|node| node.resource.id.scope != other.resource.id.scope)
}

/// The kind and the handle of a link attribute.
fn link(kind: &Kind, attribute: &str) -> Option<(&'static str, &'static str)> {
    let attribute = kind.attributes.iter().find(|own| own.name == attribute)?;
    if let Shape::Link(kind, handle) = attribute.shape { Some((kind, handle)) } else { None }
}

/// Why something that nobody can see may refer to a resource.
fn hidden(run: &Run, id: NodeId) -> Option<Reason> {
    run.graph.hidden_beside(id).map(|why| Reason::new(why, "part that is not in the input"))
}

/// The resources of a kind that a raw value refers to, by whatever handle of that kind it is.
pub(super) fn links(run: &Arc<Run>, id: NodeId, value: &Value, kind: &str) -> Answered<Dynamic> {
    let Some(named) = kinds::named(kind).or_else(|| kinds::of_type(kind)) else {
        let hint = suggest::hint(kind, kinds::KINDS.iter().map(|kind| kind.name));
        return Err(format!("there is no kind `{kind}`{hint}").into());
    };
    let mut link = |value: &Value| -> Answered<Item> {
        let followed = follow_any(run, id, value, named)?;
        Ok(followed.map_or_else(|reason| Item::Open(value.clone(), reason), Item::Known))
    };
    match &value.data {
        Data::Absent | Data::Null => Ok(rhai::Array::new().into()),
        Data::List(list) => items(run, list, &mut link),
        _ => items(run, &List { items: vec![value.clone()], rest: None }, &mut link),
    }
}

/// The resource that one of a kind's handles leads to. Two that lead to different resources decide nothing.
fn follow_any(run: &Arc<Run>, id: NodeId, value: &Value, kind: &Kind) -> Answered<Result<Dynamic, Reason>> {
    let mut found: Vec<(NodeId, &str)> = Vec::new();
    for handle in kind.handles {
        if let Link::Node(node) = run.graph.follow(id, value, kind.name, handle.name)
            && !found.iter().any(|(known, _)| *known == node)
        {
            found.push((node, handle.name));
        }
    }
    match found.as_slice() {
        [(_, handle)] => follow(run, id, value, kind.name, handle),
        [] => Ok(Err(open_reason(value).unwrap_or_else(|| not_in_the_input(kind.name)))),
        _ => Ok(Err((&Why::Undeclared("a name that several resources may have".into())).into())),
    }
}

fn not_in_the_input(kind: &str) -> Reason {
    let because = format!("the {} is not in the input", kind.replace('_', " "));
    Reason::new(because.clone(), because)
}

/// A value as its frontend read it: maps become handles, so that what is unknown inside them ends the check only where a rule
/// looks at it.
pub(super) fn raw(run: &Arc<Run>, reading: &Reading) -> Answered<Dynamic> {
    let value = &reading.value;
    match &value.data {
        Data::Absent | Data::Null => Ok(Dynamic::UNIT),
        Data::Map(_) => Ok(Dynamic::from(Raw { run: run.clone(), reading: Arc::new(reading.clone()) })),
        Data::List(list) => items(run, list, &mut |item| match open_reason(item) {
            Some(reason) => Ok(Item::Open(item.clone(), reason)),
            None => {
                let place = in_place(item).unwrap_or(reading.place);
                raw(run, &Reading { value: item.clone(), place }).map(Item::Known)
            }
        }),
        _ => scalar(run, value),
    }
}

/// The member of a raw map, in the run's scenario.
pub(super) fn raw_member(run: &Run, from: &Reading, key: &str) -> Answered<Reading> {
    let value = from.value.get(key);
    let entry = from.value.as_map().and_then(|map| map.entries.get(key));
    let place = entry.map_or(from.place, |entry| in_place(&entry.value).unwrap_or(entry.key_span));
    settle(run, &Reading { value, place })
}
