//! The steps of intake behind the choice of the item: situation, form, and taking in.

use axum::http::StatusCode;
use cases::WindowIntake;
use forms::{Filling, Prefilled};
use items::Item;
use ui::view::{Form, Notice};
use ui::{FormData, Shell};

use super::intake::{
    FILLED, ITEM, ORGANISATION, PAPER, PERSON, SEARCH, Visitor, act, carried, name,
};
use super::intake_form;
use crate::reply::{Answer, OrPage, enc, status};
use crate::session::Acting;
use crate::sheet::Sheet;

/// A step behind the choice of the item.
pub(super) struct Step<'a> {
    pub acting: &'a Acting,
    pub shell: &'a Shell,
    pub visitor: Visitor,
    pub item: &'a Item,
    pub data: &'a FormData,
}

impl Step<'_> {
    pub async fn show(&self, form: Form, filled: &str, code: StatusCode) -> Answer {
        let (l, ctx) = (self.shell.l(), &self.acting.ctx);
        let number = self.visitor.number(self.data);
        let running = cases::open_cases_of(ctx, &number, &self.item.item_id)
            .await
            .or_page(self.shell)?;
        let mut hidden = carried(self.data, &[PERSON, ORGANISATION, SEARCH, ITEM]);
        hidden.push((FILLED.into(), filled.into()));
        if filled == "form" {
            for question in self.item.questions.iter() {
                for value in self.data.all(&question.code) {
                    hidden.push((question.code.clone(), value.to_owned()));
                }
            }
        }
        let button = if filled == "form" {
            "console-intake-take"
        } else {
            "console-intake-next"
        };
        let title = l.t(&format!("console-intake-step-{filled}"));
        let mut sheet = Sheet::new(l.t("console-intake-title")).sub(format!(
            "{} · {}",
            name(&self.visitor),
            self.item.name
        ));
        for case in running {
            let notice = Notice::warn(l.t1("console-intake-running", "no", &case));
            sheet = sheet.notice(notice.link(
                l.t("console-intake-open"),
                format!("/desk/cases/{}", enc(&case)),
            ));
        }
        sheet
            .block("step", title, vec![act(&l, form, hidden, button)])
            .show_as(code, self.acting, self.shell)
            .await
    }

    /// Reads the form and takes the case in, or shows what is wrong.
    pub async fn take_in(
        &self,
        mut form: Form,
        answers: &conditions::Answers,
        known: &Prefilled,
    ) -> Answer {
        let (l, posted) = (self.shell.l(), intake_form::posted(self.data));
        form.fill(self.data);
        let names: Vec<String> = form.fields.iter().map(|field| field.name.clone()).collect();
        let names = names.iter().map(String::as_str);
        let names: Vec<&str> = names.filter(|name| *name != PAPER).collect();
        let begun = Filling {
            answers,
            values: &known.values,
            prefilled: known,
        };
        let reading = self.item.form.read(begun, &posted, &names);
        if !reading.errors.is_empty() {
            for error in &reading.errors {
                form.fail(&error.field, l.pick(&error.words.zh, &error.words.en));
            }
            return self
                .show(form, "form", StatusCode::UNPROCESSABLE_ENTITY)
                .await;
        }
        let intake = WindowIntake {
            item: self.item.item_id.clone(),
            owner: self.visitor.owner().key.clone(),
            person: self.visitor.person.key.clone(),
            answers: posted,
            values: reading.values,
            paper: self.data.all(PAPER).map(str::to_owned).collect(),
        };
        match cases::window_intake(&self.acting.ctx, &intake).await {
            Ok(case) => Ok(ui::see_other(&format!(
                "/desk/intake/done/{}",
                enc(case.number())
            ))),
            // Everything that is wrong at once, each at its field.
            Err(cases::CaseError::Form(errors)) => {
                for (field, zh, en) in &errors {
                    form.fail(field, l.pick(zh, en));
                }
                self.show(form, "form", StatusCode::UNPROCESSABLE_ENTITY)
                    .await
            }
            Err(error) => {
                let problem = error.into();
                form.refuse(&l, &problem);
                self.show(form, "form", status(&problem)).await
            }
        }
    }
}
