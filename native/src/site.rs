//! Which server: an origin, over TLS unless it is this machine.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// The origin of a server, as `scheme://host` with a port where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    url: Url,
    origin: String,
}

impl Site {
    /// Reads an origin like `https://nightlatch.example`.
    ///
    /// # Errors
    /// What it must be, in words that fit after "must be".
    pub fn parse(text: &str) -> Result<Self, String> {
        let wanted = || "an origin like https://nightlatch.example, without a path".to_owned();
        let url = Url::parse(text).map_err(|_| wanted())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !bare || url.password().is_some() || !matches!(url.scheme(), "http" | "https") {
            return Err(wanted());
        }
        let site = Self { origin: url.origin().ascii_serialization(), url };
        if site.encrypted() || site.is_here() {
            Ok(site)
        } else {
            Err("https anywhere but on this machine: whoever sits in between would read the password and the tokens".to_owned())
        }
    }

    /// As written: the session's name in every store.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The origin as a file name.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.origin.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' }).collect()
    }

    /// Whether the way there is encrypted and the server shows a certificate.
    pub(crate) fn encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Where a path of this site is. A path that leads anywhere else is none of this site.
    pub(crate) fn at(&self, path: &str) -> Option<Url> {
        self.url.join(path).ok().filter(|url| url.origin() == self.url.origin())
    }

    fn is_here(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let six = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).and_then(|host| host.parse::<Ipv6Addr>().ok());
        host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|four| four.is_loopback()) || six.is_some_and(|six| six.is_loopback())
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for good in ["https://nightlatch.example", "http://localhost:3000", "http://127.0.0.1:3000/", "http://[::1]:3000"] {
            assert!(Site::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://nightlatch.example",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "http://192.168.0.1",
            "http://[::2]",
            "ftp://localhost",
            "https://user@nightlatch.example",
            "https://:password@nightlatch.example",
            "https://nightlatch.example/path",
            "https://nightlatch.example/?a",
            "nightlatch.example",
            "",
        ] {
            assert!(Site::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn one_server_has_one_name() {
        let site = Site::parse("HTTPS://Nightlatch.Example:443/").unwrap();
        assert_eq!(site.origin(), "https://nightlatch.example");
        assert_eq!(site.file_name(), "https___nightlatch.example");
        assert_ne!(Site::parse("http://localhost:1").unwrap().file_name(), Site::parse("http://localhost:2").unwrap().file_name());
    }

    #[test]
    fn no_path_leads_to_another_site() {
        let site = Site::parse("https://nightlatch.example").unwrap();
        assert_eq!(site.at("/api/feed").unwrap().as_str(), "https://nightlatch.example/api/feed");
        assert_eq!(site.at("//evil.example/api/feed"), None);
        assert_eq!(site.at("https://evil.example/"), None);
    }
}
