//! How deep an expression is nested: together with the depth of references it decides how much stack an evaluation needs.

use crate::syntax::hcl::{Expr, ExprKind, ObjectKey, Piece, StepKind};

/// The number of expressions inside each other. The parser bounds it.
pub(super) fn nesting(expr: &Expr) -> usize {
    let deepest = |exprs: &mut dyn Iterator<Item = &Expr>| exprs.map(nesting).max().unwrap_or(0);
    1 + match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Variable(_) => 0,
        ExprKind::Template(pieces) => of_pieces(pieces),
        ExprKind::Tuple(items) => deepest(&mut items.iter()),
        ExprKind::Object(entries) => deepest(&mut entries.iter().flat_map(|(key, value)| {
            let key = match key {
                ObjectKey::Name(_) => None,
                ObjectKey::Expr(key) => Some(key),
            };
            key.into_iter().chain([value])
        })),
        ExprKind::Traversal(base, steps) => {
            let indices = steps.iter().filter_map(|step| match &step.kind {
                StepKind::Index(index) => Some(index),
                _ => None,
            });
            deepest(&mut indices.chain([&**base]))
        }
        ExprKind::Call(_, arguments, _) => deepest(&mut arguments.iter()),
        ExprKind::Conditional(condition, yes, no) => deepest(&mut [&**condition, yes, no].into_iter()),
        ExprKind::Unary(_, inner) | ExprKind::Parenthesis(inner) => nesting(inner),
        ExprKind::Binary(left, _, right) => deepest(&mut [&**left, right].into_iter()),
        ExprKind::For(each) => {
            let optional = each.result_key.iter().chain(&each.condition);
            deepest(&mut optional.chain([&each.collection, &each.result]))
        }
    }
}

fn of_pieces(pieces: &[Piece]) -> usize {
    let of_piece = |piece: &Piece| match piece {
        Piece::Literal(..) => 0,
        Piece::Interpolation(expr) => nesting(expr),
        Piece::If(condition, yes, no) => 1 + nesting(condition).max(of_pieces(yes)).max(of_pieces(no)),
        Piece::For { collection, body, .. } => 1 + nesting(collection).max(of_pieces(body)),
    };
    pieces.iter().map(of_piece).max().unwrap_or(0)
}
