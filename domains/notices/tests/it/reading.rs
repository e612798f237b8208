//! Numbers, who reads what, and what is stored.

use kernel::{Actor, Channel, Permission, Problem, Scope};
use notices::{Format, Kind, NoticeError};
use serde_json::json;
use store::{Engine, Run, args};

use crate::city::{applicant, cities, officer, staff};
use crate::sample;

#[tokio::test]
async fn numbers_run_by_agency_kind_and_year() {
    for city in cities().await {
        let issuer = notices::issuer(&city.ctx, "YD_SCJG").await.unwrap();
        assert_eq!(issuer.review_body, "云州市云东区人民政府");
        let number = async |kind| notices::number(&city.ctx, kind, &issuer).await.unwrap();
        assert_eq!(
            number(Kind::Acceptance).await,
            "云东市监受字〔2026〕00001号"
        );
        assert_eq!(
            number(Kind::Acceptance).await,
            "云东市监受字〔2026〕00002号"
        );
        assert_eq!(number(Kind::Refusal).await, "云东市监不受字〔2026〕00001号");
        let other = notices::issuer(&city.ctx, "YZ_WJW").await.unwrap();
        let theirs = notices::number(&city.ctx, Kind::Acceptance, &other)
            .await
            .unwrap();
        assert_eq!(theirs, "云州卫健受字〔2026〕00001号");
        // The year is that of Beijing.
        city.clock.set("2026-12-31T16:00:00Z".parse().unwrap());
        assert_eq!(
            number(Kind::Acceptance).await,
            "云东市监受字〔2027〕00001号"
        );
        notices::set_word(&city.ctx, "YD_SCJG", "云东市监许")
            .await
            .unwrap();
        assert_eq!(
            number(Kind::Acceptance).await,
            "云东市监许受字〔2027〕00001号"
        );
        let nobody = city.ctx.with_actor(officer());
        assert!(notices::set_word(&nobody, "YD_SCJG", "甲").await.is_err());
        // A number is given to one document only.
        let new = city.new_notice(Kind::Receipt).await;
        city.create(new.clone()).await.unwrap();
        let again = city.create(new).await.unwrap_err();
        assert!(matches!(again, NoticeError::NumberTaken(_)));
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn documents_are_read_by_their_owner_and_by_staff_in_scope() {
    for city in cities().await {
        let doc_id = city
            .create(city.new_notice(Kind::Receipt).await)
            .await
            .unwrap();
        city.worker.drain().await.unwrap();
        let may = async |actor: Actor| {
            let ctx = city.ctx.with_actor(actor);
            let listed = notices::list(&ctx, "case-1").await.unwrap().len();
            let file = notices::file(&ctx, &doc_id, Format::Ofd).await;
            assert_eq!(listed == 1, file.is_ok());
            if let Err(error) = file {
                assert_eq!(Problem::from(error).status, 403);
            }
            listed == 1
        };
        assert!(may(applicant()).await);
        assert!(may(officer()).await);
        assert!(
            !may(Actor {
                id: "account-x".into(),
                ..applicant()
            })
            .await
        );
        assert!(!may(Actor::visitor(Channel::Portal)).await);
        let elsewhere = Scope::Region("990103".into());
        assert!(!may(staff("ck_x", &[Permission::CaseRead], elsewhere)).await);
        // Withdrawing asks for more than reading.
        let reader = staff("ck_y", &[Permission::CaseRead], Scope::All);
        let done = notices::withdraw(&city.ctx.with_actor(reader), &doc_id, "误开").await;
        assert!(matches!(done, Err(NoticeError::Denied(_))));
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn personal_data_stand_encrypted_and_never_in_events() {
    for city in cities().await {
        let mut new = city.new_notice(Kind::Payment).await;
        assert_eq!(new.fields, sample::fields(Kind::Payment));
        new.fields["applicant"] = json!("孙㵘");
        let doc_id = city.create(new).await.unwrap();
        city.worker.drain().await.unwrap();
        let ctx = city.ctx.with_actor(officer());
        notices::withdraw(&ctx, &doc_id, "孙㵘要求更正")
            .await
            .unwrap();
        let mut reader = city.ctx.db.reader();
        let sql = "SELECT content, withdraw_reason FROM notice WHERE doc_id = ?";
        let row = reader.row(sql, args![&doc_id]).await.unwrap().unwrap();
        for column in 0..2 {
            let stored: Vec<u8> = row.get(column).unwrap();
            assert!(!stored.windows(6).any(|part| part == "孙㵘".as_bytes()));
        }
        let token = b"k3v9c0t2m8r5x1qz";
        let stored: Vec<u8> = row.get(0).unwrap();
        assert!(!stored.windows(token.len()).any(|part| part == token));
        for sql in ["SELECT payload FROM event", "SELECT payload FROM job"] {
            for row in reader.rows(sql, Vec::new()).await.unwrap() {
                let payload: String = row.get(0).unwrap();
                assert!(
                    !payload.contains('㵘') && !payload.contains("k3v9"),
                    "{payload}"
                );
            }
        }
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn the_list_of_a_case_uses_its_index() {
    for city in cities().await {
        if city.db.engine() == Engine::Sqlite {
            let sql = "EXPLAIN QUERY PLAN SELECT number FROM notice WHERE case_key = ? \
                ORDER BY made_at, doc_id";
            let plan = city.ctx.db.reader().rows(sql, args!["x"]).await.unwrap();
            let lines: Vec<String> = plan.iter().map(|row| row.get(3).unwrap()).collect();
            assert!(
                lines.iter().any(|line| line.contains("notice_case")),
                "{lines:?}"
            );
            assert!(
                !lines.iter().any(|line| line.contains("TEMP B-TREE")),
                "{lines:?}"
            );
        }
        city.db.remove().await.unwrap();
    }
}
