//! HCL: the language of Terraform files, as a tree with a span for every key, value, label and operator.
//!
//! hcl-edit reads the text; [`parse`] lowers its tree to ours. JSON syntax (`*.tf.json`) is lowered to the same tree.

mod lower;
mod recover;
mod scan;
mod template;
#[cfg(test)]
mod tests;

use super::{SyntaxError, tree::Comment};
use crate::source::{FileId, Span};
use crate::value::Number;
use std::sync::Arc;

/// A file or the inside of a block.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// `key = expression`, in source order.
    pub attributes: Vec<Attribute>,
    /// Nested blocks, in source order.
    pub blocks: Vec<Block>,
}

/// `key = expression`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The key.
    pub key: Name,
    /// The value.
    pub value: Expr,
}

/// `type "label" "label" { ... }`
#[derive(Clone, Debug)]
pub struct Block {
    /// The block type.
    pub kind: Name,
    /// The labels.
    pub labels: Vec<Name>,
    /// The content.
    pub body: Body,
    /// From the block type to the closing brace.
    pub span: Span,
}

/// A name with its place.
#[derive(Clone, Debug)]
pub struct Name {
    /// The text, quotes removed.
    pub text: Arc<str>,
    /// The place, quotes included.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

impl Expr {
    /// The string that the expression spells without any interpolation.
    pub fn as_text(&self) -> Option<Arc<str>> {
        match &self.kind {
            ExprKind::String(text) => Some(text.clone()),
            ExprKind::Template(pieces) => {
                let literal = |piece: &Piece| match piece {
                    Piece::Literal(text, _) => Some(text.clone()),
                    _ => None,
                };
                let texts: Vec<Arc<str>> = pieces.iter().map(literal).collect::<Option<_>>()?;
                Some(texts.concat().into())
            }
            _ => None,
        }
    }
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number literal.
    Number(Number),
    /// A quoted string without interpolation and escapes: as long as its span without the quotes. Or an empty string.
    String(Arc<str>),
    /// Any other quoted string or heredoc. One whose pieces are all literals is a known string: see [`Expr::as_text`].
    Template(Vec<Piece>),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ k = v }`
    Object(Vec<(ObjectKey, Expr)>),
    /// A name on its own: `var`, `each`, or an iterator.
    Variable(Arc<str>),
    /// An expression followed by `.name`, `[index]`, `.*` or `[*]`.
    Traversal(Box<Expr>, Vec<Step>),
    /// `name(arguments)`; `true` when the last argument is followed by `...`.
    Call(Box<Name>, Vec<Expr>, bool),
    /// `condition ? yes : no`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `!x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(Box<Expr>, BinaryOp, Box<Expr>),
    /// `[for ...]` and `{for ...}`
    For(Box<For>),
    /// `( x )`
    Parenthesis(Box<Expr>),
}

/// A key of an object.
#[derive(Clone, Debug)]
pub enum ObjectKey {
    /// A bare name: the literal key `name`.
    Name(Name),
    /// A quoted string, a template, or `(expression)`.
    Expr(Expr),
}

impl ObjectKey {
    /// Where the key is written.
    pub fn span(&self) -> Span {
        match self {
            Self::Name(name) => name.span,
            Self::Expr(expr) => expr.span,
        }
    }
}

/// A step of a traversal.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its place, with the dot or brackets.
    pub span: Span,
    /// What it is.
    pub kind: StepKind,
}

/// The kinds of step.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// `.name`
    Attribute(Arc<str>),
    /// `[expression]`
    Index(Expr),
    /// `.0`
    LegacyIndex(u64),
    /// `.*`: the steps behind it, up to the first index, apply to each element.
    AttributeSplat,
    /// `[*]`: all steps behind it apply to each element.
    FullSplat,
}

