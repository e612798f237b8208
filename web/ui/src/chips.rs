//! State → words → colour, one table for every page and every reader.
//!
//! The words are in `locales/*/states.ftl` under `<kind>-<code>`.

use crate::L;

/// Colour and shape of a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Not begun or not yet anybody's: hollow.
    #[default]
    Draft,
    /// On its way.
    Info,
    /// Good, done.
    Ok,
    /// Somebody must act: triangle.
    Warn,
    /// Refused, broken off, overdue: square.
    Bad,
    /// Over, without judgement: dash.
    End,
}

impl Tone {
    /// The class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Draft => "draft",
            Tone::Info => "info",
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::End => "end",
        }
    }
}

/// What has the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 办件 [D-37]; `DECIDED_APPROVED` and `DECIDED_REJECTED` name the outcome.
    Case,
    /// 电子证照 [H-47]; `EXPIRING` is a valid one near its end.
    Licence,
    /// 电子印章 [I-03].
    Seal,
    /// 电子文书 [D-61].
    Document,
    /// 事项版本 [C-46].
    Item,
    /// 账户.
    Account,
    /// 预约 [E-11].
    Appointment,
    /// 排队号 [E-12].
    Ticket,
    /// 投诉 [F-17].
    Complaint,
    /// 缴费 [J-04].
    Payment,
    /// 寄递 [J-14].
    Parcel,
    /// 材料 in an application.
    Material,
    /// 步骤 of an application.
    Task,
    /// 授权.
    Delegation,
    /// 目录条目 [K-12].
    Resource,
    /// 服务订阅 [K-18].
    Subscription,
    /// 受信任根 [H-55].
    Root,
    /// 时间戳服务.
    TimeService,
}

