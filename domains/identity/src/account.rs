//! What an account is.

use std::fmt;

use jiff::Timestamp;
use kernel::{Address, IdNumber, Phone, mask};
use serde::{Deserialize, Serialize};
use store::{Ctx, Row, StoreError};

use crate::IdentityError;
use crate::state::State;

kernel::codes! {
    /// Of whom an account is.
    AccountKind {
        Natural = "natural", "自然人";
        Legal = "legal", "法人";
    }
}

kernel::codes! {
    /// 实名等级: how well it is known that the account belongs to the person.
    RealNameLevel {
        L1 = "L1", "姓名与证件号码比对一致";
        L2 = "L2", "比对一致并验证手机号码";
        L3 = "L3", "三项以上内容核验一致";
        L4 = "L4", "窗口现场核验";
    }
}

kernel::codes! {
    /// 认证内容: the six kinds of contents that registration compares.
    Content {
        IdCard = "id_card", "居民身份证";
        Mobile = "mobile", "手机号码";
        SocialSecurity = "social_security", "社会保障卡";
        BankAccount = "bank_account", "银行卡账号";
        HousingFund = "housing_fund", "公积金账号";
        DrivingLicence = "driving_licence", "驾驶证档案编号";
    }
}

kernel::codes! {
    /// How an account came about.
    Route {
        Online = "online", "线上自行注册";
        Window = "window", "线下窗口注册";
        Link = "link", "关联注册";
    }
}

/// The account at another official real-name platform that an account is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    pub platform: String,
    /// As that platform names it, for good.
    pub account: String,
}

/// What is known of a legal person beyond its name and code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalDetails {
    /// 法人类型 as the register writes it: `enterprise`, `individual`, `institution`, …
    pub kind: String,
    pub registered_address: String,
    pub business_scope: String,
    pub registered_on: Option<String>,
    /// 法人状态: `normal`, `revoked`, `cancelled`.
    pub status: String,
}

/// Everything personal of an account, as it is encrypted.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub name: String,
    /// Code of the kind of document: `111` is the resident identity card. Of a legal person's
    /// representative, where the account is one.
    pub id_type: String,
    pub id_number: String,
    pub mobile: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub sex: String,
    #[serde(default)]
    pub ethnic_group: String,
    #[serde(default)]
    pub employer: String,
    #[serde(default)]
    pub username: String,
    /// Set for legal persons.
    #[serde(default)]
    pub uscc: String,
    #[serde(default)]
    pub representative_name: String,
    #[serde(default)]
    pub legal: Option<LegalDetails>,
    #[serde(default)]
    pub linked: Option<Linked>,
}

/// An account as it is stored.
#[derive(Clone)]
pub(crate) struct AccountRow {
    pub key: String,
    pub user_no: String,
    pub kind: AccountKind,
    pub state: State,
    pub level: Option<RealNameLevel>,
    pub verified: Vec<Content>,
    pub profile: Vec<u8>,
    pub proposed: Option<Vec<u8>>,
    pub representative: Option<String>,
    pub agreement: Option<String>,
    pub route: Route,
    pub reason: Option<Vec<u8>>,
    pub enable_asked: Option<String>,
    pub created_at: Timestamp,
    pub rev: i64,
}

impl AccountRow {
    pub(crate) const COLUMNS: &'static str = "a.account_key, a.user_no, a.kind, a.state, a.level, \
         a.verified, a.profile, a.proposed, a.representative, a.agreement, a.route, a.reason, \
         a.enable_asked, a.created_at, a.rev";

    pub(crate) fn read(row: &Row) -> Result<Self, StoreError> {
        Self::read_at(row, 0)
    }

    /// The same where the columns begin at `first`.
    pub(crate) fn read_at(row: &Row, first: usize) -> Result<Self, StoreError> {
        let coded = |column: usize| row.get::<String>(first + column);
        let bad = |column: usize| StoreError::Column(first + column, "unknown code".into());
        let level: Option<String> = row.get(first + 4)?;
        Ok(Self {
            key: row.get(first)?,
            user_no: row.get(first + 1)?,
            kind: AccountKind::from_code(&coded(2)?).ok_or_else(|| bad(2))?,
            state: State::from_code(&coded(3)?).ok_or_else(|| bad(3))?,
            level: level.and_then(|l| RealNameLevel::from_code(&l)),
            verified: serde_json::from_str(&coded(5)?).map_err(|_| bad(5))?,
            profile: row.get(first + 6)?,
            proposed: row.get(first + 7)?,
            representative: row.get(first + 8)?,
            agreement: row.get(first + 9)?,
            route: Route::from_code(&coded(10)?).ok_or_else(|| bad(10))?,
            reason: row.get(first + 11)?,
            enable_asked: row.get(first + 12)?,
            created_at: row.get(first + 13)?,
            rev: row.get(first + 14)?,
        })
    }

