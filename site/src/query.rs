//! The URL's hash: which page is open, and the state of that page.
//!
//! In: the text after `#`. Out: a [`Query`]; and back. Nothing else reads or writes it.
//!
//! `#/series/<key>?metric=latency&days=90`: any static host serves it from any sub-path.

use bench_records::hub::encode;

/// A page of the dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// All series at a glance.
    Overview,
    /// One series, by its key.
    Series(String),
    /// Every finding.
    Regressions,
    /// Two of something side by side.
    Compare,
    /// One record: its series' key, and its id or time.
    Run(String, String),
    /// All runs of a pull request, by its number.
    PullRequest(u32),
    /// Language models: tests and metrics of each.
    Llm,
    /// A sweep of load tests, by the key of one of its series.
    LoadTest(String),
    /// How all of this is computed.
    Method,
    /// A path that no page has.
    Unknown(String),
}

/// A part of a page's state, as the address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Which history, of several.
    Source,
    /// Words that series are searched for.
    Search,
    /// Series of this status.
    Status,
    /// Series of this device.
    Device,
    /// Series of this benchmark.
    Benchmark,
    /// Tests of this model.
    Model,
    /// What a load test shall keep.
    Slo,
    /// Which metric is shown.
    Metric,
    /// What comes first.
    Sort,
    /// Which findings are listed.
    Findings,
    /// Of which series.
    Scope,
    /// What two of are compared.
    By,
    /// The first of the two.
    A,
    /// The second of them.
    B,
    /// Days before the newest record that a chart shows.
    Days,
    /// Where a chart begins.
    From,
    /// Where it ends.
    To,
    /// Whether records are as far apart as their dates.
    Spacing,
    /// Whether a chart is logarithmic.
    Scale,
    /// Whether values are told in percent of the first.
    Relative,
    /// Parts of a chart that are hidden.
    Off,
    /// Series that are drawn with this one.
    With,
    /// The record that was chosen.
    At,
    /// Records whose trials are shown.
    Trials,
    /// Whether runs that are not of main are shown beside those that are.
    Beside,
}

impl Key {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Search => "q",
            Self::Status => "status",
            Self::Device => "device",
            Self::Benchmark => "benchmark",
            Self::Model => "model",
            Self::Slo => "slo",
            Self::Metric => "metric",
            Self::Sort => "sort",
            Self::Findings => "kind",
            Self::Scope => "scope",
            Self::By => "by",
            Self::A => "a",
            Self::B => "b",
            Self::Days => "days",
            Self::From => "from",
            Self::To => "to",
            Self::Spacing => "x",
            Self::Scale => "scale",
            Self::Relative => "rel",
            Self::Off => "off",
            Self::With => "with",
            Self::At => "at",
            Self::Trials => "trials",
            Self::Beside => "prs",
        }
    }
}

/// A page with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The page.
    pub page: Page,
    params: Vec<(String, String)>,
}

impl Query {
    /// A page in its initial state.
    #[must_use]
    pub fn to(page: Page) -> Self {
        Self { page, params: Vec::new() }
    }

