//! What is not known: why, of what it is the unknown, and what is known of it all the same.

use super::{ResourceRef, ScopeId, Shape};
use crate::source::Span;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A value that is not known.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Why it is not known.
    pub why: Why,
    /// What it is the unknown of.
    pub term: Term,
    /// What is known of it all the same.
    pub refine: Refine,
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// A parameter or variable that nobody gave a value.
    Parameter(Arc<str>),
    /// A parameter or variable with a default, outside the cases that name the default.
    Overridable(Arc<str>),
    /// A pseudo parameter such as `AWS::Region`.
    Pseudo(Arc<str>),
    /// An attribute that exists only once the resource does.
    Attribute(Arc<str>),
    /// `Fn::ImportValue` of an export that is not in the input.
    Import(Arc<str>),
    /// A dynamic reference: `{{resolve:ssm:...}}`.
    DynamicReference(Arc<str>),
    /// A data source.
    DataSource(Arc<str>),
    /// An output of a module whose source is not in the input.
    ModuleAbsent(Arc<str>),
    /// A nested stack whose template is not in the input.
    TemplateAbsent(Arc<str>),
    /// `terraform.workspace`.
    Workspace,
    /// A function or intrinsic that is not evaluated.
    Function(Arc<str>),
    /// A macro or transform.
    Macro(Arc<str>),
    /// Unknown in the plan.
    Plan(Arc<str>),
    /// It depends on itself.
    Cycle(Arc<str>),
    /// A limit was reached; the text names it.
    Budget(Arc<str>),
    /// The source there does not parse, or means nothing.
    Invalid(Arc<str>),
    /// A name that nothing in the input declares.
    Undeclared(Arc<str>),
    /// A file that is not in the input.
    FileAbsent(Arc<str>),
    /// Something outside the template changes it after creation.
    OutOfBand(Arc<str>),
}

impl Why {
    /// The reason without names, for counting: `parameter without a value`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Parameter(_) => "parameter without a value",
            Self::Overridable(_) => "parameter with a default that may be overridden",
            Self::Pseudo(_) => "pseudo parameter",
            Self::Attribute(_) => "attribute known only after creation",
            Self::Import(_) => "import from another stack",
            Self::DynamicReference(_) => "dynamic reference",
            Self::DataSource(_) => "data source",
            Self::ModuleAbsent(_) => "module that is not in the input",
            Self::TemplateAbsent(_) => "template that is not in the input",
            Self::Workspace => "workspace",
            Self::Function(_) => "function that is not evaluated",
            Self::Macro(_) => "macro",
            Self::Plan(_) => "unknown in the plan",
            Self::Cycle(_) => "reference cycle",
            Self::Budget(_) => "limit reached",
            Self::Invalid(_) => "source that does not parse",
            Self::Undeclared(_) => "undeclared name",
            Self::FileAbsent(_) => "file that is not in the input",
            Self::OutOfBand(_) => "changed outside the template",
        }
    }
}

/// A phrase that completes "not known, because it is ...".
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workspace => f.write_str("the name of the workspace"),
            Self::Parameter(name)
            | Self::Overridable(name)
            | Self::Pseudo(name)
            | Self::Attribute(name)
            | Self::Import(name)
            | Self::DynamicReference(name)
            | Self::DataSource(name)
            | Self::ModuleAbsent(name)
            | Self::TemplateAbsent(name)
            | Self::Function(name)
            | Self::Macro(name)
            | Self::Plan(name)
            | Self::Cycle(name)
            | Self::Budget(name)
            | Self::Invalid(name)
            | Self::Undeclared(name)
            | Self::FileAbsent(name)
            | Self::OutOfBand(name) => write!(f, "{}: {name}", self.class()),
        }
    }
}

/// What an unknown value is the unknown *of*. Equal terms are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Term {
    /// An attribute of a resource, in its dialect's own spelling: `Arn`, `Ref`, `arn`, `id`. The empty name is the resource
    /// as a whole.
    Attribute(ResourceRef, Arc<str>),
    /// A parameter or root variable.
    Parameter(ScopeId, Arc<str>),
    /// A pseudo parameter of a stack, or a data source that means the same: `AWS::AccountId`.
    Pseudo(ScopeId, Arc<str>),
    /// The value that a CloudFormation export of this name has.
    Export(Arc<str>),
    /// A dynamic reference, by its text.
    Dynamic(Arc<str>),
    /// A known value inside a [`Term::Call`], as canonical JSON.
    Literal(Arc<str>),
    /// A function of other terms; the function must give equal results for equal arguments.
    Call(Arc<str>, Arguments),
    /// Equal to itself only: the span of the expression and a counter for expansions of it.
    Opaque(Span, u32),
}

impl Term {
    /// A function of other terms. `.name` of a resource as a whole is that resource's attribute.
    pub fn call(function: impl Into<Arc<str>>, arguments: impl IntoIterator<Item = Self>) -> Self {
        let function = function.into();
        let arguments = Arguments::new(arguments);
        match (function.strip_prefix('.'), &*arguments) {
            (Some(name), [Self::Attribute(resource, whole)]) if whole.is_empty() => {
                Self::Attribute(resource.clone(), name.into())
            }
            _ => Self::Call(function, arguments).bounded(),
        }
    }

    /// Terms made of terms multiply, and whoever walks through them follows every path: a larger one is known by its digest.
    fn bounded(self) -> Self {
        if self.size() <= LARGEST {
            return self;
        }
        let mut digest = Digest::default();
        self.hash(&mut digest);
        Self::Call("large".into(), Arguments::new([Self::Literal(format!("{:032x}", digest.0).into())]))
    }

