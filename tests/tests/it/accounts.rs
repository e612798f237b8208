//! Accounts of residents at the desk: opened and recovered at the window, disabled by the
//! administrator, enabled again by the head.

use identity::State;
use journeys::{Client, Reply, Served};
use kernel::IdNumber;

/// 郑凯, as his card and his phone have it.
const NAME: &str = "郑凯";
const CARD: &str = "990102198708081672";
const PHONE: &str = "19900120175";

async fn desk(city: &Served, username: &str) -> Client {
    let token = city.town.staff_token(username).await;
    let address = city.base.trim_start_matches("http://");
    Client::new(address).with_cookie("tb_desk", &token)
}

/// Opens the page first: a form belongs to the browser that showed it.
async fn posted(client: &mut Client, path: &str, fields: &[(&str, &str)]) -> Reply {
    let page = client.get("/desk/accounts").await.unwrap();
    assert_eq!(page.status, 200);
    client.post(path, fields).await.unwrap()
}

async fn state(city: &Served) -> State {
    let id = IdNumber::resident(CARD).unwrap();
    let found = identity::account_by_id(city.ctx(), &id).await.unwrap();
    found.unwrap().state
}

/// What the page says after `label` in its list of facts.
fn fact(page: &str, label: &str) -> String {
    let (_, rest) = page.split_once(label).unwrap_or_else(|| panic!("{label}"));
    let (_, rest) = rest.split_once("<dd").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    let words = rest.split("</dd>").next().unwrap();
    let mut plain = String::new();
    for piece in words.split('<') {
        plain.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    plain.trim().to_owned()
}

/// A password that the window made lets its owner in; the one before does not.
async fn signs_in(city: &Served, password: &str) -> bool {
    city.town.clock.advance(jiff::SignedDuration::from_secs(61));
    identity::sign_in_password(&city.town.visitor(), "u_p25", password)
        .await
        .is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_resets_a_password_and_two_persons_enable_an_account() {
    let city = Served::open("2026-11-16T09:00").await;
    let mut window = desk(&city, "ck_haosy").await;
    let unknown = [("id_number", "990102198708081671")];
    let reply = posted(&mut window, "/desk/accounts", &unknown).await;
    assert_eq!(reply.status, 422, "a wrong check digit");
    let card = [("id_number", CARD)];
    let page = posted(&mut window, "/desk/accounts", &card).await.text();
    assert!(page.contains("重置口令") && !page.contains("停用账号"));
    assert!(!page.contains(PHONE), "the phone is masked");

    let made = posted(&mut window, "/desk/accounts/recover", &card).await;
    assert_eq!(made.status, 200);
    let password = fact(&made.text(), "新口令");
    assert!(!signs_in(&city, &city.town.residents).await);
    assert!(signs_in(&city, &password).await, "{password}");

    // Who may not is refused by the use case, whatever the page offers.
    let key = {
        let id = IdNumber::resident(CARD).unwrap();
        let found = identity::account_by_id(city.ctx(), &id).await.unwrap();
        found.unwrap().key
    };
    let why = [("account", key.as_str()), ("reason", "冒用他人身份")];
    posted(&mut window, "/desk/accounts/disable", &why).await;
    assert_eq!(state(&city).await, State::Active);

    let mut administrator = desk(&city, "xt_luzy").await;
    let without = [("account", key.as_str()), ("reason", " ")];
    posted(&mut administrator, "/desk/accounts/disable", &without).await;
    assert_eq!(state(&city).await, State::Active, "a reason is needed");
    posted(&mut administrator, "/desk/accounts/disable", &why).await;
    assert_eq!(state(&city).await, State::Disabled);
    assert!(!signs_in(&city, &password).await);

    let account = [("account", key.as_str())];
    let mut head = desk(&city, "ld_laozy").await;
    posted(&mut head, "/desk/accounts/enable", &account).await;
    assert_eq!(state(&city).await, State::Disabled, "nobody has asked");
    posted(&mut administrator, "/desk/accounts/ask", &account).await;
    posted(&mut administrator, "/desk/accounts/enable", &account).await;
    assert_eq!(state(&city).await, State::Disabled, "one person alone");
    let page = posted(&mut head, "/desk/accounts", &card).await.text();
    assert!(page.contains("批准恢复"));
    posted(&mut head, "/desk/accounts/enable", &account).await;
    assert_eq!(state(&city).await, State::Active);
    assert!(signs_in(&city, &password).await);
    city.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_opens_an_account_from_the_card() {
    let city = Served::open("2026-11-16T09:00").await;
    let mut window = desk(&city, "ck_haosy").await;
    let agreement = identity::current_agreement(city.ctx()).await.unwrap();
    let card = [
        ("name", NAME),
        ("id_number", CARD),
        ("mobile", PHONE),
        ("agreement", agreement.version.as_str()),
    ];
    let reply = posted(&mut window, "/desk/accounts/open", &card).await;
    assert!(reply.status >= 400, "he has an account");
    give_up(&city).await;

    let unsigned = posted(&mut window, "/desk/accounts/open", &card[..3]).await;
    assert_eq!(unsigned.status, 422, "the agreement is not signed");
    city.town.clock.advance(jiff::SignedDuration::from_secs(61));
    let reply = posted(&mut window, "/desk/accounts/open", &card).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let challenge = reply.input("challenge").unwrap();
    let code = newest_code(&city).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let typed = [("challenge", challenge.as_str()), ("code", wrong)];
    let reply = posted(&mut window, "/desk/accounts/open/finish", &typed).await;
    assert!(reply.status >= 400, "a wrong code");
    let typed = [("challenge", challenge.as_str()), ("code", &code)];
    let reply = posted(&mut window, "/desk/accounts/open/finish", &typed).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let password = fact(&reply.text(), "新口令");
    assert_eq!(state(&city).await, State::Active);
    city.town.clock.advance(jiff::SignedDuration::from_secs(61));
    let entered = identity::sign_in_password(&city.town.visitor(), CARD, &password).await;
    assert!(entered.is_ok(), "{entered:?}");
    city.close().await;
}

async fn newest_code(city: &Served) -> String {
    let sent = messages::sent(city.ctx(), 1).await.unwrap();
    city.town.clock.advance(jiff::SignedDuration::from_secs(1));
    let digits = |text: &str| {
        let mut runs = text.split(|c: char| !c.is_ascii_digit());
        runs.find(|run| run.len() == 6).map(str::to_owned)
    };
    digits(&sent[0].text).unwrap()
}

/// The account is cancelled by its person, so that one can be opened.
async fn give_up(city: &Served) {
    city.town.clock.advance(jiff::SignedDuration::from_secs(61));
    let me = city.town.person("u_p25").await;
    city.town.clock.advance(jiff::SignedDuration::from_secs(61));
    let challenge = identity::begin_cancellation(&me).await.unwrap();
    let code = newest_code(city).await;
    identity::cancel_account(&me, &challenge.id, &code)
        .await
        .unwrap();
}
