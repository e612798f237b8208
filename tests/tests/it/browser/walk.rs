//! Every page of every route, as everybody who may see it, in standard and elder mode, at the desk
//! and on a phone: no rule of accessibility is broken, nothing scrolls sideways, no policy is
//! breached.

use std::collections::BTreeSet;
use std::path::Path;

use journeys::Served;
use journeys::browser::{Browser, DESKTOP, NARROW, PHONE};
use regex::Regex;

use super::routes::{Kind, NOWHERE, OFFICERS, ROUTES};

const AXE: &str = include_str!("../../../tools/axe/axe.min.js");
const MEASURE: &str = include_str!("../../../tools/axe/measure.js");

/// A route that nobody listed is a page that nobody looks at.
#[test]
fn every_route_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
    let route = Regex::new(r#"\.route\(\s*"([^"]+)""#).unwrap();
    let plain = Regex::new(r#"\("(/[a-z-]+)", "[a-z-]+", \d+\)"#).unwrap();
    let mut found = BTreeSet::new();
    let mut folders = vec![root.join("portal/src"), root.join("console/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for pattern in [&route, &plain] {
                found.extend(pattern.captures_iter(&text).map(|c| c[1].to_owned()));
            }
        }
    }
    let listed: BTreeSet<String> = ROUTES.iter().map(|(r, _)| (*r).to_owned()).collect();
    assert_eq!(listed.len(), ROUTES.len(), "a route is listed twice");
    let missing: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "not listed {missing:?}, gone {gone:?}"
    );
}

