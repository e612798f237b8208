//! A type with its versions, and a version that is not drawn on any more.

use axum::extract::Path;
use kernel::Problem;
use licences::{Entry, Filled, Filter, LicenceError, LicenceType, Template, TemplateState};
use ui::view::{Cell, Choice, Column, ConfirmDialog, Field, Form, KeyValue, KeyValues, Row, Table};
use ui::{FormData, L, Shell};

use super::list::{chip, state_chip};
use super::{HOME, act, of, of_version};
use crate::reply::{Answer, OrPage, enc};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Picture, Sheet};
use crate::words;

pub(super) async fn show(Staff(acting): Staff, shell: Shell, Path(code): Path<String>) -> Answer {
    let l = shell.l();
    let ctx = &acting.ctx;
    let versions = licences::templates(ctx, &code).await.or_page(&shell)?;
    let entries = licences::catalogue(ctx, &Filter::default())
        .await
        .or_page(&shell)?;
    let entry = entries
        .into_iter()
        .find(|one| one.kind.type_short_code == code);
    let Some(entry) = entry else {
        return Err(shell.problem(&Problem::from(LicenceError::UnknownType(code))));
    };
    let kind = &entry.kind;
    let newest = entry
        .in_use
        .or(entry.open.map(|(version, _)| version))
        .unwrap_or(1);
    let mut sheet = Sheet::new(kind.type_name.clone())
        .crumb(l.t("console-types-title"), HOME)
        .sub(format!("{} · {}", kind.type_short_code, kind.type_code))
        .block(
            "facts",
            l.t("console-types-facts"),
            facts(&acting, &shell, &entry).await?,
        )
        .block(
            "versions",
            l.t("console-types-versions"),
            table(&acting, &l, &versions).await,
        );
    let edits = act::may_edit(&acting, kind).await;
    let publishes = act::may_publish(&acting, kind).await;
    let mut acts = Vec::new();
    if edits && entry.open.is_none() {
        acts.push(Part::Text(l.t("console-types-then-version")));
        acts.push(Part::Form(press(&l, &code, "version", "pri")));
    }
    if publishes && entry.in_use.is_some() {
        acts.push(Part::Heading(l.t("console-types-reorganise")));
        acts.push(Part::Form(reorganise(&acting, &shell, &entry).await?));
        match entry.stopped {
            true => {
                acts.push(Part::Form(press(&l, &code, "resume", "")));
                acts.push(ask(&l, &shell, kind, "delete"));
            }
            false => acts.push(ask(&l, &shell, kind, "stop")),
        }
    }
    sheet = sheet.block("acts", l.t("console-types-acts"), acts);
    sheet
        .side(
            "look",
            l.t("console-types-look"),
            vec![pictures(&l, &code, newest, "usual", false)],
        )
        .show(&acting, &shell)
        .await
}

fn press(l: &L, code: &str, act: &str, kind: &'static str) -> Act {
    Act {
        action: format!("{}/act", of(code)),
        form: Form::default(),
        hidden: vec![("act".into(), act.into())],
        button: l.t(&format!("console-types-act-{act}")),
        kind,
    }
}

/// What is asked again before it is done.
fn ask(l: &L, shell: &Shell, kind: &LicenceType, act: &str) -> Part {
    let words = l.t(&format!("console-types-act-{act}"));
    let title = format!("console-types-ask-{act}");
    Part::Confirm(ConfirmDialog {
        trigger: words.clone(),
        title: l.t1(&title, "name", kind.type_name.as_str()),
        body: l.t(&format!("console-types-then-{act}")),
        action: format!("{}/act", of(&kind.type_short_code)),
        hidden: vec![("act".into(), act.into())],
        confirm: words,
        csrf: shell.csrf(),
        small: true,
        ..ConfirmDialog::default()
    })
}

async fn reorganise(
    acting: &Acting,
    shell: &Shell,
    entry: &Entry,
) -> Result<Act, axum::response::Response> {
    let l = shell.l();
    let classes = licences::classes(&acting.ctx).await.or_page(shell)?;
    let classes = classes
        .into_iter()
        .map(|class| Choice::new(class.code, class.name));
    let shelf = entry.kind.shelf();
    Ok(Act {
        form: Form::new(vec![
            Field::select("first", l.t("console-types-first"), classes.collect())
                .value(shelf.first),
            Field::text("second", l.t("console-types-second"))
                .value(shelf.second)
                .max_length(40)
                .optional(),
        ]),
        ..press(&l, &entry.kind.type_short_code, "reorganise", "")
    })
}

