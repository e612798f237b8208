//! Licences on paper, whole and over official forms [D-20].

use std::io::Write;
use std::process::{Command, Stdio};

use journeys::Town;
use licences::{
    Format, LicenceError, LicenceEvent, Print, PrintWay, SHIFT, StateChange, licence_type,
};
use store::Ctx;

use super::life::{DRIVER, key_of};

/// What a tool of poppler says of a PDF.
fn poppler(tool: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let output = Command::new(tool)
        .args(arguments)
        .arg(file.path())
        .args(match tool {
            "pdftotext" => &["-"][..],
            _ => &[],
        })
        .stderr(Stdio::inherit())
        .output()
        .expect("poppler-utils are installed by cargo xtask test");
    assert!(output.status.success(), "{tool}");
    String::from_utf8(output.stdout).unwrap()
}

/// A word and where it begins, millimetres from the left and the top.
fn words(pdf: &[u8]) -> Vec<(String, f32, f32)> {
    let said = poppler("pdftotext", &["-bbox"], pdf);
    let lines = said.lines().filter(|line| line.contains("<word "));
    let number = |line: &str, name: &str| -> f32 {
        let after = line.split_once(&format!("{name}=\"")).unwrap().1;
        let points: f32 = after.split('"').next().unwrap().parse().unwrap();
        points * 25.4 / 72.0
    };
    lines
        .map(|line| {
            let word = line.split_once('>').unwrap().1.split('<').next().unwrap();
            (word.to_owned(), number(line, "xMin"), number(line, "yMin"))
        })
        .collect()
}

fn pictures(pdf: &[u8]) -> usize {
    poppler("pdfimages", &["-list"], pdf)
        .lines()
        .skip(2)
        .count()
}

fn asked(key: &str, way: PrintWay) -> Print {
    Print {
        licence_key: key.into(),
        way,
        form_no: String::new(),
        photo: true,
        shift: (0.0, 0.0),
    }
}

async fn refused(by: &Ctx, print: &Print) -> String {
    match licences::print(by, print).await {
        Err(LicenceError::Other(problem)) => problem.zh,
        other => panic!("{other:?}"),
    }
}

/// The paper has its exact size; over a form only what differs from licence to licence is printed,
/// exactly where the licence has it and the printer's fault away. Each form is used once, each print
/// is recorded and told in the licence's life.
#[tokio::test(flavor = "multi_thread")]
async fn licences_are_printed_whole_and_over_forms() {
    for town in Town::each("2026-11-16T09:30").await {
        let officer = town.officer("jt_gonglh").await;
        let key = key_of(town.ctx(), DRIVER, "DLYSCYZGZ").await;
        let kind = licence_type(&officer, "DLYSCYZGZ").await.unwrap();
        let sealed = licences::file(&officer, &key, Format::Pdf).await.unwrap();
        let whole = licences::print(&officer, &asked(&key, PrintWay::Whole)).await;
        assert!(whole.unwrap() == sealed, "the sealed file itself");

        let shift = (3.0, -1.5);
        let over = Print {
            form_no: " XK-000123 ".into(),
            shift,
            ..asked(&key, PrintWay::Overprint)
        };
        let form = licences::print(&officer, &over).await.unwrap();
        for pdf in [&sealed, &form] {
            let size = poppler("pdfinfo", &[], pdf);
            let line = size.lines().find(|l| l.starts_with("Page size")).unwrap();
            let numbers: Vec<f32> = line
                .split_whitespace()
                .filter_map(|part| part.parse().ok())
                .collect();
            let paper = [kind.paper.width_mm, kind.paper.height_mm];
            for (points, mm) in numbers.iter().zip(paper) {
                assert!((points * 25.4 / 72.0 - mm).abs() < 0.05, "{line}");
            }
        }
        let (there, here) = (words(&sealed), words(&form));
        assert!(here.len() >= 4, "{here:?}");
        for (word, x, y) in &here {
            let same = there.iter().any(|(w, left, top)| {
                w == word && (x - left - shift.0).abs() < 0.1 && (y - top - shift.1).abs() < 0.1
            });
            assert!(same, "{word} at {x}, {y}: {there:?}");
        }
        // What stands on every form is not printed over it.
        assert!(there.len() > here.len());
        let said = |pdf: &[u8], word: &str| poppler("pdftotext", &[], pdf).contains(word);
        assert!(said(&form, "周堃") && said(&sealed, &kind.type_name));
        assert!(!said(&form, &kind.type_name));
        let glued = Print {
            photo: false,
            ..over.clone()
        };
        // The same form again for the same licence: the first file did not reach the printer.
        let glued = licences::print(&officer, &glued).await.unwrap();
        assert_eq!(pictures(&form), pictures(&glued) + 1, "the photo");

        let (prints, may) = licences::prints(&officer, &key).await.unwrap();
        assert!(may);
        let seen: Vec<_> = prints
            .iter()
            .map(|p| (p.way, p.form_no.as_deref(), p.by.as_str(), p.version))
            .collect();
        let formed = (PrintWay::Overprint, Some("XK-000123"), "jt_gonglh", 1);
        let white = (PrintWay::Whole, None, "jt_gonglh", 1);
        assert_eq!(seen, [formed, formed, white]);
        let life = licences::life(&officer, &key).await.unwrap();
        let told = |words: &str| life.iter().filter(|one| one.zh.contains(words)).count();
        assert_eq!((told("套打）"), told("印制编号XK-000123")), (2, 2));

        // The ruler is of the same paper, and says what to do.
        let ruler = licences::ruler(&officer, &key).await.unwrap();
        assert!(said(&ruler, "校准页"));
        refusals(&town, &officer, &key).await;
        town.close().await;
    }
}