use Tone::{Bad, Draft, End, Info, Ok, Warn};

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 18] = [
        Kind::Case,
        Kind::Licence,
        Kind::Seal,
        Kind::Document,
        Kind::Item,
        Kind::Account,
        Kind::Appointment,
        Kind::Ticket,
        Kind::Complaint,
        Kind::Payment,
        Kind::Parcel,
        Kind::Material,
        Kind::Task,
        Kind::Delegation,
        Kind::Resource,
        Kind::Subscription,
        Kind::Root,
        Kind::TimeService,
    ];

    /// Start of the text keys.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Case => "case",
            Kind::Licence => "licence",
            Kind::Seal => "seal",
            Kind::Document => "document",
            Kind::Item => "item",
            Kind::Account => "account",
            Kind::Appointment => "appointment",
            Kind::Ticket => "ticket",
            Kind::Complaint => "complaint",
            Kind::Payment => "payment",
            Kind::Parcel => "parcel",
            Kind::Material => "material",
            Kind::Task => "task",
            Kind::Delegation => "delegation",
            Kind::Resource => "resource",
            Kind::Subscription => "subscription",
            Kind::Root => "root",
            Kind::TimeService => "time-service",
        }
    }

    /// State codes of the kind with their tone.
    pub fn table(self) -> &'static [(&'static str, Tone)] {
        match self {
            Kind::Case => &[
                ("DRAFT", Draft),
                ("SUBMITTED", Info),
                ("PRE_REVIEWED", Info),
                ("TAKEN_IN", Info),
                ("CORRECTING", Warn),
                ("ACCEPTED", Info),
                ("NOT_ACCEPTED", Bad),
                ("IN_REVIEW", Info),
                ("CORRECTING_IN_REVIEW", Warn),
                ("SUSPENDED", End),
                ("DECIDED", Info),
                ("DECIDED_APPROVED", Ok),
                ("DECIDED_REJECTED", Bad),
                ("AWAITING_PAYMENT", Warn),
                ("ABORTED", Bad),
                ("COMPLETED", Ok),
                ("RE_REVIEW", Warn),
                ("DELIVERED", Ok),
                ("ARCHIVED", End),
                ("WITHDRAWN", End),
            ],
            Kind::Licence => &[
                ("COLLECTED", Draft),
                ("DISCARDED", End),
                ("CHECKED", Info),
                ("VALID", Ok),
                ("EXPIRING", Warn),
                ("HISTORY", End),
                ("SUSPENDED", Warn),
                ("LOST", Bad),
                ("EXPIRED", Bad),
                ("VOID", Bad),
                ("REVOKED", Bad),
                ("CANCELLED", End),
            ],
            Kind::Seal => &[
                ("APPLIED", Info),
                ("REFUSED", Bad),
                ("APPROVED", Info),
                ("MADE", Info),
                ("FILED", Info),
                ("RELEASED", Info),
                ("ACTIVE", Ok),
                ("LOST", Bad),
                ("DESTROYED", End),
                ("EXPIRED", Bad),
            ],
            Kind::Root => &[
                ("PROPOSED", Info),
                ("TRUSTED", Ok),
                ("REFUSED", Bad),
                ("ENDED", End),
            ],
            Kind::TimeService => &[
                ("PROPOSED", Info),
                ("ACTIVE", Ok),
                ("PAUSED", Warn),
                ("REFUSED", Bad),
                ("ENDED", End),
            ],
            Kind::Document => &[
                ("DRAFT", Draft),
                ("SEALED", Ok),
                ("DELIVERED", Ok),
                ("WITHDRAWN", End),
            ],
            Kind::Item => &[
                ("DRAFT", Draft),
                ("IN_REVIEW", Info),
                ("APPROVED", Info),
                ("IN_USE", Ok),
                ("SUSPENDED", Warn),
                ("CANCELLED", End),
                ("HISTORY", End),
            ],
            Kind::Account => &[
                ("PENDING", Draft),
                ("ACTIVE", Ok),
                ("REJECTED", Bad),
                ("LOCKED", Warn),
                ("DISABLED", Bad),
                ("CANCELLED", End),
                ("CHANGING", Info),
            ],
            Kind::Appointment => &[
                ("BOOKED", Info),
                ("TICKETED", Info),
                ("SERVED", Ok),
                ("CANCELLED", End),
                ("NO_SHOW", Bad),
                ("VOIDED", Warn),
            ],
            Kind::Ticket => &[
                ("WAITING", Info),
                ("CALLED", Warn),
                ("SERVING", Info),
                ("DONE", Ok),
                ("PASSED", End),
                ("TRANSFERRED", End),
            ],
            Kind::Complaint => &[
                ("REGISTERED", Info),
                ("REJECTED", Bad),
                ("INVESTIGATING", Info),
                ("AWAITING_EXPLANATION", Warn),
                ("UNDER_REVIEW", Info),
                ("AWAITING_INSTRUCTION", Warn),
                ("DETERMINED", Info),
                ("ANSWERED", Ok),
                ("CLOSED", End),
            ],
            Kind::Payment => &[
                ("CREATED", Warn),
                ("PAYING", Info),
                ("PAID", Ok),
                ("RECEIPTED", Ok),
                ("CLOSED", End),
                ("REFUNDING", Info),
                ("REFUNDED", End),
            ],
            Kind::Parcel => &[
                ("ORDERED", Info),
                ("PICKED_UP", Info),
                ("IN_TRANSIT", Info),
                ("OUT_FOR_DELIVERY", Info),
                ("SIGNED", Ok),
                ("RETURNED", Bad),
                ("LOST", Bad),
                ("CANCELLED", End),
            ],
            Kind::Material => &[
                ("MISSING", Draft),
                ("UPLOADING", Info),
                ("UPLOADED", Ok),
                ("FETCHED", Ok),
                ("RETURNED", Bad),
                ("PROMISED", Warn),
            ],
            Kind::Task => &[
                ("NOT_STARTED", Draft),
                ("IN_PROGRESS", Info),
                ("DONE", Ok),
                ("NEEDS_FIX", Bad),
            ],
            Kind::Delegation => &[
                ("REQUESTED", Warn),
                ("ACTIVE", Ok),
                ("REFUSED", Bad),
                ("EXPIRED", End),
                ("CANCELLED", End),
            ],
            Kind::Resource => &[
                ("CREATED", Draft),
                ("PUBLISH_REVIEW", Info),
                ("PUBLISHED", Ok),
                ("PUBLISH_REJECTED", Bad),
                ("WITHDRAW_REVIEW", Info),
                ("WITHDRAW_REJECTED", Bad),
                ("WITHDRAWN", End),
                ("DELETED", End),
            ],
            Kind::Subscription => &[
                ("APPLIED", Info),
                ("APPROVED", Info),
                ("ACTIVE", Ok),
                ("REFUSED", Bad),
                ("SUSPENDED", Warn),
                ("EXPIRED", End),
                ("REVOKED", Bad),
            ],
        }
    }
}

