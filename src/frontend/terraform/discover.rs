//! From folders to modules: which files belong to a module, which folders are root modules, where a call's source lies.

use super::json;
use super::module::{Module, literal};
use crate::frontend::{Diagnostic, Input, InputKind};
use crate::source::{FileId, Loader, Span, join_path, parent};
use crate::syntax::hcl::{self, Body, Parsed};
use crate::value::{ScopeId, Value};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The modules of a run, each folder read at most once.
#[derive(Default)]
pub(super) struct Modules {
    read: BTreeMap<String, Arc<Module>>,
    /// What is wrong with their files.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The comments in their files.
    pub(super) comments: Vec<Span>,
    /// The variable files of root modules that were read.
    pub(super) variable_files: BTreeSet<String>,
    /// The steps that all evaluations of the run took.
    pub(super) steps: usize,
    given_files: BTreeMap<String, FileId>,
    /// Somebody may ask for the outputs of root modules: only templates import what others export.
    pub(super) exported: bool,
    /// Whether the model holds properties of resources in a folder, as far as that was asked.
    pub(super) read_in: BTreeMap<Arc<str>, bool>,
    /// The folders of the run's modules that were left because nothing in them can matter: a state that lies in one of them
    /// may be read all the same.
    pub(super) left: BTreeSet<String>,
    /// Of those, the ones whose state was read: root modules that matter after all.
    pub(super) pulled: Vec<String>,
    /// The scopes of the root modules, by their folders.
    pub(super) scopes: BTreeMap<String, ScopeId>,
    /// The outputs of root modules whose state others read; `None` while they are being worked out.
    pub(super) states: BTreeMap<String, Option<Value>>,
}

/// The folders of a run in which somebody runs Terraform, in the order of their paths.
pub(super) struct Roots {
    /// Their folders.
    pub(super) folders: Vec<String>,
    /// All folders that a module call of the run names.
    pub(super) called: BTreeSet<String>,
}

impl Modules {
    /// No module read yet; these inputs are left.
    pub(super) fn leaving(left: &[Input]) -> Self {
        let of_modules = |input: &&Input| matches!(input.kind, InputKind::Terraform | InputKind::TerraformJson);
        let left = left.iter().filter(of_modules).map(|input| parent(&input.path).to_owned()).collect();
        Self { left, ..Self::default() }
    }

    /// The scope of a root module whose state is read; a root module that was left is one of the run from now on.
    pub(super) fn pull(&mut self, folder: &str) -> Option<ScopeId> {
        if let Some(scope) = self.scopes.get(folder) {
            return Some(*scope);
        }
        let last = self.scopes.values().max()?;
        let scope = ScopeId(last.0.saturating_add(1));
        self.left.remove(folder).then(|| {
            self.scopes.insert(folder.to_owned(), scope);
            self.pulled.push(folder.to_owned());
            scope
        })
    }

    /// The module in a folder, read from disk the first time.
    pub(super) fn get(&mut self, folder: &str, loader: &mut Loader<'_>) -> Arc<Module> {
        if let Some(module) = self.read.get(folder) {
            return module.clone();
        }
        let mut module = Module { folder: folder.into(), ..Module::default() };
        let (overrides, ordinary): (Vec<_>, Vec<_>) =
            module_files(&loader.files().list(folder)).into_iter().partition(|name| is_override(name));
        for name in ordinary {
            let body = self.file(&path_in(folder, &name), &mut module, loader);
            module.add(body);
        }
        for name in overrides {
            let body = self.file(&path_in(folder, &name), &mut module, loader);
            module.merge(body);
        }
        let module = Arc::new(module);
        self.read.insert(folder.to_owned(), module.clone());
        module
    }

