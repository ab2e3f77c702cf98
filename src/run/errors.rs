//! The errors of AWS that `coglint explain` knows, and which of them a pasted text is. The texts are data: `errors.toml`.

use crate::finding::Rule;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

const TEXT: &str = include_str!("errors.toml");

/// Longer input is cut: a line of a log, not the log.
const MOST_BYTES: usize = 64 * 1024;

/// An error of AWS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownError {
    /// The exception's name; several errors may share one.
    pub name: String,
    /// What AWS prints behind it; the first one is its heading here.
    pub texts: Vec<String>,
    /// What the article's translations call it.
    pub headings: Vec<String>,
    /// Whether a template shows it.
    pub template: Seen,
    /// Why AWS prints it.
    pub cause: String,
    /// How to mend it.
    pub fix: String,
    /// The ids of the rules that find it, the likeliest first.
    pub rules: Vec<String>,
}

/// Whether a template shows the cause of an error.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Seen {
    /// It does.
    Yes,
    /// Some causes.
    Partly,
    /// Only the running program does.
    No,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    error: Vec<KnownError>,
}

/// All known errors, in the order of the article.
///
/// # Errors
/// What is wrong with the data; a test holds it to be nothing.
pub fn known() -> Result<Vec<KnownError>, String> {
    toml::from_str::<Table>(TEXT).map(|table| table.error).map_err(|error| error.to_string())
}

/// What a text was taken for.
#[derive(Debug, Default)]
pub struct Matched<'a> {
    /// The errors: one where the text says which, several where it is a name that they share.
    pub errors: Vec<&'a KnownError>,
    /// The rules whose documentation quotes the text.
    pub quoted_by: Vec<Arc<Rule>>,
    /// True when an exception's name was all that was known of the text.
    pub by_name: bool,
}

/// Finds the error that a pasted text, a line of a log or a name is of. Letters and digits count, nothing else does: line breaks,
/// quotes and the spelling of punctuation differ from console to log to article.
pub fn matching<'a>(pasted: &str, errors: &'a [KnownError], rules: &[Arc<Rule>]) -> Matched<'a> {
    let pasted = Pasted::new(pasted);
    let best = errors.iter().filter_map(|error| Some((pasted.score(error)?, error)));
    let best = best.fold(None, |best: Option<((bool, usize), &KnownError)>, (score, error)| match best {
        Some((highest, _)) if highest >= score => best,
        _ => Some((score, error)),
    });
    let quoting = rules.iter().map(|rule| (pasted.quote(rule), rule)).filter(|(length, _)| *length > 0);
    let quoting: Vec<(usize, &Arc<Rule>)> = quoting.collect();
    let longest = quoting.iter().map(|(length, _)| *length).max().unwrap_or(0);
    let text = best.map_or(0, |((_, length), _)| length);
    let quoted_by = quoting.iter().filter(|(length, _)| *length == longest && longest >= text);
    let quoted_by: Vec<Arc<Rule>> = quoted_by.map(|(_, rule)| (*rule).clone()).collect();
    match best {
        // A rule quotes more of it than the list of errors knows.
        Some((_, error)) if text >= longest => Matched { errors: vec![error], quoted_by, by_name: false },
        _ if !quoted_by.is_empty() => Matched { errors: Vec::new(), quoted_by, by_name: false },
        _ => {
            let errors = errors.iter().filter(|error| pasted.names.contains(&letters(&error.name))).collect();
            Matched { errors, quoted_by, by_name: true }
        }
    }
}

/// The texts nearest to one that matches nothing, best first: by the pairs of letters that they share.
pub fn nearest<'a>(pasted: &str, known: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let own = pairs(&letters(cut(pasted)));
    let mut near: Vec<(usize, &str)> = known
        .map(|text| {
            let pairs = pairs(&letters(text));
            let shared = own.intersection(&pairs).count();
            (2_000 * shared / (own.len() + pairs.len()).max(1), text)
        })
        .filter(|(score, _)| *score > 0)
        .collect();
    near.sort_unstable_by(|(one, a), (other, b)| other.cmp(one).then(a.cmp(b)));
    near.dedup_by_key(|(_, text)| *text);
    near.into_iter().take(most).map(|(_, text)| text).collect()
}

