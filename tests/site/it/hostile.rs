//! Text from records is text, whatever it holds.

use serde_json::json;
use site_tests::{
    history::{History, NEWEST},
    session::Window,
};

use crate::support::{DATA, Page, configure, put_history, serve};

/// What somebody could write into a field.
const HOSTILE: [&str; 6] = [
    "<script>window.hostile = 1</script>",
    "\"><img src=x onerror=\"window.hostile = 1\">",
    "javascript:window.hostile=1",
    "\u{202e}txet desrever\u{202c}",
    "100% {{ 7 * 7 }} ${7*7} %3Cb%3E 'quotes\"",
    "../../../etc/passwd?x=1#/method",
];

fn history() -> History {
    let mut history = History::default();
    let long = "very-long-name-".repeat(40);
    for (index, text) in HOSTILE.into_iter().chain([long.as_str()]).enumerate() {
        for day in 0..8 {
            let time = bench_records::time::Micros(NEWEST.0 - day * 86_400_000_000);
            history = history.record(json!({
                "model_id": format!("{index} {text}"), "gpu_type": text, "commit_sha": text,
                "timestamp": time.to_iso(), "latency": if day == 0 { 20.0 } else { 10.0 },
                "throughput": 4.5, "memory": 1000.0, "text_encoder_time_s": 1.0, "dit_time_s": 8.0,
                "vae_decode_time_s": 1.0, "branch": text, "build_url": text, "verdict_reason": text,
                "run_source": text, "workload_id": text, "variant_id": text,
            }));
        }
    }
    history.metric(json!({
        "metric": "<b>metric</b>", "label": HOSTILE[1], "unit": HOSTILE[0], "better": "lower",
        "gating": "gated", "decimals": 2,
    }))
}

fn page(hash: &str) -> Page {
    let server = serve(&History::default());
    configure(
        &server,
        &json!({
            "title": HOSTILE[0],
            "sources": [
                { "name": HOSTILE[1], "url": DATA, "repository": "javascript:window.hostile=1" },
                { "name": HOSTILE[3], "url": "data/none/" },
            ],
        }),
    );
    put_history(&server, DATA, &history());
    Page::of(server, hash, Window::default())
}

/// Nothing ran, nothing became an element, and every link stays on the page or goes to https.
fn assert_is_text(page: &Page) {
    assert_eq!(page.run("return typeof window.hostile"), "undefined");
    assert_eq!(
        page.run(
            "return document.querySelectorAll('main script, main img, main b b, iframe').length"
        ),
        0
    );
    let links = page.run(
        "return [...document.querySelectorAll('a')].map(a => a.getAttribute('href')).filter(h => \
         h !== null && !h.startsWith('#') && !h.startsWith('https://') && !h.startsWith('blob:'))",
    );
    assert_eq!(links, json!([]));
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn hostile_names_are_shown_as_they_are_in_the_overview() {
    let page = page("#/");
    page.wait_for("<script>window.hostile = 1</script>");
    page.wait_for("100% {{ 7 * 7 }} ${7*7} %3Cb%3E");
    assert_is_text(&page);
}

#[test]
fn hostile_names_are_shown_as_they_are_among_the_findings() {
    let page = page("#/regressions");
    page.wait_for("onerror=");
    assert_is_text(&page);
}

#[test]
fn hostile_names_are_shown_as_they_are_on_the_page_of_their_series() {
    let page = page("#/");
    page.wait_for("onerror=");
    let count = page.run("return document.querySelectorAll('main ul.cards a').length");
    for index in 0..count.as_u64().unwrap_or_default() {
        page.go("#/");
        page.wait("document.querySelectorAll('main ul.cards a').length > 0");
        page.run(&format!("document.querySelectorAll('main ul.cards a')[{index}].click()"));
        page.wait("document.querySelectorAll('main figure canvas').length > 0");
        assert_is_text(&page);
    }
}

#[test]
fn a_hostile_address_is_shown_as_it_is() {
    let page = page(
        "#/?q=%3Cimg%20src%3Dx%20onerror%3D%22window.hostile%3D1%22%3E&status=%3Cb%3E&sort=__proto__",
    );
    page.wait("document.querySelector('input[type=search]')?.value.startsWith('<img')");
    assert_is_text(&page);
    page.go("#/%3Cscript%3Ewindow.hostile=1%3C/script%3E/%00%ff%zz");
    page.wait_for("no such page");
    assert_is_text(&page);
}

#[test]
fn a_long_name_does_not_widen_the_page() {
    let page = page("#/");
    page.wait_for("very-long-name");
    page.wait("document.documentElement.scrollWidth <= innerWidth");
}
