//! SAM: what the transform makes of `AWS::Serverless::Function`, written as the transform writes it: further nodes of the
//! template's tree, each at the place of what it was made from.
//!
//! A function becomes an `AWS::Lambda::Function`, with `Globals` applied. One without a role gets `<Id>Role` with its policies.
//! An event of type `Cognito` adds a permission and sets triggers of the pool. A connector of a function adds a policy to its
//! role. All other types stay as they are written, and
//! what the transform would do with them to *other* resources is said as an opening.
//! <https://github.com/aws/serverless-application-model/blob/develop/docs/internals/generated_resources.rst>

mod connectors;
mod policies;

use super::template::{Declared, Field, Template};
use crate::frontend::Resource;
use crate::source::Span;
use crate::syntax::tree::{NodeId, NodeKind};
use crate::value::Value;
use connectors::CONNECTOR;
use indexmap::IndexMap;
use std::sync::Arc;

/// So many nodes are made for one template.
const MOST_NODES: usize = 200_000;
/// `Globals` are merged into a function no deeper than this.
const DEEPEST_MERGE: usize = 16;

const FUNCTION: &str = "AWS::Serverless::Function";

/// Properties of a serverless function that the function itself gets under the same name.
const KEPT: [&str; 24] = [
    "Architectures",
    "CapacityProviderConfig",
    "CodeSigningConfigArn",
    "Description",
    "DurableConfig",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "FunctionName",
    "FunctionScalingConfig",
    "Handler",
    "ImageConfig",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "RecursiveLoop",
    "ReservedConcurrentExecutions",
    "Role",
    "Runtime",
    "RuntimeManagementConfig",
    "SnapStart",
    "Timeout",
];

/// What a resource that is left hands to the transform: values through which it may change, or attach policies to, other
/// resources; the inner `None` where that may be any of the template. `None` when it only adds resources of its own.
pub(super) fn given_to_transform(resource: &Resource) -> Option<Option<Vec<Value>>> {
    match &*resource.type_name {
        // A connector writes policies for the roles of its ends, which it names by their logical ids.
        CONNECTOR => Some(None),
        _ if !resource.attributes.get("Connectors").is_absent() => Some(None),
        // An application is a nested stack; a function that is left has events or properties that cannot be read.
        "AWS::Serverless::Application" | FUNCTION => Some(Some(vec![resource.properties.clone()])),
        _ => None,
    }
}

/// Applies the transform to a template that names it.
pub(super) fn transform(template: &mut Template) {
    let of_type = |type_name: &str| -> Vec<(Arc<str>, NodeId, NodeId)> {
        let found = template.resources.iter().filter(|(_, declared)| &*declared.type_name == type_name);
        found.map(|(id, declared)| (id.clone(), declared.key, declared.node)).collect()
    };
    let (functions, connectors) = (of_type(FUNCTION), of_type(CONNECTOR));
    let globals = template.section("Globals").into_iter().find(|field| &*field.name == "Function");
    let mut transform = Transform { template, nodes_left: MOST_NODES, globals: globals.map(|field| field.value) };
    for (id, key, node) in functions {
        transform.function(&id, key, node);
        if transform.nodes_left == 0 {
            transform.template.hidden.push("the template has more serverless functions than can be read".into());
            return;
        }
    }
    for (id, key, node) in connectors {
        let _stays = transform.connector(&id, key, node).is_none();
    }
}

struct Transform<'a> {
    template: &'a mut Template,
    nodes_left: usize,
    globals: Option<NodeId>,
}

/// A serverless function while it is transformed.
struct Function<'a> {
    id: &'a Arc<str>,
    key: NodeId,
    node: NodeId,
    span: Span,
    properties: IndexMap<Arc<str>, NodeId>,
}

impl Function<'_> {
    fn property(&self, name: &str) -> Option<NodeId> {
        self.properties.get(name).copied()
    }
}

