//! The life of one seal.

use jiff::SignedDuration;
use kernel::{Actor, Channel, PageRequest};
use seals::{Event, IllegalMove, Request, SealError, SealType, Seals, State};

use crate::common::{City, at, cities, grant, wish};

async fn state_of(city: &City, key: &str) -> State {
    seals::detail(&city.ctx, key).await.unwrap().seal.state
}

/// [I-01] Seals are managed through their whole life: application, review, making, filing,
/// release, authorisation, loss report, destruction (申请、审核、制作、备案、发放、授权、挂失、销毁).
#[tokio::test]
async fn a_seal_lives_from_application_to_destruction() {
    for city in cities().await {
        let applicant = city.staff("leimq");
        let reviewer = city.staff("zhonglx");
        let maker = city.staff("kuangsz");
        let seal = seals::apply(&applicant, wish(SealType::Acceptance))
            .await
            .unwrap();
        assert_eq!(seal.state, State::Applied);
        assert_eq!(seal.name, "云州市云东区市场监督管理局受理专用章");
        assert_eq!(seal.es_id, "99010200000001");
        let key = seal.key.as_str();
        assert!(
            seals::impression(&city.ctx, key)
                .await
                .unwrap()
                .starts_with(b"\x89PNG")
        );
        city.advance(60);
        assert_eq!(
            seals::approve(&reviewer, key).await.unwrap().state,
            State::Approved
        );
        city.advance(60);
        let made = seals::make(&maker, key).await.unwrap();
        assert_eq!(made.state, State::Made);
        assert_eq!(made.valid_from, Some(at("2026-11-16T01:02:00Z")));
        assert_eq!(made.valid_to, Some(at("2031-11-16T01:02:00Z")));
        let keys = city
            .store
            .keys()
            .iter()
            .filter(|k| k.starts_with("seal."))
            .count();
        assert_eq!(keys, 2, "an SM2 and a P-256 key");
        city.advance(60);
        let filed = seals::file(&maker, key, "备99010200000001").await.unwrap();
        assert_eq!(filed.filing_no.as_deref(), Some("备99010200000001"));
        city.advance(60);
        seals::release(&maker, key, "保管人雷鸣谦签收")
            .await
            .unwrap();
        city.advance(60);
        let grants = vec![grant(&made, "notice", 20)];
        seals::authorise(&applicant, key, grants.clone())
            .await
            .unwrap();
        assert_eq!(state_of(&city, key).await, State::Active);
        city.advance(60);
        seals::withdraw(&applicant, key, "岗位调整").await.unwrap();
        assert_eq!(state_of(&city, key).await, State::Released);
        seals::authorise(&applicant, key, grants).await.unwrap();
        city.advance(60);
        seals::report_loss(&applicant, key, "载体遗失")
            .await
            .unwrap();
        city.advance(60);
        seals::ask(&applicant, key, Request::Recover, "载体已找回")
            .await
            .unwrap();
        let back = seals::recover(&reviewer, key).await.unwrap();
        assert_eq!(back.state, State::Released);
        city.advance(60);
        seals::ask(&applicant, key, Request::Destroy, "机构更名")
            .await
            .unwrap();
        let gone = seals::destroy(&reviewer, key).await.unwrap();
        assert_eq!(gone.state, State::Destroyed);
        let keys = city
            .store
            .keys()
            .iter()
            .filter(|k| k.starts_with("seal."))
            .count();
        assert_eq!(keys, 0, "the keys are erased");

        let detail = seals::detail(&city.ctx, key).await.unwrap();
        let events: Vec<Event> = detail.history.iter().map(|change| change.event).collect();
        assert_eq!(
            events,
            [
                Event::Apply,
                Event::Approve,
                Event::Make,
                Event::File,
                Event::Release,
                Event::Authorise,
                Event::Withdraw,
                Event::Authorise,
                Event::ReportLoss,
                Event::Recover,
                Event::Destroy,
            ]
        );
        assert!(
            detail
                .authorisations
                .iter()
                .all(|a| a.withdrawn_at.is_some())
        );
        assert_eq!(
            city.events(&format!("seal/{key}")).await,
            [
                "seal.applied",
                "seal.approved",
                "seal.made",
                "seal.filed",
                "seal.released",
                "seal.authorised",
                "seal.withdrawn",
                "seal.authorised",
                "seal.lost",
                "seal.asked",
                "seal.recovered",
                "seal.asked",
                "seal.destroyed",
            ]
        );
        city.db.remove().await.unwrap();
    }
}

