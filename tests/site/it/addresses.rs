//! Every page by its address: what holds for all of them is tested over this list.

use site_tests::history::History;

use crate::support::Page;

/// A page of a history.
#[derive(Debug, Clone)]
pub struct Address {
    /// Hash of it.
    pub hash: String,
    /// What its heading begins with.
    pub heading: String,
}

impl Address {
    fn new(hash: impl Into<String>, heading: &str) -> Self {
        Self { hash: hash.into(), heading: heading.to_owned() }
    }

    /// Opens it and waits until all of its content is there.
    pub fn settle(&self, page: &Page) {
        page.go(&self.hash);
        self.is_there(page);
    }

    /// Waits until all of its content is there.
    pub fn is_there(&self, page: &Page) {
        let heading = serde_json::Value::from(self.heading.as_str());
        page.wait(&format!(
            "document.querySelector('main h1')?.textContent.startsWith({heading}) && \
             document.querySelectorAll('h1').length === 1 && \
             !document.querySelector('main').innerText.includes('Loading')"
        ));
    }
}

/// The pages that need no series.
pub fn of_history() -> [Address; 4] {
    [
        Address::new("#/", "Overview"),
        Address::new("#/regressions", "Regressions"),
        Address::new("#/compare", "Compare"),
        Address::new("#/method", "Method"),
    ]
}

/// The page of a benchmark on a GPU, and that of its newest record.
pub fn of_series(history: &History, model: &str, gpu: &str) -> [Address; 2] {
    let key = history.key(model, gpu);
    let grouped = history.grouped();
    let series = grouped.values().find(|series| series.key.0 == key).expect("a series of that key");
    let newest = series.points.last().expect("a record").time.to_iso();
    [
        Address::new(format!("#/series/{key}"), model),
        Address::new(format!("#/run/{key}/{newest}"), model),
    ]
}

/// Every page of a history, with those of one of its series.
pub fn every_page(history: &History, model: &str, gpu: &str) -> Vec<Address> {
    of_history().into_iter().chain(of_series(history, model, gpu)).collect()
}

/// The page of language models.
pub fn language_models() -> Address {
    Address::new("#/llm", "Language models")
}

/// The pages of [`History::served`] that are about language models.
pub fn of_load_tests(history: &History) -> [Address; 2] {
    let key = history.key_at("H100", 4.0);
    [language_models(), Address::new(format!("#/load/{key}?slo=ttft_p99:0.5"), "Load test")]
}

/// Every page of [`History::served`].
pub fn every_page_served(history: &History) -> Vec<Address> {
    let pages = every_page(history, "wan-t2v", "H100");
    pages.into_iter().chain(of_load_tests(history)).collect()
}
