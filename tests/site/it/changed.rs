//! What changed: the first thing that the overview shows.

use site_tests::history::{History, steady};

use crate::support::open;

/// A series of 48 records, the last 8 of them ten percent slower.
fn slower(center: f64) -> Vec<f64> {
    [steady(center, 40, center), steady(1.1 * center, 8, 1.1 * center)].concat()
}

#[test]
fn the_overview_begins_with_what_changed_and_by_which_commits() {
    let history = History::default()
        .series("wan-t2v", "L40S", &slower(10.0))
        .series("wan-t2v", "H100", &slower(4.0))
        .series("flux-dev", "L40S", &steady(7.0, 48, 7.0));
    let page = open(&history, "#/");
    page.wait("document.querySelectorAll('.changed > ul > li').length === 1");
    let row = page.run("return document.querySelector('.changed > ul > li').textContent");
    let row = row.as_str().expect("a text");
    for part in ["confirmed, worse", "2 series", "wan-t2v · H100", "wan-t2v · L40S", "8 runs", "%"]
    {
        assert!(row.contains(part), "{part}: {row}");
    }
    assert!(!row.contains("flux-dev"), "{row}");
    page.wait("document.querySelector('.changed li a')?.href.includes('/compare/')");
    page.click("//section[@class='changed']//summary[.='Acknowledge']");
    let commands = page.run("return document.querySelector('.changed pre').innerText");
    let commands = commands.as_str().expect("a text");
    for gpu in ["H100", "L40S"] {
        let series = format!("--series {} --acknowledge", history.key("wan-t2v", gpu));
        assert!(commands.contains(&series), "{commands}");
    }
    page.wait("document.querySelectorAll('.card .status.regressed').length === 2");
    page.click("//section[@class='changed']/ul/li/div/span/a[.='wan-t2v · H100']");
    page.wait("location.hash.startsWith('#/series/')");
}

#[test]
fn where_nothing_changed_one_line_says_so() {
    let quiet = History::default().series("wan-t2v", "L40S", &steady(10.0, 40, 10.0));
    let page = open(&quiet, "#/");
    page.says("No confirmed regression in the last 30 days or 20 runs.");
    assert_eq!(page.run("return document.querySelectorAll('.changed li').length"), 0);
}

#[test]
fn a_run_within_the_noise_of_its_series_is_no_regression_on_any_page() {
    let noisy = (0..48).map(|at| 10.0 + 0.25 * f64::from(at * 7 % 11 - 5)).chain([11.25]);
    let history = History::default().series("wan-t2v", "L40S", &noisy.collect::<Vec<f64>>());
    let page = open(&history, "#/?status=regressed");
    page.says("No series matches.");
    page.click("//*[@aria-label='Status']//button[contains(., 'within noise')]");
    page.wait(
        "document.querySelector('.card .status.unjudged')?.innerText.includes('within noise')",
    );
    page.click("//ul[@class='cards']//a");
    page.wait("location.hash.startsWith('#/series/')");
    page.wait(
        "document.querySelector('main .status.unjudged')?.innerText.includes('within noise')",
    );
    page.says("CI gate: failed");
}
