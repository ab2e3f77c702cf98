//! A module as written: the blocks of all files of a folder under their names, override files merged in.
//!
//! The rules of merging are Terraform's ("Override Files" in its documentation): an override replaces attributes one by one,
//! and all nested blocks of a type as soon as it has one block of that type.

use crate::source::Span;
use crate::syntax::hcl::{Attribute, Block, Body};
use indexmap::IndexMap;
use std::sync::Arc;

/// The declarations of a folder, in the order of the file names and, inside a file, of the source.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The folder, relative to the project's root; empty for the root itself.
    pub(super) folder: Arc<str>,
    /// `variable` blocks.
    pub(super) variables: IndexMap<Arc<str>, Block>,
    /// The entries of all `locals` blocks.
    pub(super) locals: IndexMap<Arc<str>, Attribute>,
    /// `output` blocks.
    pub(super) outputs: IndexMap<Arc<str>, Block>,
    /// `resource`, `data` and `ephemeral` blocks under `type.name`, `data.type.name` and `ephemeral.type.name`.
    pub(super) resources: IndexMap<Arc<str>, Block>,
    /// `module` blocks.
    pub(super) calls: IndexMap<Arc<str>, Block>,
    /// `provider` blocks.
    pub(super) providers: Vec<Block>,
    /// The `backend` or `cloud` block: somebody runs Terraform in this folder, and keeps its state there.
    pub(super) backend: Option<Block>,
    /// Parts of the files that do not read: what stood there is unknown, not absent.
    pub(super) lost: Vec<Span>,
    /// The number of files.
    pub(super) files: usize,
}

impl Module {
    /// Adds the blocks of an ordinary file. Of two declarations of one name, which Terraform rejects, the first one is kept.
    pub(super) fn add(&mut self, body: Body) {
        for block in body.blocks {
            match (&*block.kind.text, name_of(&block)) {
                ("locals", _) => {
                    for local in block.body.attributes {
                        self.locals.entry(local.key.text.clone()).or_insert(local);
                    }
                }
                ("terraform", _) => self.backend = backend(block).or(self.backend.take()),
                ("provider", Some(_)) => self.providers.push(block),
                (kind, Some(name)) => {
                    if let Some(declared) = self.declared(kind) {
                        declared.entry(name).or_insert(block);
                    }
                }
                _ => {}
            }
        }
    }

    /// Merges the blocks of an override file into those that are there.
    pub(super) fn merge(&mut self, body: Body) {
        for block in body.blocks {
            match (&*block.kind.text, name_of(&block)) {
                ("locals", _) => {
                    let locals = block.body.attributes.into_iter();
                    self.locals.extend(locals.map(|local| (local.key.text.clone(), local)));
                }
                ("terraform", _) => self.backend = backend(block).or(self.backend.take()),
                ("provider", Some(name)) => self.merge_provider(&name, block),
                (kind, Some(name)) => {
                    if let Some(declared) = self.declared(kind) {
                        match declared.get_mut(&name) {
                            Some(base) => merge_block(base, block),
                            None => drop(declared.insert(name, block)),
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The configurations of a provider are told apart by their alias.
    fn merge_provider(&mut self, name: &str, block: Block) {
        let alias = alias(&block);
        let same = |known: &&mut Block| name_of(known).as_deref() == Some(name) && self::alias(known) == alias;
        match self.providers.iter_mut().find(same) {
            Some(base) => merge_block(base, block),
            None => self.providers.push(block),
        }
    }

    fn declared(&mut self, kind: &str) -> Option<&mut IndexMap<Arc<str>, Block>> {
        match kind {
            "variable" => Some(&mut self.variables),
            "output" => Some(&mut self.outputs),
            "resource" | "data" | "ephemeral" => Some(&mut self.resources),
            "module" => Some(&mut self.calls),
            _ => None,
        }
    }

    /// True when some part of a span did not read.
    pub(super) fn lost_within(&self, span: Span) -> bool {
        self.lost.iter().any(|lost| lost.file == span.file && lost.start < span.end && span.start < lost.end)
    }
}

/// The name under which a block is declared: its labels joined by dots, behind the block type for `data` and `ephemeral`.
fn name_of(block: &Block) -> Option<Arc<str>> {
    match (&*block.kind.text, block.labels.as_slice()) {
        ("resource", [kind, name]) => Some(format!("{}.{}", kind.text, name.text).into()),
        ("data" | "ephemeral", [kind, name]) => Some(format!("{}.{}.{}", block.kind.text, kind.text, name.text).into()),
        ("variable" | "output" | "module" | "provider", [name]) => Some(name.text.clone()),
        _ => None,
    }
}

fn backend(terraform: Block) -> Option<Block> {
    terraform.body.blocks.into_iter().find(|block| matches!(&*block.kind.text, "backend" | "cloud"))
}

/// The `alias` of a provider configuration.
pub(super) fn alias(provider: &Block) -> Option<Arc<str>> {
    literal(provider, "alias")
}

/// The last attribute of a name in a block.
pub(super) fn attribute<'b>(block: &'b Block, name: &str) -> Option<&'b Attribute> {
    block.body.attributes.iter().rev().find(|attribute| &*attribute.key.text == name)
}

/// An attribute that is a string without interpolation.
pub(super) fn literal(block: &Block, name: &str) -> Option<Arc<str>> {
    attribute(block, name)?.value.as_text()
}

/// The block type that a nested block has in the end: a `dynamic` block has its label's.
pub(super) fn nested_kind(block: &Block) -> &Arc<str> {
    match block.labels.first() {
        Some(label) if &*block.kind.text == "dynamic" => &label.text,
        _ => &block.kind.text,
    }
}

fn merge_block(base: &mut Block, by: Block) {
    for attribute in by.body.attributes {
        base.body.attributes.retain(|known| known.key.text != attribute.key.text);
        base.body.attributes.push(attribute);
    }
    let replaced: Vec<Arc<str>> = by.body.blocks.iter().map(|block| nested_kind(block).clone()).collect();
    base.body.blocks.retain(|known| !replaced.contains(nested_kind(known)));
    base.body.blocks.extend(by.body.blocks);
}
