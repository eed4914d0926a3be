//! Every page in Firefox too, whose canvas and WebAssembly are not those of Chromium.

use site_tests::{
    history::History,
    session::{Programs, Window},
};

use crate::{
    addresses::{every_page_served, of_load_tests, of_series},
    support::{Page, serve, variable},
};

fn open(history: &History, hash: &str) -> Page {
    let programs = Programs::of_firefox(variable("FIREFOX_BINARY"), variable("GECKODRIVER"));
    Page::by(&programs, serve(history), hash, Window::default())
}

/// Whether a chart of the page is drawn; those out of sight are not, nor are layers for the cursor.
const IS_DRAWN: &str = "[...document.querySelectorAll('main canvas')].some(canvas => canvas.width > 0 && \
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(value => value !== 0))";

#[test]
#[ignore = "needs Firefox and geckodriver; `cargo xtask test` brings both"]
fn firefox_opens_each_page_by_its_address() {
    let history = History::served();
    let page = open(&history, "");
    every_page_served(&history).iter().for_each(|address| address.settle(&page));
}

#[test]
#[ignore = "needs Firefox and geckodriver; `cargo xtask test` brings both"]
fn firefox_draws_the_charts_of_a_series() {
    let history = History::small();
    let page = open(&history, "");
    let [series, _] = of_series(&history, "wan-t2v", "H100");
    series.settle(&page);
    page.wait(IS_DRAWN);
}

#[test]
#[ignore = "needs Firefox and geckodriver; `cargo xtask test` brings both"]
fn firefox_draws_the_curves_of_a_load_test_and_opens_a_step_of_them() {
    let history = History::served();
    let page = open(&history, "");
    let [_, load] = of_load_tests(&history);
    load.settle(&page);
    page.wait("document.querySelectorAll('main .curves-picture a .point').length === 16");
    page.run("document.querySelector('main .curves-picture a').dispatchEvent(new MouseEvent('click', { bubbles: true }))");
    page.wait("location.hash.startsWith('#/series/')");
}

#[test]
#[ignore = "needs Firefox and geckodriver; `cargo xtask test` brings both"]
fn firefox_follows_a_click_and_goes_back() {
    let page = open(&History::small(), "#/");
    page.wait_for("wan-t2v");
    page.click("//nav//a[.='Regressions']");
    page.wait("document.querySelector('main h1')?.innerText.startsWith('Regressions')");
    page.session.back().expect("back");
    page.wait("document.querySelector('main h1')?.innerText.startsWith('Overview')");
}
