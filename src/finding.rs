//! What a rule found, and where.

use crate::source::Span;
use crate::value::ScopeId;
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
    pub docs: Arc<str>,
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
}
