//! An agency's own system sends the result of an approval, and the licence composes itself.

use collection::{CollectionError, ReceiptKind, SourceClass};
use journeys::Town;
use kernel::Permission;
use serde_json::{Value, json};
use store::Ctx;

use super::client::{self, get, post};

/// 云东区卫生健康局, and an officer who makes its licences.
const ISSUER: &str = "YD_WJJ";
const OFFICER: &str = "wj_liucz";

/// A hygiene licence of 䶮记小厨, whose legal representative only the register knows.
fn approval() -> Value {
    json!({
        "type_code": "WSXKZ", "issuer": ISSUER, "source_system": "卫生审批系统",
        "holder": {"name": "云州市云东区䶮记小厨餐饮店", "id": "92990102MA2008117R"},
        "given": {
            "licence_no": "云东卫公证字〔2026〕第008001号",
            "issue_date": "2026-11-10", "valid_to": "2030-11-09"
        },
        "face": {"business_items": "餐饮场所"}
    })
}

/// [H-40] Receipt warning: when licences are uploaded, the receiving agency is alerted to new,
/// failed, duplicate or late uploads.
async fn alerted(town: &Town, officer: &Ctx) {
    let alerts = async |reader: &Ctx| -> Vec<(ReceiptKind, u64, u64)> {
        let all = collection::receipts(reader).await.unwrap();
        // What the city began with is not meant.
        let sent = Some(SourceClass::D);
        let mine = all
            .iter()
            .filter(|one| one.agency == ISSUER && one.source_class == sent);
        mine.map(|one| (one.kind, one.n, one.unseen)).fold(
            Vec::new(),
            |mut sums: Vec<(ReceiptKind, u64, u64)>, (kind, n, unseen)| {
                match sums.iter_mut().find(|sum| sum.0 == kind) {
                    Some(sum) => (sum.1, sum.2) = (sum.1 + n, sum.2 + unseen),
                    None => sums.push((kind, n, unseen)),
                }
                sums
            },
        )
    };
    let begun = collection::receipts(officer).await.unwrap();
    assert!(alerts(officer).await.is_empty(), "{begun:?}");
    let expected = |unseen: u64| {
        [
            (ReceiptKind::New, 3),
            // What was wrong in one place or another, and another agency's not at all.
            (ReceiptKind::Failed, 9),
            (ReceiptKind::Duplicate, 1),
            (ReceiptKind::Late, 1),
        ]
        .map(|(kind, n)| (kind, n, n * unseen))
    };
    for at in ["2026-11-16T09:05", "2026-11-16T09:10"] {
        town.set(at);
        town.drain().await;
        assert_eq!(alerts(officer).await, expected(1), "each once");
    }
    // Who looks at several agencies takes no note for them.
    let city = town.officer("sj_yousq").await;
    assert_eq!(alerts(&city).await, expected(1));
    assert_eq!(collection::unseen(&city).await.unwrap(), 0);
    collection::see_receipts(&city).await.unwrap();
    assert!(collection::unseen(officer).await.unwrap() > 0);
    collection::see_receipts(officer).await.unwrap();
    assert_eq!(collection::unseen(officer).await.unwrap(), 0);
    assert_eq!(alerts(officer).await, expected(0));
    let holder = town.person("c_c01").await;
    let refused = collection::receipts(&holder).await;
    assert!(matches!(refused, Err(CollectionError::Denied(_))));
}

