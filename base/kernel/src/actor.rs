//! Who acts: person, represented legal person, channel, agency and region [U-09].

use serde::{Deserialize, Serialize};

use crate::permission::Permission;

/// What kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// 游客: not signed in.
    Visitor,
    /// 注册用户.
    User,
    /// 工作人员.
    Staff,
    /// The platform itself: jobs, clocks, start-up.
    System,
    /// A business system with its own account.
    Machine,
}

/// The way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Portal,
    Mobile,
    Kiosk,
    Window,
    Console,
    Hotline,
    Api,
    System,
}

/// The legal person for whom somebody acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Represented {
    /// The represented account's key.
    pub account: String,
    /// 统一社会信用代码.
    pub uscc: String,
    /// The delegation acted under; none for the legal representative.
    pub delegation: Option<String>,
}

/// Where a grant reaches.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "code")]
pub enum Scope {
    /// Everywhere on this installation.
    All,
    /// A region and all below it: the code without trailing zeros is a prefix.
    Region(String),
    Agency(String),
    Hall(String),
    /// One item, by its short code.
    Item(String),
    /// Only what belongs to the actor or to whom the actor represents.
    Own,
    /// The same, and only for one item: a delegate whose delegation names items.
    OwnItem(String),
}

/// A permission with its reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub permission: Permission,
    pub scope: Scope,
}

/// What is acted on, as far as scopes ask.
#[derive(Clone, Debug, Default)]
pub struct Target<'a> {
    pub region: Option<&'a str>,
    pub agency: Option<&'a str>,
    /// Of what is done at a window; none for what is done behind the windows.
    pub hall: Option<&'a str>,
    pub item: Option<&'a str>,
    /// Key of the account that owns the thing.
    pub owner: Option<&'a str>,
}

/// The refusal. It says nothing about the thing asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not permitted: {}", .0.code())]
pub struct Denied(pub Permission);

/// Who acts.
#[derive(Clone, Debug)]
pub struct Actor {
    pub kind: ActorKind,
    /// Account key, staff user name, client id, or `system`.
    pub id: String,
    /// Staff: 工号. Empty for others.
    pub staff_no: String,
    /// Display name. Not written into events of residents.
    pub name: String,
    pub represented: Option<Represented>,
    pub channel: Channel,
    /// The interface client that acts in this actor's name, by its id; none for the actor itself.
    pub client: Option<String>,
    pub agency: Option<String>,
    pub region: Option<String>,
    /// The hall of a staff member who sits at a window.
    pub hall: Option<String>,
    /// Role codes, for posts of a flow.
    pub roles: Vec<String>,
    /// Roles exercised only when a case is decided on the spot.
    pub on_spot_roles: Vec<String>,
    pub grants: Vec<Grant>,
}

impl Actor {
    /// Somebody who has not signed in.
    pub fn visitor(channel: Channel) -> Self {
        Self {
            kind: ActorKind::Visitor,
            id: "visitor".into(),
            staff_no: String::new(),
            name: String::new(),
            represented: None,
            channel,
            client: None,
            agency: None,
            region: None,
            hall: None,
            roles: Vec::new(),
            on_spot_roles: Vec::new(),
            grants: Vec::new(),
        }
    }

    /// The platform itself, allowed everything.
    pub fn system() -> Self {
        let grants = Permission::ALL
            .iter()
            .map(|&permission| Grant {
                permission,
                scope: Scope::All,
            })
            .collect();
        Self {
            kind: ActorKind::System,
            id: "system".into(),
            name: "系统".into(),
            grants,
            ..Self::visitor(Channel::System)
        }
    }

    /// The account whose things the actor works on: the represented one, else the own one.
    pub fn owner(&self) -> &str {
        self.represented.as_ref().map_or(&self.id, |r| &r.account)
    }

    /// Whether this is a person, and not the one of that id: acts that need two are about persons.
    /// Who acts through an interface client is who gave it the token, whichever client it is; a
    /// client that acts by itself is nobody, so it is never the second.
    pub fn is_other_person(&self, than: &str) -> bool {
        matches!(self.kind, ActorKind::User | ActorKind::Staff) && self.id != than
    }

    /// Asks for a permission on a target.
    pub fn require(&self, permission: Permission, target: &Target<'_>) -> Result<(), Denied> {
        let granted = self
            .grants
            .iter()
            .any(|g| g.permission == permission && self.reaches(&g.scope, target));
        if granted {
            Ok(())
        } else {
            Err(Denied(permission))
        }
    }

    /// The scopes in which a permission is held, for lists that put them into their SQL.
    pub fn scopes(&self, permission: Permission) -> Vec<&Scope> {
        self.grants
            .iter()
            .filter(|g| g.permission == permission)
            .map(|g| &g.scope)
            .collect()
    }

