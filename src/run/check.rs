//! `coglint check`.

use super::{
    BROKEN, CLEAN, ConfigFile, FOUND, Failure, baseline, changed, given, options, outputs, terminal, timings, usage,
    working_folder,
};
use crate::cli::{Check, Selection, Variable};
use crate::config::{Config, FailOn, Setting};
use crate::discover::{Excludes, Project, shown_from};
use crate::finding::Level;
use crate::frontend::Diagnostic;
use crate::report::{active, safe_line};
use crate::source::{FileId, Files, Span};
use crate::timing::{Clock, Laps};
use crate::value::ResourceRef;
use crate::{Options, Report, lint};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Reads the project, runs the rules, and writes the reports; the result is the exit code. What was measured goes to `err`.
pub(super) fn check(
    arguments: &Check,
    out: &mut dyn Write,
    err: &mut dyn Write,
    terminal: bool,
) -> Result<u8, Failure> {
    if let Some(threads) = arguments.threads {
        // Only the first call in a process decides; there is one.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    }
    let start = Instant::now();
    let clock = arguments.timings.then(|| Clock::new(move || start.elapsed()));
    let mut laps = Laps::start(clock.as_ref());
    let working = working_folder()?;
    let located = Project::locate(&arguments.paths, &working, arguments.selection.isolated).map_err(usage)?;
    let read = ConfigFile::of(&located, &arguments.selection, &working)?;
    let project = located.read(&excludes(&arguments.selection, &read, &working)?);
    if arguments.show_files {
        project.shown_files().iter().try_for_each(|path| writeln!(out, "{}", safe_line(path)))?;
        return Ok(CLEAN);
    }
    laps.end("find and read files");
    let given = given(&arguments.given, &read, &working)?;
    let mut options = options(&arguments.context, given, &read, &working)?;
    options.clock = clock.clone();
    if arguments.no_ignores {
        options.suppressions = None;
    }
    let fail_on = arguments.fail_on.or(read.config.fail_on).unwrap_or_default();
    if arguments.show_settings {
        show_settings(arguments, &read, &options, fail_on, &working, out)?;
        return Ok(CLEAN);
    }

    let mut report = lint(&project.files, &project.found, &options);
    let mut last = Laps::start(clock.as_ref());
    say_unreadable(&mut report, &project);
    baseline::apply(&mut report, arguments, &read, &working)?;
    keep_reported(&mut report, &project);
    if let Some(revision) = &arguments.changed_since {
        let changed = changed::since(revision, &working)?;
        keep_touching(&mut report, &project, &|path| changed.contains(path));
    }

    let mut style = terminal::style(arguments.color, terminal, &|name| std::env::var(name).ok());
    style.undecided = arguments.undecided;
    style.elapsed = Some(start.elapsed());
    style.prefix = outputs::prefix(&working);
    outputs::write(&report, &style, arguments, out)?;
    last.end("write the reports");
    timings::write(laps, &report.timings, last, err)?;
    Ok(exit_code(&report, &project, &options, fail_on))
}

/// The patterns of the command line start at the working folder, those of the configuration at its own.
pub(super) fn excludes(selection: &Selection, read: &ConfigFile, working: &Path) -> Result<Excludes, Failure> {
    let mut excludes = Excludes::new(selection.force_exclude);
    for pattern in &selection.exclude {
        excludes.add(working, pattern).map_err(usage)?;
    }
    for pattern in &read.config.exclude {
        excludes.add(read.folder().unwrap_or(working), pattern).map_err(usage)?;
    }
    Ok(excludes)
}

/// The settings as a `coglint.toml` that would say all of it. What only the command line can say stands above it.
fn show_settings(
    arguments: &Check,
    read: &ConfigFile,
    options: &Options,
    fail_on: FailOn,
    working: &Path,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let mut settings: Config = read.config.clone();
    settings.fail_on = Some(fail_on);
    settings.region.clone_from(&options.given.region);
    settings.account.clone_from(&options.given.account);
    settings.baseline = arguments.baseline.clone().or(settings.baseline);
    settings.parameters.extend(arguments.given.parameters.iter().cloned());
    settings.rule_files.extend(arguments.context.rules.iter().cloned());
    settings.exclude.extend(arguments.selection.exclude.iter().cloned());
    if arguments.context.changes_levels() {
        let of = |level: &Option<Level>| level.map_or(Setting::Off, Setting::of);
        settings.rules = options.levels.iter().map(|(rule, level)| (rule.clone(), of(level))).collect();
    }
    let from = read.file.as_ref().map_or_else(|| "no coglint.toml".to_owned(), |(_, shown, _)| shown.clone());
    writeln!(out, "# {} and the command line, seen from {}", safe_line(&from), shown_from(working, working))?;
    for said in only_typed(arguments, options) {
        writeln!(out, "# {}", safe_line(&said))?;
    }
    Ok(write!(out, "{}", toml::to_string(&settings).map_err(usage)?)?)
}

/// The settings that no `coglint.toml` has.
fn only_typed(arguments: &Check, options: &Options) -> Vec<String> {
    let given = &options.given;
    let mut said: Vec<String> = given.parameters.iter().map(|value| format!("--parameter {value}")).collect();
    said.extend(given.workspace.iter().map(|name| format!("--workspace {name}")));
    said.extend(given.variables.environment.keys().map(|name| format!("TF_VAR_{name} in the environment")));
    said.extend(arguments.given.variables.0.iter().map(|variable| match variable {
        Variable::Value(name, value) => format!("--var {name}={value}"),
        Variable::File(path) => format!("--var-file {path}"),
    }));
    said.extend(arguments.changed_since.iter().map(|revision| format!("--changed-since {revision}")));
    let switches = [(arguments.no_ignores, "--no-ignores"), (arguments.selection.force_exclude, "--force-exclude")];
    said.extend(switches.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned()));
    said
}

