//! What a licence says: face, metadata, link, ready to be drawn.

use std::collections::BTreeMap;
use std::sync::Arc;

use agencies::Agency;
use gm::sm3;
use jiff::civil::Date;
use notices::Site;
use seals::Seal;
use store::Ctx;

use crate::compose::{self, Composition, Drawn};
use crate::copy::Mark;
use crate::definition::LicenceType;
use crate::error::LicenceError;
use crate::metadata::{CopyMetadata, Metadata};
use crate::plan::Plan;
use crate::prepare::IssueRequest;

/// One version of a licence before it is drawn.
#[derive(Clone)]
pub(crate) struct Sheet {
    pub kind: Arc<LicenceType>,
    pub metadata: Metadata,
    pub face: BTreeMap<String, String>,
    photo: Option<Vec<u8>>,
    link: String,
    doc_id: String,
    at: jiff::Timestamp,
    mark: Option<Mark>,
}

impl Sheet {
    /// The same as a copy: marked, with its own document id, and saying what it is for.
    pub fn copy(mut self, mark: Mark, token: &str, until: Date) -> Result<Self, LicenceError> {
        self.metadata.copy = Some(CopyMetadata {
            made_at: self.metadata.made_at.clone(),
            made_by: self.metadata.holder.clone(),
            purpose: mark.note.clone(),
            until,
        });
        self.metadata.check()?;
        self.doc_id = hex::encode(&sm3(token.as_bytes())[..16]);
        self.mark = Some(mark);
        Ok(self)
    }

    /// Fills the fields that issuing fills and checks all of them.
    pub fn new(
        ctx: &Ctx,
        request: &IssueRequest,
        plan: &Plan,
        agency: &Agency,
        seal: &Seal,
    ) -> Result<Self, LicenceError> {
        let face = full_face(plan, request, &agency.name);
        compose::check(&plan.kind, &face)?;
        let metadata = Metadata {
            identifier: plan.identifier.clone(),
            type_code: plan.kind.type_code.clone(),
            name: plan.kind.type_name.clone(),
            number: plan.number.clone(),
            issuer: agency.name.clone(),
            issuer_code: agency.uscc.clone(),
            issue_date: plan.issue_date,
            holder: request.holder.name.clone(),
            holder_id: plan.holder_id.clone(),
            holder_id_type: plan.holder_id_type.clone(),
            valid_from: plan.valid_from,
            valid_to: plan.valid_to,
            version: plan.version,
            style_id: plan.kind.style.style_id.clone(),
            replaces: plan.replaced.clone(),
            seal_id: seal.es_id.clone(),
            made_at: Metadata::made(ctx.now()),
            algorithm: "SM2withSM3".into(),
            producer: Metadata::producer(),
            formats: vec!["OFD".into(), "PDF".into()],
            copy: None,
            face: face.clone(),
        };
        metadata.check()?;
        let version = format!("{}/{}", plan.licence_key, plan.version);
        Ok(Self {
            kind: plan.kind.clone(),
            metadata,
            face,
            photo: request.photo.clone(),
            link: link(ctx, &plan.token)?,
            doc_id: hex::encode(&sm3(version.as_bytes())[..16]),
            at: ctx.now(),
            mark: None,
        })
    }

    pub fn composition(&self) -> Composition<'_> {
        Composition {
            kind: &self.kind,
            metadata: &self.metadata,
            face: &self.face,
            photo: self.photo.as_deref(),
            link: &self.link,
            doc_id: &self.doc_id,
            at: self.at,
            mark: self.mark.as_ref(),
        }
    }

    /// Draws all three formats off the async threads.
    pub async fn draw(self, impression: Vec<u8>) -> Result<Drawn, LicenceError> {
        let drawn =
            tokio::task::spawn_blocking(move || compose::draw(&self.composition(), impression));
        drawn.await.map_err(|e| LicenceError::Data(e.to_string()))?
    }
}

/// What the QR code of a licence says.
pub(crate) fn link(ctx: &Ctx, token: &str) -> Result<String, LicenceError> {
    let site = ctx.shared.get::<Site>();
    let site = site.ok_or_else(|| LicenceError::Data("no site".into()))?;
    let base = site.base_url.trim_end_matches('/');
    Ok(format!("{base}/verify/{token}"))
}

/// The fields that issuing fills, over those given.
fn full_face(plan: &Plan, request: &IssueRequest, issuer: &str) -> BTreeMap<String, String> {
    let mut face = request.face.clone();
    let has = |code: &str| plan.kind.face_fields.iter().any(|f| f.field_code == code);
    let mut put = |code: &str, value: String| {
        if has(code) {
            face.insert(code.to_owned(), value);
        }
    };
    if let Some(field) = &plan.kind.numbering_rule.face_field {
        put(field, plan.number.clone());
    }
    put("issuer", issuer.to_owned());
    put("issue_date", plan.issue_date.to_string());
    put("valid_from", plan.valid_from.to_string());
    put(
        "valid_to",
        plan.valid_to
            .map_or_else(|| "长期".into(), |d| d.to_string()),
    );
    face.retain(|_, v| !v.trim().is_empty());
    face
}
