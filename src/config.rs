//! `coglint.toml`: the settings of a project. A key that does not exist is an error, with its place.

use crate::finding::Level;
use clap::ValueEnum;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The settings of a project. Everything may be left out; what is typed on the command line wins.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// `region = "eu-west-1"`
    pub region: Option<String>,
    /// `account = "123456789012"`
    pub account: Option<String>,
    /// `fail-on = "warning"`
    pub fail_on: Option<FailOn>,
    /// `rule-files = ["lint/*.rhai"]`, relative to the file's folder.
    #[serde(default)]
    pub rule_files: Vec<String>,
    /// `parameters = ["deploy/prod.json"]`: files with values for the parameters of templates, relative to the file's folder.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// `[rules]`: a level, or `off`, by rule id or group.
    #[serde(default)]
    pub rules: BTreeMap<String, Setting>,
}

/// What `[rules]` says of a rule.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    /// The rule does not run.
    Off,
    /// Its findings are notes.
    Note,
    /// Its findings are warnings.
    Warning,
    /// Its findings are errors.
    Error,
}

impl Setting {
    /// The level; `None` for off.
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Off => None,
            Self::Note => Some(Level::Note),
            Self::Warning => Some(Level::Warning),
            Self::Error => Some(Level::Error),
        }
    }
}

/// The lowest level that fails a run: `--fail-on` and `fail-on`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Fail on errors.
    #[default]
    Error,
    /// Fail on warnings and errors.
    Warning,
    /// Fail on every finding.
    Note,
    /// Never fail because of findings.
    Never,
}

impl FailOn {
    /// True when a finding of this level fails the run.
    pub fn fails(self, level: Level) -> bool {
        match self {
            Self::Error => level >= Level::Error,
            Self::Warning => level >= Level::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}

impl Config {
    /// Reads the text of a `coglint.toml`.
    ///
    /// # Errors
    /// What is wrong with it and where, in several lines.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read() {
        let text = "region = \"eu-west-1\"\nfail-on = \"note\"\n[rules]\nsms = \"off\"\nx-y = \"warning\"\n";
        let config = Config::parse(text).unwrap();
        assert_eq!(config.region.as_deref(), Some("eu-west-1"));
        assert_eq!(config.fail_on, Some(FailOn::Note));
        assert_eq!(config.rules["sms"].level(), None);
        assert_eq!(config.rules["x-y"].level(), Some(Level::Warning));
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn an_unknown_key_is_an_error_with_its_place() {
        let error = Config::parse("region = \"eu-west-1\"\nregoin = 1\n").unwrap_err();
        assert!(error.contains("line 2") && error.contains("regoin"), "{error}");
    }

    #[test]
    fn levels_fail_a_run_from_the_chosen_one_up() {
        assert!(FailOn::Warning.fails(Level::Error) && FailOn::Warning.fails(Level::Warning));
        assert!(!FailOn::Warning.fails(Level::Note) && !FailOn::Never.fails(Level::Error));
    }
}
