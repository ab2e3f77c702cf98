//! The JSON syntax of Terraform (`*.tf.json`, `*.tfvars.json`) as the same tree that HCL gives.
//!
//! Which keys are blocks follows from where they stand; inside a resource that needs the provider's schema, so there every key
//! is an attribute: a nested block is an object, or a list of objects. Strings are templates.

use crate::source::{FileId, Span};
use crate::syntax::hcl::{
    Attribute, Block, Body, Expr, ExprKind, Name, ObjectKey, Parsed, Piece, StepKind, parse_expression, parse_template,
};
use crate::syntax::json;
use crate::syntax::tree::{NodeId, NodeKind, Tree};
use std::sync::Arc;

/// Values nested deeper than this are null.
const DEEPEST: usize = 64;

/// Reads a configuration file.
pub(super) fn parse_configuration(file: FileId, text: &str) -> Parsed {
    read(file, text, |reader, root| {
        let mut body = Body::default();
        for (key, value) in reader.entries(root) {
            let labels = match &*key.text {
                "resource" | "data" | "ephemeral" => 2,
                "variable" | "output" | "module" | "provider" => 1,
                _ => 0,
            };
            reader.blocks(&key, value, labels, Vec::new(), &mut body.blocks);
        }
        body
    })
}

/// Reads a file of variable values.
pub(super) fn parse_values(file: FileId, text: &str) -> Parsed {
    read(file, text, |reader, root| Body { attributes: reader.attributes(root), blocks: Vec::new() })
}

fn read(file: FileId, text: &str, body: impl FnOnce(&mut Reader<'_>, NodeId) -> Body) -> Parsed {
    let tree = json::parse(file, text);
    let mut reader = Reader { tree: &tree, file, text, lost: Vec::new() };
    let body = tree.documents.first().map(|root| body(&mut reader, *root)).unwrap_or_default();
    let mut lost = reader.lost;
    lost.extend(tree.errors.iter().map(|error| error.span));
    Parsed { body, comments: Vec::new(), lost, errors: tree.errors }
}

struct Reader<'t> {
    tree: &'t Tree,
    file: FileId,
    text: &'t str,
    lost: Vec<Span>,
}

