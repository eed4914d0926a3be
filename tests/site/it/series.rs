//! The page of a series: charts that are drawn, zoomed and read with mouse and keyboard.

use serde_json::Value;
use site_tests::{
    history::{History, steady},
    keys::{END, ENTER, ESCAPE, LEFT},
    reply::Fault,
    session::Window,
};

use crate::support::{DATA, Page, open, serve};

/// A series of 60 days whose latency stepped up on the last.
fn history() -> History {
    History::default().series("wan-t2v", "L40S", &steady(10.0, 60, 12.0))
}

fn address(history: &History, query: &str) -> String {
    format!("#/series/{}{query}", history.key("wan-t2v", "L40S"))
}

fn series(query: &str) -> Page {
    let history = history();
    let page = open(&history, &address(&history, query));
    page.wait(&format!("{DRAWN} > 0"));
    page
}

/// Charts whose canvas has something on it.
const DRAWN: &str = "[...document.querySelectorAll('main figure canvas')].filter(c => c.width > 0 && \
    c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v !== 0)).length";

/// Middle of the first chart in the window, and half of its width.
fn middle(page: &Page) -> (i64, i64, i64) {
    let place = page.run(
        "const box = document.querySelector('main figure [tabindex=\"0\"]').getBoundingClientRect();
         return [box.left + box.width / 2, box.top + box.height / 2, box.width / 2].map(Math.round);",
    );
    let at = |index: usize| place[index].as_i64().unwrap_or_default();
    (at(0), at(1), at(2))
}

#[test]
fn each_metric_has_a_chart_with_a_sentence_for_those_who_cannot_see_it() {
    let page = series("");
    page.wait("document.querySelectorAll('main figure canvas').length === 6");
    let labels = page.run(
        "return [...document.querySelectorAll('main figure canvas')].map(c => c.getAttribute('aria-label'))",
    );
    for label in labels.as_array().map(Vec::as_slice).unwrap_or_default() {
        assert!(label.as_str().is_some_and(|label| label.len() > 20), "{label}");
    }
}

#[test]
fn a_card_of_the_overview_opens_its_series_and_the_back_button_returns() {
    let page = open(&history(), "#/");
    page.wait_for("wan-t2v");
    page.click("//main//a[@class='card'][contains(., 'wan-t2v')]");
    page.wait("location.hash.startsWith('#/series/')");
    page.wait(&format!("{DRAWN} > 0"));
    page.session.back().expect("back");
    page.wait("document.querySelector('main h1')?.innerText === 'Overview'");
}

#[test]
fn one_metric_alone_is_shown_where_the_address_names_it() {
    let page = series("?metric=memory");
    page.wait("document.querySelectorAll('main figure canvas').length === 1");
}

#[test]
fn a_chart_that_is_to_show_another_metric_stays_with_its_focus() {
    let page = series("?days=all&metric=latency");
    page.run(
        "window.focused = document.querySelector('main figure [tabindex=\"0\"]');
         window.focused.focus();
         window.drawn = () => document.querySelector('main figure canvas').toDataURL();
         window.before = window.drawn();",
    );
    let shows = |metric: &str, charts: usize| {
        page.run(&format!(
            "const label = [...document.querySelectorAll('main label')].find(e => e.innerText.startsWith('Metric'));
             label.querySelector('select').value = '{metric}';
             label.querySelector('select').dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ));
        page.wait(&format!("document.querySelectorAll('main figure').length === {charts}"));
        page.wait("document.activeElement === window.focused && window.focused.isConnected");
    };
    shows("memory", 1);
    page.wait("location.hash.includes('metric=memory')");
    page.wait("document.querySelector('main figure .chart-title').innerText.startsWith('Memory')");
    page.wait("window.drawn() !== window.before");
    shows("", 6);
    page.wait(&format!("{DRAWN} > 1"));
    shows("latency", 1);
    page.wait("document.querySelector('main figure .chart-title').innerText.startsWith('Latency')");
}

#[test]
fn dragging_zooms_all_charts_and_a_double_click_shows_all_again() {
    let page = series("?days=all");
    let (x, y, half) = middle(&page);
    page.session.drag(&[(x, y), (x + half / 4, y), (x + half / 2, y)], true).expect("dragged");
    page.wait("/[?&]from=\\d+&to=\\d+/.test(location.hash)");
    page.run(
        "document.querySelector('main figure [tabindex=\"0\"]').dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))",
    );
    page.wait("!location.hash.includes('from=')");
}

#[test]
fn the_keyboard_zooms_and_moves_and_resets() {
    let page = series("?days=all");
    page.run("document.querySelector('main figure [tabindex=\"0\"]').focus()");
    page.press(&[END, LEFT, "+"]);
    page.wait("location.hash.includes('from=')");
    page.press(&["0"]);
    page.wait("!location.hash.includes('from=')");
}

#[test]
fn the_cursor_reads_a_point_in_words() {
    let page = series("?days=all&metric=latency");
    page.run("document.querySelector('main figure [tabindex=\"0\"]').focus()");
    page.press(&[END]);
    page.wait("/2026-05-09[\\s\\S]*baseline/.test(document.querySelector('main figure [role=status]')?.innerText)");
}

#[test]
fn enter_opens_the_run_under_the_cursor() {
    let page = series("?days=all&metric=latency");
    page.run("document.querySelector('main figure [tabindex=\"0\"]').focus()");
    page.press(&[END, ENTER]);
    page.wait("location.hash.startsWith('#/run/')");
}

