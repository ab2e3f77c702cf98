//! Terraform expressions to values, with whatever is not known kept as an unknown that says what it is the unknown of.

pub(super) mod choice;
pub mod convert;
pub(super) mod decimal;
mod iteration;
pub(super) mod operators;
mod template;
pub(super) mod traversal;

use super::functions;
use crate::source::{FileId, Span};
use crate::syntax::hcl::{Expr, ExprKind, ObjectKey};
use crate::value::{Collection, Data, Entry, Guard, Kind, Map, Part, Refine, Term, Unknown, Value, Why};
use choice::Arm;
use decimal::canonical;
use std::sync::Arc;

pub use convert::{Field, Type, attributes_of, convert, parse_type};

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
    /// Local names, the innermost last.
    locals: Vec<(Arc<str>, Value)>,
    /// Inside a template file: only local names exist.
    sealed: bool,
    depth: usize,
    steps: usize,
}

/// Expressions nested deeper than this are unknown; what hcl-edit reads is not.
const MOST_DEPTH: usize = 256;

/// One evaluator takes at most so many steps.
const MOST_STEPS: usize = 500_000;

/// A list or map may hold so many values, at all depths; every 64 bytes of text count as one.
const MOST_NODES: usize = 100_000;

/// Of larger values no term is made: an unknown that depends on them equals only itself.
const MOST_IN_TERM: usize = 4_000;

/// Lists and maps may be nested so deep.
const MOST_NESTING: usize = 128;

/// A known or partly known string may be so long, in bytes.
pub(super) const MOST_TEXT: usize = 4 << 20;

impl<'a> Evaluator<'a> {
    /// An evaluator without local names.
    pub fn new(lookup: &'a mut dyn Lookup) -> Self {
        Self { lookup, locals: Vec::new(), sealed: false, depth: 0, steps: 0 }
    }

    /// The steps taken so far, for a budget of all evaluations together.
    pub fn steps(&self) -> usize {
        self.steps
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
        self.steps += 1;
        if self.steps > MOST_STEPS || self.depth >= MOST_DEPTH {
            return self.over_budget("the steps of one evaluation", expr.span);
        }
        self.depth += 1;
        let value = self.dispatch(expr);
        self.depth -= 1;
        value
    }

    /// Counts steps that no expression takes; `Err` with the unknown value when there are too many.
    fn spend(&mut self, steps: usize, span: Span) -> Result<(), Value> {
        self.steps += steps;
        if self.steps > MOST_STEPS {
            return Err(self.over_budget("the steps of one evaluation", span));
        }
        Ok(())
    }

    /// Evaluates what a template file holds: it sees the given variables and nothing else.
    pub(in crate::frontend::terraform) fn sealed_with<T>(
        &mut self,
        variables: Vec<(Arc<str>, Value)>,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = std::mem::replace(&mut self.locals, variables);
        let was_sealed = std::mem::replace(&mut self.sealed, true);
        let result = inside(self);
        self.locals = outer;
        self.sealed = was_sealed;
        result
    }

    /// True inside a template file.
    pub(in crate::frontend::terraform) fn in_template(&self) -> bool {
        self.sealed
    }

    pub(in crate::frontend::terraform) fn read_file(&mut self, path: &str) -> Result<(FileId, Arc<str>), Why> {
        self.lookup.read_file(path)
    }

    pub(in crate::frontend::terraform) fn list_files(&mut self, folder: &str) -> Option<Vec<String>> {
        self.lookup.list_files(folder)
    }

