//! Rhai's errors in words that fit a rule's author.

use super::load::Check;
use super::run::Run;
use super::script::Script;
use super::vocabulary::{FORBIDDEN, MOST_OPERATIONS};
use super::{list, suggest};
use crate::frontend::Diagnostic;
use rhai::{EvalAltResult, ParseError, ParseErrorType, Position};

/// The words that begin a statement.
const STATEMENTS: &[&str] = &["require", "rule", "return", "let", "const", "if", "for", "while", "loop", "fn", "else"];

const TOO_EARLY: &str = "the file ends too early; is a `}` missing?";

/// A rule file that Rhai cannot read.
pub(super) fn syntax(script: &Script, error: &ParseError) -> Diagnostic {
    let position = error.position();
    let message = match error.err_type() {
        ParseErrorType::Reserved(word) => match FORBIDDEN.iter().find(|(forbidden, _)| forbidden == word) {
            Some((word, why)) => format!("a rule cannot use `{word}`: {why}"),
            None => format!("`{word}` is a reserved word"),
        },
        ParseErrorType::MissingToken(token, _) if token == ";" => {
            let before = script.word_before(position);
            let hint = suggest::hint(before, STATEMENTS.iter().copied());
            format!("a statement ends with `;`{hint}")
        }
        ParseErrorType::MissingToken(token, what) if what.contains("'require'") => {
            format!("`{token}` is missing: require CONDITION else MESSAGE at PLACE;")
        }
        ParseErrorType::MissingToken(token, what) if what.contains("'rule'") => {
            format!("`{token}` is missing: rule \"id\" #{{ ... }} for KIND |resource| {{ ... }}")
        }
        ParseErrorType::VariableUndefined(name) => format!("there is no variable `{name}`"),
        ParseErrorType::ExprTooDeep => "this is nested too deeply".to_owned(),
        ParseErrorType::UnexpectedEOF => TOO_EARLY.to_owned(),
        ParseErrorType::MissingToken(token, _) if token == "}" && script.is_end(position) => TOO_EARLY.to_owned(),
        other => forbidden_in(&other.to_string()).unwrap_or_else(|| lower_first(&other.to_string())),
    };
    script.diagnostic(position, message)
}

/// Rhai's tokenizer says "reserved keyword 'try' is disabled".
fn forbidden_in(message: &str) -> Option<String> {
    let (word, why) = FORBIDDEN.iter().find(|(word, _)| message.contains(&format!("'{word}'")))?;
    Some(format!("a rule cannot use `{word}`: {why}"))
}

/// A check that failed while it ran.
pub(super) fn failure(check: &Check, begin: Position, resource: &str, error: &EvalAltResult) -> Diagnostic {
    let inner = error.unwrap_inner();
    let message = format!("the rule `{}` failed on `{resource}`: {}", check.rule.id, words(inner));
    // Rhai forgets where in a function a limit was reached.
    check.script.diagnostic(inner.position().or_else(error.position()).or_else(begin), message)
}

/// True for an error that is no mistake of the rule: it asked a list that is not fully known for more than that can answer.
pub(super) fn asks_partial_list(run: &Run, error: &EvalAltResult) -> bool {
    let names_list = match error.unwrap_inner() {
        EvalAltResult::ErrorFunctionNotFound(signature, _) => signature.contains(list::PARTIAL_LIST),
        EvalAltResult::ErrorMismatchDataType(_, found, _) => {
            found.contains("PartialList") || found == list::PARTIAL_LIST
        }
        _ => false,
    };
    names_list && run.partial().is_some()
}

/// True for an error that will hit the rule on every resource: it runs over a limit.
pub(super) fn is_limit(error: &EvalAltResult) -> bool {
    matches!(
        error.unwrap_inner(),
        EvalAltResult::ErrorTooManyOperations(_)
            | EvalAltResult::ErrorStackOverflow(_)
            | EvalAltResult::ErrorTooManyVariables(_)
            | EvalAltResult::ErrorDataTooLarge(..)
    )
}

fn words(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorTooManyOperations(_) => {
            format!("it takes more than {MOST_OPERATIONS} operations; does a loop never end?")
        }
        EvalAltResult::ErrorStackOverflow(_) => "its functions call each other too deeply".to_owned(),
        EvalAltResult::ErrorTooManyVariables(_) => "it has too many variables".to_owned(),
        EvalAltResult::ErrorDataTooLarge(what, _) => format!("a value grows too large ({})", lower_first(what)),
        EvalAltResult::ErrorDataRace(..) => {
            "a function that is passed to a method of a list uses the list itself; give it a copy".to_owned()
        }
        EvalAltResult::ErrorRuntime(value, _) => value.to_string(),
        EvalAltResult::ErrorMismatchDataType(wanted, found, _) => format!("{wanted} belongs here, not {found}"),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            let signature = signature.replace("&str | ImmutableString | String", "text");
            if let Some((name, _)) = signature.split_once(' ').filter(|_| signature.contains("()")) {
                return format!("`{name}` is called with (): the value may be absent; compare it with () first");
            }
            match signature.strip_prefix("get$") {
                Some(getter) => format!("there is no property {getter}"),
                None => format!("there is no function {signature}"),
            }
        }
        EvalAltResult::ErrorDotExpr(message, _) | EvalAltResult::ErrorIndexingType(message, _)
            if message.contains("()") =>
        {
            "a property of () is read: the value may be absent; compare it with () first, or write `?.`".to_owned()
        }
        other => {
            let text = other.to_string();
            let position = format!(" ({})", other.position());
            lower_first(text.strip_suffix(&position).unwrap_or(&text))
        }
    }
}

/// Rhai begins its messages with a capital.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let mut lowered: String = chars.next().into_iter().flat_map(char::to_lowercase).collect();
    lowered.push_str(chars.as_str());
    lowered
}
