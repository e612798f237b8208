//! Loading the city: every file of the demonstration, through the domains' own use cases.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kernel::{Channel, Randomness};
use licences::{Scheme, StockLicence, TypeFile};
use seals::{CityPlan, NameSeal, Officers};
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::Ctx;

use crate::stop::Stop;

/// Where the demonstration's files lie.
#[derive(Clone, Debug)]
pub struct City {
    folder: PathBuf,
}

/// What the first load made known: passwords are printed once and stored nowhere.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// None when the accounts were there already.
    pub passwords: Option<Passwords>,
    pub items: usize,
    pub licences: usize,
    pub seals: usize,
}

/// One password for each group of accounts.
#[derive(Clone, Debug)]
pub struct Passwords {
    pub residents: String,
    pub staff: String,
}

impl City {
    /// The folder given, else `demo` here, else where the program was built.
    pub fn find(given: Option<&Path>) -> Result<Self, Stop> {
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo");
        let candidates: Vec<PathBuf> = match given {
            Some(folder) => vec![folder.to_owned()],
            None => vec![PathBuf::from("demo"), built],
        };
        let found = candidates.iter().find(|f| f.join("regions.json").exists());
        found
            .map(|folder| Self {
                folder: folder.clone(),
            })
            .ok_or_else(|| {
                Stop::new(format!(
                    "没有找到演示数据 / no demonstration data in {}",
                    candidates[0].display()
                ))
            })
    }

    /// A JSON file as the type wanted; a broken one is named in one line.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T, Stop> {
        let path = self.folder.join(name);
        let bytes = std::fs::read(&path).map_err(|e| broken(&path, &e))?;
        serde_json::from_slice(&bytes).map_err(|e| broken(&path, &e))
    }

    /// A part of a JSON file.
    pub fn part<T: DeserializeOwned>(&self, name: &str, key: &str) -> Result<T, Stop> {
        let whole: Value = self.read(name)?;
        let part = whole.get(key).cloned().unwrap_or(Value::Null);
        serde_json::from_value(part).map_err(|e| broken(&self.folder.join(name), &e))
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, Stop> {
        let path = self.folder.join(name);
        std::fs::read(&path).map_err(|e| broken(&path, &e))
    }

    fn json_files(&self, folder: &str) -> Result<Vec<(String, Value)>, Stop> {
        let path = self.folder.join(folder);
        let mut names: Vec<String> = std::fs::read_dir(&path)
            .map_err(|e| broken(&path, &e))?
            .filter_map(|e| e.ok()?.file_name().into_string().ok())
            .filter(|n| n.ends_with(".json"))
            .collect();
        names.sort();
        names
            .into_iter()
            .map(|n| Ok((n.clone(), self.read(&format!("{folder}/{n}"))?)))
            .collect()
    }
}

fn broken(path: &Path, why: &dyn std::fmt::Display) -> Stop {
    Stop::new(format!(
        "演示数据文件有误 / broken data file {}: {why}",
        path.display()
    ))
}

/// Loads everything. A second load changes nothing.
pub async fn load(ctx: &Ctx, city: &City) -> Result<Loaded, Stop> {
    let mut loaded = Loaded::default();
    let import = agencies::Import {
        regions: city.part("regions.json", "regions")?,
        agencies: city.part("agencies.json", "agencies")?,
        halls: city.part("halls.json", "halls")?,
        service_points: city.part("halls.json", "service_points")?,
        calendars: city.part("halls.json", "calendars")?,
    };
    agencies::import(ctx, import).await?;
    load_registers(ctx, city).await?;
    loaded.passwords = load_accounts(ctx, city).await?;
    loaded.seals = load_seals(ctx, city).await?;
    notices::ensure_templates(ctx).await?;
    let types = load_types(ctx, city).await?;
    loaded.items = load_items(ctx, city, &types).await?;
    loaded.licences = load_licences(ctx, city).await?;
    load_base(ctx, city).await?;
    cases::import_checks(ctx, city.read("acceptance_checks.json")?)
        .await
        .map_err(words)?;
    cases::import_issue_rules(ctx, city.read("issue_rules.json")?)
        .await
        .map_err(words)?;
    Ok(loaded)
}

fn words(error: cases::CaseError) -> Stop {
    Stop::new(error.to_string())
}

async fn load_registers(ctx: &Ctx, city: &City) -> Result<(), Stop> {
    let persons: Vec<Value> = city.part("persons.json", "persons")?;
    let mut records = Vec::new();
    for data in persons {
        let photo = match data["photo"].as_str() {
            Some(path) => Some(city.bytes(path)?),
            None => None,
        };
        records.push(registers::PersonRecord {
            record: data,
            photo,
        });
    }
    let import = registers::Import {
        persons: records,
        legal_persons: city.part("legal_persons.json", "legal_persons")?,
        credits: city.part("credit.json", "credits")?,
    };
    registers::import(ctx, import).await?;
    Ok(())
}

/// What existing licences are compared with when somebody collects them.
async fn load_base(ctx: &Ctx, city: &City) -> Result<(), Stop> {
    const NAME: &str = "人口库、法人库（存量证照比对）";
    let known = collection::bases(ctx).await?;
    if known.iter().all(|base| base.name != NAME) {
        let bytes = city.bytes("stock_base_library.csv")?;
        collection::take_base(ctx, NAME, std::io::Cursor::new(bytes)).await?;
    }
    Ok(())
}

