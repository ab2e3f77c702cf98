//! Points in time: RFC 3339 texts, as Terraform's functions take them.

use super::{Call, Outcome};
use crate::value::{Kind, Number, Value};

const STRING: Option<Kind> = Some(Kind::String);

const DAY: i64 = 86_400;
const NANOS: i128 = 1_000_000_000;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A point in time with the offset in which it is written.
#[derive(Clone, Copy)]
struct Timestamp {
    /// Nanoseconds since 1970 in UTC.
    nanos: i128,
    /// Seconds east of UTC.
    offset: i64,
}

/// The fields of a clock on the wall.
struct Clock {
    year: i64,
    month: i64,
    day: i64,
    weekday: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Timestamp {
    /// `2006-01-02T15:04:05Z`, with fractions of a second and other offsets.
    fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
        };
        let separators = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")];
        if !separators.iter().all(|(at, separator)| text.get(*at..at + 1) == Some(separator)) {
            return None;
        }
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let in_range = (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        let (fraction, zone) = fraction(text.get(19..)?)?;
        let offset = offset(zone)?;
        let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
        in_range.then(|| Self { nanos: i128::from(seconds) * NANOS + fraction, offset })
    }

    fn clock(self) -> Option<Clock> {
        let seconds = i64::try_from(self.nanos.div_euclid(NANOS)).ok()?.checked_add(self.offset)?;
        let (date, time) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = civil(date);
        (0..=9999).contains(&year).then(|| Clock {
            year,
            month,
            day,
            weekday: (date + 4).rem_euclid(7),
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60,
        })
    }

    /// The offset as `+hh:mm`, or `+hhmm`.
    fn zone(self, separator: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }

    /// RFC 3339 without fractions of a second, as Go prints it.
    fn text(self) -> Option<String> {
        let Clock { year, month, day, hour, minute, second, .. } = self.clock()?;
        let zone = if self.offset == 0 { "Z".to_owned() } else { self.zone(":") };
        Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"))
    }
}

/// The timestamp that YAML's spellings of a date with a time mean; `None` for others than the two usual ones.
pub(super) fn of_yaml(text: &str) -> Option<String> {
    let in_utc = || Timestamp::parse(&format!("{}Z", text.replacen(' ', "T", 1)));
    Timestamp::parse(text).or_else(in_utc)?.text()
}

/// `.5Z` as nanoseconds, and the zone behind them.
fn fraction(text: &str) -> Option<(i128, &str)> {
    let Some(text) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, zone) = text.split_at(end);
    if digits.is_empty() {
        return None;
    }
    Some((format!("{digits:0<9}").get(..9)?.parse().ok()?, zone))
}

/// Seconds east of UTC: `Z`, `+02:00`.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, rest) = match zone.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u8>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 of a date in the Gregorian calendar. Years are counted from March, so that a leap day is the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day
        - 719_469
}

/// The date of a day: the inverse of [`days`], starting from an estimate of the year.
fn civil(date: i64) -> (i64, i64, i64) {
    let mut year = 1970 + date.div_euclid(366);
    while days(year + 1, 1, 1) <= date {
        year += 1;
    }
    let month = (1..=12).rev().find(|month| days(year, *month, 1) <= date).unwrap_or(1);
    (year, month, date - days(year, month, 1) + 1)
}

fn timestamp(call: &mut Call<'_, '_>, values: &[Value], at: usize, result: Option<Kind>) -> Result<Timestamp, Value> {
    let text = call.text(values, at, result)?;
    Timestamp::parse(&text).ok_or_else(|| call.error("not a timestamp of RFC 3339"))
}

/// `timeadd(timestamp, duration)`
pub(super) fn add(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let start = timestamp(call, values, 0, STRING)?;
    let duration = call.text(values, 1, STRING)?;
    let Some(duration) = duration_of(&duration) else { return Err(call.error("not a duration")) };
    match start.nanos.checked_add(duration).and_then(|nanos| Timestamp { nanos, ..start }.text()) {
        Some(text) => Ok(call.string(text)),
        None => Err(call.unknown(STRING, values)),
    }
}

/// `timecmp(a, b)`: -1, 0 or 1.
pub(super) fn compare(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let first = timestamp(call, values, 0, Some(Kind::Number))?;
    let second = timestamp(call, values, 1, Some(Kind::Number))?;
    let order = first.nanos.cmp(&second.nanos) as i8;
    Ok(Value::new(crate::value::Data::Number(Number::from(i64::from(order))), call.span))
}

