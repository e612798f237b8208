//! The demonstration city, loaded and opened, with as many further residents as are needed.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Actor, Channel, SystemClock};
use serde_json::{Value, json};
use store::Ctx;
use tongban::demo::{self, City};
use tongban::platform::{self, Place, Platform};

/// What the residents of the bench apply for: fully online, one upload, the rest from registers.
const ITEM: &str = "YSZC";
/// The resident whose register entry the others are copies of.
const MODEL: &str = "u_p38";

/// An open city.
pub struct Opened {
    pub platform: Platform,
    pub city: City,
}

/// A draft that is ready to be submitted.
pub struct Ready {
    pub case_id: String,
    /// Account that owns it.
    pub owner: String,
    /// Token of the session's cookie.
    pub session: String,
}

fn place(data: &Path, database: Option<&str>) -> Place {
    Place {
        data: data.to_owned(),
        database: database.map(str::to_owned),
        base_url: "http://127.0.0.1".into(),
        operator: Some(tongban::demo::OPERATOR.into()),
    }
}

fn stopped(stop: tongban::Stop) -> anyhow::Error {
    anyhow::Error::msg(stop.0)
}

/// A list of one of the city's files.
pub fn part(city: &City, file: &str, key: &str) -> Result<Vec<Value>> {
    city.part(file, key).map_err(stopped)
}

/// Loads the city and closes it again.
pub async fn load(data: &Path, database: Option<&str>) -> Result<()> {
    let opened = open(data, database).await?;
    demo::load(&opened.platform.ctx, &opened.city)
        .await
        .map_err(stopped)?;
    opened.close().await
}

/// Opens a data folder.
pub async fn open(data: &Path, database: Option<&str>) -> Result<Opened> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo");
    Ok(Opened {
        platform: platform::open(&place(data, database), Arc::new(SystemClock))
            .await
            .map_err(stopped)?,
        city: City::find(Some(&folder)).map_err(stopped)?,
    })
}

impl Opened {
    pub fn ctx(&self) -> &Ctx {
        &self.platform.ctx
    }

    /// Does what waits in the background and closes.
    pub async fn close(self) -> Result<()> {
        self.platform.worker.drain().await?;
        self.platform.ctx.db.close().await;
        Ok(())
    }

    /// As many drafts, each of a resident of its own with a session of its own.
    pub async fn drafts(&self, count: usize) -> Result<Vec<Ready>> {
        let drafts = self.drafts_with_residents(count).await?;
        Ok(drafts.into_iter().map(|(_, draft)| draft).collect())
    }

    /// The same with the residents, signed in.
    pub async fn drafts_with_residents(&self, count: usize) -> Result<Vec<(Ctx, Ready)>> {
        let persons = self.residents(count)?;
        let records = persons.iter().map(|record| registers::PersonRecord {
            record: record.clone(),
            photo: None,
        });
        let import = registers::Import {
            persons: records.collect(),
            ..registers::Import::default()
        };
        registers::import(self.ctx(), import).await?;
        let accounts = identity::DemoAccounts {
            persons: serde_json::from_value(Value::Array(persons.clone()))?,
            ..identity::DemoAccounts::default()
        };
        identity::import(self.ctx(), &accounts, &|_| "Bench-2026-drafts".into()).await?;
        let mut signed_in = Vec::new();
        for person in persons {
            let (ctx, session) = self.sign_in(&text(&person, "mobile")).await?;
            signed_in.push((ctx, session, person));
        }
        let form = self.form()?;
        stream::iter(signed_in)
            .map(|(ctx, session, person)| {
                let form = form.clone();
                async move {
                    let ready = draft(&ctx, &form, &person, session).await?;
                    Ok((ctx, ready))
                }
            })
            .buffer_unordered(8)
            .try_collect()
            .await
    }

    /// Copies of the model with names, numbers and phones of their own.
    fn residents(&self, count: usize) -> Result<Vec<Value>> {
        let all: Vec<Value> = part(&self.city, "persons.json", "persons")?;
        let model = all
            .into_iter()
            .find(|p| p["username"] == MODEL)
            .context("no model resident")?;
        let one = |n: usize| {
            let mut person = model.clone();
            let birth = jiff::civil::date(1960, 1, 1)
                .saturating_add(jiff::Span::new().days(n as i64 % 12_000));
            person["person_id"] = json!(format!("BENCH{n}"));
            person["name"] = json!(format!("测试{}", spell(n)));
            person["birth_date"] = json!(birth.to_string());
            person["id_number"] = json!(id_number(&birth.strftime("%Y%m%d").to_string(), n));
            person["username"] = json!(format!("bench_{n}"));
            person["mobile"] = json!(format!("198{n:08}"));
            person
        };
        Ok((0..count).map(one).collect())
    }

