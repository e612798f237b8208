//! Many clients at once on one case, one series of numbers, one seal: exactly one wins, the others
//! are told why, and nothing is done twice.

use std::collections::HashSet;
use std::sync::Arc;

use cases::{Case, CaseError, Complete, Decide, State};
use flow::Step;
use journeys::Town;
use kernel::{PageRequest, Problem};
use store::{Ctx, Shared};

const AT: &str = "2026-11-16T09:00";

async fn ready(town: &Town, login: &str) -> (Ctx, Case) {
    let me = town.person(login).await;
    let mut more = serde_json::Map::new();
    more.insert("applicant_id_type".into(), "居民身份证".into());
    let draft = town.ready_draft(&me, "YSZC", &more).await.unwrap();
    (me, draft)
}

/// The same context in a process of its own: nothing is held in common but the database and keys.
async fn another_process(town: &Town) -> Ctx {
    let mut ctx = town.ctx().clone();
    let shared = Arc::new(Shared::default());
    shared.put(ctx.shared.get::<blobs::Blobs>().unwrap());
    shared.put(ctx.shared.get::<notices::Site>().unwrap());
    shared.put(ctx.shared.get::<seals::Authorities>().unwrap());
    ctx.shared = shared;
    ctx
}

async fn events(town: &Town, case: &Case, code: &str) -> usize {
    let stream = format!("case/{}", case.case_id);
    let events = journal::stream(&mut town.ctx().db.reader(), &stream)
        .await
        .unwrap();
    events.iter().filter(|e| e.payload["event"] == code).count()
}

