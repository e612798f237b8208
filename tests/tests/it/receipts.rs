//! What the applicant is given at intake.

use cases::{CaseError, WindowIntake};
use journeys::{Town, answers};

/// [D-18] At intake the applicant gets a receipt that names case number, time, every material and
/// the officer.
#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_names_what_was_taken_in() {
    for town in Town::each("2026-11-16T14:20").await {
        let clerk = town.officer("ck_haosy").await;
        let form = town.form("SPJYXK-XB");
        let catalogue = items::catalogue(town.ctx()).await.unwrap();
        let item = catalogue.find("SPJYXK-XB").unwrap();
        let given = answers(&form["answers"]);
        let needs = item.materials_for(&item.questions.read(&given));
        let account = |login: &str| {
            let (ctx, login) = (town.ctx().clone(), login.to_owned());
            async move {
                let found = identity::account_by_login(&ctx, &login).await.unwrap();
                found.unwrap().key
            }
        };
        let mut intake = WindowIntake {
            item: "SPJYXK-XB".into(),
            owner: account(form["applicant_username"].as_str().unwrap()).await,
            person: account(form["operator_username"].as_str().unwrap()).await,
            answers: given,
            values: form["form_data"].as_object().cloned().unwrap(),
            paper: vec!["no such material".into()],
        };
        let unknown = cases::window_intake(&clerk, &intake).await;
        assert!(matches!(unknown, Err(CaseError::Rule(..))), "{unknown:?}");
        intake.paper = needs
            .iter()
            .map(|n| n.material.material_code.clone())
            .collect();
        let case = cases::window_intake(&clerk, &intake).await.unwrap();
        town.drain().await;
        let all = notices::list(town.ctx(), &case.case_id).await.unwrap();
        let receipt = all.iter().find(|n| n.kind == notices::Kind::Receipt);
        let receipt = &receipt.unwrap().doc_id;
        let file = notices::file(town.ctx(), receipt, notices::Format::Ofd).await;
        let text = text_of(&file.unwrap().bytes);
        for wanted in [
            case.number(),
            "2026年11月16日 14:20",
            clerk.actor.staff_no.as_str(),
        ] {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
        for need in needs {
            let name = &need.material.material_name;
            assert!(text.contains(name), "{name} is not in {text}");
        }
        town.close().await;
    }
}

/// The words on the pages of an OFD file, as they were set.
pub fn text_of(ofd: &[u8]) -> String {
    let mut text = String::new();
    for (name, bytes) in sealing::unpack(ofd).unwrap() {
        if !name.ends_with("Content.xml") {
            continue;
        }
        let xml = String::from_utf8(bytes).unwrap();
        for piece in xml.split("<ofd:TextCode").skip(1) {
            let inner = piece.split_once('>').unwrap().1;
            text.push_str(inner.split('<').next().unwrap());
        }
    }
    text
}
