//! Reading: lists and detail, each with its scope.

use std::sync::Arc;

use calendar::{Calendar, Reading};
use items::Item;
use jiff::Timestamp;
use kernel::{Page, PageRequest, Permission, Scope, Target, mask};
use store::Ctx;

use crate::case::{Case, CaseData, CaseMaterial};
use crate::checks::{self, Hint};
use crate::error::CaseError;
use crate::events::CaseRevealed;
use crate::fields;
use crate::points::PointCheck;
use crate::special::Special;
use crate::state::{Event, State};
use crate::step::StepRecord;
use crate::table::{self, Sealed};

/// One row of a list.
#[derive(Clone, Debug)]
pub struct CaseRow {
    pub case_id: String,
    pub case_no: Option<String>,
    pub item_id: String,
    pub item_name: String,
    pub state: State,
    pub agency: String,
    pub reading: Option<Reading>,
    pub updated_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    pub deadline: Option<Timestamp>,
    /// Masked.
    pub applicant: String,
    /// The officer's open task, in task lists.
    pub task: Option<TaskView>,
}

/// An open task of an officer.
#[derive(Clone, Debug)]
pub struct TaskView {
    /// Code of the post.
    pub post: String,
    pub step: String,
    /// When the case came to the post.
    pub opened_at: Option<Timestamp>,
    /// The post's own clock; none where it has no limit.
    pub reading: Option<Reading>,
    /// User name of who claimed it.
    pub holder: Option<String>,
    /// Lies in a pool of several, of whom one takes it.
    pub claimable: bool,
}

impl TaskView {
    /// The task at an open post of a case.
    fn of(
        case: &Case,
        item: &Item,
        calendar: Option<&Calendar>,
        code: &str,
        now: Timestamp,
    ) -> Self {
        let post = item.flow.post(code);
        let task = case.data.flow.as_ref().and_then(|f| f.task(code));
        let holder = task.and_then(|t| t.holder.clone());
        let time = case.post_time(code);
        Self {
            post: code.to_owned(),
            step: post.map(|p| p.step.code()).unwrap_or_default().to_owned(),
            opened_at: time.map(|t| t.opened_at),
            reading: time.and_then(|t| t.reading(calendar?, now)),
            claimable: holder.is_none()
                && post.is_some_and(|p| p.countersign <= 1 && p.staff.len() > 1),
            holder,
        }
    }
}

async fn row(ctx: &Ctx, sealed: Sealed, post: Option<&str>) -> Result<CaseRow, CaseError> {
    row_of(ctx, sealed.open(ctx)?, post).await
}

/// A case as a row of a list, at a post where it waits there.
pub(crate) async fn row_of(
    ctx: &Ctx,
    case: Case,
    post: Option<&str>,
) -> Result<CaseRow, CaseError> {
    let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
    let calendar = directory.calendar_for(&case.data.region);
    let reading = calendar.and_then(|c| case.reading(c, ctx.now()));
    let task = match post {
        Some(post) => {
            let item = items::version(ctx, &case.data.item_id, case.data.item_version)
                .await
                .map_err(CaseError::other)?;
            Some(TaskView::of(&case, &item, calendar, post, ctx.now()))
        }
        None => None,
    };
    let applicant = &case.private.applicant;
    Ok(CaseRow {
        applicant: if applicant.is_legal {
            applicant.name.clone()
        } else {
            mask::name(&applicant.name)
        },
        case_no: case.data.case_no.clone(),
        item_id: case.data.item_id.clone(),
        item_name: case.data.item_name.clone(),
        state: case.state,
        agency: case.data.agency.clone(),
        reading,
        updated_at: case.updated_at,
        submitted_at: case.data.submitted_at,
        deadline: case.deadline,
        case_id: case.case_id,
        task,
    })
}