    fn dispatch(&mut self, expr: &Expr) -> Value {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null => Value::null(span),
            ExprKind::Bool(value) => Value::bool(*value, span),
            ExprKind::Number(number) => Value::new(Data::Number(canonical(number)), span),
            ExprKind::String(text) => Value::string(text.clone(), span.part(1, span.len().saturating_sub(1))),
            ExprKind::Template(pieces) => self.template(pieces, span),
            ExprKind::Tuple(items) => {
                let items = items.iter().map(|item| self.evaluate(item)).collect();
                self.collected(Value::list(items, span), Collection::Tuple)
            }
            ExprKind::Object(entries) => self.object(entries, span),
            ExprKind::Variable(name) => self.reference(name, &[], span),
            ExprKind::Traversal(base, steps) => self.traversal(base, steps, span),
            ExprKind::Call(name, arguments, spread) => functions::call(self, name, arguments, *spread, span),
            ExprKind::Conditional(condition, yes, no) => self.conditional(condition, yes, no, span),
            ExprKind::Unary(operator, operand) => self.unary(*operator, operand, span),
            ExprKind::Binary(left, operator, right) => self.binary(left, *operator, right, span),
            ExprKind::For(each) => self.for_each(each, span),
            ExprKind::Parenthesis(inner) => self.evaluate(inner),
        }
    }

    /// What Terraform would refuse.
    pub(in crate::frontend::terraform) fn error(&mut self, message: impl Into<Arc<str>>, span: Span) -> Value {
        let term = Term::Opaque(span, self.lookup.fresh());
        Value::unknown(Unknown::new(Why::Invalid(message.into()), term), span)
    }

    /// An unknown that equals nothing but itself.
    pub(in crate::frontend::terraform) fn opaque(&mut self, why: Why, span: Span) -> Value {
        Value::unknown(Unknown::new(why, Term::Opaque(span, self.lookup.fresh())), span)
    }

    pub(in crate::frontend::terraform) fn over_budget(&mut self, limit: &str, span: Span) -> Value {
        self.opaque(Why::Budget(limit.into()), span)
    }

    /// The unknown result of an operation on values of which some are unknown: equal operations on equal values are equal.
    /// `kind` says that the result is certainly there and of this type.
    pub(in crate::frontend::terraform) fn derived(
        &mut self,
        operation: &str,
        kind: Option<Kind>,
        of: &[Value],
        span: Span,
    ) -> Value {
        let why = reason(of).unwrap_or_else(|| Why::Function(operation.into()));
        let mut nodes = MOST_IN_TERM;
        let small = of.iter().all(|value| value.fits(&mut nodes, MOST_NESTING));
        self.steps += (MOST_IN_TERM - nodes) / 16;
        let term = match small.then(|| Term::call(operation, of.iter().map(Value::term))) {
            Some(term) if term.size() < MOST_TERM => term,
            _ => Term::Opaque(span, self.lookup.fresh()),
        };
        let refine = Refine { kind, not_null: kind.is_some(), ..Refine::default() };
        let sensitive = of.iter().any(|value| value.sensitive);
        Value::unknown(Unknown::new(why, term).refined(refine), span).with_sensitive(sensitive)
    }

    /// Names the collection type of a new list or map, if it is not too large.
    pub(in crate::frontend::terraform) fn collected(&mut self, value: Value, collection: Collection) -> Value {
        let mut nodes = MOST_NODES;
        if !value.fits(&mut nodes, MOST_NESTING) {
            return self.over_budget("the size of a list or map", value.span);
        }
        self.steps += (MOST_NODES - nodes) / 16;
        Value { collection: Some(collection), ..value }
    }

    /// `{ key = value }`. Of equal keys the last one wins; a key that is not known leaves the map open, and may stand for
    /// any key written before it.
    fn object(&mut self, entries: &[(ObjectKey, Expr)], span: Span) -> Value {
        let mut map = Map::default();
        for (key, value) in entries {
            let key_span = key.span();
            let key = match key {
                ObjectKey::Name(name) => Value::string(name.text.clone(), name.span),
                ObjectKey::Expr(key) => self.evaluate(key),
            };
            let value = self.evaluate(value);
            let key = convert(&key, &Type::String);
            match (&key.data, key.as_unknown()) {
                (Data::String(text), _) => {
                    map.entries.shift_remove(&**text);
                    map.entries.insert(text.clone(), Entry { key_span, value });
                }
                (Data::Null, _) => return self.error("a key is null", key_span),
                (_, Some(unknown)) if matches!(unknown.why, Why::Invalid(_)) => return key,
                _ => {
                    let rest = self.derived("key", None, std::slice::from_ref(&key), key_span);
                    map.rest = rest.as_unknown().cloned();
                    for (name, entry) in &mut map.entries {
                        let name = Value::string(name.clone(), key_span);
                        if !name.same(&key).is_no() {
                            entry.value = self.derived("overwritten", None, &[entry.value.clone(), key.clone()], span);
                        }
                    }
                }
            }
        }
        self.collected(Value::new(Data::Map(Arc::new(map)), span), Collection::Object)
    }

    /// `condition ? yes : no`. Both sides are converted to their common type. Where the condition is not known, or holds
    /// under a guard, the sides become alternatives.
    fn conditional(&mut self, condition: &Expr, yes: &Expr, no: &Expr, span: Span) -> Value {
        let condition = self.evaluate(condition);
        let sides = (self.evaluate(yes), self.evaluate(no));
        let (yes, no) = match convert::unify(&sides.0, &sides.1) {
            Some(unified) => unified,
            None => return self.error("the two results of a conditional have no common type", span),
        };
        let mut arms = Vec::new();
        for (guard, condition) in condition.arms() {
            match self.truth(&condition, span) {
                Ok(Some(known)) => arms.push((guard, if known { yes.clone() } else { no.clone() })),
                Ok(None) => arms.extend(self.open_conditional(&guard, &condition, &yes, &no)),
                Err(error) => arms.push((guard, error)),
            }
        }
        let sensitive = condition.sensitive;
        let result = match choice::one_of(arms, span) {
            Some(result) => result,
            None => choice::too_many(self, Some("conditional"), &[condition, yes, no], span),
        };
        result.with_sensitive(sensitive)
    }

    fn open_conditional(&mut self, guard: &Guard, condition: &Value, yes: &Value, no: &Value) -> Vec<Arm> {
        let holds = choice::guard_of(&condition.term());
        let sides = [(holds.clone(), yes), (holds.not(), no)];
        sides.into_iter().filter_map(|(side, value)| Some((choice::conjoin(guard, &side)?, value.clone()))).collect()
    }
}

