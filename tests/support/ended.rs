//! How a command ended: what it printed, and its exit code.

use std::process::Output;

use serde_json::Value;

/// How a run ended.
pub struct Ended(pub Output);

impl Ended {
    pub fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out()).unwrap_or_else(|error| panic!("{error} in:\n{}", self.out()))
    }

    #[track_caller]
    pub fn code(self, code: i32) -> Ended {
        assert_eq!(self.0.status.code(), Some(code), "stdout:\n{}\nstderr:\n{}", self.out(), self.err());
        self
    }
}
