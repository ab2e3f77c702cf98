//! What a rule found, and where.

use crate::source::{FileId, Span};
use crate::value::ScopeId;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing; never fails a run.
    Note,
    /// Breaks under a condition that the template cannot show, or at runtime.
    Warning,
    /// AWS rejects it, or sign-in certainly breaks.
    Error,
}

impl Level {
    /// `error`, `warning`, `note`
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|level| level.name() == name)
    }

    /// One level lower; a note stays a note.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::Error => Self::Warning,
            Self::Warning | Self::Note => Self::Note,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// In which deployments of the template a finding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In every one.
    Always,
    /// When every parameter involved has its default value.
    Default,
    /// In an alternative that the template declares.
    Some,
}

impl Verdict {
    /// `always`, `default`, `some`
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Default => "default",
            Self::Some => "some",
        }
    }
}

/// What is known of a rule without running it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id: the name of its file.
    pub id: Arc<str>,
    /// The first line of its docs, no trailing period.
    pub title: Arc<str>,
    /// The docs behind the first line, Markdown.
    pub docs: Cow<'static, str>,
    /// Its level, before anything lowers it.
    pub level: Level,
    /// `sms`, `totp`, `email`, ...
    pub groups: Vec<Arc<str>>,
    /// The AWS errors that it prevents: exception names.
    pub catches: Vec<Arc<str>>,
    /// The version of coglint that had it first.
    pub since: Arc<str>,
    /// The kinds or raw resource types it looks at.
    pub kinds: Vec<Arc<str>>,
    /// Where its documentation is published.
    pub url: Arc<str>,
}

/// A place with what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty for a primary label.
    pub message: String,
}

/// Something a rule found. Made with its primary label: a finding without a place cannot exist.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its level here; lowered where it holds only with defaults or in an alternative.
    pub level: Level,
    /// In which deployments it holds.
    pub verdict: Verdict,
    /// The scenario in which it holds, where not in every one: `Env = prod`.
    pub when: Option<String>,
    /// What is wrong, in a person's words.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// The place of the defect.
    pub primary: Label,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// The stack or root module of the resource.
    pub scope: ScopeId,
    /// The address of the resource.
    pub resource: Arc<str>,
    /// Its kind, or its raw type.
    pub kind: Arc<str>,
    /// Edits that mend it.
    pub fixes: Vec<Fix>,
    /// Why it is not reported, where a person asked for that.
    pub suppressed: Option<Suppression>,
    /// Inputs that say the same once more: the plan of what the files beside it say. Who asks for one of them asks for this.
    pub again_in: Vec<FileId>,
}

impl Finding {
    /// What stays the same about a finding while its file is edited elsewhere: the rule, the file (`path`, seen from whatever
    /// does not change), the resource and what is said; no line. Equal findings have equal fingerprints.
    pub fn fingerprint(&self, path: &str) -> String {
        digest(&[&self.rule.id, path, &self.resource, &self.message])
    }
}

/// A digest of texts, the same in every version and on every machine: FNV-1a with 128 bits, in hexadecimal. It recognizes
/// things; it protects nothing.
pub fn digest(texts: &[&str]) -> String {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;
    // A byte that no UTF-8 text holds ends each text.
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xff]));
    let hash = bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}

/// Edits that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What they do.
    pub message: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// Replaces a span by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// A day, as people write it in files: `2026-12-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        let date = Self { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        ((1..=12).contains(&date.month) && (1..=31).contains(&date.day)).then_some(date)
    }

    /// The day, in Universal Time, that is so many seconds after the beginning of 1970.
    pub fn of_unix_time(seconds: u64) -> Self {
        let mut days = seconds / 86_400;
        let leap = |year: u16| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
        let mut year = 1970;
        while year < u16::MAX && days >= 365 + u64::from(leap(year)) {
            days -= 365 + u64::from(leap(year));
            year += 1;
        }
        let february = 28 + u64::from(leap(year));
        let mut month = 1;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            if days < length {
                break;
            }
            days -= length;
            month += 1;
        }
        Self { year, month, day: u8::try_from(days + 1).unwrap_or(31) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Why a finding is not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The reason given.
    pub reason: Option<String>,
    /// Where it was asked for.
    pub span: Span,
}

/// A check that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecided {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The resource's address.
    pub resource: Arc<str>,
    /// Why: a phrase.
    pub because: String,
    /// The phrase without names, for counting.
    pub class: String,
    /// The stacks and root modules of the resource; several when the same is to be said of an address in each of them.
    pub scopes: Vec<ScopeId>,
}

impl Undecided {
    /// Takes in what says the same of a resource in another scope; false, and nothing is taken, where it says something else.
    pub fn absorb(&mut self, other: &mut Self) -> bool {
        let same = (&self.rule, &self.resource, &self.because, &self.class)
            == (&other.rule, &other.resource, &other.because, &other.class);
        if same {
            self.scopes.append(&mut other.scopes);
        }
        same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_counted() {
        assert_eq!(Date::parse("2026-12-31").unwrap().to_string(), "2026-12-31");
        for wrong in ["", "2026-13-01", "2026-1-1", "2026-12-31x", "31.12.2026", "2026-12-00"] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
        for (seconds, day) in [(0, "1970-01-01"), (951_782_400, "2000-02-29"), (1_798_675_199, "2026-12-30")] {
            assert_eq!(Date::of_unix_time(seconds).to_string(), day);
        }
        assert!(Date::parse("2026-12-31") < Date::parse("2027-01-01"));
    }

    #[test]
    fn digests_are_those_of_fnv() {
        assert_eq!(digest(&[]), "6c62272e07bb014262b821756295c58d");
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}
