//! What went wrong, in words for a person, in both languages.

use serde::Serialize;

/// An error as every channel shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable, lower case, with underscores: `wrong_state`.
    pub code: &'static str,
    /// HTTP status that fits.
    pub status: u16,
    pub zh: String,
    pub en: String,
    /// The field at fault, if it is one.
    pub field: Option<String>,
}

impl Problem {
    pub fn new(
        code: &'static str,
        status: u16,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            code,
            status,
            zh: zh.into(),
            en: en.into(),
            field: None,
        }
    }

    /// Names the field at fault.
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// 400: the input cannot be used.
    pub fn invalid(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(code, 400, zh, en)
    }

    /// 409: the thing is not in a state that allows this.
    pub fn conflict(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(code, 409, zh, en)
    }

    /// 404.
    pub fn not_found(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new("not_found", 404, zh, en)
    }

    /// 500: our fault. The cause goes to the log, not to the person.
    pub fn internal() -> Self {
        Self::new(
            "internal",
            500,
            "系统出现故障，您的内容没有提交，请稍后再试",
            "The system failed; nothing was submitted. Please try again later",
        )
    }
}
