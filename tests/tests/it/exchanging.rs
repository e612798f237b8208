//! Another licence library sends its records, by interface or in files.

use std::collections::BTreeMap;

use collection::{
    Approval, CollectionError, ConflictRule, ExchangeAnswer, ExchangeBatch, ExchangeFolder,
    ExchangeLicence, ExchangeRecord, GivenByAgency, NewExchange, Outcome,
};
use jiff::civil::date;
use journeys::Town;
use licences::State;
use serde_json::{Value, json};
use store::Ctx;

/// 云东区卫生健康局, and an officer who makes its licences.
const ISSUER: &str = "YD_WJJ";
pub(crate) const OFFICER: &str = "wj_liucz";
pub(crate) const SOURCE: &str = "wj-weisheng";
const NUMBER: &str = "云东卫公证字〔2026〕第008001号";

pub(crate) async fn source(ctx: &Ctx, rule: ConflictRule, every_minutes: u32) {
    let now = collection::exchange_source(ctx, SOURCE).await.ok();
    let new = NewExchange {
        source_code: SOURCE.into(),
        name: "卫生许可证照库".into(),
        agency: ISSUER.into(),
        rule,
        every_minutes,
        active: true,
        rev: now.map(|one| one.rev),
    };
    collection::set_exchange(ctx, new).await.unwrap();
}

fn licence(number: &str, items: &str) -> ExchangeLicence {
    ExchangeLicence {
        type_code: "WSXKZ".into(),
        issuer: None,
        region: None,
        licence_no: number.into(),
        holder: "云州市云东区䶮记小厨餐饮店".into(),
        holder_id: "92990102MA2008117R".into(),
        issue_date: date(2026, 11, 10),
        valid_from: None,
        valid_to: Some(date(2030, 11, 9)),
        face: BTreeMap::from([("business_items".into(), items.into())]),
        photo: None,
    }
}

pub(crate) fn record(row: &str, minute: u8, licence: Option<ExchangeLicence>) -> ExchangeRecord {
    ExchangeRecord {
        row_id: row.into(),
        operation: if licence.is_some() { "U" } else { "D" }.into(),
        time: format!("2026-11-15T08:{minute:02}:00Z").parse().unwrap(),
        licence,
    }
}

async fn send(ctx: &Ctx, batch: &str, records: Vec<ExchangeRecord>) -> ExchangeAnswer {
    let batch = ExchangeBatch {
        batch_no: batch.into(),
        records,
    };
    collection::take_exchange(ctx, SOURCE, batch).await.unwrap()
}

/// Sends one record; its outcome, its licence, and why it was refused.
async fn one(ctx: &Ctx, record: ExchangeRecord) -> (Outcome, Option<String>, String) {
    let row = send(ctx, "B", vec![record]).await.rows.remove(0);
    let why = row.problem.map(|p| p.zh).unwrap_or_default();
    (row.outcome, row.licence_key, why)
}

async fn standing(town: &Town, key: &str) -> (State, u32, String) {
    let detail = licences::detail(town.ctx(), key).await.unwrap();
    let items = detail.version.face.face["business_items"].clone();
    (detail.card.state, detail.version.version, items)
}

