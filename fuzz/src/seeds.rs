//! Seeds: the test data, cut to what each target reads.

use std::fs;
use std::path::{Path, PathBuf};

/// An input for a target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seed {
    /// The name of the target.
    pub target: &'static str,
    /// Where it comes from: a path below the test data.
    pub name: String,
    /// The input.
    pub text: String,
}

/// Larger files teach the fuzzer little and cost it much.
const MOST_BYTES: usize = 16 * 1024;

/// All seeds that the test data give, sorted. `root` is the folder of the package.
///
/// # Panics
/// When a file of the test data cannot be read.
pub fn seeds(root: &Path) -> Vec<Seed> {
    let testdata = root.join("testdata");
    let mut seeds = Vec::new();
    for path in files_below(&testdata).into_iter().chain(files_below(&root.join("rules"))) {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if name.starts_with("testdata/fuzz/") || name.starts_with("testdata/reports/") {
            continue;
        }
        if name.ends_with(".jsonl") {
            seeds.extend(policies(&name, &text));
        } else if text.len() <= MOST_BYTES {
            seeds.extend(targets_of(&name, &text).iter().map(|target| Seed {
                target,
                name: name.clone(),
                text: text.clone(),
            }));
        }
    }
    seeds.extend(projects(root, &testdata.join("projects")));
    seeds.sort();
    seeds
}

/// The targets that read a file of this name.
fn targets_of(name: &str, text: &str) -> &'static [&'static str] {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("rhai") => &["rule"],
        Some("tf") => &["hcl", "terraform"],
        Some("yaml" | "yml") if name.contains("/syntax/") => &["yaml"],
        Some("yaml" | "yml") => &["yaml", "template"],
        Some("json") if name.contains("/syntax/") => &["json"],
        Some("json") if text.contains("\"terraform_version\"") => &["json", "plan"],
        Some("json") => &["json", "template"],
        _ => &[],
    }
}

/// The policy documents of cases; what is not known in them is a hole.
fn policies(name: &str, text: &str) -> Vec<Seed> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Ok(case) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let mut waiting = vec![&case];
        while let Some(value) = waiting.pop() {
            if value.get("Statement").is_some() {
                let text = value.to_string().replace("{\"$unknown\":\"x\"}", "§");
                found.push(Seed { target: "policy", name: format!("{name}:{}:{}", number + 1, found.len()), text });
            } else if let Some(map) = value.as_object() {
                waiting.extend(map.values());
            } else if let Some(list) = value.as_array() {
                waiting.extend(list);
            }
        }
    }
    found
}

/// Whole projects in one text each.
fn projects(root: &Path, folder: &Path) -> Vec<Seed> {
    let mut found = Vec::new();
    for project in entries(folder) {
        let mut text = String::new();
        for path in files_below(&project) {
            let inner = path.strip_prefix(&project).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let Ok(content) = fs::read_to_string(&path) else { continue };
            if content.len() <= MOST_BYTES {
                text.push_str(&format!("=== {inner}\n{content}\n"));
            }
        }
        let name = project.strip_prefix(root).unwrap_or(&project).to_string_lossy().replace('\\', "/");
        found.push(Seed { target: "end_to_end", name, text });
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// All files below a folder, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(folder) {
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}
