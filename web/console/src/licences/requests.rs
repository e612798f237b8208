//! 持证人请求: what holders ask, and the officer's answer.

use licences::{HolderRequest, LicenceCard, LicenceError, RequestKind};
use ui::view::{ConfirmDialog, Empty, KeyValue, KeyValues, Notice};
use ui::{L, Posted, Shell};

use crate::reply::{Answer, OrPage, enc, said};
use crate::session::{Acting, Staff};
use crate::sheet::{Part, Sheet};
use crate::words;

const LIST: &str = "/licences/requests";

/// Those that wait.
pub(super) async fn list(Staff(acting): Staff, shell: Shell) -> Answer {
    let l = shell.l();
    let waiting = licences::requests_waiting(&acting.ctx)
        .await
        .or_page(&shell)?;
    let mut parts = Vec::new();
    if waiting.is_empty() {
        parts.push(Part::Empty(Empty::new("mail", l.t("console-asked-none"))));
    }
    for (request, card) in &waiting {
        parts.extend(one(&acting, &shell, request, card));
    }
    Sheet::new(l.t("console-asked-title"))
        .crumb(l.t("console-menu-licences"), "/licences")
        .block("waiting", l.t("console-asked-waiting"), parts)
        .show(&acting, &shell)
        .await
}

fn one(acting: &Acting, shell: &Shell, request: &HolderRequest, card: &LicenceCard) -> Vec<Part> {
    let l = shell.l();
    let key = &request.licence_key;
    let name = format!("{} {}", card.type_name, card.licence_no_masked);
    let facts = vec![
        KeyValue::new(l.t("console-asked-licence"), &name).href(format!("/licences/{}", enc(key))),
        KeyValue::new(l.t("console-licences-holder"), &card.holder_masked),
        KeyValue::new(
            l.t("console-asked-at"),
            words::at(&l, request.asked_at, acting.ctx.now()),
        ),
        KeyValue::new(l.t("console-asked-text"), &request.body.text),
    ];
    let mut parts = vec![
        Part::Heading(l.pick(request.kind.zh(), request.kind.en()).to_owned()),
        Part::Facts(KeyValues::new(facts)),
    ];
    if request.kind == RequestKind::Correct {
        let href = format!("/licences/{}/data", enc(key));
        parts.push(Part::Links(vec![(href, l.t("console-correct-link"))]));
    }
    for act in ["agree", "decline"] {
        parts.push(ask(&l, shell, request, &name, act));
    }
    parts
}

fn ask(l: &L, shell: &Shell, request: &HolderRequest, name: &str, act: &str) -> Part {
    let words = l.t(&format!("console-asked-{act}"));
    let kind = request.kind.code();
    Part::Confirm(ConfirmDialog {
        trigger: words.clone(),
        title: l.t1(&format!("console-asked-{act}-ask"), "name", name),
        body: l.t(&format!("console-asked-{act}-{kind}")),
        action: format!("{LIST}/{act}"),
        hidden: vec![("request".into(), request.request_key.clone())],
        reason: (act == "decline").then(|| l.t("console-asked-answer")),
        confirm: words,
        csrf: shell.csrf(),
        small: act == "decline",
        ..ConfirmDialog::default()
    })
}

fn back(shell: &Shell, done: Result<(), LicenceError>, key: &str) -> Answer {
    let l = shell.l();
    let notice = match done {
        Ok(()) => Notice::ok(l.t(key)),
        Err(error) => Notice::bad(said(&l, &error.into())),
    };
    Ok(shell.flash(notice).to(LIST))
}

pub(super) async fn agree(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = licences::agree(&acting.ctx, data.get("request"), data.get("reason")).await;
    back(&shell, done, "console-asked-agreed")
}

pub(super) async fn decline(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = licences::decline(&acting.ctx, data.get("request"), data.get("reason")).await;
    back(&shell, done, "console-asked-declined")
}
