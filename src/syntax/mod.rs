//! Text to tree, with spans, and the errors beside it. Knows no AWS.
//!
//! YAML and JSON share one tree ([`tree::Tree`]); HCL has its own ([`hcl::Body`]). No parser library's type leaves this
//! room, so that one can be exchanged.

pub mod hcl;
pub mod json;
pub mod tree;
pub mod yaml;

use crate::source::{FileId, Span};
use tree::Tree;

/// A place where a text is not what its language allows. Reading goes on behind it where that is possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What, in a person's words; no trailing period.
    pub message: String,
}

/// Reads a template, which may be YAML or JSON under any file name. A text that starts like JSON but is none (comments,
/// trailing commas, tabs between keys) is read as YAML, of which JSON is nearly a part.
pub fn parse_template(file: FileId, text: &str) -> Tree {
    let starts_like_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    if !starts_like_json {
        return yaml::parse(file, text);
    }
    let json = json::parse(file, text);
    if json.errors.is_empty() {
        return json;
    }
    let yaml = yaml::parse(file, text);
    if yaml.errors.is_empty() { yaml } else { json }
}
