//! Condition operators.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Conditions with multiple context keys or
//! values". What AWS does not document is unknown here: an unknown operator, a single-valued operator on a key with
//! several values, `ForAnyValue:...IfExists` on a missing key.

use super::document::{Condition, Element, Elements};
use super::judged::{Doubt, Judged};
use super::request::{KeyState, Request};
use super::symbolic::{Rules, Symbolic, Token, arn_like, matches};
use super::variables::compile;
use crate::value::Tri;
use std::net::IpAddr;

/// An operator taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Operator {
    set: Option<Set>,
    test: Test,
    negated: bool,
    if_exists: bool,
}

/// How the values of a key with several values are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Any,
    All,
}

/// How one value of the policy is compared with one of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Null,
    Text { wild: bool, fold: bool },
    Arn,
    Bool,
    Binary,
    Address,
    Number(Order),
    Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// Reads an operator's name; upper and lower case are the same. `None` for a name that IAM does not know.
    fn read(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (set, name) = match name.split_once(':') {
            None => (None, name.as_str()),
            Some(("foranyvalue", rest)) => (Some(Set::Any), rest),
            Some(("forallvalues", rest)) => (Some(Set::All), rest),
            Some(_) => return None,
        };
        let (name, if_exists) = match name.strip_suffix("ifexists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (test, negated) = Test::read(name)?;
        Some(Self { set, test, negated, if_exists })
    }
}

impl Test {
    fn read(name: &str) -> Option<(Self, bool)> {
        let text = |wild, fold| Self::Text { wild, fold };
        Some(match name {
            "null" => (Self::Null, false),
            "stringequals" => (text(false, false), false),
            "stringnotequals" => (text(false, false), true),
            "stringequalsignorecase" => (text(false, true), false),
            "stringnotequalsignorecase" => (text(false, true), true),
            "stringlike" => (text(true, false), false),
            "stringnotlike" => (text(true, false), true),
            "arnequals" | "arnlike" => (Self::Arn, false),
            "arnnotequals" | "arnnotlike" => (Self::Arn, true),
            "bool" => (Self::Bool, false),
            "binaryequals" => (Self::Binary, false),
            "ipaddress" => (Self::Address, false),
            "notipaddress" => (Self::Address, true),
            "numericnotequals" => (Self::Number(Order::Equal), true),
            "datenotequals" => (Self::Date, true),
            _ => match (name.strip_prefix("numeric"), name.strip_prefix("date")) {
                (Some(order), _) => (Self::Number(Order::read(order)?), false),
                (_, Some(order)) => Order::read(order).map(|_| (Self::Date, false))?,
                _ => return None,
            },
        })
    }
}

impl Order {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "equals" => Self::Equal,
            "lessthan" => Self::Less,
            "lessthanequals" => Self::LessOrEqual,
            "greaterthan" => Self::Greater,
            "greaterthanequals" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Equal => value == bound,
            Self::Less => value < bound,
            Self::LessOrEqual => value <= bound,
            Self::Greater => value > bound,
            Self::GreaterOrEqual => value >= bound,
        }
    }
}

/// Whether a condition holds for a call. `variables`: policy variables are expanded.
pub(super) fn judge(condition: &Condition, request: &Request, variables: bool) -> Judged {
    let Some(operator) = Operator::read(&condition.operator) else {
        let text = format!("IAM knows no condition operator {:?}", condition.operator);
        return Judged::open(Doubt::text(text, Some(condition.span)));
    };
    let judge = Judge { condition, operator, request, variables };
    judge.state(request.key(&condition.key))
}

/// True for an operator that fails *because* the call carries a value: the negated ones, and `Null`.
pub(super) fn forbids(operator: &str) -> bool {
    Operator::read(operator).is_some_and(|operator| operator.negated || operator.test == Test::Null)
}

struct Judge<'a> {
    condition: &'a Condition,
    operator: Operator,
    request: &'a Request,
    variables: bool,
}

