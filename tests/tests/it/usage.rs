//! 使用统计 [H-75].

use jiff::civil::{Date, date};
use journeys::Town;
use licences::{AskCopy, Consumer, Format, LicenceError, Purpose, Usage, UseKind};
use store::Ctx;

use super::life::{DRIVER, key_of};

const TODAY: Date = date(2026, 11, 16);

/// What of it is of this kind and by this consumer.
fn of(usage: &Usage, what: UseKind, consumer: &Consumer) -> u64 {
    usage.sum(|c| c.what == what && c.consumer == *consumer)
}

async fn seen(by: &Ctx, from: Date) -> Usage {
    licences::usage(by, from, TODAY).await.unwrap()
}

/// [H-75] Use statistics: calls, citations replacing paper, verifications, failures, by consumer
/// and type. Every use counts once, for the day it happened, and officers see those of the licences
/// in their scope.
#[tokio::test(flavor = "multi_thread")]
async fn every_use_counts_once() {
    for town in Town::each("2026-11-16T09:30").await {
        let province = town.officer("sj_yousq").await;
        let market = town.officer("sc_tancw").await;
        let visitor = town.visitor();
        let before = seen(&province, TODAY).await;
        assert_eq!(before.sum(|_| true), 0);

        // A trader applies, and the case cites the business licence.
        let (_, case) = town.apply("SPJYXK-XB").await;
        // A driver's licence is verified by the public and by an officer, by its number and by a
        // number that is none.
        let me = town.person("u_p10").await;
        let key = key_of(town.ctx(), DRIVER, "DLYSCYZGZ").await;
        for reader in [&visitor, &visitor, &market] {
            let token = licences::showing(&me, &key).await.unwrap().token;
            assert!(licences::verify_token(reader, &token).await.unwrap().valid);
        }
        let unknown = licences::verify_number(&visitor, "JY00000000000000", None).await;
        assert!(!unknown.unwrap().valid);
        // A copy is made and fetched, and a client reads licence and file.
        let copy = AskCopy {
            licence_key: key.clone(),
            purpose: Purpose::Work,
            recipient: "云州客运公司".into(),
            case_no: String::new(),
            until: date(2026, 11, 30),
        };
        let copy = licences::make_copy(&me, &copy).await.unwrap();
        licences::copy_file(&me, &copy.copy_key, Format::Pdf)
            .await
            .unwrap();
        let mut actor = province.actor.as_ref().clone();
        actor.client = Some("bank".into());
        let client = town.ctx().with_actor(actor);
        licences::detail(&client, &key).await.unwrap();
        licences::file(&client, &key, Format::Ofd).await.unwrap();
        // What officers look at on their pages is no call.
        licences::detail(&province, &key).await.unwrap();

        town.set("2026-11-16T09:32");
        town.drain().await;
        for _ in 0..2 {
            let usage = seen(&province, TODAY).await;
            let agency = Consumer::Agency(case.data.agency.clone());
            assert_eq!(of(&usage, UseKind::Cited, &agency), 1, "{:?}", usage.counts);
            assert_eq!(of(&usage, UseKind::Passed, &Consumer::Public), 2);
            let officer = Consumer::Agency("YD_SCJG".into());
            assert_eq!(of(&usage, UseKind::Passed, &officer), 1);
            assert_eq!(of(&usage, UseKind::Failed, &Consumer::Public), 1);
            let failed = usage.counts.iter().find(|c| c.what == UseKind::Failed);
            let failed = failed.unwrap();
            assert!(failed.reason.is_some() && failed.type_code.is_empty());
            assert_eq!(of(&usage, UseKind::Copied, &Consumer::Holder), 1);
            assert_eq!(usage.sum(|c| c.what == UseKind::Fetched), 1);
            let bank = Consumer::Client("bank".into());
            assert_eq!(of(&usage, UseKind::Called, &bank), 2);
            assert_eq!(usage.sum(|c| c.what == UseKind::Called), 2);
            let driver = usage.sum(|c| c.type_code == "DLYSCYZGZ" && c.what == UseKind::Passed);
            assert_eq!(driver, 3);
            // Counted again, nothing counts twice.
            town.set("2026-11-16T09:35");
            town.drain().await;
        }
        // Nothing of another day; nothing of other agencies' licences, nor of what is nobody's.
        let usage = licences::usage(&province, date(2026, 1, 1), date(2026, 11, 15)).await;
        assert_eq!(usage.unwrap().sum(|_| true), 0);
        let mine = seen(&market, TODAY).await;
        assert!(mine.counts.iter().all(|c| c.issuer == "YD_SCJG"));
        assert!(mine.sum(|_| true) > 0);
        let refused = licences::usage(&me, TODAY, TODAY).await;
        assert!(
            matches!(refused, Err(LicenceError::Denied(_))),
            "{refused:?}"
        );

        // The holder sees who read it.
        let uses = licences::uses(&me, &key).await.unwrap();
        let calls = uses.iter().filter(|one| one.what == "接口调用").count();
        assert_eq!(calls, 2);
        town.close().await;
    }
}
