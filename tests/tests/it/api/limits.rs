//! Rate limits on the whole program.

use std::net::{Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use journeys::Town;
use tongban::http::{Guard, Limits, Proxies};
use tower::ServiceExt;

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_and_others_do_not() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let guard = Guard::new(
        Limits { per_minute: 100 },
        Proxies::default(),
        town.clock.clone(),
    );
    let router = tongban::serve::guarded(&town.platform, false, &guard).unwrap();
    let ask = |host: u8, path: &str, accept: &str| {
        let address = SocketAddr::from((Ipv4Addr::new(203, 0, 113, host), 40_000));
        let mut request = Request::builder()
            .uri(path)
            .header("accept", accept)
            .header("x-forwarded-for", "198.51.100.1")
            .body(axum::body::Body::empty())
            .unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        let router = router.clone();
        async move { router.oneshot(request).await.unwrap() }
    };
    for _ in 0..100 {
        let page = ask(1, "/api/v1/items?size=1", "*/*").await;
        assert_eq!(page.status().as_u16(), 200);
    }
    let stopped = ask(1, "/api/v1/items", "application/json").await;
    assert_eq!(stopped.status().as_u16(), 429);
    assert_eq!(
        stopped.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let wait: u64 = stopped.headers()[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    // A browser gets a page in words, with the same wait.
    let page = ask(1, "/", "text/html").await;
    assert_eq!(page.status().as_u16(), 429);
    assert!(page.headers().contains_key(header::RETRY_AFTER));
    let kind = page.headers()[header::CONTENT_TYPE].to_str().unwrap();
    assert!(kind.starts_with("text/html"));
    // Others, health and style sheets are not held up.
    assert_eq!(ask(2, "/api/v1/items", "*/*").await.status().as_u16(), 200);
    assert_eq!(ask(1, "/healthz", "*/*").await.status().as_u16(), 200);
    // Guessing ends sooner: four a minute here.
    for n in 0..5 {
        let status = ask(3, "/verify/guess", "text/html").await.status().as_u16();
        assert_eq!(status == 429, n == 4, "{n}: {status}");
    }
    // Time gives it back.
    town.set("2026-11-16T09:01");
    assert_eq!(ask(1, "/api/v1/items", "*/*").await.status().as_u16(), 200);
    town.close().await;
}
