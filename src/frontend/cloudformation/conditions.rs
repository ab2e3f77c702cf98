//! `Conditions`: what they say about the classes of the template's parameters.

use super::combine::combinations;
use super::stack::{Progress, Stack};
use super::template::Call;
use crate::syntax::tree::NodeId;
use crate::value::{DEEPEST_GUARD, Data, Guard, Part, Term, Tri, Unknown, Value, Variable, Why};
use std::sync::Arc;

/// More combinations than this of the two sides of a comparison, and it is a question of its own.
const MOST_COMPARISONS: usize = 1024;

/// Conditions made of conditions multiply; one with more parts than this says nothing.
const LARGEST_GUARD: usize = 10_000;

impl Stack<'_> {
    /// What a named condition says; `Err` with the reason when nothing can be said.
    pub(super) fn condition(&mut self, name: &str) -> Result<Guard, Why> {
        match self.conditions.get(name) {
            Some(Progress::Done(known)) => return known.clone(),
            Some(Progress::Running) => {
                if let Some(node) = self.template.conditions.get(name) {
                    self.say(self.template.span(*node), format!("the condition `{name}` depends on itself"));
                }
                return Err(Why::Cycle(format!("condition `{name}`").into()));
            }
            None => {}
        }
        let Some((name, node)) = self.template.conditions.get_key_value(name) else {
            return Err(Why::Undeclared(format!("condition `{name}`").into()));
        };
        self.conditions.insert(name.clone(), Progress::Running);
        let collapsed = std::mem::take(&mut self.collapse);
        let answer = self.guard(*node).and_then(|guard| match guard.fits(&mut { LARGEST_GUARD }, DEEPEST_GUARD) {
            true => Ok(guard),
            false => Err(Why::Budget("a condition of too many parts".into())),
        });
        self.collapse = collapsed;
        self.conditions.insert(name.clone(), Progress::Done(answer.clone()));
        answer
    }

    /// A named condition as a guard in any case: what nothing can be said about is a question.
    pub(super) fn presence(&mut self, name: &str) -> Guard {
        self.condition(name).unwrap_or_else(|_| {
            let term = Term::call("Condition", [Term::Pseudo(self.scope, name.into())]);
            Guard::Is(Arc::new(Variable::question(term, format!("Condition {name}"))), 0)
        })
    }

    /// What a condition function says.
    pub(super) fn guard(&mut self, id: NodeId) -> Result<Guard, Why> {
        if self.depth >= super::stack::DEEPEST {
            return Err(self.too_deep(id));
        }
        self.depth += 1;
        let answer = self.guard_inside(id);
        self.depth -= 1;
        answer
    }

    fn guard_inside(&mut self, id: NodeId) -> Result<Guard, Why> {
        let template = self.template;
        // `Condition: Name` is a function inside of conditions only: elsewhere it is a key like any other.
        if let [(key, value)] = template.tree.entries(id)
            && template.tree.str(*key).is_some_and(|key| &**key == "Condition")
        {
            let name = template.scalar(*value).ok_or_else(|| Why::Invalid("condition without a name".into()))?;
            return self.condition(&name);
        }
        let Some(call) = template.call(id) else {
            return Err(Why::Invalid("condition that is no function".into()));
        };
        let operands = template.tree.items(call.argument);
        match (&*call.name, operands) {
            ("Condition", _) => {
                let name = template.scalar(call.argument).unwrap_or_default();
                self.condition(&name)
            }
            ("Fn::And", operands) => self.all(operands, true),
            ("Fn::Or", operands) => self.all(operands, false),
            ("Fn::Not", [operand]) => Ok(self.guard(*operand)?.not()),
            ("Fn::Equals", [left, right]) => {
                let (left, right) = (self.value(*left), self.value(*right));
                Ok(self.equal(&left, &right))
            }
            ("Fn::Contains" | "Fn::EachMemberEquals" | "Fn::EachMemberIn", [list, other]) => {
                self.membership(&call.name, *list, *other)
            }
            _ => Err(unusable(&call)),
        }
    }

    /// `Fn::And` (`every`) or `Fn::Or` of some conditions.
    fn all(&mut self, operands: &[NodeId], every: bool) -> Result<Guard, Why> {
        let mut parts = Vec::with_capacity(operands.len());
        let mut failed = None;
        for operand in operands {
            match self.guard(*operand) {
                Ok(Guard::Never) if every => return Ok(Guard::Never),
                Ok(Guard::Always) if !every => return Ok(Guard::Always),
                Ok(Guard::Always | Guard::Never) => {}
                Ok(guard) => parts.push(guard),
                Err(why) => failed = Some(why),
            }
        }
        let size: usize = parts.iter().map(size).sum();
        match (failed, parts.len()) {
            (Some(why), _) => Err(why),
            _ if size > LARGEST_GUARD => Err(Why::Budget("a condition of too many parts".into())),
            (None, 0) => Ok(if every { Guard::Always } else { Guard::Never }),
            (None, 1) => Ok(parts.swap_remove(0)),
            (None, _) if every => Ok(Guard::All(parts.into())),
            (None, _) => Ok(Guard::Any(parts.into())),
        }
    }

    /// When two values are equal as strings. What cannot be decided is a question, the same one wherever the same two
    /// values are compared.
    pub(super) fn equal(&self, left: &Value, right: &Value) -> Guard {
        let Some(pairs) = combinations(&[left.clone(), right.clone()], MOST_COMPARISONS) else {
            return question(left, right);
        };
        let mut equal: Vec<Guard> = Vec::new();
        for (guard, pair) in pairs {
            let [left, right] = pair.as_slice() else { continue };
            match guard.and(self.equal_pair(&as_string(left), &as_string(right))) {
                Guard::Always => return Guard::Always,
                Guard::Never => {}
                guard => equal.push(guard),
            }
        }
        match equal.len() {
            0 => Guard::Never,
            1 => equal.swap_remove(0),
            _ => Guard::Any(equal.into()),
        }
    }

    fn equal_pair(&self, left: &Value, right: &Value) -> Guard {
        match left.same(right) {
            Tri::Yes => Guard::Always,
            Tri::No => Guard::Never,
            Tri::Unknown => {
                let compared = |unknown: &Value, known: &Value| {
                    let variable = self.variable_of(unknown.as_unknown()?)?;
                    Some(Guard::is(variable, known.as_str()?))
                };
                compared(left, right).or_else(|| compared(right, left)).unwrap_or_else(|| question(left, right))
            }
        }
    }

    /// The variable that stands for a pseudo parameter which the template compares with literals.
    pub(super) fn variable_of(&self, unknown: &Unknown) -> Option<&Arc<Variable>> {
        let Why::Pseudo(name) = &unknown.why else { return None };
        self.variables.get(name).filter(|variable| variable.term == unknown.term)
    }
}

