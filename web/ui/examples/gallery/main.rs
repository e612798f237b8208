//! Every component and the main page shapes with sample data, for looking at them and for the
//! accessibility audit: `cargo run -p ui --example gallery`, then http://127.0.0.1:4100/.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use kernel::SystemRandom;
use ui::chips::{Chip, Kind};
use ui::view::{
    ConfirmDialog, Empty, FilterBar, Form, KeyFacts, KeyValue, KeyValues, Lamp, LicenceCard,
    Material, Notice, Pager, Qr, Rating, Steps, Table, TaskList, Timeline, Verdict,
};
use ui::{Catalog, Desk, Nav, Page, Shell, Site, Ui, UiConfig, UserView, html};

const THEMES: [(char, &str); 16] = [
    ('生', "生育收养"),
    ('户', "户籍办理"),
    ('学', "教育科研"),
    ('业', "就业创业"),
    ('婚', "婚姻登记"),
    ('住', "住房保障"),
    ('保', "社会保障"),
    ('医', "医疗卫生"),
    ('行', "交通出行"),
    ('证', "证件办理"),
    ('税', "纳税缴费"),
    ('房', "不动产"),
    ('军', "优待抚恤"),
    ('老', "养老服务"),
    ('法', "司法公证"),
    ('更', "更多主题"),
];
const TOGETHER: [(&str, &str, &str, &str, &str); 3] = [
    (
        "新生儿出生一件事",
        "6 张表",
        "1 张表",
        "跑 0 次",
        "出生医学证明、预防接种证、户口登记、医保参保、社保卡",
    ),
    (
        "开办餐饮店一件事",
        "5 个部门",
        "1 次申报",
        "跑 1 次",
        "营业执照、食品经营许可、招牌设置、环保登记、消防安全",
    ),
    (
        "企业开办一件事",
        "4 个环节",
        "半天办结",
        "跑 0 次",
        "设立登记、公章刻制、发票申领、社保与公积金开户",
    ),
];
const ITEMS: [(&str, &str, &str, &str); 5] = [
    (
        "食品经营许可（新办）",
        "市场监督管理局",
        "承诺 5 个工作日",
        "跑 0 次",
    ),
    (
        "灵活就业人员参保登记",
        "人力资源和社会保障局",
        "承诺 即时办结",
        "跑 0 次",
    ),
    (
        "残疾人证核发",
        "残疾人联合会",
        "承诺 10 个工作日",
        "跑 1 次",
    ),
    (
        "出租汽车驾驶员从业资格证换发",
        "交通运输局",
        "承诺 3 个工作日",
        "跑 0 次",
    ),
    ("不动产抵押登记", "自然资源局", "承诺 1 个工作日", "跑 1 次"),
];

