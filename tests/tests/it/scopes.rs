//! Who may do what where: roles, regions, agencies, halls, items, fields; and every endpoint.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::StatusCode;
use cases::{Case, CaseError, WindowIntake};
use journeys::{Client, Served, Town, answers};
use kernel::{Grant, Permission, Scope};
use serde_json::{Map, Value};
use store::Ctx;

use crate::api::client::{self, Call};
use crate::browser::routes::{Kind, ROUTES};

const FOOD: &str = "SPJYXK-XB";

/// A case of the food regulator of the district, taken in at a window of the district's hall.
async fn taken_in(town: &Town, clerk: &Ctx) -> Case {
    let form = town.form(FOOD);
    let account = |login: &str| {
        let (ctx, login) = (town.ctx().clone(), login.to_owned());
        async move {
            let found = identity::account_by_login(&ctx, &login).await.unwrap();
            found.unwrap().key
        }
    };
    let intake = WindowIntake {
        item: FOOD.into(),
        owner: account(form["applicant_username"].as_str().unwrap()).await,
        person: account(form["operator_username"].as_str().unwrap()).await,
        answers: answers(&form["answers"]),
        values: form["form_data"].as_object().cloned().unwrap(),
        paper: Vec::new(),
    };
    cases::window_intake(clerk, &intake).await.unwrap()
}

/// An officer with these grants and nothing else.
fn holding(officer: &Ctx, grants: &[(Permission, Scope)]) -> Ctx {
    let mut actor = kernel::Actor::clone(&officer.actor);
    actor.grants = grants
        .iter()
        .cloned()
        .map(|(permission, scope)| Grant { permission, scope })
        .collect();
    officer.with_actor(actor)
}

/// Access is by role and by region, agency, hall, item and field; nothing is allowed by
/// default; and the server itself asks at every endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn scopes_bound_every_access() {
    let city = Served::open("2026-11-16T09:30").await;
    let town = &city.town;
    let clerk = town.officer("ck_haosy").await;
    let case = taken_in(town, &clerk).await;
    let id = case.case_id.as_str();

    // Nothing by default, and of region, agency and item only what is named.
    let reads = async |scope: Option<Scope>| {
        let grants: Vec<_> = scope
            .map(|s| (Permission::CaseRead, s))
            .into_iter()
            .collect();
        cases::detail(&holding(&clerk, &grants), id).await.is_ok()
    };
    let d = &case.data;
    for (scope, may) in [
        (None, false),
        (Some(Scope::Region("990102".into())), true),
        (Some(Scope::Region("990100".into())), true),
        (Some(Scope::Region("990121".into())), false),
        (Some(Scope::Agency(d.agency.clone())), true),
        (Some(Scope::Agency("YD_GAJ".into())), false),
        (Some(Scope::Item(d.item_id.clone())), true),
        (Some(Scope::Item("CJRZ".into())), false),
        (Some(Scope::Own), false),
    ] {
        assert_eq!(reads(scope.clone()).await, may, "{scope:?}");
    }
    // The role, not only the place: who may read may not take in.
    let reader = holding(&clerk, &[(Permission::CaseRead, Scope::All)]);
    let refused = cases::save_values(&reader, id, Map::new()).await;
    assert!(matches!(refused, Err(CaseError::Denied(_))), "{refused:?}");

    halls(town, &clerk, &case).await;
    fields(town, &case).await;
    endpoints_of_the_api(town).await;
    endpoints_of_pages(&city).await;
    city.close().await;
}

/// The windows of one hall act on what was taken in there. Those of another do not, though their
/// region holds it; a case that no window took in is bound to no hall.
async fn halls(town: &Town, clerk: &Ctx, case: &Case) {
    assert_eq!(case.data.hall.as_deref(), Some("YD"));
    let id = case.case_id.as_str();
    let beside = town.officer("ck_baocs").await;
    let elsewhere = town.officer("ck_bailp").await;
    assert_eq!(clerk.actor.hall, beside.actor.hall);
    assert_eq!(elsewhere.actor.hall.as_deref(), Some("YZ"));
    cases::save_values(&beside, id, Map::new()).await.unwrap();
    let refused = cases::save_values(&elsewhere, id, Map::new()).await;
    assert!(matches!(refused, Err(CaseError::Denied(_))), "{refused:?}");
    let refused = cases::accept_provisionally(&elsewhere, id.into()).await;
    assert!(matches!(refused, Err(CaseError::Denied(_))), "{refused:?}");
    let (_, online) = town.apply(FOOD).await;
    let other = cases::accept_provisionally(&elsewhere, (&online.case_id).into()).await;
    assert!(!matches!(other, Err(CaseError::Denied(_))), "{other:?}");
    // They may still be asked about it.
    assert!(cases::detail(&elsewhere, id).await.is_ok());
}

