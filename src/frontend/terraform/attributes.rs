//! What a reference to a resource or data source means: its configured attributes, what follows from them, and for
//! everything else an unknown that says of which attribute it is the unknown.

use super::calls::open_map;
use super::expr::RefStep;
use super::expr::choice::{conjoin, has_choice};
use super::module::nested_kind;
use super::policy_document;
use super::repetition::{Copies, whole};
use super::resolver::{InstanceId, Node, Place, Resolver, collected};
use crate::frontend::Diagnostic;
use crate::source::Span;
use crate::syntax::hcl::Block;
use crate::value::{
    Collection, Data, Entry, Guard, Kind, List, Map, Refine, ResourceRef, Shape, Term, Unknown, Value, Why,
};
use indexmap::IndexMap;
use std::rc::Rc;
use std::sync::Arc;

/// Attributes of a block that are not attributes of its resource.
const META: [&str; 4] = ["count", "for_each", "provider", "depends_on"];

/// Nested blocks that are not attributes of the resource.
const META_BLOCKS: [&str; 5] = ["lifecycle", "provisioner", "connection", "precondition", "postcondition"];

/// A copy of a declared resource or data source.
#[derive(Clone)]
pub(super) struct Declared {
    /// The module that declares it.
    pub(super) at: InstanceId,
    /// Its address in the module, without the copy's key.
    pub(super) key: Arc<str>,
    /// Which copy it is.
    pub(super) copy: usize,
    /// The copies.
    pub(super) copies: Rc<Copies>,
}

impl Declared {
    fn place(&self) -> Place {
        let bindings = self.copies.copies.get(self.copy).map(|copy| copy.bindings.clone()).unwrap_or_default();
        Place { instance: self.at, bindings }
    }

    fn suffix(&self) -> &str {
        self.copies.copies.get(self.copy).map_or("", |copy| &copy.suffix)
    }
}

impl Resolver<'_, '_> {
    /// The scope and address of a copy.
    pub(super) fn node_of(&self, of: &Declared) -> ResourceRef {
        self.node(of.at, &format!("{}{}", of.key, of.suffix()))
    }

    /// What the address of a resource followed by steps means, with the number of steps used up; `None` when nothing
    /// declares it.
    pub(super) fn resource_value(
        &mut self,
        at: InstanceId,
        key: &Arc<str>,
        steps: &[RefStep],
        span: Span,
    ) -> Option<(Value, usize)> {
        let module = self.module(at);
        let block = module.resources.get(key)?;
        let copies = self.declared_copies(at, key, block);
        let Some((copy, used)) = copies.chosen(steps) else {
            let of = self.node(at, &format!("{key}[*]"));
            let value = copies.value(span, &of, &mut |copy| {
                let of = Declared { at, key: key.clone(), copy, copies: copies.clone() };
                self.object(&of, block, span)
            });
            return Some((value, 0));
        };
        let of = Declared { at, key: key.clone(), copy, copies };
        match steps.get(used) {
            Some(RefStep::Attribute(name)) => Some((self.attribute(&of, block, name, span), used + 1)),
            _ => Some((self.object(&of, block, span), used)),
        }
    }

    /// A copy as a whole: its configuration, and the attributes that everybody asks for.
    pub(super) fn object(&mut self, of: &Declared, block: &Block, span: Span) -> Value {
        let node = Node::Object(of.key.clone(), of.copy);
        self.solve(of.at, node, span, |this| {
            let (_, kind) = this.kind_of(&of.key);
            let mut names: Vec<Arc<str>> = configured(block).into_iter().map(|(name, _)| name).collect();
            let computed = ["id", "arn", "name"].iter().chain(this.schema.computed_attributes(&kind)).copied();
            names.extend(computed.map(Arc::from));
            let mut map = Map { entries: IndexMap::new(), rest: Some(Arc::new(whole(&this.node_of(of)))) };
            for name in names {
                if !map.entries.contains_key(&name) {
                    let value = this.attribute(of, block, &name, span);
                    map.entries.insert(name, Entry { key_span: value.span, value });
                }
            }
            collected(Value::new(Data::Map(Arc::new(map)), span), Collection::Object)
        })
    }

