//! What this officer may do on this case now, so that the page offers that and nothing else. The
//! use cases ask everything again.

use cases::{Detail, Event};
use flow::{Officer, Post, Step};
use kernel::{Actor, Permission};

/// The officer before the case.
#[derive(Clone, Copy)]
pub(crate) struct Can<'a> {
    pub actor: &'a Actor,
    pub d: &'a Detail,
}

impl<'a> Can<'a> {
    /// Holds the permission where the case lies.
    pub fn may(&self, permission: Permission) -> bool {
        self.d.case.data.allows(self.actor, permission).is_ok()
    }

    /// The state allows the event.
    pub fn event(&self, event: Event) -> bool {
        let case = &self.d.case;
        cases::next(Some(case.state), event, case.data.origin).is_ok()
    }

    /// The open post of one of these steps at which the officer is on duty.
    pub fn post(&self, steps: &[Step]) -> Option<&'a Post> {
        let mut open = self.d.tasks.iter();
        open.find_map(|task| {
            self.at(&task.post)
                .filter(|post| steps.contains(&post.step))
        })
    }

    /// The open post with this code, if the officer is on duty there and nobody has forestalled
    /// them.
    pub fn at(&self, code: &str) -> Option<&'a Post> {
        let case = &self.d.case;
        let officer = Officer {
            username: &self.actor.id,
            roles: &self.actor.roles,
            on_spot_roles: &self.actor.on_spot_roles,
        };
        let task = case.data.flow.as_ref()?.task(code)?;
        let post = self.d.item.flow.post(code)?;
        let free = task.is_free_for(post, &self.actor.id);
        (free && post.may_act(officer, case.data.immediate).is_ok()).then_some(post)
    }
}
