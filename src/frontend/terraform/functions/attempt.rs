//! `try` and `can`: what happens to errors.

use super::super::expr::choice::{Arm, conjoin, expand, one_of};
use super::super::expr::{Evaluator, find_unknown, is_error};
use crate::source::Span;
use crate::syntax::hcl::Expr;
use crate::value::{Guard, Kind, Term, Value};

/// The alternatives of a value, taken apart as far as errors make it necessary.
fn outcomes(value: &Value) -> Vec<Arm> {
    if is_error(value) { expand(value).unwrap_or_else(|| value.arms()) } else { value.arms() }
}

/// `try(a, b, ...)`: the first argument that is no error. Where an argument may yet turn out to be one, the result is
/// unknown.
pub(super) fn first_that_works(ev: &mut Evaluator<'_>, arguments: &[Expr], span: Span) -> Value {
    let mut open = vec![Guard::Always];
    let mut arms: Vec<Arm> = Vec::new();
    let mut sensitive = false;
    for argument in arguments {
        let value = ev.evaluate(argument);
        sensitive |= value.sensitive;
        let mut failed = Vec::new();
        for (guard, arm) in outcomes(&value) {
            for before in &open {
                let Some(guard) = conjoin(before, &guard) else { continue };
                if is_error(&arm) {
                    failed.push(guard);
                } else if may_fail(&arm) {
                    arms.push((guard, ev.derived("try", None, std::slice::from_ref(&arm), span)));
                } else {
                    arms.push((guard, arm.clone()));
                }
            }
        }
        open = failed;
        if open.is_empty() {
            break;
        }
    }
    for guard in open {
        arms.push((guard, ev.error("try: no argument has a value", span)));
    }
    one_of(arms, &[], span).with_sensitive(sensitive)
}

/// `can(a)`: whether the argument is no error.
pub(super) fn works(ev: &mut Evaluator<'_>, arguments: &[Expr], span: Span) -> Value {
    let [argument] = arguments else { return ev.error("can: one argument is required", span) };
    let value = ev.evaluate(argument);
    let mut arms: Vec<Arm> = Vec::new();
    for (guard, arm) in outcomes(&value) {
        let answer = if is_error(&arm) {
            Value::bool(false, span)
        } else if may_fail(&arm) {
            ev.derived("can", Some(Kind::Bool), std::slice::from_ref(&arm), span)
        } else {
            Value::bool(true, span)
        };
        arms.push((guard, answer));
    }
    one_of(arms, &[value], span)
}

/// Operations that have a result whatever their unknown arguments turn out to be.
const NEVER_FAIL: &[&str] = &[
    "==",
    "and",
    "base64encode",
    "choice",
    "concat",
    "endswith",
    "is",
    "join",
    "jsonencode",
    "key",
    "list",
    "lower",
    "map",
    "md5",
    "merge",
    "not",
    "open list",
    "open map",
    "or",
    "replace",
    "sha1",
    "sha256",
    "startswith",
    "strcontains",
    "substr",
    "text",
    "title",
    "tostring",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try",
    "upper",
];

/// Whether the value may turn out to be an error once what is unknown in it is known.
fn may_fail(value: &Value) -> bool {
    find_unknown(value, &mut |unknown| term_may_fail(&unknown.term)).is_some()
}

fn term_may_fail(term: &Term) -> bool {
    match term {
        Term::Call(name, arguments) => !NEVER_FAIL.contains(&&**name) || arguments.iter().any(term_may_fail),
        Term::Opaque(..) => true,
        _ => false,
    }
}
