//! The inside of a block as a map: attributes, nested blocks as lists of maps, dynamic blocks written out.

use super::attributes::configured;
use super::module::{attribute, nested_kind};
use super::repetition::{Bindings, Walk};
use super::resolver::{Place, Resolver};
use crate::syntax::hcl::{Block, Body, ExprKind};
use crate::value::{Data, Entry, Guard, List, Map, Unknown, Value};
use std::sync::Arc;

impl Resolver<'_, '_> {
    /// A member of a block: the attribute of a name, or a list of its nested blocks of that type. Absent when there is
    /// neither, and for null, which Terraform does not tell apart here.
    pub(super) fn block_member(&mut self, place: &Place, block: &Block, name: &str) -> Value {
        if let Some(attribute) = attribute(block, name) {
            let value = self.evaluate(place, &attribute.value);
            return null_is_absent(&value);
        }
        let blocks: Vec<&Block> = block.body.blocks.iter().filter(|inner| &**nested_kind(inner) == name).collect();
        match blocks.first() {
            Some(first) => {
                self.nested(place, &blocks, first.span.to(blocks.last().map_or(first.span, |last| last.span)))
            }
            None => Value::absent(block.span),
        }
    }

    /// Nested blocks of one type as a list of maps.
    fn nested(&mut self, place: &Place, blocks: &[&Block], span: crate::source::Span) -> Value {
        let mut list = List::default();
        for block in blocks {
            if &*block.kind.text == "dynamic" {
                self.dynamic(place, block, &mut list);
            } else {
                list.items.push(self.inside(place, block));
            }
        }
        Value::new(Data::List(Arc::new(list)), span)
    }

    /// A nested block as a map.
    fn inside(&mut self, place: &Place, block: &Block) -> Value {
        let mut map = Map::default();
        for (name, key_span) in configured(block) {
            let value = self.block_member(place, block, &name);
            map.entries.insert(name, Entry { key_span, value });
        }
        Value::new(Data::Map(Arc::new(map)), block.span)
    }

    /// `dynamic "label" { for_each = ...; content { ... } }`: an item for each known element; further ones may follow where
    /// the elements are not known.
    fn dynamic(&mut self, place: &Place, block: &Block, list: &mut List) {
        let named = attribute(block, "iterator").and_then(|iterator| match &iterator.value.kind {
            ExprKind::Variable(name) => Some(name.clone()),
            _ => iterator.value.as_text(),
        });
        let iterator = named.unwrap_or_else(|| nested_kind(block).clone());
        let content = block.body.blocks.iter().find(|inner| &*inner.kind.text == "content");
        let (Some(for_each), Some(content)) = (attribute(block, "for_each"), content) else {
            return;
        };
        let control = self.evaluate(place, &for_each.value);
        let copies = self.for_each(control, for_each.value.span, &iterator, Walk::Blocks);
        for copy in &copies.copies {
            if copy.schematic {
                let why = self.dynamic_rest(&copy.bindings, &iterator, block);
                list.rest = Some(Arc::new(why));
                continue;
            }
            let item = self.inside(&place.with(&copy.bindings), content);
            list.items.push(match &copy.presence {
                Guard::Always => item,
                presence => {
                    let absent = Value::absent(block.span);
                    Value::choice(vec![(presence.clone(), item), (presence.clone().not(), absent)], block.span)
                }
            });
        }
    }

    /// What may follow: as unknown as the element that stands for all.
    fn dynamic_rest(&self, bindings: &Bindings, iterator: &str, block: &Block) -> Unknown {
        let element = bindings.get(iterator).map(|element| element.get("value"));
        match element.as_ref().and_then(Value::as_unknown) {
            Some(unknown) => unknown.derive("dynamic"),
            None => Unknown::new(
                crate::value::Why::Invalid("for_each of a dynamic block".into()),
                crate::value::Term::Opaque(block.span, 0),
            ),
        }
    }

    /// The attributes of a body, as a map; nested blocks are left out.
    pub(super) fn attributes_of(&mut self, place: &Place, body: &Body) -> Value {
        let mut map = Map::default();
        for attribute in &body.attributes {
            let value = self.evaluate(place, &attribute.value);
            map.entries.insert(attribute.key.text.clone(), Entry { key_span: attribute.key.span, value });
        }
        let span = body.attributes.first().map(|attribute| attribute.key.span);
        let span = span.unwrap_or(crate::source::Span::new(crate::source::FileId(0), 0, 0));
        Value::new(Data::Map(Arc::new(map)), span)
    }
}

/// Absent instead of null, in every alternative.
fn null_is_absent(value: &Value) -> Value {
    match &value.data {
        Data::Null => Value { data: Data::Absent, ..value.clone() },
        Data::Choice(_) => value.each(&mut null_is_absent),
        _ => value.clone(),
    }
}
