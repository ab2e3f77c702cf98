//! Conditions under which a value holds, and the scenarios that decide them.
//!
//! The unknowns of a condition are never condition names but *variables*: a parameter, a pseudo parameter, a Terraform
//! variable. A variable's possible values are partitioned into a few classes: every literal that the template declares
//! for it or compares it with, and one class for any other value. A [`Guard`] is a boolean over those classes, a
//! [`Scenario`] picks a class for some variables. Two properties under one condition therefore always move together.

use super::Term;
use std::fmt;
use std::sync::Arc;

/// Something a condition can depend on, with its values partitioned into classes. Two variables are the same when their
/// terms are.
#[derive(Debug)]
pub struct Variable {
    /// What it is.
    pub term: Term,
    /// How a message names it: `Env`, `var.mfa`, `AWS::Region`.
    pub label: Arc<str>,
    /// The classes; they exclude each other and cover everything. Never empty.
    pub classes: Vec<Class>,
    /// The class of the default value, where one is written.
    pub default: Option<usize>,
}

/// One class of a variable's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The one value in it, as a message prints it; `None` for "any other value".
    pub literal: Option<Arc<str>>,
    /// True when the template itself names this alternative: an allowed value, a default, a compared literal, a key of
    /// a mapping. The class of all other values is never declared.
    pub declared: bool,
}

impl Class {
    /// The class of one value that the template names.
    pub fn literal(text: impl Into<Arc<str>>) -> Self {
        Self { literal: Some(text.into()), declared: true }
    }

    /// The class of all values that the template does not name.
    pub fn other() -> Self {
        Self { literal: None, declared: false }
    }
}

impl Variable {
    /// A variable over the given literals, plus "any other value" when `open`.
    pub fn new(
        term: Term,
        label: impl Into<Arc<str>>,
        literals: &[Arc<str>],
        open: bool,
        default: Option<&str>,
    ) -> Self {
        let mut classes: Vec<Class> = literals.iter().map(|text| Class::literal(text.clone())).collect();
        if open || classes.is_empty() {
            classes.push(Class::other());
        }
        let default = default.and_then(|text| classes.iter().position(|class| class.literal.as_deref() == Some(text)));
        Self { term, label: label.into(), classes, default }
    }

    /// A yes-or-no question whose answer nothing in the input names: neither answer is a declared alternative.
    pub fn question(term: Term, label: impl Into<Arc<str>>) -> Self {
        let class = |text: &str| Class { literal: Some(text.into()), declared: false };
        Self { term, label: label.into(), classes: vec![class("true"), class("false")], default: None }
    }

    /// The class that holds a literal: its own one, else "any other value".
    pub fn class_of(&self, literal: &str) -> Option<usize> {
        let named = self.classes.iter().position(|class| class.literal.as_deref() == Some(literal));
        named.or_else(|| self.classes.iter().position(|class| class.literal.is_none()))
    }
}

/// A choice of classes for some variables.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    chosen: Vec<(Arc<Variable>, usize)>,
}

impl Scenario {
    /// True when the other one was made of the very same choices.
    pub fn is(&self, other: &Self) -> bool {
        let mut pairs = self.chosen.iter().zip(&other.chosen);
        self.chosen.len() == other.chosen.len()
            && pairs.all(|((one, class), (other, of_other))| Arc::ptr_eq(one, other) && class == of_other)
    }

    /// The class chosen for a variable.
    pub fn class(&self, variable: &Variable) -> Option<usize> {
        let same = |known: &Variable| std::ptr::eq(known, variable) || known.term == variable.term;
        self.chosen.iter().find(|(known, _)| same(known)).map(|(_, class)| *class)
    }

    /// This scenario with one more variable decided.
    pub fn with(&self, variable: Arc<Variable>, class: usize) -> Self {
        let mut chosen: Vec<_> = self.chosen.iter().filter(|(known, _)| known.term != variable.term).cloned().collect();
        chosen.push((variable, class));
        Self { chosen }
    }

