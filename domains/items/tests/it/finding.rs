//! Finding an item by what people type.

use std::collections::HashMap;

use items::{Audience, Dimension, Filter, Query, SearchPage};
use kernel::PageRequest;
use store::Ctx;

use crate::city;

async fn search(ctx: &Ctx, text: &str) -> SearchPage {
    items::search(
        ctx,
        &Query {
            text: text.to_owned(),
            ..Query::default()
        },
    )
    .await
    .unwrap()
}

fn ids(page: &SearchPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.id.as_str()).collect()
}

/// Every single slip of a name: a wrong, a missing, a doubled, and two swapped characters.
fn slips(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let text = |chars: &[char]| chars.iter().collect::<String>();
    let mut all = Vec::new();
    for i in 0..chars.len() {
        let mut wrong = chars.clone();
        wrong[i] = '萬';
        let mut missing = chars.clone();
        missing.remove(i);
        let mut doubled = chars.clone();
        doubled.insert(i, chars[i]);
        all.extend([text(&wrong), text(&missing), text(&doubled)]);
        if i + 1 < chars.len() {
            let mut swapped = chars.clone();
            swapped.swap(i, i + 1);
            all.push(text(&swapped));
        }
    }
    all
}

/// [B-13] Each published item is first for its own name and on page one for its plain name,
/// pinyin initials and one typo.
#[tokio::test]
async fn every_item_is_found() {
    let (_test, ctx) = city::small().await;
    let catalogue = items::catalogue(&ctx).await.unwrap();
    assert_eq!(catalogue.in_use().count(), 29);
    let find = |text: &str| {
        let query = Query {
            text: text.to_owned(),
            ..Query::default()
        };
        catalogue.search(&query).unwrap()
    };
    for item in catalogue.in_use() {
        let id = item.item_id.as_str();
        let page_one = |text: &str| {
            let found = find(text);
            assert!(
                ids(&found).contains(&id),
                "{id} for {text}: {:?}",
                ids(&found)
            );
            assert!(found.rows.len() <= 20);
        };
        let plain: String = item.name.chars().filter(|c| c.is_alphanumeric()).collect();
        for name in [item.name.as_str(), &plain] {
            assert_eq!(ids(&find(name)).first(), Some(&id), "{name}");
        }
        item.everyday_names().for_each(page_one);
        item.synonyms.iter().for_each(|name| page_one(name));
        page_one(&initials(&item.name));
        for everyday in item.everyday_names() {
            page_one(&initials(everyday));
        }
        for slip in slips(&plain) {
            page_one(&slip);
        }
        for slip in item
            .everyday_names()
            .filter(|n| n.chars().count() >= 4)
            .flat_map(slips)
        {
            page_one(&slip);
        }
        for code in [id, &item.implementation_code, &item.handling_items[0].code] {
            assert_eq!(ids(&find(code)).first(), Some(&id), "{code}");
        }
    }
}

/// First letters of pinyin, written down beside the test: made by another program, which knows
/// readings from context.
fn initials(name: &str) -> String {
    let all: HashMap<String, String> = serde_json::from_str(include_str!("initials.json")).unwrap();
    all.get(name)
        .unwrap_or_else(|| panic!("no initials of {name}"))
        .clone()
}

/// 「开饭店」 is what everybody says for a food business licence.
#[tokio::test]
async fn opening_a_restaurant() {
    let (_test, ctx) = city::small().await;
    for text in ["开饭店", "我想开饭店", "kaifandian", "kfd", "开饭點"] {
        let found = search(&ctx, text).await;
        let row = &found.rows[0];
        assert_eq!(row.id, "SPJYXK-XB", "{text}: {:?}", ids(&found));
        let item = row.item.as_ref().unwrap();
        assert_eq!(item.name, "食品经营许可（新办）");
    }
    let found = search(&ctx, "开饭店").await;
    let name = found.rows[0].name.as_ref().unwrap();
    assert!(name.iter().any(|s| s.hit && s.text == "开饭店"), "{name:?}");
    assert!(ids(&found).contains(&"CYD-YJS"));
}

