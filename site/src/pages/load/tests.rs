//! What the page says of sweeps that were made by hand.

use std::sync::Arc;

use bench_records::{
    order::map_of,
    series::IMPORTED,
    sweep::{Arrival, Kept, Load, Saturation},
};

use super::{
    chosen::{Chosen, chosen},
    model::{percentiles, saturation_in_words, too_few},
    plots::{Shown, across},
    slo::{Quantity, Slo},
    summary::{knee_in_words, objective_in_words, part_in_words},
    track::{Lacking, track},
};
use crate::{
    chart::Scale,
    commits,
    dataset::Dataset,
    query::Query,
    testing::{reading_of, series_of},
};
use bench_records::index::HeadSeries;

/// Device, variant, and completed requests with TTFT P99 of each day.
type Tests<'t> = (&'t str, &'t str, &'t [(f64, f64)]);

/// A history with a series for each device and variant, which has a record a day of completed requests and TTFT P99.
fn history(series: &[Tests<'_>]) -> Dataset {
    let none: Vec<(&str, &[f64])> = Vec::new();
    let mut reading = reading_of(&none);
    for (at, (device, variant, values)) in series.iter().enumerate() {
        let achieved: Vec<f64> = values.iter().map(|(achieved, _)| *achieved).collect();
        let mut own = series_of("requests_per_s", &achieved);
        own.metrics.push("ttft_p99_ms".to_owned());
        for (point, (_, ttft)) in own.points.iter_mut().zip(*values) {
            point.values.push(Some(*ttft));
        }
        own.key.0 = format!("5e71e5{at}");
        own.labels.gpu_type = Some((*device).to_owned());
        let fields = [
            ("workload_id", "llama"),
            ("variant_id", variant),
            ("hardware_profile_id", device),
            ("software_profile_id", IMPORTED),
        ];
        let owned = |(field, value): (&str, &str)| (field.to_owned(), value.to_owned());
        own.labels.identity = map_of(fields.into_iter().map(owned));
        reading.head.series.push(HeadSeries::of(&own, &crate::testing::batch()));
    }
    reading.head.header.series = series.len();
    crate::testing::shown(reading)
}

/// Three rates on one device, two records each: of the last the highest is saturated.
fn sweep() -> Dataset {
    history(&[
        ("H100", "rate=4", &[(4.0, 100.0), (4.0, 100.0)]),
        ("H100", "rate=8", &[(8.0, 150.0), (8.0, 140.0)]),
        ("H100", "rate=12", &[(11.8, 250.0), (9.0, 340.0)]),
    ])
}

fn of(dataset: &Dataset, hash: &str) -> Chosen {
    let query = Query::parse(hash);
    let own = Arc::new(track(dataset, "5e71e50").expect("a sweep"));
    chosen(dataset, &own, &query, &commits::candidates(dataset))
}

fn slo(dataset: &Dataset, said: &str) -> Slo {
    Slo::parse(said, &dataset.table).expect("an objective")
}

#[test]
fn a_sweep_is_found_by_any_of_its_series() {
    let dataset = sweep();
    let loads = |key: &str| {
        let track = track(&dataset, key).expect("a sweep");
        track.steps.iter().map(|step| step.load).collect::<Vec<_>>()
    };
    assert_eq!(loads("5e71e52"), [4.0, 8.0, 12.0].map(Load::Rate));
    assert_eq!(loads("5e71e50"), loads("5e71e51"));
}

#[test]
fn a_series_without_a_sweep_says_why() {
    let dataset = history(&[("H100", "rate=4", &[(4.0, 1.0)]), ("H100", "in=8", &[(4.0, 1.0)])]);
    let why = |key: &str| track(&dataset, key).expect_err("no sweep");
    assert_eq!(why("5e71e50"), Lacking::Others("4 requests/s".to_owned()));
    assert_eq!((why("5e71e51"), why("none")), (Lacking::Load, Lacking::Series));
}

#[test]
fn an_objective_is_kept_up_to_between_two_measured_rates_with_what_was_before() {
    let dataset = sweep();
    let curves = of(&dataset, "#/load/5e71e50").curves;
    let slos = [slo(&dataset, "ttft_p99:0.2")];
    let words = objective_in_words(&curves[0], &slos).expect("words");
    let expected = "Keeps TTFT P99 ≤ 200\u{202f}ms up to 9.2\u{202f}requests/s, between the measured 8 and \
                    12; 10\u{202f}requests/s in the sweeps before, \u{2212}8.0\u{202f}%.";
    assert_eq!(words, expected);
    let far = objective_in_words(&curves[0], &[slo(&dataset, "ttft_p99:9")]).expect("words");
    assert!(far.contains("12\u{202f}requests/s at least"), "{far}");
    let none = objective_in_words(&curves[0], &[slo(&dataset, "tpot_p99:9")]).expect("words");
    assert!(none.starts_with("Nothing is known"), "{none}");
    assert_eq!(objective_in_words(&curves[0], &[]), None);
}

#[test]
fn of_several_objectives_the_one_that_allows_least_counts() {
    let dataset = sweep();
    let curve = &of(&dataset, "#/load/5e71e50").curves[0];
    let kept = |said: &[&str]| {
        let slos: Vec<Slo> = said.iter().map(|said| slo(&dataset, said)).collect();
        curve.instance.kept(&curve.track, &slos)
    };
    assert_eq!(kept(&["ttft_p99:9", "ttft_p99:0.2"]), kept(&["ttft_p99:0.2"]));
    assert_eq!(kept(&["ttft_p99:0.01", "ttft_p99:0.2"]), Kept::NotAt(4.0));
    assert_eq!(kept(&["ttft_p99:9", "tpot_p99:9"]), Kept::Unknown);
}

#[test]
fn a_step_that_completes_less_than_is_offered_is_hollow_and_the_knee_lies_before_it() {
    let dataset = sweep();
    let curves = of(&dataset, "#/load/5e71e50").curves;
    assert_eq!(
        knee_in_words(&curves[0]).as_deref(),
        Some("Saturates between 8 and 12\u{202f}requests/s.")
    );
    let (is, _) = curves[0].instance.saturation(&curves[0].track);
    assert_eq!(is, [Saturation::KeepsUp, Saturation::KeepsUp, Saturation::Saturated]);
}

#[test]
fn a_step_that_may_be_saturated_is_not_hollow_and_the_knee_says_what_is_not_known() {
    let knee = |achieved: [f64; 2]| {
        let [low, high] = achieved.map(|achieved| [(achieved, 100.0)]);
        let dataset = history(&[("H100", "rate=4", &low), ("H100", "rate=8", &high)]);
        let curve = of(&dataset, "#/load/5e71e50").curves.remove(0);
        (curve.instance.saturation(&curve.track).0, knee_in_words(&curve))
    };
    let (is, words) = knee([4.0, 7.2]);
    assert_eq!(is, [Saturation::KeepsUp, Saturation::Undecided]);
    let said = saturation_in_words(is[1]);
    assert_eq!(said, Some("may be saturated: number of requests unknown"));
    let expected = "Keeps up with 4\u{202f}requests/s; whether with more is not known.";
    assert_eq!(words.as_deref(), Some(expected));
    let (is, words) = knee([3.6, 4.0]);
    assert_eq!(is, [Saturation::Undecided, Saturation::Saturated]);
    let expected = "Saturated from 8\u{202f}requests/s on; whether from less on is not known.";
    assert_eq!(words.as_deref(), Some(expected));
}

#[test]
fn an_earlier_commit_is_another_curve_and_tells_itself_apart_by_its_commit() {
    let dataset = sweep();
    let first = format!("{:040x}", 0);
    let chosen = of(&dataset, &format!("#/load/5e71e50?with=5e71e50%40{first}"));
    assert_eq!(chosen.curves.len(), 2);
    assert!(chosen.curves[1].label.starts_with("0000000 of "), "{:?}", chosen.curves[1].label);
    let knee = knee_in_words(&chosen.curves[1]);
    assert_eq!(knee.as_deref(), Some("Keeps up with 12\u{202f}requests/s, the highest measured."));
    assert_eq!(of(&dataset, "#/load/5e71e50?b=deadbeef00").unknown, ["deadbeef00"]);
}

#[test]
fn another_device_is_a_curve_and_a_closed_loop_is_none() {
    let dataset = history(&[
        ("H100", "rate=4", &[(4.0, 1.0)]),
        ("H100", "rate=8", &[(8.0, 1.0)]),
        ("A100", "rate=4", &[(4.0, 2.0)]),
        ("A100", "rate=8", &[(8.0, 2.0)]),
        ("H100", "concurrency=4", &[(4.0, 1.0)]),
        ("H100", "concurrency=8", &[(8.0, 1.0)]),
    ]);
    let own = track(&dataset, "5e71e50").expect("a sweep");
    let other = track(&dataset, "5e71e52").expect("a sweep");
    let closed = track(&dataset, "5e71e54").expect("a sweep");
    assert_eq!((own.arrival, closed.arrival), (Arrival::Open, Arrival::Closed));
    let hash = format!("#/load/{}?with={},{}", own.key(), other.key(), closed.key());
    let chosen = of(&dataset, &hash);
    let labels: Vec<&str> = chosen.curves.iter().map(|curve| curve.label.as_str()).collect();
    assert_eq!(labels, ["H100", "A100"]);
    assert_eq!(chosen.other_loop.len(), 1);
    let (is, knee) = closed.instances(dataset.now)[0].saturation(&closed);
    assert_eq!((is, knee), (vec![Saturation::Unmeasured; 2], Kept::Unknown));
}

#[test]
fn a_sweep_that_did_not_run_all_loads_says_so() {
    let mut dataset = sweep();
    let row = dataset.rows.iter_mut().find(|row| row.key().0 == "5e71e52").expect("a row");
    Arc::make_mut(row).recent.points.pop();
    let curve = &of(&dataset, "#/load/5e71e50").curves[0];
    assert_eq!(part_in_words(curve).as_deref(), Some("measured 2 of 3 loads"));
}

#[test]
fn all_requests_at_once_are_beside_the_line_and_saturated() {
    let dataset = history(&[
        ("H100", "rate=4", &[(4.0, 1.0), (4.0, 1.0)]),
        ("H100", "rate=8", &[(8.0, 1.0), (8.0, 1.0)]),
        ("H100", "rate=inf", &[(9.0, 900.0), (9.0, 900.0)]),
    ]);
    let curves = of(&dataset, "#/load/5e71e50").curves;
    let shown = Shown {
        curves: &curves,
        table: &dataset.table,
        quantity: Quantity::Ttft,
        slos: &[],
        across: across(&curves, "tokens"),
        scale: Scale::Log,
        href: |to| to.to_hash(),
    };
    assert_eq!(shown.across, "requests_per_s", "tokens were not measured");
    let latency = shown.latency();
    let [faint, own] = &latency.lines[..] else { panic!("{latency:?}") };
    assert!(faint.is_faint && !own.is_faint);
    let points: Vec<(bool, bool)> =
        own.points.iter().map(|point| (point.is_joined, point.is_hollow)).collect();
    assert_eq!(points, [(true, false), (true, false), (false, true)]);
    let href = "#/series/5e71e51?metric=ttft_p99_ms";
    assert_eq!(own.points[1].href, href);
    let served = shown.served();
    assert_eq!((served.lines[0].points.len(), served.has_ideal, served.band), (2, true, None));
    assert_eq!(percentiles(&curves, Quantity::Ttft), ["p99"]);
    assert_eq!(
        curves[0].instance.saturation(&curves[0].track).0,
        [Saturation::KeepsUp, Saturation::KeepsUp, Saturation::Saturated]
    );
    assert_eq!(curves[0].last().count(), 1);
}

#[test]
fn a_percentile_of_few_requests_says_how_many_it_needs() {
    assert_eq!(too_few(Some(200.0), "p99").as_deref(), Some("n too small: needs 299"));
    assert_eq!((too_few(Some(299.0), "p99"), too_few(None, "p99")), (None, None));
    assert_eq!(too_few(Some(200.0), "p95"), None);
}
