//! How a command can end badly, and which exit code that is.

use crate::scenario::Problems;

/// The exit code where the scenario or the command is wrong.
pub(super) const WRONG: u8 = 2;

/// The exit code where what was asked could not be solved or written.
const UNSOLVED: u8 = 1;

/// A command that could not be done.
#[derive(Debug)]
pub(super) enum Failure {
    /// The scenario is wrong.
    Scenario(Problems),
    /// The command is wrong.
    Command(anyhow::Error),
    /// It could not be solved, or its results could not be written.
    Unsolved(anyhow::Error),
    /// Nobody reads what is printed any more, which is no error.
    NoReader,
}

impl Failure {
    /// The exit code.
    pub(super) fn code(&self) -> u8 {
        match self {
            Failure::Scenario(_) | Failure::Command(_) => WRONG,
            Failure::Unsolved(_) => UNSOLVED,
            Failure::NoReader => 0,
        }
    }

    /// Words it on stderr.
    pub(super) fn tell(&self) {
        match self {
            Failure::Scenario(problems) => eprintln!("{problems}"),
            Failure::Command(error) | Failure::Unsolved(error) => eprintln!("mirab: {error:#}"),
            Failure::NoReader => {}
        }
    }

    /// A command that cannot be meant as it stands.
    pub(super) fn command(message: impl Into<String>) -> Failure {
        Failure::Command(anyhow::Error::msg(message.into()))
    }

    /// A place that cannot be written as the command asks.
    pub(super) fn place(error: impl Into<anyhow::Error>) -> Failure {
        Failure::Command(error.into())
    }

    /// Something that failed while it was done.
    pub(super) fn doing(error: impl Into<anyhow::Error>) -> Failure {
        Failure::Unsolved(error.into())
    }
}
