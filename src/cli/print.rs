//! Printing to stdout: all at once, and without complaint when the reader has gone.

use std::io::{self, Write};

use serde::Serialize;

use super::failure::Failure;

/// Prints a text; a line end is added where it lacks one.
///
/// # Errors
/// Stdout cannot be written; a closed pipe is [`Failure::NoReader`].
pub(super) fn text(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    write!(out, "{text}{end}").and_then(|()| out.flush()).map_err(unwritten)
}

/// Prints a value as JSON.
///
/// # Errors
/// As [`text`].
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    text(&serde_json::to_string_pretty(value).map_err(Failure::doing)?)
}

fn unwritten(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::NoReader,
        _ => Failure::doing(anyhow::Error::new(error).context("cannot write to stdout")),
    }
}
