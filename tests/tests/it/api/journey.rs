//! The main job over the API: apply, decide, licence, verify.

use axum::Router;
use axum::http::header;
use base64::Engine as _;
use journeys::{Town, drawing};
use serde_json::{Value, json};

use super::client::{self, Call, get, post};

/// The item of scenario 1: fully online.
const ITEM: &str = "SPJYXK-XB";

/// Fills in a draft the way an integrator does: guide, answers, values, what is missing.
async fn fill(town: &Town, api: &Router, token: &str, item: &str) -> Value {
    let form = town.form(item);
    let guide = get(&format!("/items/{item}")).send(api).await.is(200);
    assert_eq!(guide["elements"].as_array().unwrap().len(), 22);
    let answers = json!({ "answers": form["answers"] });
    let needed = post(&format!("/items/{item}/materials"))
        .json(&answers)
        .send(api)
        .await
        .is(200);
    assert!(!needed["materials"].as_array().unwrap().is_empty());
    let case = post("/cases")
        .token(token)
        .header("idempotency-key", "start-1")
        .json(&json!({ "item": item }))
        .send(api)
        .await
        .is(201);
    let id = case["id"].as_str().unwrap().to_owned();
    let case = Call::new("PUT", &format!("/cases/{id}/answers"))
        .token(token)
        .seen(&case)
        .json(&answers)
        .send(api)
        .await
        .is(200);
    let wrong = Call::new("PATCH", &format!("/cases/{id}/form"))
        .token(token)
        .seen(&case)
        .json(&json!({ "values": { "no_such_field": 1 } }))
        .send(api)
        .await
        .is(422);
    assert_eq!(wrong["field"], "no_such_field");
    let mut case = Call::new("PATCH", &format!("/cases/{id}/form"))
        .token(token)
        .seen(&case)
        .json(&json!({ "values": form["form_data"] }))
        .send(api)
        .await
        .is(200);
    let missing: Vec<String> = serde_json::from_value(case["missing_materials"].clone()).unwrap();
    for code in missing {
        let bytes = drawing(&code, town.ctx().now());
        let file = post("/files")
            .token(token)
            .file("材料.png", &bytes, &[("group", "self_made")])
            .send(api)
            .await
            .is(201);
        case = post(&format!("/cases/{id}/materials"))
            .token(token)
            .seen(&case)
            .json(&json!({
                "way": "file", "material_code": code, "file_key": file["file_key"]
            }))
            .send(api)
            .await
            .is(200);
    }
    assert_eq!(case["missing_materials"], json!([]));
    case
}

/// One act of an officer on the case as it stands.
async fn act(town: &Town, api: &Router, officer: &str, id: &str, body: Value) -> Value {
    let token = client::given_all(&town.officer(officer).await).await;
    let case = get(&format!("/cases/{id}")).token(&token).send(api).await;
    let case = case.is(200);
    post(&format!("/cases/{id}/acts"))
        .token(&token)
        .seen(&case)
        .json(&body)
        .send(api)
        .await
        .is(200)
}

