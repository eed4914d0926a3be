//! A history, ready to be shown: its series with their newest points, judged.
//!
//! In: the head of an index. Out: a [`Dataset`]; its verdicts are computed here, by the function
//! that fails CI.

use std::{collections::HashMap, sync::Arc};

use bench_records::{
    coverage::Coverage,
    gate::{Batch, Finding, Judgement, Outcome},
    identity::SeriesKey,
    index::{
        HeadEntry, HeadReading, HeadSeries, IndexError, is_as_listed, of_another_state, page_path,
    },
    levels::{Shift, State, Way},
    metric::MetricTable,
    naming,
    order::sorted,
    series::{Labels, Named, OwnLimits, Point, Series, further},
    standing::Standing,
    status::{Status, is_stale},
    time::Micros,
    verdict::Verdict,
};

use crate::{
    config::{Config, Source},
    search::folded,
};

/// One history of a deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// What the deployment says.
    pub config: Config,
    /// The history's place.
    pub source: Source,
    /// Number of records in it.
    pub records: usize,
    /// Number of files that the index set aside.
    pub set_aside: usize,
    /// Its metrics.
    pub table: MetricTable,
    /// Its series, in the order of their names.
    pub rows: Vec<Arc<Row>>,
    /// Time of its newest record.
    pub newest: Micros,
    /// The clock when it was loaded.
    pub now: Micros,
    /// What could not be read, in words.
    pub problems: Vec<String>,
    /// Records that the index lacks, by the key of their series.
    pub tail: HashMap<String, Arc<Series>>,
    /// Whether anybody said anything of its records.
    pub has_events: bool,
    /// How many pages the points of its series are in, beside those of the first series.
    pub pages: usize,
    /// What all names of its benchmarks begin with, up to a `/`: a card need not repeat it.
    pub shared_prefix: String,
}

/// A series as an overview shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The series with its newest points only.
    pub recent: Series,
    /// Number of all its records.
    pub count: usize,
    /// Time of its newest record.
    pub last: Micros,
    /// Place among the points of the record that it stands by.
    pub stands_by: usize,
    /// That record, judged.
    pub judgement: Judgement,
    /// Whether it has fallen behind the others.
    pub is_stale: bool,
    /// How it stands by its levels; `None` where the index does not say.
    pub state: Option<State>,
    /// Its lasting changes of level that are news at the record that it stands by, by metric; none where it has
    /// ended.
    pub shifts: Vec<(String, Shift)>,
    /// Path of its whole history; empty where the index has none.
    pub file: String,
    /// All that a search looks at, in lower case.
    pub search_text: String,
    /// What tells it apart from others of the history that go by the same name; empty without others.
    pub apart: String,
    /// How bad the record is that it stands by; larger is worse.
    pub severity: f64,
    /// Page of the head that has its points, from 1; 0 where they are here.
    pub page: usize,
}

impl Dataset {
    /// The history of a head that was read from `source`.
    #[must_use]
    pub fn new(config: Config, source: Source, reading: HeadReading, now: Micros) -> Self {
        let header = reading.head.header;
        let table = MetricTable::with_own(header.metrics);
        let lasts = reading.head.series.iter().map(|series| series.last);
        let lasts = lasts.chain(reading.later.iter().map(|(_, entry)| entry.last));
        let newest = lasts.max().unwrap_or_default();
        let batch = Batch { now, table: table.clone(), ..Batch::default() };
        let mut problems: Vec<String> =
            reading.set_aside.iter().map(|error| format!("head.ndjson: {error}")).collect();
        let mut rows = Vec::with_capacity(reading.head.series.len() + reading.later.len());
        let here = reading.head.series.into_iter().map(|line| Row::new(line, &batch, newest));
        let later = reading.later.into_iter().map(|part| Row::listed(part, &batch, newest));
        for row in here.chain(later) {
            match row {
                Ok(row) => rows.push(Arc::new(row)),
                Err(error) => problems.push(format!("head.ndjson: {error}")),
            }
        }
        let unsorted = rows;
        let mut rows = sorted(&unsorted, |a: &Arc<Row>, b| a.name().cmp(&b.name()));
        drop(unsorted);
        tell_apart(&mut rows);
        let shared_prefix = shared_prefix(&rows);
        let (records, set_aside, has_events) =
            (header.records, header.set_aside, header.events > 0);
        Self {
            config,
            source,
            records,
            set_aside,
            table,
            rows,
            newest,
            now,
            problems,
            tail: HashMap::new(),
            has_events,
            pages: header.pages,
            shared_prefix,
        }
    }

