//! Exact decimal arithmetic on the numbers that templates write. Terraform computes with 512 bits; 38 digits and a quotient
//! of 30 digits are enough for what configurations count, and beyond them the result is unknown.

use crate::value::Number;
use std::cmp::Ordering;

/// `mantissa` times ten to the power of `-scale`, without trailing zeros behind the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::frontend::terraform) struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// Digits behind the point of a quotient that has no end.
const QUOTIENT_DIGITS: u32 = 30;

impl Decimal {
    /// The value of a number; `None` when it has too many digits.
    pub(in crate::frontend::terraform) fn of(number: &Number) -> Option<Self> {
        let text = number.text();
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (text.get(..at)?, text.get(at + 1..)?.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = i32::try_from(fraction.len()).ok()? - exponent;
        match u32::try_from(scale) {
            Ok(scale) => Some(Self { mantissa: digits, scale }.reduced()),
            Err(_) => Some(Self { mantissa: digits.checked_mul(power_of_ten(scale.unsigned_abs())?)?, scale: 0 }),
        }
    }

    /// A whole number.
    pub(in crate::frontend::terraform) fn whole(value: i128) -> Self {
        Self { mantissa: value, scale: 0 }
    }

    /// The value as a whole number, where it is one.
    pub(in crate::frontend::terraform) fn as_whole(self) -> Option<i128> {
        (self.scale == 0).then_some(self.mantissa)
    }

    fn reduced(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    /// Both mantissas at one scale.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let at_scale = |value: Self| value.mantissa.checked_mul(power_of_ten(scale - value.scale)?);
        Some((at_scale(self)?, at_scale(other)?, scale))
    }

    /// The sum.
    pub(in crate::frontend::terraform) fn add(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Some(Self { mantissa: left.checked_add(right)?, scale }.reduced())
    }

    /// The difference.
    pub(in crate::frontend::terraform) fn subtract(self, other: Self) -> Option<Self> {
        self.add(other.negate()?)
    }

    /// The value with the opposite sign.
    pub(in crate::frontend::terraform) fn negate(self) -> Option<Self> {
        Some(Self { mantissa: self.mantissa.checked_neg()?, scale: self.scale })
    }

    /// The product.
    pub(in crate::frontend::terraform) fn multiply(self, other: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        Some(Self { mantissa, scale: self.scale.checked_add(other.scale)? }.reduced())
    }

    /// The quotient, cut off after 30 digits; `None` for a division by zero.
    pub(in crate::frontend::terraform) fn divide(self, other: Self) -> Option<Self> {
        let (mut left, right, _) = self.aligned(other)?;
        let mut quotient = left.checked_div(right)?;
        let mut scale = 0;
        left = left.checked_rem(right)?;
        while left != 0 && scale < QUOTIENT_DIGITS {
            let (Some(more), Some(next)) = (left.checked_mul(10), quotient.checked_mul(10)) else { break };
            quotient = next.checked_add(more.checked_div(right)?)?;
            left = more.checked_rem(right)?;
            scale += 1;
        }
        Some(Self { mantissa: quotient, scale }.reduced())
    }

    /// The remainder; its sign is the dividend's.
    pub(in crate::frontend::terraform) fn modulo(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Some(Self { mantissa: left.checked_rem(right)?, scale }.reduced())
    }

    /// The greatest whole number that is not greater.
    pub(in crate::frontend::terraform) fn floor(self) -> Option<Self> {
        Some(Self::whole(self.mantissa.div_euclid(power_of_ten(self.scale)?)))
    }

    /// The order of two numbers; `None` when they have too many digits to compare.
    pub(in crate::frontend::terraform) fn order(self, other: Self) -> Option<Ordering> {
        let (left, right, _) = self.aligned(other)?;
        Some(left.cmp(&right))
    }

    /// The number, written without exponent and without needless zeros.
    pub(in crate::frontend::terraform) fn number(self) -> Number {
        let digits = self.mantissa.unsigned_abs().to_string();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let scale = self.scale as usize;
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let point = if scale > 0 { "." } else { "" };
        Number::parse(&format!("{sign}{whole}{point}{fraction}")).unwrap_or_else(|| Number::from(0))
    }
}

/// A number as Terraform prints it: no exponent, no needless zeros. Numbers with too many digits stay as they are.
pub(in crate::frontend::terraform) fn canonical(number: &Number) -> Number {
    Decimal::of(number).map_or_else(|| number.clone(), Decimal::number)
}

fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::of(&Number::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn exact_where_binary_fractions_are_not() {
        assert_eq!(decimal("0.1").add(decimal("0.2")), Some(decimal("0.3")));
        assert_eq!(decimal("7").divide(decimal("2")), Some(decimal("3.5")));
        assert_eq!(decimal("-7").modulo(decimal("3")), Some(decimal("-1")));
        assert_eq!(decimal("-1.2").floor(), Some(decimal("-2")));
        assert_eq!(decimal("1").divide(decimal("0")), None);
    }

    #[test]
    fn printed_without_exponent_and_needless_zeros() {
        for (text, printed) in [("1e3", "1000"), ("1.50", "1.5"), ("-0.50", "-0.5"), ("42e-3", "0.042"), ("-0", "0")] {
            assert_eq!(canonical(&Number::parse(text).unwrap()).text(), printed);
        }
    }
}
