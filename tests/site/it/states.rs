//! Each page in each state of its data: loading, failed, empty, stale, partly unreadable.
//!
//! A state has its words on every page where it can arise, and what can be shown is shown beside them.

use bench_records::time::{DAY, Micros};
use site_tests::{
    history::{History, NEWEST, steady},
    reply::Fault,
    server::Server,
    session::Window,
};

use crate::{
    addresses::{Address, every_page},
    support::{DATA, Page, head, open, put_history, serve},
};

const MODEL: &str = "wan-t2v";

/// Three series, the last of which regressed and was then left behind.
fn history() -> History {
    let old = Micros(NEWEST.0 - 9 * DAY.0);
    History::default()
        .series(MODEL, "L40S", &steady(10.0, 20, 10.0))
        .series("flux-dev", "L40S", &steady(7.0, 20, 7.0))
        .series_until(old, MODEL, "A40", &steady(5.0, 20, 6.0))
}

/// A state of a history, and what it is put into.
struct State {
    name: &'static str,
    begin: fn(&Server),
    /// What overview, regressions, compare, method, series and run say; empty where the state cannot
    /// arise.
    words: [&'static str; 6],
}

const STATES: [State; 5] = [
    State {
        name: "loading",
        begin: |server| server.fail(&head(), Fault::Held),
        words: ["Loading the history"; 6],
    },
    State {
        name: "failed",
        begin: |server| server.fail(&head(), Fault::Status(500)),
        words: ["answered with status 500"; 6],
    },
    State {
        name: "empty",
        begin: |server| put_history(server, DATA, &History::default()),
        words: [
            "no records yet",
            "no records yet",
            "no records yet",
            // the method is the same whatever it is applied to
            "",
            "has no series",
            "has no series",
        ],
    },
    State {
        name: "stale",
        begin: |_| {},
        words: [
            "not running",
            "not running",
            "stale",
            // it judges no series
            "",
            "not running",
            "have gone on",
        ],
    },
    State {
        name: "partly unreadable",
        begin: |server| break_line(server, "flux-dev"),
        words: ["part of this history could not be read"; 6],
    },
];

/// Breaks the line of the head that a series has.
fn break_line(server: &Server, model: &str) {
    let text = String::from_utf8(server.get(&head()).expect("a head")).expect("UTF-8");
    let name = format!("\"{model}\"");
    let line = |line: &str| match line.contains(&name) {
        true => format!("{}}}broken\n", &line[..line.len() / 2]),
        false => format!("{line}\n"),
    };
    server.put(&head(), text.lines().map(line).collect::<String>());
}

/// The pages in the order of [`State::words`]; two devices are compared, for commits are never stale.
fn pages(history: &History) -> Vec<Address> {
    let mut pages = every_page(history, MODEL, "A40");
    pages[2].hash += "?by=device&a=L40S&b=A40";
    pages
}

#[test]
fn each_page_says_in_which_state_its_history_is() {
    let history = history();
    let page = Page::of(serve(&history), "#/method", Window::default());
    for State { name, begin, words } in STATES {
        begin(&page.server);
        for (address, words) in pages(&history).iter().zip(words) {
            page.go_anew(&address.hash);
            page.says(words);
            let is_alert = page.run("return document.querySelector('[role=alert]') !== null");
            assert_eq!(is_alert, name == "failed", "{name}: {}", address.hash);
        }
        page.server.mend();
        put_history(&page.server, DATA, &history);
    }
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn what_was_held_or_failed_is_shown_once_it_can_be() {
    let history = history();
    let page = Page::of(serve(&history), "#/method", Window::default());
    for address in pages(&history) {
        page.server.fail(&head(), Fault::Held);
        page.go_anew(&address.hash);
        page.says("Loading the history");
        page.server.mend();
        address.is_there(&page);
        page.server.fail(&head(), Fault::Status(500));
        page.go_anew(&address.hash);
        page.says("answered with status 500");
        page.server.mend();
        page.click("//button[.='Try again']");
        address.is_there(&page);
    }
}

#[test]
fn what_can_be_read_is_shown_beside_what_cannot() {
    let history = history();
    let page = Page::of(serve(&history), "#/method", Window::default());
    break_line(&page.server, "flux-dev");
    for address in pages(&history) {
        page.go_anew(&address.hash);
        address.is_there(&page);
        page.wait_for("head.ndjson: line ");
    }
    // nor is the series whose line it was merely called unknown
    page.go(&format!("#/series/{}", history.key("flux-dev", "L40S")));
    page.wait_for("has no series");
    page.wait_for("part of this history could not be read");
}

#[test]
fn many_unreadable_lines_leave_the_page_its_room() {
    let mut history = History::default().series(MODEL, "L40S", &steady(10.0, 8, 10.0));
    for index in 0..9 {
        history = history.series(&format!("broken-{index}"), "L40S", &steady(5.0, 8, 5.0));
    }
    let server = serve(&history);
    (0..9).for_each(|index| break_line(&server, &format!("broken-{index}")));
    let page = Page::of(server, "#/", Window::default());
    page.wait_for("9 parts of this history could not be read");
    assert!(!page.text().contains("head.ndjson: line"), "{}", page.text());
    page.click("//main//summary[.='What, and where']");
    page.wait("document.body.innerText.match(/head.ndjson: line/g)?.length === 9");
}

#[test]
fn a_history_of_which_nothing_can_be_read_is_not_called_empty() {
    let history = History::default().series(MODEL, "L40S", &steady(10.0, 8, 10.0));
    let page = Page::of(serve(&history), "#/method", Window::default());
    break_line(&page.server, MODEL);
    for hash in ["#/", "#/regressions", "#/compare"] {
        page.go_anew(hash);
        page.says("has 8 records, and none can be read");
    }
}

#[test]
fn files_that_the_index_set_aside_are_counted() {
    let history = History::small().set_aside(3);
    let page = open(&history, "#/");
    page.wait("/3 files/.test(document.body.innerText)");
}
