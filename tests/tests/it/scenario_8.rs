//! What happens in scenario 8 beside its cases: reminders, loss, expiry, and what strangers find.

use journeys::Town;
use kernel::PageRequest;
use licences::{CitedFor, Format, LicenceEvent, Query, State, StateChange, Step, Verification};

/// 云味轩, changed.
const CHANGED: &str = "JY29901020010130";
/// 好邻居便利店, lost and issued again.
const LOST: &str = "JY19901020010392";
/// 云飞茶楼, ends on 22 November.
const ENDING: &str = "JY29901020010783";
/// 瑞和商贸, ends on 14 December.
const TRADER: &str = "JY19901030010521";
const TRADER_LOGIN: &str = "c_c23";

async fn key_of(town: &Town, number: &str) -> String {
    let query = Query {
        licence_no: Some(number.into()),
        ..Query::default()
    };
    let page = licences::search(town.ctx(), &query, PageRequest::default()).await;
    page.unwrap().rows[0].licence_key.clone()
}

/// What a stranger finds who scans the code on the licence.
async fn scanned(town: &Town, number: &str) -> Verification {
    scanned_key(town, &key_of(town, number).await).await
}

pub(super) async fn scanned_key(town: &Town, key: &str) -> Verification {
    let card = licences::card_of(town.ctx(), key).await.unwrap();
    let found = licences::verify_token(&town.visitor(), &card.token).await;
    found.unwrap()
}

/// The step that failed, its reason, and how many steps ran.
pub(super) fn failure(found: &Verification) -> (Step, &'static str, usize) {
    let failure = found.failure().unwrap();
    let ran = found.steps.iter().filter(|step| step.passed.is_some());
    (failure.step, failure.reason.unwrap().code(), ran.count())
}

/// How often the holder was told that a licence will end.
async fn reminded(town: &Town, login: &str) -> usize {
    let me = town.person(login).await;
    let all = messages::messages(&me, PageRequest::new(1, 100)).await;
    let all = all.unwrap().rows;
    all.iter()
        .filter(|m| m.title.contains("证照将到期"))
        .count()
}

async fn at(town: &Town, moment: &str) {
    town.set(moment);
    licences::expire_due(town.ctx()).await.unwrap();
    town.drain().await;
}

pub(super) async fn beside(town: &Town, step: u64) {
    match step {
        1 => {
            // The city's library begins on 16 November, six days before the end: the holder is told
            // at once, and once.
            for moment in ["2026-11-16T08:40", "2026-11-16T09:40"] {
                at(town, moment).await;
                assert_eq!(reminded(town, "c_c33").await, 1, "{moment}");
            }
        }
        2 => {
            let card = licences::card_of(town.ctx(), &key_of(town, TRADER).await).await;
            let end = card.unwrap().valid_to.unwrap();
            assert_eq!(
                end.to_string(),
                "2026-12-14",
                "30 days before it is 14 November"
            );
        }
        3 => {
            let found = scanned(town, CHANGED).await;
            assert!(found.valid, "{:?}", found.failure());
            let summary = found.summary.unwrap();
            assert!(summary.issuer.contains("市场监督管理局"));
            assert_eq!(summary.valid_to.unwrap().to_string(), "2028-05-17");
        }
        10 => {
            // The former version's file, as somebody kept it.
            let officer = town.officer("sc_zhudf").await;
            let key = key_of(town, CHANGED).await;
            let old = licences::version_file(&officer, &key, 1, Format::Ofd, "情景核验").await;
            let found = licences::verify_file(&town.visitor(), old.unwrap())
                .await
                .unwrap();
            assert_eq!(failure(&found), (Step::Revocation, "licence_history", 2));
            let card = licences::card_of(town.ctx(), &key).await.unwrap();
            assert_eq!(
                card.valid_to.unwrap().to_string(),
                "2028-05-17",
                "as before"
            );
            let now = licences::versions(&officer, &key).await.unwrap();
            assert_eq!(now[0].version, 2);
            assert_eq!(now[0].face.face["licence_no"], CHANGED);
        }
        11 => {
            let me = town.person("c_c22").await;
            let key = key_of(town, LOST).await;
            let change = StateChange {
                licence_key: key.clone(),
                event: LicenceEvent::ReportLoss,
                reason: "店内被盗".into(),
            };
            assert_eq!(
                licences::change_state(&me, change).await.unwrap(),
                State::Lost
            );
            let owner = me.actor.owner().to_owned();
            let cited = licences::cite(
                &me,
                &owner,
                &key,
                "办事",
                &CitedFor {
                    number: "",
                    agency: "YD_SCJG",
                },
            )
            .await;
            assert!(cited.is_err(), "cannot be cited from now on");
        }
        12 => {
            let found = scanned(town, LOST).await;
            assert_eq!(failure(&found), (Step::Revocation, "licence_lost", 2));
        }
        16 => {
            let query = Query {
                licence_no: Some(LOST.into()),
                ..Query::default()
            };
            let old = licences::search(town.ctx(), &query, PageRequest::default()).await;
            let states = old.unwrap().rows.into_iter().map(|row| row.state);
            assert!(states.into_iter().any(|state| state == State::History));
        }
        18 => {
            at(town, "2026-11-23T00:00").await;
            let key = key_of(town, ENDING).await;
            let card = licences::card_of(town.ctx(), &key).await.unwrap();
            assert_eq!(card.state, State::Expired);
            // It can be looked at as evidence.
            let officer = town.officer("sc_zhudf").await;
            let entries = licences::life(&officer, &key).await.unwrap();
            assert!(!entries.is_empty());
        }
        20 => {
            let found = scanned(town, ENDING).await;
            assert_eq!(failure(&found), (Step::Revocation, "licence_expired", 2));
            let end = found.summary.unwrap().valid_to.unwrap();
            assert_eq!(end.to_string(), "2026-11-22");
        }
        21 => {
            let key = key_of(town, CHANGED).await;
            let mut bytes = licences::file(town.ctx(), &key, Format::Pdf).await.unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            let found = licences::verify_file(&town.visitor(), bytes).await.unwrap();
            let (step, _, ran) = failure(&found);
            assert_eq!(
                (step, ran),
                (Step::Security, 1),
                "the other two did not run"
            );
            // The holder sees who looked at it.
            let me = town.person("c_c02").await;
            let uses = licences::uses(&me, &key).await.unwrap();
            assert!(!uses.is_empty());
            // Later than the scenario's last step: the other licence's reminder, and its end.
            let told = reminded(town, TRADER_LOGIN).await;
            at(town, "2026-12-06T23:50").await;
            assert_eq!(reminded(town, TRADER_LOGIN).await, told);
            at(town, "2026-12-07T00:10").await;
            assert_eq!(
                reminded(town, TRADER_LOGIN).await,
                told + 1,
                "7 days before"
            );
            at(town, "2026-12-15T00:00").await;
            let card = licences::card_of(town.ctx(), &key_of(town, TRADER).await).await;
            assert_eq!(card.unwrap().state, State::Expired);
        }
        _ => {}
    }
}
