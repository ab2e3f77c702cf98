//! `coglint rules` and `coglint explain`.

use super::errors::{self, KnownError, Seen};
use super::{CLEAN, FOUND, Failure, rule_files};
use crate::cli::{Explain, Rules};
use crate::finding::Rule;
use crate::report::{safe_line, safe_lines};
use crate::{Options, catalogue};
use serde::Serialize;
use std::collections::BTreeSet;
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

/// Whether there is a text beside an exception's name; `Error «...»`, as the article's headings have it, is none.
fn says_more_than_a_name(asked: &str) -> bool {
    let words = asked.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let beside =
        |word: &&str| !word.ends_with("Exception") && !["error", "erro", "erreur"].contains(&&*word.to_lowercase());
    words.filter(beside).count() > 0
}

/// Explains a rule, an error of AWS by its name, or one by its pasted text.
pub(super) fn explain(
    arguments: &Explain,
    working: &Path,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<u8, Failure> {
    let rules = load(&arguments.rules, working)?;
    let asked = arguments.what.join(" ");
    let asked = asked.trim();
    if let Some(rule) = rules.iter().find(|rule| *rule.id == *asked) {
        page(rule, out)?;
        return Ok(CLEAN);
    }
    let known = errors::known().map_err(super::usage)?;
    let matched = errors::matching(asked, &known, &rules);
    let catching: Vec<&Arc<Rule>> = rules.iter().filter(|rule| matched.by_name && catches(rule, asked)).collect();
    if matched.errors.is_empty() && matched.quoted_by.is_empty() && catching.is_empty() {
        return no_match(asked, &rules, &known, err);
    }
    if matched.by_name && says_more_than_a_name(asked) {
        writeln!(out, "The text behind the name is not known here. What is known under that name:\n")?;
    } else if matched.errors.len() > 1 {
        writeln!(out, "The name alone stands for several errors; the text behind it says which.\n")?;
    }
    for error in &matched.errors {
        error_page(error, &rules, &matched.quoted_by, out)?;
    }
    if matched.errors.is_empty() {
        writeln!(out, "Found before a deployment by:")?;
        list(matched.quoted_by.iter().chain(catching), out)?;
    } else if catching.len() > matched.errors.first().map_or(0, |error| error.rules.len()) {
        writeln!(out, "All rules that name this exception:")?;
        list(catching.into_iter(), out)?;
    }
    Ok(CLEAN)
}

fn no_match(asked: &str, rules: &[Arc<Rule>], known: &[KnownError], err: &mut dyn Write) -> Result<u8, Failure> {
    const MOST: usize = 3;
    const SHOWN: usize = 100;
    let shown: String = asked.chars().take(SHOWN).collect();
    writeln!(err, "error: no match: `{}` is no rule, and no error that is known here", safe_line(&shown))?;
    let names = rules.iter().map(|rule| &*rule.id);
    let texts = known.iter().flat_map(|error| error.texts.iter().chain([&error.name])).map(String::as_str);
    let nearest = errors::nearest(asked, names.chain(texts), MOST);
    if !nearest.is_empty() {
        writeln!(err, "nearest:")?;
    }
    for text in nearest {
        writeln!(err, "  {}", safe_line(text))?;
    }
    Ok(FOUND)
}

fn error_page(error: &KnownError, rules: &[Arc<Rule>], quoted_by: &[Arc<Rule>], out: &mut dyn Write) -> io::Result<()> {
    let text = error.texts.first().map_or("", String::as_str);
    writeln!(out, "{}: {text}\n", error.name)?;
    writeln!(out, "Cause:\n{}\n", indented(&error.cause))?;
    writeln!(out, "Fix:\n{}\n", indented(&error.fix))?;
    let by_id = |id: &String| rules.iter().find(|rule| *rule.id == **id);
    let mut finding: Vec<&Arc<Rule>> = error.rules.iter().filter_map(by_id).collect();
    finding.extend(quoted_by.iter().filter(|rule| !error.rules.iter().any(|id| **id == *rule.id)));
    match error.template {
        _ if finding.is_empty() => {
            writeln!(out, "This one cannot be seen in a template: only the running program shows it.\n")
        }
        Seen::Yes => {
            writeln!(out, "Found before a deployment by:")?;
            list(finding.into_iter(), out)
        }
        Seen::Partly | Seen::No => {
            writeln!(out, "A template shows some of its causes; they are found by:")?;
            list(finding.into_iter(), out)
        }
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Rules with their titles, each once, and an empty line.
fn list<'a>(rules: impl Iterator<Item = &'a Arc<Rule>>, out: &mut dyn Write) -> io::Result<()> {
    let mut seen = BTreeSet::new();
    for rule in rules.filter(|rule| seen.insert(rule.id.clone())) {
        writeln!(out, "  {}: {}", safe_line(&rule.id), safe_line(&rule.title))?;
    }
    writeln!(out)
}

fn load(patterns: &[String], working: &Path) -> Result<Vec<Arc<Rule>>, Failure> {
    let options = Options { rules: rule_files(patterns, working, working)?, ..Options::default() };
    Ok(catalogue(&options))
}

/// Whether a rule prevents an exception that a text names.
fn catches(rule: &Rule, text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| rule.catches.iter().any(|name| name.eq_ignore_ascii_case(word)))
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
