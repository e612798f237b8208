//! What goes wrong with keys and certificates, in both languages.

use gm::{CertError, ImportError, KeyError};

use crate::stop::Stop;

/// An error that a command ends with.
pub trait Words: std::fmt::Display {
    /// In Chinese, in one line.
    fn zh(&self) -> String;

    /// One clear line in both languages.
    fn stop(&self) -> Stop {
        Stop::new(format!("{} / {self}", self.zh()))
    }
}

/// Ends a command with an error in both languages.
pub fn told<T, E: Words>(outcome: Result<T, E>) -> Result<T, Stop> {
    outcome.map_err(|error| error.stop())
}

macro_rules! words {
    ($($error:ty),*) => {$(
        impl Words for $error {
            fn zh(&self) -> String {
                <$error>::zh(self)
            }
        }
    )*};
}

words!(KeyError, CertError, ImportError);
