//! What the load-time check knows of an expression: which kind of thing it will be.

use super::answer;
use super::handle::BUILT_IN;
use super::methods::{FieldKind, Method};
use super::vocabulary::PATH_METHODS;
use crate::graph::kinds::{self, Attribute, Kind, Shape};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The type of an expression, as far as it can be told.
#[derive(Clone, Debug)]
pub(super) enum Type {
    /// It cannot be told.
    Any,
    /// A part of a template's own map: it has whatever properties the template gives it.
    Free,
    /// `()`
    Unit,
    /// A string.
    Text,
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// A list.
    List(Box<Type>),
    /// A map that the rule made.
    Map,
    /// A resource of one of these kinds; of none of them for raw types.
    Node(Vec<&'static Kind>),
    /// A block.
    Block(&'static [Attribute]),
    /// A map as its template writes it.
    Raw,
    /// A place.
    Place,
    /// The answer of a method.
    Answer(&'static Method),
    /// A policy document, which rules cannot look into.
    Document,
}

impl Type {
    /// The type of a rule's resource.
    pub(super) fn of_targets(targets: &[Arc<str>]) -> Self {
        let kind = |target: &Arc<str>| kinds::named(target).or_else(|| kinds::of_type(target));
        let mut found: Vec<&'static Kind> = targets.iter().filter_map(kind).collect();
        found.sort_by_key(|kind| kind.name);
        found.dedup_by_key(|kind| kind.name);
        Self::Node(found)
    }

    /// The type of an attribute.
    pub(super) fn of_shape(shape: Shape) -> Self {
        match shape {
            Shape::Text | Shape::Word => Self::Text,
            Shape::Number => Self::Number,
            Shape::Bool => Self::Truth,
            Shape::List(inner) => Self::List(Box::new(Self::of_shape(*inner))),
            Shape::Block(attributes) => Self::Block(attributes),
            Shape::Document => Self::Document,
            Shape::Link(kind, _) => Self::Node(kinds::named(kind).into_iter().collect()),
            Shape::Referrers(kind, _) => Self::List(Box::new(Self::Node(kinds::named(kind).into_iter().collect()))),
        }
    }

    /// What it is called in a message.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Any | Self::Free => "something".to_owned(),
            Self::Unit => "()".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Truth => "true or false".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Map | Self::Raw => "a map".to_owned(),
            Self::Node(kinds) if kinds.is_empty() => "a resource".to_owned(),
            Self::Node(kinds) => kinds.iter().map(|kind| kind.name).collect::<Vec<_>>().join(" or "),
            Self::Block(_) => "the block".to_owned(),
            Self::Place => "a place".to_owned(),
            Self::Answer(method) => format!("the answer of `{}`", method.name),
            Self::Document => "a policy document".to_owned(),
        }
    }

    /// True for what the vocabulary, and not Rhai's library, makes up.
    pub(super) fn is_handle(&self) -> bool {
        matches!(self, Self::Node(_) | Self::Block(_) | Self::Raw | Self::Place | Self::Answer(_) | Self::Document)
    }

    /// The type of a property: `Ok(Any)` where that cannot be told, `Err` with the known words where there is none.
    pub(super) fn property(&self, name: &str) -> Result<Self, Vec<&'static str>> {
        match self {
            Self::Node(kinds) => node_property(kinds, name),
            Self::Block(_) if name == "place" => Ok(Self::Place),
            Self::Block(attributes) => attribute(attributes, name)
                .map(|attribute| Self::of_shape(attribute.shape))
                .ok_or_else(|| names(attributes).chain(["place"]).collect()),
            Self::Answer(_) if name == "allowed" => Ok(Self::Truth),
            Self::Answer(method) => match method.fields.iter().find(|(field, _)| *field == name) {
                Some((_, FieldKind::Text)) => Ok(Self::Text),
                Some((_, FieldKind::Place)) => Ok(Self::Place),
                Some((_, FieldKind::Truth)) => Ok(Self::Truth),
                None => Err(answer::field_names(method).collect()),
            },
            Self::Raw | Self::Free => Ok(Self::Free),
            Self::Place | Self::Document => Err(Vec::new()),
            _ => Ok(Self::Any),
        }
    }