    /// Reads a hash, with or without its `#`.
    #[must_use]
    pub fn parse(hash: &str) -> Self {
        let hash = hash.trim_start_matches('#');
        let (path, params) = hash.split_once('?').unwrap_or((hash, ""));
        let params = params.split('&').filter(|pair| !pair.is_empty());
        let params = params.map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        });
        Self { page: parse_page(path), params: params.collect() }
    }

    /// The hash that [`Query::parse`] reads as this.
    #[must_use]
    pub fn to_hash(&self) -> String {
        let mut hash = format!("#/{}", write_page(&self.page));
        for (index, (key, value)) in self.params.iter().enumerate() {
            hash.push(if index == 0 { '?' } else { '&' });
            hash.push_str(&encode(key));
            hash.push('=');
            hash.push_str(&encode(value));
        }
        hash
    }

    /// Value of a parameter.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&str> {
        self.params.iter().find(|(name, _)| name == key.as_str()).map(|(_, value)| value.as_str())
    }

    /// Values of a parameter that holds a list.
    #[must_use]
    pub fn list(&self, key: Key) -> Vec<String> {
        let items = self.get(key).unwrap_or_default().split(',').filter(|item| !item.is_empty());
        items.map(decode).collect()
    }

    /// With a parameter set, or removed where `value` is empty.
    #[must_use]
    pub fn with(mut self, key: Key, value: impl Into<String>) -> Self {
        let value = value.into();
        let at = self.params.iter().position(|(name, _)| name == key.as_str());
        match (at, value.is_empty()) {
            (Some(at), true) => drop(self.params.remove(at)),
            (Some(at), false) => self.params[at].1 = value,
            (None, true) => {}
            (None, false) => self.params.push((key.as_str().to_owned(), value)),
        }
        self
    }

    /// With a parameter that holds a list.
    #[must_use]
    pub fn with_list(self, key: Key, items: &[String]) -> Self {
        let items: Vec<String> = items.iter().map(|item| encode(item)).collect();
        self.with(key, items.join(","))
    }
}

fn parse_page(path: &str) -> Page {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => Page::Overview,
        ["series", key] => Page::Series(decode(key)),
        ["regressions"] => Page::Regressions,
        ["compare"] => Page::Compare,
        ["run", key, point] => Page::Run(decode(key), decode(point)),
        ["pr", number] if number.parse::<u32>().is_ok() => {
            Page::PullRequest(number.parse().unwrap_or_default())
        }
        ["llm"] => Page::Llm,
        ["load", key] => Page::LoadTest(decode(key)),
        ["method"] => Page::Method,
        _ => Page::Unknown(decode(path)),
    }
}

fn write_page(page: &Page) -> String {
    match page {
        Page::Overview => String::new(),
        Page::Series(key) => format!("series/{}", encode(key)),
        Page::Regressions => "regressions".to_owned(),
        Page::Compare => "compare".to_owned(),
        Page::Run(key, point) => format!("run/{}/{}", encode(key), encode(point)),
        Page::PullRequest(number) => format!("pr/{number}"),
        Page::Llm => "llm".to_owned(),
        Page::LoadTest(key) => format!("load/{}", encode(key)),
        Page::Method => "method".to_owned(),
        Page::Unknown(path) => encode(path),
    }
}

/// Undoes [`encode`]; what is no valid escape stands for itself.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        at += if escaped.is_some() { 3 } else { 1 };
        out.push(escaped.unwrap_or_else(|| bytes[at - 1]));
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_is_read_as_it_was_written() {
        let pages = [
            Page::Overview,
            Page::Series("4d3f".to_owned()),
            Page::Regressions,
            Page::Compare,
            Page::Run("4d3f".to_owned(), "01J/é%?#&=".to_owned()),
            Page::PullRequest(4354),
            Page::Llm,
            Page::LoadTest("4d3f".to_owned()),
            Page::Method,
        ];
        for page in pages {
            let query = Query::to(page)
                .with(Key::Search, "a&b=c ü")
                .with_list(Key::Off, &["x,y".into(), "z".into()]);
            let read = Query::parse(&query.to_hash());
            assert_eq!(read, query);
            assert_eq!(read.list(Key::Off), ["x,y", "z"]);
        }
    }

    #[test]
    fn an_empty_hash_is_the_overview_and_an_odd_one_is_unknown() {
        for hash in ["", "#", "#/", "#//"] {
            assert_eq!(Query::parse(hash).page, Page::Overview, "{hash}");
        }
        assert_eq!(Query::parse("#/nowhere/x").page, Page::Unknown("/nowhere/x".to_owned()));
        assert_eq!(Query::parse("#/?q=%zz%").get(Key::Search), Some("%zz%"));
    }

    #[test]
    fn an_empty_value_removes_its_parameter() {
        let query = Query::parse("#/?q=wan&gpu=L40S").with(Key::Search, "");
        assert_eq!(query.to_hash(), "#/?gpu=L40S");
    }
}
