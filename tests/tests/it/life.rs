//! The life of a licence after it was issued: what time does, what holders ask, what officers
//! attach, and what remains as evidence.

use jiff::civil::date;
use journeys::Town;
use kernel::PageRequest;
use licences::{
    CitedFor, Format, Inspect, LicenceError, LicenceEvent, Overview, Query, RequestKind,
    RequestState, State, StateChange,
};
use store::Ctx;

/// 孙㵘's residence permit, until 19 December 2026; the number of the licence is its own.
const RESIDENCE: &str = "990102260000140";
/// 周堃's qualification for road transport, since 20 June 2022 for six years, inspected every year;
/// its number is the identity number.
pub(crate) const DRIVER: &str = "990103199001191270";
const FOOD: &str = "JY29901020010130";

pub(crate) async fn key_of(ctx: &Ctx, number: &str, type_code: &str) -> String {
    let query = Query {
        licence_no: Some(number.into()),
        type_code: Some(type_code.into()),
        ..Query::default()
    };
    let page = licences::search(ctx, &query, PageRequest::default()).await;
    page.unwrap().rows[0].licence_key.clone()
}

async fn state(ctx: &Ctx, key: &str) -> State {
    licences::card_of(ctx, key).await.unwrap().state
}

/// Titles and texts of a resident's messages, newest first.
async fn told(me: &Ctx) -> Vec<String> {
    let found = messages::messages(me, PageRequest::new(1, 100)).await;
    let rows = found.unwrap().rows.into_iter();
    rows.map(|m| format!("{} {}", m.title, m.text)).collect()
}

/// What the schedules do when this moment has come.
async fn until(town: &Town, at: &str) {
    town.set(at);
    licences::expire_due(town.ctx()).await.unwrap();
    town.drain().await;
}

/// [H-46] After its validity the licence is marked by itself and can no longer be cited; before
/// that its holder is told, by default 30 and 7 days before, each once.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_announced_and_comes_by_itself() {
    for town in Town::each("2026-11-16T09:30").await {
        let me = town.person("u_p17").await;
        let key = key_of(town.ctx(), RESIDENCE, "JZZ").await;
        let ending = async || {
            let all = told(&me).await;
            all.into_iter().filter(|m| m.contains("证照将到期")).count()
        };
        until(&town, "2026-11-18T23:50").await;
        assert_eq!(ending().await, 0, "31 days are left");
        for at in ["2026-11-19T00:01", "2026-11-19T12:00", "2026-12-11T12:00"] {
            until(&town, at).await;
            assert_eq!(ending().await, 1, "{at}");
        }
        let first = &told(&me).await[0];
        assert!(
            first.contains("居住证") && first.contains("30天") && first.contains("2026年12月19日"),
            "{first}"
        );
        assert!(!first.contains("199811"), "{first}");
        until(&town, "2026-12-12T08:00").await;
        assert_eq!(ending().await, 2);
        until(&town, "2026-12-19T23:59").await;
        assert_eq!(state(town.ctx(), &key).await, State::Valid, "its last day");
        let owner = me.actor.owner().to_owned();
        until(&town, "2026-12-20T00:01").await;
        assert_eq!(state(town.ctx(), &key).await, State::Expired);
        let cited = licences::cite(
            &me,
            &owner,
            &key,
            "测试",
            &CitedFor {
                number: "",
                agency: "YD_SCJG",
            },
        )
        .await;
        assert!(matches!(
            cited,
            Err(LicenceError::NotCitable(State::Expired))
        ));
        assert!(told(&me).await[0].contains("证照已过期"));
        let sms = messages::sent(town.ctx(), 50).await.unwrap();
        let of_end = |words: &str| sms.iter().filter(|m| m.text.contains(words)).count();
        assert_eq!(of_end("《居住证》（990102260000140）将于"), 2);
        town.close().await;
    }
}

