//! The configuration files beside a plan. They say what the plan's own copy of the configuration leaves out: locals, dynamic
//! blocks, functions. Their variables get the values that the plan was made with.

use super::super::discover::Modules;
use super::super::resolver::Resolver;
use super::super::variables::Assigned;
use super::configuration::Configuration;
use super::document::Document;
use crate::frontend::{Given, Input, Model, Schema};
use crate::source::{Loader, parent};
use crate::syntax::hcl::{Expr, ExprKind, Name, ObjectKey, Piece};
use crate::syntax::tree::{NodeId, NodeKind};
use crate::value::{Data, Guard, ScopeId, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Values of variables nested deeper than this are null.
const DEEPEST: usize = 64;

/// Properties by address, as the files say them.
pub(super) type Beside = BTreeMap<Arc<str>, Value>;

/// What a frontend works with.
pub(super) struct Reading<'r, 'l> {
    /// The plan.
    pub(super) input: &'r Input,
    /// Its scope.
    pub(super) scope: ScopeId,
    /// The files.
    pub(super) loader: &'r mut Loader<'l>,
    /// The modules of the run.
    pub(super) modules: &'r mut Modules,
    /// What the kinds know.
    pub(super) schema: &'r dyn Schema,
    /// What the user said.
    pub(super) given: &'r Given,
}

impl Reading<'_, '_> {
    /// True when the plan's folder holds the root module that the plan was made from: one with the same resources.
    pub(super) fn is_beside_its_files(&mut self, document: &Document, configuration: &Configuration<'_>) -> bool {
        let folder = parent(&self.input.path);
        let is_configuration =
            |name: &String| [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|end| name.ends_with(end));
        if document.section("configuration").is_none() || !self.loader.files().list(folder).iter().any(is_configuration)
        {
            return false;
        }
        let module = self.modules.get(folder, self.loader);
        let written: BTreeSet<&str> = module.resources.keys().map(|key| &**key).collect();
        let planned = configuration.resources().filter(|(declared, _)| declared.module.is_empty());
        let planned: BTreeSet<&str> = planned.map(|(declared, _)| &*declared.resource).collect();
        module.lost.is_empty() && written == planned
    }

    /// Reads the files in the plan's folder, if they are the plan's. What certainly has other values than the plan is left out.
    pub(super) fn beside(self, document: &Document) -> Beside {
        let folder = parent(&self.input.path);
        let mut resolver = Resolver::new(folder, self.scope, self.loader, self.modules, self.schema, self.given);
        resolver.assigned = variables(document);
        let mut model = Model::default();
        resolver.emit(&mut model, &mut Vec::new());
        let certain = model.resources.into_iter();
        let certain = certain.filter(|resource| matches!(resource.presence, Guard::Always) && !resource.schematic);
        let mut beside: Beside = certain.map(|resource| (resource.id.address, resource.properties)).collect();
        let planned: BTreeMap<&str, NodeId> =
            document.instances.iter().map(|instance| (&*instance.text, instance.values)).collect();
        beside.retain(|address, properties| {
            planned.get(&**address).is_some_and(|planned| !differs(document, properties, *planned))
        });
        beside
    }
}

/// True when what a file says of a value is certainly not what the plan says. Policies are compared by nobody: providers write
/// their JSON anew.
fn differs(document: &Document, value: &Value, planned: NodeId) -> bool {
    let tree = &document.tree;
    match (&value.data, &tree.node(planned).kind) {
        (Data::Map(map), NodeKind::Mapping(entries)) => entries.iter().any(|(key, planned)| {
            let own = tree.str(*key).and_then(|key| map.entries.get(key));
            own.is_some_and(|own| differs(document, &own.value, *planned))
        }),
        (Data::List(list), NodeKind::Sequence(planned)) => match (list.items.as_slice(), planned.as_slice()) {
            ([own], [planned]) => differs(document, own, *planned),
            (own, planned) => {
                let certain = |item: &Value| !matches!(item.data, Data::Choice(_) | Data::Absent | Data::Null);
                list.rest.is_none() && own.len() > planned.len() && own.iter().all(certain) && planned.is_empty()
            }
        },
        (Data::Bool(own), NodeKind::Bool(planned)) => own != planned,
        (Data::Number(own), NodeKind::Number(planned)) => own != planned,
        (Data::String(own), NodeKind::String(planned)) => own != planned && !own.trim_start().starts_with(['{', '[']),
        _ => false,
    }
}

/// The values of the root module's variables as expressions.
fn variables(document: &Document) -> BTreeMap<Arc<str>, Assigned> {
    let tree = &document.tree;
    let variables = document.section("variables").map_or(&[][..], |variables| tree.entries(variables));
    let value = |(name, variable): &(NodeId, NodeId)| {
        let (_, value) = tree.get(*variable, "value")?;
        Some((tree.str(*name)?.clone(), Assigned::Written(literal(document, value, 0))))
    };
    variables.iter().filter_map(value).collect()
}

fn literal(document: &Document, node: NodeId, depth: usize) -> Expr {
    let tree = &document.tree;
    let span = tree.node(node).span;
    let kind = match &tree.node(node).kind {
        NodeKind::Null | NodeKind::Alias(_) => ExprKind::Null,
        NodeKind::Bool(value) => ExprKind::Bool(*value),
        NodeKind::Number(number) => ExprKind::Number(number.clone()),
        NodeKind::String(text) => ExprKind::Template(vec![Piece::Literal(text.clone(), span)]),
        _ if depth >= DEEPEST => ExprKind::Null,
        NodeKind::Sequence(items) => {
            ExprKind::Tuple(items.iter().map(|item| literal(document, *item, depth + 1)).collect())
        }
        NodeKind::Mapping(entries) => {
            let entry = |(key, value): &(NodeId, NodeId)| {
                let name = Name { text: tree.str(*key)?.clone(), span: tree.node(*key).span };
                Some((ObjectKey::Name(name), literal(document, *value, depth + 1)))
            };
            ExprKind::Object(entries.iter().filter_map(entry).collect())
        }
    };
    Expr { span, kind }
}
