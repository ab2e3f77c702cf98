//! Configurations made to exhaust whoever reads them: each ends soon, says which limit it met, and costs the rest of the run
//! nothing.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use coglint::discover::Found;
use coglint::frontend::InputKind;
use coglint::source::MemoryFiles;
use coglint::{Options, Report};
use std::fmt::Write;
use std::time::{Duration, Instant};

const GOOD: &str = "resource \"aws_cognito_user_pool\" \"p\" {\n  name = \"p\"\n  mfa_configuration = \"ON\"\n}\n";

/// A run without optimization on a busy machine; a real one takes a tenth of it.
const SOON: Duration = Duration::from_secs(60);

fn lint(files: &[(String, String)]) -> Report {
    let memory = files.iter().fold(MemoryFiles::default(), |memory, (path, text)| memory.with(path, text));
    let input = |(path, text): &(String, String)| Found {
        path: path.as_str().into(),
        kind: InputKind::Terraform,
        text: text.as_str().into(),
        named: true,
    };
    coglint::lint(&memory, &files.iter().map(input).collect::<Vec<_>>(), &Options::default())
}

/// Lints files beside a sound root module; gives the diagnostics.
fn survives(files: &[(&str, String)]) -> Vec<String> {
    // A module that cannot be about a user pool need not be read at all: each names one.
    let named = |text: &String| format!("# aws_cognito_user_pool\n{text}");
    let mut all: Vec<(String, String)> = files
        .iter()
        .map(|(path, text)| (format!("bad/{path}"), if path.ends_with(".tf") { named(text) } else { text.clone() }))
        .collect();
    all.push(("good/main.tf".to_owned(), GOOD.to_owned()));
    let start = Instant::now();
    let report = lint(&all);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let path = |finding: &coglint::finding::Finding| report.sources.path(finding.primary.span.file).to_owned();
    assert!(report.findings.iter().any(|finding| path(finding) == "good/main.tf"), "the rest of the run goes on");
    report.diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
}

/// A pool named by an expression, with locals.
fn pool(locals: &str, name: &str) -> String {
    format!("locals {{\n{locals}}}\nresource \"aws_cognito_user_pool\" \"p\" {{\n  name = {name}\n}}\n")
}

/// `prefix0 = first`, and 60 locals more, each of which is made of the one before.
fn doubled(prefix: &str, first: &str, next: impl Fn(String) -> String) -> String {
    let mut locals = format!("  {prefix}0 = {first}\n");
    for at in 1..=60 {
        writeln!(locals, "  {prefix}{at} = {}", next(format!("local.{prefix}{}", at - 1))).unwrap();
    }
    locals
}

fn nested(open: &str, close: &str, times: usize) -> String {
    format!("  a = {}1{}\n", open.repeat(times), close.repeat(times))
}

#[test]
fn one_file() {
    let product = format!("  a = setproduct({})\n", vec!["[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"; 20].join(", "));
    let loops = "  r = range(1000)\n  a = [for x in local.r : [for y in local.r : \"${x}${y}\"]]\n";
    for (what, text, expected) in [
        ("a cycle", pool("  a = local.b\n  b = local.a\n", "local.a"), "depends on itself"),
        (
            "doubled text",
            pool(&doubled("s", "\"xxxxxxxx\"", |of| format!("\"${{{of}}}${{{of}}}\"")), "local.s60"),
            "limit",
        ),
        ("doubled lists", pool(&doubled("l", "[1]", |of| format!("[{of}, {of}]")), "jsonencode(local.l60)"), "limit"),
        ("a product", pool(&product, "jsonencode(local.a)"), "limit"),
        ("loops", pool(loops, "join(\"\", flatten(local.a))"), "limit"),
        ("deep lists", pool(&nested("[", "]", 100_000), "local.a"), "64 nested levels"),
        ("deep parentheses", pool(&nested("(", ")", 5_000), "local.a"), "64 nested levels"),
        (
            "deep templates",
            pool(&format!("  a = \"{}x{}\"\n", "${\"".repeat(3_000), "\"}".repeat(3_000)), "local.a"),
            "64 nested levels",
        ),
        ("deep blocks", format!("{}{}", "a {\n".repeat(10_000), "}\n".repeat(10_000)), "64 nested levels"),
        ("half a file", format!("{GOOD}resource \"aws_iam_role\" \"r\" {{\n  name = \"\n"), "expected"),
    ] {
        let diagnostics = survives(&[("main.tf", text)]);
        assert!(diagnostics.iter().any(|message| message.contains(expected)), "{what}: {diagnostics:?}");
    }
}

/// Terraform itself refuses a `range` of more than 1,024 elements; copies beyond any plan are one that stands for all.
#[test]
fn more_copies_than_anybody_makes() {
    let each =
        "resource \"aws_cognito_user_pool\" \"p\" {\n  for_each = toset([for n in range(10000000) : tostring(n)])\n}\n";
    let count = "resource \"aws_cognito_user_pool\" \"q\" {\n  count = 10000000\n}\n";
    survives(&[("main.tf", format!("{each}{count}"))]);
}

#[test]
fn modules_that_call_modules() {
    let call = |name: &str, source: &str| format!("module \"{name}\" {{\n  source = \"{source}\"\n}}\n");
    let itself = survives(&[("main.tf", call("a", "./")), ("b/main.tf", call("b", "../b"))]);
    assert!(itself.iter().any(|message| message.contains("calls itself")), "{itself:?}");

    let pair =
        survives(&[("main.tf", call("a", "./a")), ("a/main.tf", call("b", "../b")), ("b/main.tf", call("a", "../a"))]);
    assert!(pair.iter().any(|message| message.contains("calls itself")), "{pair:?}");

    let mut files = vec![("main.tf".to_owned(), call("a", "./m1"))];
    files.extend((1..60).map(|at| (format!("m{at}/main.tf"), call("a", &format!("../m{}", at + 1)))));
    let files: Vec<(&str, String)> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    let deep = survives(&files);
    assert!(deep.iter().any(|message| message.contains("32")), "{deep:?}");
}

