//! The one form of every error, and the number under which it is asked about.

use std::net::{Ipv4Addr, SocketAddr};

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use journeys::Town;
use kernel::Permission;
use serde_json::{Value, json};
use tongban::http::{Guard, Limits, Proxies};
use tower::ServiceExt;

use super::access;
use super::client::{self, Call, get, post};

const CALLER: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// One form, exactly: nothing is missing and nothing else is told.
#[track_caller]
fn uniform(body: &Value, field: Option<&str>) {
    let mut names: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names.retain(|name| !["error", "field"].contains(name));
    let form = ["code", "en", "status", "title", "trace_id", "type", "zh"];
    assert_eq!(names, form, "{body}");
    let zh = body["zh"].as_str().unwrap();
    assert!(zh.chars().any(|c| ('一'..='龥').contains(&c)), "{body}");
    let en = body["en"].as_str().unwrap();
    assert!(en.is_ascii() && en.contains(' '), "{body}");
    assert_eq!(
        body["type"],
        format!("/problems/{}", body["code"].as_str().unwrap())
    );
    assert_eq!(body["field"].as_str(), field, "{body}");
    assert_eq!(body["trace_id"], CALLER, "{body}");
}

/// Refusals of the framework, of the token endpoint, of rules at a field, of rights, of
/// states and of limits all have code, words in Chinese and English, the field at fault and the
/// trace of the caller, in every language that is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn every_error_has_one_form() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let (api, _) = client::open(&town).await;
    let me = town.person("u_p01").await;
    let all = client::given_all(&me).await;
    let reads = client::given(&me, &[Permission::CaseReadOwn]).await;
    let started = json!({ "item": access::first_item(&api).await });
    let case = post("/cases")
        .token(&all)
        .json(&started)
        .send(&api)
        .await
        .is(201);
    let answers = format!("/cases/{}/answers", case["id"].as_str().unwrap());
    let nothing = json!({ "answers": {} });
    let answer = || Call::new("PUT", &answers).token(&all).json(&nothing);
    let old = json!({ "rev": 999 });
    let secret = "grant_type=client_credentials&client_id=city-app&client_secret=wrong";
    let parts = [("group", "nonsense")];
    let file = post("/files").token(&all).file("a.txt", b"text", &parts);
    let library = get("/licence-library?state=NONE").token(&all);
    let cases: Vec<(&str, Call, u16, &str, Option<&str>)> = vec![
        ("no address", get("/nowhere"), 404, "not_found", None),
        (
            "method",
            Call::new("DELETE", "/items"),
            405,
            "method_not_allowed",
            None,
        ),
        ("no token", get("/cases"), 401, "token_missing", None),
        (
            "client",
            post("/token").form(secret),
            401,
            "invalid_client",
            None,
        ),
        (
            "right",
            post("/cases").token(&reads).json(&started),
            403,
            "denied",
            None,
        ),
        (
            "content",
            post("/cases").token(&all).form("x=1"),
            415,
            "unsupported_media_type",
            None,
        ),
        ("field of a form", file, 422, "invalid_body", Some("group")),
        (
            "field of a query",
            library,
            400,
            "invalid_query",
            Some("state"),
        ),
        ("no revision", answer(), 428, "revision_missing", None),
        ("old revision", answer().seen(&old), 412, "stale", None),
    ];
    for (what, call, status, code, field) in cases {
        let parent = format!("00-{CALLER}-00f067aa0ba902b7-01");
        let answer = call.header("traceparent", &parent).send(&api).await;
        let body = answer.is(status);
        assert_eq!(body["code"], code, "{what}");
        uniform(&body, field);
    }

    // Limits stand outside the API and speak alike; English is chosen, both are told.
    let limits = Limits { per_minute: 1 };
    let guard = Guard::new(limits, Proxies::default(), town.clock.clone());
    let narrow = tongban::serve::guarded(&town.platform, false, &guard).unwrap();
    let mut last = Value::Null;
    for _ in 0..2 {
        let mut request = Request::get("/api/v1/nowhere")
            .header("accept-language", "en")
            .header("traceparent", format!("00-{CALLER}-00f067aa0ba902b7-01"))
            .body(Body::empty())
            .unwrap();
        let peer = SocketAddr::from((Ipv4Addr::new(203, 0, 113, 9), 40_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = narrow.clone().oneshot(request).await.unwrap();
        let bytes = to_bytes(answer.into_body(), 9999).await.unwrap();
        last = serde_json::from_slice(&bytes).unwrap();
    }
    assert_eq!(last["code"], "too_many_requests");
    assert_eq!(last["title"], last["en"]);
    uniform(&last, None);
    town.close().await;
}

/// Without a caller's trace every request has a number of its own, which a page tells as well.
#[tokio::test(flavor = "multi_thread")]
async fn error_pages_show_the_number_of_their_request() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let site = tongban::serve::router(&town.platform, false).unwrap();
    let mut seen = Vec::new();
    for path in [
        "/depts/nowhere",
        "/services/item/none",
        "/desk/nowhere",
        "/desk/nowhere",
    ] {
        for (language, words) in [("zh", "请求编号"), ("en", "Request no.")] {
            let request = Request::get(path)
                .header("accept", "text/html")
                .header("cookie", format!("lang={language}"))
                .body(Body::empty())
                .unwrap();
            let answer = site.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status().as_u16(), 404, "{path}");
            let number = answer.headers()["x-request-id"]
                .to_str()
                .unwrap()
                .to_owned();
            let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
            let page = String::from_utf8_lossy(&bytes);
            let told = page.split(words).nth(1).unwrap_or_else(|| panic!("{page}"));
            assert!(told.contains(&number), "{path}: {told}");
            seen.push(number);
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 8);
    town.close().await;
}
