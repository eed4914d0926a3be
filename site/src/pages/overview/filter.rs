//! Which series the overview shows, and in which order.
//!
//! In: a history and the state of the page. Out: rows, and how many have each status.

use std::sync::Arc;

use bench_records::{
    levels::State,
    order::{distinct, sorted},
    standing,
    status::Status,
};

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
    /// Only series that are shown to stand like this.
    pub status: Option<Status>,
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
        Self {
            words: search::words(&text(Key::Search)),
            status: Status::ALL.into_iter().find(|known| known.as_str() == status),
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

    fn admits(&self, row: &Row) -> bool {
        (self.device.is_empty() || row.device() == self.device)
            && (self.benchmark.is_empty() || row.benchmark() == self.benchmark)
            && self.words.iter().all(|word| row.search_text.contains(word) || ran(row, word))
    }

    /// The number of a pull request that the words ask for: `#4354`.
    #[must_use]
    pub fn pull_request(&self) -> Option<u32> {
        self.words.iter().find_map(|word| pull_request(word))
    }
}

/// The number of a pull request, with its `#` or of three digits and more: fewer are in many names.
fn pull_request(word: &str) -> Option<u32> {
    let digits = word.strip_prefix('#').or(Some(word).filter(|word| word.len() > 2))?;
    digits.parse().ok()
}

/// Whether a recent record of a series is of the pull request or the commit that a word names.
fn ran(row: &Row, word: &str) -> bool {
    let number = pull_request(word).unwrap_or(0);
    let is_commit = word.len() >= 7;
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
        Sort::WorstFirst => sorted(&dataset.rows, |a, b| {
            let by_gate =
                || standing::worst_first((a.status(), &a.judgement), (b.status(), &b.judgement));
            // of what has no state nobody knows whether it is worse
            let by_state = |row: &Row| (row.state.is_none(), row.state);
            by_state(a).cmp(&by_state(b)).then_with(by_gate)
        }),
    }
}

/// The rows that a filter admits, in their order, and how many have each status whatever status it
/// asks for.
#[derive(Debug, Clone, Default)]
pub struct Selected {
    /// The rows.
    pub rows: Vec<Arc<Row>>,
    /// Numbers, in the order of [`Status::ALL`].
    pub counts: [usize; 5],
}

impl Selected {
    /// What `filter` admits of `rows`.
    #[must_use]
    pub fn of(rows: &[Arc<Row>], filter: &Filter) -> Self {
        let mut rows: Vec<Arc<Row>> =
            rows.iter().filter(|row| filter.admits(row)).cloned().collect();
        let counts = Status::ALL
            .map(|status| rows.iter().filter(|row| row.shown_status() == status).count());
        rows.retain(|row| filter.status.is_none_or(|status| row.shown_status() == status));
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

/// What the filter of a status is called: where series have states, several of them count as one status.
#[must_use]
pub fn status_word(status: Status, has_states: bool) -> &'static str {
    match status {
        Status::Stale if has_states => "to watch",
        Status::Unjudged if has_states => "undecided",
        _ => status.as_str(),
    }
}

/// The states that count as a status, in words.
#[must_use]
pub fn states_of(status: Status) -> String {
    let of_status = State::ALL.into_iter().filter(|state| state.status() == status);
    of_status.map(State::as_str).collect::<Vec<_>>().join(", ")
}

/// Values that a facet offers, each once.
#[must_use]
pub fn facet<'d>(dataset: &'d Dataset, value: impl Fn(&'d Row) -> &'d str) -> Vec<String> {
    distinct(dataset.rows.iter().map(|row| value(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dataset_of;

    fn names(sort: Sort, filter: &str) -> (Vec<String>, [usize; 5]) {
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
    fn statuses_are_counted_whichever_is_asked_for() {
        let (rows, counts) = names(Sort::Name, "#/?status=pass");
        assert_eq!(rows, ["wan-0"]);
        let of =
            |status| Status::ALL.iter().position(|known| *known == status).map(|at| counts[at]);
        assert_eq!((of(Status::Regressed), of(Status::Pass)), (Some(2), Some(1)));
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
        let of = |filter: &str| Selected::of(&rows, &Filter::of(&Query::parse(filter)));
        assert_eq!(of("#/").counts, [3, 3, 3, 1, 1]);
        for status in Status::ALL {
            let shown = of(&format!("#/?status={}", status.as_str())).rows;
            let words: Vec<String> = shown.iter().map(|row| row.status_words()).collect();
            assert_eq!(words.join(", "), states_of(status));
        }
        assert_eq!(states_of(Status::Unjudged), "within noise, new, ended");
    }

    #[test]
    fn a_series_without_a_state_is_shown_by_its_gate_and_comes_last() {
        let dataset = failing(&[None, Some(State::Confirmed), None, Some(State::Pass)]);
        let rows = ordered(&dataset, Sort::WorstFirst);
        let words: Vec<String> = rows.iter().map(|row| row.status_words()).collect();
        assert_eq!(words, ["confirmed", "pass", "regressed", "regressed"]);
        assert_eq!(Selected::of(&rows, &Filter::default()).counts, [3, 0, 0, 0, 1]);
    }

    #[test]
    fn filters_are_called_by_what_they_count() {
        let words = |has_states| Status::ALL.map(|status| status_word(status, has_states));
        assert_eq!(words(true), ["regressed", "to watch", "undecided", "improved", "pass"]);
        assert_eq!(words(false), Status::ALL.map(Status::as_str));
    }
}