    /// The pages that have points of its series and are not read.
    #[must_use]
    pub fn pages_lacking(&self) -> Vec<usize> {
        let is_lacking = |page: &usize| self.rows.iter().any(|row| row.page == *page);
        (1..=self.pages).filter(is_lacking).collect()
    }

    /// The same history with the lines of these pages in place of what the list says of their series. A page that does
    /// not fit the list, and a line that cannot be shown, are problems.
    #[must_use]
    pub fn with_pages(&self, pages: Vec<(usize, Vec<HeadSeries>)>) -> Self {
        let mut dataset = self.clone();
        for (page, lines) in pages {
            let places = self.rows.iter().enumerate().filter(|(_, row)| row.page == page);
            let places: Vec<(usize, &str)> =
                places.map(|(at, row)| (at, row.key().0.as_str())).collect();
            let listed: Vec<&str> = places.iter().map(|(_, key)| *key).collect();
            if !is_as_listed(&listed, &lines) {
                dataset.give_up(page, format!("{}; reload this page", of_another_state(page)));
                continue;
            }
            for line in lines {
                let Some((at, _)) = places.iter().find(|(_, key)| *key == line.key.0) else {
                    continue;
                };
                let row = &mut dataset.rows[*at];
                match Row::new(line, &self.batch(), self.newest) {
                    Ok(read) => *row = Arc::new(Row { apart: row.apart.clone(), ..read }),
                    Err(error) => {
                        Arc::make_mut(row).page = 0;
                        dataset.problems.push(format!("{}: {error}", page_path(page)));
                    }
                }
            }
        }
        dataset
    }

    /// Waits no longer for a page that cannot be read, for which there is a reason.
    pub fn give_up(&mut self, page: usize, problem: String) {
        for row in self.rows.iter_mut().filter(|row| row.page == page) {
            Arc::make_mut(row).page = 0;
        }
        self.problems.push(problem);
    }

    /// The row of a series.
    #[must_use]
    pub fn row(&self, key: &str) -> Option<&Arc<Row>> {
        self.rows.iter().find(|row| row.recent.key.0 == key)
    }

    /// What a judgement of this history needs.
    #[must_use]
    pub fn batch(&self) -> Batch {
        Batch { now: self.now, table: self.table.clone(), ..Batch::default() }
    }

    /// How much of the newest records was held against a baseline.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage::of(self.rows.iter().map(|row| &row.judgement), 0)
    }

    /// Address of a commit of a series, where its repository is known and the commit is one.
    #[must_use]
    pub fn commit_url(&self, of: &Labels, commit: &str) -> Option<String> {
        let repository = self.repository_of(Some(of))?;
        naming::commit_url(&repository, commit)
    }

    /// Address of the changes after `from` up to `to`, in the repository of a series or of all.
    #[must_use]
    pub fn range_url(&self, of: Option<&Labels>, from: &str, to: &str) -> Option<String> {
        naming::range_url(&self.repository_of(of)?, from, to)
    }

    /// Address of a pull request of a series' repository, where that is known.
    #[must_use]
    pub fn pull_request_url(&self, of: &Labels, number: u32) -> Option<String> {
        Some(naming::pull_request_url(&self.repository_of(Some(of))?, number))
    }

    /// The same history with all points of these series in place of their newest.
    #[must_use]
    pub fn with_whole(&self, whole: &[Arc<Series>]) -> Self {
        let row = |row: &Arc<Row>| {
            let found = whole.iter().find(|series| series.key == *row.key());
            found.map_or_else(|| row.clone(), |series| Arc::new(row.with_whole(series)))
        };
        Self { rows: self.rows.iter().map(row).collect(), ..self.clone() }
    }

    /// The repository that a series says it measures, else that of its source.
    fn repository_of(&self, of: Option<&Labels>) -> Option<String> {
        let own =
            of.and_then(|labels| labels.repository.as_deref()).and_then(naming::repository_url);
        own.or_else(|| self.config.repository_of(&self.source))
    }
}

