//! A template as it is written: its sections, its parameters, what in it is a call of an intrinsic function. Nothing is
//! evaluated here.

use super::foreach::{self, Round};
use super::include::Included;
use super::sam;
use crate::frontend::Diagnostic;
use crate::frontend::document::align;
use crate::source::{FileId, Span};
use crate::syntax::tree::{NodeId, NodeKind, Tree};
use crate::syntax::{self, SyntaxError};
use indexmap::{IndexMap, IndexSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A parameter of which more values than this are told apart is simply not known.
pub(super) const MOST_CLASSES: usize = 1_000;

/// A template that was read.
#[derive(Debug)]
pub(super) struct Template {
    /// Its path, relative to the project's root.
    pub(super) path: Arc<str>,
    pub(super) tree: Tree,
    /// Its text, and those of the files that it includes.
    texts: BTreeMap<FileId, Arc<str>>,
    /// The paths of the files that it includes.
    pub(super) includes: Vec<Arc<str>>,
    root: NodeId,
    pub(super) parameters: IndexMap<Arc<str>, Parameter>,
    pub(super) resources: IndexMap<Arc<str>, Declared>,
    pub(super) conditions: IndexMap<Arc<str>, NodeId>,
    pub(super) outputs: IndexMap<Arc<str>, NodeId>,
    /// The template names `AWS::LanguageExtensions` among its transforms.
    pub(super) language_extensions: bool,
    /// The template names `AWS::Serverless-2016-10-31` among its transforms.
    pub(super) serverless: bool,
    /// Resources of loops over lists that are not certain, by their logical ids.
    pub(super) rounds: BTreeMap<Arc<str>, Round>,
    /// The variables of those loops.
    pub(super) loop_variables: BTreeSet<Arc<str>>,
    /// Why the template may have more resources than it shows; phrases.
    pub(super) hidden: Vec<Arc<str>>,
    /// Nested stacks whose template is in the input: logical id -> path.
    pub(super) children: BTreeMap<Arc<str>, Arc<str>>,
    /// The literals that the template compares parameters and pseudo parameters with, by name: in `Fn::Equals`, as keys of
    /// `Fn::FindInMap`, in `Fn::Contains`.
    pub(super) compared: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// A resource as it is declared.
#[derive(Debug)]
pub(super) struct Declared {
    /// Its logical id.
    pub(super) key: NodeId,
    /// The mapping with `Type`, `Properties` and so on.
    pub(super) node: NodeId,
    pub(super) type_name: Arc<str>,
}

/// A parameter as it is declared.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) type_name: Arc<str>,
    /// Where its name is written.
    pub(super) span: Span,
    pub(super) default: Option<(Arc<str>, Span)>,
    pub(super) allowed: Vec<(Arc<str>, Span)>,
    pub(super) no_echo: bool,
    /// `MinLength` of at least one.
    pub(super) non_empty: bool,
}

impl Parameter {
    /// `CommaDelimitedList`, `List<...>`, or a list behind an SSM parameter.
    pub(super) fn is_list(&self) -> bool {
        self.type_name.contains("List")
    }

    /// The value given, or the default, is the *name* of an SSM parameter; `Ref` gives what is stored there.
    pub(super) fn is_stored_elsewhere(&self) -> bool {
        self.type_name.starts_with("AWS::SSM::Parameter::Value<")
    }
}

/// An entry of a mapping with its key as text.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: Arc<str>,
    pub(super) key: NodeId,
    pub(super) value: NodeId,
}

/// A call of an intrinsic function, in its short (`!Sub`) or long (`Fn::Sub:`) form.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// `Ref`, `Condition`, `Fn::Sub`.
    pub(super) name: Arc<str>,
    pub(super) argument: NodeId,
    /// The short form: the argument's own tag is the function, and says nothing more about the argument.
    pub(super) short: bool,
}

