//! Values with a mask over them: what the plan knows, what it leaves to the apply, and what nobody wrote.

use super::super::attributes::refine_attribute;
use super::super::policy_document;
use super::Plan;
use super::configuration::{Inside, Written, is_true};
use super::document::Mask;
use super::references::{Context, Origins};
use crate::frontend::{Holds, Referent};
use crate::source::Span;
use crate::syntax::tree::{NodeId, NodeKind, Tree};
use crate::value::{Data, Entry, List, Map, Term, Unknown, Value, Why};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The data source that puts policies together.
const POLICY_DOCUMENT: &str = "aws_iam_policy_document";

/// A policy document is put together from others, and those from others, at most this deep.
const MOST_DOCUMENTS: usize = 24;

/// The walk through the values of one resource or output.
struct Walk<'w, 'p> {
    plan: &'w Plan<'p>,
    /// The resource; `None` for an output.
    instance: Option<usize>,
    /// How people know it.
    name: Arc<str>,
    /// Made by this plan, so that what is neither known nor written is left to the service.
    created: bool,
    context: Context,
}

/// A place in the values.
struct Spot {
    /// Keys and indexes: `sms_configuration[0].external_id`.
    path: String,
    /// The keys alone, joined by dots.
    keys: String,
    /// What the configuration writes there.
    written: Written,
    /// What the files beside the plan say, where they say anything.
    beside: Option<Value>,
    /// False where nothing says whether a value is secret, or a list.
    typed: bool,
}

/// The layers of a place: its values, which of them are unknown, which are secret.
#[derive(Clone, Copy)]
struct Layers {
    values: Option<NodeId>,
    unknown: Mask,
    sensitive: Option<NodeId>,
}

