//! Taking in, and versions.

use items::{Event, ItemPublished, ItemSuperseded, Outcome, State};
use journal::StoredEvent;
use serde_json::json;
use store::testing::TestDb;
use store::{Ctx, Run, args};

use crate::city::{self, AT, city, file, files, import, migrations};

async fn events(ctx: &Ctx, item: &str) -> Vec<StoredEvent> {
    journal::stream(&mut ctx.db.reader(), &format!("item/{item}"))
        .await
        .unwrap()
}

async fn count(ctx: &Ctx, table: &str) -> u64 {
    let sql = format!("SELECT count(*) FROM {table}");
    ctx.db.reader().count(&sql, args![]).await.unwrap()
}

#[tokio::test]
async fn the_city_is_taken_in_and_a_second_time_changes_nothing() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let ctx = city(&test).await;
        let catalogue = items::catalogue(&ctx).await.unwrap();
        assert_eq!(catalogue.in_use().count(), 29);
        let food = catalogue.find("SPJYXK-XB").unwrap();
        assert_eq!((food.version, food.state), (3, State::InUse));
        assert_eq!(food.published_at, Some(AT.parse().unwrap()));
        let kinds: Vec<String> = events(&ctx, "SPJYXK-XB")
            .await
            .into_iter()
            .map(|e| e.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                "item.drafted",
                "item.submitted",
                "item.approved",
                "item.published"
            ]
        );

        let before = [
            count(&ctx, "event").await,
            count(&ctx, "item_version").await,
        ];
        let list = items::import_catalogue_list(&ctx, &city::catalogue_list())
            .await
            .unwrap();
        assert!(
            list.rows
                .iter()
                .all(|r| r.outcome == Outcome::Unchanged { version: 1 })
        );
        let again = import(&ctx, &files()).await;
        assert_eq!(again.changed(), 0);
        let unchanged = |r: &&items::ImportRow| matches!(r.outcome, Outcome::Unchanged { .. });
        assert_eq!(again.rows.iter().filter(unchanged).count(), 29);
        let after = [
            count(&ctx, "event").await,
            count(&ctx, "item_version").await,
        ];
        assert_eq!(before, after);
        test.remove().await.unwrap();
    }
}

/// [C-28] found by short code, implementation code of 31 and handling item code of 33
#[tokio::test]
async fn items_are_found_by_every_code() {
    let (_test, ctx) = city::small().await;
    let catalogue = items::catalogue(&ctx).await.unwrap();
    let code = "11990102MB9134259F4000131001001";
    assert_eq!(code.len(), 31);
    for code in ["SPJYXK-XB", code, &format!("{code}02")] {
        assert_eq!(catalogue.find(code).unwrap().item_id, "SPJYXK-XB", "{code}");
    }
    for code in ["", "SPJYXK", "000131001001", &format!("{code}99")] {
        assert!(catalogue.find(code).is_none(), "{code}");
    }
    assert!(catalogue.by_id(code).is_none());
}

/// A changed file is a new version; the former one is history at the same moment, stays whole for
/// open cases, and the events tell of both.
#[tokio::test]
async fn a_changed_file_becomes_a_new_version() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let (ctx, clock) = store::testing::clocked(&test, AT);
        city::settle(&ctx).await;
        let before = items::catalogue(&ctx).await.unwrap();
        let later = "2026-11-20T02:00:00Z".parse().unwrap();
        clock.set(later);

        let mut changed = file("SPJYXK-XB");
        changed.content["elements"]["promised_limit"]["note"] = json!("自受理之日起五个工作日");
        let report = import(&ctx, &[changed.clone()]).await;
        assert_eq!(
            report.rows[0].outcome,
            Outcome::Changed {
                version: 4,
                replaces: Some(3)
            }
        );
        assert_eq!(
            import(&ctx, &[changed]).await.rows[0].outcome,
            Outcome::Unchanged { version: 4 }
        );

        let catalogue = items::catalogue(&ctx).await.unwrap();
        let now = catalogue.find("SPJYXK-XB").unwrap();
        assert_eq!((now.version, now.published_at), (4, Some(later)));
        assert_eq!(now.promised_note, "自受理之日起五个工作日");
        assert!(catalogue.revision() > before.revision());
        let untouched = |c: &items::Catalogue| c.find("XFJC").unwrap();
        assert!(std::sync::Arc::ptr_eq(
            &untouched(&before),
            &untouched(&catalogue)
        ));

        let old = items::version(&ctx, "SPJYXK-XB", 3).await.unwrap();
        assert_eq!((old.version, old.state), (3, State::History));
        assert_eq!(old.promised_note, "自受理之日起5个工作日");
        assert_eq!(
            items::version(&ctx, "SPJYXK-XB", 4).await.unwrap().version,
            4
        );
        assert!(matches!(
            items::version(&ctx, "SPJYXK-XB", 9).await,
            Err(items::ItemsError::NotFound)
        ));
        let differs = items::compare(&old, &now);
        assert_eq!(differs.len(), 1);
        assert_eq!(differs[0].element.code, "promised_limit");

        let steps = items::history(&ctx, "SPJYXK-XB").await.unwrap();
        let last = |version: u32| steps.iter().rfind(|s| s.version == version).unwrap();
        assert_eq!(
            (last(3).event, last(3).state),
            (Event::Supersede, State::History)
        );
        assert_eq!(
            (last(4).event, last(4).state),
            (Event::Publish, State::InUse)
        );
        assert_eq!(last(3).at, last(4).at);
        let told = events(&ctx, "SPJYXK-XB").await;
        let history: ItemSuperseded = told.iter().find_map(StoredEvent::read).unwrap();
        assert_eq!((history.version, history.other_version), (3, Some(4)));
        let published: Vec<ItemPublished> = told.iter().filter_map(StoredEvent::read).collect();
        assert_eq!(published[1].other_version, Some(3));
        test.remove().await.unwrap();
    }
}

