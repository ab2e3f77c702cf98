//! Text to tree, with spans, and the errors beside it. Knows no AWS.
//!
//! YAML and JSON share one tree ([`tree::Tree`]); HCL has its own ([`hcl::Body`]). No parser library's type leaves this
//! room, so that one can be exchanged.

pub mod hcl;
pub mod json;
pub mod tree;
pub mod yaml;

use crate::source::Span;

/// A place where a text is not what its language allows. Reading goes on behind it where that is possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What, in a person's words; no trailing period.
    pub message: String,
}
