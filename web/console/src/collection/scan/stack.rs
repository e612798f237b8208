//! The stack: its files come in, its pages are put in order, its originals wait to be typed.

use askama::Template;
use axum::extract::Path;
use collection::{BatchState, OriginalState, Scan, ScanPage, WorkState};
use ui::view::{ConfirmDialog, KeyValue, KeyValues, Progress};
use ui::{Chip, L, Shell, Tone};

use super::super::HOME;
use super::{of, src};
use crate::frame;
use crate::reply::{Answer, OrPage};
use crate::session::Staff;

/// A page of the grid.
struct Leaf {
    page: u32,
    rev: i64,
    src: String,
    alt: String,
    caption: String,
    blank: bool,
    removed: bool,
    /// It is the first of its original.
    first: bool,
    /// An original stands before it.
    joins: bool,
}

/// An original with its pages.
struct Sheaf {
    number: u32,
    href: String,
    chip: Chip,
    leaves: Vec<Leaf>,
}

#[derive(Template)]
#[template(path = "console/scan_stack.html")]
struct StackPage {
    page: ui::Page,
    desk: ui::Desk,
    title: String,
    base: String,
    facts: KeyValues,
    /// Nothing was sent yet.
    open: bool,
    /// What is at work on the stack.
    progress: Option<Progress>,
    paused: Option<String>,
    reads: bool,
    waiting: usize,
    blank: usize,
    /// The first original that waits.
    next: Option<String>,
    send: Option<ConfirmDialog>,
    ready: usize,
    left: usize,
    sheaves: Vec<Sheaf>,
    removed: Vec<Leaf>,
    accept: &'static str,
}

pub(super) fn chip(l: &L, state: OriginalState) -> Chip {
    let tone = match state {
        OriginalState::Waiting => Tone::Warn,
        OriginalState::Open => Tone::Warn,
        OriginalState::Ready => Tone::Ok,
        OriginalState::Aside => Tone::End,
    };
    Chip::said(tone, l.pick(state.zh(), state.en()))
}

pub(super) async fn show(Staff(acting): Staff, shell: Shell, Path(key): Path<String>) -> Answer {
    let l = shell.l();
    let ctx = &acting.ctx;
    let scan = collection::scan(ctx, &key).await.or_page(&shell)?;
    let works = collection::works(ctx, &key).await.or_page(&shell)?;
    let kind = licences::licence_type(ctx, &scan.type_code)
        .await
        .or_page(&shell)?;
    let directory = agencies::directory(ctx).await.or_page(&shell)?;
    let issuer = directory.agency(&scan.batch.agency);
    let base = of(&key);
    let count = |state| scan.count(state);
    let left = count(OriginalState::Waiting) + count(OriginalState::Open);
    let ready = count(OriginalState::Ready);
    let open = scan.batch.state == BatchState::Scanning;
    let at_work = works
        .iter()
        .find(|work| matches!(work.state, WorkState::Running | WorkState::Paused));
    let live = scan.pages.iter().filter(|page| !page.removed).count();
    let facts = vec![
        KeyValue::new(l.t("console-scan-type"), kind.type_name.clone()),
        KeyValue::new(
            l.t("console-collect-issuer"),
            issuer.map_or(scan.batch.agency.clone(), |one| one.name.clone()),
        ),
        KeyValue::new(
            l.t("console-collect-system"),
            scan.batch.source_system.clone(),
        ),
        KeyValue::new(
            l.t("console-scan-pages"),
            l.t2(
                "console-scan-pages-of",
                "pages",
                live.to_string(),
                "originals",
                scan.originals.len().to_string(),
            ),
        ),
        KeyValue::new(
            l.t("console-scan-standing"),
            OriginalState::ALL
                .iter()
                .map(|state| {
                    let words = l.pick(state.zh(), state.en());
                    format!("{words} {}", count(*state))
                })
                .collect::<Vec<_>>()
                .join(" · "),
        ),
    ];
    let waits = |one: &&collection::Original| {
        matches!(one.state, OriginalState::Waiting | OriginalState::Open)
    };
    let next = scan.originals.iter().find(waits);
    let next = next.map(|one| format!("{base}/{}", one.number));
    let send = (open && left == 0 && ready > 0 && at_work.is_none()).then(|| ConfirmDialog {
        trigger: l.t("console-scan-send"),
        title: l.t1("console-scan-send-ask", "n", ready.to_string()),
        body: l.t("console-scan-send-then"),
        action: format!("{base}/act"),
        hidden: vec![
            ("act".into(), "send".into()),
            ("rev".into(), scan.batch.rev.to_string()),
        ],
        confirm: l.t("console-scan-send"),
        csrf: shell.csrf(),
        ..ConfirmDialog::default()
    });
    let title = scan.batch.body.file_name.clone();
    let page = shell
        .page(title.clone())
        .private()
        .crumb(l.t("console-menu-collection"), HOME)
        .crumb_here(title.clone());
    let shown = StackPage {
        page,
        desk: frame::desk(&acting, &shell).await,
        title,
        facts: KeyValues::new(facts),
        open,
        progress: at_work.map(|work| super::super::one::bar(&l, &key, work)),
        paused: at_work
            .filter(|work| work.state == WorkState::Paused)
            .map(|work| work.note.clone()),
        reads: collection::can_read(ctx).await,
        waiting: count(OriginalState::Waiting),
        blank: scan
            .pages
            .iter()
            .filter(|page| page.blank && !page.removed)
            .count(),
        next,
        send,
        ready,
        left,
        sheaves: sheaves(&l, &base, &scan),
        removed: scan
            .pages
            .iter()
            .filter(|page| page.removed)
            .map(|page| leaf(&l, page, false, false))
            .collect(),
        accept: ".pdf,.tif,.tiff,.jpg,.jpeg,.png",
        base,
    };
    Ok(ui::html(&shown))
}

fn leaf(l: &L, page: &ScanPage, first: bool, joins: bool) -> Leaf {
    let n = page.page.to_string();
    Leaf {
        page: page.page,
        rev: page.rev,
        src: src(page, "thumb"),
        alt: l.t1("console-scan-page-alt", "n", n.as_str()),
        caption: l.t1("console-scan-page-n", "n", n),
        blank: page.blank,
        removed: page.removed,
        first,
        joins,
    }
}

fn sheaves(l: &L, base: &str, scan: &Scan) -> Vec<Sheaf> {
    let of = |(at, one): (usize, &collection::Original)| {
        let mine = scan
            .pages
            .iter()
            .filter(|page| page.original == one.number && !page.removed);
        let leaves = mine
            .enumerate()
            .map(|(n, page)| leaf(l, page, n == 0, n == 0 && at > 0));
        Sheaf {
            number: one.number,
            href: format!("{base}/{}", one.number),
            chip: chip(l, one.state),
            leaves: leaves.collect(),
        }
    };
    scan.originals.iter().enumerate().map(of).collect()
}