    /// The decided variables with their classes, in the order in which they were decided.
    pub fn chosen(&self) -> impl Iterator<Item = (&Arc<Variable>, &Class)> {
        self.chosen.iter().filter_map(|(variable, class)| Some((variable, variable.classes.get(*class)?)))
    }

    /// True when every variable of it has its default's class, and has one.
    pub fn is_default(&self) -> bool {
        self.chosen.iter().all(|(variable, class)| variable.default == Some(*class))
    }

    /// True when every class of it is an alternative that the template itself declares.
    pub fn is_declared(&self) -> bool {
        self.chosen().all(|(_, class)| class.declared)
    }
}

/// `Env = prod, Region = eu-west-1`
impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (variable, class)) in self.chosen().enumerate() {
            let separator = if at > 0 { ", " } else { "" };
            match &class.literal {
                Some(text) if text.is_empty() => write!(f, "{separator}{} = \"\"", variable.label)?,
                Some(text) => write!(f, "{separator}{} = {text}", variable.label)?,
                None => write!(f, "{separator}{} = any other value", variable.label)?,
            }
        }
        Ok(())
    }
}

/// What a scenario says of a guard.
#[derive(Clone, Debug)]
pub enum Decision {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// It depends on a variable that the scenario leaves open.
    Open(Arc<Variable>),
}

impl Decision {
    /// True for a guard that certainly holds.
    pub fn holds(&self) -> bool {
        matches!(self, Self::Holds)
    }
}

/// So many choices of classes are tried to find out whether a condition can hold.
const MOST_CHOICES_TRIED: usize = 200;

/// A boolean over the classes of variables.
#[derive(Clone, Debug)]
pub enum Guard {
    /// Always holds.
    Always,
    /// Never holds.
    Never,
    /// The variable's value lies in the class with this index.
    Is(Arc<Variable>, usize),
    /// The inner guard does not hold.
    Not(Arc<Guard>),
    /// All of them hold.
    All(Arc<[Guard]>),
    /// At least one of them holds.
    Any(Arc<[Guard]>),
}

impl Guard {
    /// The guard "variable has this literal".
    pub fn is(variable: &Arc<Variable>, literal: &str) -> Self {
        match variable.class_of(literal) {
            Some(class) if variable.classes.get(class).is_some_and(|class| class.literal.is_some()) => {
                Self::Is(variable.clone(), class)
            }
            // The literal lies inside "any other value": whether it is the value stays an open question of its own.
            Some(class) => {
                let term = Term::call("equals", [variable.term.clone(), Term::literal(literal)]);
                let question = Variable::question(term, format!("{} == \"{literal}\"", variable.label));
                Self::Is(variable.clone(), class).and(Self::Is(Arc::new(question), 0))
            }
            None => Self::Never,
        }
    }

