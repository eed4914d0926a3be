//! Pairs, means and choices of the page compare.

use bench_records::{
    gate::Batch,
    identity::SeriesKey,
    index::{Head, HeadHeader, HeadReading, HeadSeries},
    series::{Flags, Series},
    time::Micros,
};

use super::{
    candidates::{By, candidates, chosen},
    group::mean_stand,
    model::{Difference, Stand, compare},
    sheet::sheet,
};
use crate::{
    config::Config,
    dataset::Dataset,
    query::{Page, Query},
    testing::series_of,
};

const NOW: Micros = Micros(i64::MAX / 2);

fn on(device: &str, benchmark: &str, metric: &str, values: &[f64]) -> Series {
    let mut series = series_of(metric, values);
    series.key = SeriesKey(format!("{benchmark}-{device}-{metric}"));
    series.labels.model_id = benchmark.to_owned();
    series.labels.gpu_type = Some(device.to_owned());
    series
}

fn dataset(series: &[Series]) -> Dataset {
    let batch = Batch { now: NOW, ..Batch::default() };
    let lines: Vec<HeadSeries> =
        series.iter().map(|series| HeadSeries::of(series, &batch)).collect();
    let head = Head { header: HeadHeader::new(0, 0, lines.len(), Vec::new()), series: lines };
    let config = Config::default();
    let source = config.sources[0].clone();
    Dataset::new(config, source, HeadReading { head, set_aside: Vec::new() }, NOW)
}

fn page(params: &[(&str, &str)]) -> Query {
    params.iter().fold(Query::to(Page::Compare), |query, (key, value)| query.with(key, *value))
}

fn pick(dataset: &Dataset, query: &Query) -> Option<(String, String)> {
    chosen(dataset, query, &candidates(dataset, By::of(query)))
}

#[test]
fn commits_come_newest_first_and_begin_with_the_two_newest() {
    let dataset = dataset(&[on("L40S", "wan", "latency", &[1.0, 2.0, 3.0])]);
    let known = candidates(&dataset, By::Commit);
    let commits: Vec<String> = (0..3).rev().map(|day| format!("{day:040x}")).collect();
    assert_eq!(known.iter().map(|known| known.value.clone()).collect::<Vec<_>>(), commits);
    let begin = pick(&dataset, &page(&[]));
    assert_eq!(begin, Some((commits[1].clone(), commits[0].clone())));
}

#[test]
fn the_url_chooses_a_side_and_what_nobody_ran_is_not_chosen() {
    let dataset = dataset(&[on("L40S", "wan", "latency", &[1.0, 2.0, 3.0])]);
    let newest = format!("{:040x}", 2);
    let swapped = pick(&dataset, &page(&[("a", &newest)])).expect("two commits");
    assert_eq!(swapped, (newest.clone(), format!("{:040x}", 1)));
    let unknown = pick(&dataset, &page(&[("a", "feedfeed"), ("b", &newest)])).expect("two commits");
    assert_eq!(unknown, (format!("{:040x}", 1), newest));
}

#[test]
fn one_candidate_is_nothing_to_compare() {
    let dataset = dataset(&[on("L40S", "wan", "latency", &[1.0])]);
    assert_eq!(pick(&dataset, &page(&[])), None);
    assert_eq!(pick(&dataset, &page(&[("by", "device")])), None);
}

#[test]
fn devices_begin_with_the_two_that_share_most() {
    let dataset = dataset(&[
        on("A100", "flux", "latency", &[1.0]),
        on("H100", "wan", "latency", &[1.0]),
        on("H100", "sd", "latency", &[1.0]),
        on("L40S", "wan", "latency", &[1.0]),
        on("L40S", "sd", "latency", &[1.0]),
    ]);
    let begin = pick(&dataset, &page(&[("by", "device")]));
    assert_eq!(begin, Some(("H100".to_owned(), "L40S".to_owned())));
}

#[test]
fn the_mean_covers_what_both_ran_and_names_the_rest() {
    let dataset = dataset(&[
        on("H100", "wan", "latency", &[2.0]),
        on("L40S", "wan", "latency", &[4.0]),
        on("H100", "sd", "latency", &[1.0]),
        on("L40S", "sd", "latency", &[8.0]),
        on("L40S", "flux", "latency", &[5.0]),
    ]);
    let both = compare(&dataset, By::Device, "H100", "L40S", "");
    let [group] = both.groups.as_slice() else { panic!("one metric, one group") };
    assert_eq!((both.shared, group.mean_count), (2, 2));
    assert!((group.mean_ratio.expect("two ratios") - 4.0).abs() < 1e-12);
    assert_eq!(both.alone, [vec![], vec!["flux · L40S".to_owned()]]);
    assert_eq!(group.pairs[0].benchmark, "sd", "the worst comes first");
    assert_eq!(group.pairs[0].stand, Stand::Worse);
    let gpu =
        Difference { field: "gpu_type".into(), values: ["H100".into(), "L40S".into()], count: 2 };
    assert_eq!(both.differences, [gpu]);
    assert_eq!(sheet(&both).rows.len(), 2);
}

#[test]
fn more_throughput_is_better_and_more_latency_is_worse() {
    for (metric, stand) in [("throughput", Stand::Better), ("latency", Stand::Worse)] {
        let dataset = dataset(&[on("A", "wan", metric, &[1.0]), on("B", "wan", metric, &[2.0])]);
        let pair = compare(&dataset, By::Device, "A", "B", "").groups[0].pairs[0].clone();
        assert_eq!((pair.stand, pair.ratio, pair.change), (stand, Some(2.0), Some(1.0)));
    }
}

#[test]
fn a_difference_that_the_series_makes_by_itself_is_noise() {
    let values = [10.0, 10.2, 9.8, 10.1, 9.9, 10.0, 10.2];
    let dataset = dataset(&[on("L40S", "wan", "latency", &values)]);
    let (a, b) = (format!("{:040x}", 5), format!("{:040x}", 6));
    let pair = compare(&dataset, By::Commit, &a, &b, "").groups[0].pairs[0].clone();
    assert_eq!(pair.stand, Stand::WithinNoise);
    let both = compare(&dataset, By::Commit, &a, &b, "latency");
    assert_eq!(mean_stand(&both.groups[0]), Some(Stand::WithinNoise));
}

#[test]
fn what_somebody_excluded_stands_for_no_commit() {
    let mut series = on("L40S", "wan", "latency", &[1.0, 2.0, 3.0]);
    series.points[2].flags = Flags::EXCLUDED;
    assert_eq!(candidates(&dataset(&[series]), By::Commit).len(), 2);
}

#[test]
fn a_zero_has_no_ratio_and_leaves_the_mean_to_the_others() {
    let dataset = dataset(&[
        on("A", "wan", "latency", &[0.0]),
        on("B", "wan", "latency", &[1.0]),
        on("A", "sd", "latency", &[1.0]),
        on("B", "sd", "latency", &[2.0]),
    ]);
    let group = compare(&dataset, By::Device, "A", "B", "latency").groups.remove(0);
    assert_eq!((group.pairs.len(), group.mean_count), (2, 1));
    assert!((group.mean_ratio.expect("one ratio") - 2.0).abs() < 1e-12);
    assert_eq!(group.pairs.iter().filter(|pair| pair.ratio.is_none()).count(), 1);
}