/// What stands for the parts of addresses.
struct Names(Vec<(&'static str, String)>);

impl Names {
    fn fill(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for (name, value) in &self.0 {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        assert!(!path.contains('{'), "nothing stands for a part of {path}");
        path
    }
}

/// The addresses of one kind.
fn paths(names: &Names, of: impl Fn(Kind) -> Option<&'static [&'static str]>) -> Vec<String> {
    let lists = ROUTES.iter().filter_map(|(_, kind)| of(*kind));
    lists.flatten().map(|path| names.fill(path)).collect()
}

/// Cases of the restaurant in every state that has a page of its own.
async fn prepare(city: &Served) -> (Names, String) {
    let town = &city.town;
    let (shop, token) = town.sign_in("c_c01").await;
    let food = "SPJYXK-XB";
    let submitted = town.fill(&shop, food).await;
    let submitted = cases::submit(&shop, &submitted.case_id).await.unwrap().case;
    let correcting = town.fill(&shop, food).await;
    let correcting = cases::submit(&shop, &correcting.case_id)
        .await
        .unwrap()
        .case;
    let clerk = town.first(&correcting, flow::Step::Accept).await;
    let item = cases::CorrectionItem {
        material_code: Some(format!("{food}-M05")),
        name: "布局图".into(),
        what: "请标明餐用具清洗消毒位置".into(),
    };
    cases::ask_correction(&clerk, correcting.case_id.as_str().into(), vec![item])
        .await
        .unwrap();
    let reviewed = town.fill(&shop, food).await;
    let reviewed = cases::submit(&shop, &reviewed.case_id).await.unwrap().case;
    town.accept(&reviewed).await;
    let draft = cases::start(&shop, food).await.unwrap();
    let owner = shop.actor.owner().to_owned();
    let cards = licences::wallet(&shop, &owner).await.unwrap();
    let detail = licences::detail(&shop, &cards[0].licence_key)
        .await
        .unwrap();
    let (seal, grant, applied) = seals_of_the_city(city).await;
    let drawing = town.officer("sc_tancw").await;
    licences::begin_version(&drawing, "SPJYXKZ").await.unwrap();
    let (stack, sent) = crate::scanning::stacks(town).await;
    let food = crate::life::key_of(city.ctx(), "JY29901020010130", "SPJYXKZ").await;
    let library = crate::exchanging_shown::with_waiting(&drawing, &food).await;
    let names = vec![
        ("batch", crate::collecting::checked(town).await),
        ("stack", stack),
        ("library", library),
        ("sent", sent),
        ("seal", seal),
        ("grant", grant),
        ("applied-seal", applied),
        ("draft", draft.case_id.clone()),
        ("submitted-no", submitted.number().to_owned()),
        ("submitted", submitted.case_id.clone()),
        ("token", submitted.data.token.clone()),
        ("correcting", correcting.number().to_owned()),
        ("reviewed", reviewed.number().to_owned()),
        ("licence-token", detail.card.token.clone()),
        ("licence", cards[0].licence_key.clone()),
    ];
    (Names(names), token)
}

/// A seal in use with one of its authorisations, and one that is applied for.
async fn seals_of_the_city(city: &Served) -> (String, String, String) {
    let officer = city.town.officer("yz_leimq").await;
    let wanted = seals::Wanted {
        state: Some(seals::State::Active),
        ..seals::Wanted::default()
    };
    let page = kernel::PageRequest::new(1, 1);
    let found = seals::search(&officer, &wanted, page).await.unwrap();
    let seal = found.rows[0].clone();
    let detail = seals::detail(&officer, &seal.key).await.unwrap();
    let command = seals::Apply {
        owner: seal.owner,
        seal_type: seals::SealType::Business,
        person: None,
        basis: "关于启用业务专用章的通知".into(),
        custodian: "yz_leimq".into(),
        impression: seals::Impress::Drawn(seals::Drawing::usual(seals::SealType::Business)),
        basis_file: None,
        replaces: Some(seal.key.clone()).filter(|_| seal.seal_type == seals::SealType::Business),
    };
    let applied = seals::apply(&officer, command).await.unwrap();
    (seal.key, detail.authorisations[0].key.clone(), applied.key)
}

/// A browser that audits what it opens.
struct Auditor {
    browser: Browser,
    found: Vec<String>,
}

impl Auditor {
    async fn open(city: &Served) -> Self {
        let browser = Browser::open(&city.base, DESKTOP).await;
        browser.on_every_page(AXE).await;
        browser.on_every_page(MEASURE).await;
        Self {
            browser,
            found: Vec::new(),
        }
    }

    /// Looks at a page at every width; `modes` are the values of the mode's cookie.
    async fn look(&mut self, who: &str, path: &str, modes: &[&str]) {
        for mode in modes {
            self.browser.cookie("ui_mode", mode).await;
            self.browser.resize(DESKTOP).await;
            self.browser.goto(path).await;
            let there = self.browser.path().await;
            if there.split('?').next() != path.split('?').next() {
                self.found.push(format!("{who} {path}: leads to {there}"));
            }
            for size in [DESKTOP, PHONE] {
                self.browser.resize(size).await;
                let said = self.browser.js_later("return window.tongbanAudit();").await;
                self.note(&format!("{who} {path} {mode} {}", size.0), &said);
            }
            self.browser.resize(NARROW).await;
            let said = self.browser.js("return window.tongbanMeasure();").await;
            self.note(&format!("{who} {path} {mode} {}", NARROW.0), &said);
        }
    }

    fn note(&mut self, at: &str, said: &serde_json::Value) {
        match said.as_array() {
            Some(list) => {
                let lines = list.iter().map(|one| format!("{at}: {one}"));
                self.found.extend(lines);
            }
            None => self.found.push(format!("{at}: {said}")),
        }
    }

    async fn end(mut self) {
        self.found.extend(self.browser.console().await);
        self.browser.close().await;
        let count = self.found.len();
        assert!(
            self.found.is_empty(),
            "{count} findings:\n{}",
            self.found.join("\n")
        );
    }
}

const BOTH: &[&str] = &["standard", "elder"];

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_public() {
    let city = Served::open("2026-11-16T09:30").await;
    let (names, token) = prepare(&city).await;
    city.town.drain().await;
    let mut auditor = Auditor::open(&city).await;
    let open = |kind| match kind {
        Kind::Open(paths) => Some(paths),
        _ => None,
    };
    let own = |kind| match kind {
        Kind::Own(paths) => Some(paths),
        _ => None,
    };
    for path in paths(&names, open) {
        auditor.look("visitor", &path, BOTH).await;
    }
    for path in NOWHERE {
        auditor.look("visitor", path, BOTH).await;
    }
    auditor.browser.cookie("tb_session", &token).await;
    for path in paths(&names, own) {
        auditor.look("company", &path, BOTH).await;
    }
    // A person with an empty space, and the home page with what waits.
    auditor.look("company", "/", BOTH).await;
    let (_, person) = city.town.sign_in("u_p38").await;
    auditor.browser.cookie("tb_session", &person).await;
    for path in [
        "/my",
        "/my/cases",
        "/wallet",
        "/my/materials",
        "/messages",
        "/apply/YSZC",
    ] {
        auditor.look("person", path, BOTH).await;
    }
    auditor.browser.cookie("lang", "en").await;
    for path in ["/", "/services/SPJYXK-XB", "/my", "/register", "/verify"] {
        auditor.look("in English", path, BOTH).await;
    }
    auditor.end().await;
    city.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_staff() {
    let city = Served::open("2026-11-16T09:30").await;
    let (names, _) = prepare(&city).await;
    city.town.drain().await;
    let mut auditor = Auditor::open(&city).await;
    let staff = |kind| match kind {
        Kind::Staff(paths) => Some(paths),
        _ => None,
    };
    // One officer with every role of the agency sees every page whole.
    let token = city.town.staff_token("sc_tancw").await;
    auditor.browser.cookie("tb_desk", &token).await;
    let clerk = city.town.staff_token("ck_haosy").await;
    let seals = city.town.staff_token("yz_leimq").await;
    let security = city.town.staff_token("aq_zuoqm").await;
    for path in paths(&names, staff) {
        let who = match path.as_str() {
            p if p.contains("/scan") || p.contains("/intake") => ("window", &clerk),
            p if p.starts_with("/desk/seals") => ("seals", &seals),
            "/desk/clients" | "/desk/trust" | "/desk/trust/times" => ("security", &security),
            _ => ("reviewer", &token),
        };
        auditor.browser.cookie("tb_desk", who.1).await;
        auditor.look(who.0, &path, &["standard"]).await;
    }
    for officer in OFFICERS {
        let token = match *officer {
            "ck_haosy" => clerk.clone(),
            "yz_leimq" => seals.clone(),
            "aq_zuoqm" => security.clone(),
            _ => city.town.staff_token(officer).await,
        };
        auditor.browser.cookie("tb_desk", &token).await;
        for path in ["/desk", "/desk/me"] {
            auditor.look(officer, path, &["standard"]).await;
        }
    }
    auditor.browser.cookie("tb_desk", &token).await;
    auditor.browser.cookie("lang", "en").await;
    let case = names.fill("/approve/cases/{reviewed}");
    let seal = names.fill("/desk/seals/{seal}");
    for path in ["/desk", "/approve", case.as_str()] {
        auditor.look("in English", path, &["standard"]).await;
    }
    auditor.browser.cookie("tb_desk", &seals).await;
    for path in [seal.as_str(), "/desk/seals/new"] {
        auditor.look("in English", path, &["standard"]).await;
    }
    auditor.end().await;
    city.close().await;
}
