//! The properties of the fuzz targets (`fuzz/src`), on the test data and on every input that the fuzzer found something with.

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

macro_rules! targets {
    ($($target:ident: $step:literal),*) => { $(#[test] fn $target() { run(stringify!($target), $step); })* };
}

// Every fixture of a rule is linted by the rules' own tests already.
targets!(yaml: 1, json: 1, hcl: 1, template: 6, terraform: 6, plan: 1, policy: 1, rule: 4, end_to_end: 1);
