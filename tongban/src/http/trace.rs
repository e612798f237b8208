//! The number of a request: in its log, its errors and its answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use kernel::{Randomness, TraceId};
use tracing::Instrument;

/// The answer's header that names the request.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The caller's own trace (W3C Trace Context).
const PARENT: &str = "traceparent";

/// Numbers the request; outside everything else. Every line of the log that the request leads to
/// has the number, and so have its problem or error page and its answer.
pub async fn traced(
    State(random): State<Arc<dyn Randomness>>,
    mut request: Request,
    next: Next,
) -> Response {
    let trace = of_caller(request.headers()).unwrap_or_else(|| TraceId::new(&*random));
    let value = HeaderValue::from_str(trace.as_str()).expect("hexadecimal digits make a header");
    // As severe as anything: a filter that lets only errors pass still lets them have the number.
    // Addresses stay out, for they carry bearer tokens.
    let span =
        tracing::error_span!("request", trace_id = trace.as_str(), method = %request.method());
    request.extensions_mut().insert(trace);
    let work = async {
        let response = next.run(request).await;
        tracing::info!(status = response.status().as_u16(), "answered");
        response
    };
    let mut response = work.instrument(span).await;
    response.headers_mut().insert(HEADER, value);
    response
}

/// Two headers are as good as none (§3.2.1).
fn of_caller(headers: &HeaderMap) -> Option<TraceId> {
    let mut given = headers.get_all(PARENT).iter();
    match (given.next(), given.next()) {
        (Some(only), None) => TraceId::of_parent(only.to_str().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Mutex;

    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use kernel::SeededRandom;
    use tower::ServiceExt;

    const CALLER: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The number in the answer, and the log that the request left.
    async fn ask(parents: &[&str]) -> (String, String) {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::WARN)
            .with_writer(move || writer.clone())
            .finish();
        let _while_asking = tracing::subscriber::set_default(subscriber);
        let random: Arc<dyn Randomness> = Arc::new(SeededRandom::new(9));
        let app = Router::new()
            .route("/fails/{token}", get(|| async { tracing::error!("why") }))
            .layer(from_fn_with_state(random, traced));
        let mut request = Request::get("/fails/secret").body(Body::empty()).unwrap();
        for parent in parents {
            let value = HeaderValue::from_str(parent).unwrap();
            request.headers_mut().append(PARENT, value);
        }
        let response = app.oneshot(request).await.unwrap();
        let number = response.headers()[HEADER].to_str().unwrap().to_owned();
        let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        (number, said)
    }

    #[tokio::test]
    async fn what_a_request_logs_has_the_number_of_its_answer() {
        let parent = format!("00-{CALLER}-00f067aa0ba902b7-01");
        let (number, log) = ask(&[&parent]).await;
        assert_eq!(number, CALLER);
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!(line["fields"]["message"], "why");
        assert_eq!(line["span"]["trace_id"], CALLER, "{log}");
        assert!(!log.contains("secret"), "{log}");
        for bad in [&[][..], &["nonsense"], &[&parent, &parent]] {
            let (number, log) = ask(bad).await;
            assert!(number.len() == 32 && number != CALLER, "{number}");
            assert!(log.contains(&number), "{log}");
        }
    }
}
