//! 受理条件自动核验: what the registers say against acceptance. The applicant is told and may still
//! submit; the officer decides.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use kernel::{Permission, Target, time};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Ctx, Kept};

use crate::case::Case;
use crate::error::CaseError;
use crate::{sources, table};

/// One rule of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptanceCheck {
    pub item_id: String,
    pub code: String,
    /// Path in the population record, dots between the keys: a date.
    pub path: String,
    /// The date must lie at least so many months back.
    pub months: u32,
    /// Words with `{date}` for the date found and `{from}` for the first day that suffices.
    pub zh: String,
    pub en: String,
}

/// The rules of each item.
type Rules = Kept<String, Arc<Vec<AcceptanceCheck>>>;

/// What a rule has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    pub code: String,
    pub zh: String,
    pub en: String,
}

/// Loads rules; a second import changes nothing.
pub async fn import_checks(ctx: &Ctx, rules: Vec<AcceptanceCheck>) -> Result<(), CaseError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    ctx.db
        .write(move |tx| {
            let rules = rules.clone();
            Box::pin(async move {
                for rule in &rules {
                    let text = serde_json::to_string(rule)?;
                    table::put_rule(tx, &rule.item_id, &rule.code, &text).await?;
                }
                Ok::<_, CaseError>(())
            })
        })
        .await?;
    ctx.shared.get_or_make::<Rules>().forget();
    Ok(())
}

/// Asks every rule of the case's item about its applicant. Most items have none, and then no
/// register is read.
pub(crate) async fn hints(ctx: &Ctx, case: &Case) -> Result<Vec<Hint>, CaseError> {
    let item_id = &case.data.item_id;
    let kept = ctx.shared.get_or_make::<Rules>();
    let rules = kept.get(item_id.clone(), async {
        let texts = table::rules(&mut ctx.db.reader(), item_id).await?;
        let rules: Result<Vec<AcceptanceCheck>, _> = texts
            .iter()
            .map(|text| serde_json::from_str(text))
            .collect();
        Ok::<_, CaseError>(Arc::new(rules?))
    });
    let rules = rules.await?;
    let id = sources::id_of(&case.private.applicant.id);
    let (false, Some(id)) = (rules.is_empty(), id) else {
        return Ok(Vec::new());
    };
    let population = registers::person(&ctx.as_system(), &id)
        .await
        .map_err(CaseError::other)?;
    let Some(population) = population else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for rule in rules.iter() {
        all.extend(ask(rule, &population.data, ctx.now()));
    }
    Ok(all)
}

fn ask(rule: &AcceptanceCheck, population: &Value, now: Timestamp) -> Option<Hint> {
    let mut at = population;
    for key in rule.path.split('.') {
        at = at.get(key)?;
    }
    let date: Date = at.as_str()?.parse().ok()?;
    let from = date
        .checked_add(Span::new().months(i64::from(rule.months)))
        .ok()?;
    if time::beijing_date(now) >= from {
        return None;
    }
    let fill = |text: &str| {
        text.replace("{date}", &date.to_string())
            .replace("{from}", &from.to_string())
    };
    Some(Hint {
        code: rule.code.clone(),
        zh: fill(&rule.zh),
        en: fill(&rule.en),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_day_that_suffices_is_named() {
        let rule = AcceptanceCheck {
            item_id: "JZZ-SL".into(),
            code: "registered".into(),
            path: "residence_registration.registered_on".into(),
            months: 6,
            zh: "居住登记{date}，未满6个月，最早{from}可申领".into(),
            en: "{date} {from}".into(),
        };
        let person = json!({ "residence_registration": { "registered_on": "2026-08-20" } });
        let hint = ask(&rule, &person, "2026-11-19T11:50:00Z".parse().unwrap()).unwrap();
        assert_eq!(
            hint.zh,
            "居住登记2026-08-20，未满6个月，最早2027-02-20可申领"
        );
        assert_eq!(
            ask(&rule, &person, "2027-02-19T16:00:00Z".parse().unwrap()),
            None
        );
        assert_eq!(
            ask(&rule, &json!({}), "2026-11-19T11:50:00Z".parse().unwrap()),
            None
        );
    }
}
