//! Templates to strings, with holes where an interpolation is not known.

use super::choice::{Arm, combinations, one_of, too_many};
use super::{Evaluator, MOST_TEXT};
use crate::source::Span;
use crate::syntax::hcl::{Expr, Piece};
use crate::value::{Data, Kind, Part, Value, Why};
use std::sync::Arc;

impl Evaluator<'_> {
    /// The value of a template. A single interpolation is the value itself, whatever its type.
    pub(in crate::frontend::terraform) fn template(&mut self, pieces: &[Piece], span: Span) -> Value {
        if let [Piece::Interpolation(only)] = pieces {
            return self.evaluate(only);
        }
        let mut values = Vec::new();
        match self.pieces(pieces, &mut values, span) {
            Ok(()) => self.joined(&values, span),
            Err(error) => error,
        }
    }

    /// The values of pieces, in order; `Err` with the error value when one has no string form.
    fn pieces(&mut self, pieces: &[Piece], values: &mut Vec<Value>, span: Span) -> Result<(), Value> {
        for piece in pieces {
            match piece {
                Piece::Literal(text, place) => values.push(Value::string(text.clone(), *place)),
                Piece::Interpolation(expr) => {
                    let value = self.evaluate(expr);
                    values.push(self.as_text(value, expr.span)?);
                }
                Piece::If(condition, yes, no) => {
                    let value = self.branches(condition, yes, no, span)?;
                    values.push(value);
                }
                Piece::For { key, value, collection, body } => {
                    let collection = self.evaluate(collection);
                    self.repeated(key.as_ref(), value, &collection, body, values, span)?;
                }
            }
        }
        Ok(())
    }

    /// A value that a template may hold: in each alternative a string, number, truth value or unknown.
    fn as_text(&mut self, value: Value, span: Span) -> Result<Value, Value> {
        let is_choice = matches!(value.data, Data::Choice(_));
        for (_, arm) in value.arms() {
            match &arm.data {
                Data::Null | Data::Absent => return Err(self.error("a template cannot hold null", span)),
                Data::List(_) | Data::Map(_) => {
                    return Err(self.error("a template cannot hold a list or map", span));
                }
                Data::Unknown(unknown) if matches!(unknown.refine.kind, Some(Kind::List | Kind::Map)) => {
                    return Err(self.error("a template cannot hold a list or map", span));
                }
                Data::Unknown(unknown) if matches!(unknown.why, Why::Invalid(_)) && !is_choice => return Err(arm),
                _ => {}
            }
        }
        Ok(value)
    }

    /// `%{if}`: one text, or one for each alternative of the condition.
    fn branches(&mut self, condition: &Expr, yes: &[Piece], no: &[Piece], span: Span) -> Result<Value, Value> {
        let condition = self.evaluate(condition);
        let mut arms: Vec<Arm> = Vec::new();
        for (guard, condition) in condition.arms() {
            let known = self.truth(&condition, span)?;
            let holds = super::choice::guard_of(&condition.term());
            if known != Some(false) {
                let text = self.branch(yes, span)?;
                let guard = if known.is_some() { guard.clone() } else { guard.clone().and(holds.clone()) };
                arms.push((guard, text));
            }
            if known != Some(true) {
                let text = self.branch(no, span)?;
                arms.push((if known.is_some() { guard } else { guard.and(holds.not()) }, text));
            }
        }
        let text = match one_of(arms, span) {
            Some(text) => text,
            None => too_many(self, None, &[], span),
        };
        Ok(text.with_sensitive(condition.sensitive))
    }

    fn branch(&mut self, pieces: &[Piece], span: Span) -> Result<Value, Value> {
        let mut values = Vec::new();
        self.pieces(pieces, &mut values, span)?;
        Ok(self.joined(&values, span))
    }

    /// `%{for}`: the body once for every element.
    fn repeated(
        &mut self,
        key: Option<&Arc<str>>,
        name: &Arc<str>,
        collection: &Value,
        body: &[Piece],
        values: &mut Vec<Value>,
        span: Span,
    ) -> Result<(), Value> {
        let mut arms: Vec<Arm> = Vec::new();
        for (guard, collection) in collection.arms() {
            let items = self.items(&collection, span)?;
            let mut texts = Vec::new();
            let mut length = 0;
            for (item_key, item) in items.pairs {
                let inside = |ev: &mut Self| {
                    let mut own = Vec::new();
                    ev.with_local(name.clone(), item, |ev| ev.pieces(body, &mut own, span)).map(|()| own)
                };
                let own = match key {
                    Some(key) => self.with_local(key.clone(), item_key, inside)?,
                    None => inside(self)?,
                };
                // Loops in loops make more than there is room for before anybody joins it.
                let added: usize = own.iter().map(length_of).sum();
                length += added;
                self.spend(1 + added / 64, span)?;
                if length > MOST_TEXT {
                    return Err(self.over_budget("the length of a string", span));
                }
                texts.extend(own);
            }
            if let Some(rest) = items.rest {
                texts.push(self.opaque(rest.why.clone(), span));
            }
            arms.push((guard, self.joined(&texts, span)));
        }
        let text = match one_of(arms, span) {
            Some(text) => text,
            None => too_many(self, None, &[], span),
        };
        values.push(text.with_sensitive(collection.sensitive));
        Ok(())
    }

    /// Values that have a string form, one behind the other. Each alternative of one of them is an alternative of the result.
    pub(in crate::frontend::terraform) fn joined(&mut self, values: &[Value], span: Span) -> Value {
        let sensitive = values.iter().any(|value| value.sensitive);
        let sides: Vec<Vec<Arm>> = values.iter().map(Value::arms).collect();
        let Some(rows) = combinations(&sides) else { return too_many(self, Some("text"), values, span) };
        let mut arms = Vec::with_capacity(rows.len());
        for (guard, row) in rows {
            let parts: Vec<Part> = row.iter().filter_map(Value::as_parts).flatten().collect();
            let length: usize =
                parts.iter().map(|part| if let Part::Literal(text, _) = part { text.len() } else { 64 }).sum();
            let text = if length > MOST_TEXT {
                self.over_budget("the length of a string", span)
            } else {
                Value::text(parts, span)
            };
            arms.push((guard, text));
        }
        let text = match one_of(arms, span) {
            Some(text) => text,
            None => too_many(self, Some("text"), values, span),
        };
        text.with_sensitive(sensitive)
    }
}

/// About how long the text of a value is.
fn length_of(value: &Value) -> usize {
    match &value.data {
        Data::String(text) => text.len(),
        _ => 64,
    }
}
