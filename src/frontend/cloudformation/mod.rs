//! CloudFormation templates, SAM and CDK output.
//!
//! [`Template`] is a template as it is written, [`stack`] deploys one: parameters become choices over the classes of their
//! variables, functions are evaluated, every resource gets its properties. All templates are read and parsed first, so that
//! deploying them asks for no file.

mod amplify;
mod cdk;
mod combine;
mod conditions;
mod construct;
mod evaluate;
mod foreach;
mod given;
mod include;
mod intrinsics;
mod json_text;
mod parameters;
mod rules;
mod sam;
mod source_map;
mod stack;
mod strings;
mod template;

use super::{Diagnostic, Given, Input, InputKind, Model, Schema};
use crate::source::{FileId, Loader, join_path, parent};
use cdk::Assembly;
use construct::Origins;
use given::GivenParameters;
use include::Included;
use rayon::prelude::*;
use stack::{Deployment, Outcome, World};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use template::Template;

/// Reads the templates and assemblies among the inputs.
pub fn read(inputs: &[Input], loader: &mut Loader<'_>, schema: &dyn Schema, given: &Given, model: &mut Model) {
    let assemblies = cdk::read_assemblies(inputs, loader, &mut model.diagnostics);
    let mut library = Library::default();
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for assembly in &assemblies {
        wanted.extend(assembly.templates().map(|path| Wanted { path, file: None, assembly: Some(assembly) }));
    }
    let loose = inputs.iter().filter(|input| input.kind == InputKind::Template);
    for input in loose.filter(|input| !assemblies.iter().any(|assembly| assembly.owns(&input.path))) {
        wanted.push(Wanted { path: input.path.clone(), file: Some(input.file), assembly: None });
    }
    let order: Vec<Arc<str>> = wanted.iter().map(|wanted| wanted.path.clone()).collect();
    library.load(wanted, loader, &mut model.diagnostics);
    library.origins = assemblies.iter().flat_map(|assembly| assembly.origins.clone()).collect();

    let given_parameters = GivenParameters::read(given, loader, &mut model.diagnostics);
    let world = World::new(&library, schema, given, model.scopes.len());
    let mut outcomes = Vec::new();
    let mut done = BTreeSet::new();
    for (path, deployment) in assemblies.iter().flat_map(Assembly::stacks) {
        if let Some(template) = library.template(&path) {
            outcomes.push(stack::read(&world, template, given_parameters.apply(template, deployment)));
            done.insert(path);
        }
    }
    // Templates that no other one nests, then those that nobody reached: they nest each other, or their parent's
    // template hides how it uses them.
    let children: BTreeSet<&Arc<str>> =
        library.templates.values().flat_map(|template| template.children.values()).collect();
    let included: BTreeSet<&Arc<str>> = library.templates.values().flat_map(|template| &template.includes).collect();
    let of_their_own = order.iter().filter(|path| !included.contains(path));
    let (nested, roots): (Vec<&Arc<str>>, Vec<&Arc<str>>) = of_their_own.partition(|path| children.contains(path));
    for path in roots.into_iter().chain(nested) {
        let reached = done.contains(path) || outcomes.iter().any(|outcome: &Outcome| outcome.nested.contains(path));
        if let Some(template) = library.template(path).filter(|_| !reached) {
            let parameters = amplify::parameters(path, loader);
            let deployment = Deployment { name: path.clone(), parameters, ..Deployment::default() };
            outcomes.push(stack::read(&world, template, given_parameters.apply(template, deployment)));
            done.insert(path.clone());
        }
    }
    model.diagnostics.extend(given_parameters.unused());
    model.files_read += library.templates.len();
    let comments = library.templates.values().flat_map(|template| &template.tree.comments);
    model.comments.extend(comments.map(|comment| comment.span));
    add(outcomes, model);
}

/// Adds what the stacks hold, in the order of their scopes.
fn add(outcomes: Vec<Outcome>, model: &mut Model) {
    let mut scopes = Vec::new();
    let mut resources = Vec::new();
    let mut said = BTreeSet::new();
    for outcome in outcomes {
        scopes.extend(outcome.scopes);
        resources.extend(outcome.resources);
        said.extend(outcome.diagnostics);
        model.assumptions.extend(outcome.assumptions);
    }
    scopes.sort_by_key(|(id, _)| *id);
    resources.sort_by_key(|resource| resource.id.scope);
    model.scopes.extend(scopes.into_iter().map(|(_, scope)| scope));
    model.resources.extend(resources);
    model.diagnostics.extend(said.into_iter().map(|(span, message)| Diagnostic { span, message, fatal: false }));
}

