//! What surrounds every request of a page: language, mode, visitor, request number, headers.

use std::convert::Infallible;
use std::sync::{Arc, RwLock};

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use kernel::{Locale, Problem, Randomness, TraceId};
use serde::Deserialize;

use crate::csrf::{self, CsrfBinding, CsrfForm};
use crate::error::error_page;
use crate::page::{Meta, Mode, Nav, Page, UserView};
use crate::view::Notice;
use crate::{Catalog, Flash, FormData, L, Site, assets, cookies, flash, kept, response, security};

const MODE_COOKIE: &str = "ui_mode";
const LANG_COOKIE: &str = "lang";
const VISITOR_COOKIE: &str = "visitor";
/// The prefix binds the cookie to this very host over HTTPS.
const VISITOR_COOKIE_SECURE: &str = "__Host-visitor";
const YEAR: u32 = 31_536_000;

/// What the interface needs from the program.
pub struct UiConfig {
    pub catalog: Arc<Catalog>,
    pub site: Site,
    pub random: Arc<dyn Randomness>,
    /// Key of tokens and flashes; the same on every node, kept over restarts.
    pub key: [u8; 32],
    /// The site is served over HTTPS: cookies say so, and browsers are told to stay there.
    pub secure: bool,
}

struct Inner {
    catalog: Arc<Catalog>,
    site: RwLock<Arc<Site>>,
    random: Arc<dyn Randomness>,
    key: [u8; 32],
    secure: bool,
}

/// The interface of one program. Cheap to clone.
#[derive(Clone)]
pub struct Ui(Arc<Inner>);

impl Ui {
    pub fn new(config: UiConfig) -> Self {
        Self(Arc::new(Inner {
            catalog: config.catalog,
            site: RwLock::new(Arc::new(config.site)),
            random: config.random,
            key: config.key,
            secure: config.secure,
        }))
    }

    /// The site settings in force.
    pub fn site(&self) -> Arc<Site> {
        match self.0.site.read() {
            Ok(site) => Arc::clone(&site),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// Puts new site settings in force for every later page.
    pub fn set_site(&self, site: Site) {
        match self.0.site.write() {
            Ok(mut slot) => *slot = Arc::new(site),
            Err(poisoned) => *poisoned.into_inner() = Arc::new(site),
        }
    }

    /// The texts in one language.
    pub fn l(&self, locale: Locale) -> L {
        self.0.catalog.l(locale)
    }

    fn visitor_cookie(&self) -> &'static str {
        if self.0.secure {
            VISITOR_COOKIE_SECURE
        } else {
            VISITOR_COOKIE
        }
    }
}

#[derive(Clone)]
struct Around {
    ui: Ui,
    mode: Mode,
    locale: Locale,
    trace: TraceId,
    here: String,
    visitor: String,
    notice: Option<Notice>,
}

/// The surroundings of this request; handlers take it as an argument and make their page of it.
#[derive(Clone)]
pub struct Shell {
    around: Around,
    user: Option<UserView>,
    binding: Option<CsrfBinding>,
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell")
            .field("trace", &self.around.trace)
            .finish_non_exhaustive()
    }
}

impl Shell {
    fn of(around: Around, parts: &axum::http::Extensions) -> Self {
        Self {
            around,
            user: parts.get::<UserView>().cloned(),
            binding: parts.get::<CsrfBinding>().cloned(),
        }
    }

    /// The context of a page with this 页名; an empty one is the home page.
    pub fn page(&self, title: impl Into<String>) -> Page {
        let around = &self.around;
        Page {
            title: title.into(),
            description: None,
            site: around.ui.site(),
            l: self.l(),
            mode: around.mode,
            user: self.user.clone(),
            nav: Nav::None,
            crumbs: Vec::new(),
            csrf: self.csrf(),
            trace: around.trace.clone(),
            here: around.here.clone(),
            notices: around.notice.clone().into_iter().collect(),
            meta: Meta::Plain,
            wide: false,
            errors: 0,
            private: false,
        }
    }

    /// The texts in the reader's language.
    pub fn l(&self) -> L {
        self.around.ui.l(self.around.locale)
    }

    pub fn locale(&self) -> Locale {
        self.around.locale
    }

    pub fn mode(&self) -> Mode {
        self.around.mode
    }

    /// The number of this request, which its error page shows and its log has.
    pub fn trace(&self) -> &TraceId {
        &self.around.trace
    }

