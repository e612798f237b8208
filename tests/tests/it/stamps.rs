//! Documents with a time of somebody else's, and what happens when that somebody is away.

use cases::State;
use jiff::{SignedDuration, Timestamp};
use journeys::Town;
use kernel::Problem;
use licences::Format;
use sealing::{Outcome, Reason, Verdict};
use seals::{
    Lack, Proposal, RootScope, SealError, ServiceProposal, ServiceState, StampDigest, StampRule,
    StampedKind, Tried,
};
use tongban::network;

use crate::authorities::Authorities;

/// The city with authorities that are as old as it is, and a way out to them.
async fn connected(town: &Town) -> Authorities {
    let others = Authorities::open(town.ctx().now()).await;
    town.clock.advance(SignedDuration::from_mins(2));
    others.outside.set(town.ctx().now());
    let settings = network::Settings {
        hosts: vec![others.host()],
        ..network::Settings::default()
    };
    network::reach(town.ctx(), &settings).unwrap();
    others
}

/// Two persons decide on a service for these documents. Gives its key.
async fn service(town: &Town, url: &str, rule: StampRule, kinds: &[StampedKind]) -> String {
    let (first, second) = keepers(town).await;
    let wish = ServiceProposal {
        name: "授时中心".into(),
        url: url.into(),
        digest: StampDigest::Sha256,
        kinds: kinds.to_vec(),
        rule,
    };
    let service = seals::propose_service(&first, &wish).await.unwrap();
    let approved = seals::approve_service(&second, &service.key).await.unwrap();
    assert_eq!(approved.state, ServiceState::Active);
    service.key
}

async fn keepers(town: &Town) -> (store::Ctx, store::Ctx) {
    (
        town.officer("aq_zuoqm").await,
        town.officer("yz_zhonglx").await,
    )
}

/// Two persons trust the authorities' root.
async fn trust(town: &Town, others: &Authorities, scope: RootScope) {
    let (first, second) = keepers(town).await;
    let now = town.ctx().now();
    let wish = Proposal {
        certificates: others.root_pem(),
        name: "授时中心根".into(),
        scope,
        basis: "云电子印章〔2026〕9号".into(),
        valid_from: now,
        valid_to: now + SignedDuration::from_hours(24 * 60),
    };
    let root = seals::propose_root(&first, &wish).await.unwrap();
    seals::approve_root(&second, &root.key).await.unwrap();
}

async fn judged(town: &Town, bytes: &[u8]) -> Verdict {
    let trust = seals::trust(town.ctx()).await.unwrap();
    let bytes = bytes.to_vec();
    let verdict = tokio::task::spawn_blocking(move || sealing::verify(&bytes, &trust).unwrap());
    verdict.await.unwrap()
}

/// The time of a trusted stamp.
fn stamped(verdict: &Verdict) -> Option<Timestamp> {
    let text = verdict.signatures.last().unwrap().stamped_at.as_deref();
    text.map(|text| text.parse().unwrap())
}

fn has(verdict: &Verdict, outcome: Outcome, reason: Reason) -> bool {
    verdict
        .findings
        .iter()
        .any(|f| f.outcome == outcome && f.reason == Some(reason))
}

/// What monitoring is told.
async fn figures(town: &Town) -> String {
    use tower::ServiceExt;
    let app = tongban::serve::router(&town.platform, false).unwrap();
    let ask = axum::http::Request::get("/metrics").body(axum::body::Body::empty());
    let said = app.oneshot(ask.unwrap()).await.unwrap();
    let body = axum::body::to_bytes(said.into_body(), 1 << 20)
        .await
        .unwrap();
    String::from_utf8_lossy(&body).into_owned()
}

/// How many licences there are.
async fn issued(town: &Town) -> u64 {
    let (query, page) = (licences::Query::default(), kernel::PageRequest::default());
    let found = licences::search(town.ctx(), &query, page).await;
    found.unwrap().total
}

/// What pyHanko says by the evidence in the document alone.
fn lasting(pdf: &[u8], roots: &[u8], at: Timestamp) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("lasting.pdf"), pdf).unwrap();
    std::fs::write(path("roots.pem"), roots).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/pyhanko_lasting.py");
    let moment = at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let done = std::process::Command::new("python3")
        .arg(script)
        .args([path("lasting.pdf"), path("roots.pem")])
        .args(["lasting", &moment])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success() && said.contains("VALID"), "{said}");
}

