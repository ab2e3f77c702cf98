//! How long the parts of a run take, for `--timings`. The clock is handed in from outside: without one nobody measures.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A clock that says how long it has been running.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock {
    /// A clock that reads the time with this function.
    pub fn new(now: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A part of a run, and how long it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lap {
    /// The part: a phase, or the id of a rule.
    pub part: Arc<str>,
    /// How long it took.
    pub took: Duration,
}

/// Measures parts that follow each other.
#[derive(Debug)]
pub struct Laps {
    clock: Option<Clock>,
    since: Duration,
    laps: Vec<Lap>,
}

impl Laps {
    /// Begins the first part.
    pub fn start(clock: Option<&Clock>) -> Self {
        Self { since: clock.map_or(Duration::ZERO, |clock| clock.0()), clock: clock.cloned(), laps: Vec::new() }
    }

    /// Ends a part, and begins the next one.
    pub fn end(&mut self, part: &str) {
        if let Some(clock) = &self.clock {
            let now = clock.0();
            self.laps.push(Lap { part: part.into(), took: now.saturating_sub(self.since) });
            self.since = now;
        }
    }

    /// All parts that ended; none without a clock.
    pub fn into_laps(self) -> Vec<Lap> {
        self.laps
    }
}