#[test]
fn a_zoom_in_the_address_is_shown_to_somebody_else() {
    let page = series("?days=all&from=1777000000&to=1777600000");
    page.wait("document.querySelectorAll('main figure canvas').length === 6");
    assert!(page.hash().contains("from=1777000000"), "{}", page.hash());
}

#[test]
fn the_runs_are_a_table_newest_first_with_links_to_their_commits() {
    let page = series("");
    page.wait(
        "[...document.querySelectorAll('main table')].at(-1)?.innerText.includes('2026-05-09')",
    );
    let link = page
        .run("return document.querySelector('main table a[target=_blank]')?.getAttribute('rel')");
    assert_eq!(link, Value::from("noopener noreferrer"));
    let href = page.run("return document.querySelector('main table a[target=_blank]').href");
    assert!(
        href.as_str()
            .is_some_and(|href| href.starts_with("https://example.com/repository/commit/"))
    );
}

#[test]
fn a_number_reads_the_same_above_the_charts_and_in_the_checks_below_them() {
    let history =
        History::default().series("wan-t2v", "L40S", &steady(96_001_153.0, 20, 116e6 + 1153.0));
    let page = open(&history, &address(&history, ""));
    page.wait("document.querySelectorAll('main .below table').length === 2");
    let texts = page.run(
        "const plain = e => e.textContent.replaceAll('\\u202f', ' ');
         const above = [...document.querySelectorAll('main p')].map(plain);
         const check = [...document.querySelectorAll('main .below tbody tr')].find(r => plain(r).startsWith('Latency'));
         return [above.filter(t => t.includes('against a median of')), plain(check.cells[1])]",
    );
    let reasons = texts[0].as_array().expect("a list");
    assert_eq!(texts[1], "116 001 000 s", "{texts}");
    for reason in reasons {
        let reason = reason.as_str().unwrap_or_default();
        assert!(
            reason.contains("Latency is") && reason.contains(": 116 001 000 s against"),
            "{texts}"
        );
    }
    assert_eq!(reasons.len(), 1, "once, above the charts: {texts}");
}

#[test]
fn notes_of_a_run_stand_beside_its_verdict_and_leave_its_row_low() {
    let mut history = History::default();
    for day in 0..8_i64 {
        let time =
            bench_records::time::Micros(site_tests::history::NEWEST.0 - day * 86_400_000_000);
        history = history.record(serde_json::json!({
            "model_id": "wan-t2v", "gpu_type": "L40S", "timestamp": time.to_iso(),
            "commit_sha": format!("{:040x}", 0xabc + day), "latency": 10.0, "throughput": 2.0,
            "memory": 20_000.0, "text_encoder_time_s": 1.0, "dit_time_s": 7.0,
            "vae_decode_time_s": 2.0, "latency_p50_s": 10.0, "latency_p90_s": 10.0,
            "success": day != 3, "pr_number": if day == 3 { "4354" } else { "" },
        }));
    }
    let page = open(&history, &address(&history, ""));
    page.wait(
        "[...document.querySelectorAll('main td')].some(c => c.textContent.includes('PR #4354'))",
    );
    let found = page.run(
        "const table = [...document.querySelectorAll('main table')].at(-1);
         const heads = [...table.rows[0].cells].map(c => c.textContent);
         const row = [...table.rows].find(r => r.textContent.includes('PR #4354'));
         const note = row.querySelector('.notes').getBoundingClientRect();
         const heights = [...table.tBodies[0].rows].map(r => r.getBoundingClientRect().height);
         return [heads[3], note.right <= innerWidth, Math.max(...heights)]",
    );
    assert_eq!((&found[0], &found[1]), (&Value::from("Notes"), &Value::from(true)), "{found}");
    assert!(found[2].as_f64().is_some_and(|height| height < 60.0), "{found}");
}

#[test]
fn a_series_that_mixes_variants_says_so() {
    let mut history = History::default();
    for (day, variant) in ["bf16", "fp8", "int8"].into_iter().enumerate() {
        history = history.record(serde_json::json!({
            "model_id": "wan-t2v", "gpu_type": "L40S", "latency": 10.0, "success": true,
            "timestamp": format!("2026-05-0{}T12:00:00Z", day + 1), "variant_id": variant,
        }));
    }
    let page = open(&history, &address(&history, ""));
    page.wait_for("3 variants are mixed here: bf16, fp8, int8");
    page.go_anew("#/method");
    page.wait_for("3 variants are mixed here: bf16, fp8, int8");
}

#[test]
fn a_history_that_cannot_be_read_is_named_and_can_be_tried_again() {
    let history = history();
    let server = serve(&history);
    let file = format!("{DATA}index/v1/series/{}.ndjson", history.key("wan-t2v", "L40S"));
    server.fail(&file, Fault::Truncated);
    let page = Page::of(server, &address(&history, ""), Window::default());
    page.wait("document.querySelector('[role=alert]') !== null");
    page.server.mend();
    page.click("//button[.='Try again']");
    page.wait(&format!("{DRAWN} > 0"));
}

#[test]
fn a_series_that_is_not_there_says_so() {
    let page = open(&history(), "#/series/nothere");
    page.wait_for("no such series");
    page.press(&[ESCAPE]);
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn a_canvas_has_the_pixels_of_the_screen() {
    let history = history();
    let window = Window { scale: 2, ..Window::default() };
    let page = Page::of(serve(&history), &address(&history, ""), window);
    page.wait(&format!("{DRAWN} > 0"));
    page.wait("(c => Math.abs(c.width - 2 * c.getBoundingClientRect().width) <= 2)(document.querySelector('main figure canvas'))");
}
