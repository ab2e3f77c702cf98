//! `terraform_remote_state`: the outputs of another root module of the run, where its state is certainly the one that is read.
//!
//! What is read is what was applied last; like an export of another stack, it is taken for what the input says.

use super::attributes::Declared;
use super::discover::texts_of_module;
use super::module::{Module, literal};
use super::resolver::{Resolver, collected};
use crate::source::{Loader, Span, join_path, parent};
use crate::syntax::hcl::Block;
use crate::value::{Collection, Data, Entry, Map, Value, Why};
use std::sync::Arc;

/// The file in which a root module without a backend keeps its state.
const STATE_FILE: &str = "terraform.tfstate";

impl Resolver<'_, '_> {
    /// The outputs of the root module whose state a data source reads; `None` when the input does not say which one that is.
    pub(super) fn remote_outputs(&mut self, of: &Declared, block: &Block, span: Span) -> Option<Value> {
        let folder = self.remote_root(of, block)?;
        let scope = self.modules.pull(&folder)?;
        match self.modules.states.get(&folder) {
            Some(Some(known)) => return Some(known.clone()),
            // Two root modules that read each other's state.
            Some(None) => return Some(Value::opaque(Why::Cycle(format!("the state of {folder}").into()), span)),
            None => {}
        }
        self.modules.states.insert(folder.clone(), None);
        let mut other = Resolver::new(&folder, scope, self.loader, self.modules, self.schema, self.given);
        // One stack for both.
        other.depth = self.depth;
        let outputs = other.outputs_of_root();
        let mut map = Map::default();
        for (name, value) in outputs {
            map.entries.insert(name, Entry { key_span: value.span, value });
        }
        let value = collected(Value::new(Data::Map(Arc::new(map)), span), Collection::Object);
        self.modules.states.insert(folder, Some(value.clone()));
        Some(value)
    }

    /// The folder of that root module: the one whose state lies in the local file, or under the key of the bucket.
    fn remote_root(&mut self, of: &Declared, block: &Block) -> Option<String> {
        let written = |this: &mut Self, name: &str| this.property(of, block, &name.into());
        let backend = written(self, "backend");
        let config = written(self, "config");
        let workspace = written(self, "workspace");
        let in_default = workspace.is_absent() || workspace.as_str() == Some("default");
        if !in_default || config.as_map().is_none_or(|config| config.rest.is_some()) {
            return None;
        }
        let own = self.root_folder();
        let folders: Vec<String> = self.modules.scopes.keys().filter(|folder| ***folder != *own).cloned().collect();
        let left: Vec<String> = self.modules.left.iter().cloned().collect();
        let left = left.into_iter().filter(|folder| may_keep(&own, &config, folder, self.loader));
        let mut keeping = Vec::new();
        for folder in folders.into_iter().chain(left.collect::<Vec<_>>()) {
            let module = self.modules.get(&folder, self.loader);
            let same = match backend.as_str()? {
                "local" => is_local_state(&own, &config, &folder, &module),
                "s3" => is_state_in_bucket(&config, &module),
                _ => false,
            };
            keeping.extend(same.then_some(folder));
        }
        // Two folders with one state: nobody knows which of them was applied.
        if keeping.len() == 1 { keeping.pop() } else { None }
    }
}

/// False for a module that certainly does not say that it keeps its state there: the words that it would have to say do not
/// stand in it.
fn may_keep(own: &str, config: &Value, folder: &str, loader: &mut Loader<'_>) -> bool {
    let local = config.get("path").as_str().and_then(|path| join_path(own, path));
    if local.is_some_and(|path| parent(&path) == folder) {
        return true;
    }
    let config = [config.get("key"), config.get("path")];
    let words = config.iter().filter_map(|value| value.as_str()).filter_map(|path| path.rsplit('/').next());
    let words: Vec<&str> = words.collect();
    texts_of_module(folder, loader)
        .iter()
        .any(|text| text.contains("backend") && words.iter().any(|word| text.contains(word)))
}

fn is_local_state(own: &str, config: &Value, folder: &str, module: &Module) -> bool {
    let path = config.get("path");
    let read = path.as_str().and_then(|path| join_path(own, path));
    let file = match &module.backend {
        None => Some(STATE_FILE.into()),
        Some(backend) if kind(backend) == Some("local") => literal(backend, "path"),
        Some(_) => None,
    };
    let kept = file.and_then(|file| join_path(folder, &file));
    read.is_some() && read == kept
}

/// <https://developer.hashicorp.com/terraform/language/backend/s3>: bucket and key name the state; the Region only says where
/// the bucket is, and bucket names are unique in a partition.
fn is_state_in_bucket(config: &Value, module: &Module) -> bool {
    let Some(backend) = module.backend.as_ref().filter(|backend| kind(backend) == Some("s3")) else { return false };
    ["bucket", "key"].iter().all(|name| {
        let read = config.get(name);
        read.as_str().is_some() && read.as_str() == literal(backend, name).as_deref()
    })
}

fn kind(backend: &Block) -> Option<&str> {
    backend.labels.first().map(|label| &*label.text)
}
