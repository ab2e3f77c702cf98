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

/// What a condition amounts to when its key is never there: always true, or never. `None` for an operator that is written
/// with a missing key in mind.
pub(super) fn without_key(operator: &str) -> Option<bool> {
    let operator = Operator::read(operator)?;
    let foreseen = operator.if_exists || operator.test == Test::Null || operator.set == Some(Set::All);
    (!foreseen).then_some(operator.negated && operator.set.is_none())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::request::{Assuming, nowhere};
    use crate::value::{Scenario, Value};

    fn text(text: &str) -> Symbolic {
        Symbolic::read(&Value::string(text, nowhere())).unwrap()
    }

    /// Judges `operator` on a key in the given state; `|` separates the values that the condition demands.
    fn judged(operator: &str, wanted: &str, state: KeyState) -> Tri {
        let nothing = Value::absent(nowhere());
        let assuming = Assuming { account: nothing.clone(), pool_arn: nothing.clone(), external_id: nothing };
        let request = Request::assuming(&assuming, &Scenario::default()).with_key("Some:Key", state);
        let items = wanted.split('|').map(|wanted| Element::Text(text(wanted))).collect();
        let values = Elements { items, open: None, span: nowhere() };
        let condition = Condition { operator: operator.into(), key: "some:key".into(), span: nowhere(), values };
        judge(&condition, &request, true).answer
    }

    #[test]
    fn operators_on_a_known_value() {
        let cases = [
            ("StringEquals", "a|b", "b", Tri::Yes),
            ("StringEquals", "a*", "ab", Tri::No),
            ("StringEquals", "A", "a", Tri::No),
            ("stringequals", "a", "a", Tri::Yes),
            ("StringNotEquals", "a|b", "b", Tri::No),
            ("StringNotEquals", "a|b", "c", Tri::Yes),
            ("StringEqualsIgnoreCase", "A", "a", Tri::Yes),
            ("StringNotEqualsIgnoreCase", "A", "a", Tri::No),
            ("StringNotEqualsIgnoreCase", "B", "a", Tri::Yes),
            ("StringLike", "a?c*", "abcd", Tri::Yes),
            ("StringLike", "A*", "abcd", Tri::No),
            ("StringNotLike", "a*", "abcd", Tri::No),
            ("ArnLike", "arn:aws:sns:*:*:x", "arn:aws:sns:r:a:x", Tri::Yes),
            ("ArnEquals", "arn:aws:sns:*:*:x*", "arn:aws:sns:r:a:x:y", Tri::Yes),
            ("ArnLike", "arn:aws:*:*:*:c", "arn:aws:sns:r:a:b:c", Tri::No),
            ("ArnNotLike", "arn:aws:sns:*:*:x", "arn:aws:sns:r:a:x", Tri::No),
            ("ArnNotEquals", "arn:aws:sns:*:*:x", "arn:aws:sns:r:a:y", Tri::Yes),
            ("Bool", "TRUE", "true", Tri::Yes),
            ("Bool", "true", "false", Tri::No),
            ("Bool", "yes", "yes", Tri::No),
            ("BinaryEquals", "QQ==", "QQ==", Tri::Yes),
            ("BinaryEquals", "QQ==", "qq==", Tri::No),
            ("IpAddress", "10.0.0.0/8", "10.200.0.1", Tri::Yes),
            ("IpAddress", "10.0.0.0/8", "11.0.0.1", Tri::No),
            ("IpAddress", "10.0.0.1", "10.0.0.1", Tri::Yes),
            ("IpAddress", "0.0.0.0/0", "11.0.0.1", Tri::Yes),
            ("IpAddress", "2001:db8::/32", "2001:db8::1", Tri::Yes),
            ("IpAddress", "::/0", "2001:db8::1", Tri::Yes),
            ("IpAddress", "10.0.0.0/8", "2001:db8::1", Tri::No),
            ("IpAddress", "10.0.0.0/8", "here", Tri::Unknown),
            ("NotIpAddress", "10.0.0.0/8", "10.0.0.1", Tri::No),
            ("NumericEquals", "10", "10.0", Tri::Yes),
            ("NumericEquals", "10", "11", Tri::No),
            ("NumericNotEquals", "10", "10.0", Tri::No),
            ("NumericLessThan", "10", "9", Tri::Yes),
            ("NumericLessThan", "10", "10", Tri::No),
            ("NumericLessThanEquals", "10", "10", Tri::Yes),
            ("NumericGreaterThan", "10", "10", Tri::No),
            ("NumericGreaterThan", "10", "11", Tri::Yes),
            ("NumericGreaterThanEquals", "10", "10", Tri::Yes),
            ("NumericLessThan", "ten", "9", Tri::Unknown),
            ("DateLessThan", "2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z", Tri::Unknown),
            ("Null", "true", "x", Tri::No),
            ("Null", "False", "x", Tri::Yes),
            ("ForAnyValue:StringEquals", "a|b", "b", Tri::Yes),
            ("ForAllValues:StringEquals", "a|b", "c", Tri::No),
            ("ForSomeValues:StringEquals", "a", "a", Tri::Unknown),
            ("StringSounds", "a", "a", Tri::Unknown),
            ("NumericNotLessThan", "1", "1", Tri::Unknown),
        ];
        for (operator, wanted, got, expected) in cases {
            assert_eq!(judged(operator, wanted, KeyState::Known(text(got))), expected, "{got} {operator} {wanted}");
        }
    }

    #[test]
    fn operators_on_a_missing_key() {
        let cases = [
            ("StringEquals", Tri::No),
            ("StringEqualsIfExists", Tri::Yes),
            ("Bool", Tri::No),
            ("StringNotEquals", Tri::Yes),
            ("StringNotEqualsIfExists", Tri::Yes),
            ("ArnNotLike", Tri::Yes),
            ("NotIpAddress", Tri::Yes),
            ("NumericNotEquals", Tri::Yes),
            ("DateNotEquals", Tri::Yes),
            ("DateEquals", Tri::No),
            ("ForAllValues:StringEquals", Tri::Yes),
            ("ForAllValues:StringNotEquals", Tri::Yes),
            ("ForAnyValue:StringEquals", Tri::No),
            ("ForAnyValue:StringNotEquals", Tri::No),
            ("ForAnyValue:StringEqualsIfExists", Tri::Unknown),
        ];
        for (operator, expected) in cases {
            assert_eq!(judged(operator, "x", KeyState::Absent), expected, "{operator}");
        }
        assert_eq!(judged("Null", "true", KeyState::Absent), Tri::Yes);
        assert_eq!(judged("Null", "false", KeyState::Absent), Tri::No);
    }

    #[test]
    fn operators_on_a_key_that_is_not_known() {
        let open = |may_be_absent| KeyState::Open { may_be_absent, many: false, because: None };
        assert_eq!(judged("StringEquals", "x", open(true)), Tri::Unknown);
        assert_eq!(judged("Null", "false", open(true)), Tri::Unknown);
        assert_eq!(judged("Null", "false", open(false)), Tri::Yes);
        let either = || KeyState::OneOf(vec![KeyState::Absent, KeyState::Known(text("x"))]);
        assert_eq!(judged("StringEquals", "x", either()), Tri::Unknown);
        assert_eq!(judged("StringEquals", "y", either()), Tri::No);
        assert_eq!(judged("StringEqualsIfExists", "x", either()), Tri::Yes);
        assert_eq!(judged("Null", "true", either()), Tri::Unknown);
    }

    #[test]
    fn no_value_at_all_may_be_demanded() {
        // An empty list is reached by no value, present or not.
        let nothing = Value::absent(nowhere());
        let assuming = Assuming { account: nothing.clone(), pool_arn: nothing.clone(), external_id: nothing };
        let request = Request::assuming(&assuming, &Scenario::default());
        let judged = |operator: &str, key: &str| {
            let values = Elements { items: Vec::new(), open: None, span: nowhere() };
            let condition = Condition { operator: operator.into(), key: key.into(), span: nowhere(), values };
            judge(&condition, &request, true).answer
        };
        assert_eq!(judged("StringEquals", "aws:PrincipalArn"), Tri::No, "whether the key is there or not");
        assert_eq!(judged("StringNotEquals", "aws:PrincipalArn"), Tri::Yes);
        assert_eq!(judged("StringEqualsIfExists", "aws:PrincipalArn"), Tri::Unknown, "it holds only for a missing key");
        assert_eq!(judged("ForAllValues:StringEquals", "aws:PrincipalArn"), Tri::Unknown);
    }
}