/// The face as a picture and as readers show the OFD.
fn pictures(l: &L, code: &str, version: u32, data: &str, both: bool) -> Part {
    let src = |file: &str| format!("{}/{file}?data={}", of_version(code, version), enc(data));
    let mut all = vec![Picture {
        src: src("preview.png"),
        alt: l.t("console-types-preview-alt"),
        caption: l.t1("console-types-of-version", "version", version.to_string()),
    }];
    if both {
        all.push(Picture {
            src: src("preview.ofd.png"),
            alt: l.t("console-types-preview-ofd"),
            caption: l.t("console-types-preview-ofd"),
        });
    }
    Part::Pages(all, true)
}

async fn facts(
    acting: &Acting,
    shell: &Shell,
    entry: &Entry,
) -> Result<Vec<Part>, axum::response::Response> {
    let l = shell.l();
    let t = |key: &str| l.t(&format!("console-types-{key}"));
    let kind = &entry.kind;
    let directory = agencies::directory(&acting.ctx).await.or_page(shell)?;
    let classes = licences::classes(&acting.ctx).await.or_page(shell)?;
    let shelf = kind.shelf();
    let class = classes.iter().find(|class| class.code == shelf.first);
    let named = |code: &String| {
        directory
            .agency(code)
            .map_or(code.clone(), |a| a.name.clone())
    };
    let issuers: Vec<String> = kind.issuing_agencies.iter().map(named).collect();
    let fields: Vec<&str> = kind
        .face_fields
        .iter()
        .map(|f| f.field_name.as_str())
        .collect();
    let or_none = |text: String| {
        if text.is_empty() {
            "—".to_owned()
        } else {
            text
        }
    };
    let rows = vec![
        KeyValue::new(t("state"), chip(&l, entry).words(&l)),
        KeyValue::new(t("authority"), or_none(kind.defining_authority.clone())),
        KeyValue::new(t("category"), kind.category.clone()),
        KeyValue::new(t("holder-kind"), t(&format!("holder-{}", kind.holder_kind))),
        KeyValue::new(
            t("first"),
            class.map_or(shelf.first.clone(), |class| class.name.clone()),
        ),
        KeyValue::new(t("second"), or_none(shelf.second.clone())),
        KeyValue::new(t("issuers"), issuers.join("、")),
        KeyValue::new(t("fields"), fields.join("、")),
        KeyValue::new(t("no-text"), kind.numbering_rule.text.clone()),
        KeyValue::new(t("validity-text"), kind.validity.text.clone()),
        KeyValue::new(
            t("annual"),
            t(if kind.annual_inspection { "yes" } else { "no" }),
        ),
        KeyValue::new(
            t("sharing"),
            t(&format!("share-{}", kind.sharing_attribute)),
        ),
        KeyValue::new(t("produced"), or_none(kind.produced_by_items.join("、"))),
        KeyValue::new(
            t("used"),
            or_none(kind.used_as_material_by_items.join("、")),
        ),
        KeyValue::new(t("note"), or_none(kind.note.clone())),
    ];
    Ok(vec![Part::Facts(KeyValues::new(rows))])
}

async fn table(acting: &Acting, l: &L, versions: &[Template]) -> Vec<Part> {
    let t = |key: &str| l.t(&format!("console-types-{key}"));
    let mut rows = Vec::new();
    for one in versions {
        let told = &one.told;
        let by = match told.editor.is_empty() {
            true => t("imported"),
            false => words::officer(acting, l, &told.editor).await,
        };
        let reviewer = match told.reviewer.is_empty() {
            true => "—".to_owned(),
            false => words::officer(acting, l, &told.reviewer).await,
        };
        rows.push(Row::new(vec![
            Cell::link(
                of_version(&one.type_code, one.version),
                format!("V{}", one.version),
            ),
            Cell::Chip(state_chip(l, one.state)),
            Cell::text(by),
            Cell::text(words::maybe(
                l,
                told.edited_at.or(told.begun_at),
                acting.ctx.now(),
            )),
            Cell::text(reviewer),
            Cell::text(words::maybe(l, told.reviewed_at, acting.ctx.now())),
        ]));
    }
    let columns = [
        "version", "state", "editor", "edited", "reviewer", "reviewed",
    ];
    let mut parts = vec![Part::Table(Table {
        caption: t("versions"),
        columns: columns.map(|key| Column::new(t(key))).to_vec(),
        rows,
        ..Table::default()
    })];
    if let [newest, ..] = versions
        && let Some(other) = versions.get(1)
    {
        let href = format!(
            "{}/compare?a={}&b={}",
            of(&newest.type_code),
            other.version,
            newest.version
        );
        parts.push(Part::Links(vec![(href, t("compare"))]));
    }
    parts
}

