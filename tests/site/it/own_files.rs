//! The files that pages fetch beyond the head: held, failed, missing, unreadable; each has its words.
//!
//! A series' own file is read as a whole or not at all, so no part of it alone can be unreadable; a
//! run's two files are no history, so they are neither empty nor stale.

use bench_records::index::series_path;
use site_tests::{history::History, reply::Fault, session::Window};

use crate::{
    addresses::{Address, of_series},
    run,
    support::{DATA, Page, serve},
};

/// A file, what becomes of it, and what the page says then.
type OwnFile = (Own, How, &'static str);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    /// The series' whole history, on the page of the series.
    Series,
    /// The same on the page of a run.
    SeriesOfRun,
    /// The record of a run.
    Record,
    /// The trials of a run.
    Trials,
}

#[derive(Clone, Copy)]
enum How {
    Fails(Fault),
    Holds(fn(&str) -> String),
}

const OWN_FILES: [OwnFile; 14] = [
    (Own::Series, How::Fails(Fault::Held), "Loading the whole history of this series"),
    (Own::Series, How::Fails(Fault::Status(500)), "answered with status 500"),
    (Own::Series, How::Fails(Fault::Status(404)), "is not there"),
    (Own::Series, How::Holds(|text| text.replacen('[', "[[", 1)), "ndjson cannot be read"),
    (Own::SeriesOfRun, How::Fails(Fault::Held), "Loading the history of this run's series"),
    (Own::SeriesOfRun, How::Fails(Fault::Status(500)), "answered with status 500"),
    (Own::SeriesOfRun, How::Holds(|text| text.replacen('[', "[[", 1)), "ndjson cannot be read"),
    (Own::Record, How::Fails(Fault::Held), "Loading its record and its trials"),
    (Own::Record, How::Fails(Fault::Status(500)), "answered with status 500"),
    (Own::Record, How::Fails(Fault::Status(404)), "keeps no record file of this run"),
    (
        Own::Record,
        How::Holds(|text| text[..9].to_owned()),
        "record file of this run cannot be read",
    ),
    (Own::Trials, How::Fails(Fault::Status(429)), "limits how often"),
    (Own::Trials, How::Fails(Fault::Status(404)), "trials of this run are not in this history"),
    (
        Own::Trials,
        How::Holds(|text| text.to_owned() + "{\"phase\":\n"),
        "1 line of the file with the trials cannot be read; the rest is shown",
    ),
];

impl Own {
    fn path(self, history: &History) -> String {
        let series = history.grouped().into_values().next().expect("a series");
        let newest = series.points.last().expect("a record");
        let path = match self {
            Self::Series | Self::SeriesOfRun => series_path(&series.key),
            Self::Record => newest.record_path().expect("a path").to_owned(),
            Self::Trials => newest.trials_path().expect("an id"),
        };
        format!("{DATA}{path}")
    }

    fn address(self, history: &History) -> Address {
        let [series, run] = of_series(history, "wan-t2v", "L40S");
        if self == Self::Series { series } else { run }
    }
}

#[test]
fn series_and_run_say_in_which_state_their_own_files_are() {
    let history = run::history();
    let server = serve(&history);
    server.put(&Own::Trials.path(&history), run::trials());
    let page = Page::of(server, "#/method", Window::default());
    for (own, how, words) in OWN_FILES {
        let (path, address) = (own.path(&history), own.address(&history));
        let whole = String::from_utf8(page.server.get(&path).expect("a file")).expect("UTF-8");
        match how {
            How::Fails(fault) => page.server.fail(&path, fault),
            How::Holds(text) => page.server.put(&path, text(&whole)),
        }
        page.go_anew(&address.hash);
        page.says(words);
        // what does not need the file is shown all the same
        if matches!(own, Own::Record | Own::Trials) {
            page.wait_for("Judged 5 of 5 gated metrics");
        }
        page.server.mend();
        page.server.put(&path, whole);
        if page.run("return document.querySelector('main [role=alert] button') !== null") == true {
            page.click("//button[.='Try again']");
            address.is_there(&page);
        }
    }
}