impl Plan<'_> {
    /// The properties of a resource.
    pub(super) fn properties(&self, at: usize) -> Value {
        let Some(instance) = self.document.instances.get(at) else { return Value::map([], self.place()) };
        let walk = Walk {
            plan: self,
            instance: Some(at),
            name: instance.text.clone(),
            created: instance.is_created() && !instance.address.data,
            context: self.context(at),
        };
        let spot = Spot {
            path: String::new(),
            keys: String::new(),
            written: self.configuration.body(&instance.address.declared()),
            beside: self.beside.get(&instance.text).cloned(),
            typed: instance.sensitive.is_some(),
        };
        let layers = Layers { values: Some(instance.values), unknown: instance.unknown, sensitive: instance.sensitive };
        let span = self.document.tree.node(instance.values).span;
        walk.value(&spot, layers).unwrap_or_else(|| Value::map([], span))
    }

    /// The value of an output, from what the plan says of it and from its expression.
    pub(super) fn output(&self, name: &str, values: NodeId, unknown: Mask, sensitive: bool) -> Option<Value> {
        let context = Context { module: Vec::new(), key: None, repeated: None };
        let walk = Walk { plan: self, instance: None, name: format!("output.{name}").into(), created: false, context };
        let mask = if let Mask::At(mask) = unknown { Some(mask) } else { None };
        let spot = Spot {
            path: String::new(),
            keys: String::new(),
            written: self.configuration.output_written(name, mask),
            beside: None,
            typed: false,
        };
        let value = walk.value(&spot, Layers { values: Some(values), unknown, sensitive: None })?;
        Some(value.with_sensitive(sensitive))
    }

    /// A value of which everything is known.
    pub(super) fn known(&self, values: NodeId, sensitive: Option<NodeId>) -> Value {
        let context = Context { module: Vec::new(), key: None, repeated: None };
        let walk = Walk { plan: self, instance: None, name: "".into(), created: false, context };
        let spot =
            Spot { path: String::new(), keys: String::new(), written: Written::Missing, beside: None, typed: false };
        let span = self.document.tree.node(values).span;
        let layers = Layers { values: Some(values), unknown: Mask::None, sensitive };
        walk.value(&spot, layers).unwrap_or_else(|| Value::absent(span))
    }

    /// The JSON of a policy document that is read at the apply, from its arguments; `None` for what is none, or cannot be
    /// put together.
    fn policy(&self, at: usize) -> Option<Value> {
        let instance = self.document.instances.get(at)?;
        if !instance.address.data || &*instance.address.kind != POLICY_DOCUMENT {
            return None;
        }
        if let Some(known) = self.policies.borrow().get(&at) {
            return known.clone();
        }
        if self.policies.borrow().values().filter(|known| known.is_none()).count() >= MOST_DOCUMENTS {
            return None;
        }
        // A document that asks for itself finds that it has none yet.
        self.policies.borrow_mut().insert(at, None);
        let rendered = policy_document::render(&self.properties(at), self.sources).ok();
        self.policies.borrow_mut().insert(at, rendered.clone());
        rendered
    }

    /// The term of an attribute: of the name of a role that goes by `name` and `id` always the same one.
    fn term(&self, of: usize, attribute: &Arc<str>) -> Option<Term> {
        let reference = self.reference(of)?;
        let kind = &self.document.instances.get(of)?.address.kind;
        let computed = self.schema.computed(&reference, kind, attribute, &self.names_of(of));
        let of_resource = computed.and_then(|value| match &value.as_unknown()?.term {
            term @ Term::Attribute(known, _) if *known == reference => Some(term.clone()),
            _ => None,
        });
        Some(of_resource.unwrap_or_else(|| Term::Attribute(reference, attribute.clone())))
    }

    /// The scalars of a resource; of an unknown one, only that it is there.
    fn names_of(&self, at: usize) -> Value {
        let Some((instance, reference)) = self.document.instances.get(at).zip(self.reference(at)) else {
            return Value::map([], self.place());
        };
        let tree = &self.document.tree;
        let body = self.configuration.body(&instance.address.declared());
        let mut map = Map::default();
        for (key, value) in tree.entries(instance.values) {
            if let (Some(name), Some(data)) = (tree.str(*key), scalar(tree, *value)) {
                let (key_span, span) = (tree.node(*key).span, tree.node(*value).span);
                map.entries.insert(name.clone(), Entry { key_span, value: Value::new(data, span) });
            }
        }
        let Mask::At(mask) = instance.unknown else { return Value::new(Data::Map(Arc::new(map)), instance.span) };
        for (key, value) in tree.entries(mask).iter().filter(|(_, value)| is_true(tree, *value)) {
            let Some(name) = tree.str(*key) else { continue };
            if self.configuration.member(&body, name, None) != Written::Missing {
                let term = Term::Attribute(reference.clone(), name.clone());
                let span = tree.node(*value).span;
                let unknown = Unknown::new(Why::Plan(format!("{}.{name}", instance.text).into()), term);
                map.entries.insert(
                    name.clone(),
                    Entry { key_span: tree.node(*key).span, value: Value::unknown(unknown, span) },
                );
            }
        }
        Value::new(Data::Map(Arc::new(map)), instance.span)
    }
}

impl Walk<'_, '_> {
    fn tree(&self) -> &Tree {
        &self.plan.document.tree
    }

    /// The value at a place; `None` when nothing is there.
    fn value(&self, spot: &Spot, layers: Layers) -> Option<Value> {
        let tree = self.tree();
        if let Mask::At(mask) = layers.unknown
            && is_true(tree, mask)
        {
            return self.unknown(spot, mask, layers.sensitive);
        }
        let node = layers.values.map(|values| tree.node(values));
        let value = match node.map(|node| (&node.kind, node.span)) {
            Some((NodeKind::Mapping(_), span)) => self.map(spot, layers, span),
            Some((NodeKind::Sequence(_), span)) => self.list(spot, layers, span),
            Some((NodeKind::Null | NodeKind::Alias(_), _)) | None => return self.skeleton(spot, layers),
            Some((_, span)) => {
                let data = layers.values.and_then(|values| scalar(tree, values))?;
                // In a state, an empty string that nobody wrote is how old providers spell nothing.
                let unset = matches!(&data, Data::String(text) if text.is_empty()) && !self.created;
                if unset && matches!(spot.written, Written::Missing | Written::Hidden) {
                    return None;
                }
                Value::new(data, span)
            }
        };
        Some(value.with_sensitive(layers.sensitive.is_some_and(|mask| is_true(tree, mask))))
    }

