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
    };
    coglint::lint(&memory, &files.iter().map(input).collect::<Vec<_>>(), &Options::default())
}

/// Lints files beside a sound root module; gives the diagnostics.
fn survives(files: &[(&str, String)]) -> Vec<String> {
    let mut all: Vec<(String, String)> =
        files.iter().map(|(path, text)| (format!("bad/{path}"), text.clone())).collect();
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
