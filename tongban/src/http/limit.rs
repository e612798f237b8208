//! Rate limits: for each address and each account or token, stricter where guessing or work
//! is to be had: sign-in, codes, verification, uploads.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Clock, Problem, TraceId};

use super::address::{Proxies, asker};
use super::bucket::{Buckets, Rate};

/// Keys that are counted at most: about four megabytes.
const KEYS: usize = 200_000;

/// How often one address may ask. Everything else is a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests of one address a minute; 0 for no limits at all.
    pub per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_minute: 3000 }
    }
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// Everything.
    Any,
    /// Sign-in, codes and tokens.
    SignIn,
    /// Verification and progress: guesses at numbers.
    Verify,
    /// Bodies with files.
    Upload,
}

impl Limits {
    fn rate(self, kind: Kind) -> Rate {
        let part = |share: u32, burst: u32| {
            let per_minute = (self.per_minute / share).max(1);
            Rate {
                per_minute,
                burst: (per_minute * burst).max(1),
            }
        };
        match kind {
            Kind::Any => part(1, 1),
            Kind::SignIn => part(50, 1),
            Kind::Verify => part(25, 1),
            Kind::Upload => part(30, 1),
        }
    }
}

/// Who may ask, shared by all requests.
#[derive(Clone)]
pub struct Guard(Arc<Inner>);

struct Inner {
    limits: Limits,
    proxies: Proxies,
    clock: Arc<dyn Clock>,
    buckets: Buckets,
}

impl Guard {
    pub fn new(limits: Limits, proxies: Proxies, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            limits,
            proxies,
            clock,
            buckets: Buckets::new(KEYS),
        }))
    }

    /// A guard that lets everybody pass: for tests that ask more often than anybody would.
    pub fn open(clock: Arc<dyn Clock>) -> Self {
        Self::new(Limits { per_minute: 0 }, Proxies::default(), clock)
    }

    fn take(&self, who: &Who<'_>, kind: Kind) -> Result<(), u64> {
        if self.0.limits.per_minute == 0 {
            return Ok(());
        }
        let rate = self.0.limits.rate(kind);
        self.0.buckets.take(&(who, kind), rate, self.0.clock.now())
    }

    /// Counts a request for everything it is; the longest wait counts.
    fn count(&self, who: &Who<'_>, kind: Kind) -> Result<(), u64> {
        self.take(who, Kind::Any)?;
        if kind == Kind::Any {
            return Ok(());
        }
        self.take(who, kind)
    }
}

#[derive(Hash)]
enum Who<'a> {
    Address(u128),
    Token(&'a str),
    Account(&'a str),
}

/// A request that came too often, on its way to the page that says so.
#[derive(Clone, Copy)]
struct TooOften {
    wait: u64,
}

fn kind(request: &Request) -> Kind {
    let path = request.uri().path();
    let posted = request.method() == Method::POST;
    let sent = |start: &str| path == start || path.starts_with(&format!("{start}/"));
    if posted && is_form(request.headers()) {
        return Kind::Upload;
    }
    let signs_in = sent("/login") || sent("/desk/sign-in") || sent("/api/v1/token");
    let changes = sent("/my/password") || sent("/desk/password");
    if posted && (signs_in || changes || sent("/register") || sent("/recover")) {
        return Kind::SignIn;
    }
    let asks = sent("/verify") || sent("/progress");
    // The forms themselves tell nothing.
    let bare = path == "/verify" || path == "/progress";
    if asks && (posted || !bare) || sent("/api/v1/verifications") || sent("/api/v1/progress") {
        return Kind::Verify;
    }
    Kind::Any
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"))
}

/// Programs are answered with problems, browsers with pages.
pub(super) fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Counts each request by address and token, before anything is read for it. Style sheets are free.
pub async fn admit(
    State(guard): State<Guard>,
    Extension(trace): Extension<TraceId>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path.starts_with("/assets/") {
        return next.run(request).await;
    }
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let kind = kind(&request);
    let counted = match peer {
        // A request that came over no network, as in tests.
        None => Ok(()),
        Some(peer) => {
            let client = guard.0.proxies.client(peer, request.headers());
            guard.count(&Who::Address(asker(client)), kind)
        }
    };
    let counted = counted.and_then(|()| match token(request.headers()) {
        Some(token) if is_api(path) => guard.count(&Who::Token(token), kind),
        _ => Ok(()),
    });
    let Err(wait) = counted else {
        return next.run(request).await;
    };
    if is_api(path) {
        let locale = api::language_of(request.headers());
        return with_wait(api::problem_answer(&problem(), locale, &trace), wait);
    }
    // The page that says so is drawn without looking anybody up.
    without_session(request.headers_mut());
    request.extensions_mut().insert(TooOften { wait });
    next.run(request).await
}

/// Inside the pages' shell: turns away what [`admit`] found to be too often.
pub async fn refuse(request: Request, next: Next) -> Response {
    match request.extensions().get::<TooOften>() {
        Some(TooOften { wait }) => bare(*wait),
        None => next.run(request).await,
    }
}

/// Counts pages by the account that is signed in, whatever address it comes from. Stands inside the
/// session layers.
pub async fn count_account(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let kind = kind(&request);
    let resident = request.extensions().get::<portal::Acting>();
    let officer = request.extensions().get::<console::Acting>();
    let person = resident
        .filter(|acting| acting.session.is_some())
        .map(|acting| acting.ctx.actor.clone());
    let staff = officer
        .filter(|acting| acting.session.is_some())
        .map(|acting| acting.ctx.actor.clone());
    for actor in [person, staff].into_iter().flatten() {
        if let Err(wait) = guard.count(&Who::Account(&actor.id), kind) {
            return bare(wait);
        }
    }
    next.run(request).await
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()
}

/// Takes the cookies of sessions out, and leaves the language and the mode.
fn without_session(headers: &mut HeaderMap) {
    let kept: Vec<String> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|line| line.split(';'))
        .map(str::trim)
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            name != portal::COOKIE && name != console::COOKIE
        })
        .map(str::to_owned)
        .collect();
    headers.remove(header::COOKIE);
    if let Ok(line) = HeaderValue::from_str(&kept.join("; "))
        && !kept.is_empty()
    {
        headers.insert(header::COOKIE, line);
    }
}

