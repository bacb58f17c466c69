//! Any bytes, led by coverage; what must hold is said in `tests/fuzz/targets.rs`.
#![no_main]

#[allow(dead_code, reason = "each target uses one of them")]
#[path = "../../tests/fuzz/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::expression(data));
