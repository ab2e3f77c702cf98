//! Writes the seeds into `corpus/<target>/`, one file each, where the fuzzer looks for them.

#![allow(clippy::expect_used, reason = "a tool of the workshop")]

// Built with the instrumentation, like the targets: what that calls is in the fuzzer.
use libfuzzer_sys as _;
use std::fs;
use std::path::Path;

fn main() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = fuzz.parent().unwrap_or(fuzz);
    for seed in coglint_fuzz::seeds(root) {
        let folder = fuzz.join("corpus").join(seed.target);
        fs::create_dir_all(&folder).expect("the corpus can be written");
        fs::write(folder.join(seed.name.replace('/', "-")), seed.text).expect("a seed can be written");
    }
    for (target, _) in coglint_fuzz::TARGETS {
        for found in fs::read_dir(root.join("testdata/fuzz").join(target)).into_iter().flatten().flatten() {
            let folder = fuzz.join("corpus").join(target);
            fs::create_dir_all(&folder).expect("the corpus can be written");
            fs::copy(found.path(), folder.join(found.file_name())).expect("a found input can be copied");
        }
    }
}