/// `[for k, v in collection : value if condition]` or `{for ... : key => value...}`
#[derive(Clone, Debug)]
pub struct For {
    /// The name before the comma, where there are two.
    pub key: Option<Arc<str>>,
    /// The name of the element.
    pub value: Arc<str>,
    /// What is walked over.
    pub collection: Expr,
    /// The result's key; set for `{for ...}` only.
    pub result_key: Option<Expr>,
    /// The result's value.
    pub result: Expr,
    /// `...` behind the result: values of equal keys are grouped.
    pub grouped: bool,
    /// The filter.
    pub condition: Option<Expr>,
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Literal text, escapes resolved; as long as its span where the source spells it byte by byte.
    Literal(Arc<str>, Span),
    /// `${expression}`
    Interpolation(Expr),
    /// `%{if condition}yes%{else}no%{endif}`
    If(Expr, Vec<Piece>, Vec<Piece>),
    /// `%{for k, v in collection}body%{endfor}`
    For {
        /// The first name, where there are two.
        key: Option<Arc<str>>,
        /// The element's name.
        value: Arc<str>,
        /// What is walked over.
        collection: Expr,
        /// What is repeated.
        body: Vec<Piece>,
    },
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the operators")]
pub enum BinaryOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
}

/// What a text holds: the tree, and what is wrong with the text.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The tree of everything that reads.
    pub body: Body,
    /// Comments in source order.
    pub comments: Vec<Comment>,
    /// What does not read.
    pub errors: Vec<SyntaxError>,
    /// The parts of the text that were skipped because of the errors; what stood there is unknown, not absent.
    pub lost: Vec<Span>,
}

/// Reads a file. Never fails as a whole: what does not read is in `errors` and `lost`, the rest in the tree. Nesting deeper
/// than 64 levels and more than 128 chained operators are errors.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let (items, problems) = recover::read(text);
    let mut body = Body::default();
    let names = lower::Names::default();
    for item in &items {
        let part = lower::Source::new(file, text, item.offset, &names).body(&item.body);
        body.attributes.extend(part.attributes);
        body.blocks.extend(part.blocks);
    }
    let mut errors = Vec::with_capacity(problems.len());
    let mut lost = Vec::with_capacity(problems.len());
    for problem in problems {
        errors.push(SyntaxError { span: character_at(file, text, problem.at), message: problem.message });
        lost.push(Span::new(file, problem.lost.start, problem.lost.end));
    }
    Parsed { body, comments: comments(file, text), errors, lost }
}

/// Reads one expression: the whole text is the expression, blanks around it allowed.
pub fn parse_expression(file: FileId, text: &str) -> Result<Expr, SyntaxError> {
    let start = text.len() - text.trim_start().len();
    match hcl_edit::parser::parse_expr(recover::without_empty_heredocs(text.trim()).trim_end()) {
        Ok(expr) => Ok(lower::Source::new(file, text, start, &lower::Names::default()).expr(&expr)),
        Err(error) => Err(syntax_error(file, text, start, &error)),
    }
}

/// Reads the text `text[range]` of a file as a template without quotes: a file for `templatefile`, a string of the JSON
/// syntax that its JSON spells without escapes. `range` is the whole text when `None`.
pub fn parse_template(
    file: FileId,
    text: &str,
    range: Option<std::ops::Range<usize>>,
) -> Result<Vec<Piece>, SyntaxError> {
    let range = range.unwrap_or(0..text.len());
    let part = text.get(range.clone()).unwrap_or("");
    match hcl_edit::parser::parse_template(part) {
        Ok(template) => {
            Ok(lower::Source::new(file, text, range.start, &lower::Names::default()).bare_template(&template))
        }
        Err(error) => Err(syntax_error(file, text, range.start, &error)),
    }
}

fn syntax_error(file: FileId, text: &str, offset: usize, error: &hcl_edit::parser::Error) -> SyntaxError {
    let at = offset + error.location().offset();
    SyntaxError { span: character_at(file, text, at), message: error.message().to_owned() }
}

/// The character at an offset, or the last one for the end of the text.
fn character_at(file: FileId, text: &str, at: usize) -> Span {
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span::new(file, at, at + length)
}

fn comments(file: FileId, text: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    // The end of the comment before, so that every byte is looked at once.
    let mut seen = 0;
    scan::scan(text, &mut |token| {
        let scan::Token::Comment { range, .. } = token else { return };
        let between = text.get(seen..range.start).unwrap_or("");
        let trailing = match between.rfind('\n') {
            Some(at) => !between.get(at..).unwrap_or("").trim_start().is_empty(),
            None => seen > 0 || !between.trim_start().is_empty(),
        };
        seen = range.end;
        comments.push(Comment { span: Span::new(file, range.start, range.end), trailing });
    });
    comments
}
