//! Stock licences of the demonstration and of existing systems: composed, sealed and taken in as
//! they are, with the state they have.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{Permission, Target};
use serde::Deserialize;
use store::Ctx;

use crate::due::next_inspection;
use crate::error::LicenceError;
use crate::issue::{commit, identifier_digest};
use crate::kind::licence_type;
use crate::licence::Source;
use crate::plan::Plan;
use crate::prepare::{Holder, IssueRequest, Prepared, seal_plan};
use crate::state::State;
use crate::table;

/// A licence that exists already.
#[derive(Clone, Debug, Deserialize)]
pub struct StockLicence {
    pub licence_id: String,
    pub type_short_code: String,
    pub licence_no: String,
    pub issuer_code: String,
    pub issue_date: Date,
    pub valid_from: Option<Date>,
    pub valid_to: Option<String>,
    pub holder: String,
    pub holder_id: String,
    pub holder_id_type: String,
    pub region_code: String,
    pub face_data: BTreeMap<String, Option<String>>,
    pub state: String,
    pub version_no: u32,
    /// The photo's bytes, read by the caller.
    #[serde(skip)]
    pub photo_bytes: Option<Vec<u8>>,
    #[serde(default)]
    pub photo: Option<String>,
}

/// Takes licences in. What is in the library already is left as it is. Returns how many were new.
pub async fn import_licences(ctx: &Ctx, stock: Vec<StockLicence>) -> Result<usize, LicenceError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let mut new = 0;
    for licence in stock {
        let digest = identifier_digest(ctx, &licence.licence_id);
        if table::by_identifier(&mut ctx.db.reader(), &digest)
            .await?
            .is_some()
        {
            continue;
        }
        let prepared = std::sync::Arc::new(prepare(ctx, licence).await?);
        let inner = ctx.clone();
        ctx.db
            .write(move |tx| {
                let (ctx, prepared) = (inner.clone(), prepared.clone());
                Box::pin(async move { commit(tx, &ctx, &prepared).await })
            })
            .await?;
        new += 1;
    }
    Ok(new)
}

async fn prepare(ctx: &Ctx, l: StockLicence) -> Result<Prepared, LicenceError> {
    let kind = licence_type(ctx, &l.type_short_code).await?;
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let agency = directory
        .agency_by_uscc(&l.issuer_code)
        .ok_or(LicenceError::NotFound)?;
    let state = State::from_code(&l.state).ok_or_else(|| LicenceError::Data(l.state.clone()))?;
    let valid_to = match l.valid_to.as_deref() {
        None | Some("长期") | Some("") => None,
        Some(text) => Some(
            text.parse::<Date>()
                .map_err(|e| LicenceError::Data(e.to_string()))?,
        ),
    };
    let today = kernel::time::beijing_date(ctx.now());
    let plan = Plan {
        licence_key: ctx.rng.key(),
        version: l.version_no,
        token: ctx.rng.token(),
        number: l.licence_no,
        identifier: l.licence_id,
        holder_id: l.holder_id.clone(),
        holder_id_type: l.holder_id_type.clone(),
        issue_date: l.issue_date,
        valid_from: l.valid_from.unwrap_or(l.issue_date),
        valid_to,
        replaces: None,
        replaced: None,
        source: Source::platform(),
        state,
        // What was due before it came here is the matter of where it came from.
        inspect_by: next_inspection(&kind, l.valid_from.unwrap_or(l.issue_date), today),
        kind,
    };
    let request = IssueRequest {
        type_code: l.type_short_code,
        issuer: agency.code.clone(),
        region: l.region_code,
        holder: Holder {
            account: None,
            name: l.holder,
            id: l.holder_id,
            id_type: l.holder_id_type,
        },
        face: l
            .face_data
            .into_iter()
            .filter_map(|(k, v)| Some((k, v?)))
            .collect(),
        photo: l.photo_bytes,
        case_no: None,
        item_code: None,
        replaces: None,
    };
    seal_plan(ctx, &request, plan).await
}
