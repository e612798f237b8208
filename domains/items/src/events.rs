//! What happens to items, as the journal tells it. Streams are `item/{short code}` and
//! `catalogue_list`.

use journal::Event;
use serde::{Deserialize, Serialize};

use crate::state;

/// Stream of the catalogue list.
pub(crate) const LIST_STREAM: &str = "catalogue_list";

/// Stream of an item.
pub(crate) fn stream(item_id: &str) -> String {
    format!("item/{item_id}")
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            pub item_id: String,
            pub version: u32,
            pub implementation_code: String,
            /// Why, as the actor put it.
            #[serde(default, skip_serializing_if = "String::is_empty")]
            pub opinion: String,
            /// The version that took its place, or whose place it took.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub other_version: Option<u32>,
            /// Items that take its place after a split or merge.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub successors: Vec<String>,
        }

        impl Event for $name {
            const KIND: &'static str = $kind;
        }
    )*};
}

events! {
    /// A new version was begun.
    ItemDrafted = "item.drafted";
    /// A version was submitted for review.
    ItemSubmitted = "item.submitted";
    /// A version was returned with an opinion.
    ItemReturned = "item.returned";
    /// Both reviews approved a version.
    ItemApproved = "item.approved";
    /// A version came into use; `other_version` is the one it replaced.
    ItemPublished = "item.published";
    /// A version became history; `other_version` is the one that replaced it.
    ItemSuperseded = "item.superseded";
    /// New applications are stopped.
    ItemSuspended = "item.suspended";
    /// New applications are possible again.
    ItemResumed = "item.resumed";
    /// The item is cancelled, split or merged; open cases go on with their version.
    ItemCancelled = "item.cancelled";
}

/// Entries of the catalogue list were added or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueListChanged {
    /// The list's own version, as published.
    pub list_version: String,
    /// Base codes added or changed.
    pub base_codes: Vec<String>,
}

impl Event for CatalogueListChanged {
    const KIND: &'static str = "catalogue_list.changed";
}

/// What an event says.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub item_id: String,
    pub version: u32,
    pub implementation_code: String,
    pub opinion: String,
    pub other_version: Option<u32>,
    pub successors: Vec<String>,
}

/// Writes the journal event of a move.
pub(crate) async fn tell(
    tx: &mut store::Tx<'_>,
    ctx: &store::Ctx,
    event: state::Event,
    told: &Told,
) -> Result<(), journal::JournalError> {
    macro_rules! append {
        ($name:ident) => {{
            let event = $name {
                item_id: told.item_id.clone(),
                version: told.version,
                implementation_code: told.implementation_code.clone(),
                opinion: told.opinion.clone(),
                other_version: told.other_version,
                successors: told.successors.clone(),
            };
            journal::append(tx, ctx, &stream(&told.item_id), &event)
                .await
                .map(drop)
        }};
    }
    match event {
        state::Event::Create => append!(ItemDrafted),
        state::Event::Submit => append!(ItemSubmitted),
        state::Event::Return => append!(ItemReturned),
        state::Event::Approve => append!(ItemApproved),
        state::Event::Publish => append!(ItemPublished),
        state::Event::Supersede => append!(ItemSuperseded),
        state::Event::Suspend => append!(ItemSuspended),
        state::Event::Resume => append!(ItemResumed),
        state::Event::Cancel => append!(ItemCancelled),
    }
}