/// The items whose cases the actor may read for the owner: none for all of them.
fn own_items(ctx: &Ctx, owner: &str) -> Result<Option<Vec<String>>, CaseError> {
    let target = Target {
        owner: Some(owner),
        ..Target::default()
    };
    let Err(denied) = ctx.actor.require(Permission::CaseReadOwn, &target) else {
        return Ok(None);
    };
    let limited = ctx.actor.scopes(Permission::CaseReadOwn).into_iter();
    let items: Vec<String> = limited
        .filter_map(|scope| match scope {
            Scope::OwnItem(item) => Some(item.clone()),
            _ => None,
        })
        .collect();
    if items.is_empty() {
        return Err(denied.into());
    }
    Ok(Some(items))
}

/// The actor's own cases, newest first.
pub async fn my_cases(ctx: &Ctx, page: PageRequest) -> Result<Page<CaseRow>, CaseError> {
    let owner = ctx.actor.owner().to_owned();
    let items = own_items(ctx, &owner)?;
    let (sealed, total) =
        table::of_owner(&mut ctx.db.reader(), &owner, items.as_deref(), page).await?;
    let mut rows = Vec::new();
    for s in sealed {
        rows.push(row(ctx, s, None).await?);
    }
    Ok(Page::new(rows, total, page))
}

/// The officer's open tasks at these steps (`accept`, `review`, `decide`, …).
pub async fn my_tasks(
    ctx: &Ctx,
    steps: &[&str],
    page: PageRequest,
) -> Result<Page<CaseRow>, CaseError> {
    staff_only(ctx)?;
    let (found, total) = table::tasks_of(&mut ctx.db.reader(), &ctx.actor.id, steps, page).await?;
    let mut rows = Vec::new();
    for (sealed, post) in found {
        rows.push(row(ctx, sealed, Some(&post)).await?);
    }
    Ok(Page::new(rows, total, page))
}

/// The agencies whose cases the officer may read; none when the scope covers all.
pub(crate) async fn agencies_in_scope(ctx: &Ctx) -> Result<Option<Vec<String>>, CaseError> {
    staff_only(ctx)?;
    let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
    let (mut codes, mut all) = (Vec::new(), true);
    for agency in directory.agencies() {
        let target = Target {
            agency: Some(&agency.code),
            region: Some(&agency.region_code),
            ..Target::default()
        };
        if ctx.actor.require(Permission::CaseRead, &target).is_ok() {
            codes.push(agency.code.clone());
        } else {
            all = false;
        }
    }
    Ok((!all).then_some(codes))
}

/// Cases of the agencies in the actor's scope, in these states.
pub async fn agency_cases(
    ctx: &Ctx,
    states: &[State],
    page: PageRequest,
) -> Result<Page<CaseRow>, CaseError> {
    let mine = agencies_in_scope(ctx).await?;
    let states: Vec<&str> = states.iter().map(|s| s.code()).collect();
    let reader = &mut ctx.db.reader();
    let (sealed, total) = table::of_agencies(reader, mine.as_deref(), &states, page).await?;
    let mut rows = Vec::new();
    for s in sealed {
        rows.push(row(ctx, s, None).await?);
    }
    Ok(Page::new(rows, total, page))
}

/// Cases of the applicant with this identity number or credit code, newest first, as far as they lie
/// in the officer's scope. The number is compared as a keyed digest and never written anywhere.
pub async fn cases_of_identity(ctx: &Ctx, number: &str) -> Result<Vec<CaseRow>, CaseError> {
    staff_only(ctx)?;
    let digest = ctx.lookup("applicant", &kernel::number::fold(number));
    let mut rows = Vec::new();
    for sealed in table::of_applicant(&mut ctx.db.reader(), &digest).await? {
        if sealed.state != State::Draft && readable(ctx, &sealed.data).is_ok() {
            rows.push(row(ctx, sealed, None).await?);
        }
    }
    Ok(rows)
}

