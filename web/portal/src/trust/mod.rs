//! 信任信息: the platform's roots and revocation lists, for whoever verifies elsewhere. Public.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gm::{Certificate, Crl};
use kernel::time;
use seals::OwnRoot;
use ui::view::{KeyValue, KeyValues};
use ui::{L, Page, Shell, html};

use crate::reply::{Answer, OrPage};
use crate::session::Acting;
use crate::words;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/trust", get(show))
        .route("/trust/{file}", get(file))
}

#[derive(askama::Template)]
#[template(path = "portal/trust.html")]
struct TrustPage {
    page: Page,
    roots: Vec<RootView>,
    list: KeyValues,
}

/// One of the platform's own roots.
struct RootView {
    kind: String,
    name: String,
    facts: KeyValues,
}

fn root(l: &L, own: &OwnRoot) -> Option<RootView> {
    let root = Certificate::from_der(&own.root).ok()?;
    let day = |at| ui::date(l, time::beijing_date(at));
    let rows = vec![
        KeyValue::new(l.t("portal-roots-subject"), root.subject()),
        KeyValue::new(l.t("portal-roots-until"), day(root.not_after())),
        KeyValue::new(l.t("portal-roots-serial"), root.serial()).digits(),
        KeyValue::new("SM3", ui::fingerprint(&gm::sm3(&own.root))).digits(),
        KeyValue::new("SHA-256", ui::fingerprint(&gm::sha256(&own.root))).digits(),
        KeyValue::new(l.t("portal-roots-next"), words::moment(l, own.next_update)),
    ];
    Some(RootView {
        name: l.t(&format!("portal-roots-{}", own.kind)),
        kind: own.kind.clone(),
        facts: KeyValues::new(rows),
    })
}

async fn show(shell: Shell, me: Acting) -> Answer {
    let l = shell.l();
    let own = seals::own_roots(&me.ctx).await.or_page(&shell)?;
    let said = licences::revocation_list(&me.ctx).await.or_page(&shell)?;
    let mut rows = Vec::new();
    if let Some(list) = sealing::RevocationList::read(&said.body) {
        rows.push(KeyValue::new(l.t("portal-roots-number"), list.number.to_string()).digits());
        rows.push(KeyValue::new(
            l.t("portal-roots-count"),
            list.entries.len().to_string(),
        ));
        let (this, next) = (list.this_update, list.next_update);
        rows.push(KeyValue::new(
            l.t("portal-roots-this"),
            words::moment(&l, this),
        ));
        rows.push(KeyValue::new(
            l.t("portal-roots-next"),
            words::moment(&l, next),
        ));
    }
    let title = l.t("portal-roots");
    let page = shell
        .page(&title)
        .crumb(l.t("portal-verify"), "/verify")
        .crumb_here(title.clone());
    Ok(html(&TrustPage {
        page,
        roots: own.iter().filter_map(|one| root(&l, one)).collect(),
        list: KeyValues::new(rows),
    }))
}

/// `roots.pem`, `issuing.pem`, `sm2.crl`, `sm2-root.crl` and the like, `revocations.json`, `.sig`,
/// `.pem`.
async fn file(shell: Shell, me: Acting, Path(name): Path<String>) -> Answer {
    let none = || shell.fail(StatusCode::NOT_FOUND);
    if let Some(kind) = name.strip_prefix("revocations.") {
        let said = licences::revocation_list(&me.ctx).await.or_page(&shell)?;
        return match kind {
            "json" => Ok(give(&name, "application/json", said.body)),
            "sig" => Ok(give(&name, "application/octet-stream", said.signature)),
            "pem" => Ok(give(&name, PEM, pem(said.certificates.iter()).into_bytes())),
            _ => Err(none()),
        };
    }
    let own = seals::own_roots(&me.ctx).await.or_page(&shell)?;
    match name.as_str() {
        "roots.pem" => Ok(give(
            &name,
            PEM,
            pem(own.iter().map(|o| &o.root)).into_bytes(),
        )),
        "issuing.pem" => Ok(give(
            &name,
            PEM,
            pem(own.iter().map(|o| &o.issuing)).into_bytes(),
        )),
        _ => {
            let (kind, of_root) = match name.strip_suffix("-root.crl") {
                Some(kind) => (kind, true),
                None => (name.strip_suffix(".crl").ok_or_else(none)?, false),
            };
            let found = own.iter().find(|one| one.kind == kind).ok_or_else(none)?;
            let list = if of_root { &found.root_crl } else { &found.crl };
            let known = Crl::from_der(list).map_err(|_| none())?;
            Ok(give(&name, "application/pkix-crl", known.der().to_vec()))
        }
    }
}

const PEM: &str = "application/x-pem-file";

fn pem<'a>(all: impl Iterator<Item = &'a Vec<u8>>) -> String {
    all.filter_map(|der| Certificate::from_der(der).ok())
        .map(|one| one.to_pem())
        .collect()
}

fn give(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=60"),
        ),
    ];
    (head, bytes).into_response()
}
