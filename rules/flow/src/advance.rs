//! How a case moves from post to post.

use std::collections::BTreeSet;

use conditions::Answers;

use crate::{Definition, Effect, FlowError, Post, State, Task};

impl Definition {
    /// Every post a case with these answers can still come to from `from`, without `from` itself
    /// unless the flow leads back to it.
    pub fn ahead<'a>(&'a self, from: &'a str, answers: &'a Answers) -> BTreeSet<&'a str> {
        let (mut found, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(post) = open.pop().and_then(|code| self.post(code)) {
            open.extend(post.taken(answers).filter(|to| found.insert(*to)));
        }
        found
    }

    pub(crate) fn known(&self, code: &str) -> Result<&Post, FlowError> {
        self.post(code).ok_or_else(|| FlowError::UnknownPost {
            post: code.to_owned(),
        })
    }

    /// Enters `to`: opens it, or lets it wait if it is a join.
    pub(crate) fn enter(
        &self,
        state: &mut State,
        from: &str,
        to: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), FlowError> {
        let post = self.known(to)?;
        if post.join.is_some() {
            state
                .waiting
                .entry(to.to_owned())
                .or_default()
                .insert(from.to_owned());
            effects.push(Effect::Arrived {
                join: to.to_owned(),
                from: from.to_owned(),
            });
        } else if !state.tasks.contains_key(to) && !state.is_done(to) {
            // Branches that meet without a join are refused by validation; should they meet all
            // the same, the work is not done twice.
            self.open(state, post, effects);
        }
        Ok(())
    }

    pub(crate) fn open(&self, state: &mut State, post: &Post, effects: &mut Vec<Effect>) {
        let round = state.rounds.entry(post.code.clone()).or_default();
        *round += 1;
        let round = *round;
        state.tasks.insert(post.code.clone(), Task::default());
        effects.push(Effect::Opened {
            post: post.code.clone(),
            step: post.step,
            round,
        });
    }

    /// Opens every join that nothing else can still come to.
    pub(crate) fn settle(
        &self,
        state: &mut State,
        effects: &mut Vec<Effect>,
    ) -> Result<(), FlowError> {
        while let Some(join) = self.ready(state) {
            state.waiting.remove(&join);
            self.open(state, self.known(&join)?, effects);
        }
        if state.is_finished() {
            effects.push(Effect::Finished);
        }
        Ok(())
    }

    fn ready(&self, state: &State) -> Option<String> {
        let busy = |join: &str| {
            let under_way = state.tasks.keys().chain(state.waiting.keys());
            let mut others = under_way.filter(|code| *code != join);
            others.any(|code| self.ahead(code, &state.answers).contains(join))
        };
        state.waiting.keys().find(|join| !busy(join)).cloned()
    }
}
