//! One set of findings, one expected file for every output format: `testdata/reports/<case>.<format>.*`.
//! `UPDATE=1 cargo test --test reports` rewrites them; read the difference before it is committed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use coglint::finding::{Edit, Finding, Fix, Label, Level, Rule, Suppression, Undecided, Verdict};
use coglint::frontend::Diagnostic;
use coglint::report::{FORMATS, Style};
use coglint::source::{FileId, SourceMap, Span};
use coglint::value::ScopeId;
use coglint::{Report, Summary};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const TEMPLATE: &str = "\
Resources:
  AuthPool:
    Type: AWS::Cognito::UserPool
    Properties:
      MfaConfiguration: !Ref Mfa
      SmsConfiguration:
        SnsCallerArn: arn:aws:iam::111122223333:role/sms
        ExternalId: pool-b # 🔐 geheim
      Schema:
        - Name: email
";

const ROLE: &str = "\
resource \"aws_iam_role\" \"sms\" {
\tname               = \"sms\"
\tassume_role_policy = jsonencode({
\t\tCondition = { StringEquals = { \"sts:ExternalId\" = \"pool-a\" } }
\t})
}
";

fn rule(id: &str, level: Level, catches: &[&str]) -> Arc<Rule> {
    Arc::new(Rule {
        id: id.into(),
        title: "A title".into(),
        docs: "".into(),
        level,
        groups: vec!["sms".into()],
        catches: catches.iter().map(|name| (*name).into()).collect(),
        since: "0.1.0".into(),
        kinds: vec!["user_pool".into()],
        url: format!("https://example.org/rules/{id}").into(),
    })
}

fn finding(rule: &Arc<Rule>, primary: Label, message: &str) -> Finding {
    Finding {
        rule: rule.clone(),
        level: rule.level,
        verdict: Verdict::Always,
        when: None,
        message: message.to_owned(),
        help: None,
        primary,
        labels: Vec::new(),
        scope: ScopeId(0),
        resource: "AuthPool".into(),
        kind: "user_pool".into(),
        fixes: Vec::new(),
        suppressed: None,
        again_in: Vec::new(),
    }
}

fn report_on(files: &[(&str, &str)]) -> Report {
    let mut sources = SourceMap::default();
    for (path, text) in files {
        sources.add(*path, *text);
    }
    Report { sources, ..Report::default() }
}

/// A label at the first place of `part` in a file.
fn label(report: &Report, path: &str, part: &str, message: &str) -> Label {
    let (id, file) = report.sources.files().find(|(_, file)| file.path == path).unwrap();
    let start = file.text.find(part).unwrap_or_else(|| panic!("{path} has no {part:?}"));
    Label { span: Span::new(id, start, start + part.len()), message: message.to_owned() }
}

/// A pool and its role in two files, every verdict, a fix, a suppression, undecided checks, broken files.
fn pool_and_role() -> Report {
    let (pool, role) = ("auth/template.yaml", "../roles/role.tf");
    let mut report = report_on(&[(pool, TEMPLATE), (role, ROLE), ("broken.json", "")]);
    let mismatch = rule("sms-external-id-mismatch", Level::Error, &["InvalidSmsRoleTrustRelationshipException"]);
    let factors = rule("mfa-without-factors", Level::Error, &["InvalidParameterException"]);
    let schema = rule("schema-attribute-without-type", Level::Warning, &[]);
    let whole = rule("a-note", Level::Note, &[]);

    let sent = label(&report, pool, "pool-b", "sent by the pool");
    let mut external_id =
        finding(&mismatch, sent.clone(), "the pool sends an ExternalId that its role does not accept");
    external_id.help = Some("use one value in both places".to_owned());
    external_id.labels = vec![
        label(&report, pool, "arn:aws:iam::111122223333:role/sms", "this role is assumed"),
        label(&report, role, "\"pool-a\"", "the role accepts only this id"),
        label(&report, role, "aws_iam_role", ""),
    ];
    let edit = Edit { span: sent.span, text: "pool-a".to_owned() };
    external_id.fixes = vec![Fix { message: "send the accepted id".to_owned(), edits: vec![edit] }];

    let reference = label(&report, pool, "!Ref Mfa", "");
    let mut default = finding(&factors, reference.clone(), "MFA is required, but no factor is enabled");
    (default.level, default.verdict, default.when) = (Level::Warning, Verdict::Default, Some("Mfa = ON".to_owned()));
    let mut some = finding(&factors, reference, "MFA is optional, but no factor is enabled");
    (some.level, some.verdict, some.when) = (Level::Warning, Verdict::Some, Some("Env = prod".to_owned()));

    let declaration = label(&report, pool, &TEMPLATE[13..], "this pool");
    let note = finding(&whole, declaration, "a span over many lines is shown by its first one");

    let mut silenced = finding(&schema, label(&report, pool, "email", ""), "the attribute has no type");
    let asked = label(&report, pool, "- Name", "").span;
    silenced.suppressed = Some(Suppression { reason: Some("the default is fine".to_owned()), span: asked });

    let unused = label(&report, role, "})", "").span;
    report.diagnostics = vec![
        Diagnostic { span: unused, message: "this suppression has no effect".to_owned(), fatal: false },
        Diagnostic { span: Span::new(FileId(2), 0, 0), message: "it is not UTF-8 text".to_owned(), fatal: true },
    ];
    report.findings = vec![default, some, external_id, silenced, note];
    report.rules = vec![mismatch, factors, schema, whole];
    report.undecided = vec![
        undecided("a-rule", "parameter Role has no value", "parameter without a value"),
        undecided("b-rule", "module \"sms\" is not in the input", "module that is not in the input"),
        undecided("c-rule", "parameter Env has no value", "parameter without a value"),
    ];
    report.summary = Summary { files: 2, scopes: 2, user_pools: 3, roles: 1, sms_pools: 1, sms_pools_linked: 1 };
    report
}

fn undecided(rule: &str, because: &str, class: &str) -> Undecided {
    Undecided {
        rule: rule.into(),
        resource: "AuthPool".into(),
        because: because.to_owned(),
        class: class.to_owned(),
        scopes: Vec::new(),
    }
}

/// Every kind of text that can break a drawing.
fn hostile_texts() -> Report {
    let filler = "\"A\":{\"Type\":\"AWS::SNS::Topic\"},".repeat(400);
    let pool = "\"Pool\":{\"Properties\":{\"SmsConfiguration\":{\"ExternalId\":\"x\"}}},";
    let minified = format!("{{\"Resources\":{{{filler}{pool}{filler}\"B\":{{}}}}}}");
    let evil = "evil\u{1b}[2J.yaml";
    let mut report = report_on(&[
        ("crlf.yaml", "Resources:\r\n  Pool:\r\n\tMfa: ON\r\n"),
        ("emoji.yaml", "名前: \"👩‍👩‍👧 日本\" # ünïcödé\nMfa: ON\n"),
        ("end.yaml", "Resources:\n  Pool:"),
        ("behind-the-end.yaml", "Resources:\n"),
        ("one-line.json", minified.as_str()),
        (evil, "Name: \u{1b}[31mred\u{9b}0m \u{202e}desrever\u{202c}\rover\u{7}\nMfa: ON\n"),
    ]);
    let text = rule("hostile-text", Level::Error, &[]);
    let at = |file: u32, offset: usize| Label { span: Span::new(FileId(file), offset, offset), message: "here".into() };
    let mut findings = vec![
        finding(&text, label(&report, "crlf.yaml", "ON", "behind a tab"), "line breaks of Windows, and a tab"),
        finding(&text, label(&report, "emoji.yaml", "日本", "wide characters"), "columns count characters"),
        finding(&text, at(2, 18), "nothing at the end of the text"),
        finding(&text, at(3, 11), "nothing behind the last line"),
        finding(&text, at(2, 4_000), "a place that does not exist"),
        finding(&text, label(&report, "one-line.json", "\"x\"", "deep inside"), "a minified template"),
        finding(
            &text,
            label(&report, evil, "desrever", "\u{1b}[5mblinks\u{1b}[0m"),
            "control characters \u{1b}[1mfrom a template\u{1b}[0m\nand a second line",
        ),
    ];
    findings[5].labels = vec![label(&report, "one-line.json", "\"Resources\"", "far away in the same line")];
    findings[6].help = Some("never obey \u{202e}a template".to_owned());
    report.findings = findings;
    report.rules = vec![text];
    report.summary = Summary { files: 6, user_pools: 1, ..Summary::default() };
    report
}

fn clean() -> Report {
    let rules = vec![rule("a-rule", Level::Error, &[]); 11];
    Report { rules, summary: Summary { files: 14, user_pools: 3, ..Summary::default() }, ..Report::default() }
}

fn nothing_to_check() -> Report {
    Report { summary: Summary { files: 14, ..Summary::default() }, ..Report::default() }
}

fn render(report: &Report, format: &str, style: &Style) -> String {
    let format = FORMATS.iter().find(|known| known.name == format).unwrap();
    let mut out = Vec::new();
    (format.write)(report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn style() -> Style {
    Style { elapsed: Some(Duration::from_millis(6)), ..Style::default() }
}

#[test]
fn every_format_writes_what_was_reviewed() {
    let cases = [
        ("pool-and-role", pool_and_role(), Style { undecided: true, ..style() }),
        ("hostile-texts", hostile_texts(), style()),
        ("clean", clean(), style()),
        ("nothing-to-check", nothing_to_check(), style()),
    ];
    for (case, report, style) in cases {
        for format in FORMATS {
            compare(&format!("{case}.{}.{}", format.name, format.ending), &render(&report, format.name, &style));
        }
    }
    let narrow = Style { width: 60, colour: true, links: true, unicode: false, ..style() };
    compare("pool-and-role.human-narrow-colour-ascii.txt", &render(&pool_and_role(), "human", &narrow));
}

fn compare(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/reports").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{name} differs; `UPDATE=1 cargo test --test reports` rewrites it. Now:\n{actual}");
}

#[test]
fn no_control_character_reaches_the_terminal() {
    for width in [40, 80, 200] {
        let text = render(&hostile_texts(), "human", &Style { width, ..style() });
        let raw: Vec<char> = text.chars().filter(|c| *c != '\n' && (c.is_control() || *c == '\u{202e}')).collect();
        assert!(raw.is_empty(), "{raw:?}");
    }
}

#[test]
fn a_minified_template_is_not_printed_whole() {
    assert!(render(&hostile_texts(), "human", &style()).lines().all(|line| line.chars().count() <= 110));
}

#[test]
fn undecided_checks_are_listed_only_when_asked_for() {
    let brief = render(&pool_and_role(), "human", &style());
    assert!(brief.contains("3 checks undecided; --undecided lists them"));
    assert!(!brief.contains("parameter Role has no value"));
}

#[test]
fn json_does_not_depend_on_the_style() {
    let loud = Style { colour: true, width: 40, undecided: true, ..style() };
    assert_eq!(render(&pool_and_role(), "json", &loud), render(&pool_and_role(), "json", &Style::default()));
}

fn json(report: &Report, format: &str, style: &Style) -> serde_json::Value {
    serde_json::from_str(&render(report, format, style)).unwrap()
}

/// What code scanning needs, and what it refuses.
#[test]
fn sarif_is_what_code_scanning_reads() {
    let style = Style { prefix: "services/web".to_owned(), ..style() };
    for report in [pool_and_role(), hostile_texts(), clean()] {
        let log = json(&report, "sarif", &style);
        assert_eq!((&log["version"], log["runs"].as_array().map(Vec::len)), (&"2.1.0".into(), Some(1)));
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            for text in ["shortDescription", "fullDescription", "help"] {
                assert!(rule[text]["text"].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
            }
        }
        for result in run["results"].as_array().unwrap() {
            let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[rule]["id"], result["ruleId"]);
            assert_eq!(result["locations"].as_array().map(Vec::len), Some(1));
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.starts_with("services/") && !uri.contains(['\\', ' ', ':']), "{uri}");
            assert_eq!(place["region"]["startLine"], place["region"]["endLine"], "an alert is about one line");
            let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
            assert!(hash.contains(':'), "{hash}");
            for related in result["relatedLocations"].as_array().unwrap() {
                let link = format!("]({})", related["id"]);
                assert!(result["message"]["text"].as_str().unwrap().contains(&link), "{link} is not in the message");
            }
        }
    }
    let text = render(&pool_and_role(), "sarif", &style);
    assert!(!text.contains("schema-attribute-without-type\",\n          \"ruleIndex"), "suppressed ones are left out");
    assert!(text.contains("\"uri\": \"services/roles/role.tf\""), "seen from the repository's root");
}

