//! What is refused, and how it is reported.

use items::{Fault, ImportReport, ItemFile, Outcome};
use serde_json::{Value, json};
use store::Ctx;
use store::testing::TestDb;

use crate::city::{self, AT, file, import, migrations};

async fn empty() -> (TestDb, Ctx) {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let ctx = store::testing::ctx(&test, AT);
    city::ground(&ctx).await;
    (test, ctx)
}

fn with(code: &str, change: impl FnOnce(&mut Value)) -> ItemFile {
    let mut file = file(code);
    change(&mut file.content);
    file
}

fn rules(report: &ImportReport, row: usize) -> Vec<&'static str> {
    report.rows[row].faults.iter().map(|f| f.rule).collect()
}

/// One change to one item, and the one rule that it breaks.
type Case = (&'static str, &'static str, fn(&mut Value));

async fn each_breaks_its_rule(cases: &[Case]) {
    let (_test, ctx) = empty().await;
    let files: Vec<ItemFile> = cases
        .iter()
        .map(|(_, code, change)| with(code, change))
        .collect();
    for (file, (rule, code, _)) in files.iter().zip(cases) {
        // Alone, so that rows do not disturb each other.
        let report = import(&ctx, std::slice::from_ref(file)).await;
        assert_eq!(
            report.rows[0].outcome,
            Outcome::Rejected,
            "{code} should break {rule}"
        );
        assert!(
            rules(&report, 0).contains(rule),
            "{rule}: {:?}",
            report.rows[0].faults
        );
        let words = |f: &Fault| !f.zh.is_empty() && !f.en.is_empty();
        assert!(report.rows[0].faults.iter().all(words));
    }
    assert_eq!(items::catalogue(&ctx).await.unwrap().all().count(), 0);
}

/// [C-29] immediate case ⇔ promised limit 0; promised ≤ statutory; visits above 0 need a reason;
/// fully online needs 0 visits; 0 visits and not online needs courier; fee needs basis, standard
/// and payment flag; a named result needs its sample; objects ⇔ themes; the flow of a licence item
/// has acceptance, review, decision, completion, delivery
#[tokio::test]
async fn elements_are_checked_against_each_other() {
    each_breaks_its_rule(&[
        ("C-29/immediate", "SPJYXK-XB", |v| {
            v["elements"]["case_type"] = json!("1")
        }),
        ("C-29/immediate", "SPJYXK-BF", |v| {
            v["elements"]["case_type"] = json!("2")
        }),
        ("C-29/promised", "SPJYXK-XB", |v| {
            v["elements"]["statutory_limit"]["value"] = json!(4)
        }),
        ("C-29/promised", "SPJYXK-XB", |v| {
            v["elements"]["statutory_limit"] = json!({"value": 6, "unit": "natural_day"});
        }),
        ("C-29/visits_reason", "SPJYXK-XB", |v| {
            v["supplement"]["visits_reason"] = json!(" ")
        }),
        ("C-29/fully_online", "YSZC", |v| {
            v["supplement"]["max_visits"] = json!(1);
            v["supplement"]["visits_reason"] = json!("领证");
        }),
        ("D-01/visits", "SPJYXK-XB", |v| {
            v["supplement"]["max_visits"] = json!(2)
        }),
        ("C-29/courier", "YSZC", |v| {
            v["supplement"]["online_available"] = json!(false);
            v["elements"]["courier_supported"] = json!(false);
        }),
        ("C-29/fee_basis", "LSZD", |v| {
            v["elements"]["fee_basis"] = json!("")
        }),
        ("C-29/payment", "LSZD", |v| {
            v["elements"]["online_payment_supported"] = json!(false)
        }),
        ("C-29/payment", "YSZC", |v| {
            v["elements"]["online_payment_supported"] = json!(true)
        }),
        ("C-29/fee_standard", "LSZD", |v| {
            v["elements"]["fee_standard"][0]["standard"] = json!("")
        }),
        ("C-29/fee_step", "LSZD", |v| {
            v["supplement"]["fee_step"] = json!("after_decision")
        }),
        ("C-29/result_sample", "YSZC", |v| {
            v["elements"]["result_sample"] = Value::Null
        }),
        ("C-29/themes", "YSZC", |v| {
            v["supplement"]["service_theme_natural"] = json!([])
        }),
        ("C-29/themes", "YSZC", |v| {
            v["supplement"]["service_theme_legal"] = json!(["其他"])
        }),
        ("C-29/flow", "SPJYXK-XB", |v| {
            let posts = v["elements"]["flow"]["internal_posts"]
                .as_array_mut()
                .unwrap();
            for post in posts.iter_mut().filter(|p| p["step"] == "decide") {
                post["step"] = json!("review");
            }
        }),
        ("C-29/flow", "SPJYXK-XB", |v| {
            v["elements"]["flow"]["internal_posts"][0]["limit_value"] = json!(1.5);
        }),
    ])
    .await;
}