    /// An attribute of a copy, as a reference to it means it.
    pub(super) fn attribute(&mut self, of: &Declared, block: &Block, name: &Arc<str>, span: Span) -> Value {
        let node = Node::Attribute(of.key.clone(), of.copy, name.clone());
        self.solve(of.at, node, span, |this| {
            let (mode, kind) = this.kind_of(&of.key);
            if mode == Mode::Data
                && let Some(value) = this.local_data(of, block, &kind, name, span)
            {
                return value;
            }
            let configured = this.property(of, block, name);
            configured.each(&mut |arm| match arm.data {
                Data::Absent => this.computed(of, block, &kind, mode, name, span),
                _ => arm.clone(),
            })
        })
    }

    /// An attribute that the configuration does not set.
    fn computed(&mut self, of: &Declared, block: &Block, kind: &str, mode: Mode, name: &Arc<str>, span: Span) -> Value {
        let node = self.node_of(of);
        if kind == "terraform_data" && &**name == "output" {
            let input = self.property(of, block, &"input".into());
            return if input.is_absent() { Value::null(span) } else { input };
        }
        if mode == Mode::Resource {
            let config = self.properties(of, block);
            if let Some(value) = self.schema.computed(&node, kind, name, &config) {
                return value;
            }
        }
        let why = match mode {
            Mode::Resource => Why::Attribute(format!("{}.{name}", node.address).into()),
            Mode::Data | Mode::Ephemeral => Why::DataSource(format!("{}.{name}", node.address).into()),
        };
        let unknown = Unknown::new(why, Term::Attribute(node, name.clone()));
        Value::unknown(unknown.refined(refine_attribute(name)), span)
    }

    /// The configuration of a copy: attributes as written, nested blocks as lists of maps. What is just being worked out
    /// is unknown.
    pub(super) fn properties(&mut self, of: &Declared, block: &Block) -> Value {
        let mut map = Map::default();
        for (name, key_span) in configured(block) {
            let value = self.property(of, block, &name);
            map.entries.insert(name, Entry { key_span, value });
        }
        let module = self.module(of.at);
        if module.lost_within(block.span) {
            let why = Why::Invalid("a part of the block does not parse".into());
            map.rest = Some(Arc::new(Unknown::new(why, Term::Attribute(self.node_of(of), "".into()))));
        }
        Value::new(Data::Map(Arc::new(map)), block.span)
    }

    /// A configured attribute, or all nested blocks of a type; absent when there is none. Null is absent: Terraform does
    /// not tell them apart here.
    pub(super) fn property(&mut self, of: &Declared, block: &Block, name: &Arc<str>) -> Value {
        let place = of.place();
        let node = Node::Property(of.key.clone(), of.copy, name.clone());
        self.solve(of.at, node, block.span, |this| {
            let value = this.block_member(&place, block, name);
            narrow(&value, &this.presence(of))
        })
    }

    /// The condition under which a copy exists.
    fn presence(&self, of: &Declared) -> Guard {
        let of_module = self.instances.get(of.at.0).map_or(Guard::Always, |instance| instance.presence.clone());
        let of_copy = of.copies.copies.get(of.copy).map_or(Guard::Always, |copy| copy.presence.clone());
        of_module.and(of_copy)
    }

    /// A resource whose declaration nobody can see, as a map.
    pub(super) fn unread(&self, of: &Declared, span: Span) -> Value {
        open_map(&self.node_of(of), span)
    }

    /// `resource`, `data` or `ephemeral`, and the type, of an address without module.
    pub(super) fn kind_of(&self, key: &str) -> (Mode, Arc<str>) {
        let (mode, rest) = match key.split_once('.') {
            Some(("data", rest)) => (Mode::Data, rest),
            Some(("ephemeral", rest)) => (Mode::Ephemeral, rest),
            _ => (Mode::Resource, key),
        };
        (mode, rest.split('.').next().unwrap_or(rest).into())
    }

