//! The commands: everything between the arguments and the exit code.

pub mod errors;
mod explain;
mod own;
mod selection;
mod terminal;

use crate::cli::{self, Check, Cli, Command, Context};
use crate::config::{Config, FailOn};
use crate::discover::{Project, expand, read_regular_file, shown_from, text_of};
use crate::frontend::{Assignment, Diagnostic, Variables};
use crate::report::{active, safe_lines};
use crate::source::{Files, Span};
use crate::{Options, Report, catalogue, lint};
use clap::{CommandFactory, Parser};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Nothing at or above `--fail-on`.
pub const CLEAN: u8 = 0;
/// Something was found, or what was asked for does not exist.
pub const FOUND: u8 = 1;
/// Usage, configuration, or a file that could not be read.
pub const BROKEN: u8 = 2;

/// Where a run writes.
pub struct Streams<'a> {
    /// Reports.
    pub out: &'a mut dyn Write,
    /// What is wrong with the call.
    pub err: &'a mut dyn Write,
    /// True when `out` is a terminal.
    pub terminal: bool,
}

/// Runs a command line; the result is the exit code.
pub fn run(arguments: impl Iterator<Item = OsString>, streams: Streams<'_>) -> u8 {
    let outcome = dispatch(arguments, streams.out, streams.err, streams.terminal);
    let outcome = outcome.and_then(|code| streams.out.flush().map(|()| code).map_err(Failure::Write));
    match outcome {
        Ok(code) => code,
        // Whoever closed the pipe, as `head` does, has read enough.
        Err(Failure::Write(error)) if error.kind() == ErrorKind::BrokenPipe => CLEAN,
        Err(failure) => {
            // Standard error is all there is to complain to.
            let _ = writeln!(streams.err, "error: {}", safe_lines(&failure.to_string()));
            BROKEN
        }
    }
}

