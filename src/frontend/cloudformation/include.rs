//! `AWS::Include` of files of the project: before `aws cloudformation package` uploads them, templates name them by a path
//! relative to their own. What is included becomes part of the template's tree, in the place of the transform.
//!
//! A location that is no such path (`s3://...`, a function), and a file that is not there, does not parse or holds no mapping,
//! is left: what stands around it is unknown then. The same where an included key is there already.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html>

use crate::source::{FileId, Loader, join_path, parent};
use crate::syntax::parse_template;
use crate::syntax::tree::{NodeId, NodeKind, Tree};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many files are included in one template.
const MOST_FILES: usize = 100;

/// The files that a template includes, by the location that it writes.
#[derive(Default)]
pub(super) struct Included {
    files: BTreeMap<Arc<str>, (Arc<str>, FileId, Arc<str>)>,
}

impl Included {
    /// Loads the files that the text of a template at a path includes.
    pub(super) fn load(path: &str, file: FileId, text: &Arc<str>, loader: &mut Loader<'_>) -> Self {
        let mut included = Self::default();
        if !text.contains("AWS::Include") {
            return included;
        }
        let tree = parse_template(file, text);
        for location in tree.ids().filter_map(|id| location(&tree, id)).take(MOST_FILES) {
            let local = Some(&*location).filter(|location| !location.contains("://"));
            let Some(local) = local.and_then(|location| join_path(parent(path), location)) else { continue };
            if let Ok(file) = loader.load(&local) {
                let text = loader.text(file);
                included.files.insert(location, (local.into(), file, text));
            }
        }
        included
    }

    /// The paths of the files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        self.files.values().map(|(path, ..)| path)
    }

    /// The texts of the files.
    pub(super) fn texts(&self) -> impl Iterator<Item = (FileId, Arc<str>)> {
        self.files.values().map(|(_, file, text)| (*file, text.clone()))
    }

    /// Writes the files into the tree of the template whose top-level mapping is `root`.
    pub(super) fn apply(&self, tree: &mut Tree, root: NodeId) {
        if self.files.is_empty() {
            return;
        }
        let roots: BTreeMap<Arc<str>, NodeId> = self
            .files
            .iter()
            .filter_map(|(location, (_, file, text))| {
                let snippet = parse_template(*file, text);
                let document = snippet.documents.first().copied().filter(|_| snippet.errors.is_empty())?;
                // What is included may include nothing itself.
                let nests = snippet.ids().any(|id| self::location(&snippet, id).is_some());
                let is_mapping = matches!(snippet.node(document).kind, NodeKind::Mapping(_));
                (is_mapping && !nests).then(|| (location.clone(), tree.append(snippet, document)))
            })
            .collect();
        let ids: Vec<NodeId> = tree.ids().collect();
        for id in ids {
            let wanted = |id: NodeId| location(tree, id).and_then(|location| roots.get(&location)).copied();
            if let Some(snippet) = wanted(id).filter(|_| is_short(tree, id)) {
                let entries = tree.entries(snippet).to_vec();
                tree.set_entries(id, entries);
                tree.untag(id);
            } else if let Some((_, transform)) = tree.get(id, "Fn::Transform")
                && let Some(snippet) = wanted(transform)
            {
                insert(tree, id, "Fn::Transform", &[snippet]);
            } else if id == root
                && let Some((_, transform)) = tree.get(id, "Transform")
                && let Some(snippets) = all_of(tree, transform, wanted)
            {
                insert(tree, id, "Transform", &snippets);
            }
        }
    }
}

/// What the `Transform` of a template includes, if it does nothing else.
fn all_of(tree: &Tree, transform: NodeId, wanted: impl Fn(NodeId) -> Option<NodeId>) -> Option<Vec<NodeId>> {
    match &tree.node(tree.resolve(transform)).kind {
        NodeKind::Sequence(items) => items.iter().map(|item| wanted(*item)).collect(),
        _ => Some(vec![wanted(transform)?]),
    }
}

/// Puts the entries of snippets in the place of one key of a mapping; leaves all as it is where a key would be there twice.
fn insert(tree: &mut Tree, id: NodeId, key: &str, snippets: &[NodeId]) {
    let is_key = |tree: &Tree, node: NodeId| tree.str(node).is_some_and(|text| &**text == key);
    let own = tree.entries(id).iter().filter(|(name, _)| !is_key(tree, *name)).copied();
    let entries: Vec<(NodeId, NodeId)> =
        own.chain(snippets.iter().flat_map(|snippet| tree.entries(*snippet).iter().copied())).collect();
    let mut names: Vec<&Arc<str>> = entries.iter().filter_map(|(name, _)| tree.str(*name)).collect();
    names.sort();
    if names.windows(2).all(|pair| matches!(pair, [one, other] if one != other)) {
        let target = tree.resolve(id);
        tree.set_entries(target, entries);
    }
}

/// The location that `{Name: AWS::Include, Parameters: {Location: ...}}` names.
fn location(tree: &Tree, id: NodeId) -> Option<Arc<str>> {
    let (_, name) = tree.get(id, "Name")?;
    tree.str(name).filter(|name| &***name == "AWS::Include")?;
    let (_, location) = tree.get(tree.get(id, "Parameters")?.1, "Location")?;
    tree.str(location).filter(|_| tree.node(location).tag.is_none()).cloned()
}

/// `!Transform {...}`
fn is_short(tree: &Tree, id: NodeId) -> bool {
    tree.node(id).tag.as_ref().is_some_and(|tag| &*tag.name == "!Transform")
}
