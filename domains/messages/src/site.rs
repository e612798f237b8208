//! 站内信.

use jiff::Timestamp;
use kernel::{Page, PageRequest, Permission, Target};
use serde::{Deserialize, Serialize};
use store::{Ctx, Run, Tx, args};

use crate::error::MessageError;

/// A message in the user space.
#[derive(Clone, Debug)]
pub struct SiteMessage {
    pub message_id: String,
    pub at: Timestamp,
    pub read: bool,
    pub title: String,
    pub text: String,
    pub case_no: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    title: String,
    text: String,
}

/// Writes a message. `id` makes it idempotent: the same event tells once.
pub(crate) async fn put(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    account: &str,
    id: &str,
    kind: &str,
    case_no: Option<&str>,
    text: (&str, &str),
) -> Result<bool, MessageError> {
    let body = Body {
        title: text.0.to_owned(),
        text: text.1.to_owned(),
    };
    let plain = serde_json::to_vec(&body).map_err(|e| MessageError::Data(e.to_string()))?;
    let sealed = ctx.seal("site_message", "body", &format!("{account}/{id}"), &plain);
    let sql = "INSERT INTO site_message (account, message_id, at, kind, case_no, body) \
               VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account, message_id) DO NOTHING";
    let done = tx
        .exec(sql, args![account, id, ctx.now(), kind, case_no, sealed])
        .await?;
    Ok(done == 1)
}

fn own(ctx: &Ctx) -> Result<String, MessageError> {
    let owner = ctx.actor.owner().to_owned();
    let target = Target {
        owner: Some(&owner),
        ..Target::default()
    };
    ctx.actor.require(Permission::CaseReadOwn, &target)?;
    Ok(owner)
}

/// The actor's messages, newest first.
pub async fn messages(ctx: &Ctx, page: PageRequest) -> Result<Page<SiteMessage>, MessageError> {
    let owner = own(ctx)?;
    let mut reader = ctx.db.reader();
    let total = reader
        .count(
            "SELECT count(*) FROM site_message WHERE account = ?",
            args![owner.as_str()],
        )
        .await?;
    let sql = "SELECT message_id, at, read_at, case_no, body FROM site_message \
               WHERE account = ? ORDER BY at DESC, message_id LIMIT ? OFFSET ?";
    let mut all = Vec::new();
    for row in reader
        .rows(sql, args![owner.as_str(), page.size, page.offset()])
        .await?
    {
        let id: String = row.get(0)?;
        let sealed: Vec<u8> = row.get(4)?;
        let plain = ctx
            .open_sealed("site_message", "body", &format!("{owner}/{id}"), &sealed)
            .map_err(|e| MessageError::Data(e.to_string()))?;
        let body: Body =
            serde_json::from_slice(&plain).map_err(|e| MessageError::Data(e.to_string()))?;
        all.push(SiteMessage {
            message_id: id,
            at: row.get(1)?,
            read: row.get::<Option<String>>(2)?.is_some(),
            case_no: row.get(3)?,
            title: body.title,
            text: body.text,
        });
    }
    Ok(Page::new(all, total, page))
}

/// How many the actor has not read.
pub async fn unread(ctx: &Ctx) -> Result<u64, MessageError> {
    let owner = own(ctx)?;
    let sql = "SELECT count(*) FROM site_message WHERE account = ? AND read_at IS NULL";
    Ok(ctx.db.reader().count(sql, args![owner]).await?)
}

/// Marks all messages of the actor as read.
pub async fn mark_read(ctx: &Ctx) -> Result<(), MessageError> {
    let (owner, now) = (own(ctx)?, ctx.now());
    ctx.db
        .write(move |tx| {
            let owner = owner.clone();
            Box::pin(async move {
                let sql =
                    "UPDATE site_message SET read_at = ? WHERE account = ? AND read_at IS NULL";
                tx.exec(sql, args![now, owner]).await?;
                Ok::<_, MessageError>(())
            })
        })
        .await
}
