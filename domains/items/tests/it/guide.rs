//! The service guide and the review rules.

use items::{GuideValue, Item, Mode};
use serde_json::{Value, json};
use store::testing::TestDb;

use crate::city::{self, AT, file, import, migrations};

fn words(value: &GuideValue<'_>) -> String {
    match value {
        GuideValue::Text(text) => text.clone(),
        GuideValue::Laws(laws) => laws
            .iter()
            .map(|l| format!("{}{}", l.law, l.clause))
            .collect(),
        GuideValue::Limit { words, note } => format!("{words}{note}"),
        GuideValue::Sample(sample) => sample.file.clone(),
        GuideValue::Fees(rows) => rows
            .iter()
            .map(|r| format!("{}{}", r.name, r.standard))
            .collect(),
        GuideValue::Materials(rows) => rows
            .iter()
            .map(|r| r.material.material_name.as_str())
            .collect(),
        GuideValue::Steps(steps) => steps.iter().map(|s| s.name.as_str()).collect(),
        GuideValue::Words(list) => list.concat(),
        GuideValue::YesNo(yes) => yes.to_string(),
        GuideValue::Places(places) => places.iter().map(|p| p.address.as_str()).collect(),
        GuideValue::Phones(list) => list.concat(),
        GuideValue::None(text) => (*text).to_owned(),
    }
}

/// One change to one element, and what the guide then says of it.
type Change = (&'static str, fn(&mut Value), &'static str);

/// [C-36] the guide has 22 elements; it is generated element by element from the implementation
/// list: whatever element of the list changes, that one of the guide does, and no other
#[tokio::test]
async fn the_guide_follows_the_list_element_by_element() {
    let changes: [Change; 22] = [
        ("item_name", |v| *v = json!("临时占路审批"), "临时占路审批"),
        ("item_type", |v| *v = json!("07"), "行政确认"),
        ("legal_basis", |v| v[0]["law"] = json!("某条例"), "某条例"),
        ("agency", |v| v["name"] = json!("某局"), "某局"),
        ("statutory_limit", |v| v["value"] = json!(19), "19个工作日"),
        ("promised_limit", |v| v["note"] = json!("尽快"), "尽快"),
        ("result_name", |v| *v = json!("占路证"), "占路证"),
        (
            "result_sample",
            |v| v["file"] = json!("other.png"),
            "other.png",
        ),
        (
            "fee_standard",
            |v| v[0]["standard"] = json!("0.60"),
            "0.60元/平方米·日",
        ),
        ("fee_basis", |v| *v = json!("某文件"), "某文件"),
        (
            "materials",
            |v| v[0]["material_name"] = json!("占路申请表"),
            "占路申请表",
        ),
        (
            "flow",
            |v| v["outward"][0]["step_name"] = json!("扫码申请"),
            "扫码申请",
        ),
        ("handling_form", |v| *v = json!(["1"]), "窗口办理"),
        ("review_standard", |v| *v = json!("看现场"), "看现场"),
        (
            "cross_region_scope",
            |v| *v = json!("nationwide"),
            "全国通办",
        ),
        ("appointment_supported", |v| *v = json!(false), "false"),
        ("online_payment_supported", |v| *v = json!(false), "false"),
        ("courier_supported", |v| *v = json!(false), "false"),
        ("place", |v| v[0]["address"] = json!("某路1号"), "某路1号"),
        ("hours", |v| v["text"] = json!("全天"), "全天"),
        ("consultation_phone", |v| *v = json!(["12345"]), "12345"),
        ("supervision_phone", |v| *v = json!(["12388"]), "12388"),
    ];
    let (_test, ctx) = city::small().await;
    let item = items::catalogue(&ctx).await.unwrap().find("LSZD").unwrap();
    let said = |item: &Item| item.guide().elements.map(|e| words(&e.value));
    let before = said(&item);
    assert!(before.iter().all(|text| !text.is_empty()), "{before:?}");
    for (at, (code, change, after)) in changes.into_iter().enumerate() {
        let guide = item.guide();
        assert_eq!(
            (guide.elements[at].no, guide.elements[at].element.code),
            (at as u8 + 1, code)
        );
        let mut content = item.raw.clone();
        change(&mut content["elements"][code]);
        let changed = said(&items::testing::read(content).unwrap());
        assert!(changed[at].contains(after), "{code}: {}", changed[at]);
        for (other, (a, b)) in before.iter().zip(&changed).enumerate() {
            assert_eq!(a == b, other != at, "{code} changed element {}", other + 1);
        }
    }
}

