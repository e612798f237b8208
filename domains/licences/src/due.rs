//! Days on which something is due for a licence: the next reminder, the next inspection. Pure.

use jiff::Span;
use jiff::civil::Date;

use crate::definition::LicenceType;

/// Days before an inspection is due from which it can be recorded [H-44].
pub(crate) const INSPECT_BEFORE: i64 = 90;
/// Days after which an inspection that was due counts as missed [H-44].
pub(crate) const INSPECT_GRACE: i64 = 30;

pub(crate) fn days_before(date: Date, days: i64) -> Date {
    date.saturating_sub(Span::new().days(days))
}

pub(crate) fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// The day of the next reminder after `today`, none when the last was due before: the latest
/// reminder that is due already is sent today, not one for each that was missed.
pub(crate) fn next_reminder(kind: &LicenceType, valid_to: Date, today: Date) -> Option<Date> {
    let days = kind.reminder_days_before_expiry.iter();
    days.map(|days| days_before(valid_to, *days))
        .filter(|day| *day > today)
        .min()
}

/// The first reminder of a licence that is taken in today: one that is due already is sent at once.
pub(crate) fn first_reminder(
    kind: &LicenceType,
    valid_to: Option<Date>,
    today: Date,
) -> Option<Date> {
    let valid_to = valid_to.filter(|end| *end >= today)?;
    let earliest = kind.reminder_days_before_expiry.iter().max()?;
    match days_before(valid_to, *earliest) {
        day if day <= today => Some(today),
        day => Some(day),
    }
}

/// The first anniversary after `after` of the first day of validity: none where the type is not
/// inspected every year.
pub(crate) fn next_inspection(kind: &LicenceType, valid_from: Date, after: Date) -> Option<Date> {
    if !kind.annual_inspection {
        return None;
    }
    let years = i64::from((after.year() - valid_from.year()).max(0));
    (years..=years + 2)
        .filter(|years| *years > 0)
        .map(|years| valid_from.saturating_add(Span::new().years(years)))
        .find(|day| *day > after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn kind(reminders: &[i64], inspected: bool) -> LicenceType {
        let text = include_str!("../../../demo/licence_types/DLYSCYZGZ.json");
        let mut kind: LicenceType = serde_json::from_str(text).unwrap();
        kind.reminder_days_before_expiry = reminders.to_vec();
        kind.annual_inspection = inspected;
        kind
    }

    /// Sixty, thirty, seven days before; a day late tells once, and for what is left.
    #[test]
    fn reminders_follow_each_other() {
        let kind = kind(&[60, 30, 7], false);
        let end = date(2027, 3, 31);
        let first = first_reminder(&kind, Some(end), date(2026, 11, 16));
        assert_eq!(first, Some(date(2027, 1, 30)));
        let next = |today| next_reminder(&kind, end, today);
        assert_eq!(next(date(2027, 1, 30)), Some(date(2027, 3, 1)));
        assert_eq!(next(date(2027, 3, 10)), Some(date(2027, 3, 24)));
        assert_eq!(next(date(2027, 3, 24)), None);
        let late = first_reminder(&kind, Some(end), date(2027, 3, 20));
        assert_eq!(late, Some(date(2027, 3, 20)));
        assert_eq!(first_reminder(&kind, None, date(2027, 3, 20)), None);
        assert_eq!(first_reminder(&kind, Some(end), date(2027, 4, 1)), None);
    }

    #[test]
    fn inspections_are_due_on_anniversaries() {
        let kind = kind(&[], true);
        let from = date(2024, 2, 29);
        let next = |after| next_inspection(&kind, from, after);
        assert_eq!(next(from), Some(date(2025, 2, 28)));
        assert_eq!(next(date(2027, 2, 28)), Some(date(2028, 2, 29)));
        assert_eq!(next(date(2028, 2, 28)), Some(date(2028, 2, 29)));
        assert_eq!(next(date(2028, 2, 29)), Some(date(2029, 2, 28)));
        assert_eq!(next_inspection(&self::kind(&[], false), from, from), None);
    }

    proptest! {
        /// The next inspection lies within the year that follows, on an anniversary.
        #[test]
        fn within_a_year(days in 0i64..20_000, later in 0i64..10_000) {
            let from = days_after(date(1980, 1, 1), days);
            let after = days_after(from, later);
            let next = next_inspection(&kind(&[], true), from, after).unwrap();
            prop_assert!(next > after);
            prop_assert!((next - after).get_days() <= 366);
            prop_assert_eq!(next.month(), from.month());
        }
    }
}
