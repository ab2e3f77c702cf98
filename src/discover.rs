//! Paths to input files: what a person named, the project around it, and which of its files may matter.
//!
//! What is named decides which findings are *reported*. What is *read* is always the whole project: the folder of the
//! nearest `coglint.toml` above a path, else the Git repository, else the folder given (a file's own folder). Names of a
//! pool's role in one file and of the role in another can only meet when both are read.

mod disk;
mod kind;

pub use disk::{DiskFiles, MOST_BYTES, read_regular_file, shown_from, text_of};
pub use kind::{TEST_ENDING, kind_of};

use crate::frontend::InputKind;
use crate::source::{FileError, Files};
use ignore::WalkBuilder;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The name of the configuration file.
pub const CONFIG_FILE: &str = "coglint.toml";

/// Folders that are never walked: they hold other people's templates, or none.
const SKIPPED: &[&str] = &[".git", ".terraform", "node_modules"];

/// What the CDK writes. Nearly every repository ignores it, and it is exactly what is to be linted.
const CDK_OUTPUT: &str = "cdk.out";

/// A file that was found and read.
#[derive(Clone, Debug)]
pub struct Found {
    /// The path relative to the project's base, with forward slashes.
    pub path: Arc<str>,
    /// What it is.
    pub kind: InputKind,
    /// Its text.
    pub text: Arc<str>,
    /// True when it was named on the command line: it is read whatever is in it.
    pub named: bool,
}

/// A file that looked like an input and could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The path, as in [`Found`].
    pub path: Arc<str>,
    /// Why.
    pub error: FileError,
    /// True when it was named on the command line.
    pub named: bool,
}

/// The project around the paths that a person named, all of it read.
#[derive(Clone, Debug)]
pub struct Project {
    /// Reads further files that the found ones name.
    pub files: DiskFiles,
    /// The inputs, sorted by path.
    pub found: Vec<Found>,
    /// What could not be read, sorted by path.
    pub unreadable: Vec<Unreadable>,
    /// The project's `coglint.toml`, where it has one.
    pub config: Option<PathBuf>,
    named_files: BTreeSet<String>,
    named_folders: BTreeSet<String>,
}

impl Project {
    /// Finds the project around `paths` (files, folders, globs; none means the working folder) and reads it.
    ///
    /// # Errors
    /// A path that does not exist, a glob that matches nothing, paths of projects with different configurations.
    pub fn discover(paths: &[String], working: &Path) -> Result<Self, PathError> {
        Ok(Self::locate(paths, working, false)?.read(&Excludes::default()))
    }

    /// The first half of [`Self::discover`]: the project's place, so that its configuration can say what is to be read. An
    /// isolated project has no configuration.
    ///
    /// # Errors
    /// Those of [`Self::discover`].
    pub fn locate(paths: &[String], working: &Path, isolated: bool) -> Result<Located, PathError> {
        let working = fs::canonicalize(working).map_err(|_| PathError::Absent(working.display().to_string()))?;
        let targets = targets(paths, &working)?;
        let config = if isolated { None } else { one_config(&targets, &working)? };
        let roots: BTreeSet<PathBuf> = targets.iter().map(|target| target.root(isolated)).collect();
        let base = common_folder(&roots).unwrap_or_else(|| working.clone());
        let files = DiskFiles::new(base, roots.iter().cloned().collect(), working);

        let project = Self {
            named_files: paths_of(&files, targets.iter().filter(|target| !target.folder)),
            named_folders: paths_of(&files, targets.iter().filter(|target| target.folder)),
            files,
            found: Vec::new(),
            unreadable: Vec::new(),
            config,
        };
        let folders = targets.iter().filter(|target| target.folder).map(|target| target.path.clone());
        let folders = roots.into_iter().chain(folders).collect();
        Ok(Located { project, folders })
    }

