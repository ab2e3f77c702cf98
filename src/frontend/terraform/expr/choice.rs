//! Values that depend on conditions: operations are done once for every alternative, and alternatives whose conditions
//! contradict each other never meet.

use super::Evaluator;
use crate::source::Span;
use crate::value::{Data, Entry, Guard, List, MOST_ARMS, Map, Term, Unknown, Value, Variable, Why};
use std::collections::HashMap;
use std::sync::Arc;

/// A value under a condition.
pub(in crate::frontend::terraform) type Arm = (Guard, Value);

/// Both guards together; `None` when they contradict each other. Of what the first one already says nothing is added.
pub(in crate::frontend::terraform) fn conjoin(left: &Guard, right: &Guard) -> Option<Guard> {
    match (left, right) {
        (Guard::Always, only) | (only, Guard::Always) => return Some(only.clone()),
        _ => {}
    }
    let (mut known, mut added) = (Vec::new(), Vec::new());
    facts(left, &mut |variable, class, holds| known.push(Fact::new(&variable.term, variable, class, holds)));
    facts(right, &mut |variable, class, holds| added.push(Fact::new(&variable.term, variable, class, holds)));
    both(left, &known, right, &added)
}

/// Two guards of which the facts are known, together.
fn both<V: PartialEq>(left: &Guard, known: &[Fact<V>], right: &Guard, added: &[Fact<V>]) -> Option<Guard> {
    let contradicted = |fact: &Fact<V>| known.iter().any(|before| before.contradicts(fact));
    if added.iter().any(contradicted) {
        return None;
    }
    if matches!(right, Guard::Is(..) | Guard::Not(_)) && added.iter().all(|fact| known.contains(fact)) {
        return Some(if added.is_empty() { left.clone().and(right.clone()) } else { left.clone() });
    }
    Some(left.clone().and(right.clone()))
}

/// What a guard says of one variable: its class is, or is not, this one. `V` tells variables apart.
#[derive(Clone, PartialEq)]
struct Fact<V> {
    of: V,
    classes: usize,
    class: usize,
    holds: bool,
}

impl<V: PartialEq> Fact<V> {
    fn new(of: V, variable: &Variable, class: usize, holds: bool) -> Self {
        Self { of, classes: variable.classes.len(), class, holds }
    }

    fn contradicts(&self, other: &Self) -> bool {
        if self.of != other.of {
            return false;
        }
        match (self.holds, other.holds) {
            (true, true) => self.class != other.class,
            (false, false) => self.classes == 2 && self.class != other.class,
            _ => self.class == other.class,
        }
    }
}

/// The facts that hold whenever the guard does, as variable, class and whether it is this class; not all of them where the
/// guard has alternatives.
fn facts<'g>(guard: &'g Guard, found: &mut dyn FnMut(&'g Variable, usize, bool)) {
    match guard {
        Guard::Is(variable, class) => found(variable, *class, true),
        Guard::Not(inner) => {
            if let Guard::Is(variable, class) = &**inner {
                found(variable, *class, false);
            }
        }
        Guard::All(parts) => parts.iter().for_each(|part| facts(part, found)),
        Guard::Always | Guard::Never | Guard::Any(_) => {}
    }
}

/// One of the combinations of some alternatives, while it is put together.
struct Row {
    guard: Guard,
    /// What the guard says, the variables by number.
    known: Vec<Fact<usize>>,
    /// Which alternative is taken of each value that has several.
    taken: Vec<usize>,
}

impl Row {
    /// With the alternative at a position of a further value; `None` where the two cannot hold together.
    fn with(&self, at: usize, guard: &Guard, added: &[Fact<usize>]) -> Option<Self> {
        let guard = both(&self.guard, &self.known, guard, added)?;
        let mut known = Vec::with_capacity(self.known.len() + added.len());
        if !matches!(guard, Guard::Never) {
            known.extend_from_slice(&self.known);
            for fact in added {
                if !known.contains(fact) {
                    known.push(fact.clone());
                }
            }
        }
        let mut taken = Vec::with_capacity(self.taken.len() + 1);
        taken.extend_from_slice(&self.taken);
        taken.push(at);
        Some(Self { guard, known, taken })
    }

