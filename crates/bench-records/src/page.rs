//! The dashboard's page, `index.html`: what its policy lets it fetch, and what it fetches early.
//!
//! In: the page and the addresses of the histories that it shows. Out: the page for these. The site's
//! build makes it for the sources of its `config.json`; publishing makes it again for others.

use crate::{hub::HubDataset, index::HEAD_PATH};

/// Hosts that a policy always names: the Hub, where a dataset lives, and those to which it
/// redirects a download, for a policy is held against redirects too.
pub const HUB: [&str; 3] =
    ["https://huggingface.co", "https://*.huggingface.co", "https://*.hf.co"];

const DIRECTIVE: &str = "connect-src ";
const PRELOAD: &str = "<link data-preload=\"head\" ";

/// The page for these sources: folders, relative to the page or with a host, and datasets of the Hub. The first is shown
/// at first, so its head is fetched along with the program.
///
/// Making it again for other sources leaves nothing of the earlier ones. A page without a policy
/// gets none.
#[must_use]
pub fn with_sources(html: &str, sources: &[&str]) -> String {
    let mut out = String::with_capacity(html.len() + 256);
    for line in html.lines().filter(|line| !line.trim_start().starts_with(PRELOAD)) {
        let Some(start) = line.find(DIRECTIVE) else {
            out.extend([line, "\n"]);
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let rest = &line[start + DIRECTIVE.len()..];
        let end = rest.find([';', '"']).unwrap_or(rest.len());
        out.extend([&line[..start], DIRECTIVE, &allowed(sources), &rest[end..], "\n"]);
        if let Some(head) = sources.first().and_then(|source| head(source)) {
            let attributes = "rel=\"preload\" as=\"fetch\" crossorigin=\"anonymous\"";
            out.push_str(&format!("{indent}{PRELOAD}{attributes} href=\"{head}\">\n"));
        }
    }
    out
}

/// What the page may connect to: its own host, the Hub, and the hosts of the sources.
fn allowed(sources: &[&str]) -> String {
    let mut hosts = vec!["'self'"];
    hosts.extend(HUB);
    for origin in sources.iter().filter_map(|source| origin(source)) {
        if !hosts.contains(&origin) {
            hosts.push(origin);
        }
    }
    hosts.join(" ")
}

/// Scheme, host and port of an address that has them and could stand in a policy.
fn origin(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_web = ["https", "http"].contains(&scheme);
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let is_sound = !host.is_empty() && host.chars().all(is_host);
    (is_web && is_sound).then(|| &address[..scheme.len() + 3 + host.len()])
}

/// Address of the head in a source, where a browser fetches it as it is written.
fn head(source: &str) -> Option<String> {
    if let Some(dataset) = HubDataset::parse(source) {
        return Some(dataset.file(HEAD_PATH));
    }
    let is_plain = source.chars().all(|c| c.is_ascii_alphanumeric() || "./:-_~@%".contains(c));
    let is_fetched = !source.contains("://") || origin(source).is_some();
    let slash = if source.ends_with('/') || source.is_empty() { "" } else { "/" };
    (is_plain && is_fetched).then(|| format!("{source}{slash}{HEAD_PATH}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head>\n  <meta content=\"default-src 'none'; connect-src 'self'; \
                        base-uri 'none'\">\n</head>\n";

    #[test]
    fn a_bundled_history_needs_no_further_host_and_is_fetched_early() {
        let page = with_sources(PAGE, &["data/", "other"]);
        let hub = "https://huggingface.co https://*.huggingface.co https://*.hf.co";
        assert_eq!(
            page,
            format!(
                "<head>\n  <meta content=\"default-src 'none'; connect-src 'self' {hub}; \
                 base-uri 'none'\">\n  <link data-preload=\"head\" rel=\"preload\" as=\"fetch\" \
                 crossorigin=\"anonymous\" href=\"data/index/v1/head.ndjson\">\n</head>\n"
            )
        );
    }

    #[test]
    fn another_host_is_allowed_once_and_forgotten_with_its_source() {
        let sources = ["https://bucket.example:8443/a/", "https://bucket.example:8443/b", "data"];
        let page = with_sources(PAGE, &sources);
        assert_eq!(page.matches("https://bucket.example:8443").count(), 2, "{page}");
        assert!(page.contains("hf.co https://bucket.example:8443; base-uri"), "{page}");
        assert_eq!(with_sources(&page, &["data"]), with_sources(PAGE, &["data"]));
    }

    #[test]
    fn a_dataset_is_reached_where_it_is_and_its_head_is_fetched_early() {
        let page = with_sources(PAGE, &["hf://datasets/a/b", "http://127.0.0.1:8765/datasets/a/b"]);
        assert!(page.contains("hf.co http://127.0.0.1:8765; base-uri"), "{page}");
        let head = "https://huggingface.co/datasets/a/b/resolve/main/index/v1/head.ndjson";
        assert!(page.contains(&format!("href=\"{head}\"")), "{page}");
    }

    #[test]
    fn an_address_cannot_add_to_the_policy_or_the_page() {
        for hostile in [
            "https://a.example; script-src *",
            "https://a.example\"><script>x</script>",
            "javascript:alert(1)//",
            "https://*",
            "https:///x",
        ] {
            let page = with_sources(PAGE, &[hostile]);
            assert!(!page.contains("script"), "{page}");
            assert!(!page.contains("https://*;") && !page.contains("a.example;"), "{page}");
        }
    }

    #[test]
    fn a_page_without_a_policy_stays_as_it_is() {
        assert_eq!(with_sources("<p>\n", &["https://x.example"]), "<p>\n");
    }
}
