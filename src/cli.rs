//! What a person typed; no meaning yet.

use crate::config::{FailOn, Setting};
use crate::report::{FORMATS, Format};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};

/// Lints CloudFormation, CDK and Terraform files that define Amazon Cognito user pools.
#[derive(Debug, Parser)]
#[command(name = "coglint", version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// The command; `check` when there is none.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The arguments of a `check` without its name.
    #[command(flatten)]
    pub check: Check,
}

const EXIT_CODES: &str = "Exit codes: 0 nothing at or above --fail-on; 1 something; \
    2 usage, configuration, or a named file that could not be read";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint files; the default command
    #[command(after_help = EXIT_CODES)]
    Check(Box<Check>),
    /// List the rules
    Rules(Rules),
    /// Print how user pools, roles and policies link, and what is not known of that
    Graph(Graph),
    /// Print the JSON Schema of coglint.toml
    Schema,
    /// Print a script that completes coglint's arguments in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, for man(1)
    Man,
    /// Explain a rule or an AWS error: why it fails, how to mend it
    Explain(Explain),
    /// Run the tests of rules of your own
    #[command(after_help = TEST_EXIT_CODES)]
    Test(Test),
    /// Write a configuration, a first rule of your own and its test into the working folder
    Init,
}

const TEST_EXIT_CODES: &str =
    "Exit codes: 0 every test passed; 1 one failed; 2 a file that is no test, or a mistake in a rule";

/// Arguments of `test`.
#[derive(Args, Debug)]
pub struct Test {
    /// Files, folders or globs of `*.test.yaml` [default: the working folder]
    pub paths: Vec<String>,
    /// Further rules; those beside a test are loaded anyway
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<String>,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct Check {
    /// Files, folders or globs whose findings are reported [default: the working folder]
    pub paths: Vec<String>,
    /// Output format [default: human, unless --output writes to standard output]
    #[arg(long, short, value_parser = format_parser())]
    pub format: Option<&'static Format>,
    /// A further report of the same run: FORMAT for standard output, FORMAT=FILE for a file; may be repeated
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = Output::parse)]
    pub output: Vec<Output>,
    /// The lowest level that makes the exit code 1 [default: error]
    #[arg(long, value_enum)]
    pub fail_on: Option<FailOn>,
    /// List the checks that could not be decided, by reason
    #[arg(long)]
    pub undecided: bool,
    /// Colours: NO_COLOR and CLICOLOR_FORCE decide with `auto`
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Report findings that somebody asked not to hear about, too
    #[arg(long)]
    pub no_ignores: bool,
    /// Report only findings that are not in this file [default: `baseline` of coglint.toml]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<String>,
    /// Write the present findings into the baseline
    #[arg(long)]
    pub update_baseline: bool,
    /// Report only findings that touch a file which differs from this Git revision
    #[arg(long, value_name = "REF")]
    pub changed_since: Option<String>,
    /// Print the files that would be read, and stop
    #[arg(long)]
    pub show_files: bool,
    /// Print the settings that would hold, and stop
    #[arg(long, conflicts_with = "show_files")]
    pub show_settings: bool,
    /// Print how long each phase and each rule took, to standard error
    #[arg(long)]
    pub timings: bool,
    /// Use so many threads [default: one for each core]; the output does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Which files are read.
    #[command(flatten)]
    pub selection: Selection,
    /// Which rules run.
    #[command(flatten)]
    pub context: Context,
    /// What the files leave open.
    #[command(flatten)]
    pub given: Given,
}

/// Which files are read.
#[derive(Args, Clone, Debug, Default)]
pub struct Selection {
    /// Take this file for the project's coglint.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<String>,
    /// Take no notice of coglint.toml
    #[arg(long, conflicts_with = "config")]
    pub isolated: bool,
    /// Do not read files or folders that match, beside those of coglint.toml; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
    /// Excluded files stay so when they are named on the command line: for hooks and editors
    #[arg(long)]
    pub force_exclude: bool,
}

/// A value of `--output`.
#[derive(Clone, Debug)]
pub struct Output {
    /// The format.
    pub format: &'static Format,
    /// The file; standard output where there is none.
    pub file: Option<String>,
}

impl Output {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
        let format = Format::named(name).ok_or_else(|| format!("no format `{name}`; there are {}", names()))?;
        match file {
            Some("") => Err("the name of the file is missing".to_owned()),
            file => Ok(Self { format, file: file.map(str::to_owned) }),
        }
    }
}

/// What every command that loads rules takes.
#[derive(Args, Debug, Default)]
pub struct Context {
    /// Rules of your own: a file, a folder or a glob; may be repeated
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<String>,
    /// A rule's level here, or that of a group: error, warning, note or off; may be repeated, the last one counts
    #[arg(long, value_name = "RULE=LEVEL", value_parser = parse_level)]
    pub level: Vec<(String, Setting)>,
    /// Run these rules or groups only
    #[arg(long, value_name = "RULE,...", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Do not run these rules or groups
    #[arg(long, value_name = "RULE,...", value_delimiter = ',')]
    pub ignore: Vec<String>,
}

impl Context {
    /// True where the command line has a word on which rules run, and at which level.
    pub fn changes_levels(&self) -> bool {
        !(self.level.is_empty() && self.select.is_empty() && self.ignore.is_empty())
    }
}