/// The number of comparisons in a guard, each counted as often as it is looked at.
fn size(guard: &Guard) -> usize {
    match guard {
        Guard::Always | Guard::Never | Guard::Is(..) => 1,
        Guard::Not(inner) => size(inner),
        Guard::All(parts) | Guard::Any(parts) => parts.iter().map(size).sum(),
    }
}

fn unusable(call: &Call) -> Why {
    Why::Function(call.name.clone())
}

/// CloudFormation compares strings: `true` equals `"true"`.
fn as_string(value: &Value) -> Value {
    match &value.data {
        Data::Bool(_) | Data::Number(_) => match value.as_parts() {
            Some(parts) => Value::text(parts, value.span),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

/// Whether two values are equal, as a question of its own.
fn question(left: &Value, right: &Value) -> Guard {
    let mut sides = [(left.term(), described(left)), (right.term(), described(right))];
    sides.sort();
    let [(first, first_label), (second, second_label)] = sides;
    let label = format!("{first_label} == {second_label}");
    Guard::Is(Arc::new(Variable::question(Term::call("equals", [first, second]), label)), 0)
}

/// A value in few words.
fn described(value: &Value) -> String {
    match &value.data {
        Data::Unknown(unknown) => described_unknown(unknown),
        Data::Text(text) => text
            .parts()
            .iter()
            .map(|part| match part {
                Part::Literal(text, _) => text.to_string(),
                Part::Hole(unknown, _) => format!("${{{}}}", described_unknown(unknown)),
            })
            .collect(),
        _ => value.as_str().map_or_else(|| "a list or map".to_owned(), |text| format!("\"{text}\"")),
    }
}

fn described_unknown(unknown: &Unknown) -> String {
    match &unknown.term {
        Term::Parameter(_, name) | Term::Pseudo(_, name) | Term::Export(name) => name.to_string(),
        Term::Attribute(resource, attribute) => format!("{}.{attribute}", resource.address),
        _ => unknown.why.to_string(),
    }
}
