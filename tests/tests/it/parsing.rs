//! 解析 [H-84]: what files say of themselves, ours and others'.

use journeys::Town;
use licences::{Format, LicenceError, Parsed};

use super::life::{DRIVER, key_of};

fn of<'p>(parsed: &'p Parsed, code: &str) -> &'p str {
    let found = parsed.metadata.iter().find(|(one, _)| one.code == code);
    found.map_or("", |(_, value)| value)
}

/// Metadata, face, seal and signature of our own files, the same from both formats, and the words
/// the library has.
#[tokio::test(flavor = "multi_thread")]
async fn our_files_say_what_the_library_knows() {
    for town in Town::each("2026-11-16T09:30").await {
        let officer = town.officer("jt_gonglh").await;
        let key = key_of(town.ctx(), DRIVER, "DLYSCYZGZ").await;
        let version = licences::versions(&officer, &key).await.unwrap().remove(0);
        for format in [Format::Ofd, Format::Pdf] {
            let bytes = licences::file(&officer, &key, format).await.unwrap();
            let parsed = licences::parse(&officer, bytes).await.unwrap();
            assert_eq!(parsed.format, Some(format));
            assert!(parsed.standard, "{parsed:#?}");
            assert_eq!(parsed.pages, 1);
            assert_eq!(of(&parsed, "ZZBS"), version.face.identifier);
            assert_eq!(of(&parsed, "ZZBH"), "990103199001191270");
            assert_eq!(of(&parsed, "ZZMC"), "道路运输从业资格证");
            let end = version.data.valid_to.unwrap().to_string();
            assert_eq!(of(&parsed, "ZZYXQJZRQ"), end);
            assert_eq!(of(&parsed, "KZ_GS"), "OFD、PDF");
            let face: std::collections::BTreeMap<_, _> = parsed.face.into_iter().collect();
            assert_eq!(face, version.face.face);
            assert_eq!(parsed.names["holder"], "姓名");
            assert!(parsed.text.is_empty());
            let [signature] = parsed.signatures.as_slice() else {
                panic!("{:?}", parsed.signatures)
            };
            assert_eq!(signature.problem, None);
            let signer = signature.signer.as_ref().unwrap();
            assert!(signer.subject.contains("云州市交通运输局"), "{signer:?}");
            assert!(signature.signed_at.is_some());
            if format == Format::Ofd {
                let name = signature.seal_name.as_deref().unwrap_or_default();
                assert!(name.contains("云州市交通运输局"), "{name}");
                assert!(signature.seal_id.is_some() && signature.seal_to.is_some());
                assert!(signature.algorithm.contains("SM2"), "{signature:?}");
            }
        }

        // A copy says what it is for.
        let me = town.person("u_p10").await;
        let ask = licences::AskCopy {
            licence_key: key.clone(),
            purpose: licences::Purpose::Work,
            recipient: "云州客运公司".into(),
            case_no: String::new(),
            until: jiff::civil::date(2026, 11, 30),
        };
        let copy = licences::make_copy(&me, &ask).await.unwrap();
        let bytes = licences::copy_file(&me, &copy.copy_key, Format::Pdf).await;
        let parsed = licences::parse(&officer, bytes.unwrap()).await.unwrap();
        assert!(parsed.standard);
        assert!(of(&parsed, "JZJZZSY").contains("云州客运公司"));
        assert_eq!(of(&parsed, "JZJYXQJZSJ"), "2026-11-30");

        // Neither half a file nor anything else; neither residents nor officers without licences.
        let mut half = licences::file(&officer, &key, Format::Ofd).await.unwrap();
        half.truncate(half.len() / 2);
        for nothing in [half, b"%PDF-1.7 no".to_vec(), b"hello".to_vec(), Vec::new()] {
            match licences::parse(&officer, nothing).await {
                Err(LicenceError::Other(problem)) => assert_eq!(problem.status, 422),
                other => panic!("{other:?}"),
            }
        }
        for stranger in [me, town.visitor()] {
            let refused = licences::parse(&stranger, Vec::new()).await;
            assert!(
                matches!(refused, Err(LicenceError::Denied(_))),
                "{refused:?}"
            );
        }
        town.close().await;
    }
}

/// Files of other makers, where they are at hand.
fn interop() -> Option<std::path::PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/interop");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no foreign files at hand");
    None
}

/// Files of other makers: what they carry is told, and otherwise what stands on their pages.
#[tokio::test(flavor = "multi_thread")]
async fn files_of_others_are_told_too() {
    let Some(files) = interop() else { return };
    let town = Town::sqlite("2026-11-16T09:30").await;
    let officer = town.officer("jt_gonglh").await;
    for (name, signed) in [
        ("SESV4SignDoc.ofd", true),
        ("V4RideRight.ofd", true),
        ("helloworld.ofd", false),
    ] {
        let bytes = std::fs::read(files.join(name)).unwrap();
        let parsed = licences::parse(&officer, bytes).await.unwrap();
        assert!(!parsed.standard && parsed.pages > 0, "{name}");
        assert_eq!(!parsed.signatures.is_empty(), signed, "{name}");
        if signed {
            let one = &parsed.signatures[0];
            assert!(one.seal_name.is_some() && one.signer.is_some(), "{one:?}");
            assert!(one.seal_to.is_some(), "{one:?}");
        }
        if name == "helloworld.ofd" {
            assert!(!parsed.text.is_empty(), "{parsed:?}");
        }
    }
    town.close().await;
}
