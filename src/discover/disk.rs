//! The files of a project on disk: nothing outside the project's folders is ever read.

use crate::source::{FileError, Files, join_path};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Larger files are refused: sixteen times what CloudFormation accepts, and room for a large plan.
pub const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// [`Files`] on disk. Paths are relative to `base`; only what lies in one of `roots`, symbolic links followed, is read.
#[derive(Clone, Debug)]
pub struct DiskFiles {
    base: PathBuf,
    roots: Vec<PathBuf>,
    working: PathBuf,
}

impl DiskFiles {
    /// The files under `roots`, named relative to `base`, shown relative to the folder `working`. All are canonical.
    pub fn new(base: PathBuf, roots: Vec<PathBuf>, working: PathBuf) -> Self {
        Self { base, roots, working }
    }

    /// The folder to which paths are relative.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// A canonical path as the rest of the program names it; `None` when it does not lie under the base or is not UTF-8.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let parts = path.strip_prefix(&self.base).ok()?.components();
        let names: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
        Some(names?.join("/"))
    }

    /// The path behind one that [`Files::display`] made.
    pub fn from_display(&self, shown: &str) -> Option<String> {
        let mut path = self.working.clone();
        for part in Path::new(shown).components() {
            match part {
                Component::ParentDir => {
                    path.pop();
                }
                Component::CurDir => {}
                part => path.push(part),
            }
        }
        self.relative(&path)
    }

    /// The bytes of a file.
    pub fn read_bytes(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let real = self.real_path(path)?;
        read_regular_file(&real)
    }

    /// The first bytes of a file, for one that is too large to be read.
    pub fn read_head(&self, path: &str, bytes: u64) -> Result<Vec<u8>, FileError> {
        let file = File::open(self.real_path(path)?).map_err(|error| because(&error))?;
        let mut head = Vec::new();
        file.take(bytes).read_to_end(&mut head).map_err(|error| because(&error))?;
        Ok(head)
    }

    /// Where a path really is, all links followed; an error when that is outside the project.
    fn real_path(&self, path: &str) -> Result<PathBuf, FileError> {
        let path = join_path("", path).ok_or(FileError::Outside)?;
        let real = fs::canonicalize(self.base.join(path)).map_err(|error| because(&error))?;
        if self.roots.iter().any(|root| real.starts_with(root)) { Ok(real) } else { Err(FileError::Outside) }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        text_of(self.read_bytes(path)?)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = self.real_path(folder).and_then(|real| fs::read_dir(real).map_err(|error| because(&error)))
        else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().to_str()?.to_owned();
                let folder = fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir());
                Some(if folder { format!("{name}/") } else { name })
            })
            .collect();
        names.sort();
        names
    }

    fn display(&self, path: &str) -> String {
        shown_from(&self.working, &self.base.join(path))
    }
}

/// Reads a file that must be a regular one of acceptable size: opening a device or a pipe could block for ever.
pub fn read_regular_file(path: &Path) -> Result<Vec<u8>, FileError> {
    let metadata = fs::metadata(path).map_err(|error| because(&error))?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "it is a folder" } else { "it is no regular file" };
        return Err(FileError::Unreadable(what.to_owned()));
    }
    if metadata.len() > MOST_BYTES {
        return Err(too_large());
    }
    // The file may grow while it is read.
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    let file = File::open(path).map_err(|error| because(&error))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| because(&error))?;
    if bytes.len() as u64 > MOST_BYTES { Err(too_large()) } else { Ok(bytes) }
}

/// The text of bytes that begin as UTF-16 does, so far as it can be read: what it would be about.
pub(super) fn utf16(bytes: &[u8]) -> Option<String> {
    let little = match bytes.get(..2)? {
        [0xff, 0xfe] => true,
        [0xfe, 0xff] => false,
        _ => return None,
    };
    let unit = |pair: &[u8]| match *pair {
        [first, second] if little => u16::from_le_bytes([first, second]),
        [first, second] => u16::from_be_bytes([first, second]),
        _ => 0,
    };
    let units = bytes.get(2..)?.chunks_exact(2).map(unit);
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// Bytes as text; the error says where they stop being UTF-8.
pub fn text_of(bytes: Vec<u8>) -> Result<Arc<str>, FileError> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            let utf16 = matches!(error.as_bytes().get(..2), Some([0xff, 0xfe] | [0xfe, 0xff]));
            let hint = if utf16 { "; it looks like UTF-16: save it as UTF-8" } else { "" };
            let at = error.utf8_error().valid_up_to();
            Err(FileError::Unreadable(format!("it is not UTF-8 text (byte {at} does not fit{hint})")))
        }
    }
}

/// The error for a file over the limit.
pub(super) fn too_large() -> FileError {
    FileError::Unreadable(format!("it is larger than {} MiB", MOST_BYTES / 1024 / 1024))
}

fn because(error: &std::io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound => FileError::Absent,
        // A name below a file, as in `template.yaml/x`.
        ErrorKind::NotADirectory => FileError::Absent,
        ErrorKind::PermissionDenied => FileError::Unreadable("the system does not allow it to be read".to_owned()),
        _ => FileError::Unreadable(format!("the system cannot read it: {}", error.kind())),
    }
}

/// A path as seen from a folder, with forward slashes. Both are absolute; a path on another drive stays absolute.
pub fn shown_from(folder: &Path, path: &Path) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), path.components().collect());
    let common = from.iter().zip(&to).take_while(|(left, right)| left == right).count();
    if common == 0 {
        return path.to_string_lossy().replace('\\', "/");
    }
    let up = from.iter().skip(common).map(|_| "..".to_owned());
    let down = to.iter().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_the_working_folder() {
        let shown = |from: &str, to: &str| shown_from(Path::new(from), Path::new(to));
        assert_eq!(shown("/p", "/p/auth/a.yaml"), "auth/a.yaml");
        assert_eq!(shown("/p/auth", "/p/roles/a.yaml"), "../roles/a.yaml");
        assert_eq!(shown("/q", "/p/a.yaml"), "../p/a.yaml");
        assert_eq!(shown("/p", "/p"), ".");
    }

    #[test]
    fn a_shown_path_leads_back() {
        let files = DiskFiles::new("/p".into(), vec!["/p".into()], "/p/auth".into());
        for path in ["auth/a.yaml", "roles/b.tf", "c.json"] {
            assert_eq!(files.from_display(&files.display(path)).as_deref(), Some(path));
        }
    }
}