/// [I-05] Seal record: signature version, signer, signing time, seal type, seal name, making date,
/// release date; plus owner, custodian, filing number, state.
#[tokio::test]
async fn the_record_tells_what_is_named() {
    for city in cities().await {
        let seal = city.active(SealType::Licence, "licence", 5).await;
        let detail = seals::detail(&city.ctx, &seal.key).await.unwrap();
        assert_eq!(detail.signature_version, 4);
        assert_eq!(detail.signer.as_deref(), Some("云州市制章人（SM2）"));
        assert_eq!(detail.signing_time, Some(at("2026-11-16T01:00:00Z")));
        assert_eq!(detail.seal.seal_type, SealType::Licence);
        assert_eq!(detail.seal.name, "云州市云东区市场监督管理局电子证照专用章");
        assert_eq!(detail.seal.made_at, Some(at("2026-11-16T01:00:00Z")));
        assert_eq!(detail.seal.released_at, Some(at("2026-11-16T01:00:00Z")));
        assert_eq!(detail.seal.owner.agency_code, "YD_SCJG");
        assert_eq!(detail.seal.custodian, "leimq");
        assert_eq!(detail.seal.filing_no.as_deref(), Some("备99010200000001"));
        assert_eq!(detail.seal.state, State::Active);
        assert!(detail.certificate_serial.is_some());
        assert_ne!(detail.certificate_serial, detail.pdf_certificate_serial);
        city.db.remove().await.unwrap();
    }
}

