//! 接收预警: what came into the library day by day, newly, late or twice, and what failed [H-40].

use std::collections::BTreeMap;

use collection::{Receipt, ReceiptKind};
use kernel::Problem;
use ui::view::{Cell, Column, Empty, Form, Notice, Row, Table};
use ui::{Chip, L, Posted, Shell, Tone};

use super::{HOME, of};
use crate::reply::{Answer, OrPage, enc, said};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

const HERE: &str = "/collection/receipts";

/// What other pages say when somebody has yet to look here.
pub(crate) async fn notice(acting: &Acting, l: &L) -> Option<Notice> {
    let waiting = collection::unseen(&acting.ctx).await.unwrap_or_default();
    (waiting > 0).then(|| {
        Notice::info(l.t1("console-receipts-waiting", "n", waiting))
            .link(l.t("console-receipts-title"), HERE)
    })
}

fn chip(l: &L, kind: ReceiptKind) -> Chip {
    let tone = match kind {
        ReceiptKind::New => Tone::Ok,
        ReceiptKind::Failed => Tone::Bad,
        ReceiptKind::Duplicate | ReceiptKind::Late => Tone::Warn,
    };
    Chip::said(tone, l.pick(kind.zh(), kind.en()))
}

pub(super) async fn list(Staff(acting): Staff, shell: Shell) -> Answer {
    let l = shell.l();
    let all = collection::receipts(&acting.ctx).await.or_page(&shell)?;
    let waiting = collection::unseen(&acting.ctx).await.or_page(&shell)?;
    let directory = agencies::directory(&acting.ctx).await.or_page(&shell)?;
    let kinds = licences::licence_types(&acting.ctx).await.or_page(&shell)?;
    let kinds: BTreeMap<&str, &str> = kinds
        .iter()
        .map(|kind| (kind.type_short_code.as_str(), kind.type_name.as_str()))
        .collect();
    let rows: Vec<Row> = all
        .iter()
        .map(|one| {
            let agency = directory.agency(&one.agency);
            let agency = agency.map_or_else(|| one.agency.clone(), |a| a.name.clone());
            let kind = kinds.get(one.type_code.as_str()).copied();
            Row::new(vec![
                Cell::text(one.day.to_string()),
                Cell::Chip(chip(&l, one.kind)),
                Cell::text(agency),
                more(&l, one, kind),
                Cell::text(one.source_class.map_or_else(
                    || l.t("console-receipts-case"),
                    |class| l.pick(class.zh(), class.en()).to_owned(),
                )),
                Cell::text(one.n.to_string()),
                Cell::text(match one.unseen {
                    0 => l.t("console-receipts-none-unseen"),
                    n => n.to_string(),
                }),
            ])
        })
        .collect();
    let mut parts = Vec::new();
    if waiting > 0 {
        parts.push(Part::Form(Act {
            action: HERE.into(),
            form: Form::new(Vec::new()),
            hidden: Vec::new(),
            button: l.t("console-receipts-see"),
            kind: "",
        }));
    }
    if rows.is_empty() {
        parts.push(Part::Empty(Empty::new(
            "folder",
            l.t("console-receipts-none"),
        )));
    } else {
        let column = |key: &str| Column::new(l.t(&format!("console-receipts-{key}")));
        parts.push(Part::Table(Table {
            caption: l.t("console-receipts-title"),
            columns: vec![
                column("day"),
                column("kind"),
                column("agency"),
                column("type"),
                column("source"),
                column("n").number(),
                column("unseen").number(),
            ],
            rows,
            ..Table::default()
        }));
    }
    Sheet::new(l.t("console-receipts-title"))
        .sub(l.t1("console-receipts-sub", "n", collection::LATE))
        .crumb(l.t("console-collect-title"), HOME)
        .block("receipts", l.t("console-receipts-days"), parts)
        .show(&acting, &shell)
        .await
}

/// What stands behind it: its batch, or the licences of the type.
fn more(l: &L, one: &Receipt, kind: Option<&str>) -> Cell {
    match (&one.batch_key, kind) {
        (Some(batch), _) => Cell::link(of(batch), l.t("console-receipts-batch")),
        (None, Some(name)) if one.kind == ReceiptKind::New || one.kind == ReceiptKind::Late => {
            let (agency, kind) = (enc(&one.agency), enc(&one.type_code));
            Cell::link(format!("/licences?agency={agency}&type={kind}"), name)
        }
        (None, Some(name)) => Cell::text(name),
        (None, None) => Cell::text(one.type_code.clone()),
    }
}

pub(super) async fn see(Staff(acting): Staff, shell: Shell, Posted(_): Posted) -> Answer {
    let l = shell.l();
    let notice = match collection::see_receipts(&acting.ctx).await {
        Ok(_) => Notice::ok(l.t("console-receipts-seen")),
        Err(error) => {
            let problem: Problem = error.into();
            Notice::bad(said(&l, &problem))
        }
    };
    Ok(shell.flash(notice).to(HERE))
}
