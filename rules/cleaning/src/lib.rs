//! Cleaning of stock licences [H-25, H-26]: rules are data, every decision names its rule and the
//! values it saw. Pure: rows come in, verdicts go out.

mod action;
mod check;
mod cleaner;
mod dates;
mod facts;
mod fields;
mod holder;
mod keys;
mod library;
mod report;
mod returned;
mod rules;
mod sight;
mod text;
mod verdict;

pub use action::Action;
pub use cleaner::{Judge, Observer};
pub use facts::{Agency, CharacterCheck, Facts, FactsError, LicenceType, NumberFacts, Validity};
pub use fields::{FIELD_NAMES, Field, StockRow};
pub use library::{BaseLibrary, Holder, Match, RegisterError, Registers};
pub use report::{Line, Summary};
pub use returned::{Format, RETURN_COLUMNS, ReturnedFiles};
pub use rules::{Rule, RuleError, RuleSet, Test, Words};
pub use verdict::{Finding, Verdict};
