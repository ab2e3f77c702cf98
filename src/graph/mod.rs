//! The one resource graph: all resources of all files, with kinds, and links between them.
//!
//! The graph answers what the engine asks: which resources of a kind are there, what is an attribute of one, where is it
//! written, which resource does it refer to. Answers are [`Value`]s and places; scenarios are the asker's affair.

mod assumptions;
mod backlinks;
pub mod kinds;
pub mod link;
pub mod memo;
mod names;
mod readings;

use crate::frontend::{Dialect, Model, Resource, Scope};
use crate::source::{SourceMap, Span};
use crate::value::{Data, ResourceRef, Scenario, ScopeId, Value, Why};
use kinds::{Attribute, Kind, Shape, Source};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Names a node of its [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A resource, its kind, and what hides behind it.
#[derive(Debug)]
pub struct Node {
    /// The resource as its frontend read it.
    pub resource: Resource,
    /// Its kind; `None` for types that only raw rules look at.
    pub kind: Option<&'static Kind>,
    /// Its language.
    pub dialect: Dialect,
    /// Something outside the template changes it after its creation: which resource does.
    pub altered_by: Option<Arc<str>>,
}

/// All resources of a run.
#[derive(Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    scopes: Vec<Scope>,
    by_kind: BTreeMap<&'static str, Vec<NodeId>>,
    by_scope: BTreeMap<(ScopeId, &'static str), Vec<NodeId>>,
    /// What may change other resources after their creation, by scope.
    changers: BTreeMap<ScopeId, Vec<NodeId>>,
    by_type: BTreeMap<Arc<str>, Vec<NodeId>>,
    by_ref: BTreeMap<ResourceRef, NodeId>,
    exports: BTreeMap<Arc<str>, Vec<ScopeId>>,
    assumptions: assumptions::Assumptions,
    names: OnceLock<names::Index>,
    referrers: OnceLock<BTreeMap<&'static str, names::Referrers>>,
    backlinks: OnceLock<backlinks::Index>,
    memo: memo::Memo,
    readings: readings::Readings,
    sources: SourceMap,
}

/// The value of an attribute and where it is written.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The value, in the attribute's shape; choices are kept.
    pub value: Value,
    /// Where a finding about it points: the value, else the nearest thing around it that is written.
    pub place: Span,
}

impl Graph {
    /// Builds the graph of everything that was read.
    pub fn new(model: Model, sources: SourceMap) -> Self {
        let mut graph = Self {
            nodes: Vec::with_capacity(model.resources.len()),
            scopes: model.scopes,
            by_kind: BTreeMap::new(),
            by_scope: BTreeMap::new(),
            changers: BTreeMap::new(),
            by_type: BTreeMap::new(),
            by_ref: BTreeMap::new(),
            exports: BTreeMap::new(),
            assumptions: assumptions::Assumptions::new(model.assumptions),
            names: OnceLock::new(),
            referrers: OnceLock::new(),
            backlinks: OnceLock::new(),
            memo: memo::Memo::default(),
            readings: readings::Readings::default(),
            sources,
        };
        for (at, scope) in graph.scopes.iter().enumerate() {
            let id = ScopeId(u32::try_from(at).unwrap_or(u32::MAX));
            for name in scope.exports.keys() {
                graph.exports.entry(name.clone()).or_default().push(id);
            }
        }
        for resource in model.resources {
            graph.add(resource);
        }
        link::mark_altered(&mut graph);
        graph
    }

    fn add(&mut self, resource: Resource) {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let kind = kinds::of_type(&resource.type_name);
        if let Some(kind) = kind {
            self.by_kind.entry(kind.name).or_default().push(id);
            self.by_scope.entry((resource.id.scope, kind.name)).or_default().push(id);
        }
        if link::may_change(&resource.type_name) {
            self.changers.entry(resource.id.scope).or_default().push(id);
        }
        self.by_type.entry(resource.type_name.clone()).or_default().push(id);
        self.by_ref.entry(resource.id.clone()).or_insert(id);
        let dialect = self.scope(resource.id.scope).map_or(Dialect::CloudFormation, |scope| scope.dialect);
        self.nodes.push(Node { resource, kind, dialect, altered_by: None });
    }

