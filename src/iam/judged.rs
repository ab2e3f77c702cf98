//! A three-valued answer that remembers why it is open.

use crate::source::Span;
use crate::value::{Tri, Unknown, Variable, Why};
use std::fmt;
use std::sync::Arc;

/// Something that is not known and that keeps a question open.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// Why it is not known.
    pub reason: Reason,
    /// The variable on which it depends; with a class chosen for it, the question can be asked again.
    pub variable: Option<Arc<Variable>>,
    /// The place of the unknown value; `None` when it is not written anywhere in the input.
    pub span: Option<Span>,
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A value of the input is not known.
    Value(Why),
    /// A phrase: `the value of aws:PrincipalOrgID in this call is not known`.
    Text(Arc<str>),
}

/// A phrase that can follow "because".
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(why) => why.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Doubt {
    /// A doubt for a reason in words.
    pub fn text(text: impl Into<Arc<str>>, span: Option<Span>) -> Self {
        Self { reason: Reason::Text(text.into()), variable: None, span }
    }

    /// The doubt that an unknown value raises.
    pub fn of(unknown: &Unknown, span: Span) -> Self {
        Self { reason: Reason::Value(unknown.why.clone()), variable: None, span: Some(span) }
    }

    /// The doubt of a value that depends on a variable.
    pub fn on(variable: Arc<Variable>, span: Option<Span>) -> Self {
        let text = format!("it depends on {}", variable.label);
        Self { reason: Reason::Text(text.into()), variable: Some(variable), span }
    }
}

/// An answer, with the doubts that keep it open when it is unknown.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The answer.
    pub answer: Tri,
    /// What keeps it open; empty for a yes or a no.
    pub doubts: Vec<Doubt>,
}

impl Judged {
    /// Certainly.
    pub const YES: Self = Self { answer: Tri::Yes, doubts: Vec::new() };
    /// Certainly not.
    pub const NO: Self = Self { answer: Tri::No, doubts: Vec::new() };

    /// Not known, because of this doubt.
    pub fn open(doubt: Doubt) -> Self {
        Self { answer: Tri::Unknown, doubts: vec![doubt] }
    }

    /// This answer; the doubts are asked for only when it is unknown.
    pub fn new(answer: Tri, doubts: impl FnOnce() -> Vec<Doubt>) -> Self {
        let doubts = if answer.is_unknown() { doubts() } else { Vec::new() };
        Self { answer, doubts }
    }

    /// All hold; looks no further than the first certain "no".
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(parts, Tri::No, Self::YES)
    }

    /// At least one holds; looks no further than the first certain "yes".
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(parts, Tri::Yes, Self::NO)
    }

    fn fold(parts: impl IntoIterator<Item = Self>, decisive: Tri, neutral: Self) -> Self {
        let mut result = neutral;
        for part in parts {
            if part.answer == decisive {
                return part;
            }
            if part.answer.is_unknown() {
                result.answer = Tri::Unknown;
                result.doubts.extend(part.doubts);
            }
        }
        result
    }

    /// The answer when one of several alternatives holds, nobody knows which: theirs, where all agree.
    pub fn whichever(alternatives: impl IntoIterator<Item = Self>, doubt: impl FnOnce() -> Doubt) -> Self {
        let mut agreed: Option<Self> = None;
        for alternative in alternatives {
            match &mut agreed {
                None => agreed = Some(alternative),
                Some(so_far) => {
                    if so_far.answer != alternative.answer {
                        so_far.answer = Tri::Unknown;
                    }
                    so_far.doubts.extend(alternative.doubts);
                }
            }
        }
        match agreed {
            Some(mut open) if open.answer.is_unknown() => {
                if open.doubts.is_empty() {
                    open.doubts.push(doubt());
                }
                open
            }
            Some(decided) => Self { answer: decided.answer, doubts: Vec::new() },
            None => Self::open(doubt()),
        }
    }

    /// True for a certain yes.
    pub fn is_yes(&self) -> bool {
        self.answer.is_yes()
    }

    /// True for a certain no.
    pub fn is_no(&self) -> bool {
        self.answer.is_no()
    }
}

impl std::ops::Not for Judged {
    type Output = Self;

    fn not(self) -> Self {
        Self { answer: !self.answer, doubts: self.doubts }
    }
}

impl From<bool> for Judged {
    fn from(known: bool) -> Self {
        if known { Self::YES } else { Self::NO }
    }
}