#[derive(Template)]
#[template(path = "g/home.html")]
struct Home {
    page: Page,
    themes: [(char, &'static str); 16],
    together: [(
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
    ); 3],
    items: [(&'static str, &'static str, &'static str, &'static str); 5],
}

async fn home(shell: Shell) -> Response {
    let page = shell
        .page("")
        .nav(Nav::Home)
        .wide()
        .describe("个人和企业办事的统一入口");
    html(&Home {
        page,
        themes: THEMES,
        together: TOGETHER,
        items: ITEMS,
    })
}

#[derive(Template)]
#[template(path = "g/guide.html")]
struct Guide {
    page: Page,
    facts: KeyFacts,
    qr: Qr,
    materials: Vec<Material>,
    window: KeyValues,
}

async fn guide(shell: Shell) -> Response {
    let page = shell
        .page("食品经营许可（新办）办事指南")
        .nav(Nav::Org)
        .crumb("法人办事", "/list")
        .crumb("市场监督管理局", "/list")
        .crumb_here("食品经营许可（新办）");
    let window = KeyValues::new(vec![
        KeyValue::new("办理地点", "市政务服务中心 2 楼综合窗口 B01—B12"),
        KeyValue::new("办理时间", "周一至周五 9:00—12:00，13:30—17:00"),
        KeyValue::new("咨询电话", "0990-1234 0101").href("tel:099012340101"),
        KeyValue::new("监督投诉", "12345").href("tel:12345"),
    ]);
    html(&Guide {
        page,
        facts: KeyFacts::sample(),
        qr: Qr::sample().desk_only(),
        materials: Material::sample_guide(),
        window,
    })
}

#[derive(Template)]
#[template(path = "g/form.html")]
struct FormPage {
    page: Page,
    steps: Steps,
    form: Form,
}

async fn form(shell: Shell) -> Response {
    let form = Form::new(ui::view::Field::sample(&shell.l()));
    let page = shell
        .page("申请信息")
        .crumb("食品经营许可（新办）", "/apply")
        .errors(form.errors());
    ui::html_status(
        StatusCode::UNPROCESSABLE_ENTITY,
        &FormPage {
            page,
            steps: Steps::sample(),
            form,
        },
    )
}

#[derive(Template)]
#[template(path = "g/apply.html")]
struct Apply {
    page: Page,
    tasks: TaskList,
    materials: Vec<Material>,
    kv: KeyValues,
    confirm: ConfirmDialog,
    qr: Qr,
}

async fn apply(shell: Shell) -> Response {
    html(&Apply {
        page: shell.page("填写申请").crumb("法人办事", "/list"),
        tasks: TaskList::sample(),
        materials: Material::sample(),
        kv: KeyValues::sample(),
        confirm: ConfirmDialog::sample(),
        qr: Qr::sample().link("不扫码也可以查", "/progress"),
    })
}

#[derive(Template)]
#[template(path = "g/progress.html")]
struct Progress {
    page: Page,
    chips: Vec<Chip>,
    lamps: Vec<Lamp>,
    timeline: Timeline,
    kv: KeyValues,
    states: Vec<(&'static str, Vec<Chip>)>,
    notices: Vec<Notice>,
    empty: Empty,
}

async fn progress(shell: Shell) -> Response {
    let all = |kind: Kind| {
        kind.table()
            .iter()
            .map(|(code, _)| Chip::new(kind, code))
            .collect()
    };
    html(&Progress {
        page: shell
            .page("办件进度")
            .crumb("我的办件", "/list")
            .notice(Notice::ok("已撤回")),
        chips: vec![Chip::case("IN_REVIEW", None)],
        lamps: Lamp::sample(&shell.l()),
        timeline: Timeline::sample(),
        kv: KeyValues::sample(),
        states: Kind::ALL
            .into_iter()
            .map(|kind| (kind.name(), all(kind)))
            .collect(),
        notices: Notice::sample(),
        empty: Empty::sample(),
    })
}

#[derive(Template)]
#[template(path = "g/wallet.html")]
struct Wallet {
    page: Page,
    cards: Vec<LicenceCard>,
    qr: Qr,
    verdict: Verdict,
    bad: Verdict,
    rating: Rating,
}

async fn wallet(shell: Shell) -> Response {
    html(&Wallet {
        page: shell
            .page("我的证照")
            .nav(Nav::Wallet)
            .crumb_here("我的证照"),
        cards: LicenceCard::sample(),
        qr: Qr::sample().large(),
        verdict: Verdict::sample(),
        bad: Verdict::sample_bad(),
        rating: Rating::sample(),
    })
}

#[derive(Template)]
#[template(path = "g/list.html")]
struct List {
    page: Page,
    filter: FilterBar,
    items: [(&'static str, &'static str, &'static str, &'static str); 5],
    pager: Pager,
    table: Table,
}

async fn list(shell: Shell) -> Response {
    html(&List {
        page: shell
            .page("搜索：开饭店")
            .nav(Nav::Services)
            .crumb_here("搜索"),
        filter: FilterBar::sample(),
        items: ITEMS,
        pager: Pager::sample(),
        table: Table::sample_totals(),
    })
}

#[derive(Template)]
#[template(path = "g/console.html")]
struct Console {
    page: Page,
    desk: Desk,
    filter: FilterBar,
    table: Table,
    pager: Pager,
    confirm: ConfirmDialog,
}

async fn console(shell: Shell) -> Response {
    let l = shell.l();
    html(&Console {
        page: shell.page("审批待办"),
        desk: Desk::sample(&l).at("/approve"),
        filter: FilterBar::sample(),
        table: Table::sample(&l),
        pager: Pager::sample(),
        confirm: ConfirmDialog::sample_typed(),
    })
}

#[derive(Template)]
#[template(path = "g/case.html")]
struct Case {
    page: Page,
    desk: Desk,
    lamps: Vec<Lamp>,
    materials: Vec<Material>,
    kv: KeyValues,
    timeline: Timeline,
}

async fn case(shell: Shell) -> Response {
    let l = shell.l();
    html(&Case {
        page: shell.page("办件 9901002026000131"),
        desk: Desk::sample(&l).at("/approve/cases/1"),
        lamps: Lamp::sample(&l),
        materials: Material::sample_guide(),
        kv: KeyValues::sample(),
        timeline: Timeline::sample(),
    })
}

async fn not_found(shell: Shell) -> Response {
    shell.fail(StatusCode::NOT_FOUND)
}

async fn autosave() -> Json<std::collections::BTreeMap<&'static str, &'static str>> {
    Json([("saved_at", "14:03")].into_iter().collect())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ui = Ui::new(UiConfig {
        catalog: Catalog::build(&[ui::TEXTS])?,
        site: Site::sample(),
        random: Arc::new(SystemRandom),
        key: [1; 32],
        secure: false,
    });
    let router = Router::new()
        .route("/", get(home))
        .route("/guide", get(guide))
        .route("/form", get(form))
        .route("/apply", get(apply))
        .route("/progress", get(progress))
        .route("/wallet", get(wallet))
        .route("/list", get(list))
        .route("/console", get(console))
        .route("/case", get(case))
        .route("/404", get(not_found))
        .route("/autosave", axum::routing::post(autosave))
        .fallback(not_found);
    let app: Router = ui::mount(router, ui).layer(axum::Extension(UserView::sample()));
    let at = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:4100".into());
    let listener = tokio::net::TcpListener::bind(&at).await?;
    println!("http://{at}/");
    axum::serve(listener, app).await?;
    Ok(())
}
