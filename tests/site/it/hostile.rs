//! Text from records is text, whatever it holds and wherever it stands.

use bench_records::time::{DAY, Micros};
use serde_json::{Value, json};
use site_tests::{
    history::{History, NEWEST},
    session::Window,
};

use crate::{
    addresses::{language_models, of_history, of_series},
    support::{DATA, Page, configure, put_history, serve},
};

/// What somebody could write into a field.
const HOSTILE: [&str; 6] = [
    "<script>window.hostile = 1</script>",
    "\"><img src=x onerror=\"window.hostile = 1\">",
    "javascript:window.hostile=1",
    "\u{202e}txet desrever\u{202c}",
    "100% {{ 7 * 7 }} ${7*7} %3Cb%3E 'quotes\"",
    "../../../etc/passwd?x=1#/method",
];

/// The texts, and one that is long; each with the name of the benchmark that has it everywhere.
fn texts() -> impl Iterator<Item = (usize, String, String)> {
    let long = "very-long-name-".repeat(40);
    let texts = HOSTILE.map(str::to_owned).into_iter().chain([long]);
    texts.enumerate().map(|(index, text)| (index, format!("{index} {text}"), text))
}

/// Id of the newest record of a text's benchmark.
fn id(index: usize) -> String {
    format!("01JV000000000000000000000{index}")
}

/// A record with the text in every field that takes one.
fn record(index: usize, (model, text): (&str, &str), days: i64) -> Value {
    let time = Micros(NEWEST.0 - days * DAY.0);
    let mut record = json!({
        "model_id": model, "gpu_type": text, "commit_sha": format!("{text}{days}"),
        "timestamp": time.to_iso(), "latency": if days == 0 { 20.0 } else { 10.0 },
        "throughput": 4.5, "memory": 1000.0, "text_encoder_time_s": 1.0, "dit_time_s": 8.0,
        "vae_decode_time_s": 1.0, "branch": text, "build_url": text, "verdict_reason": text,
        "run_source": text, "workload_id": text, "variant_id": text, "test_scope": text,
        "recipe_fingerprint": text, "hardware_profile_id": text, "software_profile_id": text,
        "benchmark_version": 1, "ttft_p50_ms": 10.0, "environment": { "cpu": text, text: { text: [text] } },
        "recipe": { "model": text, text: text }, text: text,
    });
    if days == 0 {
        record["id"] = json!(id(index));
    }
    record
}

/// The trials of a run with the text in every field that takes one.
fn trials(text: &str) -> String {
    let lines = [
        json!({
            "benchmark_id": text, "pipeline": text, "stopping_rule": text, "device": text,
            "commit": text, "environment": { "is_dirty": true, "host": text, text: text },
            "recipe": { "model": { "command": text } }, text: [text],
        }),
        json!({ "phase": "clean", "latency_s": 10.0 }),
        json!({ "phase": "clean", "latency_s": 11.0, "discard_reason": text }),
        json!({ "phase": "instrumented", "latency_s": 10.0, "stages": { text: 8.0 } }),
    ];
    lines.map(|line| format!("{line}\n")).concat()
}

fn history() -> History {
    let records = texts().flat_map(|(index, model, text)| {
        (0..8).map(move |days| record(index, (&model, &text), days))
    });
    // one benchmark of two variants and on two devices, so that there are two of each to compare
    let twins = [[0, 0], [1, 0], [0, 1]].map(|[variant, gpu]| {
        let mut twin = record(0, ("twin", HOSTILE[0]), 1);
        twin["workload_id"] = json!("twin");
        twin["variant_id"] = json!(HOSTILE[variant]);
        twin["gpu_type"] = json!(HOSTILE[gpu]);
        twin["hardware_profile_id"] = json!(HOSTILE[gpu]);
        twin
    });
    let records = records.chain(twins);
    records.fold(History::default(), History::record).metric(json!({
        "metric": "<b>metric</b>", "label": HOSTILE[1], "unit": HOSTILE[0], "better": "lower",
        "gating": "gated", "decimals": 2,
    }))
}

fn page(history: &History, hash: &str) -> Page {
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
    put_history(&server, DATA, history);
    for (index, _, text) in texts() {
        let day = NEWEST.to_folders();
        server.put(&format!("{DATA}raw/{day}/{}.ndjson", id(index)), trials(&text));
    }
    Page::of(server, hash, Window::default())
}

