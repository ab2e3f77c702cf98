//! Terraform's functions, each for arguments that may be known in part.
//!
//! [`call`] evaluates the arguments, takes choices apart, and looks the function up in [`TABLE`]. A function that is not in
//! the table is unknown under its name.

use super::expr::Evaluator;
use crate::source::Span;
use crate::syntax::hcl::Expr;
use crate::value::Value;

/// The value of `name(arguments)`; `spread` when the last argument is followed by `...`.
pub(super) fn call(
    ev: &mut Evaluator<'_>,
    name: &crate::syntax::hcl::Name,
    arguments: &[Expr],
    spread: bool,
    span: Span,
) -> Value {
    let _ = (arguments, spread);
    ev.error(format!("{}", name.text), span)
}