#[tokio::test]
async fn words_of_the_text_find_and_are_shown() {
    let (_test, ctx) = city::small().await;
    let found = search(&ctx, "二次更衣").await;
    assert_eq!(
        found.total,
        0,
        "samples are not searched: {:?}",
        ids(&found)
    );
    let found = search(&ctx, "拒绝往来").await;
    assert!(found.rows.is_empty());
    let found = search(&ctx, "国家湿地").await;
    assert!(found.rows.is_empty() || found.relaxed);
    let found = search(&ctx, "危险驾驶犯罪").await;
    assert_eq!(ids(&found), ["CZQC"]);
    let marked: String = found.rows[0]
        .snippet
        .iter()
        .filter(|s| s.hit)
        .map(|s| s.text.as_str())
        .collect();
    assert!(marked.contains("危险驾驶犯罪"), "{marked}");
    let found = search(&ctx, "砍").await;
    assert_eq!(ids(&found)[0], "LMCF");
}

#[tokio::test]
async fn filters_and_tabs_have_numbers() {
    let (_test, ctx) = city::small().await;
    let mut query = Query {
        text: "许可".into(),
        ..Query::default()
    };
    let all = items::search(&ctx, &query).await.unwrap();
    let audiences = &all.facets[&Dimension::Audience];
    let legal = audiences.iter().find(|c| c.value == "legal").unwrap();
    assert_eq!(legal.label, "法人");
    query.filter.audience = Some(Audience::Legal);
    let narrowed = items::search(&ctx, &query).await.unwrap();
    assert_eq!(narrowed.total as usize, legal.count);
    assert!(
        narrowed
            .rows
            .iter()
            .all(|r| r.item.as_ref().unwrap().for_legal_persons())
    );
    query.filter.department = Some("YD_SCJG".into());
    let food = items::search(&ctx, &query).await.unwrap();
    let departments = &food.facets[&Dimension::Department];
    let own = departments.iter().find(|c| c.value == "YD_SCJG").unwrap();
    assert_eq!(
        (own.count as u64, own.label.as_str()),
        (food.total, "云州市云东区市场监督管理局")
    );
    assert!(departments.len() > 1);
    assert!(
        all.kinds
            .iter()
            .any(|(kind, n)| kind == items::FAQ && *n > 0)
    );
    query.kind = Some(items::FAQ.into());
    query.filter = Filter::default();
    query.text = "有效期".into();
    let questions = items::search(&ctx, &query).await.unwrap();
    assert!(questions.total > 0);
    assert!(
        questions
            .rows
            .iter()
            .all(|r| r.kind == items::FAQ && r.item.is_some())
    );
}

#[tokio::test]
async fn an_empty_question_lists_everything_page_by_page() {
    let (_test, ctx) = city::small().await;
    let mut seen = Vec::new();
    for page in 1..=2 {
        let page = PageRequest::new(page, 20);
        let found = items::search(
            &ctx,
            &Query {
                page,
                ..Query::default()
            },
        )
        .await
        .unwrap();
        assert_eq!((found.total, found.pages()), (29, 2));
        seen.extend(found.rows.into_iter().map(|r| r.id));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 29);
}

#[tokio::test]
async fn suggestions_are_of_all_kinds() {
    let (_test, ctx) = city::small().await;
    let rows = items::suggest(&ctx, "食品经营许可证", 10).await.unwrap();
    assert!(
        rows.iter()
            .any(|r| r.kind == items::LICENCE && r.id == "SPJYXKZ"),
        "{rows:?}"
    );
    let rows = items::suggest(&ctx, "市场监督", 10).await.unwrap();
    assert!(
        rows.iter()
            .any(|r| r.kind == items::DEPARTMENT && r.id == "YD_SCJG"),
        "{rows:?}"
    );
    let rows = items::suggest(&ctx, "开饭", 5).await.unwrap();
    assert_eq!(rows[0].item_id.as_deref(), Some("SPJYXK-XB"));
    assert_eq!(rows[0].name.as_deref(), Some("开饭店"));
    let rows = items::suggest(&ctx, "一件事", 5).await.unwrap();
    assert_eq!(rows[0].kind, items::TOGETHER);
}

#[tokio::test]
async fn nothing_found_offers_the_nearest_names() {
    let (_test, ctx) = city::small().await;
    let found = search(&ctx, "航天发射").await;
    assert!(
        found.rows.is_empty() && found.nearest.is_empty(),
        "{:?}",
        found.nearest
    );
    let found = search(&ctx, "驾驶证").await;
    assert!(!found.rows.is_empty() || !found.nearest.is_empty());
}
