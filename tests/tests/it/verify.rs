//! Verifying against the library: each state of a licence has its own reason, in the order
//! security, revocation, data.

use jiff::SignedDuration;
use journeys::Town;
use kernel::Sensitive;
use licences::{Format, LicenceEvent, StateChange, Step, Verification};
use store::Ctx;

/// 云味轩's food licence, in force until 2028.
const FOOD: &str = "JY29901020010130";

fn reason(found: &Verification) -> Option<(Step, &'static str)> {
    let failure = found.failure()?;
    Some((failure.step, failure.reason.unwrap().code()))
}

fn ran(found: &Verification) -> usize {
    found.steps.iter().filter(|s| s.passed.is_some()).count()
}

async fn key_of(ctx: &Ctx, number: &str) -> String {
    let query = licences::Query {
        licence_no: Some(number.into()),
        ..licences::Query::default()
    };
    let page = licences::search(ctx, &query, kernel::PageRequest::default())
        .await
        .unwrap();
    page.rows[0].licence_key.clone()
}

async fn change(ctx: &Ctx, key: &str, event: LicenceEvent) {
    let change = StateChange {
        licence_key: key.into(),
        event,
        reason: "按规定".into(),
    };
    licences::change_state(ctx, change).await.unwrap();
}

/// Each state of the library has its own reason, found by file, number and QR code alike, and the
/// data are not looked at any more.
#[tokio::test(flavor = "multi_thread")]
async fn every_state_has_its_reason() {
    use LicenceEvent as E;
    for town in Town::each("2026-11-16T09:30").await {
        let (ctx, visitor) = (town.ctx(), town.visitor());
        let cases: [(&str, &[E], &str); 5] = [
            (FOOD, &[E::Suspend], "licence_suspended"),
            ("JY29901020010269", &[E::ReportLoss], "licence_lost"),
            ("JY19901020010392", &[E::Void], "licence_void"),
            ("JY29901030010658", &[E::Revoke], "licence_revoked"),
            ("JY19901030010521", &[E::Cancel], "licence_cancelled"),
        ];
        for (number, events, wanted) in cases {
            let key = key_of(ctx, number).await;
            let ofd = licences::file(ctx, &key, Format::Ofd).await.unwrap();
            let pdf = licences::file(ctx, &key, Format::Pdf).await.unwrap();
            let token = licences::detail(ctx, &key).await.unwrap().card.token;
            let before = licences::verify_file(&visitor, ofd.clone()).await.unwrap();
            assert!(before.valid, "{number}: {:?}", reason(&before));
            for event in events {
                change(ctx, &key, *event).await;
            }
            let found = [
                licences::verify_file(&visitor, ofd).await.unwrap(),
                licences::verify_file(&visitor, pdf).await.unwrap(),
                licences::verify_number(&visitor, number, None)
                    .await
                    .unwrap(),
                licences::verify_token(&visitor, &token).await.unwrap(),
            ];
            for one in &found {
                assert_eq!(reason(one), Some((Step::Revocation, wanted)), "{number}");
                assert_eq!(ran(one), 2, "data are not looked at");
            }
        }
        // Given back, it is in force again.
        let key = key_of(ctx, FOOD).await;
        change(ctx, &key, E::Restore).await;
        let again = licences::verify_number(&visitor, FOOD, None).await.unwrap();
        assert!(again.valid && ran(&again) == 3);
        town.close().await;
    }
}

/// A licence ends with its last day whether or not the job that marks it has run.
#[tokio::test(flavor = "multi_thread")]
async fn expired_by_date_and_by_job() {
    for town in Town::each("2026-11-22T23:59").await {
        let visitor = town.visitor();
        let number = "JY29901020010783";
        let last_day = licences::verify_number(&visitor, number, None)
            .await
            .unwrap();
        assert!(last_day.valid, "{:?}", reason(&last_day));
        town.clock.advance(SignedDuration::from_mins(1));
        let wanted = Some((Step::Revocation, "licence_expired"));
        let over = licences::verify_number(&visitor, number, None)
            .await
            .unwrap();
        assert_eq!(reason(&over), wanted);
        licences::expire_due(town.ctx()).await.unwrap();
        let over = licences::verify_number(&visitor, number, None)
            .await
            .unwrap();
        assert_eq!(reason(&over), wanted);
        assert_eq!(over.summary.unwrap().state, licences::State::Expired);
        town.close().await;
    }
}

/// [H-54] The three steps in their order, stopping at the first that fails: with everything wrong
/// at once the file is what is told; with a whole file the state; with both in order the data.
#[tokio::test(flavor = "multi_thread")]
async fn security_then_revocation_then_data() {
    for town in Town::each("2026-11-16T09:30").await {
        let (ctx, visitor) = (town.ctx(), town.visitor());
        let key = key_of(ctx, FOOD).await;
        let whole = licences::file(ctx, &key, Format::Pdf).await.unwrap();
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        rename_holder(&town, "91990102").await;
        change(ctx, &key, LicenceEvent::Suspend).await;
        let found = licences::verify_file(&visitor, changed).await.unwrap();
        assert_eq!(
            (reason(&found).unwrap().0, ran(&found)),
            (Step::Security, 1)
        );
        let found = licences::verify_file(&visitor, whole.clone())
            .await
            .unwrap();
        let suspended = Some((Step::Revocation, "licence_suspended"));
        assert_eq!((reason(&found), ran(&found)), (suspended, 2));
        change(ctx, &key, LicenceEvent::Restore).await;
        let found = licences::verify_file(&visitor, whole.clone())
            .await
            .unwrap();
        let renamed = Some((Step::Data, "base_data_mismatch"));
        assert_eq!((reason(&found), ran(&found)), (renamed, 3));
        rename_holder(&town, "").await;
        let found = licences::verify_file(&visitor, whole).await.unwrap();
        assert!(found.valid, "{:?}", reason(&found));
        town.close().await;
    }
}