impl Row {
    fn new(series: HeadSeries, batch: &Batch, newest: Micros) -> Result<Self, IndexError> {
        let HeadSeries { count, last, file, verdict, severity, levels, .. } = series;
        let (told_by_index, findings) = (series.told, series.findings);
        let (metrics, points) = series.points.into_points(&series.key)?;
        let limits = OwnLimits::of(series.limits, &points);
        let recent = Series { key: series.key, labels: series.labels, limits, metrics, points };
        let standing = Standing::of(&recent, batch, newest);
        let (told, is_stale, judgement) = match standing {
            Some(Standing { told, is_stale, judgement, .. }) => {
                let is_same = told_by_index == Some(recent.points[told].time);
                let judgement =
                    if is_same { exact(judgement, verdict, &findings) } else { judgement };
                (told, is_stale, judgement)
            }
            None => {
                let nothing = (verdict, String::new());
                let judgement = Judgement::new(nothing, &Default::default(), Vec::new());
                (0, is_stale(last, newest), judgement)
            }
        };
        let stands_by = recent.points.get(told).map(|point| point.time);
        let stands_by = stands_by.or(told_by_index).unwrap_or(last);
        let standing = levels.map(|levels| levels.standing(stands_by, newest));
        let (state, shifts) =
            standing.map(|(state, shifts)| (Some(state), shifts)).unwrap_or_default();
        let (search_text, apart) = (search_text(&recent), String::new());
        let severity = severity.unwrap_or_else(|| judgement.severity());
        Ok(Self {
            recent,
            count,
            last,
            stands_by: told,
            judgement,
            is_stale,
            state,
            shifts,
            file,
            search_text,
            apart,
            severity,
            page: 0,
        })
    }

    /// The row of a series whose points are in a page.
    fn listed(
        (page, entry): (usize, HeadEntry),
        batch: &Batch,
        newest: Micros,
    ) -> Result<Self, IndexError> {
        let told = entry.told.unwrap_or(entry.last);
        let row = Self::new(entry.into_line(), batch, newest)?;
        Ok(Self { page, is_stale: is_stale(told, newest), ..row })
    }

    /// The same row with all points of its series; what it stands by stays.
    fn with_whole(&self, series: &Series) -> Self {
        let by = self.recent.points.get(self.stands_by).map(|point| (point.time, point.id.clone()));
        let is_it = |point: &Point| {
            by.as_ref()
                .is_some_and(|(time, id)| point.time == *time && (point.id == *id || id.is_empty()))
        };
        let told = series.points.iter().rposition(is_it);
        let told = told.unwrap_or_else(|| series.points.len().saturating_sub(1));
        Self { recent: series.clone(), stands_by: told, ..self.clone() }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &SeriesKey {
        &self.recent.key
    }

    /// The benchmark.
    #[must_use]
    pub fn benchmark(&self) -> &str {
        &self.recent.labels.model_id
    }

    /// GPU, or what ran it.
    #[must_use]
    pub fn device(&self) -> &str {
        self.recent.labels.gpu_type.as_deref().unwrap_or("unknown device")
    }

    /// Benchmark and device, then the variant that tells series of both apart.
    #[must_use]
    pub fn name(&self) -> (&str, &str, &str) {
        (self.benchmark(), self.device(), self.recent.labels.variant().unwrap_or_default())
    }

    /// Device and variant, and what else tells the series apart from others of both.
    #[must_use]
    pub fn place(&self) -> String {
        let (_, device, variant) = self.name();
        // what every series has that says nothing else
        let variant = if variant == "default" { "" } else { variant };
        let device = if device == "unknown" { "" } else { device };
        words_of(&[device, variant, &self.apart])
    }

    /// What a list calls the series that has no column for a part of its name.
    #[must_use]
    pub fn words(&self) -> String {
        words_of(&[self.benchmark(), &self.place()])
    }

    /// Whether one of its changes is to the worse.
    #[must_use]
    pub fn has_worsened(&self) -> bool {
        self.shifts.iter().any(|(_, shift)| shift.way == Way::Worse)
    }

    /// How it stands by the gate's verdict.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of(self.judgement.verdict, self.is_stale)
    }

