//! `--timings`: one line for each phase, in their order, then one for each rule, the slowest first.

use crate::timing::{Lap, Laps};
use std::io::{self, Write};

/// Writes what was measured before, in and after the run of the rules; nothing when nobody measured.
pub(super) fn write(before: Laps, of_run: &[Lap], after: Laps, err: &mut dyn Write) -> io::Result<()> {
    let (phases, rules): (Vec<&Lap>, Vec<&Lap>) = of_run.iter().partition(|lap| lap.part.contains(' '));
    let (before, after) = (before.into_laps(), after.into_laps());
    for lap in before.iter().chain(phases).chain(&after) {
        line(lap, err)?;
    }
    let mut rules = rules;
    rules.sort_by_key(|lap| std::cmp::Reverse(lap.took));
    rules.into_iter().try_for_each(|lap| line(lap, err))
}

fn line(lap: &Lap, err: &mut dyn Write) -> io::Result<()> {
    writeln!(err, "{:>10.3} ms  {}", lap.took.as_secs_f64() * 1e3, lap.part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timing::Clock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    #[test]
    fn phases_keep_their_order_and_rules_are_sorted() {
        let ticks = AtomicU64::new(0);
        let clock = Clock::new(move || Duration::from_micros(1500 * ticks.fetch_add(1, Ordering::Relaxed)));
        let (mut before, mut after) = (Laps::start(Some(&clock)), Laps::start(Some(&clock)));
        before.end("find and read files");
        after.end("write the reports");
        let lap = |part: &str, took: u64| Lap { part: part.into(), took: Duration::from_micros(took) };
        let of_run = [lap("run rules", 900), lap("a-fast-rule", 10), lap("a-slow-rule", 800)];
        let mut out = Vec::new();
        write(before, &of_run, after, &mut out).unwrap();
        let expected = "     3.000 ms  find and read files\n     0.900 ms  run rules\n     3.000 ms  write the reports\n     \
                        0.800 ms  a-slow-rule\n     0.010 ms  a-fast-rule\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn without_a_clock_nothing_is_written() {
        let mut out = Vec::new();
        let mut laps = Laps::start(None);
        laps.end("find and read files");
        write(laps, &[], Laps::start(None), &mut out).unwrap();
        assert!(out.is_empty());
    }
}
