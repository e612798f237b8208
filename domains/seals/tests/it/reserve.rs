//! Reserving a use, and the log of uses.

use kernel::{Actor, ActorKind, PageRequest};
use seals::{Grant, HolderKind, Reserve, SealError, SealType, State, UseResult, Uses};
use store::{Engine, Run, args};

use crate::common::{City, cities, finish, grant, notice, reserve, staff};

/// 50 callers at once against a daily maximum of 20: exactly 20 are allowed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_daily_maximum_holds_against_a_crowd() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 20).await;
        let mut tasks = Vec::new();
        for _ in 0..50 {
            let (ctx, wish) = (city.ctx.clone(), notice(&seal));
            tasks.push(tokio::spawn(async move {
                loop {
                    match reserve(&ctx, wish.clone()).await {
                        // The database asks to come again; nothing was counted.
                        Err(SealError::Store(store::StoreError::Conflict))
                        | Err(SealError::Journal(_)) => {}
                        done => return done,
                    }
                }
            }));
        }
        let (mut allowed, mut refused) = (0, 0);
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => allowed += 1,
                Err(SealError::DailyMaximum(20)) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((allowed, refused), (20, 30), "{:?}", city.db.engine());
        let mut reader = city.ctx.db.reader();
        let rows = reader
            .count("SELECT count(*) FROM seal_use", Vec::new())
            .await
            .unwrap();
        assert_eq!(rows, 20);
        // The next day in Beijing begins at 16:00 UTC.
        city.clock.set("2026-11-16T15:59:59Z".parse().unwrap());
        assert!(matches!(
            reserve(&city.ctx, notice(&seal)).await,
            Err(SealError::DailyMaximum(_))
        ));
        city.clock.set("2026-11-16T16:00:00Z".parse().unwrap());
        reserve(&city.ctx, notice(&seal)).await.unwrap();
        city.db.remove().await.unwrap();
    }
}

