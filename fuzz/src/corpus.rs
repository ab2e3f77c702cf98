//! Writes the seeds into `corpus/<target>/`, one file each, where the fuzzer looks for them, and the words that stand in them
//! into `words/<target>`: whoever changes a text letter by letter does not come upon the name of a property.

#![allow(clippy::expect_used, reason = "a tool of the workshop")]

use coglint_fuzz::seeds::Seed;
use coglint_fuzz::{TARGETS, seeds};
// Built with the instrumentation, like the targets: what that calls is in the fuzzer.
use libfuzzer_sys as _;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// So many words for each target, those that most seeds have.
const MOST_WORDS: usize = 2_000;

/// What means something in one of the languages, and is no word.
const SIGNS: &[&str] = &[
    "\"",
    "'",
    "\\",
    "\\u0000",
    ": ",
    ",",
    "- ",
    "\n",
    "\r\n",
    "\t",
    "&a ",
    "*a",
    "<<: ",
    "? ",
    "|\n",
    ">-\n",
    "!Ref ",
    "!Sub ",
    "!If [",
    "!GetAtt ",
    "{{resolve:",
    "}}",
    "${",
    "$${",
    "%{",
    "~}",
    "<<E\n",
    "<<-E\n",
    "\nE\n",
    "#",
    "//",
    "/*",
    "*/",
    "null",
    "0",
    "-1",
    "1e999",
    "§",
    "*",
    "...",
    "[*]",
    ".*.",
    "()",
    "=>",
    "==",
    "&&",
    "||",
    "\n=== ",
    "# coglint: ignore[",
    "\u{feff}",
    "é",
];

fn main() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = fuzz.parent().unwrap_or(fuzz);
    let mut all = seeds(root);
    // The projects are few: what breaks a rule is a project, too.
    let bad: Vec<Seed> = all.iter().filter(|seed| seed.name.contains("/bad-")).filter_map(project).collect();
    all.extend(bad);
    for (target, _) in TARGETS {
        let seeds: Vec<&Seed> = all.iter().filter(|seed| seed.target == *target).collect();
        let corpus = fuzz.join("corpus").join(target);
        fs::create_dir_all(&corpus).expect("the corpus can be written");
        for seed in &seeds {
            fs::write(corpus.join(seed.name.replace('/', "-")), &seed.text).expect("a seed can be written");
        }
        for found in fs::read_dir(root.join("testdata/fuzz").join(target)).into_iter().flatten().flatten() {
            fs::copy(found.path(), corpus.join(found.file_name())).expect("a found input can be copied");
        }
        fs::create_dir_all(fuzz.join("words")).expect("the words can be written");
        fs::write(fuzz.join("words").join(target), words(&seeds)).expect("the words can be written");
    }
}

/// A template or a module, as one file of a project.
fn project(seed: &Seed) -> Option<Seed> {
    let name = match seed.target {
        "template" => "template.yaml",
        "terraform" => "main.tf",
        _ => return None,
    };
    Some(Seed { target: "end_to_end", name: seed.name.clone(), text: format!("=== {name}\n{}", seed.text) })
}

/// The signs, and the words of the seeds, as libFuzzer reads them: in quotes, one on each line.
fn words(seeds: &[&Seed]) -> String {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in seeds {
        let separates = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/'));
        let words: BTreeSet<&str> = seed.text.split(separates).map(|word| word.trim_end_matches(':')).collect();
        words
            .into_iter()
            .filter(|word| (3..=60).contains(&word.len()))
            .for_each(|word| *count.entry(word).or_default() += 1);
    }
    let mut found: Vec<(&str, usize)> = count.into_iter().collect();
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words = found.iter().take(MOST_WORDS).map(|(word, _)| *word);
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | 0..=31 | 127.. => format!("\\x{byte:02x}"),
        _ => char::from(byte).to_string(),
    };
    SIGNS
        .iter()
        .copied()
        .chain(words)
        .map(|word| format!("\"{}\"\n", word.bytes().map(escaped).collect::<String>()))
        .collect()
}
