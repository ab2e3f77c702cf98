//! The two words that make Rhai a rule language: `rule` and `require`.
//!
//! ```text
//! rule "id" #{ metadata } for KINDS |resource| { ... }
//! require CONDITION else MESSAGE at PLACE [note MESSAGE at PLACE]* [help MESSAGE] [as LEVEL];
//! ```

use super::answer::AnswerHandle;
use super::handle::{Block, Node, Place, Raw};
use super::run::{Answered, Run, Violation};
use super::suggest;
use crate::finding::{Label, Level};
use rhai::{
    Dynamic, Engine, EvalAltResult, EvalContext as Context, Expression, ImmutableString, LexError, ParseError, Position,
};
use std::sync::Arc;

/// The first token of a rule.
pub(super) const RULE: &str = "rule";
/// The first token of a requirement.
pub(super) const REQUIRE: &str = "require";
/// The words that may follow a requirement's place.
pub(super) const CLAUSES: &[&str] = &["note", "help", "as"];

const EXPRESSION: &str = "$expr$";
const IDENTIFIER: &str = "$ident$";
const STRING: &str = "$string$";
const FUNCTION: &str = "$func$";

type Next = Result<Option<ImmutableString>, ParseError>;

/// Teaches an engine the two words.
pub(super) fn register(engine: &mut Engine) {
    engine.register_custom_syntax_with_state_raw(RULE, next_of_rule, false, |_, _, _| Ok(Dynamic::UNIT));
    engine.register_custom_syntax_with_state_raw(REQUIRE, next_of_require, false, require);
}

/// What comes next in a rule's head. The state says where in the kinds it is: 0 before, 1 before a kind of a list, 2 behind one,
/// 3 behind all, 4 at the end.
fn next_of_rule(symbols: &[ImmutableString], ahead: &str, state: &mut Dynamic) -> Next {
    let (next, stage) = match (symbols.len(), state.as_int().unwrap_or(0)) {
        (1, _) => (STRING, 0),
        (2, _) => (EXPRESSION, 0),
        (3, _) => ("for", 0),
        (4, _) if ahead == "[" => ("[", 1),
        (4, _) => (kind(ahead), 3),
        (_, 1) if ahead == "]" => ("]", 3),
        (_, 1) => (kind(ahead), 2),
        (_, 2) if ahead == "," => (",", 1),
        (_, 2) => ("]", 3),
        (_, 3) => (FUNCTION, 4),
        _ => return Ok(None),
    };
    *state = stage.into();
    Ok(Some(next.into()))
}

/// A kind is a word, a raw type a string.
fn kind(ahead: &str) -> &'static str {
    if ahead.starts_with('"') { STRING } else { IDENTIFIER }
}

/// What comes next in a requirement. The state collects the clauses behind the place by their first letters.
fn next_of_require(symbols: &[ImmutableString], ahead: &str, state: &mut Dynamic) -> Next {
    let before = symbols.len().checked_sub(2).and_then(|at| symbols.get(at)).map_or("", |symbol| symbol.as_str());
    let last = symbols.last().map_or("", |symbol| symbol.as_str());
    if last != EXPRESSION {
        return Ok(Some(EXPRESSION.into()));
    }
    match before {
        REQUIRE => return Ok(Some("else".into())),
        "else" | "note" => return Ok(Some("at".into())),
        _ => {}
    }
    if let Some(clause) = CLAUSES.iter().find(|clause| **clause == ahead) {
        let clauses = state.clone().into_immutable_string().unwrap_or_default();
        *state = format!("{clauses}{}", clause.chars().next().unwrap_or_default()).into();
        return Ok(Some((*clause).into()));
    }
    if matches!(ahead, ";" | "}") {
        return Ok(None);
    }
    let hint = suggest::hint(ahead, CLAUSES.iter().copied());
    let message = format!("a `require` goes on with `note`, `help`, `as` or ends with `;`, not with `{ahead}`{hint}");
    Err(LexError::ImproperSymbol(ahead.to_owned(), message).into_err(Position::NONE))
}

