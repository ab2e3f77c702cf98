//! The things a rule holds: resources, blocks, raw maps and places. Each knows its run; reading a property of one gives a plain
//! Rhai value or ends the check, so that no rule ever holds something that is not known.

use super::read;
use super::run::{Answered, Run};
use super::{show, suggest};
use crate::finding::Label;
use crate::frontend::Dialect;
use crate::graph::kinds::{Attribute, Shape};
use crate::graph::{self, NodeId, Reading};
use crate::source::Span;
use crate::value::{Data, Value};
use rhai::{Dynamic, ImmutableString};
use std::borrow::Cow;
use std::sync::Arc;

/// What every resource answers besides the attributes of its kind.
pub(super) const BUILT_IN: &[&str] = &["name", "type_name", "kind", "dialect", "place", "properties"];

/// A resource.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) run: Arc<Run>,
    pub(super) id: NodeId,
}

/// A nested block with attributes of its own.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) run: Arc<Run>,
    pub(super) node: NodeId,
    pub(super) attributes: &'static [Attribute],
    pub(super) reading: Arc<Reading>,
}

/// A map as its template writes it.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) run: Arc<Run>,
    pub(super) reading: Arc<Reading>,
}

/// A place in a file, with the way on which the value there came from elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) span: Span,
    pub(super) trail: Arc<[Label]>,
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self { span, trail: Arc::default() }
    }
}

impl Node {
    fn node(&self) -> Answered<&graph::Node> {
        self.run.graph.node(self.id).ok_or_else(|| "a resource of another run".into())
    }

    /// The properties in the run's scenario.
    fn properties(&self) -> Answered<Reading> {
        let resource = &self.node()?.resource;
        read::settle(&self.run, &Reading { value: resource.properties.clone(), place: resource.name_span })
    }

    fn attributes(&self) -> Answered<&'static [Attribute]> {
        Ok(self.node()?.kind.map_or(&[], |kind| kind.attributes))
    }

    /// An attribute and what stands there, which may be a choice.
    fn attribute(&self, name: &str) -> Answered<Option<(&'static Attribute, Cow<'_, Reading>)>> {
        let attributes = self.attributes()?;
        let Some(at) = attributes.iter().position(|attribute| attribute.name == name) else { return Ok(None) };
        let Some(attribute) = attributes.get(at) else { return Ok(None) };
        // Properties that are a choice as a whole differ between scenarios, and so do the attributes in them.
        if matches!(self.node()?.resource.properties.data, Data::Choice(_)) {
            let reading = self.run.graph.read_attribute(self.id, attribute, &self.properties()?);
            return Ok(Some((attribute, Cow::Owned(reading))));
        }
        Ok(self.run.graph.attribute(self.id, at).map(|reading| (attribute, reading)))
    }

    /// The resource's address.
    pub(super) fn name(&self) -> Answered<ImmutableString> {
        Ok(self.node()?.resource.id.address.as_ref().into())
    }

    /// The kind, or the raw type where the resource has none.
    pub(super) fn kind(&self) -> Answered<&str> {
        let node = self.node()?;
        Ok(node.kind.map_or(&*node.resource.type_name, |kind| kind.name))
    }

    /// The place of the resource's name.
    pub(super) fn place(&self) -> Answered<Place> {
        Ok(self.node()?.resource.name_span.into())
    }

    /// A property.
    pub(super) fn get(&mut self, name: &str) -> Answered<Dynamic> {
        let node = self.node()?;
        match name {
            "name" => return Ok(self.name()?.into()),
            "type_name" => return Ok(node.resource.type_name.as_ref().into()),
            "kind" => return Ok(self.kind()?.into()),
            "dialect" => return Ok(dialect(node.dialect).into()),
            "place" => return Ok(Dynamic::from(self.place()?)),
            "properties" => return read::raw(&self.run, &self.properties()?),
            _ => {}
        }
        let Some((attribute, reading)) = self.attribute(name)? else {
            let known = self.attributes()?.iter().map(|attribute| attribute.name).chain(BUILT_IN.iter().copied());
            return Err(unknown_attribute(self.kind()?, name, known).into());
        };
        read::plain(&self.run, self.id, attribute.shape, &read::settle(&self.run, &reading)?)
    }

    /// The resources of a kind that a raw property refers to: none where it is absent, one for a value, one for each item
    /// of a list.
    pub(super) fn links(&mut self, path: &str, kind: &str) -> Answered<Dynamic> {
        let reading = self.dig_raw(path.strip_prefix("properties.").unwrap_or(path))?;
        read::links(&self.run, self.id, &reading.value, kind)
    }

    /// The attribute at the end of a path, and its shape. `Ok(None)` for a word that only the resource itself answers.
    fn dig(&self, path: &str) -> Answered<Option<(Reading, Shape)>> {
        if let Some(rest) = path.strip_prefix("properties").filter(|rest| rest.is_empty() || rest.starts_with('.')) {
            return self.dig_raw(rest).map(|reading| Some((reading, Shape::Text)));
        }
        if BUILT_IN.contains(&path) {
            return Ok(None);
        }
        let mut names = path.split('.');
        let Some((attribute, reading)) = names.next().map_or(Ok(None), |name| self.attribute(name))? else {
            let name = path.split('.').next().unwrap_or(path);
            return Err(unknown_attribute(path, name, self.attributes()?.iter().map(|own| own.name)).into());
        };
        dig(&self.run, self.id, attribute.shape, reading.into_owned(), names, path).map(Some)
    }

    fn dig_raw(&self, rest: &str) -> Answered<Reading> {
        let mut reading = self.properties()?;
        for key in rest.split('.').filter(|key| !key.is_empty()) {
            reading = match (&reading.value.data, key.parse::<usize>()) {
                (Data::List(list), Ok(index)) => {
                    let item = list.items.get(index).cloned().unwrap_or_else(|| Value::absent(reading.place));
                    let place = if item.via.is_none() && !item.span.is_empty() { item.span } else { reading.place };
                    read::settle(&self.run, &Reading { value: item, place })?
                }
                _ => read::raw_member(&self.run, &reading, key)?,
            };
        }
        Ok(reading)
    }
}

