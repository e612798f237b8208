//! Existing licences come into the library: cleaned by the rules, checked by a second person, made
//! into sealed licences.

use std::io::Cursor;

use collection::{
    BatchState, CollectionError, Edit, Given, NewBatch, ReceiptKind, RowQuery, SourceClass,
    WorkKind, WorkState,
};
use journeys::Town;
use kernel::PageRequest;
use licences::{Format, State};
use store::Ctx;

pub(crate) fn demo(name: &str) -> Vec<u8> {
    let path = format!("{}/../demo/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn stock(agency: &str, class: SourceClass) -> NewBatch {
    NewBatch {
        agency: agency.into(),
        source_class: class,
        source_system: "旧系统".into(),
        file_name: "stock_licences.csv".into(),
        given: Given::default(),
    }
}

async fn begun(ctx: &Ctx, new: NewBatch, bytes: Vec<u8>) -> String {
    collection::begin(ctx, new, Cursor::new(bytes))
        .await
        .unwrap()
}

/// Orders a work and runs it to its end.
pub(crate) async fn done(ctx: &Ctx, key: &str, kind: WorkKind) -> collection::Work {
    collection::order(ctx, key, kind).await.unwrap();
    collection::run_all(ctx).await.unwrap();
    // A city that is served does it by itself, and may have been the first to begin.
    for _ in 0..600 {
        let work = collection::works(ctx, key).await.unwrap().remove(0);
        if work.state != WorkState::Running {
            assert_eq!(work.state, WorkState::Done, "{work:?}");
            return work;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{kind:?} does not end");
}

async fn count(ctx: &Ctx, key: &str, state: State) -> u64 {
    let all = collection::counts(ctx, key).await.unwrap();
    all.iter().filter(|c| c.state == state).map(|c| c.n).sum()
}

/// The stock of the city, cleaned by facts that the platform reads from its own types and agencies,
/// ends as it is expected in every row and column, and is kept row by row.
#[tokio::test(flavor = "multi_thread")]
async fn the_stock_of_the_city_ends_as_expected() {
    for town in Town::each("2026-11-16T09:00").await {
        let manager = town.officer("sj_yousq").await;
        let bytes = demo("stock_licences.csv");
        let key = begun(&manager, stock("YZ_SJJ", SourceClass::A), bytes.clone()).await;
        let again = stock("YZ_SJJ", SourceClass::A);
        let again = collection::begin(&manager, again, Cursor::new(bytes)).await;
        assert!(matches!(again, Err(CollectionError::SameFile)));

        let early = collection::order(&manager, &key, WorkKind::Take).await;
        assert!(matches!(early, Err(CollectionError::WrongState)));
        done(&manager, &key, WorkKind::Look).await;
        let batch = collection::batch(&manager, &key).await.unwrap();
        assert_eq!((batch.state, batch.rows), (BatchState::Looked, 2000));
        let trial = batch.summary.unwrap();
        done(&manager, &key, WorkKind::Take).await;
        let batch = collection::batch(&manager, &key).await.unwrap();
        assert_eq!(batch.state, BatchState::Taken);
        assert_eq!(batch.summary.unwrap(), trial, "taken in as it was tried");

        let report = collection::report(&manager, &key).await.unwrap();
        let report = String::from_utf8(report).unwrap();
        let expected = String::from_utf8(demo("stock_expected.csv")).unwrap();
        let columns = |line: &str| {
            line.split(',')
                .take(7)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let ours: Vec<_> = report.lines().skip(1).map(columns).collect();
        let wanted: Vec<_> = expected.lines().skip(1).map(columns).collect();
        for (one, other) in ours.iter().zip(&wanted) {
            assert_eq!(one, other);
        }
        assert_eq!(ours.len(), wanted.len());

        // An officer of one agency sees its rows alone, and not the reports of all.
        let health = town.officer("wj_liucz").await;
        let whose = |row: &collection::CollectedRow| row.agency.clone();
        let seen = RowQuery::default();
        let seen = collection::rows(&health, &key, seen, PageRequest::new(1, 100)).await;
        let seen = seen.unwrap();
        assert!(seen.total > 100 && seen.rows.iter().all(|row| whose(row) == "YD_WJJ"));
        let counts = collection::counts(&health, &key).await.unwrap();
        assert!(counts.iter().all(|count| count.agency == "YD_WJJ"));
        let other = collection::rows(
            &manager,
            &key,
            RowQuery::default(),
            PageRequest::new(1, 100),
        );
        let other = other.await.unwrap().rows;
        let other = other.iter().find(|row| whose(row) != "YD_WJJ").unwrap();
        let refused = collection::row(&health, &key, other.row_no).await;
        assert!(matches!(refused, Err(CollectionError::NotFound)));
        let refused = collection::report(&health, &key).await;
        assert!(matches!(refused, Err(CollectionError::Denied(_))));

        let kept = |action: &str| trial.by_action.get(action).copied().unwrap_or_default();
        assert_eq!(
            count(&manager, &key, State::Collected).await,
            kept("keep") + kept("correct")
        );
        assert_eq!(
            count(&manager, &key, State::Discarded).await,
            kept("drop") + kept("merge") + kept("return_to_source")
        );
        town.set("2026-11-16T09:30");
        town.drain().await;
        let alerts = collection::receipts(&manager).await.unwrap();
        let of = |kind: ReceiptKind| {
            let here = alerts
                .iter()
                .filter(|one| one.kind == kind && one.batch_key.as_deref() == Some(key.as_str()));
            here.map(|one| one.n).sum::<u64>()
        };
        assert_eq!(of(ReceiptKind::Duplicate), kept("merge"));
        let failed = kept("drop") + kept("return_to_source");
        assert_eq!(of(ReceiptKind::Failed), failed);
        let files = collection::returned(&manager, &key).await.unwrap();
        let back: u64 = files.iter().map(|file| file.rows).sum();
        assert_eq!(back, kept("return_to_source"));
        assert!(
            files
                .iter()
                .all(|file| file.content.starts_with(b"PK\x03\x04"))
        );
        town.close().await;
    }
}

/// [H-23] Entries from originals need a second person's check before sealing; [H-24] every licence
/// records source class, source system, collector, checker, time and batch.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_person_checks_and_an_officer_makes_the_licences() {
    for town in Town::each("2026-11-16T09:00").await {
        let manager = town.officer("sj_yousq").await;
        let key = begun(&manager, stock("YZ_SJJ", SourceClass::A), some_rows()).await;
        done(&manager, &key, WorkKind::Look).await;
        done(&manager, &key, WorkKind::Take).await;
        assert_eq!(count(&manager, &key, State::Collected).await, 3);
        let own = collection::order(&manager, &key, WorkKind::Check).await;
        assert!(matches!(own, Err(CollectionError::SamePerson)));
        // The decider of the agency whose licences they are, and no other.
        let strange = town.officer("sc_jiangby").await;
        let strange = collection::batch(&strange, &key).await;
        assert!(matches!(strange, Err(CollectionError::NotFound)));
        let decider = town.officer("wj_liucz").await;
        done(&decider, &key, WorkKind::Check).await;
        assert_eq!(count(&decider, &key, State::Checked).await, 3);

        // One row has a name that no font has a glyph for, another lacks nothing.
        let work = done(&decider, &key, WorkKind::Issue).await;
        assert_eq!((work.done, work.failed), (2, 1));
        let stuck = RowQuery {
            state: Some(State::Checked),
            problem: true,
            ..RowQuery::default()
        };
        let stuck = collection::rows(&decider, &key, stuck, PageRequest::default()).await;
        let stuck = stuck.unwrap().rows.remove(0);
        assert!(
            stuck.body.problem.contains("\u{31350}"),
            "{}",
            stuck.body.problem
        );

        // Typed anew by one person, checked by another, made by the next order.
        let edit = Edit {
            face: [("legal_representative".to_owned(), "水丽娟".to_owned())].into(),
            photo: None,
        };
        collection::edit_row(&manager, &key, stuck.row_no, edit)
            .await
            .unwrap();
        let nothing = collection::order(&decider, &key, WorkKind::Issue).await;
        assert!(matches!(nothing, Err(CollectionError::Nothing)));
        let own = collection::check_row(&manager, &key, stuck.row_no).await;
        assert!(matches!(own, Err(CollectionError::SamePerson)));
        collection::check_row(&decider, &key, stuck.row_no)
            .await
            .unwrap();
        let work = done(&decider, &key, WorkKind::Issue).await;
        assert_eq!((work.done, work.failed), (1, 0));
        assert_eq!(count(&decider, &key, State::Valid).await, 3);

        let made = RowQuery {
            state: Some(State::Valid),
            ..RowQuery::default()
        };
        let made = collection::rows(&decider, &key, made, PageRequest::default()).await;
        for row in made.unwrap().rows {
            let licence = row.licence_key.clone().unwrap();
            let detail = licences::detail(&decider, &licence).await.unwrap();
            assert!(detail.verdict.is_valid());
            assert_eq!(detail.card.state, State::Valid);
            let data = detail.version.data;
            assert_eq!(
                (data.source_class.as_str(), data.source_system.as_str()),
                ("A", "旧系统")
            );
            let by = data.collected.unwrap();
            assert_eq!(
                (by.batch.as_str(), by.collector.as_str()),
                (key.as_str(), "sj_yousq")
            );
            assert_eq!(by.checker.as_deref(), Some("wj_liucz"));
            assert!(by.checked_at.is_some());
            let number = row.get(cleaning::Field::LicenceNo);
            assert_eq!(detail.version.face.face["licence_no"], number);
            let pdf = licences::file(&decider, &licence, Format::Pdf)
                .await
                .unwrap();
            assert!(pdf.starts_with(b"%PDF"));
        }
        // The same licences once more, from another library: the library has them.
        let mut other = some_rows();
        other.extend_from_slice("\n".as_bytes());
        let key = begun(&manager, stock("YZ_SJJ", SourceClass::E), other).await;
        done(&manager, &key, WorkKind::Look).await;
        done(&manager, &key, WorkKind::Take).await;
        assert_eq!(count(&manager, &key, State::Checked).await, 0);
        let sums = collection::batch(&manager, &key)
            .await
            .unwrap()
            .summary
            .unwrap();
        assert_eq!(sums.by_rule.get(collection::IN_LIBRARY), Some(&3));
        town.close().await;
    }
}

/// Three licences of the health bureau of Yundong, one of them with a sign that no font has.
pub(crate) fn some_rows() -> Vec<u8> {
    let all = String::from_utf8(demo("stock_licences.csv")).unwrap();
    let expected = String::from_utf8(demo("stock_expected.csv")).unwrap();
    let clean: Vec<&str> = expected
        .lines()
        .filter(|line| line.contains(",NONE,"))
        .filter_map(|line| line.split(',').next())
        .collect();
    let mut lines = all.lines();
    let mut out = vec![lines.next().unwrap().to_owned()];
    let mine = lines.filter(|line| {
        let no = line.split(',').next().unwrap();
        line.contains("云州市云东区卫生健康局") && clean.contains(&no)
    });
    out.extend(mine.take(3).map(str::to_owned));
    let parts: Vec<&str> = out[2].split(',').collect();
    let mut parts: Vec<String> = parts.into_iter().map(str::to_owned).collect();
    parts[15] = "水\u{31350}娟".into();
    (parts[16], parts[17]) = (String::new(), String::new());
    out[2] = parts.join(",");
    for line in [1, 3] {
        let mut parts: Vec<String> = out[line].split(',').map(str::to_owned).collect();
        (parts[16], parts[17]) = (String::new(), String::new());
        out[line] = parts.join(",");
    }
    out.join("\n").into_bytes()
}

/// A row that says it was typed from an original waits for a person even in a batch of another
/// library; and to a batch that ended nothing more is done.
#[tokio::test(flavor = "multi_thread")]
async fn originals_wait_for_a_person_and_an_end_is_an_end() {
    for town in Town::each("2026-11-16T09:00").await {
        let manager = town.officer("sj_yousq").await;
        let decider = town.officer("wj_liucz").await;
        let rows = String::from_utf8(some_rows()).unwrap();
        let mut lines: Vec<String> = rows.lines().map(str::to_owned).collect();
        lines[1] = format!("{},A,", lines[1].trim_end_matches(','));
        let bytes = lines.join("\n").into_bytes();
        let key = begun(&manager, stock("YZ_SJJ", SourceClass::E), bytes).await;
        done(&manager, &key, WorkKind::Look).await;
        done(&manager, &key, WorkKind::Take).await;
        assert_eq!(count(&manager, &key, State::Collected).await, 1);
        assert_eq!(count(&manager, &key, State::Checked).await, 2);
        let seen = collection::batch(&manager, &key).await.unwrap().rev;
        collection::end_batch(&manager, &key, seen).await.unwrap();
        let refused = collection::check_row(&decider, &key, 1).await;
        assert!(matches!(refused, Err(CollectionError::WrongState)));
        let edit = Edit {
            face: [("business_items".to_owned(), "沐浴场所".to_owned())].into(),
            photo: None,
        };
        let refused = collection::edit_row(&manager, &key, 1, edit).await;
        assert!(matches!(refused, Err(CollectionError::WrongState)));
        let refused = collection::discard_row(&manager, &key, 1, "不要了").await;
        assert!(matches!(refused, Err(CollectionError::WrongState)));
        let refused = collection::order(&decider, &key, WorkKind::Issue).await;
        assert!(matches!(refused, Err(CollectionError::WrongState)));
        town.close().await;
    }
}

/// A batch of three rows, two of them licences, one that cannot be made.
pub(crate) async fn checked(town: &Town) -> String {
    let manager = town.officer("sj_yousq").await;
    let decider = town.officer("wj_liucz").await;
    let key = begun(&manager, stock("YZ_SJJ", SourceClass::A), some_rows()).await;
    for kind in [WorkKind::Look, WorkKind::Take] {
        done(&manager, &key, kind).await;
    }
    for kind in [WorkKind::Check, WorkKind::Issue] {
        done(&decider, &key, kind).await;
    }
    key
}