    fn map(&self, spot: &Spot, layers: Layers, span: Span) -> Value {
        let tree = self.tree();
        let unknown = if let Mask::At(mask) = layers.unknown { tree.entries(mask) } else { &[] };
        let sensitive = by_key(tree, layers.sensitive.map_or(&[][..], |mask| tree.entries(mask)));
        let masks = by_key(tree, unknown);
        let values = layers.values.map_or(&[][..], |values| tree.entries(values));
        let mut entries = IndexMap::with_capacity(values.len());
        let known = by_key(tree, values);
        let only_unknown =
            unknown.iter().filter(|(key, _)| tree.str(*key).is_some_and(|key| !known.contains_key(&**key)));
        for (key, _) in values.iter().chain(only_unknown) {
            let Some(name) = tree.str(*key) else { continue };
            let member = Layers {
                values: known.get(&**name).copied(),
                unknown: layers.unknown.part(masks.get(&**name)),
                sensitive: part_of(tree, layers.sensitive, sensitive.get(&**name)),
            };
            let value = match self.value(&self.member(spot, name, member.unknown), member) {
                Some(value) => value,
                // Said to be null, where other values are missing because nobody knows them.
                None if layers.unknown == Mask::Missing => Value::absent(tree.node(*key).span),
                None => continue,
            };
            entries.insert(name.clone(), Entry { key_span: tree.node(*key).span, value });
        }
        let rest = (layers.unknown == Mask::Missing).then(|| Arc::new(self.own(spot, None)));
        Value::new(Data::Map(Arc::new(Map { entries, rest })), span)
    }

    fn list(&self, spot: &Spot, layers: Layers, span: Span) -> Value {
        let tree = self.tree();
        let unknown = if let Mask::At(mask) = layers.unknown { tree.items(mask) } else { &[] };
        let sensitive = layers.sensitive.map_or(&[][..], |mask| tree.items(mask));
        let values = layers.values.map_or(&[][..], |values| tree.items(values));
        let mut items = Vec::with_capacity(values.len());
        let mut before = 0;
        for at in 0..values.len().max(unknown.len()) {
            let element = Layers {
                values: values.get(at).copied(),
                unknown: layers.unknown.part(unknown.get(at)),
                sensitive: part_of(tree, layers.sensitive, sensitive.get(at)),
            };
            let inside = Spot {
                path: format!("{}[{at}]", spot.path),
                keys: spot.keys.clone(),
                written: self.plan.configuration.element(&spot.written, at, values, before),
                beside: only_element(spot.beside.as_ref()).filter(|_| values.len() == 1),
                typed: spot.typed,
            };
            let place = element.values.map_or(span, |value| tree.node(value).span);
            items.push(match self.value(&inside, element) {
                Some(value) => value,
                None if layers.unknown == Mask::Missing => Value::unknown(self.own(&inside, None), place),
                None => Value::null(place),
            });
            before += usize::from(unknown.get(at).is_some_and(|mask| is_true(tree, *mask)));
        }
        Value::new(Data::List(Arc::new(List { items, rest: None })), span)
    }