    /// The paths of everything that was read or should have been, as reports print them, sorted.
    pub fn shown_files(&self) -> Vec<String> {
        let read = self.found.iter().map(|found| &found.path);
        let all = read.chain(self.unreadable.iter().map(|file| &file.path));
        all.map(|path| self.files.display(path)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// True when findings in a file are reported. `shown` is a path as reports print it.
    pub fn reports(&self, shown: &str) -> bool {
        self.files.from_display(shown).is_some_and(|path| {
            self.named_files.contains(&path) || self.named_folders.iter().any(|folder| lies_in(&path, folder))
        })
    }

    /// True when a file itself was named on the command line: that it cannot be read is then an error of the run.
    pub fn names(&self, shown: &str) -> bool {
        self.files.from_display(shown).is_some_and(|path| self.named_files.contains(&path))
    }

    /// True for an input, whether or not it could be read.
    pub fn is_input(&self, shown: &str) -> bool {
        self.files.from_display(shown).is_some_and(|path| {
            self.found.binary_search_by(|found| (*found.path).cmp(&path)).is_ok()
                || self.unreadable.iter().any(|file| *file.path == *path)
        })
    }

    /// Every file that may be an input, and every named one.
    fn candidates(&mut self, folders: impl Iterator<Item = PathBuf>) -> BTreeSet<String> {
        let walked = folders.collect::<BTreeSet<_>>().into_iter().flat_map(|folder| walk(&folder));
        let mut candidates = self.named_files.clone();
        for path in walked {
            match self.files.relative(&path) {
                Some(path) if kind::is_candidate(&path) => drop(candidates.insert(path)),
                Some(_) => {}
                None => self.unreadable.extend(nameless(&self.files, &path)),
            }
        }
        candidates
    }

    fn read_all(&mut self, candidates: BTreeSet<String>) {
        let candidates: Vec<String> = candidates.into_iter().collect();
        let outcomes: Vec<Outcome> = candidates.par_iter().map(|path| self.read_one(path)).collect();
        for outcome in outcomes {
            match outcome {
                Outcome::Found(found) => self.found.push(found),
                Outcome::Unreadable(unreadable) => self.unreadable.push(unreadable),
                Outcome::Other => {}
            }
        }
    }

    fn read_one(&self, path: &str) -> Outcome {
        let named = self.named_files.contains(path);
        let unreadable = |error| Outcome::Unreadable(Unreadable { path: path.into(), error, named });
        let bytes = match self.files.read_bytes(path) {
            Ok(bytes) => bytes,
            Err(error) if named || self.may_matter(path, &error) => return unreadable(error),
            Err(_) => return Outcome::Other,
        };
        let utf16 = disk::utf16(&bytes);
        let Some(kind) = kind::kind_of(path, utf16.as_deref().map_or(&*bytes, str::as_bytes)) else {
            return Outcome::Other;
        };
        match text_of(bytes) {
            Ok(text) => Outcome::Found(Found { path: path.into(), kind, text, named }),
            Err(error) => unreadable(error),
        }
    }

    /// A repository is full of large files and dangling links that are none of ours; those are not worth a word.
    fn may_matter(&self, path: &str, error: &FileError) -> bool {
        const HEAD: u64 = 64 * 1024;
        match error {
            FileError::Absent | FileError::Outside => false,
            error if *error == disk::too_large() => {
                self.files.read_head(path, HEAD).is_ok_and(|head| kind::looks_like_input(path, &head))
            }
            FileError::Unreadable(_) => true,
        }
    }
}

/// A file whose name no report can print and no template can write; nothing for one that is none of ours.
fn nameless(files: &DiskFiles, path: &Path) -> Option<Unreadable> {
    let lossy = path.strip_prefix(files.base()).ok()?.to_string_lossy().replace('\\', "/");
    if !kind::is_candidate(&lossy) || !kind::looks_like_input(&lossy, &read_regular_file(path).ok()?) {
        return None;
    }
    let error = FileError::Unreadable("its name is not UTF-8".to_owned());
    Some(Unreadable { path: lossy.into(), error, named: false })
}

/// A project whose files are not read yet.
#[derive(Clone, Debug)]
pub struct Located {
    project: Project,
    folders: BTreeSet<PathBuf>,
}

impl Located {
    /// The project's `coglint.toml`, where it has one.
    pub fn config(&self) -> Option<&Path> {
        self.project.config.as_deref()
    }

    /// Reads the project, without what is excluded.
    pub fn read(self, excludes: &Excludes) -> Project {
        let Self { mut project, folders } = self;
        let mut candidates = project.candidates(folders.into_iter());
        let excluded = |path: &String| excludes.cover(&project.files.base().join(path));
        let named = &project.named_files;
        candidates.retain(|path| (!excludes.force && named.contains(path)) || !excluded(path));
        let named: BTreeSet<String> = named.iter().filter(|path| !excludes.force || !excluded(path)).cloned().collect();
        project.named_files = named;
        project.read_all(candidates);
        project.unreadable.sort_by(|one, other| one.path.cmp(&other.path));
        project
    }
}

/// What is not read, although it lies in the project.
#[derive(Clone, Debug, Default)]
pub struct Excludes {
    patterns: Vec<(PathBuf, glob::Pattern)>,
    force: bool,
}

impl Excludes {
    /// Nothing yet. With `force`, patterns also hold for files that are named on the command line.
    pub fn new(force: bool) -> Self {
        Self { patterns: Vec::new(), force }
    }

    /// Adds a pattern that is meant from a folder. It covers what it matches and everything below; one without a slash
    /// matches a name at any depth, and `./` in front keeps it to that folder.
    ///
    /// # Errors
    /// Text that is no pattern.
    pub fn add(&mut self, folder: &Path, pattern: &str) -> Result<(), PathError> {
        let trimmed = pattern.strip_prefix("./").unwrap_or(pattern).trim_end_matches('/');
        let here = trimmed.contains('/') || pattern.starts_with("./");
        let whole = if here { trimmed.to_owned() } else { format!("**/{trimmed}") };
        let bad = |error: glob::PatternError| PathError::BadGlob(pattern.to_owned(), error.msg.to_owned());
        self.patterns.push((folder.to_path_buf(), glob::Pattern::new(&whole).map_err(bad)?));
        Ok(())
    }

    fn cover(&self, path: &Path) -> bool {
        let separators = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
        self.patterns.iter().any(|(folder, pattern)| {
            let Ok(path) = path.strip_prefix(folder) else { return false };
            path.ancestors().any(|path| pattern.matches_path_with(path, separators))
        })
    }
}

enum Outcome {
    Found(Found),
    Unreadable(Unreadable),
    Other,
}

/// Why the paths on the command line mean nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathError {
    /// There is no such file or folder.
    Absent(String),
    /// A glob without a match.
    NoMatch(String),
    /// A glob that is none.
    BadGlob(String, String),
    /// Two projects, each with a configuration of its own.
    TwoProjects(String, String),
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent(path) => write!(f, "{path}: no such file or folder"),
            Self::NoMatch(pattern) => write!(f, "{pattern}: no file matches this pattern"),
            Self::BadGlob(pattern, why) => write!(f, "{pattern}: not a valid pattern: {why}"),
            Self::TwoProjects(one, other) => {
                write!(f, "the paths belong to two projects ({one}, {other}); lint them one at a time")
            }
        }
    }
}

