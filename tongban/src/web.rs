//! All pages under one roof.

use axum::Router;

use crate::platform::Platform;
use crate::stop::Stop;

/// Portal and console with their shared shell.
pub fn app(_platform: &Platform, _secure: bool) -> Result<Router, Stop> {
    Ok(Router::new())
}
