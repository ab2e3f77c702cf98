//! What a person typed; no meaning yet.

use crate::config::{FailOn, Setting};
use crate::report::{FORMATS, Format};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

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
    Check(Check),
    /// List the rules
    Rules(Rules),
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
    /// Output format
    #[arg(long, short, default_value = "human", value_parser = format_parser())]
    pub format: &'static Format,
    /// The lowest level that makes the exit code 1 [default: error]
    #[arg(long, value_enum)]
    pub fail_on: Option<FailOn>,
    /// List the checks that could not be decided, by reason
    #[arg(long)]
    pub undecided: bool,
    /// Colours: NO_COLOR and CLICOLOR_FORCE decide with `auto`
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Further settings of a run.
    #[command(flatten)]
    pub context: Context,
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
    /// The Region of stacks and root modules that name none
    #[arg(long)]
    pub region: Option<String>,
    /// The account of stacks and root modules that name none
    #[arg(long)]
    pub account: Option<String>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn check_is_the_default_command() {
        let short = Cli::try_parse_from(["coglint", "--format", "json", "a.yaml"]).unwrap();
        assert!(short.command.is_none());
        assert_eq!((short.check.format.name, short.check.paths.as_slice()), ("json", ["a.yaml".to_owned()].as_slice()));
        let long = Cli::try_parse_from(["coglint", "check", "a.yaml"]).unwrap();
        assert!(matches!(long.command, Some(Command::Check(check)) if check.paths == ["a.yaml"]));
    }
}
