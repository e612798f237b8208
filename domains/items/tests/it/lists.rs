//! Lists, counts, themes, ranking and the export.

use items::{Audience, Dimension, Filter};
use kernel::PageRequest;
use store::testing::TestDb;

use crate::city::{self, city, migrations};

/// [B-11, B-12] the 31 themes for natural persons and the 34 for legal persons
#[test]
fn themes_are_those_of_the_requirements() {
    assert_eq!(
        items::NATURAL_THEMES.join("、"),
        "生育收养、户籍办理、民族宗教、教育科研、入伍服役、就业创业、设立变更、准营准办、抵押质押、\
         职业资格、行政缴费、婚姻登记、优待抚恤、规划建设、住房保障、社会保障（社会保险、社会救助）、\
         证件办理、交通出行、旅游观光、出境入境、消费维权、公共安全、司法公证、知识产权、环保绿化、\
         文化体育、公用事业、医疗卫生、离职退休、死亡殡葬、其他"
    );
    assert_eq!(
        items::LEGAL_THEMES.join("、"),
        "设立变更、准营准办、资质认证、年检年审、税收财务、人力资源、社会保障、投资审批、融资信贷、\
         抵押质押、商务贸易、招标拍卖、海关口岸、涉外服务、农林牧渔、国土和规划建设、交通运输、\
         环保绿化、应对气候变化、水务气象、医疗卫生、科技创新、文体教育、知识产权、民族宗教、质量技术、\
         检验检疫、安全生产、公安消防、司法公证、公用事业、法人注销、档案文物、其他"
    );
}

/// [B-14] search by the list of agencies and by item category: each of their entries, as of every
/// other dimension, gives as many items as it says
#[tokio::test]
async fn lists_are_narrowed_and_counted() {
    let (_test, ctx) = city::small().await;
    let catalogue = items::catalogue(&ctx).await.unwrap();
    let page = PageRequest::new(1, 100);
    let all = catalogue.list(&Filter::default(), page);
    assert_eq!((all.total, all.rows.len()), (29, 29));
    for dimension in Dimension::ALL {
        for count in catalogue.counts(&Filter::default(), dimension) {
            let mut filter = Filter::default();
            assert!(filter.choose(dimension, &count.value), "{count:?}");
            let list = catalogue.list(&filter, page);
            assert_eq!(list.total as usize, count.count, "{count:?}");
            assert!(!count.label.is_empty());
        }
    }
    let natural = Filter {
        audience: Some(Audience::Natural),
        ..Filter::default()
    };
    let themes = catalogue.themes(Audience::Natural);
    assert!(themes.iter().all(|t| t.count > 0));
    let counted: Vec<(String, usize)> = themes.iter().map(|t| (t.id.clone(), t.count)).collect();
    let by_filter: Vec<(String, usize)> = catalogue
        .counts(&natural, Dimension::Theme)
        .into_iter()
        .map(|c| (c.value, c.count))
        .collect();
    assert_eq!(counted, by_filter);
    let departments = catalogue.departments();
    assert_eq!(departments.iter().map(|d| d.count).sum::<usize>(), 29);
    let food = departments
        .iter()
        .find(|d| d.agency_code == "YD_SCJG")
        .unwrap();
    assert_eq!(
        (food.count, food.short_name.as_str()),
        (5, "云东区市场监管局")
    );
    let last = catalogue.list(&Filter::default(), PageRequest::new(2, 20));
    assert_eq!((last.rows.len(), last.pages()), (9, 2));
}

/// [B-15] navigation by object, theme, agency, nature and application type; each answer narrows
/// the next question
#[tokio::test]
async fn each_answer_narrows_the_next_question() {
    let (_test, ctx) = city::small().await;
    let catalogue = items::catalogue(&ctx).await.unwrap();
    let total = |filter: &Filter| catalogue.list(filter, PageRequest::default()).total;
    let mut filter = Filter::default();
    let mut asked = Vec::new();
    while let Some(question) = catalogue.next_question(&filter) {
        let before = total(&filter);
        assert!(question.options.len() > 1);
        assert!(question.options.iter().all(|o| o.count > 0));
        let first = &question.options[0];
        assert!(filter.choose(question.dimension, &first.value));
        assert_eq!(total(&filter) as usize, first.count);
        assert!(total(&filter) <= before);
        asked.push(question.dimension);
    }
    assert_eq!(asked[..2], [Dimension::Audience, Dimension::Theme]);
    assert!(total(&filter) >= 1);
}

/// [B-17] hot services are ranked automatically
#[tokio::test]
async fn what_is_used_most_is_hot() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let ctx = city(&test).await;
        let before = items::catalogue(&ctx).await.unwrap().hot(None, 3);
        assert_eq!(before.len(), 3);
        for _ in 0..3 {
            // A process writes its first count at once and later ones together.
            let fresh = store::testing::ctx(&test, city::AT);
            items::note_use(&fresh, "MBXX").await.unwrap();
        }
        let fresh = store::testing::ctx(&test, city::AT);
        items::note_use(&fresh, "HWGG").await.unwrap();
        let catalogue = items::catalogue(&fresh).await.unwrap();
        let hot: Vec<String> = catalogue
            .hot(None, 2)
            .iter()
            .map(|i| i.item_id.clone())
            .collect();
        assert_eq!(hot, ["MBXX", "HWGG"]);
        assert_eq!(catalogue.uses_of("MBXX"), 3);
        assert_eq!(catalogue.hot(Some(Audience::Natural), 1)[0].item_id, "MBXX");
        let later = store::testing::ctx(&test, "2026-12-20T01:00:00Z");
        assert_eq!(items::catalogue(&later).await.unwrap().uses_of("MBXX"), 0);
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn the_list_is_exported_as_a_table() {
    let (_test, ctx) = city::small().await;
    let catalogue = items::catalogue(&ctx).await.unwrap();
    let csv = items::export_csv(catalogue.in_use().map(|item| &**item));
    assert_eq!(csv.lines().count(), 30);
    let row = csv
        .lines()
        .find(|line| line.starts_with("SPJYXK-XB,"))
        .unwrap();
    for cell in [
        "食品经营许可（新办）",
        "5个工作日",
        "10个工作日",
        "原件核验",
        "不收费",
        "在用",
        "2026-11-16",
    ] {
        assert!(row.contains(cell), "{cell}: {row}");
    }
}
