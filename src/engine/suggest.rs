//! "Did you mean": the known word nearest to a misspelt one.

/// The known word that is few enough edits away from `word` to be what was meant; of equally near ones the first in
/// alphabetical order. `None` when nothing is near, or the word itself is known.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (word.chars().count() / 3).clamp(1, 3);
    let candidates = known.into_iter().map(|known| (distance(word, known), known));
    let (edits, best) = candidates.min()?;
    (edits > 0 && edits <= most).then_some(best)
}

/// `; did you mean `sms`?`, or nothing.
pub(crate) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |best| format!("; did you mean `{best}`?"))
}

/// How many insertions, deletions, replacements and swaps of neighbours turn one word into the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, letter) in from.chars().enumerate() {
        let at = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX - 1);
        let mut line = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let replaced = at(&last, column) + usize::from(letter != *other);
            let mut best = replaced.min(at(&last, column + 1) + 1).min(at(&line, column) + 1);
            let before = column.checked_sub(1).and_then(|column| to.get(column));
            if before == Some(&letter) && previous == Some(*other) {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            line.push(best);
        }
        before_last = std::mem::replace(&mut last, line);
        previous = Some(letter);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_or_none() {
        assert_eq!(nearest("smss", ["sms", "mfa", "tier"]), Some("sms"));
        assert_eq!(nearest("requier", ["require", "return", "rule"]), Some("require"), "a swap is one edit");
        assert_eq!(nearest("roel", ["role", "rule"]), Some("role"));
        assert_eq!(nearest("banana", ["sms", "mfa"]), None);
        assert_eq!(nearest("sms", ["sms", "sm"]), None, "a known word needs no help");
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }
}