/// What each function could make of a few bytes.
#[test]
fn functions_that_grow() {
    let aliases: String = (1..=12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, at| {
        let of = vec![format!("*a{}", at - 1); 9].join(", ");
        format!("{text}    a{at}: &a{at} [{of}]\n")
    });
    let joined = doubled("j", "[\"xxxxxxxx\"]", |of| format!("[join(\"\", [{of}[0], {of}[0]])]"));
    let replaced = doubled("r", "\"aaaaaaaa\"", |of| format!("replace({of}, \"a\", \"aa\")"));
    let formatted = doubled("f", "\"xxxxxxxx\"", |of| format!("format(\"%s%s\", {of}, {of})"));
    let concatenated = doubled("c", "[1, 2]", |of| format!("concat({of}, {of})"));
    let encoded = doubled("e", "\"\\\"\"", |of| format!("jsonencode({of})"));
    let in_base64 = doubled("b", "\"xxxxxxxx\"", |of| format!("base64encode(base64encode({of}))"));
    for (what, text, expected) in [
        ("join", pool(&joined, "local.j60[0]"), Some("limit")),
        ("replace", pool(&replaced, "local.r60"), Some("limit")),
        ("format", pool(&formatted, "local.f60"), Some("limit")),
        ("concat", pool(&concatenated, "jsonencode(local.c60)"), Some("limit")),
        ("jsonencode", pool(&encoded, "local.e60"), Some("limit")),
        ("base64encode", pool(&in_base64, "local.b60"), Some("limit")),
        ("yamldecode", pool(&format!("  y = <<-EOT\n    {aliases}  EOT\n"), "yamldecode(local.y).a12"), Some("limit")),
        ("indent", pool("", "indent(1000000000, \"a\\nb\")"), Some("limit")),
        // Terraform refuses these, and a name that it refuses is not known.
        ("a width", pool("", "format(\"%1000000000d\", 1)"), None),
        ("a range", pool("", "join(\"\", [for n in range(0, 100000000) : \"x\"])"), None),
        ("deep JSON", pool("", &format!("jsondecode(\"{}\")", "[".repeat(100_000))), None),
        ("deep YAML", pool("", &format!("yamldecode(\"{}\")", "[".repeat(100_000))), None),
        ("a pattern", pool("", "regex(\"(((x{1000}){1000}){1000})\", \"x\")"), None),
        ("a large text", pool(&format!("  h = <<EOT\n{}EOT\n", "0123456789\n".repeat(100_000)), "local.h"), None),
    ] {
        let diagnostics = survives(&[("main.tf", text)]);
        let said = expected.is_none_or(|expected| diagnostics.iter().any(|message| message.contains(expected)));
        assert!(said, "{what}: {diagnostics:?}");
    }
}

#[test]
fn templates_that_call_each_other() {
    let file = pool("  l = range(1000)\n", "templatefile(\"t.tpl\", { l = local.l })");
    let itself = "${templatefile(\"t.tpl\", { l = l })}".to_owned();
    survives(&[("main.tf", file.clone()), ("t.tpl", itself)]);

    for body in ["x", ""] {
        let nested = format!("{}{body}{}", "%{ for n in l }".repeat(8), "%{ endfor }".repeat(8));
        let loops = survives(&[("main.tf", file.clone()), ("t.tpl", nested)]);
        assert!(loops.iter().any(|message| message.contains("limit")), "{loops:?}");
    }
}

/// Root modules that read each other's state, and a long chain of them.
#[test]
fn states_that_read_states() {
    let reading = |other: &str| {
        format!(
            "data \"terraform_remote_state\" \"s\" {{\n  backend = \"local\"\n  config = {{\n    \
             path = \"../{other}/terraform.tfstate\"\n  }}\n}}\noutput \"o\" {{\n  \
             value = \"${{data.terraform_remote_state.s.outputs.o}}x\"\n}}\n"
        )
    };
    survives(&[("a/main.tf", reading("b")), ("b/main.tf", reading("a"))]);

    let chain: Vec<(String, String)> =
        (0..200).map(|at| (format!("r{at}/main.tf"), reading(&format!("r{}", at + 1)))).collect();
    let chain: Vec<(&str, String)> = chain.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    survives(&chain);
}

/// Whatever stands in a file up to some byte, as an editor sees it while somebody types.
#[test]
fn half_typed() {
    let whole = "locals {\n  a = { for k, v in { x = [1, 2] } : k => \"${join(\",\", v[*])}\" if true }\n}\n\
                 resource \"aws_cognito_user_pool\" \"p\" {\n  name = <<-EOT\n    %{ if true ~}\n    n${local.a[\"x\"]}\n    \
                 %{~ endif }\n  EOT\n  dynamic \"sms_configuration\" {\n    for_each = [1]\n    content {\n      \
                 external_id = null != 1 ? \"a\" : var.b.c[0]\n    }\n  }\n}\n";
    let files: Vec<(String, String)> =
        (0..whole.len()).map(|end| (format!("cut{end}/main.tf"), whole[..end].to_owned())).collect();
    let files: Vec<(&str, String)> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    let diagnostics = survives(&files);
    assert!(diagnostics.len() > files.len() / 2, "{}", diagnostics.len());
}