/// A state as words in their colour and shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    pub tone: Tone,
    words: Words,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Words {
    /// Text key.
    Key(String),
    Said(String),
}

impl Chip {
    /// The chip of a state code. A code the table does not know is shown as it is.
    pub fn new(kind: Kind, code: &str) -> Self {
        match kind.table().iter().find(|(known, _)| *known == code) {
            Some((_, tone)) => Self {
                tone: *tone,
                words: Words::Key(format!("{}-{code}", kind.name())),
            },
            None => {
                tracing::warn!(kind = kind.name(), code, "no such state");
                Self {
                    tone: Tone::Draft,
                    words: Words::Said(code.to_owned()),
                }
            }
        }
    }

    /// The state of a case; once decided, `approved` names the outcome.
    pub fn case(code: &str, approved: Option<bool>) -> Self {
        match (code, approved) {
            ("DECIDED", Some(true)) => Self::new(Kind::Case, "DECIDED_APPROVED"),
            ("DECIDED", Some(false)) => Self::new(Kind::Case, "DECIDED_REJECTED"),
            _ => Self::new(Kind::Case, code),
        }
    }

    /// The state of a licence; a valid one near its end is shown as 将到期.
    pub fn licence(code: &str, expiring: bool) -> Self {
        let code = if code == "VALID" && expiring {
            "EXPIRING"
        } else {
            code
        };
        Self::new(Kind::Licence, code)
    }

    /// A state outside the table, in words already chosen.
    pub fn said(tone: Tone, words: impl Into<String>) -> Self {
        Self {
            tone,
            words: Words::Said(words.into()),
        }
    }

    /// The words in the reader's language.
    pub fn words(&self, l: &L) -> String {
        match &self.words {
            Words::Key(key) => l.t(key),
            Words::Said(words) => words.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Locale;

    use super::*;

    /// Every state of every table has words in both languages, and no two states of one kind have
    /// the same words: nothing is said by colour alone.
    #[test]
    fn every_state_has_its_own_words_in_both_languages() {
        for locale in [Locale::Zh, Locale::En] {
            let l = L::sample(locale);
            for kind in Kind::ALL {
                let mut seen = Vec::new();
                for (code, _) in kind.table() {
                    let key = format!("{}-{code}", kind.name());
                    assert!(l.has(&key), "{key} has no words in {}", l.tag());
                    let words = l.t(&key);
                    assert!(!seen.contains(&words), "{key}: {words} is said twice");
                    seen.push(words);
                }
            }
        }
    }

    #[test]
    fn the_words_of_case_states_are_those_of_the_requirement() {
        let l = L::sample(Locale::Zh);
        let words = |code| Chip::case(code, None).words(&l);
        assert_eq!(words("CORRECTING"), "待补正");
        assert_eq!(words("CORRECTING_IN_REVIEW"), "审查补正");
        assert_eq!(words("SUSPENDED"), "挂起");
        assert_eq!(
            Chip::case("DECIDED", Some(false)).words(&l),
            "已决定（不予）"
        );
        assert_eq!(Chip::case("DECIDED", Some(false)).tone, Tone::Bad);
        assert_eq!(Chip::licence("VALID", true).words(&l), "将到期");
        assert_eq!(Chip::new(Kind::Seal, "NOVEL").words(&l), "NOVEL");
    }
}
