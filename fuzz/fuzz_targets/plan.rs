//! Terraform plans and states, rules included.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| coglint_fuzz::plan(text));