    /// Path and query of this request.
    pub fn here(&self) -> &str {
        &self.around.here
    }

    /// The signed-in person, if the session layer put one into the request.
    pub fn user(&self) -> Option<&UserView> {
        self.user.as_ref()
    }

    /// The token forms on this page carry in the field `csrf`.
    pub fn csrf(&self) -> String {
        csrf::token(self.csrf_key(), self.csrf_binding(), self.visitor())
    }

    /// The token of forms under a session that begins with this answer.
    pub fn csrf_under(&self, binding: &CsrfBinding) -> String {
        csrf::token(self.csrf_key(), &binding.0, self.visitor())
    }

    pub(crate) fn csrf_fits(&self, given: &str) -> bool {
        csrf::verify(self.csrf_key(), self.csrf_binding(), self.visitor(), given)
    }

    pub(crate) fn csrf_of_browser(&self, given: &str) -> bool {
        csrf::of_browser(self.csrf_key(), self.visitor(), given)
    }

    pub(crate) fn csrf_key(&self) -> &[u8; 32] {
        &self.around.ui.0.key
    }

    pub(crate) fn csrf_binding(&self) -> &str {
        self.binding
            .as_ref()
            .map_or(&self.around.visitor, |binding| &binding.0)
    }

    /// Stable, random name of this browser, for limits on visitors who are not signed in.
    pub fn visitor(&self) -> &str {
        &self.around.visitor
    }

    /// A notice for the next page: `shell.flash(Notice::ok(…)).to("/my")`.
    pub fn flash(&self, notice: Notice) -> Flash {
        let ui = &self.around.ui.0;
        Flash::new(&ui.key, &self.around.visitor, &notice, ui.secure)
    }

    /// The page for a problem, with its own words and status.
    pub fn problem(&self, problem: &Problem) -> Response {
        let words = self.around.locale.pick(&problem.zh, &problem.en);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        error_page(self, status, Some(words))
    }

    /// The page for a bare status.
    pub fn fail(&self, status: StatusCode) -> Response {
        error_page(self, status, None)
    }

    /// 303 to the login page, which leads back here.
    pub fn to_login(&self) -> Response {
        let back = form_urlencoded::Serializer::new(String::new())
            .append_pair("back", self.here())
            .finish();
        response::see_other(&format!("/login?{back}"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Shell {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match parts.extensions.get::<Around>() {
            Some(around) => Ok(Shell::of(around.clone(), &parts.extensions)),
            None => {
                tracing::error!("a page was routed outside ui::mount");
                Err(StatusCode::INTERNAL_SERVER_ERROR.into_response())
            }
        }
    }
}

/// Adds assets, the mode and language switches, error pages, headers and [`Shell`] to a router.
/// The program puts a [`TraceId`] into the request's extensions.
///
/// A session layer is put around the result, so that [`UserView`] and [`CsrfBinding`] are in the
/// request's extensions before pages are made.
pub fn mount<S: Clone + Send + Sync + 'static>(router: Router<S>, ui: Ui) -> Router<S> {
    router
        .merge(assets::router())
        .route("/mode", post(set_mode))
        .route("/lang", post(set_lang))
        .layer(middleware::from_fn_with_state(ui, surround))
}

async fn surround(State(ui): State<Ui>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let asked = asked_mode(request.uri().query());
    let stored = cookies::get(headers, MODE_COOKIE).and_then(|value| Mode::parse(&value));
    let known = cookies::get(headers, ui.visitor_cookie()).filter(|value| is_token(value));
    let is_new = known.is_none();
    let visitor = known.unwrap_or_else(|| ui.0.random.key());
    let notice = flash::read(headers, &ui.0.key, &visitor);
    let foreign = is_foreign(request.method(), headers);
    let wants_page = wants_page(headers);
    let around = Around {
        mode: asked.or(stored).unwrap_or_default(),
        locale: match cookies::get(headers, LANG_COOKIE).as_deref() {
            Some("en") => Locale::En,
            _ => Locale::Zh,
        },
        trace: match request.extensions().get::<TraceId>() {
            Some(trace) => trace.clone(),
            None => TraceId::new(&*ui.0.random),
        },
        here: request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned(),
        visitor,
        notice,
        ui: ui.clone(),
    };
    let shell = Shell::of(around.clone(), request.extensions());
    request.extensions_mut().insert(around.clone());

    let mut response = if foreign {
        tracing::info!("a form was sent from another site");
        error_page(&shell, StatusCode::FORBIDDEN, None)
    } else {
        kept::run(&shell, request, next).await
    };
    if wants_page && lacks_page(&response) {
        let status = response.status();
        let retry = response.headers().get(header::RETRY_AFTER).cloned();
        response = error_page(&shell, status, None);
        if let Some(retry) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, retry);
        }
    }

