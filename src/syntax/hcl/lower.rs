//! hcl-edit's tree to ours. Names, numbers and literals are read from the source text again, so that they are what the
//! author wrote, not what a number type or a repair made of it.

use super::{
    Attribute, BinaryOp, Block, Body, Expr, ExprKind, For, Name, ObjectKey, Piece, Step, StepKind, UnaryOp,
    template::{Literals, Part, assemble},
};
use crate::source::{FileId, Span};
use crate::value::Number;
use hcl_edit::expr::{BinaryOperator, Expression, FuncCall, Object, Traversal, TraversalOperator, UnaryOperator};
use hcl_edit::template::{Directive, Element, Strip, Template};
use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// The text that a tree was read from, and where in it the tree's offsets start.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    file: FileId,
    text: &'a str,
    offset: usize,
    names: &'a Names,
}

/// The names of a file, each kept once: most of them come again and again.
#[derive(Default)]
pub(super) struct Names(RefCell<HashSet<Arc<str>>>);

impl Names {
    fn get(&self, name: &str) -> Arc<str> {
        let mut known = self.0.borrow_mut();
        if let Some(known) = known.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        known.insert(name.clone());
        name
    }
}

impl<'a> Source<'a> {
    /// A tree whose spans count from byte `offset` of `text`.
    pub(super) fn new(file: FileId, text: &'a str, offset: usize, names: &'a Names) -> Self {
        Self { file, text, offset, names }
    }

    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        Span::new(self.file, self.offset + range.start, self.offset + range.end)
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// A bare name.
    fn name(&self, range: Option<Range<usize>>) -> Name {
        let span = self.span(range);
        Name { text: self.names.get(self.slice(span)), span }
    }

    /// The inside of a file or block.
    pub(super) fn body(&self, body: &hcl_edit::structure::Body) -> Body {
        use hcl_edit::Span as _;
        let attribute = |attribute: &hcl_edit::structure::Attribute| Attribute {
            key: self.name(attribute.key.span()),
            value: self.expr(&attribute.value),
        };
        let mut lowered = Body {
            attributes: body.attributes().map(attribute).collect(),
            blocks: body.blocks().map(|block| self.block(block)).collect(),
        };
        // Kept for the whole run.
        lowered.attributes.shrink_to_fit();
        lowered.blocks.shrink_to_fit();
        lowered
    }

    fn block(&self, block: &hcl_edit::structure::Block) -> Block {
        use hcl_edit::{Span as _, structure::BlockLabel};
        let label = |label: &BlockLabel| {
            let text = self.names.get(label.as_str());
            Name { text, span: self.span(label.span()) }
        };
        Block {
            kind: self.name(block.ident.span()),
            labels: block.labels.iter().map(label).collect(),
            body: self.body(&block.body),
            span: self.span(block.span()),
        }
    }

    /// An expression. hcl-edit bounds the nesting of what it reads, and with it this recursion.
    pub(super) fn expr(&self, expr: &Expression) -> Expr {
        use hcl_edit::Span as _;
        let span = self.span(expr.span());
        let boxed = |expr: &Expression| Box::new(self.expr(expr));
        let kind = match expr {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(number) => self.number(span, number.value()),
            Expression::String(_) => self.string(span),
            Expression::Array(array) => ExprKind::Tuple(array.iter().map(|item| self.expr(item)).collect()),
            Expression::Object(object) => ExprKind::Object(self.object(object)),
            Expression::StringTemplate(template) => {
                ExprKind::Template(self.template(template.iter(), Literals::Quoted))
            }
            Expression::HeredocTemplate(heredoc) => {
                let indented = self.slice(span).starts_with("<<-");
                let literals = if indented { Literals::IndentedHeredoc } else { Literals::Heredoc };
                ExprKind::Template(self.template(heredoc.template.iter(), literals))
            }
            Expression::Parenthesis(inner) => ExprKind::Parenthesis(boxed(inner.inner())),
            Expression::Variable(name) => ExprKind::Variable(self.names.get(name.as_str())),
            Expression::Conditional(conditional) => ExprKind::Conditional(
                boxed(&conditional.cond_expr),
                boxed(&conditional.true_expr),
                boxed(&conditional.false_expr),
            ),
            Expression::FuncCall(call) => self.call(call),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(unary) => ExprKind::Unary(unary_operator(*unary.operator), boxed(&unary.expr)),
            Expression::BinaryOp(binary) => ExprKind::Binary(
                boxed(&binary.lhs_expr),
                binary_operator(*binary.operator.value()),
                boxed(&binary.rhs_expr),
            ),
            Expression::ForExpr(expr) => ExprKind::For(Box::new(self.for_expr(expr))),
        };
        Expr { span, kind }
    }

    fn number(&self, span: Span, number: &hcl_edit::Number) -> ExprKind {
        let read = Number::parse(self.slice(span)).or_else(|| Number::parse(&number.to_string()));
        read.map_or(ExprKind::Null, ExprKind::Number)
    }

    /// A quoted string without interpolation.
    fn string(&self, span: Span) -> ExprKind {
        let inside = span.part(1, span.len().saturating_sub(1));
        let text = self.slice(inside);
        if !text.contains('\\') && !text.contains('{') {
            return ExprKind::String(text.into());
        }
        let part = Part::literal(text, inside, Literals::Quoted);
        let mut pieces = assemble(part, Literals::Quoted);
        match (pieces.pop(), pieces.is_empty()) {
            (None, _) => ExprKind::String(Arc::from("")),
            (Some(Piece::Literal(text, place)), true) if place == inside && text.len() == inside.len() => {
                ExprKind::String(text)
            }
            (Some(last), _) => {
                pieces.push(last);
                ExprKind::Template(pieces)
            }
        }
    }

