//! Methods as rules call them, and their answers as rules read them.

use super::handle::{Node, Place};
use super::methods::{Answer, AnswerField, Method};
use super::run::{Answered, End, Reason, Run};
use super::suggest;
use crate::value::Tri;
use rhai::Dynamic;
use std::sync::Arc;

/// The answer to a method's question, in a rule's hands.
#[derive(Clone, Debug)]
pub(super) struct AnswerHandle {
    run: Arc<Run>,
    method: &'static Method,
    answer: Arc<Answer>,
}

/// The names that an answer of a method answers to.
pub(super) fn field_names(method: &Method) -> impl Iterator<Item = &'static str> {
    std::iter::once("allowed").chain(method.fields.iter().map(|(name, _)| *name))
}

/// Asks the question of a name, of all `methods`, to a resource.
pub(super) fn ask(methods: &'static [Method], name: &str, node: &Node, arguments: &[Node]) -> Answered<AnswerHandle> {
    let kind = node.kind()?;
    let method = methods
        .iter()
        .find(|method| method.name == name && method.kind == kind && method.parameters.len() == arguments.len());
    let Some(method) = method else { return Err(format!("{kind} has no method `{name}`").into()) };
    for (parameter, argument) in method.parameters.iter().zip(arguments) {
        if argument.kind()? != *parameter {
            return Err(format!("`{name}` takes a {parameter}, not a {}", argument.kind()?).into());
        }
    }
    let ids: Vec<_> = arguments.iter().map(|argument| argument.id).collect();
    let (graph, scenario) = (&node.run.graph, &node.run.scenario);
    let work = || (method.run)(graph, node.id, &ids, scenario);
    let answer = match ids.as_slice() {
        [] => graph.remember(method.name, (node.id, None), scenario, work),
        [only] => graph.remember(method.name, (node.id, Some(*only)), scenario, work),
        _ => Arc::new(work()),
    };
    Ok(AnswerHandle { run: node.run.clone(), method, answer })
}

impl AnswerHandle {
    /// A field; one that is not known ends the check.
    pub(super) fn get(&mut self, name: &str) -> Answered<Dynamic> {
        if name == "allowed" {
            return self.truth(self.answer.verdict);
        }
        if !field_names(self.method).any(|known| known == name) {
            let hint = suggest::hint(name, field_names(self.method));
            return Err(format!("the answer of `{}` has no `{name}`{hint}", self.method.name).into());
        }
        match self.answer.field(name) {
            // An answer of which nothing is known has no fields; that is not their absence.
            None if self.answer.verdict.is_unknown() => self.truth(Tri::Unknown),
            None => Ok(Dynamic::UNIT),
            Some(AnswerField::Text(text)) => Ok(text.as_str().into()),
            Some(AnswerField::Place(span)) => Ok(Dynamic::from(Place::from(*span))),
            Some(AnswerField::Truth(truth)) => self.truth(*truth),
        }
    }

    fn truth(&self, truth: Tri) -> Answered<Dynamic> {
        match truth {
            Tri::Yes => Ok(true.into()),
            Tri::No => Ok(false.into()),
            Tri::Unknown => Err(self.run.stop(match &self.answer.open {
                Some(variable) => End::Open(variable.clone()),
                None => End::Undecided(Reason::new(&self.answer.because, &self.answer.class)),
            })),
        }
    }
}
