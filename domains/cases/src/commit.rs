//! The one way in which a case changes: the table of states is asked, the clock follows, and one
//! short transaction writes case, step, tasks, materials, documents and event together.

use std::collections::HashSet;
use std::sync::Arc;

use calendar::{ClockEvent, Limit};
use items::Item;
use jiff::Timestamp;
use licences::Prepared;
use store::{Ctx, Tx};

use crate::case::{Case, CaseMaterial};
use crate::error::CaseError;
use crate::events::{CaseMoved, VisitsExceeded};
use crate::posts::PostTime;
use crate::special::Special;
use crate::state::{self, ClockMove, Event, State};
use crate::step::{StepOpen, StepPrivate, StepRecord};
use crate::table::{self, TaskRow, Written};

/// Something written beside the case.
#[derive(Clone)]
pub(crate) enum Write {
    Material(CaseMaterial),
    Special(Special),
    /// Review points that had failed are open again after a correction.
    ForgetFailed,
    Notice(Arc<notices::Ready>),
    Licence(Arc<Prepared>),
    LicenceChange(licences::StateChange),
    /// Digest of the applicant's number.
    Applicant(Vec<u8>),
    /// An entry for the applicant's credit record.
    Credit(registers::CreditNote),
}

/// A change being prepared.
pub(crate) struct Change {
    pub case: Case,
    pub item: Arc<Item>,
    pub event: Event,
    from: Option<State>,
    since: Timestamp,
    now: Timestamp,
    new: bool,
    pub post: Option<String>,
    pub opinion: String,
    /// To whom the task was handed.
    pub handed_to: Option<String>,
    visit: bool,
    pub writes: Vec<Write>,
    /// Of the case's stream, where it was read with the case.
    head: Option<journal::Head>,
}

impl Change {
    /// Begins a case with `start_form` or a window's `intake`.
    pub fn create(
        ctx: &Ctx,
        item: Arc<Item>,
        mut case: Case,
        event: Event,
    ) -> Result<Self, CaseError> {
        let (to, _) = state::next(None, event, None)?;
        case.state = to;
        let now = ctx.now();
        case.updated_at = now;
        Ok(Self {
            case,
            item,
            event,
            from: None,
            since: now,
            now,
            new: true,
            post: None,
            opinion: String::new(),
            handed_to: None,
            visit: false,
            writes: Vec::new(),
            head: None,
        })
    }

    /// Moves a case. Refuses what the table does not have.
    pub fn of(ctx: &Ctx, item: Arc<Item>, mut case: Case, event: Event) -> Result<Self, CaseError> {
        let from = case.state;
        let (to, clock) = state::next(Some(from), event, case.data.origin)?;
        let (now, since) = (ctx.now(), case.updated_at);
        case.state = to;
        case.updated_at = now;
        match event {
            Event::AskCorrection | Event::FeeDue => case.data.origin = Some(from),
            Event::Resubmit | Event::Paid => case.data.origin = None,
            _ => {}
        }
        // An act that leaves the case where it is leaves the applicant's time as it is, too.
        case.data.reminded = event == Event::Remind || (case.data.reminded && to == from);
        move_clock(&mut case, &item, clock, now)?;
        Ok(Self {
            case,
            item,
            event,
            from: Some(from),
            since,
            now,
            new: false,
            post: None,
            opinion: String::new(),
            handed_to: None,
            visit: false,
            writes: Vec::new(),
            head: None,
        })
    }

    /// The moment of the act.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// Appends behind this head, if nothing was appended since.
    pub fn behind(mut self, head: journal::Head) -> Self {
        self.head = Some(head);
        self
    }

    /// The post at which the act was done.
    pub fn at_post(mut self, post: &str) -> Self {
        self.post = Some(post.to_owned());
        self
    }

    /// What the officer wrote.
    pub fn saying(mut self, opinion: impl Into<String>) -> Self {
        self.opinion = opinion.into();
        self
    }

    /// Counts a contact with presence [D-02].
    pub fn with_visit(mut self) -> Self {
        self.visit = true;
        self.case.data.visits += 1;
        self
    }

