//! `coglint explain` answers every error of AWS's article on MFA errors, in the article's five languages. The headings stand in
//! `testdata/explain/`: a heading, a tab, the text of the error that must be explained first.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use coglint::run::{Streams, run};
use std::fs;
use std::path::Path;

/// Exit code and output of `coglint explain`.
fn explain(words: &[&str]) -> (u8, String) {
    let arguments = ["coglint", "explain"].iter().chain(words).map(|word| (*word).into());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(arguments, Streams { out: &mut out, err: &mut err, terminal: false });
    (code, String::from_utf8([out, err].concat()).unwrap())
}

fn table(language: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/explain/{language}.tsv"));
    let text = fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split_once('\t').unwrap_or_else(|| panic!("{line}: heading, tab, text")))
        .map(|(heading, text)| (heading.to_owned(), text.to_owned()))
        .collect()
}

#[test]
fn every_heading_of_the_article_is_explained_in_its_languages() {
    // The French and the Japanese article are older: they lack the three errors of email MFA.
    for (language, headings) in [("en", 14), ("es", 14), ("fr", 11), ("ja", 11), ("pt", 14)] {
        let table = table(language);
        assert_eq!(table.len(), headings, "{language}");
        for (heading, text) in table {
            let (code, out) = explain(&[&heading]);
            let first = out.lines().find(|line| line.contains("Exception: "));
            assert_eq!(code, 0, "{heading}\n{out}");
            assert!(first.is_some_and(|line| line.ends_with(&format!(": {text}"))), "{heading}\n{out}");
        }
    }
}

#[test]
fn every_rule_that_an_error_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("src/run/errors.toml")).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    let errors = table["error"].as_array().unwrap();
    assert_eq!(errors.len(), 14, "the errors of the article");
    for error in errors {
        let rules = error["rules"].as_array().unwrap();
        let template = error["template"].as_str().unwrap();
        assert_eq!(template == "no", rules.is_empty(), "{error}");
        for rule in rules {
            let path = root.join(format!("rules/{}.rhai", rule.as_str().unwrap()));
            assert!(path.is_file(), "there is no rule {rule}: {error}");
        }
    }
}

#[test]
fn a_heading_without_a_text_is_a_name_alone() {
    for heading in
        ["Error «InvalidParameterException»", "\"InvalidParameterException\" error", "InvalidParameterException"]
    {
        let (code, out) = explain(&[heading]);
        assert!(code == 0 && out.starts_with("The name alone stands for several errors"), "{heading}\n{out}");
    }
}

#[test]
fn a_log_line_is_recognized() {
    let line = "2026-01-05T10:00:00Z ERROR aws_cognito_user_pool.main: creating: operation error Cognito Identity Provider: \
        CreateUserPool, https response error StatusCode: 400, InvalidSmsRoleTrustRelationshipException: Role does not have a \
        trust relationship\n│ allowing Cognito to assume the role (Service: Cognito)";
    let (code, out) = explain(&[line]);
    assert_eq!(code, 0);
    assert!(out.contains("sms-role-not-assumable: ") && out.contains("sms-external-id-mismatch: "), "{out}");
}

#[test]
fn a_text_that_only_a_rule_quotes_leads_to_the_rule() {
    let (code, out) = explain(&["SMS configuration is required when phone_number is selected for auto verification"]);
    assert!(code == 0 && out.contains("sms-configuration-missing: "), "{out}");
}

#[test]
fn what_no_template_shows_is_said_plainly() {
    for text in [
        "Invalid session for the user, session can only be used once.",
        "CodeMismatchException",
        "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA",
        "EnableSoftwareTokenMFAException",
    ] {
        let (code, out) = explain(&[text]);
        assert!(code == 0 && out.contains("cannot be seen in a template"), "{text}\n{out}");
    }
}

#[test]
fn words_need_no_quotes() {
    assert_eq!(explain(&["Code", "mismatch"]), explain(&["Code mismatch"]));
}

#[test]
fn an_unknown_text_is_no_match_and_three_are_proposed() {
    let (code, out) = explain(&["the pool's role can't publish"]);
    assert_eq!(code, 1);
    assert!(out.starts_with("error: no match: ") && out.lines().count() == 5, "{out}");
}

#[test]
fn a_text_that_is_not_known_is_not_taken_for_another_of_its_name() {
    let (code, out) = explain(&["InvalidParameterException: Invalid OAuth scope"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("The text behind the name is not known here."), "{out}");
}
