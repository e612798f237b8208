//! Records of another library over HTTP.

use collection::ConflictRule;
use journeys::Town;
use kernel::Permission;
use serde_json::{Value, json};

use super::client::{self, post};
use crate::exchanging::{OFFICER, SOURCE, source};

fn batch(number: &str) -> Value {
    json!({"batch_no": "20261116-1", "records": [
        {"row_id": "10086", "operation": "I", "time": "2026-11-16T01:05:00Z", "licence": {
            "type_code": "WSXKZ", "licence_no": number,
            "holder": "云州市云东区䶮记小厨餐饮店", "holder_id": "92990102MA2008117R",
            "issue_date": "2026-11-10", "valid_to": "2030-11-09",
            "face": {"business_items": "餐饮场所"}}},
        {"row_id": "10012", "operation": "D", "time": "2026-11-16T01:06:00Z"}
    ]})
}

/// [K-32] Every exchanged record has: row id, operation (I insert, U update, D delete), batch number,
/// time, source; receivers acknowledge each batch with counts and row errors.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_acknowledged_record_by_record() {
    let town = Town::sqlite("2026-11-16T09:10").await;
    let (api, _) = client::open(&town).await;
    let officer = town.officer(OFFICER).await;
    source(&officer, ConflictRule::Ask, 0).await;
    let at = format!("/licence-exchanges/{SOURCE}");
    let both = [Permission::LicenceIssue, Permission::LicenceChange];
    let token = client::given(&officer, &both).await;
    let good = batch("云东卫公证字〔2026〕第008301号");
    // Half the rights are none.
    let half = client::given(&officer, &both[..1]).await;
    post(&at).token(&half).json(&good).send(&api).await.is(404);
    post("/licence-exchanges/none")
        .token(&token)
        .json(&good)
        .send(&api)
        .await
        .is(404);
    let mut wrong = good.clone();
    wrong["records"][0]["operation"] = "X".into();
    post(&at)
        .token(&token)
        .json(&wrong)
        .send(&api)
        .await
        .is(422);
    wrong["records"] = json!([]);
    let none = post(&at).token(&token).json(&wrong).send(&api).await;
    assert!(none.status.is_client_error());

    let told = post(&at).token(&token).json(&good).send(&api).await.is(200);
    assert_eq!(told["counts"], json!({"made": 1, "ended": 1}));
    assert_eq!(told["records"][0]["row_id"], "10086");
    let key = told["records"][0]["licence_key"].as_str().unwrap();
    let again = post(&at).token(&token).json(&good).send(&api).await.is(200);
    assert_eq!(
        told["records"], again["records"],
        "a batch sent again changes nothing"
    );
    assert_eq!(
        licences::detail(town.ctx(), key)
            .await
            .unwrap()
            .version
            .version,
        1
    );
    let mut bad = batch("第1号");
    bad["records"][0]["row_id"] = "10087".into();
    let told = post(&at).token(&token).json(&bad).send(&api).await.is(200);
    assert_eq!(told["records"][0]["outcome"], "refused");
    assert_eq!(told["records"][0]["code"], "field");
    assert!(
        told["records"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("证照编号")
    );
    town.close().await;
}
