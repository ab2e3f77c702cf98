//! Same input, same bytes out: whatever the number of threads, and in whatever order the paths are named.
//! `scripts/same_bytes.sh` does the same on a large load.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use assert_cmd::Command;
use std::collections::BTreeSet;
use std::path::Path;

/// Standard output of a run in `testdata`.
fn output(threads: Option<usize>, format: &str, paths: &[String]) -> Vec<u8> {
    let mut command = Command::cargo_bin("coglint").unwrap();
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"));
    command.env_remove("RAYON_NUM_THREADS").args(["check", "--isolated", "--undecided", "--format", format]);
    command.args(threads.map(|threads| format!("--threads={threads}"))).args(paths);
    let output = command.output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Whole projects of every language, and the fixtures of some rules.
fn paths() -> Vec<String> {
    let projects =
        ["exports", "mixed-good", "cdk-linked-stacks", "sms-two-files", "terraform-module", "terraform-wrapper"];
    let rules =
        ["sms-role-cannot-publish", "sms-external-id-mismatch", "totp-scope-missing", "schema-attribute-invalid"];
    let projects = projects.iter().map(|name| format!("projects/{name}"));
    projects.chain(rules.iter().map(|name| format!("rules/{name}"))).collect()
}

/// Orders of the same paths; no random numbers, so that a failure can be repeated.
fn shuffled(paths: &[String], turn: usize) -> Vec<String> {
    let mut paths = paths.to_vec();
    let length = paths.len();
    for at in 0..length {
        paths.swap(at, (at * 7 + turn * 13 + 3) % length);
    }
    paths
}

#[test]
fn output_does_not_depend_on_threads_or_on_the_order_of_paths() {
    let paths = paths();
    let first = output(Some(1), "json", &paths);
    assert!(first.len() > 10_000, "there is something to compare: {} bytes", first.len());
    for threads in [2, 3, 5, 8] {
        let found = output(Some(threads), "json", &shuffled(&paths, threads));
        assert!(found == first, "{threads} threads");
    }
}

#[test]
fn the_orders_that_are_tried_differ() {
    let orders: BTreeSet<Vec<String>> = (0..10).map(|turn| shuffled(&paths(), turn)).collect();
    assert_eq!(orders.len(), 10);
}
