//! Who acts: the session's cookie becomes the acting context of the request.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use identity::{Duty, Identity, IdentityChoice, Session};
use kernel::{Actor, Channel, Locale, mask};
use store::Ctx;
use ui::{CsrfBinding, Shell, SignInFirst, UserView};

use crate::app::App;
use crate::cookie;
use crate::reply::enc;

/// Name of the session's cookie.
pub const COOKIE: &str = "tb_session";

/// Who acts in this request.
#[derive(Clone)]
pub struct Acting {
    /// The context with the acting person, or a visitor.
    pub ctx: Ctx,
    pub session: Option<Arc<Session>>,
    /// The session's token, for signing out and switching identities.
    pub(crate) token: Option<String>,
    pub(crate) app: App,
}

/// Somebody who has signed in and owes nothing: no agreement to accept, no password to change.
pub struct SignedIn(pub Acting);

/// Reads the session of each request. Put around what `ui::mount` gives.
pub async fn session_layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    // Style sheets and scripts are the same for everybody.
    if request.uri().path().starts_with("/assets/") {
        return next.run(request).await;
    }
    let acting = acting(app, request.headers()).await;
    if let Some(session) = &acting.session {
        // A page that answers a form offers no other identity: to switch would lose what was typed.
        // Nor does it count messages: most forms are answered by a redirect to a page that does.
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let user = user_view(&acting, session, reads).await;
        let extensions = request.extensions_mut();
        extensions.insert(user);
        extensions.insert(CsrfBinding(session.csrf.clone()));
    }
    request.extensions_mut().insert(acting);
    next.run(request).await
}

async fn acting(app: App, headers: &HeaderMap) -> Acting {
    let channel = channel_of(headers);
    let mut ctx = app.ctx.with_actor(Actor::visitor(channel));
    ctx.locale = match cookie::get(headers, "lang").as_deref() {
        Some("en") => Locale::En,
        _ => Locale::Zh,
    };
    let token = cookie::get(headers, COOKIE).filter(|t| !t.is_empty());
    let found = match &token {
        Some(token) => identity::session_actor(&ctx, token, channel).await,
        None => Ok(None),
    };
    let session = found.unwrap_or_else(|error| {
        tracing::error!(%error, "a session could not be read");
        None
    });
    if let Some(session) = &session {
        ctx = ctx.with_actor(session.actor.clone());
    }
    Acting {
        ctx,
        session: session.map(Arc::new),
        token,
        app,
    }
}

/// Phones count as the mobile channel.
fn channel_of(headers: &HeaderMap) -> Channel {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let phone = ["Mobile", "Android", "iPhone", "HarmonyOS"]
        .iter()
        .any(|w| agent.contains(w));
    if phone {
        Channel::Mobile
    } else {
        Channel::Portal
    }
}

async fn user_view(acting: &Acting, session: &Session, reads: bool) -> UserView {
    let l = acting.app.ui.l(acting.ctx.locale);
    let (choices, unread) = match reads {
        true => (
            identity::identities(&acting.ctx).await.unwrap_or_default(),
            messages::unread(&acting.ctx).await.unwrap_or(0),
        ),
        false => (Vec::new(), 0),
    };
    let identities = choices
        .iter()
        .map(|choice| ui::Identity {
            id: identity_id(&choice.identity),
            label: match choice.identity {
                Identity::Person => {
                    format!(
                        "{} {}",
                        l.t("portal-identity-person"),
                        mask::name(&choice.name)
                    )
                }
                Identity::Organisation { .. } => {
                    format!("{} {}", l.t("portal-identity-org"), choice.name)
                }
            },
            current: choice.current,
        })
        .collect();
    let name = match (&session.represented, &session.account) {
        (Some(organisation), _) => organisation.name.clone(),
        (None, Some(person)) => mask::name(&person.name),
        (None, None) => String::new(),
    };
    UserView {
        name,
        identities,
        unread: u32::try_from(unread).unwrap_or(u32::MAX),
        is_org: session.represented.is_some(),
    }
}

/// How an identity is named in the form that switches to it.
pub(crate) fn identity_id(identity: &Identity) -> String {
    match identity {
        Identity::Person => "person".to_owned(),
        Identity::Organisation {
            account,
            delegation: None,
        } => account.clone(),
        Identity::Organisation {
            account,
            delegation: Some(delegation),
        } => {
            format!("{account}.{delegation}")
        }
    }
}

/// The identity of that name among those that can be chosen.
pub(crate) fn chosen<'c>(choices: &'c [IdentityChoice], id: &str) -> Option<&'c IdentityChoice> {
    choices
        .iter()
        .find(|choice| identity_id(&choice.identity) == id)
}

impl<S: Send + Sync> FromRequestParts<S> for Acting {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Acting>().cloned().ok_or_else(|| {
            tracing::error!("a page of the portal was routed outside its session layer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let acting = Acting::from_request_parts(parts, state).await?;
        let shell = Shell::from_request_parts(parts, state).await?;
        let back = if parts.method == Method::GET {
            shell.here().to_owned()
        } else {
            came_from(&parts.headers)
        };
        let to = match &acting.session {
            // What was typed into a form is kept over the sign-in.
            None => {
                let to = format!("/login?back={}", enc(&back));
                return Err(SignInFirst("/login/resume").mark(ui::see_other(&to)));
            }
            Some(session) => match session.duties.first() {
                Some(Duty::AcceptAgreement) => "/agreement",
                Some(Duty::ChangePassword) => "/my/password",
                None => return Ok(Self(acting)),
            },
        };
        Err(ui::see_other(&format!("{to}?back={}", enc(&back))))
    }
}

/// The page a form was sent from: where somebody whose session ended goes on after signing in.
fn came_from(headers: &HeaderMap) -> String {
    let referer = headers
        .get(header::REFERER)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let path = referer
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]))
        .unwrap_or("/my");
    ui::local_path(path)
}
