//! Why the program stops at once: one clear line and an exit code.

use std::process::ExitCode;

/// A failure that the operator can mend: printed in one line, exit code 2.
#[derive(Debug)]
pub struct Stop(pub String);

impl Stop {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Prints the line.
    pub fn exit(&self) -> ExitCode {
        eprintln!("tongban: {}", self.0.replace('\n', " "));
        ExitCode::from(2)
    }
}

impl<E: std::fmt::Display> From<E> for Stop {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
