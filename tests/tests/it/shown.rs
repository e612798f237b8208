//! A licence in its holder's hand: the code that is shown, and copies for one purpose.

use jiff::civil::date;
use journeys::Town;
use licences::{AskCopy, Format, LicenceError, LicenceEvent, Purpose, State, StateChange};

use super::life::{DRIVER, key_of};

/// A code that a holder shows is good for five minutes and for that licence only.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_shown_is_soon_over() {
    for town in Town::each("2026-11-16T09:30").await {
        let me = town.person("u_p10").await;
        let key = key_of(town.ctx(), DRIVER, "DLYSCYZGZ").await;
        let visitor = town.visitor();
        let shown = licences::showing(&me, &key).await.unwrap();
        let stranger = town.person("u_p17").await;
        let refused = licences::showing(&stranger, &key).await;
        assert!(matches!(refused, Err(LicenceError::NotFound)));
        let verify = async |token: &str| licences::verify_token(&visitor, token).await;
        assert!(verify(&shown.token).await.unwrap().valid);
        // Made longer by hand, it is nobody's.
        let mut parts: Vec<String> = shown.token.split('.').map(str::to_owned).collect();
        parts[1] = (parts[1].parse::<i64>().unwrap() + 3600).to_string();
        assert!(!verify(&parts.join(".")).await.unwrap().valid);
        town.set("2026-11-16T09:35");
        assert!(
            verify(&shown.token).await.unwrap().valid,
            "the fifth minute"
        );
        town.set("2026-11-16T09:36");
        let over = verify(&shown.token).await.unwrap();
        let reason = over.failure().and_then(|step| step.reason);
        assert_eq!(reason, Some(sealing::Reason::TokenExpired));
        // The code on the licence itself does not end.
        let token = shown.token.split('.').next().unwrap();
        assert!(verify(token).await.unwrap().valid);
        let lost = StateChange {
            licence_key: key.clone(),
            event: LicenceEvent::ReportLoss,
            reason: "遗失".into(),
        };
        licences::change_state(&me, lost).await.unwrap();
        let refused = licences::showing(&me, &key).await;
        assert!(matches!(
            refused,
            Err(LicenceError::NotCitable(State::Lost))
        ));
        town.close().await;
    }
}

/// A copy for one purpose says so in picture, text and metadata, is sealed like the licence, is
/// found by its code and its files, counted, and worth nothing after its time.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_good_for_its_purpose_and_time() {
    for town in Town::each("2026-11-16T09:30").await {
        let me = town.person("u_p10").await;
        let visitor = town.visitor();
        let key = key_of(town.ctx(), DRIVER, "DLYSCYZGZ").await;
        let asked = |recipient: &str, until| AskCopy {
            licence_key: key.clone(),
            purpose: Purpose::Work,
            recipient: recipient.into(),
            case_no: String::new(),
            until,
        };
        let end = date(2026, 11, 30);
        for wrong in [
            asked("", end),
            asked("见证人：张三\n欠款一万元", end),
            asked(&"长".repeat(31), end),
            asked("云州客运公司", date(2026, 11, 15)),
            asked("云州客运公司", date(2027, 2, 15)),
        ] {
            let refused = licences::make_copy(&me, &wrong).await;
            assert!(matches!(refused, Err(LicenceError::Field(..))), "{wrong:?}");
        }
        let stranger = town.person("u_p17").await;
        let good = asked("云州客运（集团）公司", end);
        let refused = licences::make_copy(&stranger, &good).await;
        assert!(matches!(refused, Err(LicenceError::NotFound)));
        let copy = licences::make_copy(&me, &good).await.unwrap();
        let ofd = licences::copy_file(&me, &copy.copy_key, Format::Ofd).await;
        let ofd = ofd.unwrap();
        let pdf = licences::copy_file(&me, &copy.copy_key, Format::Pdf).await;
        let pdf = pdf.unwrap();
        let refused = licences::copy_file(&stranger, &copy.copy_key, Format::Pdf).await;
        assert!(matches!(refused, Err(LicenceError::NotFound)));
        let original = licences::file(&me, &key, Format::Ofd).await.unwrap();
        assert_ne!(ofd, original);
        // To be looked at.
        if let Ok(folder) = std::env::var("TONGBAN_TEST_SHOTS") {
            for (name, file) in [("copy.ofd", &ofd), ("copy.pdf", &pdf)] {
                std::fs::write(std::path::Path::new(&folder).join(name), file).unwrap();
            }
        }

        let reason = |v: &licences::Verification| v.failure().and_then(|step| step.reason);
        for file in [&ofd, &pdf] {
            let verified = licences::verify_file(&visitor, file.clone()).await.unwrap();
            assert!(verified.valid, "{:?}", verified.steps);
            let note = verified.copy.unwrap();
            assert_eq!(note.recipient, "云州客运（集团）公司");
            assert_eq!((note.until, note.over), (end, false));
        }
        let scanned = licences::verify_token(&visitor, &copy.body.token).await;
        assert!(scanned.unwrap().copy.is_some());
        let itself = licences::verify_file(&visitor, original.clone()).await;
        assert!(itself.unwrap().copy.is_none());
        let counted = licences::copies(&me, &key).await.unwrap();
        assert_eq!((counted[0].fetched, counted[0].verified), (2, 3));

        // One byte of it changed is one byte too many.
        let mut forged = pdf.clone();
        let at = forged.len() / 3;
        forged[at] ^= 1;
        let judged = licences::verify_file(&visitor, forged).await.unwrap();
        assert!(!judged.valid);

        // Ended by its holder, at once; another one by time; all by the licence's end.
        let other = licences::make_copy(&me, &asked("云州学校", end))
            .await
            .unwrap();
        licences::end_copy(&me, &other.copy_key).await.unwrap();
        licences::end_copy(&me, &other.copy_key).await.unwrap();
        let ended = licences::verify_token(&visitor, &other.body.token)
            .await
            .unwrap();
        assert_eq!(reason(&ended), Some(sealing::Reason::CopyOver));
        let refused = licences::copy_file(&me, &other.copy_key, Format::Pdf).await;
        assert!(matches!(refused, Err(LicenceError::CopyOver)));
        let last = licences::make_copy(&me, &asked("云州银行", date(2027, 1, 31))).await;
        let last = last.unwrap();
        town.set("2026-11-30T23:59");
        let verified = licences::verify_file(&visitor, ofd.clone()).await.unwrap();
        assert!(verified.valid, "its last day");
        town.set("2026-12-01T00:01");
        let verified = licences::verify_file(&visitor, ofd).await.unwrap();
        assert_eq!(reason(&verified), Some(sealing::Reason::CopyOver));
        let lost = StateChange {
            licence_key: key.clone(),
            event: LicenceEvent::ReportLoss,
            reason: "遗失".into(),
        };
        licences::change_state(&me, lost).await.unwrap();
        let scanned = licences::verify_token(&visitor, &last.body.token)
            .await
            .unwrap();
        assert_eq!(reason(&scanned), Some(sealing::Reason::LicenceLost));
        let refused = licences::make_copy(&me, &asked("云州银行", date(2026, 12, 31))).await;
        assert!(matches!(
            refused,
            Err(LicenceError::NotCitable(State::Lost))
        ));
        town.close().await;
    }
}