    fn object(&self, object: &Object) -> Vec<(ObjectKey, Expr)> {
        use hcl_edit::Span as _;
        let key = |key: &hcl_edit::expr::ObjectKey| match key {
            hcl_edit::expr::ObjectKey::Ident(_) => ObjectKey::Name(self.name(key.span())),
            hcl_edit::expr::ObjectKey::Expression(expr) => ObjectKey::Expr(self.expr(expr)),
        };
        object.iter().map(|(name, value)| (key(name), self.expr(value.expr()))).collect()
    }

    fn call(&self, call: &FuncCall) -> ExprKind {
        use hcl_edit::Span as _;
        let parts = call.name.namespace.iter().chain(std::iter::once(&call.name.name));
        let text = parts.clone().map(|part| part.as_str()).collect::<Vec<_>>().join("::");
        let first = parts.map(|part| self.span(part.span())).reduce(Span::to);
        let name = Name { text: self.names.get(&text), span: first.unwrap_or(self.span(call.span())) };
        ExprKind::Call(
            Box::new(name),
            call.args.iter().map(|argument| self.expr(argument)).collect(),
            call.args.expand_final(),
        )
    }

    fn traversal(&self, traversal: &Traversal) -> ExprKind {
        use hcl_edit::Span as _;
        let step = |operator: &hcl_edit::Decorated<TraversalOperator>| {
            let kind = match operator.value() {
                TraversalOperator::GetAttr(name) => StepKind::Attribute(self.names.get(name.as_str())),
                TraversalOperator::Index(index) => StepKind::Index(self.expr(index)),
                TraversalOperator::LegacyIndex(index) => StepKind::LegacyIndex(*index.value()),
                TraversalOperator::AttrSplat(_) => StepKind::AttributeSplat,
                TraversalOperator::FullSplat(_) => StepKind::FullSplat,
            };
            Step { span: self.span(operator.span()), kind }
        };
        let steps = traversal.operators.iter().map(step).collect();
        ExprKind::Traversal(Box::new(self.expr(&traversal.expr)), steps)
    }

    fn for_expr(&self, expr: &hcl_edit::expr::ForExpr) -> For {
        let intro = &expr.intro;
        For {
            key: intro.key_var.as_ref().map(|name| Arc::from(name.as_str())),
            value: Arc::from(intro.value_var.as_str()),
            collection: self.expr(&intro.collection_expr),
            result_key: expr.key_expr.as_ref().map(|key| self.expr(key)),
            result: self.expr(&expr.value_expr),
            grouped: expr.grouping,
            condition: expr.cond.as_ref().map(|condition| self.expr(&condition.expr)),
        }
    }

    /// A template that stands in no quotes.
    pub(super) fn bare_template(&self, template: &Template) -> Vec<Piece> {
        self.template(template.iter(), Literals::Bare)
    }

    fn template<'t>(&self, elements: impl Iterator<Item = &'t Element>, literals: Literals) -> Vec<Piece> {
        let mut parts = Vec::new();
        self.parts(elements, literals, &mut parts);
        assemble(parts, literals)
    }

    /// The elements of a template, directives flattened: blanks are stripped across their borders.
    fn parts<'t>(&self, elements: impl Iterator<Item = &'t Element>, literals: Literals, parts: &mut Vec<Part>) {
        use hcl_edit::Span as _;
        for element in elements {
            match element {
                Element::Literal(literal) => {
                    let span = self.span(literal.span());
                    parts.extend(Part::literal(self.slice(span), span, literals));
                }
                Element::Interpolation(interpolation) => parts.push(Part::Interpolation {
                    expr: self.expr(&interpolation.expr),
                    strip: strip(interpolation.strip),
                }),
                Element::Directive(directive) => self.directive(directive, literals, parts),
            }
        }
    }

    fn directive(&self, directive: &Directive, literals: Literals, parts: &mut Vec<Part>) {
        match directive {
            Directive::If(directive) => {
                let condition = self.expr(&directive.if_expr.cond_expr);
                parts.push(Part::If { condition, strip: strip(directive.if_expr.strip) });
                self.parts(directive.if_expr.template.iter(), literals, parts);
                if let Some(other) = &directive.else_expr {
                    parts.push(Part::Else { strip: strip(other.strip) });
                    self.parts(other.template.iter(), literals, parts);
                }
                parts.push(Part::End { strip: strip(directive.endif_expr.strip) });
            }
            Directive::For(directive) => {
                let intro = &directive.for_expr;
                parts.push(Part::For {
                    key: intro.key_var.as_ref().map(|name| Arc::from(name.as_str())),
                    value: Arc::from(intro.value_var.as_str()),
                    collection: self.expr(&intro.collection_expr),
                    strip: strip(intro.strip),
                });
                self.parts(intro.template.iter(), literals, parts);
                parts.push(Part::End { strip: strip(directive.endfor_expr.strip) });
            }
        }
    }
}

/// Whether blanks are stripped before and behind.
fn strip(strip: Strip) -> (bool, bool) {
    (strip.strip_start(), strip.strip_end())
}

fn unary_operator(operator: UnaryOperator) -> UnaryOp {
    match operator {
        UnaryOperator::Neg => UnaryOp::Negate,
        UnaryOperator::Not => UnaryOp::Not,
    }
}

fn binary_operator(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Eq => BinaryOp::Equal,
        BinaryOperator::NotEq => BinaryOp::NotEqual,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::LessEq => BinaryOp::LessEqual,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::GreaterEq => BinaryOp::GreaterEqual,
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Subtract,
        BinaryOperator::Mul => BinaryOp::Multiply,
        BinaryOperator::Div => BinaryOp::Divide,
        BinaryOperator::Mod => BinaryOp::Modulo,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Or => BinaryOp::Or,
    }
}
