//! 服务大厅: where windows are, when they are open, what they do.

use agencies::{Hall, WindowKind};
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use calendar::Calendar;
use jiff::Timestamp;
use jiff::civil::Time;
use kernel::{Problem, time};
use ui::view::{Cell, Column, KeyValue, KeyValues, Row, Table};
use ui::{L, Nav, Page, Shell, html};

use crate::reply::{Answer, OrPage};
use crate::session::Acting;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/halls", get(list))
        .route("/halls/{id}", get(show))
}

/// A hall in a list.
pub(crate) struct HallLine {
    pub code: String,
    pub name: String,
    pub address: String,
    pub phone: String,
    /// Tone of the tag and its words.
    pub open: Option<(&'static str, String)>,
}

#[derive(askama::Template)]
#[template(path = "portal/halls.html")]
struct HallsPage {
    page: Page,
    halls: Vec<HallLine>,
}

#[derive(askama::Template)]
#[template(path = "portal/hall.html")]
struct HallPage {
    page: Page,
    line: HallLine,
    facts: KeyValues,
    windows: Option<Table>,
    items: Vec<(String, String)>,
    note: String,
}

/// Whether the hall is open now by its calendar's working days and hours; none where the calendar
/// does not say.
fn open_now(hall: &Hall, calendar: &Calendar, at: Timestamp) -> Option<bool> {
    let now = time::beijing(at);
    if !calendar.is_working_day(now.date()).ok()? {
        return Some(false);
    }
    let hours = hall
        .hours
        .as_ref()
        .unwrap_or(calendar.hours())
        .on(now.date());
    let within = |(from, to): (Time, Time)| from <= now.time() && now.time() < to;
    Some(within(hours.morning) || within(hours.afternoon))
}

fn line(l: &L, hall: &Hall, calendar: Option<&Calendar>, at: Timestamp) -> HallLine {
    let open = calendar
        .and_then(|c| open_now(hall, c, at))
        .map(|open| match open {
            true => ("ok", l.t("portal-hall-open")),
            false => ("line", l.t("portal-hall-closed")),
        });
    HallLine {
        code: hall.code.clone(),
        name: hall.name.clone(),
        address: hall.address.clone(),
        phone: hall.phone.clone(),
        open,
    }
}

/// All halls of the directory.
pub(crate) async fn lines(
    shell: &Shell,
    me: &Acting,
) -> Result<Vec<HallLine>, axum::response::Response> {
    let (l, now) = (shell.l(), me.ctx.now());
    let directory = agencies::directory(&me.ctx).await.or_page(shell)?;
    let halls = directory.halls().iter();
    Ok(halls
        .map(|hall| line(&l, hall, calendar_of(&directory, hall), now))
        .collect())
}

fn calendar_of<'d>(directory: &'d agencies::Directory, hall: &Hall) -> Option<&'d Calendar> {
    match &hall.calendar_id {
        Some(id) => directory.calendar(id),
        None => directory.calendar_for(&hall.region_code),
    }
}

async fn list(shell: Shell, me: Acting) -> Answer {
    let title = shell.l().t("portal-halls");
    Ok(html(&HallsPage {
        page: shell.page(&title).nav(Nav::Depts).crumb_here(title.clone()),
        halls: lines(&shell, &me).await?,
    }))
}

fn kind(l: &L, kind: WindowKind) -> String {
    l.t(match kind {
        WindowKind::Integrated => "portal-window-integrated",
        WindowKind::Dedicated => "portal-window-dedicated",
        WindowKind::Parallel => "portal-window-parallel",
        WindowKind::Cashier => "portal-window-cashier",
        WindowKind::Delivery => "portal-window-delivery",
        WindowKind::Complaint => "portal-window-complaint",
    })
}

fn windows(l: &L, hall: &Hall) -> Option<Table> {
    let floor = |floor: Option<i32>| match floor {
        Some(n) => l.t1("portal-hall-floor", "n", n),
        None => "—".to_owned(),
    };
    let rows: Vec<Row> = hall
        .windows
        .iter()
        .map(|w| {
            Row::new(vec![
                Cell::Text(w.window_no.clone()),
                Cell::Text(w.window_name.clone()),
                Cell::Text(kind(l, w.kind)),
                Cell::Text(floor(w.floor)),
            ])
        })
        .collect();
    let columns = ["no", "business", "kind", "floor"];
    (!rows.is_empty()).then(|| Table {
        caption: l.t("portal-hall-windows"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("portal-hall-window-{key}"))))
            .to_vec(),
        rows,
        ..Table::default()
    })
}

async fn show(shell: Shell, me: Acting, Path(code): Path<String>) -> Answer {
    let (l, now) = (shell.l(), me.ctx.now());
    let directory = agencies::directory(&me.ctx).await.or_page(&shell)?;
    let Some(hall) = directory.hall(&code) else {
        let words = l.t("portal-hall-none");
        return Err(shell.problem(&Problem::not_found(words.clone(), words)));
    };
    let catalogue = items::catalogue(&me.ctx).await.or_page(&shell)?;
    let here = catalogue
        .in_use()
        .filter(|item| item.places.iter().any(|place| place.hall_code == hall.code));
    let mut facts = vec![
        KeyValue::new(l.t("portal-hall-address"), &hall.address),
        KeyValue::new(l.t("portal-hall-hours"), &hall.hours_text),
        KeyValue::new(l.t("portal-hall-phone"), &hall.phone)
            .href(format!("tel:{}", hall.phone))
            .digits(),
    ];
    if !hall.traffic.is_empty() {
        facts.push(KeyValue::new(l.t("portal-hall-traffic"), &hall.traffic));
    }
    if !hall.kiosks.is_empty() {
        let words = l.t1("portal-hall-kiosks-n", "n", hall.kiosks.len());
        facts.push(KeyValue::new(l.t("portal-hall-kiosks"), words));
    }
    Ok(html(&HallPage {
        page: shell
            .page(&hall.name)
            .nav(Nav::Depts)
            .crumb(l.t("portal-halls"), "/halls")
            .crumb_here(hall.name.clone()),
        line: line(&l, hall, calendar_of(&directory, hall), now),
        facts: KeyValues::new(facts),
        windows: windows(&l, hall),
        items: here
            .map(|item| (format!("/services/{}", item.item_id), item.name.clone()))
            .collect(),
        note: hall.note.clone(),
    }))
}
