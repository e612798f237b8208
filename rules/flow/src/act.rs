//! The acts on a case [D-25]: each checks, and gives the next state with its effects.

use std::collections::BTreeMap;

use conditions::Answers;

use crate::{Definition, Done, Effect, FlowError, Opinion, Post, Signature, State, Step, Task};

type Outcome = Result<(State, Vec<Effect>), FlowError>;

impl Definition {
    /// Opens the first post of a new case.
    pub fn start(&self, answers: Answers) -> Outcome {
        let (tasks, rounds) = (BTreeMap::new(), BTreeMap::new());
        let (waiting, done) = (BTreeMap::new(), Vec::new());
        let mut state = State {
            answers,
            tasks,
            waiting,
            done,
            rounds,
        };
        let mut effects = Vec::new();
        self.open(&mut state, self.known(&self.start)?, &mut effects);
        Ok((state, effects))
    }

    /// 认领: takes a task out of the post's pool. Claiming what one holds changes nothing.
    pub fn claim(&self, state: &State, post: &str, who: &str) -> Outcome {
        let (mut next, mut effects) = (state.clone(), Vec::new());
        let (_, task) = self.at(&mut next, post, who)?;
        if task.holder.is_none() {
            task.holder = Some(who.to_owned());
            effects.push(Effect::Claimed {
                post: post.to_owned(),
                who: who.to_owned(),
            });
        }
        Ok((next, effects))
    }

    /// Gives a claimed task back to the pool.
    pub fn release(&self, state: &State, post: &str, who: &str) -> Outcome {
        let mut next = state.clone();
        let (post, task) = self.at(&mut next, post, who)?;
        if task.holder.take().is_none() {
            return Err(FlowError::NotHeld {
                post: post.name.clone(),
                who: who.to_owned(),
            });
        }
        let effect = Effect::Released {
            post: post.code.clone(),
            who: who.to_owned(),
        };
        Ok((next, vec![effect]))
    }

    /// 转办, 分派: hands a task to `to`, who must be listed at the post. Whether `by` may do so is
    /// the caller's question.
    pub fn transfer(&self, state: &State, post: &str, to: &str, by: &str) -> Outcome {
        let (mut next, mut effects) = (state.clone(), Vec::new());
        let (post, task) = self.task(&mut next, post)?;
        listed(post, to)?;
        if task.is_signed_by(to) {
            return Err(FlowError::AlreadySigned {
                post: post.name.clone(),
                who: to.to_owned(),
            });
        }
        if task.holder.as_deref() != Some(to) {
            let from = task.holder.replace(to.to_owned());
            let (post, to, by) = (post.code.clone(), to.to_owned(), by.to_owned());
            effects.push(Effect::Transferred { post, from, to, by });
        }
        Ok((next, effects))
    }

    /// Signs an opinion; at a post with countersigning several officers sign.
    pub fn sign(&self, state: &State, post: &str, who: &str, opinion: Opinion) -> Outcome {
        let mut next = state.clone();
        let (post, task) = self.shared(&mut next, post, who)?;
        if task.is_signed_by(who) {
            return Err(FlowError::AlreadySigned {
                post: post.name.clone(),
                who: who.to_owned(),
            });
        }
        self.different_people(state, post, who)?;
        task.signatures.push(Signature {
            who: who.to_owned(),
            opinion,
        });
        let effect = Effect::Signed {
            post: post.code.clone(),
            who: who.to_owned(),
            opinion,
            have: task.signatures.len(),
            need: post.countersign,
        };
        Ok((next, vec![effect]))
    }

    /// 提交: completes a post and moves the case on. Where one person suffices and nobody has
    /// signed, submitting is that person's act; otherwise one of the signers submits.
    pub fn complete(&self, state: &State, post: &str, who: &str) -> Outcome {
        let mut next = state.clone();
        let (post, task) = self.shared(&mut next, post, who)?;
        let have = task.signatures.len();
        let alone = post.countersign <= 1 && have == 0;
        if alone {
            self.different_people(state, post, who)?;
        } else if have < post.countersign as usize {
            let need = post.countersign;
            return Err(FlowError::MissingSignatures {
                post: post.name.clone(),
                have,
                need,
            });
        } else if !task.is_signed_by(who) {
            return Err(FlowError::NotASigner {
                post: post.name.clone(),
                who: who.to_owned(),
            });
        }
        let signatures = std::mem::take(&mut task.signatures);
        next.tasks.remove(&post.code);
        next.done.push(Done {
            post: post.code.clone(),
            by: who.to_owned(),
            signatures,
        });
        let (code, by) = (post.code.clone(), who.to_owned());
        let mut effects = vec![Effect::Completed {
            post: code,
            step: post.step,
            by,
        }];
        let to: Vec<_> = post.taken(&state.answers).collect();
        if to.is_empty() && !post.next.is_empty() {
            return Err(FlowError::NoRoute {
                post: post.name.clone(),
            });
        }
        for to in to {
            self.enter(&mut next, &post.code, to, &mut effects)?;
        }
        self.settle(&mut next, &mut effects)?;
        Ok((next, effects))
    }