/// The decision part of the review rules, the review methods and the deciding post agree on who
/// decides.
#[tokio::test]
async fn who_decides_follows_from_the_methods() {
    each_breaks_its_rule(&[
        ("C-42/decision", "SPJYXK-XB", |v| {
            v["review_rules"]["decision"]["rule"] = json!("由审查岗提出意见即时决定");
        }),
        ("C-42/decision", "YSZC", |v| {
            v["review_rules"]["decision"]["rule"] = json!("审查人员签署意见，由决定人作出决定");
        }),
        ("C-42/decision", "YSZC", |v| {
            v["review_rules"]["decision"]["rule"] = json!("及时办理");
        }),
        ("C-42/decision", "YSZC", |v| {
            v["review_rules"]["decision"]["collective"] = json!(true);
        }),
        ("C-42/decision", "YSZC", |v| {
            let methods = &mut v["elements"]["flow"]["methods"];
            methods.as_array_mut().unwrap().push(json!("hearing"));
        }),
        ("C-42/decision", "CJRZ", |v| {
            v["elements"]["flow"]["standards_shown"] = json!(true);
        }),
        ("C-29/flow", "SPJYXK-XB", |v| {
            for post in v["elements"]["flow"]["internal_posts"]
                .as_array_mut()
                .unwrap()
            {
                if post["step"] == "decide" {
                    post["role"] = json!("reviewer");
                }
            }
        }),
    ])
    .await;
    let (_test, ctx) = empty().await;
    let tested = with("CJRZ", |v| {
        v["elements"]["flow"]["standards_shown"] = json!(true);
        v["review_rules"]["decision"]["rule"] = json!("检验合格的由审查岗即时决定");
    });
    let report = import(&ctx, &[tested]).await;
    assert_eq!(report.rows[0].outcome, Outcome::Added { version: 1 });
}

/// [C-28] base code of 12, implementation code of 31, handling item code of 33, local codes of up
/// to 50
#[tokio::test]
async fn codes_are_checked() {
    each_breaks_its_rule(&[
        ("C-28/base_code", "YSZC", |v| {
            v["elements"]["base_code"] = json!("00012300600")
        }),
        ("C-28/base_code_type", "YSZC", |v| {
            v["elements"]["item_type"] = json!("07")
        }),
        ("C-28/department", "YSZC", |v| {
            v["elements"]["base_code"] = json!("000124006001")
        }),
        ("C-28/implementation_code", "YSZC", |v| {
            v["elements"]["implementation_code"] = json!("11990100MB9109598X3000123006001");
        }),
        ("C-28/implementation_parts", "YSZC", |v| {
            v["elements"]["exercise_level"] = json!("4")
        }),
        ("C-28/handling_code", "YSZC", |v| {
            v["handling_items"][0]["handling_item_code"] =
                json!("11990100MB9109598H30001230060010");
        }),
        ("C-28/handling_twice", "SPJYXK-XB", |v| {
            v["handling_items"][1]["handling_item_code"] =
                v["handling_items"][0]["handling_item_code"].clone();
        }),
        ("C-28/local_code", "YSZC", |v| {
            v["supplement"]["local_implementation_code"] = json!("A".repeat(51));
        }),
        ("C-28/short_code", "YSZC", |v| {
            v["supplement"]["item_id"] = json!("../yszc")
        }),
        ("C-28/uscc", "YSZC", |v| {
            v["elements"]["agency"]["uscc"] = json!("11990100MB9109598X")
        }),
        ("C-23/code", "YSZC", |v| {
            v["elements"]["cross_region_scope"] = json!("world")
        }),
        ("C-23/phones", "YSZC", |v| {
            v["elements"]["supervision_phone"] = v["elements"]["consultation_phone"].clone();
        }),
        ("C-23/required", "YSZC", |v| {
            v["elements"]["faq"] = json!([])
        }),
        ("C-23/missing", "YSZC", |v| {
            v["elements"]
                .as_object_mut()
                .unwrap()
                .remove("quantity_limit");
        }),
        ("C-23/unknown", "YSZC", |v| {
            v["elements"]["colour"] = json!("red")
        }),
        ("C-23/type", "YSZC", |v| {
            v["elements"]["statutory_limit"]["unit"] = json!("fortnight")
        }),
        ("C-23/length", "YSZC", |v| {
            v["elements"]["quantity_limit"] = json!("限".repeat(201))
        }),
        ("C-23/agency", "YSZC", |v| {
            v["elements"]["agency"]["agency_code"] = json!("NOBODY")
        }),
        ("C-23/co_agency", "YSZC", |v| {
            v["elements"]["co_agencies"] =
                json!([{"agency_code": "X", "uscc": "11990100MB9109598H", "name": "某局"}]);
        }),
    ])
    .await;
}

