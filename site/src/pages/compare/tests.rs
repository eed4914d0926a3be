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
    model::{Difference, Stand, compare, ranges},
    sheet::sheet,
};
use crate::{
    config::Config,
    dataset::Dataset,
    query::{Key, Page, Query},
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
    Dataset::new(config, source, HeadReading::whole(head), NOW)
}

fn page(params: &[(Key, &str)]) -> Query {
    params.iter().fold(Query::to(Page::Compare), |query, (key, value)| query.with(*key, *value))
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
    let swapped = pick(&dataset, &page(&[(Key::A, &newest)])).expect("two commits");
    assert_eq!(swapped, (newest.clone(), format!("{:040x}", 1)));
    let unknown =
        pick(&dataset, &page(&[(Key::A, "feedfeed"), (Key::B, &newest)])).expect("two commits");
    assert_eq!(unknown, (format!("{:040x}", 1), newest));
}

#[test]
fn one_candidate_is_nothing_to_compare() {
    let dataset = dataset(&[on("L40S", "wan", "latency", &[1.0])]);
    assert_eq!(pick(&dataset, &page(&[])), None);
    assert_eq!(pick(&dataset, &page(&[(Key::By, "device")])), None);
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
    let begin = pick(&dataset, &page(&[(Key::By, "device")]));
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

/// A series of a benchmark that states its workload and variant.
fn of_variant(benchmark: &str, workload: &str, variant: &str, values: &[f64]) -> Series {
    let mut series = on("L40S", benchmark, "latency", values);
    let fields =
        [("workload_id", workload), ("variant_id", variant), ("recipe_fingerprint", benchmark)];
    series.labels.identity = bench_records::order::map_of(
        fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())),
    );
    series.key = SeriesKey(format!("{benchmark}-{workload}-{variant}"));
    series
}

#[test]
fn a_comparison_begins_with_commits_of_main_and_marks_those_of_pull_requests() {
    let mut series = on("L40S", "wan", "latency", &[1.0, 2.0, 3.0, 4.0]);
    for at in [1, 3] {
        series.points[at].flags = Flags::PULL_REQUEST;
    }
    series.points[3].pr = 4354;
    let dataset = dataset(&[series]);
    let known = candidates(&dataset, By::Commit);
    let ends = [" · PR #4354", "", " · pull request", ""];
    for (known, end) in known.iter().zip(ends) {
        let (label, is_of_main) = (&known.label, end.is_empty());
        assert!(label.ends_with(end) && label.contains("PR") == end.contains("PR"), "{label}");
        assert_eq!(known.is_of_main, is_of_main, "{label}");
    }
    let commit = |day: usize| format!("{day:040x}");
    assert_eq!(pick(&dataset, &page(&[])), Some((commit(0), commit(2))));
    let chosen = pick(&dataset, &page(&[(Key::A, &commit(2)), (Key::B, &commit(3))]));
    assert_eq!(chosen, Some((commit(2), commit(3))), "a pull request that is asked for is shown");
}

#[test]
fn pull_requests_alone_can_still_be_compared() {
    let mut series = on("L40S", "wan", "latency", &[1.0, 2.0]);
    series.points.iter_mut().for_each(|point| point.flags = Flags::PULL_REQUEST);
    assert!(pick(&dataset(&[series]), &page(&[])).is_some());
}

#[test]
fn a_value_is_that_of_the_newest_records_of_main_whatever_the_gate_said_of_them() {
    let mut slow = on(
        "H100",
        "wan",
        "latency",
        &[198.0, 198.0, 198.0, 198.0, 198.0, 214.0, 215.0, 213.0, 90.0],
    );
    for at in 5..8 {
        slow.points[at].flags = Flags::FAILED;
    }
    slow.points[8].flags = Flags::PULL_REQUEST;
    let dataset = dataset(&[slow, on("L40S", "wan", "latency", &[300.0; 6])]);
    let pair = compare(&dataset, By::Device, "H100", "L40S", "").groups[0].pairs[0].clone();
    assert_eq!((pair.a.median, pair.a.count, pair.a.beyond), (213.0, 5, 3));
    assert_eq!((pair.b.median, pair.b.beyond), (300.0, 0));
}

#[test]
fn variants_of_one_workload_are_compared_whatever_their_benchmarks_are_called() {
    let dataset = dataset(&[
        of_variant("wan-fp32", "wan", "fp32", &[2.0]),
        of_variant("wan-bf16", "wan", "bf16", &[1.0]),
    ]);
    assert_eq!(
        pick(&dataset, &page(&[(Key::By, "variant")])),
        Some(("bf16".to_owned(), "fp32".to_owned()))
    );
    let both = compare(&dataset, By::Variant, "fp32", "bf16", "");
    assert_eq!((both.shared, both.alone.clone()), (1, [vec![], vec![]]));
    let pair = &both.groups[0].pairs[0];
    assert_eq!((pair.benchmark.as_str(), pair.ratio), ("wan-fp32 → wan-bf16", Some(0.5)));
    assert_eq!(both.recipes.len(), 1, "their recipes are to be read");
}

#[test]
fn benchmarks_of_one_workload_are_paired_by_name_first_and_never_by_guess() {
    let variant = |name: &str, variant| of_variant(name, "wan", variant, &[1.0]);
    let named = [
        variant("small", "a"),
        variant("large", "a"),
        variant("small", "b"),
        variant("large", "b"),
    ];
    let both = compare(&dataset(&named), By::Variant, "a", "b", "");
    assert_eq!((both.shared, both.unpaired.len()), (2, 0));
    assert!(both.groups[0].pairs.iter().all(|pair| !pair.benchmark.contains('→')));
    let unclear = [variant("one", "a"), variant("two", "b"), variant("three", "b")];
    let both = compare(&dataset(&unclear), By::Variant, "a", "b", "");
    assert_eq!((both.shared, both.unpaired), (0, vec!["wan".to_owned()]));
    assert_eq!(both.alone.map(|names| names.len()), [1, 2]);
}