/// A version as it is looked at: by who reviews it, or when it is in use or retired.
pub(super) async fn version(
    acting: &Acting,
    shell: &Shell,
    found: &Template,
    query: &FormData,
) -> Answer {
    let l = shell.l();
    let (code, number) = (&found.type_code, found.version);
    let here = of_version(code, number);
    let filled = Filled::from_code(query.get("data")).unwrap_or(Filled::Usual);
    let samples = Filled::ALL.iter().map(|one| {
        let words = l.pick(one.zh(), one.en()).to_owned();
        (format!("{here}?data={}", one.code()), words)
    });
    let files = ["pdf", "ofd"].map(|kind| {
        let href = format!("{here}/preview.{kind}?data={}", filled.code());
        (href, l.t(&format!("console-types-as-{kind}")))
    });
    let told = &found.told;
    let mut rows = vec![KeyValue::new(
        l.t("console-types-state"),
        state_chip(&l, found.state).words(&l),
    )];
    for (key, who, at) in [
        ("editor", &told.editor, told.edited_at.or(told.begun_at)),
        ("submitted", &told.submitted_by, told.submitted_at),
        ("reviewer", &told.reviewer, told.reviewed_at),
    ] {
        if !who.is_empty() {
            let who = words::officer(acting, &l, who).await;
            let at = words::maybe(&l, at, acting.ctx.now());
            rows.push(KeyValue::new(
                l.t(&format!("console-types-{key}")),
                format!("{who} {at}"),
            ));
        }
    }
    if !told.opinion.is_empty() {
        rows.push(KeyValue::new(
            l.t("console-types-opinion"),
            told.opinion.clone(),
        ));
    }
    let title = l.t2(
        "console-types-version-title",
        "name",
        found.kind.type_name.as_str(),
        "version",
        number.to_string(),
    );
    let mut look = vec![Part::Links(samples.chain(files).collect())];
    look.push(pictures(&l, code, number, filled.code(), true));
    let mut sheet = Sheet::new(title)
        .crumb(l.t("console-types-title"), HOME)
        .crumb(found.kind.type_name.clone(), of(code))
        .block("look", l.t("console-types-look"), look);
    let mut next = vec![Part::Facts(KeyValues::new(rows))];
    if let Some(used) = other_in_use(acting, found).await {
        let href = format!("{}/compare?a={used}&b={number}", of(code));
        next.push(Part::Links(vec![(href, l.t("console-types-compare-used"))]));
    }
    if found.state == TemplateState::InReview && act::may_publish(acting, &found.kind).await {
        next.extend(["publish", "return"].map(|act| Part::Form(review(&l, found, act))));
    }
    sheet = sheet.side("state", l.t("console-types-state"), next);
    sheet.show(acting, shell).await
}

async fn other_in_use(acting: &Acting, found: &Template) -> Option<u32> {
    let all = licences::templates(&acting.ctx, &found.type_code)
        .await
        .ok()?;
    let used = all
        .into_iter()
        .find(|one| one.state == TemplateState::InUse)?;
    (used.version != found.version).then_some(used.version)
}

fn review(l: &L, found: &Template, act: &str) -> Act {
    let mut opinion =
        Field::textarea("opinion", l.t(&format!("console-types-say-{act}")), 2).max_length(500);
    if act == "publish" {
        opinion = opinion.optional();
    }
    Act {
        action: format!("{}/act", of_version(&found.type_code, found.version)),
        form: Form::new(vec![opinion]),
        hidden: vec![
            ("act".into(), act.into()),
            ("rev".into(), found.rev.to_string()),
        ],
        button: l.t(&format!("console-types-act-{act}")),
        kind: if act == "publish" { "pri" } else { "" },
    }
}
