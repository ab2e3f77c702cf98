//! Embeds `rules/*.rhai` into the binary: a rule is added by adding its file.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("rules");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut list = String::from("/// Id and text of every built-in rule, sorted by id.\n");
    list.push_str("pub static BUILTIN: &[(&str, &str)] = &[\n");
    for id in rule_ids(&folder)? {
        let path = folder.join(format!("{id}.rhai"));
        writeln!(list, "    ({id:?}, include_str!({:?})),", path.display().to_string())?;
    }
    list.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("builtin.rs"), list)?;
    Ok(())
}

/// The names of the rule files without their ending, sorted. A project without rules is fine.
fn rule_ids(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut ids = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            ids.extend(name.strip_suffix(".rhai").map(str::to_owned));
        }
    }
    ids.sort();
    Ok(ids)
}
