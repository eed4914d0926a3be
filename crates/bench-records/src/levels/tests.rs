use serde_json::json;

use super::*;
use crate::{metric::MetricTable, record::Record, series::group_into_series, time::DAY};

const NOW: Micros = Micros(i64::MAX / 2);

/// A series of a record a day; a value below 0 is that of a pull request.
fn series(values: &[f64]) -> Series {
    let records: Vec<Record> =
        values.iter().enumerate().map(|(day, value)| record(day, *value)).collect();
    let paths: Vec<String> = (0..records.len()).map(|at| format!("wan/{at}.json")).collect();
    let pairs = records.iter().zip(paths.iter().map(String::as_str));
    group_into_series(pairs).into_values().next().expect("one series")
}

fn record(day: usize, value: f64) -> Record {
    let time = Micros(1_778_277_600_000_000 + day as i64 * DAY.0).to_iso();
    let fields = json!({
        "model_id": "wan", "commit_sha": format!("{day:040x}"), "timestamp": time,
        "latency": value.abs(), "throughput": if value == 0.0 { 0.0 } else { 100.0 / value.abs() },
        "pr_number": if value < 0.0 { "7" } else { "" },
    });
    Record::from_fields(fields.as_object().cloned().expect("an object")).expect("a record")
}

fn metric(key: &str) -> Metric {
    MetricTable::default().get_or_unjudged(key)
}

fn levels(values: &[f64], key: &str) -> Levels {
    Levels::of(&series(values), &metric(key), NOW).expect("levels")
}

/// Thirty records around 10 s, and then some around 11.
fn step(after: usize) -> Vec<f64> {
    let wiggle = |at: usize| (at * 7 % 5) as f64 * 0.01;
    (0..30).map(|at| 10.0 + wiggle(at)).chain((0..after).map(|at| 11.0 + wiggle(at))).collect()
}

#[test]
fn a_level_that_rose_is_slower_since_its_first_commit() {
    let levels = levels(&step(6), "latency");
    let [shift] = levels.shifts() else { panic!("{:?}", levels.shifts()) };
    assert_eq!((shift.certainty, shift.way, shift.records), (Certainty::Confirmed, Way::Worse, 6));
    assert_eq!(&*shift.commit_before, format!("{:040x}", 29));
    assert_eq!(&*shift.commit_since, format!("{:040x}", 30));
    let words = shift_in_words(shift, &metric("latency"));
    assert!(words.starts_with("slower since 0000000 (6 runs): 10.020 → 11.0"), "{words}");
    assert!(words.contains("s, +9.9 % [9."), "{words}");
    assert_eq!(range_in_words(shift).as_deref(), Some("0000000..0000000"));
}

#[test]
fn of_a_rate_the_same_change_is_slower_too_and_downwards() {
    let levels = levels(&step(6), "throughput");
    let [shift] = levels.shifts() else { panic!("{:?}", levels.shifts()) };
    assert!(shift.is_worse() && shift.after < shift.before);
    assert!(shift_in_words(shift, &metric("throughput")).starts_with("slower since"));
}

#[test]
fn few_records_make_a_change_suspected_and_more_make_it_certain() {
    let certainty = |after: usize| {
        let levels = levels(&step(after), "latency");
        levels
            .shifts()
            .first()
            .map(|shift| (shift.certainty, usize::from(levels.alert().is_some())))
    };
    assert_eq!(certainty(1), None);
    assert_eq!(certainty(4), Some((Certainty::Suspected, 0)));
    assert_eq!(certainty(5), Some((Certainty::Confirmed, 1)));
    assert_eq!(certainty(6), Some((Certainty::Confirmed, 0)));
}

#[test]
fn pull_requests_are_no_part_of_a_level() {
    let mut values = step(6);
    let without = levels(&values, "latency");
    for at in [5, 17, 33] {
        values.insert(at, -99.0);
    }
    let with = levels(&values, "latency");
    assert_eq!(with.detection().steps, without.detection().steps);
    assert_eq!(with.shifts()[0].records, without.shifts()[0].records);
}

#[test]
fn one_run_shows_three_times_the_scatter_and_few_runs_show_nothing() {
    let least = levels(&step(0), "latency").one_run().expect("known");
    assert!((0.003..0.01).contains(&least), "{least}");
    assert_eq!(levels(&step(0)[..7], "latency").one_run(), None);
}

#[test]
fn a_change_between_two_runs_of_one_commit_is_not_the_commits() {
    let mut series = series(&step(6));
    for point in &mut series.points {
        point.commit = "abcdef1234567890".into();
    }
    let levels = Levels::of(&series, &metric("latency"), NOW).expect("levels");
    let words = shift_in_words(&levels.shifts()[0], &metric("latency"));
    assert!(
        words.ends_with("both levels are of one commit, so that something else changed"),
        "{words}"
    );
}

