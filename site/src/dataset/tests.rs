use bench_records::{index::HeadEntry, levels::State, status::Status, verdict::Verdict};

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
    assert_eq!((judged.verdict, judged.failing_metrics()), (Verdict::Regression, vec!["latency"]));
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
        let series: Vec<(&str, &[f64])> = names.iter().map(|_| ("latency", &[1.0][..])).collect();
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
