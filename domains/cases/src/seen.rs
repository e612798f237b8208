//! Which case an officer acts on, and in what state they saw it.

use crate::case::Case;
use crate::error::CaseError;

/// A case as somebody saw it. An act on a case that has moved on since is refused, so that a
/// second click, or two officers at once, do a thing once.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub id: &'a str,
    /// The revision that was on the page; none for the platform's own acts, which look first.
    pub rev: Option<i64>,
}

impl<'a> Seen<'a> {
    /// The case as it was read.
    pub fn case(case: &'a Case) -> Self {
        Self::at(&case.case_id, case.rev)
    }

    /// The case at this revision.
    pub fn at(id: &'a str, rev: i64) -> Self {
        Self { id, rev: Some(rev) }
    }

    /// Refuses a case that has changed since.
    pub(crate) fn require(&self, case: &Case) -> Result<(), CaseError> {
        match self.rev {
            Some(rev) if rev != case.rev => Err(CaseError::Stale),
            _ => Ok(()),
        }
    }
}

impl<'a> From<&'a str> for Seen<'a> {
    fn from(id: &'a str) -> Self {
        Self { id, rev: None }
    }
}

impl<'a> From<&'a String> for Seen<'a> {
    fn from(id: &'a String) -> Self {
        Self { id, rev: None }
    }
}