impl Block {
    /// An attribute.
    pub(super) fn get(&mut self, name: &str) -> Answered<Dynamic> {
        if name == "place" {
            return Ok(Dynamic::from(self.place()));
        }
        let Some(attribute) = self.attributes.iter().find(|attribute| attribute.name == name) else {
            let known = self.attributes.iter().map(|attribute| attribute.name).chain(["place"]);
            return Err(unknown_attribute("the block", name, known).into());
        };
        let reading = read::attribute(&self.run, self.node, attribute, &self.reading)?;
        read::plain(&self.run, self.node, attribute.shape, &reading)
    }

    /// Where the block stands.
    pub(super) fn place(&self) -> Place {
        read::place(&self.reading)
    }

    fn dig(&self, path: &str) -> Answered<Option<(Reading, Shape)>> {
        if path == "place" {
            return Ok(None);
        }
        let shape = Shape::Block(self.attributes);
        dig(&self.run, self.node, shape, (*self.reading).clone(), path.split('.'), path).map(Some)
    }
}

impl Raw {
    /// The value of a key.
    pub(super) fn get(&mut self, key: &str) -> Answered<Dynamic> {
        read::raw(&self.run, &read::raw_member(&self.run, &self.reading, key)?)
    }

    /// Whether the map has a key; ends the check where that is not known.
    pub(super) fn contains(&mut self, key: &str) -> Answered<bool> {
        let member = read::raw_member(&self.run, &self.reading, key)?;
        present(&self.run, &member.value)
    }

    /// The keys, where all of them are known.
    pub(super) fn keys(&mut self) -> Answered<rhai::Array> {
        let Some(map) = self.reading.value.as_map() else { return Ok(Vec::new()) };
        if let Some(rest) = &map.rest {
            return Err(self.run.undecided(rest.as_ref()));
        }
        let mut keys = Vec::with_capacity(map.entries.len());
        for (key, entry) in &map.entries {
            if !self.run.resolve(&entry.value)?.is_absent() {
                keys.push(key.as_ref().into());
            }
        }
        Ok(keys)
    }