/// Why a command could not do its work.
enum Failure {
    /// What was typed or configured means nothing.
    Usage(String),
    /// The output cannot be written.
    Write(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(why) => f.write_str(why),
            Self::Write(error) => write!(f, "the output cannot be written: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

fn usage(why: impl fmt::Display) -> Failure {
    Failure::Usage(why.to_string())
}

fn dispatch(
    arguments: impl Iterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
    terminal: bool,
) -> Result<u8, Failure> {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(answer) => {
            // Help and version are answers too; clap knows which stream each belongs to.
            let text = answer.render().to_string();
            if answer.use_stderr() {
                err.write_all(text.as_bytes())?
            } else {
                out.write_all(text.as_bytes())?
            }
            return Ok(u8::try_from(answer.exit_code()).unwrap_or(BROKEN));
        }
    };
    match cli.command {
        None => {
            command_behind_options(&cli.check.paths)?;
            check(&cli.check, out, terminal)
        }
        Some(Command::Check(arguments)) => check(&arguments, out, terminal),
        Some(Command::Rules(arguments)) => explain::rules(&arguments, &working_folder()?, out),
        Some(Command::Explain(arguments)) => explain::explain(&arguments, &working_folder()?, out, err),
        Some(Command::Test(arguments)) => own::test(&arguments, &working_folder()?, out),
        Some(Command::Init) => own::init(&working_folder()?, out),
    }
}

/// `coglint --format json check .` would take `check` for a path, and what follows it for more of them.
fn command_behind_options(paths: &[String]) -> Result<(), Failure> {
    let is_command = |word: &String| Cli::command().get_subcommands().any(|command| command.get_name() == word);
    match paths.iter().find(|path| is_command(path) && !Path::new(path).exists()) {
        None => Ok(()),
        Some(command) => Err(usage(format!("the command comes first, its options behind it: coglint {command} ..."))),
    }
}

fn check(arguments: &Check, out: &mut dyn Write, terminal: bool) -> Result<u8, Failure> {
    let start = Instant::now();
    let working = working_folder()?;
    let project = Project::discover(&arguments.paths, &working).map_err(usage)?;
    let config = read_config(project.config.as_deref(), &working)?;
    let mut options = options(&arguments.context, &config, project.config.as_deref(), &working)?;
    options.given.workspace = arguments.workspace.clone();
    options.given.variables = variables(&arguments.variables, std::env::vars_os(), &working)?;

    let mut report = lint(&project.files, &project.found, &options);
    say_unreadable(&mut report, &project);
    keep_reported(&mut report, &project);

    let mut style = terminal::style(arguments.color, terminal, &|name| std::env::var(name).ok());
    style.undecided = arguments.undecided;
    style.elapsed = Some(start.elapsed());
    (arguments.format.write)(&report, &style, out)?;

    let fail_on = arguments.fail_on.or(config.fail_on).unwrap_or_default();
    Ok(exit_code(&report, &project, &options, fail_on))
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
    let sources = &report.sources;
    report.diagnostics.retain(|diagnostic| {
        let path = sources.path(diagnostic.span.file);
        // Rules are no inputs: what is wrong with one concerns every run.
        project.reports(path) || !project.is_input(path)
    });
    report.findings.retain(|finding| {
        let places = std::iter::once(&finding.primary).chain(&finding.labels);
        let files: BTreeSet<_> = places.map(|label| label.span.file).collect();
        files.into_iter().any(|file| project.reports(sources.path(file)))
    });
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

fn working_folder() -> Result<PathBuf, Failure> {
    let folder = std::env::current_dir().and_then(std::fs::canonicalize);
    folder.map_err(|error| usage(format!("the working folder cannot be read: {error}")))
}

fn read_config(path: Option<&Path>, working: &Path) -> Result<Config, Failure> {
    let Some(path) = path else { return Ok(Config::default()) };
    let text = read_text(path, working)?;
    Config::parse(&text).map_err(|error| usage(format!("{}: {error}", shown_from(working, path))))
}

/// The command line's settings, and where it is silent those of the configuration file.
fn options(context: &Context, config: &Config, config_path: Option<&Path>, working: &Path) -> Result<Options, Failure> {
    let mut options = Options::default();
    options.given.region = context.region.clone().or_else(|| config.region.clone());
    options.given.account = context.account.clone().or_else(|| config.account.clone());
    if let Some(folder) = config_path.and_then(Path::parent) {
        for path in &config.parameters {
            options.given.parameter_files.push(parameter_file(&folder.join(path), working)?);
        }
    }
    for path in &context.parameters {
        options.given.parameter_files.push(parameter_file(&working.join(path), working)?);
    }
    options.given.parameters.clone_from(&context.parameter);
    options.rules = rule_files(&context.rules, working, working)?;
    if let Some(folder) = config_path.and_then(Path::parent) {
        options.rules.extend(rule_files(&config.rule_files, folder, working)?);
    }
    options.levels = selection::levels(context, config, || catalogue(&options)).map_err(usage)?;
    Ok(options)
}

/// What the environment and the command line say of Terraform's variables.
fn variables(
    typed: &cli::Variables,
    environment: impl Iterator<Item = (OsString, OsString)>,
    working: &Path,
) -> Result<Variables, Failure> {
    let named = |(name, value): (OsString, OsString)| {
        let name = name.into_string().ok()?.strip_prefix("TF_VAR_")?.to_owned();
        Some((name, value.into_string().ok()?))
    };
    let argument = |variable: &cli::Variable| match variable {
        cli::Variable::Value(name, value) => Ok(Assignment::Variable(name.clone(), value.clone())),
        cli::Variable::File(path) => {
            let path = working.join(path);
            Ok(Assignment::File(shown_from(working, &path), read_text(&path, working)?))
        }
    };
    let arguments = typed.0.iter().map(argument).collect::<Result<_, Failure>>()?;
    Ok(Variables { environment: environment.filter_map(named).collect(), arguments })
}

/// The user's own rules behind files, folders and globs, relative to `folder`.
fn rule_files(patterns: &[String], folder: &Path, working: &Path) -> Result<Vec<(String, Arc<str>)>, Failure> {
    let mut paths = BTreeSet::new();
    for pattern in patterns {
        let path = folder.join(pattern);
        let matches = if path.is_dir() {
            expand(&path, "*.rhai")
        } else if path.exists() {
            Ok(vec![path])
        } else {
            expand(folder, pattern)
        };
        let matches = matches.map_err(usage)?;
        if matches.is_empty() {
            return Err(usage(format!("{pattern}: no rule file is there")));
        }
        paths.extend(matches);
    }
    paths.iter().map(|path| Ok((shown_from(working, path), read_text(path, working)?))).collect()
}

fn parameter_file(path: &Path, working: &Path) -> Result<(String, Arc<str>), Failure> {
    Ok((shown_from(working, path), read_text(path, working)?))
}

fn read_text(path: &Path, working: &Path) -> Result<Arc<str>, Failure> {
    let text = read_regular_file(path).and_then(text_of);
    text.map_err(|error| usage(format!("{}: {error}", shown_from(working, path))))
}
