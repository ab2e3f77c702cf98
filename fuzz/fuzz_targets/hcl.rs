//! HCL text to tree: as a file, an expression and a template.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| coglint_fuzz::hcl(text));