    fn file(&mut self, path: &str, module: &mut Module, loader: &mut Loader<'_>) -> Body {
        module.files += 1;
        let file = match loader.load(path) {
            Ok(file) => file,
            Err(error) => {
                let file = loader.insert(path, Arc::from(""));
                let span = Span::new(file, 0, 0);
                self.diagnostics.push(Diagnostic { span, message: error.to_string(), fatal: true });
                module.lost.push(span);
                return Body::default();
            }
        };
        let parsed = parse(path, file, &loader.text(file));
        self.comments.extend(parsed.comments.iter().map(|comment| comment.span));
        if parsed.lost.is_empty() && !parsed.errors.is_empty() {
            module.lost.extend(parsed.errors.iter().map(|error| error.span));
        }
        let errors = parsed.errors.into_iter();
        self.diagnostics.extend(errors.map(|error| Diagnostic {
            span: error.span,
            message: error.message,
            fatal: true,
        }));
        module.lost.extend(parsed.lost);
        parsed.body
    }

    /// The number of files read so far.
    pub(super) fn files(&self) -> usize {
        self.read.values().map(|module| module.files).sum::<usize>() + self.variable_files.len()
    }

    /// The file of a `--var-file`, the same one for every root module.
    pub(super) fn given_file(&mut self, path: &str, text: &Arc<str>, loader: &mut Loader<'_>) -> FileId {
        *self.given_files.entry(path.to_owned()).or_insert_with(|| loader.add(path, text.clone()))
    }

    /// The root modules among the folders of the inputs: folders that no other module calls, or that configure a backend or a
    /// provider. Of modules that only call each other, the first one counts as root.
    pub(super) fn roots(&mut self, inputs: &[Input], loader: &mut Loader<'_>) -> Roots {
        let of_terraform = |input: &&Input| matches!(input.kind, InputKind::Terraform | InputKind::TerraformJson);
        let candidates: BTreeSet<String> = inputs
            .iter()
            .filter(of_terraform)
            .map(|input| parent(&input.path).to_owned())
            .filter(|folder| !folder.split('/').any(|part| part == ".terraform"))
            .collect();
        let mut calls: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for folder in &candidates {
            calls.insert(folder, called_by(&self.get(folder, loader)));
        }
        let called: BTreeSet<String> = calls.values().flatten().cloned().collect();
        let mut is_root = |modules: &mut Self, folder: &str| {
            let module = modules.get(folder, loader);
            !called.contains(folder) || module.backend.is_some() || !module.providers.is_empty()
        };
        let mut folders: BTreeSet<&str> = candidates.iter().map(String::as_str).collect();
        folders.retain(|folder| is_root(self, folder));
        let mut reached = BTreeSet::new();
        folders.iter().for_each(|root| reach(root, &calls, &mut reached));
        for folder in &candidates {
            if !reached.contains(folder.as_str()) {
                folders.insert(folder);
                reach(folder, &calls, &mut reached);
            }
        }
        Roots { folders: folders.into_iter().map(str::to_owned).collect(), called }
    }
}

/// Adds a folder and all folders that it calls, directly or not.
fn reach<'f>(root: &'f str, calls: &'f BTreeMap<&str, BTreeSet<String>>, reached: &mut BTreeSet<&'f str>) {
    let mut open = vec![root];
    while let Some(folder) = open.pop() {
        if reached.insert(folder) {
            open.extend(calls.get(folder).into_iter().flatten().map(String::as_str));
        }
    }
}

/// The folders of the local sources that a module's calls name; never its own.
fn called_by(module: &Module) -> BTreeSet<String> {
    let sources = module.calls.values().filter_map(|call| literal(call, "source"));
    let folders = sources.filter_map(|source| local_folder(&module.folder, &source));
    folders.filter(|folder| **folder != *module.folder).collect()
}

/// The folder that a local source (`./x`, `../x`) names; `None` for a source that is not local or leads out of the project.
pub(super) fn local_folder(from: &str, source: &str) -> Option<String> {
    let local = matches!(source, "." | "..") || source.starts_with("./") || source.starts_with("../");
    if local { join_path(from, source) } else { None }
}

