//! 我的材料: the files of the user space with their trust levels [B-36].

use axum::extract::{Multipart, Path, RawQuery};
use kernel::Problem;
use materials::{FileCard, Group, Upload};
use ui::view::{Choice, ConfirmDialog, Field, Pager};
use ui::{CsrfGuard, Nav, Page, Posted, Shell, html};

use crate::reply::{Answer, OrPage, page_of, query, told};
use crate::session::SignedIn;
use crate::words;

/// A file with its words and the question before it is deleted.
struct FileView {
    href: String,
    name: String,
    detail: String,
    trust: String,
    note: String,
    delete: ConfirmDialog,
}

#[derive(askama::Template)]
#[template(path = "portal/my_materials.html")]
struct MaterialsPage {
    page: Page,
    files: Vec<FileView>,
    pager: Pager,
    used: String,
    limit: String,
    group: Field,
}

pub(super) async fn show(shell: Shell, SignedIn(me): SignedIn, RawQuery(raw): RawQuery) -> Answer {
    let (l, query, now) = (shell.l(), query(raw), me.ctx.now());
    let found = materials::files(&me.ctx, page_of(&query))
        .await
        .or_page(&shell)?;
    let usage = materials::usage(&me.ctx).await.or_page(&shell)?;
    let pager = Pager::of(&found, "/my/materials", &query);
    let view = |file: FileCard| FileView {
        href: format!("/files/{}", file.file_key),
        detail: format!(
            "{} · {} · {}",
            file.kind.code().to_uppercase(),
            words::size(file.bytes),
            words::at(&l, file.at, now)
        ),
        trust: l.t1("portal-trust", "level", &file.trust),
        delete: ConfirmDialog {
            trigger: l.t("delete"),
            title: l.t1("upload-delete-title", "name", &file.name),
            body: l.t("portal-file-delete-body"),
            action: format!("/my/materials/{}/delete", file.file_key),
            confirm: l.t("delete"),
            csrf: shell.csrf(),
            small: true,
            ..ConfirmDialog::default()
        },
        note: file.note,
        name: file.name,
    };
    let title = l.t("portal-my-materials");
    let group = |value: &str, key: &str| Choice::new(value, l.t(key));
    Ok(html(&MaterialsPage {
        page: shell
            .page(&title)
            .nav(Nav::My)
            .crumb(l.t("my-space"), "/my")
            .crumb_here(title.clone())
            .private(),
        files: found.rows.into_iter().map(view).collect(),
        pager,
        used: words::size(usage.used),
        limit: words::size(usage.limit),
        group: Field::radio(
            "group",
            l.t("portal-file-group"),
            vec![
                group("self", "portal-group-self"),
                group("licence", "portal-group-licence"),
                group("report", "portal-group-report"),
            ],
        )
        .value("self"),
    }))
}

pub(super) async fn upload(
    shell: Shell,
    SignedIn(me): SignedIn,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let Some((name, bytes)) = received.files.into_iter().next() else {
        let words = l.t("portal-choose-file");
        let problem = Problem::invalid("no_file", words.clone(), words);
        return told(&shell, Err(problem), String::new(), "/my/materials");
    };
    let group = match received.fields.get("group") {
        "licence" => Group::Licence,
        "report" => Group::Report,
        _ => Group::SelfMade,
    };
    let upload = Upload {
        owner: me.ctx.actor.owner().to_owned(),
        name,
        group,
        bytes,
    };
    let outcome = materials::upload(&me.ctx, upload).await.map(|_| ());
    told(&shell, outcome, l.t("portal-file-stored"), "/my/materials")
}

pub(super) async fn delete(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(key): Path<String>,
    Posted(_): Posted,
) -> Answer {
    let outcome = materials::delete(&me.ctx, &key).await;
    told(
        &shell,
        outcome,
        shell.l().t("portal-file-deleted"),
        "/my/materials",
    )
}
