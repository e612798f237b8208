//! 统一用户与认证: who somebody is, and what that allows. Accounts of natural and legal persons,
//! staff with their roles, delegation, sessions, one-time codes, machine clients.

mod account;
mod admin;
mod agreement;
mod cache;
mod cancel;
mod change;
mod client;
mod code;
mod compare;
mod credential;
mod delegation;
mod demo;
mod error;
mod events;
mod given_token;
mod guard;
mod hooks;
mod import;
mod link;
mod lockout;
mod mobile;
mod organisation;
mod password;
mod query;
mod react;
mod recover;
mod register;
mod represent;
mod role;
mod session;
mod shift;
mod sign_in;
mod simulated_platform;
mod staff;
mod staff_sign_in;
mod state;
mod table;
mod totp;
mod transact;

pub use account::{Account, AccountKind, Content, LegalDetails, Linked, RealNameLevel, Route};
pub use admin::{approve_enabling, ask_to_enable, disable_account};
pub use agreement::{
    Acceptance, Agreement, Section, accept_agreement, acceptances, agreement, current_agreement,
    publish_agreement,
};
pub use cancel::{begin_cancellation, cancel_account};
pub use change::{BasicData, change_basic_data};
pub use client::{
    BearerToken, Client, NewClient, TokenHolder, TokenInfo, clients, create_client, fetch_token,
    issue_token, revoke_token, set_client_enabled, token_actor, tokens,
};
pub use code::{Challenge, Limits, Purpose};
pub use compare::{CONTENTS_NEEDED, Contents};
pub use credential::change_password;
pub use delegation::{
    DelegateName, Delegation, DelegationFault, DelegationState, Items, MAX_LEVELS, Terms,
    approve_delegation, cancel_delegation, change_delegation, delegations_given,
    delegations_received, grant_delegation, refuse_delegation, request_delegation,
};
pub use demo::{DemoTotp, current_totp, is_demo};
pub use error::IdentityError;
pub use events::*;
pub use given_token::{
    GIVEN_LONGEST, GivenToken, OpenClient, TokenState, give_token, given_tokens, open_clients,
    take_back_token,
};
pub use hooks::{CaseCounting, CodeSender, CodeSending, OpenCases};
pub use import::{DemoAccounts, DemoLegalPerson, DemoPerson, DemoStaff, Imported, import};
pub use link::{
    LinkBegun, LinkFinish, LinkedPerson, Linking, RealNamePlatform, confirm_link, link_page,
    register_by_link,
};
pub use mobile::{Answer, MobileChange, begin_mobile_change, finish_mobile_change};
pub use organisation::{ChangeOutcome, refresh_organisation, register_organisation};
pub use password::{PasswordFault, check_password, generate_password};
pub use query::{account, account_by_id, account_by_login, account_by_uscc, organisations_of};
pub use react::{handlers, schedules, sweep};
pub use recover::{finish_recovery, recover, recover_at_window};
pub use register::{
    Registration, WindowAccount, WindowRegistration, activate_at_window, confirm_registration,
    register, register_at_window,
};
pub use represent::{Identity, IdentityChoice, identities, switch_identity};
pub use role::{ROLES, Reach, Role, SEPARATED, check_roles, role};
pub use session::{
    Duty, NewSession, Session, SessionInfo, SessionKind, Strength, revoke_session, session_actor,
    sessions, sign_out, sign_out_everywhere,
};
pub use sign_in::{request_sign_in_code, sign_in_code, sign_in_password};
pub use simulated_platform::{simulate_platform, simulated_consent};
pub use staff::{
    NewStaff, RoleGrant, Staff, StaffSecrets, open_staff, reset_staff, set_roles,
    set_staff_enabled, staff, staff_actor, staff_list, staff_of_agency, staff_with_role,
};
pub use staff_sign_in::staff_sign_in;
pub use state::{IllegalMove, State, StateEvent, TABLE, next};

/// The tables of this domain. They need `store::numbers::MIGRATIONS` beside them.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration {
        name: "identity/0001",
        sql: include_str!("../migrations/0001_identity.sql"),
    },
    store::Migration {
        name: "identity/0002_token_subject",
        sql: include_str!("../migrations/0002_token_subject.sql"),
    },
];
