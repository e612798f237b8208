//! Where a form is prefilled from: registers, user space, licences held [B-25].

use std::collections::HashMap;

use forms::Sources;
use identity::{Account, AccountKind};
use items::Item;
use kernel::{IdNumber, Sensitive};
use serde_json::{Value, json};
use store::Ctx;

use crate::case::Applicant;
use crate::error::CaseError;

/// Everything that the form's paths may name, gathered beforehand.
pub(crate) struct Gathered {
    population: Option<Value>,
    legal: Option<Value>,
    user_space: Value,
    /// By short code of the type: number and face of the newest citable licence.
    licences: HashMap<String, Value>,
    pub applicant: Applicant,
    pub contact_name: String,
    pub contact_mobile: String,
}

/// Gathers for the account a case belongs to and the person who acts for it.
pub(crate) async fn gather(
    ctx: &Ctx,
    owner: &Account,
    person: &Account,
    item: &Item,
) -> Result<Gathered, CaseError> {
    let system = ctx.as_system();
    let id = person.id_number.clone();
    let population = match &id {
        Some(id) => registers::person(&system, id)
            .await
            .map_err(CaseError::other)?,
        None => None,
    };
    let legal = match &owner.uscc {
        Some(uscc) => registers::legal_person(&system, uscc)
            .await
            .map_err(CaseError::other)?,
        None => None,
    };
    let legal = legal.map(|l| l.data);
    let is_legal = owner.kind == AccountKind::Legal;
    let text = |v: &Value, k: &str| v.get(k).and_then(Value::as_str).map(str::to_owned);
    let applicant = Applicant {
        is_legal,
        name: owner.name.clone(),
        id: match &owner.uscc {
            Some(uscc) => uscc.clone(),
            None => owner
                .id_number
                .as_ref()
                .map(|i| i.reveal().to_owned())
                .unwrap_or_default(),
        },
        id_type: if is_legal { "001" } else { "111" }.into(),
        legal_representative: legal
            .as_ref()
            .and_then(|l| text(l, "legal_representative_name")),
    };
    let mobile = person
        .mobile
        .as_ref()
        .map(|m| m.reveal().to_owned())
        .unwrap_or_default();
    let address = person.address.as_ref().map(|a| a.reveal().to_owned());
    Ok(Gathered {
        population: population.map(|p| p.data),
        legal,
        user_space: json!({ "name": person.name, "mobile": mobile, "address": address }),
        licences: held(ctx, owner, item).await?,
        applicant,
        contact_name: person.name.clone(),
        contact_mobile: mobile,
    })
}

/// Faces of the licences that the form's paths name.
async fn held(
    ctx: &Ctx,
    owner: &Account,
    item: &Item,
) -> Result<HashMap<String, Value>, CaseError> {
    let mut wanted: Vec<String> = item
        .form
        .fields()
        .filter_map(|f| f.prefill.as_ref())
        .flat_map(|p| p.sources.iter())
        .filter_map(|s| {
            s.strip_prefix("licence:")?
                .split('.')
                .next()
                .map(str::to_owned)
        })
        .collect();
    wanted.sort();
    wanted.dedup();
    let mut found = HashMap::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    for card in licences::wallet(&ctx.as_system(), &owner.key)
        .await
        .map_err(CaseError::other)?
    {
        if card.citable && wanted.contains(&card.type_code) && !found.contains_key(&card.type_code)
        {
            let face = licences::face(&ctx.as_system(), &card.licence_key)
                .await
                .map_err(CaseError::other)?;
            let mut object = serde_json::to_value(&face)?;
            if let Some(map) = object.as_object_mut() {
                let whole = Value::Object(map.clone());
                map.insert("licence_no".into(), json!(card.licence_no));
                map.insert("face".into(), whole);
            }
            found.insert(card.type_code.clone(), object);
        }
    }
    Ok(found)
}

impl Sources for Gathered {
    fn lookup(&self, path: &str) -> Option<Value> {
        let (root, rest) = path.split_once('.')?;
        let value = match root {
            "population" => self.population.as_ref()?,
            "legal" => self.legal.as_ref()?,
            "user_space" => &self.user_space,
            _ => self.licences.get(root.strip_prefix("licence:")?)?,
        };
        let mut at = value;
        for key in rest.split('.') {
            at = at.get(key)?;
        }
        (!at.is_null()).then(|| at.clone())
    }
}

impl Gathered {
    /// Whether a register holds what a shared data source would answer.
    pub fn shares(&self, source: &str) -> bool {
        let in_population = |key: &str| {
            self.population
                .as_ref()
                .and_then(|p| p.get(key))
                .is_some_and(|v| !v.is_null())
        };
        match source {
            "人口基础信息库" => self.population.is_some(),
            "法人基础信息库" => self.legal.is_some(),
            "医师资格库" => in_population("doctor_qualification"),
            "残疾评定系统" => in_population("disability"),
            "社会保险参保信息" => in_population("social_security"),
            "不动产登记信息" => {
                in_population("real_estate")
                    && self
                        .population
                        .as_ref()
                        .is_some_and(|p| p["real_estate"].as_array().is_none_or(|a| !a.is_empty()))
            }
            _ => false,
        }
    }

    /// Whether the credential is at hand: the identity card stands for the population register, the
    /// driving licence for the shared record.
    pub fn has_credential(&self, credential: &str) -> bool {
        let population = self.population.as_ref();
        match credential {
            "ID_CARD" => population.is_some(),
            "DRIVING" => population
                .and_then(|p| p.get("driving_licence"))
                .is_some_and(|d| !d.is_null()),
            _ => false,
        }
    }
}

/// The identity number as the register wants it.
pub(crate) fn id_of(text: &str) -> Option<IdNumber> {
    IdNumber::resident(text).ok()
}
