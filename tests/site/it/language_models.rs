//! The page of language models: where it is linked, what it shows, what its address states.

use bench_records::time::{DAY, Micros};
use serde_json::json;
use site_tests::{
    history::{History, NEWEST},
    session::Window,
};

use crate::support::{Page, open, serve};

/// Text of the cells of a row, found by the beginning of its first.
fn cells(page: &Page, row: &str) -> Vec<String> {
    let row = json!(row);
    let found = page.run(&format!(
        "const row = [...document.querySelectorAll('main tbody tr')].find(row => \
            row.cells[0].innerText.startsWith({row}));
         return row ? [...row.cells].map(cell => cell.innerText) : []"
    ));
    let found = found.as_array().cloned().unwrap_or_default();
    found.iter().map(|cell| cell.as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_navigation_links_it_where_the_history_has_tests_of_language_models_and_nowhere_else() {
    let page = open(&History::served(), "#/");
    page.wait_for("wan-t2v");
    page.click("//nav//a[.='LLM']");
    page.wait("document.querySelector('main h1')?.innerText === 'Language models'");
    page.wait("document.querySelector('nav a[aria-current=page]')?.innerText === 'LLM'");
    assert_eq!(page.hash(), "#/llm");
    let without = open(&History::small(), "#/");
    without.wait_for("wan-t2v");
    assert_eq!(without.run("return document.querySelectorAll('nav a').length"), 4);
    without.go("#/llm");
    without.says("no tests of language models");
}

#[test]
fn a_row_is_a_test_and_a_cell_leads_to_its_series() {
    let history = History::served();
    let page = open(&history, "#/llm?device=H100");
    page.wait("document.querySelectorAll('main tbody tr').length === 5");
    let row = cells(&page, "serving · 8 requests/s");
    assert!(row[1].contains("ms") && row[1].contains('%'), "{row:?}");
    assert!(page.text().contains("all with in 1024, out 128"), "{}", page.text());
    page.click("//main//tbody//tr[contains(., '8 requests/s')]/td[2]/a");
    let key = history.key_at("H100", 8.0);
    page.wait(&format!("location.hash.startsWith('#/series/{key}?metric=ttft_p99_ms')"));
}

#[test]
fn filters_and_sides_stand_in_the_address() {
    let page = open(&History::served(), "#/llm");
    page.wait("document.querySelectorAll('main table').length === 3");
    let choose = |label: &str, value: &str| {
        page.run(&format!(
            "const field = [...document.querySelectorAll('main label')].find(l => \
                l.innerText.startsWith('{label}')).querySelector('select');
             field.value = '{value}'; field.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        ));
    };
    choose("Device", "L40S");
    page.wait("location.hash === '#/llm?device=L40S'");
    page.wait("document.querySelectorAll('main table').length === 1");
    choose("Metric", "tpot_p50_ms");
    page.wait("document.querySelectorAll('main thead th').length === 2");
    page.go("#/llm?device=none");
    page.says("No test matches.");
    page.click("//button[.='Show all tests']");
    page.wait("location.hash === '#/llm'");
    page.go("#/llm?a=2026-05-01&b=2026-05-03");
    page.wait("document.querySelectorAll('main table').length === 3");
    page.go("#/llm?a=deadbeef99");
    page.says("No record is of deadbeef99");
}

#[test]
fn a_commit_that_is_older_than_the_newest_records_is_read() {
    let history = (0..60).fold(History::small(), |history, night| {
        let time = Micros(NEWEST.0 - night * DAY.0);
        history.record(json!({
            "model_id": "llama", "gpu_type": "H100", "timestamp": time.to_iso(),
            "commit_sha": format!("{:040x}", 0xbeef_0000_u64 + night as u64),
            "ttft_p50_ms": 50.0 + night as f64, "success": true,
        }))
    });
    let page = open(&history, &format!("#/llm?b={:040x}", 0xbeef_0000_u64 + 55));
    page.wait("document.querySelector('main tbody td a')?.innerText.startsWith('105')");
    let read = page.server.requests().into_iter().filter(|asked| asked.path.contains("/series/"));
    assert_eq!(read.count(), 1, "of tests of language models only");
}

#[test]
fn what_became_slower_is_worse_in_words_too() {
    let slower = |night: i64| if night < 12 { 1.2 } else { 1.0 };
    let around = |night: i64| 1.0 + 0.004 * (((night * 7) % 11) as f64 - 5.0) / 5.0;
    let history = (0..40).fold(History::small(), |history, night| {
        let time = Micros(NEWEST.0 - night * DAY.0);
        history.record(json!({
            "model_id": "llama", "gpu_type": "H100", "timestamp": time.to_iso(),
            "commit_sha": format!("{:040x}", 0xbeef_u64 + night as u64),
            "ttft_p50_ms": 50.0 * slower(night) * around(night), "success": true,
        }))
    });
    let page = open(&history, "#/llm");
    page.wait("document.querySelectorAll('main tbody td .worse').length === 1");
    let cell = page.run(
        "const change = document.querySelector('main tbody td .worse');
         return [change.innerText, change.title]",
    );
    let [words, title] = [0, 1].map(|at| cell[at].as_str().unwrap_or_default().to_owned());
    assert!(words.starts_with("+19.5") && words.ends_with("worse"), "{words}");
    assert!(title.contains("confirmed"), "{title}");
}

#[test]
fn a_wide_table_scrolls_by_itself_on_a_phone() {
    let window = Window { width: 390, height: 844, scale: 2, ..Window::default() };
    let page = Page::of(serve(&History::served()), "#/llm", window);
    page.wait("document.querySelectorAll('main .scroll[tabindex]').length > 0");
    assert_eq!(page.run("return document.documentElement.scrollWidth <= innerWidth"), true);
}
