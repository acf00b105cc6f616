//! The door: parse, run, exit code.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

use std::process::ExitCode;

fn main() -> ExitCode {
    mirab::cli::main()
}
