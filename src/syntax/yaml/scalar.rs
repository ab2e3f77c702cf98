//! What a plain scalar of YAML 1.1 means: the rules of libyaml and SnakeYAML, which CloudFormation reads with. Timestamps
//! stay strings, as CloudFormation keeps them.

use crate::syntax::tree::NodeKind;
use crate::value::Number;

/// The meaning of an unquoted scalar without a tag.
pub(super) fn resolve_plain(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => NodeKind::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => NodeKind::Bool(false),
        _ => match number(text) {
            Some(number) => NodeKind::Number(number),
            None => NodeKind::String(text.into()),
        },
    }
}

fn number(text: &str) -> Option<Number> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    // `-.5` is a string: only a fraction with digits before its point may have a sign.
    let signed_fraction = unsigned.starts_with('.') && unsigned.len() < text.len();
    let magnitude = integer(unsigned).or_else(|| if signed_fraction { None } else { fraction(unsigned) })?;
    Number::parse(&format!("{sign}{magnitude}"))
}

/// `0b101`, `0x1F`, `0123` (octal), `123`, `1_000`, `190:20:30` (base 60), as decimal digits.
fn integer(text: &str) -> Option<String> {
    if let Some(digits) = text.strip_prefix("0b") {
        return in_base(digits, 2);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return in_base(digits, 16);
    }
    if text == "0" {
        return Some("0".to_owned());
    }
    if text.starts_with('0') {
        return in_base(text, 8);
    }
    let (first, places) = sexagesimal(text)?;
    if places.is_empty() { Some(first) } else { base_sixty(&first, &places) }
}

/// `1.5`, `1.`, `.5`, `1.5e+3`, `190:20:30.15` as a decimal number.
fn fraction(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once('.')?;
    let (digits, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (rest.get(..at)?, rest.get(at..)?),
        None => (rest, ""),
    };
    let signed_digits = |text: &str| {
        let digits = text.get(1..).and_then(|text| text.strip_prefix(['-', '+']));
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_exponent = exponent.is_empty() || signed_digits(exponent);
    if !is_exponent || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return None;
    }
    if whole.is_empty() && !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let whole = match whole {
        "" => "0".to_owned(),
        whole => match sexagesimal(whole)? {
            (first, places) if places.is_empty() => first,
            (first, places) if exponent.is_empty() => base_sixty(&first, &places)?,
            _ => return None,
        },
    };
    Some(format!("{whole}.{}{exponent}", digits.replace('_', "")))
}

/// Splits `190:20:30` into its first number and the places behind it, each 0 to 59; no places for a plain number.
fn sexagesimal(text: &str) -> Option<(String, Vec<u128>)> {
    let mut parts = text.split(':');
    let first = parts.next()?;
    if !first.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let first = in_base_text(first, 10)?;
    let place = |part: &str| match part.as_bytes() {
        [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'] => part.parse::<u128>().ok(),
        _ => None,
    };
    Some((first, parts.map(place).collect::<Option<Vec<_>>>()?))
}

fn base_sixty(first: &str, places: &[u128]) -> Option<String> {
    let first: u128 = first.parse().ok()?;
    let value = places.iter().try_fold(first, |value, place| value.checked_mul(60)?.checked_add(*place))?;
    Some(value.to_string())
}

fn in_base(text: &str, base: u32) -> Option<String> {
    u128::from_str_radix(&in_base_text(text, base)?, base).ok().map(|value| value.to_string())
}

/// The digits without the underscores that may group them; `None` when something else is among them, or no digit.
fn in_base_text(text: &str, base: u32) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    (!digits.is_empty() && digits.chars().all(|c| c.is_digit(base))).then_some(digits)
}
