//! `coglint graph`: what was read, and how it links.

use super::{CLEAN, ConfigFile, Failure, check, given, usage, working_folder};
use crate::cli::{Graph as Arguments, GraphFormat};
use crate::discover::Project;
use crate::report::Drawing;
use std::io::Write;

/// Reads a project and draws it.
pub(super) fn graph(arguments: &Arguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let working = working_folder()?;
    let located = Project::locate(&arguments.paths, &working, arguments.selection.isolated).map_err(usage)?;
    let read = ConfigFile::of(&located, &arguments.selection, &working)?;
    let project = located.read(&check::excludes(&arguments.selection, &read, &working)?);
    let given = given(&arguments.given, &read, &working)?;
    let graph = crate::graph(&project.files, &project.found, &given);
    let drawing = Drawing::whole(&graph);
    match arguments.format {
        GraphFormat::Text => drawing.text(out)?,
        GraphFormat::Dot => drawing.dot(out)?,
        GraphFormat::Mermaid => out.write_all(drawing.mermaid().as_bytes())?,
    }
    Ok(CLEAN)
}