async fn load_accounts(ctx: &Ctx, city: &City) -> Result<Option<Passwords>, Stop> {
    let accounts = identity::DemoAccounts {
        persons: city.part("persons.json", "persons")?,
        legal_persons: city.part("legal_persons.json", "legal_persons")?,
        staff: city.part("staff.json", "staff")?,
    };
    let passwords = Passwords {
        residents: password(&*ctx.rng),
        staff: password(&*ctx.rng),
    };
    let staff: BTreeSet<String> = accounts.staff.iter().map(|s| s.username.clone()).collect();
    let (for_staff, for_residents) = (passwords.staff.clone(), passwords.residents.clone());
    let choose = move |username: &str| {
        if staff.contains(username) {
            for_staff.clone()
        } else {
            for_residents.clone()
        }
    };
    let imported = identity::import(ctx, &accounts, &choose).await?;
    let new = !imported.persons.is_empty() || !imported.staff.is_empty();
    Ok(new.then_some(passwords))
}

/// Three kinds of characters and twelve in all, easy to type from a screen.
fn password(rng: &dyn Randomness) -> String {
    format!("Yz-{}-{}", rng.digits(4), &rng.token()[..5])
}

async fn load_seals(ctx: &Ctx, city: &City) -> Result<usize, Stop> {
    let who = |role: &'static str| async move {
        let found = identity::staff_with_role(ctx, role, None).await?;
        let username = found.first().map(|s| s.username.clone()).ok_or_else(|| {
            Stop::new(format!(
                "没有“{role}”角色的人员 / nobody has the role {role}"
            ))
        })?;
        identity::staff_actor(ctx, &username, Channel::Console)
            .await?
            .ok_or_else(|| Stop::new(username))
    };
    let officers = Officers {
        applicant: who("seal_administrator_applicant").await?,
        reviewer: who("seal_administrator_reviewer").await?,
        maker: who("seal_administrator_maker").await?,
        custodian: who("seal_custodian").await?,
    };
    let mut plan = CityPlan::of_directory(ctx, officers).await?;
    let users: Vec<String> = city.part("name_seals.json", "officers")?;
    for user in users {
        let staff = identity::staff(ctx, &user).await?;
        let staff =
            staff.ok_or_else(|| Stop::new(format!("没有人员 / no such officer: {user}")))?;
        let of_agency = |one: &&seals::CitySeal| one.owner.agency_code == staff.agency;
        let agency = plan.agencies.iter().find(of_agency);
        let owner = agency.map(|one| one.owner.clone());
        plan.name_seals.push(NameSeal {
            owner: owner.ok_or_else(|| Stop::new(staff.agency.clone()))?,
            user,
            name: staff.name,
        });
    }
    Ok(seals::ensure_city_seals(ctx, &plan).await?)
}

async fn load_types(ctx: &Ctx, city: &City) -> Result<BTreeSet<String>, Stop> {
    let schemes: BTreeMap<String, Scheme> = city.read("numbering.json")?;
    let mut faces: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        city.read("stock_faces.json")?;
    let mut files = Vec::new();
    let mut codes = BTreeSet::new();
    for (name, definition) in city.json_files("licence_types")? {
        let code = name.trim_end_matches(".json").to_owned();
        let svg = city.bytes(&format!("licence_types/{code}.svg"))?;
        let numbering = schemes.get(&code).cloned().ok_or_else(|| {
            Stop::new(format!(
                "证照类型{code}没有编号规则 / no numbering for licence type {code}"
            ))
        })?;
        let svg = String::from_utf8(svg).map_err(|e| broken(Path::new(&name), &e))?;
        files.push(TypeFile {
            definition,
            svg,
            numbering,
            stock_face: faces.remove(&code).unwrap_or_default(),
        });
        codes.insert(code);
    }
    licences::import_types(ctx, files).await?;
    Ok(codes)
}

async fn load_items(ctx: &Ctx, city: &City, types: &BTreeSet<String>) -> Result<usize, Stop> {
    let list: items::CatalogueList = city.read("catalogue_list.json")?;
    items::import_catalogue_list(ctx, &list).await?;
    let files: Vec<items::ItemFile> = city
        .json_files("items")?
        .into_iter()
        .map(|(label, content)| items::ItemFile { label, content })
        .collect();
    let count = files.len();
    let report = items::import_items(ctx, &files, Some(types)).await?;
    let faults: Vec<String> = report
        .rejected()
        .map(|r| {
            let first = r
                .faults
                .first()
                .map(|f| format!("{f:?}"))
                .unwrap_or_default();
            format!("{}: {first}", r.label)
        })
        .collect();
    if faults.is_empty() {
        Ok(count)
    } else {
        Err(Stop::new(format!(
            "事项数据有误 / faulty items: {}",
            faults.join("; ")
        )))
    }
}

async fn load_licences(ctx: &Ctx, city: &City) -> Result<usize, Stop> {
    let mut stock: Vec<StockLicence> = city.part("licences.json", "licences")?;
    for licence in &mut stock {
        if let Some(photo) = &licence.photo {
            licence.photo_bytes = Some(city.bytes(photo)?);
        }
    }
    Ok(licences::import_licences(ctx, stock).await?)
}
