//! Moving a version through its life [C-46].

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::Date;
use kernel::{Permission, Target};
use store::{Ctx, Tx};

use crate::error::ItemsError;
use crate::events::Told;
use crate::library::{self, Library};
use crate::life::{publish, step};
use crate::state::{Event, IllegalMove, next};
use crate::table::{self, CurrentRow};

/// A move somebody wants to make.
#[derive(Clone, Debug)]
pub struct StateChange {
    pub item_id: String,
    pub version: u32,
    /// [`Event::Create`] and [`Event::Supersede`] happen by themselves and are refused.
    pub event: Event,
    /// Why. Needed for returning, suspending and cancelling.
    pub opinion: String,
    /// With [`Event::Cancel`]: the items that take its place after a split or merge [C-14].
    pub successors: Vec<String>,
}

/// Moves a version. Permission [`Permission::ItemManage`] for the item's agency.
pub async fn change_state(ctx: &Ctx, change: StateChange) -> Result<(), ItemsError> {
    let item = library::version(ctx, &change.item_id, change.version).await;
    let item = match item {
        Ok(item) => item,
        Err(error) => {
            // Whether the item exists is told to those who may manage items somewhere.
            if ctx.actor.scopes(Permission::ItemManage).is_empty() {
                ctx.actor
                    .require(Permission::ItemManage, &Target::default())?;
            }
            return Err(error);
        }
    };
    ctx.actor.require(
        Permission::ItemManage,
        &Target {
            region: Some(&item.region),
            agency: Some(&item.agency_code),
            item: Some(&item.item_id),
            ..Target::default()
        },
    )?;
    check(ctx, &change).await?;
    let told = Told {
        item_id: change.item_id,
        version: change.version,
        implementation_code: item.implementation_code.clone(),
        opinion: change.opinion.trim().to_owned(),
        other_version: None,
        successors: change.successors,
    };
    let today = kernel::time::beijing_date(ctx.now());
    let effective = item.planned_effective_date.unwrap_or(today);
    write(ctx, told, change.event, effective).await
}

async fn check(ctx: &Ctx, change: &StateChange) -> Result<(), ItemsError> {
    let by_itself = matches!(change.event, Event::Create | Event::Supersede);
    if by_itself {
        let row = table::last_state(&mut ctx.db.reader(), &change.item_id, change.version).await?;
        return Err(IllegalMove {
            from: row.map(|r| r.state),
            event: change.event,
        }
        .into());
    }
    let explained = matches!(change.event, Event::Return | Event::Suspend | Event::Cancel);
    if explained && change.opinion.trim().is_empty() {
        return Err(ItemsError::Invalid {
            field: "opinion",
            zh: "请写明理由",
            en: "Please give a reason",
        });
    }
    if !change.successors.is_empty() && change.event != Event::Cancel {
        return Err(ItemsError::Invalid {
            field: "successors",
            zh: "只有取消事项时可以指定接续的事项",
            en: "Only a cancelled item has successors",
        });
    }
    for successor in &change.successors {
        let known = table::current(&mut ctx.db.reader(), successor).await?;
        if known.is_none() || *successor == change.item_id {
            return Err(ItemsError::Invalid {
                field: "successors",
                zh: "接续的事项不存在",
                en: "A successor does not exist",
            });
        }
    }
    Ok(())
}

async fn write(ctx: &Ctx, told: Told, event: Event, effective: Date) -> Result<(), ItemsError> {
    let (write_ctx, told) = (ctx.clone(), Arc::new(told));
    ctx.db
        .write(move |tx| {
            let (ctx, told) = (write_ctx.clone(), told.clone());
            Box::pin(async move { apply(tx, &ctx, &told, event, effective).await })
        })
        .await?;
    ctx.shared.get_or_make::<Library>().forget();
    Ok(())
}

async fn apply(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    told: &Told,
    event: Event,
    effective: Date,
) -> Result<(), ItemsError> {
    let now = ctx.now();
    let last = table::last_state(tx, &told.item_id, told.version).await?;
    let last = last.ok_or(ItemsError::NotFound)?;
    let to = next(Some(last.state), event)?;
    let current = table::current(tx, &told.item_id).await?;
    match event {
        Event::Publish => {
            let seq = last.seq + 1;
            publish(tx, ctx, told, seq, Some(last.state), current.as_ref(), now).await?;
        }
        Event::Suspend | Event::Resume | Event::Cancel => {
            step(tx, ctx, told, last.seq + 1, event, to, now).await?;
            let current = current.filter(|c| c.version == told.version);
            let current = current.ok_or(ItemsError::Stale)?;
            let row = CurrentRow {
                state: to,
                since: if event == Event::Resume {
                    current.since
                } else {
                    now
                },
                successors: told.successors.clone(),
                ..current.clone()
            };
            if !table::put_current(tx, &row, Some(current.rev)).await? {
                return Err(ItemsError::Stale);
            }
        }
        _ => {
            step(tx, ctx, told, last.seq + 1, event, to, now).await?;
            if event == Event::Approve {
                table::put_pending(tx, &told.item_id, told.version, effective).await?;
            }
        }
    }
    Ok(table::raise_revision(tx).await?)
}

/// Brings into use what is approved and whose day has come. Returns how many versions.
pub async fn publish_due(ctx: &Ctx) -> Result<usize, ItemsError> {
    ctx.actor
        .require(Permission::ItemManage, &Target::default())?;
    let today = kernel::time::beijing_date(ctx.now());
    let due = table::due(&mut ctx.db.reader(), today).await?;
    let mut done = 0;
    for (item_id, version) in due {
        let item = library::version(ctx, &item_id, version).await?;
        let told = Told {
            item_id,
            version,
            implementation_code: item.implementation_code.clone(),
            opinion: "生效日期已到".to_owned(),
            other_version: None,
            successors: Vec::new(),
        };
        match write(ctx, told, Event::Publish, today).await {
            Ok(()) => done += 1,
            // Its item is suspended or cancelled, or another process was faster: the version
            // stays approved and is looked at again.
            Err(error @ (ItemsError::IllegalMove(_) | ItemsError::Stale)) => {
                tracing::warn!(%error, item = item.item_id, version, "not published");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// What this domain does by the clock.
pub fn schedules() -> Vec<journal::Schedule> {
    vec![journal::Schedule {
        name: "items.publish_due",
        every: SignedDuration::from_mins(1),
        run: Arc::new(|ctx, _| {
            Box::pin(async move {
                publish_due(&ctx.as_system())
                    .await
                    .map(drop)
                    .map_err(|e| e.to_string())
            })
        }),
    }]
}
