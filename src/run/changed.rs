//! The files that differ from a Git revision, as Git says it.

use super::{Failure, usage};
use crate::discover::shown_from;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The paths, as reports print them, of files that differ between a revision and the working folder's files, and of those
/// that Git does not know yet.
///
/// # Errors
/// No Git, no repository, no such revision.
pub(super) fn since(revision: &str, working: &Path) -> Result<BTreeSet<String>, Failure> {
    if revision.is_empty() || revision.starts_with('-') {
        return Err(usage(format!("--changed-since {revision}: this is no revision")));
    }
    let top = PathBuf::from(git(&["rev-parse", "--show-toplevel"], working)?.trim_end_matches('\n'));
    let top = std::fs::canonicalize(&top).unwrap_or(top);
    let revision =
        git(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")], working).map_err(|_| {
            usage(format!("--changed-since {revision}: Git knows no such revision; a shallow clone may lack it"))
        })?;
    let differing = ["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", revision.trim(), "--"];
    let differing = git(&differing, &top)?;
    let new = git(&["ls-files", "--others", "--exclude-standard", "-z"], &top)?;
    let paths = differing.split('\0').chain(new.split('\0')).filter(|path| !path.is_empty());
    Ok(paths.map(|path| shown_from(working, &top.join(path))).collect())
}

/// What a Git command prints.
fn git(arguments: &[&str], folder: &Path) -> Result<String, Failure> {
    let output = Command::new("git").args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| usage(format!("--changed-since needs git, which does not start: {error}")))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        let why = why.trim().trim_start_matches("fatal: ");
        return Err(usage(format!("--changed-since: git {}: {why}", arguments.first().unwrap_or(&""))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