/// How B stands in the mean of benchmarks that took `a` and now take `b`; each ran 20 times at `a`
/// with noise of about 1 %.
fn mean_of(pairs: &[(f64, f64)]) -> Option<Stand> {
    let noisy = |at: usize, value: f64| value * (1.0 + [-0.01, 0.0, 0.01][at % 3]);
    let series: Vec<Series> = pairs
        .iter()
        .enumerate()
        .map(|(place, (a, b))| {
            let mut values: Vec<f64> = (0..20).map(|at| noisy(at, *a)).collect();
            values.extend([*a, *b]);
            on("L40S", &format!("b{place}"), "latency", &values)
        })
        .collect();
    let (a, b) = (format!("{:040x}", 20), format!("{:040x}", 21));
    let both = compare(&dataset(&series), By::Commit, &a, &b, "");
    mean_stand(&both.groups[0])
}

#[test]
fn a_mean_is_better_only_where_pairs_or_its_interval_bear_it_out() {
    let within = (100.0, 99.0);
    let worse = (100.0, 106.0);
    let better = (100.0, 90.0);
    assert_eq!(mean_of(&[within, worse, (100.0, 98.0), (100.0, 90.2)]), Some(Stand::Mixed));
    // one pair is worse, and the mean is better by what is within noise
    assert_eq!(mean_of(&[worse, (100.0, 97.5), (100.0, 97.5), (100.0, 97.5)]), Some(Stand::Mixed));
    assert_eq!(mean_of(&[within, better, better]), Some(Stand::Better));
    assert_eq!(mean_of(&[worse, (100.0, 101.0)]), Some(Stand::Worse));
    assert_eq!(mean_of(&[within, (100.0, 99.5), (100.0, 100.5)]), Some(Stand::WithinNoise));
    assert_eq!(mean_of(&[(100.0, 100.0), (50.0, 50.0)]), Some(Stand::Same));
}

#[test]
fn a_shift_of_many_pairs_that_none_shows_alone_is_in_the_interval_of_their_mean() {
    let shifted = [0.983, 0.985, 0.984, 0.982, 0.986, 0.985].map(|ratio| (100.0, 100.0 * ratio));
    assert_eq!(mean_of(&shifted), Some(Stand::Better));
    assert_eq!(mean_of(&shifted[..4]), Some(Stand::WithinNoise), "too few for an interval");
}

#[test]
fn a_range_leads_to_the_repository_of_the_series_that_ran_both_commits() {
    let mut one = on("L40S", "wan", "latency", &[1.0, 2.0]);
    one.labels.repository = Some("https://host/owner/one".to_owned());
    let mut other = on("L40S", "flux", "latency", &[1.0, 2.0]);
    let (a, b) = (format!("{:040x}", 0), format!("{:040x}", 1));
    let url = |repository: &str| format!("https://host/owner/{repository}/compare/{a}...{b}");
    assert_eq!(ranges(&dataset(&[one.clone()]), &a, &b), [url("one")]);
    other.labels.repository = Some("https://host/owner/two".to_owned());
    assert_eq!(ranges(&dataset(&[one, other.clone()]), &a, &b), [url("one"), url("two")]);
    other.labels.repository = None;
    assert_eq!(ranges(&dataset(&[other]), &a, &b), Vec::<String>::new());
}

#[test]
fn a_commit_is_found_by_its_beginning_the_tag_of_its_release_and_a_day() {
    let mut series = on("L40S", "wan", "latency", &[1.0, 2.0, 3.0]);
    series.points[2].flags = Flags::PULL_REQUEST;
    let known = candidates(&dataset(&[series.clone()]), By::Commit);
    let commit = |day: usize| format!("{day:040x}");
    let releases = [("v1.0".to_owned(), commit(1))].into();
    let named = |said: &str| {
        let found = super::candidates::named(said, By::Commit, &known, &releases);
        found.map(|known| known.value.clone())
    };
    let day = |at: usize| series.points[at].time.to_iso()[..10].to_owned();
    assert_eq!(named("v1.0"), Some(commit(1)));
    assert_eq!(named(&commit(0)), Some(commit(0)));
    assert_eq!(named(&day(0)), Some(commit(0)));
    assert_eq!(named(&day(2)), Some(commit(1)), "the last of main by then, no pull request's");
    assert_eq!((named("2001-01-01"), named("v2.0"), named("")), (None, None, None));
}

#[test]
fn a_comparison_to_paste_has_six_columns_and_counts_what_is_noise() {
    let both = compare(
        &dataset(&[on("A", "wan", "latency", &[1.0]), on("B", "wan", "latency", &[2.0])]),
        By::Device,
        "A",
        "B",
        "",
    );
    let text = super::markdown::markdown(&both, ("A", "B"), "https://example.org/#/compare");
    assert!(
        text.starts_with("A is A, B is B.\n\n| Benchmark | Metric | A | B | Change | B is |"),
        "{text}"
    );
    assert!(
        text.contains(
            "| wan | Latency | 1.000\u{202f}s | 2.000\u{202f}s | +100\u{202f}% | worse |"
        ),
        "{text}"
    );
    assert!(text.ends_with("https://example.org/#/compare\n"), "{text}");
}
