//! The index as its users see it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop where something is missing"
)]

use kernel::PageRequest;
use text::{Doc, Filter, Found, Index, Matched, Query};

fn doc(id: &str, title: &str, names: &[&str], synonyms: &[&str], body: &str) -> Doc {
    let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    Doc {
        id: id.into(),
        kind: "item".into(),
        title: title.into(),
        names: own(names),
        synonyms: own(synonyms),
        body: body.into(),
        ..Doc::default()
    }
}

fn library() -> Vec<Doc> {
    let facet = |mut doc: Doc, audience: &[&str], department: &str| {
        doc.facets = audience
            .iter()
            .map(|a| ("audience".to_owned(), (*a).to_owned()))
            .collect();
        doc.facets.push(("department".into(), department.into()));
        doc
    };
    vec![
        facet(
            doc(
                "food",
                "食品经营许可（新办）",
                &["开饭店", "开餐馆"],
                &["餐饮许可", "奶茶店"],
                "在境内从事食品销售和餐饮服务活动，应当依法取得食品经营许可。冷食类须设专间。",
            ),
            &["legal"],
            "市场监管局",
        ),
        facet(
            doc(
                "change",
                "食品经营许可（变更）",
                &["饭店改名"],
                &["食品证变更"],
                "变更负责人",
            ),
            &["legal"],
            "市场监管局",
        ),
        facet(
            doc(
                "drug",
                "药品零售企业经营许可",
                &["开药店"],
                &["大药房"],
                "有依法认定的药师。",
            ),
            &["legal"],
            "市场监管局",
        ),
        facet(
            doc(
                "old",
                "老年人优待证办理",
                &["老年证"],
                &["敬老卡"],
                "年满60周岁。凭证免费乘坐公交车，可为食堂用餐减免费用。",
            ),
            &["natural"],
            "民政局",
        ),
        facet(
            doc(
                "fire",
                "公众聚集场所营业前消防安全检查",
                &["KTV、商场消防"],
                &["消防证"],
                "",
            ),
            &["natural", "legal"],
            "消防救援大队",
        ),
    ]
}

fn index() -> Index {
    let index = Index::in_ram().unwrap();
    index.replace_all(library()).unwrap();
    index
}

fn ask(index: &Index, text: &str) -> Found {
    index
        .search(&Query {
            text: text.into(),
            ..Query::default()
        })
        .unwrap()
}

fn ids(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|h| h.id.as_str()).collect()
}

fn first<'f>(found: &'f Found, text: &str) -> &'f str {
    found
        .hits
        .first()
        .map(|h| h.id.as_str())
        .unwrap_or_else(|| panic!("nothing for {text}"))
}

#[test]
fn every_way_of_naming_a_thing_finds_it_first() {
    let index = index();
    for (text, id) in [
        ("食品经营许可（新办）", "food"),
        ("食品经营许可新办", "food"),
        ("开饭店", "food"),
        ("我想开饭店需要什么手续", "food"),
        ("奶茶店", "food"),
        ("shipinjingyingxukex", "food"),
        ("kfd", "food"),
        ("spjyxkxb", "food"),
        ("spjyxkbg", "change"),
        ("食品经迎许可新办", "food"),
        ("食品营经许可变更", "change"),
        ("开要店", "drug"),
        ("老年正", "old"),
        ("laonianrenyoudai", "old"),
        ("laonianrenyodai", "old"),
        ("ktv", "fire"),
        ("ＫＴＶ", "fire"),
        ("药", "drug"),
        ("公交", "old"),
        ("专间", "food"),
        ("消防 检查", "fire"),
    ] {
        let found = ask(&index, text);
        assert_eq!(first(&found, text), id, "{text}: {:?}", ids(&found));
    }
}

#[test]
fn own_name_stands_before_text() {
    let found = ask(&index(), "食品");
    assert_eq!(found.hits.len(), 2);
    let found = ask(&index(), "餐饮服务");
    assert_eq!(ids(&found), ["food"]);
    assert_eq!(found.hits[0].matched, Matched::Body);
    assert!(
        found.hits[0]
            .snippet
            .iter()
            .any(|s| s.hit && s.text == "餐饮服务")
    );
    let found = ask(&index(), "食堂");
    assert_eq!(ids(&found), ["old"]);
}

#[test]
fn what_matched_is_marked_in_the_name_that_matched() {
    let found = ask(&index(), "饭店");
    let hit = &found.hits[0];
    assert!(matches!(hit.matched, Matched::Name(0)));
    let name = hit.name.as_ref().unwrap();
    assert!(name.iter().any(|s| s.hit && s.text == "饭店"), "{name:?}");
    let heard = ask(&index(), "开要店");
    let name = heard.hits[0].name.as_ref().unwrap();
    assert!(heard.hits[0].guessed);
    assert!(name.iter().any(|s| s.hit), "{name:?}");
}

