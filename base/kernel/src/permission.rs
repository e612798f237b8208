//! What may be done. A role is a set of these with a scope; nothing is allowed by default.

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($name:ident = $code:literal, $zh:literal;)*) => {
        /// One thing that an actor may be allowed to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Permission { $(#[serde(rename = $code)] $name,)* }

        impl Permission {
            pub const ALL: &'static [Permission] = &[$(Permission::$name,)*];
            /// Stable code, as it stands in tokens and tables.
            pub fn code(self) -> &'static str { match self { $(Permission::$name => $code,)* } }
            /// Chinese words.
            pub fn zh(self) -> &'static str { match self { $(Permission::$name => $zh,)* } }
            /// The permission of that code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Permission::$name),)* _ => None }
            }
        }
    };
}

permissions! {
    CaseApply = "case.apply", "提交申请";
    CaseReadOwn = "case.read_own", "查看本人办件";
    CaseRead = "case.read", "查看办件";
    CasePreReview = "case.pre_review", "预审";
    CaseIntake = "case.intake", "窗口接件";
    CaseAccept = "case.accept", "受理";
    CaseReview = "case.review", "审查";
    CaseDecide = "case.decide", "决定";
    CaseComplete = "case.complete", "办结制证";
    CaseDeliver = "case.deliver", "送达";
    CaseSpecial = "case.special", "特别程序与特别处置";
    CaseReveal = "case.reveal", "查看办件中的完整个人信息";
    MaterialOwn = "material.own", "管理本人材料";
    MaterialCheck = "material.check", "核对材料原件";
    LicenceOwn = "licence.own", "使用本人证照";
    LicenceQuery = "licence.query", "查询证照库";
    LicenceIssue = "licence.issue", "签发证照";
    LicenceChange = "licence.change", "变更证照状态";
    LicenceReveal = "licence.reveal", "查看证照中的完整个人信息";
    SealManage = "seal.manage", "管理电子印章";
    SealUse = "seal.use", "使用电子印章";
    SealReadUses = "seal.read_uses", "查看用章记录";
    ItemManage = "item.manage", "管理事项";
    AccountOwn = "account.own", "管理本人账户";
    AccountWindow = "account.window", "窗口开户与找回密码";
    AccountAdmin = "account.admin", "管理账号";
    AccountEnable = "account.enable", "批准恢复账号";
    DelegationOwn = "delegation.own", "办理授权";
    RoleAdmin = "role.admin", "管理角色权限";
    AuditRead = "audit.read", "查看审计日志";
    SystemAdmin = "system.admin", "系统管理";
    RegisterQuery = "register.query", "查询基础库";
    TokenIssue = "token.issue", "签发接口令牌";
}