    /// The negation.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "`and`, `or` and `not` read as one family")]
    pub fn not(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Not(inner) => (*inner).clone(),
            other => Self::Not(Arc::new(other)),
        }
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, kept) | (kept, Self::Always) => kept,
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (left, right) => Self::All(Arc::from([left, right])),
        }
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, kept) | (kept, Self::Never) => kept,
            (Self::Always, _) | (_, Self::Always) => Self::Always,
            (left, right) => Self::Any(Arc::from([left, right])),
        }
    }

    /// What a scenario says of this guard. An open answer names the first variable, in the order in which the guard
    /// was written, whose class would have to be chosen.
    pub fn decide(&self, scenario: &Scenario) -> Decision {
        match self.holds_in(scenario) {
            Ok(true) => Decision::Holds,
            Ok(false) => Decision::Fails,
            Err(open) => Decision::Open(open.clone()),
        }
    }

    /// The same, an open answer as an error.
    pub(super) fn holds_in(&self, scenario: &Scenario) -> Result<bool, &Arc<Variable>> {
        match self {
            Self::Always => Ok(true),
            Self::Never => Ok(false),
            Self::Is(variable, class) => scenario.class(variable).map(|chosen| chosen == *class).ok_or(variable),
            Self::Not(inner) => inner.holds_in(scenario).map(|holds| !holds),
            Self::All(parts) => decide_many(parts, scenario, true),
            Self::Any(parts) => decide_many(parts, scenario, false),
        }
    }

    /// What the guard is, as a term: equal terms hold in the same scenarios.
    pub fn term(&self) -> Term {
        let call = |name: &str, parts: &[Self]| Term::call(name, parts.iter().map(Self::term));
        match self {
            Self::Always => Term::literal("always"),
            Self::Never => Term::literal("never"),
            Self::Is(variable, class) => {
                let literal = variable.classes.get(*class).and_then(|class| class.literal.as_deref());
                // "Any other value" is other than those that the variable names.
                let others = variable.classes.iter().filter(|_| literal.is_none()).filter_map(|c| c.literal.as_deref());
                let named = literal.into_iter().chain(others).map(Term::literal);
                let name = if literal.is_some() { "is" } else { "is none of" };
                Term::call(name, [variable.term.clone()].into_iter().chain(named))
            }
            Self::Not(inner) => Term::call("not", [inner.term()]),
            Self::All(parts) => call("all", parts),
            Self::Any(parts) => call("any", parts),
        }
    }

    /// Calls a function with every variable that the guard looks at, as often as it does.
    pub fn each_variable(&self, function: &mut dyn FnMut(&Arc<Variable>)) {
        match self {
            Self::Always | Self::Never => {}
            Self::Is(variable, _) => function(variable),
            Self::Not(inner) => inner.each_variable(function),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each_variable(function)),
        }
    }

    /// False when the guard certainly fails in every scenario that goes on from this one. Only so many choices are tried: a
    /// guard for which they do not suffice may hold.
    pub fn may_hold(&self, scenario: &Scenario) -> bool {
        self.may_hold_within(scenario, &mut { MOST_CHOICES_TRIED })
    }

    fn may_hold_within(&self, scenario: &Scenario, tries: &mut usize) -> bool {
        let variable = match self.decide(scenario) {
            Decision::Holds => return true,
            Decision::Fails => return false,
            Decision::Open(variable) => variable,
        };
        (0..variable.classes.len()).any(|class| {
            let Some(left) = tries.checked_sub(1) else { return true };
            *tries = left;
            self.may_hold_within(&scenario.with(variable.clone(), class), tries)
        })
    }

    /// Takes the guard's parts from a budget; false when they do not suffice, or are nested deeper than `nesting`.
    pub fn fits(&self, parts: &mut usize, nesting: usize) -> bool {
        let (Some(left), Some(nesting)) = (parts.checked_sub(1), nesting.checked_sub(1)) else { return false };
        *parts = left;
        match self {
            Self::Always | Self::Never | Self::Is(..) => true,
            Self::Not(inner) => inner.fits(parts, nesting),
            Self::All(inner) | Self::Any(inner) => inner.iter().all(|guard| guard.fits(parts, nesting)),
        }
    }

    /// At least one holds: as one guard, not as one inside the other.
    pub fn any(guards: impl IntoIterator<Item = Self>) -> Self {
        let mut open = Vec::new();
        for guard in guards {
            match guard {
                Self::Always => return Self::Always,
                Self::Never => {}
                guard => open.push(guard),
            }
        }
        match (open.pop(), open.is_empty()) {
            (None, _) => Self::Never,
            (Some(only), true) => only,
            (Some(last), false) => {
                open.push(last);
                Self::Any(open.into())
            }
        }
    }

    /// True when the guard can never be false.
    pub fn is_always(&self) -> bool {
        matches!(self, Self::Always)
    }
}

/// `All` (`want` = true) or `Any` (`want` = false): a part that answers `!want` decides, an open one leaves it open.
fn decide_many<'g>(parts: &'g [Guard], scenario: &Scenario, want: bool) -> Result<bool, &'g Arc<Variable>> {
    let mut open = None;
    for part in parts {
        match part.holds_in(scenario) {
            Ok(holds) if holds != want => return Ok(!want),
            Ok(_) => {}
            Err(variable) => open = open.or(Some(variable)),
        }
    }
    open.map_or(Ok(want), Err)
}
