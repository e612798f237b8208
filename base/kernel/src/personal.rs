//! Personal data as types that print masked, so that no log line can leak them by accident.

use std::fmt;

use crate::mask;
use crate::number::{self, NumberError};

/// What every kind of personal datum can do.
pub trait Sensitive {
    /// The value itself, for storing encrypted and for the person concerned.
    fn reveal(&self) -> &str;
    /// The value as it may be shown.
    fn masked(&self) -> String;
}

macro_rules! sensitive {
    ($(#[$doc:meta])* $name:ident, $mask:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl Sensitive for $name {
            fn reveal(&self) -> &str { &self.0 }
            fn masked(&self) -> String { $mask(&self.0) }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.masked()) }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.masked())
            }
        }
    };
}

sensitive!(
    /// 证件号码: an identity number, or any number derived from one. Kept normalised.
    IdNumber, mask::id_number
);
sensitive!(
    /// 手机号码: eleven digits, or a fixed line as written.
    Phone, mask::phone
);
sensitive!(
    /// 地址.
    Address, mask::address
);
sensitive!(
    /// 银行账号.
    BankAccount, mask::account
);

impl IdNumber {
    /// A resident identity number with its check digit [GB 11643].
    pub fn resident(text: &str) -> Result<Self, NumberError> {
        number::resident_id(text).map(Self)
    }

    /// Another kind of document number: normalised, not checked.
    pub fn other(text: &str) -> Self {
        Self(number::fold(text))
    }
}

impl Phone {
    /// Folds full-width digits, drops `+86`, blanks and dashes of mobile numbers; a mobile number
    /// has eleven digits and begins with 1.
    pub fn mobile(text: &str) -> Result<Self, NumberError> {
        number::mobile(text).map(Self)
    }
}

impl Address {
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

impl BankAccount {
    pub fn new(text: &str) -> Self {
        Self(number::fold(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_never_shows_the_value() {
        let id = IdNumber::resident("99010219780312063９").unwrap();
        assert_eq!(id.reveal(), "990102197803120639");
        assert!(!format!("{id} {id:?}").contains("19780312"));
        let phone = Phone::mobile("+86 199 0012 0007").unwrap();
        assert_eq!(phone.reveal(), "19900120007");
        assert!(!format!("{phone} {phone:?}").contains("19900120007"));
    }
}
