//! 一窗受理: person, item, situation, form, and the case is taken in. Identity numbers travel in
//! posted forms only, never in an address; each step looks the person up anew.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use identity::Account;
use items::Query;
use kernel::{IdNumber, Permission, Problem};
use ui::view::{Choice, Empty, Field, Form};
use ui::{FormData, L, Posted, Shell};

use super::intake_step::Step;
use super::{intake_done, intake_form};
use crate::reply::{Answer, OrPage, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

pub(super) fn router() -> Router {
    Router::new()
        .route("/desk/intake", get(begin).post(go_on))
        .route("/desk/intake/done/{no}", get(intake_done::done))
}

pub(super) const PERSON: &str = "_person";
pub(super) const ORGANISATION: &str = "_organisation";
pub(super) const SEARCH: &str = "_search";
pub(super) const ITEM: &str = "_item";
/// Materials handed over on paper.
pub(super) const PAPER: &str = "_paper";
/// What the page has been filled in for: `questions`, `form`.
pub(super) const FILLED: &str = "_filled";

fn person_form(l: &L) -> Form {
    Form::new(vec![
        Field::id_number(PERSON, l.t("console-intake-person")),
        Field::credit_code(ORGANISATION, l.t("console-intake-organisation"))
            .hint(l.t("console-intake-organisation-hint"))
            .optional(),
        Field::text(SEARCH, l.t("console-intake-search")),
    ])
}

fn may(acting: &Acting, shell: &Shell) -> Result<(), Response> {
    if acting.ctx.actor.scopes(Permission::CaseIntake).is_empty() {
        let denied = cases::CaseError::from(kernel::Denied(Permission::CaseIntake));
        return Err(shell.problem(&denied.into()));
    }
    Ok(())
}

async fn begin(Staff(acting): Staff, shell: Shell) -> Answer {
    may(&acting, &shell)?;
    ask_person(&acting, &shell, person_form(&shell.l()), StatusCode::OK).await
}

pub(super) fn act(l: &L, form: Form, hidden: Vec<(String, String)>, button: &str) -> Part {
    Part::Form(Act {
        action: "/desk/intake".into(),
        form,
        hidden,
        button: l.t(button),
        kind: "pri",
    })
}

async fn ask_person(acting: &Acting, shell: &Shell, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let part = act(&l, form, Vec::new(), "console-intake-next");
    Sheet::new(l.t("console-intake-title"))
        .block("person", l.t("console-intake-step-person"), vec![part])
        .show_as(code, acting, shell)
        .await
}

/// Who stands at the window, and for whom.
pub(super) struct Visitor {
    pub person: Account,
    pub organisation: Option<Account>,
}

impl Visitor {
    pub fn owner(&self) -> &Account {
        self.organisation.as_ref().unwrap_or(&self.person)
    }

    /// The number by which cases of the applicant are found.
    pub fn number(&self, data: &FormData) -> String {
        let typed = match self.organisation {
            Some(_) => data.get(ORGANISATION),
            None => data.get(PERSON),
        };
        kernel::number::fold(typed)
    }
}

async fn look_up(acting: &Acting, data: &FormData) -> Result<Visitor, Problem> {
    let wrong = |error: kernel::number::NumberError| {
        Problem::new("id_number", 422, error.to_string(), error.en()).at(PERSON)
    };
    let unknown = |field: &str| {
        Problem::new(
            "no_account",
            422,
            "没有找到账户，请核对号码，或先为其办理注册",
            "There is no account with this number; check it, or register the person first",
        )
        .at(field)
    };
    let id = IdNumber::resident(data.get(PERSON)).map_err(wrong)?;
    let person = identity::account_by_id(&acting.ctx, &id).await?;
    let person = person.ok_or_else(|| unknown(PERSON))?;
    let uscc = data.get(ORGANISATION);
    let organisation = if uscc.is_empty() {
        None
    } else {
        let found = identity::account_by_uscc(&acting.ctx, uscc).await?;
        Some(found.ok_or_else(|| unknown(ORGANISATION))?)
    };
    Ok(Visitor {
        person,
        organisation,
    })
}

/// What later steps carry along.
pub(super) fn carried(data: &FormData, names: &[&str]) -> Vec<(String, String)> {
    names
        .iter()
        .map(|name| ((*name).to_owned(), data.get(name).to_owned()))
        .collect()
}

async fn go_on(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    may(&acting, &shell)?;
    let l = shell.l();
    let visitor = match look_up(&acting, &data).await {
        Ok(visitor) => visitor,
        Err(problem) => {
            let mut form = person_form(&l);
            form.fill(&data);
            form.refuse(&l, &problem);
            return ask_person(&acting, &shell, form, status(&problem)).await;
        }
    };
    let catalogue = items::catalogue(&acting.ctx).await.or_page(&shell)?;
    let Some(item) = catalogue.find(data.get(ITEM)) else {
        return ask_item(&acting, &shell, &visitor, &data).await;
    };
    let step = Step {
        acting: &acting,
        shell: &shell,
        visitor,
        item: &item,
        data: &data,
    };
    let filled = data.get(FILLED);
    let mut form = Form::new(intake_form::questions(&item));
    if filled.is_empty() && !item.questions.is_empty() {
        return step.show(form, "questions", StatusCode::OK).await;
    }
    form.fill(&data);
    if !form.require(&l) {
        return step
            .show(form, "questions", StatusCode::UNPROCESSABLE_ENTITY)
            .await;
    }
    let answers = item.questions.read(&intake_form::posted(&data));
    let (owner, person) = (&step.visitor.owner().key, &step.visitor.person.key);
    let known = cases::window_prefill(&acting.ctx, &item.item_id, owner, person)
        .await
        .or_page(&shell)?;
    let mut fields = intake_form::fields(&l, &item, &answers, &known);
    fields.extend(intake_form::paper(&l, &item, &answers));
    let form = Form::new(fields);
    if filled != "form" {
        return step.show(form, "form", StatusCode::OK).await;
    }
    step.take_in(form, &answers, &known).await
}

async fn ask_item(acting: &Acting, shell: &Shell, visitor: &Visitor, data: &FormData) -> Answer {
    let l = shell.l();
    let wanted = Query {
        text: data.get(SEARCH).to_owned(),
        ..Query::default()
    };
    let found = items::search(&acting.ctx, &wanted).await.or_page(shell)?;
    let natural = visitor.organisation.is_none();
    let choices: Vec<Choice> = found
        .rows
        .iter()
        .filter_map(|row| row.item.as_ref())
        .filter(|i| {
            if natural {
                i.for_natural_persons()
            } else {
                i.for_legal_persons()
            }
        })
        .map(|i| Choice::new(i.item_id.clone(), i.name.clone()).hint(i.agency_name.clone()))
        .collect();
    let who = [PERSON, ORGANISATION];
    let again = Form::new(vec![
        Field::text(SEARCH, l.t("console-intake-search")).value(data.get(SEARCH)),
    ]);
    let mut parts = Vec::new();
    if choices.is_empty() {
        parts.push(Part::Empty(Empty::new(
            "search",
            l.t("console-intake-no-item"),
        )));
    } else {
        let form = Form::new(vec![Field::radio(
            ITEM,
            l.t("console-intake-item"),
            choices,
        )]);
        parts.push(act(
            &l,
            form,
            carried(data, &[PERSON, ORGANISATION, SEARCH]),
            "console-intake-next",
        ));
    }
    Sheet::new(l.t("console-intake-title"))
        .sub(name(visitor))
        .block("item", l.t("console-intake-step-item"), parts)
        .block(
            "again",
            l.t("console-intake-again"),
            vec![act(&l, again, carried(data, &who), "console-intake-find")],
        )
        .show(acting, shell)
        .await
}

pub(super) fn name(visitor: &Visitor) -> String {
    match &visitor.organisation {
        Some(organisation) => organisation.name.clone(),
        None => kernel::mask::name(&visitor.person.name),
    }
}
