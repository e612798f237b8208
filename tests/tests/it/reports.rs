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

/// How the interface and the page answer who asks for a report: status and words.
async fn asked(town: &Town, number: &str) -> [(u16, String); 2] {
    let app = tongban::serve::router(&town.platform, false).unwrap();
    let path = format!("/verifications/{number}/report/pdf");
    let api = crate::api::client::get(&path).send(&app).await;
    let page = axum::http::Request::builder()
        .uri(format!("/verify/report/{number}/pdf"))
        .body(axum::body::Body::empty())
        .unwrap();
    let page = tower::ServiceExt::oneshot(app, page).await.unwrap();
    let status = page.status().as_u16();
    let body = axum::body::to_bytes(page.into_body(), 16 << 20).await;
    [
        (
            api.status.as_u16(),
            String::from_utf8_lossy(&api.bytes).into(),
        ),
        (status, String::from_utf8_lossy(&body.unwrap()).into()),
    ]
}

/// Without an agency that answers for the platform, and over the daily maximum of its seal, a report
/// is refused in clear words, by the interface and on the page; the verification stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_sealed_says_why() {
    for town in Town::each("2026-11-16T09:30").await {
        let file = food(town.ctx()).await;
        let visitor = town.visitor();
        let mut numbers = Vec::new();
        for _ in 0..3 {
            let told = licences::verify_file(&visitor, file.clone()).await;
            numbers.push(told.unwrap().number);
        }
        let refused = async |number: &str, words: &str| {
            for (status, said) in asked(&town, number).await {
                assert_eq!(status, 409, "{said}");
                assert!(said.contains(words), "{words}: {said}");
            }
            let kept = licences::verification(&visitor, number).await;
            assert!(kept.unwrap().valid);
        };
        let operator = town.ctx().shared.get::<licences::Operator>().unwrap();
        let nobody = String::new();
        town.ctx()
            .shared
            .put(std::sync::Arc::new(licences::Operator { agency: nobody }));
        refused(&numbers[0], "平台尚未指定出具核验报告的机构").await;
        town.ctx().shared.put(operator.clone());

        let officer = town.officer("yz_leimq").await;
        let seal = seals::find(town.ctx(), &operator.agency, seals::SealType::Official).await;
        let detail = seals::detail(&officer, &seal.unwrap().key).await.unwrap();
        let kind = seals::DocumentKind::Verification.code();
        let mut granted = detail.authorisations.iter();
        let granted = granted.find(|one| one.document_kind == kind).unwrap();
        let once = seals::Terms {
            valid_to: granted.valid_to,
            daily_maximum: 1,
        };
        let key = &detail.seal.key;
        let changed = seals::change_grant(&officer, key, &granted.key, once).await;
        changed.unwrap();
        let report = licences::report(&visitor, &numbers[1], Format::Pdf).await;
        report.unwrap();
        refused(&numbers[2], "今日用印已达上限1次").await;
        // The one that is there is given again: it costs no use.
        let again = licences::report(&visitor, &numbers[1], Format::Ofd).await;
        again.unwrap();
        // Tomorrow there is another one.
        town.set("2026-11-17T09:30");
        let report = licences::report(&visitor, &numbers[2], Format::Pdf).await;
        report.unwrap();
        town.close().await;
    }
}

/// A verification is forgotten after 400 days, with its report and the file that an officer looked
/// at; what the journal says stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_verification_is_forgotten_after_four_hundred_days() {
    for town in Town::each("2026-11-16T09:30").await {
        let ctx = town.ctx();
        let file = food(ctx).await;
        let stored = async || licences::stored_files(&mut ctx.db.reader()).await.unwrap();
        let before = stored().await;
        let visitor = town.visitor();
        let told = licences::verify_file(&visitor, file.clone()).await.unwrap();
        let report = licences::report(&visitor, &told.number, Format::Pdf).await;
        report.unwrap();
        let officer = town.officer("sc_tancw").await;
        let looked = licences::begin_visual(&officer, file).await.unwrap();
        assert_eq!(stored().await.len(), before.len() + 3);
        town.set("2027-12-20T09:30");
        town.drain().await;
        assert!(licences::verification(&visitor, &told.number).await.is_ok());
        town.set("2027-12-23T09:30");
        town.drain().await;
        for number in [&told.number, &looked] {
            let gone = licences::verification(&visitor, number).await;
            assert!(matches!(gone, Err(LicenceError::NotFound)));
        }
        let report = licences::report(&visitor, &told.number, Format::Pdf).await;
        assert!(matches!(report, Err(LicenceError::NotFound)));
        let seen = licences::visual(&officer, &looked).await;
        assert!(matches!(seen, Err(LicenceError::NotFound)));
        assert_eq!(stored().await, before);
        let stream = format!("verification/{}", told.number);
        let events = journal::stream(&mut ctx.db.reader(), &stream).await;
        assert_eq!(events.unwrap().len(), 1);
        town.close().await;
    }
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
