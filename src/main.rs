//! The door: parse, run, exit code.
fn main() {}
