//! What the overview lists as changed, of a history of which it is known what did.

mod nights;

use std::collections::BTreeMap;

use bench_records::{
    identity::SeriesKey,
    index::{Head, HeadSeries},
    levels::{Certainty, Change, CommitLine, Leveled, Shift, Way, changes},
    series::{Labels, Series},
};

use crate::support::workspace::Workspace;
use nights::{SLOWER, Scatter, Slower, commit, kind_of};

/// The changes that the overview lists, and what their series are called.
struct Listed {
    changes: Vec<Change>,
    labels: BTreeMap<SeriesKey, Labels>,
}

impl Listed {
    /// Of the nights that a seed makes.
    fn of(seed: u64) -> Self {
        let workspace = Workspace::new();
        nights::write(&workspace, seed);
        let clock = [("BENCH_RUNNER_NOW", &*nights::now())];
        workspace.run_with(&["index"], &clock).expect(0);
        let head = workspace.read("history/index/v1/head.ndjson");
        let page = |path: &str| Some(workspace.read(&format!("history/{path}")));
        let lines = Head::from_files(&head, page).expect("a sound head").series;
        let newest = lines.iter().map(|line| line.last).max().expect("series");
        let news: Vec<(Series, Vec<(String, Shift)>)> = lines
            .into_iter()
            .map(|line| {
                let last = line.told.expect("a record of main");
                let levels = line.levels.as_ref().expect("levels");
                let news = levels.standing(last, newest).1;
                (recent(line), news)
            })
            .collect();
        let line = CommitLine::of(news.iter().map(|(series, _)| series));
        let leveled: Vec<Leveled<'_>> =
            news.iter().map(|(series, news)| (&series.key, news.as_slice())).collect();
        let changes = changes(&leveled, &line);
        let labels = news.into_iter().map(|(series, _)| (series.key, series.labels)).collect();
        Self { changes, labels }
    }

    fn with(&self, certainty: Certainty, way: Way) -> Vec<&Change> {
        let is_it = |change: &&Change| (change.certainty, change.way) == (certainty, way);
        self.changes.iter().filter(is_it).collect()
    }

    /// The workloads of a change that a regression hit.
    fn hit<'l>(&'l self, change: &'l Change, slower: &Slower) -> Vec<&'l str> {
        let labels = change.members.iter().map(|member| &self.labels[&member.series]);
        let is_hit = |labels: &&Labels| {
            let device = labels.gpu_type.as_deref().unwrap_or_default();
            slower.hit(&labels.model_id, device, labels.variant().unwrap_or_default())
        };
        labels.filter(is_hit).map(|labels| &*labels.model_id).collect()
    }

    /// Rows of which no regression hit any series.
    fn false_rows(&self) -> Vec<&Change> {
        let is_false = |change: &&Change| {
            let is_real = |slower: &Slower| !self.hit(change, slower).is_empty();
            change.way != Way::Worse || !SLOWER.iter().any(is_real)
        };
        self.changes.iter().filter(is_false).collect()
    }

    /// A first row of its list is this regression: it has its commits and each series of it but noisy ones.
    fn assert_first(&self, certainty: Certainty, slower: &Slower) {
        let rows = self.with(certainty, Way::Worse);
        let row = rows.first().expect("a row");
        let found = self.hit(row, slower);
        for workload in slower.workloads.iter().filter(|name| kind_of(name) != Scatter::Noisy) {
            assert!(found.contains(workload), "{workload} is not in {row:?}");
        }
        let night = slower.night;
        assert_eq!(
            (&*row.commit_before, &*row.commit_since),
            (&*commit(night - 1), &*commit(night))
        );
    }
}

/// The newest points of a series, as a page has them.
fn recent(line: HeadSeries) -> Series {
    let (metrics, points) = line.points.into_points(&line.key).expect("points");
    Series { key: line.key, labels: line.labels, limits: Default::default(), metrics, points }
}

#[test]
fn what_became_slower_in_a_history_of_known_truth_is_listed_first_with_its_commits() {
    let listed = Listed::of(1);
    listed.assert_first(Certainty::Confirmed, &SLOWER[0]);
    listed.assert_first(Certainty::Suspected, &SLOWER[1]);
    let false_rows = listed.false_rows();
    assert!(false_rows.len() <= 2, "{false_rows:#?}");
}
