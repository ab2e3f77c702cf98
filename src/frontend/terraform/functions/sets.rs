//! Sets.

use super::super::expr::convert::{equal_elements, sorted_set};
use super::super::expr::{Type, convert};
use super::{Call, Outcome};
use crate::value::{Collection, Kind, Tri, Value};

/// A product of sets has at most so many elements.
const MOST_PRODUCT: usize = 10_000;

/// `distinct(list)`: equal elements once, in the order of their first place.
pub(super) fn distinct(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, Some(Kind::List))?;
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        match Tri::any(kept.iter().map(|before| before.same(item))) {
            Tri::Yes => {}
            Tri::No => kept.push(item.clone()),
            Tri::Unknown => return Err(call.unknown(Some(Kind::List), values)),
        }
    }
    let kept = call.list(kept, Collection::Tuple);
    Ok(convert(&kept, &Type::List(Box::new(Type::Any))))
}

/// `setunion(a, b, ...)`
pub(super) fn union(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let mut items = Vec::new();
    for at in 0..values.len() {
        items.extend(call.closed(values, at, Some(Kind::List))?.iter().cloned());
    }
    Ok(set(call, items))
}

/// `setintersection(a, b, ...)`
pub(super) fn intersection(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let mut kept = call.closed(values, 0, Some(Kind::List))?.to_vec();
    for at in 1..values.len() {
        let other = call.closed(values, at, Some(Kind::List))?;
        kept = filtered(call, &kept, other, true, values)?;
    }
    Ok(set(call, kept))
}

/// `setsubtract(a, b)`
pub(super) fn subtract(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, Some(Kind::List))?;
    let other = call.closed(values, 1, Some(Kind::List))?;
    let kept = filtered(call, items, other, false, values)?;
    Ok(set(call, kept))
}

/// The elements that the other set holds, or does not hold.
fn filtered(
    call: &mut Call<'_, '_>,
    items: &[Value],
    other: &[Value],
    held: bool,
    values: &[Value],
) -> Result<Vec<Value>, Value> {
    let mut kept = Vec::new();
    for item in items {
        match Tri::any(other.iter().map(|one| equal_elements(item, one))) {
            Tri::Unknown => return Err(call.unknown(Some(Kind::List), values)),
            answer if answer.is_yes() == held => kept.push(item.clone()),
            _ => {}
        }
    }
    Ok(kept)
}

fn set(call: &mut Call<'_, '_>, items: Vec<Value>) -> Value {
    let items = call.list(items, Collection::Tuple);
    convert(&items, &Type::Set(Box::new(Type::Any)))
}

/// `setproduct(a, b, ...)`: all combinations. A list where an argument is one, else a set.
pub(super) fn product(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for at in 0..values.len() {
        let items = call.closed(values, at, Some(Kind::List))?;
        if rows.len().saturating_mul(items.len()) > MOST_PRODUCT {
            return Err(call.ev.over_budget("the elements of a product of sets", call.span));
        }
        let longer = |row: &Vec<Value>, item: &Value| row.iter().chain(std::iter::once(item)).cloned().collect();
        rows = rows.iter().flat_map(|row| items.iter().map(move |item| longer(row, item))).collect();
    }
    let tuples: Vec<Value> = rows.into_iter().map(|row| call.list(row, Collection::Tuple)).collect();
    let all_sets = values.iter().all(|value| value.collection == Some(Collection::Set));
    if all_sets {
        return Ok(call.list(sorted_set(tuples), Collection::Set));
    }
    Ok(call.list(tuples, Collection::List))
}
