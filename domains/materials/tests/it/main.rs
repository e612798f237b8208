//! User spaces on both engines.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Cursor;
use std::sync::Arc;

use blobs::Blobs;
use kernel::{Actor, Channel, Grant, PageRequest, Permission, Scope};
use materials::{Group, MaterialError, TrustLevel, Upload};
use store::Ctx;
use store::testing::TestDb;

fn schema() -> Vec<store::Migration> {
    [journal::MIGRATIONS, materials::MIGRATIONS].concat()
}

fn user(ctx: &Ctx, id: &str) -> Ctx {
    let grants = [Permission::MaterialOwn, Permission::CaseReadOwn]
        .map(|permission| Grant {
            permission,
            scope: Scope::Own,
        })
        .to_vec();
    ctx.with_actor(Actor {
        id: id.into(),
        grants,
        ..Actor::visitor(Channel::Portal)
    })
}

fn clerk(ctx: &Ctx) -> Ctx {
    let grants = vec![
        Grant {
            permission: Permission::MaterialCheck,
            scope: Scope::All,
        },
        Grant {
            permission: Permission::CaseRead,
            scope: Scope::All,
        },
    ];
    ctx.with_actor(Actor {
        id: "ck_haosy".into(),
        grants,
        ..Actor::visitor(Channel::Console)
    })
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([10, 90, 200]));
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

async fn cities() -> Vec<(TestDb, Ctx)> {
    let mut all = Vec::new();
    for test in TestDb::each(&schema()).await.unwrap() {
        let ctx = store::testing::ctx(&test, "2026-11-16T01:00:00Z");
        ctx.shared
            .put(Arc::new(Blobs::open(&test.path("blobs")).unwrap()));
        all.push((test, ctx));
    }
    all
}

fn scan(owner: &str, bytes: Vec<u8>, group: Group) -> Upload {
    Upload {
        owner: owner.into(),
        name: "布局图.png".into(),
        group,
        bytes,
    }
}

#[tokio::test]
async fn a_self_made_file_is_stamped_at_upload_and_read_back() {
    for (test, ctx) in cities().await {
        let me = user(&ctx, "me");
        let card = materials::upload(&me, scan("me", png(900, 600), Group::SelfMade))
            .await
            .unwrap();
        assert_eq!(card.trust, "D");
        assert_eq!(card.note, "本用户对此材料的真实性负责");
        let (_, shown) = materials::read(&me, &card.file_key).await.unwrap();
        let shown = image::load_from_memory(&shown).unwrap().to_rgb8();
        assert_eq!(shown.get_pixel(450, 300), &image::Rgb([10, 90, 200]));
        assert!(shown.height() > 600, "the band stands under the picture");
        let red = |p: &&image::Rgb<u8>| p[0] > 180 && p[1] < 120 && p[2] < 120;
        assert!(
            shown.pixels().filter(red).count() > 500,
            "the note is drawn"
        );
        // Nobody else may read it, nor learn that it is there.
        let other = materials::read(&user(&ctx, "you"), &card.file_key).await;
        assert!(matches!(other, Err(MaterialError::NotFound)));
        let list = materials::files(&me, PageRequest::default()).await.unwrap();
        assert_eq!((list.total, list.rows[0].name.as_str()), (1, "布局图.png"));
        test.remove().await.unwrap();
    }
}

/// [B-41] The officer's check raises C to B and records officer, time, case and validity; the copy
/// is made anew from the clean original.
#[tokio::test]
async fn a_checked_licence_picture_becomes_b() {
    for (test, ctx) in cities().await {
        let me = user(&ctx, "me");
        let card = materials::upload(&me, scan("me", png(900, 600), Group::Licence))
            .await
            .unwrap();
        assert_eq!(card.trust, "C");
        let (_, clean) = materials::read(&me, &card.file_key).await.unwrap();
        assert_eq!(
            clean,
            png(900, 600),
            "C is stamped only when it is submitted"
        );
        materials::stamp_on_submit(&me, &card.file_key)
            .await
            .unwrap();
        let (_, submitted) = materials::read(&me, &card.file_key).await.unwrap();
        materials::stamp_on_submit(&me, &card.file_key)
            .await
            .unwrap();
        let (_, again) = materials::read(&me, &card.file_key).await.unwrap();
        assert_eq!(submitted, again, "never stamped twice");
        assert!(
            materials::raise_to_b(&me, &card.file_key, "1")
                .await
                .is_err()
        );
        materials::raise_to_b(&clerk(&ctx), &card.file_key, "990102")
            .await
            .unwrap();
        let raised = materials::usable(&me, "me", &card.file_key).await.unwrap();
        assert_eq!(raised.trust, TrustLevel::B.code());
        assert_eq!(
            raised.note,
            "此件经与原件核对无误，仅供办理政务服务事项时使用，有效期至2027年11月16日"
        );
        let (_, b) = materials::read(&me, &card.file_key).await.unwrap();
        let (one, two) = (
            image::load_from_memory(&submitted),
            image::load_from_memory(&b),
        );
        assert_eq!(
            one.unwrap().height(),
            two.unwrap().height(),
            "one band, not two"
        );
        test.remove().await.unwrap();
    }
}

