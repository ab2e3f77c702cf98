//! The rules in the binary, embedded by `build.rs`: each with its text, and with what it says of itself.

/// A rule of the binary.
#[derive(Debug)]
pub struct Builtin {
    /// The id: the name of its file.
    pub id: &'static str,
    /// The first line of its docs.
    pub title: &'static str,
    /// The docs behind the first line, Markdown.
    pub docs: &'static str,
    /// `error`, `warning` or `note`
    pub level: &'static str,
    /// `sms`, `totp`, `email`, ...
    pub groups: &'static [&'static str],
    /// The AWS errors that it prevents.
    pub catches: &'static [&'static str],
    /// The version of coglint that had it first.
    pub since: &'static str,
    /// The kinds or raw resource types it looks at.
    pub kinds: &'static [&'static str],
    /// An attribute without which the check ends at once: it need not be compiled for resources that do not have it.
    pub idle_without: Option<&'static str>,
    /// The byte at which the docs end.
    pub code: usize,
    /// The whole file.
    pub text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
