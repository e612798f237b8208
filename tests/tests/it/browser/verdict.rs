//! The result of a verification: on the screen, on paper, in the log.

use std::io::Write as _;
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use journeys::Served;
use journeys::browser::{Browser, DESKTOP};
use licences::{LicenceEvent, LicenceVerified, StateChange, Step, StepLogged};
use store::Ctx;

/// 云味轩's food licence, in force until 2028.
const FOOD: &str = "JY29901020010130";

/// [H-58] What the page lists of each of the three steps, its outcome, reason and time, is what the
/// journal holds under the number on the page, and is what comes out of the printer.
#[tokio::test(flavor = "multi_thread")]
async fn a_verification_is_listed_logged_and_printed() {
    let city = Served::open("2026-11-16T09:30:07").await;
    let ctx = city.ctx();
    let wanted = licences::Query {
        licence_no: Some(FOOD.into()),
        ..licences::Query::default()
    };
    let found = licences::search(ctx, &wanted, kernel::PageRequest::default()).await;
    let card = found.unwrap().rows.remove(0);
    let key = card.licence_key;
    let token = licences::detail(ctx, &key).await.unwrap().card.token;
    let page = Browser::open(&city.base, DESKTOP).await;

    // All three passed, at this very second.
    page.goto(&format!("/verify/{token}")).await;
    let said = steps(&page).await;
    assert_eq!(said.len(), 3, "{said:?}");
    for (line, step) in said
        .iter()
        .zip(["安全核验 通过", "吊销核查 通过", "数据核验 通过"])
    {
        assert!(line.starts_with(&format!("{step} 09:30:07 ")), "{line}");
        assert!(line.chars().count() > 20, "a reason is given: {line}");
    }
    let good = logged_and_printed(&page, ctx, &key, "good").await;
    assert!(good.valid && good.reason.is_none());
    assert!(good.steps.iter().all(|s| s.passed == Some(true)));

    // Stopped at the second: that, its reason, and that the third was not looked at.
    let change = StateChange {
        licence_key: key.clone(),
        event: LicenceEvent::Suspend,
        reason: "按规定".into(),
    };
    licences::change_state(ctx, change).await.unwrap();
    city.town.clock.advance(SignedDuration::from_secs(63));
    page.goto(&format!("/verify/{token}")).await;
    let said = steps(&page).await;
    assert!(said[0].starts_with("安全核验 通过 09:31:10 "), "{said:?}");
    assert_eq!(said[1], "吊销核查 未通过 09:31:10 证照暂停使用");
    assert_eq!(said[2], "数据核验 未进行 09:31:10 前一项未通过，未继续核查");
    let bad = logged_and_printed(&page, ctx, &key, "suspended").await;
    assert_ne!(bad.number, good.number);
    assert_eq!(bad.reason.as_deref(), Some("licence_suspended"));
    let at = ctx.now();
    let step = |step, passed, reason: Option<&str>| StepLogged {
        step,
        passed,
        reason: reason.map(str::to_owned),
        at,
    };
    let steps = [
        step(Step::Security, Some(true), None),
        step(Step::Revocation, Some(false), Some("licence_suspended")),
        step(Step::Data, None, None),
    ];
    assert_eq!(bad.steps, steps);
    page.close().await;
    city.close().await;
}

/// Each check on the page in one line.
async fn steps(page: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('.checks > li')].map(li => li.innerText)";
    let lines = page.js(script).await;
    let lines = lines.as_array().unwrap().iter();
    let words = |line: &serde_json::Value| {
        let words: Vec<&str> = line.as_str().unwrap().split_whitespace().collect();
        words.join(" ")
    };
    lines.map(words).collect()
}

/// The event that the page's number leads to, once the paper was seen to say the same as the page.
async fn logged_and_printed(page: &Browser, ctx: &Ctx, key: &str, name: &str) -> LicenceVerified {
    let text = page.text().await;
    let number = text.split("核验编号：").nth(1).unwrap();
    let number: String = number
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let stream = format!("verification/{number}");
    let events = journal::stream(&mut ctx.db.reader(), &stream)
        .await
        .unwrap();
    let last = events.last().unwrap();
    let event: LicenceVerified = last.read().unwrap();
    assert_eq!(event.number, number);
    assert_eq!(event.licence_key.as_deref(), Some(key));
    assert_eq!(last.at, ctx.now());

    // The button opens the browser's printing.
    page.js("window.print = () => { window.printed = true }")
        .await;
    page.click("button[data-print]").await;
    assert_eq!(page.js("return window.printed").await, true);
    page.shot(&format!("verdict-{name}")).await;
    let paper = text_of(&page.print(&format!("verdict-{name}")).await);
    let squeezed: String = paper.split_whitespace().collect();
    let listed = steps(page).await;
    for part in listed.iter().map(String::as_str).chain([
        &format!("核验编号：{number}") as &str,
        "核验时间：2026 年 11 月 16 日 09:3",
    ]) {
        let part: String = part.split_whitespace().collect();
        assert!(squeezed.contains(&part), "{part}: {paper}");
    }
    // What only a screen can use stays off the paper.
    assert!(!squeezed.contains("再核验一份"), "{paper}");
    event
}

/// What a PDF says, by poppler.
fn text_of(pdf: &[u8]) -> String {
    let mut reader = Command::new("pdftotext")
        .args(["-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("poppler-utils are installed by cargo xtask test");
    // Chromium's pages are smaller than a pipe's buffer or read at once: poppler reads all first.
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let said = reader.wait_with_output().unwrap();
    assert!(said.status.success());
    String::from_utf8(said.stdout).unwrap()
}