/// [B-50] A material past its watermark validity date cannot be attached to a new application.
#[tokio::test]
async fn an_expired_material_is_not_usable() {
    for test in TestDb::each(&schema()).await.unwrap() {
        let (ctx, clock) = store::testing::clocked(&test, "2026-11-16T01:00:00Z");
        ctx.shared
            .put(Arc::new(Blobs::open(&test.path("blobs")).unwrap()));
        let me = user(&ctx, "me");
        let card = materials::upload(&me, scan("me", png(300, 200), Group::Licence))
            .await
            .unwrap();
        materials::raise_to_b(&clerk(&ctx), &card.file_key, "1")
            .await
            .unwrap();
        clock.set("2027-11-16T15:59:59Z".parse().unwrap());
        assert!(materials::usable(&me, "me", &card.file_key).await.is_ok());
        clock.set("2027-11-16T16:00:00Z".parse().unwrap());
        let late = materials::usable(&me, "me", &card.file_key).await;
        assert!(matches!(late, Err(MaterialError::Expired)));
        test.remove().await.unwrap();
    }
}

/// [B-45] The space is full at its limit, also when uploads race; deleting makes room again.
#[tokio::test]
async fn the_space_has_a_limit() {
    for (test, ctx) in cities().await {
        let me = user(&ctx, "me");
        let too_large = vec![0; materials::FILE_LIMIT as usize + 1];
        let refused = materials::upload(&me, scan("me", too_large, Group::SelfMade)).await;
        assert!(matches!(refused, Err(MaterialError::TooLarge(_))));
        // Noise does not compress: about 17 MB each, twelve of them do not fit.
        let big = |seed: u64| {
            let rng = kernel::SeededRandom::new(seed);
            let mut pixels = vec![0u8; 2400 * 2400 * 3];
            kernel::Randomness::fill(&rng, &mut pixels);
            let picture = image::RgbImage::from_raw(2400, 2400, pixels).unwrap();
            let mut out = Cursor::new(Vec::new());
            picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
            out.into_inner()
        };
        let bytes = big(1);
        let fit = materials::SPACE_LIMIT / bytes.len() as u64;
        let mut keys = Vec::new();
        for _ in 0..fit {
            let card = materials::upload(&me, scan("me", bytes.clone(), Group::Licence)).await;
            keys.push(card.unwrap().file_key);
        }
        let full = materials::upload(&me, scan("me", bytes.clone(), Group::Licence)).await;
        assert!(matches!(full, Err(MaterialError::Full { .. })));
        materials::delete(&me, &keys[0]).await.unwrap();
        assert!(matches!(
            materials::usable(&me, "me", &keys[0]).await,
            Err(MaterialError::NotFound)
        ));
        materials::upload(&me, scan("me", bytes, Group::Licence))
            .await
            .unwrap();
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn programs_and_broken_files_change_nothing() {
    for (test, ctx) in cities().await {
        let me = user(&ctx, "me");
        for (bytes, expected) in [
            (b"MZ\x90\0program".to_vec(), "executable"),
            (b"%PDF-1.7 nothing".to_vec(), "broken_file"),
            (Vec::new(), "broken_file"),
            (b"plain text".to_vec(), "file_kind"),
        ] {
            let error = materials::upload(&me, scan("me", bytes, Group::SelfMade)).await;
            let problem = kernel::Problem::from(error.unwrap_err());
            assert_eq!(problem.code, expected);
        }
        assert_eq!(materials::usage(&me).await.unwrap().used, 0);
        test.remove().await.unwrap();
    }
}