/// [I-10] Batch and automatic signing (licences, notices, proofs) need a standing authorisation
/// naming the business system, document kind, period and daily maximum.
#[tokio::test]
async fn a_standing_authorisation_names_system_kind_period_and_maximum() {
    for city in cities().await {
        let seal = city.released(SealType::Acceptance).await;
        assert!(matches!(
            reserve(&city.ctx, notice(&seal)).await,
            Err(SealError::NotActive(State::Released))
        ));
        let from = city.ctx.now() + jiff::SignedDuration::from_hours(1);
        let to = city.ctx.now() + jiff::SignedDuration::from_hours(3);
        let usual = Grant {
            valid_from: from,
            valid_to: to,
            ..grant(&seal, "notice", 2)
        };
        for wrong in [
            Grant {
                daily_maximum: 0,
                ..usual.clone()
            },
            Grant {
                valid_to: from,
                ..usual.clone()
            },
            Grant {
                document_kind: " ".into(),
                ..usual.clone()
            },
            Grant {
                holder: String::new(),
                ..usual.clone()
            },
            Grant {
                valid_to: "2099-01-01T00:00:00Z".parse().unwrap(),
                ..usual.clone()
            },
        ] {
            let done = seals::authorise(&city.staff("leimq"), &seal.key, vec![wrong]).await;
            assert!(matches!(done, Err(SealError::Invalid { .. })), "{done:?}");
        }
        assert!(
            seals::authorise(&city.staff("leimq"), &seal.key, vec![])
                .await
                .is_err()
        );
        seals::authorise(&city.staff("leimq"), &seal.key, vec![usual])
            .await
            .unwrap();
        let refused = async |ctx: &store::Ctx, wish: Reserve| {
            let done = reserve(ctx, wish).await;
            assert!(matches!(done, Err(SealError::NotAuthorised(_))), "{done:?}");
        };
        // Before its period.
        refused(&city.ctx, notice(&seal)).await;
        city.advance(3_600);
        // Another kind of document, another system, a person.
        refused(
            &city.ctx,
            Reserve {
                document_kind: "licence".into(),
                ..notice(&seal)
            },
        )
        .await;
        let machine = Actor {
            kind: ActorKind::Machine,
            id: "handling-1".into(),
            ..Actor::system()
        };
        refused(&city.ctx.with_actor(machine), notice(&seal)).await;
        refused(&city.staff("leimq"), notice(&seal)).await;
        reserve(&city.ctx, notice(&seal)).await.unwrap();
        reserve(&city.ctx, notice(&seal)).await.unwrap();
        assert!(matches!(
            reserve(&city.ctx, notice(&seal)).await,
            Err(SealError::DailyMaximum(2))
        ));
        // After its period.
        city.advance(7_201);
        refused(&city.ctx, notice(&seal)).await;
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn an_authorisation_may_name_one_item_and_one_person() {
    for city in cities().await {
        let seal = city.released(SealType::Official).await;
        let one_item = Grant {
            item_code: Some("SPJYXK-XB".into()),
            ..grant(&seal, "notice", 1)
        };
        let person = Grant {
            holder_kind: HolderKind::Staff,
            holder: "jiangby".into(),
            ..grant(&seal, "notice", 5)
        };
        let grants = vec![one_item, person];
        seals::authorise(&city.staff("leimq"), &seal.key, grants)
            .await
            .unwrap();
        let other_item = Reserve {
            item_code: "PSXK".into(),
            ..notice(&seal)
        };
        assert!(matches!(
            reserve(&city.ctx, other_item.clone()).await,
            Err(SealError::NotAuthorised(_))
        ));
        reserve(&city.ctx, notice(&seal)).await.unwrap();
        let decider = city.ctx.with_actor(staff("jiangby"));
        reserve(&decider, other_item).await.unwrap();
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_seal_refuses_at_once() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 20).await;
        let open = reserve(&city.ctx, notice(&seal)).await.unwrap();
        seals::report_loss(&city.staff("leimq"), &seal.key, "遗失")
            .await
            .unwrap();
        let lost = |error: SealError| {
            assert!(
                matches!(error, SealError::NotActive(State::Lost)),
                "{error}"
            );
            let problem: kernel::Problem = error.into();
            assert_eq!(problem.zh, "印章已挂失，不能用印");
        };
        lost(reserve(&city.ctx, notice(&seal)).await.unwrap_err());
        lost(
            seals::find(&city.ctx, "YD_SCJG", SealType::Acceptance)
                .await
                .unwrap_err(),
        );
        // What was reserved before does not sign either: the moment of the report decides.
        let place = paper::Place {
            page: 0,
            x: 10.0,
            y: 10.0,
            width: 40.0,
            height: 40.0,
        };
        let package = ofd::Package::default();
        lost(
            seals::stamp_ofd(&city.ctx, &open, package, place, true)
                .await
                .unwrap_err(),
        );
        lost(
            seals::stamp_pdf(&city.ctx, &open, Vec::new(), place, true)
                .await
                .unwrap_err(),
        );
        city.db.remove().await.unwrap();
    }
}

/// [I-15] Every use is logged: seal, document digest, purpose, caller, person, time, result; the
/// owner agency sees uses of its seals.
#[tokio::test]
async fn the_owner_agency_sees_every_use() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 100).await;
        let mut ids = Vec::new();
        for _ in 0..25 {
            city.advance(60);
            ids.push(reserve(&city.ctx, notice(&seal)).await.unwrap());
        }
        finish(&city.ctx, &ids[24], UseResult::Signed)
            .await
            .unwrap();
        finish(&city.ctx, &ids[23], UseResult::Superseded)
            .await
            .unwrap();
        let again = finish(&city.ctx, &ids[24], UseResult::Signed).await;
        assert!(matches!(again, Err(SealError::UseClosed)));

        let mut agency = staff("scj");
        for grant in &mut agency.grants {
            grant.scope = kernel::Scope::Agency("YD_SCJG".into());
        }
        let ctx = city.ctx.with_actor(agency);
        let list = Uses {
            agency: "YD_SCJG".into(),
            ..Uses::default()
        };
        let page = seals::uses(&ctx, &list, PageRequest::new(1, 10))
            .await
            .unwrap();
        assert_eq!((page.total, page.rows.len(), page.pages()), (25, 10, 3));
        let newest = &page.rows[0];
        assert_eq!(newest.id, ids[24]);
        assert_eq!(newest.seal, seal.key);
        assert_eq!(newest.documents[0].digest, "5f".repeat(32));
        assert_eq!(newest.purpose, "受理通知书 云东市监受字〔2026〕00012号");
        assert_eq!(
            (newest.caller.as_str(), newest.person.as_str()),
            ("system", "ck_haosy")
        );
        assert_eq!(newest.at, "2026-11-16T01:25:00Z".parse().unwrap());
        assert_eq!(newest.result, UseResult::Signed);
        // Signed, but its transaction lost its race: logged with what was signed.
        assert_eq!(page.rows[1].result, UseResult::Superseded);
        assert_eq!(page.rows[1].documents.len(), 1);
        let last = seals::uses(&ctx, &list, PageRequest::new(3, 10))
            .await
            .unwrap();
        assert_eq!(last.rows.len(), 5);
        let narrow = Uses {
            seal: Some(seal.key.clone()),
            from: Some("2026-11-16T01:03:00Z".parse().unwrap()),
            to: Some("2026-11-16T01:05:00Z".parse().unwrap()),
            ..list.clone()
        };
        assert_eq!(
            seals::uses(&ctx, &narrow, PageRequest::default())
                .await
                .unwrap()
                .total,
            2
        );
        // Another agency's uses are not shown to this one.
        let other = Uses {
            agency: "YZ_WJW".into(),
            ..Uses::default()
        };
        assert!(
            seals::uses(&ctx, &other, PageRequest::default())
                .await
                .is_err()
        );
        // Each use has a stream of its own.
        assert_eq!(
            city.events(&format!("seal_use/{}", ids[24].as_str())).await,
            ["seal.use_reserved", "seal.use_finished"]
        );
        lists_use_their_index(&city).await;
        city.db.remove().await.unwrap();
    }
}