impl Template {
    /// Reads a text that may be a template; `None` when it is none. Diagnostics are given in both cases.
    pub(super) fn read(
        path: &Arc<str>,
        file: FileId,
        text: &Arc<str>,
        included: &Included,
    ) -> (Option<Self>, Vec<Diagnostic>) {
        let mut tree = syntax::parse_template(file, text);
        let Some(root) = tree.documents.iter().copied().find(|root| is_template(&tree, *root, text)) else {
            let looks_like_one = text.contains("Resources") && text.contains("AWS::");
            let errors = tree.errors.iter().filter(|_| looks_like_one).map(|error| diagnostic(error, false));
            return (None, errors.collect());
        };
        let mut diagnostics: Vec<Diagnostic> = tree.errors.iter().map(|error| diagnostic(error, true)).collect();
        diagnostics.extend(repeated_keys(&tree));
        included.apply(&mut tree, root);
        let mut template = Self {
            path: path.clone(),
            texts: included.texts().chain([(file, text.clone())]).collect(),
            includes: included.paths().cloned().collect(),
            root,
            parameters: IndexMap::new(),
            resources: IndexMap::new(),
            conditions: IndexMap::new(),
            outputs: IndexMap::new(),
            language_extensions: false,
            serverless: false,
            rounds: BTreeMap::new(),
            loop_variables: BTreeSet::new(),
            hidden: Vec::new(),
            children: BTreeMap::new(),
            compared: BTreeMap::new(),
            tree,
        };
        template.read_sections(&mut diagnostics);
        if template.serverless {
            sam::transform(&mut template);
        }
        template.compared = template.find_compared();
        (Some(template), diagnostics)
    }

    fn read_sections(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        if !self.tree.errors.is_empty() {
            self.hidden.push("the template does not parse as a whole".into());
        }
        self.read_transforms();
        if self.language_extensions
            && let Some(key) = foreach::expand(self)
        {
            let name = self.tree.str(key).map_or("", |name| name);
            let message = format!("`{name}` makes more than {} values; it is not written out", foreach::MOST_NODES);
            diagnostics.push(Diagnostic { span: self.span(key), message, fatal: false });
        }
        let parameters =
            self.section("Parameters").into_iter().map(|field| (field.name.clone(), self.parameter(&field)));
        self.parameters = parameters.collect();
        let by_name = |fields: Vec<Field>| fields.into_iter().map(|field| (field.name, field.value)).collect();
        self.conditions = by_name(self.section("Conditions"));
        self.outputs = by_name(self.section("Outputs"));
        for field in self.section("Resources") {
            self.read_resource(field, diagnostics);
        }
    }

    fn read_transforms(&mut self) {
        let Some(transform) = self.field(self.root, "Transform") else { return };
        let names: Vec<NodeId> = match &self.tree.node(self.tree.resolve(transform)).kind {
            NodeKind::Sequence(items) => items.clone(),
            _ => vec![transform],
        };
        for name in names {
            let name = self.scalar(name).or_else(|| self.scalar(self.field(name, "Name")?));
            match name.as_deref() {
                Some("AWS::LanguageExtensions") => self.language_extensions = true,
                Some("AWS::Serverless-2016-10-31") => self.serverless = true,
                // It adds resources of kinds that no user pool depends on.
                Some("AWS::CodeDeployBlueGreen") => {}
                Some(name) => self.hidden.push(format!("the macro `{name}` may add resources").into()),
                None => self.hidden.push("a macro may add resources".into()),
            }
        }
    }

    fn read_resource(&mut self, field: Field, diagnostics: &mut Vec<Diagnostic>) {
        if field.name.starts_with("Fn::ForEach::") {
            self.hidden.push(format!("`{}` may add resources", field.name).into());
            return;
        }
        if field.name.starts_with("Fn::") {
            self.hidden.push("a macro may add resources".into());
            return;
        }
        let type_name = self.field(field.value, "Type").and_then(|node| self.scalar(node));
        match type_name {
            Some(type_name) => {
                self.resources.insert(field.name, Declared { key: field.key, node: field.value, type_name });
            }
            None if self.tree.is_cut(field.value) => {}
            None => {
                let message = format!("the resource `{}` has no `Type`", field.name);
                diagnostics.push(Diagnostic { span: self.span(field.key), message, fatal: false });
                self.hidden.push(format!("`{}` has no type", field.name).into());
            }
        }
    }

