//! Everything that was done with a seal, as the journal tells it: moves, requests, changes of its
//! authorisations.

use jiff::Timestamp;
use kernel::Permission;
use serde::Serialize;
use store::Ctx;

use crate::error::SealError;
use crate::event::stream;
use crate::step::load;

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    pub at: Timestamp,
    /// `apply`, `approve`, …: the events of the state table; `ask_recover`, `ask_destroy`,
    /// `decline_recover`, `decline_destroy`; `grant_added`, `grant_changed`, `grant_ended`.
    pub what: String,
    /// Staff user name; `system` for the platform itself.
    pub staff: String,
    /// Reason, number, receipt: whatever the act was given.
    pub note: String,
}

/// The acts on a seal, oldest first.
pub async fn timeline(ctx: &Ctx, seal_key: &str) -> Result<Vec<Act>, SealError> {
    let mut reader = ctx.db.reader();
    let seal = load(&mut reader, seal_key).await?;
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    let events = journal::stream(&mut reader, &stream(seal_key)).await?;
    Ok(events.into_iter().filter_map(act).collect())
}

fn act(event: journal::StoredEvent) -> Option<Act> {
    let text = |name: &str| {
        let value = event.payload.get(name).and_then(|value| value.as_str());
        value.unwrap_or_default().to_owned()
    };
    let kind = event.kind.strip_prefix("seal.")?;
    let (what, note) = match kind {
        "asked" => {
            let declined = event.payload.get("declined").and_then(|d| d.as_bool());
            let verb = if declined == Some(true) {
                "decline"
            } else {
                "ask"
            };
            (format!("{verb}_{}", text("request")), text("reason"))
        }
        "certificates_asked" => {
            let cancelled = event.payload.get("cancelled").and_then(|c| c.as_bool());
            let verb = match cancelled {
                Some(true) => "cancel_request",
                _ => "request_certificates",
            };
            (verb.to_owned(), text("reason"))
        }
        "grant_changed" => {
            let most = event.payload.get("daily_maximum").and_then(|m| m.as_i64());
            let terms = format!(
                "{}:{}×{} {}",
                text("holder"),
                text("document_kind"),
                most.unwrap_or_default(),
                text("note"),
            );
            (format!("grant_{}", text("what")), terms.trim().to_owned())
        }
        other => (crate::event::code(other)?.to_owned(), text("note")),
    };
    Some(Act {
        at: event.at,
        what,
        staff: event.actor.id,
        note,
    })
}
