//! Charts under fingers.

use serde_json::{Value, json};
use site_tests::{
    history::{History, steady},
    session::Window,
};

use crate::support::{Page, serve};

/// The chart of a series on a phone, and the middle of it.
fn chart() -> (Page, f64, f64) {
    let history = History::default().series("wan-t2v", "L40S", &steady(10.0, 60, 10.0));
    let hash = format!("#/series/{}?days=all&metric=latency", history.key("wan-t2v", "L40S"));
    let window = Window { width: 390, height: 800, scale: 2, ..Window::default() };
    let page = Page::of(serve(&history), &hash, window);
    let enable = json!({ "enabled": true, "maxTouchPoints": 2 });
    page.session.devtools("Emulation.setTouchEmulationEnabled", &enable).expect("a touch screen");
    page.wait("document.querySelector('main figure canvas')?.width > 300");
    // what is below the charts comes a little later and moves nothing above it
    page.wait("document.querySelectorAll('main table').length > 0");
    page.run("document.querySelector('main figure [tabindex=\"0\"]').scrollIntoView({ block: 'center' })");
    let place = page.run(
        "const box = document.querySelector('main figure [tabindex=\"0\"]').getBoundingClientRect();
         return [box.left + box.width / 2, box.top + box.height / 2];",
    );
    let at = |index: usize| place[index].as_f64().unwrap_or_default();
    (page, at(0), at(1))
}

fn touch(page: &Page, kind: &str, points: &[(f64, f64)]) {
    let point = |(id, (x, y)): (usize, &(f64, f64))| json!({ "x": x, "y": y, "id": id });
    let points: Vec<Value> = points.iter().enumerate().map(point).collect();
    let event = json!({ "type": kind, "touchPoints": points });
    page.session.devtools("Input.dispatchTouchEvent", &event).expect("a touch");
}

fn tap(page: &Page, at: (f64, f64)) {
    touch(page, "touchStart", &[at]);
    touch(page, "touchEnd", &[]);
}

const TOOLTIP: &str = "document.querySelector('main figure [role=status]')";

#[test]
fn a_tap_reads_a_point_and_opens_nothing() {
    let (page, x, y) = chart();
    tap(&page, (x, y));
    page.wait(&format!("{TOOLTIP}?.innerText.includes('2026-')"));
    assert!(page.hash().starts_with("#/series/"), "{}", page.hash());
}

#[test]
fn a_second_tap_on_a_point_opens_its_run() {
    let (page, x, y) = chart();
    tap(&page, (x, y));
    page.wait("document.querySelector('main figure .chart-dot') !== null");
    let dot = page.run(
        "const box = document.querySelector('main figure .chart-dot').getBoundingClientRect();
         return [box.left + box.width / 2, box.top + box.height / 2];",
    );
    tap(&page, (dot[0].as_f64().unwrap_or_default(), dot[1].as_f64().unwrap_or_default()));
    page.wait("location.hash.startsWith('#/run/')");
}

#[test]
fn two_fingers_that_part_zoom_in_and_two_that_meet_zoom_out() {
    let (page, x, y) = chart();
    let spread = |widths: &[f64]| {
        let pair = |half: f64| [(x - half, y), (x + half, y)];
        touch(&page, "touchStart", &pair(widths[0]));
        for half in widths {
            touch(&page, "touchMove", &pair(*half));
        }
        touch(&page, "touchEnd", &[]);
    };
    spread(&[30.0, 60.0, 90.0]);
    page.wait("/from=\\d+&to=\\d+/.test(location.hash)");
    spread(&[90.0, 40.0, 10.0]);
    page.wait("!location.hash.includes('from=')");
}