/// The licence of a case, from the application to the two files: a time stamp in the seal signature
/// of the OFD; PAdES B-LT in the PDF, as pyHanko says. Who does not trust the authority is told so;
/// whom two persons trusted for times is believed.
#[tokio::test(flavor = "multi_thread")]
async fn an_issued_licence_carries_a_time_that_is_not_our_own() {
    for town in Town::each("2026-11-16T09:30").await {
        let others = connected(&town).await;
        let kinds = [StampedKind::Licence];
        let key = service(&town, &others.tsa(), StampRule::Required, &kinds).await;
        let (first, _) = keepers(&town).await;
        let tried = seals::try_service(&first, &key).await.unwrap();
        let Tried::Stamped {
            ahead,
            distrusted,
            authority,
            ..
        } = tried
        else {
            panic!("{tried:?}");
        };
        assert_eq!((ahead, authority.as_str()), (SignedDuration::ZERO, "tsa"));
        assert!(distrusted.is_some(), "nobody has trusted its root yet");
        trust(&town, &others, RootScope::Times).await;
        let tried = seals::try_service(&first, &key).await.unwrap();
        assert!(
            matches!(
                tried,
                Tried::Stamped {
                    distrusted: None,
                    ..
                }
            ),
            "{tried:?}"
        );

        let (_, case) = town.apply("PSXK").await;
        others.outside.set(town.ctx().now());
        let done = town.run_through(&case).await;
        assert_eq!(done.state, State::Completed);
        let licence = done.data.result.unwrap().licence_key.unwrap();
        let ofd = licences::file(town.ctx(), &licence, Format::Ofd)
            .await
            .unwrap();
        let pdf = licences::file(town.ctx(), &licence, Format::Pdf)
            .await
            .unwrap();
        let now = town.ctx().now();
        for (bytes, name) in [(&ofd, "ofd"), (&pdf, "pdf")] {
            let verdict = judged(&town, bytes).await;
            assert!(verdict.is_valid(), "{name}: {:#?}", verdict.findings);
            let time = stamped(&verdict).expect(name);
            assert!(now.duration_since(time).as_mins() < 5, "{name}: {time}");
        }
        let own = seals::own_roots(town.ctx()).await.unwrap();
        let own = own.iter().find(|root| root.kind == "p256").unwrap();
        let own = gm::Certificate::from_der(&own.root).unwrap().to_pem();
        lasting(&pdf, &[own.as_bytes(), &others.root_pem()].concat(), now);
        assert!(seals::lapses(&first, 9).await.unwrap().is_empty());
        // Notices were not to be stamped.
        town.drain().await;
        let notice = notices::list(town.ctx(), &done.case_id)
            .await
            .unwrap()
            .remove(0);
        let file = notices::file(town.ctx(), &notice.doc_id, notices::Format::Ofd);
        assert_eq!(
            stamped(&judged(&town, &file.await.unwrap().bytes).await),
            None
        );

        // Without trust in the authority the document stands, and its time is its own word.
        let roots = seals::roots(&first).await.unwrap();
        seals::end_root(&first, &roots[0].key, "不再采信")
            .await
            .unwrap();
        for bytes in [&ofd, &pdf] {
            let verdict = judged(&town, bytes).await;
            assert!(verdict.is_valid(), "{:#?}", verdict.findings);
            assert_eq!(stamped(&verdict), None);
            assert!(has(&verdict, Outcome::NotChecked, Reason::TrustUnknown));
        }
        town.close().await;
    }
}