    let is_page = is_html(&response);
    let secure = ui.0.secure;
    let headers = response.headers_mut();
    security::add(headers, secure);
    if is_page {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        headers.append(header::VARY, HeaderValue::from_static("cookie"));
        if is_new {
            let name = ui.visitor_cookie();
            let cookie = cookies::set(name, &around.visitor, Some(YEAR), true, secure);
            headers.append(header::SET_COOKIE, cookie);
        }
        if let Some(mode) = asked.filter(|mode| stored != Some(*mode)) {
            headers.append(header::SET_COOKIE, mode_cookie(mode, secure));
        }
        if around.notice.is_some() {
            let gone = cookies::set(flash::COOKIE, "", Some(0), true, secure);
            headers.append(header::SET_COOKIE, gone);
        }
    }
    response
}

fn asked_mode(query: Option<&str>) -> Option<Mode> {
    form_urlencoded::parse(query?.as_bytes())
        .find(|(name, _)| name == "mode")
        .and_then(|(_, value)| Mode::parse(&value))
}

fn is_token(value: &str) -> bool {
    value.len() == 26 && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Browsers say where a request comes from; a form of another site is not ours.
fn is_foreign(method: &Method, headers: &HeaderMap) -> bool {
    !method.is_safe()
        && headers
            .get("sec-fetch-site")
            .is_some_and(|site| site.as_bytes() == b"cross-site")
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

fn is_html(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// An error answered with nothing or with a framework's plain words.
fn lacks_page(response: &Response) -> bool {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return false;
    }
    match response.headers().get(header::CONTENT_TYPE) {
        None => true,
        Some(kind) => kind.as_bytes().starts_with(b"text/plain"),
    }
}

fn mode_cookie(mode: Mode, secure: bool) -> HeaderValue {
    cookies::set(MODE_COOKIE, mode.as_str(), Some(YEAR), true, secure)
}

#[derive(Deserialize)]
struct SwitchMode {
    mode: String,
    #[serde(default)]
    back: String,
}

/// [B-23] 长者模式 and back, by a plain form.
async fn set_mode(shell: Shell, CsrfForm(form): CsrfForm<SwitchMode>) -> Response {
    let mode = Mode::parse(&form.mode).unwrap_or_default();
    go_back(&form.back, mode_cookie(mode, shell.around.ui.0.secure))
}

#[derive(Deserialize)]
struct SwitchLang {
    lang: String,
    #[serde(default)]
    back: String,
}

async fn set_lang(shell: Shell, CsrfForm(form): CsrfForm<SwitchLang>) -> Response {
    let tag = if form.lang == "en" {
        Locale::En.tag()
    } else {
        Locale::Zh.tag()
    };
    let secure = shell.around.ui.0.secure;
    go_back(
        &form.back,
        cookies::set(LANG_COOKIE, tag, Some(YEAR), true, secure),
    )
}

fn go_back(back: &str, cookie: HeaderValue) -> Response {
    let mut response = response::see_other(&local_path(back));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// The address if it stays on this site, without `mode=`, which would undo the choice; else `/`.
pub fn local_path(back: &str) -> String {
    let local = back.starts_with('/')
        && !back.starts_with("//")
        && !back.contains('\\')
        && back.bytes().all(|byte| byte.is_ascii_graphic());
    if !local {
        return "/".to_owned();
    }
    match back.split_once('?') {
        None => back.to_owned(),
        Some((path, query)) => {
            let kept: Vec<&str> = query
                .split('&')
                .filter(|pair| !pair.starts_with("mode="))
                .collect();
            if kept.is_empty() {
                path.to_owned()
            } else {
                format!("{path}?{}", kept.join("&"))
            }
        }
    }
}

/// The query of a list page as pairs, for filters and pagers.
#[derive(Clone, Debug, Default)]
pub struct QueryData(pub FormData);

impl<S: Send + Sync> FromRequestParts<S> for QueryData {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(FormData::parse(
            parts.uri.query().unwrap_or_default().as_bytes(),
        )))
    }
}