impl std::error::Error for PathError {}

/// A path that a person named, and it exists.
struct Target {
    path: PathBuf,
    folder: bool,
}

impl Target {
    /// Canonical up to the last name: a link keeps the name under which it was given.
    fn new(path: &Path, shown: &str) -> Result<Self, PathError> {
        let absent = || PathError::Absent(shown.to_owned());
        let real = fs::canonicalize(path).map_err(|_| absent())?;
        if real.is_dir() {
            return Ok(Self { path: real, folder: true });
        }
        let named = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => fs::canonicalize(folder).map_err(|_| absent())?.join(name),
            _ => real,
        };
        Ok(Self { path: named, folder: false })
    }

    fn own_folder(&self) -> &Path {
        if self.folder { &self.path } else { self.path.parent().unwrap_or(&self.path) }
    }

    /// The nearest one, no further up than the repository: what lies above it is somebody else's.
    fn config(&self) -> Option<PathBuf> {
        for folder in self.own_folder().ancestors() {
            let file = folder.join(CONFIG_FILE);
            if file.is_file() {
                return Some(file);
            }
            if folder.join(".git").exists() {
                return None;
            }
        }
        None
    }

    fn root(&self, isolated: bool) -> PathBuf {
        let above = self.own_folder().ancestors();
        let with = |name: &str| above.clone().find(|folder| folder.join(name).exists());
        let configured = self.config().filter(|_| !isolated).and_then(|file| file.parent().map(Path::to_path_buf));
        configured.or_else(|| with(".git").map(Path::to_path_buf)).unwrap_or_else(|| self.own_folder().to_path_buf())
    }
}

fn targets(paths: &[String], working: &Path) -> Result<Vec<Target>, PathError> {
    if paths.is_empty() {
        return Ok(vec![Target { path: working.to_path_buf(), folder: true }]);
    }
    let mut targets = Vec::new();
    for shown in paths {
        let path = working.join(shown);
        if path.exists() || !shown.contains(['*', '?', '[']) {
            targets.push(Target::new(&path, shown)?);
            continue;
        }
        let before = targets.len();
        for path in expand(working, shown)? {
            targets.push(Target::new(&path, shown)?);
        }
        if targets.len() == before {
            return Err(PathError::NoMatch(shown.clone()));
        }
    }
    Ok(targets)
}

