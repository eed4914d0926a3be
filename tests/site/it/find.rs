//! Search, facets and order of the overview; all of it stands in the address.

use serde_json::json;
use site_tests::{
    history::{History, steady},
    server::Server,
    session::Window,
};

use crate::support::{DATA, Page, configure, open, put_history, serve};

/// Names of the cards, in their order.
const NAMES: &str = "[...document.querySelectorAll('main ul.cards > li')].map(e => e.innerText)";

fn overview(hash: &str) -> Page {
    let page = open(&History::small(), hash);
    page.wait_for("series shown");
    page
}

fn cards(page: &Page, count: usize) {
    page.wait(&format!("{NAMES}.length === {count}"));
}

/// Types into the search as a reader does.
fn search(page: &Page, text: &str) {
    page.click("//label[contains(., 'Search')]//input");
    let keys: Vec<String> = text.chars().map(|key| key.to_string()).collect();
    page.press(&keys.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn what_regressed_comes_first() {
    let page = overview("#/");
    cards(&page, 3);
    let names = page.run(&format!("return {NAMES}"));
    let first = names[0].as_str().unwrap_or_default();
    assert!(first.contains("H100") && first.contains("CI gate: failed"), "{first}");
}

#[test]
fn each_state_that_a_badge_shows_is_counted_and_no_other_is_offered() {
    let faster = [steady(5.0, 40, 5.0), steady(4.0, 8, 4.0)].concat();
    let page = open(&History::small().series("sd-turbo", "L40S", &faster), "#/");
    // one run that is better is no lasting improvement
    let chips = "[...document.querySelectorAll('[aria-label=Status] button')]
        .filter(chip => chip.offsetParent)
        .map(chip => chip.innerText.replace(/[^a-z0-9]+/g, ' ').trim()).join()";
    page.wait(&format!("{chips} === '1 suspected,1 improved,2 pass'"));
    // an address may ask for what no series has, and can be taken back
    page.go("#/?status=within%20noise");
    page.wait(&format!("{chips} === '1 suspected,0 within noise,1 improved,2 pass'"));
    page.says("No series matches.");
    page.click("//*[@aria-label='Status']//button[contains(., 'within noise')]");
    cards(&page, 4);
}

#[test]
fn a_search_narrows_as_it_is_typed_and_stands_in_the_address() {
    let page = overview("#/");
    search(&page, "FLUX");
    cards(&page, 1);
    page.wait("location.hash === '#/?q=FLUX'");
}

#[test]
fn a_search_finds_names_of_any_alphabet_in_any_case() {
    let history = History::small().series("ВИДЕО-Übung", "L40S", &steady(5.0, 8, 5.0));
    let page = open(&history, "#/?q=видео");
    cards(&page, 1);
    search(&page, " ÜBUNG");
    page.wait("location.hash.includes('BUNG')");
    cards(&page, 1);
}

#[test]
fn a_search_is_there_again_on_the_way_back() {
    let page = overview("#/");
    search(&page, "flux");
    cards(&page, 1);
    page.click("//main//ul[@class='cards']//a");
    page.wait("location.hash.startsWith('#/series/')");
    page.session.back().expect("a page before");
    page.wait("location.hash === '#/?q=flux'");
    cards(&page, 1);
    page.wait("document.querySelector('input[type=search]').value === 'flux'");
}

#[test]
fn a_place_that_shows_another_series_draws_its_line() {
    const LINES: &str = "[...document.querySelectorAll('main ul.cards svg[role=img]')].map(picture => \
        [...picture.querySelectorAll('path')].map(path => path.getAttribute('d')).join())";
    let page = overview("#/?sort=name");
    page.wait(&format!("{LINES}.filter(line => /^M.*L/.test(line)).length === 3"));
    let before = page.run(&format!("return {LINES}"));
    assert_ne!(before[0], before[1]);
    search(&page, "wan");
    cards(&page, 2);
    page.wait(&format!("{LINES}[0] === {}", before[1]));
}

#[test]
fn a_search_without_a_match_says_so() {
    let page = overview("#/");
    search(&page, "zzz");
    page.wait_for("No series matches");
}

#[test]
fn a_status_is_a_filter_that_a_second_click_takes_back() {
    let page = overview("#/");
    let button = "//*[@aria-label='Status']//button[contains(., 'suspected')]";
    page.click(button);
    cards(&page, 1);
    page.wait("document.querySelector('.card .status').innerText.includes('suspected')");
    page.click(button);
    cards(&page, 3);
    page.wait("location.hash === '#/'");
}

#[test]
fn a_link_shows_the_same_selection_to_somebody_else() {
    let page = overview("#/?status=pass&q=wan");
    cards(&page, 1);
    page.wait("document.querySelector('input[type=search]').value === 'wan'");
    page.wait("document.querySelector('[aria-label=Status] [aria-pressed=true]').innerText.includes('pass')");
}

#[test]
fn a_facet_of_devices_narrows_to_one() {
    let page = overview("#/?device=L40S");
    cards(&page, 2);
    assert!(!page.run(&format!("return {NAMES}.join()")).to_string().contains("H100"));
}

#[test]
fn what_is_not_shown_at_first_can_be_had() {
    let mut history = History::default();
    for index in 0..75 {
        history = history.series(&format!("model-{index}"), "L40S", &steady(5.0, 8, 5.0));
    }
    let page = open(&history, "#/");
    cards(&page, 60);
    page.click("//button[contains(., 'Show more')]");
    cards(&page, 75);
}

/// A host with the small history and one of another model, which got slower.
fn two_histories() -> Server {
    let server = serve(&History::small());
    let other = History::default().series("another-model", "B200", &steady(2.0, 10, 3.0));
    put_history(&server, "data/other/", &other);
    let config = json!({ "sources": [
        { "name": "test", "url": DATA }, { "name": "other", "url": "data/other/" },
    ] });
    configure(&server, &config);
    server
}

#[test]
fn a_choice_between_histories_keeps_to_the_chosen_one() {
    let page = Page::of(two_histories(), "#/?source=other", Window::default());
    page.wait_for("another-model");
    page.click("//nav//a[.='Method']");
    page.wait("location.hash === '#/method?source=other'");
}

#[test]
fn another_history_is_shown_once_it_is_chosen_and_the_first_one_on_the_way_back() {
    let page = Page::of(two_histories(), "#/", Window::default());
    page.wait_for("flux-dev");
    page.run(
        "const field = document.querySelector('header select');
         field.value = 'other'; field.dispatchEvent(new Event('change', { bubbles: true }));",
    );
    page.wait_for("another-model");
    page.wait("location.hash === '#/?source=other'");
    assert!(!page.text().contains("flux-dev"), "{}", page.text());
    page.session.back().expect("a page before");
    page.wait_for("flux-dev");
    page.go("#/regressions?source=other");
    page.wait_for("another-model");
}
