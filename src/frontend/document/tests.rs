use super::parse_json;
use crate::source::{FileId, SourceMap, Span};
use crate::value::{Data, Part, Term, Tri, Unknown, Value, Why};
use std::sync::Arc;

/// A source text in which `«name»` marks a hole; the text as a value whose literals stand where the source has them.
fn read(template: &str) -> (Option<Value>, SourceMap) {
    let mut sources = SourceMap::default();
    let file = sources.add("t", template);
    let mut parts = Vec::new();
    let mut at = 0;
    for piece in template.split_inclusive('»') {
        let (literal, hole) = match piece.split_once('«') {
            Some((literal, name)) => (literal, Some(name.trim_end_matches('»'))),
            None => (piece, None),
        };
        let span = |from: usize, to: usize| Span::new(file, at + from, at + to);
        parts.push(Part::Literal(literal.into(), span(0, literal.len())));
        parts.extend(hole.map(|name| Part::Hole(unknown(name), span(literal.len(), piece.len()))));
        at += piece.len();
    }
    let value = Value::text(parts, Span::new(file, 0, template.len()));
    (parse_json(&value, &sources), sources)
}

fn unknown(name: &str) -> Arc<Unknown> {
    Arc::new(Unknown::new(Why::Parameter(name.into()), Term::Dynamic(name.into())))
}

fn term_of(value: &Value) -> Option<Term> {
    value.as_unknown().map(|unknown| unknown.term.clone())
}

#[test]
fn a_hole_in_a_string_gives_a_text() {
    let (value, sources) = read(r#"{"Resource": ["arn:aws:sns:«region»:1:t", "x"], "N": -1.5, "B": true}"#);
    let value = value.unwrap();
    let items = value.get("Resource");
    let items = &items.as_list().unwrap().items;
    let Data::Text(text) = &items[0].data else { panic!("{items:?}") };
    assert_eq!(text.parts().len(), 3);
    assert_eq!(text.same_str("arn:aws:sns:eu-west-1:1:t"), Tri::Unknown);
    assert_eq!(text.same_str("arn:aws:sqs:eu-west-1:1:t"), Tri::No);
    let places: Vec<&str> = text
        .parts()
        .iter()
        .map(|part| match part {
            Part::Literal(_, span) | Part::Hole(_, span) => sources.slice(*span),
        })
        .collect();
    assert_eq!(places, ["arn:aws:sns:", "«region»", ":1:t"]);
    assert_eq!(sources.slice(items[1].span), "x");
    assert_eq!(sources.slice(value.get("N").span), "-1.5");
}

#[test]
fn a_hole_in_a_values_place_gives_an_unknown() {
    let (value, _) = read(r#"{"Statement": «statements», "Version": "2012-10-17"}"#);
    let value = value.unwrap();
    let expected = Term::call("jsondecode", [Term::Dynamic("statements".into())]);
    assert_eq!(term_of(&value.get("Statement")), Some(expected));
    assert_eq!(value.get("Version").as_str(), Some("2012-10-17"));
}

#[test]
fn a_hole_in_a_key_or_among_entries_opens_the_object() {
    for text in [r#"{"a": 1, "«key»:aud": 2}"#, r#"{"a": 1, «more»}"#, r#"{"a": 1 «more»}"#, r#"{«more» "a": 1}"#]
    {
        let (value, _) = read(text);
        let value = value.unwrap();
        assert_eq!(value.get("a").as_number().unwrap().as_i64(), Some(1), "{text}");
        assert!(value.get("b").is_unknown(), "{text}");
    }
}

#[test]
fn a_hole_among_elements_opens_the_list() {
    for text in [r#"[1, «more»]"#, "[«more», 1]", "[1 «more»]", "[1, «a», «b»]"] {
        let (value, _) = read(text);
        let value = value.unwrap();
        let list = value.as_list().unwrap();
        assert_eq!(list.items.len(), 1, "{text}");
        assert!(list.rest.is_some(), "{text}");
    }
}

#[test]
fn what_some_filling_makes_json_is_unknown() {
    for text in ["«all»", "{\"a\": 1«digits»}", "«start» \"a\": 1}", "{\"a\" «colon and value»}", "[«digits»1]"]
    {
        let (value, _) = read(text);
        assert!(value.unwrap().is_unknown(), "{text}");
    }
}

#[test]
fn what_no_filling_makes_json_is_nothing() {
    for text in ["", "{", "{\"a\": 1", "[1 2]", "{'a': 1}", "{\"a\": \"«x»\" \"b\"}", "{a: 1}", "[1] 2", "\"\\x\""] {
        let (value, _) = read(text);
        assert!(value.is_none(), "{text}");
    }
    let null = Value::null(Span::new(FileId(0), 0, 0));
    assert!(parse_json(&null, &SourceMap::default()).is_none());
}

#[test]
fn spans_lead_into_an_indented_block_and_through_escapes() {
    let mut sources = SourceMap::default();
    let file =
        sources.add("t", "P: |\n    {\n      \"Action\": \"sns:*\"\n    }\nQ: \"{\\\"Action\\\": \\\"sns:*\\\"}\"\n");
    let text = sources.file(file).unwrap().text.clone();
    let span = |from: &str, to: &str| Span::new(file, text.find(from).unwrap(), text.rfind(to).unwrap() + to.len());
    let block = Value::string("{\n  \"Action\": \"sns:*\"\n}\n", Span::new(file, 9, text.find("Q:").unwrap() - 1));
    let quoted = Value::string("{\"Action\": \"sns:*\"}", span("\"{", "}\""));
    for value in [block, quoted] {
        let read = parse_json(&value, &sources).unwrap();
        assert_eq!(sources.slice(read.get("Action").span), "sns:*");
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let (value, _) = read(&deep);
    assert!(value.unwrap().is_unknown());
}
