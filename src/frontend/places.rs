//! Where the parts of a resource are written.

use super::Resource;
use crate::source::{FileId, Span};
use crate::value::{Data, Value};
use std::collections::BTreeSet;

impl Resource {
    /// The files in which something of the resource is written: its declaration, its values and the way on which they came,
    /// the program that made it.
    pub fn files(&self) -> BTreeSet<FileId> {
        let mut files = BTreeSet::from([self.span.file, self.name_span.file]);
        files.extend(self.origin.iter().filter_map(|origin| origin.frame).map(|frame| frame.file));
        gather(&self.properties, &mut files);
        gather(&self.attributes, &mut files);
        files
    }

    /// The property that is written at a place, as a path of names: `SmsConfiguration.ExternalId`. Elements of lists have no
    /// number in it, so that it stays the same when another one is written before them. `None`: nothing of the resource is
    /// written there; empty: the resource itself.
    pub fn property_at(&self, place: Span) -> Option<String> {
        let names = path(&self.properties, place).or_else(|| path(&self.attributes, place));
        let names = names.or_else(|| self.span.covers(place).then(Vec::new))?;
        Some(names.into_iter().rev().collect::<Vec<_>>().join("."))
    }
}

fn gather(value: &Value, files: &mut BTreeSet<FileId>) {
    files.insert(value.span.file);
    files.extend(value.steps().map(|via| via.span.file));
    match &value.data {
        Data::List(list) => list.items.iter().for_each(|item| gather(item, files)),
        Data::Map(map) => map.entries.values().for_each(|entry| gather(&entry.value, files)),
        Data::Choice(choice) => choice.arms.iter().for_each(|(_, arm)| gather(arm, files)),
        _ => {}
    }
}

/// The names that lead to a place, the last one first.
fn path(value: &Value, place: Span) -> Option<Vec<&str>> {
    let inside = match &value.data {
        Data::Map(map) => map.entries.iter().find_map(|(name, entry)| {
            let here = || entry.key_span.covers(place).then(Vec::new);
            let mut names = path(&entry.value, place).or_else(here)?;
            names.push(name);
            Some(names)
        }),
        Data::List(list) => list.items.iter().find_map(|item| path(item, place)),
        Data::Choice(choice) => choice.arms.iter().find_map(|(_, arm)| path(arm, place)),
        _ => None,
    };
    let here = || value.span.covers(place) || value.steps().any(|via| via.span.covers(place));
    inside.or_else(|| here().then(Vec::new))
}