async fn lists_use_their_index(city: &City) {
    if city.db.engine() != Engine::Sqlite {
        return;
    }
    let mut reader = city.ctx.db.reader();
    for (sql, index) in [
        (
            "SELECT use_key FROM seal_use WHERE agency_code = ? ORDER BY at DESC, use_key DESC",
            "seal_use_agency",
        ),
        (
            "SELECT use_key FROM seal_use WHERE seal_key = ? ORDER BY at DESC, use_key DESC",
            "seal_use_seal",
        ),
    ] {
        let plan = reader
            .rows(&format!("EXPLAIN QUERY PLAN {sql}"), args!["x"])
            .await
            .unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(3).unwrap()).collect();
        assert!(plan.iter().any(|line| line.contains(index)), "{plan:?}");
        assert!(
            !plan.iter().any(|line| line.contains("TEMP B-TREE")),
            "{plan:?}"
        );
    }
}

#[tokio::test]
async fn uses_that_nobody_finished_are_closed() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 100).await;
        let old = reserve(&city.ctx, notice(&seal)).await.unwrap();
        city.advance(31 * 60);
        let young = reserve(&city.ctx, notice(&seal)).await.unwrap();
        assert_eq!(seals::close_abandoned(&city.ctx).await.unwrap(), 1);
        assert_eq!(seals::close_abandoned(&city.ctx).await.unwrap(), 0);
        assert!(matches!(
            finish(&city.ctx, &old, UseResult::Signed).await,
            Err(SealError::UseClosed)
        ));
        finish(&city.ctx, &young, UseResult::Failed).await.unwrap();
        city.db.remove().await.unwrap();
    }
}
