//! The house's own laws. What breaks one is easier to mend on the day it is written.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of `src`, in the direction in which data flows: a room may use those before it, never those after it.
const ROOMS: &[&str] = &[
    "builtin", "timing", "source", "value", "syntax", "frontend", "finding", "graph", "iam", "engine", "suppress",
    "origin", "fix", "report", "discover", "config", "cli", "run", "lib", "main",
];

/// Data types that stand in `lib.rs` beside the map of the house, for the rooms from `report` on.
const ROOT_TYPES: &[&str] = &["Report", "Summary"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, sorted; none when there is no such folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in entries(folder) {
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The Rust files of `src`, by path below it, without comments and without their tests.
fn sources() -> BTreeMap<String, String> {
    let src = root().join("src");
    let mut sources = BTreeMap::new();
    for path in files_below(&src) {
        let short = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        if !short.ends_with(".rs") || short.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        sources.insert(short, lines.join("\n"));
    }
    sources
}

fn room_of(file: &str) -> &str {
    let first = file.split('/').next().unwrap();
    first.strip_suffix(".rs").unwrap_or(first)
}

fn rank(room: &str) -> Option<usize> {
    ROOMS.iter().position(|known| *known == room)
}

/// The first names behind every `crate::` of a text: `crate::a::b` and `use crate::{a::b, c}` give a, and a and c.
fn uses(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for behind in code.split("crate::").skip(1) {
        match behind.strip_prefix('{') {
            Some(group) => names.extend(group_names(group)),
            None => names.extend(identifier(behind)),
        }
    }
    names
}

fn group_names(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut depth, mut item) = (0, String::new());
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => names.extend(identifier(&std::mem::take(&mut item))),
            '{' => depth += 1,
            '}' => depth -= 1,
            c => item.push(c),
        }
    }
    names.extend(identifier(&item));
    names
}

fn identifier(text: &str) -> Option<String> {
    let word: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

/// What is wrong with the arrows that leave a file.
fn upward_arrows(file: &str, code: &str) -> Vec<String> {
    let room = room_of(file);
    let Some(own) = rank(room) else { return vec![format!("{file}: `{room}` is no room of this house")] };
    let allowed = |used: &str| match rank(used) {
        Some(other) => other <= own,
        // The library's own functions and settings are for the commands.
        None => own >= rank("run").unwrap() || (ROOT_TYPES.contains(&used) && own >= rank("report").unwrap()),
    };
    uses(code).into_iter().filter(|used| !allowed(used)).map(|used| format!("{file} may not use {used}")).collect()
}

#[test]
fn arrows_point_one_way() {
    let wrong: Vec<String> = sources().iter().flat_map(|(file, code)| upward_arrows(file, code)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_upward_arrow_would_be_found() {
    assert_eq!(uses("use crate::{a::{b, c}, d, e::f}; crate::g::h()"), ["a", "d", "e", "g"].map(String::from).into());
    assert_eq!(upward_arrows("syntax/yaml.rs", "use crate::source::Span;"), [""; 0]);
    assert_eq!(upward_arrows("syntax/yaml.rs", "use crate::graph::Node;").len(), 1);
    assert_eq!(upward_arrows("frontend/mod.rs", "use crate::{source::Span, discover::Project};").len(), 1);
    assert_eq!(upward_arrows("engine.rs", "use crate::lint;").len(), 1);
    assert_eq!(upward_arrows("attic.rs", "").len(), 1);
}

#[test]
fn miette_lives_in_one_file() {
    let users: Vec<String> =
        sources().into_iter().filter(|(_, code)| code.contains("miette")).map(|(file, _)| file).collect();
    assert_eq!(users, ["report/human.rs"]);
}

#[test]
fn every_rule_is_named_like_its_file() {
    for path in entries(&root().join("rules")) {
        let file = name(&path);
        let id = file.strip_suffix(".rhai").unwrap_or_else(|| panic!("rules/{file} is no rule"));
        let words: Vec<&str> = id.split('-').collect();
        let lower =
            |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        assert!(words.iter().all(lower), "rules/{file}: an id is kebab-case");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("rule \"{id}\"")), "rules/{file} does not define the rule \"{id}\"");
    }
}

/// The languages of a fixture, by its ending; a folder has those of its files.
fn dialects(fixture: &Path) -> BTreeSet<&'static str> {
    let files = if fixture.is_dir() { files_below(fixture) } else { vec![fixture.to_path_buf()] };
    let mut dialects = BTreeSet::new();
    for file in files.iter().map(|file| name(file)) {
        let ends = |endings: &[&str]| endings.iter().any(|ending| file.ends_with(ending));
        if ends(&[".tf", ".tofu", ".tf.json"]) {
            dialects.insert("Terraform");
        } else if ends(&[".yaml", ".yml", ".json", ".template"]) {
            dialects.insert("CloudFormation");
        }
    }
    dialects
}

