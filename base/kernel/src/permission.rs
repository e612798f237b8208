//! What may be done. A role is a set of these with a scope; nothing is allowed by default.

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($name:ident = $code:literal, $zh:literal, $en:literal;)*) => {
        /// One thing that an actor may be allowed to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Permission { $(#[serde(rename = $code)] $name,)* }

        impl Permission {
            pub const ALL: &'static [Permission] = &[$(Permission::$name,)*];
            /// Stable code, as it stands in tokens and tables.
            pub fn code(self) -> &'static str { match self { $(Permission::$name => $code,)* } }
            /// Chinese words.
            pub fn zh(self) -> &'static str { match self { $(Permission::$name => $zh,)* } }
            /// English words.
            pub fn en(self) -> &'static str { match self { $(Permission::$name => $en,)* } }
            /// The permission of that code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Permission::$name),)* _ => None }
            }
        }
    };
}

permissions! {
    CaseApply = "case.apply", "提交申请", "Apply";
    CaseReadOwn = "case.read_own", "查看本人办件", "See own cases";
    CaseRead = "case.read", "查看办件", "See cases";
    CasePreReview = "case.pre_review", "预审", "Pre-review";
    CaseIntake = "case.intake", "窗口接件", "Take in at the window";
    CaseAccept = "case.accept", "受理", "Accept";
    CaseReview = "case.review", "审查", "Review";
    CaseDecide = "case.decide", "决定", "Decide";
    CaseComplete = "case.complete", "办结制证", "Complete and make licences";
    CaseDeliver = "case.deliver", "送达", "Deliver";
    CaseSpecial = "case.special", "特别程序与特别处置", "Special procedures and handling";
    CaseReveal = "case.reveal", "查看办件中的完整个人信息", "See full personal data of cases";
    MaterialOwn = "material.own", "管理本人材料", "Manage own materials";
    MaterialCheck = "material.check", "核对材料原件", "Check originals";
    LicenceOwn = "licence.own", "使用本人证照", "Use own licences";
    LicenceQuery = "licence.query", "查询证照库", "Query the licence library";
    LicenceIssue = "licence.issue", "签发证照", "Issue licences";
    LicenceChange = "licence.change", "变更证照状态", "Change the state of licences";
    LicenceApprove = "licence.approve", "复核证照数据更正", "Approve corrections of licences";
    LicenceCollect = "licence.collect", "采集存量证照", "Collect existing licences";
    LicenceCheck = "licence.check", "校验采集的证照", "Check collected licences";
    LicenceTypeEdit = "licence_type.edit", "编制证照目录与模板", "Draw licence types";
    LicenceTypePublish = "licence_type.publish", "审核发布证照目录与模板", "Publish licence types";
    LicenceReveal = "licence.reveal", "查看证照中的完整个人信息", "See full personal data of licences";
    SealManage = "seal.manage", "管理电子印章", "Manage seals";
    SealUse = "seal.use", "使用电子印章", "Use seals";
    SealReadUses = "seal.read_uses", "查看用章记录", "See uses of seals";
    TrustManage = "trust.manage", "管理受信任根", "Manage trusted roots";
    ItemManage = "item.manage", "管理事项", "Manage items";
    AccountOwn = "account.own", "管理本人账户", "Manage the own account";
    AccountWindow = "account.window", "窗口开户与找回密码", "Open accounts at the window";
    AccountAdmin = "account.admin", "管理账号", "Manage accounts";
    AccountEnable = "account.enable", "批准恢复账号", "Approve enabling";
    DelegationOwn = "delegation.own", "办理授权", "Manage delegations";
    RoleAdmin = "role.admin", "管理角色权限", "Manage roles";
    AuditRead = "audit.read", "查看审计日志", "Read the audit trail";
    SystemAdmin = "system.admin", "系统管理", "Administer the system";
    RegisterQuery = "register.query", "查询基础库", "Query base registers";
    TokenIssue = "token.issue", "签发接口令牌", "Issue tokens";
}
