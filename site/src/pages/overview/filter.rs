//! Which series the overview shows, and in which order.
//!
//! In: a history and the state of the page. Out: rows, and how many stand how.

use std::sync::Arc;

use bench_records::{
    index::worst_first,
    order::{distinct, sorted},
};

use super::standing::{WORDS, Word, counts, words};
use crate::{
    dataset::{Dataset, Row},
    query::{Key, Query},
    search,
};

/// What the page is narrowed to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Lower-case words that the text of a series must all contain.
    pub words: Vec<String>,
    /// Only series that stand like this, in the words of their badges, or whose words count as this status;
    /// empty for all.
    pub status: String,
    /// Only series of this device.
    pub device: String,
    /// Only series of this benchmark.
    pub benchmark: String,
    /// Order of the cards.
    pub sort: Sort,
    /// Key of the metric on the cards; empty for the one that stands for each series.
    pub metric: String,
}

/// Order of the cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// State by levels, status, then largest change in the bad direction.
    #[default]
    WorstFirst,
    /// Benchmark, device, variant.
    Name,
    /// Newest record first.
    Newest,
}

impl Filter {
    /// The filter that the URL says.
    #[must_use]
    pub fn of(query: &Query) -> Self {
        let text = |key: Key| query.get(key).unwrap_or_default().to_owned();
        let status = text(Key::Status);
        let is_known = words().any(|word| word.is_asked_for(&status));
        Self {
            words: search::words(&text(Key::Search)),
            status: if is_known { status } else { String::new() },
            device: text(Key::Device),
            benchmark: text(Key::Benchmark),
            sort: match query.get(Key::Sort) {
                Some("name") => Sort::Name,
                Some("newest") => Sort::Newest,
                _ => Sort::WorstFirst,
            },
            metric: text(Key::Metric),
        }
    }

    /// Whether it asks for series that stand like this.
    #[must_use]
    pub fn asks_for(&self, word: Word) -> bool {
        !self.status.is_empty() && word.is_asked_for(&self.status)
    }

    fn admits(&self, row: &Row) -> bool {
        (self.device.is_empty() || row.device() == self.device)
            && (self.benchmark.is_empty() || row.benchmark() == self.benchmark)
            && self.words.iter().all(|word| row.search_text.contains(word) || ran(row, word))
    }

    /// Whether a word can be that of a commit or a pull request, which only points tell.
    #[must_use]
    pub fn asks_for_runs(&self) -> bool {
        let is_hexadecimal = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_commit = |word: &str| word.len() >= COMMIT && is_hexadecimal(word);
        self.words.iter().any(|word| pull_request(word).is_some() || is_commit(word))
    }

    /// The number of a pull request that the words ask for: `#4354`.
    #[must_use]
    pub fn pull_request(&self) -> Option<u32> {
        self.words.iter().find_map(|word| pull_request(word))
    }
}

/// The fewest letters by which a commit is searched for.
const COMMIT: usize = 7;

/// The number of a pull request, with its `#` or of three digits and more: fewer are in many names.
fn pull_request(word: &str) -> Option<u32> {
    let digits = word.strip_prefix('#').or(Some(word).filter(|word| word.len() > 2))?;
    digits.parse().ok()
}

/// Whether a recent record of a series is of the pull request or the commit that a word names.
fn ran(row: &Row, word: &str) -> bool {
    let number = pull_request(word).unwrap_or(0);
    let is_commit = word.len() >= COMMIT;
    row.recent.points.iter().any(|point| {
        (number > 0 && point.pr == number) || (is_commit && point.commit.starts_with(word))
    })
}

/// All rows in an order; a search picks from them, so that it need not order them again.
#[must_use]
pub fn ordered(dataset: &Dataset, sort: Sort) -> Vec<Arc<Row>> {
    match sort {
        Sort::Name => dataset.rows.clone(),
        Sort::Newest => sorted(&dataset.rows, |a, b| b.last.cmp(&a.last)),
        Sort::WorstFirst => {
            let rank = |row: &Row| (row.state, row.status(), row.severity);
            sorted(&dataset.rows, |a, b| worst_first(rank(a), rank(b)))
        }
    }
}

/// The rows that a filter admits, in their order, and how many stand how, whatever standing it asks for.
#[derive(Debug, Clone, Default)]
pub struct Selected {
    /// The rows.
    pub rows: Vec<Arc<Row>>,
    /// Numbers, in the order of the filter's words.
    pub counts: [usize; WORDS],
}

impl Selected {
    /// What `filter` admits of `rows`.
    #[must_use]
    pub fn of(rows: &[Arc<Row>], filter: &Filter) -> Self {
        let mut rows: Vec<Arc<Row>> =
            rows.iter().filter(|row| filter.admits(row)).cloned().collect();
        let counts = counts(rows.iter().map(Arc::as_ref));
        rows.retain(|row| filter.status.is_empty() || filter.asks_for(Word::of(row)));
        Self { rows, counts }
    }

    /// Whether two are the very same rows; what stands in them need not be compared.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let same = |(a, b): (&Arc<Row>, &Arc<Row>)| Arc::ptr_eq(a, b);
        self.counts == other.counts
            && self.rows.len() == other.rows.len()
            && self.rows.iter().zip(&other.rows).all(same)
    }
}

/// Values that a facet offers, each once.
#[must_use]
pub fn facet<'d>(dataset: &'d Dataset, value: impl Fn(&'d Row) -> &'d str) -> Vec<String> {
    distinct(dataset.rows.iter().map(|row| value(row)))
}

