//! What the desk of seals needs: impressions by choice, files, changed authorisations, lists.

use blobs::Blobs;
use kernel::{PageRequest, Scope};
use seals::{
    Drawing, FileKind, Impress, NewFile, Origin, Scan, SealError, SealType, Shape, State, Terms,
    UseResult, Uses, Wanted,
};

use crate::common::{City, cities, finish, grant, notice, reserve, staff, wish};

fn oval(purpose: &str) -> Impress {
    Impress::Drawn(Drawing {
        shape: Shape::Oval,
        purpose: purpose.into(),
        digits: "9901020012345".into(),
        width_mm: 40,
        height_mm: 30,
    })
}

/// [I-06] Types: official seal, dedicated business seal (for example acceptance, licence), personal
/// name seal of a responsible officer.
#[tokio::test]
async fn seals_of_every_type_come_into_use() {
    for city in cities().await {
        for &seal_type in SealType::ALL {
            let seal = city.active(seal_type, "notice", 5).await;
            assert_eq!(seal.state, State::Active);
            // A name seal signs on its own person's act.
            let wish = seals::Reserve {
                person: seal.custodian.clone(),
                ..notice(&seal)
            };
            let id = reserve(&city.ctx, wish).await.unwrap();
            let place = crate::sign::PLACE;
            let package = crate::sign::package();
            seals::stamp_ofd(&city.ctx, &id, package, place, true)
                .await
                .unwrap();
        }
        let agency = "云州市云东区市场监督管理局";
        let officer = city.staff("leimq");
        let all = seals::search(&officer, &Wanted::default(), PageRequest::new(1, 50)).await;
        let mut names: Vec<String> = all.unwrap().rows.into_iter().map(|s| s.name).collect();
        names.sort();
        let mut expected = vec![
            agency.to_owned(),
            format!("{agency}受理专用章"),
            format!("{agency}电子证照专用章"),
            format!("{agency}业务专用章"),
            "姜伯远".to_owned(),
        ];
        expected.sort();
        assert_eq!(names, expected);
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn an_impression_is_drawn_by_choice_or_made_of_a_picture() {
    for city in cities().await {
        city.ctx.shared.put(std::sync::Arc::new(
            Blobs::open(&city.db.path("files")).unwrap(),
        ));
        let applicant = city.staff("leimq");
        let mut command = wish(SealType::Business);
        command.impression = oval("食品经营许可专用章");
        let shown = seals::preview(&applicant, &command).await.unwrap();
        assert_eq!(shown.name, "云州市云东区市场监督管理局食品经营许可专用章");
        let empty = seals::search(&applicant, &Wanted::default(), PageRequest::default()).await;
        assert_eq!(empty.unwrap().total, 0, "a preview writes nothing");
        let seal = seals::apply(&applicant, command).await.unwrap();
        // What was shown is what was applied for.
        let kept = seals::impression(&applicant, &seal.key).await.unwrap();
        assert_eq!(kept, shown.impression.png);
        let detail = seals::detail(&applicant, &seal.key).await.unwrap();
        assert_eq!((detail.size_mm, detail.origin), ((40, 30), Origin::Drawn));

        // Its own picture again, as somebody would upload it.
        let mut command = wish(SealType::Business);
        command.impression = Impress::Uploaded(Scan {
            bytes: kept.clone(),
            width_mm: 40,
            height_mm: 30,
        });
        command.basis_file = Some(NewFile {
            name: "关于启用印章的通知.pdf".into(),
            bytes: b"%PDF-1.7 a document".to_vec(),
        });
        let uploaded = seals::apply(&applicant, command.clone()).await.unwrap();
        let detail = seals::detail(&applicant, &uploaded.key).await.unwrap();
        assert_eq!(detail.origin, Origin::Uploaded);
        assert_eq!(detail.files.len(), 2);
        let (file, bytes) = seals::file_of(&applicant, &uploaded.key, FileKind::Basis)
            .await
            .unwrap();
        assert_eq!((file.media_type, bytes.len()), ("application/pdf", 19));
        let (_, original) = seals::file_of(&applicant, &uploaded.key, FileKind::Picture)
            .await
            .unwrap();
        assert_eq!(original, kept);
        let named = seals::stored_files(&mut city.ctx.db.reader())
            .await
            .unwrap();
        assert_eq!(named.len(), 2);
        let stranger = city
            .ctx
            .with_actor(kernel::Actor::visitor(kernel::Channel::Portal));
        assert!(
            seals::file_of(&stranger, &uploaded.key, FileKind::Basis)
                .await
                .is_err()
        );
        // It is made with its own proportions.
        seals::approve(&city.staff("zhonglx"), &uploaded.key)
            .await
            .unwrap();
        seals::make(&city.staff("kuangsz"), &uploaded.key)
            .await
            .unwrap();

        let refused = async |change: fn(&mut seals::Apply), field: &str| {
            let mut wrong = command.clone();
            change(&mut wrong);
            let problem: kernel::Problem =
                seals::apply(&applicant, wrong).await.unwrap_err().into();
            assert_eq!(problem.field.as_deref(), Some(field), "{}", problem.zh);
        };
        refused(|c| scan(c).bytes.truncate(900), "picture").await;
        refused(|c| scan(c).width_mm = 20, "width_mm").await;
        refused(
            |c| (scan(c).width_mm, scan(c).height_mm) = (40, 40),
            "width_mm",
        )
        .await;
        refused(
            |c| c.basis_file.as_mut().unwrap().bytes = b"MZ program".to_vec(),
            "basis_file",
        )
        .await;
        refused(|c| c.replaces = Some("nobody".into()), "replaces").await;
        refused(|c| c.custodian.clear(), "custodian").await;
        let all = seals::search(&applicant, &Wanted::default(), PageRequest::default()).await;
        assert_eq!(all.unwrap().total, 2, "what was refused left nothing");
        city.db.remove().await.unwrap();
    }
}

fn scan(command: &mut seals::Apply) -> &mut Scan {
    match &mut command.impression {
        Impress::Uploaded(scan) => scan,
        Impress::Drawn(_) => panic!("a picture was meant"),
    }
}

#[tokio::test]
async fn an_expired_seal_is_renewed_by_a_new_one() {
    for city in cities().await {
        let old = city.active(SealType::Acceptance, "notice", 5).await;
        city.clock
            .set(old.valid_to.unwrap() + jiff::SignedDuration::from_secs(1));
        seals::expire_due(&city.ctx).await.unwrap();
        let mut command = wish(SealType::Acceptance);
        command.replaces = Some(old.key.clone());
        let new = seals::apply(&city.staff("leimq"), command.clone())
            .await
            .unwrap();
        assert_eq!(new.replaces.as_deref(), Some(old.key.as_str()));
        assert_ne!(new.es_id, old.es_id);
        command.seal_type = SealType::Official;
        command.impression = Impress::Drawn(Drawing::usual(SealType::Official));
        let other = seals::apply(&city.staff("leimq"), command).await;
        assert!(matches!(
            other,
            Err(SealError::Invalid {
                field: "replaces",
                ..
            })
        ));
        city.db.remove().await.unwrap();
    }
}

async fn open_grants(city: &City, key: &str) -> Vec<seals::Authorisation> {
    let detail = seals::detail(&city.ctx, key).await.unwrap();
    let all = detail.authorisations.into_iter();
    all.filter(|a| a.withdrawn_at.is_none()).collect()
}

#[tokio::test]
async fn authorisations_are_added_changed_and_ended_one_by_one() {
    for city in cities().await {
        let officer = city.staff("leimq");
        let seal = city.released(SealType::Official).await;
        let key = seal.key.as_str();
        let seal = seals::grant(&officer, key, grant(&seal, "notice", 2))
            .await
            .unwrap();
        assert_eq!(seal.state, State::Active);
        seals::grant(&officer, key, grant(&seal, "decision", 1))
            .await
            .unwrap();
        let bad = seals::grant(&officer, key, grant(&seal, "proof", 0)).await;
        assert!(matches!(bad, Err(SealError::Invalid { .. })));
        assert_eq!(open_grants(&city, key).await.len(), 2);

        reserve(&city.ctx, notice(&seal)).await.unwrap();
        reserve(&city.ctx, notice(&seal)).await.unwrap();
        let full = reserve(&city.ctx, notice(&seal)).await;
        assert!(matches!(full, Err(SealError::DailyMaximum(2))));
        let detail = seals::detail(&officer, key).await.unwrap();
        let notices = detail
            .authorisations
            .iter()
            .find(|a| a.document_kind == "notice")
            .unwrap();
        assert_eq!(detail.used_today.get(&notices.key), Some(&2));
        assert_eq!(detail.used, 2);
        // A higher maximum takes effect at once, and what was used counts.
        let terms = Terms {
            valid_to: notices.valid_to,
            daily_maximum: 3,
        };
        seals::change_grant(&officer, key, &notices.key, terms)
            .await
            .unwrap();
        let running = reserve(&city.ctx, notice(&seal)).await.unwrap();
        assert!(matches!(
            reserve(&city.ctx, notice(&seal)).await,
            Err(SealError::DailyMaximum(3))
        ));
        let beyond = Terms {
            valid_to: seal.valid_to.unwrap() + jiff::SignedDuration::from_secs(1),
            daily_maximum: 3,
        };
        let bad = seals::change_grant(&officer, key, &notices.key, beyond).await;
        assert!(matches!(
            bad,
            Err(SealError::Invalid {
                field: "valid_to",
                ..
            })
        ));

        // One ends: its uses under way with it, the other stays.
        seals::end_grant(&officer, key, &notices.key, "系统下线")
            .await
            .unwrap();
        let refused = finish(&city.ctx, &running, UseResult::Signed).await;
        assert!(matches!(refused, Err(SealError::UseClosed)), "{refused:?}");
        assert!(matches!(
            reserve(&city.ctx, notice(&seal)).await,
            Err(SealError::NotAuthorised(_))
        ));
        let gone = seals::change_grant(&officer, key, &notices.key, terms).await;
        assert!(matches!(gone, Err(SealError::NoGrant)));
        let left = open_grants(&city, key).await;
        assert_eq!(left.len(), 1);
        // With the last one the seal goes back to its custodian.
        let seal = seals::end_grant(&officer, key, &left[0].key, "停止授权")
            .await
            .unwrap();
        assert_eq!(seal.state, State::Released);
        let illegal = seals::change_grant(&officer, key, &left[0].key, terms).await;
        assert!(matches!(illegal, Err(SealError::Illegal(_))));

        let told = seals::timeline(&officer, key).await.unwrap();
        let acts: Vec<&str> = told.iter().map(|act| act.what.as_str()).collect();
        assert_eq!(
            acts,
            [
                "apply",
                "approve",
                "make",
                "file",
                "release",
                "authorise",
                "grant_added",
                "grant_changed",
                "grant_ended",
                "withdraw"
            ]
        );
        assert_eq!(told[0].staff, "leimq");
        assert_eq!(told[3].note, "备99010200000001");
        let mut elsewhere = staff("far");
        for grant in &mut elsewhere.grants {
            grant.scope = Scope::Region("990200".into());
        }
        let far = city.ctx.with_actor(elsewhere);
        for done in [
            seals::grant(&far, key, grant(&seal, "notice", 2)).await,
            seals::change_grant(&far, key, &left[0].key, terms).await,
            seals::end_grant(&far, key, &left[0].key, "无权").await,
        ] {
            assert!(matches!(done, Err(SealError::Denied(_))), "{done:?}");
        }
        assert!(seals::timeline(&far, key).await.is_err());
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn lists_are_filtered_and_end_at_the_scope() {
    for city in cities().await {
        city.active(SealType::Acceptance, "notice", 5).await;
        city.released(SealType::Official).await;
        let officer = city.staff("leimq");
        let found = async |ctx: &store::Ctx, wanted: Wanted| {
            seals::search(ctx, &wanted, PageRequest::new(1, 10))
                .await
                .unwrap()
                .total
        };
        assert_eq!(found(&officer, Wanted::default()).await, 2);
        let by = |text: &str| Wanted {
            text: Some(text.into()),
            ..Wanted::default()
        };
        assert_eq!(found(&officer, by("受理专用")).await, 1);
        assert_eq!(found(&officer, by("99010200000002")).await, 1);
        assert_eq!(found(&officer, by("%")).await, 0);
        let active = Wanted {
            state: Some(State::Active),
            seal_type: Some(SealType::Acceptance),
            agency: Some("YD_SCJG".into()),
            ..Wanted::default()
        };
        assert_eq!(found(&officer, active).await, 1);
        for (scope, count) in [
            (Scope::All, 2),
            (Scope::Agency("YD_SCJG".into()), 2),
            (Scope::Agency("YD_GAJ".into()), 0),
            (Scope::Region("990102".into()), 2),
            (Scope::Region("990103".into()), 0),
            (Scope::Own, 0),
        ] {
            let mut actor = staff("one");
            for grant in &mut actor.grants {
                grant.scope = scope.clone();
            }
            let ctx = city.ctx.with_actor(actor);
            assert_eq!(found(&ctx, Wanted::default()).await, count, "{scope:?}");
        }
        let nobody = city
            .ctx
            .with_actor(kernel::Actor::visitor(kernel::Channel::Portal));
        let denied = seals::search(&nobody, &Wanted::default(), PageRequest::default()).await;
        assert!(matches!(denied, Err(SealError::Denied(_))));
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn the_log_of_uses_is_filtered() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 50).await;
        reserve(&city.ctx, notice(&seal)).await.unwrap();
        city.advance(86_400);
        let mut other = notice(&seal);
        other.purpose = "补正告知书 云东市监补字〔2026〕00001号".into();
        other.case_no = "990102202611170000001".into();
        reserve(&city.ctx, other).await.unwrap();
        let officer = city.staff("leimq");
        let count = async |change: fn(&mut Uses)| {
            let mut list = Uses {
                agency: seal.owner.agency_code.clone(),
                region: seal.owner.region_code.clone(),
                seal: Some(seal.key.clone()),
                ..Uses::default()
            };
            change(&mut list);
            seals::uses(&officer, &list, PageRequest::default())
                .await
                .unwrap()
                .total
        };
        assert_eq!(count(|_| {}).await, 2);
        assert_eq!(count(|l| l.purpose = Some("补正".into())).await, 1);
        assert_eq!(
            count(|l| l.purpose = Some("990102202611170000001".into())).await,
            1
        );
        assert_eq!(count(|l| l.purpose = Some("%".into())).await, 0);
        assert_eq!(count(|l| l.document_kind = Some("notice".into())).await, 2);
        assert_eq!(count(|l| l.document_kind = Some("licence".into())).await, 0);
        assert_eq!(
            count(|l| l.from = Some("2026-11-16T16:00:00Z".parse().unwrap())).await,
            1
        );
        city.db.remove().await.unwrap();
    }
}
