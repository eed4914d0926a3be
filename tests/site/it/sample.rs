//! The sample of `public/` in the bundle as it is: whoever builds the site and opens it sees this.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bench_records::{
    index::{HEAD_PATH, HeadReading, series_file},
    metric::MetricTable,
    series::Series,
};
use serde_json::Value;
use site_tests::{server::Server, session::Window};

use crate::{
    support::{Page, variable},
    tables::{Table, is_rounded},
};

/// A history of the sample as its files say it.
struct Sample {
    name: String,
    reading: HeadReading,
    series: Vec<Series>,
}

fn public() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public")
}

fn samples() -> Vec<Sample> {
    let config = fs::read_to_string(public().join("config.json")).expect("public/config.json");
    let config: Value = serde_json::from_str(&config).expect("JSON");
    config["sources"].as_array().expect("sources").iter().map(Sample::of).collect()
}

impl Sample {
    fn of(source: &Value) -> Self {
        let text = |field: &str| source[field].as_str().expect("a text").to_owned();
        let head = public().join(text("url")).join(HEAD_PATH);
        let read = |path: &Path| fs::read_to_string(path).expect("readable");
        let folder = head.with_file_name("series");
        let files = fs::read_dir(&folder).expect("a folder of series").flatten();
        let series = files.map(|file| series_file::read(&read(&file.path())).expect("a series"));
        let reading = HeadReading::of(&read(&head)).expect("a head");
        Self { name: text("name"), reading, series: series.collect() }
    }

    /// The address of a page of it.
    fn hash(&self, page: &str) -> String {
        format!("#/{page}?source={}", self.name)
    }
}

fn opened(hash: &str) -> Page {
    let server = Server::start(variable("SITE_DIST")).expect("a free port");
    Page::of(server, hash, Window::default())
}

const CARDS: &str = "document.querySelectorAll('main ul.cards > li').length";

/// Presses the button for more cards, where there is one.
const MORE: &str = "[...document.querySelectorAll('main button')] \
    .find(button => button.innerText.startsWith('Show more'))?.click()";

#[test]
fn its_overviews_show_every_series_that_its_files_hold() {
    let page = opened("#/");
    for sample in samples() {
        let count = sample.series.len();
        assert!(count > 10, "{}: {count} series", sample.name);
        let listed = sample.reading.head.series.len() + sample.reading.later.len();
        assert_eq!(listed, count, "{}", sample.name);
        page.go(&sample.hash(""));
        page.wait_for(&format!("{count} series, "));
        page.wait(&format!("({MORE}, {CARDS} === {count})"));
        page.wait("document.querySelectorAll('main ul.cards svg path[d^=M]').length > 5");
        let records: usize = sample.series.iter().map(|series| series.points.len()).sum();
        let text = page.text().replace('\u{202f}', "");
        assert!(text.contains(&format!("{records} records")), "{records}: {text}");
        assert_eq!(page.run("return document.querySelectorAll('main [role=alert]').length"), 0);
    }
    assert_eq!(page.foreign_requests(), Vec::<String>::new());
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn the_page_of_its_longest_series_has_the_numbers_of_its_file() {
    let sample = samples().into_iter().next().expect("a history");
    let series = sample.series.iter().max_by_key(|series| series.points.len()).expect("a series");
    let page = opened(&sample.hash(&format!("series/{}", series.key)));
    page.wait("document.querySelectorAll('main table').length > 1");
    let table = Table::last(&page);
    let metrics = MetricTable::with_own(sample.reading.head.header.metrics.clone());
    let mut compared = 0;
    for (at, key) in series.metrics.iter().enumerate() {
        let metric = metrics.get_or_unjudged(key);
        let column = table.heads.iter().position(|head| head.starts_with(&*metric.label));
        let Some(column) = column else { continue };
        for (cells, point) in table.rows.iter().zip(series.points.iter().rev()) {
            assert!(point.commit.starts_with(cells[1].trim()), "{cells:?} {point:?}");
            match point.values[at] {
                Some(value) => assert!(is_rounded(&cells[column], value), "{cells:?} {value}"),
                None => assert_eq!(cells[column], "n/a"),
            }
            compared += 1;
        }
    }
    assert!(compared >= 20, "only {compared} values were compared");
}
