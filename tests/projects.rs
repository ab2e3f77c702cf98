//! Several files, and several languages, that meet in one graph: `testdata/projects/<name>/`, each with its `expected.txt` of
//! `path:line level rule` lines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

mod support;

use coglint::discover::Found;
use coglint::finding::Label;
use coglint::frontend::{Assignment, InputKind};
use coglint::source::MemoryFiles;
use coglint::{Options, Report};
use std::fs;
use std::path::Path;
use support::{Mark, difference, entries, lint, name, report_failures, testdata, texts};

#[test]
fn projects_find_what_they_expect() {
    let projects = entries(&testdata("projects"));
    let failures: Vec<String> = projects.iter().filter_map(|project| failure(project)).collect();
    report_failures(projects.len(), &failures);
}

/// The order in which files are found changes nothing.
#[test]
fn the_order_of_files_does_not_matter() {
    for project in entries(&testdata("projects")) {
        let mut reversed = texts(&project);
        reversed.reverse();
        assert_eq!(difference(&expected(&project), &lint(&reversed)), None, "{}", project.display());
    }
}

fn failure(project: &Path) -> Option<String> {
    let difference = difference(&expected(project), &lint(&texts(project)))?;
    Some(format!("{}\n{difference}", name(project)))
}

fn expected(project: &Path) -> Vec<Mark> {
    let text = fs::read_to_string(project.join("expected.txt")).unwrap();
    let mut marks: Vec<Mark> = text.lines().map(|line| parse(line).unwrap_or_else(|| panic!("{line}"))).collect();
    marks.sort();
    marks
}

fn parse(line: &str) -> Option<Mark> {
    let (place, finding) = line.split_once(' ')?;
    let (path, line) = place.rsplit_once(':')?;
    let (level, rule) = finding.split_once(' ')?;
    Some(Mark { path: path.to_owned(), line: line.parse().ok()?, level: level.to_owned(), rule: rule.to_owned() })
}

/// What two reports must agree on: findings without their places, which are in different files.
fn said(report: &Report) -> Vec<String> {
    let summary = &report.summary;
    let counts = [summary.user_pools, summary.roles, summary.sms_pools, summary.sms_pools_linked];
    let mut lines = vec![format!("pools, roles, pools with text messages, linked: {counts:?}")];
    let findings = report.findings.iter();
    let mut findings: Vec<String> = findings
        .map(|finding| format!("{} {} {} {}", finding.level.name(), finding.rule.id, finding.resource, finding.message))
        .collect();
    findings.sort();
    lines.append(&mut findings);
    lines
}

/// The values of the plan's variables as a variable file: the configuration alone does not say what they are.
fn variables(plan: &str) -> Options {
    let plan: serde_json::Value = serde_json::from_str(plan).unwrap();
    let variables = plan["variables"].as_object().into_iter().flatten();
    let values: serde_json::Map<_, _> =
        variables.map(|(name, variable)| (name.clone(), variable["value"].clone())).collect();
    let text = serde_json::to_string(&values).unwrap();
    let mut options = Options::default();
    options.given.variables.arguments = vec![Assignment::File("given.tfvars.json".to_owned(), text.into())];
    options
}

fn input(path: &str, text: &str) -> Option<Found> {
    let kind = match path {
        "plan.json" => InputKind::TerraformPlan,
        path if path.ends_with(".tf") => InputKind::Terraform,
        path if path.ends_with(".tf.json") => InputKind::TerraformJson,
        _ => return None,
    };
    Some(Found { path: path.into(), kind, text: text.into(), named: true })
}

/// A configuration and the plan that Terraform made of it have the same user pools, links and findings.
#[test]
fn a_configuration_and_its_plan_say_the_same() {
    let mut linked = 0;
    for folder in entries(&testdata("values/terraform-modules")) {
        let case = name(&folder);
        let plan = fs::read_to_string(testdata(&format!("values/terraform-plans/{case}.plan.json"))).unwrap();
        let mut texts = texts(&folder);
        texts.retain(|(path, _)| path != "expected.json");
        texts.push(("plan.json".to_owned(), plan.clone()));
        let files = texts.iter().fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text));
        let inputs: Vec<Found> = texts.iter().filter_map(|(path, text)| input(path, text)).collect();
        let (planned, written): (Vec<_>, Vec<_>) =
            inputs.iter().cloned().partition(|found| found.kind == InputKind::TerraformPlan);

        let of_files = coglint::lint(&files, &written, &variables(&plan));
        assert_eq!(said(&of_files), said(&coglint::lint(&files, &planned, &Options::default())), "{case}: the plan");
        assert_eq!(said(&of_files), said(&coglint::lint(&files, &inputs, &variables(&plan))), "{case}: both at once");
        linked += of_files.summary.sms_pools_linked;
    }
    assert_eq!(linked, 15);
}

/// A value that reaches a resource through a variable file, a module call and a variable of the module: each place is named.
#[test]
fn the_way_of_a_value_is_told() {
    let report = lint(&texts(&testdata("projects/terraform-wrapper")));
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    let path = |label: &Label| report.sources.path(label.span.file).to_owned();
    let told: Vec<(String, &str)> = finding.labels.iter().map(|label| (path(label), label.message.as_str())).collect();
    let way = [
        ("pool/main.tf", "local sms_configuration"),
        ("pool/main.tf", "local sms"),
        ("pool/main.tf", "variable sms_configuration"),
        ("main.tf", "module call pool"),
        ("main.tf", "variable text_messages"),
        ("prod.auto.tfvars", "the value is written here"),
    ];
    let told: Vec<(&str, &str)> = told.iter().map(|(path, message)| (path.as_str(), *message)).collect();
    assert_eq!(told.get(..way.len()), Some(&way[..]), "{told:?}");
}

/// The ways of values through nested modules: each finding's place and labels, as `ways.txt` has them.
#[test]
fn the_ways_of_values_through_nested_modules() {
    let folder = testdata("projects/terraform-nested-modules");
    let report = lint(&texts(&folder));
    let place = |label: &Label| {
        let file = report.sources.file(label.span.file).unwrap();
        let line = file.position(label.span.start as usize).line;
        format!("{}:{line} {}", file.path, label.message).trim_end().to_owned()
    };
    let mut lines = Vec::new();
    for finding in &report.findings {
        lines.push(format!("{} at {}", finding.rule.id, place(&finding.primary)));
        lines.extend(finding.labels.iter().map(|label| format!("  {}", place(label))));
    }
    let expected = fs::read_to_string(folder.join("ways.txt")).unwrap();
    assert_eq!(lines, expected.lines().collect::<Vec<_>>(), "{}", lines.join("\n"));
}
