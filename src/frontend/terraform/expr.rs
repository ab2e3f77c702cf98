//! Terraform expressions to values, with whatever is not known kept as an unknown that says what it is the unknown of.

pub mod convert;

use crate::source::{FileId, Span};
use crate::syntax::hcl::Expr;
use crate::value::{Term, Unknown, Value, Why};
use std::sync::Arc;

pub use convert::{Field, Type, convert, parse_type};

/// What an expression may refer to; implemented by the module that holds it.
pub trait Lookup {
    /// The value that `root` followed by the first steps means, with the number of steps it used up: `var.x` uses one,
    /// `module.m.out` two, `aws_iam_role.sms[0].arn` may use up to three. Whatever steps are left are applied to the value.
    /// `None` when nothing declares the name.
    fn lookup(&mut self, root: &str, steps: &[RefStep], span: Span) -> Option<(Value, usize)>;

    /// The text of a file that `file`, `templatefile` and their like name, the path as the expression gives it. The error
    /// is [`Why::FileAbsent`] where there certainly is no such file.
    fn read_file(&mut self, path: &str) -> Result<(FileId, Arc<str>), Why>;

    /// All files below a folder, for `fileset` and `fileexists`: paths relative to it. `None` when that is not known.
    fn list_files(&mut self, folder: &str) -> Option<Vec<String>>;

    /// A number that this method has not given before in this run: tells apart unknowns that one expression makes when it
    /// is evaluated several times.
    fn fresh(&mut self) -> u32;
}

/// A step behind the root of a reference.
#[derive(Clone, Debug)]
pub enum RefStep {
    /// `.name`
    Attribute(Arc<str>),
    /// `[value]`, and `.0`
    Index(Value),
}

/// Evaluates expressions of one module.
pub struct Evaluator<'a> {
    lookup: &'a mut dyn Lookup,
    locals: Vec<(Arc<str>, Value)>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator without local names.
    pub fn new(lookup: &'a mut dyn Lookup) -> Self {
        Self { lookup, locals: Vec::new() }
    }

    /// Evaluates with one more name, which hides what the module declares under it: the iterator of a `dynamic` block,
    /// `each`, `count` and `self` as maps.
    pub fn with_local<T>(&mut self, name: impl Into<Arc<str>>, value: Value, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.locals.push((name.into(), value));
        let result = inside(self);
        self.locals.pop();
        result
    }

    /// The value of an expression. What Terraform refuses is unknown with [`Why::Invalid`].
    pub fn evaluate(&mut self, expr: &Expr) -> Value {
        let counter = self.lookup.fresh();
        Value::unknown(Unknown::new(Why::Invalid("not evaluated".into()), Term::Opaque(expr.span, counter)), expr.span)
    }
}

/// True when the value is, or contains, something that Terraform refuses: an error, not merely an unknown.
pub fn is_error(value: &Value) -> bool {
    value.as_unknown().is_some_and(|unknown| matches!(unknown.why, Why::Invalid(_)))
}