    fn parameter(&self, field: &Field) -> Parameter {
        let literal = |node: NodeId| Some((self.scalar(node)?, self.span(node)));
        let text = |key: &str| self.field(field.value, key).and_then(|node| self.scalar(node));
        let allowed = self.field(field.value, "AllowedValues").map(|node| self.tree.items(node).to_vec());
        Parameter {
            type_name: text("Type").unwrap_or_else(|| "String".into()),
            span: self.span(field.key),
            default: self.field(field.value, "Default").and_then(literal),
            allowed: allowed.unwrap_or_default().into_iter().filter_map(literal).collect(),
            no_echo: text("NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true")),
            non_empty: text("MinLength").and_then(|text| text.parse::<u64>().ok()).is_some_and(|length| length > 0),
        }
    }

    /// The entries of a top-level section.
    pub(super) fn section(&self, name: &str) -> Vec<Field> {
        self.field(self.root, name).map(|section| self.fields(section)).unwrap_or_default()
    }

    /// The node of a top-level section.
    pub(super) fn section_node(&self, name: &str) -> Option<NodeId> {
        self.field(self.root, name)
    }

    /// A value of `Mappings`.
    pub(super) fn mapped(&self, mapping: &str, top: &str, second: &str) -> Option<NodeId> {
        self.field(self.field(self.mapping(mapping)?, top)?, second)
    }

    /// A mapping of `Mappings`.
    pub(super) fn mapping(&self, name: &str) -> Option<NodeId> {
        self.field(self.field(self.root, "Mappings")?, name)
    }

    /// The value under a key, merge keys applied.
    pub(super) fn field(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let entries = self.tree.entries(id);
        let direct = entries.iter().rev().find(|(key, _)| self.tree.str(*key).is_some_and(|key| &**key == name));
        if let Some((_, value)) = direct {
            return Some(*value);
        }
        let plain =
            |key: &NodeId| matches!(self.tree.node(*key).kind, NodeKind::String(_)) && !self.tree.is_merge_key(*key);
        if entries.iter().all(|(key, _)| plain(key)) {
            return None;
        }
        self.fields(id).into_iter().find(|field| &*field.name == name).map(|field| field.value)
    }

    /// The entries of a mapping: aliases followed, merge keys applied, of equal keys the last. A key's own entry wins over
    /// a merged one, an earlier merged mapping over a later one.
    pub(super) fn fields(&self, id: NodeId) -> Vec<Field> {
        let entries = self.tree.entries(id);
        if !entries.iter().any(|(key, _)| self.tree.is_merge_key(*key)) {
            return self.own_fields(entries).into_values().collect();
        }
        let mut found: IndexMap<Arc<str>, Field> = IndexMap::new();
        // Merging a mapping twice changes nothing, so that a visited set bounds chains of merges.
        let mut visited = BTreeSet::new();
        let mut waiting = vec![id];
        while let Some(next) = waiting.pop() {
            let mapping = self.tree.resolve(next);
            if !visited.insert(mapping) {
                continue;
            }
            let mut merged = Vec::new();
            let (merging, own): (Vec<_>, Vec<_>) =
                self.tree.entries(mapping).iter().copied().partition(|(key, _)| self.tree.is_merge_key(*key));
            for (_, value) in merging {
                match self.tree.items(value) {
                    [] => merged.push(value),
                    items => merged.extend(items),
                }
            }
            for (name, field) in self.own_fields(&own) {
                found.entry(name).or_insert(field);
            }
            waiting.extend(merged.into_iter().rev());
        }
        found.into_values().collect()
    }

    /// The entries without merge keys, of equal keys the last in the place of the first.
    fn own_fields(&self, entries: &[(NodeId, NodeId)]) -> IndexMap<Arc<str>, Field> {
        let mut own = IndexMap::with_capacity(entries.len());
        for (key, value) in entries {
            if let Some(name) = self.key_text(*key) {
                own.insert(name.clone(), Field { name, key: *key, value: *value });
            }
        }
        own
    }

    /// True when an error may hide entries or elements of a collection.
    pub(super) fn is_cut(&self, id: NodeId) -> bool {
        self.tree.is_cut(id)
    }

    /// The text of a scalar, as CloudFormation turns scalars into strings.
    pub(super) fn scalar(&self, id: NodeId) -> Option<Arc<str>> {
        match &self.tree.node(self.tree.resolve(id)).kind {
            NodeKind::String(text) => Some(text.clone()),
            NodeKind::Number(number) => Some(number.text().into()),
            NodeKind::Bool(value) => Some(if *value { "true".into() } else { "false".into() }),
            _ => None,
        }
    }

    fn key_text(&self, id: NodeId) -> Option<Arc<str>> {
        match &self.tree.node(self.tree.resolve(id)).kind {
            NodeKind::Null => Some("null".into()),
            _ => self.scalar(id),
        }
    }

    /// Where a node is written.
    pub(super) fn span(&self, id: NodeId) -> Span {
        self.tree.node(id).span
    }

    /// The call that a node is; an object with a function's name among several keys is none.
    pub(super) fn call(&self, id: NodeId) -> Option<Call> {
        let node = self.tree.node(id);
        if let Some(tag) = &node.tag {
            let name = tag.name.strip_prefix('!').filter(|name| !name.starts_with(['!', '<']) && !name.is_empty())?;
            let name = match name {
                "Ref" | "Condition" => name.into(),
                name => format!("Fn::{name}").into(),
            };
            return Some(Call { name, argument: id, short: true });
        }
        self.call_without_tag(id)
    }

    /// The call that a node is in the long form, its tag aside.
    pub(super) fn call_without_tag(&self, id: NodeId) -> Option<Call> {
        let [(key, value)] = self.tree.entries(id) else { return None };
        let name = self.tree.str(*key)?;
        let is_function = &**name == "Ref" || (name.starts_with("Fn::") && !name.starts_with("Fn::ForEach::"));
        is_function.then(|| Call { name: name.clone(), argument: *value, short: false })
    }

    /// Where the source has the range `start..end` (bytes) of a string node's text.
    pub(super) fn places(&self, id: NodeId, text: &str) -> impl Fn(usize, usize) -> Span + use<> {
        let span = self.span(id);
        let text_of_file = self.texts.get(&span.file);
        let raw = text_of_file.and_then(|text| text.get(span.range())).unwrap_or_default();
        let offsets = align(text, raw);
        move |start, end| match offsets.as_ref().map(|offsets| (offsets.get(start), offsets.get(end))) {
            Some((Some(from), Some(to))) => span.part(*from, *to),
            _ => span,
        }
    }

    fn find_compared(&self) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
        let mut compared: BTreeMap<Arc<str>, IndexSet<Arc<str>>> = BTreeMap::new();
        for id in self.tree.ids() {
            let Some(call) = self.call(id) else { continue };
            for (name, literals) in self.comparisons(&call) {
                let known = compared.entry(name).or_default();
                known.extend(literals.into_iter().take((MOST_CLASSES + 1).saturating_sub(known.len())));
            }
        }
        compared.into_iter().map(|(name, literals)| (name, literals.into_iter().collect())).collect()
    }

    fn comparisons(&self, call: &Call) -> Vec<(Arc<str>, Vec<Arc<str>>)> {
        let literals = |ids: &[NodeId]| ids.iter().filter_map(|id| self.scalar(*id)).collect::<Vec<_>>();
        match (&*call.name, self.tree.items(call.argument)) {
            ("Fn::Equals", [left, right]) => match (self.referred(*left), self.referred(*right)) {
                (Some(name), None) => vec![(name, literals(&[*right]))],
                (None, Some(name)) => vec![(name, literals(&[*left]))],
                _ => Vec::new(),
            },
            ("Fn::Contains", [list, item]) => match self.referred(*item) {
                Some(name) => vec![(name, literals(self.tree.items(*list)))],
                None => Vec::new(),
            },
            ("Fn::FindInMap", [mapping, top, second, ..]) => self.mapping_keys(*mapping, *top, *second),
            _ => Vec::new(),
        }
    }

    fn mapping_keys(&self, mapping: NodeId, top: NodeId, second: NodeId) -> Vec<(Arc<str>, Vec<Arc<str>>)> {
        let Some(mapping) = self.scalar(mapping).and_then(|name| self.mapping(&name)) else { return Vec::new() };
        let names = |id: NodeId| self.fields(id).into_iter().map(|field| field.name).collect::<Vec<_>>();
        let mut found = Vec::new();
        if let Some(name) = self.referred(top) {
            found.push((name, names(mapping)));
        }
        if let Some(name) = self.referred(second) {
            // The keys under one top key stand for all: mappings are tables.
            let row = match self.scalar(top).filter(|_| self.call(top).is_none()) {
                Some(top) => self.field(mapping, &top),
                None => self.fields(mapping).first().map(|field| field.value),
            };
            found.push((name, row.map(names).unwrap_or_default()));
        }
        found
    }

    /// The strings anywhere under a node; at most `most` nodes are looked at.
    pub(super) fn strings_below(&self, id: NodeId, most: usize) -> Vec<&Arc<str>> {
        let mut found = Vec::new();
        let mut waiting = vec![id];
        for _ in 0..most {
            let Some(next) = waiting.pop() else { break };
            found.extend(self.tree.str(next));
            waiting.extend(self.tree.items(next).iter().rev());
            waiting.extend(self.tree.entries(next).iter().rev().map(|(_, value)| *value));
        }
        found
    }

    /// The name that a `Ref`, or a `Fn::Sub` of nothing else, refers to.
    fn referred(&self, id: NodeId) -> Option<Arc<str>> {
        let call = self.call(id)?;
        let text = self.tree.str(call.argument)?;
        match &*call.name {
            "Ref" => Some(text.clone()),
            "Fn::Sub" => text.strip_prefix("${")?.strip_suffix('}').filter(|name| !name.contains('$')).map(Arc::from),
            _ => None,
        }
    }
}

