//! The clock of a case, wherever the case is shown.

use cases::CorrectionItem;
use journeys::{Client, Reply, Served};
use serde_json::{Value, json};

use super::api::client as api;
use super::receipts::text_of;

/// Accepted on a Monday morning with five working days, looked at two days later.
const RUNNING: [&str; 4] = [
    "正常 剩 4 个工作日",
    "已用 1 个工作日",
    "剩余 4 个工作日",
    "应于 11 月 23 日 17:00 前办结",
];

/// The same, while it waits for the applicant: due at the earliest.
const WAITING: [&str; 4] = [
    "暂停计时 补正中",
    "已用 1 个工作日",
    "剩余 4 个工作日",
    "应于 11 月 23 日 17:00 前办结",
];

/// Every word stands in one clock of the page.
fn shows(page: &Reply, place: &str, wanted: &[&str]) {
    let text = page.text();
    assert_eq!(page.status, 200, "{place}");
    let clocks = text.split("<span class=\"clock\">").skip(1);
    let clocks: Vec<&str> = clocks.filter_map(|c| c.split("</small>").next()).collect();
    let found = clocks
        .iter()
        .any(|c| wanted.iter().all(|words| c.contains(words)));
    assert!(found, "{place} shows {clocks:?}");
}

/// Elapsed, remaining and due date with the lamp, on every page of portal and console and in every
/// answer of the API in which a case stands.
#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_shown_wherever_a_case_is() {
    let city = Served::open("2026-11-16T09:30").await;
    let town = &city.town;
    let (_, case) = town.apply("SPJYXK-XB").await;
    let id = case.case_id.clone();
    town.accept(&case).await;
    let (_, early) = town.apply("PSXK").await;
    let handed = town.run_through(&early).await;
    town.drain().await;
    let notice = notices::list(town.ctx(), &id).await.unwrap();
    let notice = notice.iter().find(|n| n.kind == notices::Kind::Acceptance);
    let format = notices::Format::Ofd;
    let paper = notices::file(town.ctx(), &notice.unwrap().doc_id, format).await;
    let paper = text_of(&paper.unwrap().bytes);
    assert!(paper.contains("2026年11月23日"), "{paper}");

    town.set("2026-11-18T10:00");
    let (owner, number) = (town.sign_in("c_c01").await, case.number());
    let address = city.base.trim_start_matches("http://");
    let mut person = Client::new(address).with_cookie("tb_session", &owner.1);
    let on_portal = [
        "/my".to_owned(),
        "/my/cases".to_owned(),
        format!("/my/cases/{number}"),
        format!("/apply/d/{id}/done"),
    ];
    for place in &on_portal {
        shows(&person.get(place).await.unwrap(), place, &RUNNING);
    }
    let mut anybody = Client::new(address);
    let by_code = format!("/progress/{number}?t={}", case.data.token);
    shows(
        &anybody.get(&by_code).await.unwrap(),
        "/progress/",
        &RUNNING,
    );
    let asked = anybody
        .post("/progress", &[("no", number), ("last", "117R")])
        .await;
    shows(&asked.unwrap(), "/progress", &RUNNING);

    let token = town.staff_token("sc_xinglc").await;
    let mut reviewer = Client::new(address).with_cookie("tb_desk", &token);
    let on_console = [
        "/approve".to_owned(),
        "/watch".to_owned(),
        format!("/approve/cases/{number}"),
        format!("/desk/cases/{number}"),
        format!("/desk/intake/done/{number}"),
    ];
    for place in &on_console {
        shows(&reviewer.get(place).await.unwrap(), place, &RUNNING);
    }
    let id_number = case.private.applicant.id.as_str();
    let found = reviewer.post("/desk/search", &[("q", id_number)]).await;
    shows(&found.unwrap(), "/desk/search", &RUNNING);
    // The post's own clock beside it: 1.5 days, of which the rest is up to Wednesday afternoon.
    let own = ["前办结", "剩余 2 小时 30 分钟", "应于 11 月 18 日 13:30"];
    for place in ["/approve", &format!("/approve/cases/{number}")] {
        shows(&reviewer.get(place).await.unwrap(), place, &own);
    }
    // What is completed and waits to be handed over.
    let deliverer = town.first(&handed, flow::Step::Deliver).await;
    let deliverer = deliverer.actor.id.as_str();
    let token = town.staff_token(deliverer).await;
    let mut window = Client::new(address).with_cookie("tb_desk", &token);
    let done = ["按时办结", "已用 0 个工作日", "前办结"];
    shows(&window.get("/desk").await.unwrap(), "/desk", &done);

    in_the_api(&city, &id, number, &case.data.token).await;

    let officer = town.officer("sc_xinglc").await;
    let asked = vec![CorrectionItem {
        material_code: None,
        name: "申请表".into(),
        what: "请补充".into(),
    }];
    cases::ask_correction(&officer, (&id).into(), asked)
        .await
        .unwrap();
    for place in ["/", &format!("/cases/{number}/correct")] {
        shows(&person.get(place).await.unwrap(), place, &WAITING);
    }
    // A post that is over its limit shows it, though the case is in time.
    let (_, late) = town.apply("SPJYXK-BG").await;
    town.set("2026-11-19T10:00");
    let officer = town.staff_token("sc_tancw").await;
    let mut clerk = Client::new(address).with_cookie("tb_desk", &officer);
    let place = format!("/desk/cases/{}", late.number());
    let over = ["lamp red", "超期"];
    for place in ["/desk", &place] {
        shows(&clerk.get(place).await.unwrap(), place, &over);
    }
    // Claimed from the list with one press, and pressed twice it is claimed once.
    let list = clerk.get("/desk").await.unwrap().text();
    let claim = format!("{place}/act/claim");
    assert!(list.contains(&format!("action=\"{claim}\"")), "{list}");
    for _ in 0..2 {
        let done = clerk.post(&claim, &[("claim.post", "SPJYXK-BG-P1")]).await;
        assert_eq!(done.unwrap().location(), place);
    }
    let list = clerk.get("/desk").await.unwrap().text();
    assert!(!list.contains(&claim) && list.contains("已认领"), "{list}");
    let detail = cases::detail(town.ctx(), &late.case_id).await.unwrap();
    let claims = detail
        .steps
        .iter()
        .filter(|s| s.open.event == cases::Event::Claim);
    assert_eq!(claims.count(), 1);
    city.close().await;
}