/// A term of more nodes is replaced by an opaque one.
const MOST_TERM: usize = 2_000;

/// Why some of these values are not known: an error first, else the first reason found.
pub(in crate::frontend::terraform) fn reason(values: &[Value]) -> Option<Why> {
    let mut first = None;
    let error = values.iter().find_map(|value| {
        find_unknown(value, &mut |unknown| {
            first.get_or_insert_with(|| unknown.why.clone());
            matches!(unknown.why, Why::Invalid(_))
        })
    });
    error.map(|unknown| unknown.why.clone()).or(first)
}

/// The first unknown in a value, at any depth, of which `found` is true.
pub(in crate::frontend::terraform) fn find_unknown<'v>(
    value: &'v Value,
    found: &mut dyn FnMut(&Unknown) -> bool,
) -> Option<&'v Arc<Unknown>> {
    match &value.data {
        Data::Unknown(unknown) => found(unknown).then_some(unknown),
        Data::Text(text) => text.parts().iter().find_map(|part| match part {
            Part::Hole(unknown, _) if found(unknown) => Some(unknown),
            _ => None,
        }),
        Data::List(list) => {
            let inside = list.items.iter().find_map(|item| find_unknown(item, found));
            inside.or_else(|| list.rest.as_ref().filter(|rest| found(rest)))
        }
        Data::Map(map) => {
            let inside = map.entries.values().find_map(|entry| find_unknown(&entry.value, found));
            inside.or_else(|| map.rest.as_ref().filter(|rest| found(rest)))
        }
        Data::Choice(choice) => choice.arms.iter().find_map(|(_, arm)| find_unknown(arm, found)),
        _ => None,
    }
}

/// True when the value is, or contains, something that Terraform refuses: an error, not merely an unknown.
pub fn is_error(value: &Value) -> bool {
    find_unknown(value, &mut |unknown| matches!(unknown.why, Why::Invalid(_))).is_some()
}

#[cfg(test)]
mod tests;