/// A loss counts at once; the holder asks that it is lifted, an officer of the issuer agrees.
#[tokio::test(flavor = "multi_thread")]
async fn a_loss_is_reported_and_lifted() {
    for town in Town::each("2026-11-16T09:30").await {
        let me = town.person("u_p10").await;
        let stranger = town.person("u_p17").await;
        let key = key_of(town.ctx(), DRIVER, "DLYSCYZGZ").await;
        let lose = |ctx: &Ctx, reason: &str| {
            let change = StateChange {
                licence_key: key.clone(),
                event: LicenceEvent::ReportLoss,
                reason: reason.into(),
            };
            let ctx = ctx.clone();
            async move { licences::change_state(&ctx, change).await }
        };
        assert!(lose(&stranger, "不是我的").await.is_err());
        let refused = licences::ask(&me, &key, RequestKind::Found, "还没有丢").await;
        assert!(matches!(refused, Err(LicenceError::NotAskable(..))));
        assert_eq!(lose(&me, "公交车上遗失").await.unwrap(), State::Lost);
        let owner = me.actor.owner().to_owned();
        let cited = licences::cite(
            &me,
            &owner,
            &key,
            "测试",
            &CitedFor {
                number: "",
                agency: "YD_SCJG",
            },
        )
        .await;
        assert!(matches!(cited, Err(LicenceError::NotCitable(State::Lost))));

        for (ctx, text) in [(&me, "  "), (&stranger, "我捡到了")] {
            let refused = licences::ask(ctx, &key, RequestKind::Found, text).await;
            assert!(refused.is_err(), "{text}");
        }
        let first = licences::ask(&me, &key, RequestKind::Found, "在家中找到").await;
        let first = first.unwrap();
        let twice = licences::ask(&me, &key, RequestKind::Found, "在家中找到").await;
        assert!(matches!(twice, Err(LicenceError::AskedAlready)));
        licences::withdraw_request(&me, &first).await.unwrap();
        let again = licences::ask(&me, &key, RequestKind::Found, "确实找到了").await;
        let again = again.unwrap();

        let other = town.officer("sc_zhudf").await;
        assert!(licences::agree(&other, &again, "").await.is_err());
        let officer = town.officer("jt_gonglh").await;
        let waiting = licences::requests_waiting(&officer).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert!(licences::requests_waiting(&other).await.unwrap().is_empty());
        assert!(
            licences::decline(&officer, &again, "").await.is_err(),
            "no reason"
        );
        licences::agree(&officer, &again, "").await.unwrap();
        let twice = licences::agree(&officer, &again, "").await;
        assert!(matches!(twice, Err(LicenceError::Stale)));
        assert_eq!(state(&me, &key).await, State::Valid);
        let asked = licences::requests(&me, &key).await.unwrap();
        let states: Vec<_> = asked.iter().map(|one| one.state).collect();
        assert!(states.contains(&RequestState::Agreed));
        assert!(states.contains(&RequestState::Withdrawn));

        town.drain().await;
        let said = told(&me).await.join("\n");
        for words in ["证照已挂失", "挂失已解除", "申请已同意"] {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert!(!said.contains(DRIVER), "the number is an identity number");
        let life = licences::life(&me, &key).await.unwrap();
        let notes: Vec<_> = life.iter().map(|one| one.note.as_str()).collect();
        assert!(notes.contains(&"公交车上遗失"), "{notes:?}");
        assert!(licences::life(&stranger, &key).await.is_err());
        town.close().await;
    }
}

/// [H-44] Annual inspection data are attached to the licence and added year by year without a new
/// version of the face; a missed one suspends where the type says so, and the next one restores.
#[tokio::test(flavor = "multi_thread")]
async fn inspections_are_attached_year_by_year() {
    for town in Town::each("2027-01-15T09:30").await {
        let me = town.person("u_p10").await;
        let officer = town.officer("jt_gonglh").await;
        let key = key_of(town.ctx(), DRIVER, "DLYSCYZGZ").await;
        let of = async |ctx: &Ctx| licences::inspections(ctx, &key).await.unwrap().unwrap();
        let record = async |day, passed: bool, note: &str| {
            let done = Inspect {
                licence_key: key.clone(),
                seen: of(&officer).await.rev,
                inspected_on: day,
                passed,
                note: note.into(),
            };
            licences::record_inspection(&officer, &done).await
        };
        assert_eq!(of(&me).await.next, Some(date(2027, 6, 20)));
        assert!(!of(&officer).await.may_record, "too early");
        assert!(record(date(2027, 1, 15), true, "").await.is_err());

        // 91 days before it cannot be recorded, 90 days before it can.
        town.set("2027-03-21T09:00");
        assert!(record(date(2027, 3, 21), true, "").await.is_err());
        town.set("2027-03-22T09:00");
        assert!(
            record(date(2027, 3, 23), true, "").await.is_err(),
            "tomorrow"
        );
        assert!(
            record(date(2027, 3, 22), false, "").await.is_err(),
            "no note"
        );
        let failed = record(date(2027, 3, 22), false, "诚信考核不合格").await;
        assert_eq!(failed.unwrap(), State::Valid);
        assert_eq!(of(&me).await.next, Some(date(2027, 6, 20)), "still due");

        until(&town, "2027-07-20T23:00").await;
        assert_eq!(state(&me, &key).await, State::Valid, "the 30th day");
        until(&town, "2027-07-21T00:01").await;
        assert_eq!(state(&me, &key).await, State::Suspended);

        let seen = of(&officer).await.rev;
        let passed = record(date(2027, 7, 21), true, "补检合格").await;
        assert_eq!(passed.unwrap(), State::Valid);
        let stale = Inspect {
            licence_key: key.clone(),
            seen,
            inspected_on: date(2027, 7, 21),
            passed: true,
            note: String::new(),
        };
        let twice = licences::record_inspection(&officer, &stale).await;
        assert!(matches!(twice, Err(LicenceError::Stale)));
        let denied = licences::record_inspection(&me, &stale).await;
        assert!(matches!(denied, Err(LicenceError::Denied(_))));
        let all = of(&me).await;
        assert_eq!(all.next, Some(date(2028, 6, 20)));
        let results: Vec<_> = all.all.iter().map(|one| (one.passed, one.due_on)).collect();
        let due = date(2027, 6, 20);
        assert_eq!(results, [(true, due), (false, due)]);
        let card = licences::card_of(&me, &key).await.unwrap();
        assert_eq!(card.version, 1, "no new version of the face");

        town.drain().await;
        let said = told(&me).await.join("\n");
        for words in ["年检未通过", "证照暂停使用", "年检通过"] {
            assert!(said.contains(words), "{words}: {said}");
        }
        // A type that is not inspected has no inspections.
        let food = key_of(town.ctx(), FOOD, "SPJYXKZ").await;
        let none = licences::inspections(town.ctx(), &food).await.unwrap();
        assert!(none.is_none());
        town.close().await;
    }
}

/// [H-42] No change ever modifies a record: the old record is history and a new one is made;
/// history serves only as evidence and is never given out for citation.
#[tokio::test(flavor = "multi_thread")]
async fn a_former_version_is_evidence_only() {
    for town in Town::each("2026-11-16T09:30").await {
        let ctx = town.ctx();
        let key = key_of(ctx, FOOD, "SPJYXKZ").await;
        let officer = town.officer("sc_zhudf").await;
        let decider = town.officer("sc_jiangby").await;
        let old = licences::file(ctx, &key, Format::Ofd).await.unwrap();
        let values = [(
            "premises".to_owned(),
            "云岭省云州市云东区东湖路18号".to_owned(),
        )]
        .into();
        let proposed = licences::propose_correction(&officer, &key, 1, &values, "门牌有误").await;
        licences::approve_correction(&decider, &proposed.unwrap())
            .await
            .unwrap();
        assert_ne!(licences::file(ctx, &key, Format::Ofd).await.unwrap(), old);

        let versions = licences::versions(&officer, &key).await.unwrap();
        let numbers: Vec<_> = versions.iter().map(|one| one.version).collect();
        assert_eq!(numbers, [2, 1]);
        let evidence = async |ctx: &Ctx, purpose: &str| {
            licences::version_file(ctx, &key, 1, Format::Ofd, purpose).await
        };
        assert!(evidence(&officer, " ").await.is_err(), "no purpose");
        let other = town.officer("wj_liucz").await;
        assert!(
            evidence(&other, "投诉核查").await.is_err(),
            "another agency"
        );
        assert_eq!(evidence(&officer, "投诉核查").await.unwrap(), old);
        let none = licences::version_file(&officer, &key, 7, Format::Ofd, "查无").await;
        assert!(matches!(none, Err(LicenceError::NotFound)));
        // The holder sees that there was another version, not the version.
        let visitor = town.visitor();
        assert!(licences::versions(&visitor, &key).await.is_err());
        let verdict = licences::verify_file(&visitor, old).await.unwrap();
        assert!(!verdict.valid, "history is not valid");
        town.close().await;
    }
}

/// [H-49] Comprehensive query by enterprise or person name, handling agency, licence type, issue
/// date, certificate or document number, state; everybody finds what is in the own scope.
#[tokio::test(flavor = "multi_thread")]
async fn the_library_is_queried_by_everything_that_is_known() {
    for town in Town::each("2026-11-16T09:30").await {
        let all = town.ctx();
        let find = async |ctx: &Ctx, query: Query| {
            let page = licences::search(ctx, &query, PageRequest::new(1, 100)).await;
            let page = page.unwrap();
            assert_eq!(page.total, page.rows.len() as u64);
            let numbers = page.rows.into_iter().map(|row| row.licence_no);
            numbers.collect::<Vec<_>>()
        };
        let text = |text: &str| Some(text.to_owned());
        let by_name = Query {
            holder: text("云州市清泉酒店有限公司"),
            ..Query::default()
        };
        assert_eq!(find(all, by_name.clone()).await.len(), 2);
        let food = Query {
            type_code: text("SPJYXKZ"),
            ..by_name.clone()
        };
        assert_eq!(find(all, food).await, ["JY29901020010269"]);
        // By the number of the holder: licences of both kinds of number.
        let person = Query {
            licence_no: text("99010219700822０251"),
            ..Query::default()
        };
        assert_eq!(find(all, person).await, ["99010219700822025112"]);
        let dated = |from, to| Query {
            issued_from: Some(from),
            issued_to: Some(to),
            ..Query::default()
        };
        let of_2026 = find(all, dated(date(2026, 9, 1), date(2026, 10, 20))).await;
        assert_eq!(of_2026.len(), 3, "{of_2026:?}");
        let none = dated(date(2026, 9, 3), date(2026, 9, 2));
        assert!(find(all, none).await.is_empty());
        let cancelled = Query {
            states: vec![State::Cancelled],
            ..Query::default()
        };
        assert_eq!(find(all, cancelled.clone()).await, ["JY29901020011173"]);
        let agency = Query {
            agency: text("YD_WJJ"),
            ..Query::default()
        };
        assert_eq!(find(all, agency.clone()).await.len(), 3);
        // An officer finds the licences of the own agency, and no others by any way.
        let health = town.officer("wj_liucz").await;
        assert_eq!(find(&health, by_name).await.len(), 1);
        assert!(find(&health, cancelled).await.is_empty());
        let market = town.officer("sc_zhudf").await;
        assert!(find(&market, agency).await.is_empty());
        let person = town.person("u_p10").await;
        let denied = licences::search(&person, &Query::default(), PageRequest::default()).await;
        assert!(matches!(denied, Err(LicenceError::Denied(_))));
        town.close().await;
    }
}

/// [H-73] Statistics start from state, then compare agencies within a state, then show the agency's
/// own licence types with their intake; every sum is that of the rows.
#[tokio::test(flavor = "multi_thread")]
async fn statistics_go_from_state_to_agency_to_type() {
    for town in Town::each("2026-11-16T09:30").await {
        let all = licences::statistics(town.ctx()).await.unwrap();
        let of = |of: Overview| all.sum(|c| Overview::of(c.state) == Some(of));
        assert_eq!(of(Overview::Valid), 30);
        assert_eq!(of(Overview::Void), 1, "the one that was given up");
        assert_eq!(of(Overview::Expired), 1);
        let by_agency = all.by(|c| (c.state == State::Valid).then(|| c.agency.clone()));
        assert_eq!(by_agency[0], ("YD_SCJG".to_owned(), 11));
        let types = all.by(|c| {
            let own = c.state == State::Valid && c.agency == "YD_SCJG";
            own.then(|| c.type_code.clone())
        });
        assert_eq!(types, [("SPJYXKZ".to_owned(), 6), ("GTYYZZ".to_owned(), 5)]);
        let intake = licences::intake(town.ctx(), "YD_SCJG", Overview::Valid).await;
        let intake = intake.unwrap();
        let months = &intake
            .iter()
            .find(|i| i.type_code == "GTYYZZ")
            .unwrap()
            .months;
        let some: Vec<_> = months.iter().filter(|m| m.1 > 0).cloned().collect();
        let month = |name: &str| (name.to_owned(), 1);
        assert_eq!(months.len(), 12);
        assert_eq!(some, [month("2026-10"), month("2026-11")]);
        // An officer counts the own agency.
        let officer = town.officer("wj_liucz").await;
        let own = licences::statistics(&officer).await.unwrap();
        assert_eq!(own.sum(|_| true), 3);
        assert!(
            licences::intake(&officer, "YD_SCJG", Overview::Valid)
                .await
                .is_err()
        );
        town.close().await;
    }
}