fn staff_only(ctx: &Ctx) -> Result<(), CaseError> {
    if ctx.actor.scopes(Permission::CaseRead).is_empty() {
        return Err(kernel::Denied(Permission::CaseRead).into());
    }
    Ok(())
}

/// Everything of one case.
#[derive(Clone, Debug)]
pub struct Detail {
    pub case: Case,
    /// Personal data in `case` are masked.
    pub masked: bool,
    pub item: Arc<Item>,
    pub reading: Option<Reading>,
    /// The open posts, of whoever they are.
    pub tasks: Vec<TaskView>,
    pub materials: Vec<CaseMaterial>,
    pub steps: Vec<StepRecord>,
    pub specials: Vec<Special>,
    pub checks: Vec<PointCheck>,
    pub visits: Vec<(Timestamp, String)>,
    pub hints: Vec<Hint>,
}

/// The case's key by its number.
pub async fn key_of(ctx: &Ctx, case_no: &str) -> Result<String, CaseError> {
    table::id_of(&mut ctx.db.reader(), case_no)
        .await?
        .ok_or(CaseError::NotFound)
}

/// A case with all that hangs on it, for its owner or for staff in whose scope it lies; to them
/// personal data are masked.
pub async fn detail(ctx: &Ctx, case_id: &str) -> Result<Detail, CaseError> {
    let case = table::load(&mut ctx.db.reader(), ctx, case_id).await?;
    readable(ctx, &case.data)?;
    let mut detail = whole(ctx, case).await?;
    if !is_own(ctx, &detail.case.data) {
        fields::mask_personal(&mut detail.case, &detail.item);
        detail.masked = true;
    }
    Ok(detail)
}

async fn whole(ctx: &Ctx, case: Case) -> Result<Detail, CaseError> {
    let (reader, case_id) = (&mut ctx.db.reader(), &case.case_id);
    let d = &case.data;
    let item = items::version(ctx, &d.item_id, d.item_version)
        .await
        .map_err(CaseError::other)?;
    let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
    let calendar = directory.calendar_for(&d.region);
    let reading = calendar.and_then(|c| case.reading(c, ctx.now()));
    let open = d.flow.iter().filter(|_| case.state.has_tasks());
    let tasks = open
        .flat_map(flow::State::tasks)
        .map(|(code, _)| TaskView::of(&case, &item, calendar, code, ctx.now()))
        .collect();
    let hints = if d.accepted_at.is_none() && !case.state.is_terminal() {
        checks::hints(ctx, &case).await?
    } else {
        Vec::new()
    };
    Ok(Detail {
        materials: table::materials(reader, ctx, case_id).await?,
        steps: table::steps(reader, ctx, case_id).await?,
        specials: table::specials(reader, ctx, case_id).await?,
        checks: table::checks(reader, case_id).await?,
        visits: table::visits(reader, case_id).await?,
        hints,
        tasks,
        reading,
        item,
        masked: false,
        case,
    })
}

/// The case is the actor's own, or that of whom the actor stands for.
fn is_own(ctx: &Ctx, d: &CaseData) -> bool {
    d.allows(&ctx.actor, Permission::CaseReadOwn).is_ok()
}

fn readable(ctx: &Ctx, d: &CaseData) -> Result<(), CaseError> {
    let may = d.allows(&ctx.actor, Permission::CaseRead).is_ok() || is_own(ctx, d);
    // A stranger learns nothing, not even that the case exists.
    if may {
        Ok(())
    } else {
        Err(CaseError::NotFound)
    }
}

/// What anybody may see who has the number with its token, or with the last four characters of the
/// identity number [B-35, D-17].
#[derive(Clone, Debug)]
pub struct Progress {
    pub case_no: String,
    pub item_name: String,
    pub agency: String,
    pub state: State,
    pub reading: Option<Reading>,
    /// Event, words, time, agency; newest first. No names, no opinions.
    pub steps: Vec<(String, Timestamp, String)>,
    pub deadline: Option<Timestamp>,
}