/// Personal fields come masked from the use case itself, and in full to those whose role gives
/// leave, which is logged.
async fn fields(town: &Town, case: &Case) {
    let id = case.case_id.as_str();
    let owner = town.ctx().with_actor(kernel::Actor::system());
    let whole = cases::detail(&owner, id).await.unwrap();
    let number = &whole.case.private.contact_mobile;
    assert!(!whole.masked && number.len() == 11, "{number}");
    let stream = case.stream();
    let logged = async || {
        let events = journal::stream(&mut town.ctx().db.reader(), &stream).await;
        let of = |e: &&journal::StoredEvent| e.kind == "case.revealed";
        events.unwrap().iter().filter(of).count()
    };
    for (officer, may) in [
        ("ck_changmq", false),
        ("ld_laozy", false),
        ("sc_tancw", true),
    ] {
        let officer = town.officer(officer).await;
        let seen = cases::detail(&officer, id).await.unwrap();
        assert!(seen.masked);
        let told = format!("{:?}", seen.case.private);
        assert!(!told.contains(number.as_str()), "{told}");
        for (name, value) in &whole.case.private.values {
            let sensitive = whole.item.form.field(name).is_none_or(|f| f.sensitive);
            let text = value.as_str().unwrap_or_default();
            assert!(
                !sensitive || text.is_empty() || !told.contains(text),
                "{name}"
            );
        }
        let before = logged().await;
        let full = cases::reveal(&officer, id).await;
        assert_eq!(full.is_ok(), may, "{}", officer.actor.id);
        if let Ok(full) = full {
            assert_eq!(full.case.private.contact_mobile, *number);
        }
        assert_eq!(logged().await, before + usize::from(may));
    }
}

/// Every operation that the document says to need a token: none without one, none with one for
/// something else.
async fn endpoints_of_the_api(town: &Town) {
    let (api, _) = client::open(town).await;
    let officer = town.officer("ck_haosy").await;
    let other = client::given(&officer, &[Permission::MaterialCheck]).await;
    let document = client::get("/openapi.json").send(&api).await.is(200);
    let (mut asked, mut open) = (0, Vec::new());
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if operation["security"].is_null() {
                continue;
            }
            let path = path.trim_start_matches("/api/v1");
            let none = status(&api, method, path, None).await;
            assert_eq!(none, 401, "{method} {path}");
            let wrong = status(&api, method, path, Some(&other)).await;
            if !wrong.is_client_error() {
                open.push(format!("{method} {path}"));
            }
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked}");
    // Whoever holds a token may know what it is.
    assert_eq!(open, ["get /me"]);
}

async fn status(api: &Router, method: &str, path: &str, token: Option<&str>) -> StatusCode {
    let path = filled(path);
    let call = Call::new(&method.to_uppercase(), &path).json(&Value::Object(Map::new()));
    let call = match token {
        Some(token) => call.token(token),
        None => call,
    };
    call.send(api).await.status
}

/// Every page and form that is not for everybody, asked by a visitor, by a resident and by an
/// officer whose role opens nothing.
async fn endpoints_of_pages(city: &Served) {
    let address = city.base.trim_start_matches("http://");
    let (_, resident) = city.town.sign_in("u_p25").await;
    let officer = city.town.staff_token("bb_shalx").await;
    let mut open = BTreeMap::new();
    for (who, cookie) in [
        ("visitor", None),
        ("resident", Some(("tb_session", resident.as_str()))),
        ("officer", Some(("tb_desk", officer.as_str()))),
    ] {
        let mut client = Client::new(address);
        client.headers.push(("Accept".into(), "text/html".into()));
        if let Some((name, value)) = cookie {
            client = client.with_cookie(name, value);
        }
        for (route, kind) in ROUTES {
            let desk = matches!(kind, Kind::Staff(_))
                || ["/desk/", "/approve", "/licences"]
                    .iter()
                    .any(|p| route.starts_with(p));
            let own = matches!(kind, Kind::Own(_)) || route.starts_with("/my/");
            // Residents have pages of their own, and officers theirs; nobody has the other's.
            if !(desk || own && who != "resident") || route.starts_with("/desk/sign-in") {
                continue;
            }
            let path = filled(route);
            let got = client.get(&path).await.unwrap();
            let posted = client.post(&path, &[]).await.unwrap();
            for (method, reply) in [("GET", got), ("POST", posted)] {
                let refused = match reply.status {
                    // To sign in, or to a page that says why and is itself refused.
                    303 => {
                        let to = reply.location();
                        let sign_in = ["/login", "/desk/sign-in"]
                            .iter()
                            .any(|p| to.starts_with(p));
                        sign_in || REFUSALS.contains(&client.get(to).await.unwrap().status)
                    }
                    status => REFUSALS.contains(&status),
                };
                if !refused {
                    let said = format!("{} {}", reply.status, reply.location());
                    open.insert(format!("{who} {method} {route}"), said);
                }
            }
        }
    }
    // What an officer has without any role: the own session, and an empty desk.
    let own = [
        "/desk/me",
        "/desk/me/revoke",
        "/desk/password",
        "/desk/sign-out",
        "/desk/tokens",
        "/desk/tokens/take-back",
        "GET /desk",
        "GET /desk/search",
    ];
    open.retain(|what, _| !(what.starts_with("officer") && own.iter().any(|p| what.ends_with(p))));
    assert!(open.is_empty(), "{open:#?}");
}

/// How a page or a form says no.
const REFUSALS: [u16; 6] = [400, 401, 403, 404, 405, 422];

fn filled(route: &str) -> String {
    let mut path = String::new();
    let mut rest = route;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        path.push_str("none");
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    path + rest
}
