//! Values that depend on conditions: operations are done once for every alternative, and alternatives whose conditions
//! contradict each other never meet.

use crate::source::Span;
use crate::value::{Data, Entry, Guard, List, MOST_ARMS, Map, Term, Unknown, Value, Variable, Why};
use std::sync::Arc;

/// A value under a condition.
pub(in crate::frontend::terraform) type Arm = (Guard, Value);

/// Both guards together; `None` when they contradict each other. Of what the first one already says nothing is added.
pub(in crate::frontend::terraform) fn conjoin(left: &Guard, right: &Guard) -> Option<Guard> {
    let (mut known, mut added) = (Vec::new(), Vec::new());
    facts(left, &mut known);
    facts(right, &mut added);
    let contradicted = |fact: &Fact<'_>| known.iter().any(|before| before.contradicts(fact));
    if added.iter().any(contradicted) {
        return None;
    }
    if matches!(right, Guard::Is(..) | Guard::Not(_)) && added.iter().all(|fact| known.contains(fact)) {
        return Some(if added.is_empty() { left.clone().and(right.clone()) } else { left.clone() });
    }
    Some(left.clone().and(right.clone()))
}

/// What a guard says of one variable: its class is, or is not, this one.
#[derive(PartialEq)]
struct Fact<'a> {
    term: &'a Term,
    classes: usize,
    class: usize,
    holds: bool,
}

impl Fact<'_> {
    fn contradicts(&self, other: &Self) -> bool {
        if self.term != other.term {
            return false;
        }
        match (self.holds, other.holds) {
            (true, true) => self.class != other.class,
            (false, false) => self.classes == 2 && self.class != other.class,
            _ => self.class == other.class,
        }
    }
}

/// The facts that hold whenever the guard does; not all of them where it has alternatives.
fn facts<'a>(guard: &'a Guard, found: &mut Vec<Fact<'a>>) {
    let fact = |variable: &'a Arc<Variable>, class: usize, holds: bool| Fact {
        term: &variable.term,
        classes: variable.classes.len(),
        class,
        holds,
    };
    match guard {
        Guard::Is(variable, class) => found.push(fact(variable, *class, true)),
        Guard::Not(inner) => {
            if let Guard::Is(variable, class) = &**inner {
                found.push(fact(variable, *class, false));
            }
        }
        Guard::All(parts) => parts.iter().for_each(|part| facts(part, found)),
        Guard::Always | Guard::Never | Guard::Any(_) => {}
    }
}

/// Every combination of the alternatives of some values that can hold together; `None` above [`MOST_ARMS`].
pub(in crate::frontend::terraform) fn combinations(sides: &[Vec<Arm>]) -> Option<Vec<(Guard, Vec<Value>)>> {
    let mut rows = vec![(Guard::Always, Vec::with_capacity(sides.len()))];
    for arms in sides {
        if let [(Guard::Always, only)] = arms.as_slice() {
            rows.iter_mut().for_each(|(_, row)| row.push(only.clone()));
            continue;
        }
        let mut next = Vec::new();
        for (guard, row) in &rows {
            for (more, arm) in arms {
                let Some(guard) = conjoin(guard, more) else { continue };
                let mut row = row.clone();
                row.push(arm.clone());
                next.push((guard, row));
            }
            if next.len() > MOST_ARMS {
                return None;
            }
        }
        rows = next;
    }
    Some(rows)
}

/// Applies a function to every combination of the alternatives of its arguments.
pub(in crate::frontend::terraform) fn distribute(
    arguments: &[Value],
    span: Span,
    function: &mut dyn FnMut(&[Value]) -> Value,
) -> Value {
    let sensitive = arguments.iter().any(|argument| argument.sensitive);
    if !arguments.iter().any(|argument| matches!(argument.data, Data::Choice(_))) {
        return function(arguments).with_sensitive(sensitive);
    }
    let sides: Vec<Vec<Arm>> = arguments.iter().map(Value::arms).collect();
    let Some(rows) = combinations(&sides) else { return too_many(arguments, span) };
    let arms = rows.into_iter().map(|(guard, row)| (guard, function(&row))).collect();
    one_of(arms, arguments, span).with_sensitive(sensitive)
}

/// The choice of some alternatives: nested choices are flattened, and where all alternatives are equal it is their value.
/// `made_of` names the value where there are too many.
pub(in crate::frontend::terraform) fn one_of(arms: Vec<Arm>, made_of: &[Value], span: Span) -> Value {
    let mut flat: Vec<Arm> = Vec::with_capacity(arms.len());
    for (guard, value) in arms {
        for (inner, value) in value.arms() {
            if let Some(guard) = conjoin(&guard, &inner) {
                flat.push((guard, value));
            }
        }
        if flat.len() > MOST_ARMS {
            return too_many(made_of, span);
        }
    }
    let equal = match flat.first() {
        Some((_, first)) => is_scalar(first) && flat.iter().all(|(_, arm)| first.same(arm).is_yes()),
        None => false,
    };
    match flat.first() {
        Some((_, first)) if equal => first.clone(),
        _ => Value::choice(flat, span),
    }
}

fn is_scalar(value: &Value) -> bool {
    matches!(value.data, Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_))
}

fn too_many(arguments: &[Value], span: Span) -> Value {
    let term = Term::call("alternatives", arguments.iter().map(Value::term));
    Value::unknown(Unknown::new(Why::Budget(format!("more than {MOST_ARMS} alternatives").into()), term), span)
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
        Term::Parameter(_, name) => format!("var.{name}"),
        Term::Pseudo(_, name) | Term::Export(name) | Term::Dynamic(name) => name.to_string(),
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
