//! What the page may do and does: nothing beyond its own host and the sources it was made for.

use serde_json::json;
use site_tests::{history::History, server::Server, session::Window};

use crate::{
    addresses::every_page_served,
    support::{DATA, Page, configure, open, put_history, serve},
};

#[test]
fn the_bundle_works_from_a_folder_of_any_host() {
    let page = open(&History::small(), "");
    page.wait_for("wan-t2v");
    let missing: Vec<_> =
        page.server.requests().into_iter().filter(|request| request.status != 200).collect();
    assert_eq!(missing, []);
}

#[test]
fn no_page_asks_another_host_or_complains_on_the_console() {
    let history = History::served();
    let page = open(&history, "");
    for address in every_page_served(&history) {
        address.settle(&page);
        assert_eq!(page.foreign_requests(), Vec::<String>::new(), "{}", address.hash);
        assert_eq!(page.console_errors(), Vec::<String>::new(), "{}", address.hash);
    }
    let asked = page.server.requests();
    for part in ["head.ndjson", "/series/", "/records/"] {
        assert!(asked.iter().any(|request| request.path.contains(part)), "{part} in {asked:?}");
    }
}

#[test]
fn nothing_is_fetched_twice() {
    let page = open(&History::small(), "");
    page.wait_for("wan-t2v");
    let mut paths: Vec<String> =
        page.server.requests().into_iter().map(|request| request.path).collect();
    paths.sort();
    let unique = paths.clone().into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(paths, unique.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_script_in_the_page_does_not_run() {
    let server = serve(&History::small());
    let html = String::from_utf8(server.get("index.html").expect("a page")).expect("UTF-8");
    server.put("index.html", html.replace("</head>", "<script>window.hostile = 1</script></head>"));
    let page = Page::of(server, "", Window::default());
    page.wait_for("wan-t2v");
    assert_eq!(page.run("return typeof window.hostile"), "undefined");
    assert!(page.console_errors().iter().any(|text| text.contains("Content Security Policy")));
}

/// A history on another host, with a page that is made for it or for its own host only.
fn on_another_host(is_allowed: bool) -> (Page, Server) {
    let other = Server::start(std::env::temp_dir().join("nothing-here")).expect("a free port");
    put_history(&other, "store/", &History::small());
    let server = serve(&History::default());
    let config = json!({ "sources": [{ "name": "far", "url": other.url("store/") }] });
    if is_allowed {
        configure(&server, &config);
    } else {
        server.put("config.json", config.to_string());
    }
    (Page::of(server, "", Window::default()), other)
}

#[test]
fn a_source_on_another_host_is_read_once_by_a_page_that_is_made_for_it() {
    let (page, other) = on_another_host(true);
    page.wait_for("wan-t2v");
    let heads =
        other.requests().into_iter().filter(|request| request.path.ends_with("head.ndjson"));
    assert_eq!(heads.count(), 1);
}

#[test]
fn a_source_that_the_policy_does_not_name_is_not_reached() {
    let (page, other) = on_another_host(false);
    page.wait("document.querySelector('[role=alert]')?.innerText.includes('cannot be reached')");
    assert_eq!(other.requests(), []);
}

#[test]
fn the_programs_files_carry_a_hash_of_what_they_hold() {
    let page = open(&History::default(), "");
    page.wait("document.querySelector('main h1')");
    let own = [DATA, "index.html", "config.json"];
    for request in page.server.requests() {
        let is_named =
            request.path.is_empty() || own.iter().any(|name| request.path.starts_with(name));
        // 64 bits in hexadecimal, of which trunk leaves out leading zeros
        let is_hash = |part: &str| {
            (12..=16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let has_hash = request.path.split(['-', '.', '_']).any(is_hash);
        assert!(is_named || has_hash, "{}", request.path);
    }
}