#[test]
fn filters_narrow_and_their_own_numbers_stay() {
    let index = index();
    let filter = |facet: &str, value: &str| Filter {
        facet: facet.into(),
        any_of: vec![value.to_owned()],
    };
    let all = ask(&index, "");
    assert_eq!(all.total, 5);
    let numbers = |found: &Found, facet: &str| -> Vec<(String, u64)> {
        found.facets[facet]
            .iter()
            .map(|c| (c.value.clone(), c.count))
            .collect()
    };
    assert_eq!(
        numbers(&all, "audience"),
        [("legal".into(), 4), ("natural".into(), 2)]
    );
    assert_eq!(numbers(&all, text::KIND), [("item".into(), 5)]);

    let query = Query {
        filters: vec![filter("audience", "natural")],
        ..Query::default()
    };
    let found = index.search(&query).unwrap();
    assert_eq!(found.total, 2);
    assert_eq!(
        numbers(&found, "audience"),
        [("legal".into(), 4), ("natural".into(), 2)]
    );
    assert_eq!(
        numbers(&found, "department"),
        [("民政局".into(), 1), ("消防救援大队".into(), 1)]
    );

    let query = Query {
        text: "经营许可".into(),
        filters: vec![filter("audience", "legal"), filter("department", "民政局")],
        ..Query::default()
    };
    let found = index.search(&query).unwrap();
    assert_eq!(found.total, 0);
    assert_eq!(numbers(&found, "department"), [("市场监管局".into(), 3)]);
    assert_eq!(numbers(&found, "audience"), []);
    let unknown = Query {
        filters: vec![filter("colour", "red")],
        ..Query::default()
    };
    assert_eq!(index.search(&unknown).unwrap().total, 0);
}

#[test]
fn nothing_found_offers_the_nearest_names() {
    let index = index();
    let found = ask(&index, "zzzzqqq");
    assert!(found.hits.is_empty() && found.nearest.is_empty());
    let found = ask(&index, "药方店");
    assert_eq!(found.total, 0);
    assert!(
        found.nearest.iter().any(|n| n == "开药店"),
        "{:?}",
        found.nearest
    );
}

#[test]
fn most_words_are_enough_when_nothing_has_all() {
    let found = ask(&index(), "食品经营火箭");
    assert!(found.relaxed);
    assert_eq!(found.total, 2);
}

#[test]
fn pages_are_parts_of_one_order() {
    let index = Index::in_ram().unwrap();
    let docs = (0..450).map(|i| doc(&format!("{i:03}"), &format!("第{i}号许可"), &[], &[], ""));
    index.replace_all(docs.collect()).unwrap();
    let mut seen = Vec::new();
    for page in 1..=23 {
        let page = PageRequest::new(page, 20);
        let found = index
            .search(&Query {
                text: "许可".into(),
                page,
                ..Query::default()
            })
            .unwrap();
        assert_eq!(found.total, 450);
        seen.extend(found.hits.into_iter().map(|h| h.id));
    }
    assert_eq!(seen.len(), 450);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 450);
}

#[test]
fn wanted_often_comes_first_among_equals() {
    let index = Index::in_ram().unwrap();
    let mut often = doc("often", "甲证补办", &[], &[], "");
    often.weight = 1.0;
    index
        .replace_all(vec![doc("seldom", "乙证补办", &[], &[], ""), often])
        .unwrap();
    assert_eq!(ids(&ask(&index, "补办")), ["often", "seldom"]);
    assert_eq!(ids(&ask(&index, "")), ["often", "seldom"]);
}

#[test]
fn a_folder_keeps_the_index_and_updates_change_it() {
    let folder = tempfile::tempdir().unwrap();
    {
        let index = Index::in_folder(folder.path()).unwrap();
        assert!(index.is_empty());
        index.replace_all(library()).unwrap();
    }
    let index = Index::in_folder(folder.path()).unwrap();
    assert_eq!(index.len(), 5);
    assert_eq!(first(&ask(&index, "开饭店"), ""), "food");
    let renamed = doc("food", "餐饮备案", &[], &[], "");
    index.update(vec![renamed], &["drug".to_owned()]).unwrap();
    assert_eq!(index.len(), 4);
    assert!(ask(&index, "药品零售").hits.is_empty());
    assert_eq!(ids(&ask(&index, "餐饮备案")), ["food"]);
    assert_eq!(ask(&index, "").total, 4);
    let numbers = &ask(&index, "").facets["audience"];
    assert_eq!(numbers.iter().map(|c| c.count).sum::<u64>(), 4);
}

#[test]
fn a_damaged_folder_is_emptied_instead_of_failing() {
    let folder = tempfile::tempdir().unwrap();
    Index::in_folder(folder.path())
        .unwrap()
        .replace_all(library())
        .unwrap();
    let place = std::fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::write(place.join("meta.json"), "{broken").unwrap();
    let index = Index::in_folder(folder.path()).unwrap();
    assert!(index.is_empty());
    index.replace_all(library()).unwrap();
    assert_eq!(index.len(), 5);
}

#[test]
fn suggestions_fit_what_is_typed_so_far() {
    let index = index();
    let suggest = |text: &str| {
        let query = Query {
            text: text.into(),
            page: PageRequest::new(1, 8),
            ..Query::default()
        };
        index.suggest(&query).unwrap()
    };
    for typed in ["开", "开饭", "k", "kf", "kaif"] {
        let rows = suggest(typed);
        assert!(
            rows.iter()
                .any(|s| s.id == "food" && s.name.as_deref() == Some("开饭店")),
            "{typed}: {rows:?}"
        );
    }
    assert_eq!(suggest("食品经")[0].title, "食品经营许可（变更）");
    assert!(
        suggest("公交").is_empty(),
        "what only the text mentions is not suggested"
    );
    assert!(suggest(" ").is_empty());
}

#[test]
fn odd_questions_do_no_harm() {
    let index = index();
    for text in [
        "",
        " ",
        "（）",
        "'; --",
        "a",
        "1",
        "𠮷",
        "食",
        &"许可".repeat(5000),
        "\0\n",
        "%",
        "🙂",
    ] {
        let _ = ask(&index, text);
    }
    assert_eq!(ask(&Index::in_ram().unwrap(), "食品").total, 0);
}