/// The fixtures that a rule's folder lacks.
fn missing_fixtures(folder: &Path) -> Vec<String> {
    let note = fs::read_to_string(folder.join("NOTE")).unwrap_or_default();
    if !note.trim().is_empty() {
        return Vec::new();
    }
    let mut missing = Vec::new();
    for prefix in ["bad-", "good-"] {
        let fixtures = entries(folder).into_iter().filter(|path| name(path).starts_with(prefix));
        let seen: BTreeSet<&str> = fixtures.flat_map(|path| dialects(&path)).collect();
        for dialect in ["CloudFormation", "Terraform"] {
            if !seen.contains(dialect) {
                missing.push(format!("{}: no {prefix}* in {dialect}, and no NOTE that says why", name(folder)));
            }
        }
    }
    missing
}

#[test]
fn every_rule_has_fixtures_in_both_languages() {
    let fixtures = root().join("testdata/rules");
    let ids: BTreeSet<String> =
        entries(&root().join("rules")).iter().map(|path| name(path).trim_end_matches(".rhai").to_owned()).collect();
    let missing: Vec<String> = ids.iter().flat_map(|id| missing_fixtures(&fixtures.join(id))).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let strays: Vec<String> = entries(&fixtures).iter().map(|path| name(path)).filter(|id| !ids.contains(id)).collect();
    assert!(strays.is_empty(), "fixtures without a rule: {strays:?}");
}

#[test]
fn a_missing_fixture_would_be_found() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(missing_fixtures(folder.path()).len(), 4);
    for file in ["bad-a.yaml", "good-a.json", "bad-b.tf"] {
        fs::write(folder.path().join(file), "").unwrap();
    }
    assert_eq!(missing_fixtures(folder.path()).len(), 1);
    fs::create_dir(folder.path().join("good-module")).unwrap();
    fs::write(folder.path().join("good-module/main.tf"), "").unwrap();
    assert_eq!(missing_fixtures(folder.path()), [""; 0]);
}

/// Everything that belongs to the project, whether or not Git is at hand.
fn project_files() -> Vec<PathBuf> {
    let own = |path: &PathBuf| !matches!(name(path).as_str(), "target" | ".git" | "Cargo.lock");
    let top = entries(root()).into_iter().filter(own);
    let files = top.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] });
    files.filter(|path| !path.components().any(|part| part.as_os_str() == "target")).collect()
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    // Put together here, so that this file does not contain them.
    let machine = ["root", "work", "home/runner"].map(|folder| format!("/{folder}/"));
    for path in project_files() {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        // A folder of that name inside another path is somebody else's.
        let starts_there = |folder: &String| {
            let inside = |c: char| c.is_alphanumeric() || "._-*}".contains(c);
            text.match_indices(folder.as_str()).any(|(at, _)| !text[..at].ends_with(inside))
        };
        assert!(!machine.iter().any(starts_there), "{} names a folder of a machine", path.display());
    }
}

/// `.ci/run` runs the test command that newcomers are told, and looks for it as a line of its own.
#[test]
fn the_readme_says_how_to_run_the_tests() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let script = read(".ci/run");
    let command = script.lines().find_map(|line| line.strip_prefix("test_command='")?.strip_suffix('\''));
    let command = command.expect(".ci/run names the command");
    assert!(
        read("README.md").lines().any(|line| line == command),
        "README.md has no line that says exactly: {command}"
    );
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (mut inside, mut explained, mut seen) = (false, false, 0);
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.trim_end_matches(']').ends_with("dependencies");
        } else if inside && line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            assert!(explained, "a comment above this line says what it is for: {line}");
            seen += 1;
        }
        explained = line.starts_with('#');
    }
    assert!(seen > 0, "no dependencies were found: did the manifest change its form?");
}

/// Every test that the threat model names exists.
#[test]
fn the_threat_model_names_tests_that_exist() {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let sources: Vec<String> = files_below(&root().join("tests"))
        .into_iter()
        .chain(files_below(&root().join("src")))
        .filter(|path| name(path).ends_with(".rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat")).collect();
    assert!(rows.len() > 10, "the table is not found");
    for row in rows {
        let kept_by = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let tests: Vec<&str> = kept_by.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test keeps: {row}");
        for test in tests {
            let names = [format!("fn {test}("), format!("{test}: ")];
            let exists =
                |code: &String| code.contains(&names[0]) || (code.contains("targets!(") && code.contains(&names[1]));
            assert!(sources.iter().any(exists), "{test} does not exist: {row}");
        }
    }
}
