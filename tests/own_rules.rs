//! Rules of the user's own: `coglint init`, `coglint test`, and every example of `docs/writing-rules.md`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Exit code, standard output, standard error.
fn coglint(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("coglint").unwrap();
    let output = command.current_dir(folder.path()).args(arguments).env("NO_COLOR", "1").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

const RULE: &str = "//! No name\nrule \"nameless\" #{ level: \"error\" } for \"AWS::SNS::Topic\" |topic| {\n    \
    require topic.properties.TopicName != () else \"it has no name\" at topic.place;\n}\n";

fn test_of(input: &str, expect: &str) -> String {
    format!("- name: a topic\n  input:\n    a.yaml: |\n      Resources:\n{input}  expect: {expect}\n")
}

const TOPIC: &str = "        T: {Type: AWS::SNS::Topic}\n";

/// The code blocks of a page that have a file's name, by that name.
fn named_blocks(markdown: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in markdown.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take().filter(|(name, _)| !name.is_empty())),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, Some(info)) => {
                let name = info.split_once(' ').map_or("", |(_, name)| name);
                open = Some((name.to_owned(), String::new()));
            }
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn the_examples_of_the_guide_pass_their_tests() {
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/writing-rules.md")).unwrap();
    let blocks = named_blocks(&guide);
    let files: Vec<(&str, &str)> = blocks.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let rules = files.iter().filter(|(name, _)| name.ends_with(".rhai")).count();
    assert_eq!((files.len(), rules), (10, 5), "five rules, each with its test");
    let folder = project(&files);
    let (code, out, err) = coglint(&folder, &["test", "lint"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(out.lines().filter(|line| line.starts_with("ok ")).count(), 9, "{out}");
}

#[test]
fn what_init_writes_works_and_is_never_overwritten() {
    let folder = project(&[("pool.yaml", "Resources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n")]);
    let (code, out, err) = coglint(&folder, &["init"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out.matches("written: ").count(), 3, "{out}");
    let (code, out, err) = coglint(&folder, &["test"]);
    assert_eq!((code, out.lines().last()), (0, Some("3 passed, 0 failed")), "{out}{err}");
    let (code, out, err) = coglint(&folder, &[]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("warning[pool-without-mfa] pool.yaml:"), "{out}");

    fs::write(folder.path().join("coglint.toml"), "fail-on = \"warning\"\n").unwrap();
    let (code, out, _) = coglint(&folder, &["init"]);
    assert_eq!((code, out.matches("kept: ").count()), (0, 3), "{out}");
    assert_eq!(fs::read_to_string(folder.path().join("coglint.toml")).unwrap(), "fail-on = \"warning\"\n");
}

#[test]
fn a_test_says_how_it_differs() {
    let other = "        T: {Type: AWS::SNS::Topic}\n        U: {Type: AWS::SNS::Topic}\n";
    let open = "        T: {Type: AWS::SNS::Topic, Properties: !Include x}\n";
    let table = [
        (TOPIC, "{nameless: {T: FAIL}}", 0, "1 passed, 0 failed"),
        (TOPIC, "{nameless: {T: PASS}}", 1, "nameless: T: expected PASS, was FAIL: it has no name (a.yaml:2)"),
        (TOPIC, "{nameless: {T: SKIP}}", 1, "expected SKIP, was FAIL"),
        (TOPIC, "{nameless: {X: PASS}}", 1, "there is no AWS::SNS::Topic `X` in the input; there is: T"),
        (other, "{nameless: {T: FAIL}}", 1, "nameless: U: nothing expected, was FAIL"),
        (open, "{nameless: {T: FAIL}}", 1, "was SKIP"),
    ];
    for (input, expect, code, says) in table {
        let folder = project(&[("nameless.rhai", RULE), ("nameless.test.yaml", &test_of(input, expect))]);
        let (exit, out, err) = coglint(&folder, &["test"]);
        assert_eq!(exit, code, "{expect}\n{out}{err}");
        assert!(out.contains(says), "{expect}: {says}\n{out}{err}");
    }
}

#[test]
fn what_is_no_test_is_an_error() {
    let good = test_of(TOPIC, "{nameless: {T: FAIL}}");
    let misspelt = test_of(TOPIC, "{nameles: {T: FAIL}}");
    let broken = RULE.replace("TopicName != ()", "TopicName != (");
    let table = [
        (RULE, "- nam: x\n", "nameless.test.yaml: "),
        (RULE, misspelt.as_str(), "there is no rule `nameles`; did you mean nameless?"),
        (broken.as_str(), good.as_str(), "there is no rule `nameless`"),
        (RULE, "- name: x\n  input: nowhere.yaml\n  expect: {}\n", "nowhere.yaml: "),
        (RULE, "- name: x\n  input: {a.txt: hello}\n  expect: {}\n", "no template"),
    ];
    for (rule, test, says) in table {
        let folder = project(&[("nameless.rhai", rule), ("nameless.test.yaml", test)]);
        let (code, out, err) = coglint(&folder, &["test"]);
        assert_eq!(code, 2, "{test}\n{out}{err}");
        assert!(err.contains(says), "{says}\n{out}{err}");
    }
    assert_eq!(coglint(&project(&[]), &["test"]).0, 2, "no test at all");
}

#[test]
fn an_input_may_be_a_path() {
    let test = "- name: x\n  input: stacks\n  expect: {nameless: {T: FAIL}}\n";
    let template = format!("Resources:\n{TOPIC}");
    let files = [("lint/nameless.rhai", RULE), ("lint/x.test.yaml", test), ("lint/stacks/a.yaml", &template)];
    let (code, out, err) = coglint(&project(&files), &["test", "lint/x.test.yaml"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn levels_and_rules_are_chosen_on_the_command_line() {
    let template = format!("Resources:\n{TOPIC}  P: {{Type: AWS::Cognito::UserPool}}\n").replace("        T", "  T");
    let folder = project(&[("nameless.rhai", RULE), ("a.yaml", &template)]);
    let table: [(&[&str], i32); 6] = [
        (&[], 1),
        (&["--level", "nameless=warning"], 0),
        (&["--level", "nameless=warning", "--fail-on", "warning"], 1),
        (&["--ignore", "nameless"], 0),
        (&["--select", "sms,email"], 0),
        (&["--select", "nameless"], 1),
    ];
    for (arguments, code) in table {
        let all = [&["check", "--rules", "nameless.rhai"], arguments].concat();
        let (exit, out, err) = coglint(&folder, &all);
        assert_eq!(exit, code, "{arguments:?}\n{out}{err}");
    }
    let (code, _, err) = coglint(&folder, &["check", "--ignore", "emal"]);
    assert_eq!((code, err.as_str()), (2, "error: --ignore: there is no rule or group `emal`; did you mean email?\n"));
    assert_eq!(coglint(&folder, &["check", "--level", "sms=loud"]).0, 2);
}
