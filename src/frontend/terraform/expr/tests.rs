//! The laws of expressions that Terraform cannot be asked about: conditions, places in the source, equality of unknowns.

use super::*;
use crate::frontend::document;
use crate::source::SourceMap;
use crate::syntax::hcl;
use crate::value::{Scenario, ScopeId, Shape, Tri};

/// Every `var.x` is an unknown parameter; `var.arn` is an ARN, `var.flag` a truth value. One file exists.
#[derive(Default)]
struct Parameters(u32);

impl Lookup for Parameters {
    fn lookup(&mut self, root: &str, steps: &[RefStep], span: Span) -> Option<(Value, usize)> {
        let (true, Some(RefStep::Attribute(name))) = (root == "var", steps.first()) else { return None };
        let unknown =
            Unknown::new(Why::Parameter(name.clone()), Term::Parameter(ScopeId(0), format!("var.{name}").into()));
        let refine = match &**name {
            "arn" => Refine::string(Shape::starting("arn:")),
            "account" => Refine::string(Shape::account()),
            "flag" => Refine { kind: Some(Kind::Bool), not_null: true, ..Refine::default() },
            "text" => Refine::string(Shape::any()),
            _ => Refine::default(),
        };
        Some((Value::unknown(unknown.refined(refine), span), 1))
    }

    fn read_file(&mut self, path: &str) -> Result<(FileId, Arc<str>), Why> {
        match path {
            "t.tpl" => Ok((FileId(1), "{\"a\": \"${a}\"}".into())),
            _ => Err(Why::FileAbsent(path.into())),
        }
    }

    fn list_files(&mut self, _folder: &str) -> Option<Vec<String>> {
        None
    }

