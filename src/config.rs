//! `coglint.toml`: the settings of a project. A key that does not exist is an error, with its place.

use crate::finding::{Date, Level};
use crate::source::{FileId, Span};
use crate::suppress::Ignore;
use clap::ValueEnum;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// The settings of a project. Everything may be left out; what is typed on the command line wins.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
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
    /// `exclude = ["fixtures", "**/*.test.yaml"]`: not read, unless named on the command line.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// `baseline = "coglint-baseline.json"`, relative to the file's folder.
    pub baseline: Option<String>,
    /// `require-reason = true`: suppressions without a reason do nothing.
    #[serde(default)]
    pub require_reason: bool,
    /// `[[ignore]]`: findings that are not reported.
    #[serde(default)]
    pub ignore: Vec<IgnoreEntry>,
}

/// An `[[ignore]]`, as it is written.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct IgnoreEntry {
    /// A rule's id.
    pub rule: toml::Spanned<String>,
    /// Files: a pattern, relative to the file's folder.
    #[serde(default, deserialize_with = "pattern")]
    pub path: Option<String>,
    /// The address of a resource.
    pub resource: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it holds: `2026-12-31`.
    #[serde(default, deserialize_with = "day")]
    pub expires: Option<String>,
}

impl IgnoreEntry {
    /// The entry as suppressions take it; its place is in the file of the configuration, whose id comes later.
    fn ignore(&self) -> Ignore {
        let at = self.rule.span();
        Ignore {
            rule: self.rule.get_ref().clone(),
            path: self.path.as_deref().and_then(|path| glob::Pattern::new(path).ok()),
            resource: self.resource.clone(),
            reason: self.reason.clone(),
            expires: self.expires.as_deref().and_then(Date::parse),
            span: Span::new(FileId(u32::MAX), at.start, at.end),
        }
    }
}

fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match glob::Pattern::new(&text) {
        Ok(_) => Ok(Some(text)),
        Err(error) => Err(serde::de::Error::custom(format!("not a valid pattern: {}", error.msg))),
    }
}

/// A day with or without quotes.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        toml::Value::Datetime(day) => day.to_string(),
        other => other.to_string(),
    };
    match Date::parse(&text) {
        Some(_) => Ok(Some(text)),
        None => Err(serde::de::Error::custom(format!("`{text}` is no day; one is written 2026-12-31"))),
    }
}

/// What `[rules]` says of a rule.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, ValueEnum)]
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
    /// The setting of a level.
    pub fn of(level: Level) -> Self {
        match level {
            Level::Note => Self::Note,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
        }
    }

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
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
        let config: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        match config.ignore.iter().find(|entry| entry.path.is_none() && entry.resource.is_none()) {
            None => Ok(config),
            Some(entry) => {
                let rule = entry.rule.get_ref();
                Err(format!(
                    "the [[ignore]] of `{rule}` needs a path or a resource; [rules] turns a rule off everywhere"
                ))
            }
        }
    }

    /// The suppressions of `[[ignore]]`; their places have no file yet.
    pub fn ignores(&self) -> Vec<Ignore> {
        self.ignore.iter().map(IgnoreEntry::ignore).collect()
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
    fn ignores_are_read_and_checked() {
        let text = "[[ignore]]\nrule = \"a\"\npath = \"**/x.yaml\"\nexpires = 2026-12-31\n";
        let ignores = Config::parse(text).unwrap().ignores();
        assert_eq!((ignores[0].rule.as_str(), ignores[0].expires), ("a", Date::parse("2026-12-31")));
        assert_eq!(&text[ignores[0].span.range()], "\"a\"");
        for wrong in [
            "rule = \"a\"",
            "rule = \"a\"\npath = \"[\"",
            "rule = \"a\"\nresource = \"P\"\nexpires = \"soon\"",
            "rule = \"a\"\nresource = \"P\"\nexpires = 7",
            "resource = \"P\"",
            "rule = \"a\"\nresource = \"P\"\nresaon = \"x\"",
        ] {
            assert!(Config::parse(&format!("[[ignore]]\n{wrong}\n")).is_err(), "{wrong}");
        }
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