/// [H-87] Automatic composition (source D) combines the approval result with the base databases of
/// the departments concerned, as for a certificate bearing the USCC.
#[tokio::test(flavor = "multi_thread")]
async fn data_of_an_approval_become_a_sealed_licence() {
    for town in Town::each("2026-11-16T09:00").await {
        let (api, _) = client::open(&town).await;
        let officer = town.officer(OFFICER).await;
        let may = [Permission::LicenceIssue, Permission::LicenceQuery];
        let token = client::given(&officer, &may).await;
        let send = |body: &Value, key: &str| {
            let call = post("/licences").token(&token).json(body);
            call.header("idempotency-key", key)
        };
        // Without the right to issue, and for another agency.
        let other = client::given(&officer, &[Permission::LicenceQuery]).await;
        let refused = post("/licences").token(&other).json(&approval());
        refused.send(&api).await.is(403);
        let mut strange = approval();
        strange["issuer"] = "YD_SCJG".into();
        send(&strange, "strange").send(&api).await.is(403);
        // What cannot be meant changes nothing and says what is wrong.
        for (path, value, word) in [
            ("/holder/id", json!("92990102MA2008117X"), "证件号码"),
            ("/given/licence_no", json!("第008001号"), "证照编号"),
            ("/given/issue_date", json!("2026-12-01"), "颁发日期"),
            ("/given/valid_to", json!("2026-11-01"), "有效期止"),
            ("/given/valid_to", Value::Null, "有效期止"),
            ("/face/business_items", json!(""), "经营项目"),
            ("/face/nonsense", json!("x"), "nonsense"),
            ("/face/issuer", json!("x"), "issuer"),
            ("/type_code", json!("SPJYXKZ"), "无权"),
        ] {
            let mut body = approval();
            let (parent, last) = path.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[last] = value;
            let answer = send(&body, "wrong").send(&api).await;
            assert!(answer.status.is_client_error(), "{path}");
            let said = answer.json()["zh"].as_str().unwrap().to_owned();
            assert!(said.contains(word), "{path}: {said}");
        }

        let made = send(&approval(), "one").send(&api).await;
        let at = made.headers["location"].to_str().unwrap().to_owned();
        let made = made.is(201);
        let again = send(&approval(), "one").send(&api).await.is(201);
        assert_eq!(made, again, "one licence for one key");
        send(&approval(), "two").send(&api).await.is(409);
        let address = at.strip_prefix("/api/v1").unwrap();
        let read = get(address).token(&token).send(&api).await.is(200);
        assert_eq!(read["sealed_well"], true);
        assert_eq!(read["valid_from"], "2026-11-10");
        let key = made["licence"]["licence_key"].as_str().unwrap();
        let detail = licences::detail(town.ctx(), key).await.unwrap();
        let face = &detail.version.face.face;
        assert_eq!(face["legal_representative"], "陈䶮", "from the register");
        assert_eq!(face["premises"], "云岭省云州市云东区东湖路13号");
        let data = detail.version.data;
        assert_eq!(
            (data.source_class.as_str(), data.source_system.as_str()),
            ("D", "卫生审批系统")
        );
        let holder = town.person("c_c01").await;
        let owner = holder.actor.owner().to_owned();
        let cards = licences::wallet(&holder, &owner).await.unwrap();
        assert!(
            cards.iter().any(|card| card.licence_key == key),
            "in the wallet"
        );
        let file = made["files"]["ofd"].as_str().unwrap();
        let file = get(file.strip_prefix("/api/v1").unwrap()).token(&token);
        let file = file.send(&api).await;
        let verified = licences::verify_file(&town.visitor(), file.bytes.to_vec()).await;
        assert!(verified.unwrap().valid);

        // Without number and dates the platform gives them.
        let mut own = approval();
        own.as_object_mut().unwrap().remove("given");
        let own = send(&own, "own").send(&api).await.is(201);
        let number = own["licence"]["licence_no"].as_str().unwrap();
        assert!(number.starts_with("云东卫公证字〔2026〕第"), "{number}");
        assert_eq!(own["licence"]["valid_to"], "2030-11-15");

        let mut late = approval();
        late["given"]["licence_no"] = "云东卫公证字〔2026〕第008003号".into();
        late["given"]["issue_date"] = "2026-11-08".into();
        send(&late, "late").send(&api).await.is(201);
        alerted(&town, &officer).await;
        town.close().await;
    }
}
