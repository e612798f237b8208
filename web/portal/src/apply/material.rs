//! The materials of an application: what the platform has, what was handed in, what is missing.

use axum::extract::Path;
use axum::response::Response;
use cases::{CaseMaterial, Collected, Detail};
use items::MaterialNeed;
use kernel::PageRequest;
use ui::view::{Choice, FileView, Material, MaterialState, Notice, Steps, Upload};
use ui::{L, Page, Shell, html};

use super::{open, steps};
use crate::reply::{Answer, OrPage, enc};
use crate::services::guide::{limits, material};
use crate::session::{Acting, SignedIn};
use crate::words;

/// One material with everything that can be done for it.
pub(crate) struct MaterialBox {
    pub code: String,
    pub view: Material,
    /// Licences of the wallet that serve: key and words.
    pub licences: Vec<Choice>,
    /// Files of the user space that serve.
    pub files: Vec<Choice>,
    /// It may follow later and was not promised yet.
    pub promise: bool,
    /// The promise can be taken back: entry.
    pub promised: Option<String>,
    /// Where its small forms post to, and where they lead back.
    pub base: String,
    pub back: String,
}

#[derive(askama::Template)]
#[template(path = "portal/apply_materials.html")]
struct MaterialsPage {
    page: Page,
    steps: Steps,
    boxes: Vec<MaterialBox>,
    missing: Vec<String>,
    back: String,
    next: String,
    exit: String,
}

pub(super) async fn show(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
) -> Answer {
    let l = shell.l();
    let detail = open(&shell, &me, &draft).await?;
    let all = steps::all(&l, &detail, me.ctx.now());
    let here = steps::href(&detail, "materials");
    let mut page = super::page(&shell, &detail, &l.t("portal-step-materials"));
    if all
        .iter()
        .any(|s| s.key == "situation" && s.state != ui::view::TaskState::Done)
    {
        page = page.notice(Notice::warn(l.t("portal-situation-first")).link(
            l.t("portal-step-situation"),
            steps::href(&detail, "situation"),
        ));
    }
    Ok(html(&MaterialsPage {
        page,
        steps: steps::header(&l, &detail, &all, "materials"),
        boxes: boxes(&shell, &me, &detail, &here, |_| true).await?,
        missing: steps::missing(&detail),
        back: steps::before(&detail, &all, "materials"),
        next: steps::after(&detail, &all, "materials"),
        exit: super::home(&detail),
    }))
}

