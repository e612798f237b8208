//! The simulated official real-name platform: where a person agrees to registering by link.

use axum::response::Response;
use ui::view::{Field, Form};
use ui::{L, Page, Posted, Shell, html_status, see_other};

use super::demo_only;
use crate::reply::Answer;
use crate::session::Acting;

#[derive(askama::Template)]
#[template(path = "portal/sim_real_name.html")]
struct ConsentPage {
    page: Page,
    form: Form,
}

fn fields(l: &L) -> Form {
    Form::new(vec![
        Field::person_name("name", l.t("portal-register-name")),
        Field::id_number("id_number", l.t("portal-register-id")),
    ])
}

fn page(shell: &Shell, form: Form) -> Response {
    let title = shell.l().t("portal-sim-real-name");
    let page = shell.page(&title).crumb_here(title.clone()).private();
    let status = match form.errors() {
        0 => axum::http::StatusCode::OK,
        _ => axum::http::StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = page.errors(form.errors());
    html_status(status, &ConsentPage { page, form })
}

pub(super) async fn show(shell: Shell, me: Acting) -> Answer {
    demo_only(&shell, &me).await?;
    Ok(page(&shell, fields(&shell.l())))
}

/// The person agrees, and goes back with a ticket.
pub(super) async fn consent(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    demo_only(&shell, &me).await?;
    let l = shell.l();
    let mut form = fields(&l);
    form.fill(&data);
    if form.require(&l) {
        let (name, id) = (data.get("name"), data.get("id_number"));
        match identity::simulated_consent(&me.ctx, name, id).await {
            Ok(ticket) => return Ok(see_other(&format!("/register/link?ticket={ticket}"))),
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    Ok(page(&shell, form))
}
