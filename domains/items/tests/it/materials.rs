//! Materials by situation.

use conditions::Answers;
use items::{Exempt, MaterialCounts};

use crate::city;

/// [C-16] each condition is linked to its materials: the demonstration's applications need exactly
/// the materials that were written down for them
#[tokio::test]
async fn answers_choose_the_materials() {
    let (_test, ctx) = city::small().await;
    let catalogue = items::catalogue(&ctx).await.unwrap();
    let forms = city::demo("scenario_forms");
    let mut compared = 0;
    for form in forms["forms"].as_array().unwrap() {
        let item = catalogue.find(form["item_id"].as_str().unwrap()).unwrap();
        let answers: Answers = serde_json::from_value(form["answers"].clone()).unwrap();
        let texts =
            |name: &str| -> Vec<String> { serde_json::from_value(form[name].clone()).unwrap() };
        assert_eq!(item.situations_for(&answers), texts("expected_situations"));
        let needs = item.materials_for(&answers);
        let codes: Vec<&str> = needs
            .iter()
            .map(|n| n.material.material_code.as_str())
            .collect();
        assert_eq!(codes, texts("expected_materials"), "{}", item.item_id);
        assert!(needs.iter().all(|n| n.required));
        compared += 1;
    }
    assert!(compared >= 9);
}

#[tokio::test]
async fn what_the_platform_can_get_need_not_be_handed_in() {
    let (_test, ctx) = city::small().await;
    let item = items::catalogue(&ctx)
        .await
        .unwrap()
        .find("SPJYXK-XB")
        .unwrap();
    let answers: Answers = [("agent", "yes"), ("business", "canteen"), ("cold", "yes")]
        .into_iter()
        .collect();
    let needs = item.materials_for(&answers);
    assert_eq!(needs.len(), 8);
    let exempt: Vec<Option<Exempt<'_>>> = needs.iter().map(|n| n.exempt()).collect();
    assert_eq!(exempt[0], Some(Exempt::Form));
    assert_eq!(exempt[1], Some(Exempt::Licence("GTYYZZ")));
    assert_eq!(exempt[2], Some(Exempt::Credential("ID_CARD")));
    assert!(exempt[3..].iter().all(Option::is_none));
    let counts = MaterialCounts::of(&needs);
    assert_eq!((counts.total, counts.own, counts.exempt), (8, 5, 3));
    // Asked for by the situation, and said so.
    assert!(needs[4].situations.is_empty());
    assert_eq!(needs[3].situations, ["委托他人代办"]);
    assert_eq!(needs[6].situations, ["是否制售冷食、生食、裱花蛋糕：是"]);
    // Nothing answered yet: only what everybody needs.
    assert_eq!(item.materials_for(&Answers::new()).len(), 5);
    let rows = item.material_rows();
    assert_eq!(rows.len(), 8);
    assert_eq!(rows[7].when, ["单位食堂"]);
    assert_eq!(
        item.handling_item(&answers).unwrap().name,
        "食品经营许可（单位食堂新办）"
    );
}

#[tokio::test]
async fn a_parent_chooses_its_children() {
    let (_test, ctx) = city::small().await;
    let catalogue = items::catalogue(&ctx).await.unwrap();
    let parent = catalogue.find("CYD-YJS").unwrap();
    let parallel = parent.parallel.as_ref().unwrap();
    let answers: Answers = [
        ("agent", "no"),
        ("sign", "yes"),
        ("gather", "no"),
        ("drain", "yes"),
        ("cold", "yes"),
    ]
    .into_iter()
    .collect();
    let included: Vec<&str> = parallel
        .included(&answers)
        .map(|c| c.item_id.as_str())
        .collect();
    assert_eq!(included, ["SPJYXK-XB", "HWGG", "PSXK"]);
    let own = parallel.children[0].answers_from(&answers);
    let food = catalogue.find("SPJYXK-XB").unwrap();
    assert!(food.questions.check(&own).is_empty(), "{own:?}");
    let codes: Vec<String> = food
        .materials_for(&own)
        .iter()
        .map(|n| n.material.material_code.clone())
        .collect();
    assert!(codes.contains(&"SPJYXK-XB-M07".to_owned()));
    assert_eq!(catalogue.parents_of("XFJC").count(), 1);
    assert_eq!(catalogue.together().count(), 1);
}
