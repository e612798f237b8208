//! The directory on both engines, with the demonstration city.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop where something is missing"
)]

use agencies::{AgenciesError, Changes, DirectoryChanged, HallKind, Import, directory, import};
use kernel::{Actor, Channel};
use serde_json::{Value, json};
use store::Migration;
use store::testing::{TestDb, ctx};

const AT: &str = "2026-11-16T01:00:00Z";

fn migrations() -> Vec<Migration> {
    [journal::MIGRATIONS, agencies::MIGRATIONS].concat()
}

fn demo(name: &str) -> Value {
    let path = format!("{}/../../demo/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn city() -> Import {
    let mut all = demo("halls");
    all["regions"] = demo("regions")["regions"].take();
    all["agencies"] = demo("agencies")["agencies"].take();
    serde_json::from_value(all).unwrap()
}

#[tokio::test]
async fn the_city_is_taken_in_once() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let ctx = ctx(&test, AT);
        assert!(directory(&ctx).await.unwrap().agencies().is_empty());
        let first = import(&ctx, city()).await.unwrap();
        assert_eq!(
            first,
            Changes {
                regions: 11,
                agencies: 39,
                halls: first.halls,
                calendars: 1
            }
        );
        let again = import(&ctx, city()).await.unwrap();
        assert_eq!(again, Changes::default());
        let events = journal::stream(&mut ctx.db.reader(), "directory")
            .await
            .unwrap();
        assert_eq!(events.len(), 1);
        let told: DirectoryChanged = events[0].read().unwrap();
        assert_eq!((told.revision, told.agencies), (1, 39));
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn the_snapshot_answers() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let ctx = ctx(&test, AT);
        import(&ctx, city()).await.unwrap();
        let d = directory(&ctx).await.unwrap();
        let food = d.agency("YD_SCJG").unwrap();
        assert_eq!(d.agency_by_uscc(&food.uscc).unwrap().code, "YD_SCJG");
        assert_eq!((food.region_code.as_str(), food.level), ("990102", 4));
        assert!(!food.is_management_body());
        assert_eq!(d.management_body("990102").unwrap().code, "YD_SJJ");
        assert_eq!(d.management_body("990121100201").unwrap().code, "YZ_SJJ");
        let path: Vec<_> = d
            .region_path("990102001001")
            .iter()
            .map(|r| r.code.clone())
            .collect();
        assert_eq!(
            path,
            ["990102001001", "990102001", "990102", "990100", "990000"]
        );
        assert_eq!(d.children_of("990100").count(), 3);
        let (hall, window) = d.window("YZ-A01").unwrap();
        assert_eq!((hall.code.as_str(), window.floor), ("YZ", Some(1)));
        assert_eq!(d.window("BL-01").unwrap().0.kind, HallKind::ServicePoint);
        assert_eq!(
            d.hall("YD")
                .unwrap()
                .appointment
                .as_ref()
                .unwrap()
                .open_days_ahead,
            7
        );
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn calendars_are_found_by_region_and_keep_the_halls_hours() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let ctx = ctx(&test, AT);
    import(&ctx, city()).await.unwrap();
    let d = directory(&ctx).await.unwrap();
    let calendar = d.calendar_for("990102001").unwrap();
    assert_eq!(calendar.id(), "YZ-CN");
    // The province lies above the calendar's region, but there is only this one.
    assert_eq!(d.calendar_for("990000").unwrap().id(), "YZ-CN");
    let summer: jiff::civil::Date = "2026-07-01".parse().unwrap();
    let afternoon = calendar.hours().on(summer).afternoon;
    assert_eq!(afternoon.0.to_string(), "13:30:00");
    assert!(
        !calendar
            .is_working_day("2026-10-01".parse().unwrap())
            .unwrap()
    );
    assert!(
        calendar
            .is_working_day("2026-10-10".parse().unwrap())
            .unwrap()
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused_whole() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let ctx = ctx(&test, AT);
    import(&ctx, city()).await.unwrap();

    let mut bad = city();
    bad.agencies[0].name = "改名".into();
    bad.agencies[3].region_code = "123456".into();
    assert!(matches!(
        import(&ctx, bad).await,
        Err(AgenciesError::Invalid { .. })
    ));
    let d = directory(&ctx).await.unwrap();
    assert_eq!(d.agency("SY_SCJG").unwrap().name, "云岭省市场监督管理局");

    let mut bad = city();
    bad.agencies[0].uscc.replace_range(17.., "3");
    assert!(matches!(
        import(&ctx, bad).await,
        Err(AgenciesError::Invalid { .. })
    ));

    let mut bad = city();
    bad.calendars[0]["years"][0]["working_day_count"] = json!(249);
    assert!(matches!(
        import(&ctx, bad).await,
        Err(AgenciesError::Invalid { .. })
    ));

    let mut bad = city();
    let window = bad.halls[0].windows[0].clone();
    bad.halls[1].windows.push(window);
    assert!(matches!(
        import(&ctx, bad).await,
        Err(AgenciesError::Invalid { .. })
    ));
}

#[tokio::test]
async fn only_a_system_administrator_may_change_it_and_the_process_sees_it_at_once() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let ctx = ctx(&test, AT);
    let visitor = ctx.with_actor(Actor::visitor(Channel::Portal));
    assert!(matches!(
        import(&visitor, city()).await,
        Err(AgenciesError::Denied(_))
    ));
    import(&ctx, city()).await.unwrap();
    assert_eq!(directory(&visitor).await.unwrap().agencies().len(), 39);
    let mut changed = city();
    changed.agencies[0].consultation_phone = "0990-12340000".into();
    let counts = import(&ctx, changed).await.unwrap();
    assert_eq!(
        counts,
        Changes {
            agencies: 1,
            ..Changes::default()
        }
    );
    let d = directory(&ctx).await.unwrap();
    assert!(
        d.agencies()
            .iter()
            .any(|a| a.consultation_phone == "0990-12340000")
    );
    assert_eq!(d.revision(), 2);
}
