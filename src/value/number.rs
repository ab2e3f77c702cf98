//! Numbers as templates write them.

use std::fmt;
use std::sync::Arc;

/// A decimal number that keeps the text it was written with: CloudFormation prints numbers back as their source text,
/// and an account id with a leading zero is not the number that its digits spell.
#[derive(Clone, Debug)]
pub struct Number(Arc<str>);

impl Number {
    /// Reads a decimal number: digits with an optional sign, fraction and exponent (JSON's grammar, leading zeros and a
    /// leading `+` allowed). `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
            Some(at) => (unsigned.get(..at)?, Some(unsigned.get(at + 1..)?)),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let exponent_reads = exponent.is_none_or(|text| text.len() < 6 && text.parse::<i32>().is_ok());
        let reads = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_reads;
        reads.then(|| Self(Arc::from(text)))
    }

    /// The text that the source wrote.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The value, where it is a whole number that fits.
    pub fn as_i64(&self) -> Option<i64> {
        let (negative, digits, exponent) = self.canonical();
        let zeros = usize::try_from(exponent).ok().filter(|zeros| *zeros < 20)?;
        let magnitude: i128 = format!("{digits}{}", "0".repeat(zeros)).parse().ok()?;
        i64::try_from(if negative { -magnitude } else { magnitude }).ok()
    }

    /// The nearest floating-point number.
    pub fn as_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Sign, significant digits without leading or trailing zeros, and power of ten; zero is `(false, "0", 0)`.
    fn canonical(&self) -> (bool, String, i64) {
        let unsigned = self.0.strip_prefix(['-', '+']).unwrap_or(&self.0);
        let at = unsigned.find(['e', 'E']).unwrap_or(unsigned.len());
        let (mantissa, exponent) = unsigned.split_at(at);
        let exponent: i64 = exponent.get(1..).and_then(|text| text.parse().ok()).unwrap_or(0);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let kept = digits.trim_end_matches('0');
        let exponent = exponent - fraction.len() as i64 + (digits.len() - kept.len()) as i64;
        let kept = kept.trim_start_matches('0');
        if kept.is_empty() {
            return (false, "0".to_owned(), 0);
        }
        (self.0.starts_with('-'), kept.to_owned(), exponent)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Arc::from(value.to_string()))
    }
}

/// Equal values, however they are written: `1`, `1.0` and `10e-1`.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.canonical() == other.canonical()
    }
}

impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_however_written() {
        let number = |text| Number::parse(text).unwrap();
        assert_eq!(number("1"), number("1.0"));
        assert_eq!(number("10e-1"), number("1"));
        assert_eq!(number("-0.0"), number("0"));
        assert_ne!(number("1"), number("-1"));
        assert_ne!(number("1"), number("10"));
        assert_eq!(number("2e3").as_i64(), Some(2000));
        assert_eq!(number("1.5").as_i64(), None);
        assert_eq!(number("012345678901").text(), "012345678901");
    }

    #[test]
    fn what_is_not_a_number() {
        for text in ["", "-", ".", "1e", "0x10", "1_000", "NaN", "12:30", "1e999999999"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }
}