fn pairs(letters: &str) -> BTreeSet<(char, char)> {
    letters.chars().zip(letters.chars().skip(1)).collect()
}

/// A text with its exceptions' names apart from the rest, so that "code mismatch" is not found in `CodeMismatchException`.
struct Pasted {
    names: BTreeSet<String>,
    rest: String,
    whole: String,
}

impl Pasted {
    fn new(text: &str) -> Self {
        let (mut names, mut rest) = (BTreeSet::new(), String::new());
        for word in cut(text).split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            if word.is_ascii() && word.ends_with("Exception") || is_lower_name(word) {
                names.insert(letters(word));
            } else {
                rest.push_str(&letters(word));
            }
        }
        Self { names, rest, whole: letters(cut(text)) }
    }

    /// Whether the name agrees, and how much of the error's text was found; `None` for none of it.
    fn score(&self, error: &KnownError) -> Option<(bool, usize)> {
        let named = self.names.contains(&letters(&error.name));
        let texts = error.texts.iter().chain(&error.headings).map(|text| letters(text));
        let longest = texts.filter(|text| self.rest.contains(text.as_str())).map(|text| text.chars().count()).max()?;
        Some((named, longest))
    }

    /// How much of the longest quote of AWS in a rule's documentation was found.
    fn quote(&self, rule: &Rule) -> usize {
        let found = quotes(&rule.docs).into_iter().map(|quote| Self::new(&quote).rest);
        let found = found.filter(|quote| quote.len() > 15 && self.whole.contains(quote.as_str()));
        found.map(|quote| quote.chars().count()).max().unwrap_or(0)
    }
}

/// Names may be typed in small letters.
fn is_lower_name(word: &str) -> bool {
    word.len() > "exception".len() && word.ends_with("exception") && word.is_ascii()
}

/// The quotes of a text in Markdown: what stands behind `>`, paragraph by paragraph.
fn quotes(markdown: &str) -> Vec<String> {
    let mut quotes = vec![String::new()];
    for line in markdown.lines() {
        match (line.strip_prefix("> "), quotes.last_mut()) {
            (Some(text), Some(quote)) => {
                quote.push_str(text);
                quote.push(' ');
            }
            _ => quotes.push(String::new()),
        }
    }
    quotes.retain(|quote| !quote.is_empty());
    quotes
}

/// The letters and digits of a text, in small letters.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn cut(text: &str) -> &str {
    let end = (0..=text.len().min(MOST_BYTES)).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_sound() {
        for error in known().unwrap() {
            assert!(!error.texts.is_empty() && !error.cause.is_empty() && !error.fix.is_empty(), "{}", error.name);
            assert_eq!(error.template == Seen::No, error.rules.is_empty(), "{}: {}", error.name, error.texts[0]);
        }
    }

    #[test]
    fn every_error_is_found_by_its_own_texts() {
        let errors = known().unwrap();
        for error in &errors {
            for text in error.texts.iter().chain(&error.headings) {
                for pasted in [format!("{}: {text}", error.name), format!("ERROR [{}] \"{text}\".", error.name)] {
                    let found = matching(&pasted, &errors, &[]).errors;
                    assert_eq!(
                        found.iter().map(|found| &found.texts[0]).collect::<Vec<_>>(),
                        [&error.texts[0]],
                        "{pasted}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_name_alone_stands_for_all_its_errors() {
        let errors = known().unwrap();
        let matched = matching("notauthorizedexception", &errors, &[]);
        assert!(matched.by_name && matched.errors.len() > 1);
        assert!(matching("banana", &errors, &[]).errors.is_empty());
        assert_eq!(matching("CodeMismatchException", &errors, &[]).errors.len(), 1);
    }

    #[test]
    fn quotes_are_paragraphs() {
        assert_eq!(quotes("a\n> b\n> c\n\n> d\n"), ["b c ", "d "]);
    }

    #[test]
    fn the_nearest_share_the_most() {
        let known = ["sms-role-cannot-publish", "totp-scope-missing", "mfa"];
        assert_eq!(nearest("sms role publish", known.into_iter(), 1), ["sms-role-cannot-publish"]);
        assert!(nearest("", known.into_iter(), 3).is_empty());
    }
}