/// Who stands at the open post of this step.
async fn on_duty(town: &Town, id: &str, step: flow::Step) -> String {
    let case = town.case(id).await;
    town.first(&case, step).await.actor.id.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integrator_takes_an_application_to_its_licence() {
    for town in Town::each("2026-11-16T09:00").await {
        let (api, _) = client::open(&town).await;
        let form = town.form(ITEM);
        let login = form["applicant_username"].as_str().unwrap();
        let me = town.person(login).await;
        let mine = client::given_all(&me).await;
        let draft = fill(&town, &api, &mine, ITEM).await;
        let id = draft["id"].as_str().unwrap();

        // Twice with one key, and once more with none: one case, one number.
        let submit = || {
            post(&format!("/cases/{id}/submit"))
                .token(&mine)
                .header("idempotency-key", "submit-1")
        };
        let first = submit().send(&api).await;
        let second = submit().send(&api).await;
        assert_eq!(first.bytes, second.bytes);
        assert_eq!(second.headers["idempotency-replayed"], "true");
        assert_eq!(first.headers[header::ETAG], second.headers[header::ETAG]);
        let case = first.is(200);
        let again = post(&format!("/cases/{id}/submit")).token(&mine);
        assert_eq!(again.send(&api).await.is(200)["case_no"], case["case_no"]);
        let listed = get("/cases").token(&mine).send(&api).await.is(200);
        assert_eq!(listed["total"], 1);
        let reused = post("/cases")
            .token(&mine)
            .header("idempotency-key", "submit-1")
            .json(&json!({ "item": ITEM }))
            .send(&api)
            .await
            .is(422);
        assert_eq!(reused["code"], "idempotency_key_reused");
        town.drain().await;

        // The public sees the progress, and only with a proof.
        let number = case["case_no"].as_str().unwrap();
        let ask =
            |token: &Value| post("/progress").json(&json!({ "case_no": number, "token": token }));
        let progress = ask(&case["progress_token"]).send(&api).await.is(200);
        assert_eq!(progress["state"], "SUBMITTED");
        ask(&json!("guess")).send(&api).await.is(404);

        decide(&town, &api, id).await;
        licence(&town, &api, &mine, id).await;
        town.close().await;
    }
}

/// The officers' part, each with a token of their own.
async fn decide(town: &Town, api: &Router, id: &str) {
    let clerk = on_duty(town, id, flow::Step::Accept).await;
    let points = town.case(id).await;
    let item = items::version(town.ctx(), &points.data.item_id, points.data.item_version)
        .await
        .unwrap();
    let marks: Vec<Value> =
        item.materials_for(&points.data.answers)
            .iter()
            .flat_map(|need| {
                let code = need.material.material_code.clone();
                need.material.review_points.iter().map(
                    move |p| json!({ "material_code": code, "point_no": p.no, "passed": true }),
                )
            })
            .collect();
    act(
        town,
        api,
        &clerk,
        id,
        json!({ "act": "mark_points", "points": marks }),
    )
    .await;
    let stale = town.officer(&clerk).await;
    let token = client::given_all(&stale).await;
    let seen = get(&format!("/cases/{id}"))
        .token(&token)
        .send(api)
        .await
        .is(200);
    assert_eq!(seen["masked"], true);
    let accepted = act(
        town,
        api,
        &clerk,
        id,
        json!({ "act": "accept", "opinion": "齐全" }),
    )
    .await;
    assert_eq!(accepted["state"], "IN_REVIEW");
    // Somebody who saw the case before that is told so, and nothing happens.
    let late = post(&format!("/cases/{id}/acts"))
        .token(&token)
        .seen(&seen)
        .json(&json!({ "act": "refuse", "reason": "r", "basis": "b" }))
        .send(api)
        .await
        .is(412);
    assert_eq!(late["code"], "stale");
    let blind = post(&format!("/cases/{id}/acts"))
        .token(&token)
        .json(&json!({ "act": "refuse", "reason": "r", "basis": "b" }))
        .send(api)
        .await
        .is(428);
    assert_eq!(blind["code"], "revision_missing");
    for step in [
        flow::Step::Review,
        flow::Step::TechnicalReview,
        flow::Step::SiteCheck,
    ] {
        loop {
            let case = town.case(id).await;
            let open = case.data.flow.as_ref().unwrap();
            let waits = open
                .tasks()
                .any(|(code, _)| item.flow.post(code).is_some_and(|p| p.step == step));
            if !waits || case.state != cases::State::InReview {
                break;
            }
            // A countersigned post takes the next one who has not signed.
            let signed: Vec<String> = open
                .tasks()
                .flat_map(|(_, task)| &task.signatures)
                .map(|signature| signature.who.clone())
                .collect();
            let officers = town.on_duty(&case, step).await;
            let next = officers.iter().find(|o| !signed.contains(&o.actor.id));
            let officer = next.unwrap().actor.id.clone();
            let opinion = json!({ "act": "sign_opinion", "agree": true, "text": "建议准予" });
            act(town, api, &officer, id, opinion).await;
        }
    }
    let decider = on_duty(town, id, flow::Step::Decide).await;
    let body = json!({ "act": "decide", "approve": true, "reason": "符合法定条件" });
    act(town, api, &decider, id, body).await;
    town.drain().await;
    let maker = on_duty(town, id, flow::Step::Complete).await;
    let token = client::given_all(&town.officer(&maker).await).await;
    let face = get(&format!("/cases/{id}/face"))
        .token(&token)
        .send(api)
        .await;
    let face = face.is(200);
    let filled: serde_json::Map<String, Value> = face["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["code"].as_str().unwrap().to_owned(), json!("见附件")))
        .collect();
    act(
        town,
        api,
        &maker,
        id,
        json!({ "act": "complete", "face": filled }),
    )
    .await;
    town.drain().await;
}

/// Many at once, each answered for itself; the outcome stays under its number, sealed on demand.
async fn batch(town: &Town, api: &Router, mine: &str, key: &str) {
    let ofd = licences::file(town.ctx(), key, licences::Format::Ofd)
        .await
        .unwrap();
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let items = json!([
        { "name": "licence.ofd", "file": base64(&ofd) },
        { "file": base64(b"nothing") },
        { "token": "no-such-code" },
    ]);
    let ask = || post("/verify").json(&json!({ "items": items }));
    assert_eq!(ask().send(api).await.status.as_u16(), 401, "for agencies");
    let answer = ask().token(mine).send(api).await.is(200);
    let results = answer["results"].as_array().unwrap();
    let valid: Vec<_> = results
        .iter()
        .map(|r| r["verdict"]["valid"].clone())
        .collect();
    assert_eq!(valid, [json!(true), json!(false), json!(false)], "{answer}");
    let number = results[0]["verdict"]["number"].as_str().unwrap();
    let kept = get(&format!("/verifications/{number}"))
        .send(api)
        .await
        .is(200);
    assert_eq!(kept, results[0]["verdict"]);
    let report = get(&format!("/verifications/{number}/report/pdf"))
        .send(api)
        .await;
    assert!(report.status.is_success() && report.bytes.starts_with(b"%PDF"));
    for wrong in [json!([]), json!([{}]), json!([{ "file": "?" }])] {
        let wrong = post("/verify").json(&json!({ "items": wrong })).token(mine);
        assert_eq!(wrong.send(api).await.status.as_u16(), 422);
    }
}

/// The licence is in the wallet, its files are whole, and everybody can verify it.
async fn licence(town: &Town, api: &Router, mine: &str, id: &str) {
    let case = get(&format!("/cases/{id}"))
        .token(mine)
        .send(api)
        .await
        .is(200);
    let key = case["result"]["licence_key"].as_str().unwrap();
    let held = get("/licences").token(mine).send(api).await.is(200);
    let rows = held["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["licence_key"] == key));
    let one = get(&format!("/licences/{key}")).token(mine).send(api).await;
    let one = one.is(200);
    assert_eq!(one["sealed_well"], true);
    assert!(one["identifier"].is_string());
    for (format, kind) in [
        ("ofd", "application/ofd"),
        ("pdf", "application/pdf"),
        ("png", "image/png"),
    ] {
        let file = get(&format!("/licences/{key}/files/{format}"))
            .token(mine)
            .send(api)
            .await;
        assert_eq!(file.status.as_u16(), 200);
        assert_eq!(file.text(header::CONTENT_TYPE), kind);
        if format == "png" {
            continue;
        }
        let ask = |bytes: &[u8]| post("/verifications/file").file("licence", bytes, &[]);
        let verdict = ask(&file.bytes).send(api).await.is(200);
        assert_eq!(verdict["valid"], true, "{verdict}");
        let mut changed = file.bytes.to_vec();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        assert_eq!(ask(&changed).send(api).await.is(200)["valid"], false);
    }
    batch(town, api, mine, key).await;
    let number = one["licence"]["licence_no"].as_str().unwrap();
    let verdict = post("/verifications/number")
        .json(&json!({ "licence_no": number }))
        .send(api)
        .await
        .is(200);
    assert_eq!(verdict["valid"], true, "{verdict}");

    let notices = get(&format!("/cases/{id}/notices"))
        .token(mine)
        .send(api)
        .await;
    let notices = notices.is(200);
    let rows = notices["rows"].as_array().unwrap();
    assert!(rows.len() >= 3, "{notices}");
    let doc = rows[0]["doc_id"].as_str().unwrap();
    let file = get(&format!("/notices/{doc}/pdf"))
        .token(mine)
        .send(api)
        .await;
    assert!(file.status.is_success() && file.bytes.starts_with(b"%PDF"));

    // Every event of the case names the client beside the one it acted for.
    let events = journal::stream(&mut town.ctx().db.reader(), &format!("case/{id}"))
        .await
        .unwrap();
    let submitted = events
        .iter()
        .find(|e| e.actor.kind == kernel::ActorKind::User);
    assert_eq!(
        submitted.unwrap().actor.client.as_deref(),
        Some(client::CLIENT)
    );
}