/// `-1h30m`, `1.5s`, as Go reads durations; in nanoseconds.
fn duration_of(text: &str) -> Option<i128> {
    const UNITS: [(&str, i128); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("μs", 1_000),
        ("ms", 1_000_000),
        ("s", NANOS),
        ("m", 60 * NANOS),
        ("h", 3600 * NANOS),
    ];
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    while !rest.is_empty() || text.len() < 2 {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(number_end);
        let unit_end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_end);
        let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && part.is_empty() || whole.len() > 15 || part.len() > 15 {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let scale = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
        let part: i128 = if part.is_empty() { 0 } else { part.parse().ok()? };
        total = total.checked_add(whole.checked_mul(*nanos)?)?.checked_add(part.checked_mul(*nanos)? / scale)?;
        rest = behind;
    }
    Some(sign * total)
}

/// `formatdate(format, timestamp)`: its verbs are documented with the function.
pub(super) fn format(call: &mut Call<'_, '_>, values: &[Value]) -> Outcome {
    let format = call.text(values, 0, STRING)?;
    let time = timestamp(call, values, 1, STRING)?;
    let Some(clock) = time.clock() else { return Err(call.unknown(STRING, values)) };
    let mut out = String::new();
    let mut rest = &*format;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' => quoted(rest),
            c if c.is_ascii_alphabetic() => rest.find(|other| other != c).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, behind) = rest.split_at(end);
        match first {
            '\'' => match token.strip_prefix('\'').and_then(|token| token.strip_suffix('\'')) {
                // Two quotes beside each other are one quote.
                Some("") => out.push('\''),
                Some(text) => out.push_str(&text.replace("''", "'")),
                None => return Err(call.error("a quote in the format is not closed")),
            },
            c if c.is_ascii_alphabetic() => match verb(token, &clock, time) {
                Some(text) => out.push_str(&text),
                None => return Err(call.error(format!("{token} means nothing in a format"))),
            },
            c => out.push(c),
        }
        rest = behind;
    }
    Ok(call.string(out))
}

/// The length of the quoted text at the start, with both quotes; a doubled quote inside does not end it.
fn quoted(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'\'', Some(b'\'')) if at > 1 => at += 2,
            (b'\'', _) => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn verb(token: &str, clock: &Clock, time: Timestamp) -> Option<String> {
    let name = |names: &[&'static str], at: i64| usize::try_from(at).ok().and_then(|at| names.get(at)).copied();
    let short = |name: &str| name.get(..3).map(str::to_owned);
    let of_twelve = (clock.hour + 11) % 12 + 1;
    Some(match token {
        "YYYY" => format!("{:04}", clock.year),
        "YY" => format!("{:02}", clock.year % 100),
        "MMMM" => name(&MONTHS, clock.month - 1)?.to_owned(),
        "MMM" => short(name(&MONTHS, clock.month - 1)?)?,
        "MM" => format!("{:02}", clock.month),
        "M" => clock.month.to_string(),
        "DD" => format!("{:02}", clock.day),
        "D" => clock.day.to_string(),
        "EEEE" => name(&WEEKDAYS, clock.weekday)?.to_owned(),
        "EEE" => short(name(&WEEKDAYS, clock.weekday)?)?,
        "hh" => format!("{:02}", clock.hour),
        "h" => clock.hour.to_string(),
        "HH" => format!("{of_twelve:02}"),
        "H" => of_twelve.to_string(),
        "AA" => (if clock.hour < 12 { "AM" } else { "PM" }).to_owned(),
        "aa" => (if clock.hour < 12 { "am" } else { "pm" }).to_owned(),
        "mm" => format!("{:02}", clock.minute),
        "m" => clock.minute.to_string(),
        "ss" => format!("{:02}", clock.second),
        "s" => clock.second.to_string(),
        "ZZZZZ" => time.zone(":"),
        "ZZZZ" => time.zone(""),
        "ZZZ" if time.offset == 0 => "UTC".to_owned(),
        "ZZZ" => time.zone(""),
        "Z" if time.offset == 0 => "Z".to_owned(),
        "Z" => time.zone(":"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_its_own_date() {
        for date in -200_000..200_000 {
            let (year, month, day) = civil(date);
            assert_eq!(days(year, month, day), date);
            assert!((1..=days_in(year, month)).contains(&day), "{year}-{month}-{day}");
        }
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(19_782), (2024, 2, 29));
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "2017-11-22",
            "2017-02-29T00:00:00Z",
            "2017-11-22T24:00:00Z",
            "2017-11-22T00:00:00",
            "2017-11-22T00:00:00.Z",
        ] {
            assert!(Timestamp::parse(text).is_none(), "{text}");
        }
        for text in ["", "-", "1d", "h", "1", ".s", "1h 2m"] {
            assert!(duration_of(text).is_none(), "{text}");
        }
    }
}
