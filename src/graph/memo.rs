//! What was worked out for a resource in a scenario and is asked for again: every rule on a pool asks for the policies of its
//! role. It makes nothing but time: what is kept is what would be worked out again.

use super::{Graph, NodeId};
use crate::value::Scenario;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// So much is kept for one resource, for the memory's sake.
const MOST_OF_ONE: usize = 64;
/// So much is kept in all.
const MOST: usize = 8_192;

type Kept = (Scenario, Arc<dyn Any + Send + Sync>);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Memo {
    kept: Mutex<(usize, BTreeMap<NodeId, Vec<Kept>>)>,
}

impl Graph {
    /// What `work` gives for a resource in a scenario, from memory where it was asked before. `work` must give the same for
    /// the same resource and scenario; a resource has one kind of thing that is remembered of it.
    pub fn remember<T: Any + Send + Sync>(&self, id: NodeId, scenario: &Scenario, work: impl FnOnce() -> T) -> Arc<T> {
        let known = |kept: &BTreeMap<NodeId, Vec<Kept>>| {
            let of_node = kept.get(&id)?;
            let found = of_node.iter().find(|(known, _)| known.is(scenario))?;
            found.1.clone().downcast::<T>().ok()
        };
        let kept = &self.memo.kept;
        if let Some(found) = known(&kept.lock().unwrap_or_else(PoisonError::into_inner).1) {
            return found;
        }
        // Not under the lock: other threads have other questions.
        let result = Arc::new(work());
        let (count, kept) = &mut *kept.lock().unwrap_or_else(PoisonError::into_inner);
        let of_node = kept.entry(id).or_default();
        if *count < MOST && of_node.len() < MOST_OF_ONE {
            of_node.push((scenario.clone(), result.clone()));
            *count += 1;
        }
        result
    }
}