/// Nothing is printed or recorded of what is wrong.
async fn refusals(town: &Town, officer: &Ctx, key: &str) {
    let over = asked(key, PrintWay::Overprint);
    for (wrong, words) in [
        (
            Print {
                form_no: "号码 1".into(),
                ..over.clone()
            },
            "只能有字母、数字",
        ),
        (
            Print {
                form_no: "1".into(),
                ..asked(key, PrintWay::Whole)
            },
            "整张打印用白纸",
        ),
        (
            Print {
                shift: (SHIFT + 0.1, 0.0),
                ..over.clone()
            },
            "最多20毫米",
        ),
        (
            Print {
                shift: (0.0, f32::NAN),
                ..over.clone()
            },
            "最多20毫米",
        ),
    ] {
        let said = refused(officer, &wrong).await;
        assert!(said.contains(words), "{said}");
    }
    // A form that another licence has.
    let query = licences::Query {
        type_code: Some("DLYSCYZGZ".into()),
        states: vec![licences::State::Valid],
        ..licences::Query::default()
    };
    let page = licences::search(town.ctx(), &query, kernel::PageRequest::default()).await;
    let rows = page.unwrap().rows;
    let other = rows.iter().find(|row| row.licence_key != key).unwrap();
    let taken = Print {
        form_no: "XK-000123".into(),
        ..asked(&other.licence_key, PrintWay::Overprint)
    };
    let said = refused(officer, &taken).await;
    assert!(said.contains("已经用过"), "{said}");

    // Who may look but not issue; who may not look; the holder.
    let manager = town.officer("sj_yousq").await;
    let denied = licences::print(&manager, &over).await;
    assert!(matches!(denied, Err(LicenceError::Denied(_))), "{denied:?}");
    assert!(!licences::prints(&manager, key).await.unwrap().1);
    for stranger in ["sc_tancw", "wj_liucz"] {
        let stranger = town.officer(stranger).await;
        let hidden = licences::print(&stranger, &over).await;
        assert!(matches!(hidden, Err(LicenceError::NotFound)), "{hidden:?}");
        assert!(licences::ruler(&stranger, key).await.is_err());
    }
    let holder = town.person("u_p10").await;
    assert!(licences::print(&holder, &over).await.is_err());

    let lost = StateChange {
        licence_key: key.into(),
        event: LicenceEvent::ReportLoss,
        reason: "遗失".into(),
    };
    licences::change_state(&holder, lost).await.unwrap();
    let gone = licences::print(officer, &over).await;
    assert!(matches!(gone, Err(LicenceError::NotCitable(_))), "{gone:?}");
    let (prints, may) = licences::prints(officer, key).await.unwrap();
    assert_eq!((prints.len(), may), (3, false));
    let others = licences::prints(officer, &other.licence_key).await.unwrap();
    assert!(others.0.is_empty());
}