/// The authority is away and a stamp is required: a notice waits and is sealed later; a licence is
/// not issued, the officer is told, nothing is half done, and the same act succeeds afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_stamp_waits_for_it() {
    for town in Town::each("2026-11-16T09:30").await {
        let others = connected(&town).await;
        trust(&town, &others, RootScope::Times).await;
        let kinds = [StampedKind::Notice, StampedKind::Licence];
        let key = service(&town, &others.tsa(), StampRule::Required, &kinds).await;
        others.set_down(true);
        let (_, case) = town.apply("PSXK").await;
        town.drain().await;
        let receipt = || async {
            let all = notices::list(town.ctx(), &case.case_id).await.unwrap();
            all.into_iter().next().unwrap()
        };
        assert_eq!(receipt().await.state, notices::State::Draft);
        // It waits however long that takes, is not given up, and uses up no uses meanwhile.
        for _ in 0..20 {
            town.clock.advance(SignedDuration::from_mins(3));
            town.drain().await;
        }
        assert_eq!(receipt().await.state, notices::State::Draft);
        let mut reader = town.ctx().db.reader();
        assert!(journal::parked(&mut reader).await.unwrap().is_empty());
        drop(reader);
        let used = seals::Uses {
            agency: case.data.agency.clone(),
            purpose: Some(case.number().into()),
            ..seals::Uses::default()
        };
        let page = kernel::PageRequest::default();
        let used = seals::uses(&town.ctx().as_system(), &used, page)
            .await
            .unwrap();
        let results: Vec<_> = used.rows.iter().map(|one| one.result).collect();
        assert_eq!(results, [seals::UseResult::Failed]);
        others.set_down(false);
        town.clock.advance(SignedDuration::from_mins(3));
        others.outside.set(town.ctx().now());
        town.drain().await;
        let sealed = receipt().await;
        assert_eq!(sealed.state, notices::State::Sealed);
        let file = notices::file(town.ctx(), &sealed.doc_id, notices::Format::Ofd);
        let verdict = judged(&town, &file.await.unwrap().bytes).await;
        assert!(stamped(&verdict).is_some());

        let case = town.accept(&case).await;
        town.review(&case).await;
        let case = town.decide(&town.case(&case.case_id).await, true).await;
        town.clock.advance(SignedDuration::from_mins(2));
        others.set_down(true);
        let officer = town.first(&case, flow::Step::Complete).await;
        let before = issued(&town).await;
        let refused = journeys::complete_as(&officer, case.case_id.as_str().into()).await;
        let problem: Problem = refused.unwrap_err().into();
        assert_eq!((problem.status, problem.code), (503, "no_time_stamp"));
        let still = town.case(&case.case_id).await;
        assert_eq!(
            (still.state, still.rev),
            (case.state, case.rev),
            "nothing moved"
        );
        assert_eq!(issued(&town).await, before, "no licence stands half made");
        // Whoever cannot wait pauses the service; nothing else needs to change.
        let (first, _) = keepers(&town).await;
        seals::pause_service(&first, &key, "机构停机检修")
            .await
            .unwrap();
        seals::resume_service(&first, &key).await.unwrap();
        others.set_down(false);
        others.outside.set(town.ctx().now());
        let done = journeys::complete_as(&officer, case.case_id.as_str().into())
            .await
            .unwrap();
        assert!(done.data.result.unwrap().licence_key.is_some());
        town.close().await;
    }
}