/// A template has resources with types such as `AWS::SNS::Topic`, or says itself that it is one.
fn is_template(tree: &Tree, root: NodeId, text: &str) -> bool {
    let Some((_, resources)) = tree.get(root, "Resources") else { return false };
    if !matches!(tree.node(tree.resolve(resources)).kind, NodeKind::Mapping(_) | NodeKind::Null) {
        return false;
    }
    let says_so = ["AWSTemplateFormatVersion", "Transform"].iter().any(|key| tree.get(root, key).is_some());
    let has_type = |(key, resource): &(NodeId, NodeId)| {
        let type_name = tree.get(*resource, "Type").and_then(|(_, name)| tree.str(name));
        let is_loop = tree.str(*key).is_some_and(|key| key.starts_with("Fn::"));
        is_loop || type_name.is_some_and(|name| name.contains("::"))
    };
    let is_broken_one = || tree.is_cut(resources) && text.contains("AWS::");
    says_so || tree.entries(resources).iter().any(has_type) || is_broken_one()
}

fn diagnostic(error: &SyntaxError, fatal: bool) -> Diagnostic {
    Diagnostic { span: error.span, message: error.message.clone(), fatal }
}

/// So many repeated keys of a file are told.
const MOST_REPEATED_KEYS: usize = 100;

fn repeated_keys(tree: &Tree) -> Vec<Diagnostic> {
    let repeated = tree.duplicates();
    let more = repeated.len().saturating_sub(MOST_REPEATED_KEYS);
    let told = repeated.into_iter().take(MOST_REPEATED_KEYS).enumerate().map(|(number, (_, again))| {
        let name = tree.str(again).map_or("", |name| name);
        let mut message = format!("the key `{name}` occurs more than once; the last one counts");
        if more > 0 && number + 1 == MOST_REPEATED_KEYS {
            message.push_str(&format!("; and so do {more} more"));
        }
        Diagnostic { span: tree.node(again).span, message, fatal: false }
    });
    told.collect()
}
