//! Who may do what with which token.

use axum::http::header;
use journeys::Town;
use kernel::Permission;
use serde_json::json;

use super::client::{self, CLIENT, Call, get, post};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_what_it_names_and_nothing_of_others() {
    for town in Town::each("2026-11-16T09:00").await {
        let (api, secret) = client::open(&town).await;
        let me = town.person("u_p01").await;
        let reads = client::given(&me, &[Permission::CaseReadOwn]).await;
        let all = client::given_all(&me).await;

        // No token, no such token, a token in the wrong header.
        let none = get("/cases").send(&api).await;
        assert!(none.text(header::WWW_AUTHENTICATE).starts_with("Bearer"));
        assert_eq!(none.is(401)["code"], "token_missing");
        let wrong = get("/cases").token("tb_nonsense").send(&api).await.is(401);
        assert_eq!(wrong["code"], "invalid_token");
        let basic = get("/cases").header("authorization", "Basic eDp5");
        basic.send(&api).await.is(401);
        // One that is shown is looked at even where none is asked for.
        get("/items").token("tb_nonsense").send(&api).await.is(401);

        // A token without the scope.
        let start = |token: &str| {
            post("/cases")
                .token(token)
                .json(&json!({ "item": "SWRYZ" }))
        };
        let refused = start(&reads).send(&api).await;
        assert_eq!(refused.is(403)["code"], "denied");
        let item = first_item(&api).await;
        let mine = post("/cases").token(&all).json(&json!({ "item": item }));
        let mine = mine.send(&api).await;

        // A case of somebody else is not even there.
        let other = town.person("u_p38").await;
        let theirs = client::given_all(&other).await;
        if mine.status.as_u16() == 201 {
            let id = mine.json()["id"].as_str().unwrap().to_owned();
            let read = |token: &str| get(&format!("/cases/{id}")).token(token);
            read(&reads).send(&api).await.is(200);
            read(&theirs).send(&api).await.is(404);
            let take = post(&format!("/cases/{id}/submit")).token(&theirs);
            take.send(&api).await.is(404);
            let drop = Call::new("DELETE", &format!("/cases/{id}/materials/x"))
                .token(&theirs)
                .header("if-match", "\"1\"");
            drop.send(&api).await.is(404);
        } else {
            panic!("{:?}", mine.bytes);
        }

        // The client for itself: its own scope, nobody's cases, no officer's desk.
        let own = token(&api, &secret, "licence.query").await;
        get("/licence-library").token(&own).send(&api).await.is(200);
        get("/cases").token(&own).send(&api).await.is(403);
        get("/tasks").token(&own).send(&api).await.is(403);
        start(&own).send(&api).await.is(403);

        // Taken back, it opens nothing from that moment on.
        let given = identity::given_tokens(&me).await.unwrap();
        for token in given {
            identity::take_back_token(&me, &token.key).await.unwrap();
        }
        get("/cases").token(&all).send(&api).await.is(401);
        get("/cases").token(&theirs).send(&api).await.is(200);
        town.close().await;
    }
}

/// The short code of an item that a person can apply for online.
pub async fn first_item(api: &axum::Router) -> String {
    let found = get("/items?audience=natural&online=yes&mode=fully_online&size=1");
    let page = found.send(api).await.is(200);
    page["rows"][0]["item_id"].as_str().unwrap().to_owned()
}

async fn token(api: &axum::Router, secret: &str, scope: &str) -> String {
    let form = format!(
        "grant_type=client_credentials&client_id={CLIENT}&client_secret={secret}&scope={scope}"
    );
    let answer = post("/token").form(&form).send(api).await.is(200);
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["scope"], scope);
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_said_in_the_callers_language() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let (api, _) = client::open(&town).await;
    let me = client::given_all(&town.person("u_p01").await).await;
    let english = |call: Call| call.header("accept-language", "en-GB,en;q=0.8,zh;q=0.2");
    let gone = english(get("/no-such-thing")).send(&api).await.is(404);
    assert_eq!(gone["title"], gone["en"]);
    let gone = get("/no-such-thing").send(&api).await.is(404);
    assert_eq!(gone["title"], gone["zh"]);
    let method = english(Call::new("DELETE", "/items")).send(&api).await;
    assert!(method.headers.contains_key(header::ALLOW));
    assert_eq!(method.is(405)["code"], "method_not_allowed");
    for (call, status, code) in [
        (get("/items?page=0"), 400, "invalid_query"),
        (get("/items?colour=red"), 400, "invalid_query"),
        (get("/items?page=1&page=2"), 400, "invalid_query"),
        (get("/items/%00"), 404, "not_found"),
        (post("/cases").token(&me), 415, "unsupported_media_type"),
        (
            post("/cases").token(&me).json(&json!({ "item": 1 })),
            422,
            "invalid_body",
        ),
        (
            post("/cases")
                .token(&me)
                .json(&json!({ "item": "x", "y": 1 })),
            422,
            "invalid_body",
        ),
        (
            post("/verifications/number").json(&json!({ "licence_no": "9".repeat(300_000) })),
            413,
            "too_large",
        ),
        (
            post("/token").form("grant_type=password"),
            400,
            "unsupported_grant_type",
        ),
        (
            post("/token").form("grant_type=client_credentials&client_id=x&client_secret=y"),
            401,
            "invalid_client",
        ),
    ] {
        assert_eq!(call.send(&api).await.is(status)["code"], code);
    }
    town.close().await;
}