/// How somebody without login proves to be concerned.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// The random token of the notice's QR code.
    Token(&'a str),
    /// The last four characters of the applicant's identity number or USCC.
    LastFour(&'a str),
}

/// Progress without login. A wrong pair and an unknown number give the same answer.
pub async fn progress(ctx: &Ctx, case_no: &str, proof: Proof<'_>) -> Result<Progress, CaseError> {
    let system = ctx.as_system();
    let reader = &mut ctx.db.reader();
    let case_id = table::id_of(reader, case_no)
        .await?
        .ok_or(CaseError::NotFound)?;
    let case = table::load(reader, &system, &case_id).await?;
    let proven = match proof {
        Proof::Token(token) => same(token, &case.data.token),
        Proof::LastFour(four) => {
            let id = &case.private.applicant.id;
            let own = identity_ending(ctx, &case).await?;
            let four = kernel::number::fold(four);
            four.chars().count() == 4
                && (id.ends_with(&four) || own.is_some_and(|o| o.ends_with(&four)))
        }
    };
    if !proven {
        return Err(CaseError::NotFound);
    }
    let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
    let name = |code: &str| {
        directory
            .agency(code)
            .map_or_else(|| code.to_owned(), |a| a.name.clone())
    };
    let steps = table::steps(reader, &system, &case_id).await?;
    Ok(Progress {
        case_no: case_no.to_owned(),
        item_name: case.data.item_name.clone(),
        agency: name(&case.data.agency),
        state: case.state,
        reading: directory
            .calendar_for(&case.data.region)
            .and_then(|c| case.reading(c, ctx.now())),
        steps: steps
            .iter()
            .rev()
            .filter(|s| s.open.event != Event::StartForm && !s.open.event.is_of_pool())
            .map(|s| {
                (
                    s.open.event.zh().to_owned(),
                    s.open.ended_at,
                    name(&s.open.agency),
                )
            })
            .collect(),
        deadline: case.deadline,
    })
}

/// The acting person's identity number: who applies for an organisation proves with the own one.
async fn identity_ending(ctx: &Ctx, case: &Case) -> Result<Option<String>, CaseError> {
    let system = ctx.as_system();
    let person = identity::account(&system, &case.data.person)
        .await
        .map_err(CaseError::other)?;
    Ok(person
        .id_number
        .map(|i| kernel::Sensitive::reveal(&i).to_owned()))
}

/// Compares without telling by time how much agrees.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}

/// A case with its personal data in full: for its owner, and for officers whose role gives leave,
/// which is logged.
pub async fn reveal(ctx: &Ctx, case_id: &str) -> Result<Detail, CaseError> {
    let case = table::load(&mut ctx.db.reader(), ctx, case_id).await?;
    readable(ctx, &case.data)?;
    let d = &case.data;
    if !is_own(ctx, d) {
        d.allows(&ctx.actor, Permission::CaseReveal)?;
    }
    let event = CaseRevealed {
        case_id: case_id.to_owned(),
        case_no: d.case_no.clone(),
    };
    let (stream, write_ctx) = (case.stream(), ctx.clone());
    ctx.db
        .write(move |tx| {
            let (event, stream, ctx) = (event.clone(), stream.clone(), write_ctx.clone());
            Box::pin(async move {
                journal::append(tx, &ctx, &stream, &event).await?;
                Ok::<_, CaseError>(())
            })
        })
        .await?;
    whole(ctx, case).await
}

/// How many cases of an account are still open, for the question that identity asks before an
/// account is cancelled.
pub async fn open_cases_of_account(ctx: &Ctx, account: &str) -> Result<u64, CaseError> {
    let open: Vec<&str> = State::ALL
        .iter()
        .filter(|s| s.is_open() && **s != State::Draft)
        .map(|s| s.code())
        .collect();
    table::count_of_owner(&mut ctx.db.reader(), account, &open).await
}
