//! CDK cloud assemblies: `manifest.json` says which templates are stacks, under which name, where they are deployed.
//!
//! The format's version is not looked at: only fields that every version has are read.

use super::construct::{self, Origins, Sources};
use super::parameters::{ACCOUNT, REGION, STACK_NAME};
use super::stack::Deployment;
use crate::frontend::{Diagnostic, Input, InputKind, Resource};
use crate::source::{FileId, Loader, Span, join_path, parent};
use crate::syntax::json;
use crate::syntax::tree::{NodeId, Tree};
use crate::value::{Data, ScopeId, Term, Unknown, Value, Why};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A cloud assembly: the stacks and assets of one manifest.
pub(super) struct Assembly {
    folder: String,
    stacks: Vec<(Arc<str>, Deployment)>,
    /// Templates of nested stacks by the hash of the asset.
    assets: BTreeMap<Arc<str>, Arc<str>>,
    /// Where the resources of its templates come from.
    pub(super) origins: Origins,
}

impl Assembly {
    /// The stacks: the path of the template, and how it is deployed.
    pub(super) fn stacks(&self) -> impl Iterator<Item = (Arc<str>, Deployment)> {
        self.stacks.iter().cloned()
    }

    /// The templates of the stacks and of what they nest.
    pub(super) fn templates(&self) -> impl Iterator<Item = Arc<str>> {
        let stacks = self.stacks.iter().map(|(path, _)| path.clone());
        stacks.chain(self.assets.values().cloned())
    }

    /// True for a file that is only to be read through the manifest: an older synthesis may have left it behind, or it
    /// belongs to the program's assets.
    pub(super) fn owns(&self, path: &str) -> bool {
        let inside = match self.folder.as_str() {
            "" => Some(path),
            folder => path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
        };
        inside.is_some_and(|inside| {
            inside.starts_with("asset.") || (inside.ends_with(".template.json") && !inside.contains('/'))
        })
    }

    /// The template of the asset whose hash one of these strings holds: `/<hash>.json` at the end of a URL.
    pub(super) fn template_of_asset(&self, strings: &[&Arc<str>]) -> Option<Arc<str>> {
        let file_name =
            |text: &str| text.rsplit('/').next().and_then(|name| name.strip_suffix(".json")).map(str::to_owned);
        strings.iter().find_map(|text| self.assets.get(file_name(text)?.as_str())).cloned()
    }
}

/// Reads the manifests among the inputs and those that they name.
pub(super) fn read_assemblies(
    inputs: &[Input],
    loader: &mut Loader<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Assembly> {
    let manifests = inputs.iter().filter(|input| input.kind == InputKind::CdkManifest);
    let mut waiting: Vec<(String, FileId)> = manifests.map(|input| (input.path.to_string(), input.file)).collect();
    waiting.reverse();
    let mut seen = BTreeSet::new();
    let mut assemblies = Vec::new();
    while let Some((path, file)) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let text = loader.text(file);
        let manifest = Manifest { tree: json::parse(file, &text), folder: parent(&path).to_owned() };
        if let Some(error) = manifest.tree.errors.first() {
            diagnostics.push(Diagnostic { span: error.span, message: error.message.clone(), fatal: true });
            continue;
        }
        for folder in manifest.assemblies() {
            let path = format!("{folder}/manifest.json");
            if let Ok(file) = loader.load(&path) {
                waiting.push((path, file));
            }
        }
        assemblies.push(manifest.read(loader));
    }
    assemblies
}

struct Manifest {
    tree: Tree,
    folder: String,
}

impl Manifest {
    fn read(&self, loader: &mut Loader<'_>) -> Assembly {
        let mut assembly = Assembly {
            folder: self.folder.clone(),
            stacks: Vec::new(),
            assets: BTreeMap::new(),
            origins: self.origins(loader),
        };
        assembly
            .stacks
            .extend(self.artifacts("aws:cloudformation:stack").filter_map(|(id, node)| self.stack(id, node)));
        for (_, artifact) in self.artifacts("cdk:asset-manifest") {
            let Some(path) = self.property(artifact, "file").and_then(|name| join_path(&self.folder, name)) else {
                continue;
            };
            if let Ok(file) = loader.load(&path) {
                let assets = json::parse(file, &loader.text(file));
                assembly.assets.extend(nested_templates(&assets, &self.folder));
            }
        }
        assembly
    }

    /// The metadata of every stack, wherever this version of the CDK puts it.
    fn origins(&self, loader: &mut Loader<'_>) -> Origins {
        let mut origins = Origins::new();
        for (_, artifact) in self.artifacts("aws:cloudformation:stack") {
            let template = self.property(artifact, "templateFile").and_then(|name| join_path(&self.folder, name));
            let Some(template) = template.map(Arc::from) else { continue };
            if let Some((_, inline)) = self.tree.get(artifact, "metadata") {
                let mut sources = Sources::new(loader, &self.folder);
                construct::read(&self.tree, inline, &template, &self.folder, &mut sources, &mut origins);
            }
            let beside = self.tree.get(artifact, "additionalMetadataFile").and_then(|(_, name)| self.tree.str(name));
            let Some(path) = beside.and_then(|name| join_path(&self.folder, name)) else { continue };
            let Ok(file) = loader.load(&path) else { continue };
            let tree = json::parse(file, &loader.text(file));
            if let Some(root) = tree.documents.first() {
                let mut sources = Sources::new(loader, &self.folder);
                construct::read(&tree, *root, &template, &self.folder, &mut sources, &mut origins);
            }
        }
        origins
    }