/// A licence of another library follows its record: new, changed, overtaken, ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_licence_follows_its_record() {
    for town in Town::each("2026-11-16T09:00").await {
        let officer = town.officer(OFFICER).await;
        source(&officer, ConflictRule::Ask, 0).await;
        let first = record("甲/1", 10, Some(licence(NUMBER, "餐饮场所")));
        let (outcome, key, _) = one(&officer, first.clone()).await;
        assert_eq!(outcome, Outcome::Made);
        let key = key.unwrap();
        let detail = licences::detail(town.ctx(), &key).await.unwrap();
        let data = &detail.version.data;
        assert_eq!(
            (data.source_class.as_str(), data.source_system.as_str()),
            ("E", "卫生许可证照库")
        );
        let by = data.collected.as_ref().unwrap();
        assert_eq!(
            (by.batch.as_str(), by.collector.as_str()),
            ("wj-weisheng/B", OFFICER)
        );
        let file = licences::file(town.ctx(), &key, licences::Format::Ofd)
            .await
            .unwrap();
        let verified = licences::verify_file(&town.visitor(), file.clone())
            .await
            .unwrap();
        assert!(verified.valid);

        // The same again, and many times at once, changes nothing.
        let again = one(&officer, first.clone()).await;
        assert_eq!(
            (again.0, again.1.as_deref()),
            (Outcome::Made, Some(key.as_str()))
        );
        let later = record("甲/1", 20, Some(licence(NUMBER, "餐饮场所、茶座")));
        let all =
            futures_util::future::join_all((0..6).map(|_| one(&officer, later.clone()))).await;
        assert!(all.iter().all(|a| a.0 == Outcome::Changed), "{all:?}");
        assert_eq!(
            standing(&town, &key).await,
            (State::Valid, 2, "餐饮场所、茶座".into())
        );
        let former = licences::verify_file(&town.visitor(), file).await.unwrap();
        assert!(!former.valid, "the former version is history");
        // What was written before it arrives after it.
        assert_eq!(one(&officer, first).await.0, Outcome::Late);
        let middle = record("甲/1", 15, Some(licence(NUMBER, "茶座")));
        assert_eq!(one(&officer, middle).await.0, Outcome::Late);
        // A later word that says the same.
        let same = record("甲/1", 25, Some(licence(NUMBER, "餐饮场所、茶座")));
        assert_eq!(one(&officer, same).await.0, Outcome::Same);

        // What cannot be meant is refused in words and changes nothing.
        let other_row = record("甲/2", 30, Some(licence(NUMBER, "理发店")));
        let mut holder = licence(NUMBER, "理发店");
        holder.holder_id = "91990100MA20000012".into();
        let mut number = licence("第1号", "理发店");
        number.holder = "某店".into();
        for (record, word) in [
            (other_row, "另一条记录"),
            (record("甲/1", 31, Some(holder)), "证件号码"),
            (record("甲/3", 31, Some(number)), "证照编号"),
        ] {
            let (outcome, _, why) = one(&officer, record).await;
            assert_eq!(outcome, Outcome::Refused, "{why}");
            assert!(why.contains(word), "{why}");
        }
        assert_eq!(standing(&town, &key).await.1, 2);
        let refused = collection::exchange_records(&officer, SOURCE, Outcome::Refused).await;
        assert_eq!(refused.unwrap().len(), 3);

        // It ends there, so it ends here; what is told of it later is refused.
        let gone = one(&officer, record("甲/1", 40, None)).await;
        assert_eq!(
            (gone.0, gone.1.as_deref()),
            (Outcome::Ended, Some(key.as_str()))
        );
        assert_eq!(standing(&town, &key).await.0, State::Cancelled);
        let back = record("甲/1", 50, Some(licence(NUMBER, "餐饮场所")));
        let (outcome, _, why) = one(&officer, back).await;
        assert_eq!(outcome, Outcome::Refused);
        assert!(why.contains("注销"), "{why}");
        // An end that arrives before its beginning.
        assert_eq!(
            one(&officer, record("乙/1", 20, None)).await.0,
            Outcome::Ended
        );
        let early = record(
            "乙/1",
            10,
            Some(licence("云东卫公证字〔2026〕第008002号", "茶座")),
        );
        assert_eq!(one(&officer, early).await.0, Outcome::Late);

        // In one batch the words of one row count in the order of their writing.
        let number = "云东卫公证字〔2026〕第008003号";
        let batch = vec![
            record("丙/1", 12, Some(licence(number, "旅店"))),
            record("丙/1", 11, Some(licence(number, "招待所"))),
        ];
        let answer = send(&officer, "C", batch).await;
        let outcomes: Vec<Outcome> = answer.rows.iter().map(|row| row.outcome).collect();
        assert_eq!(outcomes, [Outcome::Changed, Outcome::Made]);
        let counts = BTreeMap::from([("changed".to_owned(), 1), ("made".to_owned(), 1)]);
        assert_eq!(answer.batch.counts, counts);
        let batches = collection::exchange_batches(&officer, SOURCE)
            .await
            .unwrap();
        assert!(
            batches
                .iter()
                .any(|one| one.batch_no == "C" && one.counts == counts)
        );
        town.close().await;
    }
}

/// A licence that was made here, of the same number.
async fn made_here(officer: &Ctx, number: &str) -> String {
    let approval = Approval {
        type_code: "WSXKZ".into(),
        issuer: ISSUER.into(),
        region: None,
        holder: "云州市云东区䶮记小厨餐饮店".into(),
        holder_id: "92990102MA2008117R".into(),
        given: Some(GivenByAgency {
            licence_no: number.into(),
            issue_date: date(2026, 11, 10),
            valid_from: None,
            valid_to: Some(date(2030, 11, 9)),
        }),
        face: BTreeMap::from([("business_items".into(), "餐饮场所".into())]),
        photo: None,
        case_no: None,
        source_system: "卫生审批系统".into(),
    };
    collection::issue_approval(officer, &approval)
        .await
        .unwrap()
}

