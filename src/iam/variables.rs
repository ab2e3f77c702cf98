//! Policy variables: `${aws:username}`, `${key, 'default'}`, `${*}`.
//!
//! They are expanded only under `Version: 2012-10-17`; under the older one they are literal text. (IAM User Guide,
//! "IAM policy elements: Variables and tags".)

use super::judged::Doubt;
use super::request::{KeyState, Request};
use super::symbolic::{Pattern, Symbolic, Token};
use crate::value::{Term, Unknown, Why};
use std::sync::Arc;

/// The longest variable that is looked for, in characters.
const LONGEST_VARIABLE: usize = 256;

/// Makes a string of a policy ready for comparison. `wild`: `*` and `?` are wildcards. `variables`: the call whose keys
/// fill the variables, where variables are expanded. `None`: a variable has no value, so that the string matches nothing.
pub(super) fn compile(text: &Symbolic, wild: bool, variables: Option<&Request>) -> Option<Pattern> {
    let raw = text.tokens();
    let mut pattern = Pattern { tokens: Vec::with_capacity(raw.len()), doubts: text.doubts() };
    let mut rest = raw.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        match variables.zip(variable_at(rest)) {
            Some((request, (variable, after))) => {
                expand(&variable, request, &mut pattern)?;
                rest = after;
            }
            None => {
                pattern.tokens.push(if wild { wildcard(first) } else { first.clone() });
                rest = tail;
            }
        }
    }
    // Neighbouring stars say no more than one.
    pattern.tokens.dedup_by(|a, b| matches!((a, b), (Token::Star, Token::Star)));
    Some(pattern)
}

fn wildcard(token: &Token) -> Token {
    match token {
        Token::Char('*') => Token::Star,
        Token::Char('?') => Token::One,
        other => other.clone(),
    }
}

/// The text between `${` and `}` at the start of the tokens, and what follows.
fn variable_at(tokens: &[Token]) -> Option<(String, &[Token])> {
    let [Token::Char('$'), Token::Char('{'), tail @ ..] = tokens else { return None };
    let mut body = String::new();
    for (at, token) in tail.iter().take(LONGEST_VARIABLE).enumerate() {
        match token {
            Token::Char('}') => return Some((body, tail.get(at + 1..)?)),
            Token::Char(c) => body.push(*c),
            Token::Star | Token::One | Token::Hole(_) => return None,
        }
    }
    None
}

/// Adds the value of a variable; `None` when it has none. Characters of a value are never wildcards.
fn expand(variable: &str, request: &Request, pattern: &mut Pattern) -> Option<()> {
    if let "*" | "?" | "$" = variable {
        pattern.tokens.extend(variable.chars().map(Token::Char));
        return Some(());
    }
    let (key, default) = match variable.strip_suffix('\'').and_then(|body| body.split_once(", '")) {
        Some((key, default)) => (key.trim(), Some(default)),
        None => (variable.trim(), None),
    };
    match request.key(key) {
        KeyState::Absent => pattern.tokens.extend(default?.chars().map(Token::Char)),
        KeyState::Known(text) => {
            pattern.tokens.extend(text.tokens());
            pattern.doubts.extend(text.doubts());
        }
        KeyState::Open { .. } | KeyState::OneOf(_) => {
            // A hole that equals nothing, so that no match is certain: the variable may even have no value.
            let text = format!("the value of {key} in this call is not known");
            let term = Term::call("policy variable", [Term::literal(&key.to_lowercase())]);
            pattern.tokens.push(Token::Hole(Arc::new(Unknown::new(Why::Attribute(key.into()), term))));
            pattern.doubts.push(Doubt::text(text, None));
        }
    }
    Some(())
}