#[cfg(test)]
mod tests {
    use bench_records::{levels::State, status::Status};

    use super::*;
    use crate::testing::dataset_of;

    /// How many have each word that any has.
    fn counted(counts: [usize; WORDS]) -> Vec<(&'static str, usize)> {
        let all = words().map(|word| word.text).zip(counts);
        all.filter(|(_, count)| *count > 0).collect()
    }

    fn names(sort: Sort, filter: &str) -> (Vec<String>, [usize; WORDS]) {
        let dataset = dataset_of(&[
            ("latency", &[10.0, 10.0, 10.0, 10.0]),
            ("latency", &[10.0, 10.0, 10.0, 13.0]),
            ("latency", &[10.0, 10.0, 10.0, 12.0]),
        ]);
        let filter = Filter::of(&Query::parse(filter));
        let selected = Selected::of(&ordered(&dataset, sort), &filter);
        let names = selected.rows.iter().map(|row| row.benchmark().to_owned());
        (names.collect(), selected.counts)
    }

    #[test]
    fn the_worst_comes_first_and_a_search_keeps_the_order() {
        assert_eq!(names(Sort::WorstFirst, "#/").0, ["wan-1", "wan-2", "wan-0"]);
        assert_eq!(names(Sort::Name, "#/").0, ["wan-0", "wan-1", "wan-2"]);
        assert_eq!(names(Sort::WorstFirst, "#/?q=wan-2").0, ["wan-2"]);
    }

    #[test]
    fn standings_are_counted_whichever_is_asked_for() {
        let (rows, counts) = names(Sort::Name, "#/?status=new");
        assert_eq!(rows, [""; 0]);
        assert_eq!(counted(counts), [("suspected", 2), ("pass", 1)]);
        assert_eq!(names(Sort::Name, "#/?status=pass"), (vec!["wan-0".to_owned()], counts));
        assert_eq!(names(Sort::Name, "#/?status=unheard-of").0.len(), 3);
    }

    #[test]
    fn a_search_finds_the_series_that_ran_a_pull_request_or_a_commit() {
        let mut reading = crate::testing::reading_of(&[("latency", &[1.0]), ("latency", &[1.0])]);
        reading.head.series[1].points.commit[0] = "9678ab94d1".into();
        reading.head.series[1].points.pr = vec![4354];
        let dataset = crate::testing::shown(reading);
        let rows = ordered(&dataset, Sort::Name);
        let found = |words: &str| {
            let filter = Filter::of(&Query::parse(&format!("#/?q={words}")));
            let rows = Selected::of(&rows, &filter).rows;
            rows.iter().map(|row| row.benchmark().to_owned()).collect::<Vec<_>>()
        };
        for words in ["%234354", "4354", "9678ab9", "9678AB94"] {
            assert_eq!(found(words), ["wan-1"], "{words}");
        }
        assert!(found("%23435").is_empty() && found("9678ab").is_empty());
        assert_eq!(Filter::of(&Query::parse("#/?q=%234354")).pull_request(), Some(4354));
    }

    /// Series that the gate fails, each in a state or, without levels, in none.
    fn failing(states: &[Option<State>]) -> Dataset {
        let values = [10.0, 10.0, 10.0, 13.0];
        let series: Vec<(&str, &[f64])> = states.iter().map(|_| ("latency", &values[..])).collect();
        let mut reading = crate::testing::reading_of(&series);
        for (line, state) in reading.head.series.iter_mut().zip(states) {
            match state {
                Some(state) => line.levels.as_mut().expect("levels").state = *state,
                None => line.levels = None,
            }
        }
        crate::testing::shown(reading)
    }

    #[test]
    fn a_series_is_counted_and_filtered_as_its_badge_shows_it() {
        let dataset = failing(&State::ALL.map(Some));
        assert!(dataset.rows.iter().all(|row| row.status() == Status::Regressed));
        let rows = ordered(&dataset, Sort::WorstFirst);
        let shown = |asked: &str| {
            let filter = Filter::of(&Query::parse(&format!("#/?status={asked}")));
            let rows = Selected::of(&rows, &filter).rows;
            rows.iter().map(|row| row.status_words()).collect::<Vec<_>>().join(", ")
        };
        let all = Selected::of(&rows, &Filter::default());
        assert_eq!(counted(all.counts), State::ALL.map(|state| (state.as_str(), 1)));
        for state in State::ALL {
            assert_eq!(shown(&state.as_str().replace(' ', "%20")), state.as_str());
        }
        // an address that asks for a status gets every state that counts as it
        assert_eq!(shown("regressed"), "metric lost, confirmed, suspected");
        assert_eq!(shown("unjudged"), "within noise, new, ended");
    }

    #[test]
    fn a_series_without_a_state_is_shown_by_its_gate_and_comes_last() {
        let dataset = failing(&[None, Some(State::Confirmed), None, Some(State::Pass)]);
        let rows = ordered(&dataset, Sort::WorstFirst);
        let words: Vec<String> = rows.iter().map(|row| row.status_words()).collect();
        assert_eq!(words, ["confirmed", "pass", "regressed", "regressed"]);
        let all = Selected::of(&rows, &Filter::default());
        assert_eq!(counted(all.counts), [("confirmed", 1), ("pass", 1), ("regressed", 2)]);
    }
}
