//! The server that is loaded: its URL, addresses and key.

use std::{
    fmt, io,
    net::{SocketAddr, ToSocketAddrs},
    str::FromStr,
    sync::Arc,
};

use hyper::{
    Uri,
    header::{HeaderName, HeaderValue, InvalidHeaderValue},
};
use thiserror::Error;

use super::tls::Tls;

/// A server.
#[derive(Debug, Clone)]
pub struct Target {
    /// `HOST:PORT` as the URL writes it.
    pub(super) authority: String,
    pub(super) host: String,
    pub(super) addresses: Arc<[SocketAddr]>,
    /// The path of the base URL, without a slash at its end.
    pub(super) path: String,
    pub(super) tls: Option<Tls>,
    pub(super) key: Option<Key>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
}

/// A key of an API; what prints it prints no key.
#[derive(Clone)]
pub struct Key(HeaderValue);

impl Key {
    /// As it is sent.
    ///
    /// # Errors
    /// Where it has characters that no header can have.
    pub fn new(key: &str) -> Result<Self, InvalidHeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", key.trim()))?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A base URL that names no server.
#[derive(Debug, Error)]
pub enum BadUrl {
    /// It cannot be read.
    #[error("{url:?} is no URL; write one such as http://127.0.0.1:8000/v1")]
    Unreadable {
        /// As it was given.
        url: String,
    },
    /// Neither http nor https.
    #[error("{url:?} begins with {scheme:?}; write http:// or https:// before the host")]
    Scheme {
        /// As it was given.
        url: String,
        /// What it begins with.
        scheme: String,
    },
    /// Its host has no address.
    #[error("cannot find the host {host:?}: {source}; check the base URL")]
    Host {
        /// The host.
        host: String,
        /// What the system says.
        source: io::Error,
    },
}

impl Target {
    /// The server of a base URL. Its name is looked up once, so that no request waits for that.
    ///
    /// # Errors
    /// Where the URL cannot be used or its host has no address.
    pub fn new(url: &str, tls: &Tls) -> Result<Self, BadUrl> {
        let unreadable = || BadUrl::Unreadable { url: url.to_owned() };
        let uri: Uri = url.trim().parse().map_err(|_| unreadable())?;
        let scheme = uri.scheme_str().ok_or_else(unreadable)?;
        let is_tls = match scheme {
            "http" => false,
            "https" => true,
            _ => {
                let scheme = scheme.to_owned();
                return Err(BadUrl::Scheme { url: url.to_owned(), scheme });
            }
        };
        let authority = uri.authority().ok_or_else(unreadable)?;
        if authority.as_str().contains('@') {
            return Err(unreadable());
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let found = (host.as_str(), port).to_socket_addrs();
        let addresses: Vec<SocketAddr> =
            found.map_err(|source| BadUrl::Host { host: host.clone(), source })?.collect();
        Ok(Self {
            authority: authority.to_string(),
            host,
            addresses: addresses.into(),
            path: uri.path().trim_end_matches('/').to_owned(),
            tls: is_tls.then(|| tls.clone()),
            key: None,
            headers: Vec::new(),
        })
    }

    /// With a key.
    #[must_use]
    pub fn with_key(mut self, key: Option<Key>) -> Self {
        self.key = key;
        self
    }

    /// With a further header.
    ///
    /// # Errors
    /// Where a header can have no such name or value.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, hyper::http::Error> {
        self.headers.push((HeaderName::from_str(name)?, HeaderValue::from_str(value)?));
        Ok(self)
    }

    /// With another path in place of that of the base URL.
    #[must_use]
    pub fn with_path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// The path of the base URL; empty at the root.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `HOST:PORT`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Result<Target, BadUrl> {
        Target::new(url, &Tls::public())
    }

    #[test]
    fn a_base_url_keeps_its_path_and_gets_the_port_of_its_scheme() {
        let read = target("http://127.0.0.1:8000/v1/").expect("a URL");
        assert_eq!((read.path(), read.authority()), ("/v1", "127.0.0.1:8000"));
        assert_eq!(target("https://127.0.0.1").expect("a URL").addresses[0].port(), 443);
        assert_eq!(target("http://[::1]:9/").expect("a URL").host, "::1");
    }

    #[test]
    fn what_names_no_server_is_refused_with_the_remedy() {
        for (url, words) in [
            ("localhost:8000", "such as http://"),
            ("localhost:8000/v1", "such as http://"),
            ("127.0.0.1", "such as http://"),
            ("ftp://127.0.0.1", "begins with \"ftp\""),
            ("http://", "is no URL"),
            ("http://user:secret@127.0.0.1/", "is no URL"),
        ] {
            let error = target(url).expect_err(url).to_string();
            assert!(error.contains(words), "{url}: {error}");
        }
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = Key::new("secret\n").expect("a header");
        assert!(!format!("{key:?} {:?}", key.header()).contains("secret"));
    }
}
