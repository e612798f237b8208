//! Every route of portal and console, and how the walk reaches it. A route that is not listed fails
//! `walk::every_route_is_listed`.

/// What answers at a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page for everybody, at these addresses.
    Open(&'static [&'static str]),
    /// A page for residents who have signed in; `{…}` is filled in.
    Own(&'static [&'static str]),
    /// A page for staff.
    Staff(&'static [&'static str]),
    /// Takes forms only, sends on, or answers no page.
    NoPage,
}
use Kind::{NoPage, Open, Own, Staff};

pub const ROUTES: &[(&str, Kind)] = &[
    ("/", Open(&["/"])),
    ("/about", Open(&["/about"])),
    ("/accessibility", Open(&["/accessibility"])),
    ("/agreement", Open(&["/agreement"])),
    ("/apply/d/{draft}", Own(&["/apply/d/{draft}"])),
    ("/apply/d/{draft}/cite", NoPage),
    ("/apply/d/{draft}/detach", NoPage),
    ("/apply/d/{draft}/discard", NoPage),
    ("/apply/d/{draft}/done", Own(&["/apply/d/{submitted}/done"])),
    (
        "/apply/d/{draft}/materials",
        Own(&["/apply/d/{draft}/materials"]),
    ),
    ("/apply/d/{draft}/materials/{code}", NoPage),
    ("/apply/d/{draft}/photo/{field}", NoPage),
    ("/apply/d/{draft}/pick", NoPage),
    ("/apply/d/{draft}/promise", NoPage),
    ("/apply/d/{draft}/review", Own(&["/apply/d/{draft}/review"])),
    (
        "/apply/d/{draft}/situation",
        Own(&["/apply/d/{draft}/situation"]),
    ),
    ("/apply/d/{draft}/submit", NoPage),
    (
        "/apply/d/{draft}/{step}",
        Own(&["/apply/d/{draft}/form-1", "/apply/d/{draft}/form-2"]),
    ),
    ("/apply/d/{draft}/{step}/save", NoPage),
    ("/apply/{code}", Own(&["/apply/YSZC", "/apply/SPJYXK-XB"])),
    ("/approve", Staff(&["/approve"])),
    ("/approve/cases/{no}", Staff(&["/approve/cases/{reviewed}"])),
    ("/approve/cases/{no}/act/{act}", NoPage),
    ("/approve/cases/{no}/reveal", NoPage),
    ("/cases/{no}/correct", Own(&["/cases/{correcting}/correct"])),
    ("/contact", Open(&["/contact"])),
    ("/depts", Open(&["/depts"])),
    ("/desk", Staff(&["/desk"])),
    ("/desk/accounts", Staff(&["/desk/accounts"])),
    ("/desk/accounts/ask", NoPage),
    ("/desk/accounts/disable", NoPage),
    ("/desk/accounts/enable", NoPage),
    ("/desk/accounts/open", Staff(&["/desk/accounts/open"])),
    ("/desk/accounts/open/finish", NoPage),
    ("/desk/accounts/recover", NoPage),
    ("/desk/cases/{no}", Staff(&["/desk/cases/{submitted-no}"])),
    ("/desk/cases/{no}/act/{act}", NoPage),
    ("/desk/cases/{no}/reveal", NoPage),
    (
        "/desk/cases/{no}/scan",
        Staff(&["/desk/cases/{correcting}/scan"]),
    ),
    ("/desk/cases/{no}/scan/{code}", NoPage),
    ("/desk/clients", Staff(&["/desk/clients"])),
    ("/desk/clients/enable", NoPage),
    ("/desk/documents/{file}", NoPage),
    ("/desk/files/{file_key}", NoPage),
    ("/desk/intake", Staff(&["/desk/intake"])),
    (
        "/desk/intake/done/{no}",
        Staff(&["/desk/intake/done/{submitted-no}"]),
    ),
    ("/desk/me", Staff(&["/desk/me"])),
    ("/desk/me/revoke", NoPage),
    ("/desk/password", Staff(&["/desk/password"])),
    (
        "/desk/seals",
        Staff(&["/desk/seals", "/desk/seals?q=xyzzy", "/desk/seals?page=2"]),
    ),
    ("/desk/seals/apply", NoPage),
    (
        "/desk/seals/new",
        Staff(&["/desk/seals/new", "/desk/seals/new?from={seal}"]),
    ),
    ("/desk/seals/uses", Staff(&["/desk/seals/uses"])),
    ("/desk/seals/uses.csv", NoPage),
    (
        "/desk/seals/{key}",
        Staff(&["/desk/seals/{seal}", "/desk/seals/{applied-seal}"]),
    ),
    ("/desk/seals/{key}/act/{act}", NoPage),
    ("/desk/seals/{key}/certificates", NoPage),
    ("/desk/seals/{key}/file/{kind}", NoPage),
    ("/desk/seals/{key}/grants", NoPage),
    (
        "/desk/seals/{key}/grants/{auth}",
        Staff(&["/desk/seals/{seal}/grants/{grant}"]),
    ),
    ("/desk/seals/{key}/grants/{auth}/end", NoPage),
    ("/desk/seals/{key}/impression.png", NoPage),
    ("/desk/seals/{key}/request/{which}", NoPage),
    ("/desk/seals/{key}/uses.csv", NoPage),
    ("/desk/search", Staff(&["/desk/search"])),
    ("/desk/sign-in", Open(&["/desk/sign-in"])),
    ("/desk/sign-in/resume", NoPage),
    ("/desk/sign-out", NoPage),
    (
        "/desk/stamp",
        Staff(&["/desk/stamp", "/desk/stamp?seals=3"]),
    ),
    ("/desk/stamp/seal", NoPage),
    ("/desk/tokens", Staff(&["/desk/tokens"])),
    ("/desk/tokens/take-back", NoPage),
    ("/desk/trust", Staff(&["/desk/trust"])),
    ("/desk/trust/approve", NoPage),
    ("/desk/trust/end", NoPage),
    ("/desk/trust/list", NoPage),
    ("/desk/trust/refuse", NoPage),
    ("/desk/trust/times", Staff(&["/desk/trust/times"])),
    ("/desk/trust/times/approve", NoPage),
    ("/desk/trust/times/end", NoPage),
    ("/desk/trust/times/pause", NoPage),
    ("/desk/trust/times/refuse", NoPage),
    ("/desk/trust/times/resume", NoPage),
    ("/desk/trust/times/try", NoPage),
    ("/desk/verify", Staff(&["/desk/verify"])),
    ("/desk/verify/{number}", NoPage),
    ("/desk/verify/{number}/file", NoPage),
    ("/desk/verify/{number}/pages/{page}", NoPage),
    ("/desk/verify/{number}/seen", NoPage),
    ("/documents/{file}", NoPage),
    ("/files/{key}", NoPage),
    ("/find-error", Open(&["/find-error"])),
    ("/halls", Open(&["/halls"])),
    ("/halls/{id}", Open(&["/halls/YZ"])),
    ("/help", Open(&["/help"])),
    ("/identity", NoPage),
    ("/licences", Staff(&["/licences"])),
    ("/licences/corrections", Staff(&["/licences/corrections"])),
    ("/licences/corrections/approve", NoPage),
    ("/licences/corrections/refuse", NoPage),
    ("/licences/corrections/withdraw", NoPage),
    ("/licences/{key}", Staff(&["/licences/{licence}"])),
    ("/licences/{key}/data", Staff(&["/licences/{licence}/data"])),
    ("/licences/{key}/file/{format}", NoPage),
    ("/licences/{key}/state", NoPage),
    ("/login", Open(&["/login"])),
    ("/login/code", NoPage),
    ("/login/resume", NoPage),
    ("/logout", NoPage),
    ("/messages", Own(&["/messages"])),
    ("/messages/read", NoPage),
    ("/my", Own(&["/my"])),
    ("/my/cases", Own(&["/my/cases"])),
    ("/my/cases/{no}", Own(&["/my/cases/{submitted-no}"])),
    ("/my/cases/{no}/withdraw", NoPage),
    ("/my/materials", Own(&["/my/materials"])),
    ("/my/materials/{key}/delete", NoPage),
    ("/my/password", Own(&["/my/password"])),
    ("/my/tokens", Own(&["/my/tokens"])),
    ("/my/tokens/take-back", NoPage),
    ("/org", Own(&["/org"])),
    ("/privacy", Open(&["/privacy"])),
    ("/progress", Open(&["/progress"])),
    (
        "/progress/{no}",
        Open(&["/progress/{submitted-no}?t={token}"]),
    ),
    ("/recover", Open(&["/recover"])),
    ("/recover/new", NoPage),
    ("/register", Open(&["/register"])),
    ("/register/code", NoPage),
    (
        "/register/link",
        Open(&["/register/link", "/register/link?ticket=none"]),
    ),
    ("/register/link/finish", NoPage),
    ("/register/organisation", Own(&["/register/organisation"])),
    (
        "/search",
        Open(&["/search?q=%E5%BC%80%E9%A5%AD%E5%BA%97", "/search?q=xyzzy"]),
    ),
    (
        "/services",
        Open(&["/services", "/services?for=person&page=2"]),
    ),
    ("/services/{code}", Open(&["/services/SPJYXK-XB"])),
    (
        "/services/{code}/blank",
        Open(&["/services/SPJYXK-XB/blank"]),
    ),
    ("/services/{code}/flow.svg", NoPage),
    ("/services/{code}/result.svg", NoPage),
    (
        "/services/{code}/samples/{material}",
        Open(&["/services/SPJYXK-XB/samples/SPJYXK-XB-M05"]),
    ),
    ("/sim/real-name", Open(&["/sim/real-name"])),
    ("/sim/sms", Open(&["/sim/sms"])),
    ("/sim/totp", Open(&["/sim/totp?user=ck_haosy"])),
    ("/sim/tsa", NoPage),
    ("/sitemap", Open(&["/sitemap"])),
    ("/themes/{id}", Open(&["/themes/l02"])),
    ("/together", Open(&["/together"])),
    ("/trust", Open(&["/trust"])),
    ("/trust/{file}", NoPage),
    ("/verify", Open(&["/verify"])),
    ("/verify/number", NoPage),
    ("/verify/report/{number}", NoPage),
    ("/verify/report/{number}/{format}", NoPage),
    ("/verify/{token}", Open(&["/verify/{licence-token}"])),
    ("/wallet", Own(&["/wallet"])),
    ("/wallet/{key}", Own(&["/wallet/{licence}"])),
    ("/wallet/{key}/{file}", NoPage),
    ("/watch", Staff(&["/watch"])),
];

/// Addresses that no route answers: their page is ours as well.
pub const NOWHERE: &[&str] = &["/nothing", "/services/NOTHING", "/halls/NOWHERE"];

/// Officers whose own pages differ, by their roles.
pub const OFFICERS: &[&str] = &[
    "ck_haosy",   // window
    "sc_jiangby", // decider
    "sc_zhudf",   // licences
    "ck_changmq", // hand-over
    "yz_leimq",   // seals
    "jc_ruanqh",  // supervision
    "sc_feirs",   // items
    "xt_luzy",    // system
    "aq_zuoqm",   // security
    "ld_laozy",   // hall and leader
];
