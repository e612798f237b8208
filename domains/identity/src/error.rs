//! How this domain fails.

use jiff::Timestamp;
use kernel::{Denied, Problem};

use crate::delegation::DelegationFault;
use crate::password::PasswordFault;
use crate::state::IllegalMove;

/// A failure of the identity domain.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("not found")]
    NotFound,
    #[error(transparent)]
    Move(#[from] IllegalMove),
    /// Login or password or code of a sign-in is wrong; which of them is not said.
    #[error("login or password is wrong")]
    WrongCredentials,
    /// Too many wrong passwords.
    #[error("locked until {until}")]
    Locked { until: Timestamp },
    /// Told only to somebody who knew the password.
    #[error("the account is disabled")]
    Disabled,
    #[error("wrong code, {left} tries left")]
    WrongCode { left: u32 },
    /// The code was used, is too old, was tried too often, or is for something else.
    #[error("the code is no longer valid")]
    CodeDead,
    #[error("too many codes were sent")]
    TooManyCodes,
    #[error("too many registrations failed today")]
    TooManyRegistrations,
    #[error("password refused: {0:?}")]
    Password(PasswordFault),
    /// The identity number or credit code has an account already.
    #[error("already registered")]
    Registered,
    /// The mobile number is bound to another account.
    #[error("the mobile number is bound to another account")]
    MobileTaken,
    /// Data did not match the registers; the registration is rejected.
    #[error("not verified: {zh}")]
    NotVerified { zh: String, en: String },
    #[error("{field}: {zh}")]
    Invalid {
        field: &'static str,
        zh: String,
        en: String,
    },
    /// The agreement in force was not the one signed.
    #[error("the agreement in force must be accepted")]
    Agreement,
    #[error("{0} open cases")]
    OpenCases(u64),
    #[error("the account still represents a legal person")]
    StillRepresents,
    #[error("{0:?}")]
    Delegation(DelegationFault),
    /// The three administrators are three persons.
    #[error("the roles {0} and {1} exclude each other")]
    RolesExclude(String, String),
    #[error("no role {0}")]
    UnknownRole(String),
    /// Something the installation should have wired is missing or fails.
    #[error("{0} is not available")]
    Unavailable(&'static str),
    /// Somebody else changed it first.
    #[error("changed meanwhile")]
    Stale,
    /// Only a demonstration does this.
    #[error("only a demonstration does this")]
    NotDemo,
    #[error(transparent)]
    Agencies(#[from] agencies::AgenciesError),
    #[error(transparent)]
    Registers(#[from] registers::RegistersError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    #[error("stored data: {0}")]
    Stored(String),
}

impl IdentityError {
    pub(crate) fn invalid(
        field: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::Invalid {
            field,
            zh: zh.into(),
            en: en.into(),
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        use IdentityError as E;
        match error {
            E::Denied(_) => Problem::new(
                "denied",
                403,
                "您没有办理此事的权限",
                "You are not permitted to do this",
            ),
            E::NotFound => Problem::not_found("没有找到", "Not found"),
            E::Move(m) => Problem::conflict(
                "wrong_state",
                format!(
                    "账号当前状态为“{}”，不能{}",
                    m.from.map_or("未注册", |s| s.zh()),
                    m.event.zh()
                ),
                format!("The account's state does not allow this: {m}"),
            ),
            E::WrongCredentials => Problem::new(
                "wrong_credentials",
                401,
                "账号、口令或验证码不正确",
                "Login, password or code is wrong",
            ),
            E::Locked { until } => {
                let until = kernel::time::chinese_minute(until);
                Problem::new(
                    "locked",
                    403,
                    format!(
                        "输错次数过多，{until}后可再试；也可找回密码，或持身份证到政务服务大厅办理"
                    ),
                    format!(
                        "Too many wrong tries. Try again after {until} (Beijing time), recover the \
                         password, or come to a service hall with your identity card"
                    ),
                )
            }
            E::Disabled => Problem::new(
                "disabled",
                403,
                "账号已停用，请联系管理部门",
                "The account is disabled; please ask the managing department",
            ),
            E::WrongCode { left } => Problem::invalid(
                "wrong_code",
                format!("验证码不正确，还可再试{left}次"),
                format!("The code is wrong; {left} tries are left"),
            )
            .at("code"),
            E::CodeDead => Problem::invalid(
                "code_expired",
                "验证码已失效，请重新获取",
                "The code is no longer valid; please ask for a new one",
            )
            .at("code"),
            E::TooManyCodes => Problem::new(
                "too_many_codes",
                429,
                "验证码发送过于频繁，请稍后再试",
                "Too many codes were sent; please try again later",
            ),
            E::TooManyRegistrations => Problem::new(
                "too_many_registrations",
                429,
                "该证件今日核验未通过次数过多，请明日再试，或持身份证到政务服务大厅办理",
                "Too many registrations failed today; try tomorrow or come to a service hall",
            ),
            E::Password(fault) => {
                Problem::invalid("password", fault.zh(), fault.en()).at("password")
            }
            E::Registered => Problem::conflict(
                "registered",
                "该证件已注册，请直接登录；忘记密码的，可找回密码",
                "There is an account already; please sign in or recover the password",
            ),
            E::MobileTaken => Problem::conflict(
                "mobile_taken",
                "该手机号码已绑定其他账号，请使用本人手机号码",
                "The mobile number is bound to another account; please use your own",
            )
            .at("mobile"),
            E::NotVerified { zh, en } => Problem::new("not_verified", 422, zh, en),
            E::Invalid { field, zh, en } => Problem::invalid("invalid", zh, en).at(field),
            E::Agreement => Problem::conflict(
                "agreement",
                "请先阅读并同意现行版本的实名注册协议",
                "Please read and accept the agreement in force first",
            )
            .at("agreement"),
            E::OpenCases(count) => Problem::conflict(
                "open_cases",
                format!("还有{count}个办件没有办结，办结或撤回后才能注销账号"),
                format!("{count} cases are open; the account can be cancelled after them"),
            ),
            E::StillRepresents => Problem::conflict(
                "still_represents",
                "您还是法人账号的法定代表人，请先变更或注销法人账号",
                "You still represent a legal person; change or cancel that account first",
            ),
            E::Delegation(fault) => {
                Problem::new("delegation", 422, fault.zh(), fault.en()).at(fault.field())
            }
            E::RolesExclude(a, b) => Problem::conflict(
                "roles_exclude",
                format!("系统管理员、安全管理员、审计管理员不得由一人兼任（{a}、{b}）"),
                format!("One person cannot hold {a} and {b}"),
            ),
            E::UnknownRole(role) => Problem::invalid(
                "unknown_role",
                format!("没有角色{role}"),
                format!("There is no role {role}"),
            )
            .at("roles"),
            E::Stale => Problem::conflict(
                "stale",
                "内容已被他人更改，请刷新后再试",
                "It was changed meanwhile; please reload and try again",
            ),
            E::NotDemo => Problem::new(
                "not_demo",
                403,
                "只有演示系统可以这样做",
                "Only a demonstration does this",
            ),
            E::Agencies(e) => e.into(),
            E::Registers(e) => e.into(),
            E::Unavailable(_) | E::Store(_) | E::Journal(_) | E::Stored(_) => {
                tracing::error!(%error, "identity");
                Problem::internal()
            }
        }
    }
}