    /// The resources of a kind (`user_pool`) or of a raw type (`AWS::SNS::Topic`), in source order. A type of somebody's own
    /// that is spelled like a kind is not that kind.
    pub fn of(&self, kind_or_type: &str) -> &[NodeId] {
        let found = match kinds::named(kind_or_type) {
            Some(kind) => self.by_kind.get(kind.name),
            None => self.by_type.get(kind_or_type),
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// The resources of a kind in one scope, in source order.
    fn of_in(&self, scope: ScopeId, kind: &'static str) -> &[NodeId] {
        self.by_scope.get(&(scope, kind)).map_or(&[], Vec::as_slice)
    }

    /// The node of an id of this graph.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// Every node.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(at, node)| (NodeId(u32::try_from(at).unwrap_or(u32::MAX)), node))
    }

    /// The node of a resource.
    pub fn find(&self, resource: &ResourceRef) -> Option<NodeId> {
        self.by_ref.get(resource).copied()
    }

    /// A scope.
    pub fn scope(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(id.0 as usize)
    }

    /// The scope of a node.
    pub fn scope_of(&self, id: NodeId) -> Option<&Scope> {
        self.scope(self.node(id)?.resource.id.scope)
    }

    /// All scopes.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// False for a scenario that nobody can deploy: a template refuses it.
    pub fn may_be(&self, scenario: &Scenario) -> bool {
        self.assumptions.may_hold(scenario)
    }

    /// What the resources are called.
    fn names(&self) -> &names::Index {
        self.names.get_or_init(names::Index::new)
    }

    /// The resources of a kind of policy or attachment whose `roles` may lead to this role: those of its scope, and those
    /// elsewhere that name one like it or reach over scopes. Sorted.
    pub fn naming_role(&self, kind: &str, role: NodeId) -> Vec<NodeId> {
        let of_all = || {
            let kinds = kinds::KINDS.iter().filter(|kind| kind.attributes.iter().any(|own| own.name == "roles"));
            kinds.map(|kind| (kind.name, names::Referrers::new(self, kind.name, "roles"))).collect()
        };
        let referrers = self.referrers.get_or_init(of_all).get(kind);
        let (Some(referrers), Some(node)) = (referrers, self.node(role)) else { return Vec::new() };
        let name = kinds::written(self, role, "name");
        referrers.of(node.resource.id.scope, &name)
    }

    /// The resources of a kind whose link attribute may lead to a resource, in some scenario, in source order. Of those of
    /// which that is not known in any scenario the first one stands for all.
    pub fn backlinks(&self, kind: &str, attribute: &str, to: NodeId) -> Vec<NodeId> {
        self.backlinks.get_or_init(|| backlinks::Index::new(self)).of(kind, attribute, to)
    }

    /// The texts behind the spans.
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// The account that a resource is in: that of its own provider configuration where it has another one than its scope.
    pub fn account_of(&self, id: NodeId) -> Value {
        self.deployed(id, "account", |scope| &scope.account)
    }

    /// The Region, likewise.
    pub fn region_of(&self, id: NodeId) -> Value {
        self.deployed(id, "region", |scope| &scope.region)
    }

    fn deployed(&self, id: NodeId, what: &str, of_scope: fn(&Scope) -> &Value) -> Value {
        let Some((node, scope)) = self.node(id).zip(self.scope_of(id)) else { return Reading::nowhere().value };
        let own = &node.resource.attributes;
        if node.dialect != Dialect::Terraform || own.get("provider").is_absent() {
            return of_scope(scope).clone();
        }
        let value = own.get(what);
        match value.is_absent() {
            true => {
                Value::opaque(Why::Pseudo(format!("the {what} of another provider").into()), node.resource.name_span)
            }
            false => value,
        }
    }

    /// Reads an attribute of a node by its path in the rules' words: `sms.external_id`. A path that the node's kind does not
    /// have reads as absent at the node's name.
    pub fn read(&self, id: NodeId, path: &str) -> Reading {
        let Some(node) = self.node(id) else { return Reading::nowhere() };
        let mut reading = Reading { value: node.resource.properties.clone(), place: node.resource.name_span };
        let mut attributes = node.kind.map_or(&[][..], |kind| kind.attributes);
        for name in path.split('.') {
            let Some(attribute) = attributes.iter().find(|attribute| attribute.name == name) else {
                return Reading { value: Value::absent(reading.place), place: reading.place };
            };
            reading = self.read_attribute(id, attribute, &reading);
            attributes = match attribute.shape {
                Shape::Block(attributes) => attributes,
                _ => &[],
            };
        }
        reading
    }

    /// Reads one attribute, given its enclosing block (for a top-level attribute: the properties). Choices that stand around
    /// the attribute stand around the result.
    pub fn read_attribute(&self, id: NodeId, attribute: &Attribute, block: &Reading) -> Reading {
        let Some(node) = self.node(id) else { return Reading::nowhere() };
        let found = match attribute.source(node.dialect) {
            Source::Derived(derive) => {
                let value = derive(self, id);
                Reading { place: place_of(&value, node.resource.span).unwrap_or(block.place), value }
            }
            Source::Path(path) => dig(block, path),
            Source::Either(first, second) => either(dig(block, first), || dig(block, second)),
        };
        let by = node.altered_by.as_ref().filter(|_| attribute.out_of_band);
        if let Some(by) = by {
            return Reading { value: Value::opaque(Why::OutOfBand(by.clone()), found.place), place: found.place };
        }
        let value = found.value.each(&mut |value| shaped(value, attribute, self));
        Reading { value, place: found.place }
    }
}

impl Reading {
    fn nowhere() -> Self {
        let nowhere = Span::new(crate::source::FileId(u32::MAX), 0, 0);
        Self { value: Value::absent(nowhere), place: nowhere }
    }
}

/// The first reading; where its value is absent, or in those of its alternatives where it is, the second.
fn either(first: Reading, second: impl FnOnce() -> Reading) -> Reading {
    if !first.value.arms().iter().any(|(_, arm)| arm.is_absent()) {
        return first;
    }
    let second = second();
    let place = if first.value.is_absent() { second.place } else { first.place };
    let value = first.value.each(&mut |arm| if arm.is_absent() { second.value.clone() } else { arm.clone() });
    Reading { value, place }
}

/// Follows a path of keys. The place is that of the deepest thing on the way that is written.
fn dig(from: &Reading, path: &str) -> Reading {
    let mut reading = from.clone();
    if path.is_empty() {
        return Reading { value: Value::absent(from.place), place: from.place };
    }
    for key in path.split('.') {
        let block = reading.value.each(&mut single);
        let value = block.get(key);
        let place = place_of_entry(&block, key).unwrap_or(reading.place);
        reading = Reading { value, place };
    }
    reading
}

/// Where the value of a key is written: the value where it stands in place, the key where the value came from elsewhere.
fn place_of_entry(block: &Value, key: &str) -> Option<Span> {
    match &block.data {
        Data::Map(map) => {
            let entry = map.entries.get(key)?;
            Some(place_of(&entry.value, block.span).unwrap_or(entry.key_span))
        }
        Data::Choice(choice) => choice.arms.iter().find_map(|(_, arm)| place_of_entry(arm, key)),
        _ => None,
    }
}

/// The place of a value that was written where it is used, inside of `block`; `None` for one that is missing or came from
/// elsewhere.
fn place_of(value: &Value, block: Span) -> Option<Span> {
    let in_place = value.via.is_none() && !value.span.is_empty() && block.covers(value.span);
    (in_place && !value.is_absent()).then_some(value.span)
}

/// Terraform writes a block that occurs at most once as a list of one: its element. Anything else is itself.
fn single(value: &Value) -> Value {
    let Data::List(list) = &value.data else { return value.clone() };
    match (list.items.as_slice(), &list.rest) {
        ([], None) => Value::absent(value.span),
        ([item], _) => item.clone(),
        ([], Some(rest)) => Value::unknown(rest.derive("[0]"), value.span),
        ([first, ..], _) => first.clone(),
    }
}

/// Brings a value that is no choice to an attribute's shape.
fn shaped(value: &Value, attribute: &Attribute, graph: &Graph) -> Value {
    if let (Data::Absent | Data::Null, Some(default)) = (&value.data, attribute.default) {
        return to_shape(&Value::string(default, value.span), attribute.shape, graph);
    }
    to_shape(value, attribute.shape, graph)
}

/// Brings a value to a shape: see [`Shape`]. What does not fit is unknown: AWS will reject it, and no rule here knows more.
fn to_shape(value: &Value, shape: Shape, graph: &Graph) -> Value {
    let keep = |data: Data| Value { data, ..value.clone() };
    if let (Shape::Document, Some(structure)) = (shape, &value.structure) {
        // The source wrote a value and made JSON of it: the value has the better places, and all that is known of it.
        return to_shape(structure, shape, graph);
    }
    let misfit = || Value::opaque(Why::Invalid("a value of another type".into()), value.span);
    match (&value.data, shape) {
        (Data::Choice(_), _) => value.each(&mut |arm| to_shape(arm, shape, graph)),
        (Data::Null, _) => keep(Data::Absent),
        (Data::Absent | Data::Unknown(_), _) => value.clone(),
        (Data::String(_) | Data::Text(_), Shape::Text | Shape::Word | Shape::Link(..)) => value.clone(),
        (Data::Bool(flag), Shape::Text | Shape::Word) => keep(Data::String(flag.to_string().into())),
        (Data::Number(number), Shape::Text | Shape::Word) => keep(Data::String(number.text().into())),
        (Data::Bool(_), Shape::Bool) | (Data::Number(_), Shape::Number) => value.clone(),
        (Data::String(text), Shape::Bool) => match text.to_ascii_lowercase().as_str() {
            "true" => keep(Data::Bool(true)),
            "false" => keep(Data::Bool(false)),
            _ => misfit(),
        },
        (Data::String(text), Shape::Number) => {
            crate::value::Number::parse(text).map_or_else(misfit, |number| keep(Data::Number(number)))
        }
        (Data::List(_), Shape::Block(_)) => to_shape(&single(value), shape, graph),
        (Data::Map(_), Shape::Block(_)) => value.clone(),
        (Data::List(list), Shape::List(inner)) => {
            let items = list.items.iter().map(|item| to_shape(item, *inner, graph)).collect();
            keep(Data::List(Arc::new(crate::value::List { items, rest: list.rest.clone() })))
        }
        // CloudFormation takes a lone value where a list stands for some properties; Terraform does not.
        (Data::String(_) | Data::Text(_) | Data::Map(_), Shape::List(inner)) => {
            let item = to_shape(value, *inner, graph);
            keep(Data::List(Arc::new(crate::value::List { items: vec![item], rest: None })))
        }
        (Data::Map(_), Shape::Document) => value.clone(),
        (Data::String(_) | Data::Text(_), Shape::Document) => {
            crate::frontend::document::parse_json(value, graph.sources()).unwrap_or_else(misfit)
        }
        _ => misfit(),
    }
}
