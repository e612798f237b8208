//! Where a case stands in its flow.

use std::collections::{BTreeMap, BTreeSet};

use conditions::Answers;
use serde::{Deserialize, Serialize};

use crate::{Post, Step};

/// What has happened on one case, as far as the flow is concerned. Kept with the case as JSON;
/// who did what when is the journal's business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub(crate) answers: Answers,
    /// The posts the case is at.
    pub(crate) tasks: BTreeMap<String, Task>,
    /// Joins that wait, with the posts whose branches have arrived.
    pub(crate) waiting: BTreeMap<String, BTreeSet<String>>,
    /// Completed posts in order; a return takes out what has to be done again.
    pub(crate) done: Vec<Done>,
    /// How often each post was opened.
    pub(crate) rounds: BTreeMap<String, u32>,
}

/// 待办: one post the case is at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Who claimed it; none while it lies in the post's pool.
    pub holder: Option<String>,
    pub signatures: Vec<Signature>,
}

impl Task {
    /// Whether nobody has forestalled `who`. Where several sign, the holder only leads, and every
    /// listed officer may act.
    pub fn is_free_for(&self, post: &Post, who: &str) -> bool {
        post.countersign > 1 || self.holder.as_ref().is_none_or(|holder| holder == who)
    }

    /// Whether `who` has signed.
    pub fn is_signed_by(&self, who: &str) -> bool {
        self.signatures.iter().any(|signature| signature.who == who)
    }
}

/// 签署: one officer's signed opinion. Its text belongs to the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub who: String,
    pub opinion: Opinion,
}

/// The kind of an opinion; at a decision, approve or reject. A dissent does not stop the flow: it
/// goes on to whoever decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    /// 同意, 准予.
    Agree,
    /// 不同意, 不予.
    Disagree,
}

/// A completed post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub post: String,
    /// Who submitted it.
    pub by: String,
    pub signatures: Vec<Signature>,
}

/// What an act changed, for the caller's records, clocks and notices; in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// The case came to a post; its limit begins. `round` is 1 the first time.
    Opened {
        post: String,
        step: Step,
        round: u32,
    },
    Claimed {
        post: String,
        who: String,
    },
    /// Given back to the pool.
    Released {
        post: String,
        who: String,
    },
    /// 转办: handed to another officer, or assigned out of the pool.
    Transferred {
        post: String,
        from: Option<String>,
        to: String,
        by: String,
    },
    /// `have` of `need` signatures are there.
    Signed {
        post: String,
        who: String,
        opinion: Opinion,
        have: usize,
        need: u32,
    },
    Completed {
        post: String,
        step: Step,
        by: String,
    },
    /// A branch arrived at a join that waits for others.
    Arrived {
        join: String,
        from: String,
    },
    /// 退回. The posts closed by it follow as `Closed`.
    Returned {
        from: String,
        to: String,
        by: String,
    },
    /// A task ended without being done, because the case went back behind it.
    Closed {
        post: String,
    },
    /// The flow has reached its end.
    Finished,
}

impl State {
    /// The answers the flow follows.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The posts the case is at, by code.
    pub fn tasks(&self) -> impl Iterator<Item = (&str, &Task)> {
        self.tasks.iter().map(|(post, task)| (post.as_str(), task))
    }

    /// The task at `post`, if the case is there.
    pub fn task(&self, post: &str) -> Option<&Task> {
        self.tasks.get(post)
    }

    /// Completed posts in order, without those that have to be done again.
    pub fn done(&self) -> &[Done] {
        &self.done
    }

    /// Whether `post` is completed and has not to be done again.
    pub fn is_done(&self, post: &str) -> bool {
        self.done.iter().any(|done| done.post == post)
    }

    /// Joins that wait, with the posts whose branches have arrived.
    pub fn waiting(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.waiting
            .iter()
            .map(|(join, from)| (join.as_str(), from))
    }

    /// How often the case came to `post`.
    pub fn round(&self, post: &str) -> u32 {
        self.rounds.get(post).copied().unwrap_or(0)
    }

    /// Whether nothing is left to do.
    pub fn is_finished(&self) -> bool {
        self.tasks.is_empty() && self.waiting.is_empty()
    }
}
