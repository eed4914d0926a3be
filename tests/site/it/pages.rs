//! Every page opens, by its address and by a click, and the back button undoes it.

use site_tests::history::History;

use crate::{addresses::every_page_served, support::open};

fn heading() -> &'static str {
    "document.querySelector('main h1')?.innerText"
}

#[test]
fn each_page_opens_by_its_address_with_one_heading() {
    let history = History::served();
    let page = open(&history, "");
    every_page_served(&history).iter().for_each(|address| address.settle(&page));
}

#[test]
fn a_click_opens_a_page_and_the_back_button_returns() {
    let page = open(&History::small(), "#/");
    page.wait_for("wan-t2v");
    page.click("//nav//a[.='Regressions']");
    page.wait(&format!("({})?.startsWith('Regressions')", heading()));
    page.wait("location.hash === '#/regressions'");
    page.click("//nav//a[.='Method']");
    page.wait(&format!("({})?.startsWith('Method')", heading()));
    page.session.back().expect("back");
    page.wait(&format!("({})?.startsWith('Regressions')", heading()));
    page.session.back().expect("back");
    page.wait(&format!("({})?.startsWith('Overview')", heading()));
}

#[test]
fn the_page_that_is_open_is_marked_in_the_navigation() {
    let page = open(&History::small(), "#/compare");
    page.wait("document.querySelector('nav a[aria-current=page]')?.innerText == 'Compare'");
}

#[test]
fn an_address_that_no_page_has_says_so() {
    let page = open(&History::small(), "#/no/such/page");
    page.wait_for("no page");
}
