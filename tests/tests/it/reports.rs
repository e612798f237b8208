//! Outcomes under their numbers, and their sealed reports.

use journeys::Town;
use licences::{Format, LicenceError, Step, Verification};
use sealing::Outcome;
use store::Ctx;

const FOOD: &str = "JY29901020010130";

async fn food(ctx: &Ctx) -> Vec<u8> {
    let query = licences::Query {
        licence_no: Some(FOOD.into()),
        ..licences::Query::default()
    };
    let page = licences::search(ctx, &query, kernel::PageRequest::default()).await;
    let key = page.unwrap().rows.remove(0).licence_key;
    licences::file(ctx, &key, Format::Ofd).await.unwrap()
}

/// The words of an OFD, run together.
fn words(ofd: &[u8]) -> String {
    let package = ofd::Package::read(ofd, &ofd::Limits::default()).unwrap();
    let seen = ofd::inspect(&package).unwrap();
    let text: String = seen.pages.iter().map(|page| page.text.as_str()).collect();
    text.split_whitespace().collect()
}

/// The report is sealed by the operator, says what was told, is made once however many ask at the
/// same moment, and is itself accepted by the verifier.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_sealed_once_and_says_what_was_told() {
    for town in Town::each("2026-11-16T09:30").await {
        let visitor = town.visitor();
        let mut file = food(town.ctx()).await;
        let told = licences::verify_file(&visitor, file.clone()).await.unwrap();
        assert!(told.valid);
        let kept = licences::verification(&visitor, &told.number)
            .await
            .unwrap();
        assert_eq!(
            serde_json::to_value(&kept).unwrap(),
            serde_json::to_value(&told).unwrap()
        );

        let ask = |format| licences::report(&visitor, &told.number, format);
        let asked = futures_util::future::join_all([
            ask(Format::Ofd),
            ask(Format::Ofd),
            ask(Format::Ofd),
            ask(Format::Ofd),
        ])
        .await;
        let mut reports = asked.into_iter().map(|report| report.unwrap().bytes);
        let ofd = reports.next().unwrap();
        assert!(
            reports.all(|other| other == ofd),
            "one report, whoever asks"
        );
        let pdf = ask(Format::Pdf).await.unwrap().bytes;
        let said = words(&ofd);
        let digest = hex::encode(gm::sm3(&file));
        for part in [
            "核验通过",
            &told.number,
            &digest,
            "食品经营许可证",
            "云州市政务服务和数据资源管理局",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let trust = seals::trust(town.ctx()).await.unwrap();
        for (bytes, format) in [(&ofd, "ofd"), (&pdf, "pdf")] {
            let verdict = sealing::verify(bytes, &trust).unwrap();
            assert!(verdict.is_valid(), "{format}: {:?}", verdict.findings);
            let open = verdict
                .findings
                .iter()
                .find(|f| f.outcome == Outcome::NotChecked);
            assert!(open.is_none(), "{format}: {open:?}");
        }

        // A failed one says where it stopped and why.
        let middle = file.len() / 2;
        file[middle] ^= 1;
        let bad = licences::verify_file(&visitor, file).await.unwrap();
        let report = licences::report(&visitor, &bad.number, Format::Ofd)
            .await
            .unwrap();
        let said = words(&report.bytes);
        assert!(said.contains("安全核验未通过"), "{said}");
        assert!(
            said.contains(bad.failure().unwrap().reason.unwrap().zh()),
            "{said}"
        );
        let unknown = licences::report(&visitor, "no-such-number", Format::Pdf).await;
        assert!(matches!(unknown, Err(LicenceError::NotFound)));
        town.close().await;
    }
}

