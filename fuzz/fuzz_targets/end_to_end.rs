//! Projects of several files, every output format.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| coglint_fuzz::end_to_end(text));
