//! Addresses: their host, where a redirect leads, how a path is written in one, what may be shown.

/// Scheme and authority of an address: `https://host:port`.
pub fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |end| host + end);
    (end > host).then(|| &url[..end])
}

/// The address that a `Location` names, seen from `url`; `None` where it is none, or would leave
/// encryption.
pub fn target(url: &str, location: &str) -> Option<String> {
    let from = origin(url)?;
    if location.starts_with('/') && !location.starts_with("//") {
        return Some(format!("{from}{location}"));
    }
    let stays_safe = location.starts_with("https://")
        || (location.starts_with("http://") && url.starts_with("http://"));
    (stays_safe && origin(location).is_some()).then(|| location.to_owned())
}

/// An address as it may be shown: signed ones carry their right in the query.
pub fn shown(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// A path within an address: what is not plain is percent-encoded, `/` stays.
#[must_use]
pub fn encode_path(path: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_redirects_stay_on_their_host_and_others_say_where_they_lead() {
        let url = "https://hub.example/a/b?x=1";
        assert_eq!(target(url, "/c").as_deref(), Some("https://hub.example/c"));
        let other = target(url, "https://cdn.example/c").expect("another host");
        assert_ne!(origin(&other), origin(url));
        assert_eq!(shown("https://cdn.example/c?Signature=s"), "https://cdn.example/c");
    }

    #[test]
    fn redirects_that_leave_encryption_or_hide_their_host_are_refused() {
        let url = "https://hub.example/a";
        for location in ["http://hub.example/a", "//cdn.example/c", "ftp://x/y", "c", "https://"] {
            assert_eq!(target(url, location), None, "{location}");
        }
        assert!(target("http://127.0.0.1:8/a", "http://127.0.0.1:9/b").is_some());
    }

    #[test]
    fn a_port_is_part_of_the_origin() {
        assert_eq!(origin("http://127.0.0.1:80/x"), Some("http://127.0.0.1:80"));
        assert_eq!(origin("no address"), None);
    }

    #[test]
    fn addresses_hold_paths_of_any_spelling() {
        assert_eq!(
            encode_path("data/month=2026-05/a b+ü.json"),
            "data/month%3D2026-05/a%20b%2B%C3%BC.json"
        );
    }
}
