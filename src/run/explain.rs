//! `coglint rules` and `coglint explain`.

use super::{CLEAN, FOUND, Failure, rule_files};
use crate::cli::{Explain, Rules};
use crate::finding::Rule;
use crate::report::{safe_line, safe_lines};
use crate::{Options, catalogue};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// Lists the rules: a table, or JSON with everything known of them.
pub(super) fn rules(arguments: &Rules, working: &Path, out: &mut dyn Write) -> Result<u8, Failure> {
    let rules = load(&arguments.rules, working)?;
    if arguments.format == "json" {
        let rules: Vec<JsonRule<'_>> = rules.iter().map(|rule| JsonRule::new(rule)).collect();
        serde_json::to_writer_pretty(&mut *out, &rules).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(CLEAN);
    }
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in &rules {
        writeln!(out, "{:width$}  {:7}  {}", safe_line(&rule.id), rule.level.name(), safe_line(&rule.title))?;
    }
    Ok(CLEAN)
}

/// Explains one rule, or names the rules that prevent an AWS error.
pub(super) fn explain(
    arguments: &Explain,
    working: &Path,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<u8, Failure> {
    let rules = load(&arguments.rules, working)?;
    if let Some(rule) = rules.iter().find(|rule| *rule.id == *arguments.rule) {
        page(rule, out)?;
        return Ok(CLEAN);
    }
    let catching: Vec<&Arc<Rule>> = rules.iter().filter(|rule| catches(rule, &arguments.rule)).collect();
    if catching.is_empty() {
        let names = rules.iter().flat_map(|rule| rule.catches.iter().chain([&rule.id])).map(|name| &**name);
        let hint = did_you_mean(&arguments.rule, names);
        writeln!(err, "error: there is no rule `{}`{hint}", safe_line(&arguments.rule))?;
        return Ok(FOUND);
    }
    writeln!(out, "{} is prevented by:", safe_line(&arguments.rule))?;
    for rule in catching {
        writeln!(out, "  {}: {}", safe_line(&rule.id), safe_line(&rule.title))?;
    }
    Ok(CLEAN)
}

fn load(patterns: &[String], working: &Path) -> Result<Vec<Arc<Rule>>, Failure> {
    let options = Options { rules: rule_files(patterns, working, working)?, ..Options::default() };
    Ok(catalogue(&options))
}

fn catches(rule: &Rule, error: &str) -> bool {
    rule.catches.iter().any(|name| name.eq_ignore_ascii_case(error))
}

fn page(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} ({})\n\n{}", safe_line(&rule.id), rule.level, safe_line(&rule.title))?;
    let docs = safe_lines(rule.docs.trim());
    if !docs.is_empty() {
        writeln!(out, "\n{docs}")?;
    }
    writeln!(out)?;
    if !rule.catches.is_empty() {
        writeln!(out, "Prevents: {}", safe_line(&rule.catches.join(", ")))?;
    }
    if !rule.groups.is_empty() {
        writeln!(out, "Groups: {}", safe_line(&rule.groups.join(", ")))?;
    }
    writeln!(out, "Since: {}", safe_line(&rule.since))?;
    if !rule.url.is_empty() {
        writeln!(out, "{}", safe_line(&rule.url))?;
    }
    Ok(())
}

/// A rule as `coglint rules --format json` writes it.
#[derive(Serialize)]
struct JsonRule<'a> {
    id: &'a str,
    title: &'a str,
    level: &'a str,
    groups: Vec<&'a str>,
    catches: Vec<&'a str>,
    kinds: Vec<&'a str>,
    since: &'a str,
    url: &'a str,
    docs: &'a str,
}

impl<'a> JsonRule<'a> {
    fn new(rule: &'a Rule) -> Self {
        let texts = |texts: &'a [Arc<str>]| texts.iter().map(|text| &**text).collect();
        Self {
            id: &rule.id,
            title: &rule.title,
            level: rule.level.name(),
            groups: texts(&rule.groups),
            catches: texts(&rule.catches),
            kinds: texts(&rule.kinds),
            since: &rule.since,
            url: &rule.url,
            docs: &rule.docs,
        }
    }
}

/// `; did you mean a, b?` for the names nearest to a misspelt one, best first; empty when none is near.
pub(super) fn did_you_mean<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 3;
    let mut near: Vec<(usize, &str)> = names
        .filter(|name| name.len() <= 2 * word.len() + 2)
        .map(|name| (distance(word, name), name))
        .filter(|(distance, name)| *distance <= name.len().max(3) / 3)
        .collect();
    near.sort_unstable();
    near.dedup();
    let names: Vec<&str> = near.into_iter().take(MOST).map(|(_, name)| name).collect();
    if names.is_empty() { String::new() } else { format!("; did you mean {}?", names.join(", ")) }
}

/// Levenshtein's distance: insertions, deletions and replacements of characters.
fn distance(one: &str, other: &str) -> usize {
    const MOST: usize = 100;
    let other: Vec<char> = other.chars().take(MOST).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.chars().take(MOST).enumerate() {
        let mut next = vec![at + 1];
        let (mut beside, mut last) = (at + 1, row.first().copied().unwrap_or(0));
        for (right, above) in other.iter().zip(row.iter().skip(1)) {
            let replaced = last + usize::from(left != *right);
            beside = replaced.min(above + 1).min(beside + 1);
            last = *above;
            next.push(beside);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_levenshteins() {
        for (one, other, expected) in [("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3)] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let names = ["sms-role-cannot-publish", "sms-role-not-assumable", "totp-scope-missing"];
        let hint = |word: &str| did_you_mean(word, names.into_iter());
        assert_eq!(hint("sms-role-canot-publish"), "; did you mean sms-role-cannot-publish?");
        assert_eq!(hint("zzz"), "");
    }

    #[test]
    fn a_rule_is_explained_with_the_errors_it_prevents() {
        let rule = Rule {
            id: "sms-role-cannot-publish".into(),
            title: "The SMS role may not publish text messages".into(),
            docs: "## Why it fails\nCognito sends a test message.\n".into(),
            level: crate::finding::Level::Error,
            groups: vec!["sms".into()],
            catches: vec!["InvalidSmsRoleAccessPolicyException".into()],
            since: "0.1.0".into(),
            kinds: vec!["user_pool".into()],
            url: "".into(),
        };
        let mut out = Vec::new();
        page(&rule, &mut out).unwrap();
        let expected = "sms-role-cannot-publish (error)\n\nThe SMS role may not publish text messages\n\n\
            ## Why it fails\nCognito sends a test message.\n\n\
            Prevents: InvalidSmsRoleAccessPolicyException\nGroups: sms\nSince: 0.1.0\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert!(catches(&rule, "invalidsmsroleaccesspolicyexception"));
    }
}
