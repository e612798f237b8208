//! 站内信.

use jiff::Timestamp;
use kernel::{Page, PageRequest, Permission, Target};
use serde::{Deserialize, Serialize};
use store::{Ctx, Tx};

use crate::deliver::About;
use crate::error::MessageError;
use crate::table::{self, NewSite};

/// A message in the user space.
#[derive(Clone, Debug)]
pub struct SiteMessage {
    pub message_id: String,
    pub at: Timestamp,
    pub read: bool,
    pub title: String,
    pub text: String,
    /// The case that it is about.
    pub case_no: Option<String>,
    /// The licence that it is about.
    pub licence_key: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    title: String,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    licence_key: Option<String>,
}

/// Writes a message. `id` makes it idempotent: the same event tells once.
pub(crate) async fn put(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    account: &str,
    id: &str,
    about: &About,
    text: (&str, &str),
) -> Result<bool, MessageError> {
    let (kind, case_no, licence_key) = match about {
        About::Case(no) => ("case", Some(no.as_str()), None),
        About::Licence(key) => ("licence", None, Some(key.clone())),
    };
    let body = Body {
        title: text.0.to_owned(),
        text: text.1.to_owned(),
        licence_key,
    };
    let plain = serde_json::to_vec(&body).map_err(|e| MessageError::Data(e.to_string()))?;
    let sealed = ctx.seal("site_message", "body", &format!("{account}/{id}"), &plain);
    let new = NewSite {
        account,
        id,
        at: ctx.now(),
        kind,
        case_no,
        body: &sealed,
    };
    Ok(table::put_site(tx, &new).await?)
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
    let total = table::count_site(&mut reader, &owner).await?;
    let mut all = Vec::new();
    for row in table::site_page(&mut reader, &owner, page).await? {
        let key = format!("{owner}/{}", row.id);
        let plain = ctx
            .open_sealed("site_message", "body", &key, &row.body)
            .map_err(|e| MessageError::Data(e.to_string()))?;
        let body: Body =
            serde_json::from_slice(&plain).map_err(|e| MessageError::Data(e.to_string()))?;
        all.push(SiteMessage {
            message_id: row.id,
            at: row.at,
            read: row.read,
            case_no: row.case_no,
            licence_key: body.licence_key,
            title: body.title,
            text: body.text,
        });
    }
    Ok(Page::new(all, total, page))
}

/// How many the actor has not read.
pub async fn unread(ctx: &Ctx) -> Result<u64, MessageError> {
    let owner = own(ctx)?;
    Ok(table::unread(&mut ctx.db.reader(), &owner).await?)
}

/// Marks all messages of the actor as read.
pub async fn mark_read(ctx: &Ctx) -> Result<(), MessageError> {
    let (owner, now) = (own(ctx)?, ctx.now());
    ctx.db
        .write(move |tx| {
            let owner = owner.clone();
            Box::pin(async move {
                table::mark_read(tx, &owner, now).await?;
                Ok::<_, MessageError>(())
            })
        })
        .await
}