#[test]
fn a_metric_without_values_has_no_levels() {
    assert_eq!(Levels::of(&series(&step(0)), &metric("memory"), NOW), None);
    let of_pull_requests: Vec<f64> = step(0).iter().map(|value| -value).collect();
    assert_eq!(Levels::of(&series(&of_pull_requests), &metric("latency"), NOW), None);
}

fn state_of(values: &[f64]) -> State {
    let series = series(values);
    let batch = crate::gate::Batch { now: NOW, ..crate::gate::Batch::default() };
    let newest = series.points.last().expect("records").time;
    state(&series, &batch, newest).expect("a state")
}

#[test]
fn a_step_is_confirmed_and_one_run_beyond_its_noise_is_suspected() {
    assert_eq!(state_of(&step(0)), State::Pass);
    assert_eq!(state_of(&step(1)), State::Suspected);
    assert_eq!(state_of(&step(6)), State::Confirmed);
    // the gate is content by now: its median moved along
    assert_eq!(state_of(&step(14)), State::Confirmed);
}

#[test]
fn a_run_beyond_its_limit_in_a_noisy_series_is_within_its_noise() {
    let noisy: Vec<f64> = (0..40).map(|at| 10.0 + (at * 7 % 5) as f64 * 0.4).collect();
    let with = |last: f64| state_of(&[&noisy[..], &[last]].concat());
    assert_eq!(with(11.7), State::WithinNoise);
    assert_eq!(with(19.0), State::Suspected);
}

#[test]
fn what_became_faster_improved_and_an_old_step_is_no_news() {
    let faster: Vec<f64> = step(6).iter().map(|value| 100.0 / value).collect();
    assert_eq!(state_of(&faster), State::Improved);
    assert_eq!(state_of(&step(40)), State::Pass);
}

#[test]
fn a_series_that_stopped_is_not_running_and_then_ended() {
    let series = series(&step(6));
    let batch = crate::gate::Batch { now: NOW, ..crate::gate::Batch::default() };
    let last = series.points.last().expect("records").time;
    let after = |days: i64| state(&series, &batch, Micros(last.0 + days * DAY.0));
    assert_eq!(after(7), Some(State::Confirmed));
    assert_eq!(after(8), Some(State::NotRunning));
    assert_eq!(after(31), Some(State::Ended));
}

#[test]
fn a_slow_change_is_drift() {
    let slow: Vec<f64> =
        (0..90).map(|at| 10.0 + at as f64 * 0.004 + (at * 7 % 5) as f64 * 0.02).collect();
    assert_eq!(state_of(&slow), State::Drifting);
    let better: Vec<f64> = slow.iter().map(|value| 100.0 / value).collect();
    assert_ne!(state_of(&better), State::Drifting);
}

/// Series of several benchmarks at the same commits.
fn several(all: &[(&str, Vec<f64>)]) -> Vec<Series> {
    let of_one = |(name, values): &(&str, Vec<f64>)| {
        let records: Vec<Record> = values
            .iter()
            .enumerate()
            .map(|(day, value)| {
                let mut record = record(day, *value);
                record.model_id = (*name).to_owned();
                record.identity = Default::default();
                record
            })
            .collect();
        let paths: Vec<String> = (0..records.len()).map(|at| format!("{name}/{at}.json")).collect();
        let pairs = records.iter().zip(paths.iter().map(String::as_str));
        group_into_series(pairs).into_values().next().expect("one series")
    };
    all.iter().map(of_one).collect()
}

fn changes_of(all: &[Series]) -> Vec<Change> {
    let batch = crate::gate::Batch { now: NOW, ..crate::gate::Batch::default() };
    let newest = crate::standing::newest_of(all, NOW).expect("records");
    let levels: Vec<_> = all.iter().map(|series| of_gated(series, &batch)).collect();
    let news: Vec<_> = levels.iter().map(|levels| news(levels, newest)).collect();
    let pairs: Vec<Leveled<'_>> =
        all.iter().map(|series| &series.key).zip(news.iter().map(Vec::as_slice)).collect();
    changes(&pairs, &CommitLine::of(all))
}

#[test]
fn series_that_changed_at_one_commit_are_one_change_and_metrics_are_folded() {
    let all = several(&[("a", step(6)), ("b", step(6)), ("quiet", step(0))]);
    let changes = changes_of(&all);
    let [change] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((change.certainty, change.way), (Certainty::Confirmed, Way::Worse));
    assert_eq!(&*change.commit_since, format!("{:040x}", 30));
    assert_eq!(&*change.commit_before, format!("{:040x}", 29));
    let of: Vec<(&str, usize)> = change
        .members
        .iter()
        .map(|member| (member.metric.as_str(), member.further.len()))
        .collect();
    assert_eq!(of.len(), 2);
    assert!(of.iter().all(|(_, further)| *further == 1), "latency and throughput are one: {of:?}");
    let least = change.members.iter().filter_map(|member| member.shift.p).fold(1.0, f64::min);
    assert!(change.p.expect("confirmed") < least);
}

