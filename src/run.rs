//! The commands: everything between the arguments and the exit code.

mod baseline;
mod changed;
mod check;
pub mod errors;
mod explain;
mod graph;
mod outputs;
mod own;
mod selection;
mod terminal;
mod timings;

use crate::cli::{self, Cli, Command, Context, Selection};
use crate::config::Config;
use crate::discover::{Located, expand, read_regular_file, shown_from, text_of};
use crate::finding::Date;
use crate::frontend::{Assignment, Given, Variables};
use crate::report::safe_lines;
use crate::suppress::Policy;
use crate::{Options, catalogue};
use clap::{CommandFactory, Parser};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Nothing at or above `--fail-on`.
pub const CLEAN: u8 = 0;
/// Something was found, or what was asked for does not exist.
pub const FOUND: u8 = 1;
/// Usage, configuration, or a file that could not be read.
pub const BROKEN: u8 = 2;

/// What `coglint.toml` may say, for editors.
const SCHEMA: &str = include_str!("../docs/coglint.schema.json");

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
            check::check(&cli.check, out, err, terminal)
        }
        Some(Command::Check(arguments)) => check::check(&arguments, out, err, terminal),
        Some(Command::Graph(arguments)) => graph::graph(&arguments, out),
        Some(Command::Schema) => {
            out.write_all(SCHEMA.as_bytes())?;
            Ok(CLEAN)
        }
        Some(Command::Completions { shell }) => {
            // The generator panics where it cannot write: it writes into memory.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "coglint", &mut script);
            out.write_all(&script)?;
            Ok(CLEAN)
        }
        Some(Command::Man) => {
            clap_mangen::Man::new(Cli::command()).render(out)?;
            Ok(CLEAN)
        }
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

fn working_folder() -> Result<PathBuf, Failure> {
    let folder = std::env::current_dir().and_then(std::fs::canonicalize);
    folder.map_err(|error| usage(format!("the working folder cannot be read: {error}")))
}

/// A project's configuration, as read: what it says, and the text that places in it refer to.
#[derive(Default)]
struct ConfigFile {
    config: Config,
    /// Its folder, and the path under which reports name it, with its text.
    file: Option<(PathBuf, String, Arc<str>)>,
}

impl ConfigFile {
    /// What was named on the command line, else the project's own.
    fn of(located: &Located, selection: &Selection, working: &Path) -> Result<Self, Failure> {
        match &selection.config {
            None => Self::read(located.config(), working),
            Some(path) => {
                let path = working.join(path);
                // Its folder is where its paths start: seen through links, it would be another one.
                let path = path.canonicalize().unwrap_or(path);
                Self::read(Some(&path), working)
            }
        }
    }

    fn read(path: Option<&Path>, working: &Path) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::default()) };
        let (shown, text) = (shown_from(working, path), read_text(path, working)?);
        let config = Config::parse(&text).map_err(|error| usage(format!("{shown}: {error}")))?;
        let folder = path.parent().unwrap_or(working).to_path_buf();
        Ok(Self { config, file: Some((folder, shown, text)) })
    }

    fn folder(&self) -> Option<&Path> {
        self.file.as_ref().map(|(folder, ..)| folder.as_path())
    }
}

/// What the command line adds to templates and root modules, and where it is silent the configuration file.
fn given(typed: &cli::Given, read: &ConfigFile, working: &Path) -> Result<Given, Failure> {
    let config = &read.config;
    let mut files = Vec::new();
    if let Some(folder) = read.folder() {
        files.extend(config.parameters.iter().map(|path| folder.join(path)));
    }
    files.extend(typed.parameters.iter().map(|path| working.join(path)));
    Ok(Given {
        region: typed.region.clone().or_else(|| config.region.clone()),
        account: typed.account.clone().or_else(|| config.account.clone()),
        parameter_files: files.iter().map(|path| parameter_file(path, working)).collect::<Result<_, _>>()?,
        parameters: typed.parameter.clone(),
        workspace: typed.workspace.clone(),
        variables: variables(&typed.variables, std::env::vars_os(), working)?,
        wanted: None,
    })
}

/// The command line's settings, and where it is silent those of the configuration file.
fn options(context: &Context, given: Given, read: &ConfigFile, working: &Path) -> Result<Options, Failure> {
    let config = &read.config;
    let mut options = Options { given, ..Options::default() };
    options.rules = rule_files(&context.rules, working, working)?;
    if let Some(folder) = read.folder() {
        options.rules.extend(rule_files(&config.rule_files, folder, working)?);
    }
    options.levels = selection::levels(context, config, || catalogue(&options)).map_err(usage)?;
    options.suppressions = Some(Policy {
        require_reason: config.require_reason,
        today: Some(today()),
        known: None,
        ignores: config.ignores(),
        prefix: read.folder().map_or_else(String::new, |folder| shown_from(folder, working)),
    });
    options.config = read.file.as_ref().map(|(_, shown, text)| (shown.clone(), text.clone()));
    Ok(options)
}

/// The day of the run: the only look at a calendar, handed down from here.
fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Date::of_unix_time(since.map_or(0, |since| since.as_secs()))
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