/// Evaluates a requirement; one that does not hold is noted in the run.
fn require(
    context: &mut Context<'_, '_, '_, '_, '_, '_>,
    inputs: &[Expression<'_>],
    clauses: &Dynamic,
) -> Answered<Dynamic> {
    let Some(run) = context.tag().read_lock::<Arc<Run>>().map(|run| run.clone()) else {
        return Err("`require` stands outside a check".into());
    };
    let mut inputs = inputs.iter();
    let (Some(condition), Some(message), Some(place)) = (inputs.next(), inputs.next(), inputs.next()) else {
        return Ok(Dynamic::UNIT);
    };
    if context.eval_expression_tree(condition)?.as_bool().map_err(|found| mismatch("yes or no", found, condition))? {
        return Ok(Dynamic::UNIT);
    }
    let mut violation = Violation {
        position: message.position(),
        message: text(context, &run, message)?,
        place: lenient(&run, at(context, place))?.flatten(),
        level: None,
        help: None,
        notes: Vec::new(),
    };
    let clauses = clauses.clone().into_immutable_string().unwrap_or_default();
    for clause in clauses.chars() {
        let Some(input) = inputs.next() else { break };
        match clause {
            'h' => violation.help = text(context, &run, input)?,
            'a' => violation.level = level(context, input)?,
            _ => {
                let message = text(context, &run, input)?;
                let place =
                    inputs.next().map(|input| lenient(&run, at(context, input))).transpose()?.flatten().flatten();
                let place = place.or_else(|| violation.place.clone()).or_else(|| own_place(&run));
                if let (Some(message), Some(place)) = (message.filter(|text| !text.is_empty()), place) {
                    violation.notes.push(Label { span: place.span, message });
                }
            }
        }
    }
    run.add(violation);
    Ok(Dynamic::UNIT)
}

/// The place of the resource that is checked.
fn own_place(run: &Run) -> Option<Place> {
    run.graph.node(run.node).map(|node| node.resource.name_span.into())
}

/// The result, or nothing where a value in it is not known: the defect is proven all the same.
fn lenient<T>(run: &Run, result: Answered<T>) -> Answered<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(_) if run.forgive_undecided() => Ok(None),
        Err(error) => Err(error),
    }
}

/// A message.
fn text(context: &mut Context<'_, '_, '_, '_, '_, '_>, run: &Run, input: &Expression<'_>) -> Answered<Option<String>> {
    let Some(value) = lenient(run, context.eval_expression_tree(input))? else { return Ok(None) };
    if value.is_unit() {
        return Ok(Some(String::new()));
    }
    let text = value.into_immutable_string().map_err(|found| mismatch("a text", found, input))?;
    Ok(Some(run.censor(text.to_string())))
}

/// A place; things with a place of their own stand for it, and `()` for none.
fn at(context: &mut Context<'_, '_, '_, '_, '_, '_>, input: &Expression<'_>) -> Answered<Option<Place>> {
    let value = context.eval_expression_tree(input)?;
    if value.is_unit() {
        return Ok(None);
    }
    if let Some(node) = value.read_lock::<Node>() {
        return node.place().map(Some);
    }
    if let Some(block) = value.read_lock::<Block>() {
        return Ok(Some(block.place()));
    }
    if let Some(raw) = value.read_lock::<Raw>() {
        return Ok(Some(raw.place()));
    }
    if let Some(answer) = value.read_lock::<AnswerHandle>() {
        return Ok(answer.clone().get("place")?.try_cast::<Place>());
    }
    let found = value.type_name();
    value.try_cast::<Place>().map(Some).ok_or_else(|| mismatch("a place, as in `pool.at(\"sms.role\")`", found, input))
}

/// A level; `()`, as an `if` without `else` gives it, leaves the rule its own.
fn level(context: &mut Context<'_, '_, '_, '_, '_, '_>, input: &Expression<'_>) -> Answered<Option<Level>> {
    let name = context.eval_expression_tree(input)?;
    if name.is_unit() {
        return Ok(None);
    }
    let name = name.into_immutable_string().map_err(|found| mismatch("a level", found, input))?;
    Level::parse(&name).map(Some).ok_or_else(|| mismatch("\"error\", \"warning\" or \"note\"", &name, input))
}

fn mismatch(wanted: &str, found: &str, at: &Expression<'_>) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorMismatchDataType(wanted.into(), found.into(), at.position()))
}
