//! `feed.xml` as a feed reader takes it (RFC 4287), and the pages that need no script as a parser does.

use std::collections::BTreeSet;

use bench_records::time::Micros;
use serde_json::{Value, json};

use crate::{
    publish::folder::put_site,
    publish::markup::{self, Element},
    support::builders::{record, with},
    support::workspace::Workspace,
};

/// A name that is markup, unless it is escaped.
const NAME: &str = "wan <b>\"&amp;' \u{1b}[2J</entry>";

/// Eight nights: slow, faster, and slow again, one of them with two records of the same time.
fn published(args: &[&str]) -> Workspace {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    for (index, latency) in [10.0, 10.0, 12.0, 10.0, 10.0, 13.0].into_iter().enumerate() {
        let fields =
            json!({"model_id": NAME, "latency": latency, "commit_sha": format!("{index:040x}")});
        put(&workspace, index, &fields);
    }
    let again = json!({"model_id": NAME, "latency": 5.0, "commit_sha": "f".repeat(40)});
    workspace.write_json("history/x/again.json", &with(record("x", 6), &again));
    workspace.run(&[&["publish", "--site", "site"], args].concat()).expect(0);
    workspace
}

fn put(workspace: &Workspace, index: usize, fields: &Value) {
    let day = u32::try_from(index).unwrap() + 1;
    workspace.write_json(&format!("history/x/{day}.json"), &with(record("x", day), fields));
}

fn assert_dated(element: &Element) {
    let updated = &element.only("updated").text;
    let is_date_time = updated.contains('T') && updated.ends_with("+00:00");
    assert!(is_date_time && Micros::parse(updated).is_some(), "{updated}");
}

/// What every feed and every entry has, once and with something in it.
fn assert_named(element: &Element) -> String {
    for name in ["id", "title", "updated"] {
        assert!(!element.only(name).text.is_empty(), "{name} of {element:?}");
    }
    assert_dated(element);
    let id = element.only("id").text.clone();
    let scheme = id.split_once(':').map_or("", |(scheme, _)| scheme);
    assert!(["urn", "https"].contains(&scheme) && !id.contains([' ', '<', '"']), "no IRI: {id}");
    id
}

fn link<'e>(element: &'e Element, relation: &str) -> Option<&'e str> {
    let mut links = element.all("link").filter(|link| link.attribute("rel") == relation);
    let found = links.next().map(|link| link.attribute("href"));
    assert_eq!(links.next(), None, "one {relation}");
    found
}

#[test]
fn the_feed_has_what_the_standard_demands() {
    let args = ["--base-url", "https://example.org/perf", "--repository", "https://example.org/e"];
    let workspace = published(&args);
    let feed = markup::xml(&workspace.read("dist/feed.xml"));
    assert_eq!(feed.name, "feed");
    assert_eq!(feed.attribute("xmlns"), "http://www.w3.org/2005/Atom");
    let mut ids = BTreeSet::from([assert_named(&feed)]);
    assert!(
        !feed.only("author").only("name").text.is_empty(),
        "entries have no author of their own"
    );
    assert_eq!(link(&feed, "self"), Some("https://example.org/perf/feed.xml"));
    assert_eq!(link(&feed, "alternate"), Some("https://example.org/perf/"));
    let entries: Vec<&Element> = feed.all("entry").collect();
    assert!(entries.len() == 2, "that a single record is better is no news: {entries:?}");
    for entry in &entries {
        let id = assert_named(entry);
        assert!(ids.insert(id.clone()), "{id} twice");
        let page = link(entry, "alternate").unwrap();
        assert!(page.starts_with("https://example.org/perf/index.html#/series/"), "{page}");
        assert!(link(entry, "related").unwrap().starts_with("https://example.org/e/compare/"));
        assert!(!entry.only("content").text.is_empty());
        assert!(entry.only("title").text.contains("wan <b>\"&amp;' "), "{entry:?}");
    }
    let newest = entries.iter().map(|entry| &entry.only("updated").text).max();
    assert_eq!(newest, Some(&feed.only("updated").text));
}

