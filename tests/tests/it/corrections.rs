//! Data of issued licences: compared by the machine, corrected by two persons, never overwritten.

use std::collections::BTreeMap;

use journeys::Town;
use licences::{CorrectionState, Format, LicenceError, Query};
use store::Ctx;

/// 云味轩's food licence of 云东区 market supervision, in force until 2028.
const FOOD: &str = "JY29901020010130";

async fn key_of(ctx: &Ctx, number: &str) -> String {
    let query = Query {
        licence_no: Some(number.into()),
        ..Query::default()
    };
    let page = licences::search(ctx, &query, kernel::PageRequest::default()).await;
    page.unwrap().rows[0].licence_key.clone()
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(code, value)| ((*code).to_owned(), (*value).to_owned()))
        .collect()
}

/// [H-57] Data of a generated message can be checked and corrected through automatic check
/// (comparison) and manual check; corrections follow H-43: a new version, the old is history.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_data_become_a_new_version_by_two_persons() {
    for town in Town::each("2026-11-16T09:30").await {
        let (ctx, visitor) = (town.ctx(), town.visitor());
        let key = key_of(ctx, FOOD).await;
        let officer = town.officer("sc_zhudf").await;
        let decider = town.officer("sc_jiangby").await;
        let old = licences::file(ctx, &key, Format::Ofd).await.unwrap();

        // The machine compares each field that the register of legal persons has.
        let check = licences::data_check(&officer, &key).await.unwrap();
        assert!(check.may_propose && !check.may_decide && !check.unknown_holder);
        let of = |code: &str| check.fields.iter().find(|f| f.code == code).unwrap();
        assert_eq!(of("holder").same, Some(true));
        assert_eq!(of("legal_representative").same, Some(true));
        assert_eq!(of("business_items").same, None, "no register has it");
        assert!(of("licence_no").fixed && of("holder_id").fixed && of("issue_date").fixed);

        // What changes nothing, what may not change and what could not be issued is refused.
        let propose = async |ctx: &Ctx, pairs: &[(&str, &str)], why: &str| {
            licences::propose_correction(ctx, &key, 1, &values(pairs), why).await
        };
        let same = of("premises").value.clone();
        for (pairs, why) in [
            (&[("premises", same.as_str())][..], "没有改动"),
            (&[("licence_no", "JY29901020019999")][..], "改编号"),
            (&[("holder_id", "91990102MA20000001")][..], "改主体"),
            (&[("premises", "")][..], "必填"),
            (&[("no_such_field", "1")][..], "没有这一项"),
            (&[("premises", "东湖路18号")][..], "  "),
        ] {
            let refused = propose(&officer, pairs, why).await;
            assert!(
                matches!(refused, Err(LicenceError::Field(..))),
                "{why}: {refused:?}"
            );
        }
        let pairs = values(&[("premises", "东湖路18号")]);
        let stale = licences::propose_correction(&officer, &key, 7, &pairs, "版本不对").await;
        assert!(matches!(stale, Err(LicenceError::Stale)));
        // Neither a reviewer of the agency nor another agency's officer may.
        for other in ["sc_lujm", "ck_bailp"] {
            let other = town.officer(other).await;
            let refused = propose(&other, &[("premises", "东湖路18号")], "无权").await;
            assert!(
                matches!(refused, Err(LicenceError::Denied(_))),
                "{refused:?}"
            );
        }

        let new = "云岭省云州市云东区东湖路18号";
        let open = propose(&officer, &[("premises", new)], "录入时门牌号有误").await;
        let open = open.unwrap();
        let second = propose(&officer, &[("domicile", new)], "又一项").await;
        assert!(matches!(second, Err(LicenceError::Stale)), "one at a time");
        let check = licences::data_check(&decider, &key).await.unwrap();
        assert!(check.may_decide && !check.may_propose);
        assert_eq!(check.detail.version.version, 1, "nothing changed yet");
        let waiting = licences::corrections_waiting(&decider).await.unwrap();
        assert_eq!(waiting.len(), 1);

        // Who proposed has no say in it; nor has an officer without the right.
        let own = licences::approve_correction(&officer, &open).await;
        assert!(matches!(own, Err(LicenceError::Denied(_))), "{own:?}");
        assert_eq!(
            licences::approve_correction(&decider, &open).await.unwrap(),
            2
        );
        let again = licences::approve_correction(&decider, &open).await;
        assert!(matches!(again, Err(LicenceError::Stale)), "{again:?}");

        // A new version; the former is history for whoever still holds its file.
        let detail = licences::detail(ctx, &key).await.unwrap();
        assert_eq!(detail.version.version, 2);
        assert_eq!(detail.version.face.face["premises"], new);
        assert_eq!(detail.card.licence_no, FOOD);
        let fresh = licences::file(ctx, &key, Format::Ofd).await.unwrap();
        let verified = licences::verify_file(&visitor, fresh).await.unwrap();
        assert!(verified.valid, "{:?}", verified.failure());
        let verified = licences::verify_file(&visitor, old).await.unwrap();
        let why = verified.failure().unwrap().reason.unwrap();
        assert_eq!(why.code(), "licence_history");
        let check = licences::data_check(&officer, &key).await.unwrap();
        assert_eq!(check.past[0].state, CorrectionState::Made);
        assert_eq!(check.past[0].made_version, Some(2));

        // Who holds both duties still needs another person.
        let both = town.officer("sc_tancw").await;
        let pairs = values(&[("premises", "云岭省云州市云东区东湖路20号")]);
        let open = licences::propose_correction(&both, &key, 2, &pairs, "再核").await;
        let open = open.unwrap();
        let own = licences::approve_correction(&both, &open).await;
        assert!(matches!(own, Err(LicenceError::SamePerson)), "{own:?}");
        let wordless = licences::refuse_correction(&decider, &open, " ").await;
        assert!(matches!(wordless, Err(LicenceError::Field(..))));
        licences::refuse_correction(&decider, &open, "门牌号无误")
            .await
            .unwrap();
        let open = licences::propose_correction(&both, &key, 2, &pairs, "再核").await;
        let open = open.unwrap();
        let other = licences::withdraw_correction(&officer, &open).await;
        assert!(matches!(other, Err(LicenceError::NotFound)), "{other:?}");
        licences::withdraw_correction(&both, &open).await.unwrap();
        let check = licences::data_check(&officer, &key).await.unwrap();
        let states: Vec<_> = check.past.iter().map(|one| one.state.code()).collect();
        assert!(states.contains(&"refused") && states.contains(&"withdrawn"));
        assert_eq!(check.detail.version.version, 2, "neither changed anything");
    }
}

/// A licence that is lost while its correction waits is not corrected.
#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_comes_too_late_changes_nothing() {
    for town in Town::each("2026-11-16T09:30").await {
        let ctx = town.ctx();
        let key = key_of(ctx, FOOD).await;
        let officer = town.officer("sc_zhudf").await;
        let decider = town.officer("sc_jiangby").await;
        let pairs = values(&[("premises", "云岭省云州市云东区东湖路18号")]);
        let open = licences::propose_correction(&officer, &key, 1, &pairs, "门牌号有误").await;
        let open = open.unwrap();
        let change = licences::StateChange {
            licence_key: key.clone(),
            event: licences::LicenceEvent::ReportLoss,
            reason: "持证人挂失".into(),
        };
        licences::change_state(ctx, change).await.unwrap();
        let late = licences::approve_correction(&decider, &open).await;
        assert!(matches!(late, Err(LicenceError::NotCitable(_))), "{late:?}");
        let detail = licences::detail(ctx, &key).await.unwrap();
        assert_eq!(detail.version.version, 1);
        licences::refuse_correction(&decider, &open, "证照已挂失")
            .await
            .unwrap();
    }
}