impl Transform<'_> {
    fn function(&mut self, id: &Arc<str>, key: NodeId, node: NodeId) {
        let Some(properties) = self.properties(node) else { return };
        let function = Function { id, key, node, span: self.template.span(node), properties };
        let Some(events) = self.events(&function) else { return };
        let Some(role) = self.role(&function, &events) else { return };
        let alias = self.alias(&function);
        for event in events.iter().filter(|event| &*event.type_name == "Cognito") {
            self.cognito_event(&function, event, alias.as_ref());
        }
        let lambda = self.lambda(&function, role);
        self.replace(id, "AWS::Lambda::Function", lambda);
    }

    /// A function's own properties and those of `Globals`; `None` when they cannot be told apart before other macros ran.
    fn properties(&mut self, node: NodeId) -> Option<IndexMap<Arc<str>, NodeId>> {
        let own = self.template.field(node, "Properties");
        let mut properties = IndexMap::new();
        for source in [self.globals, own].into_iter().flatten() {
            if !self.is_plain_map(source) {
                return None;
            }
            for field in self.template.fields(source) {
                let merged = match properties.get(&field.name) {
                    Some(global) if &*field.name != "Architectures" => self.merged(*global, field.value, 0),
                    _ => field.value,
                };
                properties.insert(field.name, merged);
            }
        }
        Some(properties)
    }

    /// A mapping all of whose entries are written down.
    fn is_plain_map(&self, id: NodeId) -> bool {
        let is_map = matches!(self.template.tree.node(self.template.tree.resolve(id)).kind, NodeKind::Mapping(_));
        is_map
            && self.template.call(id).is_none()
            && !self.template.is_cut(id)
            && !self.template.fields(id).iter().any(|field| field.name.starts_with("Fn::"))
    }

    /// Maps are merged entry by entry, lists are joined, anything else of the function replaces the global one.
    fn merged(&mut self, global: NodeId, own: NodeId, depth: usize) -> NodeId {
        let lists = [global, own].map(|id| self.template.tree.items(id).to_vec());
        let is_call = self.template.call(global).is_some() || self.template.call(own).is_some();
        if is_call || depth > DEEPEST_MERGE {
            return own;
        }
        if lists.iter().all(|list| !list.is_empty()) {
            return self.like(own, NodeKind::Sequence(lists.concat()));
        }
        if !self.is_plain_map(global) || !self.is_plain_map(own) {
            return own;
        }
        let mut entries: IndexMap<Arc<str>, (NodeId, NodeId)> = IndexMap::new();
        for field in self.template.fields(global) {
            entries.insert(field.name, (field.key, field.value));
        }
        for field in self.template.fields(own) {
            let value = match entries.get(&field.name) {
                Some((_, global)) => self.merged(*global, field.value, depth + 1),
                None => field.value,
            };
            entries.insert(field.name, (field.key, value));
        }
        self.like(own, NodeKind::Mapping(entries.into_values().collect()))
    }

    /// The function as CloudFormation gets it.
    fn lambda(&mut self, function: &Function<'_>, role: NodeId) -> NodeId {
        let span = function.span;
        let mut entries = Vec::new();
        for name in KEPT {
            if let Some(value) = function.property(name).filter(|_| name != "Role") {
                entries.push((name, value));
            }
        }
        entries.push(("Role", role));
        let code = match function.property("InlineCode") {
            Some(code) => self.map(&[("ZipFile", code)], span),
            None => self.unknown(span),
        };
        entries.push(("Code", code));
        if let Some(mode) = function.property("Tracing") {
            entries.push(("TracingConfig", self.map(&[("Mode", mode)], span)));
        }
        if let Some(target) =
            function.property("DeadLetterQueue").and_then(|queue| self.template.field(queue, "TargetArn"))
        {
            entries.push(("DeadLetterConfig", self.map(&[("TargetArn", target)], span)));
        }
        if let Some(network) = function.property("VpcConfig") {
            entries.push(("VpcConfig", network));
        }
        entries.push(("Tags", self.tags(function.property("Tags"), span)));
        let properties = self.map(&entries, span);
        let kept = self.template.fields(function.node).into_iter();
        let mut kept: Vec<(NodeId, NodeId)> = kept
            .filter(|field| !matches!(&*field.name, "Type" | "Properties"))
            .map(|field| (field.key, field.value))
            .collect();
        kept.push((self.string("Properties", span), properties));
        self.like(function.node, NodeKind::Mapping(kept))
    }

    /// A map of tags as a list, behind the one that SAM sets.
    fn tags(&mut self, written: Option<NodeId>, span: Span) -> NodeId {
        if written.is_some_and(|tags| !self.is_plain_map(tags)) {
            return self.unknown(span);
        }
        let own = (self.string("lambda:createdBy", span), self.string("SAM", span));
        let written = written.map(|tags| self.template.fields(tags)).unwrap_or_default();
        let mut pairs = vec![own];
        pairs.extend(written.into_iter().map(|field| (field.key, field.value)));
        let tags = pairs.into_iter().map(|(key, value)| self.map(&[("Key", key), ("Value", value)], span));
        let tags = tags.collect();
        self.list(tags, span)
    }

    /// The events of a function; `None` when they cannot be read before other macros ran.
    fn events(&self, function: &Function<'_>) -> Option<Vec<Event>> {
        let Some(events) = function.property("Events") else { return Some(Vec::new()) };
        if !self.is_plain_map(events) {
            return None;
        }
        let event = |field: Field| {
            let type_name =
                self.template.field(field.value, "Type").filter(|name| self.template.call(*name).is_none())?;
            let type_name = self.template.scalar(type_name)?;
            Some(Event { type_name, properties: self.template.field(field.value, "Properties") })
        };
        self.template.fields(events).into_iter().map(event).collect()
    }

    /// `AutoPublishAlias` adds an alias, which then is what is called; its logical id.
    fn alias(&mut self, function: &Function<'_>) -> Option<Arc<str>> {
        let name = function.property("AutoPublishAlias")?;
        let span = self.template.span(name);
        let text = self.template.scalar(name).filter(|_| self.template.call(name).is_none());
        let Some(text) = text else {
            // The alias has an id that nobody can know here.
            return Some(format!("{}Alias", function.id).into());
        };
        let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let id: Arc<str> = format!("{}Alias{letters}", function.id).into();
        let own = self.reference(function.id, span);
        let version = self.unknown(span);
        let properties =
            self.map(&[("Name", name), ("FunctionName", own), ("FunctionVersion", version)], function.span);
        self.insert(&id, "AWS::Lambda::Alias", function, properties);
        Some(id)
    }

    /// A permission for the pool, and the pool's triggers.
    fn cognito_event(&mut self, function: &Function<'_>, event: &Event, alias: Option<&Arc<str>>) {
        let Some(properties) = event.properties else { return };
        let Some(pool) = self.template.field(properties, "UserPool").and_then(|pool| self.referred_resource(pool))
        else {
            return;
        };
        let span = self.template.span(properties);
        let called = self.reference(alias.unwrap_or(function.id), span);
        let entries = [
            ("Action", self.string("lambda:InvokeFunction", span)),
            ("FunctionName", called),
            ("Principal", self.string("cognito-idp.amazonaws.com", span)),
            ("SourceArn", self.attribute(&pool, "Arn", span)),
        ];
        let permission = self.map(&entries, span);
        self.insert(
            &format!("{}CognitoPermission", function.id).into(),
            "AWS::Lambda::Permission",
            function,
            permission,
        );
        let target = match alias {
            Some(alias) => self.reference(alias, span),
            None => self.attribute(function.id, "Arn", span),
        };
        let triggers = self.template.field(properties, "Trigger");
        self.set_triggers(&pool, triggers, target);
    }

    /// The resource that a `Ref` refers to, if it is one of the template.
    fn referred_resource(&self, node: NodeId) -> Option<Arc<str>> {
        let call = self.template.call(node).filter(|call| &*call.name == "Ref")?;
        let name = self.template.tree.str(call.argument)?;
        self.template.resources.get(name)?;
        Some(name.clone())
    }

    /// Sets the triggers of a pool that are not set already.
    fn set_triggers(&mut self, pool: &Arc<str>, triggers: Option<NodeId>, target: NodeId) {
        let Some(node) = self.template.resources.get(pool).map(|declared| declared.node) else { return };
        let span = self.template.span(node);
        let properties = self.template.field(node, "Properties");
        if properties.is_some_and(|properties| !self.is_plain_map(properties)) || self.template.is_cut(node) {
            return;
        }
        let written = properties.and_then(|properties| self.template.field(properties, "LambdaConfig"));
        let names = triggers.and_then(|triggers| self.names(triggers));
        let config = match (names, written) {
            (Some(names), written) if written.is_none_or(|written| self.is_plain_map(written)) => {
                let mut entries = written.map(|written| self.entries(written)).unwrap_or_default();
                for (name, key) in names {
                    if !entries.iter().any(|(known, _)| self.template.scalar(*known).is_some_and(|known| known == name))
                    {
                        entries.push((key, target));
                    }
                }
                self.node(NodeKind::Mapping(entries), span)
            }
            _ => self.unknown(span),
        };
        let mut entries = properties.map(|properties| self.entries(properties)).unwrap_or_default();
        entries.retain(|(key, _)| self.template.scalar(*key).is_none_or(|key| &*key != "LambdaConfig"));
        entries.push((self.string("LambdaConfig", span), config));
        let properties = match properties {
            Some(properties) => self.like(properties, NodeKind::Mapping(entries)),
            None => self.node(NodeKind::Mapping(entries), span),
        };
        let mut entries = self.entries(node);
        entries.retain(|(key, _)| self.template.scalar(*key).is_none_or(|key| &*key != "Properties"));
        entries.push((self.string("Properties", span), properties));
        let changed = self.like(node, NodeKind::Mapping(entries));
        if let Some(declared) = self.template.resources.get_mut(pool) {
            declared.node = changed;
        }
    }

    /// A string or a list of strings, each with its node; `None` when one is no literal.
    fn names(&self, id: NodeId) -> Option<Vec<(Arc<str>, NodeId)>> {
        let name = |id: NodeId| Some((self.template.scalar(id).filter(|_| self.template.call(id).is_none())?, id));
        match self.template.tree.node(self.template.tree.resolve(id)).kind {
            NodeKind::Sequence(_) => self.template.tree.items(id).iter().map(|item| name(*item)).collect(),
            _ => Some(vec![name(id)?]),
        }
    }

    fn entries(&self, id: NodeId) -> Vec<(NodeId, NodeId)> {
        self.template.fields(id).into_iter().map(|field| (field.key, field.value)).collect()
    }

    /// Adds a resource that the function brings with it. One that the template declares itself stays.
    fn insert(&mut self, id: &Arc<str>, type_name: &str, function: &Function<'_>, properties: NodeId) {
        if self.template.resources.contains_key(id) {
            return;
        }
        let mut entries: Vec<(NodeId, NodeId)> = self
            .template
            .fields(function.node)
            .into_iter()
            .filter(|field| matches!(&*field.name, "Condition" | "DeletionPolicy" | "UpdateReplacePolicy"))
            .map(|field| (field.key, field.value))
            .collect();
        entries.push((self.string("Properties", function.span), properties));
        let node = self.like(function.node, NodeKind::Mapping(entries));
        let declared = Declared { key: function.key, node, type_name: type_name.into() };
        self.template.resources.insert(id.clone(), declared);
        if let Some(round) = self.template.rounds.get(function.id).cloned() {
            self.template.rounds.insert(id.clone(), round);
        }
    }

    fn replace(&mut self, id: &Arc<str>, type_name: &str, node: NodeId) {
        if let Some(declared) = self.template.resources.get_mut(id) {
            declared.node = node;
            declared.type_name = type_name.into();
        }
    }

    fn node(&mut self, kind: NodeKind, span: Span) -> NodeId {
        self.nodes_left = self.nodes_left.saturating_sub(1);
        self.template.tree.add(span, kind)
    }

    /// A node in the place of another one.
    fn like(&mut self, model: NodeId, kind: NodeKind) -> NodeId {
        let span = self.template.span(self.template.tree.resolve(model));
        self.node(kind, span)
    }

    fn string(&mut self, text: &str, span: Span) -> NodeId {
        self.node(NodeKind::String(text.into()), span)
    }

    fn list(&mut self, items: Vec<NodeId>, span: Span) -> NodeId {
        self.node(NodeKind::Sequence(items), span)
    }

    fn map(&mut self, entries: &[(&str, NodeId)], span: Span) -> NodeId {
        let entries = entries.iter().map(|(key, value)| (self.string(key, span), *value)).collect();
        self.node(NodeKind::Mapping(entries), span)
    }

    fn reference(&mut self, id: &str, span: Span) -> NodeId {
        let id = self.string(id, span);
        self.map(&[("Ref", id)], span)
    }

    fn attribute(&mut self, id: &str, name: &str, span: Span) -> NodeId {
        let names = vec![self.string(id, span), self.string(name, span)];
        let names = self.list(names, span);
        self.map(&[("Fn::GetAtt", names)], span)
    }

    /// What only the transform knows.
    fn unknown(&mut self, span: Span) -> NodeId {
        let name = self.string("AWS::Serverless", span);
        let transform = self.map(&[("Name", name)], span);
        self.map(&[("Fn::Transform", transform)], span)
    }
}

/// An event source of a function.
struct Event {
    type_name: Arc<str>,
    properties: Option<NodeId>,
}

#[cfg(test)]
mod tests;
