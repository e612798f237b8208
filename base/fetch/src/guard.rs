//! Where an address that somebody else wrote may lead.

use std::io;
use std::sync::Arc;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::address::is_public;

/// Hosts that may be reached wherever they stand and on whatever port: `crl.city.example`,
/// `10.3.0.9`, or with one port only, `crl.city.example:8080`.
#[derive(Clone, Debug, Default)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// Names as the operator wrote them.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(
            names
                .into_iter()
                .map(|name| name.trim().to_ascii_lowercase())
                .collect(),
        )
    }

    fn names(&self, host: &str, port: u16) -> bool {
        let host = bare(host).to_ascii_lowercase();
        let with_port = match host.contains(':') {
            true => format!("[{host}]:{port}"),
            false => format!("{host}:{port}"),
        };
        self.0
            .iter()
            .any(|name| bare(name) == host || *name == with_port)
    }
}

/// A literal IPv6 address without its brackets, a name without the dot of the root.
fn bare(host: &str) -> &str {
    let inner = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    inner.unwrap_or(host).trim_end_matches('.')
}

/// Whose addresses are followed.
#[derive(Clone, Debug)]
pub(crate) enum Reach {
    /// Those of the installation's own settings.
    Anywhere,
    /// Those in certificates of others.
    Public(Arc<Hosts>),
}

impl Reach {
    /// Judges what can be judged before a name is resolved.
    pub(crate) fn admits(&self, uri: &Uri) -> Result<(), String> {
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("only http and https are reached".into());
        }
        let authority = uri.authority().ok_or("the address names no host")?;
        if authority.as_str().contains('@') {
            return Err("the address carries a user name".into());
        }
        let Self::Public(hosts) = self else {
            return Ok(());
        };
        let port = port(uri);
        if port < 1024 && !matches!(port, 80 | 443) && !hosts.names(authority.host(), port) {
            return Err(format!("port {port} is not one of the web"));
        }
        Ok(())
    }
}

fn port(uri: &Uri) -> u16 {
    let usual = if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    uri.port_u16().unwrap_or(usual)
}

/// Resolves names and keeps only addresses that may be reached. What it hands out is what is
/// connected to: there is no second look-up that could say something else.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) reach: Reach,
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let Reach::Public(hosts) = &self.reach else {
            return Ok(found);
        };
        let host = uri.host().unwrap_or_default();
        if hosts.names(host, port(uri)) {
            return Ok(found);
        }
        let mut kept = self.empty();
        for address in found.iter().filter(|address| is_public(address.ip())) {
            kept.push(*address);
        }
        if kept.is_empty() {
            let why = format!("“{host}” is not a public address and not a host that is allowed");
            return Err(Error::Io(io::Error::new(
                io::ErrorKind::PermissionDenied,
                why,
            )));
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_named_whole() {
        let hosts = Hosts::new(
            ["CRL.city.example", "ocsp.city.example:8080", "[fd00::9]"].map(String::from),
        );
        assert!(hosts.names("crl.city.example", 80));
        assert!(hosts.names("crl.city.example.", 9999));
        assert!(hosts.names("ocsp.city.example", 8080));
        assert!(!hosts.names("ocsp.city.example", 80));
        assert!(!hosts.names("evil-crl.city.example", 80));
        assert!(!hosts.names("crl.city.example.evil", 80));
        assert!(hosts.names("[fd00::9]", 80));
        assert!(!hosts.names("", 80));
    }

    #[test]
    fn odd_addresses_are_not_followed() {
        let public = Reach::Public(Arc::default());
        for (address, good) in [
            ("http://a.example/x", true),
            ("https://a.example:8443/x", true),
            ("http://a.example:8080/x", true),
            ("http://a.example:25/x", false),
            ("http://a.example:22/", false),
            ("ldap://a.example/x", false),
            ("file:///etc/passwd", false),
            ("http://user@a.example/", false),
            ("/only/a/path", false),
        ] {
            let uri: Uri = match address.parse() {
                Ok(uri) => uri,
                Err(_) => {
                    assert!(!good, "{address}");
                    continue;
                }
            };
            assert_eq!(public.admits(&uri).is_ok(), good, "{address}");
        }
        let named = Reach::Public(Arc::new(Hosts::new(["a.example:389".to_owned()])));
        assert!(
            named
                .admits(&"http://a.example:389/".parse().unwrap())
                .is_ok()
        );
    }
}
