//! What a holder may do with a licence: report a loss, ask that it is lifted, say what is wrong in
//! the face, give the licence up.

use axum::extract::Path;
use kernel::Problem;
use licences::{LicenceEvent, RequestKind, RequestState, State, StateChange};
use ui::view::ConfirmDialog;
use ui::{L, Posted, Shell};

use crate::reply::{Answer, enc, told};
use crate::session::{Acting, SignedIn};

/// The questions that the state of the licence allows.
pub(super) fn questions(
    shell: &Shell,
    card: &licences::LicenceCard,
    asked: &[licences::HolderRequest],
) -> Vec<ConfirmDialog> {
    let l = shell.l();
    let waits = |kind: RequestKind| {
        let of_kind = asked.iter().filter(|one| one.kind == kind);
        of_kind.clone().any(|one| one.state == RequestState::Open)
    };
    let name = format!("{} {}", card.type_name, card.licence_no_masked);
    let ask = |act: &str, typed: Option<String>| ConfirmDialog {
        trigger: l.t(&format!("wallet-{act}")),
        title: l.t1(&format!("wallet-{act}-ask"), "name", &name),
        body: l.t(&format!("wallet-{act}-body")),
        action: format!("/wallet/{}/{act}", enc(&card.licence_key)),
        typed,
        reason: Some(l.t(&format!("wallet-{act}-reason"))),
        confirm: l.t(&format!("wallet-{act}")),
        csrf: shell.csrf(),
        small: true,
        ..ConfirmDialog::default()
    };
    let mut all = Vec::new();
    match card.state {
        State::Valid => {
            if !waits(RequestKind::Correct) {
                all.push(ask("correct", None));
            }
            all.push(ask("loss", None));
            all.push(ask("give-up", Some(card.type_name.clone())));
        }
        State::Lost if !waits(RequestKind::Found) => all.push(ask("found", None)),
        _ => {}
    }
    all
}

/// One request with its answer, and the question before it is taken back.
pub(super) struct RequestView {
    pub title: String,
    pub state: String,
    pub at: String,
    pub text: String,
    pub answer: String,
    pub withdraw: Option<ConfirmDialog>,
}

pub(super) fn request(shell: &Shell, me: &Acting, one: licences::HolderRequest) -> RequestView {
    let l = shell.l();
    let waits = one.state == RequestState::Open;
    RequestView {
        title: l.pick(one.kind.zh(), one.kind.en()).to_owned(),
        state: l.pick(one.state.zh(), one.state.en()).to_owned(),
        at: crate::words::at(&l, one.asked_at, me.ctx.now()),
        withdraw: waits.then(|| ConfirmDialog {
            trigger: l.t("wallet-withdraw"),
            title: l.t1(
                "wallet-withdraw-ask",
                "name",
                l.pick(one.kind.zh(), one.kind.en()),
            ),
            body: l.t("wallet-withdraw-body"),
            action: format!("/wallet/{}/withdraw", enc(&one.licence_key)),
            hidden: vec![("request".into(), one.request_key.clone())],
            confirm: l.t("wallet-withdraw"),
            csrf: shell.csrf(),
            small: true,
            ..ConfirmDialog::default()
        }),
        text: one.body.text,
        answer: one.body.answer,
    }
}

fn home(key: &str) -> String {
    format!("/wallet/{}", enc(key))
}

async fn change(
    shell: Shell,
    me: &Acting,
    key: &str,
    data: &ui::FormData,
    event: LicenceEvent,
) -> Answer {
    let change = StateChange {
        licence_key: key.to_owned(),
        event,
        reason: data.get("reason").to_owned(),
    };
    let outcome = licences::change_state(&me.ctx, change).await.map(drop);
    let l = shell.l();
    told(&shell, outcome, done(&l, event.code()), &home(key))
}

fn done(l: &L, act: &str) -> String {
    l.t(&format!("wallet-done-{act}"))
}

pub(super) async fn loss(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    change(shell, &me, &key, &data, LicenceEvent::ReportLoss).await
}

/// Giving up asks for the name of the licence as well: it cannot be undone.
pub(super) async fn give_up(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let typed = async {
        let card = licences::card_of(&me.ctx, &key).await?;
        match data.get("typed").trim() == card.type_name {
            true => Ok(()),
            false => Err(Problem::invalid(
                "not_typed",
                "输入的证照名称不一致，没有注销",
                "The name typed is not that of the licence; nothing was done",
            )),
        }
    };
    let typed: Result<(), Problem> = typed.await;
    if typed.is_err() {
        return told(&shell, typed, String::new(), &home(&key));
    }
    change(shell, &me, &key, &data, LicenceEvent::Cancel).await
}

async fn ask(
    shell: Shell,
    me: &Acting,
    key: &str,
    data: &ui::FormData,
    kind: RequestKind,
) -> Answer {
    let outcome = licences::ask(&me.ctx, key, kind, data.get("reason"))
        .await
        .map(drop);
    let l = shell.l();
    told(&shell, outcome, done(&l, "asked"), &home(key))
}

pub(super) async fn found(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    ask(shell, &me, &key, &data, RequestKind::Found).await
}

pub(super) async fn correct(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    ask(shell, &me, &key, &data, RequestKind::Correct).await
}

pub(super) async fn withdraw(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let outcome = licences::withdraw_request(&me.ctx, data.get("request")).await;
    let l = shell.l();
    told(&shell, outcome, done(&l, "withdrawn"), &home(&key))
}
