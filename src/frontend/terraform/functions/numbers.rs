//! Numbers.

use super::super::expr::decimal::Decimal;
use super::{Call, Outcome};
use crate::value::{Collection, Kind, Number, Value};
use std::cmp::Ordering;

const NUMBER: Option<Kind> = Some(Kind::Number);

/// `range` makes at most so many numbers.
const MOST_RANGE: usize = 1_024;

fn result(call: &mut Call<'_, '_>, values: &[Value], number: Option<Decimal>) -> Outcome {
    match number {
        Some(number) => Ok(call.number(number)),
        None => Err(call.unknown(NUMBER, values)),
    }
}

fn is_negative(number: Decimal) -> bool {
    number.order(Decimal::whole(0)) == Some(Ordering::Less)
}

/// `abs(number)`
pub(super) fn abs(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let number = call.decimal(values, 0, NUMBER)?;
    result(call, values, if is_negative(number) { number.negate() } else { Some(number) })
}

/// `floor(number)`
pub(super) fn floor(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let number = call.decimal(values, 0, NUMBER)?;
    result(call, values, number.floor())
}

/// `ceil(number)`
pub(super) fn ceil(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let number = call.decimal(values, 0, NUMBER)?;
    result(call, values, number.negate().and_then(Decimal::floor).and_then(Decimal::negate))
}

/// `signum(number)`
pub(super) fn signum(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let number = call.decimal(values, 0, NUMBER)?;
    let sign = number.order(Decimal::whole(0)).map(|order| Decimal::whole(order as i128));
    result(call, values, sign)
}

/// `max(numbers...)`
pub(super) fn max(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    extreme(call, values, Ordering::Greater)
}

/// `min(numbers...)`
pub(super) fn min(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    extreme(call, values, Ordering::Less)
}

fn extreme(call: &mut Call<'_, '_>, values: &[Value], wanted: Ordering) -> Outcome {
    let mut best = call.decimal(values, 0, NUMBER)?;
    for at in 1..values.len() {
        let number = call.decimal(values, at, NUMBER)?;
        if number.order(best) == Some(wanted) {
            best = number;
        }
    }
    Ok(call.number(best))
}

/// `sum(list)`
pub(super) fn sum(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let items = call.closed(values, 0, NUMBER)?.to_vec();
    if items.is_empty() {
        return Err(call.error("the list is empty"));
    }
    let mut total = Some(Decimal::whole(0));
    for at in 0..items.len() {
        let number = call.decimal(&items, at, NUMBER)?;
        total = total.and_then(|total| total.add(number));
    }
    result(call, values, total)
}

/// `pow(base, exponent)`
pub(super) fn pow(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let base = call.decimal(values, 0, NUMBER)?;
    let exponent = call.decimal(values, 1, NUMBER)?;
    let times = exponent.as_whole().and_then(|times| i32::try_from(times).ok()).filter(|times| times.abs() <= 128);
    let power = match times {
        Some(times) => {
            let power = (0..times.abs()).try_fold(Decimal::whole(1), |power, _| power.multiply(base));
            if times < 0 { power.and_then(inverse) } else { power }
        }
        None => square_root(base, exponent),
    };
    result(call, values, power)
}

/// One divided by a number, where that has an end.
fn inverse(number: Decimal) -> Option<Decimal> {
    let one = Decimal::whole(1);
    one.divide(number).filter(|inverse| inverse.multiply(number) == Some(one))
}

/// The power of one half, or of minus one half, which Terraform takes as a square root in floating point. Its other powers of fractions are not
/// exact to the last digit, and not the same here.
fn square_root(base: Decimal, exponent: Decimal) -> Option<Decimal> {
    let half = Decimal::whole(1).divide(Decimal::whole(2))?;
    let root = base.number().as_f64().sqrt();
    let root = match exponent {
        exponent if exponent == half => root,
        exponent if exponent.negate() == Some(half) => 1.0 / root,
        _ => return None,
    };
    if !root.is_finite() {
        return None;
    }
    Number::parse(&root.to_string()).as_ref().and_then(Decimal::of)
}

/// `parseint(text, base)`
pub(super) fn parse_int(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let text = call.text(values, 0, NUMBER)?;
    let base = u32::try_from(call.integer(values, 1, NUMBER)?).unwrap_or(0);
    if !(2..=36).contains(&base) {
        return Err(call.unknown(NUMBER, values));
    }
    match i128::from_str_radix(&text, base) {
        Ok(number) => Ok(call.number(Decimal::whole(number))),
        Err(_) => Err(call.error("the text is no number in this base")),
    }
}

/// `range(end)`, `range(start, end)`, `range(start, end, step)`
pub(super) fn range(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let list = Some(Kind::List);
    let zero = Decimal::whole(0);
    let first = call.decimal(values, 0, list)?;
    let (start, end) = if values.len() == 1 { (zero, first) } else { (first, call.decimal(values, 1, list)?) };
    let forwards = !end.order(start).is_some_and(Ordering::is_lt);
    let step = match values.len() {
        3 => call.decimal(values, 2, list)?,
        _ => Decimal::whole(if forwards { 1 } else { -1 }),
    };
    let towards = if forwards { Ordering::Greater } else { Ordering::Less };
    if step.order(zero) != Some(towards) {
        return Err(call.error("the step leads away from the end"));
    }
    let mut numbers = Vec::new();
    let mut at = Some(start);
    while let Some(number) = at.filter(|number| end.order(*number) == Some(towards)) {
        if numbers.len() >= MOST_RANGE {
            return Err(call.error("more than 1024 numbers"));
        }
        numbers.push(call.number(number));
        at = number.add(step);
    }
    Ok(call.list(numbers, Collection::List))
}