    /// The artifacts of a type, with their ids.
    fn artifacts<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a Arc<str>, NodeId)> {
        let tree = &self.tree;
        let artifacts = tree.documents.first().and_then(|root| tree.get(*root, "artifacts"));
        let entries = artifacts.map(|(_, artifacts)| tree.entries(artifacts)).unwrap_or_default();
        let named = entries.iter().filter_map(|(id, node)| Some((tree.str(*id)?, *node)));
        named.filter(move |(_, node)| {
            tree.get(*node, "type").and_then(|(_, name)| tree.str(name)).is_some_and(|name| &**name == kind)
        })
    }

    /// The folders of the assemblies inside this one: its stages.
    fn assemblies(&self) -> Vec<String> {
        let artifacts = self.artifacts("cdk:cloud-assembly");
        let names = artifacts.filter_map(|(_, artifact)| self.property(artifact, "directoryName"));
        names.filter_map(|name| join_path(&self.folder, name)).collect()
    }

    fn property(&self, artifact: NodeId, name: &str) -> Option<&Arc<str>> {
        let (_, properties) = self.tree.get(artifact, "properties")?;
        self.tree.str(self.tree.get(properties, name)?.1)
    }

    fn stack(&self, id: &Arc<str>, artifact: NodeId) -> Option<(Arc<str>, Deployment)> {
        let tree = &self.tree;
        let path = join_path(&self.folder, self.property(artifact, "templateFile")?)?;
        let name = self.property(artifact, "stackName").unwrap_or(id).clone();
        let mut pseudo = BTreeMap::new();
        pseudo.insert(Arc::from(STACK_NAME), Value::string(name.clone(), tree.node(artifact).span));
        if let Some((_, environment)) = tree.get(artifact, "environment") {
            pseudo.extend(self.environment(environment));
        }
        let properties = tree.get(artifact, "properties").map(|(_, properties)| properties);
        let given = properties.and_then(|properties| tree.get(properties, "parameters"));
        let given = given.map(|(_, given)| tree.entries(given)).unwrap_or_default();
        let parameters = given.iter().filter_map(|(name, value)| {
            Some((tree.str(*name)?.clone(), Value::string(tree.str(*value)?.clone(), tree.node(*value).span)))
        });
        let deployment = Deployment { name, pseudo, parameters: parameters.collect(), ..Deployment::default() };
        Some((path.into(), deployment))
    }

    /// `aws://123456789012/us-east-1`; either part may be unknown.
    fn environment(&self, node: NodeId) -> Vec<(Arc<str>, Value)> {
        let span = self.tree.node(node).span;
        let text = self.tree.str(node).and_then(|text| text.strip_prefix("aws://"));
        let (account, region) = text.and_then(|text| text.split_once('/')).unwrap_or_default();
        let known = [(ACCOUNT, account), (REGION, region)].into_iter();
        let known = known.filter(|(_, text)| !text.is_empty() && !text.starts_with("unknown-"));
        known.map(|(name, text)| (Arc::from(name), Value::string(text, span))).collect()
    }
}

/// The files of an asset manifest that are templates: hash -> path.
fn nested_templates(assets: &Tree, folder: &str) -> Vec<(Arc<str>, Arc<str>)> {
    let files = assets.documents.first().and_then(|root| assets.get(*root, "files"));
    let entries = files.map(|(_, files)| assets.entries(files)).unwrap_or_default();
    let template = |(hash, file): &(NodeId, NodeId)| {
        let path = assets.str(assets.get(assets.get(*file, "source")?.1, "path")?.1)?;
        let path = join_path(folder, path).filter(|path| path.ends_with(".nested.template.json"))?;
        Some((assets.str(*hash)?.clone(), path.into()))
    };
    entries.iter().filter_map(template).collect()
}

/// What CDK's writer puts where stacks in other Regions can read it: name -> value. The names start with `/cdk/exports/`,
/// which no export's name can.
pub(super) fn cross_region_exports(resources: &[Resource], scope: ScopeId) -> BTreeMap<Arc<str>, Value> {
    let mut exports = BTreeMap::new();
    let own = resources.iter().filter(|resource| resource.id.scope == scope);
    for writer in own.filter(|resource| &*resource.type_name == "Custom::CrossRegionExportWriter") {
        let written = writer.properties.get("WriterProps").get("exports");
        for (name, entry) in written.as_map().iter().flat_map(|map| &map.entries) {
            exports.insert(name.clone(), entry.value.clone());
        }
    }
    exports
}

/// What CDK's reader gives for such a name.
pub(super) fn cross_region_import(type_name: &str, name: &str, properties: &Value, span: Span) -> Option<Value> {
    if type_name != "Custom::CrossRegionExportReader" {
        return None;
    }
    let imports = properties.get("ReaderProps").get("imports");
    let is_import = matches!(imports.get(name).data, Data::Unknown(_) | Data::String(_));
    is_import.then(|| Value::unknown(Unknown::new(Why::Import(name.into()), Term::Export(name.into())), span))
}
