//! What scenarios 3 and 4 say of the licences themselves: a certificate whose number is made of the
//! holder's, and a permit that is lost and issued again.

use cases::{Case, CaseError};
use journeys::Town;
use kernel::PageRequest;
use licences::{
    CitedFor, Detail, Format, LicenceError, LicenceEvent, Query, State, StateChange, Step,
};

use serde_json::Value;

use super::scenario_8::{failure, scanned_key};

/// 孙㵘's residence permit.
const LOST: &str = "990102260000140";
const LOST_BY: &str = "u_p17";
/// 郑凯's identity number.
const IDENTITY: &str = "990102198708081672";

pub(super) async fn beside(town: &Town, scenario: u64, step: u64, case: Option<&Case>) {
    match (scenario, step) {
        (3, 11) => certificate(town, case.unwrap()).await,
        (4, 1) => reported(town).await,
        (4, 8) => issued_again(town, case.unwrap()).await,
        _ => {}
    }
}

/// A holder's licence as an officer of its issuer has it, with the file's verdict.
async fn made(town: &Town, case: &Case) -> Detail {
    let key = super::licence_key(case);
    let detail = licences::detail(town.ctx(), &key).await.unwrap();
    assert_eq!(detail.card.state, State::Valid);
    assert!(detail.verdict.is_valid());
    assert!(detail.version.data.photo.is_some(), "a face with a photo");
    detail
}

/// The number is the holder's with the kind and degree of disability behind it; ten years.
async fn certificate(town: &Town, case: &Case) {
    let detail = made(town, case).await;
    let face = &detail.version.face.face;
    assert_eq!(face["licence_no"], format!("{IDENTITY}43"));
    assert_eq!(
        detail.card.valid_to.unwrap().to_string(),
        "2036-12-01",
        "the day of the decision counts"
    );
    // The number is as private as the one it is made of, for whoever may not look at it.
    assert!(!detail.card.licence_no_masked.contains(IDENTITY));
    let stranger = town.officer("rs_shangkw").await;
    let hidden = licences::detail(&stranger, &detail.card.licence_key).await;
    assert!(hidden.is_err(), "not before it was granted");
}

async fn old_key(town: &Town) -> String {
    let query = Query {
        licence_no: Some(LOST.into()),
        type_code: Some("JZZ".into()),
        ..Query::default()
    };
    let page = licences::search(town.ctx(), &query, PageRequest::default()).await;
    page.unwrap().rows[0].licence_key.clone()
}

async fn reported(town: &Town) {
    let me = town.person(LOST_BY).await;
    let key = old_key(town).await;
    let change = StateChange {
        licence_key: key.clone(),
        event: LicenceEvent::ReportLoss,
        reason: "地铁上遗失".into(),
    };
    let state = licences::change_state(&me, change).await.unwrap();
    assert_eq!(state, State::Lost);
    let owner = me.actor.owner().to_owned();
    let by = CitedFor {
        number: "",
        agency: "YD_GAJ",
    };
    let cited = licences::cite(&me, &owner, &key, "办事", &by).await;
    assert!(
        matches!(cited, Err(LicenceError::NotCitable(State::Lost))),
        "{cited:?}"
    );
    let found = scanned_key(town, &key).await;
    assert_eq!(failure(&found), (Step::Revocation, "licence_lost", 2));
}

/// The new permit stands for the old one, which is history and says so to whoever scans it.
async fn issued_again(town: &Town, case: &Case) {
    let detail = made(town, case).await;
    let card = &detail.card;
    assert_eq!(card.type_code, "JZZ");
    let officer = town.officer("ga_luoqh").await;
    let all = Query {
        licence_no: Some("99012119981111291X".into()),
        type_code: Some("JZZ".into()),
        ..Query::default()
    };
    let page = licences::search(&officer, &all, PageRequest::default()).await;
    let rows = page.unwrap().rows;
    let mut states: Vec<_> = rows.iter().map(|row| row.state).collect();
    states.sort_by_key(|state| state.code());
    assert_eq!(states, [State::History, State::Valid]);
    let old = rows.iter().find(|row| row.state == State::History).unwrap();
    assert_ne!(old.licence_key, card.licence_key);
    let file = licences::file(&officer, &card.licence_key, Format::Ofd).await;
    let package = ofd::Package::read(&file.unwrap(), &ofd::Limits::default()).unwrap();
    let said = ofd::attached(&package, "metadata.json").unwrap().unwrap();
    let said: Value = serde_json::from_slice(&said).unwrap();
    let former = licences::versions(&officer, &old.licence_key).await;
    let former = former.unwrap().remove(0).face.identifier;
    assert_eq!(said["KZ_TH"], former, "names what it stands for");
    let found = scanned_key(town, &old.licence_key).await;
    assert_eq!(failure(&found), (Step::Revocation, "licence_history", 2));
    assert!(scanned_key(town, &card.licence_key).await.valid);
    // In the holder's wallet only the one that counts.
    let me = town.person(LOST_BY).await;
    let wallet = licences::wallet(&me, me.actor.owner()).await.unwrap();
    let held = wallet.iter().filter(|one| one.type_code == "JZZ");
    let held: Vec<_> = held.map(|one| one.licence_key.as_str()).collect();
    assert!(held.contains(&card.licence_key.as_str()));
}

/// The window checks the price. The courier's fee is the courier's.
pub(super) async fn fee_due(town: &Town, id: &str, wanted: &Value) -> Result<Case, CaseError> {
    let fee = wanted["payment"]["fee"].as_str().unwrap();
    let fen = fee.replace('.', "").parse().unwrap();
    cases::request_fee(&town.officer("ga_luoqh").await, id.into(), fen).await
}

/// The window confirms the bank's receipt; told twice, it is the same payment.
pub(super) async fn paid(town: &Town, id: &str) -> Result<Case, CaseError> {
    let window = town.officer("ga_luoqh").await;
    let first = cases::confirm_payment(&window, id.into(), "99000000021").await?;
    let again = cases::confirm_payment(&window, id.into(), "99000000021").await?;
    assert_eq!(first.rev, again.rev);
    Ok(again)
}