    pub(crate) fn profile(&self, ctx: &Ctx) -> Result<Profile, IdentityError> {
        open_json(ctx, "profile", &self.key, &self.profile)
    }

    /// The account as other rooms see it.
    pub(crate) fn open(&self, ctx: &Ctx) -> Result<Account, IdentityError> {
        let p = self.profile(ctx)?;
        let reason = match &self.reason {
            Some(sealed) => open_json::<String>(ctx, "reason", &self.key, sealed)?,
            None => String::new(),
        };
        let text = |t: String| Some(t).filter(|t| !t.is_empty());
        Ok(Account {
            key: self.key.clone(),
            user_no: self.user_no.clone(),
            kind: self.kind,
            state: self.state,
            level: self.level,
            verified: self.verified.clone(),
            name: p.name,
            id_type: p.id_type,
            id_number: text(p.id_number).map(|n| IdNumber::other(&n)),
            mobile: text(p.mobile).and_then(|m| Phone::mobile(&m).ok()),
            address: text(p.address).map(|a| Address::new(&a)),
            email: text(p.email),
            sex: text(p.sex),
            ethnic_group: text(p.ethnic_group),
            employer: text(p.employer),
            username: text(p.username),
            uscc: text(p.uscc),
            representative: self.representative.clone(),
            representative_name: text(p.representative_name),
            legal: p.legal,
            linked: p.linked,
            agreement: self.agreement.clone(),
            route: self.route,
            reason: text(reason),
            enable_asked: self.enable_asked.clone(),
            created_at: self.created_at,
        })
    }
}

pub(crate) fn open_json<T: serde::de::DeserializeOwned>(
    ctx: &Ctx,
    column: &str,
    key: &str,
    sealed: &[u8],
) -> Result<T, IdentityError> {
    let plain = ctx
        .open_sealed("account", column, key, sealed)
        .map_err(|e| IdentityError::Stored(format!("account {column}: {e}")))?;
    serde_json::from_slice(&plain)
        .map_err(|e| IdentityError::Stored(format!("account {column}: {e}")))
}

pub(crate) fn seal_json(
    ctx: &Ctx,
    column: &str,
    key: &str,
    value: &impl Serialize,
) -> Result<Vec<u8>, IdentityError> {
    let plain = serde_json::to_vec(value)
        .map_err(|e| IdentityError::Stored(format!("account {column}: {e}")))?;
    Ok(ctx.seal("account", column, key, &plain))
}

/// An account of a natural or a legal person.
#[derive(Clone)]
pub struct Account {
    /// Internal key: owner of cases, materials, licences.
    pub key: String,
    /// 用户编码, shown to staff.
    pub user_no: String,
    pub kind: AccountKind,
    pub state: State,
    pub level: Option<RealNameLevel>,
    pub verified: Vec<Content>,
    pub name: String,
    /// Code of the kind of document, `111`.
    pub id_type: String,
    /// The person's number; of a legal person, its representative's.
    pub id_number: Option<IdNumber>,
    /// The bound number; of a legal person, its representative's as registered.
    pub mobile: Option<Phone>,
    pub address: Option<Address>,
    pub email: Option<String>,
    pub sex: Option<String>,
    pub ethnic_group: Option<String>,
    pub employer: Option<String>,
    pub username: Option<String>,
    /// 统一社会信用代码 of a legal person.
    pub uscc: Option<String>,
    /// Key of the legal representative's own account.
    pub representative: Option<String>,
    pub representative_name: Option<String>,
    pub legal: Option<LegalDetails>,
    /// Set where the account came about by link.
    pub linked: Option<Linked>,
    /// Version of the agreement accepted last.
    pub agreement: Option<String>,
    pub route: Route,
    /// Why it was rejected or disabled.
    pub reason: Option<String>,
    /// User name of the administrator who asked to enable it again.
    pub enable_asked: Option<String>,
    pub created_at: Timestamp,
}

impl Account {
    /// 是否实名认证.
    pub fn real_name_verified(&self) -> bool {
        self.level.is_some()
    }
}

/// Prints nothing personal.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Account({} {} {} {})",
            self.key,
            self.kind,
            self.state,
            mask::name(&self.name)
        )
    }
}