/// A template that is to be read.
struct Wanted<'a> {
    path: Arc<str>,
    /// Its text, where it was read already.
    file: Option<FileId>,
    /// The assembly it belongs to.
    assembly: Option<&'a Assembly>,
}

/// All templates of a run, by path.
#[derive(Default)]
struct Library {
    templates: BTreeMap<Arc<str>, Template>,
    /// Where the resources of generated templates come from.
    origins: Origins,
}

impl Library {
    fn template(&self, path: &str) -> Option<&Template> {
        self.templates.get(path)
    }

    /// Reads templates and, round by round, the templates that they nest.
    fn load(&mut self, wanted: Vec<Wanted<'_>>, loader: &mut Loader<'_>, diagnostics: &mut Vec<Diagnostic>) {
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut waiting = wanted;
        while !waiting.is_empty() {
            waiting.retain(|wanted| seen.insert(wanted.path.clone()));
            let texts: Vec<_> = waiting
                .into_iter()
                .filter_map(|wanted| {
                    let file = wanted.file.or_else(|| loader.load(&wanted.path).ok())?;
                    let text = loader.text(file);
                    let included = Included::load(&wanted.path, file, &text, loader);
                    Some((wanted, file, text, included))
                })
                .collect();
            let read: Vec<_> = texts
                .into_par_iter()
                .map(|(wanted, file, text, included)| {
                    let (template, diagnostics) = Template::read(&wanted.path, file, &text, &included);
                    (wanted, template, diagnostics)
                })
                .collect();
            waiting = Vec::new();
            for (wanted, template, said) in read {
                diagnostics.extend(said);
                let Some(mut template) = template else { continue };
                template.children = children(&template, wanted.assembly, loader);
                waiting.extend(template.children.values().map(|path| Wanted {
                    path: path.clone(),
                    file: None,
                    assembly: wanted.assembly,
                }));
                self.templates.insert(wanted.path, template);
            }
        }
    }

    /// The literals that a template compares its parameters with, and those that it or a template nested in it compares
    /// pseudo parameters with: nested stacks share them.
    fn compared(&self, template: &Template) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
        let mut compared = template.compared.clone();
        let mut seen = BTreeSet::new();
        let mut waiting: VecDeque<&Arc<str>> = template.children.values().collect();
        while let Some(path) = waiting.pop_front() {
            let Some(child) = self.template(path).filter(|_| seen.insert(path)) else { continue };
            for (name, literals) in child.compared.iter().filter(|(name, _)| name.starts_with("AWS::")) {
                let known = compared.entry(name.clone()).or_default();
                known.extend(literals.iter().filter(|literal| !known.contains(literal)).cloned().collect::<Vec<_>>());
            }
            waiting.extend(child.children.values());
        }
        compared
    }
}

/// The templates of nested stacks that the project holds: by CDK's asset metadata, by a relative path, as `aws
/// cloudformation package` reads it, by the hash of an asset of the assembly, or by what Amplify calls it once it is uploaded.
fn children(template: &Template, assembly: Option<&Assembly>, loader: &mut Loader<'_>) -> BTreeMap<Arc<str>, Arc<str>> {
    let folder = parent(&template.path);
    let mut found = BTreeMap::new();
    for (logical_id, declared) in &template.resources {
        if &*declared.type_name != "AWS::CloudFormation::Stack" {
            continue;
        }
        let metadata = template.field(declared.node, "Metadata");
        let asset = metadata.and_then(|metadata| template.field(metadata, "aws:asset:path"));
        let properties = template.field(declared.node, "Properties");
        let Some(url) = properties.and_then(|properties| template.field(properties, "TemplateURL")) else { continue };
        let written = asset.or(Some(url)).and_then(|node| template.scalar(node)).filter(|path| !path.contains("://"));
        let by_path = written.and_then(|path| join_path(folder, &path)).filter(|path| loader.load(path).is_ok());
        let by_hash = || assembly?.template_of_asset(&template.strings_below(url, 64));
        let uploaded = template.scalar(url);
        let by_amplify = || Some(amplify::uploaded(folder, &uploaded?, loader)?.into());
        if let Some(path) = by_path.map(Arc::from).or_else(by_hash).or_else(by_amplify) {
            found.insert(logical_id.clone(), path);
        }
    }
    found
}

#[cfg(test)]
mod tests;
