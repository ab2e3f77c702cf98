//! Terraform and OpenTofu modules.
//!
//! Every root module is a scope. [`module`] holds a folder's blocks as written, [`resolver`] works out what names mean, and
//! [`resources`] writes the result into the model.

mod attributes;
mod blocks;
mod calls;
mod discover;
pub mod expr;
mod functions;
mod json;
mod module;
mod nesting;
mod plan;
mod policy_document;
mod providers;
mod repetition;
mod resolver;
mod resources;
mod state;
#[cfg(test)]
mod tests;
mod variables;

use super::{Assignment, Diagnostic, Dialect, Given, Input, InputKind, Model, Schema, Scope};
use crate::source::{Loader, Span, parent};
use crate::value::ScopeId;
use discover::{Modules, Roots};
pub(super) use discover::{called_by_text, installed, texts_of_module};
use resolver::Resolver;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads the modules among the inputs: adds a scope for every root module, and the resources of it and of the modules that it
/// calls. What does not parse is a diagnostic; what is not known is an unknown.
///
/// `left` are the inputs that cannot matter: of them only those root modules are read whose state others read.
pub fn read(
    inputs: &[Input],
    left: &[Input],
    loader: &mut Loader<'_>,
    schema: &dyn Schema,
    given: &Given,
    model: &mut Model,
) {
    let mut modules = Modules::leaving(left);
    let roots = modules.roots(inputs, loader);
    modules.exported = given.wanted.is_none()
        || inputs.iter().any(|input| matches!(input.kind, InputKind::Template | InputKind::CdkManifest));
    let first = model.scopes.len();
    let scope = |at: usize| ScopeId(u32::try_from(first + at).unwrap_or(u32::MAX));
    modules.scopes = roots.folders.iter().enumerate().map(|(at, folder)| (folder.clone(), scope(at))).collect();
    for folder in &roots.folders {
        read_root(folder, &roots, loader, &mut modules, schema, given, model);
    }
    let mut read = 0;
    while let Some(folder) = modules.pulled.get(read).cloned() {
        read_root(&folder, &roots, loader, &mut modules, schema, given, model);
        read += 1;
    }
    say_undeclared(&roots, loader, &mut modules, given);
    for plan in inputs.iter().filter(|input| input.kind == InputKind::TerraformPlan) {
        let root = modules.scopes.get(parent(&plan.path)).copied();
        plan::read_plan(plan, root, loader, &mut modules, schema, given, model);
    }
    model.files_read += modules.files();
    model.comments.append(&mut modules.comments);
    model.diagnostics.append(&mut modules.diagnostics);
}

/// A misspelt `--var` would change nothing and look as if it did.
fn say_undeclared(roots: &Roots, loader: &mut Loader<'_>, modules: &mut Modules, given: &Given) {
    for argument in &given.variables.arguments {
        let Assignment::Variable(name, _) = argument else { continue };
        let mut declared = roots.folders.iter().map(|folder| modules.get(folder, loader));
        if !declared.any(|module| module.variables.contains_key(name.as_str())) {
            let span = Span::new(loader.add(&format!("--var {name}"), "".into()), 0, 0);
            let message = format!("no root module declares a variable {name}");
            modules.diagnostics.push(Diagnostic { span, message, fatal: false });
        }
    }
}

fn read_root(
    folder: &str,
    roots: &Roots,
    loader: &mut Loader<'_>,
    modules: &mut Modules,
    schema: &dyn Schema,
    given: &Given,
    model: &mut Model,
) {
    let scope = ScopeId(u32::try_from(model.scopes.len()).unwrap_or(u32::MAX));
    let mut resolver = Resolver::new(folder, scope, loader, modules, schema, given);
    let span = resolver.place();
    let mut openings = Vec::new();
    resolver.emit(model, &mut openings);
    let aws: Arc<str> = "aws".into();
    let entry = Scope {
        name: if folder.is_empty() { ".".into() } else { folder.into() },
        dialect: Dialect::Terraform,
        account: resolver.account(Resolver::ROOT, &aws, span),
        region: resolver.region(Resolver::ROOT, &aws, span),
        library: !roots.called.contains(folder) && resolver.is_library(),
        update: None,
        openings,
        exports: if resolver.modules.exported { resolver.outputs_of_root() } else { BTreeMap::new() },
        repeats: None,
    };
    let diagnostics = std::mem::take(&mut resolver.diagnostics);
    model.scopes.push(entry);
    for diagnostic in diagnostics {
        if !model.diagnostics.contains(&diagnostic) {
            model.diagnostics.push(diagnostic);
        }
    }
}

impl Resolver<'_, '_> {
    /// A place that stands for the whole root module: the start of its first block.
    fn place(&self) -> Span {
        let module = self.module(Self::ROOT);
        let blocks = module.resources.values().chain(module.calls.values()).chain(module.variables.values());
        let first = blocks.chain(&module.providers).chain(module.outputs.values()).map(|block| block.kind.span);
        first.min_by_key(|span| (span.file, span.start)).unwrap_or(Span::new(crate::source::FileId(0), 0, 0))
    }

    /// Variables without a value, and nothing that says that somebody runs Terraform here.
    fn is_library(&self) -> bool {
        let module = self.module(Self::ROOT);
        let mut required = module.variables.iter().filter(|(_, block)| variables::is_required(block));
        let unset = required.any(|(name, _)| !self.assigned.contains_key(name));
        unset && module.backend.is_none() && module.providers.is_empty()
    }

    pub(in crate::frontend::terraform) fn outputs_of_root(&mut self) -> BTreeMap<Arc<str>, crate::value::Value> {
        let module = self.module(Self::ROOT);
        let names: Vec<Arc<str>> = module.outputs.keys().cloned().collect();
        names.into_iter().filter_map(|name| Some((name.clone(), self.output(Self::ROOT, &name)?))).collect()
    }
}
