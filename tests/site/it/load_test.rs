//! The page of a load test: its curves, its steps, its objective, and what its address states.

use serde_json::json;
use site_tests::{
    history::History,
    keys::{ENTER, RIGHT},
    session::Window,
};

use crate::support::{Page, open, serve};

/// Points of the first chart, and of the second.
const POINTS: &str = "[...document.querySelectorAll('main .curves-picture')].map(picture => \
    picture.querySelectorAll('.point').length).join()";

fn load(history: &History, parameters: &str) -> Page {
    let page = open(history, &format!("#/load/{}{parameters}", history.key_at("H100", 4.0)));
    page.wait("document.querySelectorAll('main .curves-picture .point').length > 0");
    page
}

#[test]
fn rates_of_one_test_are_one_curve_and_its_saturated_step_is_hollow() {
    let page = load(&History::served(), "");
    // three percentiles of four rates; requests a second of four
    page.wait(&format!("{POINTS} === '12,4'"));
    page.wait("document.querySelectorAll('main .curves-picture .hollow').length === 4");
    page.wait_for("Saturates between 12 and 16");
    page.wait_for("P99 of the last sweeps of main");
    page.wait("document.querySelectorAll('main .curve.faint').length === 5");
    let rows = "document.querySelectorAll('main tbody tr').length";
    page.wait(&format!("{rows} === 4"));
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn an_objective_of_the_address_is_a_line_and_a_sentence() {
    let page = load(&History::served(), "?slo=ttft_p99:0.25");
    page.wait_for("Keeps TTFT P99");
    page.wait("document.querySelectorAll('main .curves-picture .limit').length === 1");
    page.wait_for("between the measured");
    page.go(&page.hash().replace("ttft_p99:0.25", "ttft_p99"));
    page.wait_for("No objective, which is written as in ttft_p99:0.2: ttft_p99.");
    let typed = "const field = document.querySelector('main input[placeholder]');
        field.value = 'tpot_p99:0.02'; field.dispatchEvent(new Event('change', { bubbles: true }))";
    page.run(typed);
    page.wait(
        "decodeURIComponent(decodeURIComponent(location.hash)).includes('slo=tpot_p99:0.02')",
    );
    page.wait_for("at least, the highest measured");
}

#[test]
fn another_device_is_laid_beside_it_and_what_it_did_not_measure_is_a_dash() {
    let history = History::served();
    let page = load(&history, &format!("?with={}", history.key_at("L40S", 4.0)));
    page.wait(&format!("{POINTS} === '18,6'"));
    let table = "[...document.querySelectorAll('main table')].find(table => \
        table.caption.innerText.includes('at the loads of the first'))";
    let cells = page.run(&format!(
        "return [...{table}.tBodies[0].rows].map(row => row.cells[2].innerText.replace(/\\s+/g, ' '))"
    ));
    assert!(cells[1].as_str().is_some_and(|cell| cell.contains('%')), "{cells}");
    assert_eq!((&cells[2], &cells[3]), (&json!("–"), &json!("–")));
    page.click("//button[starts-with(., 'Remove')]");
    page.wait(&format!("{POINTS} === '12,4'"));
    page.wait("!location.hash.includes('with=')");
}

#[test]
fn the_keyboard_moves_over_the_points_and_opens_a_step() {
    let history = History::served();
    let page = load(&history, "");
    page.run("document.querySelector('main .chart-plot.curves').focus()");
    page.press(&[RIGHT]);
    page.wait_for("4 requests/s\nTTFT P50");
    page.press(&[RIGHT, RIGHT, RIGHT, ENTER]);
    let key = history.key_at("H100", 8.0);
    page.wait(&format!("location.hash.startsWith('#/series/{key}?metric=ttft')"));
    page.session.back().expect("a page before");
    page.wait(&format!("{POINTS} === '12,4'"));
}

#[test]
fn a_click_on_a_point_opens_its_series() {
    let history = History::served();
    let page = load(&history, "");
    page.click("(//main//*[name()='svg']//*[name()='a'])[1]");
    page.wait("location.hash.startsWith('#/series/')");
}

#[test]
fn a_series_of_a_sweep_links_its_curve_and_one_that_stands_alone_says_so() {
    let history = History::served().sweep("A100", &[4.0], 9.0);
    let page = open(&history, &format!("#/series/{}", history.key_at("H100", 8.0)));
    page.wait_for("Load curve");
    page.click("//a[.='Load curve']");
    page.wait(&format!("{POINTS} === '12,4'"));
    page.go(&format!("#/series/{}", history.key_at("A100", 4.0)));
    page.wait("document.querySelectorAll('main table').length > 1");
    assert!(!page.text().contains("Load curve"));
    page.go(&format!("#/load/{}", history.key_at("A100", 4.0)));
    page.says("was tested at one load only: 4 requests/s.");
    page.go(&format!("#/load/{}", history.key("wan-t2v", "L40S")));
    page.says("states neither a rate nor a concurrency");
}

#[test]
fn the_axes_that_are_chosen_stand_in_the_address() {
    let page = load(&History::served(), "");
    page.click("//button[.='tokens/s']");
    page.wait("location.hash.includes('x=tokens')");
    page.wait(
        "document.querySelector('main .curves-picture').textContent.includes('Output tokens')",
    );
    page.click("//button[.='TPOT']");
    page.wait("location.hash.includes('metric=tpot')");
    page.wait(&format!("{POINTS} === '8,4'"));
    page.click("//button[.='linear']");
    page.wait("location.hash.includes('scale=linear')");
}

#[test]
fn a_phone_shows_the_curves_in_its_width() {
    let history = History::served();
    let window = Window { width: 390, height: 844, scale: 2, ..Window::default() };
    let page =
        Page::of(serve(&history), &format!("#/load/{}", history.key_at("H100", 4.0)), window);
    page.wait(&format!("{POINTS} === '12,4'"));
    assert_eq!(page.run("return document.documentElement.scrollWidth <= innerWidth"), true);
}
