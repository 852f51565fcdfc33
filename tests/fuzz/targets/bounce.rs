//! Runs the body of the same name under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| bodies::bounce::run(octets));
