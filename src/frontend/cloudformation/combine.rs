//! Functions of values that are choices: every combination of their alternatives that can occur.

use crate::source::Span;
use crate::value::{Decision, Guard, MOST_ARMS, Scenario, Value};

/// Applies a function to every combination of the alternatives of some values. `None` when there are more than
/// [`MOST_ARMS`] of them.
pub(super) fn combine(values: &[Value], span: Span, function: &mut dyn FnMut(&[Value]) -> Value) -> Option<Value> {
    let sensitive = values.iter().any(|value| value.sensitive);
    let mut arms = Vec::new();
    for (guard, combination) in combinations(values, MOST_ARMS)? {
        let sensitive = combination.iter().any(|value| value.sensitive);
        arms.push((guard, function(&combination).with_sensitive(sensitive)));
    }
    Some(Value::choice(arms, span).with_sensitive(sensitive))
}

/// One alternative of each value, and when they occur together.
struct Combination {
    guard: Guard,
    scenario: Scenario,
    /// The scenario says all that the guard does.
    exact: bool,
    values: Vec<Value>,
}

/// The combinations with their conditions. Alternatives that exclude each other are not combined.
pub(super) fn combinations(values: &[Value], most: usize) -> Option<Vec<(Guard, Vec<Value>)>> {
    let empty = Combination { guard: Guard::Always, scenario: Scenario::default(), exact: true, values: Vec::new() };
    let mut found = vec![empty];
    for value in values {
        let arms = value.arms();
        let mut next = Vec::with_capacity(found.len());
        for combination in found {
            combination.extend(&arms, &mut next);
            if next.len() > most {
                return None;
            }
        }
        found = next;
    }
    Some(found.into_iter().map(|combination| (combination.guard, combination.values)).collect())
}

impl Combination {
    /// Adds each alternative that can occur together with this combination.
    fn extend(mut self, arms: &[(Guard, Value)], found: &mut Vec<Self>) {
        let mut possible = Vec::new();
        for (guard, arm) in arms {
            match guard.decide(&self.scenario) {
                // A parameter that was met before: no new condition.
                Decision::Holds => {
                    self.values.push(arm.clone());
                    found.push(self);
                    return;
                }
                Decision::Fails => {}
                Decision::Open(_) => {
                    possible.extend(assume(guard, &self.scenario).map(|scenario| (guard, scenario, arm)))
                }
            }
        }
        for (condition, scenario, arm) in possible {
            let guard = self.guard.clone().and(condition.clone());
            // What the scenarios do not say may contradict what came before.
            let exact = self.exact && matches!(condition, Guard::Is(..));
            if exact || guard.may_hold(&scenario) {
                let values = self.values.iter().chain([arm]).cloned().collect();
                found.push(Self { guard, scenario, exact, values });
            }
        }
    }
}

/// The scenario in which a guard holds besides; `None` when it cannot. What cannot be said as a choice of classes is
/// left open.
fn assume(guard: &Guard, scenario: &Scenario) -> Option<Scenario> {
    match guard.decide(scenario) {
        Decision::Holds => return Some(scenario.clone()),
        Decision::Fails => return None,
        Decision::Open(_) => {}
    }
    match guard {
        Guard::Is(variable, class) => Some(scenario.with(variable.clone(), *class)),
        Guard::All(parts) => parts.iter().try_fold(scenario.clone(), |scenario, part| assume(part, &scenario)),
        Guard::Not(inner) => match inner.as_ref() {
            Guard::Is(variable, class) if variable.classes.len() == 2 => {
                Some(scenario.with(variable.clone(), 1_usize.saturating_sub(*class)))
            }
            _ => Some(scenario.clone()),
        },
        _ => Some(scenario.clone()),
    }
}