/// Reads a file in the syntax that its name says.
pub(super) fn parse(path: &str, file: FileId, text: &str) -> Parsed {
    match path {
        path if path.ends_with(".tfvars.json") => json::parse_values(file, text),
        path if path.ends_with(".json") => json::parse_configuration(file, text),
        _ => hcl::parse(file, text),
    }
}

/// The texts of the files of the module in a folder.
pub(in crate::frontend) fn texts_of_module(folder: &str, loader: &mut Loader<'_>) -> Vec<Arc<str>> {
    let files = module_files(&loader.files().list(folder));
    let files: Vec<FileId> = files.iter().filter_map(|name| loader.load(&path_in(folder, name)).ok()).collect();
    files.into_iter().map(|file| loader.text(file)).collect()
}

/// The folders that a file's text may call modules of: those that any string in it names as a local source does.
pub(in crate::frontend) fn called_by_text(folder: &str, text: &str) -> BTreeSet<String> {
    let after_quotes = memchr::memmem::find_iter(text.as_bytes(), b"\".").filter_map(|at| text.get(at + 1..));
    let named = after_quotes.filter_map(|rest| local_folder(folder, rest.split(['"', '\n']).next()?));
    named.filter(|named| named != folder).collect()
}

/// A path of a file in a folder.
pub(super) fn path_in(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The configuration files among the entries of a folder. `x.tofu` hides `x.tf`, as OpenTofu reads them.
fn module_files(entries: &[String]) -> Vec<String> {
    let ignored = |name: &str| name.starts_with('.') || name.ends_with('~') || name.starts_with('#');
    let kept = entries.iter().filter(|name| !ignored(name));
    let tofu_twin = |name: &str| match name.strip_suffix(".json") {
        Some(name) => name.strip_suffix(".tf").map(|stem| format!("{stem}.tofu.json")),
        None => name.strip_suffix(".tf").map(|stem| format!("{stem}.tofu")),
    };
    let is_config = |name: &str| [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|end| name.ends_with(end));
    let mut files: Vec<String> = kept
        .filter(|name| is_config(name))
        .filter(|name| tofu_twin(name).is_none_or(|twin| !entries.contains(&twin)))
        .cloned()
        .collect();
    files.sort();
    files
}

/// `override.tf`, `x_override.tf`, and the same for the other endings.
fn is_override(name: &str) -> bool {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let stem = stem.strip_suffix(".tf").or_else(|| stem.strip_suffix(".tofu")).unwrap_or(stem);
    stem == "override" || stem.ends_with("_override")
}

/// The files that give a root module's variables their values, the weakest first.
pub(super) fn variable_files(entries: &[String]) -> Vec<String> {
    let named = ["terraform.tfvars", "terraform.tfvars.json"].into_iter().map(str::to_owned);
    let mut automatic: Vec<String> = entries
        .iter()
        .filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"))
        .cloned()
        .collect();
    automatic.sort();
    named.filter(|name| entries.contains(name)).chain(automatic).collect()
}

/// `.terraform/modules/modules.json`: where `terraform init` put the modules that calls name.
#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "Modules")]
    modules: Vec<Installed>,
}

#[derive(Deserialize)]
struct Installed {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Dir")]
    folder: String,
}

/// The folders of the modules that are installed below a root module, by the dotted path of their calls.
pub(in crate::frontend) fn installed(root: &str, loader: &Loader<'_>) -> BTreeMap<String, String> {
    let path = path_in(root, ".terraform/modules/modules.json");
    let manifest = loader.files().read(&path).ok().and_then(|text| serde_json::from_str::<Manifest>(&text).ok());
    let modules = manifest.map(|manifest| manifest.modules).unwrap_or_default();
    modules.into_iter().filter_map(|module| Some((module.key, join_path(root, &module.folder)?))).collect()
}
