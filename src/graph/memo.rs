//! What was worked out for a resource in a scenario and is asked for again: every rule on a pool asks for the policies of its
//! role, and many ask the same question about them. It makes nothing but time: what is kept is what would be worked out again.

use super::{Graph, NodeId};
use crate::value::Scenario;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// So many scenarios of one resource are kept for a question, for the memory's sake.
const MOST_OF_ONE: usize = 64;
/// So much is kept for a question in all.
const MOST: usize = 8_192;

/// Whom a question is about: a resource, and another one where it is about two.
pub type About = (NodeId, Option<NodeId>);

/// An answer, and the scenario in which it was given.
type Kept = (Scenario, Arc<dyn Any + Send + Sync>);

/// The answers to one question.
#[derive(Debug, Default)]
struct Answers {
    count: usize,
    about: BTreeMap<About, Vec<Kept>>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Memo {
    kept: Mutex<BTreeMap<&'static str, Answers>>,
}

impl Answers {
    fn known(&self, about: About, scenario: &Scenario) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.about.get(&about)?.iter().find(|(known, _)| known.is(scenario)).map(|(_, answer)| answer)
    }

    fn keep(&mut self, about: About, scenario: &Scenario, answer: Arc<dyn Any + Send + Sync>) {
        let kept = self.about.entry(about).or_default();
        if self.count < MOST && kept.len() < MOST_OF_ONE {
            kept.push((scenario.clone(), answer));
            self.count += 1;
        }
    }
}

impl Graph {
    /// What `work` answers to a question in a scenario, from memory where it was asked before. `work` must answer the same to
    /// the same question; a question has one type of answers.
    pub fn remember<T: Any + Send + Sync>(
        &self,
        question: &'static str,
        about: About,
        scenario: &Scenario,
        work: impl FnOnce() -> T,
    ) -> Arc<T> {
        let memory = || self.memo.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = memory().get(question).and_then(|answers| answers.known(about, scenario)).cloned();
        if let Some(answer) = known.and_then(|answer| answer.downcast::<T>().ok()) {
            return answer;
        }
        // Not under the lock: other threads have other questions.
        let answer = Arc::new(work());
        memory().entry(question).or_default().keep(about, scenario, answer.clone());
        answer
    }
}