/// [C-31] a required material must cite its law, rule or normative document; "other materials
/// required" cannot be saved
#[tokio::test]
async fn materials_are_checked() {
    each_breaks_its_rule(&[
        ("C-31/basis", "YSZC", |v| {
            v["elements"]["materials"][0]["basis"]["law"] = json!("")
        }),
        ("C-31/basis", "YSZC", |v| {
            v["elements"]["materials"][1]["basis"] = Value::Null
        }),
        ("C-31/catch_all", "YSZC", |v| {
            v["elements"]["materials"][1]["material_name"] = json!("法律、法规规定的其他材料");
        }),
        ("C-32/sample", "YSZC", |v| {
            v["elements"]["materials"][1]["sample"] = Value::Null
        }),
        ("C-32/issuer", "YSZC", |v| {
            v["elements"]["materials"][1]["source_channel"] = json!("agency");
            v["elements"]["materials"][1]["issuing_department"] = Value::Null;
        }),
        ("C-32/intermediary", "YSZC", |v| {
            v["elements"]["materials"][1]["source_channel"] = json!("intermediary");
            v["elements"]["materials"][1]["intermediary"] = Value::Null;
        }),
        ("C-30/type", "YSZC", |v| {
            v["elements"]["materials"][1]["material_type"] = json!("8")
        }),
        ("C-30/twice", "YSZC", |v| {
            v["elements"]["materials"][1]["material_code"] = json!("YSZC-M01");
        }),
        ("C-30/licence_type", "YSZC", |v| {
            v["elements"]["materials"][1]["satisfied_by_licence_type"] = json!("NOSUCH");
        }),
        ("B-44/formats", "YSZC", |v| {
            v["elements"]["materials"][1]["file_formats"] = json!(["exe"]);
        }),
        ("C-16/material", "YSZC", |v| {
            v["situations"][0]["material_codes"][0] = json!("M99")
        }),
        ("C-16/unused", "YSZC", |v| {
            v["situations"][0]["material_codes"]
                .as_array_mut()
                .unwrap()
                .remove(0);
        }),
        ("C-16/condition", "YSZC", |v| {
            v["situations"][1]["conditions"] =
                json!({"question": "gap", "op": "eq", "value": "maybe"});
        }),
        ("R-14/form", "YSZC", |v| v["form"]["x_sections"] = json!([])),
        ("C-33/outward", "YSZC", |v| {
            v["elements"]["flow"]["outward"]
                .as_array_mut()
                .unwrap()
                .pop();
        }),
        ("D-61/decision_document", "YSZC", |v| {
            v["supplement"]["decision_document_name"] = Value::Null;
        }),
        ("B-24/sample", "YSZC", |v| {
            v["elements"]["result_sample"]["desensitised"] = json!(false)
        }),
    ])
    .await;
}

/// [C-03] a lower list inherits name, type, legal basis and base code and cannot change them
#[tokio::test]
async fn base_elements_are_inherited() {
    each_breaks_its_rule(&[
        ("C-03/name", "YSZC", |v| {
            v["elements"]["item_name"] = json!("医师注册")
        }),
        ("C-03/legal_basis", "YSZC", |v| {
            v["elements"]["legal_basis"].as_array_mut().unwrap().pop();
        }),
        ("C-03/type", "LNYDZ", |v| {
            v["elements"]["item_type"] = json!("07")
        }),
        ("C-15/not_listed", "YSZC", |v| {
            v["elements"]["base_code"] = json!("000123999001");
            v["elements"]["implementation_code"] = json!("11990100MB9109598H3000123999001");
        }),
    ])
    .await;
}

