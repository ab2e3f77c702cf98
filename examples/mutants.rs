//! Whether the fixtures of a rule would notice that it is wrong. Each rule is made wrong in several ways; every such mutant must
//! differ from the rule on at least one of the rule's own fixtures. `cargo run --example mutants` prints the figures; `cargo test`
//! runs it too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a check of the project's own files: it prints its figures, and what fails in it is to be seen"
)]

#[path = "../tests/support/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod support;

use coglint::engine::{RuleText, Rules, Settings};
use coglint::source::FileId;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use support::{Mark, entries, graph, marks, name, testdata, texts};

/// A rule, made wrong.
struct Mutant {
    /// What was done to it.
    what: String,
    /// The text of its file.
    text: String,
}

fn main() {
    let (mut count, mut survivors) = (BTreeMap::<String, usize>::new(), Vec::new());
    let (mut rules, mut guards, mut unguarded) = (0, 0, Vec::new());
    for file in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")) {
        let id = file.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let mutants = mutants(&text);
        for mutant in &mutants {
            let kind = mutant.what.split(':').next().unwrap();
            *count.entry(kind.to_owned()).or_default() += 1;
        }
        let without = without_guards(&text);
        rules += 1;
        guards += without.len();
        let all: Vec<&Mutant> = mutants.iter().chain(&without).collect();
        for at in surviving(id, &text, &all) {
            let list = if at < mutants.len() { &mut survivors } else { &mut unguarded };
            list.push(format!("{id}: {}", all[at].what));
        }
    }
    println!("{rules} rules; mutants: {count:?}, survivors: {}", survivors.len());
    // Some guards only save time, or keep two rules from saying the same: these are for people to look at.
    println!("guards taken out: {guards}, unnoticed: {}\n{}", unguarded.len(), unguarded.join("\n"));
    assert!(count.values().sum::<usize>() >= 3 * rules, "{count:?}");
    assert!(survivors.is_empty(), "no fixture notices:\n{}", survivors.join("\n"));
}

#[test]
fn no_mutant_survives() {
    main();
}

/// Which mutants find on all fixtures of a rule what the rule finds. The rule and its mutants are loaded once, and without any
/// other rule; so are the graphs of the fixtures.
fn surviving(id: &str, text: &str, mutants: &[&Mutant]) -> Vec<usize> {
    let own = std::iter::once(text).chain(mutants.iter().map(|mutant| mutant.text.as_str()));
    let files: Vec<RuleText> = own.enumerate().map(|(at, text)| named(id, at, text)).collect();
    let (rules, problems) = Rules::load(&files);
    let problems: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(rules.rules().count(), files.len(), "{id}: a mutant is no rule: {problems:?}");
    let mut alive = vec![true; mutants.len()];
    let mut spoke = false;
    for case in entries(&testdata("rules").join(id)) {
        if name(&case) == "NOTE" || case.extension().is_some_and(|extension| extension == "out") {
            continue;
        }
        let graph = Arc::new(graph(&texts(&case)));
        let outcome = rules.run(&graph, &Settings::default());
        let found = marks(&outcome.findings, graph.sources());
        let original = by(&found, 0);
        spoke |= !original.is_empty();
        for (at, alive) in alive.iter_mut().enumerate() {
            let failed = outcome.diagnostics.iter().any(|one| one.span.file == file(at + 1));
            *alive &= by(&found, at + 1) == original && !failed;
        }
    }
    assert!(spoke, "{id}: the rule itself finds nothing in its fixtures");
    alive.iter().enumerate().filter(|(_, alive)| **alive).map(|(at, _)| at).collect()
}

/// What one of the loaded rules found.
fn by(found: &[Mark], at: usize) -> Vec<Mark> {
    let own = found.iter().filter(|mark| mark.rule == format!("mutant-{at}"));
    own.map(|mark| Mark { rule: String::new(), ..mark.clone() }).collect()
}

/// The file of a rule that stands in no source map: no finding points into it.
fn file(at: usize) -> FileId {
    FileId(u32::MAX - u32::try_from(at).unwrap())
}

/// A rule under a name and a file of its own.
fn named(id: &str, at: usize, text: &str) -> RuleText {
    let mutant = format!("mutant-{at}");
    let text = text.replace(&format!("rule \"{id}\""), &format!("rule \"{mutant}\""));
    RuleText { path: format!("{mutant}.rhai"), text: text.into(), file: file(at) }
}
/// Everything that is done to a rule: it says nothing, each requirement is turned round, or always met, its level is
/// another.
fn mutants(text: &str) -> Vec<Mutant> {
    let code = text.find("\nrule \"").expect("a rule");
    let mut mutants = Vec::new();
    let body = code + text[code..].find("| {").expect("a check") + "| {".len();
    mutants.push(Mutant { what: "emptied".to_owned(), text: inserted(text, body, " return; ") });
    for (at, word) in text.match_indices("require ").filter(|(at, _)| is_code(text, *at)) {
        let start = at + word.len();
        let end = start + condition_length(&text[start..]);
        let condition = text[start..end].trim_end();
        let line = text[..at].matches('\n').count() + 1;
        let turned = format!("{}!({condition}) {}", &text[..start], &text[end..]);
        mutants.push(Mutant { what: format!("inverted: line {line}"), text: turned });
        // The condition is still read: a rule must not know less of its values than before.
        let met = format!("{}({condition}) || true {}", &text[..start], &text[end..]);
        mutants.push(Mutant { what: format!("met: line {line}"), text: met });
    }
    for (level, other) in [("error", "warning"), ("warning", "note"), ("note", "error")] {
        let (own, another) = (format!("level: \"{level}\""), format!("level: \"{other}\""));
        if let Some(at) = text[code..].find(&own) {
            let text = format!("{}{another}{}", &text[..code + at], &text[code + at + own.len()..]);
            mutants.push(Mutant { what: format!("level: {other} for {level}"), text });
            break;
        }
    }
    mutants
}

/// A rule without one of its one-line guards, `if ... { return; }`.
fn without_guards(text: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut start = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let end = start + line.len();
        if line.trim_start().starts_with("if ") && line.trim_end().ends_with("{ return; }") {
            let what = format!("line {}: {}", at + 1, line.trim());
            mutants.push(Mutant { what, text: format!("{}\n{}", &text[..start], &text[end..]) });
        }
        start = end;
    }
    mutants
}

/// How far the condition of a requirement reaches: to the `else` on its own level.
fn condition_length(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            'e' if depth == 0 && text[at..].starts_with("else ") && text[..at].ends_with(char::is_whitespace) => {
                return at;
            }
            _ => {}
        }
    }
    panic!("a requirement without else: {text}")
}

fn is_code(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[line..at].trim().is_empty()
}

fn inserted(text: &str, at: usize, what: &str) -> String {
    format!("{}{what}{}", &text[..at], &text[at..])
}