impl Reader<'_> {
    fn span(&self, id: NodeId) -> Span {
        self.tree.node(id).span
    }

    /// The entries of an object, or of all objects of a list; a key `//` is a comment.
    fn entries(&self, id: NodeId) -> Vec<(Name, NodeId)> {
        let objects = match self.tree.items(id) {
            [] => vec![id],
            items => items.to_vec(),
        };
        let entries = objects.iter().flat_map(|object| self.tree.entries(*object));
        let named = entries.filter_map(|(key, value)| {
            let text = self.tree.str(*key)?.clone();
            (&*text != "//").then(|| (Name { text, span: self.span(*key) }, *value))
        });
        named.collect()
    }

    /// The blocks of a type: objects below as many labels as the type has; a list stands for several blocks.
    fn blocks(&mut self, kind: &Name, value: NodeId, labels: usize, above: Vec<Name>, blocks: &mut Vec<Block>) {
        if labels > 0 {
            for (label, inner) in self.entries(value) {
                let mut labels_here = above.clone();
                labels_here.push(label);
                self.blocks(kind, inner, labels - 1, labels_here, blocks);
            }
            return;
        }
        let objects = match self.tree.items(value) {
            [] => vec![value],
            items => items.to_vec(),
        };
        for object in objects {
            let body = self.body(&kind.text, object);
            blocks.push(Block { kind: kind.clone(), labels: above.clone(), body, span: self.span(object) });
        }
    }

    /// The inside of a block.
    fn body(&mut self, kind: &str, object: NodeId) -> Body {
        let mut body = Body::default();
        for (key, value) in self.entries(object) {
            let nested_labels = match (kind, &*key.text) {
                ("terraform", "backend") | ("resource" | "data" | "content" | "dynamic", "dynamic") => Some(1),
                ("resource", "provisioner") => Some(1),
                ("terraform", "cloud") | ("resource" | "data", "lifecycle") => Some(0),
                ("variable", "validation") | ("dynamic", "content") => Some(0),
                _ => None,
            };
            match nested_labels {
                Some(labels) => self.blocks(&key, value, labels, Vec::new(), &mut body.blocks),
                None => {
                    let value = self.expr(value, (kind, &*key.text) == ("variable", "type"), 0);
                    body.attributes.push(Attribute { key, value });
                }
            }
        }
        body
    }

    fn attributes(&mut self, object: NodeId) -> Vec<Attribute> {
        let entries = self.entries(object).into_iter();
        entries.map(|(key, value)| Attribute { key, value: self.expr(value, false, 0) }).collect()
    }

    /// A value as an expression; a string as a template, or, where `code`, as an expression of its own.
    fn expr(&mut self, id: NodeId, code: bool, depth: usize) -> Expr {
        let id = self.tree.resolve(id);
        let span = self.span(id);
        let kind = match &self.tree.node(id).kind {
            _ if depth > DEEPEST => {
                self.lost.push(span);
                ExprKind::Null
            }
            NodeKind::Null | NodeKind::Alias(_) => ExprKind::Null,
            NodeKind::Bool(value) => ExprKind::Bool(*value),
            NodeKind::Number(number) => ExprKind::Number(number.clone()),
            NodeKind::String(text) if code => self.code(text, span),
            NodeKind::String(text) => self.template(text, span),
            NodeKind::Sequence(items) => {
                ExprKind::Tuple(items.iter().map(|item| self.expr(*item, false, depth + 1)).collect())
            }
            NodeKind::Mapping(_) => {
                let mut entries = Vec::new();
                for (key, value) in self.entries_of(id) {
                    let key = Expr { span: key.span, kind: self.template(&key.text, key.span) };
                    entries.push((ObjectKey::Expr(key), self.expr(value, false, depth + 1)));
                }
                ExprKind::Object(entries)
            }
        };
        Expr { span, kind }
    }

    /// The entries of one object, comments too: inside of values they are ordinary keys.
    fn entries_of(&self, id: NodeId) -> Vec<(Name, NodeId)> {
        let entries = self.tree.entries(id).iter();
        let named = entries.filter_map(|(key, value)| {
            Some((Name { text: self.tree.str(*key)?.clone(), span: self.span(*key) }, *value))
        });
        named.collect()
    }

    fn code(&mut self, text: &Arc<str>, span: Span) -> ExprKind {
        match parse_expression(self.file, text) {
            Ok(mut expr) => {
                place(&mut expr, span);
                expr.kind
            }
            Err(_) => ExprKind::String(text.clone()),
        }
    }

    /// A string as a template. Where its JSON has no escapes, every part keeps its own place, else all have the string's.
    fn template(&mut self, text: &Arc<str>, span: Span) -> ExprKind {
        let inside = span.range().start + 1..span.range().end.saturating_sub(1);
        let plain = self.text.get(inside.clone()).is_some_and(|source| *source == **text);
        if !text.contains("${") && !text.contains("%{") {
            return match plain {
                true => ExprKind::String(text.clone()),
                false => ExprKind::Template(vec![Piece::Literal(text.clone(), span)]),
            };
        }
        let pieces = match plain {
            true => parse_template(self.file, self.text, Some(inside)),
            false => parse_template(self.file, text, None),
        };
        match pieces {
            Ok(mut pieces) => {
                if !plain {
                    pieces.iter_mut().for_each(|piece| place_piece(piece, span));
                }
                ExprKind::Template(pieces)
            }
            Err(_) => {
                self.lost.push(span);
                ExprKind::Variable("a template that does not parse".into())
            }
        }
    }
}

/// Gives an expression and all of its parts one place. Depth is what the parser of expressions allows.
fn place(expr: &mut Expr, span: Span) {
    expr.span = span;
    match &mut expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Variable(_) => {}
        ExprKind::Template(pieces) => pieces.iter_mut().for_each(|piece| place_piece(piece, span)),
        ExprKind::Tuple(items) => items.iter_mut().for_each(|item| place(item, span)),
        ExprKind::Object(entries) => {
            for (key, value) in entries {
                match key {
                    ObjectKey::Name(name) => name.span = span,
                    ObjectKey::Expr(key) => place(key, span),
                }
                place(value, span);
            }
        }
        ExprKind::Traversal(base, steps) => {
            place(base, span);
            for step in steps {
                step.span = span;
                if let StepKind::Index(index) = &mut step.kind {
                    place(index, span);
                }
            }
        }
        ExprKind::Call(name, arguments, _) => {
            name.span = span;
            arguments.iter_mut().for_each(|argument| place(argument, span));
        }
        ExprKind::Conditional(condition, yes, no) => {
            [condition, yes, no].into_iter().for_each(|part| place(part, span));
        }
        ExprKind::Unary(_, inner) | ExprKind::Parenthesis(inner) => place(inner, span),
        ExprKind::Binary(left, _, right) => [left, right].into_iter().for_each(|part| place(part, span)),
        ExprKind::For(each) => {
            let parts =
                [Some(&mut each.collection), Some(&mut each.result), each.result_key.as_mut(), each.condition.as_mut()];
            parts.into_iter().flatten().for_each(|part| place(part, span));
        }
    }
}

fn place_piece(piece: &mut Piece, span: Span) {
    match piece {
        Piece::Literal(_, at) => *at = span,
        Piece::Interpolation(expr) => place(expr, span),
        Piece::If(condition, yes, no) => {
            place(condition, span);
            yes.iter_mut().chain(no).for_each(|piece| place_piece(piece, span));
        }
        Piece::For { collection, body, .. } => {
            place(collection, span);
            body.iter_mut().for_each(|piece| place_piece(piece, span));
        }
    }
}