/// Gives the holder of [`FOOD`] another name in the register of legal persons, or its own again.
async fn rename_holder(town: &Town, before: &str) {
    let mut all: Vec<serde_json::Value> = town
        .city
        .part("legal_persons.json", "legal_persons")
        .unwrap();
    all.retain(|l| l["legal_person_id"] == "C02");
    let name = format!("{before}{}", all[0]["name"].as_str().unwrap());
    all[0]["name"] = name.into();
    let import = registers::Import {
        persons: Vec::new(),
        legal_persons: all,
        credits: Vec::new(),
    };
    registers::import(town.ctx(), import).await.unwrap();
}

/// A file that is cut short or no licence at all fails in the first step with its own reason.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_file_and_no_file() {
    for town in Town::each("2026-11-16T09:30").await {
        let key = key_of(town.ctx(), FOOD).await;
        let whole = licences::file(town.ctx(), &key, Format::Ofd).await.unwrap();
        for bytes in [&whole[..whole.len() / 2], b"not a licence", b""] {
            let found = licences::verify_file(&town.visitor(), bytes.to_vec())
                .await
                .unwrap();
            assert_eq!(reason(&found), Some((Step::Security, "unreadable")));
        }
        town.close().await;
    }
}

/// A change makes a new version: the old file is history, number and QR code show the new one.
#[tokio::test(flavor = "multi_thread")]
async fn the_former_version_is_history() {
    for town in Town::each("2026-11-17T09:00").await {
        let key = key_of(town.ctx(), FOOD).await;
        let old = licences::file(town.ctx(), &key, Format::Ofd).await.unwrap();
        let (_, case) = town.apply("SPJYXK-BG").await;
        let done = town.run_through(&case).await;
        let result = done.data.result.unwrap();
        assert_eq!(
            result.licence_key.as_deref(),
            Some(key.as_str()),
            "keeps its key"
        );
        let found = licences::verify_file(&town.visitor(), old).await.unwrap();
        assert_eq!(reason(&found), Some((Step::Revocation, "licence_history")));
        let new = licences::file(town.ctx(), &key, Format::Ofd).await.unwrap();
        let found = licences::verify_file(&town.visitor(), new).await.unwrap();
        assert!(found.valid, "{:?}", reason(&found));
        let card = licences::detail(town.ctx(), &key).await.unwrap().card;
        assert_eq!((card.version, card.licence_no.as_str()), (2, FOOD));
        town.close().await;
    }
}

/// A number by which a person could be found is answered only with the holder's last four
/// characters; a number that does not exist says the same.
#[tokio::test(flavor = "multi_thread")]
async fn guarded_numbers_need_proof() {
    for town in Town::each("2026-11-16T09:30").await {
        let (ctx, visitor) = (town.ctx(), town.visitor());
        let number = "990102260000140";
        let key = key_of(ctx, number).await;
        let holder = {
            let ofd = licences::file(ctx, &key, Format::Ofd).await.unwrap();
            assert!(licences::verify_file(&visitor, ofd).await.unwrap().valid);
            town.person("u_p17").await
        };
        let account = identity::account(&ctx.as_system(), holder.actor.owner()).await;
        let id = account.unwrap().id_number.unwrap().reveal().to_owned();
        let unknown = Some((Step::Security, "licence_unknown"));
        for ending in [None, Some("0000"), Some("")] {
            let found = licences::verify_number(&visitor, number, ending)
                .await
                .unwrap();
            assert_eq!(reason(&found), unknown);
            assert!(found.summary.is_none());
        }
        let proven = licences::verify_number(&visitor, number, Some(&id[14..]))
            .await
            .unwrap();
        assert!(proven.valid);
        let summary = proven.summary.unwrap();
        assert!(!summary.holder.contains('㵘'), "masked: {}", summary.holder);
        let nothing = licences::verify_token(&visitor, "no-such-token")
            .await
            .unwrap();
        assert_eq!(reason(&nothing), unknown);
        town.close().await;
    }
}

/// Every verification is logged where the holder sees it, and tells of each step how it ended, why
/// and when.
#[tokio::test(flavor = "multi_thread")]
async fn the_holder_sees_who_verified() {
    for town in Town::each("2026-11-16T09:30").await {
        let key = key_of(town.ctx(), FOOD).await;
        let before = licences::uses(town.ctx(), &key).await.unwrap().len();
        let found = licences::verify_number(&town.visitor(), FOOD, None)
            .await
            .unwrap();
        let steps: Vec<Step> = found.steps.iter().map(|s| s.step).collect();
        assert_eq!(steps, [Step::Security, Step::Revocation, Step::Data]);
        for step in &found.steps {
            assert_eq!((step.passed, step.reason), (Some(true), None));
            assert_eq!(step.at, town.ctx().now());
            assert!(!step.evidence.is_empty());
        }
        let after = licences::uses(town.ctx(), &key).await.unwrap().len();
        assert_eq!(after, before + 1);
        town.close().await;
    }
}