#[tokio::test]
async fn every_guide_says_everything() {
    let (_test, ctx) = city::small().await;
    for item in items::catalogue(&ctx).await.unwrap().in_use() {
        let guide = item.guide();
        for element in &guide.elements {
            assert!(
                !words(&element.value).is_empty(),
                "{} {}",
                item.item_id,
                element.element.zh
            );
        }
        assert_eq!(guide.remedies.litigation.is_some(), item.item_type != "20");
        assert!(!guide.hints.forms.is_empty());
        let chart = item.flow_chart();
        assert!(chart.starts_with("<svg") && chart.contains(&guide.facts.promised));
    }
}

/// [B-28] mode and most visits are known before somebody starts
#[tokio::test]
async fn the_four_facts() {
    let (_test, ctx) = city::small().await;
    let catalogue = items::catalogue(&ctx).await.unwrap();
    let facts = catalogue.find("SPJYXK-XB").unwrap().facts();
    assert_eq!(
        (facts.promised.as_str(), facts.statutory.as_str()),
        ("5个工作日", "10个工作日")
    );
    assert_eq!(
        (facts.visits_words.as_str(), facts.mode),
        ("最多到现场1次", Mode::Verification)
    );
    assert_eq!(facts.fee, "不收费");
    // Form, licence and identity card are got; plan and list of rules are brought.
    let m = facts.materials;
    assert_eq!((m.total, m.own, m.exempt), (5, 2, 3));
    let facts = catalogue.find("LNYDZ").unwrap().facts();
    assert_eq!(
        (facts.promised.as_str(), facts.visits_words.as_str()),
        ("当场办结", "不用到现场")
    );
    let facts = catalogue.find("LSZD").unwrap().facts();
    assert_eq!(facts.fee, "0.50元/平方米·日");
}

/// [C-38] review rules per item have eleven parts: basic information, staff, business flow,
/// application, acceptance, review, decision, licence making and delivery, publication of
/// decision, fees, consultation
#[tokio::test]
async fn review_rules_have_eleven_parts() {
    let (_test, ctx) = city::small().await;
    for item in items::catalogue(&ctx).await.unwrap().in_use() {
        let parts = item.review_rules();
        let names: Vec<&str> = parts.iter().map(|p| p.zh).collect();
        assert_eq!(
            names.join("、"),
            "基本信息、工作人员、业务流程、申请、受理、审查、决定、证件制作与送达、决定公开、收费、咨询"
        );
        for part in &parts {
            assert!(!part.lines.is_empty(), "{} {}", item.item_id, part.zh);
            for line in &part.lines {
                assert!(
                    !line.name.is_empty() && !line.text.is_empty(),
                    "{} {line:?}",
                    part.zh
                );
            }
        }
        // Ten elements of the basic information [C-39], every post [C-40].
        assert_eq!(parts[0].lines.len(), 10);
        assert_eq!(parts[2].lines.len(), item.flow.posts.len());
        assert_eq!(
            parts[9].lines[0].text == "本事项不收费",
            item.fees.is_empty()
        );
    }
}

/// An extension of the item types is named by the item.
#[tokio::test]
async fn an_extended_type_has_its_own_words() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let ctx = store::testing::ctx(&test, AT);
    city::ground(&ctx).await;
    let mut list = city::catalogue_list();
    let mut file = file("LNYDZ");
    let code = "002111081001";
    let main = list
        .main_items
        .iter_mut()
        .find(|m| m.main_base_code == "002011081000")
        .unwrap();
    main.main_base_code = "002111081000".into();
    main.item_type = "21".into();
    let entry = &mut main.sub_items[0];
    (entry.item_type, entry.base_code) = ("21".into(), code.into());
    entry.implementations[0].implementation_code = format!("11990100MB9115074H3{code}");
    let report = items::import_catalogue_list(&ctx, &list).await.unwrap();
    assert_eq!((report.rejected().count(), report.changed()), (0, 1));
    let elements = &mut file.content["elements"];
    elements["item_type"] = json!("21");
    elements["base_code"] = json!(code);
    elements["implementation_code"] = json!(format!("11990100MB9115074H3{code}"));
    file.content["handling_items"][0]["handling_item_code"] =
        json!(format!("11990100MB9115074H3{code}01"));
    file.content["supplement"]["item_type_name"] = json!("便民服务");
    let report = import(&ctx, &[file]).await;
    assert_eq!(report.changed(), 1, "{}", report.faults_csv());
    let item = items::catalogue(&ctx).await.unwrap().find("LNYDZ").unwrap();
    assert_eq!(item.item_type_zh(), "便民服务");
}
