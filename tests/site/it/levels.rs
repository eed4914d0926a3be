//! The levels of a series on its page, what its charts say of a point, and the page of a pull request.

use bench_records::time::{DAY, Micros};
use serde_json::json;
use site_tests::history::{History, NEWEST, steady};

use crate::support::{Page, open};

/// Forty nights at 10 s, eight at 11 s, and between them a run of pull request 4354.
fn history() -> History {
    let latencies = [steady(10.0, 40, 10.0), steady(11.0, 8, 11.0)].concat();
    let history = History::default().series("wan-t2v", "L40S", &latencies);
    let time = Micros(NEWEST.0 - 20 * DAY.0 + 3_600_000_000);
    history.record(json!({
        "model_id": "wan-t2v", "gpu_type": "L40S", "timestamp": time.to_iso(),
        "commit_sha": "abcdef0123".repeat(4), "latency": 12.5, "throughput": 3.6, "memory": 20_000.0,
        "text_encoder_time_s": 1.25, "dit_time_s": 8.75, "vae_decode_time_s": 2.5,
        "success": true, "pr_number": "4354", "branch": "faster",
    }))
}

fn series(query: &str) -> Page {
    let history = history();
    let key = history.key("wan-t2v", "L40S");
    let page = open(&history, &format!("#/series/{key}?metric=latency&days=all{query}"));
    page.has_levels();
    page
}

#[test]
fn the_top_of_a_series_says_how_it_stands_since_when_and_what_it_can_show() {
    let page = series("");
    let text = page.run("return document.querySelector('.standing').innerText");
    let text = text.as_str().expect("a text").replace('\u{202f}', " ");
    for part in [
        "Latency: slower since",
        "(8 runs): 10.000 → 11.0",
        "Changes: ",
        "now at 11.0",
        "48 runs on 48 days",
        "noise quiet (±",
        "one run of this series shows",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    page.wait("document.querySelector('.standing a')?.href.includes('/compare/')");
    page.wait(
        "document.querySelector('.headline .status.regressed')?.innerText.includes('confirmed')",
    );
    page.wait("document.querySelector('main figure canvas').getBoundingClientRect().top < 420");
    page.wait("document.querySelector('main figure canvas').ariaLabel.includes('a new level on')");
}

#[test]
fn runs_of_pull_requests_are_dots_behind_a_switch() {
    let page = series("");
    const PICTURE: &str = "document.querySelector('main figure canvas').toDataURL()";
    let with = page.run(&format!("return {PICTURE}"));
    page.click("//*[@aria-label='Pull requests']//button[.='hidden']");
    page.wait(&format!("{PICTURE} !== {with}"));
    page.wait("location.hash.includes('prs=0')");
}

#[test]
fn a_click_on_a_point_keeps_what_is_said_of_it_with_links() {
    let page = series("");
    let place = page.run(
        "const plot = document.querySelector('main figure [tabindex=\"0\"]');
         plot.focus();
         plot.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }));
         plot.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }));
         return new Promise(done => setTimeout(() => {
             const dot = document.querySelector('.chart-dot').getBoundingClientRect();
             done([dot.left + dot.width / 2, dot.top + dot.height / 2].map(Math.round));
         }, 300));",
    );
    let at = |index: usize| place[index].as_i64().expect("a pixel");
    page.session.drag(&[(at(0), at(1)), (at(0), at(1))], true).expect("a click");
    page.wait("document.querySelector('.chart-tip.kept') !== null");
    page.session.drag(&[(at(0) - 300, at(1)), (at(0) - 400, at(1))], false).expect("moved away");
    const TIP: &str = "document.querySelector('.chart-tip.kept')";
    for part in ["before it", "baseline", "Run", "Commit", "Changes since the run before"] {
        page.wait(&format!("{TIP}.innerText.includes('{part}')"));
    }
    page.click("//div[contains(@class, 'kept')]//a[.='Run']");
    page.wait("location.hash.startsWith('#/run/')");
}

#[test]
fn a_pull_request_has_a_page_that_holds_it_against_the_level_main_had_then() {
    let page = open(&history(), "#/pr/4354");
    page.wait_for("Pull request #4354");
    page.wait("[...document.querySelectorAll('main tbody tr')].some(r => r.innerText.includes('Latency'))");
    let row = page.run(
        "return [...document.querySelectorAll('main tbody tr')].find(r => r.innerText.includes('Latency')).innerText",
    );
    let row = row.as_str().expect("a text").replace('\u{202f}', " ");
    assert!(row.contains("12.5") && row.contains("+25.0 %") && row.contains("worse"), "{row}");
    page.go_anew("#/pr/7");
    page.wait_for("No recent record is of pull request #7");
    page.click("//button[starts-with(., 'Read all')]");
    page.wait_for("This history has no record of pull request #7");
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn a_search_finds_a_pull_request_and_leads_to_its_page() {
    let page = open(&history(), "#/?q=%234354");
    page.wait("document.querySelectorAll('main ul.cards > li').length === 1");
    page.click("//main//a[.='All runs of pull request #4354']");
    page.wait("location.hash === '#/pr/4354'");
}

#[test]
fn a_comparison_reads_commits_older_than_the_index_has_and_takes_days() {
    let latencies = [steady(10.0, 70, 10.0), steady(11.0, 8, 11.0)].concat();
    let history = History::default().series("wan-t2v", "L40S", &latencies);
    let day = |days: i64| Micros(NEWEST.0 - days * DAY.0).to_iso()[..10].to_owned();
    let page = open(&history, &format!("#/compare?a={}&b={}", day(60), day(1)));
    page.wait_for("Both ran 1 series");
    page.wait("[...document.querySelectorAll('main select')].some(s => s.options.length > 60)");
    page.wait_for("worse");
    assert!(!page.text().contains("another one is shown"), "{}", page.text());
}
