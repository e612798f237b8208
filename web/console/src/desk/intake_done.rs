//! The end of intake.

use axum::extract::Path;
use ui::view::{Clock, KeyValue, KeyValues, Notice};
use ui::{Chip, Shell};

use crate::reply::{Answer, OrPage, enc};
use crate::session::Staff;
use crate::sheet::{Part, Sheet};
use crate::words;

/// The case's number, with its receipt to print.
pub(super) async fn done(Staff(acting): Staff, shell: Shell, Path(no): Path<String>) -> Answer {
    let (l, ctx) = (shell.l(), &acting.ctx);
    let key = cases::key_of(ctx, &no).await.or_page(&shell)?;
    let detail = cases::detail(ctx, &key).await.or_page(&shell)?;
    let documents = notices::list(ctx, &key).await.or_page(&shell)?;
    let receipt = documents
        .iter()
        .rev()
        .find(|n| n.kind == notices::Kind::Receipt);
    let case = &detail.case;
    let rows = vec![
        KeyValue::new(l.t("console-list-no"), no.clone()).digits(),
        KeyValue::new(l.t("console-list-item"), case.data.item_name.clone()),
        KeyValue::new(
            l.t("console-submitted"),
            words::maybe(&l, case.data.submitted_at, ctx.now()),
        ),
    ];
    let clock = Clock::of(&l, detail.reading.as_ref(), case.state.code(), ctx.now());
    let chip = Chip::case(case.state.code(), None);
    let mut parts = vec![
        Part::Facts(KeyValues::new(rows)),
        Part::Standing(clock, chip),
    ];
    let mut links = vec![(
        format!("/desk/cases/{}", enc(&no)),
        l.t("console-intake-to-case"),
    )];
    match receipt.filter(|n| n.sealed_at.is_some()) {
        Some(receipt) => {
            let href = format!("/desk/documents/{}.pdf", receipt.doc_id);
            links.insert(0, (href, l.t("console-intake-print")));
        }
        None => {
            parts.push(Part::Note(Notice::info(l.t("console-intake-sealing"))));
            links.insert(
                0,
                (shell.here().to_owned(), l.t("console-intake-look-again")),
            );
        }
    }
    links.push(("/desk/intake".to_owned(), l.t("console-intake-another")));
    parts.push(Part::Links(links));
    Sheet::new(l.t("console-intake-done"))
        .sub(no)
        .crumb(l.t("console-menu-intake"), "/desk/intake")
        .block("receipt", l.t("console-intake-receipt"), parts)
        .show(&acting, &shell)
        .await
}
