//! Rules from a stranger.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| coglint_fuzz::rule(text));
