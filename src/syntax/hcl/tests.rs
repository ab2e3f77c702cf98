use super::*;

fn expression(text: &str) -> Expr {
    parse_expression(FileId(0), text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn text(source: &str) -> String {
    expression(source).as_text().unwrap_or_else(|| panic!("{source}")).to_string()
}

fn of_piece<'a>(piece: &Piece, source: &'a str) -> Option<(String, &'a str)> {
    match piece {
        Piece::Literal(text, span) => Some((text.to_string(), &source[span.range()])),
        _ => None,
    }
}

#[test]
fn escapes_are_resolved() {
    assert_eq!(
        text(r#""a\tb \"q\" \u00e9 \U0001F600 \\ $${x} %%{y} $x %y $$ %%""#),
        "a\tb \"q\" é 😀 \\ ${x} %{y} $x %y $$ %%"
    );
    assert_eq!(text("\"\""), "");
}

#[test]
fn a_literal_is_as_long_as_its_span_where_the_source_spells_it() {
    let source = r#""ab\n${x}cd""#;
    let ExprKind::Template(pieces) = expression(source).kind else { panic!() };
    let literals: Vec<_> = pieces.iter().filter_map(|piece| of_piece(piece, source)).collect();
    assert_eq!(literals, [("ab".into(), "ab"), ("\n".into(), "\\n"), ("cd".into(), "cd")]);
}

#[test]
fn heredoc_indentation_and_strip_markers() {
    // What Terraform 1.11 answers.
    let blank_lines_do_not_count = "<<-EOT\n    ${1}\n      x\n\n      \n    y\n  EOT";
    let ExprKind::Template(pieces) = expression(blank_lines_do_not_count).kind else { panic!() };
    let literals: Vec<_> =
        pieces.iter().filter_map(|piece| of_piece(piece, blank_lines_do_not_count)).map(|(text, _)| text).collect();
    assert_eq!(literals.concat(), "\n  x\n\n      \ny\n");
    assert_eq!(text("<<EOT\nEOT"), "");
    let empty = parse(FileId(0), "a = <<EOT\nEOT\nb = [<<-E\r\n  E\n, <<EOT\nx\nEOT\n]\nc = 1\n");
    assert_eq!((empty.errors.len(), empty.body.attributes.len()), (0, 3));
    assert_eq!(text("<<EOT\n  a\\n $${x}\nEOT"), "  a\\n ${x}\n");
    assert_eq!(text("<<-EOT\n  a\n   b\nEOT"), "a\n b\n");

    let stripped = "<<-EOT\n    x ${~ 1}\n   y\n  EOT";
    let ExprKind::Template(pieces) = expression(stripped).kind else { panic!() };
    let literals: Vec<_> = pieces.iter().filter_map(|piece| of_piece(piece, stripped)).collect();
    assert_eq!(literals, [(" x".into(), " x"), ("\n".into(), "\n"), ("y\n".into(), "y\n")]);
}

#[test]
fn directives_nest() {
    let pieces = parse_template(FileId(0), "%{ if a }x%{ for k, v in b ~}\n  y%{ endfor }%{ else }z%{ endif }", None);
    let pieces = pieces.unwrap();
    let [Piece::If(_, yes, no)] = pieces.as_slice() else { panic!("{pieces:?}") };
    assert!(matches!(yes.as_slice(), [Piece::Literal(..), Piece::For { key: Some(_), .. }]), "{yes:?}");
    assert!(matches!(no.as_slice(), [Piece::Literal(text, _)] if &**text == "z"));
}

#[test]
fn what_does_not_read_costs_only_its_own_item() {
    let source = "a = 1\nb {\n  c = = 2\n}\nd {\n  e = 3\n}\nf = \n";
    let parsed = parse(FileId(0), source);
    assert_eq!(parsed.errors.len(), 2, "{:?}", parsed.errors);
    let lost: Vec<_> = parsed.lost.iter().map(|span| &source[span.range()]).collect();
    assert_eq!(lost, ["b {\n  c = = 2\n}\n", "f = \n"]);
    assert_eq!(parsed.body.attributes.len(), 1);
    let block = &parsed.body.blocks[0];
    assert_eq!((&*block.kind.text, &source[block.span.range()]), ("d", "d {\n  e = 3\n}"));
    assert_eq!(&source[block.body.attributes[0].value.span.range()], "3");
}

#[test]
fn an_open_bracket_does_not_swallow_the_file() {
    let source = "a {\n  x = [1,\n}\nb {\n  y = 1\n}\n";
    let parsed = parse(FileId(0), source);
    assert_eq!(parsed.errors.len(), 1);
    assert_eq!(parsed.body.blocks.len(), 1);
    assert_eq!(&source[parsed.lost[0].range()], "a {\n  x = [1,\n}\n");
}

#[test]
fn repairs_move_nothing() {
    let sources = [
        "\u{feff}a = { for k in x : k => k # why\n  ? 1\n  : 2 }\n",
        "a = { x = 1, x = 2, \"x\" = 3 }\n",
        "a = { x = 1\r\n x = 2\r\n }\r\nb = {}\r\n",
    ];
    for source in sources {
        let parsed = parse(FileId(0), source);
        assert!(parsed.errors.is_empty(), "{source}: {:?}", parsed.errors);
        assert_eq!(&*parsed.body.attributes[0].key.text, "a");
        if let ExprKind::Object(entries) = &parsed.body.attributes[0].value.kind {
            let keys: Vec<_> = entries.iter().map(|(key, _)| source[key.span().range()].trim_matches('"')).collect();
            assert!(keys.iter().all(|key| *key == "x"), "{keys:?}");
        }
    }
}

#[test]
fn comments_and_where_they_stand() {
    let source = "# one\na = 1 // two\nb = \"# no\" /* three */ # four\n";
    let parsed = parse(FileId(0), source);
    let found: Vec<_> =
        parsed.comments.iter().map(|comment| (&source[comment.span.range()], comment.trailing)).collect();
    assert_eq!(found, [("# one", false), ("// two", true), ("/* three */", true), ("# four", true)]);
}

#[test]
fn numbers_keep_their_text() {
    let ExprKind::Number(number) = expression("100000000000000000000.10").kind else { panic!() };
    assert_eq!(number.text(), "100000000000000000000.10");
}

#[test]
fn nesting_is_an_error_not_a_crash() {
    for bomb in ["(".repeat(10_000), "[".repeat(10_000), "a {\n".repeat(10_000), "\"${".repeat(10_000)] {
        let parsed = parse(FileId(0), &format!("x = {bomb}"));
        assert!(!parsed.errors.is_empty());
        parse(FileId(0), &bomb);
    }
}
