//! The public item interface and the exchange record.

use items::{Event, Filter, State, StateChange};
use jiff::SignedDuration;
use kernel::PageRequest;
use serde_json::Value;
use store::testing::TestDb;

use crate::city::{self, AT, file, import, migrations};

/// [K-40] the fields of the item information, with sub-lists of materials, fees and questions
#[tokio::test]
async fn the_record_has_its_fields() {
    let (_test, ctx) = city::small().await;
    let record = items::public_item(&ctx, "LSZD").await.unwrap();
    let json = serde_json::to_value(&record).unwrap();
    for field in "base_code implementation_code handling_item_code item_name item_type legal_basis \
        exercise_level agency agency_code agency_nature entrusting_agency statutory_limit \
        promised_limit acceptance_condition flow special_procedure is_fee fee_basis service_object \
        case_type handling_form max_visits place hours consultation supervision result_name \
        result_type result_sample co_agencies intermediary quantity_limit cross_region_scope online \
        online_url payment courier appointment themes_natural themes_legal item_state item_version \
        planned_effective_date planned_cancel_date materials fees questions"
        .split_whitespace()
    {
        assert!(json.get(field).is_some(), "{field}");
    }
    assert_eq!(json["item_state"], "1");
    assert_eq!(json["agency_code"], "11990100MB9113706R");
    assert_eq!(json["statutory_limit"]["unit"], "working_day");
    assert_eq!(
        json["statutory_limit"]["value"],
        file("LSZD").content["elements"]["statutory_limit"]["value"]
    );
    for list in ["materials", "fees", "questions", "legal_basis", "flow"] {
        assert!(
            json[list].as_array().is_some_and(|l| !l.is_empty()),
            "{list}"
        );
    }
    assert_eq!(json["planned_cancel_date"], Value::Null);
}

/// list, detail, changes since a time
#[tokio::test]
async fn list_detail_and_changes() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let (ctx, clock) = store::testing::clocked(&test, AT);
        city::settle(&ctx).await;
        let visitor = ctx.with_actor(kernel::Actor::visitor(kernel::Channel::Api));
        let page = PageRequest::new(2, 20);
        let list = items::public_list(&visitor, &Filter::default(), page)
            .await
            .unwrap();
        assert_eq!((list.total, list.rows.len()), (29, 9));
        let code = "11990102MB9134259F4000131001001";
        assert_eq!(
            items::public_item(&visitor, code).await.unwrap().item_id,
            "SPJYXK-XB"
        );
        assert!(items::public_item(&visitor, "NOSUCH").await.is_err());

        let start = AT.parse().unwrap();
        let all = items::changes_since(&visitor, start, PageRequest::new(1, 100))
            .await
            .unwrap();
        assert_eq!(all.page.total, 29);
        clock.advance(SignedDuration::from_hours(2));
        let since = ctx.now();
        let none = items::changes_since(&visitor, since, PageRequest::default())
            .await
            .unwrap();
        assert_eq!(none.page.total, 0);
        assert!(none.next_since <= ctx.now());

        let mut changed = file("YSZC");
        changed.content["elements"]["exercise_content"] = "办理注册。".into();
        import(&ctx, &[changed]).await;
        clock.advance(SignedDuration::from_mins(5));
        let cancel = StateChange {
            item_id: "CZQC".into(),
            version: 1,
            event: Event::Cancel,
            opinion: "法规废止".into(),
            successors: Vec::new(),
        };
        items::change_state(&ctx, cancel).await.unwrap();
        let page = |n| PageRequest::new(n, 1);
        let first = items::changes_since(&visitor, since, page(1))
            .await
            .unwrap();
        let second = items::changes_since(&visitor, since, page(2))
            .await
            .unwrap();
        assert_eq!((first.page.total, second.page.total), (2, 2));
        let (a, b) = (&first.page.rows[0], &second.page.rows[0]);
        assert_eq!(
            (a.item_id.as_str(), a.item_version, a.state),
            ("YSZC", 2, State::InUse)
        );
        assert_eq!((b.item_id.as_str(), b.event), ("CZQC", Event::Cancel));
        assert_eq!(
            b.implementation_code.as_deref(),
            Some("11990100MB911096XW3000118013001")
        );
        let gone = items::public_item(&visitor, "CZQC").await.unwrap();
        assert_eq!(gone.item_state, "3");
        test.remove().await.unwrap();
    }
}