impl Judge<'_> {
    fn state(&self, state: &KeyState) -> Judged {
        match state {
            KeyState::OneOf(states) => {
                Judged::whichever(states.iter().map(|state| self.state(state)), || self.key_unknown(None))
            }
            _ if self.operator.test == Test::Null => self.null(state),
            KeyState::Absent => self.absent(),
            KeyState::Known(value) => self.value(value),
            KeyState::Open { may_be_absent, many, because } => {
                let present = self.some_value(*many, because.as_ref());
                let absent = may_be_absent.then(|| self.absent());
                Judged::whichever(std::iter::once(present).chain(absent), || self.key_unknown(because.as_ref()))
            }
        }
    }

    /// `Null`: "true" demands that the key is missing, "false" that it is there.
    fn null(&self, state: &KeyState) -> Judged {
        let missing = match state {
            KeyState::Absent => true,
            KeyState::Open { may_be_absent: true, because, .. } => {
                return Judged::open(self.key_unknown(because.as_ref()));
            }
            KeyState::Known(_) | KeyState::OneOf(_) | KeyState::Open { .. } => false,
        };
        any_of(&self.condition.values, |wanted| match wanted.known() {
            Some(wanted) => wanted.eq_ignore_ascii_case(if missing { "true" } else { "false" }).into(),
            None => Judged::new(Tri::Unknown, || wanted.doubts()),
        })
    }

    fn absent(&self) -> Judged {
        match self.operator {
            Operator { set: Some(Set::All), .. } => Judged::YES,
            Operator { set: Some(Set::Any), if_exists: true, .. } => {
                let text = format!("AWS does not say what {} does when the key is missing", self.condition.operator);
                Judged::open(Doubt::text(text, Some(self.condition.span)))
            }
            Operator { set: Some(Set::Any), .. } => Judged::NO,
            Operator { if_exists, negated, .. } => (if_exists || negated).into(),
        }
    }

    /// One known value; also for the set operators, whose set it is.
    fn value(&self, value: &Symbolic) -> Judged {
        let hit = any_of(&self.condition.values, |wanted| self.compare(wanted, value));
        if self.operator.negated { !hit } else { hit }
    }

    /// Some value or several, nobody knows which.
    fn some_value(&self, many: bool, because: Option<&Doubt>) -> Judged {
        let nothing_wanted = self.condition.values.items.is_empty() && self.condition.values.open.is_none();
        if nothing_wanted && !many && self.operator.set.is_none() {
            return self.operator.negated.into();
        }
        Judged::open(self.key_unknown(because))
    }

    fn compare(&self, wanted: &Symbolic, value: &Symbolic) -> Judged {
        match self.operator.test {
            Test::Text { wild, fold } => self
                .compare_pattern(wanted, value, wild, |pattern, value| matches(pattern, value, Rules { wild, fold })),
            Test::Arn => self.compare_pattern(wanted, value, true, arn_like),
            Test::Binary => Judged::new(matches(&wanted.tokens(), &value.tokens(), Rules::default()), || {
                wanted.doubts().into_iter().chain(value.doubts()).collect()
            }),
            Test::Bool => self.compare_known(wanted, value, |wanted, value| {
                let is_bool = wanted.eq_ignore_ascii_case("true") || wanted.eq_ignore_ascii_case("false");
                Some(is_bool && wanted.eq_ignore_ascii_case(value))
            }),
            Test::Address => self.compare_known(wanted, value, in_network),
            Test::Number(order) => self.compare_known(wanted, value, |wanted, value| {
                Some(order.holds(value.trim().parse().ok()?, wanted.trim().parse().ok()?))
            }),
            // No call of ours carries a key of this type with a value that is known.
            Test::Date | Test::Null => Judged::open(self.key_unknown(None)),
        }
    }

    fn compare_pattern(
        &self,
        wanted: &Symbolic,
        value: &Symbolic,
        wild: bool,
        test: impl Fn(&[Token], &[Token]) -> Tri,
    ) -> Judged {
        let variables = self.variables.then_some(self.request);
        match compile(wanted, wild, variables) {
            Some(pattern) => pattern.judge(test(&pattern.tokens, &value.tokens()), value),
            None => Judged::NO,
        }
    }

    /// Compares known texts; `None` of the test: they are not of the operator's type.
    fn compare_known(&self, wanted: &Symbolic, value: &Symbolic, test: impl Fn(&str, &str) -> Option<bool>) -> Judged {
        match wanted.known().zip(value.known()) {
            Some((wanted, value)) => match test(wanted, value) {
                Some(holds) => holds.into(),
                None => Judged::open(Doubt::text(
                    format!("{} compares a value of another type", self.condition.operator),
                    Some(self.condition.span),
                )),
            },
            None => Judged::new(Tri::Unknown, || wanted.doubts().into_iter().chain(value.doubts()).collect()),
        }
    }

    fn key_unknown(&self, because: Option<&Doubt>) -> Doubt {
        because.cloned().unwrap_or_else(|| {
            let text = format!("the value of {} in this call is not known", self.condition.key);
            Doubt::text(text, Some(self.condition.span))
        })
    }
}

/// Whether some element holds.
pub(super) fn any_of(elements: &Elements, holds: impl Fn(&Symbolic) -> Judged) -> Judged {
    let items = elements.items.iter().map(|element| match element {
        Element::Text(text) => holds(text),
        Element::Unclear(doubt) => Judged::open(doubt.clone()),
    });
    Judged::any(items.chain(elements.open.iter().map(|doubt| Judged::open(doubt.clone()))))
}

/// Whether an address lies in a network, given as `address/bits` or as a single address.
fn in_network(network: &str, address: &str) -> Option<bool> {
    let (base, bits) = match network.split_once('/') {
        Some((base, bits)) => (base, Some(bits.parse::<u32>().ok()?)),
        None => (network, None),
    };
    let (base, address): (IpAddr, IpAddr) = (base.parse().ok()?, address.parse().ok()?);
    let (base, address, width) = match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => (u128::from(base.to_bits()), u128::from(address.to_bits()), 32),
        (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits(), address.to_bits(), 128),
        _ => return Some(false),
    };
    let host_bits = width - bits.filter(|bits| *bits <= width).unwrap_or(width);
    let network_of = |address: u128| address.checked_shr(host_bits).unwrap_or(0);
    Some(network_of(base) == network_of(address))
}
