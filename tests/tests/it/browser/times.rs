//! The simulated time stamp authority, tried and approved at the console; a service of others
//! proposed, refused for what is wrong with it, and turned down.

use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};
use tongban::{demo, network};

use super::city::staff;

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_tries_and_approves_a_time_stamp_service() {
    let city = Served::open("2026-11-16T09:30").await;
    network::reach(city.ctx(), &network::Settings::default()).unwrap();
    demo::suggest_time_service(city.ctx(), &city.base)
        .await
        .unwrap();
    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "aq_zuoqm", "2026-11-16T09:31").await;
    desk.goto("/desk/trust").await;
    desk.goto("/desk/trust/times").await;
    let text = desk.text().await;
    assert!(
        text.contains("模拟时间戳机构（仅供演示）") && text.contains("待复核"),
        "{text}"
    );
    desk.press("试用一次").await;
    let text = desk.text().await;
    assert!(
        text.contains("已取得时间戳") && text.contains("相差0秒"),
        "{text}"
    );
    assert!(text.contains("机构的证书受信任"), "{text}");
    desk.shot("times-tried").await;
    confirm(&desk, "复核通过", "approve", None).await;
    assert!(desk.text().await.contains("使用中"));

    // From now on notices carry its time.
    let (_, case) = city.town.apply("YSZC").await;
    city.town.drain().await;
    let system = city.ctx().as_system();
    let notice = notices::list(&system, &case.case_id)
        .await
        .unwrap()
        .remove(0);
    let trust = seals::trust(city.ctx()).await.unwrap();
    for format in [notices::Format::Ofd, notices::Format::Pdf] {
        let file = notices::file(&system, &notice.doc_id, format)
            .await
            .unwrap();
        let verdict = sealing::verify(&file.bytes, &trust).unwrap();
        assert!(verdict.is_valid(), "{:#?}", verdict.findings);
        assert!(verdict.signatures[0].stamped_at.is_some(), "{format:?}");
    }

    confirm(&desk, "暂停", "pause", Some("检修")).await;
    assert!(desk.text().await.contains("已暂停"));
    confirm(&desk, "恢复", "resume", None).await;

    desk.fill("name", "授时中心").await;
    desk.fill("url", "tsa.example").await;
    desk.press("提出").await;
    assert!(desk.text().await.contains("加盖时间戳的文书"));
    assert!(desk.count(".field.bad").await > 0, "a kind must be chosen");
    desk.click("input[name=kinds][value=licence]").await;
    desk.press("提出").await;
    assert!(desk.text().await.contains("地址须以http://或https://开头"));
    desk.shot("times-wrong").await;
    desk.fill("url", "http://127.0.0.1:9/tsa").await;
    desk.press("提出").await;
    assert!(desk.text().await.contains("等待另一人复核"));
    let only = "form[action='/desk/trust/times/approve']";
    assert_eq!(desk.count(only).await, 0, "not the same person");
    desk.press("试用一次").await;
    let text = desk.text().await;
    assert!(text.contains("没有取得时间戳，无法连接"), "{text}");
    desk.shot("times-list").await;
    desk.resize(PHONE).await;
    desk.shot("times-phone").await;
    desk.close().await;
    city.close().await;
}

async fn confirm(desk: &Browser, trigger: &str, act: &str, reason: Option<&str>) {
    let form = format!("form[action='/desk/trust/times/{act}']");
    desk.button(trigger).await.click().await.unwrap();
    if let Some(reason) = reason {
        let field = desk.find(&format!("{form} textarea[name=reason]")).await;
        field.send_keys(reason).await.unwrap();
    }
    desk.press_at(&format!("{form} button.pri")).await;
}