    /// Where the map stands.
    pub(super) fn place(&self) -> Place {
        read::place(&self.reading)
    }
}

/// What has attributes that a path names.
pub(super) trait Paths {
    /// The run it belongs to.
    fn run(&self) -> &Arc<Run>;
    /// Its own place.
    fn own_place(&self) -> Answered<Place>;
    /// The attribute at the end of a path; it may still be a choice. `Ok(None)`: the thing itself answers the word.
    fn find(&self, path: &str) -> Answered<Option<(Reading, Shape)>>;

    /// Where an attribute is written, else the nearest thing around it that is.
    fn at(&mut self, path: &str) -> Answered<Place> {
        match self.find(path)? {
            Some((reading, _)) => Ok(read::place(&read::settle(self.run(), &reading)?)),
            None => self.own_place(),
        }
    }

    /// An attribute for a message: holes are shown by what would fill them, alternatives side by side.
    fn show(&mut self, path: &str) -> Answered<String> {
        match self.find(path)? {
            Some((reading, _)) => Ok(show::value(&reading.value, &self.run().scenario)),
            None => Err(format!("`{path}` is always known: write it as a property").into()),
        }
    }

    /// Whether an attribute is there. An unknown value that is certainly not null is.
    fn has(&mut self, path: &str) -> Answered<bool> {
        match self.find(path)? {
            Some((reading, _)) => present(self.run(), &read::settle(self.run(), &reading)?.value),
            None => Ok(true),
        }
    }

    /// The text of an attribute as it is written: of a reference the ARN or name, not the resource it names.
    fn text(&mut self, path: &str) -> Answered<Dynamic> {
        match self.find(path)? {
            Some((reading, Shape::Link(..))) => read::written(self.run(), &self.run().resolve(&reading.value)?),
            _ => Err(format!("`{path}` is no reference: write it as a property").into()),
        }
    }
}

impl Paths for Node {
    fn run(&self) -> &Arc<Run> {
        &self.run
    }

    fn own_place(&self) -> Answered<Place> {
        self.place()
    }

    fn find(&self, path: &str) -> Answered<Option<(Reading, Shape)>> {
        self.dig(path)
    }
}

impl Paths for Block {
    fn run(&self) -> &Arc<Run> {
        &self.run
    }

    fn own_place(&self) -> Answered<Place> {
        Ok(self.place())
    }

    fn find(&self, path: &str) -> Answered<Option<(Reading, Shape)>> {
        self.dig(path)
    }
}

/// Follows attribute names, the rest of a path, through blocks, in the run's scenario. What stands at the end may still be a
/// choice.
fn dig<'a>(
    run: &Run,
    id: NodeId,
    mut shape: Shape,
    mut reading: Reading,
    names: impl Iterator<Item = &'a str>,
    path: &str,
) -> Answered<(Reading, Shape)> {
    for name in names {
        let attributes = if let Shape::Block(attributes) = shape { attributes } else { &[] };
        let Some(attribute) = attributes.iter().find(|attribute| attribute.name == name) else {
            return Err(unknown_attribute(path, name, attributes.iter().map(|attribute| attribute.name)).into());
        };
        let block = read::settle(run, &reading)?;
        reading = run.graph.read_attribute(id, attribute, &block);
        shape = attribute.shape;
    }
    Ok((reading, shape))
}

/// Whether a value is there; ends the check where that is not known.
fn present(run: &Run, value: &Value) -> Answered<bool> {
    match &value.data {
        Data::Absent | Data::Null => Ok(false),
        Data::Unknown(unknown) if !unknown.refine.not_null => Err(run.undecided(unknown.as_ref())),
        _ => Ok(true),
    }
}

fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::CloudFormation => "cloudformation",
        Dialect::Terraform => "terraform",
    }
}

fn unknown_attribute<'a>(of: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    format!("{of} has no attribute `{name}`{}", suggest::hint(name, known))
}