/// What a pattern matches, sorted. A relative one starts at the working folder.
///
/// # Errors
/// Text that is no pattern.
pub fn expand(working: &Path, pattern: &str) -> Result<Vec<PathBuf>, PathError> {
    let folder = glob::Pattern::escape(&working.to_string_lossy());
    let whole = if Path::new(pattern).is_absolute() { pattern.to_owned() } else { format!("{folder}/{pattern}") };
    match glob::glob(&whole) {
        Ok(paths) => Ok(paths.flatten().collect()),
        Err(error) => Err(PathError::BadGlob(pattern.to_owned(), error.msg.to_owned())),
    }
}

/// The configuration of the run: one at most.
fn one_config(targets: &[Target], working: &Path) -> Result<Option<PathBuf>, PathError> {
    let configs: BTreeSet<PathBuf> = targets.iter().filter_map(Target::config).collect();
    let mut configs = configs.into_iter();
    match (configs.next(), configs.next()) {
        (Some(one), Some(other)) => Err(PathError::TwoProjects(shown_from(working, &one), shown_from(working, &other))),
        (first, _) => Ok(first),
    }
}

fn common_folder(roots: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let mut roots = roots.iter();
    let first = roots.next()?.clone();
    roots.try_fold(first, |common, root| {
        common.ancestors().find(|folder| root.starts_with(folder)).map(Path::to_path_buf)
    })
}

fn paths_of<'a>(files: &DiskFiles, targets: impl Iterator<Item = &'a Target>) -> BTreeSet<String> {
    targets.filter_map(|target| files.relative(&target.path)).collect()
}

fn lies_in(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The files below a folder as Git sees them, and everything in any `cdk.out`.
fn walk(root: &Path) -> Vec<PathBuf> {
    let mut apart = BTreeSet::new();
    let mut files = entries(root, has_usable_gitignore(root), &mut apart);
    for folder in apart {
        files.extend(entries(&folder, false, &mut BTreeSet::new()));
    }
    files
}

/// A larger `.gitignore` is not read.
const LARGEST_GITIGNORE: u64 = 256 * 1024;

/// False for a folder whose `.gitignore` is a link, as Git refuses too, a pipe or a device: reading it could last for ever.
fn has_usable_gitignore(folder: &Path) -> bool {
    match fs::symlink_metadata(folder.join(".gitignore")) {
        Ok(metadata) => metadata.is_file() && metadata.len() <= LARGEST_GITIGNORE,
        Err(_) => true,
    }
}

/// The files below one folder. Folders in which no `.gitignore` counts are noted and not entered: `cdk.out`, also an ignored
/// one, and those whose `.gitignore` is not to be read.
fn entries(root: &Path, honour_gitignore: bool, apart: &mut BTreeSet<PathBuf>) -> Vec<PathBuf> {
    // A `.gitignore` above means something only where a repository reaches down from there.
    let in_repository =
        root.ancestors().any(|folder| folder.join(".git").exists()) && root.ancestors().all(has_usable_gitignore);
    let mut builder = WalkBuilder::new(root);
    // Only what lies in the project itself decides: another machine's Git settings must not change a result.
    builder.standard_filters(false).require_git(false);
    builder.git_ignore(honour_gitignore).parents(honour_gitignore && in_repository);
    let refused: Arc<Mutex<BTreeSet<PathBuf>>> = Arc::default();
    let noted = refused.clone();
    builder.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if entry.depth() == 0 || !is_folder || !honour_gitignore || has_usable_gitignore(entry.path()) {
            return entry.depth() == 0 || !is_skipped(entry.path());
        }
        if !is_skipped(entry.path()) {
            noted.lock().unwrap_or_else(PoisonError::into_inner).insert(entry.path().to_path_buf());
        }
        false
    });
    let mut files = Vec::new();
    for entry in builder.build().flatten() {
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            let output = entry.path().join(CDK_OUTPUT);
            if output.is_dir() {
                apart.insert(output);
            }
        } else {
            files.push(entry.into_path());
        }
    }
    apart.append(&mut refused.lock().unwrap_or_else(PoisonError::into_inner));
    files
}

fn is_skipped(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let asset = name.starts_with("asset.") && path.parent().is_some_and(is_in_cdk_output) && path.is_dir();
    asset || name == CDK_OUTPUT || SKIPPED.contains(&name.as_ref())
}

fn is_in_cdk_output(folder: &Path) -> bool {
    folder.ancestors().any(|folder| folder.file_name().is_some_and(|name| name == CDK_OUTPUT))
}

#[cfg(test)]
mod tests;
