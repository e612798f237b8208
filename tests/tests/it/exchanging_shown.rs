//! A library whose pages have something to show.

use collection::{ConflictRule, ExchangeBatch, ExchangeLicence, NewExchange, Outcome};
use store::Ctx;

use crate::exchanging::record;

/// A library of the officer's agency, one of whose records differs from a licence that is here, and
/// another makes no sense: for pages. Gives its code.
pub(crate) async fn with_waiting(officer: &Ctx, key: &str) -> String {
    let there = licences::standing_of(officer, key).await.unwrap();
    let kind = licences::licence_type(officer, &there.licence.type_code)
        .await
        .unwrap();
    let (body, data) = (&there.licence.body, &there.version.data);
    let mut face = there.version.face.face.clone();
    face.retain(|code, _| !kind.fills_itself(code));
    face.insert("premises".into(), "云岭省云州市云东区东湖路15号".into());
    let new = NewExchange {
        source_code: "library".into(),
        name: "食品经营许可证照库".into(),
        agency: there.licence.agency.clone(),
        rule: ConflictRule::Ask,
        every_minutes: 30,
        active: true,
        rev: None,
    };
    let code = collection::set_exchange(officer, new)
        .await
        .unwrap()
        .source_code;
    let licence = ExchangeLicence {
        type_code: there.licence.type_code.clone(),
        issuer: None,
        region: None,
        licence_no: body.licence_no.clone(),
        holder: body.holder.clone(),
        holder_id: body.holder_id.clone(),
        issue_date: data.issue_date,
        valid_from: Some(data.valid_from),
        valid_to: data.valid_to,
        face,
        photo: None,
    };
    let mut wrong = licence.clone();
    wrong.licence_no = "JY1".into();
    let batch = ExchangeBatch {
        batch_no: "20261116-1".into(),
        records: vec![
            record("SP-10086", 10, Some(licence)),
            record("SP-10087", 10, Some(wrong)),
        ],
    };
    let answer = collection::take_exchange(officer, &code, batch)
        .await
        .unwrap();
    let outcomes: Vec<Outcome> = answer.rows.iter().map(|row| row.outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Waits, Outcome::Refused],
        "{:?}",
        answer.rows
    );
    code
}