    /// 退回: sends the case from the post `from` back to the completed post `to`, which is done
    /// again with everything behind it; branches that do not lie behind it stay as they are. The
    /// definition names the steps a case may go back to, and nothing goes back once decided.
    pub fn return_to(&self, state: &State, from: &str, to: &str, who: &str) -> Outcome {
        let mut next = state.clone();
        let (leaving, _) = self.shared(&mut next, from, who)?;
        let target = self.known(to)?;
        let decided = |done: &Done| {
            self.post(&done.post)
                .is_some_and(|p| p.step == Step::Decide)
        };
        if state.done.iter().any(decided) {
            return Err(FlowError::AfterDecision);
        }
        let mut behind = self.ahead(to, &state.answers);
        if !self.return_to.contains(&target.step) || !state.is_done(to) || !behind.contains(from) {
            let (from, to) = (leaving.name.clone(), target.name.clone());
            return Err(FlowError::CannotReturn { from, to });
        }
        let (to_code, by) = (to.to_owned(), who.to_owned());
        let mut effects = vec![Effect::Returned {
            from: from.to_owned(),
            to: to_code,
            by,
        }];
        next.tasks.retain(|post, _| {
            let stays = !behind.contains(post.as_str());
            if !stays {
                effects.push(Effect::Closed { post: post.clone() });
            }
            stays
        });
        behind.insert(to);
        for arrived in next.waiting.values_mut() {
            arrived.retain(|post| !behind.contains(post.as_str()));
        }
        next.waiting.retain(|_, arrived| !arrived.is_empty());
        next.done
            .retain(|done| !behind.contains(done.post.as_str()));
        self.open(&mut next, target, &mut effects);
        Ok((next, effects))
    }

    fn task<'d, 's>(
        &'d self,
        state: &'s mut State,
        post: &str,
    ) -> Result<(&'d Post, &'s mut Task), FlowError> {
        let post = self.known(post)?;
        match state.tasks.get_mut(&post.code) {
            Some(task) => Ok((post, task)),
            None => Err(FlowError::NotActive {
                post: post.name.clone(),
            }),
        }
    }

    /// The task at `post` for its listed officer `who`, whom nobody has forestalled.
    fn at<'d, 's>(
        &'d self,
        state: &'s mut State,
        post: &str,
        who: &str,
    ) -> Result<(&'d Post, &'s mut Task), FlowError> {
        let (post, task) = self.task(state, post)?;
        listed(post, who)?;
        match &task.holder {
            Some(holder) if holder != who => Err(FlowError::HeldBy {
                post: post.name.clone(),
                holder: holder.clone(),
            }),
            _ => Ok((post, task)),
        }
    }

    /// The same, but where several sign, the holder only leads: every listed officer may act.
    fn shared<'d, 's>(
        &'d self,
        state: &'s mut State,
        post: &str,
        who: &str,
    ) -> Result<(&'d Post, &'s mut Task), FlowError> {
        if self.known(post)?.countersign > 1 {
            let (post, task) = self.task(state, post)?;
            listed(post, who)?;
            return Ok((post, task));
        }
        self.at(state, post, who)
    }

    /// Document review and technical review of one case are done by different people.
    fn different_people(&self, state: &State, post: &Post, who: &str) -> Result<(), FlowError> {
        let other = match post.step {
            Step::Review => Step::TechnicalReview,
            Step::TechnicalReview => Step::Review,
            _ => return Ok(()),
        };
        let done = state
            .done
            .iter()
            .map(|done| (&done.post, &done.signatures, Some(&done.by)));
        let open = state
            .tasks
            .iter()
            .map(|(code, task)| (code, &task.signatures, None));
        for (code, signatures, by) in done.chain(open) {
            let Some(there) = self.post(code).filter(|p| p.step == other) else {
                continue;
            };
            if by.is_some_and(|by| by == who) || signatures.iter().any(|s| s.who == who) {
                let (who, other) = (who.to_owned(), there.name.clone());
                return Err(FlowError::SamePerson { who, other });
            }
        }
        Ok(())
    }
}

fn listed(post: &Post, who: &str) -> Result<(), FlowError> {
    if post.lists(who) {
        return Ok(());
    }
    Err(FlowError::NotListed {
        post: post.name.clone(),
        who: who.to_owned(),
    })
}