    /// What a mask alone says: a collection of which nothing is known but that it has unknown parts.
    fn skeleton(&self, spot: &Spot, layers: Layers) -> Option<Value> {
        let Mask::At(mask) = layers.unknown else { return None };
        let layers = Layers { values: None, ..layers };
        let span = self.tree().node(mask).span;
        match self.tree().node(mask).kind {
            NodeKind::Mapping(_) => {
                Some(self.map(spot, layers, span)).filter(|map| map.as_map().is_some_and(|map| !map.entries.is_empty()))
            }
            NodeKind::Sequence(_) => {
                let is_known = |item: &Value| matches!(item.data, Data::Null);
                Some(self.list(spot, layers, span))
                    .filter(|list| list.as_list().is_some_and(|list| !list.items.iter().all(is_known)))
            }
            _ => None,
        }
    }

    fn member(&self, spot: &Spot, key: &str, unknown: Mask) -> Spot {
        let mask = if let Mask::At(mask) = unknown { Some(mask) } else { None };
        let join = |before: &str| if before.is_empty() { key.to_owned() } else { format!("{before}.{key}") };
        Spot {
            path: join(&spot.path),
            keys: join(&spot.keys),
            written: self.plan.configuration.member(&spot.written, key, mask),
            beside: spot.beside.as_ref().filter(|beside| beside.as_map().is_some()).map(|beside| beside.get(key)),
            typed: spot.typed,
        }
    }

    /// A value that the plan does not know; `None` when it is not known only because nobody wrote it.
    fn unknown(&self, spot: &Spot, mask: NodeId, sensitive: Option<NodeId>) -> Option<Value> {
        let span = self.tree().node(mask).span;
        let secret = sensitive.is_some_and(|mask| is_true(self.tree(), mask));
        match spot.beside.as_ref().map(|beside| (&beside.data, beside)) {
            Some((Data::Absent | Data::Null, _)) if self.created => return None,
            Some((Data::Absent | Data::Null, _)) | None => {}
            Some((_, beside)) => {
                if let Some(value) = self.said_beside(beside) {
                    return Some(value.with_sensitive(secret));
                }
            }
        }
        let origins = match &spot.written {
            Written::Missing if self.created && !self.may_be_dynamic(spot, sensitive) => return None,
            Written::Value(expressions, inside) => {
                let origins = self.plan.origins(&self.context, expressions);
                if self.created && *inside == Inside::All && origins.is_known() && !self.is_set(expressions) {
                    return None;
                }
                if let Some(policy) = self.policy(&origins, *inside) {
                    return Some(policy.with_sensitive(secret));
                }
                Some(origins)
            }
            _ => None,
        };
        let is_list = sensitive.is_some_and(|mask| matches!(self.tree().node(mask).kind, NodeKind::Sequence(_)));
        let from = if is_list { None } else { self.identity(spot, origins.as_ref()) };
        let term =
            from.and_then(|(of, attribute)| Some((self.plan.term(of, &attribute)?, refine_attribute(&attribute))));
        let value = match (term, composed(spot)) {
            (Some((term, refine)), _) => Value::unknown(Unknown { term, refine, ..self.own(spot, None) }, span),
            (None, Some(composed)) => composed.clone(),
            (None, None) => Value::unknown(self.own(spot, origins.as_ref()), span),
        };
        Some(value.with_sensitive(secret))
    }

    /// What the files say of a value that the plan does not know: more than nothing, or of which attribute it is the unknown.
    fn said_beside(&self, beside: &Value) -> Option<Value> {
        let own = self.instance.and_then(|at| self.plan.document.instances.get(at));
        match (&beside.structure, &beside.data) {
            (Some(structure), _) if own.is_some_and(|own| !own.address.data) => Some(structure.as_ref().clone()),
            (Some(_), _) => Some(beside.clone()),
            (None, Data::Unknown(unknown)) => match &unknown.term {
                // Of what a data source finds the plan may know more.
                Term::Attribute(resource, _) => {
                    let data = resource.address.starts_with("data.") || resource.address.contains(".data.");
                    (resource.scope == self.plan.scope && !data).then(|| beside.clone())
                }
                _ => None,
            },
            (None, _) => Some(beside.clone()),
        }
    }

