//! Where the reports of a run go.

use super::{Failure, usage};
use crate::Report;
use crate::cli::Check;
use crate::discover::shown_from;
use crate::report::{FORMATS, Format, Style};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes every report that was asked for: files first, since a reader of standard output may stop reading.
pub(super) fn write(report: &Report, style: &Style, arguments: &Check, out: &mut dyn Write) -> Result<(), Failure> {
    let for_files =
        Style { colour: false, links: false, unicode: true, width: Style::default().width, ..style.clone() };
    for output in &arguments.output {
        if let Some(file) = output.file.as_deref().filter(|file| !is_standard_output(file)) {
            let mut text = Vec::new();
            (output.format.write)(report, &for_files, &mut text)?;
            write_file(Path::new(file), &text)
                .map_err(|error| usage(format!("{file}: it cannot be written: {error}")))?;
        }
    }
    for format in standard_output(arguments) {
        (format.write)(report, style, out)?;
    }
    Ok(())
}

/// What goes to standard output: `--format`, which need not be typed where an `--output` goes there.
fn standard_output(arguments: &Check) -> Vec<&'static Format> {
    let here = |file: &Option<String>| file.as_deref().is_none_or(is_standard_output);
    let further = arguments.output.iter().filter(|output| here(&output.file)).map(|output| output.format);
    let mut formats: Vec<&Format> = arguments.format.into_iter().chain(further).collect();
    if formats.is_empty() {
        formats.extend(FORMATS.first());
    }
    formats
}

/// Opening these would start to write at their beginning, over what is there.
fn is_standard_output(file: &str) -> bool {
    matches!(file, "-" | "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1")
}

/// Writes a file in place. A device or a pipe is opened as it is; nothing is ever renamed over something else.
pub(super) fn write_file(path: &Path, text: &[u8]) -> io::Result<()> {
    let regular = fs::metadata(path).map_or(true, |metadata| metadata.is_file());
    let mut file = OpenOptions::new().write(true).create(regular).truncate(regular).open(path)?;
    file.write_all(text)?;
    file.flush()
}

/// The working folder as seen from the repository around it, else from the workspace of a job.
pub(super) fn prefix(working: &Path) -> String {
    let repository = working.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf);
    let workspace = || fs::canonicalize(std::env::var_os("GITHUB_WORKSPACE")?).ok();
    let root = repository.or_else(workspace).filter(|root| working.starts_with(root));
    root.map(|root| shown_from(&root, working)).filter(|prefix| prefix != ".").unwrap_or_default()
}
