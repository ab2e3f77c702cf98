//! The properties of the fuzz targets (`fuzz/src`), on the test data and on every input that the fuzzer found something with.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

#[allow(unreachable_pub, dead_code, reason = "the fuzz targets use all of it, from another crate")]
#[path = "../fuzz/src/lib.rs"]
mod properties;

use rayon::prelude::*;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every `step`-th of the test data, and everything that was found.
fn run(target: &str, step: usize) {
    let (_, property) = properties::TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let seeds = properties::seeds(root()).into_iter().filter(|seed| seed.target == target);
    let mut inputs: Vec<(String, String)> = seeds.step_by(step).map(|seed| (seed.name, seed.text)).collect();
    assert!(!inputs.is_empty(), "no seeds for {target}");
    for entry in fs::read_dir(root().join("testdata/fuzz").join(target)).into_iter().flatten() {
        let path = entry.unwrap().path();
        inputs.push((path.display().to_string(), String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()));
    }
    let failed: Vec<&str> = inputs
        .par_iter()
        .filter(|(_, text)| catch_unwind(|| property(text)).is_err())
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(failed.is_empty(), "{target}: {failed:#?}");
}

/// The test data with a few places of it broken, the same ones in every run; `FUZZ_ROUNDS` asks for more of them.
fn run_mutated(target: &str, step: usize) {
    let rounds = std::env::var("FUZZ_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_u64);
    let (_, property) = properties::TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let seeds: Vec<_> = properties::seeds(root()).into_iter().filter(|seed| seed.target == target).collect();
    let of = |round: u64| {
        seeds.iter().skip(usize::try_from(round).unwrap() % step).step_by(step).map(move |seed| (round, seed))
    };
    let inputs: Vec<_> = (0..rounds).flat_map(of).collect();
    let failed: Vec<String> = inputs
        .par_iter()
        .filter_map(|(round, seed)| {
            let text = mutated(&seed.text, *round);
            let failed = catch_unwind(|| property(&text)).is_err();
            failed.then(|| format!("{} in round {round}:\n{text}", seed.name))
        })
        .collect();
    assert!(failed.is_empty(), "{target}: {}", failed.join("\n"));
}

/// A text with one to four changes: a piece removed, repeated, moved, or replaced by something that means much.
fn mutated(text: &str, round: u64) -> String {
    const WORDS: &[&str] = &[
        "[", "]", "{", "}", "\"", "'", "\\", ":", ",", "- ", "\n", "\r", "\t", " ", "\0", "é", "€", "\u{feff}", "&a ",
        "*a", "<<: ", "!Ref ", "!If ", "${", "%{", "~", "<<E\n", "#", "/*", "?", "|", ">", "null", "0", "-1", "1e999",
        "§", "*", "...", "[*]", "()",
    ];
    let mut state = text.bytes().fold(round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random(4) {
        let start = random(chars.len());
        let end = (start + random(24)).min(chars.len());
        let piece: Vec<char> = chars[start..end].to_vec();
        let target = random(chars.len());
        match random(4) {
            0 => drop(chars.drain(start..end)),
            1 => drop(chars.splice(target..target, piece)),
            2 => drop(chars.splice(start..end, WORDS[random(WORDS.len())].chars())),
            _ => drop(chars.splice(target..target, WORDS[random(WORDS.len())].chars())),
        }
    }
    chars.into_iter().collect()
}

#[test]
fn broken_test_data_breaks_nothing() {
    for (target, step) in [
        ("yaml", 8),
        ("json", 2),
        ("hcl", 6),
        ("policy", 6),
        ("plan", 2),
        ("rule", 30),
        ("template", 40),
        ("terraform", 40),
    ] {
        run_mutated(target, step);
    }
}

macro_rules! targets {
    ($($target:ident: $step:literal),*) => { $(#[test] fn $target() { run(stringify!($target), $step); })* };
}

// Every fixture of a rule is linted by the rules' own tests already.
targets!(yaml: 1, json: 1, hcl: 1, template: 6, terraform: 6, plan: 1, policy: 1, rule: 4, end_to_end: 1);