    /// How it is shown and counted: by its state, and by the gate where the index says none.
    #[must_use]
    pub fn shown_status(&self) -> Status {
        self.state.map_or_else(|| self.status(), State::status)
    }

    /// The words of its badge, which is coloured by [`Row::shown_status`].
    #[must_use]
    pub fn status_words(&self) -> String {
        let by_gate = || self.status().words(self.is_stale);
        self.state.map_or_else(by_gate, |state| state.as_str().to_owned())
    }

    /// An outcome as it is coloured: where a state says that the series neither regressed nor improved, one run
    /// beyond its limit is not.
    #[must_use]
    pub fn coloured(&self, outcome: Outcome) -> Option<Outcome> {
        let is_coloured = match (self.state, outcome) {
            (None, _) | (_, Outcome::Missing) => true,
            (Some(state), Outcome::Regression) => state.is_red(),
            (Some(state), Outcome::Improved) => state == State::Improved,
            _ => true,
        };
        is_coloured.then_some(outcome)
    }

    /// What is said of the gate beside a state, which is more than a limit; empty where the badge says it.
    #[must_use]
    pub fn gate_in_words(&self) -> &'static str {
        let has_failed = self.state.is_some() && self.status() == Status::Regressed;
        if has_failed { "CI gate: failed" } else { "" }
    }
}

/// A judgement of rounded values with what the index found from values in full: within a rounding
/// of its limit, a metric can come out otherwise.
fn exact(mut judgement: Judgement, verdict: Verdict, telling: &[Finding]) -> Judgement {
    for finding in &mut judgement.findings {
        let same = |other: &&Finding| other.metric == finding.metric && other.gate == finding.gate;
        match telling.iter().find(same) {
            Some(found) => *finding = found.clone(),
            None if !matches!(finding.outcome, Outcome::Skipped(_)) => {
                finding.outcome = Outcome::Pass;
            }
            None => {}
        }
    }
    judgement.verdict = verdict;
    judgement
}

fn shared_prefix(rows: &[Arc<Row>]) -> String {
    let first = rows.first().map_or("", |row| row.benchmark());
    let shared = |row: &Arc<Row>| {
        let pairs = first.bytes().zip(row.benchmark().bytes());
        let alike = pairs.take_while(|(a, b)| a == b).count();
        first.as_bytes()[..alike].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1)
    };
    let length = rows.iter().map(shared).min().unwrap_or(0);
    if rows.len() > 1 { first[..length].to_owned() } else { String::new() }
}

fn named(row: &Row) -> Named<'_> {
    let labels = &row.recent.labels;
    Named { benchmark: row.benchmark(), gpu: Some(row.device()), key: row.key(), labels }
}

/// Says in rows of one name, which follow each other, what tells them apart.
fn tell_apart(rows: &mut [Arc<Row>]) {
    for own in 0..rows.len() {
        let is_alike = |at: usize| rows.get(at).is_some_and(|row| row.name() == rows[own].name());
        if is_alike(own + 1) || (own > 0 && is_alike(own - 1)) {
            let others = (0..rows.len()).filter(|at| *at != own && is_alike(*at));
            let others: Vec<Named<'_>> = others.map(|at| named(&rows[at])).collect();
            let apart = further(&named(&rows[own]), &others);
            if let Some(row) = Arc::get_mut(&mut rows[own]) {
                row.apart = apart;
            }
        }
    }
}