    /// Attributes of data sources that need no call to AWS.
    fn local_data(&mut self, of: &Declared, block: &Block, kind: &str, name: &str, span: Span) -> Option<Value> {
        let provider = self.provider_of(of.at, block);
        match (kind, name) {
            ("aws_iam_policy_document", "json" | "minified_json") => {
                let config = self.properties(of, block);
                match policy_document::render(&config, self.loader.map()) {
                    Ok(document) => Some(document),
                    Err(problem) => {
                        let diagnostic =
                            Diagnostic { span: problem.span, message: problem.message.clone(), fatal: false };
                        if !self.diagnostics.contains(&diagnostic) {
                            self.diagnostics.push(diagnostic);
                        }
                        Some(Value::opaque(Why::Invalid(problem.message.into()), span))
                    }
                }
            }
            ("terraform_remote_state", "outputs") => self.remote_outputs(of, block, span),
            ("aws_caller_identity", "account_id" | "id") => Some(self.account(of.at, &provider, span)),
            // The argument chooses another Region than the provider's.
            ("aws_region", _) if !configured(block).is_empty() => None,
            ("aws_region", "name" | "id" | "region") => Some(self.region(of.at, &provider, span)),
            ("aws_partition", "partition" | "id") => Some(self.partition(of.at, &provider, span)),
            ("aws_partition", "dns_suffix") => {
                let term = Term::Pseudo(self.scope, "AWS::URLSuffix".into());
                let unknown = Unknown::new(Why::Pseudo("AWS::URLSuffix".into()), term);
                Some(Value::unknown(unknown.refined(Refine::string(Shape::non_empty())), span))
            }
            _ => None,
        }
    }
}

/// What declares an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// `resource`
    Resource,
    /// `data`
    Data,
    /// `ephemeral`
    Ephemeral,
}

/// The names that a block configures, with the places of their keys, in source order.
pub(super) fn configured(block: &Block) -> Vec<(Arc<str>, Span)> {
    let attributes = block.body.attributes.iter().map(|attribute| (attribute.key.text.clone(), attribute.key.span));
    let blocks = block.body.blocks.iter().map(|inner| (nested_kind(inner).clone(), inner.kind.span));
    let attributes = attributes.filter(|(name, _)| !META.contains(&&**name));
    let blocks = blocks.filter(|(name, _)| !META_BLOCKS.contains(&&**name));
    let mut names: Vec<(Arc<str>, Span)> = attributes.chain(blocks).collect();
    names.sort_by_key(|(_, span)| (span.file, span.start));
    let mut seen = IndexMap::new();
    for (name, span) in names {
        seen.entry(name).or_insert(span);
    }
    seen.into_iter().collect()
}

/// A value that is only looked at where a condition holds: of a choice with one alternative that goes together with the
/// condition, that alternative.
pub(super) fn narrow(value: &Value, presence: &Guard) -> Value {
    if presence.is_always() || !has_choice(value) {
        return value.clone();
    }
    match &value.data {
        Data::Choice(choice) => {
            let mut possible = choice.arms.iter().filter(|(guard, _)| conjoin(presence, guard).is_some());
            match (possible.next(), possible.next()) {
                (Some((_, only)), None) => Value {
                    via: only.via.clone().or_else(|| value.via.clone()),
                    ..narrow(only, presence).with_sensitive(value.sensitive)
                },
                _ => value.clone(),
            }
        }
        Data::List(list) => {
            let items = list.items.iter().map(|item| narrow(item, presence)).filter(|item| !item.is_absent()).collect();
            Value { data: Data::List(Arc::new(List { items, rest: list.rest.clone() })), ..value.clone() }
        }
        Data::Map(map) => {
            let narrowed = |entry: &Entry| Entry { key_span: entry.key_span, value: narrow(&entry.value, presence) };
            let entries = map.entries.iter().map(|(key, entry)| (key.clone(), narrowed(entry))).collect();
            Value { data: Data::Map(Arc::new(Map { entries, rest: map.rest.clone() })), ..value.clone() }
        }
        _ => value.clone(),
    }
}

/// What every provider attribute of a name certainly is.
pub(super) fn refine_attribute(name: &str) -> Refine {
    let text = |shape, not_null| Refine { kind: Some(Kind::String), not_null, shape, ..Refine::default() };
    match name {
        "arn" => text(Shape::starting("arn:"), true),
        "id" | "name" => text(Shape::non_empty(), true),
        "invoke_arn" | "qualified_arn" => text(Shape::starting("arn:"), true),
        // Optional ones of them are null when they are not set.
        name if name.ends_with("_arn") => text(Shape::non_empty(), false),
        _ => Refine::default(),
    }
}
