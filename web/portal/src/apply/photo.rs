//! Photos of a form: a file of the user space whose key is the field's value.

use axum::extract::{Multipart, Path};
use cases::Detail;
use forms::{Section, Widget};
use kernel::Problem;
use materials::{FileKind, Group, Upload};
use serde_json::{Map, Value};
use ui::{CsrfGuard, L, Shell};

use super::{open, steps};
use crate::reply::{Answer, OrPage, told};
use crate::session::SignedIn;

/// A photo field with what it holds.
pub(super) struct PhotoView {
    pub title: String,
    pub action: String,
    pub src: Option<String>,
    pub limits: String,
    pub optional: bool,
}

pub(super) fn views(l: &L, detail: &Detail, step: &str, section: &Section) -> Vec<PhotoView> {
    let photos = section
        .fields
        .iter()
        .filter(|view| view.field.widget == Widget::Photo);
    photos
        .map(|view| PhotoView {
            title: view.field.title.clone(),
            action: format!(
                "/apply/d/{}/photo/{}?step={step}",
                detail.case.case_id, view.field.name
            ),
            src: view.value.first().map(|key| format!("/files/{key}")),
            limits: match &view.field.photo {
                Some(rule) => l.t3(
                    "portal-photo-limits",
                    "w",
                    rule.width_px,
                    "h",
                    rule.height_px,
                    "kb",
                    rule.max_kb,
                ),
                None => l.t("portal-photo-any"),
            },
            optional: !view.required,
        })
        .collect()
}

pub(super) async fn upload(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path((draft, name)): Path<(String, String)>,
    axum::extract::RawQuery(raw): axum::extract::RawQuery,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let detail = open(&shell, &me, &draft).await?;
    let wrong = |zh: String| shell.problem(&Problem::invalid("photo", zh.clone(), zh));
    let field = detail
        .item
        .form
        .field(&name)
        .filter(|f| f.widget == Widget::Photo);
    let field = field.ok_or_else(|| wrong(l.t("portal-photo-none")))?;
    let step = crate::reply::query(raw).get("step").to_owned();
    let back = match step.starts_with("form-") {
        true => steps::href(&detail, &step),
        false => super::home(&detail),
    };
    let Some((file, bytes)) = received.files.into_iter().next() else {
        return told(&shell, Err(chosen_none(&l)), String::new(), &back);
    };
    let kind = materials::sniff(&bytes).ok();
    let picture = matches!(kind, Some(FileKind::Jpeg | FileKind::Png));
    let most = field
        .photo
        .as_ref()
        .map_or(u64::MAX, |p| u64::from(p.max_kb) * 1024);
    if !picture || bytes.len() as u64 > most {
        let words = l.t("portal-photo-wrong");
        let problem = Problem::invalid("photo", words.clone(), words);
        return told(&shell, Err(problem), String::new(), &back);
    }
    let owner = detail.case.data.owner.clone();
    let upload = Upload {
        owner,
        name: file,
        group: Group::SelfMade,
        bytes,
    };
    let card = materials::upload(&me.ctx, upload).await.or_page(&shell)?;
    let mut values = Map::new();
    values.insert(name, Value::String(card.file_key));
    let saved = cases::save_values(&me.ctx, &draft, values)
        .await
        .map(|_| ());
    told(&shell, saved, l.t("portal-photo-saved"), &back)
}

/// The form was sent without a file.
pub(super) fn chosen_none(l: &L) -> Problem {
    let words = l.t("portal-choose-file");
    Problem::invalid("no_file", words.clone(), words)
}