    /// True when a constant that is not null stands there.
    fn is_set(&self, expressions: &[NodeId]) -> bool {
        let constants = expressions.iter().filter_map(|expression| self.plan.configuration.constant(*expression));
        constants.into_iter().any(|constant| !matches!(self.tree().node(constant).kind, NodeKind::Null))
    }

    /// Whether something that is not written may come from a dynamic block, which the plan's configuration leaves out: a
    /// block type, in a resource into which an unknown `for_each` may reach.
    fn may_be_dynamic(&self, spot: &Spot, sensitive: Option<NodeId>) -> bool {
        let Some(at) = self.instance else { return true };
        let kind = self.plan.document.instances.get(at).map_or("", |instance| &*instance.address.kind);
        let block = match self.plan.schema.holds(kind, &spot.keys) {
            Some(Holds::Block) => true,
            Some(Holds::Value | Holds::Reference(_)) => false,
            None => match sensitive.map(|mask| &self.tree().node(mask).kind) {
                Some(kind) => matches!(kind, NodeKind::Sequence(_)),
                None => !spot.typed,
            },
        };
        block && self.plan.may_have_dynamic(at)
    }

    /// A policy document that is read at the apply, in the place of its JSON: the policy itself in a resource, the string
    /// with its structure where other documents are put together from it.
    fn policy(&self, origins: &Origins, inside: Inside) -> Option<Value> {
        let is_json = |name: &str| matches!(name, "json" | "minified_json");
        let of = match (origins.attributes.as_slice(), origins.wholes.as_slice()) {
            ([(of, name)], []) if is_json(name) && !origins.known && !origins.hidden => *of,
            ([], [of]) if !origins.hidden => *of,
            _ => return None,
        };
        if !matches!(inside, Inside::All | Inside::OnlyUnknown) {
            return None;
        }
        let own = self.instance.and_then(|at| self.plan.document.instances.get(at));
        let policy = self.plan.policy(of)?;
        match own {
            Some(own) if own.address.data => Some(policy),
            _ => policy.structure.as_deref().cloned(),
        }
    }

    /// The attribute of another resource that a value is, as far as the plan shows it.
    fn identity(&self, spot: &Spot, origins: Option<&Origins>) -> Option<(usize, Arc<str>)> {
        let kind = self.instance.and_then(|at| self.plan.document.instances.get(at));
        let holds = kind.and_then(|instance| self.plan.schema.holds(&instance.address.kind, &spot.keys));
        let referent = if let Some(Holds::Reference(referent)) = holds { Some(referent) } else { None };
        let hidden = match (&spot.written, origins) {
            (Written::Value(_, inside), Some(origins)) => {
                let shown = referent.and_then(|referent| self.link(origins, *inside, &referent));
                if let Some(found) = shown.or_else(|| plain(origins, *inside).filter(|_| composed(spot).is_none())) {
                    return Some(found);
                }
                origins.hidden
            }
            (Written::Hidden, _) => true,
            _ => false,
        };
        let (of, attribute) = referent.filter(|_| hidden).and_then(|referent| self.plan.only_relevant(&referent))?;
        Some((of, attribute.into()))
    }

    /// The one resource of the right type that a reference is made of, whatever known things are in it besides.
    fn link(&self, origins: &Origins, inside: Inside, referent: &Referent) -> Option<(usize, Arc<str>)> {
        if origins.hidden || !matches!(inside, Inside::All | Inside::OnlyUnknown) {
            return None;
        }
        let fits = |at: usize| {
            let instance = self.plan.document.instances.get(at)?;
            (!instance.address.data && referent.types.contains(&&*instance.address.kind)).then_some(at)
        };
        match (origins.attributes.as_slice(), origins.wholes.as_slice()) {
            ([(of, name)], []) if referent.attributes.contains(&&**name) => Some((fits(*of)?, name.clone())),
            ([], [of]) => {
                let unknown = |name: &&&str| self.plan.is_known(*of, name) == Some(false);
                let name = referent.attributes.iter().find(unknown)?;
                Some((fits(*of)?, (*name).into()))
            }
            _ => None,
        }
    }