    fn reaches(&self, scope: &Scope, target: &Target<'_>) -> bool {
        // Who sits in a hall reaches what belongs to a hall only there, whatever the region.
        let here = match (&self.hall, target.hall) {
            (Some(own), Some(hall)) => own == hall,
            _ => true,
        };
        match scope {
            Scope::All => true,
            Scope::Region(code) => here && target.region.is_some_and(|r| region_contains(code, r)),
            Scope::Agency(code) => here && target.agency == Some(code),
            Scope::Hall(code) => target.hall == Some(code),
            Scope::Item(code) => here && target.item == Some(code),
            Scope::Own => target.owner == Some(self.owner()),
            Scope::OwnItem(code) => target.owner == Some(self.owner()) && target.item == Some(code),
        }
    }
}

/// True when `inner` is `outer` or lies below it (GB/T 2260: 990100 contains 990102).
pub fn region_contains(outer: &str, inner: &str) -> bool {
    inner.starts_with(region_prefix(outer))
}

/// A region code without the zero pairs at its end.
fn region_prefix(code: &str) -> &str {
    let mut prefix = code;
    while prefix.len() > 2 && prefix.len() <= 6 && prefix.ends_with("00") {
        prefix = &prefix[..prefix.len() - 2];
    }
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clerk(scope: Scope) -> Actor {
        Actor {
            id: "ck".into(),
            grants: vec![Grant {
                permission: Permission::CaseAccept,
                scope,
            }],
            ..Actor::visitor(Channel::Console)
        }
    }

    #[test]
    fn nothing_is_allowed_by_default() {
        let visitor = Actor::visitor(Channel::Portal);
        for &p in Permission::ALL {
            assert_eq!(visitor.require(p, &Target::default()), Err(Denied(p)));
        }
    }

    #[test]
    fn a_grant_reaches_its_scope_and_no_further() {
        let here = Target {
            agency: Some("A"),
            region: Some("990102"),
            ..Target::default()
        };
        let p = Permission::CaseAccept;
        assert!(clerk(Scope::All).require(p, &here).is_ok());
        assert!(clerk(Scope::Agency("A".into())).require(p, &here).is_ok());
        assert!(clerk(Scope::Agency("B".into())).require(p, &here).is_err());
        assert!(
            clerk(Scope::Region("990100".into()))
                .require(p, &here)
                .is_ok()
        );
        assert!(
            clerk(Scope::Region("990103".into()))
                .require(p, &here)
                .is_err()
        );
        assert!(
            clerk(Scope::All)
                .require(Permission::CaseDecide, &here)
                .is_err()
        );
        assert!(
            clerk(Scope::Agency("A".into()))
                .require(p, &Target::default())
                .is_err()
        );
    }

    #[test]
    fn a_second_person_is_a_person() {
        let officer = Actor {
            kind: ActorKind::Staff,
            ..clerk(Scope::All)
        };
        assert!(officer.is_other_person("leimq"));
        assert!(!officer.is_other_person("ck"));
        // The client that carries the act changes nothing.
        let client = Some("city-app".to_owned());
        let carried = Actor { client, ..officer };
        assert!(carried.is_other_person("leimq") && !carried.is_other_person("ck"));
        for kind in [ActorKind::Machine, ActorKind::System, ActorKind::Visitor] {
            let nobody = Actor {
                kind,
                ..clerk(Scope::All)
            };
            assert!(!nobody.is_other_person("leimq"), "{kind:?}");
        }
    }

    #[test]
    fn own_means_the_represented_account() {
        let mut actor = clerk(Scope::Own);
        let mine = Target {
            owner: Some("ck"),
            ..Target::default()
        };
        assert!(actor.require(Permission::CaseAccept, &mine).is_ok());
        actor.represented = Some(Represented {
            account: "org".into(),
            uscc: String::new(),
            delegation: None,
        });
        assert!(actor.require(Permission::CaseAccept, &mine).is_err());
        let org = Target {
            owner: Some("org"),
            ..Target::default()
        };
        assert!(actor.require(Permission::CaseAccept, &org).is_ok());
    }

    #[test]
    fn own_item_needs_both_the_owner_and_the_item() {
        let actor = clerk(Scope::OwnItem("I1".into()));
        let may = |owner, item| {
            let target = Target {
                owner: Some(owner),
                item,
                ..Target::default()
            };
            actor.require(Permission::CaseAccept, &target).is_ok()
        };
        assert!(may("ck", Some("I1")));
        assert!(!may("ck", Some("I2")));
        assert!(!may("ck", None));
        assert!(!may("other", Some("I1")));
    }
}