#[test]
fn what_became_better_at_the_same_commit_is_a_change_of_its_own() {
    let faster: Vec<f64> = step(6).iter().map(|value| 100.0 / value).collect();
    let changes = changes_of(&several(&[("a", faster), ("b", step(6))]));
    let ways: Vec<Way> = changes.iter().map(|change| change.way).collect();
    assert_eq!(ways, [Way::Worse, Way::Better]);
}

#[test]
fn suspected_changes_come_after_confirmed_ones_and_have_no_rate() {
    let changes = changes_of(&several(&[
        ("a", [step(0), vec![11.0, 11.01, 11.02, 11.0]].concat()),
        ("b", step(6)),
    ]));
    let certain: Vec<(Certainty, bool)> =
        changes.iter().map(|change| (change.certainty, change.q.is_some())).collect();
    assert_eq!(certain, [(Certainty::Confirmed, true), (Certainty::Suspected, false)]);
}

#[test]
fn a_change_whose_interval_holds_no_change_at_all_needs_nobody() {
    let found = levels(&step(6), "latency");
    let shift = found.shifts()[0].clone();
    assert!(shift.is_worse());
    let unclear = Shift { low: Some(-0.9), high: Some(17.0), ..shift };
    assert!(!unclear.is_worse() && !unclear.is_clear());
}

#[test]
fn one_value_of_zero_changes_nothing_of_what_a_run_shows() {
    let slower = |first: f64| -> Levels {
        let wiggle = |run: usize| (run * 7 % 5) as f64;
        let low = (0..80).map(|run| 10.0 + wiggle(run) * 0.04);
        let values: Vec<f64> = [first]
            .into_iter()
            .chain(low)
            .chain((0..40).map(|run| 100.0 + wiggle(run) * 0.4))
            .collect();
        levels(&values, "latency")
    };
    let (above, with_zero) = (slower(10.0), slower(0.0));
    let [one, other] = [&above, &with_zero].map(|levels| levels.one_run().expect("known"));
    // parts of a level, and parts of the usual size of both
    assert!((0.4..2.5).contains(&(one / other)), "{one} and {other}");
    assert_eq!(above.is_within_noise(108.0, false), Some(false));
    assert_eq!(with_zero.is_within_noise(108.0, false), Some(false));
}

#[test]
fn levels_are_stretches_from_change_to_change_and_pull_requests_are_in_none() {
    let mut values = step(8);
    values.insert(5, -99.0);
    let found = levels(&values, "latency").segments();
    let ends: Vec<(usize, usize)> = found.iter().map(|level| (level.first, level.last)).collect();
    assert_eq!(ends, [(0, 30), (31, 38)]);
    assert!((found[0].level - 10.02).abs() < 1e-9 && (found[1].level - 11.02).abs() < 1e-9);
    let suspected = levels(&step(4), "latency").segments();
    assert_eq!(suspected.len(), 2);
    assert_eq!(suspected[1].certainty, Certainty::Suspected);
}

#[test]
fn one_run_far_from_its_level_is_a_spike_and_a_new_level_or_the_newest_run_is_none() {
    let mut values = step(8);
    values[12] = 14.0;
    assert_eq!(levels(&values, "latency").spikes(), [12]);
    assert_eq!(levels(&step(8), "latency").spikes(), Vec::<usize>::new());
    let newest = [step(0), vec![14.0]].concat();
    assert_eq!(levels(&newest, "latency").spikes(), Vec::<usize>::new());
    assert_eq!(levels(&[10.0, 10.0, 90.0, 10.0], "latency").spikes(), Vec::<usize>::new());
}

#[test]
fn the_interval_of_a_level_narrows_with_its_runs_and_holds_it() {
    let width = |after: usize| {
        let found = levels(&step(after), "latency");
        let (low, high) = found.level_interval().expect("enough runs");
        let level = found.segments().last().expect("a level").level;
        assert!(low < level && level < high);
        high - low
    };
    assert!(width(8) > 1.5 * width(40));
    assert_eq!(levels(&step(0)[..7], "latency").level_interval(), None);
    let words = level_in_words(&levels(&step(8), "latency"), &metric("latency")).expect("a level");
    assert!(words.starts_with("11.020 s [11.0"), "{words}");
    assert_eq!(noise_in_words(&levels(&step(8), "latency")).as_deref(), Some("quiet (±0.16 %)"));
    assert_eq!(power_in_words(&levels(&step(8), "latency")), "1 % after 5 runs");
}

#[test]
fn a_run_is_noise_by_the_level_before_it_until_its_baseline_has_followed() {
    let levels = levels(&step(8), "latency");
    let noise: Vec<Option<bool>> = (28..36).map(|at| levels.is_noise_at(at)).collect();
    let expected = [true, true, false, false, false, true, true, true];
    assert_eq!(noise, expected.map(Some));
    assert_eq!(levels.is_noise_at(99), None);
}