    /// An unknown of its own, made of what its expression is made of.
    fn own(&self, spot: &Spot, origins: Option<&Origins>) -> Unknown {
        let name: Arc<str> = match spot.path.as_str() {
            "" => self.name.clone(),
            path => format!("{}.{path}", self.name).into(),
        };
        let term = match self.instance.and_then(|at| self.plan.reference(at)) {
            Some(reference) => Term::Attribute(reference, spot.path.as_str().into()),
            None => Term::call(name.clone(), [Term::Opaque(self.plan.place(), self.plan.scope.0)]),
        };
        let attributes = origins.into_iter().flat_map(|origins| &origins.attributes);
        let attributes = attributes.filter_map(|(of, name)| self.plan.term(*of, name));
        let wholes = origins.into_iter().flat_map(|origins| &origins.wholes);
        let wholes = wholes.filter_map(|of| Some(Term::Attribute(self.plan.reference(*of)?, "*".into())));
        let made_of: Vec<Term> = attributes.chain(wholes).collect();
        let term = if made_of.is_empty() { term } else { Term::call("expression", [term].into_iter().chain(made_of)) };
        Unknown::new(Why::Plan(name), term)
    }
}

/// The attribute that an expression passes on unchanged, as far as that can be seen: the only name in it; in a list, one name
/// for each unknown element.
fn plain(origins: &Origins, inside: Inside) -> Option<(usize, Arc<str>)> {
    let (at, count) = match inside {
        Inside::All | Inside::OnlyUnknown => (0, 1),
        Inside::Element(at, count) => (at, count),
        Inside::List(_) | Inside::Deep => return None,
    };
    let found = &origins.attributes;
    let pure = !origins.known && !origins.hidden && origins.wholes.is_empty();
    let alike = found.iter().zip(found.iter().skip(1)).all(|((_, a), (_, b))| a == b);
    (pure && alike && found.len() == count).then(|| found.get(at).cloned()).flatten()
}

/// What the files beside the plan say of a place where they put something together.
fn composed(spot: &Spot) -> Option<&Value> {
    let beside = spot.beside.as_ref()?;
    beside.as_unknown().filter(|unknown| matches!(unknown.term, Term::Call(..))).map(|_| beside)
}

/// The element of a list that certainly has one and no other.
fn only_element(list: Option<&Value>) -> Option<Value> {
    let list = list?.as_list().filter(|list| list.rest.is_none())?;
    match list.items.as_slice() {
        [only] if !matches!(only.data, Data::Choice(_) | Data::Absent) => Some(only.clone()),
        _ => None,
    }
}

impl Mask {
    /// The mask of a part; a part that is not in the mask is known.
    fn part(self, part: Option<&NodeId>) -> Self {
        match (self, part) {
            (Self::At(_), Some(part)) => Self::At(*part),
            (Self::At(_), None) => Self::None,
            (other, _) => other,
        }
    }
}

/// The part of a mask of secrets; of a secret everything is secret.
fn part_of(tree: &Tree, mask: Option<NodeId>, part: Option<&NodeId>) -> Option<NodeId> {
    part.copied().or_else(|| mask.filter(|mask| is_true(tree, *mask)))
}

/// The entries by key; of equal keys the last one.
fn by_key<'t>(tree: &'t Tree, entries: &[(NodeId, NodeId)]) -> BTreeMap<&'t str, NodeId> {
    entries.iter().filter_map(|(key, value)| Some((&**tree.str(*key)?, *value))).collect()
}

fn scalar(tree: &Tree, node: NodeId) -> Option<Data> {
    match &tree.node(node).kind {
        NodeKind::Bool(value) => Some(Data::Bool(*value)),
        NodeKind::Number(number) => Some(Data::Number(number.clone())),
        NodeKind::String(text) => Some(Data::String(text.clone())),
        _ => None,
    }
}