/// Where the library holds something else from elsewhere, the rule of the source or a person settles
/// it; nobody's licence is overwritten by accident.
#[tokio::test(flavor = "multi_thread")]
async fn conflicts_are_settled_by_rule_or_by_a_person() {
    for town in Town::each("2026-11-16T09:00").await {
        let officer = town.officer(OFFICER).await;
        let number = |n: u32| format!("云东卫公证字〔2026〕第00810{n}号");
        let mut newer = licence(&number(3), "茶座");
        newer.issue_date = date(2026, 11, 12);
        for (n, rule, theirs, expected) in [
            (
                1,
                ConflictRule::Ours,
                licence(&number(1), "茶座"),
                Outcome::Kept,
            ),
            (
                2,
                ConflictRule::Theirs,
                licence(&number(2), "茶座"),
                Outcome::Changed,
            ),
            (3, ConflictRule::Newer, newer, Outcome::Changed),
            (
                4,
                ConflictRule::Newer,
                licence(&number(4), "茶座"),
                Outcome::Kept,
            ),
            (
                5,
                ConflictRule::Ask,
                licence(&number(5), "餐饮场所"),
                Outcome::Same,
            ),
            (
                6,
                ConflictRule::Ask,
                licence(&number(6), "茶座"),
                Outcome::Waits,
            ),
            (
                7,
                ConflictRule::Ask,
                licence(&number(7), "茶座"),
                Outcome::Waits,
            ),
        ] {
            let key = made_here(&officer, &number(n)).await;
            source(&officer, rule, 0).await;
            let row = format!("行{n}");
            let (outcome, told, why) = one(&officer, record(&row, 10, Some(theirs))).await;
            assert_eq!(outcome, expected, "{n}: {why}");
            assert_eq!(told.as_deref(), Some(key.as_str()));
            let (_, version, items) = standing(&town, &key).await;
            let wanted = match expected {
                Outcome::Changed => (2, "茶座"),
                _ => (1, "餐饮场所"),
            };
            assert_eq!((version, items.as_str()), wanted, "{n}");
        }
        let waits = collection::exchange_records(&officer, SOURCE, Outcome::Waits)
            .await
            .unwrap();
        assert_eq!(waits.len(), 2);
        let differs = (
            "经营项目".to_owned(),
            "餐饮场所".to_owned(),
            "茶座".to_owned(),
        );
        assert!(
            waits.iter().all(|one| one.differences == [differs.clone()]),
            "{waits:?}"
        );
        // Nobody of another agency decides, and nobody decides twice.
        let (first, second) = (&waits[0], &waits[1]);
        let stranger = town.officer("sc_tancw").await;
        let refused =
            collection::decide_exchange(&stranger, &first.record_key, first.rev, true).await;
        assert!(matches!(refused, Err(CollectionError::NotFound)));
        let taken = collection::decide_exchange(&officer, &first.record_key, first.rev, true).await;
        assert_eq!(taken.unwrap(), Outcome::Changed);
        let twice =
            collection::decide_exchange(&officer, &first.record_key, first.rev, false).await;
        assert!(matches!(twice, Err(CollectionError::Stale)));
        let kept =
            collection::decide_exchange(&officer, &second.record_key, second.rev, false).await;
        assert_eq!(kept.unwrap(), Outcome::Kept);
        for (one, version) in [(first, 2), (second, 1)] {
            let key = one.licence_key.as_deref().unwrap();
            assert_eq!(standing(&town, key).await.1, version);
        }
        // A licence that is this library's ends only when a person says so.
        let key = second.licence_key.as_deref().unwrap();
        assert_eq!(
            one(&officer, record(&second.row_id, 20, None)).await.0,
            Outcome::Waits
        );
        assert_eq!(standing(&town, key).await.0, State::Valid);
        let waits = collection::exchange_records(&officer, SOURCE, Outcome::Waits)
            .await
            .unwrap();
        let ended =
            collection::decide_exchange(&officer, &waits[0].record_key, waits[0].rev, true).await;
        assert_eq!(ended.unwrap(), Outcome::Ended);
        assert_eq!(standing(&town, key).await.0, State::Cancelled);
        town.close().await;
    }
}

