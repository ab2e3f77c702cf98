//! Terraform modules, rules included.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| coglint_fuzz::terraform(text));