    /// The attribute at the end of a path; `Err` with the part that is wrong and the known words.
    pub(super) fn path(&self, path: &str) -> Result<(), (String, Vec<&'static str>)> {
        let roots: Vec<&'static [Attribute]> = match self {
            Self::Node(_) if path == "properties" || path.starts_with("properties.") => return Ok(()),
            Self::Node(_) if BUILT_IN.contains(&path) => return Ok(()),
            Self::Block(_) if path == "place" => return Ok(()),
            Self::Node(kinds) => kinds.iter().map(|kind| kind.attributes).collect(),
            Self::Block(attributes) => vec![attributes],
            _ => return Ok(()),
        };
        let mut first = None;
        for root in roots {
            match walk(root, path) {
                Ok(()) => return Ok(()),
                Err(wrong) => first = first.or(Some(wrong)),
            }
        }
        Err(first.unwrap_or_else(|| (path.to_owned(), BUILT_IN.to_vec())))
    }

    /// The methods that the vocabulary gives it.
    pub(super) fn methods<'a>(&self, all: &'static [Method]) -> Vec<(&'a str, usize, Option<&'static Method>)> {
        let paths = PATH_METHODS.iter().map(|name| (*name, 1, None));
        match self {
            Self::Node(kinds) => {
                let own = all.iter().filter(|method| kinds.iter().any(|kind| kind.name == method.kind));
                own.map(|method| (method.name, method.parameters.len(), Some(method)))
                    .chain(paths)
                    .chain([("links", 2, None)])
                    .collect()
            }
            Self::Block(_) => paths.collect(),
            Self::Raw => vec![("keys", 0, None), ("contains", 1, None)],
            _ => Vec::new(),
        }
    }
}

fn node_property(kinds: &[&'static Kind], name: &str) -> Result<Type, Vec<&'static str>> {
    match name {
        "name" | "type_name" | "kind" | "dialect" => return Ok(Type::Text),
        "place" => return Ok(Type::Place),
        "properties" => return Ok(Type::Raw),
        _ => {}
    }
    let mut found = kinds.iter().filter_map(|kind| attribute(kind.attributes, name));
    match (found.next(), found.next()) {
        (Some(attribute), None) => Ok(Type::of_shape(attribute.shape)),
        (Some(_), Some(_)) => Ok(Type::Any),
        (None, _) => {
            let known = kinds.iter().flat_map(|kind| names(kind.attributes));
            Err(known.chain(BUILT_IN.iter().copied()).collect())
        }
    }
}

fn attribute(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name == name)
}

fn names(attributes: &'static [Attribute]) -> impl Iterator<Item = &'static str> {
    attributes.iter().map(|attribute| attribute.name)
}

fn walk(mut attributes: &'static [Attribute], path: &str) -> Result<(), (String, Vec<&'static str>)> {
    for name in path.split('.') {
        let Some(found) = attribute(attributes, name) else {
            return Err((name.to_owned(), names(attributes).collect()));
        };
        attributes = if let Shape::Block(inner) = found.shape { inner } else { &[] };
    }
    Ok(())
}

/// Every word that some kind, block or answer has as a property.
pub(super) fn all_properties(methods: &'static [Method]) -> Vec<&'static str> {
    let Properties { of_nodes, of_blocks } = Properties::all();
    let of_answers = methods.iter().flat_map(answer::field_names);
    BTreeSet::from_iter(of_nodes.into_iter().chain(of_blocks).chain(of_answers)).into_iter().collect()
}

/// The words that resources and blocks have as properties.
pub(super) struct Properties {
    /// Of resources of any kind.
    pub(super) of_nodes: BTreeSet<&'static str>,
    /// Of blocks in them.
    pub(super) of_blocks: BTreeSet<&'static str>,
}

impl Properties {
    /// Those of all kinds.
    pub(super) fn all() -> Self {
        let of_nodes = kinds::KINDS.iter().flat_map(|kind| names(kind.attributes)).chain(BUILT_IN.iter().copied());
        let mut properties = Self { of_nodes: of_nodes.collect(), of_blocks: BTreeSet::from(["place"]) };
        kinds::KINDS.iter().for_each(|kind| properties.add_blocks(kind.attributes));
        properties
    }

    fn add_blocks(&mut self, attributes: &'static [Attribute]) {
        for attribute in attributes {
            let mut shape = attribute.shape;
            while let Shape::List(inner) = shape {
                shape = *inner;
            }
            if let Shape::Block(inner) = shape {
                self.of_blocks.extend(names(inner));
                self.add_blocks(inner);
            }
        }
    }
}
