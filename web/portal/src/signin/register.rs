//! 注册: a natural person with real name, then the legal person that it represents
//!

use axum::response::Response;
use identity::{Challenge, Contents, IdentityError, Registration};
use ui::view::{Field, Form, Notice};
use ui::{FormData, L, Posted, Shell};

use super::form_page::FormPage;
use super::steps::{filled, raw};
use crate::reply::{Answer, OrPage};
use crate::session::{Acting, SignedIn};

const CONTENTS: [&str; 4] = [
    "social_security_no",
    "bank_account",
    "housing_fund_account",
    "driving_archive_no",
];

pub(super) fn consent(l: &L) -> Field {
    Field::consent("agreement", l.t("portal-register-agree"))
}

fn fields(l: &L) -> Form {
    let mut fields = vec![
        Field::person_name("name", l.t("portal-register-name")),
        Field::id_number("id_number", l.t("portal-register-id")),
        Field::phone("mobile", l.t("portal-register-mobile"))
            .hint(l.t("portal-register-mobile-hint")),
    ];
    for (at, name) in CONTENTS.into_iter().enumerate() {
        let mut field = Field::text(name, l.t(&format!("portal-register-{name}")))
            .autocomplete("off")
            .max_length(40)
            .optional();
        if at == 0 {
            field = field.hint(l.t("portal-register-contents-hint"));
        }
        fields.push(field);
    }
    fields.extend([
        Field::password("password", l.t("portal-login-password"), "new-password")
            .hint(l.t("portal-password-hint")),
        Field::password("again", l.t("portal-register-again"), "new-password"),
        consent(l),
    ]);
    Form::new(fields)
}

async fn page(shell: &Shell, me: &Acting, form: Form) -> Answer {
    let l = shell.l();
    let version = identity::current_agreement(&me.ctx)
        .await
        .or_page(shell)?
        .version;
    let mut page = FormPage::new(shell, l.t("portal-register-title"), "/register", form);
    page.sub = l.t("portal-register-hint");
    page.hidden = vec![("version", version)];
    page.button = l.t("portal-login-next");
    page.links = vec![
        ("/agreement", l.t("portal-agreement")),
        ("/register/organisation", l.t("portal-register-org-title")),
        ("/login", l.t("portal-register-have")),
    ];
    if identity::link_page(&me.ctx).await.or_page(shell)?.is_some() {
        let words = l.t("portal-register-link-title");
        page.links.insert(0, ("/register/link", words));
    }
    Ok(page.answer())
}

pub(super) async fn show(shell: Shell, me: Acting) -> Answer {
    page(&shell, &me, fields(&shell.l())).await
}

fn registration(data: &FormData) -> Registration {
    let given = |name: &str| Some(data.get(name).to_owned()).filter(|v| !v.is_empty());
    Registration {
        name: data.get("name").to_owned(),
        id_number: data.get("id_number").to_owned(),
        mobile: data.get("mobile").to_owned(),
        contents: Contents {
            social_security_no: given("social_security_no"),
            bank_account: given("bank_account"),
            housing_fund_account: given("housing_fund_account"),
            driving_archive_no: given("driving_archive_no"),
        },
        password: raw(data, "password").to_owned(),
        agreement: data.get("version").to_owned(),
    }
}

pub(super) async fn begin(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&l);
    if filled(&mut form, &l, &data, "password") {
        match identity::register(&me.ctx, &registration(&data)).await {
            Ok(challenge) => return code_page(&shell, &me, code_form(&l), &challenge).await,
            // What is missing is asked for at the first of the four.
            Err(IdentityError::Invalid {
                field: "contents",
                zh,
                en,
            }) => form.fail(CONTENTS[0], l.pick(&zh, &en)),
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    page(&shell, &me, form).await
}

fn code_form(l: &L) -> Form {
    Form::new(vec![Field::one_time_code("code", l.t("portal-login-code"))])
}

async fn code_page(shell: &Shell, me: &Acting, form: Form, sent: &Challenge) -> Answer {
    let l = shell.l();
    let title = l.t("portal-login-code-title");
    let mut page = FormPage::new(shell, title, "/register/code", form);
    if !sent.sent_to.is_empty() {
        page.sub = l.t1("portal-login-sent", "to", &sent.sent_to);
    }
    page.hidden = vec![
        ("challenge", sent.id.clone()),
        ("sent_to", sent.sent_to.clone()),
    ];
    page.button = l.t("portal-register-finish");
    page.links = vec![("/register", l.t("portal-register-restart"))];
    page.demo = identity::is_demo(&me.ctx).await.or_page(shell)?;
    Ok(page.answer())
}

pub(super) async fn again() -> Response {
    ui::see_other("/register")
}

pub(super) async fn confirm(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = code_form(&l);
    form.fill(&data);
    if form.require(&l) {
        let challenge = data.get("challenge");
        match identity::confirm_registration(&me.ctx, challenge, data.get("code")).await {
            Ok(_) => {
                let notice = Notice::ok(l.t("portal-registered"));
                return Ok(shell.flash(notice).to("/login"));
            }
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    let sent = Challenge {
        id: data.get("challenge").to_owned(),
        sent_to: data.get("sent_to").to_owned(),
        expires: me.ctx.now(),
    };
    code_page(&shell, &me, form, &sent).await
}

fn organisation_fields(l: &L) -> Form {
    Form::new(vec![
        Field::text("name", l.t("portal-register-org-name")).max_length(120),
        Field::credit_code("uscc", l.t("portal-register-org-code")),
        consent(l),
    ])
}

async fn organisation_page(shell: &Shell, me: &Acting, form: Form) -> Answer {
    let l = shell.l();
    let version = identity::current_agreement(&me.ctx)
        .await
        .or_page(shell)?
        .version;
    let title = l.t("portal-register-org-title");
    let mut page = FormPage::new(shell, title, "/register/organisation", form);
    page.sub = l.t("portal-register-org-hint");
    page.hidden = vec![("version", version)];
    page.button = l.t("portal-register-org-do");
    page.links = vec![("/agreement", l.t("portal-agreement"))];
    Ok(page.answer())
}

pub(super) async fn organisation(shell: Shell, SignedIn(me): SignedIn) -> Answer {
    organisation_page(&shell, &me, organisation_fields(&shell.l())).await
}

pub(super) async fn register_organisation(
    shell: Shell,
    SignedIn(me): SignedIn,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let mut form = organisation_fields(&l);
    form.fill(&data);
    if form.require(&l) {
        let (code, name) = (data.get("uscc"), data.get("name"));
        match identity::register_organisation(&me.ctx, code, name, data.get("version")).await {
            Ok(_) => {
                let notice = Notice::ok(l.t("portal-registered-org"));
                return Ok(shell.flash(notice).to("/my"));
            }
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    organisation_page(&shell, &me, form).await
}
