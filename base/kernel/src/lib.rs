//! What everything stands on: ids, clock, randomness, actor, problem, page, personal data, and
//! numbers with check digits. Knows nothing of government.

mod actor;
mod clock;
mod codes;
pub mod mask;
pub mod number;
mod page;
pub mod permission;
mod personal;
mod problem;
mod random;
pub mod time;
mod trace;

pub use actor::{Actor, ActorKind, Channel, Denied, Grant, Represented, Scope, Target};
#[doc(hidden)]
pub use serde;

pub use clock::{Clock, ManualClock, ShiftedClock, SystemClock};
pub use page::{COUNTED, Page, PageRequest};
pub use permission::Permission;
pub use personal::{Address, BankAccount, IdNumber, Phone, Sensitive};
pub use problem::Problem;
pub use random::{Randomness, SeededRandom, SystemRandom};
pub use trace::TraceId;

/// The languages of the interface. Official documents are always Chinese.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    #[default]
    Zh,
    En,
}

impl Locale {
    /// Chooses between the two texts.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Locale::Zh => zh,
            Locale::En => en,
        }
    }

    /// BCP 47 tag.
    pub fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }
}
