//! What a person typed; no meaning yet.

use crate::config::FailOn;
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
    /// Explain a rule: what it finds, why that fails, how to mend it
    Explain(Explain),
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
    /// A rule's id, or the name of an AWS error
    pub rule: String,
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
    fn check_is_the_default_command() {
        let short = Cli::try_parse_from(["coglint", "--format", "json", "a.yaml"]).unwrap();
        assert!(short.command.is_none());
        assert_eq!((short.check.format.name, short.check.paths.as_slice()), ("json", ["a.yaml".to_owned()].as_slice()));
        let long = Cli::try_parse_from(["coglint", "check", "a.yaml"]).unwrap();
        assert!(matches!(long.command, Some(Command::Check(check)) if check.paths == ["a.yaml"]));
    }
}
