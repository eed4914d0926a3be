//! What a reader is told, and keeps, when the Hub refuses or is gone: in the middle, from the start.

use bench_records::time::{DAY, Micros};
use hub_double::{Hub, Logged};
use serde_json::{Value, json};
use site_tests::{
    history::{History, NEWEST, steady},
    session::Window,
};

use super::{asked_records, assert_plain_gets, host, indexed, overview, plain};
use crate::support::Page;

/// A dataset of which some is in an index, or nothing, and a browser that does not show it yet.
struct Far {
    hub: Hub,
    page: Page,
    /// Records that an index has.
    known: usize,
    /// Records that are to be read one by one.
    wanted: usize,
}

impl Far {
    fn plain() -> Self {
        Self::of(plain(&History::small()), (0, 90))
    }

    fn indexed() -> Self {
        let series = |history: History, last: Micros, count: usize| {
            let of = |history: History, model, gpu, center| {
                history.series_until(last, model, gpu, &steady(center, count, center))
            };
            let history = of(history, "wan-t2v", "L40S", 10.0);
            of(of(history, "wan-t2v", "H100", 4.0), "flux-dev", "L40S", 7.0)
        };
        let before = Micros(NEWEST.0 - 20 * DAY.0);
        let known = series(History::default(), before, 12);
        let newer = series(History::default(), NEWEST, 20);
        Self::of(indexed(&known, &newer), (36, 60))
    }

    fn both() -> [Self; 2] {
        [Self::plain(), Self::indexed()]
    }

    fn of(hub: Hub, (known, wanted): (usize, usize)) -> Self {
        let server = host(&hub);
        // a document of the host that asks for nothing, so that a test can cut the browser off first
        server.put("blank.html", "<!doctype html><title>blank</title>");
        let page = Page::of(server, "blank.html", Window::default());
        Self { hub, page, known, wanted }
    }

    /// Opens the overview.
    fn begin(&self) {
        self.page.go("#/");
    }

    /// Cuts the browser off from addresses with this in them; from none where it is empty.
    fn cut_off(&self, part: &str) {
        let patterns: Vec<String> =
            if part.is_empty() { vec![] } else { vec![format!("*{part}*")] };
        let devtools = |command, parameters: Value| {
            self.page.session.devtools(command, &parameters).expect("a command of the browser");
        };
        devtools("Network.enable", json!({}));
        devtools("Network.setBlockedURLs", json!({ "urls": patterns }));
    }

    /// Host and port, as they stand in addresses of the dataset.
    fn host(&self) -> String {
        self.hub.endpoint().trim_start_matches("http://").to_owned()
    }

    /// Waits until the reading has stopped for a reason; how many records were read one by one, each
    /// by a request that was answered, and the requests.
    fn stopped(&self, reason: &str) -> (usize, Vec<Logged>) {
        let wanted = self.wanted;
        self.page.wait(&format!(
            "document.querySelector('[role=alert]')?.innerText.toLowerCase().includes('{reason}')"
        ));
        let words = format!("/(\\d+) of {wanted} records were read/.exec(document.body.innerText)");
        let read = self.page.wait(&format!("{words}?.[1]"));
        let read: usize = read.as_str().and_then(|read| read.parse().ok()).expect("a number");
        assert!((1..wanted).contains(&read), "{read} of {wanted}");
        let shown = format!("{} records", self.known + read);
        assert!(self.page.text().contains(&shown), "{shown} in {}", self.page.text());
        self.page.wait("document.querySelectorAll('a.card').length > 0");
        let log = self.hub.take_log();
        assert_plain_gets(&log);
        assert_eq!(answered(&log), read);
        (read, log)
    }

    /// Presses the button, and waits until everything is shown, of which `read` is kept.
    fn whole_again(&self, read: usize) {
        self.page.click("//button[.='Try again']");
        self.page.wait_for(&format!("{} records", self.known + self.wanted));
        self.page.wait("!document.querySelector('[role=alert]')");
        let log = self.hub.take_log();
        assert_plain_gets(&log);
        assert_eq!(asked_records(&log).len(), self.wanted - read, "what was read is kept");
    }
}

/// Requests for records that were answered.
fn answered(log: &[Logged]) -> usize {
    let read = log.iter().filter(|request| request.status == 200);
    let is_record = |target: &str| target.contains("/resolve-cache/") && target.contains(".json?");
    read.filter(|request| is_record(&request.target)).count()
}

#[test]
fn a_limit_in_the_middle_leaves_what_is_read_and_reading_goes_on_later() {
    for far in Far::both() {
        far.hub.behave(|behaviour| behaviour.reads_left = Some(84));
        far.begin();
        let (read, log) = far.stopped("limits how often");
        let refused = log.iter().filter(|request| request.status == 429).count();
        assert!((1..=8).contains(&refused), "each of those under way, and no other: {log:?}");
        far.hub.behave(|behaviour| behaviour.reads_left = None);
        far.whole_again(read);
    }
}

#[test]
fn a_connection_lost_in_the_middle_leaves_what_is_read_and_reading_goes_on_later() {
    for far in Far::both() {
        far.cut_off("/flux-dev-L40S/");
        far.begin();
        let (read, _) = far.stopped("cannot be reached");
        // even further away: what is shown stays
        far.cut_off(&far.host());
        far.page.click("//button[.='Try again']");
        far.page.wait_for("head.ndjson cannot be reached");
        far.page.wait("document.querySelectorAll('a.card').length > 0");
        assert_eq!(far.hub.take_log(), []);
        far.cut_off("");
        far.whole_again(read);
    }
}

#[test]
fn a_dataset_that_is_out_of_reach_from_the_start_is_said_in_place_of_it() {
    for far in Far::both() {
        far.cut_off(&far.host());
        far.begin();
        far.page.wait(
            "document.querySelector('[role=alert]')?.innerText.includes('cannot be reached')",
        );
        far.page.wait_for("check the connection");
        assert_eq!(far.hub.take_log(), []);
        far.cut_off("");
        far.whole_again(0);
    }
}

#[test]
fn an_index_is_shown_where_nothing_newer_can_be_looked_for() {
    let far = Far::indexed();
    far.cut_off("/api/datasets/");
    far.begin();
    far.page.wait_for("36 records");
    far.page
        .wait("document.querySelector('[role=alert]')?.innerText.includes('cannot be reached')");
    assert_eq!(far.page.run("return document.querySelectorAll('a.card').length"), 3);
    assert_eq!(asked_records(&far.hub.take_log()), Vec::<&str>::new());
    far.cut_off("");
    far.whole_again(0);
}

#[test]
fn a_limit_from_the_start_is_said_in_place_of_the_history() {
    let hub = plain(&History::small());
    hub.behave(|behaviour| behaviour.reads_left = Some(0));
    let page = overview(&hub);
    page.wait("document.querySelector('[role=alert]')?.innerText.includes('limits how often')");
}
