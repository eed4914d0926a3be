//! For every reader: keyboard alone, a phone, dark and light, assistive technology.

use serde_json::{Value, json};
use site_tests::{
    history::History,
    keys::{ENTER, SPACE, TAB},
    session::{Session, Window},
};

use crate::{
    addresses::every_page_served,
    support::{Page, open, serve, variable},
};

/// What axe finds on the page, in words.
pub fn violations(page: &Page) -> Vec<String> {
    violations_of(&page.session)
}

/// The same, of any page.
pub fn violations_of(session: &Session) -> Vec<String> {
    let script = std::fs::read_to_string(variable("AXE")).expect("axe-core");
    session.run(&script, &[]).expect("axe loads");
    let found = session.run(
        "return axe.run({ resultTypes: ['violations'] }).then(result => result.violations.map(v => \
         `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html + ' ' + n.failureSummary).join(' | ')}`))",
        &[],
    );
    let found = found.expect("axe runs");
    found
        .as_array()
        .into_iter()
        .flatten()
        .map(|text| text.as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn no_page_has_what_keeps_people_out_in_either_theme() {
    let history = History::served();
    let page = open(&history, "#/");
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        page.run(&format!("localStorage.setItem('theme', '{theme}')"));
        page.session.devtools("Page.reload", &json!({})).expect("reloaded");
        for address in every_page_served(&history) {
            address.settle(&page);
            let violations = violations(&page).into_iter();
            found.extend(violations.map(|text| format!("{theme} {} {text}", address.hash)));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_phone_shows_every_page_without_scrolling_sideways() {
    let history = History::served();
    let window = Window { width: 360, height: 740, scale: 2, ..Window::default() };
    let page = Page::of(serve(&history), "#/", window);
    for address in every_page_served(&history) {
        address.settle(&page);
        let widths = page.run("return [document.documentElement.scrollWidth, innerWidth]");
        let wide = page.run(
            "return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > \
             innerWidth + 1 && !e.closest('.scroll, .hidden')).slice(0, 3).map(e => e.outerHTML.slice(0, 160))",
        );
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "{}: {widths}: {wide}", address.hash);
    }
}

#[test]
fn the_heading_of_a_row_stays_while_a_wide_table_scrolls_and_is_tinted_with_its_row() {
    let history = History::small();
    let window = Window { width: 500, height: 900, ..Window::default() };
    let hash = format!("#/series/{}", history.key("wan-t2v", "H100"));
    let page = Page::of(serve(&history), &hash, window);
    page.wait("document.querySelectorAll('main .scroll').length === 2");
    page.run("[...document.querySelectorAll('main .scroll')].at(-1).scrollIntoView()");
    page.wait(
        "[...document.querySelectorAll('main .scroll')].at(-1).getAttribute('role') === 'region'",
    );
    page.run(
        "window.wide = [...document.querySelectorAll('main .scroll')].at(-1);
         window.row = window.wide.querySelector('tbody tr');
         window.tint = element => getComputedStyle(element).backgroundColor;
         window.wide.scrollLeft = 60;",
    );
    let at = "row.cells[0].getBoundingClientRect()";
    page.wait(&format!(
        "wide.scrollLeft === 60 && Math.abs({at}.left - wide.getBoundingClientRect().left) < 2"
    ));
    let before = page.run("return tint(row.cells[0])");
    let place = page.run(&format!("return [{at}.left + 20, {at}.top + 8].map(Math.round)"));
    let [x, y] = [0, 1].map(|side| place[side].as_i64().expect("a pixel"));
    page.session.drag(&[(x, y), (x + 1, y)], false).expect("the mouse is moved");
    page.wait(&format!("tint(row.cells[0]) === tint(row) && tint(row) !== {before}"));
}

#[test]
fn the_first_key_offers_to_skip_the_navigation() {
    let page = open(&History::small(), "#/");
    page.wait_for("wan-t2v");
    page.press(&[TAB]);
    page.wait("document.activeElement.innerText === 'Skip to content'");
    page.press(&[ENTER]);
    page.wait("document.activeElement.tagName === 'MAIN'");
    page.wait("location.hash === '#/'");
}

/// Presses the tabulator until the focus is on what a script finds; no more often than a reader
/// would on a page of this size.
fn tab_to(page: &Page, condition: &str) {
    for _ in 0..60 {
        page.press(&[TAB]);
        if page.run(&format!("const e = document.activeElement; return !!({condition})"))
            == Value::Bool(true)
        {
            return;
        }
    }
    panic!("the tabulator never reaches {condition}\n{}", page.text());
}

#[test]
fn a_series_is_reached_filtered_and_opened_with_the_keyboard_alone() {
    let page = open(&History::small(), "#/");
    page.wait_for("wan-t2v");
    tab_to(&page, "e.matches('[aria-label=Status] button') && e.innerText.includes('suspected')");
    page.press(&[SPACE]);
    page.wait("location.hash.includes('status=suspected')");
    tab_to(&page, "e.matches('main .cards a') && e.innerText.includes('H100')");
    page.press(&[ENTER]);
    page.wait("location.hash.startsWith('#/series/')");
    page.wait("document.querySelector('main h1')?.innerText.includes('wan-t2v')");
}

#[test]
fn what_has_the_focus_is_seen_to_have_it() {
    let page = open(&History::small(), "#/");
    page.wait_for("wan-t2v");
    for _ in 0..12 {
        page.press(&[TAB]);
        let outline = page.run(
            "const s = getComputedStyle(document.activeElement); \
             return document.activeElement === document.body || (s.outlineStyle !== 'none' && \
             parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none' ? '' : document.activeElement.outerHTML",
        );
        assert_eq!(outline, "");
    }
}

#[test]
fn the_theme_is_chosen_kept_and_told() {
    let page = open(&History::small(), "#/");
    page.wait_for("wan-t2v");
    let background = "return getComputedStyle(document.body).backgroundColor";
    let mut seen = vec![page.run(background)];
    for theme in ["light", "dark"] {
        page.click("//button[contains(., 'Theme')]");
        page.wait(&format!("document.documentElement.dataset.theme === '{theme}'"));
        seen.push(page.run(background));
    }
    assert_ne!(seen[1], seen[2]);
    page.session.devtools("Page.reload", &json!({})).expect("reloaded");
    page.wait("document.documentElement.dataset.theme === 'dark' && document.body.innerText.includes('wan-t2v')");
    assert_eq!(page.run(background), seen[2]);
}

#[test]
fn a_dark_system_is_dark_until_the_reader_chooses() {
    let page = open(&History::small(), "#/");
    page.wait_for("wan-t2v");
    let background = "return getComputedStyle(document.body).backgroundColor";
    let before = page.run(background);
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    page.session.devtools("Emulation.setEmulatedMedia", &dark).expect("emulated");
    assert_ne!(page.run(background), before);
}

#[test]
fn the_title_of_the_window_says_what_is_shown() {
    let page = open(&History::small(), "#/regressions");
    page.wait("/Test history|Regressions/.test(document.title)");
}
