//! Which series the overview shows, and in which order.
//!
//! In: a history and the state of the page. Out: rows, and how many have each status.

use std::sync::Arc;

use bench_records::{
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
    /// Only series that stand like this.
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
            && self.words.iter().all(|word| row.search_text.contains(word))
    }
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
            a.state.cmp(&b.state).then_with(by_gate)
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
        let counts =
            Status::ALL.map(|status| rows.iter().filter(|row| row.status() == status).count());
        rows.retain(|row| filter.status.is_none_or(|status| row.status() == status));
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
}
