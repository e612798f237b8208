//! 角色: what each role may do, as one table. Nothing is allowed that does not stand here.

use std::collections::BTreeSet;

use agencies::Agency;
use kernel::{Grant, Permission, Scope};

use crate::IdentityError;
use crate::delegation::Items;

use Permission as P;

/// How far a role reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The own agency; for a management body, all agencies of its region, because its windows
    /// receive for them.
    Home,
    Agency,
    Region,
    /// The whole installation.
    All,
}

/// A role of staff.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub reach: Reach,
    pub permissions: &'static [Permission],
}

/// The three administrators: three persons, and none can act in another's role.
pub const SEPARATED: [&str; 3] = [
    "system_administrator",
    "security_administrator",
    "audit_administrator",
];

macro_rules! role {
    ($code:literal, $zh:literal, $en:literal, $reach:ident, [$($p:ident),* $(,)?]) => {
        Role { code: $code, zh: $zh, en: $en, reach: Reach::$reach, permissions: &[$(P::$p),*] }
    };
}

/// Every role there is. A role without permissions is known, so that staff can be given it, and
/// opens nothing yet.
pub const ROLES: &[Role] = &[
    role!(
        "window_staff",
        "窗口人员",
        "Window staff",
        Home,
        [
            CaseRead,
            CaseIntake,
            MaterialCheck,
            RegisterQuery,
            AccountWindow
        ]
    ),
    role!(
        "acceptor",
        "受理人",
        "Acceptor",
        Home,
        [
            CaseRead,
            CasePreReview,
            CaseIntake,
            CaseAccept,
            CaseReveal,
            MaterialCheck,
            RegisterQuery,
            LicenceQuery,
            SealUse
        ]
    ),
    role!(
        "reviewer",
        "审查人",
        "Reviewer",
        Home,
        [
            CaseRead,
            CaseReview,
            CaseSpecial,
            CaseReveal,
            MaterialCheck,
            RegisterQuery,
            LicenceQuery,
            SealUse
        ]
    ),
    role!(
        "decider",
        "决定人",
        "Decider",
        Home,
        [
            CaseRead,
            CaseDecide,
            CaseSpecial,
            CaseReveal,
            LicenceQuery,
            LicenceApprove,
            LicenceCheck,
            SealUse
        ]
    ),
    role!(
        "licence_officer",
        "制证人员",
        "Licence officer",
        Home,
        [
            CaseRead,
            CaseComplete,
            CaseReveal,
            LicenceQuery,
            LicenceIssue,
            LicenceChange,
            LicenceCollect,
            LicenceTypeEdit,
            LicenceReveal,
            SealUse
        ]
    ),
    role!(
        "deliverer",
        "送件人",
        "Deliverer",
        Home,
        [CaseRead, CaseDeliver]
    ),
    role!(
        "licence_reviewer",
        "证照审阅人员",
        "Licence reviewer",
        Agency,
        [LicenceQuery, LicenceReveal]
    ),
    role!(
        "item_editor",
        "事项编辑人员",
        "Item editor",
        Agency,
        [ItemManage]
    ),
    role!(
        "list_reviewer_staffing",
        "编制部门审核人员",
        "List reviewer (staffing)",
        Region,
        []
    ),
    role!(
        "list_reviewer_legal",
        "法制部门审核人员",
        "List reviewer (legal)",
        Region,
        []
    ),
    role!(
        "licence_management",
        "证照管理人员",
        "Licence management",
        Region,
        [
            LicenceQuery,
            LicenceCollect,
            LicenceCheck,
            LicenceTypeEdit,
            LicenceTypePublish
        ]
    ),
    role!(
        "seal_administrator_applicant",
        "印章申请人员",
        "Seal applicant",
        All,
        [SealManage, SealReadUses]
    ),
    role!(
        "seal_administrator_reviewer",
        "印章审核人员",
        "Seal reviewer",
        All,
        [SealManage, SealReadUses, TrustManage]
    ),
    role!(
        "seal_administrator_maker",
        "印章制作人员",
        "Seal maker",
        All,
        [SealManage, SealReadUses]
    ),
    role!(
        "seal_custodian",
        "印章保管人员",
        "Seal custodian",
        All,
        [SealManage, SealUse, SealReadUses]
    ),
    role!(
        "supervisor",
        "监察人员",
        "Supervisor",
        Region,
        [CaseRead, SealReadUses]
    ),
    role!(
        "supervisory_authority",
        "监察机关人员",
        "Supervisory authority",
        Region,
        [CaseRead, SealReadUses]
    ),
    role!(
        "system_administrator",
        "系统管理员",
        "System administrator",
        All,
        [SystemAdmin, AccountAdmin]
    ),
    role!(
        "security_administrator",
        "安全管理员",
        "Security administrator",
        All,
        [RoleAdmin, TokenIssue, TrustManage]
    ),
    role!(
        "audit_administrator",
        "审计管理员",
        "Audit administrator",
        All,
        [AuditRead, SealReadUses]
    ),
    role!(
        "hotline_agent",
        "热线话务员",
        "Hotline agent",
        Region,
        [CaseRead]
    ),
    role!(
        "hall_manager",
        "大厅管理人员",
        "Hall manager",
        Region,
        [CaseRead]
    ),
    role!(
        "leader",
        "领导",
        "Leader",
        Region,
        [CaseRead, AccountEnable]
    ),
    role!(
        "data_administrator",
        "数据管理员",
        "Data administrator",
        Region,
        []
    ),
    role!("village_agent", "帮办代办员", "Village agent", Home, []),
];

