//! Documents that a business system or an officer has sealed.

use journeys::Town;
use kernel::{PageRequest, Permission};
use serde_json::{Value, json};

use super::client::{self, Answer, Call, post};

const OFFICER: &str = "sc_jiangby";

fn laid(pages: usize) -> paper::Laid {
    let page = |number: usize| {
        let mut page = paper::Page::a4();
        let words = format!("关于联合检查的函 第{}页", number + 1);
        let text = paper::Text::new(words, 30.0, 40.0, 6.0);
        page.items.push(paper::Item::Text(text));
        page
    };
    let document = paper::Document {
        pages: (0..pages).map(page).collect(),
        ..paper::Document::default()
    };
    paper::lay_out(&document).unwrap()
}

fn files(pages: usize) -> [(&'static str, Vec<u8>); 2] {
    let info = ofd::DocInfo {
        id: "0123456789abcdef0123456789abcdef".into(),
        custom: vec![],
    };
    let package = ofd::compose(&laid(pages), &info).unwrap();
    let ofd = sealing::pack(&seals::parts_of(&package)).unwrap();
    [
        ("函.ofd", ofd),
        ("函.pdf", paper::to_pdf(&laid(pages)).unwrap()),
    ]
}

fn call(token: &str, (name, bytes): (&str, &[u8]), order: &Value) -> Call {
    let order = order.to_string();
    post("/sealed-documents")
        .token(token)
        .file(name, bytes, &[("order", &order)])
}

async fn uses(town: &Town) -> Vec<seals::SealUse> {
    let list = seals::Uses {
        agency: "YD_SCJG".into(),
        document_kind: Some("letter".into()),
        ..seals::Uses::default()
    };
    let page = seals::uses(town.ctx(), &list, PageRequest::new(1, 50)).await;
    page.unwrap().rows
}

fn sealed(answer: &Answer) -> Vec<u8> {
    let said = String::from_utf8_lossy(&answer.bytes);
    assert_eq!(answer.status, 200, "{said}");
    answer.bytes.to_vec()
}

/// [I-09] Signing is done by the seal service; private keys never leave it; the caller sends
/// document or digest, seal id, purpose and case; the service checks authorisation, scope, state and
/// period.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_sealed_through_the_interface() {
    for town in Town::each("2026-11-16T09:00").await {
        let (api, _) = client::open(&town).await;
        let officer = town.officer(OFFICER).await;
        let token = client::given(&officer, &[Permission::SealUse]).await;
        let held = seals::usable(&officer).await.unwrap();
        let of = |kind| held.iter().find(|one| one.seal.seal_type == kind).unwrap();
        let own = of(seals::SealType::Personal).seal.clone();
        let official = of(seals::SealType::Official).seal.clone();
        let order = json!({
            "document_kind": "letter", "purpose": "关于联合检查的函", "case_no": "",
            "closing": true,
            "seals": [
                { "seal": own.key, "place": { "page": 2, "x": 80.0, "y": 210.0 } },
                { "seal": official.key, "place": { "page": 2, "x": 120.0, "y": 200.0 },
                  "straddle": {} },
            ],
        });
        let trust = seals::trust(town.ctx()).await.unwrap();
        for (name, bytes) in &files(2) {
            let key = format!("letter-{name}").replace('函', "x");
            let ask = || call(&token, (name, bytes), &order).header("idempotency-key", &key);
            let first = ask().send(&api).await;
            let file = sealed(&first);
            let verdict = sealing::verify(&file, &trust).unwrap();
            assert!(verdict.is_valid(), "{:?}", verdict.findings);
            let names: Vec<_> = verdict.signatures.iter().map(|s| &s.signer).collect();
            assert_eq!(names, [&own.name, &official.name]);
            let ids = first.headers["seal-uses"].to_str().unwrap().to_owned();
            assert_eq!(ids.split(',').count(), 2);
            // The same request again is the same answer, and no other use.
            let count = uses(&town).await.len();
            let again = ask().send(&api).await;
            assert_eq!(again.headers["idempotency-replayed"], "true");
            assert_eq!(again.headers["seal-uses"], ids.as_str());
            assert_eq!(sealed(&again), file);
            assert_eq!(uses(&town).await.len(), count);
            // Closed is closed.
            let more = call(&token, (name, &file), &order).send(&api).await;
            assert_eq!(more.is(409)["code"], "document_closed");
        }
        let all = uses(&town).await;
        assert_eq!(all.len(), 4);
        for one in &all {
            assert_eq!(
                (one.caller.as_str(), one.person.as_str()),
                (OFFICER, OFFICER)
            );
            assert_eq!(one.result, seals::UseResult::Signed);
        }
        // A seal that is lost signs no more.
        let custodian = town.officer("yz_leimq").await;
        seals::report_loss(&custodian, &own.key, "遗失")
            .await
            .unwrap();
        let (name, bytes) = &files(2)[1];
        let lost = call(&token, (name, bytes), &order).send(&api).await;
        assert_eq!(lost.is(409)["code"], "seal_not_active");
        assert_eq!(
            uses(&town).await.len(),
            4,
            "the official seal was not used either"
        );
        town.close().await;
    }
}