/// The authority is away and a stamp is wished for: the document is sealed without, and that is
/// told. So it is where a stamp is there and the evidence beside it is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_wants_a_stamp_does_without_and_says_so() {
    for town in Town::each("2026-11-16T09:30").await {
        let others = connected(&town).await;
        let kinds = [StampedKind::Notice];
        let key = service(&town, &others.tsa(), StampRule::Reachable, &kinds).await;
        let (first, _) = keepers(&town).await;
        others.set_down(true);
        let (_, case) = town.apply("PSXK").await;
        town.drain().await;
        let receipt = notices::list(town.ctx(), &case.case_id)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(receipt.state, notices::State::Sealed);
        let lapses = seals::lapses(&first, 9).await.unwrap();
        let mut formats: Vec<&str> = lapses.iter().map(|one| one.format.as_str()).collect();
        formats.sort_unstable();
        assert_eq!(formats, ["ofd", "pdf"]);
        assert!(lapses.iter().all(|one| one.lack == Lack::Stamp));
        assert!(lapses[0].why.contains("503"), "{}", lapses[0].why);
        assert!(
            lapses[0].purpose.contains(&receipt.number),
            "{}",
            lapses[0].purpose
        );
        let told = format!("seal_use/{}", lapses[0].use_id.as_str());
        let told = journal::stream(&mut town.ctx().db.reader(), &told)
            .await
            .unwrap();
        let told = told.iter().filter(|event| event.kind == "seal.time_lapsed");
        assert_eq!(told.count(), 2);

        assert!(
            figures(&town)
                .await
                .contains("tongban_sealed_without_time_stamp 2\n")
        );

        // Up again, but nobody has trusted its root: a stamp without evidence.
        others.set_down(false);
        town.clock.advance(SignedDuration::from_mins(1));
        others.outside.set(town.ctx().now());
        let (_, case) = town.apply("YSZC").await;
        town.drain().await;
        let receipt = notices::list(town.ctx(), &case.case_id)
            .await
            .unwrap()
            .remove(0);
        let lapses = seals::lapses(&first, 9).await.unwrap();
        let evidence: Vec<_> = lapses
            .iter()
            .filter(|one| one.lack == Lack::Evidence)
            .collect();
        assert_eq!(evidence.len(), 1);
        assert_eq!(evidence[0].format, "pdf");
        let said = figures(&town).await;
        assert!(
            said.contains("tongban_sealed_without_lasting_evidence 1\n"),
            "{said}"
        );
        trust(&town, &others, RootScope::Times).await;
        for format in [notices::Format::Ofd, notices::Format::Pdf] {
            let file = notices::file(town.ctx(), &receipt.doc_id, format)
                .await
                .unwrap();
            let verdict = judged(&town, &file.bytes).await;
            assert!(verdict.is_valid());
            assert!(stamped(&verdict).is_some(), "{format:?}");
        }

        // Paused it is not asked at all, and nothing is missed.
        seals::pause_service(&first, &key, "试运行结束")
            .await
            .unwrap();
        let before = others.asked(crate::outside::TSA);
        town.apply("YSZC").await;
        town.drain().await;
        assert_eq!(others.asked(crate::outside::TSA), before);
        assert_eq!(seals::lapses(&first, 9).await.unwrap().len(), lapses.len());
        town.close().await;
    }
}

/// Two persons decide, nobody else; a service is known once; what is no address is refused.
#[tokio::test(flavor = "multi_thread")]
async fn services_are_decided_on_by_two_persons() {
    let town = Town::sqlite("2026-11-16T09:30").await;
    let (first, second) = keepers(&town).await;
    let wish = ServiceProposal {
        name: "授时中心".into(),
        url: "https://tsa.example/stamp".into(),
        digest: StampDigest::Sm3,
        kinds: vec![StampedKind::Licence, StampedKind::Licence],
        rule: StampRule::Required,
    };
    let clerk = town.officer("ck_haosy").await;
    assert!(matches!(
        seals::propose_service(&clerk, &wish).await,
        Err(SealError::Denied(_))
    ));
    for url in [
        "tsa.example",
        "ftp://tsa.example/",
        "http://",
        "http://a b/",
        "https://u:p@tsa.example/",
    ] {
        let wrong = ServiceProposal {
            url: url.into(),
            ..wish.clone()
        };
        let refused = seals::propose_service(&first, &wrong).await;
        assert!(
            matches!(refused, Err(SealError::Invalid { field: "url", .. })),
            "{url}"
        );
    }
    let none = ServiceProposal {
        kinds: Vec::new(),
        ..wish.clone()
    };
    let refused = seals::propose_service(&first, &none).await;
    assert!(matches!(
        refused,
        Err(SealError::Invalid { field: "kinds", .. })
    ));
    let service = seals::propose_service(&first, &wish).await.unwrap();
    assert_eq!(service.kinds, [StampedKind::Licence]);
    let twice = seals::propose_service(&second, &wish).await;
    assert!(matches!(
        twice,
        Err(SealError::Invalid { field: "url", .. })
    ));
    let alone = seals::approve_service(&first, &service.key).await;
    assert!(matches!(alone, Err(SealError::SamePerson { .. })));
    let early = seals::resume_service(&first, &service.key).await;
    assert!(matches!(
        early,
        Err(SealError::ServiceState(ServiceState::Proposed, _))
    ));
    seals::refuse_service(&first, &service.key, "地址有误")
        .await
        .unwrap();
    let late = seals::approve_service(&second, &service.key).await;
    assert!(matches!(
        late,
        Err(SealError::ServiceState(ServiceState::Refused, _))
    ));
    let again = seals::propose_service(&second, &wish).await.unwrap();
    let stream = format!("time_service/{}", again.key);
    let told = journal::stream(&mut town.ctx().db.reader(), &stream)
        .await
        .unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, "time_service.moved");
    town.close().await;
}
