//! Certificates of an outside authority: the requests to download, the certificates to upload.

use axum::extract::{Multipart, Path};
use gm::KeyKind;
use kernel::Problem;
use ui::view::{Choice, ConfirmDialog, Field, Form, Notice};
use ui::{CsrfGuard, L, Shell};

use super::page_of_seal;
use crate::files;
use crate::reply::{Answer, OrPage, said};
use crate::session::Staff;
use crate::sheet::{Act, Part};

/// What is offered while the seal is approved and not made, beside making it by the platform.
pub(super) fn ask(l: &L, key: &str) -> Part {
    let kinds = [KeyKind::P256, KeyKind::Rsa2048, KeyKind::Rsa3072];
    let choices = kinds.map(|kind| {
        let name = kind.name();
        Choice::new(name, l.t(&format!("console-seal-pdf-{name}")))
    });
    let kind = Field::radio("pdf_kind", l.t("console-seal-pdf-kind"), choices.into())
        .hint(l.t("console-seal-pdf-kind-hint"))
        .value(KeyKind::P256.name());
    Part::Form(Act {
        action: format!("{}/act/request_certificates", page_of_seal(key)),
        form: Form::new(vec![kind]),
        hidden: Vec::new(),
        button: l.t("console-seal-do-request-certificates"),
        kind: "",
    })
}

/// What is offered while certificates are awaited.
pub(super) fn await_them(l: &L, key: &str, cancel: ConfirmDialog) -> Vec<Part> {
    let page = page_of_seal(key);
    let link = |which: &str| {
        let words = l.t(&format!("console-seal-request-{which}"));
        (format!("{page}/request/{which}"), words)
    };
    let accept = ".pem,.cer,.crt,.der,.p7b,.p7c";
    let file = |which: &str| {
        let key = format!("console-seal-certificate-{which}");
        Field::file(format!("certificate_{which}"), l.t(&key), accept)
            .hint(l.t("console-seal-certificate-hint"))
    };
    vec![
        Part::Note(Notice::info(l.t("console-seal-requested"))),
        Part::Links(vec![link("sm2"), link("pdf")]),
        Part::Files(Act {
            action: format!("{page}/certificates"),
            form: Form::new(vec![file("sm2"), file("pdf").optional()]),
            hidden: Vec::new(),
            button: l.t("console-seal-do-make-with"),
            kind: "pri",
        }),
        Part::Confirm(cancel),
    ]
}

/// A request as a file.
pub(super) async fn request(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, which)): Path<(String, String)>,
) -> Answer {
    let missing = || Problem::not_found("没有这个文件", "There is no such file");
    let timeline = seals::timeline(&acting.ctx, &key).await;
    // Whoever may manage the seal.
    timeline.or_page(&shell)?;
    let detail = seals::detail(&acting.ctx, &key).await.or_page(&shell)?;
    let requests = detail.requests.ok_or_else(missing).or_page(&shell)?;
    let pem = match which.as_str() {
        "sm2" => requests.sm2,
        "pdf" => requests.pdf,
        _ => return Err(missing()).or_page(&shell),
    };
    let name = format!("{}-{which}.csr", detail.seal.es_id);
    Ok(files::file(&name, "application/pkcs10", pem.into_bytes()))
}

/// The certificates come in: the seal is made, or it is said what is wrong with them.
pub(super) async fn take(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    Path(key): Path<String>,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let given = received.files.into_iter().map(|(_, bytes)| bytes);
    let given: Vec<Vec<u8>> = given.filter(|bytes| !bytes.is_empty()).collect();
    let most = seals::CERTIFICATE_LIMIT;
    let done = if given.iter().any(|bytes| bytes.len() > most) {
        Err(Problem::invalid(
            "too_large",
            "证书文件不得超过256KB",
            "A certificate file is at most 256 KB",
        ))
    } else {
        let made = seals::make_with(&acting.ctx, &key, given).await;
        made.map_err(Problem::from)
    };
    let notice = match done {
        Ok(_) => Notice::ok(l.t("console-seal-done-make")),
        Err(problem) => Notice::bad(said(&l, &problem)),
    };
    Ok(shell.flash(notice).to(&page_of_seal(&key)))
}
