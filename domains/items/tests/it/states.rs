//! Suspending, resuming, cancelling.

use items::{Event, ItemsError, State, StateChange};
use kernel::{Actor, Channel, Grant, Permission, Scope};
use store::Ctx;
use store::testing::TestDb;

use crate::city::{city, file, import, migrations};

fn change(item: &str, version: u32, event: Event) -> StateChange {
    StateChange {
        item_id: item.into(),
        version,
        event,
        opinion: "系统升级".into(),
        successors: Vec::new(),
    }
}

fn manager(ctx: &Ctx, agency: &str) -> Ctx {
    let grants = vec![Grant {
        permission: Permission::ItemManage,
        scope: Scope::Agency(agency.into()),
    }];
    ctx.with_actor(Actor {
        id: "sxgl".into(),
        grants,
        ..Actor::visitor(Channel::Console)
    })
}

/// [C-46] suspended: shown as suspended, no new application; resumed; cancelled: open cases go on
/// with their version
#[tokio::test]
async fn an_item_is_suspended_resumed_and_cancelled() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let ctx = city(&test).await;
        let own = manager(&ctx, "YD_SCJG");
        let state = async |ctx: &Ctx| {
            items::catalogue(ctx)
                .await
                .unwrap()
                .find("SPJYXK-BF")
                .unwrap()
                .state
        };
        items::change_state(&own, change("SPJYXK-BF", 1, Event::Suspend))
            .await
            .unwrap();
        assert_eq!(state(&ctx).await, State::Suspended);
        assert!(!state(&ctx).await.accepts_applications());
        let catalogue = items::catalogue(&ctx).await.unwrap();
        assert_eq!(catalogue.in_use().count(), 28);
        let query = items::Query {
            text: "食品经营许可（补发）".into(),
            ..Default::default()
        };
        let found = catalogue.search(&query).unwrap();
        assert!(
            found.rows.iter().all(|r| r.id != "SPJYXK-BF"),
            "only what is in use is found"
        );

        let twice = items::change_state(&own, change("SPJYXK-BF", 1, Event::Suspend)).await;
        assert!(
            matches!(twice, Err(ItemsError::IllegalMove(m)) if m.from == Some(State::Suspended))
        );
        let mut changed = file("SPJYXK-BF");
        changed.content["elements"]["exercise_content"] = "补发证书。".into();
        let report = import(&ctx, &[changed]).await;
        assert_eq!(report.rows[0].faults[0].rule, "C-46/state");

        items::change_state(&own, change("SPJYXK-BF", 1, Event::Resume))
            .await
            .unwrap();
        assert_eq!(state(&ctx).await, State::InUse);
        let cancel = StateChange {
            successors: vec!["SPJYXK-XB".into()],
            ..change("SPJYXK-BF", 1, Event::Cancel)
        };
        items::change_state(&own, cancel).await.unwrap();
        let item = items::catalogue(&ctx)
            .await
            .unwrap()
            .find("SPJYXK-BF")
            .unwrap();
        assert_eq!(
            (item.state, item.successors.as_slice()),
            (State::Cancelled, &["SPJYXK-XB".to_owned()][..])
        );
        assert_eq!(
            items::version(&ctx, "SPJYXK-BF", 1).await.unwrap().name,
            "食品经营许可（补发）"
        );
        let kinds: Vec<String> = journal::stream(&mut ctx.db.reader(), "item/SPJYXK-BF")
            .await
            .unwrap()
            .into_iter()
            .map(|e| e.kind)
            .collect();
        assert_eq!(
            kinds[4..],
            ["item.suspended", "item.resumed", "item.cancelled"]
        );
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn illegal_and_forbidden_moves_change_nothing() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let ctx = city(&test).await;
        let illegal = [
            Event::Create,
            Event::Submit,
            Event::Return,
            Event::Approve,
            Event::Publish,
            Event::Resume,
            Event::Supersede,
        ];
        for event in illegal {
            let outcome = items::change_state(&ctx, change("YSZC", 1, event)).await;
            assert!(
                matches!(outcome, Err(ItemsError::IllegalMove(_))),
                "{event:?}"
            );
        }
        let other = manager(&ctx, "YD_SCJG");
        let outcome = items::change_state(&other, change("YSZC", 1, Event::Suspend)).await;
        assert!(matches!(outcome, Err(ItemsError::Denied(_))));
        assert!(matches!(
            items::history(&other, "YSZC").await,
            Err(ItemsError::Denied(_))
        ));
        let visitor = ctx.with_actor(Actor::visitor(Channel::Portal));
        let outcome = items::change_state(&visitor, change("NOSUCH", 1, Event::Suspend)).await;
        assert!(matches!(outcome, Err(ItemsError::Denied(_))));
        let outcome = items::change_state(&ctx, change("NOSUCH", 1, Event::Suspend)).await;
        assert!(matches!(outcome, Err(ItemsError::NotFound)));
        let silent = StateChange {
            opinion: " ".into(),
            ..change("YSZC", 1, Event::Cancel)
        };
        let outcome = items::change_state(&ctx, silent).await;
        assert!(matches!(
            outcome,
            Err(ItemsError::Invalid {
                field: "opinion",
                ..
            })
        ));
        for successor in ["NOSUCH", "YSZC"] {
            let odd = StateChange {
                successors: vec![successor.into()],
                ..change("YSZC", 1, Event::Cancel)
            };
            let outcome = items::change_state(&ctx, odd).await;
            assert!(matches!(
                outcome,
                Err(ItemsError::Invalid {
                    field: "successors",
                    ..
                })
            ));
        }
        assert_eq!(items::catalogue(&ctx).await.unwrap().in_use().count(), 29);
        assert_eq!(items::history(&ctx, "YSZC").await.unwrap().len(), 4);
        test.remove().await.unwrap();
    }
}

/// Of many who change the same version at once, one does.
#[tokio::test(flavor = "multi_thread")]
async fn a_race_has_one_winner() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let ctx = city(&test).await;
        let tries: Vec<_> = (0..6)
            .map(|_| {
                let ctx = ctx.clone();
                tokio::spawn(async move {
                    items::change_state(&ctx, change("YSZC", 1, Event::Suspend))
                        .await
                        .is_ok()
                })
            })
            .collect();
        let mut won = 0;
        for one in tries {
            won += u32::from(one.await.unwrap());
        }
        assert_eq!(won, 1);
        assert_eq!(items::history(&ctx, "YSZC").await.unwrap().len(), 5);
        test.remove().await.unwrap();
    }
}
