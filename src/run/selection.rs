//! Which rules run, and at which level: `coglint.toml` first, then `--level`, `--select` and `--ignore`.

use super::explain::did_you_mean;
use crate::cli::Context;
use crate::config::Config;
use crate::discover::CONFIG_FILE;
use crate::finding::{Level, Rule};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Levels by rule id; `None` for off. Rules that nothing was said of are left out. In the configuration an id counts before a
/// group; on the command line the last word counts, and `--ignore` before all others.
///
/// # Errors
/// A name that no rule and no group has: it would silence nothing and look as if it did.
pub(super) fn levels(
    context: &Context,
    config: &Config,
    rules: impl FnOnce() -> Vec<Arc<Rule>>,
) -> Result<BTreeMap<String, Option<Level>>, String> {
    if config.rules.is_empty() && !context.changes_levels() {
        return Ok(BTreeMap::new());
    }
    let rules = &rules();
    known(rules, config.rules.keys(), CONFIG_FILE)?;
    known(rules, context.level.iter().map(|(name, _)| name), "--level")?;
    known(rules, context.select.iter(), "--select")?;
    known(rules, context.ignore.iter(), "--ignore")?;
    let mut levels = BTreeMap::new();
    for rule in rules {
        let names: Vec<&str> = std::iter::once(&rule.id).chain(&rule.groups).map(|name| &**name).collect();
        let given = names.iter().find_map(|name| config.rules.get(*name)).map(|setting| setting.level());
        let typed = context.level.iter().rev().find(|(name, _)| names.contains(&name.as_str()));
        let mut level = typed.map(|(_, setting)| setting.level()).or(given);
        let is_in = |list: &[String]| list.iter().any(|name| names.contains(&name.as_str()));
        if is_in(&context.select) && level == Some(None) && typed.is_none() {
            level = None;
        }
        if is_in(&context.ignore) || (!context.select.is_empty() && !is_in(&context.select)) {
            level = Some(None);
        }
        levels.extend(level.map(|level| (rule.id.to_string(), level)));
    }
    Ok(levels)
}

fn known<'a>(rules: &[Arc<Rule>], names: impl Iterator<Item = &'a String>, from: &str) -> Result<(), String> {
    let all: BTreeSet<&str> =
        rules.iter().flat_map(|rule| rule.groups.iter().chain([&rule.id])).map(|name| &**name).collect();
    for name in names {
        if !all.contains(name.as_str()) {
            let hint = did_you_mean(name, all.into_iter());
            return Err(format!("{from}: there is no rule or group `{name}`{hint}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Setting;
    use crate::{Options, catalogue};

    fn settled(config: &str, level: &[(&str, Setting)], select: &[&str], ignore: &[&str]) -> Result<String, String> {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let context = Context {
            level: level.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect(),
            select: texts(select),
            ignore: texts(ignore),
            ..Context::default()
        };
        let rules = catalogue(&Options::default());
        let all = levels(&context, &Config::parse(config).unwrap(), || rules)?;
        let one = |id: &str| match all.get(id) {
            None => "own".to_owned(),
            Some(None) => "off".to_owned(),
            Some(Some(level)) => level.to_string(),
        };
        Ok(format!("{} {}", one("email-mfa-on-lite-plan"), one("sms-external-id-mismatch")))
    }

    #[test]
    fn the_command_line_counts_before_the_configuration() {
        let lite = "email-mfa-on-lite-plan";
        let table = [
            ("", &[][..], &[][..], &[][..], "own own"),
            ("[rules]\nemail = \"off\"\nemail-mfa-on-lite-plan = \"note\"", &[], &[], &[], "note own"),
            ("[rules]\nemail-mfa-on-lite-plan = \"note\"", &[("email", Setting::Off)], &[], &[], "off own"),
            ("", &[("email", Setting::Off), (lite, Setting::Warning)], &[], &[], "warning own"),
            ("", &[], &["sms"], &[], "off own"),
            ("[rules]\nemail = \"off\"", &[], &["email"], &[], "own off"),
            ("", &[(lite, Setting::Note)], &["email", "sms"], &["sms"], "note off"),
        ];
        for (config, level, select, ignore, expected) in table {
            assert_eq!(
                settled(config, level, select, ignore).unwrap(),
                expected,
                "{config} {level:?} {select:?} {ignore:?}"
            );
        }
    }

    #[test]
    fn an_unknown_name_is_an_error_with_a_proposal() {
        let error = settled("", &[], &["emal"], &[]).unwrap_err();
        assert_eq!(error, "--select: there is no rule or group `emal`; did you mean email?");
        assert!(settled("[rules]\nsmz = \"off\"", &[], &[], &[]).unwrap_err().starts_with("coglint.toml: "));
    }
}