    fn into_values(self, sides: &[Vec<Arm>]) -> (Guard, Vec<Value>) {
        let mut taken = self.taken.into_iter();
        let value = |arms: &Vec<Arm>| {
            let at = if is_certain(arms) { 0 } else { taken.next()? };
            arms.get(at).map(|(_, value)| value.clone())
        };
        (self.guard, sides.iter().filter_map(value).collect())
    }
}

/// True for the alternatives of a value that has only one.
fn is_certain(arms: &[Arm]) -> bool {
    matches!(arms, [(Guard::Always, _)])
}

/// Every combination of the alternatives of some values that can hold together; `None` above [`MOST_ARMS`].
pub(in crate::frontend::terraform) fn combinations(sides: &[Vec<Arm>]) -> Option<Vec<(Guard, Vec<Value>)>> {
    let mut numbers: HashMap<&Term, usize> = HashMap::new();
    let mut rows = vec![Row { guard: Guard::Always, known: Vec::new(), taken: Vec::new() }];
    for arms in sides.iter().filter(|arms| !is_certain(arms)) {
        let mut of_arms = Vec::with_capacity(arms.len());
        for (guard, _) in arms {
            let mut of_arm = Vec::new();
            facts(guard, &mut |variable, class, holds| {
                let next = numbers.len();
                let number = *numbers.entry(&variable.term).or_insert(next);
                of_arm.push(Fact::new(number, variable, class, holds));
            });
            of_arms.push(of_arm);
        }
        let mut next = Vec::new();
        for row in &rows {
            for (at, ((more, _), added)) in arms.iter().zip(&of_arms).enumerate() {
                next.extend(row.with(at, more, added));
            }
            if next.len() > MOST_ARMS {
                return None;
            }
        }
        rows = next;
    }
    Some(rows.into_iter().map(|row| row.into_values(sides)).collect())
}

/// Applies a function to every combination of the alternatives of its arguments. `operation` names it where the arguments
/// alone decide its result: then too many alternatives of equal arguments are an equal unknown.
pub(in crate::frontend::terraform) fn distribute<'e>(
    ev: &mut Evaluator<'e>,
    operation: Option<&str>,
    arguments: &[Value],
    span: Span,
    function: &mut dyn FnMut(&mut Evaluator<'e>, &[Value]) -> Value,
) -> Value {
    let sensitive = arguments.iter().any(|argument| argument.sensitive);
    if !arguments.iter().any(|argument| matches!(argument.data, Data::Choice(_))) {
        return function(ev, arguments).with_sensitive(sensitive);
    }
    let sides: Vec<Vec<Arm>> = arguments.iter().map(Value::arms).collect();
    let Some(rows) = combinations(&sides) else { return too_many(ev, operation, arguments, span) };
    let arms = rows.into_iter().map(|(guard, row)| (guard, function(ev, &row))).collect();
    let result = match one_of(arms, span) {
        Some(result) => result,
        None => too_many(ev, operation, arguments, span),
    };
    result.with_sensitive(sensitive)
}

/// The choice of some alternatives: nested choices are flattened, and where all alternatives are equal it is their value.
/// `None` above [`MOST_ARMS`].
pub(in crate::frontend::terraform) fn one_of(arms: Vec<Arm>, span: Span) -> Option<Value> {
    let mut flat: Vec<Arm> = Vec::with_capacity(arms.len());
    for (guard, value) in arms {
        for (inner, value) in value.arms() {
            if let Some(guard) = conjoin(&guard, &inner) {
                flat.push((guard, value));
            }
        }
        if flat.len() > MOST_ARMS {
            return None;
        }
    }
    let equal = match flat.first() {
        Some((_, first)) => is_scalar(first) && flat.iter().all(|(_, arm)| first.same(arm).is_yes()),
        None => false,
    };
    match flat.first() {
        Some((_, first)) if equal => Some(first.clone()),
        _ => Some(Value::choice(flat, span)),
    }
}

/// The unknown in the place of more than [`MOST_ARMS`] alternatives.
pub(in crate::frontend::terraform) fn too_many(
    ev: &mut Evaluator<'_>,
    operation: Option<&str>,
    arguments: &[Value],
    span: Span,
) -> Value {
    let why = Why::Budget(format!("more than {MOST_ARMS} alternatives").into());
    let Some(operation) = operation else { return ev.opaque(why, span) };
    let derived = ev.derived(operation, None, arguments, span);
    match derived.as_unknown() {
        Some(unknown) => Value::unknown(Unknown { why, ..(**unknown).clone() }, span).with_sensitive(derived.sensitive),
        None => derived,
    }
}

