//! Functions of values that are choices: every combination of their alternatives that can occur.

use crate::source::Span;
use crate::value::{Data, Decision, Guard, MOST_ARMS, Scenario, Value};

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

/// The combinations with their conditions. Alternatives that exclude each other are not combined.
pub(super) fn combinations(values: &[Value], most: usize) -> Option<Vec<(Guard, Vec<Value>)>> {
    let mut found = vec![(Guard::Always, Scenario::default(), Vec::with_capacity(values.len()))];
    for value in values {
        if !matches!(value.data, Data::Choice(_)) {
            for (_, _, combination) in &mut found {
                combination.push(value.clone());
            }
            continue;
        }
        let arms = value.arms();
        let mut next = Vec::with_capacity(found.len() * arms.len());
        for (guard, scenario, combination) in &found {
            for (condition, arm) in &arms {
                let Some(scenario) = assume(condition, scenario) else { continue };
                let mut combination = combination.clone();
                combination.push(arm.clone());
                next.push((guard.clone().and(condition.clone()), scenario, combination));
            }
            if next.len() > most {
                return None;
            }
        }
        found = next;
    }
    Some(found.into_iter().map(|(guard, _, combination)| (guard, combination)).collect())
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