/// [C-10] batch import with automatic rule check and a row-by-row error report; rows with errors
/// are not imported
#[tokio::test]
async fn rows_with_errors_stay_out_and_the_others_come_in() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let ctx = store::testing::ctx(&test, AT);
        city::ground(&ctx).await;
        let broken = with("YSZC", |v| {
            v["elements"]["case_type"] = json!("1");
            v["elements"]["materials"][1]["basis"] = Value::Null;
        });
        let shapeless = ItemFile {
            label: "row 3".into(),
            content: json!({"elements": 1}),
        };
        let report = import(&ctx, &[file("CZQC"), broken, shapeless, file("LNYDZ")]).await;
        let outcomes: Vec<bool> = report
            .rows
            .iter()
            .map(|r| r.outcome != Outcome::Rejected)
            .collect();
        assert_eq!(outcomes, [true, false, false, true]);
        assert_eq!(
            report.rows.iter().map(|r| r.no).collect::<Vec<_>>(),
            [1, 2, 3, 4]
        );
        assert_eq!(rules(&report, 1), ["C-29/immediate", "C-31/basis"]);
        assert_eq!(report.rows[1].name.as_deref(), Some("医师执业注册"));
        assert_eq!(report.rows[1].faults[1].element, Some(14));
        assert!(
            rules(&report, 2)
                .iter()
                .filter(|r| **r == "C-23/missing")
                .count()
                == 36
        );
        let csv = report.faults_csv();
        assert!(
            csv.contains("2,YSZC.json,医师执业注册,C-29/immediate,34"),
            "{csv}"
        );
        assert_eq!(items::catalogue(&ctx).await.unwrap().all().count(), 2);
        assert!(items::version(&ctx, "YSZC", 1).await.is_err());
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn codes_belong_to_one_item() {
    let (_test, ctx) = empty().await;
    let twin = with("YSZC", |v| v["supplement"]["item_id"] = json!("YSZC-2"));
    let report = import(&ctx, &[file("YSZC"), twin.clone()]).await;
    assert!(matches!(report.rows[0].outcome, Outcome::Added { .. }));
    assert_eq!(rules(&report, 1), ["C-10/twice", "C-10/twice"]);
    let report = import(&ctx, &[twin]).await;
    assert_eq!(rules(&report, 0), ["C-23/unique", "C-23/unique"]);
}

/// A 一件事 needs its children, from the same import or already there.
#[tokio::test]
async fn a_parent_needs_its_children() {
    let (_test, ctx) = empty().await;
    let report = import(&ctx, &[file("CYD-YJS")]).await;
    assert_eq!(report.rows[0].outcome, Outcome::Rejected);
    assert_eq!(rules(&report, 0), ["N/parallel"; 4]);
    let children = ["SPJYXK-XB", "HWGG", "XFJC", "PSXK"].map(file);
    import(&ctx, &children).await;
    let strange = with("CYD-YJS", |v| {
        v["parallel_approval"]["children"][0]["answers"]["cold"] = json!("perhaps");
        v["parallel_approval"]["merged_materials"][0]["child_materials"][0]["material_codes"] =
            json!(["M99"]);
    });
    assert_eq!(rules(&import(&ctx, &[strange]).await, 0).len(), 2);
    let report = import(&ctx, &[file("CYD-YJS")]).await;
    assert_eq!(
        report.rows[0].outcome,
        Outcome::Added { version: 1 },
        "{}",
        report.faults_csv()
    );
}

#[tokio::test]
async fn entries_of_the_catalogue_list_are_checked() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let ctx = store::testing::ctx(&test, AT);
    let mut list = city::catalogue_list();
    list.main_items[0].sub_items[0].legal_basis.clear();
    list.main_items[1].sub_items[0].base_code = "000199082001".into();
    list.main_items[3].sub_items[0].item_name = list.main_items[2].sub_items[0].item_name.clone();
    let report = items::import_catalogue_list(&ctx, &list).await.unwrap();
    assert_eq!(rules(&report, 0), ["C-23/legal_basis"]);
    assert!(rules(&report, 1).contains(&"C-28/main_prefix"));
    assert_eq!(rules(&report, 3), ["C-10/name_twice"]);
    assert_eq!(report.rejected().count(), 3);
    assert_eq!(report.changed(), 26);
    let report = items::import_catalogue_list(&ctx, &city::catalogue_list())
        .await
        .unwrap();
    assert_eq!((report.rejected().count(), report.changed()), (0, 3));
    let mut renamed = city::catalogue_list();
    renamed.main_items[0].sub_items[0]
        .item_name
        .push_str("（修订）");
    let report = items::import_catalogue_list(&ctx, &renamed).await.unwrap();
    assert_eq!(
        report.rows[0].outcome,
        Outcome::Changed {
            version: 2,
            replaces: Some(1)
        }
    );
}