/// The runner looks for commands in everything that a step prints.
#[test]
fn no_template_gives_the_runner_a_command() {
    let mut report = hostile_texts();
    for finding in &mut report.findings {
        finding.message.push_str("\n::error::x ##[add-mask]y\r\n ::warning::z");
    }
    for line in render(&report, "github", &style()).lines() {
        assert!(["::error file=", "::warning file=", "::notice file="].iter().any(|start| line.starts_with(start)));
        assert!(!line.contains("##["), "{line}");
    }
    for line in render(&report, "concise", &style()).lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
    }
}

#[test]
fn fingerprints_are_unique_in_gitlab() {
    let mut report = pool_and_role();
    let twin = report.findings[0].clone();
    report.findings.push(twin);
    let issues = json(&report, "gitlab", &style());
    let all: Vec<&str> = issues.as_array().unwrap().iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
    let unique: std::collections::BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(all.len(), unique.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever spans rules and frontends make up: the reporters print something and come back.
    #[test]
    fn no_span_breaks_a_reporter(
        text in "[a-c 日👩\t\r\n\u{1b}]{0,60}",
        repeat in 1_usize..6,
        spans in proptest::collection::vec((0_usize..400, 0_usize..400, 0_u32..3), 1..5),
        width in 0_usize..130,
        colour: bool,
    ) {
        let one_line = format!("{} {}", text.replace('\n', " "), "x".repeat(200));
        let mut report = report_on(&[("a.yaml", &text.repeat(repeat)), ("b.json", &one_line)]);
        let labels: Vec<Label> = spans
            .iter()
            .map(|(start, end, file)| Label { span: Span::new(FileId(*file), *start, *end), message: text.clone() })
            .collect();
        let mut found = finding(&rule("a-rule", Level::Error, &[]), labels[0].clone(), &text);
        found.labels = labels[1..].to_vec();
        report.diagnostics = vec![Diagnostic { span: labels[0].span, message: text.clone(), fatal: true }];
        report.findings = vec![found];
        for format in FORMATS {
            let text = render(&report, format.name, &Style { width, colour, ..style() });
            prop_assert!(!text.is_empty());
        }
    }
}