    fn fresh(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

fn evaluate(text: &str) -> Value {
    let expr = hcl::parse_expression(FileId(0), text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    Evaluator::new(&mut Parameters::default()).evaluate(&expr)
}

/// The value as JSON; `?` for an unknown, alternatives as a list behind `|`.
fn show(value: &Value) -> String {
    match &value.data {
        Data::Null => "null".into(),
        Data::Absent => "absent".into(),
        Data::Bool(known) => known.to_string(),
        Data::Number(number) => number.text().into(),
        Data::String(text) => format!("{text:?}"),
        Data::Text(text) => {
            let part = |part: &Part| match part {
                Part::Literal(text, _) => text.to_string(),
                Part::Hole(..) => "?".into(),
            };
            format!("\"{}\"", text.parts().iter().map(part).collect::<String>())
        }
        Data::List(list) => {
            let mut items: Vec<String> = list.items.iter().map(show).collect();
            items.extend(list.rest.as_ref().map(|_| "...".to_owned()));
            format!("[{}]", items.join(", "))
        }
        Data::Map(map) => {
            let mut entries: Vec<String> =
                map.entries.iter().map(|(key, entry)| format!("{key}: {}", show(&entry.value))).collect();
            entries.extend(map.rest.as_ref().map(|_| "...".to_owned()));
            format!("{{{}}}", entries.join(", "))
        }
        Data::Choice(choice) => {
            let arms: Vec<String> = choice.arms.iter().map(|(_, arm)| show(arm)).collect();
            format!("({})", arms.join(" | "))
        }
        Data::Unknown(unknown) if matches!(unknown.why, Why::Invalid(_)) => "!".into(),
        Data::Unknown(_) => "?".into(),
    }
}

#[test]
fn what_is_known_of_partly_known_values() {
    let table = [
        // Conditions that are not known give alternatives; equal ones give their value.
        ("var.flag ? 1 : 2", "(1 | 2)"),
        ("var.flag ? \"a\" : \"a\"", "\"a\""),
        ("(var.flag ? 1 : 2) + 1", "(2 | 3)"),
        ("upper(var.flag ? \"a\" : \"b\")", "(\"A\" | \"B\")"),
        // One question is asked once, however it is put.
        ("var.flag ? (var.flag ? 1 : 2) : (!var.flag ? 3 : 4)", "(1 | 3)"),
        ("\"${var.flag ? \"a\" : \"b\"}${var.flag ? \"c\" : \"d\"}\"", "(\"ac\" | \"bd\")"),
        ("{ a = var.flag ? 1 : 2, b = 3 }", "{a: (1 | 2), b: 3}"),
        ("[for x in [1, 2] : x if x == 1 || var.flag]", "([1, 2] | [1])"),
        ("{ for x in [\"a\", \"b\"] : x => 1 if x == \"a\" || var.flag }", "({a: 1, b: 1} | {a: 1})"),
        // What an unknown certainly is not.
        ("var.arn == \"\"", "false"),
        ("var.arn == null", "false"),
        ("var.arn != \"\" ? [var.arn] : []", "[?]"),
        ("var.text == \"\"", "?"),
        ("startswith(var.arn, \"arn:\")", "true"),
        ("startswith(\"x-${var.text}\", \"y\")", "false"),
        ("\"x-${var.text}\" == \"y\"", "false"),
        // Strings with holes.
        ("\"a-${var.text}-b\"", "\"a-?-b\""),
        ("upper(\"a-${var.text}\")", "\"A-?\""),
        ("trimprefix(\"arn:${var.text}\", \"arn:\")", "?"),
        ("split(\":\", \"arn:aws:iam::${var.account}:role/x\")[4]", "?"),
        ("split(\":\", \"arn:aws:iam::${var.account}:role/x\")[5]", "\"role/x\""),
        ("split(\":\", \"a:${var.text}\")", "?"),
        ("join(\",\", [\"a\", var.text])", "\"a,?\""),
        ("format(\"%s-%s\", \"a\", var.text)", "\"a-?\""),
        ("substr(\"abc${var.text}\", 0, 2)", "\"ab\""),
        // Collections.
        ("concat([\"a\"], var.list)", "[\"a\", ...]"),
        ("contains(concat([\"a\"], var.list), \"a\")", "true"),
        ("contains(concat([\"a\"], var.list), \"b\")", "?"),
        ("merge({ a = 1 }, var.map)", "{a: ?, ...}"),
        ("merge(var.map, { a = 1 }).a", "1"),
        ("merge(var.map, { a = 1 }).b", "?"),
        ("length(concat([1], [var.x]))", "2"),
        ("compact([\"a\", var.arn])", "[\"a\", ?]"),
        ("compact([\"a\", var.x])", "[\"a\", ...]"),
        ("{ a = 1, b = 2 }[var.text]", "(1 | 2 | !)"),
        ("lookup({ a = 1 }, var.text, 0)", "(1 | 0)"),
        ("[for x in var.list : x]", "[...]"),
        ("var.list[*].a", "[...]"),
        ("var.text[*]", "[?]"),
        // Errors.
        ("try({}.a, 1)", "1"),
        ("try(var.x.a, 1)", "?"),
        ("try(var.arn, 1)", "?"),
        ("try({ a = 1, b = 2 }[var.text], 0)", "(1 | 2 | 0)"),
        ("can({}.a)", "false"),
        ("can(var.arn)", "true"),
        ("var.text.a", "!"),
        ("false && var.x.y", "false"),
        ("null == var.arn || null.a", "!"),
        ("1 / 0", "!"),
    ];
    for (text, expected) in table {
        assert_eq!(show(&evaluate(text)), expected, "{text}");
    }
}

#[test]
fn equal_expressions_over_unknowns_are_equal_values() {
    let equal = |left: &str, right: &str| evaluate(left).same(&evaluate(right));
    assert_eq!(equal("\"ext-${var.x}\"", "\"ext-${var.x}\""), Tri::Yes);
    assert_eq!(equal("\"ext-${var.x}\"", "\"ext-${var.y}\""), Tri::Unknown);
    assert_eq!(equal("\"ext-${var.x}\"", "join(\"-\", [\"ext\", var.x])"), Tri::Yes);
    assert_eq!(equal("lower(var.x)", "lower(var.x)"), Tri::Yes);
    assert_eq!(equal("lower(var.x)", "upper(var.x)"), Tri::Unknown);
    assert_eq!(equal("var.x.a[0]", "var.x[\"a\"][0]"), Tri::Yes);
    assert_eq!(equal("md5(\"x\")", "md5(\"x\")"), Tri::Yes);
    assert_eq!(show(&evaluate("[for i in range(2) : uuid()][0] == [for i in range(2) : uuid()][1]")), "?");
    let Data::List(both) = evaluate("[for i in range(2) : uuid()]").data else { panic!() };
    assert_eq!(both.items[0].same(&both.items[1]), Tri::Unknown);
}

#[test]
fn too_many_alternatives_are_unknown_and_still_themselves() {
    let flags: String = (0..8).map(|at| format!("${{var.f{at} ? \"a\" : \"b\"}}")).collect();
    let text = format!("\"{flags}\"");
    let value = evaluate(&text);
    assert!(value.as_unknown().is_some_and(|unknown| matches!(unknown.why, Why::Budget(_))), "{value:?}");
    assert_eq!(value.same(&evaluate(&text)), Tri::Yes);
    assert_eq!(evaluate(&format!("upper({text})")).same(&evaluate(&format!("lower({text})"))), Tri::Unknown);
}

#[test]
fn alternatives_move_together_in_a_scenario() {
    let value = evaluate("{ mfa = var.flag ? \"ON\" : \"OFF\", role = var.flag ? \"r\" : null }");
    let Data::Map(map) = &value.data else { panic!() };
    let Data::Choice(choice) = &map.entries["mfa"].value.data else { panic!() };
    let Guard::Is(variable, class) = &choice.arms[0].0 else { panic!() };
    assert_eq!(&*variable.label, "var.flag");
    let scenario = Scenario::default().with(variable.clone(), *class);
    assert_eq!(show(&value.under(&scenario)), "{mfa: \"ON\", role: \"r\"}");
}

#[test]
fn a_literal_keeps_its_place() {
    let source = "[\"abc\", \"a\\tb\", \"${\"x\"}\", trimspace(\" y \"), jsonencode({ a = \"deep\" })]";
    let Data::List(list) = evaluate(source).data else { panic!() };
    let place = |at: usize| &source[list.items[at].span.range()];
    assert_eq!(place(0), "abc");
    assert_eq!(place(2), "x");
    assert_eq!(place(3), "y");
    let structure = list.items[4].structure.as_ref().unwrap();
    let deep = structure.get("a");
    assert_eq!((show(&deep), &source[deep.span.range()]), ("\"deep\"".into(), "deep"));
}

#[test]
fn an_indented_heredoc_is_a_policy_with_places() {
    let source = "<<-EOT\n    {\n      \"Effect\": \"Allow\"\n    }\n  EOT";
    let value = evaluate(source);
    assert_eq!(value.as_str(), Some("{\n  \"Effect\": \"Allow\"\n}\n"));
    let mut sources = SourceMap::default();
    sources.add("main.tf", source);
    let policy = document::parse_json(&value, &sources).unwrap();
    let effect = policy.get("Effect");
    assert_eq!(effect.as_str(), Some("Allow"));
    assert!(source[effect.span.range()].contains("Allow"), "{}", &source[effect.span.range()]);
}

#[test]
fn what_was_encoded_is_read_back_as_itself() {
    let mut sources = SourceMap::default();
    let source = "jsonencode({ Effect = var.flag ? \"Allow\" : \"Deny\", Resource = var.arn, n = var.x })";
    sources.add("main.tf", source);
    let value = evaluate(source);
    let Data::Choice(choice) = &value.data else { panic!("{value:?}") };
    assert_eq!(choice.arms.len(), 2);
    let read = document::parse_json(&choice.arms[0].1, &sources).unwrap();
    assert_eq!(show(&read), "{Effect: \"Allow\", Resource: ?, n: ?}");
    assert_eq!(read.get("Resource").same(&evaluate("var.arn")), Tri::Yes);

    // Also without the structure: the text is enough.
    let text = Value { structure: None, ..choice.arms[0].1.clone() };
    assert_eq!(show(&text), "\"{\"Effect\":\"Allow\",\"Resource\":?,\"n\":?}\"");
    let read = document::parse_json(&text, &sources).unwrap();
    assert_eq!(read.get("Resource").same(&evaluate("var.arn")), Tri::Yes);
    assert_eq!(show(&evaluate(&format!("jsondecode({source}).Effect"))), "(\"Allow\" | \"Deny\")");
}

#[test]
fn a_template_file_sees_its_variables_only() {
    assert_eq!(show(&evaluate("templatefile(\"t.tpl\", { a = var.x })")), "\"{\"a\": \"?\"}\"");
    assert_eq!(show(&evaluate("templatefile(\"t.tpl\", {})")), "!");
    assert_eq!(show(&evaluate("templatefile(\"none.tpl\", {})")), "?");
    assert_eq!(show(&evaluate("fileexists(\"none.tpl\")")), "false");
    let Data::Text(text) = evaluate("templatefile(\"t.tpl\", { a = var.x })").data else { panic!() };
    assert!(matches!(&text.parts()[0], Part::Literal(_, span) if span.file == FileId(1) && span.len() == 7));
}

#[test]
fn types_are_read_and_applied() {
    let source =
        "object({ a = string, b = optional(object({ c = optional(number, \"3\") }), {}), d = optional(list(any)) })";
    let kind = parse_type(&hcl::parse_expression(FileId(0), source).unwrap());
    let value = convert(&evaluate("{ a = 1, dropped = true, d = [1, \"x\"] }"), &kind);
    assert_eq!(show(&value), "{a: \"1\", b: {c: 3}, d: [\"1\", \"x\"]}");
    assert!(is_error(&convert(&evaluate("{}"), &kind)));
    assert_eq!(show(&convert(&evaluate("var.flag ? { a = 1 } : { a = 2 }"), &kind)).matches(" | ").count(), 1);
}

#[test]
fn bombs_end_in_a_limit() {
    let doubled =
        |times: usize| (0..times).fold("1".to_owned(), |inner, _| format!("[for x in [1] : [{inner}, {inner}]]"));
    evaluate("[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 0]]]");
    evaluate(&doubled(6));
    let long = "replace(\"aaaaaaaaaa\", \"a\", \"aaaaaaaaaa\")";
    evaluate(&format!("[for a in range(100) : join(\"\", [for b in range(100) : {long}])]"));
    let nested = (0..7).fold("\"a\"".to_owned(), |inner, _| {
        format!("replace({inner}, \"a\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\")")
    });
    evaluate(&nested);
}