/// Runs all of it at once.
async fn together<T, F>(all: Vec<F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = all.into_iter().map(tokio::spawn).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

/// Exactly one won; the others were told in words that the case has changed or is not at that step.
fn one_winner(outcomes: Vec<Result<Case, CaseError>>) -> Case {
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1, "exactly one wins");
    for error in lost.into_iter().filter_map(Result::err) {
        let cause = format!("{error:?}");
        let problem = Problem::from(error);
        assert!(
            matches!(problem.status, 403 | 409),
            "{cause}: {} {}",
            problem.status,
            problem.zh
        );
        assert!(!problem.zh.is_empty() && !problem.en.is_empty());
    }
    won.into_iter().find_map(Result::ok).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_case_moves_once_however_many_press() {
    for town in Town::each(AT).await {
        let (me, draft) = ready(&town, "u_p03").await;
        // Submitting: every press leads to the same receipt.
        let press = || {
            let (me, id) = (me.clone(), draft.case_id.clone());
            async move { cases::submit(&me, &id).await.map(|s| s.case) }
        };
        let done = together((0..20).map(|_| press()).collect()).await;
        let cases: Vec<Case> = done.into_iter().map(Result::unwrap).collect();
        let numbers: HashSet<&str> = cases.iter().map(Case::number).collect();
        assert_eq!(numbers.len(), 1);
        assert_eq!(events(&town, &draft, "submit").await, 1);
        // The clerk accepts while the applicant withdraws.
        let clerk = town.first(&cases[0], Step::Accept).await;
        let accept_or_withdraw = (0..16).map(|n| {
            let (clerk, me, id) = (clerk.clone(), me.clone(), draft.case_id.clone());
            async move {
                match n % 2 {
                    0 => cases::accept(&clerk, (&id).into(), "材料齐全").await,
                    _ => cases::withdraw(&me, &id, "不办了").await,
                }
            }
        });
        // Withdrawing is still possible after acceptance, so both may happen, in this order only.
        let done = together(accept_or_withdraw.collect()).await;
        let won = done.iter().filter(|o| o.is_ok()).count();
        let accepted = events(&town, &draft, "accept").await;
        let withdrawn = events(&town, &draft, "withdraw").await;
        assert!(accepted <= 1 && withdrawn <= 1 && won == accepted + withdrawn);
        assert!(won >= 1);
        town.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_case_is_decided_and_completed_once() {
    for town in Town::each(AT).await {
        let (me, draft) = ready(&town, "u_p04").await;
        let case = cases::submit(&me, &draft.case_id).await.unwrap().case;
        let case = town.until_decision(&case).await;
        let decider = town.first(&case, Step::Decide).await;
        let decide = (0..16).map(|n| {
            let (decider, id) = (decider.clone(), case.case_id.clone());
            async move {
                let act = Decide {
                    approve: n % 4 != 0,
                    reason: "依法决定".into(),
                    basis: "《医师法》第十三条".into(),
                };
                cases::decide(&decider, (&id).into(), &act).await
            }
        });
        let decided = one_winner(together(decide.collect()).await);
        let approved = events(&town, &case, "decide_approve").await;
        let rejected = events(&town, &case, "decide_reject").await;
        assert_eq!(approved + rejected, 1);
        let notices = notices::list(town.ctx(), &case.case_id).await.unwrap();
        let of_decision = notices.iter().filter(|n| {
            use notices::Kind as K;
            matches!(n.kind, K::DecisionApprove | K::DecisionReject)
        });
        assert_eq!(of_decision.count(), 1);
        if approved == 1 && decided.state == State::Decided {
            complete_once(&town, &decided).await;
        }
        town.close().await;
    }
}

/// Eight officers sign the licence at once: one is issued, and every signature made on the way is
/// logged as a use of the seal.
async fn complete_once(town: &Town, case: &Case) {
    let officer = town.first(case, Step::Complete).await;
    let face = cases::preview_face(&officer, cases::Seen::case(case))
        .await
        .unwrap();
    let mut complete = Complete::default();
    for (field, _) in face.map(|f| f.missing).unwrap_or_default() {
        complete.face.insert(field, "见附件".into());
    }
    let all = (0..8).map(|_| {
        let (officer, id, complete) = (officer.clone(), case.case_id.clone(), complete.clone());
        async move { cases::complete(&officer, (&id).into(), &complete).await }
    });
    let done = one_winner(together(all.collect()).await);
    let key = done.data.result.unwrap().licence_key.unwrap();
    let uses = uses(town, &case.data.agency).await;
    let of_licence: Vec<_> = uses
        .iter()
        .filter(|u| u.document_kind == "licence" && u.case_no == case.data.case_no.clone().unwrap())
        .collect();
    let with = |result: seals::UseResult| of_licence.iter().filter(|u| u.result == result).count();
    assert_eq!(with(seals::UseResult::Signed), 1);
    assert_eq!(with(seals::UseResult::Reserved), 0, "a use was left open");
    let ofd = licences::file(&officer, &key, licences::Format::Ofd)
        .await
        .unwrap();
    let digest = hex::encode(gm::sm3(&ofd));
    let signed = of_licence
        .iter()
        .find(|u| u.result == seals::UseResult::Signed)
        .unwrap();
    assert!(signed.documents.iter().any(|d| d.digest == digest));
}

/// Every use of an agency's seals.
async fn uses(town: &Town, agency: &str) -> Vec<seals::SealUse> {
    let list = seals::Uses {
        agency: agency.to_owned(),
        ..seals::Uses::default()
    };
    let mut all = Vec::new();
    for number in 1.. {
        let page = seals::uses(town.ctx(), &list, PageRequest::new(number, 100))
            .await
            .unwrap();
        all.extend(page.rows);
        if all.len() as u64 >= page.total {
            return all;
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_number_is_given_twice() {
    for town in Town::each(AT).await {
        // Two processes draw from one series, in small and in large blocks.
        let (one, two) = (town.ctx().clone(), another_process(&town).await);
        let draw = (0..400).map(|n| {
            let ctx = if n % 2 == 0 { one.clone() } else { two.clone() };
            async move {
                let block = [1, 3, 50][n % 3];
                ctx.next_number("conflicts", block).await.unwrap()
            }
        });
        let numbers = together(draw.collect()).await;
        let distinct: HashSet<i64> = numbers.iter().copied().collect();
        assert_eq!(distinct.len(), numbers.len());
        town.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_seal_signs_for_many_and_every_use_is_logged() {
    for town in Town::each(AT).await {
        let mut drafts = Vec::new();
        for n in 5..17 {
            drafts.push(ready(&town, &format!("u_p{n:02}")).await);
        }
        let agency = drafts[0].1.data.agency.clone();
        let before: HashSet<String> = uses(&town, &agency)
            .await
            .into_iter()
            .map(|u| u.id.as_str().to_owned())
            .collect();
        let submit = drafts.iter().map(|(me, draft)| {
            let (me, id) = (me.clone(), draft.case_id.clone());
            async move { cases::submit(&me, &id).await.unwrap().case }
        });
        let submitted = together(submit.collect()).await;
        let numbers: HashSet<&str> = submitted.iter().map(Case::number).collect();
        assert_eq!(numbers.len(), submitted.len());
        // Several workers seal the receipts at the same time.
        let worker = &town.platform.worker;
        let work = (0..4).map(|_| {
            let worker = worker.clone();
            async move { worker.drain().await.unwrap() }
        });
        together(work.collect()).await;
        let new: Vec<_> = uses(&town, &agency)
            .await
            .into_iter()
            .filter(|u| !before.contains(u.id.as_str()))
            .collect();
        let mut sealed = HashSet::new();
        for case in &submitted {
            for notice in notices::list(town.ctx(), &case.case_id).await.unwrap() {
                assert!(notice.sealed_at.is_some(), "{} is not sealed", notice.title);
                let file = notices::file(town.ctx(), &notice.doc_id, notices::Format::Ofd)
                    .await
                    .unwrap();
                sealed.insert(hex::encode(gm::sm3(&file.bytes)));
            }
        }
        assert!(sealed.len() >= submitted.len());
        let logged: HashSet<String> = new
            .iter()
            .filter(|u| u.result == seals::UseResult::Signed)
            .flat_map(|u| u.documents.iter().map(|d| d.digest.clone()))
            .collect();
        assert!(sealed.is_subset(&logged), "a seal was used and not logged");
        for one in &new {
            assert_ne!(
                one.result,
                seals::UseResult::Reserved,
                "left open: {}",
                one.purpose
            );
        }
        // The journal tells of each use.
        for one in &new {
            let stream = format!("seal_use/{}", one.id.as_str());
            let told = journal::stream(&mut town.ctx().db.reader(), &stream)
                .await
                .unwrap();
            assert_eq!(told.len(), 2, "{stream}: reserved and finished");
        }
        town.close().await;
    }
}

/// Two hundred officers change one licence at once: whoever comes late is told so, and the versions
/// are one line without a gap, a fork or a doubled file.
#[tokio::test(flavor = "multi_thread")]
async fn many_changes_of_one_licence_leave_one_line_of_versions() {
    let mut many = 200;
    for town in Town::each(AT).await {
        let officer = town.officer("sc_zhudf").await;
        let query = licences::Query {
            licence_no: Some("JY29901020010130".into()),
            ..licences::Query::default()
        };
        let found = licences::search(&officer, &query, PageRequest::default()).await;
        let key = found.unwrap().rows.remove(0).licence_key;
        for wave in 1..=2 {
            let detail = licences::detail(&officer, &key).await.unwrap();
            let request = licences::IssueRequest {
                type_code: detail.card.type_code.clone(),
                issuer: "YD_SCJG".into(),
                region: "990102".into(),
                holder: licences::Holder {
                    account: None,
                    name: detail.version.face.face["holder"].clone(),
                    id: detail.version.face.face["holder_id"].clone(),
                    id_type: "001".into(),
                },
                face: detail.version.face.face.clone(),
                photo: None,
                case_no: None,
                item_code: None,
                replaces: Some(licences::Replaces {
                    licence_key: key.clone(),
                    kind: licences::ReplaceKind::Change,
                }),
            };
            let change = |n: usize| {
                let (ctx, mut request) = (officer.clone(), request.clone());
                let items = format!("热食类食品制售{wave}-{n}");
                request.face.insert("business_items".into(), items);
                async move {
                    let prepared = Arc::new(licences::prepare(&ctx, &request).await?);
                    let (inner, work) = (ctx.clone(), prepared.clone());
                    let done: Result<String, licences::LicenceError> = ctx
                        .db
                        .write(move |tx| {
                            let (ctx, work) = (inner.clone(), work.clone());
                            Box::pin(async move { licences::commit(tx, &ctx, &work).await })
                        })
                        .await;
                    if done.is_err() {
                        licences::abandon(&ctx, &prepared).await?;
                    }
                    done
                }
            };
            let done = together((0..many).map(change).collect()).await;
            let won = done.iter().filter(|one| one.is_ok()).count();
            assert!(won >= 1);
            for lost in done.into_iter().filter_map(Result::err) {
                let problem = Problem::from(lost);
                assert_eq!(problem.status, 409, "{problem:?}");
            }
            let versions = licences::versions(&officer, &key).await.unwrap();
            let numbers: Vec<u32> = versions.iter().map(|one| one.version).rev().collect();
            let line: Vec<u32> = (1..=versions.len() as u32).collect();
            assert_eq!(numbers, line, "one line without a gap");
            let files: HashSet<&str> = versions
                .iter()
                .flat_map(|one| one.data.files.iter().map(|file| file.digest.as_str()))
                .collect();
            assert_eq!(
                files.len(),
                versions.len() * 3,
                "each version has its own files"
            );
            let now = licences::detail(&officer, &key).await.unwrap();
            assert_eq!(now.card.state, licences::State::Valid);
            assert!(now.verdict.is_valid());
            let number = &now.version.face.face["licence_no"];
            assert_eq!(number, "JY29901020010130", "the number stays");
            many = 20;
        }
        town.close().await;
        many = 40;
    }
}
