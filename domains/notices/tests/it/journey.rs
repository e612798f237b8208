//! From the act to the sealed file.

use kernel::{Permission, Problem, Scope};
use notices::{Format, Kind, NoticeError, State};
use seals::{SealType, UseResult};
use serde_json::json;
use store::Run;

use crate::city::{City, applicant, cities, officer, staff};

async fn read(city: &City, doc_id: &str) -> notices::Notice {
    notices::notice(&city.ctx, doc_id).await.unwrap()
}

/// [D-19] Notices and decisions are electronic documents made from versioned templates, numbered,
/// sealed with the agency's electronic seal, printable, kept with the case, visible in the user
/// space.
#[tokio::test]
async fn a_document_is_numbered_sealed_kept_and_seen() {
    for city in cities().await {
        let ctx = city.ctx.with_actor(officer());
        let mut wanted = Vec::new();
        for kind in [Kind::Acceptance, Kind::DecisionApprove] {
            let new = city.new_notice(kind).await;
            notices::prepare(&ctx, &new).await.unwrap();
            wanted.push((kind, city.create(new).await.unwrap()));
        }
        let (_, first) = &wanted[0];
        let draft = read(&city, first).await;
        assert_eq!(draft.number, "云东市监受字〔2026〕00001号");
        assert_eq!((draft.state, draft.template_version), (State::Draft, 1));
        let early = notices::file(&ctx, first, Format::Pdf).await.unwrap_err();
        assert!(matches!(early, NoticeError::NotSealed));
        city.worker.drain().await.unwrap();

        let user = city.ctx.with_actor(applicant());
        let trust = seals::trust(&city.ctx).await.unwrap();
        for (kind, doc_id) in &wanted {
            let sealed = read(&city, doc_id).await;
            assert_eq!(sealed.state, State::Sealed);
            let seal_type = match kind {
                Kind::Acceptance => SealType::Acceptance,
                _ => SealType::Official,
            };
            let seal = city.seal(seal_type).await;
            assert_eq!(sealed.sealer.as_deref(), Some(seal.es_id.as_str()));
            for format in [Format::Ofd, Format::Pdf] {
                let file = notices::file(&user, doc_id, format).await.unwrap();
                assert_eq!(
                    file.name,
                    format!("{}-{}.{}", kind.zh(), sealed.number, format.code())
                );
                let verdict = sealing::verify(&file.bytes, &trust).unwrap();
                assert!(verdict.is_valid(), "{:?}", verdict.findings);
                assert_eq!(verdict.signatures[0].signer, seal.name);
                let digest = hex::encode(gm::sm3(&file.bytes));
                let record = notices::by_digest(&city.ctx, &digest)
                    .await
                    .unwrap()
                    .unwrap();
                assert_eq!(
                    (record.number, record.state),
                    (sealed.number.clone(), State::Sealed)
                );
            }
            let preview = notices::file(&user, doc_id, Format::Png).await.unwrap();
            assert!(preview.bytes.starts_with(b"\x89PNG"));
        }
        let listed = notices::list(&user, "case-1").await.unwrap();
        assert_eq!(listed.len(), 2);
        // Each use of a seal is logged with the digests of both files and the officer.
        let uses = city.uses("YD_SCJG").await;
        assert_eq!(uses.len(), 2);
        for one in &uses {
            assert_eq!(one.result, UseResult::Signed);
            assert_eq!(
                (one.caller.as_str(), one.person.as_str()),
                ("system", "ck_haosy")
            );
            assert_eq!(one.documents.len(), 2);
            assert_eq!(one.case_no, "990102202611160000127");
        }
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn the_job_may_run_twice_and_seals_once() {
    for city in cities().await {
        let doc_id = city
            .create(city.new_notice(Kind::Receipt).await)
            .await
            .unwrap();
        city.worker.drain().await.unwrap();
        let sealed = read(&city, &doc_id).await;
        let (_, job) = notices::handlers().remove(0);
        job(city.ctx.clone(), json!({ "doc_id": doc_id }))
            .await
            .unwrap();
        assert_eq!(read(&city, &doc_id).await, sealed);
        assert_eq!(city.uses("YD_SCJG").await.len(), 1);

        city.clock.advance(jiff::SignedDuration::from_secs(1));
        // Two runs at once: one document, and the loser's signature is a logged use.
        let doc_id = city
            .create(city.new_notice(Kind::Receipt).await)
            .await
            .unwrap();
        let payload = json!({ "doc_id": doc_id });
        let (a, b) = tokio::join!(
            job(city.ctx.clone(), payload.clone()),
            job(city.ctx.clone(), payload)
        );
        assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
        assert_eq!(read(&city, &doc_id).await.state, State::Sealed);
        let mut results: Vec<_> = city
            .uses("YD_SCJG")
            .await
            .iter()
            .take(2)
            .map(|one| one.result)
            .collect();
        results.sort_by_key(|result| result.code());
        assert_eq!(results, [UseResult::Signed, UseResult::Superseded]);
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_seal_that_is_lost_stops_the_job_until_there_is_another() {
    for city in cities().await {
        let seal = city.seal(SealType::Acceptance).await;
        let admin = staff("yz_leimq", &[Permission::SealManage], Scope::All);
        seals::report_loss(&city.ctx.with_actor(admin.clone()), &seal.key, "遗失")
            .await
            .unwrap();
        let doc_id = city
            .create(city.new_notice(Kind::Receipt).await)
            .await
            .unwrap();
        let (_, job) = notices::handlers().remove(0);
        let payload = json!({ "doc_id": doc_id });
        let error = job(city.ctx.clone(), payload.clone()).await.unwrap_err();
        assert!(error.contains("lost"), "{error}");
        assert_eq!(read(&city, &doc_id).await.state, State::Draft);
        // Tries are bounded: the job is parked for a person.
        for _ in 0..12 {
            city.worker.round().await.unwrap();
            city.clock.advance(jiff::SignedDuration::from_hours(1));
        }
        let parked = journal::parked(&mut city.ctx.db.reader()).await.unwrap();
        assert_eq!(parked.len(), 1);
        assert_eq!(parked[0].what, "notice.seal");
        // Found again, approved, authorised: the same document is sealed.
        let ctx = city.ctx.with_actor(admin);
        let reviewer = staff("yz_zhonglx", &[Permission::SealManage], Scope::All);
        seals::ask(&ctx, &seal.key, seals::Request::Recover, "找回")
            .await
            .unwrap();
        seals::recover(&city.ctx.with_actor(reviewer), &seal.key)
            .await
            .unwrap();
        let grant = seals::Grant {
            holder_kind: seals::HolderKind::System,
            holder: "system".into(),
            document_kind: "notice".into(),
            item_code: None,
            valid_from: city.ctx.now(),
            valid_to: seal.valid_to.unwrap(),
            daily_maximum: 10,
        };
        seals::authorise(&ctx, &seal.key, vec![grant])
            .await
            .unwrap();
        job(city.ctx.clone(), payload).await.unwrap();
        assert_eq!(read(&city, &doc_id).await.state, State::Sealed);
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_drawn_costs_no_use_of_the_seal() {
    for city in cities().await {
        let mut new = city.new_notice(Kind::Receipt).await;
        new.fields["applicant"] = json!("王\u{31350}");
        let ctx = city.ctx.with_actor(officer());
        let problem: Problem = notices::prepare(&ctx, &new).await.err().unwrap().into();
        assert_eq!(problem.code, "no_glyph");
        assert!(problem.zh.contains('\u{31350}'));
        // So nothing of it is ever written, and no use of the seal is spent.
        assert!(city.create(new).await.is_err());
        city.worker.drain().await.unwrap();
        assert!(city.uses("YD_SCJG").await.is_empty());

        // A missing field is refused in the act itself, and nothing of the act remains.
        let mut new = city.new_notice(Kind::Receipt).await;
        new.fields.as_object_mut().unwrap().remove("materials");
        let problem: Problem = city.create(new).await.unwrap_err().into();
        assert_eq!(
            (problem.code, problem.field.as_deref()),
            ("missing_field", Some("materials"))
        );
        assert!(notices::list(&city.ctx, "case-1").await.unwrap().is_empty());
        city.db.remove().await.unwrap();
    }
}

/// [D-61] Electronic documents (电子文书) have type, number, title, template version, case number,
/// maker, sealer, time, format, digest and state (draft, sealed, delivered, withdrawn); a sealed
/// document is never edited, only withdrawn and replaced with a reference.
#[tokio::test]
async fn a_sealed_document_is_only_withdrawn_and_replaced() {
    for city in cities().await {
        let old = city
            .create(city.new_notice(Kind::DecisionApprove).await)
            .await
            .unwrap();
        city.worker.drain().await.unwrap();
        let record = read(&city, &old).await;
        assert_eq!(record.kind, Kind::DecisionApprove);
        assert_eq!(record.number, "云东市监准字〔2026〕00001号");
        assert_eq!(record.title, "准予行政许可决定书");
        assert_eq!(record.template_version, 1);
        assert_eq!(record.case_no, "990102202611160000127");
        assert_eq!(record.maker, "ck_haosy");
        assert!(record.sealer.is_some());
        assert_eq!(record.made_at, city.ctx.now());
        let pdf = notices::file(&city.ctx, &old, Format::Pdf)
            .await
            .unwrap()
            .bytes;
        let digest = hex::encode(gm::sm3(&pdf));
        assert!(
            notices::by_digest(&city.ctx, &digest)
                .await
                .unwrap()
                .is_some()
        );

        assert_eq!(city.deliver(&old).await.unwrap().state, State::Delivered);
        assert_eq!(
            city.deliver(&old).await.unwrap().rev,
            read(&city, &old).await.rev
        );
        let ctx = city.ctx.with_actor(officer());
        let mut new = city.new_notice(Kind::DecisionApprove).await;
        new.fields["content"] =
            json!("主体业态：餐饮服务经营者；经营项目：热食类食品制售、冷食类食品制售。");
        let new_id = notices::replace(&ctx, &old, "决定内容漏列经营项目", new)
            .await
            .unwrap();
        city.worker.drain().await.unwrap();

        let (before, after) = (read(&city, &old).await, read(&city, &new_id).await);
        assert_eq!(before.state, State::Withdrawn);
        assert_eq!(before.replaced_by.as_deref(), Some(new_id.as_str()));
        assert_eq!(before.withdrawn_by.as_deref(), Some("ck_haosy"));
        assert_eq!(after.replaces.as_deref(), Some(old.as_str()));
        assert_eq!(after.state, State::Sealed);
        assert_eq!(
            notices::withdraw_reason(&ctx, &old)
                .await
                .unwrap()
                .as_deref(),
            Some("决定内容漏列经营项目")
        );
        // The old file is unchanged, kept as evidence, and its record says what replaced it.
        assert_eq!(
            notices::file(&ctx, &old, Format::Pdf).await.unwrap().bytes,
            pdf
        );
        let user = city.ctx.with_actor(applicant());
        let refused = notices::file(&user, &old, Format::Pdf).await.unwrap_err();
        assert_eq!(Problem::from(refused).status, 410);
        let record = notices::by_digest(&city.ctx, &digest)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(record.state, State::Withdrawn);
        assert_eq!(record.replaced_by, Some(after.number.clone()));
        // Withdrawn is the end.
        assert!(matches!(
            city.deliver(&old).await,
            Err(NoticeError::Illegal(_))
        ));
        assert!(notices::withdraw(&ctx, &old, "再次").await.is_err());
        let kinds: Vec<String> = city
            .events(&format!("notice/{old}"))
            .await
            .into_iter()
            .map(|e| e.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                "notice.created",
                "notice.sealed",
                "notice.delivered",
                "notice.withdrawn"
            ]
        );
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_draft_that_is_withdrawn_is_not_sealed() {
    for city in cities().await {
        let doc_id = city
            .create(city.new_notice(Kind::Receipt).await)
            .await
            .unwrap();
        let ctx = city.ctx.with_actor(officer());
        assert!(notices::withdraw(&ctx, &doc_id, " ").await.is_err());
        notices::withdraw(&ctx, &doc_id, "误开").await.unwrap();
        city.worker.drain().await.unwrap();
        assert_eq!(read(&city, &doc_id).await.state, State::Withdrawn);
        assert!(city.uses("YD_SCJG").await.is_empty());
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_newer_template_does_not_change_what_was_issued() {
    for city in cities().await {
        let first = city
            .create(city.new_notice(Kind::Receipt).await)
            .await
            .unwrap();
        let path = format!("{}/templates/receipt.json", env!("CARGO_MANIFEST_DIR"));
        let shipped = std::fs::read_to_string(path).unwrap();
        let newer = shipped.replace("\"收件凭证\"", "\"申请材料接收凭证\"");
        let from = city.ctx.now() + jiff::SignedDuration::from_hours(24);
        assert_eq!(
            notices::publish_template(&city.ctx, &newer, from)
                .await
                .unwrap(),
            2
        );
        let second = city
            .create(city.new_notice(Kind::Receipt).await)
            .await
            .unwrap();
        city.clock.advance(jiff::SignedDuration::from_hours(25));
        let third = city
            .create(city.new_notice(Kind::Receipt).await)
            .await
            .unwrap();
        // All three are composed only now, each from its own version.
        city.worker.drain().await.unwrap();
        for (doc_id, version, title) in [
            (&first, 1, "收件凭证"),
            (&second, 1, "收件凭证"),
            (&third, 2, "申请材料接收凭证"),
        ] {
            let notice = read(&city, doc_id).await;
            assert_eq!(
                (notice.template_version, notice.title.as_str()),
                (version, title)
            );
            assert_eq!(notice.state, State::Sealed);
        }
        // A second start adds nothing.
        notices::ensure_templates(&city.ctx).await.unwrap();
        let count = "SELECT count(*) FROM notice_template";
        let rows = city.ctx.db.reader().count(count, Vec::new()).await.unwrap();
        assert_eq!(rows, Kind::ALL.len() as u64 + 1);
        let broken = shipped.replace("{officer}", "{officer");
        assert!(
            notices::publish_template(&city.ctx, &broken, from)
                .await
                .is_err()
        );
        let nobody = city.ctx.with_actor(officer());
        assert!(
            notices::publish_template(&nobody, &newer, from)
                .await
                .is_err()
        );
        city.db.remove().await.unwrap();
    }
}