    /// Writes everything, or nothing.
    pub async fn commit(mut self, ctx: &Ctx) -> Result<Case, CaseError> {
        let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
        let calendar = directory.calendar_for(&self.case.data.region);
        let due_at = match &self.case.data.clock {
            Some(clock) => {
                let calendar = calendar.ok_or_else(|| CaseError::Data("no calendar".into()))?;
                clock.reading(calendar, self.now)?.due_at()
            }
            None => None,
        };
        self.case.follow_posts(&self.item, calendar, self.now)?;
        let step = self.step(ctx);
        let key = format!("{}/{}", self.case.case_id, step.open.seq);
        let sealed_step = ctx.seal(
            "case_step",
            "private",
            &key,
            &serde_json::to_vec(&step.private)?,
        );
        let open_tasks = tasks(&self.case, &self.item, |time| {
            let own = calendar.and_then(|c| time.reading(c, self.now));
            own.map_or(due_at, |reading| reading.due_at())
        });
        let ready = Arc::new(Ready {
            moved: self.moved(due_at),
            tasks: at_hall(ctx, &self.case, open_tasks).await?,
            written: Written::new(ctx, self.case, due_at)?,
            new: self.new,
            visit: self.visit,
            now: self.now,
            step,
            sealed_step,
            writes: self.writes,
            head: self.head,
        });
        let (shared, write_ctx) = (ready.clone(), ctx.clone());
        ctx.db
            .write(move |tx| {
                let (ready, ctx) = (shared.clone(), write_ctx.clone());
                Box::pin(async move { ready.write(tx, &ctx).await })
            })
            .await?;
        let mut case = ready.written.case.clone();
        if !ready.new {
            case.rev += 1;
        }
        Ok(case)
    }

    fn step(&self, ctx: &Ctx) -> StepRecord {
        let post = self.post.as_deref().and_then(|p| self.item.flow.post(p));
        let actor = &ctx.actor;
        StepRecord {
            open: StepOpen {
                seq: self.case.rev + i64::from(!self.new),
                event: self.event,
                from: self.from,
                to: self.case.state,
                name: post.map_or_else(|| self.event.zh().to_owned(), |p| p.name.clone()),
                post: self.post.clone(),
                agency: actor
                    .agency
                    .clone()
                    .unwrap_or_else(|| self.case.data.agency.clone()),
                staff_no: actor.staff_no.clone(),
                started_at: self.since,
                ended_at: self.now,
            },
            private: StepPrivate {
                officer: actor.id.clone(),
                officer_name: actor.name.clone(),
                opinion: self.opinion.clone(),
                handed_to: self.handed_to.clone(),
            },
        }
    }

    fn moved(&self, due_at: Option<Timestamp>) -> CaseMoved {
        let d = &self.case.data;
        CaseMoved {
            case_id: self.case.case_id.clone(),
            case_no: d.case_no.clone(),
            item_id: d.item_id.clone(),
            item_version: d.item_version,
            agency: d.agency.clone(),
            region: d.region.clone(),
            owner: d.owner.clone(),
            person: d.person.clone(),
            event: self.event.code().to_owned(),
            from: self.from.map(|s| s.code().to_owned()),
            to: self.case.state.code().to_owned(),
            post: self.post.clone(),
            due_at: due_at.map(kernel::time::stamp),
            deadline: self.case.deadline.map(kernel::time::stamp),
            visits: d.visits,
        }
    }
}

/// Everything ready to be written; the transaction only writes.
struct Ready {
    written: Written,
    new: bool,
    visit: bool,
    now: Timestamp,
    step: StepRecord,
    sealed_step: Vec<u8>,
    tasks: Vec<TaskRow>,
    moved: CaseMoved,
    writes: Vec<Write>,
    head: Option<journal::Head>,
}

impl Ready {
    async fn write(&self, tx: &mut Tx<'_>, ctx: &Ctx) -> Result<(), CaseError> {
        // What is looked at comes first; what is only written follows in one go.
        let case = &self.written.case;
        let id = &case.case_id;
        let stream = case.stream();
        let mut head = journal::Head::fresh();
        if self.new {
            table::insert(tx, &self.written).await?;
        } else {
            table::update(tx, &self.written).await?;
            head = match self.head.clone().filter(|_| tx.is_trusting()) {
                Some(read) => read,
                None => journal::Head::of(tx, &stream).await?,
            };
            if self.step.open.from != Some(State::Draft) {
                table::delete_tasks(tx, id).await?;
            }
        }
        let numbered_now = case.data.case_no.is_some()
            && matches!(self.step.open.from, None | Some(State::Draft))
            && case.state != State::Draft;
        if let (true, Some(no)) = (numbered_now, &case.data.case_no) {
            table::insert_number(tx, no, &case.case_id).await?;
        }
        table::insert_step(tx, &case.case_id, &self.step, &self.sealed_step).await?;
        table::insert_tasks(tx, id, &self.tasks, case.state.code()).await?;
        for write in &self.writes {
            self.beside(tx, ctx, write).await?;
        }
        if self.visit {
            let (no, event) = (case.data.visits, self.step.open.event.code());
            table::insert_visit(tx, id, no, event, &ctx.actor.id, self.now).await?;
            if !case.data.at_window && no > case.data.max_visits {
                let exceeded = VisitsExceeded {
                    case_id: id.clone(),
                    case_no: case.data.case_no.clone(),
                    item_id: case.data.item_id.clone(),
                    agency: case.data.agency.clone(),
                    visits: no,
                    max_visits: case.data.max_visits,
                };
                journal::append_to(tx, ctx, &stream, &mut head, &exceeded).await?;
            }
        }
        journal::append_to(tx, ctx, &stream, &mut head, &self.moved).await?;
        Ok(())
    }