async fn in_the_api(city: &Served, id: &str, number: &str, token: &str) {
    let town = &city.town;
    let (router, _) = api::open(town).await;
    let person = api::given_all(&town.person("c_c01").await).await;
    let officer = api::given_all(&town.officer("sc_xinglc").await).await;
    let with = |token: &str, path: &str| api::get(path).token(token).send(&router);
    let one = format!("/cases/{id}");
    let clock = |place: &str, clock: &Value| {
        let of = |key: &str| clock[key].clone();
        let shown = (of("elapsed"), of("remaining"), of("due"), of("lamp"));
        let due = json!("2026-11-23T09:00:00Z");
        assert_eq!(shown, (json!(1), json!(4), due, json!("green")), "{place}");
    };
    let mut rows = Vec::new();
    for (token, path) in [
        (&person, "/cases"),
        (&officer, "/tasks"),
        (&officer, "/agency-cases"),
    ] {
        let page = with(token, path).await.is(200);
        let row = page["rows"]
            .as_array()
            .unwrap()
            .iter()
            .find(|r| r["id"] == id);
        let row = row.unwrap_or_else(|| panic!("{path}: {page}")).clone();
        clock(path, &row["clock"]);
        rows.push(row);
    }
    assert_eq!(rows[1]["task_clock"]["remaining"], 150, "minutes");
    for token in [&person, &officer] {
        let case = with(token, &one).await.is(200);
        clock(&one, &case["clock"]);
        assert_eq!(case["posts"][0]["clock"]["due"], "2026-11-18T05:30:00Z");
    }
    let body = json!({ "case_no": number, "token": token });
    let progress = api::post("/progress")
        .json(&body)
        .send(&router)
        .await
        .is(200);
    clock("/progress", &progress["clock"]);
}