fn is_scalar(value: &Value) -> bool {
    matches!(value.data, Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_))
}

/// The alternatives of a value with the choices inside its lists and maps resolved too; elements that are absent in an
/// alternative are gone. `None` above [`MOST_ARMS`].
pub(in crate::frontend::terraform) fn expand(value: &Value) -> Option<Vec<Arm>> {
    if !has_choice(value) {
        return Some(vec![(Guard::Always, value.clone())]);
    }
    match &value.data {
        Data::Choice(choice) => {
            let mut arms = Vec::new();
            for (guard, arm) in &choice.arms {
                for (inner, arm) in expand(arm)? {
                    arms.extend(conjoin(guard, &inner).map(|guard| (guard, arm.with_sensitive(value.sensitive))));
                }
                if arms.len() > MOST_ARMS {
                    return None;
                }
            }
            Some(arms)
        }
        Data::List(list) => {
            let sides: Vec<Vec<Arm>> = list.items.iter().map(expand).collect::<Option<_>>()?;
            let rebuilt = |row: Vec<Value>| {
                let items = row.into_iter().filter(|item| !item.is_absent()).collect();
                Data::List(Arc::new(List { items, rest: list.rest.clone() }))
            };
            let rows = combinations(&sides)?;
            Some(rows.into_iter().map(|(guard, row)| (guard, with_data(value, rebuilt(row)))).collect())
        }
        Data::Map(map) => {
            let sides: Vec<Vec<Arm>> = map.entries.values().map(|entry| expand(&entry.value)).collect::<Option<_>>()?;
            let rebuilt = |row: Vec<Value>| {
                let entries = map.entries.iter().zip(row).filter(|(_, value)| !value.is_absent());
                let entries = entries
                    .map(|((key, entry), value)| (key.clone(), Entry { key_span: entry.key_span, value }))
                    .collect();
                Data::Map(Arc::new(Map { entries, rest: map.rest.clone() }))
            };
            let rows = combinations(&sides)?;
            Some(rows.into_iter().map(|(guard, row)| (guard, with_data(value, rebuilt(row)))).collect())
        }
        _ => Some(vec![(Guard::Always, value.clone())]),
    }
}

fn with_data(value: &Value, data: Data) -> Value {
    Value { data, ..value.clone() }
}

/// True when the value is a choice or holds one.
pub(in crate::frontend::terraform) fn has_choice(value: &Value) -> bool {
    match &value.data {
        Data::Choice(_) => true,
        Data::List(list) => list.items.iter().any(has_choice),
        Data::Map(map) => map.entries.values().any(|entry| has_choice(&entry.value)),
        _ => false,
    }
}

/// The guard "this unknown truth value is true". Negations, conjunctions and disjunctions are taken apart, so that
/// conditions made of the same questions move together.
pub(in crate::frontend::terraform) fn guard_of(term: &Term) -> Guard {
    if let Term::Call(name, arguments) = term {
        match (&**name, &**arguments) {
            ("not", [inner]) => return guard_of(inner).not(),
            ("and", [left, right]) => return guard_of(left).and(guard_of(right)),
            ("or", [left, right]) => return guard_of(left).or(guard_of(right)),
            _ => {}
        }
    }
    Guard::Is(Arc::new(Variable::question(term.clone(), describe(term, 4))), 0)
}

/// A term as a person would write it, cut off at a depth.
fn describe(term: &Term, depth: usize) -> String {
    match term {
        Term::Attribute(resource, attribute) => format!("{}.{attribute}", resource.address),
        Term::Parameter(_, name) | Term::Pseudo(_, name) | Term::Export(name) | Term::Dynamic(name) => name.to_string(),
        Term::Literal(text) => text.to_string(),
        Term::Opaque(..) => "a value".to_owned(),
        Term::Call(..) if depth == 0 => "...".to_owned(),
        Term::Call(name, arguments) => {
            let parts: Vec<String> = arguments.iter().take(4).map(|part| describe(part, depth - 1)).collect();
            match (name.as_bytes().first(), parts.as_slice()) {
                (Some(b'.'), [of]) => format!("{of}{name}"),
                (Some(first), [left, right]) if first.is_ascii_punctuation() => format!("{left} {name} {right}"),
                _ => format!("{name}({})", parts.join(", ")),
            }
        }
    }
}
