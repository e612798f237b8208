//! How every page looks, reads and behaves: layout, components, assets, error pages, languages.
//!
//! This crate knows no domain. Pages hand it view structs and get HTML; `README.md` says how a
//! page is written.

// Templates name this crate as `ui`, here as well as in the crates that extend them.
extern crate self as ui;

pub mod assets;
pub mod chips;
mod console;
mod cookies;
pub mod csrf;
mod error;
mod flash;
mod fmt;
mod form_data;
pub mod i18n;
mod icons;
mod kept;
mod page;
mod receive;
mod response;
mod security;
mod shell;
mod site;
pub mod view;

pub use chips::{Chip, Tone};
pub use console::{Desk, Menu, MenuGroup};
pub use csrf::{CsrfBinding, CsrfForm, CsrfGuard, Posted};
pub use error::{UiError, error_page};
pub use flash::Flash;
pub use fmt::{
    clock, date, day, deadline, fingerprint, grouped, grouped_code, grouped_id, grouped_phone,
    minute, money, second,
};
pub use form_data::FormData;
pub use i18n::{Catalog, L, Resource};
pub use icons::icon;
pub use kept::{FIELD as KEPT_FIELD, Kept, SignInFirst};
pub use kernel::{Locale, mask};
pub use page::{Crumb, Identity, Meta, Mode, Nav, Page, UserView};
pub use receive::{Received, receive};
pub use response::{html, html_status, see_other};
pub use shell::{QueryData, Shell, Ui, UiConfig, local_path, mount};
pub use site::Site;

/// The texts of this crate, for [`Catalog::build`].
pub const TEXTS: &[Resource] = &[
    Resource::zh("shell", include_str!("../locales/zh-CN/shell.ftl")),
    Resource::zh(
        "components",
        include_str!("../locales/zh-CN/components.ftl"),
    ),
    Resource::zh("states", include_str!("../locales/zh-CN/states.ftl")),
    Resource::en("shell", include_str!("../locales/en/shell.ftl")),
    Resource::en("components", include_str!("../locales/en/components.ftl")),
    Resource::en("states", include_str!("../locales/en/states.ftl")),
];
