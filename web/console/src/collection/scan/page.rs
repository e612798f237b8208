//! One page: turned, straightened, cropped.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use collection::{BatchState, CollectionError, PageAct, ScanPage};
use kernel::Problem;
use ui::view::{Field, Form, Notice};
use ui::{FormData, L, Posted, Shell};

use super::super::HOME;
use super::{of, src};
use crate::frame;
use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};

/// What is left after cropping, on a square of a thousand.
struct Frame {
    x: u16,
    y: u16,
    width: u16,
    height: u16,
}

#[derive(Template)]
#[template(path = "console/scan_page.html")]
struct PagePage {
    page: ui::Page,
    desk: ui::Desk,
    title: String,
    base: String,
    leaf: ScanPage,
    src: String,
    alt: String,
    frame: Frame,
    open: bool,
    straighten: Form,
    crop: Form,
    before: Option<u32>,
    behind: Option<u32>,
}

fn thousandths(n: u16) -> String {
    match n % 10 {
        0 => (n / 10).to_string(),
        part => format!("{}.{part}", n / 10),
    }
}

fn forms(l: &L, page: &ScanPage) -> (Form, Form) {
    let crop = page.shape.crop;
    let side = |name: &str, n: u16| {
        let mut field = Field::number(name, l.t(&format!("console-scan-crop-{name}")))
            .value(thousandths(n))
            .unit("%");
        field.max_length = Some(4);
        field
    };
    let tilt = f64::from(page.shape.tilt) / 100.0;
    let straighten = Form::new(vec![
        Field::number("degrees", l.t("console-scan-degrees"))
            .value(tilt.to_string())
            .unit("°")
            .hint(l.t("console-scan-degrees-hint")),
    ]);
    let crop = Form::new(vec![
        side("left", crop.left),
        side("top", crop.top),
        side("right", crop.right),
        side("bottom", crop.bottom),
    ]);
    (straighten, crop)
}

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, page)): Path<(String, u32)>,
) -> Answer {
    shown(&acting, &shell, &key, page, None, StatusCode::OK).await
}

async fn shown(
    acting: &Acting,
    shell: &Shell,
    key: &str,
    number: u32,
    wrong: Option<(FormData, String)>,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let scan = collection::scan(&acting.ctx, key).await.or_page(shell)?;
    let found = scan.pages.iter().find(|page| page.page == number);
    let missing = || Problem::not_found("没有找到这个页面", "No such page");
    let leaf = found.cloned().ok_or_else(missing).or_page(shell)?;
    let (mut straighten, mut crop) = forms(&l, &leaf);
    let mut notices = Vec::new();
    if let Some((data, words)) = wrong {
        let act = data.get("act").to_owned();
        match act.as_str() {
            "straighten" | "auto" => {
                straighten.fill(&data);
                straighten.fail("degrees", words);
            }
            "crop" => {
                crop.fill(&data);
                crop.fail("left", words);
            }
            _ => notices.push(Notice::bad(words)),
        }
    }
    let cut = leaf.shape.crop;
    let frame = Frame {
        x: cut.left,
        y: cut.top,
        width: 1000_u16.saturating_sub(cut.left + cut.right),
        height: 1000_u16.saturating_sub(cut.top + cut.bottom),
    };
    let n = number.to_string();
    let title = l.t1("console-scan-page-n", "n", n.as_str());
    let mut page = shell
        .page(title.clone())
        .private()
        .errors(straighten.errors() + crop.errors())
        .crumb(l.t("console-menu-collection"), HOME)
        .crumb(scan.batch.body.file_name.clone(), of(key))
        .crumb_here(title.clone());
    page.notices.extend(notices);
    let live = |page: &&ScanPage| !page.removed;
    let mut before = scan.pages.iter().filter(live).filter(|p| p.page < number);
    let mut behind = scan.pages.iter().filter(live).filter(|p| p.page > number);
    let shown = PagePage {
        page,
        desk: frame::desk(acting, shell).await,
        title,
        base: of(key),
        src: src(&leaf, "uncropped"),
        alt: l.t1("console-scan-page-alt", "n", n),
        frame,
        open: scan.batch.state == BatchState::Scanning,
        straighten,
        crop,
        before: before.next_back().map(|page| page.page),
        behind: behind.next().map(|page| page.page),
        leaf,
    };
    Ok(ui::html_status(code, &shown))
}

/// A number with at most one digit behind the point, as thousandths of a side.
fn part(text: &str) -> Option<u16> {
    let n: f64 = text.trim().parse().ok()?;
    ((0.0..=90.0).contains(&n)).then(|| (n * 10.0).round() as u16)
}

fn degrees(text: &str) -> Option<i16> {
    let n: f64 = text.trim().parse().ok()?;
    ((-15.0..=15.0).contains(&n)).then(|| (n * 100.0).round() as i16)
}

fn asked(data: &FormData) -> Option<PageAct> {
    Some(match data.get("act") {
        "left" => PageAct::Turn(3),
        "right" => PageAct::Turn(1),
        "auto" => PageAct::Straighten(None),
        "straighten" => PageAct::Straighten(Some(degrees(data.get("degrees"))?)),
        "crop" => PageAct::Crop(collection::Crop {
            left: part(data.get("left"))?,
            top: part(data.get("top"))?,
            right: part(data.get("right"))?,
            bottom: part(data.get("bottom"))?,
        }),
        "remove" => PageAct::Remove,
        "restore" => PageAct::Restore,
        "join" => PageAct::Join,
        "split" => PageAct::Split,
        _ => return None,
    })
}

/// From the page itself one comes back to it, from the stack to its place there.
pub(super) async fn act(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, page)): Path<(String, u32)>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let alone = data.get("from") == "page";
    let seen = data.get("rev").parse().unwrap_or(0);
    let done: Result<(), Problem> = match asked(&data) {
        Some(act) => collection::act_on_page(&acting.ctx, &key, page, seen, act)
            .await
            .map_err(Problem::from),
        None => {
            let why = "请填写数字：角度在±15度以内，裁边每边0到90".to_owned();
            Err(CollectionError::Field("页面", why).into())
        }
    };
    let to = match alone {
        true => format!("{}/pages/{page}", of(&key)),
        false => format!("{}#p{page}", of(&key)),
    };
    match done {
        Ok(()) => Ok(ui::see_other(&to)),
        Err(problem) if alone && problem.status == 422 => {
            let (words, code) = (said(&l, &problem), status(&problem));
            shown(&acting, &shell, &key, page, Some((data, words)), code).await
        }
        Err(problem) => Ok(shell.flash(Notice::bad(said(&l, &problem))).to(&to)),
    }
}
