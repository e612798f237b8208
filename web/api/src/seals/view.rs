//! Seals as the API shows them.

use jiff::Timestamp;
use seals::{Seal, SealDetail, SealUse};
use serde::Serialize;
use utoipa::ToSchema;

/// 电子印章 in a list.
#[derive(Serialize, ToSchema)]
pub struct SealRow {
    /// For addresses.
    key: String,
    /// 印章标识.
    es_id: String,
    name: String,
    seal_type: &'static str,
    seal_type_name: &'static str,
    agency: String,
    agency_name: String,
    region: String,
    state: &'static str,
    state_name: &'static str,
    /// User name.
    custodian: String,
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
    /// 备案号.
    filing_no: Option<String>,
}

impl SealRow {
    pub fn of(seal: Seal) -> Self {
        Self {
            key: seal.key,
            es_id: seal.es_id,
            name: seal.name,
            seal_type: seal.seal_type.code(),
            seal_type_name: seal.seal_type.zh(),
            agency: seal.owner.agency_code,
            agency_name: seal.owner.name,
            region: seal.owner.region_code,
            state: seal.state.code(),
            state_name: seal.state.zh(),
            custodian: seal.custodian,
            valid_from: seal.valid_from,
            valid_to: seal.valid_to,
            filing_no: seal.filing_no,
        }
    }
}

/// A seal with everything its page shows.
#[derive(Serialize, ToSchema)]
pub struct SealView {
    #[serde(flatten)]
    row: SealRow,
    basis: String,
    /// User names.
    applicant: String,
    reviewer: Option<String>,
    maker: Option<String>,
    applied_at: Timestamp,
    made_at: Option<Timestamp>,
    filed_at: Option<Timestamp>,
    released_at: Option<Timestamp>,
    /// Version of the seal's structure: 4 (GB/T 38540-2020).
    signature_version: u32,
    /// Who signed the seal.
    signer: Option<String>,
    signing_time: Option<Timestamp>,
    width_mm: u32,
    height_mm: u32,
    /// `drawn` or `uploaded`.
    origin: &'static str,
    certificates: Vec<CertificateView>,
    authorisations: Vec<AuthorisationView>,
    history: Vec<HistoryView>,
    /// A recovery or destruction that waits for another person.
    asked: Option<AskedView>,
    /// Certificates that were asked of an outside authority and are awaited.
    requests: Option<RequestsView>,
    /// Key of the seal that this one renews.
    replaces: Option<String>,
    /// Files of the application: `basis`, `picture`.
    files: Vec<&'static str>,
    /// Uses since the seal exists.
    used: u64,
}

/// Certificate requests (PKCS#10) to be handed to an outside authority.
#[derive(Serialize, ToSchema)]
pub struct RequestsView {
    /// User name.
    by: String,
    at: Timestamp,
    /// For the key that signs OFD, PEM.
    sm2: String,
    /// For the key that signs PDF, PEM.
    pdf: String,
}

