//! Cases and the licences they should have made.

use journeys::Town;
use store::{Ctx, Run, StoreError, args};

/// Takes a licence out of its holder's wallet behind the back of the platform.
async fn lose(ctx: &Ctx, key: &str) -> Vec<u8> {
    // Along the key: the test of plans may be listening.
    let sql = "SELECT holder, licence_key FROM wallet ORDER BY holder, licence_key LIMIT 100000";
    let rows = ctx.db.reader().rows(sql, args![]).await.unwrap();
    let row = rows.iter().find(|row| row.get::<String>(1).unwrap() == key);
    let holder: Vec<u8> = row.unwrap().get(0).unwrap();
    write(
        ctx,
        "DELETE FROM wallet WHERE holder = ? AND licence_key = ?",
        &holder,
        key,
    )
    .await;
    holder
}

async fn write(ctx: &Ctx, sql: &'static str, holder: &[u8], key: &str) {
    let (holder, key) = (holder.to_vec(), key.to_owned());
    let done: Result<(), StoreError> = ctx
        .db
        .write(move |tx| {
            let (holder, key) = (holder.clone(), key.clone());
            Box::pin(async move { tx.exec(sql, args![holder, key]).await.map(drop) })
        })
        .await;
    done.unwrap();
}

/// [H-82] Licences newly produced are pushed to holder and library automatically at completion
/// (D-28); a completed case whose item has a licence result and has none after 1 day is an anomaly.
#[tokio::test(flavor = "multi_thread")]
async fn a_completed_case_without_its_licence_is_an_anomaly() {
    for town in Town::each("2026-11-16T09:30").await {
        let (me, case) = town.apply("SPJYXK-XB").await;
        let done = town.run_through(&case).await;
        let key = done
            .data
            .result
            .as_ref()
            .unwrap()
            .licence_key
            .clone()
            .unwrap();
        let cards = licences::wallet(&me, me.actor.owner()).await.unwrap();
        assert!(
            cards.iter().any(|card| card.licence_key == key),
            "pushed to the holder"
        );
        let city = town.officer("jc_ruanqh").await;
        let market = town.officer("sc_tancw").await;
        let works = town.officer("wj_liucz").await;
        let missing = async |reader: &Ctx| -> Vec<String> {
            let found = cases::missing_licences(reader).await.unwrap();
            found.into_iter().map(|(case, _)| case.case_id).collect()
        };
        // A licence that is there is no anomaly, however long ago.
        town.drain().await;
        let completed = done.data.completed_at.unwrap();
        let later = |hours: i64| {
            town.clock
                .set(completed + jiff::SignedDuration::from_hours(hours))
        };
        let holder = lose(town.ctx(), &key).await;
        later(23);
        town.drain().await;
        assert!(missing(&city).await.is_empty(), "within the day");
        later(25);
        town.drain().await;
        assert_eq!(missing(&city).await, [case.case_id.as_str()]);
        assert_eq!(missing(&market).await, [case.case_id.as_str()]);
        assert!(missing(&works).await.is_empty(), "not theirs");
        assert!(cases::missing_licences(&me).await.is_err());
        // It is told once, and over when the licence is there.
        later(50);
        town.drain().await;
        assert_eq!(missing(&city).await.len(), 1);
        let events = journal::stream(&mut town.ctx().db.reader(), &done.stream())
            .await
            .unwrap();
        let told = events.iter().filter(|e| e.kind == "case.licence_missing");
        assert_eq!(told.count(), 1);
        let sql = "INSERT INTO wallet (holder, licence_key) VALUES (?, ?)";
        write(town.ctx(), sql, &holder, &key).await;
        later(51);
        town.drain().await;
        assert!(missing(&city).await.is_empty());
        town.close().await;
    }
}
