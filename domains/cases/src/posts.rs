//! 岗位时限: every open post has a clock of its own [D-25], which runs by the rules of the case's
//! [D-36]: it stands while the case is suspended or waits for the applicant.

use calendar::{Calendar, CaseClock, ClockError, ClockEvent, Reading};
use items::Item;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::case::{Case, CaseData};
use crate::error::CaseError;
use crate::state::State;

/// The time of an open post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostTime {
    /// When the case came to the post.
    pub opened_at: Timestamp,
    /// None for a post without limit, as the hand-over.
    clock: Option<CaseClock>,
}

impl PostTime {
    /// What the post's clock shows; none without limit.
    pub fn reading(&self, calendar: &Calendar, now: Timestamp) -> Option<Reading> {
        self.clock.as_ref()?.reading(calendar, now).ok()
    }

    /// An extension of the case is one of the post at which it is.
    pub(crate) fn extend(&mut self, at: Timestamp, days: u32) -> Result<(), ClockError> {
        match &mut self.clock {
            Some(clock) => clock.push(ClockEvent::Extended { at, days }),
            None => Ok(()),
        }
    }

    fn follow(&mut self, stands: bool, at: Timestamp) -> Result<(), ClockError> {
        match &mut self.clock {
            Some(clock) if stands && !clock.is_paused() => clock.push(ClockEvent::Paused { at }),
            Some(clock) if !stands && clock.is_paused() => clock.push(ClockEvent::Resumed { at }),
            _ => Ok(()),
        }
    }
}

impl Case {
    /// The time of an open post.
    pub fn post_time(&self, post: &str) -> Option<&PostTime> {
        self.data.posts.get(post)
    }

    /// Begins the time of posts that were opened, forgets those that were left, stops and resumes
    /// the others as the case does. A post to which the case returns begins anew.
    pub(crate) fn follow_posts(
        &mut self,
        item: &Item,
        calendar: Option<&Calendar>,
        now: Timestamp,
    ) -> Result<(), CaseError> {
        let stands = self.state.waits_for_applicant() || self.state == State::Suspended;
        let CaseData { flow, posts, .. } = &mut self.data;
        let flow = flow.as_ref().filter(|_| self.state.has_tasks());
        posts.retain(|code, _| flow.is_some_and(|f| f.task(code).is_some()));
        for (code, _) in flow.into_iter().flat_map(flow::State::tasks) {
            let Some(post) = item.flow.post(code) else {
                continue;
            };
            if !posts.contains_key(code) {
                let limit = match calendar {
                    Some(calendar) => post.limit_from(calendar, now)?,
                    None => None,
                };
                let time = PostTime {
                    opened_at: now,
                    clock: limit.map(|limit| CaseClock::started(limit, now)),
                };
                posts.insert(code.to_owned(), time);
            }
            if let Some(time) = posts.get_mut(code) {
                time.follow(stands, now)?;
            }
        }
        Ok(())
    }
}