/// What a deployment adds to templates and root modules.
#[derive(Args, Debug, Default)]
pub struct Given {
    /// The Region of stacks and root modules that name none
    #[arg(long)]
    pub region: Option<String>,
    /// The account of stacks and root modules that name none
    #[arg(long)]
    pub account: Option<String>,
    /// Values for parameters of templates: CloudFormation's JSON, a map, `Name=value` lines or samconfig.toml; may be repeated
    #[arg(long, value_name = "FILE")]
    pub parameters: Vec<String>,
    /// The value of a parameter of templates; may be repeated
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = named_value)]
    pub parameter: Vec<String>,
    /// The Terraform workspace, for `terraform.workspace`
    #[arg(long, value_name = "NAME")]
    pub workspace: Option<String>,
    /// `--var` and `--var-file`.
    #[command(flatten)]
    pub variables: Variables,
}

/// `--var` and `--var-file` in the order in which they were typed: of two values for a variable, the later one counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Variables(pub Vec<Variable>);

/// A `--var` or a `--var-file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable {
    /// The name and the value of a variable.
    Value(String, String),
    /// The path of a variable file.
    File(String),
}

impl Args for Variables {
    fn augment_args(command: clap::Command) -> clap::Command {
        let var = Arg::new("var").long("var").value_name("NAME=VALUE").action(ArgAction::Append);
        let file = Arg::new("var-file").long("var-file").value_name("FILE").action(ArgAction::Append);
        command
            .arg(var.value_parser(assignment).help("A variable of Terraform's root modules; may be repeated"))
            .arg(file.help("A file with such variables; may be repeated"))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Variables {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let places = |id: &str| matches.indices_of(id).into_iter().flatten();
        let values = matches.get_many::<(String, String)>("var").into_iter().flatten();
        let values = values.map(|(name, value)| Variable::Value(name.clone(), value.clone()));
        let files = matches.get_many::<String>("var-file").into_iter().flatten().cloned().map(Variable::File);
        let mut typed: Vec<_> = places("var").zip(values).chain(places("var-file").zip(files)).collect();
        typed.sort_by_key(|(place, _)| *place);
        Ok(Self(typed.into_iter().map(|(_, variable)| variable).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn assignment(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("it is not NAME=VALUE"),
    }
}

/// Arguments of `graph`.
#[derive(Args, Debug)]
pub struct Graph {
    /// Files, folders or globs; the whole project around them is read [default: the working folder]
    pub paths: Vec<String>,
    /// How it is drawn
    #[arg(long, short, value_enum, default_value_t)]
    pub format: GraphFormat,
    /// Which files are read.
    #[command(flatten)]
    pub selection: Selection,
    /// What the files leave open.
    #[command(flatten)]
    pub given: Given,
}

/// Values of `coglint graph --format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For people.
    #[default]
    Text,
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
}

/// Arguments of `rules`.
#[derive(Args, Debug)]
pub struct Rules {
    /// `human` for a table, `json` for everything known of the rules
    #[arg(long, short, default_value = "human", value_parser = ["human", "json"])]
    pub format: String,
    /// Rules of your own: a file, a folder or a glob; may be repeated
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<String>,
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// A rule's id, the name of an AWS error, or a pasted error text or log line
    #[arg(required = true, value_name = "RULE|ERROR|TEXT")]
    pub what: Vec<String>,
    /// Rules of your own: a file, a folder or a glob; may be repeated
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<String>,
}

/// Values of `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// Where the terminal and the environment want it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `sms-role-cannot-publish=warning`
fn parse_level(text: &str) -> Result<(String, Setting), String> {
    let (name, level) = text.split_once('=').ok_or("write RULE=LEVEL")?;
    let level = Setting::from_str(level, false).map_err(|_| "a level is error, warning, note or off")?;
    Ok((name.to_owned(), level))
}

/// The names of the reporters' list, as clap checks and shows them.
fn format_parser() -> impl TypedValueParser<Value = &'static Format> {
    PossibleValuesParser::new(FORMATS.iter().map(|format| format.name))
        .try_map(|name| Format::named(&name).ok_or("there is no such format"))
}

/// `Name=value`, on one line.
fn named_value(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, _)) if !name.trim().is_empty() && !text.contains('\n') => Ok(text.to_owned()),
        _ => Err("it is written NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn variables_keep_their_order() {
        let arguments = ["coglint", "check", "--var", "a=1", "--var-file", "f", "--var=b=x=y", "--var", "a=", "."];
        let Ok(Cli { command: Some(Command::Check(check)), .. }) = Cli::try_parse_from(arguments) else { panic!() };
        let value = |name: &str, value: &str| Variable::Value(name.to_owned(), value.to_owned());
        let expected = [value("a", "1"), Variable::File("f".to_owned()), value("b", "x=y"), value("a", "")];
        assert_eq!(check.given.variables.0, expected);
        assert!(Cli::try_parse_from(["coglint", "--var", "a"]).is_err());
    }

    #[test]
    fn check_is_the_default_command() {
        let short = Cli::try_parse_from(["coglint", "--format", "json", "a.yaml"]).unwrap();
        assert!(short.command.is_none());
        assert_eq!(
            (short.check.format.map(|format| format.name), short.check.paths.as_slice()),
            (Some("json"), ["a.yaml".to_owned()].as_slice())
        );
        let long = Cli::try_parse_from(["coglint", "check", "a.yaml"]).unwrap();
        assert!(matches!(long.command, Some(Command::Check(check)) if check.paths == ["a.yaml"]));
    }
}