#[test]
fn an_entry_keeps_its_id_when_history_is_published_again() {
    let ids = |workspace: &Workspace| -> Vec<String> {
        let feed = markup::xml(&workspace.read("dist/feed.xml"));
        feed.all("entry").map(|entry| entry.only("id").text.clone()).collect()
    };
    let workspace = published(&[]);
    let before = ids(&workspace);
    put(&workspace, 7, &json!({"model_id": NAME, "latency": 30.0, "commit_sha": "e".repeat(40)}));
    workspace.run(&["publish", "--site", "site", "--title", "Another"]).expect(0);
    let after = ids(&workspace);
    assert_eq!(after[1..], before, "one more");
}

/// Forty nights of two series at 10 s that scatter by some percent, and then these.
fn nights(percent: f64, then: &[f64]) -> Workspace {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    let around = |at: u32| 10.0 * (1.0 + percent / 100.0 * (f64::from(at * 7 % 5) - 2.0));
    let latencies: Vec<f64> = (0..40).map(around).chain(then.iter().copied()).collect();
    for name in ["wan", "flux"] {
        for (day, latency) in latencies.iter().enumerate() {
            let time = Micros(1_746_100_800_000_000 + day as i64 * 86_400_000_000).to_iso();
            let fields = json!({
                "latency": latency, "timestamp": time, "branch": "main",
                "commit_sha": format!("{day:08x}").repeat(5),
            });
            let fields = with(record(name, 1), &fields);
            workspace.write_json(&format!("history/{name}/{day}.json"), &fields);
        }
    }
    let clock = "2025-07-01T00:00:00Z";
    let env = [("BENCH_RUNNER_NOW", clock)];
    workspace.run_with(&["publish", "--site", "site"], &env).expect(0);
    workspace
}

fn titles(workspace: &Workspace) -> Vec<String> {
    let feed = markup::xml(&workspace.read("dist/feed.xml"));
    feed.all("entry").map(|entry| entry.only("title").text.clone()).collect()
}

#[test]
fn a_confirmed_change_is_one_entry_for_all_series_of_its_commits() {
    let workspace = nights(0.2, &[11.0; 8]);
    let confirmed: Vec<String> =
        titles(&workspace).into_iter().filter(|title| title.starts_with("confirmed")).collect();
    let expected = "confirmed worse since 0000002: wan on NVIDIA L40S, flux on NVIDIA L40S";
    assert_eq!(confirmed, [expected]);
    let summary: Value = serde_json::from_str(&workspace.read("dist/summary.json")).unwrap();
    assert_eq!(summary["changes"][0]["members"].as_array().map(Vec::len), Some(2));
    assert_eq!(summary["states"], json!([{"state": "confirmed", "series": 2}]));
    let badge: Value = serde_json::from_str(&workspace.read("dist/badges/overall.json")).unwrap();
    assert_eq!(badge["message"], "2 confirmed");
}

#[test]
fn a_run_within_the_noise_of_its_series_is_no_news_and_turns_no_badge_red() {
    let workspace = nights(3.0, &[11.2]);
    assert_eq!(titles(&workspace), Vec::<String>::new());
    let badge: Value = serde_json::from_str(&workspace.read("dist/badges/overall.json")).unwrap();
    assert_eq!(badge["message"], "2 within noise; CI gate failed on 2");
    let summary: Value = serde_json::from_str(&workspace.read("dist/summary.json")).unwrap();
    assert_eq!(summary["series"][0]["status"], "regressed", "the gate's own word stays");
    let latest = workspace.read("dist/latest.html");
    assert!(latest.contains("within noise, CI gate failed"), "{latest}");
}

#[test]
fn the_table_and_the_badges_are_whole_and_every_row_has_its_cells() {
    let workspace = published(&[]);
    let page = markup::html(&workspace.read("dist/latest.html"));
    assert!(page.within("script").is_empty(), "a page for those without scripts");
    let table = page.within("table")[0].clone();
    let columns = table.only("thead").only("tr").children.len();
    for row in table.only("tbody").all("tr") {
        let spans = row.children.iter().map(|cell| cell.attribute("colspan").parse().unwrap_or(1));
        assert_eq!(spans.sum::<usize>(), columns, "{row:?}");
    }
    assert!(table.text.contains("wan <b>\"&amp;' "), "{}", table.text);
    for path in workspace.files("dist/badges").iter().filter(|path| path.ends_with(".svg")) {
        let badge = markup::xml(&workspace.read(&format!("dist/badges/{path}")));
        assert_eq!(badge.name, "svg");
        assert_eq!(badge.only("title").text, badge.attribute("aria-label"));
    }
}
