//! Verdicts for IAM cases: JSON lines in the form of `testdata/iam` on the standard input, `{"id", "verdict"}` lines on the
//! standard output. For comparing the evaluator with other engines.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "../tests/support/iam_cases.rs"]
#[allow(clippy::indexing_slicing, unreachable_pub, dead_code, reason = "it belongs to the tests, which use all of it")]
mod iam_cases;

use coglint::value::Tri;
use iam_cases::Case;
use std::io::BufRead;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let case = Case::read(&serde_json::from_str(&line)?);
        let answer = case.answer();
        let verdict = match answer.verdict {
            Tri::Yes => "yes",
            Tri::No => "no",
            Tri::Unknown => "unknown",
        };
        println!("{}", serde_json::json!({ "id": case.id, "verdict": verdict }));
        if std::env::var_os("IAM_REASONS").is_some() {
            println!("    {}", answer.reason());
        }
    }
    Ok(())
}