/// Sources are their agencies' own, and take both rights over licences.
#[tokio::test(flavor = "multi_thread")]
async fn sources_belong_to_their_agencies() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let officer = town.officer(OFFICER).await;
    source(&officer, ConflictRule::Ask, 0).await;
    let new = |code: &str, agency: &str| NewExchange {
        source_code: code.into(),
        name: "库".into(),
        agency: agency.into(),
        rule: ConflictRule::Ask,
        every_minutes: 0,
        active: true,
        rev: None,
    };
    for (code, agency) in [
        (SOURCE, ISSUER),
        ("A b", ISSUER),
        ("x", ISSUER),
        ("../up", ISSUER),
    ] {
        let refused = collection::set_exchange(&officer, new(code, agency)).await;
        assert!(
            matches!(refused, Err(CollectionError::Field("来源代码", _))),
            "{code}"
        );
    }
    let refused = collection::set_exchange(&officer, new("scjg", "YD_SCJG")).await;
    assert!(matches!(refused, Err(CollectionError::Denied(_))));
    let stranger = town.officer("sc_tancw").await;
    assert!(
        collection::exchange_sources(&stranger)
            .await
            .unwrap()
            .is_empty()
    );
    let taken = collection::set_exchange(&stranger, new(SOURCE, "YD_SCJG")).await;
    assert!(matches!(taken, Err(CollectionError::Field("来源代码", _))));
    let batch = ExchangeBatch {
        batch_no: "1".into(),
        records: vec![record("1", 1, None)],
    };
    let refused = collection::take_exchange(&stranger, SOURCE, batch.clone()).await;
    assert!(matches!(refused, Err(CollectionError::NotFound)));
    let holder = town.person("c_c01").await;
    let refused = collection::exchange_sources(&holder).await;
    assert!(matches!(refused, Err(CollectionError::Denied(_))));
    // Switched off, it takes nothing.
    let now = collection::exchange_source(&officer, SOURCE).await.unwrap();
    let mut off = new(SOURCE, ISSUER);
    (off.active, off.rev) = (false, Some(now.rev));
    collection::set_exchange(&officer, off.clone())
        .await
        .unwrap();
    let stale = collection::set_exchange(&officer, off).await;
    assert!(matches!(stale, Err(CollectionError::Stale)), "{stale:?}");
    let refused = collection::take_exchange(&officer, SOURCE, batch).await;
    assert!(matches!(refused, Err(CollectionError::Field("来源", _))));
    town.close().await;
}

/// Files are taken at their interval, answered, and put away; what is still being written waits, and
/// what is no batch is told.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_taken_at_intervals() {
    for town in Town::each("2026-11-16T09:00").await {
        let officer = town.officer(OFFICER).await;
        source(&officer, ConflictRule::Ask, 30).await;
        let folder = town.ctx().shared.get::<ExchangeFolder>().unwrap();
        let zone = folder.path.join(SOURCE);
        let system = town.ctx().as_system();
        assert_eq!(collection::read_folders(&system).await.unwrap(), 0);
        let number = "云东卫公证字〔2026〕第008201号";
        let batch = ExchangeBatch {
            batch_no: "20261116-1".into(),
            records: vec![
                record("1", 1, Some(licence(number, "餐饮场所"))),
                record("2", 1, Some(licence("第2号", "餐饮场所"))),
            ],
        };
        let text = serde_json::to_vec(&batch).unwrap();
        let at = |dir: &str, name: &str| zone.join(dir).join(name);
        std::fs::write(at("in", "0001.json"), &text).unwrap();
        std::fs::write(at("in", "0002.json"), "{\"batch_no\": ").unwrap();
        std::fs::write(at("in", "0003.json.part"), &text).unwrap();
        std::fs::write(at("in", ".0004.json"), &text).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", at("in", "0005.json")).unwrap();
        // Not before its time.
        assert_eq!(collection::read_folders(&system).await.unwrap(), 0);
        town.set("2026-11-16T09:31");
        assert_eq!(collection::read_folders(&system).await.unwrap(), 2);
        let answer = |name: &str| -> Value {
            serde_json::from_slice(&std::fs::read(at("out", name)).unwrap()).unwrap()
        };
        let told = answer("0001.json");
        assert_eq!(told["counts"], json!({"made": 1, "refused": 1}));
        assert_eq!(told["records"][0]["outcome"], "made");
        let why = told["records"][1]["reason"].as_str().unwrap();
        assert!(why.contains("证照编号"), "{why}");
        let key = told["records"][0]["licence_key"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(standing(&town, &key).await.1, 1);
        assert!(
            answer("0002.json")["error"]
                .as_str()
                .unwrap()
                .contains("格式")
        );
        assert!(
            ["0001.json", "0002.json"]
                .iter()
                .all(|n| !at("in", n).exists())
        );
        for left in ["0003.json.part", ".0004.json", "0005.json"] {
            assert!(at("in", left).symlink_metadata().is_ok(), "{left}");
        }
        // A process that died before it removed the file takes it again and answers the same.
        std::fs::write(at("in", "0001.json"), &text).unwrap();
        town.set("2026-11-16T10:02");
        assert_eq!(collection::read_folders(&system).await.unwrap(), 1);
        assert_eq!(
            answer("0001.json")["records"][0]["licence_key"],
            key.as_str()
        );
        assert_eq!(standing(&town, &key).await.1, 1);
        let batches = collection::exchange_batches(&officer, SOURCE)
            .await
            .unwrap();
        assert_eq!((batches.len(), batches[0].way.as_str()), (1, "file"));
        town.close().await;
    }
}