/// A diagnostic for every input that could not be read. Its file has no text: there is only a path to point at.
fn say_unreadable(report: &mut Report, project: &Project) {
    for file in &project.unreadable {
        let id = report.sources.add(project.files.display(&file.path), "");
        let diagnostic = Diagnostic { span: Span::new(id, 0, 0), message: file.error.to_string(), fatal: true };
        report.diagnostics.push(diagnostic);
    }
    report.sort();
}

/// What touches nothing that was named is left out; the graph was the whole project all the same.
fn keep_reported(report: &mut Report, project: &Project) {
    keep_touching(report, project, &|path| project.reports(path));
}

/// Keeps the findings that have a label in a wanted file, or are made of it once more, what could not be decided of resources of
/// which something is written in one, and what is wrong with such files.
fn keep_touching(report: &mut Report, project: &Project, wanted: &dyn Fn(&str) -> bool) {
    let sources = &report.sources;
    report.diagnostics.retain(|diagnostic| {
        let path = sources.path(diagnostic.span.file);
        // Rules and settings are no inputs: what is wrong with one concerns every run.
        wanted(path) || !project.is_input(path)
    });
    report.findings.retain(|finding| {
        let places = std::iter::once(&finding.primary).chain(&finding.labels);
        let again = finding.again_in.iter().copied();
        let files: BTreeSet<FileId> = places.map(|label| label.span.file).chain(again).collect();
        files.into_iter().any(|file| wanted(sources.path(file)))
    });
    if let Some(graph) = report.graph.clone() {
        let mut touching: BTreeMap<ResourceRef, bool> = BTreeMap::new();
        report.undecided.retain(|check| {
            check.scopes.iter().any(|scope| {
                let resource = ResourceRef { scope: *scope, address: check.resource.clone() };
                let node = graph.find(&resource).and_then(|id| graph.node(id));
                *touching.entry(resource).or_insert_with(|| {
                    node.is_none_or(|node| node.resource.files().into_iter().any(|file| wanted(sources.path(file))))
                })
            })
        });
    }
}

fn exit_code(report: &Report, project: &Project, options: &Options, fail_on: FailOn) -> u8 {
    let broken = report.diagnostics.iter().filter(|diagnostic| diagnostic.fatal).any(|diagnostic| {
        let path = report.sources.path(diagnostic.span.file);
        project.names(path) || options.rules.iter().any(|(rule, _)| rule == path)
    });
    if broken {
        BROKEN
    } else if active(report).any(|finding| fail_on.fails(finding.level)) {
        FOUND
    } else {
        CLEAN
    }
}