    async fn beside(&self, tx: &mut Tx<'_>, ctx: &Ctx, write: &Write) -> Result<(), CaseError> {
        let case = &self.written.case;
        match write {
            Write::Material(m) => table::put_material(tx, ctx, &case.case_id, m).await,
            Write::Special(s) => table::put_special(tx, ctx, &case.case_id, s).await,
            Write::ForgetFailed => table::forget_failed(tx, &case.case_id).await,
            Write::Notice(n) => notices::create(tx, ctx, n)
                .await
                .map(drop)
                .map_err(CaseError::other),
            Write::Licence(p) => licences::commit(tx, ctx, p)
                .await
                .map(drop)
                .map_err(CaseError::other),
            Write::LicenceChange(c) => licences::apply_change(tx, ctx, c)
                .await
                .map_err(CaseError::other),
            Write::Credit(note) => registers::note_credit(tx, ctx, note)
                .await
                .map_err(CaseError::other),
            Write::Applicant(digest) => {
                let item = &case.data.item_id;
                table::insert_applicant(tx, digest, &case.case_id, item).await
            }
        }
    }
}

fn move_clock(
    case: &mut Case,
    item: &Item,
    clock: ClockMove,
    now: Timestamp,
) -> Result<(), CaseError> {
    if clock == ClockMove::Start {
        let limit: Limit = item.promised_limit;
        case.start_clock(limit, now);
        return Ok(());
    }
    let Some(running) = &mut case.data.clock else {
        return Ok(());
    };
    if running.is_ended() {
        return Ok(());
    }
    match clock {
        ClockMove::Stop if !running.is_paused() => running.push(ClockEvent::Paused { at: now })?,
        ClockMove::Run if running.is_paused() => running.push(ClockEvent::Resumed { at: now })?,
        ClockMove::End => running.push(ClockEvent::Ended { at: now })?,
        _ => {}
    }
    Ok(())
}

/// Without the acceptance tasks of officers who sit in another hall: they may not act.
async fn at_hall(
    ctx: &Ctx,
    case: &Case,
    mut rows: Vec<TaskRow>,
) -> Result<Vec<TaskRow>, CaseError> {
    if case.data.hall.is_none() {
        return Ok(rows);
    }
    let system = ctx.as_system();
    let accept = flow::Step::Accept.code();
    let mut elsewhere = HashSet::new();
    for row in rows.iter().filter(|row| row.step == accept) {
        let officer = identity::staff_actor(&system, &row.username, ctx.actor.channel)
            .await
            .map_err(CaseError::other)?;
        if officer.is_some_and(|o| o.hall.is_some() && o.hall != case.data.hall) {
            elsewhere.insert(row.username.clone());
        }
    }
    rows.retain(|row| row.step != accept || !elsewhere.contains(&row.username));
    Ok(rows)
}

/// One row for each officer of each open post; a claimed post is its holder's alone.
fn tasks(case: &Case, item: &Item, due: impl Fn(&PostTime) -> Option<Timestamp>) -> Vec<TaskRow> {
    if !case.state.has_tasks() {
        return Vec::new();
    }
    let Some(flow) = &case.data.flow else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (code, task) in flow.tasks() {
        let (Some(post), Some(time)) = (item.flow.post(code), case.post_time(code)) else {
            continue;
        };
        let due_at = due(time);
        for username in &post.staff {
            if task.is_free_for(post, username) && !task.is_signed_by(username) {
                rows.push(TaskRow {
                    username: username.clone(),
                    post_code: post.code.clone(),
                    step: post.step.code(),
                    due_at,
                    opened_at: time.opened_at,
                });
            }
        }
    }
    rows
}