/// The role of that code.
pub fn role(code: &str) -> Option<&'static Role> {
    ROLES.iter().find(|r| r.code == code)
}

/// Checks that all codes are known and that no two of the separated administrators meet.
pub fn check_roles<'a>(codes: impl IntoIterator<Item = &'a str>) -> Result<(), IdentityError> {
    let mut administrator: Option<&str> = None;
    for code in codes {
        role(code).ok_or_else(|| IdentityError::UnknownRole(code.to_owned()))?;
        if SEPARATED.contains(&code) {
            match administrator {
                Some(other) if other != code => {
                    return Err(IdentityError::RolesExclude(
                        other.to_owned(),
                        code.to_owned(),
                    ));
                }
                _ => administrator = Some(code),
            }
        }
    }
    Ok(())
}

/// A role somebody holds, for one item or for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub role: String,
    pub item: Option<String>,
}

/// What the roles of a staff member allow. A role held for one item reaches that item only.
pub(crate) fn grants(held: &[Held], agency: &Agency) -> Vec<Grant> {
    let mut all: Vec<Grant> = Vec::new();
    for one in held {
        let Some(role) = role(&one.role) else {
            continue;
        };
        let region = || Scope::Region(agency.region_code.clone());
        let home = || Scope::Agency(agency.code.clone());
        let scope = match (&one.item, role.reach) {
            (Some(item), _) => Scope::Item(item.clone()),
            (None, Reach::All) => Scope::All,
            (None, Reach::Region) => region(),
            (None, Reach::Home) if agency.is_management_body() => region(),
            (None, Reach::Home | Reach::Agency) => home(),
        };
        for &permission in role.permissions {
            let grant = Grant {
                permission,
                scope: scope.clone(),
            };
            if !all.contains(&grant) {
                all.push(grant);
            }
        }
    }
    all
}

/// For whom a user acts.
pub(crate) enum Acting<'a> {
    /// For oneself, or as the legal representative.
    Owner,
    /// Under a delegation.
    Delegate(&'a Items),
    /// The agreement or the password must be seen to first; nothing else is allowed until then.
    Held,
}

/// What a registered user may do.
pub(crate) fn user_grants(acting: &Acting<'_>) -> Vec<Grant> {
    let own = |permission| Grant {
        permission,
        scope: Scope::Own,
    };
    match acting {
        Acting::Held => vec![own(P::AccountOwn)],
        Acting::Owner => [
            P::CaseApply,
            P::CaseReadOwn,
            P::MaterialOwn,
            P::LicenceOwn,
            P::AccountOwn,
            P::DelegationOwn,
        ]
        .map(own)
        .to_vec(),
        Acting::Delegate(Items::All) => [
            P::CaseApply,
            P::CaseReadOwn,
            P::MaterialOwn,
            P::LicenceOwn,
            P::DelegationOwn,
        ]
        .map(own)
        .to_vec(),
        // Materials have no item until they are attached, and without them nobody can apply; cases
        // and licences are open for the named items only.
        Acting::Delegate(Items::Only(items)) => {
            let mut all = vec![own(P::MaterialOwn), own(P::DelegationOwn)];
            for item in items.iter().collect::<BTreeSet<_>>() {
                for permission in [P::CaseApply, P::CaseReadOwn, P::LicenceOwn] {
                    all.push(Grant {
                        permission,
                        scope: Scope::OwnItem(item.clone()),
                    });
                }
            }
            all
        }
    }
}

#[cfg(test)]
#[path = "role_tests.rs"]
mod tests;
