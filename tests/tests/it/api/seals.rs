//! The life of a seal through the interface.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journeys::Town;
use serde_json::{Value, json};

use super::client::{self, Call, get, post};

/// An act on a seal as the caller saw it.
fn act(token: &str, seal: &Value, body: Value) -> Call {
    let key = seal["key"].as_str().unwrap();
    post(&format!("/seals/{key}/acts")).token(token).json(&body)
}

/// [I-01] Seals are managed through their whole life: application, review, making, filing, release,
/// authorisation, loss report, destruction (申请、审核、制作、备案、发放、授权、挂失、销毁).
#[tokio::test(flavor = "multi_thread")]
async fn a_seal_lives_through_the_interface() {
    for town in Town::each("2026-11-16T09:00").await {
        let (api, _) = client::open(&town).await;
        let applicant = client::given_all(&town.officer("yz_leimq").await).await;
        let reviewer = client::given_all(&town.officer("yz_zhonglx").await).await;
        let maker = client::given_all(&town.officer("yz_kuangsz").await).await;
        let picture = paper::oval(&paper::Oval {
            organisation: "云州市云东区市场监督管理局".into(),
            purpose: "业务专用章".into(),
            digits: String::new(),
            width_mm: 40.0,
            height_mm: 30.0,
            dpi: 300.0,
        });
        let mut wish = json!({
            "agency": "YD_SCJG", "seal_type": "business", "basis": "云市监办〔2026〕18号",
            "custodian": "yz_leimq",
            "impression": {
                "source": "uploaded", "width_mm": 40, "height_mm": 30,
                "picture": STANDARD.encode(picture.unwrap().bytes()),
            },
            "basis_file": { "name": "通知.pdf", "content": STANDARD.encode(b"%PDF-1.7 notice") },
        });
        let ask = |wish: &Value| post("/seals").token(&applicant).json(wish);
        let seal = ask(&wish).send(&api).await.is(201);
        assert_eq!(seal["state"], "APPLIED");
        assert_eq!(
            (&seal["width_mm"], &seal["origin"]),
            (&json!(40), &json!("uploaded"))
        );
        assert_eq!(seal["files"], json!(["basis", "picture"]));
        // What is refused says where.
        for (field, value, at) in [
            ("agency", json!("NOWHERE"), "agency"),
            ("custodian", json!("nobody"), "custodian"),
            ("replaces", json!("nothing"), "replaces"),
        ] {
            let before = wish[field].take();
            wish[field] = value;
            let refused = ask(&wish).send(&api).await;
            assert!(refused.status.is_client_error());
            assert_eq!(refused.json()["field"], at);
            wish[field] = before;
        }
        let key = seal["key"].as_str().unwrap().to_owned();
        let path = format!("/seals/{key}");
        let png = get(&format!("{path}/impression"))
            .token(&reviewer)
            .send(&api)
            .await;
        assert!(png.bytes.starts_with(b"\x89PNG"));
        let file = get(&format!("{path}/files/basis"))
            .token(&reviewer)
            .send(&api)
            .await;
        assert_eq!(&file.bytes[..], b"%PDF-1.7 notice");

        let step = async |token: &str, body: Value| {
            let seen = get(&path).token(token).send(&api).await;
            let tag = seen.headers["etag"].to_str().unwrap().to_owned();
            act(token, &seal, body)
                .header("if-match", &tag)
                .send(&api)
                .await
        };
        // The applicant does not review; nobody acts on what was changed since; no act is unknown.
        let same = step(&applicant, json!({ "act": "approve" })).await;
        assert_eq!(same.is(409)["code"], "same_person");
        let stale = act(&reviewer, &seal, json!({ "act": "approve" })).header("if-match", "\"99\"");
        assert_eq!(stale.send(&api).await.is(412)["code"], "stale");
        step(&reviewer, json!({ "act": "bless" })).await.is(422);
        step(&reviewer, json!({ "act": "destroy" })).await.is(409);
        step(&reviewer, json!({ "act": "approve" })).await.is(200);
        // Certificates could come from elsewhere; nothing of it stays when it is given up.
        let ask = json!({ "act": "request_certificates", "pdf_kind": "p256" });
        let asked = step(&maker, ask).await.is(200);
        assert_eq!(asked["state"], "APPROVED");
        for kind in ["sm2", "pdf"] {
            let pem = asked["requests"][kind].as_str().unwrap();
            let request = gm::CertificateRequest::from_pem_or_der(pem.as_bytes());
            request.unwrap().verify().unwrap();
        }
        let early = step(&maker, json!({ "act": "make" })).await;
        assert_eq!(early.is(409)["code"], "certificates_awaited");
        for (file, code) in [("bm90aGluZw==", "unreadable"), ("?", "invalid_body")] {
            let wrong = json!({ "act": "make_with", "certificates": [file] });
            let refused = step(&maker, wrong).await;
            assert!(refused.status.is_client_error());
            let said = refused.json();
            assert_eq!(
                (&said["code"], &said["field"]),
                (&json!(code), &json!("certificates"))
            );
        }
        let cancel = json!({ "act": "cancel_request", "reason": "由平台签发" });
        assert!(step(&maker, cancel).await.is(200)["requests"].is_null());
        let made = step(&maker, json!({ "act": "make" })).await.is(200);
        assert_eq!(made["certificates"].as_array().unwrap().len(), 2);
        step(&maker, json!({ "act": "file", "filing_no": "备990102" }))
            .await
            .is(200);
        step(&maker, json!({ "act": "release", "receipt": "当面签收" }))
            .await
            .is(200);
        let grant = json!({
            "act": "authorise", "holder_kind": "system", "holder": "system",
            "document_kind": "notice", "valid_to": "2027-11-16T00:00:00Z", "daily_maximum": 5,
        });
        let active = step(&applicant, grant).await.is(200);
        assert_eq!(active["state"], "ACTIVE");
        let authorisation = active["authorisations"][0]["key"].clone();
        let changed = json!({
            "act": "change_authorisation", "authorisation": authorisation,
            "valid_to": "2027-01-01T00:00:00Z", "daily_maximum": 9,
        });
        let changed = step(&applicant, changed).await.is(200);
        assert_eq!(changed["authorisations"][0]["daily_maximum"], 9);

        // It is used; its owner sees it.
        let system = town.ctx().clone();
        let wish = std::sync::Arc::new(seals::Reserve {
            seal: key.clone(),
            purpose: "受理通知书".into(),
            document_kind: "notice".into(),
            ..seals::Reserve::default()
        });
        let inner = system.clone();
        let used: Result<_, seals::SealError> = system
            .db
            .write(move |tx| {
                let (ctx, wish) = (inner.clone(), wish.clone());
                Box::pin(async move { seals::reserve(tx, &ctx, &wish).await })
            })
            .await;
        used.unwrap();
        let uses = get(&format!("{path}/uses?day=2026-11-16&document_kind=notice"));
        let uses = uses.token(&applicant).send(&api).await.is(200);
        assert_eq!(
            (&uses["total"], &uses["rows"][0]["result"]),
            (&json!(1), &json!("reserved"))
        );
        let all = get("/seal-uses?agency=YD_SCJG&purpose=%E5%8F%97%E7%90%86").token(&applicant);
        assert_eq!(all.send(&api).await.is(200)["total"], 1);
        let none = get(&format!("{path}/uses?day=2026-11-15")).token(&applicant);
        assert_eq!(none.send(&api).await.is(200)["total"], 0);

        // A loss is reported whatever revision was seen, and stops what is under way.
        let lost = json!({ "act": "report_loss", "reason": "载体遗失" });
        let lost = act(&applicant, &seal, lost).header("if-match", "\"1\"");
        assert_eq!(lost.send(&api).await.is(200)["state"], "LOST");
        let uses = get(&format!("{path}/uses"))
            .token(&applicant)
            .send(&api)
            .await
            .is(200);
        assert_eq!(uses["rows"][0]["result"], "stopped");
        let ask = json!({ "act": "ask", "request": "destroy", "reason": "不再使用" });
        let asked = step(&applicant, ask).await.is(200);
        assert_eq!(asked["asked"]["by"], "yz_leimq");
        let alone = step(&applicant, json!({ "act": "destroy" })).await;
        assert_eq!(alone.is(409)["code"], "same_person");
        let gone = step(&reviewer, json!({ "act": "destroy" })).await.is(200);
        assert_eq!(gone["state"], "DESTROYED");

        let list = get("/seals?agency=YD_SCJG&state=DESTROYED&seal_type=business");
        let list = list.token(&reviewer).send(&api).await.is(200);
        assert_eq!(
            (&list["total"], &list["rows"][0]["key"]),
            (&json!(1), &json!(key))
        );
        get("/seals?state=NONE")
            .token(&reviewer)
            .send(&api)
            .await
            .is(400);
        let clerk = client::given_all(&town.officer("ck_haosy").await).await;
        for call in [
            get("/seals"),
            get("/seal-uses"),
            get(&path),
            get(&format!("{path}/uses")),
        ] {
            call.token(&clerk).send(&api).await.is(403);
        }
        town.close().await;
    }
}
