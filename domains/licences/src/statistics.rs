//! 统计分析: from the state to the agencies within it to the types of one agency [H-73, H-74].

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use kernel::{Permission, time};
use store::Ctx;

use crate::error::LicenceError;
use crate::kind::licence_type;
use crate::query::agencies_in_scope;
use crate::state::State;
use crate::table;

kernel::codes! {
    /// The three states of the overview [H-74].
    Overview {
        Valid = "valid", "有效", "valid";
        Void = "void", "作废", "void";
        Expired = "expired", "过期", "expired";
    }
}

impl Overview {
    /// Where a state is counted; former versions and what is being collected are not.
    pub fn of(state: State) -> Option<Self> {
        match state {
            State::Valid => Some(Self::Valid),
            State::Expired => Some(Self::Expired),
            State::Void | State::Lost | State::Suspended | State::Revoked | State::Cancelled => {
                Some(Self::Void)
            }
            State::Collected | State::Discarded | State::Checked | State::History => None,
        }
    }

    /// The states that it counts together, in the order of the table of states.
    pub fn states(self) -> Vec<State> {
        let all = State::ALL.iter().copied();
        all.filter(|state| Self::of(*state) == Some(self)).collect()
    }
}

/// How many licences there are of a state, an agency and a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub state: State,
    /// Agency code.
    pub agency: String,
    /// Short code.
    pub type_code: String,
    pub n: u64,
}

/// The counts in a reader's scope, and when they were taken.
#[derive(Clone, Debug)]
pub struct Statistics {
    pub at: Timestamp,
    pub counts: Vec<Count>,
}

impl Statistics {
    /// The sum of the counts that `of` admits.
    pub fn sum(&self, of: impl Fn(&Count) -> bool) -> u64 {
        self.counts.iter().filter(|c| of(c)).map(|c| c.n).sum()
    }

    /// Sums by a key, largest first; equal ones by the key.
    pub fn by<K: Ord + Clone>(&self, key: impl Fn(&Count) -> Option<K>) -> Vec<(K, u64)> {
        let mut sums: BTreeMap<K, u64> = BTreeMap::new();
        for count in &self.counts {
            if let Some(key) = key(count) {
                *sums.entry(key).or_default() += count.n;
            }
        }
        let mut all: Vec<_> = sums.into_iter().collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.1));
        all
    }
}

/// Counts are taken anew when they are older: a library of millions is counted in seconds, and
/// nobody compares agencies by the second.
const FRESH: SignedDuration = SignedDuration::from_secs(60);

#[derive(Default)]
struct Taken(RwLock<Option<Arc<Statistics>>>);

/// The counts of the agencies in the actor's scope.
pub async fn statistics(ctx: &Ctx) -> Result<Statistics, LicenceError> {
    if ctx.actor.scopes(Permission::LicenceQuery).is_empty() {
        return Err(kernel::Denied(Permission::LicenceQuery).into());
    }
    let all = taken(ctx).await?;
    let counts = match agencies_in_scope(ctx).await? {
        None => all.counts.clone(),
        Some(mine) => {
            let own = all.counts.iter().filter(|c| mine.contains(&c.agency));
            own.cloned().collect()
        }
    };
    Ok(Statistics { at: all.at, counts })
}

async fn taken(ctx: &Ctx) -> Result<Arc<Statistics>, LicenceError> {
    let cache = ctx.shared.get_or_make::<Taken>();
    let now = ctx.now();
    let known = cache.0.read().unwrap_or_else(|p| p.into_inner()).clone();
    // The clock of a demonstration can be set back.
    if let Some(known) = known.filter(|k| k.at <= now && now.duration_since(k.at) < FRESH) {
        return Ok(known);
    }
    let mut counts = Vec::new();
    for (state, agency, type_code, n) in table::query::counts(&mut ctx.db.reader()).await? {
        let state = State::from_code(&state).ok_or(LicenceError::Data(state))?;
        counts.push(Count {
            state,
            agency,
            type_code,
            n,
        });
    }
    let fresh = Arc::new(Statistics { at: now, counts });
    *cache.0.write().unwrap_or_else(|p| p.into_inner()) = Some(fresh.clone());
    Ok(fresh)
}

/// Intake of one type: how many licences of an agency were issued in each of the last months.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Short code.
    pub type_code: String,
    pub type_name: String,
    /// Month as `2026-11` and number, oldest first; months without any are there.
    pub months: Vec<(String, u64)>,
}

/// Months that are shown.
const MONTHS: i32 = 12;

/// What an agency took in during the last twelve months, by type, of the licences that are in these
/// states now.
pub async fn intake(
    ctx: &Ctx,
    agency: &str,
    overview: Overview,
) -> Result<Vec<Intake>, LicenceError> {
    let mine = agencies_in_scope(ctx).await?;
    let scopes = ctx.actor.scopes(Permission::LicenceQuery);
    if scopes.is_empty() || mine.is_some_and(|all| !all.iter().any(|code| code == agency)) {
        return Err(kernel::Denied(Permission::LicenceQuery).into());
    }
    let months = months(time::beijing_date(ctx.now()));
    let from = months.first().copied().unwrap_or_default();
    let mut sums: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for state in overview.states() {
        let mut reader = ctx.db.reader();
        let found = table::query::intake(&mut reader, agency, state.code(), from).await?;
        for (type_code, month, n) in found {
            *sums.entry(type_code).or_default().entry(month).or_default() += n;
        }
    }
    let mut all = Vec::new();
    for (type_code, by_month) in sums {
        let name = |day: &Date| day.strftime("%Y-%m").to_string();
        let months = months.iter().map(name);
        let months = months.map(|month| {
            let n = by_month.get(&month).copied().unwrap_or_default();
            (month, n)
        });
        all.push(Intake {
            type_name: licence_type(ctx, &type_code).await?.type_name.clone(),
            type_code,
            months: months.collect(),
        });
    }
    Ok(all)
}

/// The first days of the last twelve months, oldest first.
fn months(today: Date) -> Vec<Date> {
    let this = today.first_of_month();
    let ago = |n: i32| this.saturating_sub(Span::new().months(n));
    (0..MONTHS).rev().map(ago).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [H-74] Written out again from the requirement.
    #[test]
    fn what_ended_otherwise_counts_as_void() {
        let of = |code: &str| State::from_code(code).and_then(Overview::of);
        for code in ["LOST", "SUSPENDED", "REVOKED", "CANCELLED", "VOID"] {
            assert_eq!(of(code), Some(Overview::Void), "{code}");
        }
        assert_eq!(of("HISTORY"), None);
        assert_eq!(of("VALID"), Some(Overview::Valid));
        assert_eq!(of("EXPIRED"), Some(Overview::Expired));
    }

    #[test]
    fn twelve_months_end_with_this_one() {
        let all = months(jiff::civil::date(2026, 3, 31));
        assert_eq!(all.len(), 12);
        assert_eq!(all.first(), Some(&jiff::civil::date(2025, 4, 1)));
        assert_eq!(all.last(), Some(&jiff::civil::date(2026, 3, 1)));
    }
}