    fn form(&self) -> Result<Value> {
        let forms: Vec<Value> = part(&self.city, "scenario_forms.json", "forms")?;
        let found = forms.into_iter().find(|f| f["item_id"] == ITEM);
        found.context("no form for the bench")
    }

    /// The text sent to this phone. It goes out beside the request, so that nobody can tell by
    /// time whether the phone is known.
    async fn sent_to(&self, mobile: &str) -> Result<String> {
        for _ in 0..2_000 {
            let newest = messages::sent(self.ctx(), 5).await?;
            if let Some(sms) = newest.into_iter().find(|s| s.to == mobile) {
                return Ok(sms.text);
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        anyhow::bail!("no code was sent")
    }

    /// Signs in by a code to the phone, as the portal does; gives the session's token.
    async fn sign_in(&self, mobile: &str) -> Result<(Ctx, String)> {
        let visitor = self.ctx().with_actor(Actor::visitor(Channel::Portal));
        let challenge = identity::request_sign_in_code(&visitor, mobile).await?;
        let text = self.sent_to(mobile).await?;
        let mut digits = text.split(|c: char| !c.is_ascii_digit());
        let code = digits.find(|d| d.len() == 6).context("no code")?;
        let new = identity::sign_in_code(&visitor, &challenge.id, code, "bench").await?;
        let me = self.ctx().with_actor(new.session.actor.clone());
        if !new.session.duties.is_empty() {
            let agreement = identity::current_agreement(self.ctx()).await?;
            identity::accept_agreement(&me, &agreement.version).await?;
        }
        let session = identity::session_actor(&visitor, &new.token, Channel::Portal)
            .await?
            .context("no session")?;
        Ok((self.ctx().with_actor(session.actor), new.token))
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// Fills a draft so that it can be submitted.
async fn draft(ctx: &Ctx, form: &Value, person: &Value, session: String) -> Result<Ready> {
    let draft = cases::start(ctx, ITEM).await?;
    let answers: HashMap<String, Vec<String>> = form["answers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| {
            (
                key.clone(),
                value.as_str().map(str::to_owned).into_iter().collect(),
            )
        })
        .collect();
    cases::save_answers(ctx, &draft.case_id, &answers).await?;
    let mut values = form["form_data"].as_object().cloned().unwrap_or_default();
    for (field, key) in [
        ("applicant_name", "name"),
        ("applicant_id", "id_number"),
        ("birth_date", "birth_date"),
        ("contact_mobile", "mobile"),
    ] {
        values.insert(field.into(), person[key].clone());
    }
    cases::save_values(ctx, &draft.case_id, values).await?;
    let detail = cases::detail(ctx, &draft.case_id).await?;
    for need in detail.item.materials_for(&detail.case.data.answers) {
        let code = &need.material.material_code;
        if !need.required || detail.materials.iter().any(|m| m.material_code == *code) {
            continue;
        }
        let upload = materials::Upload {
            owner: ctx.actor.owner().to_owned(),
            name: format!("{code}.png"),
            group: materials::Group::SelfMade,
            bytes: journeys::drawing(&need.material.material_name, ctx.now()),
        };
        let file = materials::upload(ctx, upload).await?;
        cases::attach_file(ctx, &draft.case_id, code, &file.file_key).await?;
    }
    Ok(Ready {
        owner: ctx.actor.owner().to_owned(),
        case_id: draft.case_id,
        session,
    })
}

/// Three characters that differ from number to number.
fn spell(n: usize) -> String {
    const SIGNS: [char; 10] = ['安', '博', '成', '达', '恩', '方', '光', '和', '嘉', '宁'];
    [n / 100 % 10, n / 10 % 10, n % 10]
        .map(|d| SIGNS[d])
        .iter()
        .collect()
}

/// A resident identity number with its check character [GB 11643].
fn id_number(birth: &str, n: usize) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    // Birthdays repeat after the days run out: the serial goes on.
    let body = format!("990103{birth}{:03}", n / 12_000 * 2 + 2);
    let sum: u32 = body
        .chars()
        .zip(WEIGHTS)
        .map(|(c, w)| c.to_digit(10).unwrap_or(0) * w)
        .sum();
    let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize];
    format!("{body}{check}")
}
