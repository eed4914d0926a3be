//! A dataset that is read from its index to its newest record.

use bench_records::time::{DAY, Micros};
use hub_double::Logged;
use site_tests::history::{History, NEWEST, steady};

use super::{asked_records, assert_plain_gets, indexed, overview, plain, plain_listing};

#[test]
fn records_newer_than_the_index_are_shown_and_judged_as_if_it_had_them() {
    let known = History::default().series("wan-t2v", "L40S", &steady(10.0, 29, 10.0));
    let newer = History::default()
        .series_until(Micros(NEWEST.0 + DAY.0), "wan-t2v", "L40S", &[13.0])
        .series("flux-dev", "H100", &[7.0, 7.0]);
    let hub = indexed(&known, &newer);
    let page = overview(&hub);
    page.wait_for("32 records");
    page.wait_for("flux-dev");
    page.wait("/gate: failed/i.test([...document.querySelectorAll('a.card')].find(e => e.innerText.includes('wan-t2v'))?.innerText ?? '')");
    let log = hub.take_log();
    assert_plain_gets(&log);
    assert_eq!(asked_records(&log).len(), 3, "{log:?}");
    let listings = log.iter().filter(|request| request.target.contains("/tree/")).count();
    assert_eq!(listings, 5, "root and one folder, then and now, and a new folder: {log:?}");
    page.go(&format!("#/series/{}", known.key("wan-t2v", "L40S")));
    page.wait_for("30 runs");
}

#[test]
fn a_dataset_without_an_index_is_read_newest_first_and_kept() {
    let hub = plain(&History::small());
    let page = overview(&hub);
    page.wait_for("90 records");
    page.wait("!document.body.innerText.includes('Reading records')");
    let log = hub.take_log();
    assert_plain_gets(&log);
    let asked = asked_records(&log);
    assert_eq!(asked.len(), 90);
    let day = |target: &&str| target.rsplit('/').next().unwrap_or_default()[..10].to_owned();
    let oldest_of_first = asked[..40].iter().map(day).min();
    assert!(oldest_of_first > asked[50..].iter().map(day).max(), "{asked:?}");
    page.run("location.reload()");
    page.wait_for("90 records");
    let log = hub.take_log();
    assert_eq!(asked_records(&log), Vec::<&str>::new());
}

#[test]
fn more_than_500_records_are_read_when_a_reader_asks_for_them() {
    let history = History::default().series("wan-t2v", "L40S", &steady(10.0, 512, 10.0));
    let hub = plain_listing(&history, 1000);
    let page = overview(&hub);
    page.wait_for("The newest 500 of 512 records that no index has are shown.");
    page.wait_for("500 records");
    let read = |log: &[Logged]| asked_records(log).len();
    assert_eq!(read(&hub.take_log()), 500);
    page.click("//main//button[.='Read more']");
    page.wait_for("512 records");
    page.wait("!document.body.innerText.includes('Read more')");
    assert_eq!(read(&hub.take_log()), 12, "what was read is kept");
    page.click("//main//a[contains(., 'wan-t2v')]");
    page.wait_for("512 runs");
}