    /// The number of terms it is made of, itself included, each as often as it occurs.
    pub fn size(&self) -> usize {
        match self {
            Self::Call(_, arguments) => arguments.0.size.saturating_add(1),
            _ => 1,
        }
    }

    /// A known string.
    pub fn literal(text: &str) -> Self {
        Self::Literal(serde_json::Value::from(text).to_string().into())
    }
}

/// A term of more nodes is replaced by its digest.
const LARGEST: usize = 4_000;

/// The arguments of a [`Term::Call`]. Terms are compared all the time, and mostly differ: what tells them apart is worked out
/// once, from what is known of the arguments' own arguments.
#[derive(Clone)]
pub struct Arguments(Arc<Known>);

struct Known {
    terms: Box<[Term]>,
    size: usize,
    digest: u128,
}

impl Arguments {
    fn new(terms: impl IntoIterator<Item = Term>) -> Self {
        let terms: Box<[Term]> = terms.into_iter().collect();
        let size = terms.iter().fold(0, |size: usize, term| size.saturating_add(term.size()));
        let mut digest = Digest::default();
        terms.hash(&mut digest);
        Self(Arc::new(Known { terms, size, digest: digest.0 }))
    }
}

impl Deref for Arguments {
    type Target = [Term];

    fn deref(&self) -> &[Term] {
        &self.0.terms
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.terms.fmt(f)
    }
}

impl PartialEq for Arguments {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.digest == other.0.digest && self.0.terms == other.0.terms)
    }
}

impl Eq for Arguments {}

impl Hash for Arguments {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.0.digest);
    }
}

impl PartialOrd for Arguments {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Arguments {
    fn cmp(&self, other: &Self) -> Ordering {
        match Arc::ptr_eq(&self.0, &other.0) {
            true => Ordering::Equal,
            false => self.0.terms.cmp(&other.0.terms),
        }
    }
}

/// FNV-1a with 128 bits, eight bytes at a time, its upper half folded into the lower one: the same in every run.
struct Digest(u128);

impl Default for Digest {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().rev().fold(0, |word: u64, byte| word << 8 | u64::from(*byte));
            self.write_u64(word);
        }
        self.write_u8(u8::try_from(bytes.len() % 8).unwrap_or(0));
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0 ^ u128::from(word)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        self.0 ^= self.0 >> 67;
    }

    fn write_u128(&mut self, word: u128) {
        self.write_u64(word as u64);
        self.write_u64((word >> 64) as u64);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0 as u64
    }
}

/// What is known of an unknown value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refine {
    /// Its type, where known.
    pub kind: Option<Kind>,
    /// It is certainly not null (and not absent).
    pub not_null: bool,
    /// As a string, it certainly looks like this.
    pub shape: Shape,
    /// Strings that it certainly is not.
    pub none_of: Arc<[Arc<str>]>,
    /// As a map, its keys are certainly these: an object type names them all.
    pub attributes: Option<Arc<[Arc<str>]>>,
}

/// Types, as far as they matter to an unknown value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// A list, set or tuple.
    List,
    /// A map or object.
    Map,
}

impl Refine {
    /// A string that is there.
    pub fn string(shape: Shape) -> Self {
        Self { kind: Some(Kind::String), not_null: true, shape, ..Self::default() }
    }

    /// True when the unknown certainly is a string that is there.
    pub fn is_string(&self) -> bool {
        self.not_null && self.kind == Some(Kind::String)
    }

    /// True when the unknown certainly is no map with this key.
    pub fn lacks(&self, key: &str) -> bool {
        self.attributes.as_ref().is_some_and(|names| !names.iter().any(|name| **name == *key))
    }

    /// True when the unknown certainly is not this string.
    pub fn excludes(&self, text: &str) -> bool {
        self.none_of.iter().any(|known| known.as_ref() == text) || !self.shape.allows(text)
    }
}

impl Unknown {
    /// An unknown of which nothing is known but what it is.
    pub fn new(why: Why, term: Term) -> Self {
        Self { why, term, refine: Refine::default() }
    }

    /// With what is known of it.
    #[must_use]
    pub fn refined(mut self, refine: Refine) -> Self {
        self.refine = refine;
        self
    }

    /// The unknown that an operation on this one gives: same reason, a term of its own.
    pub fn derive(&self, operation: &str) -> Self {
        Self::new(self.why.clone(), Term::call(operation, [self.term.clone()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(innermost: &str, depth: usize) -> Term {
        (0..depth).fold(Term::literal(innermost), |inner, _| Term::call("f", [inner, Term::literal("x")]))
    }

    #[test]
    fn terms_are_told_apart_however_deep_they_differ() {
        assert_eq!(nested("a", 50), nested("a", 50));
        assert_ne!(nested("a", 50), nested("b", 50));
        assert_ne!(nested("a", 50), nested("a", 51));
        assert_eq!(nested("a", 50).cmp(&nested("b", 50)), Ordering::Less);
        assert_eq!(nested("a", 50).cmp(&nested("a", 50)), Ordering::Equal);
        assert_ne!(Term::call("f", [Term::literal("ab")]), Term::call("f", [Term::literal("a"), Term::literal("b")]));
        assert_eq!(nested("a", 50).size(), 101);
    }

    /// Doubled as often, a term would have more nodes than anybody can walk.
    #[test]
    fn large_terms_stay_small_and_apart() {
        let doubled =
            |start: &str| (0..200).fold(Term::literal(start), |term, _| Term::call("f", [term.clone(), term]));
        assert!(doubled("a").size() <= LARGEST);
        assert_eq!(doubled("a"), doubled("a"));
        assert_ne!(doubled("a"), doubled("b"));
    }
}
