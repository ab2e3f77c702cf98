//! `Fn::ToJsonString`: a value as compact JSON.

use crate::source::Span;
use crate::value::{Data, Guard, Kind, MOST_ARMS, Part, Scenario, Value, Variable};
use std::sync::Arc;

/// The JSON text of a value, one for each way in which the conditions inside it can fall. `None` when something inside
/// has no known form.
pub(super) fn json_text(value: &Value, span: Span) -> Option<Value> {
    let mut arms = Vec::new();
    let mut waiting = vec![(Guard::Always, Scenario::default())];
    while let Some((guard, scenario)) = waiting.pop() {
        let mut parts = Vec::new();
        match write(value, &scenario, span, &mut parts) {
            Ok(()) => arms.push((guard, super::strings::text(merged(parts, span), span))),
            Err(Stop::NoForm) => return None,
            Err(Stop::Open(variable)) => {
                for class in (0..variable.classes.len()).rev() {
                    let is = Guard::Is(variable.clone(), class);
                    waiting.push((guard.clone().and(is), scenario.with(variable.clone(), class)));
                }
            }
        }
        if arms.len() + waiting.len() > MOST_ARMS {
            return None;
        }
    }
    Some(Value::choice(arms, span))
}

enum Stop {
    /// The form depends on the class of a variable.
    Open(Arc<Variable>),
    NoForm,
}

fn write(value: &Value, scenario: &Scenario, span: Span, parts: &mut Vec<Part>) -> Result<(), Stop> {
    let value = settled(value, scenario)?;
    let literal = |text: String| Part::Literal(text.into(), span.part(0, 0));
    match &value.data {
        Data::Null => parts.push(literal("null".to_owned())),
        Data::Bool(_) | Data::Number(_) => parts.extend(value.as_parts().unwrap_or_default()),
        Data::String(text) => parts.push(literal(quoted(text))),
        Data::Text(text) => {
            parts.push(literal("\"".to_owned()));
            for part in text.parts() {
                match part {
                    Part::Literal(text, _) => parts.push(literal(inside_quotes(text))),
                    Part::Hole(..) => parts.push(part.clone()),
                }
            }
            parts.push(literal("\"".to_owned()));
        }
        Data::Unknown(unknown) if unknown.refine.kind == Some(Kind::String) => {
            parts.push(literal("\"".to_owned()));
            parts.push(Part::Hole(unknown.clone(), value.span));
            parts.push(literal("\"".to_owned()));
        }
        Data::List(list) if list.rest.is_none() => {
            parts.push(literal("[".to_owned()));
            let mut separator = "";
            for item in &list.items {
                if !settled(item, scenario)?.is_absent() {
                    parts.push(literal(separator.to_owned()));
                    write(item, scenario, span, parts)?;
                    separator = ",";
                }
            }
            parts.push(literal("]".to_owned()));
        }
        Data::Map(map) if map.rest.is_none() => {
            parts.push(literal("{".to_owned()));
            let mut separator = "";
            for (key, entry) in &map.entries {
                if !settled(&entry.value, scenario)?.is_absent() {
                    parts.push(literal(format!("{separator}{}:", quoted(key))));
                    write(&entry.value, scenario, span, parts)?;
                    separator = ",";
                }
            }
            parts.push(literal("}".to_owned()));
        }
        _ => return Err(Stop::NoForm),
    }
    Ok(())
}

fn settled<'a>(value: &'a Value, scenario: &Scenario) -> Result<&'a Value, Stop> {
    value.resolve(scenario).map_err(Stop::Open)
}

/// Neighbouring literals as one.
fn merged(parts: Vec<Part>, span: Span) -> Vec<Part> {
    let mut done: Vec<Part> = Vec::new();
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Literal(more, _) => text.push_str(&more),
            hole @ Part::Hole(..) => {
                done.push(Part::Literal(std::mem::take(&mut text).into(), span));
                done.push(hole);
            }
        }
    }
    done.push(Part::Literal(text.into(), span));
    done
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn inside_quotes(text: &str) -> String {
    let quoted = quoted(text);
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}
