//! Whether the fixtures of a rule would notice that it is wrong. Each rule is made wrong in several ways; every such mutant must
//! differ from the rule on at least one of the rule's own fixtures. Takes minutes: `cargo run --example mutants`.

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

use coglint::{Options, catalogue};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use support::{Mark, entries, findings, lint_with, name, testdata, texts};

/// A rule, made wrong.
struct Mutant {
    /// What was done to it.
    what: String,
    /// The text of its file.
    text: String,
}

fn main() {
    let (mut count, mut survivors) = (BTreeMap::<String, usize>::new(), Vec::new());
    let (mut guards, mut unguarded) = (0, Vec::new());
    for file in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")) {
        let id = file.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let mutants = mutants(&text);
        for mutant in &mutants {
            let kind = mutant.what.split(':').next().unwrap();
            *count.entry(kind.to_owned()).or_default() += 1;
        }
        survivors.extend(surviving(id, &text, &mutants).iter().map(|mutant| format!("{id}: {}", mutant.what)));
        let without = without_guards(&text);
        guards += without.len();
        unguarded.extend(surviving(id, &text, &without).iter().map(|mutant| format!("{id}: {}", mutant.what)));
    }
    println!("mutants: {count:?}, survivors: {}", survivors.len());
    // Some guards only save time, or keep two rules from saying the same: these are for people to look at.
    println!("guards taken out: {guards}, unnoticed: {}\n{}", unguarded.len(), unguarded.join("\n"));
    assert!(count.values().sum::<usize>() >= 3, "{count:?}");
    assert!(survivors.is_empty(), "no fixture notices:\n{}", survivors.join("\n"));
}

/// The mutants that find on all fixtures of a rule what the rule finds.
fn surviving<'a>(id: &str, text: &str, mutants: &'a [Mutant]) -> Vec<&'a Mutant> {
    let named = |at: usize, text: &str| {
        let mutant = format!("{id}-mutant-{at}");
        (format!("{mutant}.rhai"), text.replace(&format!("rule \"{id}\""), &format!("rule \"{mutant}\"")).into())
    };
    let original = [named(0, text)].into_iter();
    let options = Options {
        rules: original.chain(mutants.iter().enumerate().map(|(at, mutant)| named(at + 1, &mutant.text))).collect(),
        levels: catalogue(&Options::default()).iter().map(|rule| (rule.id.to_string(), None)).collect(),
        ..Options::default()
    };
    assert_eq!(catalogue(&options).len(), options.levels.len() + mutants.len() + 1, "{id}: a mutant is no rule");
    let mut alive = vec![true; mutants.len()];
    let mut spoke = false;
    for case in entries(&testdata("rules").join(id)) {
        if name(&case) == "NOTE" || case.extension().is_some_and(|extension| extension == "out") {
            continue;
        }
        let report = lint_with(&texts(&case), &options);
        let found = findings(&report);
        let by = |at: usize| -> Vec<Mark> {
            let rule = format!("{id}-mutant-{at}");
            let own = found.iter().filter(|mark| mark.rule == rule);
            own.map(|mark| Mark { rule: String::new(), ..mark.clone() }).collect()
        };
        let original = by(0);
        spoke |= !original.is_empty();
        for (at, alive) in alive.iter_mut().enumerate() {
            let file = format!("{id}-mutant-{}.rhai", at + 1);
            let failed = report.diagnostics.iter().any(|one| report.sources.path(one.span.file) == file);
            *alive &= by(at + 1) == original && !failed;
        }
    }
    assert!(spoke, "{id}: the rule itself finds nothing in its fixtures");
    mutants.iter().zip(alive).filter(|(_, alive)| *alive).map(|(mutant, _)| mutant).collect()
}

/// Everything that is done to a rule: it says nothing, each requirement is turned round, its level is another.
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