/// A version approved for a later day comes into use on that day.
#[tokio::test]
async fn a_version_waits_for_its_effective_date() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let (ctx, clock) = store::testing::clocked(&test, AT);
        city::settle(&ctx).await;
        let mut later = file("YSZC");
        later.content["supplement"]["planned_effective_date"] = json!("2026-12-01");
        let report = import(&ctx, &[later]).await;
        assert_eq!(
            report.rows[0].outcome,
            Outcome::Changed {
                version: 2,
                replaces: None
            }
        );
        let current = |c: &items::Catalogue| c.find("YSZC").unwrap().version;
        assert_eq!(current(&items::catalogue(&ctx).await.unwrap()), 1);
        assert_eq!(
            items::version(&ctx, "YSZC", 2).await.unwrap().state,
            State::Approved
        );

        // 30 November 23:59 in Beijing, then midnight.
        clock.set("2026-11-30T15:59:00Z".parse().unwrap());
        assert_eq!(items::publish_due(&ctx).await.unwrap(), 0);
        clock.set("2026-11-30T16:00:00Z".parse().unwrap());
        assert_eq!(items::publish_due(&ctx).await.unwrap(), 1);
        assert_eq!(items::publish_due(&ctx).await.unwrap(), 0);
        assert_eq!(current(&items::catalogue(&ctx).await.unwrap()), 2);
        let steps = items::history(&ctx, "YSZC").await.unwrap();
        assert!(
            steps
                .iter()
                .any(|s| s.version == 1 && s.state == State::History)
        );
        test.remove().await.unwrap();
    }
}

/// What was approved for a later day does not come back over what is newer.
#[tokio::test]
async fn an_older_version_does_not_return() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let (ctx, clock) = store::testing::clocked(&test, AT);
    city::settle(&ctx).await;
    let mut later = file("YSZC");
    later.content["supplement"]["planned_effective_date"] = json!("2026-12-01");
    import(&ctx, &[later]).await;
    let mut now = file("YSZC");
    now.content["elements"]["exercise_content"] = json!("办理注册。");
    let report = import(&ctx, &[now]).await;
    assert_eq!(
        report.rows[0].outcome,
        Outcome::Changed {
            version: 3,
            replaces: Some(1)
        }
    );
    clock.set("2026-12-02T00:00:00Z".parse().unwrap());
    assert_eq!(items::publish_due(&ctx).await.unwrap(), 0);
    let catalogue = items::catalogue(&ctx).await.unwrap();
    assert_eq!(catalogue.find("YSZC").unwrap().version, 3);
}

/// Another process sees a change within a second; it does not share this one's memory.
#[tokio::test]
async fn other_processes_see_changes() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let here = city(&test).await;
    let there = store::testing::ctx(&test, AT);
    assert_eq!(
        items::catalogue(&there)
            .await
            .unwrap()
            .find("CZQC")
            .unwrap()
            .version,
        1
    );
    let mut changed = file("CZQC");
    changed.content["elements"]["exercise_content"] = json!("核发出租汽车驾驶员从业资格证。");
    import(&here, &[changed]).await;
    assert_eq!(
        items::catalogue(&here)
            .await
            .unwrap()
            .find("CZQC")
            .unwrap()
            .version,
        2
    );
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(
        items::catalogue(&there)
            .await
            .unwrap()
            .find("CZQC")
            .unwrap()
            .version,
        2
    );
}

#[tokio::test]
async fn only_the_system_administrator_imports() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let ctx = store::testing::ctx(&test, AT);
    let visitor = ctx.with_actor(kernel::Actor::visitor(kernel::Channel::Portal));
    let refused = items::import_items(&visitor, &[], None).await;
    assert!(matches!(refused, Err(items::ItemsError::Denied(_))));
    let refused = items::import_catalogue_list(&visitor, &city::catalogue_list()).await;
    assert!(matches!(refused, Err(items::ItemsError::Denied(_))));
}