/// What cannot be sealed is refused in words, with the field, and uses no seal.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sealed_is_told() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let (api, _) = client::open(&town).await;
    let officer = town.officer(OFFICER).await;
    let token = client::given(&officer, &[Permission::SealUse]).await;
    let held = seals::usable(&officer).await.unwrap();
    let seal = &held.iter().find(|one| one.size_mm.0 > 30).unwrap().seal.key;
    let with = |seals: Value| json!({ "document_kind": "letter", "purpose": "函", "seals": seals });
    let at = |page: u32, x: f32| {
        with(json!([{ "seal": seal, "place": { "page": page, "x": x, "y": 200.0 } }]))
    };
    let files = files(1);
    let good = &files[1].1;
    let broken = &good[..good.len() / 2];
    let cases: [(&[u8], Value, u16, &str, &str); 10] = [
        (broken, at(1, 120.0), 422, "document_unreadable", "file"),
        (
            b"PK\x03\x04 no zip",
            at(1, 120.0),
            422,
            "document_unreadable",
            "file",
        ),
        (b"hello", at(1, 120.0), 422, "document_kind", "file"),
        (good, at(2, 120.0), 422, "no_such_page", "page"),
        (good, at(1, 199.0), 422, "off_page", "place"),
        (
            good,
            with(json!([{ "seal": seal, "straddle": {} }])),
            422,
            "straddle",
            "straddle",
        ),
        (
            good,
            with(json!([{ "seal": seal }])),
            422,
            "no_place",
            "place",
        ),
        (good, with(json!([])), 400, "invalid", "seals"),
        (
            good,
            json!({ "purpose": "函" }),
            422,
            "invalid_body",
            "order",
        ),
        (
            good,
            with(json!([{ "seal": "no-such-seal", "straddle": {} }])),
            404,
            "not_found",
            "",
        ),
    ];
    for (bytes, order, status, code, field) in cases {
        let said = call(&token, ("f.pdf", bytes), &order).send(&api).await;
        let said = said.is(status);
        assert_eq!(said["code"], code, "{said}");
        assert_eq!(said["field"].as_str().unwrap_or_default(), field, "{said}");
    }
    let nothing = post("/sealed-documents").token(&token);
    let nothing = nothing.file("f.pdf", good, &[]).send(&api).await.is(422);
    assert_eq!(nothing["code"], "order_missing");
    // Who is not authorised, or may use no seal at all.
    let other = town.officer("sc_tancw").await;
    let other = client::given(&other, &[Permission::SealUse]).await;
    let refused = call(&other, ("f.pdf", good), &at(1, 120.0))
        .send(&api)
        .await;
    assert_eq!(refused.is(403)["code"], "seal_not_authorised");
    let reader = client::given(&officer, &[Permission::CaseRead]).await;
    let refused = call(&reader, ("f.pdf", good), &at(1, 120.0))
        .send(&api)
        .await;
    assert_eq!(refused.is(403)["code"], "forbidden");
    assert!(uses(&town).await.is_empty());
    town.close().await;
}
