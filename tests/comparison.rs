//! The fourteen errors on which tools are compared in docs/comparison.md, each as CloudFormation, as CDK output and in
//! Terraform, with a twin that is right: `testdata/comparison/<error>/<bad|good>/<cfn|cdk|tf>`.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use coglint::discover::Found;
use coglint::finding::Level;
use coglint::frontend::InputKind;
use coglint::source::MemoryFiles;
use coglint::{Options, lint};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The error, and the rule that is to find it.
const ERRORS: &[(&str, &str)] = &[
    ("S01-sms-publish-missing", "sms-role-cannot-publish"),
    ("S02-sms-publish-topic-only", "sms-role-cannot-publish"),
    ("S03-sms-publish-managed", "sms-role-cannot-publish"),
    ("S04-sms-publish-denied", "sms-role-cannot-publish"),
    ("S05-sms-trust-service", "sms-role-not-assumable"),
    ("S06-sms-external-id", "sms-external-id-mismatch"),
    ("S07-sms-config-missing", "sms-configuration-missing"),
    ("S08-email-mfa-cognito-default", "email-mfa-default-sender"),
    ("S09-email-mfa-recovery", "email-mfa-without-other-recovery"),
    ("S10-email-mfa-lite", "email-mfa-on-lite-plan"),
    ("S11-totp-not-enabled", "mfa-without-factors"),
    ("S12-totp-admin-scope", "totp-scope-missing"),
    ("S13-auth-session-validity", "auth-session-out-of-range"),
    ("S14-cross-file-publish-missing", "sms-role-cannot-publish"),
];

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// The levels and rules of what is found in a folder.
fn found_in(folder: &Path) -> BTreeSet<(Level, String)> {
    let mut files = MemoryFiles::default();
    let mut found = Vec::new();
    for path in files_below(folder) {
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        let kind = if name.ends_with(".tf") { InputKind::Terraform } else { InputKind::Template };
        files = files.with(&name, &text);
        found.push(Found { path: name.into(), kind, text: text.into(), named: false });
    }
    let report = lint(&files, &found, &Options::default());
    assert!(report.diagnostics.is_empty(), "{}: {:?}", folder.display(), report.diagnostics);
    report.findings.iter().map(|finding| (finding.level, finding.rule.id.to_string())).collect()
}

#[test]
fn every_error_is_found_in_every_notation_and_its_twin_is_free_of_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/comparison");
    let mut wrong = Vec::new();
    for (error, rule) in ERRORS {
        for notation in ["cfn", "cdk", "tf"] {
            let of = |twin: &str| found_in(&root.join(error).join(twin).join(notation));
            let (bad, good) = (of("bad"), of("good"));
            if !bad.iter().any(|(level, found)| found == rule && *level >= Level::Warning) {
                wrong.push(format!("{error} in {notation}: missed; found: {bad:?}"));
            }
            if good.iter().any(|(level, found)| found == rule || *level == Level::Error) {
                wrong.push(format!("{error} in {notation}: the twin is right; found: {good:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
