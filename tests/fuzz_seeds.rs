//! The properties of the fuzz targets (`fuzz/src`), on the test data and on every input that the fuzzer found something with.

#[path = "../fuzz/src/lib.rs"]
mod properties;

use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(target: &str) {
    let (_, property) = properties::TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let mut inputs: Vec<(String, String)> = properties::seeds(root())
        .into_iter()
        .filter(|seed| seed.target == target)
        .map(|seed| (seed.name, seed.text))
        .collect();
    assert!(!inputs.is_empty(), "no seeds for {target}");
    for entry in fs::read_dir(root().join("testdata/fuzz").join(target)).into_iter().flatten() {
        let path = entry.unwrap().path();
        inputs.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
    }
    for (name, text) in inputs {
        // The name is what a failure is about.
        println!("{name}");
        property(&text);
    }
}

macro_rules! targets {
    ($($target:ident),*) => { $(#[test] fn $target() { run(stringify!($target)); })* };
}

targets!(yaml, json, hcl, template, terraform, plan, policy, rule, end_to_end);
