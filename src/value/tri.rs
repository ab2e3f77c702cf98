//! Yes, no, or not known.

/// The answer to a question about values that may be unknown; Kleene's three-valued logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tri {
    /// Certainly not, whatever the unknown values turn out to be.
    No,
    /// It depends on a value that is not known.
    Unknown,
    /// Certainly, whatever the unknown values turn out to be.
    Yes,
}

impl Tri {
    /// Both hold. A certain "no" on either side decides.
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// At least one holds. A certain "yes" on either side decides.
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// All hold; yes for an empty sequence.
    pub fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().fold(Self::Yes, Self::and)
    }

    /// At least one holds; no for an empty sequence.
    pub fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().fold(Self::No, Self::or)
    }

    /// True for a certain yes.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    /// True for a certain no.
    pub fn is_no(self) -> bool {
        self == Self::No
    }

    /// True when the answer is not known.
    pub fn is_unknown(self) -> bool {
        self == Self::Unknown
    }
}

impl std::ops::Not for Tri {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Tri {
    fn from(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }
}
