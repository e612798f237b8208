//! What this domain tells. No payload names a person: accounts, staff and clients stand by their
//! keys, and reasons people wrote are in the encrypted detail.

use journal::Event;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::account::{AccountKind, Content, RealNameLevel, Route};
use crate::delegation::Terms;

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$at:meta])* $field:ident: $ty:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            pub struct $name { $($(#[$at])* pub $field: $ty,)* }

            impl Event for $name {
                const KIND: &'static str = $kind;
            }
        )*
    };
}

events! {
    /// A registration began; the account is PENDING.
    AccountRegistered = "account.registered" { account: String, kind: AccountKind, route: Route, }
    /// Verification passed and the agreement is signed.
    AccountActivated = "account.activated" {
        account: String,
        level: Option<RealNameLevel>,
        verified: Vec<Content>,
    }
    /// A registration was not finished within a day and is gone.
    AccountExpired = "account.expired" { account: String, }
    /// Five wrong passwords in fifteen minutes.
    AccountLocked = "account.locked" { account: String, until: String, }
    /// The lock ended, by time or by recovery.
    AccountUnlocked = "account.unlocked" { account: String, by: String, }
    /// An administrator asked to enable a disabled account; the head must approve.
    AccountEnableAsked = "account.enable_asked" { account: String, }
    /// Enabled again.
    AccountEnabled = "account.enabled" { account: String, asked_by: String, }
    /// The user cancelled the account.
    AccountCancelled = "account.cancelled" { account: String, }
    /// The password was set: `chosen`, `recovered`, `window`, `imported`.
    PasswordChanged = "account.password_changed" { subject: String, how: String, }
    /// Another mobile number is bound.
    MobileChanged = "account.mobile_changed" { account: String, }
    /// A version of the agreement was signed.
    AgreementAccepted = "account.agreement_accepted" { account: String, version: String, }
    /// A version of the agreement came into force.
    AgreementPublished = "agreement.published" { version: String, }
    /// A wrong password or code at sign-in.
    SignInRefused = "sign_in.refused" { subject: String, }
    /// Somebody signed in. `method` says how: `code`, `password_code`, `password_totp`.
    SessionStarted = "session.started" { session: String, subject: String, method: String, }
    /// A session ended: `signed_out`, `revoked`, `password_changed`, `disabled`, `cancelled`.
    SessionEnded = "session.ended" { session: String, subject: String, why: String, }
    /// The person acts for a legal person, or for oneself again.
    IdentitySwitched = "session.identity_switched" {
        session: String,
        represented: Option<String>,
        delegation: Option<String>,
    }
    /// A delegate asks a legal person.
    DelegationRequested = "delegation.requested" {
        delegation: String,
        principal: String,
        delegate: String,
        terms: Terms,
    }
    /// A delegation holds from now on.
    DelegationGranted = "delegation.granted" {
        delegation: String,
        principal: String,
        delegate: String,
        parent: Option<String>,
        level: u32,
        terms: Terms,
    }
    /// A request was refused.
    DelegationRefused = "delegation.refused" { delegation: String, principal: String, delegate: String, }
    /// Items or period changed, by a new wish or because the one above was narrowed.
    DelegationChanged = "delegation.changed" {
        delegation: String,
        principal: String,
        delegate: String,
        before: Terms,
        after: Terms,
    }
    /// A delegation ended. `with` names the one above whose end ended it.
    DelegationCancelled = "delegation.cancelled" {
        delegation: String,
        principal: String,
        delegate: String,
        with: Option<String>,
    }
    /// A staff member was entered.
    StaffOpened = "staff.opened" { username: String, staff_no: String, agency: String, }
    /// Roles were set; both lists as `role` or `role:item`.
    StaffRolesSet = "staff.roles_set" { username: String, before: Vec<String>, after: Vec<String>, }
    /// Staff access was switched on or off.
    StaffEnabled = "staff.enabled" { username: String, enabled: bool, }
    /// A new code generator was made.
    StaffTotpReset = "staff.totp_reset" { username: String, }
    /// A machine client was entered.
    ClientCreated = "client.created" { client: String, }
    /// A machine client was switched on or off.
    ClientEnabled = "client.enabled" { client: String, enabled: bool, }
    /// A bearer token was issued; `subject` gave it and it acts in their name.
    TokenIssued = "token.issued" {
        client: String,
        token: String,
        expires: String,
        subject: Option<String>,
    }
    /// A bearer token was revoked.
    TokenRevoked = "token.revoked" { client: String, token: String, }
}

macro_rules! reasoned {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            pub account: String,
            /// Kept in the encrypted detail.
            #[serde(skip)]
            pub reason: String,
        }

        impl Event for $name {
            const KIND: &'static str = $kind;

            fn detail(&self) -> Option<Value> {
                Some(json!({ "reason": self.reason }))
            }
        }
    )*};
}

reasoned! {
    /// The data did not match the registers.
    AccountRejected = "account.rejected";
    /// An administrator disabled the account.
    AccountDisabled = "account.disabled";
}

/// A change of basic data was submitted or decided; what changed is in the encrypted detail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountChanged {
    pub account: String,
    /// `submitted`, `passed` or `failed`.
    pub outcome: String,
    #[serde(skip)]
    pub before: Value,
    #[serde(skip)]
    pub after: Value,
}

impl Event for AccountChanged {
    const KIND: &'static str = "account.changed";

    fn detail(&self) -> Option<Value> {
        Some(json!({ "before": self.before, "after": self.after }))
    }
}