/// Parts of a name in one line, without those that are empty.
#[must_use]
pub fn words_of(parts: &[&str]) -> String {
    let mut words = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        words.push_str(if words.is_empty() { "" } else { " · " });
        words.push_str(part);
    }
    words
}

/// Whether a record tells of the measured repository's main line: it is no pull request's, not
/// excluded, and has a time.
#[must_use]
pub fn is_of_main(point: &Point) -> bool {
    point.is_of_main()
}

/// What a point is called in a URL: its id, or its time where it has none.
#[must_use]
pub fn point_name(point: &Point) -> String {
    if point.id.is_empty() { point.time.to_iso() } else { point.id.to_string() }
}

fn search_text(series: &Series) -> String {
    let labels = &series.labels;
    let names = labels.sources().flat_map(|(model, gpu)| [Some(model), gpu]).flatten();
    let identity = labels.identity.values().map(String::as_str);
    let own = labels.variant().into_iter().chain([series.key.0.as_str()]);
    let texts: Vec<&str> = names.chain(identity).chain(own).collect();
    folded(&texts.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dataset_of;

    #[test]
    fn rounding_decides_no_verdict() {
        let base = 10.000_001;
        let dataset = dataset_of(&[("latency", &[base, base, base * 1.050_000_1])]);
        let judged = &dataset.rows[0].judgement;
        assert_eq!(judged.verdict, Verdict::Regression);
        assert_eq!(judged.findings[0].base, Some(base));
        assert_eq!(dataset.rows[0].recent.points[0].values, [Some(10.0)]);
    }

    #[test]
    fn a_page_of_another_state_of_the_history_is_a_problem_and_not_asked_for_again() {
        let mut reading = crate::testing::reading_of(&[("a", &[10.0]), ("b", &[11.0])]);
        let [first, second] = [0, 1].map(|at| reading.head.series[at].clone());
        reading.head.series.pop();
        reading.later.push((1, HeadEntry::of(&second)));
        reading.head.header.pages = 1;
        let dataset = crate::testing::shown(reading);
        assert_eq!(dataset.pages_lacking(), [1]);
        let read = dataset.with_pages(vec![(1, vec![second])]);
        assert_eq!((read.pages_lacking(), read.problems.len()), (Vec::new(), 0));
        let other = dataset.with_pages(vec![(1, vec![first])]);
        assert_eq!(other.pages_lacking(), [0; 0]);
        assert!(other.problems[0].contains("index/v1/head/1.ndjson is of another state"));
        assert_eq!(other.rows.len(), 2, "what the list says of it is still shown");
    }

    #[test]
    fn a_row_with_all_its_points_stands_by_the_same_record() {
        let dataset = dataset_of(&[("latency", &[10.0; 40])]);
        let mut whole = crate::testing::series_of("latency", &[10.0; 60]);
        whole.key = dataset.rows[0].key().clone();
        let mut earlier = whole.points[0].clone();
        earlier.time = Micros(0);
        whole.points.insert(0, earlier);
        let all = dataset.with_whole(&[Arc::new(whole)]);
        let [before, after] = [&dataset.rows[0], &all.rows[0]];
        assert_eq!(after.recent.points.len(), 61);
        assert_eq!(
            before.recent.points[before.stands_by].time,
            after.recent.points[after.stands_by].time
        );
    }

    #[test]
    fn findings_of_another_record_than_the_one_it_stands_by_count_for_nothing() {
        let mut reading = crate::testing::reading_of(&[("latency", &[10.0, 10.0, 12.0])]);
        reading.head.series[0].told = Some(reading.head.series[0].first);
        reading.head.series[0].verdict = Verdict::Improved;
        let dataset = crate::testing::shown(reading);
        let judged = &dataset.rows[0].judgement;
        assert_eq!(
            (judged.verdict, judged.failing_metrics()),
            (Verdict::Regression, vec!["latency"])
        );
    }

    #[test]
    fn a_series_is_stale_when_the_others_went_on() {
        let long: Vec<f64> = vec![1.0; 20];
        let dataset = dataset_of(&[("latency", &[1.0, 1.0]), ("latency", &long)]);
        let status: Vec<Status> = dataset.rows.iter().map(|row| row.status()).collect();
        assert_eq!(status, [Status::Stale, Status::Pass]);
    }

    #[test]
    fn news_of_a_series_does_not_age_while_other_series_run_on() {
        let [before, after] = [(40, 10.0), (25, 11.0)].map(|(count, level)| {
            (0..count).map(move |at| level * (1.0 + f64::from(at * 7 % 5) * 0.001))
        });
        let slower: Vec<f64> = before.chain(after).collect();
        let states = |later: usize| {
            let other = vec![10.0; slower.len() + later];
            let dataset = dataset_of(&[("latency", &slower), ("latency", &other)]);
            (dataset.rows[0].state, dataset.rows[0].shifts.len())
        };
        assert_eq!(states(0), (Some(State::Confirmed), 1));
        assert_eq!(
            states(10),
            (Some(State::NotRunning), 1),
            "34 days ago, of 25 runs, and it runs no more"
        );
        assert_eq!(states(40), (Some(State::Ended), 0));
    }

    #[test]
    fn series_that_would_read_alike_say_what_tells_them_apart() {
        let mut reading = crate::testing::reading_of(&[("latency", &[1.0]), ("latency", &[1.0])]);
        for (at, line) in reading.head.series.iter_mut().enumerate() {
            line.labels.model_id = "wan".to_owned();
            let fields =
                [("variant_id", "bf16".to_owned()), ("software_profile_id", format!("sw-{at}"))];
            line.labels.identity = fields.map(|(field, value)| (field.to_owned(), value)).into();
        }
        let config = Config::default();
        let source = config.sources[0].clone();
        let dataset = Dataset::new(config, source, reading, Micros(i64::MAX / 2));
        let places: Vec<String> = dataset.rows.iter().map(|row| row.place()).collect();
        let place = |at: usize| format!("NVIDIA L40S · bf16 · software profile sw-{at}");
        assert_eq!(places, [place(0), place(1)]);
    }

    #[test]
    fn what_all_names_begin_with_is_shared_up_to_a_slash() {
        let named = |names: &[&str]| {
            let series: Vec<(&str, &[f64])> =
                names.iter().map(|_| ("latency", &[1.0][..])).collect();
            let mut reading = crate::testing::reading_of(&series);
            for (line, name) in reading.head.series.iter_mut().zip(names) {
                line.labels.model_id = (*name).to_owned();
            }
            crate::testing::shown(reading).shared_prefix
        };
        assert_eq!(named(&["suite a/array/x", "suite a/array/y", "suite a/b"]), "suite a/");
        assert_eq!(named(&["suite/x"]), "");
        assert_eq!(named(&["wan", "wan-14b"]), "");
        assert_eq!(named(&["é/x", "è/x"]), "");
    }

    #[test]
    fn only_commits_become_links() {
        let mut dataset = dataset_of(&[("latency", &[1.0])]);
        dataset.config.repository = Some("https://host/a/b".to_owned());
        let mut labels = dataset.rows[0].recent.labels.clone();
        let commit = "0123456789abcdef";
        let expected = format!("https://host/a/b/commit/{commit}");
        assert_eq!(dataset.commit_url(&labels, commit), Some(expected));
        assert_eq!(dataset.commit_url(&labels, "../../evil"), None);
        assert_eq!(dataset.range_url(None, commit, ""), None);
        labels.repository = Some("https://host/own/one".to_owned());
        let own = format!("https://host/own/one/commit/{commit}");
        assert_eq!(dataset.commit_url(&labels, commit), Some(own));
        labels.repository = Some("javascript:alert(1)".to_owned());
        let safe = format!("https://host/a/b/commit/{commit}");
        assert_eq!(dataset.commit_url(&labels, commit), Some(safe));
    }
}