/// A certificate of a seal.
#[derive(Serialize, ToSchema)]
pub struct CertificateView {
    /// `sm2` for OFD; `p256`, or `rsa2048` to `rsa4096`, for PDF.
    kind: &'static str,
    subject: String,
    issuer: String,
    serial: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// 授权.
#[derive(Serialize, ToSchema)]
pub struct AuthorisationView {
    key: String,
    /// `system` or `staff`.
    holder_kind: &'static str,
    holder: String,
    document_kind: String,
    /// None: every item.
    item_code: Option<String>,
    valid_from: Timestamp,
    valid_to: Timestamp,
    daily_maximum: i64,
    /// Uses of today, Beijing time.
    used_today: i64,
    granted_by: String,
    granted_at: Timestamp,
    withdrawn_at: Option<Timestamp>,
}

/// One move of I-03.
#[derive(Serialize, ToSchema)]
pub struct HistoryView {
    at: Timestamp,
    event: &'static str,
    state: &'static str,
    staff: String,
    note: String,
}

/// What waits for another person.
#[derive(Serialize, ToSchema)]
pub struct AskedView {
    /// `recover` or `destroy`.
    request: &'static str,
    by: String,
    at: Timestamp,
    reason: String,
}

impl SealView {
    pub fn of(detail: SealDetail) -> Self {
        let used_today = detail.used_today;
        let authorisations = detail.authorisations.into_iter();
        let authorisations = authorisations.map(|one| AuthorisationView {
            used_today: used_today.get(&one.key).copied().unwrap_or_default(),
            key: one.key,
            holder_kind: one.holder_kind.code(),
            holder: one.holder,
            document_kind: one.document_kind,
            item_code: Some(one.item_code).filter(|code| !code.is_empty()),
            valid_from: one.valid_from,
            valid_to: one.valid_to,
            daily_maximum: one.daily_maximum,
            granted_by: one.granted_by,
            granted_at: one.granted_at,
            withdrawn_at: one.withdrawn_at,
        });
        let certificates = detail.certificates.into_iter().map(|one| CertificateView {
            kind: one.kind,
            subject: one.subject,
            issuer: one.issuer,
            serial: one.serial,
            not_before: one.not_before,
            not_after: one.not_after,
        });
        let history = detail.history.into_iter().map(|change| HistoryView {
            at: change.at,
            event: change.event.code(),
            state: change.state.code(),
            staff: change.staff,
            note: change.note,
        });
        let seal = detail.seal;
        let asked = seal.asked.clone().map(|asked| AskedView {
            request: asked.request.code(),
            by: asked.by,
            at: asked.at,
            reason: asked.reason,
        });
        Self {
            basis: seal.basis.clone(),
            applicant: seal.applicant.clone(),
            reviewer: seal.reviewer.clone(),
            maker: seal.maker.clone(),
            applied_at: seal.applied_at,
            made_at: seal.made_at,
            filed_at: seal.filed_at,
            released_at: seal.released_at,
            signature_version: detail.signature_version,
            signer: detail.signer,
            signing_time: detail.signing_time,
            width_mm: detail.size_mm.0,
            height_mm: detail.size_mm.1,
            origin: detail.origin.code(),
            certificates: certificates.collect(),
            authorisations: authorisations.collect(),
            history: history.collect(),
            asked,
            requests: detail.requests.map(|one| RequestsView {
                by: one.by,
                at: one.at,
                sm2: one.sm2,
                pdf: one.pdf,
            }),
            replaces: seal.replaces.clone(),
            files: detail.files.iter().map(|file| file.kind.code()).collect(),
            used: detail.used,
            row: SealRow::of(seal),
        }
    }
}

/// 用章记录 [I-15].
#[derive(Serialize, ToSchema)]
pub struct UseView {
    at: Timestamp,
    purpose: String,
    document_kind: String,
    case_no: Option<String>,
    item_code: Option<String>,
    /// `system`, a client id, a user name.
    caller: String,
    /// On whose act: a user name.
    person: Option<String>,
    result: &'static str,
    finished_at: Option<Timestamp>,
    note: String,
    documents: Vec<DocumentView>,
}

/// A sealed file.
#[derive(Serialize, ToSchema)]
pub struct DocumentView {
    format: String,
    /// SM3, hexadecimal.
    digest: String,
    length: u64,
}

impl UseView {
    pub fn of(used: SealUse) -> Self {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        let documents = used.documents.into_iter().map(|d| DocumentView {
            format: d.format,
            digest: d.digest,
            length: d.length,
        });
        Self {
            at: used.at,
            purpose: used.purpose,
            document_kind: used.document_kind,
            case_no: given(used.case_no),
            item_code: given(used.item_code),
            caller: used.caller,
            person: given(used.person),
            result: used.result.code(),
            finished_at: used.finished_at,
            note: used.note,
            documents: documents.collect(),
        }
    }
}
