//! What each kind of document says and how it looks.

use notices::{Content, Kind, Site, Template, compose};
use paper::Block;
use serde_json::{Value, json};

use crate::sample;

fn site() -> Site {
    Site {
        base_url: "https://zwfw.yunzhou.example".into(),
    }
}

fn template(kind: Kind) -> Template {
    let path = format!(
        "{}/templates/{}.json",
        env!("CARGO_MANIFEST_DIR"),
        kind.code()
    );
    Template::read(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text_of(letter: &paper::Letter) -> String {
    let composed = paper::letter(letter).unwrap();
    let laid = paper::lay_out(&composed.document).unwrap();
    // Lines are broken where the page ends them; the text is what stands on it without breaks.
    laid.pages
        .iter()
        .map(|page| page.text().replace('\n', ""))
        .collect()
}

fn says(content: &Content, kind: Kind) -> String {
    text_of(&compose(&template(kind), content, &site()).unwrap())
}

/// The fields that a requirement names, each with the value that must be seen.
fn named(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Acceptance => &[
            ("case number", "990102202611160000127"),
            ("acceptance time", "2026年11月18日 10:05"),
            ("accepting agency", "云州市云东区市场监督管理局"),
            ("window officer", "郝思源（工号YD2001）"),
            ("promised limit", "5个工作日"),
            ("accepted material 1", "食品经营许可申请书"),
            ("accepted material 5", "食品安全管理制度目录"),
            ("way of delivery", "邮政快递"),
        ],
        Kind::Refusal => &[
            ("case number", "990102202611160000127"),
            ("time of the act", "2026年11月20日 09:15"),
            ("agency", "云州市云东区市场监督管理局"),
            ("window officer", "罗启航（工号YD3007）"),
            ("reason", "至申请之日未满半年"),
        ],
        Kind::Correction => &[
            ("case number", "990102202611160000127"),
            ("time of the act", "2026年11月16日 14:35"),
            ("agency", "云州市云东区市场监督管理局"),
            ("window officer", "郝思源（工号YD2001）"),
            ("promised limit", "5个工作日（自受理之日起计算）"),
            ("material 1", "主要设备设施、经营布局、操作流程文件"),
            ("what to correct 1", "布局图未标明餐用具清洗消毒位置"),
            ("material 2", "食品安全管理制度目录"),
            ("what to complete 2", "进货查验记录制度"),
        ],
        Kind::Receipt => &[
            ("case number", "990102202611160000127"),
            ("time", "2026年11月16日 14:20"),
            ("material 1", "食品经营许可申请书"),
            ("material 5", "食品安全管理制度目录"),
            ("officer", "郝思源（工号YD2001）"),
        ],
        _ => &[],
    }
}

fn check_named(kind: Kind) {
    let text = says(&sample::content(kind), kind);
    assert!(text.contains(kind.zh()));
    for (field, value) in named(kind) {
        assert!(
            text.contains(value),
            "{kind:?}: {field} ({value}) is not in: {text}"
        );
    }
    // Left out, the document is refused: it cannot be issued without them.
    let required = template(kind).required;
    assert!(required.len() >= 5);
    for name in &required {
        let mut content = sample::content(kind);
        content.fields.as_object_mut().unwrap().remove(name);
        let error = compose(&template(kind), &content, &site()).unwrap_err();
        assert!(error.to_string().contains(name.as_str()), "{error}");
    }
}

/// [D-13] Acceptance notice (受理通知书) carries a QR code and: case number, acceptance time,
/// accepting agency, window officer, promised limit, accepted materials, way of delivery.
#[test]
fn the_acceptance_notice_carries_what_is_named() {
    check_named(Kind::Acceptance);
    let content = sample::content(Kind::Acceptance);
    let letter = compose(&template(Kind::Acceptance), &content, &site()).unwrap();
    assert!(paper::letter(&letter).unwrap().qr.is_some());
}

/// [D-14] Non-acceptance notice (不予受理通知书): case number, time, agency, window officer,
/// reason.
#[test]
fn the_non_acceptance_notice_carries_what_is_named() {
    check_named(Kind::Refusal);
}

/// [D-15] Correction notice (补齐补正通知书): case number, time, agency, window officer, promised
/// limit, list of materials to complete or correct.
#[test]
fn the_correction_notice_carries_what_is_named() {
    check_named(Kind::Correction);
}

#[test]
fn the_intake_receipt_carries_what_is_named() {
    check_named(Kind::Receipt);
}

#[test]
fn the_qr_code_holds_case_number_and_token() {
    for &kind in Kind::ALL {
        let letter = compose(&template(kind), &sample::content(kind), &site()).unwrap();
        assert_eq!(
            letter.qr.as_deref(),
            Some("https://zwfw.yunzhou.example/progress/990102202611160000127?t=k3v9c0t2m8r5x1qz")
        );
    }
}

#[test]
fn every_kind_is_complete_and_leaves_no_placeholder() {
    for &kind in Kind::ALL {
        let text = says(&sample::content(kind), kind);
        assert!(!text.contains(['{', '}']), "{kind:?}: {text}");
        assert!(text.contains("咨询电话：0990-12341025"), "{kind:?}");
        assert!(text.contains("监督投诉电话：0990-12346025"), "{kind:?}");
        assert!(text.contains("云东市监"), "{kind:?}");
        // I-17: what is printed names the verification address and the number.
        assert!(
            text.contains("https://zwfw.yunzhou.example/verify"),
            "{kind:?}"
        );
    }
}

#[test]
fn decisions_and_refusals_name_both_remedies() {
    for kind in [
        Kind::Refusal,
        Kind::DecisionApprove,
        Kind::DecisionReject,
        Kind::Abort,
    ] {
        let text = says(&sample::content(kind), kind);
        assert!(
            text.contains("60日内向云州市云东区人民政府申请行政复议"),
            "{kind:?}: {text}"
        );
        assert!(
            text.contains("6个月内依法向有管辖权的人民法院提起行政诉讼"),
            "{kind:?}"
        );
    }
}

#[test]
fn a_decision_has_the_title_of_its_item() {
    let mut content = sample::content(Kind::DecisionApprove);
    content.title = "准予注册决定书".into();
    let text = says(&content, Kind::DecisionApprove);
    assert!(text.contains("准予注册决定书"));
    assert!(!text.contains("准予行政许可决定书"));
}

#[test]
fn rare_characters_of_names_are_drawn() {
    for (kind, name) in [
        (Kind::Receipt, "䶮记小厨"),
        (Kind::Payment, "孙㵘"),
        (Kind::DecisionReject, "韩𬭎"),
        (Kind::SiteRecord, "陈䶮"),
    ] {
        assert!(says(&sample::content(kind), kind).contains(name), "{name}");
    }
    let mut content = sample::content(Kind::Receipt);
    content.fields["applicant"] = json!("王\u{31350}");
    let letter = compose(&template(Kind::Receipt), &content, &site()).unwrap();
    let composed = paper::letter(&letter).and_then(|c| paper::lay_out(&c.document));
    assert_eq!(composed.unwrap_err(), paper::Error::NoGlyph('\u{31350}'));
}

#[test]
fn conditions_change_the_wording() {
    let mut content = sample::content(Kind::Correction);
    assert!(says(&content, Kind::Correction).contains("第三十二条第一款第（四）项"));
    content.fields["in_review"] = json!(true);
    let text = says(&content, Kind::Correction);
    assert!(
        text.contains("不计入办理期限") && !text.contains("第（四）项"),
        "{text}"
    );

    let mut content = sample::content(Kind::SpecialProcedure);
    assert!(says(&content, Kind::SpecialProcedure).contains("停止计时"));
    content.fields["excluded"] = json!(false);
    assert!(says(&content, Kind::SpecialProcedure).contains("承诺办结时间不变"));
    content.fields["extension"] = json!(true);
    content.fields["due_at"] = json!("2026-12-21T09:00:00Z");
    let text = says(&content, Kind::SpecialProcedure);
    assert!(
        text.contains("2026年12月21日 17:00前") && text.contains("延长办理期限"),
        "{text}"
    );

    let mut content = sample::content(Kind::Withdrawal);
    assert!(says(&content, Kind::Withdrawal).contains("已按你的要求撤回"));
    content.fields["lapsed"] = json!("逾期未补正材料");
    assert!(says(&content, Kind::Withdrawal).contains("因逾期未补正材料，按撤回申请处理"));
}

#[test]
fn quotation_marks_inside_others_are_single() {
    let text = says(&sample::content(Kind::Completion), Kind::Completion);
    assert!(text.contains("“开办餐饮店‘一件事’”"), "{text}");
}

#[test]
fn rows_and_columns_without_a_value_are_left_out() {
    let content = sample::content(Kind::Correction);
    let letter = compose(&template(Kind::Correction), &content, &site()).unwrap();
    let columns = |letter: &paper::Letter| {
        letter.blocks.iter().find_map(|block| match block {
            Block::Table { columns, .. } => Some(columns.len()),
            _ => None,
        })
    };
    assert_eq!(columns(&letter), Some(3));
    let mut content = content;
    content.fields["corrections"][0]["item"] = json!("户外广告设置");
    let letter = compose(&template(Kind::Correction), &content, &site()).unwrap();
    assert_eq!(columns(&letter), Some(4));
}

#[test]
fn a_wrong_moment_or_list_is_refused() {
    for (name, value) in [
        ("received_at", json!("昨天")),
        ("received_at", json!(12)),
        ("materials", json!("身份证")),
        ("officer", json!({"name": "郝思源"})),
    ] {
        let mut content = sample::content(Kind::Receipt);
        content.fields[name] = value;
        let error = compose(&template(Kind::Receipt), &content, &site()).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    let mut content = sample::content(Kind::Receipt);
    content.fields = Value::Null;
    assert!(compose(&template(Kind::Receipt), &content, &site()).is_err());
}

/// Draws every kind for people to look at, where a folder is named.
#[test]
fn every_kind_is_drawn() {
    let folder = std::env::var_os("TONGBAN_DRAW_NOTICES").map(std::path::PathBuf::from);
    for &kind in Kind::ALL {
        let template = template(kind);
        let letter = compose(&template, &sample::content(kind), &site()).unwrap();
        let composed = paper::letter(&letter).unwrap();
        let place = composed.seal.unwrap();
        let mut document = composed.document;
        let seal = paper::official(&paper::Official {
            organisation: sample::issuer().name,
            purpose: template.seal.purpose().map(Into::into),
            digits: String::new(),
            diameter_mm: place.width,
            dpi: 300.0,
        })
        .unwrap();
        document.pages[place.page]
            .items
            .push(paper::Item::Picture(paper::Placed {
                picture: seal,
                x: place.x,
                y: place.y,
                width: place.width,
                height: place.height,
            }));
        let laid = paper::lay_out(&document).unwrap();
        assert!(
            laid.pages.len() <= 2,
            "{kind:?} has {} pages",
            laid.pages.len()
        );
        for page in 0..laid.pages.len() {
            let png = paper::to_png(&laid, page, paper::Scale::Dpi(dpi())).unwrap();
            assert!(png.len() > 10_000);
            if let Some(folder) = &folder {
                let name = format!("{}_{}.png", kind.code(), page + 1);
                std::fs::write(folder.join(name), png).unwrap();
            }
        }
    }
}

fn dpi() -> f32 {
    std::env::var("TONGBAN_DRAW_DPI")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(80.0)
}
