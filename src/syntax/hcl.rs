//! HCL: the language of Terraform files, as a tree with a span for every key, value, label and operator.
//!
//! hcl-edit reads the text; [`parse`] lowers its tree to ours. JSON syntax (`*.tf.json`) is lowered to the same tree.

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

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number literal.
    Number(Number),
    /// A quoted string or heredoc without interpolation, escapes resolved.
    String(Arc<str>),
    /// A quoted string or heredoc with interpolation or directives.
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
    Call(Name, Vec<Expr>, bool),
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
