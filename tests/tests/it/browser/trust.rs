//! Trusting a neighbour's root: proposed, approved by a second person, ended; and what the public
//! is told of the neighbour's document meanwhile.

use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};

use super::city::staff;
use crate::foreign::Foreign;

#[tokio::test(flavor = "multi_thread")]
async fn a_neighbours_seal_is_trusted_by_two_persons() {
    let city = Served::open("2026-11-16T09:30").await;
    let now = city.ctx().now();
    let foreign = Foreign::new(now);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("neighbour.ofd");
    std::fs::write(&file, foreign.sealed(now)).unwrap();
    let desk = Browser::open(&city.base, DESKTOP).await;
    let public = Browser::open(&city.base, PHONE).await;

    assert!(verdict(&public, &file).await.contains("无法核实"));
    staff(&city, &desk, "aq_zuoqm", "2026-11-16T09:31").await;
    desk.goto("/desk/trust").await;
    assert!(desk.text().await.contains("还没有登记外部根证书"));
    desk.fill("name", "邻州市电子印章根").await;
    desk.fill("certificates", "not a certificate").await;
    desk.fill("basis", "云电子印章〔2026〕7号").await;
    desk.fill("valid_from", "2026-11-16").await;
    desk.fill("valid_to", "2029-11-16").await;
    desk.press("提出").await;
    assert!(desk.text().await.contains("不是可读取的PEM或DER文件"));
    desk.fill("certificates", &foreign.root_pem()).await;
    desk.press("提出").await;
    assert!(desk.text().await.contains("等待另一人复核"));
    assert_eq!(
        desk.count("form[action='/desk/trust/approve']").await,
        0,
        "not the same person"
    );
    desk.shot("trust-proposed").await;
    assert!(verdict(&public, &file).await.contains("无法核实"));

    staff(&city, &desk, "yz_zhonglx", "2026-11-16T09:40").await;
    desk.goto("/desk/trust").await;
    confirm(&desk, "复核通过", "approve", None).await;
    assert!(desk.text().await.contains("还没有它的吊销列表"));
    desk.fill("crl", &foreign.list_pem(now)).await;
    desk.press("更新吊销列表").await;
    assert!(desk.text().await.contains("吊销列表已更新"));
    desk.shot("trust-trusted").await;
    desk.resize(PHONE).await;
    desk.shot("trust-phone").await;
    desk.resize(DESKTOP).await;

    let said = verdict(&public, &file).await;
    assert!(said.contains("印章真实，不是本库的证照"), "{said}");
    public.shot("verdict-elsewhere").await;
    public.click(".faq summary").await;
    public.shot("verdict-details").await;
    // The sealed report comes as a file.
    let link = public.find("a[href$='/pdf']").await;
    let href = link.attr("href").await.unwrap().unwrap();
    let script = format!(
        "const r = await fetch('{href}'); const b = new Uint8Array(await r.arrayBuffer()); \
         return [r.status, r.headers.get('content-type'), b.length > 10000]"
    );
    let got = public.js_later(&script).await;
    assert_eq!(got, serde_json::json!([200, "application/pdf", true]));

    confirm(&desk, "停止信任", "end", Some("对方通报根私钥泄露")).await;
    assert!(desk.text().await.contains("已停止信任"));
    assert!(verdict(&public, &file).await.contains("无法核实"));
    desk.close().await;
    public.close().await;
    city.close().await;
}

async fn confirm(desk: &Browser, trigger: &str, act: &str, reason: Option<&str>) {
    let form = format!("form[action='/desk/trust/{act}']");
    desk.button(trigger).await.click().await.unwrap();
    if let Some(reason) = reason {
        let field = desk.find(&format!("{form} textarea[name=reason]")).await;
        field.send_keys(reason).await.unwrap();
    }
    desk.press_at(&format!("{form} button.pri")).await;
}

async fn verdict(public: &Browser, file: &std::path::Path) -> String {
    public.goto("/verify").await;
    public.put_file("#f-file", file).await;
    public.press("开始核验").await;
    public.text().await
}
