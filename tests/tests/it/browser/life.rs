//! The life of a licence in a browser: a holder reports a loss on the phone and asks that it is
//! lifted, the desk answers, inspects, queries and counts.

use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};

use super::city::staff;

/// 孙㵘's identity number, by which the residence permit is found that is to be inspected until 20
/// December.
const HOLDER: &str = "99012119981111291X";

/// The `details` of an act unfolds, its form is filled and sent.
async fn ask(browser: &Browser, action: &str, fields: &[(&str, &str)]) {
    let form = format!("form[action='{action}']");
    let open = format!("document.querySelector(\"{form}\").closest('details').open = true");
    browser.js(&open).await;
    browser.show(&form).await;
    for (name, value) in fields {
        let css = format!("{form} [name='{name}']");
        browser.find(&css).await.send_keys(value).await.unwrap();
    }
    browser.press_at(&format!("{form} button.pri")).await;
}

/// A copy for one purpose is made, and ended.
async fn copies(phone: &Browser, key: &str) {
    phone.goto(&format!("/wallet/{key}/copies")).await;
    phone.press("生成").await;
    assert!(phone.text().await.contains("请"), "{}", phone.text().await);
    phone.choose("purpose", "lease").await;
    phone.fill("recipient", "云州安居房屋租赁公司").await;
    phone.press("生成").await;
    let said = phone.text().await;
    assert!(
        said.contains("加注件已生成") && said.contains("租赁、房屋交易"),
        "{said}"
    );
    phone.shot("life-copies").await;
    ask(phone, &format!("/wallet/{key}/copies/end"), &[]).await;
    assert!(phone.text().await.contains("已收回，立即失效"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_loses_and_finds_a_licence() {
    let city = Served::open("2026-11-16T09:30").await;
    let ctx = city.ctx();
    let query = licences::Query {
        licence_no: Some(HOLDER.into()),
        type_code: Some("JZZ".into()),
        ..licences::Query::default()
    };
    let found = licences::search(ctx, &query, kernel::PageRequest::default()).await;
    let key = found.unwrap().rows.remove(0).licence_key;

    let phone = Browser::open(&city.base, PHONE).await;
    let (_, token) = city.town.sign_in("u_p17").await;
    phone.cookie("tb_session", &token).await;
    phone.goto("/wallet").await;
    phone.shot("life-cards").await;
    phone.click(&format!("a[href='/wallet/{key}/show']")).await;
    let said = phone.text().await;
    assert!(
        said.contains("请对方扫码核验") && !said.contains(HOLDER),
        "{said}"
    );
    phone.shot("life-show").await;
    city.town.clock.advance(jiff::SignedDuration::from_secs(90));
    let code = format!("/wallet/{key}/show/code");
    let fresh = format!("return await (await fetch('{code}')).text();");
    let fresh = phone.js_later(&fresh).await;
    assert!(fresh.as_str().unwrap().contains("/verify/"), "{fresh}");
    copies(&phone, &key).await;
    phone.goto(&format!("/wallet/{key}")).await;
    let said = phone.text().await;
    assert!(
        said.contains("证照经历") && said.contains("下次年检日期"),
        "{said}"
    );
    phone.shot("life-wallet").await;
    let home = format!("/wallet/{key}");
    // The name of the licence is asked for before it is given up.
    let wrong = [("reason", "不再从业"), ("typed", "驾驶证")];
    ask(&phone, &format!("{home}/give-up"), &wrong).await;
    assert!(phone.text().await.contains("没有注销"));
    ask(
        &phone,
        &format!("{home}/loss"),
        &[("reason", "公交车上遗失")],
    )
    .await;
    let said = phone.text().await;
    assert!(
        said.contains("已挂失，立即生效") && said.contains("公交车上遗失"),
        "{said}"
    );
    ask(
        &phone,
        &format!("{home}/found"),
        &[("reason", "在家中找到")],
    )
    .await;
    let said = phone.text().await;
    assert!(
        said.contains("已提交发证机关") && said.contains("待答复"),
        "{said}"
    );
    assert_eq!(phone.count("form[action$='/found']").await, 0, "asked once");
    phone.shot("life-asked").await;

    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "ga_luoqh", "2026-11-16T09:40").await;
    desk.goto("/licences/requests").await;
    let said = desk.text().await;
    assert!(
        said.contains("解除挂失") && said.contains("在家中找到"),
        "{said}"
    );
    assert!(!said.contains(HOLDER), "masked");
    desk.shot("life-requests").await;
    ask(&desk, "/licences/requests/agree", &[]).await;
    assert!(desk.text().await.contains("已同意，并通知持证人"));
    assert!(desk.text().await.contains("没有待答复的请求"));

    // What the holder did with it is counted.
    desk.goto("/licences/usage").await;
    desk.reload_until("#types").await;
    let said = desk.text().await;
    assert!(
        said.contains("制作加注件") && said.contains("居住证") && said.contains("持证人"),
        "{said}"
    );
    desk.shot("life-usage").await;

    // The inspection that is due in December can be recorded from September on.
    desk.goto(&format!("/licences/{key}")).await;
    desk.fill("note", "继续居住，签注一年").await;
    desk.press("登记年检").await;
    let said = desk.text().await;
    assert!(
        said.contains("年检已登记") && said.contains("继续居住，签注一年"),
        "{said}"
    );
    assert!(said.contains("2027 年 12 月 20 日"), "{said}");
    desk.shot("life-desk").await;

    // Found by its number, which stands in no address.
    desk.goto("/licences/find").await;
    desk.press("按编号、姓名查找").await;
    assert!(desk.text().await.contains("请填写编号或持证人"));
    desk.fill("no", HOLDER).await;
    desk.press("按编号、姓名查找").await;
    let said = desk.text().await;
    assert!(
        said.contains("找到 1 份") && said.contains("居住证"),
        "{said}"
    );
    assert!(!desk.path().await.contains(HOLDER));
    desk.shot("life-find").await;

    phone.reload().await;
    assert!(phone.text().await.contains("有效"));
    phone.goto("/messages").await;
    phone.reload_until("a[href^='/wallet/']").await;
    phone.shot("life-messages").await;
    phone.close().await;

    staff(&city, &desk, "sc_zhudf", "2026-11-16T10:00").await;
    desk.goto("/licences/statistics?of=valid&agency=YD_SCJG")
        .await;
    let said = desk.text().await;
    for words in [
        "云州市云东区市场监督管理局",
        "食品经营许可证",
        "近12个月签发",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    desk.shot("life-statistics").await;
    desk.resize(PHONE).await;
    desk.shot("life-statistics-phone").await;
    desk.goto("/licences?type=SPJYXKZ&from=2024-01-01").await;
    desk.shot("life-query-phone").await;
    desk.resize(DESKTOP).await;
    desk.shot("life-query").await;
    desk.close().await;
    city.close().await;
}
