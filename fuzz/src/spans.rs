//! Every span lies inside its text, on character boundaries.

use coglint::finding::Finding;
use coglint::frontend::{Diagnostic, Resource};
use coglint::source::{SourceMap, Span};
use coglint::syntax::hcl::{Block, Body, Expr, ExprKind, ObjectKey, Parsed, Piece, StepKind};
use coglint::syntax::tree::Tree;
use coglint::value::{Data, Part, Value};

fn inside(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} does not fit into {} bytes", text.len());
}

fn inside_map(sources: &SourceMap, span: Span) {
    let file = sources.file(span.file).unwrap_or_else(|| panic!("{span:?} lies in no file"));
    inside(&file.text, span);
}

/// Of every node, tag, comment and error.
pub(crate) fn of_tree(text: &str, tree: &Tree) {
    for id in tree.ids() {
        let node = tree.node(id);
        inside(text, node.span);
        if let Some(tag) = &node.tag {
            inside(text, tag.span);
        }
    }
    tree.comments.iter().for_each(|comment| inside(text, comment.span));
    tree.errors.iter().for_each(|error| inside(text, error.span));
}

/// Of everything in a file.
pub(crate) fn of_hcl(text: &str, parsed: &Parsed) {
    of_body(text, &parsed.body);
    parsed.comments.iter().for_each(|comment| inside(text, comment.span));
    parsed.errors.iter().for_each(|error| inside(text, error.span));
    parsed.lost.iter().for_each(|lost| inside(text, *lost));
}

fn of_body(text: &str, body: &Body) {
    for attribute in &body.attributes {
        inside(text, attribute.key.span);
        of_expr(text, &attribute.value);
    }
    for Block { kind, labels, body, span } in &body.blocks {
        inside(text, kind.span);
        labels.iter().for_each(|label| inside(text, label.span));
        inside(text, *span);
        of_body(text, body);
    }
}

/// Of an expression and all in it.
pub(crate) fn of_expr(text: &str, expr: &Expr) {
    inside(text, expr.span);
    let all = |exprs: &[Expr]| exprs.iter().for_each(|expr| of_expr(text, expr));
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Variable(_) => {}
        ExprKind::Template(pieces) => of_pieces(text, pieces),
        ExprKind::Tuple(items) => all(items),
        ExprKind::Object(entries) => {
            for (key, value) in entries {
                inside(text, key.span());
                if let ObjectKey::Expr(key) = key {
                    of_expr(text, key);
                }
                of_expr(text, value);
            }
        }
        ExprKind::Traversal(base, steps) => {
            of_expr(text, base);
            for step in steps {
                inside(text, step.span);
                if let StepKind::Index(index) = &step.kind {
                    of_expr(text, index);
                }
            }
        }
        ExprKind::Call(name, arguments, _) => {
            inside(text, name.span);
            all(arguments);
        }
        ExprKind::Conditional(condition, yes, no) => [condition, yes, no].iter().for_each(|expr| of_expr(text, expr)),
        ExprKind::Unary(_, inner) | ExprKind::Parenthesis(inner) => of_expr(text, inner),
        ExprKind::Binary(left, _, right) => [left, right].iter().for_each(|expr| of_expr(text, expr)),
        ExprKind::For(each) => {
            let optional = each.result_key.iter().chain(&each.condition);
            optional.chain([&each.collection, &each.result]).for_each(|expr| of_expr(text, expr));
        }
    }
}

/// Of the pieces of a template.
pub(crate) fn of_pieces(text: &str, pieces: &[Piece]) {
    for piece in pieces {
        match piece {
            Piece::Literal(_, span) => inside(text, *span),
            Piece::Interpolation(expr) => of_expr(text, expr),
            Piece::If(condition, yes, no) => {
                of_expr(text, condition);
                of_pieces(text, yes);
                of_pieces(text, no);
            }
            Piece::For { collection, body, .. } => {
                of_expr(text, collection);
                of_pieces(text, body);
            }
        }
    }
}

/// Of a value and all in it.
pub(crate) fn of_value(sources: &SourceMap, value: &Value) {
    inside_map(sources, value.span);
    value.steps().for_each(|step| inside_map(sources, step.span));
    match &value.data {
        Data::Text(text) => {
            for part in text.parts() {
                let (Part::Literal(_, span) | Part::Hole(_, span)) = part;
                inside_map(sources, *span);
            }
        }
        Data::List(list) => list.items.iter().for_each(|item| of_value(sources, item)),
        Data::Map(map) => {
            for entry in map.entries.values() {
                inside_map(sources, entry.key_span);
                of_value(sources, &entry.value);
            }
        }
        Data::Choice(choice) => choice.arms.iter().for_each(|(_, arm)| of_value(sources, arm)),
        _ => {}
    }
}

/// Of a resource.
pub(crate) fn of_resource(sources: &SourceMap, resource: &Resource) {
    inside_map(sources, resource.span);
    inside_map(sources, resource.name_span);
    of_value(sources, &resource.properties);
}

/// Of findings, with their labels and fixes; the edits of a fix do not overlap.
pub(crate) fn of_findings(sources: &SourceMap, findings: &[Finding]) {
    for finding in findings {
        std::iter::once(&finding.primary).chain(&finding.labels).for_each(|label| inside_map(sources, label.span));
        for fix in &finding.fixes {
            let mut spans: Vec<Span> = fix.edits.iter().map(|edit| edit.span).collect();
            spans.iter().for_each(|span| inside_map(sources, *span));
            spans.sort();
            let apart = |pair: &[Span]| pair[0].file != pair[1].file || pair[0].end <= pair[1].start;
            assert!(spans.windows(2).all(apart), "edits overlap: {spans:?}");
        }
    }
}

/// Of diagnostics.
pub(crate) fn of_diagnostics(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    diagnostics.iter().for_each(|diagnostic| inside_map(sources, diagnostic.span));
}