/// A notice of the platform is verified by its own record, with all three steps and a number; a
/// withdrawn one says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_verified_by_its_own_record() {
    let passed = |v: &Verification| v.steps.iter().map(|s| s.passed).collect::<Vec<_>>();
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("YSZC").await;
        town.drain().await;
        let system = town.ctx().as_system();
        let notice = notices::list(&system, &case.case_id)
            .await
            .unwrap()
            .remove(0);
        let file = notices::file(&system, &notice.doc_id, notices::Format::Pdf);
        let bytes = file.await.unwrap().bytes;
        let found = licences::verify_file(&town.visitor(), bytes.clone())
            .await
            .unwrap();
        assert!(found.valid, "{:?}", found.steps);
        assert_eq!(passed(&found), [Some(true); 3]);
        assert_eq!(found.document.unwrap().number, notice.number);
        assert!(found.summary.is_none());

        notices::withdraw(&system, &notice.doc_id, "内容有误")
            .await
            .unwrap();
        let found = licences::verify_file(&town.visitor(), bytes).await.unwrap();
        assert!(!found.valid);
        let failure = found.failure().unwrap();
        assert_eq!(failure.step, Step::Revocation);
        assert_eq!(failure.reason.unwrap().code(), "notice_withdrawn");
        assert_eq!(passed(&found), [Some(true), Some(false), None]);
        town.close().await;
    }
}

/// The published list follows the state of a licence, and anybody's tools can check its signature.
#[tokio::test(flavor = "multi_thread")]
async fn the_published_list_follows_the_state() {
    use licences::{LicenceEvent, StateChange};
    for town in Town::each("2026-11-16T09:30").await {
        let ctx = town.ctx();
        let digest = hex::encode(gm::sm3(&food(ctx).await));
        let query = licences::Query {
            licence_no: Some(FOOD.into()),
            ..licences::Query::default()
        };
        let page = licences::search(ctx, &query, kernel::PageRequest::default()).await;
        let key = page.unwrap().rows.remove(0).licence_key;
        let mut last = 0;
        let steps = [
            (None, None),
            (Some(LicenceEvent::Suspend), Some("SUSPENDED")),
            (Some(LicenceEvent::Restore), None),
            (Some(LicenceEvent::ReportLoss), Some("LOST")),
        ];
        for (event, wanted) in steps {
            if let Some(event) = event {
                let change = StateChange {
                    licence_key: key.clone(),
                    event,
                    reason: "按规定".into(),
                };
                licences::change_state(ctx, change).await.unwrap();
                town.clock.advance(jiff::SignedDuration::from_mins(11));
            }
            let said = licences::revocation_list(&town.visitor()).await.unwrap();
            let trust = seals::trust(ctx).await.unwrap();
            assert!(said.signer(&trust).unwrap().contains("证照吊销列表"));
            let list = sealing::RevocationList::read(&said.body).unwrap();
            assert!(list.number > last, "{} after {last}", list.number);
            last = list.number;
            let entry = list.entry(&digest).map(|e| e.reason.as_str());
            assert_eq!(entry, wanted);
            by_openssl(&said);
            // Asked again within ten minutes it is the same list.
            let again = licences::revocation_list(&town.visitor()).await.unwrap();
            assert_eq!(again, said);
        }
        let mut forged = licences::revocation_list(&town.visitor()).await.unwrap();
        let middle = forged.body.len() / 2;
        forged.body[middle] ^= 1;
        let trust = seals::trust(ctx).await.unwrap();
        assert_eq!(forged.signer(&trust), Err(sealing::Disbelief::Wrong));
        town.close().await;
    }
}

/// `openssl dgst` as the documentation says.
fn by_openssl(said: &sealing::Statement) {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let pem = gm::Certificate::from_der(&said.certificates[0])
        .unwrap()
        .to_pem();
    let certificate = put("signer.pem", pem.as_bytes());
    let (body, signature) = (
        put("list.json", &said.body),
        put("list.sig", &said.signature),
    );
    let openssl = |args: &[&str]| {
        let done = std::process::Command::new("openssl")
            .args(args)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        done.stdout
    };
    let key = openssl(&["x509", "-in", &certificate, "-pubkey", "-noout"]);
    let key = put("key.pem", &key);
    let said = openssl(&[
        "dgst",
        "-sm3",
        "-verify",
        &key,
        "-sigopt",
        "distid:1234567812345678",
        "-signature",
        &signature,
        &body,
    ]);
    assert!(String::from_utf8_lossy(&said).contains("Verified OK"));
}
