//! What a reader can change about the charts of a series, and that it stands in the address; why a
//! record was flagged or not.

use serde_json::Value;
use site_tests::{
    history::{History, steady},
    session::Window,
};

use crate::support::{Page, open, serve};

/// One benchmark on three devices; on the L40S its latency stepped up on the last day.
fn history() -> History {
    History::default()
        .series("wan-t2v", "L40S", &steady(10.0, 60, 12.0))
        .series("wan-t2v", "H100", &steady(4.0, 60, 4.0))
        .series("wan-t2v", "B200", &steady(2.0, 60, 2.0))
}

/// The latency of the series on the L40S.
fn latency(query: &str) -> Page {
    let history = history();
    let key = history.key("wan-t2v", "L40S");
    let page = open(&history, &format!("#/series/{key}?days=all&metric=latency{query}"));
    // what comes below the charts brings a scroll bar, which makes them narrower
    page.wait_for("times in UTC");
    page.wait(
        "(canvas => canvas && canvas.width === Math.round(canvas.clientWidth * devicePixelRatio))\
         (document.querySelector('main figure canvas'))",
    );
    page.wait(&format!("{PICTURE} !== ''"));
    page.has_levels();
    page
}

/// The chart as it is drawn; empty while nothing is.
const PICTURE: &str = "(canvas => canvas && canvas.width > 0 && canvas.getContext('2d') \
    .getImageData(0, 0, canvas.width, canvas.height).data.some(part => part > 0) \
    ? canvas.toDataURL() : '')(document.querySelector('main figure canvas'))";

/// Names, colours and states of the legend's entries.
const LEGEND: &str = "[...document.querySelectorAll('main figure li button')].map(button => \
    [button.innerText.trim(), button.querySelector('span').style.background, \
    button.getAttribute('aria-pressed')])";

fn picture(page: &Page) -> Value {
    page.run(&format!("return {PICTURE}"))
}

/// Presses a button, waits until the chart is drawn otherwise, and the address has this in it.
fn changes_the_chart(page: &Page, button: &str, in_address: &str) {
    let before = picture(page);
    page.click(&format!("//main//button[normalize-space(.)='{button}']"));
    page.wait(&format!("![ '', {before} ].includes({PICTURE})"));
    page.wait(&format!("location.hash.includes('{in_address}')"));
}

#[test]
fn scale_spacing_and_values_are_drawn_and_stand_in_the_address() {
    let page = latency("");
    for (button, in_address) in [("log", "scale=log"), ("even", "x=even"), ("relative", "rel=1")] {
        changes_the_chart(&page, button, in_address);
    }
    let (hash, drawn) = (page.hash(), picture(&page));
    let other = Page::of(serve(&history()), &hash, Window::default());
    other.wait(&format!("{PICTURE} === {drawn}"));
}

#[test]
fn a_hidden_line_stands_in_the_address_and_the_others_keep_their_colours() {
    let history = history();
    let others = [history.key("wan-t2v", "H100"), history.key("wan-t2v", "B200")];
    let page = latency(&format!("&with={}", others.join("%2C")));
    page.wait(&format!("{LEGEND}.length === 3"));
    let before = page.run(&format!("return {LEGEND}"));
    let drawn = picture(&page);
    page.click("//main//figure//button[contains(., 'H100')]");
    page.wait(&format!("location.hash.includes('off={}')", others[0]));
    page.wait(&format!("{PICTURE} !== {drawn}"));
    let after = page.run(&format!("return {LEGEND}"));
    let kept = |legend: &Value| {
        let entries = legend.as_array().into_iter().flatten();
        entries.map(|entry| (entry[0].clone(), entry[1].clone())).collect::<Vec<_>>()
    };
    assert_eq!(kept(&after), kept(&before));
    assert_eq!(after[1][2], "false", "{after}");
}

#[test]
fn a_series_laid_over_is_drawn_and_taken_away_again() {
    let page = latency("");
    let alone = picture(&page);
    page.click("//main//details[@class='overlays']/summary");
    changes_the_chart(&page, "H100", "with=");
    page.wait(&format!("{LEGEND}.length === 2"));
    let both = picture(&page);
    changes_the_chart(&page, "B200", "with=");
    page.wait(&format!("{LEGEND}.length === 3"));
    for button in ["B200", "H100"] {
        page.click(&format!("//*[@aria-label='Lay over']//button[.='{button}']"));
    }
    page.wait(&format!("{PICTURE} === {alone}"));
    // the address follows behind the frame that shows it
    page.wait("!location.hash.includes('with=')");
    assert_ne!(alone, both);
}

#[test]
fn shift_and_a_drag_pan_without_changing_how_much_is_shown() {
    let page = latency("&from=1777000000&to=1777600000");
    page.run(
        "const plot = document.querySelector('main figure [tabindex=\"0\"]');
         const box = plot.getBoundingClientRect();
         const at = (type, x) => plot.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0, \
             pointerId: 1, shiftKey: true, clientX: box.left + x, clientY: box.top + 60 }));
         at('pointermove', 300); at('pointerdown', 300); at('pointermove', 500); at('pointerup', 500);",
    );
    page.wait("!location.hash.includes('from=1777000000')");
    let shown = page.run(
        "const query = new URLSearchParams(location.hash.split('?')[1]);
         return query.get('to') - query.get('from');",
    );
    assert!((599_998.0..=600_002.0).contains(&shown.as_f64().unwrap_or_default()), "{shown}");
}

#[test]
fn a_cursor_in_one_chart_is_in_all_of_them() {
    let history = history();
    let page = open(&history, &format!("#/series/{}", history.key("wan-t2v", "L40S")));
    page.wait("document.querySelectorAll('main figure canvas').length === 6");
    page.run("document.querySelector('main figure [tabindex=\"0\"]').focus()");
    page.press(&[site_tests::keys::END, site_tests::keys::LEFT]);
    page.wait(
        "[...document.querySelectorAll('main figure figcaption')].filter(e => /\\d/.test(e.innerText)).length >= 4",
    );
}

#[test]
fn a_record_says_check_by_check_why_it_was_flagged_or_not() {
    let page = latency("");
    page.wait_for("Why it was flagged, or not");
    let line = "[...document.querySelectorAll('main table tbody tr')] \
                .find(row => row.innerText.startsWith('Latency'))?.innerText";
    page.wait(&format!("/beyond 5/.test({line})"));
    page.run(
        "const field = [...document.querySelectorAll('main label')].find(e => e.innerText.startsWith('Record')).querySelector('select');
         field.value = field.options[2].value; field.dispatchEvent(new Event('change', { bubbles: true }));",
    );
    page.wait("location.hash.includes('at=')");
    page.wait(&format!("/is within 5/.test({line})"));
}
