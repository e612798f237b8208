//! Who acts: the staff cookie becomes the acting context of the request.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use identity::{Duty, Session};
use kernel::{Actor, Channel, Locale};
use store::Ctx;
use ui::Shell;

use crate::app::App;
use crate::cookie;
use crate::reply::enc;

/// Name of the session's cookie.
pub const COOKIE: &str = "tb_desk";

/// Where the pages of staff lie.
const PLACES: [&str; 6] = [
    "/desk",
    "/approve",
    "/collection",
    "/licences",
    "/licence-types",
    "/watch",
];

/// Who acts in this request.
#[derive(Clone)]
pub struct Acting {
    /// The context with the staff member, or a visitor.
    pub ctx: Ctx,
    pub session: Option<Arc<Session>>,
    /// The session's token, for signing out.
    pub(crate) token: String,
    pub(crate) app: App,
}

/// A staff member who has signed in and owes nothing.
pub(crate) struct Staff(pub Acting);

/// Reads the staff session of each request to a page of the console; other requests pass
/// untouched. Put around what `ui::mount` gives.
pub async fn session_layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let ours = PLACES.iter().any(|place| {
        path.strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if ours {
        // What is done at the desk is done at the window [U-09].
        let channel = if path.starts_with("/desk") {
            Channel::Window
        } else {
            Channel::Console
        };
        let acting = acting(app, request.headers(), channel).await;
        request.extensions_mut().insert(acting);
    }
    next.run(request).await
}

async fn acting(app: App, headers: &HeaderMap, channel: Channel) -> Acting {
    let mut ctx = app.ctx.with_actor(Actor::visitor(channel));
    ctx.locale = match cookie::get(headers, "lang").as_deref() {
        Some("en") => Locale::En,
        _ => Locale::Zh,
    };
    let token = cookie::get(headers, COOKIE).unwrap_or_default();
    let found = if token.is_empty() {
        Ok(None)
    } else {
        identity::session_actor(&ctx, &token, channel).await
    };
    let session = found.unwrap_or_else(|error| {
        tracing::error!(%error, "a staff session could not be read");
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

impl<S: Send + Sync> FromRequestParts<S> for Acting {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Acting>().cloned().ok_or_else(|| {
            tracing::error!("a page of the console was routed outside its session layer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let acting = Acting::from_request_parts(parts, state).await?;
        let shell = Shell::from_request_parts(parts, state).await?;
        let Some(session) = &acting.session else {
            let back = if parts.method == Method::GET {
                shell.here().to_owned()
            } else {
                came_from(&parts.headers)
            };
            // What was typed into a form is kept over the sign-in.
            let to = ui::see_other(&format!("/desk/sign-in?back={}", enc(&back)));
            return Err(ui::SignInFirst("/desk/sign-in/resume").mark(to));
        };
        if session.duties.contains(&Duty::ChangePassword) {
            return Err(ui::see_other("/desk/password"));
        }
        Ok(Self(acting))
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
        .unwrap_or("/desk");
    ui::local_path(path)
}
