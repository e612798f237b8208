//! A decision that carries the deciding officer's name seal beside the agency's.

use cases::{CaseError, Decide, State};
use flow::Step;
use journeys::{Client, FilePart, Served, Town};
use notices::{Format, Kind};
use seals::UseResult;

/// Its flow asks for the decider's name seal.
const DRAINAGE: &str = "PSXK";
const DECIDER: &str = "zj_buzp";

async fn name_seal(town: &Town) -> seals::Seal {
    let officer = town.officer(DECIDER).await;
    let name = officer.actor.name.clone();
    let agency = officer.actor.agency.clone().unwrap();
    let found = seals::name_seal(town.ctx(), &agency, DECIDER, &name).await;
    found.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_carries_agency_and_personal_seal() {
    for town in Town::each("2026-11-16T09:00").await {
        let (me, case) = town.apply(DRAINAGE).await;
        town.accept(&case).await;
        town.review(&case).await;
        town.decide(&case, true).await;
        town.drain().await;
        let all = notices::list(&me, &case.case_id).await.unwrap();
        let decision = all.iter().find(|n| n.kind == Kind::DecisionApprove);
        let decision = decision.unwrap();
        let own = name_seal(&town).await;
        let trust = seals::trust(town.ctx()).await.unwrap();
        for format in [Format::Ofd, Format::Pdf] {
            let file = notices::file(&me, &decision.doc_id, format).await.unwrap();
            let verdict = sealing::verify(&file.bytes, &trust).unwrap();
            assert!(verdict.is_valid(), "{:?}", verdict.findings);
            assert_eq!(verdict.signatures.len(), 2);
            assert_eq!(verdict.signatures[0].signer, own.name);
            let agency = &verdict.signatures[1].signer;
            assert_eq!(*agency, own.owner.name);
        }
        let list = seals::Uses {
            agency: own.owner.agency_code.clone(),
            seal: Some(own.key.clone()),
            ..seals::Uses::default()
        };
        let page = kernel::PageRequest::new(1, 20);
        let uses = seals::uses(town.ctx(), &list, page).await.unwrap().rows;
        assert_eq!(uses.len(), 1);
        assert_eq!(uses[0].result, UseResult::Signed);
        assert_eq!(
            (uses[0].caller.as_str(), uses[0].person.as_str()),
            ("system", DECIDER)
        );
        town.close().await;
    }
}

/// The decider is told before anything is decided.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_name_seal_nothing_is_decided() {
    for town in Town::each("2026-11-16T09:00").await {
        let (_, case) = town.apply(DRAINAGE).await;
        town.accept(&case).await;
        town.review(&case).await;
        let own = name_seal(&town).await;
        let custodian = town.officer("yz_leimq").await;
        seals::report_loss(&custodian, &own.key, "遗失")
            .await
            .unwrap();
        let before = town.case(&case.case_id).await;
        let decider = town.first(&case, Step::Decide).await;
        let decide = Decide {
            approve: true,
            reason: "符合法定条件、标准".into(),
            basis: String::new(),
        };
        let refused = cases::decide(&decider, (&case.case_id).into(), &decide).await;
        let Err(CaseError::Other(problem)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((problem.status, problem.code), (409, "no_name_seal"));
        let after = town.case(&case.case_id).await;
        assert_eq!((after.state, after.rev), (before.state, before.rev));
        assert_eq!(after.state, State::InReview);
        town.close().await;
    }
}

/// The verification page names both who signed, and when.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_both_signatures() {
    let city = Served::open("2026-11-16T09:00").await;
    let town = &city.town;
    let (me, case) = town.apply(DRAINAGE).await;
    town.accept(&case).await;
    town.review(&case).await;
    town.set("2026-11-16T10:20:30");
    town.decide(&case, true).await;
    town.drain().await;
    let all = notices::list(&me, &case.case_id).await.unwrap();
    let decision = all.iter().find(|n| n.kind == Kind::DecisionApprove);
    let own = name_seal(town).await;
    for format in [Format::Ofd, Format::Pdf] {
        let file = notices::file(&me, &decision.unwrap().doc_id, format).await;
        let mut visitor = Client::new(city.base.trim_start_matches("http://"));
        let file = FilePart {
            field: "file",
            name: "decision.ofd",
            bytes: &file.unwrap().bytes,
        };
        let said = visitor.upload("/verify", &[], &[file]).await.unwrap();
        assert_eq!(said.status, 200);
        let text = said.text();
        assert!(text.contains(&own.name), "the officer\n{text}");
        assert!(text.contains(&own.owner.name), "the agency\n{text}");
        assert!(text.matches("10:20:3").count() >= 2, "when\n{text}");
    }
    city.close().await;
}
