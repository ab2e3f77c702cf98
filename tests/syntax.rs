//! Text to tree: fixtures with the expected dump beside them, and laws over generated text.
//!
//! A fixture `testdata/syntax/NAME` has its dump in `NAME.tree`. `UPDATE_EXPECTED=1` writes the dumps anew.

#![expect(clippy::unwrap_used, reason = "a panic is how a test says that something does not hold")]

use coglint::source::{FileId, Span};
use coglint::syntax::tree::{NodeId, NodeKind, Tree};
use coglint::syntax::{self, json, yaml};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const FILE: FileId = FileId(0);

fn fixtures() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/syntax");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| matches!(path.extension().and_then(|name| name.to_str()), Some("yaml" | "json")));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn trees_are_as_expected() {
    let mut wrong = Vec::new();
    for (path, text) in fixtures() {
        let expected_path = PathBuf::from(format!("{}.tree", path.display()));
        let actual = dump(&text, &syntax::parse_template(FILE, &text));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&expected_path, &actual).unwrap();
        }
        if std::fs::read_to_string(&expected_path).unwrap_or_default() != actual {
            wrong.push(format!("{}:\n{actual}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("- ", ""), ("? ", "")] {
        let text = format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
        for tree in [json::parse(FILE, &text), yaml::parse(FILE, &text)] {
            assert!(!tree.errors.is_empty(), "{open}");
            assert!(tree.len() < 1_000, "{open}");
        }
    }
}

#[test]
fn a_key_may_have_many_comments_and_be_long() {
    let comments = "  # a comment\n".repeat(500);
    let key = "k".repeat(3_000);
    let tree = yaml::parse(FILE, &format!("A:\n{comments}  \"{key}\": 1\n"));
    assert_eq!(tree.errors, []);
    assert_eq!(tree.comments.len(), 500);
}

/// One line a node: its depth, kind, tag, source text, and whether it was cut; then comments, errors and repeated keys.
fn dump(text: &str, tree: &Tree) -> String {
    let mut out = String::new();
    for document in &tree.documents {
        dump_node(text, tree, *document, 0, &mut out);
        out.push_str("---\n");
    }
    for comment in &tree.comments {
        let place = if comment.trailing { "trailing" } else { "own line" };
        writeln!(out, "comment ({place}) {}", source(text, comment.span)).unwrap();
    }
    for error in &tree.errors {
        writeln!(out, "error at {}: {}", error.span.start, error.message).unwrap();
    }
    for (first, again) in tree.duplicates() {
        let at = |id: NodeId| tree.node(id).span.start;
        writeln!(out, "duplicate {} at {} and {}", tree.str(again).unwrap(), at(first), at(again)).unwrap();
    }
    out
}

fn dump_node(text: &str, tree: &Tree, id: NodeId, depth: usize, out: &mut String) {
    let node = tree.node(id);
    let indent = "  ".repeat(depth);
    let tag = node.tag.as_ref().map_or(String::new(), |tag| format!("{} ", source(text, tag.span)));
    let cut = if tree.is_cut(id) { " (cut)" } else { "" };
    let place = source(text, node.span);
    match &node.kind {
        NodeKind::Null => writeln!(out, "{indent}{tag}null <- {place}").unwrap(),
        NodeKind::Bool(value) => writeln!(out, "{indent}{tag}{value} <- {place}").unwrap(),
        NodeKind::Number(number) => writeln!(out, "{indent}{tag}number {number} <- {place}").unwrap(),
        NodeKind::String(string) => writeln!(out, "{indent}{tag}{string:?} <- {place}").unwrap(),
        NodeKind::Alias(target) => {
            let target =
                target.map_or("nothing".to_owned(), |target| format!("node at {}", tree.node(target).span.start));
            writeln!(out, "{indent}alias of {target} <- {place}").unwrap();
        }
        NodeKind::Sequence(items) => {
            writeln!(out, "{indent}{tag}sequence{cut} {}..{}", node.span.start, node.span.end).unwrap();
            for item in items {
                dump_node(text, tree, *item, depth + 1, out);
            }
        }
        NodeKind::Mapping(entries) => {
            writeln!(out, "{indent}{tag}mapping{cut} {}..{}", node.span.start, node.span.end).unwrap();
            for (key, value) in entries {
                dump_node(text, tree, *key, depth + 1, out);
                dump_node(text, tree, *value, depth + 2, out);
            }
        }
    }
}

fn source(text: &str, span: Span) -> String {
    format!("{:?}", &text[span.range()])
}

/// Every span lies in the text, on character boundaries, and a child inside its parent, behind its elder siblings.
fn check_spans(text: &str, tree: &Tree) {
    let inside = |span: Span| text.get(span.range()).is_some();
    for id in tree.ids() {
        let node = tree.node(id);
        assert!(inside(node.span), "{:?}", node.span);
        assert!(node.tag.as_ref().is_none_or(|tag| inside(tag.span)));
        let children: Vec<NodeId> = match &node.kind {
            NodeKind::Sequence(items) => items.clone(),
            NodeKind::Mapping(entries) => entries.iter().flat_map(|(key, value)| [*key, *value]).collect(),
            _ => Vec::new(),
        };
        let mut before = node.span.start;
        for child in children {
            let span = tree.node(child).span;
            assert!(span.start >= before && span.end <= node.span.end, "{span:?} in {:?} behind {before}", node.span);
            before = span.start;
        }
    }
    for comment in &tree.comments {
        assert!(text.get(comment.span.range()).is_some_and(|comment| comment.starts_with('#')));
    }
    for error in &tree.errors {
        assert!(inside(error.span), "{:?}", error.span);
    }
}

fn check_all(text: &str) {
    for tree in [yaml::parse(FILE, text), json::parse(FILE, text), syntax::parse_template(FILE, text)] {
        check_spans(text, &tree);
    }
}

proptest! {
    #[test]
    fn any_text_gives_a_tree(text in "\\PC{0,80}") {
        check_all(&text);
    }

    #[test]
    fn text_made_of_syntax_gives_a_tree(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "ä: ", "- ", "? ", ": ", "\n", "\n  ", "\r\n", "{", "}", "[", "]", ",", "\"", "'", "\\u12", "|\n", ">-\n",
            "&x ", "*x", "!Ref ", "!!str ", "<<: ", "# c", "\t", "---\n", "...\n", "0x1F", "12:30", "\u{feff}", "\0", "%",
        ]), 0..60)
    ) {
        check_all(&pieces.concat());
    }

    #[test]
    fn mutated_fixtures_give_trees(which in 0usize..1000, at in 0.0f64..1.0, drop in 0usize..6, insert in "[\"'\\[\\]{}:,\n \t#&*!|>-]{0,3}") {
        let fixtures = fixtures();
        let text = &fixtures[which % fixtures.len()].1;
        let boundary = |offset: usize| (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = boundary((text.len() as f64 * at) as usize);
        let end = boundary(start + drop).max(start);
        check_all(&format!("{}{insert}{}", &text[..start], &text[end..]));
    }

    #[test]
    fn json_agrees_with_another_parser(text in "[\\[\\]{}\",:0-9eE+.tfn \\-]{0,24}") {
        let ours = json::parse(FILE, &text).errors.is_empty();
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // Numbers out of a double's range are no error to us.
        let too_large = theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
        prop_assert!(ours == theirs.is_ok() || too_large, "{:?}", theirs);
    }
}
