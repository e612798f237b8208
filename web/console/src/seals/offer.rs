//! The acts that a seal's state allows, and who else has to act.

use kernel::time;
use seals::{DocumentKind, HolderKind, Request, SealDetail, State};
use ui::view::{Choice, ConfirmDialog, Field, Form, Notice};
use ui::{L, Shell};

use super::show::Names;
use super::{outside, page_of_seal};
use crate::reply::enc;
use crate::session::Acting;
use crate::sheet::{Act, Part};

/// What is offered on one seal.
struct Offer<'a> {
    l: L,
    csrf: String,
    detail: &'a SealDetail,
    me: &'a str,
    names: &'a Names,
}

pub(super) fn acts(
    acting: &Acting,
    shell: &Shell,
    detail: &SealDetail,
    names: &Names,
) -> Vec<Part> {
    let offer = Offer {
        l: shell.l(),
        csrf: shell.csrf(),
        detail,
        me: &acting.ctx.actor.id,
        names,
    };
    offer.all()
}

impl Offer<'_> {
    fn all(&self) -> Vec<Part> {
        let seal = &self.detail.seal;
        let mut parts = Vec::new();
        match seal.state {
            State::Applied if seal.applicant == self.me => {
                parts.push(self.note("console-seal-other-reviews"));
            }
            State::Applied => {
                parts.push(self.confirm("approve", false));
                parts.push(self.confirm("refuse", true));
            }
            State::Approved if self.detail.requests.is_some() => {
                let cancel = self.dialog("cancel_request", true);
                parts.extend(outside::await_them(&self.l, &seal.key, cancel));
            }
            State::Approved => {
                parts.push(self.confirm("make", false));
                parts.push(outside::ask(&self.l, &seal.key));
            }
            State::Made => parts.push(self.form("file", "filing_no", 40)),
            State::Filed => parts.push(self.form("release", "receipt", 200)),
            State::Released => parts.push(self.grant()),
            State::Active => {
                parts.push(self.confirm("report_loss", true));
                parts.push(self.confirm("withdraw", true));
                parts.push(self.grant());
            }
            State::Refused | State::Lost | State::Destroyed | State::Expired => {}
        }
        if seal.state == State::Released {
            parts.push(self.confirm("report_loss", true));
        }
        parts.extend(self.requests());
        let ever = !matches!(
            seal.state,
            State::Applied | State::Approved | State::Made | State::Filed
        );
        if ever {
            let href = format!("/desk/seals/new?from={}", enc(&seal.key));
            parts.push(Part::Links(vec![(href, self.l.t("console-seal-renew"))]));
        }
        parts
    }

    /// Recovery and destruction: asked for by one, answered by another.
    fn requests(&self) -> Vec<Part> {
        let seal = &self.detail.seal;
        if let Some(asked) = &seal.asked {
            let who = self.names.get(&asked.by).unwrap_or(&asked.by);
            let code = asked.request.code();
            let words = self.l.t2(
                &format!("console-seal-asked-{code}"),
                "who",
                who,
                "reason",
                &asked.reason,
            );
            let mut parts = vec![Part::Note(Notice::warn(words))];
            if asked.by == self.me {
                parts.push(self.note("console-seal-other-approves"));
            } else {
                parts.push(self.confirm(code, false));
            }
            parts.push(self.confirm("decline", true));
            return parts;
        }
        let mut parts = Vec::new();
        if seal.state == State::Lost {
            parts.push(self.confirm("ask_recover", true));
        }
        if matches!(seal.state, State::Lost | State::Released | State::Active) {
            parts.push(self.confirm("ask_destroy", true));
        }
        parts
    }

    fn note(&self, key: &str) -> Part {
        Part::Note(Notice::info(self.l.t(key)))
    }

    fn action(&self, act: &str) -> String {
        format!("{}/act/{act}", page_of_seal(&self.detail.seal.key))
    }

    fn confirm(&self, act: &str, reason: bool) -> Part {
        Part::Confirm(self.dialog(act, reason))
    }

    fn dialog(&self, act: &str, reason: bool) -> ConfirmDialog {
        let seal = &self.detail.seal;
        let key = act.replace('_', "-");
        let verb = self.l.t(&format!("console-seal-do-{key}"));
        // A destruction cannot be undone: the seal's number is typed.
        let typed = (act == Request::Destroy.code()).then(|| seal.es_id.clone());
        ConfirmDialog {
            trigger: verb.clone(),
            title: self
                .l
                .t2("console-seal-ask", "what", &verb, "name", &seal.name),
            body: self.l.t(&format!("console-seal-then-{key}")),
            action: self.action(act),
            typed,
            reason: reason.then(|| self.l.t("console-reason")),
            confirm: verb,
            csrf: self.csrf.clone(),
            ..ConfirmDialog::default()
        }
    }

    fn form(&self, act: &str, field: &str, most: u32) -> Part {
        let key = field.replace('_', "-");
        let label = self.l.t(&format!("console-seal-{key}"));
        let field = Field::text(field, label)
            .hint(self.l.t(&format!("console-seal-{key}-hint")))
            .max_length(most);
        Part::Form(Act {
            action: self.action(act),
            form: Form::new(vec![field]),
            hidden: Vec::new(),
            button: self.l.t(&format!("console-seal-do-{act}")),
            kind: "pri",
        })
    }

    fn grant(&self) -> Part {
        let action = format!("{}/grants", page_of_seal(&self.detail.seal.key));
        Part::Form(Act {
            action,
            form: grant_fields(&self.l, self.detail),
            hidden: Vec::new(),
            button: self.l.t("console-seal-do-authorise"),
            kind: "",
        })
    }
}

/// The form of a new authorisation.
pub(super) fn grant_fields(l: &L, detail: &SealDetail) -> Form {
    let holders = HolderKind::ALL
        .iter()
        .map(|k| Choice::new(k.code(), l.pick(k.zh(), k.en())))
        .collect();
    let kinds = DocumentKind::ALL
        .iter()
        .map(|k| Choice::new(k.code(), l.pick(k.zh(), k.en())))
        .collect();
    let end = detail.seal.valid_to.map(time::beijing_date);
    let end = end.map(|day| day.to_string()).unwrap_or_default();
    Form::new(vec![
        Field::radio("holder_kind", l.t("console-seal-holder-kind"), holders).value("system"),
        Field::text("holder", l.t("console-seal-grant-holder"))
            .hint(l.t("console-seal-grant-holder-hint"))
            .value("system")
            .max_length(64),
        Field::select("document_kind", l.t("console-seal-grant-document"), kinds),
        Field::text("item_code", l.t("console-seal-grant-item"))
            .hint(l.t("console-seal-grant-item-hint"))
            .max_length(40)
            .optional(),
        Field::date("valid_to", l.t("console-seal-grant-until")).value(end),
        Field::number("daily_maximum", l.t("console-seal-grant-most"))
            .unit(l.t("console-seal-times"))
            .value("1000"),
    ])
}