/// [I-16] The applicant, reviewer, maker and custodian of one seal may not all be one person; at
/// least application and review are separated.
#[tokio::test]
async fn duties_are_separated() {
    for city in cities().await {
        let one = city.staff("leimq");
        let other = city.staff("zhonglx");
        let seal = seals::apply(&one, wish(SealType::Official)).await.unwrap();
        let key = seal.key.as_str();
        let same = |result: Result<seals::Seal, SealError>| {
            assert!(
                matches!(result, Err(SealError::SamePerson { .. })),
                "{result:?}"
            );
        };
        same(seals::approve(&one, key).await);
        same(seals::refuse(&one, key, "印模有误").await);
        assert_eq!(state_of(&city, key).await, State::Applied);
        seals::approve(&other, key).await.unwrap();
        for step in ["make", "file", "release"] {
            match step {
                "make" => seals::make(&one, key).await,
                "file" => seals::file(&one, key, "备1").await,
                _ => seals::release(&one, key, "签收").await,
            }
            .unwrap();
        }
        // Recovery and destruction need a second person, too, and a request.
        assert!(matches!(
            seals::destroy(&other, key).await,
            Err(SealError::NotAsked)
        ));
        seals::ask(&one, key, Request::Destroy, "停用")
            .await
            .unwrap();
        same(seals::destroy(&one, key).await);
        assert!(matches!(
            seals::recover(&other, key).await,
            Err(SealError::Illegal(_))
        ));
        seals::decline(&other, key, "尚有在办文书").await.unwrap();
        assert!(matches!(
            seals::destroy(&other, key).await,
            Err(SealError::NotAsked)
        ));
        seals::report_loss(&one, key, "遗失").await.unwrap();
        seals::ask(&one, key, Request::Recover, "找回")
            .await
            .unwrap();
        same(seals::recover(&one, key).await);
        assert!(matches!(
            seals::destroy(&other, key).await,
            Err(SealError::NotAsked)
        ));
        seals::recover(&other, key).await.unwrap();
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn an_illegal_move_changes_nothing_and_names_state_and_event() {
    for city in cities().await {
        let seal = seals::apply(&city.staff("leimq"), wish(SealType::Official))
            .await
            .unwrap();
        let key = seal.key.as_str();
        let staff = city.staff("kuangsz");
        let before = city.events(&format!("seal/{key}")).await;
        let illegal = |result: Result<seals::Seal, SealError>, event| match result {
            Err(SealError::Illegal(found)) => {
                assert_eq!(
                    found,
                    IllegalMove {
                        from: Some(State::Applied),
                        event
                    }
                );
            }
            other => panic!("{event:?}: {other:?}"),
        };
        illegal(seals::make(&staff, key).await, Event::Make);
        illegal(seals::file(&staff, key, "备1").await, Event::File);
        illegal(seals::release(&staff, key, "签收").await, Event::Release);
        illegal(seals::withdraw(&staff, key, "调整").await, Event::Withdraw);
        illegal(
            seals::report_loss(&staff, key, "遗失").await,
            Event::ReportLoss,
        );
        illegal(
            seals::ask(&staff, key, Request::Destroy, "停用").await,
            Event::Destroy,
        );
        illegal(seals::recover(&staff, key).await, Event::Recover);
        let error: kernel::Problem = seals::make(&staff, key).await.unwrap_err().into();
        assert_eq!((error.status, error.code), (409, "wrong_state"));
        assert_eq!(error.zh, "印章现为“已申请”，不能制作");
        assert_eq!(city.events(&format!("seal/{key}")).await, before);
        seals::refuse(&staff, key, "依据不足").await.unwrap();
        assert!(seals::approve(&staff, key).await.is_err());
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn nobody_without_the_permission_manages_seals() {
    for city in cities().await {
        let seal = city.active(SealType::Official, "decision", 5).await;
        let mut elsewhere = crate::common::staff("far");
        for grant in &mut elsewhere.grants {
            grant.scope = kernel::Scope::Region("990200".into());
        }
        for actor in [Actor::visitor(Channel::Portal), elsewhere] {
            let ctx = city.ctx.with_actor(actor);
            let key = seal.key.as_str();
            let denied = |result: Result<seals::Seal, SealError>| {
                assert!(matches!(result, Err(SealError::Denied(_))), "{result:?}");
            };
            denied(seals::apply(&ctx, wish(SealType::Official)).await);
            denied(seals::approve(&ctx, key).await);
            denied(seals::make(&ctx, key).await);
            denied(seals::file(&ctx, key, "备1").await);
            denied(seals::release(&ctx, key, "签收").await);
            denied(seals::withdraw(&ctx, key, "调整").await);
            denied(seals::report_loss(&ctx, key, "遗失").await);
            denied(seals::ask(&ctx, key, Request::Destroy, "停用").await);
            denied(seals::destroy(&ctx, key).await);
            denied(seals::find(&ctx, "YD_SCJG", SealType::Official).await);
            assert!(seals::detail(&ctx, key).await.is_err());
            let list = Seals::Region("990100".into());
            assert!(
                seals::seals(&ctx, &list, PageRequest::default())
                    .await
                    .is_err()
            );
        }
        assert_eq!(state_of(&city, &seal.key).await, State::Active);
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn the_state_at_any_moment_is_known() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 5).await;
        city.clock.advance(SignedDuration::from_millis(3_600_400));
        seals::report_loss(&city.staff("leimq"), &seal.key, "遗失")
            .await
            .unwrap();
        let state = async |text: &str| seals::state_at(&city.ctx, &seal.es_id, at(text)).await;
        assert_eq!(state("2026-11-16T00:59:59Z").await.unwrap(), None);
        // All steps up to use were taken in this one second.
        assert_eq!(
            state("2026-11-16T01:00:00Z").await.unwrap(),
            Some(State::Active)
        );
        assert_eq!(
            state("2026-11-16T01:59:59Z").await.unwrap(),
            Some(State::Active)
        );
        // Signatures carry whole seconds: within the second of the loss the seal was in use.
        assert_eq!(
            state("2026-11-16T02:00:00Z").await.unwrap(),
            Some(State::Active)
        );
        assert_eq!(
            state("2026-11-16T02:00:00.500Z").await.unwrap(),
            Some(State::Lost)
        );
        assert_eq!(
            state("2026-11-16T02:00:01Z").await.unwrap(),
            Some(State::Lost)
        );
        assert_eq!(
            seals::state_at(&city.ctx, "00000000000000", at("2026-11-16T02:00:00Z"))
                .await
                .unwrap(),
            None
        );
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn seals_expire_with_their_certificate() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 5).await;
        let lost = city.active(SealType::Acceptance, "notice", 5).await;
        seals::report_loss(&city.staff("leimq"), &lost.key, "遗失")
            .await
            .unwrap();
        assert_eq!(seals::expire_due(&city.ctx).await.unwrap(), 0);
        city.clock
            .set(seal.valid_to.unwrap() + SignedDuration::from_secs(1));
        assert_eq!(seals::expire_due(&city.ctx).await.unwrap(), 1);
        assert_eq!(state_of(&city, &seal.key).await, State::Expired);
        assert_eq!(state_of(&city, &lost.key).await, State::Lost);
        assert_eq!(seals::expire_due(&city.ctx).await.unwrap(), 0);
        // The job erases its keys.
        let jobs = seals::handlers();
        let payload = serde_json::json!({ "seal": seal.key });
        (jobs[0].1)(city.ctx.clone(), payload).await.unwrap();
        let keys = city
            .store
            .keys()
            .iter()
            .filter(|k| k.starts_with("seal."))
            .count();
        assert_eq!(keys, 2, "only those of the lost seal remain");
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn two_makers_at_once_make_one_seal() {
    for city in cities().await {
        let seal = seals::apply(&city.staff("leimq"), wish(SealType::Official))
            .await
            .unwrap();
        seals::approve(&city.staff("zhonglx"), &seal.key)
            .await
            .unwrap();
        let (one, two) = (city.staff("kuangsz"), city.staff("other"));
        let (a, b) = tokio::join!(seals::make(&one, &seal.key), seals::make(&two, &seal.key));
        assert_eq!(
            usize::from(a.is_ok()) + usize::from(b.is_ok()),
            1,
            "{a:?} {b:?}"
        );
        let keys = city
            .store
            .keys()
            .iter()
            .filter(|k| k.starts_with("seal."))
            .count();
        assert_eq!(keys, 2, "the loser's keys are erased");
        city.db.remove().await.unwrap();
    }
}
