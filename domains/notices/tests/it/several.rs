//! Decisions with more than the agency's own seal.

use kernel::{Permission, Scope};
use notices::{Beside, Format, Kind, NoticeError, State};
use seals::{CityPlan, NameSeal, Officers, SealError, SealType, UseResult};
use serde_json::json;

use crate::city::{City, cities, officer, staff};

const OFFICER: &str = "ck_haosy";

/// The fire brigade gets its seals, the officer a personal name seal.
async fn more_seals(city: &City) {
    let [applicant, reviewer, maker, custodian] =
        ["yz_leimq", "yz_zhonglx", "yz_kuangsz", "yz_leimq"].map(|id| {
            let scope = Scope::Region("990000".into());
            staff(id, &[Permission::SealManage], scope)
        });
    let officers = Officers {
        applicant,
        reviewer,
        maker,
        custodian,
    };
    let mut plan = CityPlan::of_directory(&city.ctx, officers).await.unwrap();
    let own = plan.agencies.iter();
    let own = own.map(|one| one.owner.clone());
    let owner = own.clone().find(|owner| owner.agency_code == "YD_SCJG");
    plan.agencies
        .retain(|one| one.owner.agency_code == "YD_XFJ");
    plan.name_seals = vec![NameSeal {
        owner: owner.unwrap(),
        user: OFFICER.into(),
        name: "郝思源".into(),
    }];
    let made = seals::ensure_city_seals(&city.ctx, &plan).await.unwrap();
    assert_eq!(made, 4);
    let again = seals::ensure_city_seals(&city.ctx, &plan).await.unwrap();
    assert_eq!(again, 0);
}

fn by_officer() -> Beside {
    Beside::Officer {
        user: OFFICER.into(),
        name: "郝思源".into(),
    }
}

fn by_agency() -> Beside {
    Beside::Agency {
        code: "YD_XFJ".into(),
        name: "云州市云东区消防救援局".into(),
    }
}

/// A decision of several pages with the seals of the officer, of an agency that decides with it and
/// of the issuer, which closes it and straddles the pages.
#[tokio::test]
async fn a_decision_carries_the_seals_of_all_who_decide() {
    for city in cities().await {
        more_seals(&city).await;
        let mut new = city.new_notice(Kind::DecisionReject).await;
        new.fields["reason"] = json!("经现场核查，经营场所布局与申报不符。".repeat(80));
        new.beside = vec![by_officer(), by_agency()];
        let doc_id = city.create(new).await.unwrap();
        city.worker.drain().await.unwrap();
        let sealed = notices::notice(&city.ctx, &doc_id).await.unwrap();
        assert_eq!(sealed.state, State::Sealed);
        let own = city.seal(SealType::Official).await;
        assert_eq!(sealed.sealer.as_deref(), Some(own.es_id.as_str()));
        let trust = seals::trust(&city.ctx).await.unwrap();
        let theirs = seals::find(&city.ctx, "YD_XFJ", SealType::Official).await;
        let theirs = theirs.unwrap();
        for format in [Format::Ofd, Format::Pdf] {
            let file = notices::file(&city.ctx, &doc_id, format).await.unwrap();
            let verdict = sealing::verify(&file.bytes, &trust).unwrap();
            assert!(verdict.is_valid(), "{:?}", verdict.findings);
            let names: Vec<_> = verdict.signatures.iter().map(|s| &s.signer).collect();
            assert_eq!(names, ["郝思源", theirs.name.as_str(), own.name.as_str()]);
            if format == Format::Ofd {
                let shown = seals::stamps(&file.bytes);
                let slices = shown.iter().filter(|one| one.clip_mm.is_some()).count();
                assert!(slices >= 2, "it straddles the pages");
                assert_eq!(shown.len(), 3 + slices);
            }
        }
        let preview = notices::file(&city.ctx, &doc_id, Format::Png)
            .await
            .unwrap();
        assert!(preview.bytes.starts_with(b"\x89PNG"));
        // Each agency sees the uses of its seals.
        let uses = city.uses("YD_SCJG").await;
        assert_eq!(uses.len(), 2);
        let other = city.uses("YD_XFJ").await;
        assert_eq!(other.len(), 1);
        for one in uses.iter().chain(&other) {
            assert_eq!(one.result, UseResult::Signed);
            assert_eq!(one.person, OFFICER);
            assert_eq!(
                one.documents, other[0].documents,
                "the file that was issued"
            );
        }
        let events = city.events(&format!("notice/{doc_id}")).await;
        let told = events.iter().find(|e| e.kind == "notice.sealed").unwrap();
        assert!(told.payload.to_string().contains(&theirs.es_id), "{told:?}");
        city.db.remove().await.unwrap();
    }
}

/// Without the officer's seal the decision is not made: the officer is told before.
#[tokio::test]
async fn a_decision_that_could_not_be_sealed_is_not_made() {
    for city in cities().await {
        let ctx = city.ctx.with_actor(officer());
        let mut new = city.new_notice(Kind::DecisionApprove).await;
        new.beside = vec![by_officer()];
        let early = notices::prepare(&ctx, &new).await.err().unwrap();
        assert!(
            matches!(&early, NoticeError::Seal(SealError::NoNameSeal(name)) if name == "郝思源"),
            "{early}"
        );
        let said = kernel::Problem::from(early);
        assert_eq!((said.status, said.code), (409, "no_name_seal"));
        more_seals(&city).await;
        notices::prepare(&ctx, &new).await.unwrap();
        let lost = seals::name_seal(&city.ctx, "YD_SCJG", OFFICER, "郝思源").await;
        let manager = staff(
            "yz_leimq",
            &[Permission::SealManage],
            Scope::Region("990000".into()),
        );
        let manager = city.ctx.with_actor(manager);
        seals::report_loss(&manager, &lost.unwrap().key, "遗失")
            .await
            .unwrap();
        assert!(notices::prepare(&ctx, &new).await.is_err());
        // Nobody decides with the name of another.
        let mut other = city.new_notice(Kind::DecisionApprove).await;
        other.beside = vec![Beside::Officer {
            user: "sc_jiangby".into(),
            name: "姜伯远".into(),
        }];
        assert!(notices::prepare(&ctx, &other).await.is_err());
        city.db.remove().await.unwrap();
    }
}

/// A document with three seals and a straddle, where somebody may look at it.
#[tokio::test]
async fn a_decision_with_several_seals_is_drawn() {
    let Some(city) = cities().await.into_iter().next() else {
        return;
    };
    more_seals(&city).await;
    for (name, times, beside) in [
        ("officer", 1, vec![by_officer()]),
        ("joint", 1, vec![by_officer(), by_agency()]),
        ("pages", 80, vec![by_officer(), by_agency()]),
    ] {
        let mut new = city.new_notice(Kind::DecisionReject).await;
        new.fields["reason"] = json!("经现场核查，经营场所布局与申报不符。".repeat(times));
        new.beside = beside;
        let doc_id = city.create(new).await.unwrap();
        city.worker.drain().await.unwrap();
        for format in [Format::Ofd, Format::Pdf, Format::Png] {
            let file = notices::file(&city.ctx, &doc_id, format).await.unwrap();
            assert!(file.bytes.len() > 1_000);
            if let Ok(folder) = std::env::var("NOTICE_SAMPLES") {
                let path = format!("{folder}/several-{name}.{}", format.code());
                std::fs::write(path, &file.bytes).unwrap();
            }
        }
    }
    city.db.remove().await.unwrap();
}