/// What a record could have put into the page: elements, handlers, links that go elsewhere.
const INTRUDERS: &str = "[...document.querySelectorAll('*')].filter(e => \
    e.matches('main script, main img, main b b, iframe, object, embed') || \
    [...e.attributes].some(a => a.name.startsWith('on')) || \
    (e.matches('a[href]') && !/^(#|https:\\/\\/|blob:)/.test(e.getAttribute('href')))\
    ).map(e => e.outerHTML)";

/// Nothing ran, nothing became an element, and every link stays on the page or goes to https.
fn assert_is_text(page: &Page) {
    assert_eq!(page.run("return typeof window.hostile"), "undefined");
    assert_eq!(page.run(&format!("return {INTRUDERS}")), json!([]));
    assert_eq!(page.foreign_requests(), Vec::<String>::new());
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

/// Waits until the page shows a text as it is.
fn shows(page: &Page, text: &str) {
    // a browser shows several spaces as one, and this looks at what the elements hold
    page.wait(&format!("document.querySelector('main').textContent.includes({})", json!(text)));
}

#[test]
fn hostile_text_is_shown_as_it_is_on_the_pages_of_a_history() {
    let history = history();
    let page = page(&history, "#/");
    for address in of_history().into_iter().chain([language_models()]) {
        address.settle(&page);
        let shown: &[usize] = match address.heading.as_str() {
            "Method" => &[],
            // the newest commit by name, and the one before it
            "Compare" => &[1],
            _ => &[0, 1, 2, 4, 5],
        };
        shown.iter().for_each(|index| shows(&page, HOSTILE[*index]));
        assert_is_text(&page);
    }
}

#[test]
fn hostile_text_is_shown_as_it_is_on_the_pages_of_a_series_and_a_run() {
    let history = history();
    let page = page(&history, "#/method");
    for (_, model, text) in texts() {
        for address in of_series(&history, &model, &text) {
            address.settle(&page);
            let is_run = address.hash.starts_with("#/run/");
            page.wait(match is_run {
                true => "document.querySelectorAll('main dl.facts').length > 3",
                false => "document.querySelectorAll('main table').length > 1",
            });
            shows(&page, &text);
            assert_is_text(&page);
        }
    }
}

#[test]
fn hostile_text_is_shown_as_it_is_where_two_are_compared() {
    let history = history();
    let page = page(&history, "#/method");
    let script = "%3Cscript%3Ewindow.hostile%20=%201%3C%2Fscript%3E";
    let chosen = format!("&a={script}&b={script}");
    for by in ["commit", "device", "variant"] {
        for (chosen, shown) in [("", HOSTILE[1]), (&*chosen, HOSTILE[0])] {
            page.go(&format!("#/compare?by={by}{chosen}"));
            page.wait("document.querySelectorAll('main table').length > 0");
            shows(&page, shown);
            page.run("document.querySelectorAll('main details').forEach(d => d.open = true)");
            assert_is_text(&page);
        }
    }
}

#[test]
fn a_hostile_address_is_shown_as_it_is() {
    let page = page(
        &history(),
        "#/?q=%3Cimg%20src%3Dx%20onerror%3D%22window.hostile%3D1%22%3E&status=%3Cb%3E&sort=__proto__",
    );
    page.wait("document.querySelector('input[type=search]')?.value.startsWith('<img')");
    assert_is_text(&page);
    let script = "%3Cscript%3Ewindow.hostile=1%3C%2Fscript%3E";
    for (hash, words) in [
        (format!("#/{script}/%00%ff%zz"), "no such page"),
        (format!("#/series/{script}"), "no series <script>"),
        (format!("#/run/{script}/{script}"), "no series <script>"),
        (format!("#/compare?by={script}&a={script}&b={script}&metric={script}"), "<script>"),
        (format!("#/llm?a={script}&b=branch:{script}&model={script}&kind={script}"), "<script>"),
        (format!("#/load/{script}?slo={script}&with={script}"), "no series <script>"),
        (
            format!("#/regressions?kind={script}&scope={script}&sort={script}&q={script}"),
            "nothing found",
        ),
    ] {
        page.go(&hash);
        page.wait_for(words);
        assert_is_text(&page);
    }
}

#[test]
fn a_long_name_does_not_widen_any_page() {
    let history = history();
    let page = page(&history, "#/");
    let (_, model, text) = texts().last().expect("a long one");
    for address in of_history()
        .into_iter()
        .chain([language_models()])
        .chain(of_series(&history, &model, &text))
    {
        address.settle(&page);
        page.wait("document.documentElement.scrollWidth <= innerWidth");
    }
}