/// The boxes of the materials that `wanted` keeps.
pub(crate) async fn boxes(
    shell: &Shell,
    me: &Acting,
    detail: &Detail,
    back: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<MaterialBox>, Response> {
    let cards = cases::applicant_licences(&me.ctx, &detail.case.case_id)
        .await
        .or_page(shell)?;
    let files = materials::files(&me.ctx, PageRequest::new(1, 100))
        .await
        .or_page(shell)?
        .rows;
    let l = shell.l();
    let needs = detail.item.materials_for(&detail.case.data.answers);
    let mut out = Vec::new();
    for need in needs.iter().filter(|n| wanted(&n.material.material_code)) {
        out.push(one(&l, shell, detail, need, (&cards, &files), back));
    }
    Ok(out)
}

fn one(
    l: &L,
    shell: &Shell,
    detail: &Detail,
    need: &MaterialNeed,
    held: (&[licences::LicenceCard], &[materials::FileCard]),
    back: &str,
) -> MaterialBox {
    let m = &need.material;
    let base = format!("/apply/d/{}", detail.case.case_id);
    let mine: Vec<&CaseMaterial> = detail
        .materials
        .iter()
        .filter(|e| e.material_code == m.material_code)
        .collect();
    let mut view = material(l, &detail.item, need);
    view.state = state(l, &mine);
    let automatic = mine.iter().any(|e| {
        e.returned.is_none() && matches!(e.collected, Collected::Form | Collected::Shared { .. })
    });
    let cited = mine
        .iter()
        .any(|e| e.returned.is_none() && matches!(e.collected, Collected::Licence { .. }));
    if !automatic && !m.from_form {
        // The limits stand at the file field.
        view.form = String::new();
        view.upload = Some(Upload {
            folded: cited.then(|| l.t("portal-upload-instead")),
            name: "file".into(),
            label: m.material_name.clone(),
            limits: limits(l, m),
            accept: m
                .file_formats
                .iter()
                .map(|f| format!(".{f}"))
                .collect::<Vec<_>>()
                .join(","),
            multiple: false,
            max_bytes: materials::FILE_LIMIT,
            action: format!(
                "{base}/materials/{}?back={}",
                enc(&m.material_code),
                enc(back)
            ),
            files: mine
                .iter()
                .filter_map(|e| file(l, e, held, &base, back))
                .collect(),
            csrf: shell.csrf(),
            ..Upload::default()
        });
    }
    let promised = mine.iter().find(|e| e.collected == Collected::Promised);
    let licences = held
        .0
        .iter()
        .filter(|c| c.citable && Some(&c.type_code) == m.satisfied_by_licence_type.as_ref())
        .map(|c| {
            Choice::new(
                &c.licence_key,
                format!("{} {}", c.type_name, c.licence_no_masked),
            )
        });
    let free = !automatic && !cited && !m.from_form;
    let files = held
        .1
        .iter()
        .filter(|f| m.accepted_trust_levels.contains(&f.trust))
        .filter(|f| !attached(&mine, &f.file_key))
        .map(|f| Choice::new(&f.file_key, f.name.clone()));
    MaterialBox {
        code: m.material_code.clone(),
        licences: licences.filter(|_| free).collect(),
        files: files.filter(|_| free).collect(),
        promise: free && m.promise_allowed && mine.is_empty(),
        promised: promised.map(|e| e.entry.clone()),
        view,
        base,
        back: back.to_owned(),
    }
}

/// The file is there already.
fn attached(mine: &[&CaseMaterial], key: &str) -> bool {
    let is = |e: &&CaseMaterial| {
        e.returned.is_none()
            && matches!(&e.collected, Collected::File { file_key } if file_key == key)
    };
    mine.iter().any(is)
}

fn state(l: &L, mine: &[&CaseMaterial]) -> MaterialState {
    if let Some(reason) = mine.iter().find_map(|e| e.returned.clone()) {
        return MaterialState::Returned(reason);
    }
    match mine.first().map(|e| (&e.collected, e)) {
        None => MaterialState::Missing,
        Some((Collected::Licence { .. }, entry)) => {
            MaterialState::Fetched(entry.verified.clone().unwrap_or_default())
        }
        Some((Collected::Shared { source }, _)) => MaterialState::Fetched(source.clone()),
        // How it comes stands beside its name already.
        Some((Collected::Form, _)) => MaterialState::Fetched(String::new()),
        Some((Collected::Promised, _)) => MaterialState::Promised(l.t("portal-promised-later")),
        Some((Collected::File { .. } | Collected::Paper, _)) => MaterialState::Uploaded,
    }
}

/// A file or licence already attached.
fn file(
    l: &L,
    entry: &CaseMaterial,
    held: (&[licences::LicenceCard], &[materials::FileCard]),
    base: &str,
    back: &str,
) -> Option<FileView> {
    let delete = Some(format!(
        "{base}/detach?entry={}&back={}",
        enc(&entry.entry),
        enc(back)
    ));
    match &entry.collected {
        Collected::File { file_key } => {
            let card = held.1.iter().find(|f| f.file_key == *file_key);
            Some(FileView {
                name: card.map_or_else(|| entry.name.clone(), |c| c.name.clone()),
                detail: card.map(|c| words::size(c.bytes)).unwrap_or_default(),
                preview: Some(format!("/files/{file_key}")),
                delete,
                level: card.map(|c| l.t1("portal-trust", "level", &c.trust)),
                ..FileView::default()
            })
        }
        Collected::Licence { licence_key } => {
            let card = held.0.iter().find(|c| c.licence_key == *licence_key);
            Some(FileView {
                name: card.map_or_else(|| entry.name.clone(), |c| c.type_name.clone()),
                detail: card
                    .map(|c| c.licence_no_masked.clone())
                    .unwrap_or_default(),
                preview: Some(format!("/wallet/{licence_key}/licence.png")),
                delete,
                ..FileView::default()
            })
        }
        _ => None,
    }
}
