//! What the list of findings is narrowed to, and how it is ordered.
//!
//! In: the state of the page. Out: a [`Filter`].

use bench_records::gate::{Finding, Outcome};

use crate::{
    query::{Key, Query},
    search,
};

/// What the page is narrowed to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Lower-case words that the text of a series must all contain.
    pub words: Vec<String>,
    /// Which outcomes are listed.
    pub listed: Listed,
    /// Which records are looked at.
    pub scope: Scope,
    /// Only findings of this metric.
    pub metric: String,
    /// Column that the rows are sorted by.
    pub sort: Column,
    /// Whether the order is turned round.
    pub is_reversed: bool,
}

/// Which outcomes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listed {
    /// Worse, missing, and worse without failing a gate.
    #[default]
    Worse,
    /// Better by more than the limit.
    Improved,
    /// Both.
    All,
}

/// Which records are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// The newest record of each series.
    #[default]
    Newest,
    /// Every record of the lookback that the overview shows.
    Recent,
}

/// A column that rows can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    /// Largest change in the bad direction first.
    #[default]
    Change,
    /// By name.
    Series,
    /// By the metric's label.
    Metric,
    /// Newest first.
    Since,
}

impl Column {
    /// Its value in a URL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Series => "series",
            Self::Metric => "metric",
            Self::Since => "since",
        }
    }
}

impl Filter {
    /// The filter that the URL says.
    #[must_use]
    pub fn of(query: &Query) -> Self {
        let text = |key: Key| query.get(key).unwrap_or_default();
        let (sort, is_reversed) = match text(Key::Sort).strip_prefix('-') {
            Some(sort) => (sort, true),
            None => (text(Key::Sort), false),
        };
        let columns = [Column::Series, Column::Metric, Column::Since];
        Self {
            words: search::words(text(Key::Search)),
            listed: match text(Key::Findings) {
                "improved" => Listed::Improved,
                "all" => Listed::All,
                _ => Listed::Worse,
            },
            scope: if text(Key::Scope) == "recent" { Scope::Recent } else { Scope::Newest },
            metric: text(Key::Metric).to_owned(),
            sort: columns.into_iter().find(|c| c.as_str() == sort).unwrap_or_default(),
            is_reversed,
        }
    }

    /// Whether a finding is listed.
    #[must_use]
    pub fn admits(&self, finding: &Finding) -> bool {
        let is_worse =
            matches!(finding.outcome, Outcome::Regression | Outcome::Missing | Outcome::Exceeded);
        let is_improved = finding.outcome == Outcome::Improved;
        let is_listed = match self.listed {
            Listed::Worse => is_worse,
            Listed::Improved => is_improved,
            Listed::All => is_worse || is_improved,
        };
        is_listed && (self.metric.is_empty() || finding.metric == self.metric)
    }
}