fn problem() -> Problem {
    Problem::new(
        "too_many_requests",
        429,
        "请求过于频繁，请稍候再试",
        "Too many requests; please wait a moment",
    )
}

fn bare(wait: u64) -> Response {
    with_wait(StatusCode::TOO_MANY_REQUESTS.into_response(), wait)
}

fn with_wait(mut response: Response, wait: u64) -> Response {
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(wait));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn of(method: &str, path: &str, content: &str) -> Kind {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", content)
            .body(Body::empty())
            .unwrap();
        kind(&request)
    }

    #[test]
    fn what_can_be_guessed_is_counted_apart() {
        let form = "application/x-www-form-urlencoded";
        assert_eq!(of("POST", "/login", form), Kind::SignIn);
        assert_eq!(of("POST", "/login/code", form), Kind::SignIn);
        assert_eq!(of("GET", "/login", form), Kind::Any);
        assert_eq!(of("POST", "/api/v1/token", form), Kind::SignIn);
        assert_eq!(of("POST", "/desk/sign-in", form), Kind::SignIn);
        assert_eq!(of("POST", "/recover/new", form), Kind::SignIn);
        assert_eq!(of("POST", "/register/code", form), Kind::SignIn);
        assert_eq!(of("GET", "/verify", form), Kind::Any);
        assert_eq!(of("POST", "/verify/number", form), Kind::Verify);
        assert_eq!(of("GET", "/verify/sometoken", form), Kind::Verify);
        assert_eq!(of("GET", "/progress/990102", form), Kind::Verify);
        assert_eq!(
            of("POST", "/api/v1/progress", "application/json"),
            Kind::Verify
        );
        assert_eq!(
            of("POST", "/api/v1/files", "multipart/form-data"),
            Kind::Upload
        );
        assert_eq!(of("GET", "/verifying", form), Kind::Any);
    }

    #[test]
    fn guessing_is_stopped_long_before_reading() {
        let limits = Limits::default();
        assert_eq!(limits.rate(Kind::Any).burst, 3000);
        assert_eq!(limits.rate(Kind::SignIn).burst, 60);
        assert_eq!(limits.rate(Kind::Upload).burst, 100);
        assert_eq!(limits.rate(Kind::Verify).burst, 120);
        assert_eq!(Limits { per_minute: 1 }.rate(Kind::SignIn).burst, 1);
    }

    #[test]
    fn only_the_session_is_taken_from_the_cookies() {
        let mut headers = HeaderMap::new();
        let line = "lang=en; tb_session=secret; mode=elder; tb_desk=x";
        headers.insert(header::COOKIE, line.parse().unwrap());
        without_session(&mut headers);
        assert_eq!(headers[header::COOKIE], "lang=en; mode=elder");
    }
}
