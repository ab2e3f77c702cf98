//! The hash by which GitHub recognizes a line after an edit elsewhere: `primaryLocationLineHash`, as its own uploader
//! computes it. A wrong one makes the uploader complain, none makes alerts appear twice.

use std::collections::BTreeMap;

/// UTF-16 units, from the start of the line on, that the hash is made of.
const WINDOW: usize = 100;
/// Stands behind the last unit of a file; zeros follow.
const END: u64 = 0xffff;

/// `hash:occurrence` for every line of a text. Spaces and tabs do not count; every line break is a line feed.
pub(super) fn line_hashes(text: &str) -> Vec<String> {
    let (units, starts) = units(text);
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    let hashes = starts.into_iter().map(|start| {
        let window = units.iter().skip(start).copied().chain(std::iter::repeat(0)).take(WINDOW);
        let hash = window.fold(0_u64, |hash, unit| hash.wrapping_mul(37).wrapping_add(unit));
        let count = seen.entry(hash).or_default();
        *count += 1;
        format!("{hash:x}:{count}")
    });
    hashes.collect()
}

/// The units that count, and where among them each line starts.
fn units(text: &str) -> (Vec<u64>, Vec<usize>) {
    const LINE_FEED: u64 = 10;
    let mut units = Vec::with_capacity(text.len() + 1);
    let mut starts = vec![0];
    let mut behind_return = false;
    for unit in text.encode_utf16() {
        let (after_return, unit) = (std::mem::replace(&mut behind_return, unit == 13), u64::from(unit));
        match unit {
            9 | 32 => {}
            LINE_FEED if after_return => {}
            LINE_FEED | 13 => {
                units.push(LINE_FEED);
                starts.push(units.len());
            }
            unit => units.push(unit),
        }
    }
    units.push(END);
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "Resources:\n  P:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      EmailConfiguration:\n        EmailSendingAccount: COGNITO_DEFAULT\n";

    #[test]
    fn hashes_are_those_of_the_uploader() {
        let expected = [
            "30e53bfc57185740:1",
            "67f066df4896d085:1",
            "d5ab1e6c98287955:1",
            "ce382db8db301ab4:1",
            "3b46b912c211e9f:1",
            "702c8a4ee34a6b7:1",
        ];
        assert_eq!(line_hashes(TEMPLATE).get(..6).unwrap(), expected);
        assert_eq!(line_hashes(&TEMPLATE.replace('\n', "\r\n")), line_hashes(TEMPLATE));
        assert_eq!(line_hashes(&TEMPLATE.replace("  ", "\t")), line_hashes(TEMPLATE));
    }

    #[test]
    fn equal_lines_are_counted() {
        let long = format!("{}\n", "x".repeat(WINDOW + 1));
        let hashes = line_hashes(&long.repeat(3));
        let occurrences: Vec<&str> = hashes.iter().map(|hash| hash.rsplit(':').next().unwrap()).collect();
        assert_eq!(occurrences, ["1", "2", "3", "1"]);
    }
}
