//! Operators, three-valued: `==` never converts, `&&`, `||` and `!` take `"true"`, `<` and arithmetic take `"1"`.

use super::choice::distribute;
use super::decimal::Decimal;
use super::{Evaluator, convert};
use crate::source::Span;
use crate::syntax::hcl::{BinaryOp, Expr, UnaryOp};
use crate::value::{Data, Kind, Number, Term, Tri, Value};
use std::cmp::Ordering;

impl Evaluator<'_> {
    /// `!x`, `-x`
    pub(super) fn unary(&mut self, operator: UnaryOp, operand: &Expr, span: Span) -> Value {
        let value = self.evaluate(operand);
        distribute(&[value], span, &mut |values| match operator {
            UnaryOp::Not => self.not(values, span),
            UnaryOp::Negate => self.arithmetic("negate", values, span, |numbers| numbers.first()?.negate()),
        })
    }

    fn not(&mut self, values: &[Value], span: Span) -> Value {
        match values.first().map(|value| self.truth(value, span)) {
            Some(Ok(Some(known))) => Value::bool(!known, span),
            Some(Ok(None)) => self.not_known(values, span),
            Some(Err(error)) => error,
            None => self.error("an operand is missing", span),
        }
    }

    fn not_known(&mut self, values: &[Value], span: Span) -> Value {
        let negated = self.derived("not", Some(Kind::Bool), values, span);
        match values.first().map(Value::term) {
            // Not of not is the value itself.
            Some(Term::Call(name, inner)) if &*name == "not" && inner.len() == 1 => {
                let Some(unknown) = negated.as_unknown() else { return negated };
                let Some(term) = inner.first().cloned() else { return negated };
                let unknown = crate::value::Unknown { term, ..(**unknown).clone() };
                Value::unknown(unknown, span)
            }
            _ => negated,
        }
    }

    /// A value as a truth value; `Ok(None)` when it is not known, `Err` with the error value when it is none.
    pub(in crate::frontend::terraform) fn truth(&mut self, value: &Value, span: Span) -> Result<Option<bool>, Value> {
        match &value.data {
            Data::Bool(known) => Ok(Some(*known)),
            Data::String(text) if &**text == "true" || &**text == "1" => Ok(Some(true)),
            Data::String(text) if &**text == "false" || &**text == "0" => Ok(Some(false)),
            Data::Unknown(unknown) if matches!(unknown.refine.kind, Some(Kind::List | Kind::Map)) => {
                Err(self.error("a truth value is required", span))
            }
            Data::Unknown(_) | Data::Text(_) => Ok(None),
            Data::Null | Data::Absent => Err(self.error("a truth value is required, not null", span)),
            _ => Err(self.error("a truth value is required", span)),
        }
    }

    /// `a + b` and the like.
    pub(super) fn binary(&mut self, left: &Expr, operator: BinaryOp, right: &Expr, span: Span) -> Value {
        let left = self.evaluate(left);
        match operator {
            BinaryOp::And => return self.logical(left, right, false, span),
            BinaryOp::Or => return self.logical(left, right, true, span),
            _ => {}
        }
        let right = self.evaluate(right);
        distribute(&[left, right], span, &mut |values| self.compute(operator, values, span))
    }

    /// `&&` (decided by false) and `||` (decided by true): the right side is not looked at when the left one decides, as
    /// Terraform has it since 1.12; and a right side that decides is enough, whatever the left one is.
    fn logical(&mut self, left: Value, right: &Expr, decides: bool, span: Span) -> Value {
        if matches!(&left.data, Data::Bool(known) if *known == decides) {
            return Value::bool(decides, span).with_sensitive(left.sensitive);
        }
        let right = self.evaluate(right);
        distribute(&[left, right], span, &mut |values| {
            let [left, right] = values else { return self.error("an operand is missing", span) };
            let left_known = match self.truth(left, span) {
                Ok(known) => known,
                Err(error) => return error,
            };
            if left_known == Some(decides) {
                return Value::bool(decides, span);
            }
            let right_known = match self.truth(right, span) {
                Ok(known) => known,
                // The right side is an error only if the left one does not decide.
                Err(error) if left_known.is_some() => return error,
                Err(_) => None,
            };
            match (left_known, right_known) {
                (_, Some(known)) if known == decides => Value::bool(decides, span),
                (Some(_), Some(known)) => Value::bool(known, span),
                (Some(_), None) => right.clone(),
                (None, Some(_)) => left.clone(),
                (None, None) => self.derived(if decides { "or" } else { "and" }, Some(Kind::Bool), values, span),
            }
        })
    }

    fn compute(&mut self, operator: BinaryOp, values: &[Value], span: Span) -> Value {
        let [left, right] = values else { return self.error("an operand is missing", span) };
        match operator {
            BinaryOp::Equal => self.equality(left, right, span),
            BinaryOp::NotEqual => {
                let equal = self.equality(left, right, span);
                self.not(&[equal], span)
            }
            BinaryOp::Less => self.comparison("<", values, span, Ordering::is_lt),
            BinaryOp::LessEqual => self.comparison("<=", values, span, Ordering::is_le),
            BinaryOp::Greater => self.comparison(">", values, span, Ordering::is_gt),
            BinaryOp::GreaterEqual => self.comparison(">=", values, span, Ordering::is_ge),
            BinaryOp::Add => self.arithmetic("+", values, span, |numbers| pair(numbers, Decimal::add)),
            BinaryOp::Subtract => self.arithmetic("-", values, span, |numbers| pair(numbers, Decimal::subtract)),
            BinaryOp::Multiply => self.arithmetic("*", values, span, |numbers| pair(numbers, Decimal::multiply)),
            BinaryOp::Divide => self.arithmetic("/", values, span, |numbers| pair(numbers, Decimal::divide)),
            BinaryOp::Modulo => self.arithmetic("%", values, span, |numbers| pair(numbers, Decimal::modulo)),
            BinaryOp::And | BinaryOp::Or => self.error("a logical operator", span),
        }
    }

    fn equality(&mut self, left: &Value, right: &Value, span: Span) -> Value {
        match equal(left, right) {
            Tri::Yes => Value::bool(true, span),
            Tri::No => Value::bool(false, span),
            Tri::Unknown => {
                let mut sides = [left.clone(), right.clone()];
                sides.sort_by_key(Value::term);
                self.derived("==", Some(Kind::Bool), &sides, span)
            }
        }
    }

    fn comparison(&mut self, name: &str, values: &[Value], span: Span, holds: fn(Ordering) -> bool) -> Value {
        let numbers = match self.numbers(values, span) {
            Ok(Some(numbers)) => numbers,
            Ok(None) => return self.derived(name, Some(Kind::Bool), values, span),
            Err(error) => return error,
        };
        let order = match numbers.as_slice() {
            [left, right] => left.order(*right),
            _ => None,
        };
        match order {
            Some(order) => Value::bool(holds(order), span),
            None => self.derived(name, Some(Kind::Bool), values, span),
        }
    }

    /// A calculation on numbers; unknown when an operand is, or the digits do not suffice.
    pub(in crate::frontend::terraform) fn arithmetic(
        &mut self,
        name: &str,
        values: &[Value],
        span: Span,
        calculate: impl FnOnce(&[Decimal]) -> Option<Decimal>,
    ) -> Value {
        let numbers = match self.numbers(values, span) {
            Ok(Some(numbers)) => numbers,
            Ok(None) => return self.derived(name, Some(Kind::Number), values, span),
            Err(error) => return error,
        };
        if matches!(name, "/" | "%") && numbers.last().is_some_and(|divisor| *divisor == Decimal::whole(0)) {
            return self.error("a division by zero", span);
        }
        match calculate(&numbers) {
            Some(result) => Value::new(Data::Number(result.number()), span),
            None => self.derived(name, Some(Kind::Number), values, span),
        }
    }

    /// The operands as numbers; `Ok(None)` when one is not known, `Err` with the error value when one is no number.
    pub(in crate::frontend::terraform) fn numbers(
        &mut self,
        values: &[Value],
        span: Span,
    ) -> Result<Option<Vec<Decimal>>, Value> {
        let mut numbers = Vec::with_capacity(values.len());
        let mut known = true;
        for value in values {
            let number = match &value.data {
                Data::Number(number) => Decimal::of(number),
                Data::String(text) => match Number::parse(text) {
                    Some(number) => Decimal::of(&number),
                    None => return Err(self.error("a number is required", span)),
                },
                Data::Unknown(unknown) if matches!(unknown.refine.kind, None | Some(Kind::Number | Kind::String)) => {
                    None
                }
                Data::Text(_) => None,
                Data::Null | Data::Absent => return Err(self.error("a number is required, not null", span)),
                _ => return Err(self.error("a number is required", span)),
            };
            known &= number.is_some();
            numbers.extend(number);
        }
        Ok(known.then_some(numbers))
    }
}

fn pair(numbers: &[Decimal], function: fn(Decimal, Decimal) -> Option<Decimal>) -> Option<Decimal> {
    match numbers {
        [left, right] => function(*left, *right),
        _ => None,
    }
}

/// Terraform's `==`: values of different types are different, and a tuple is not a list.
pub(in crate::frontend::terraform) fn equal(left: &Value, right: &Value) -> Tri {
    if convert::kinds_differ(left, right) {
        return Tri::No;
    }
    match (&left.data, &right.data) {
        (Data::Absent, _) => Value::null(left.span).same(right),
        (_, Data::Absent) => left.same(&Value::null(right.span)),
        _ => left.same(right),
    }
}
