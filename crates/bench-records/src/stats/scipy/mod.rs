//! The answers of NumPy, SciPy and pandas in `tests/fixtures/stats/scipy.json`, against ours; the
//! script beside the file writes it.

mod fixture;

use self::fixture::fixture;
use super::ranking::Ranking;
use super::*;

/// What another order of summation may change.
const RELATIVE: f64 = 1e-12;

fn assert_close(what: &str, ours: f64, theirs: f64) {
    let apart = (ours - theirs).abs();
    assert!(apart <= RELATIVE * theirs.abs(), "{what}: {ours:e} is not {theirs:e}");
}

fn assert_same(what: &str, ours: Option<f64>, theirs: Option<f64>) {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => assert_close(what, ours, theirs),
        (ours, theirs) => assert_eq!(ours, theirs, "{what}"),
    }
}

#[test]
fn centre_and_spread_are_those_of_numpy_and_scipy() {
    assert_close("1.4826", MAD_TO_SIGMA, fixture().mad_to_sigma);
    for case in fixture().samples {
        let (name, x) = (&case.name, &case.values);
        assert_same(name, mean(x), Some(case.mean));
        assert_same(name, median(x), Some(case.median));
        assert_same(name, std_dev(x), case.std_dev);
        assert_same(name, mad(x), Some(case.mad));
        assert_same(name, min(x), Some(case.min));
        assert_same(name, max(x), Some(case.max));
        assert_same(name, coefficient_of_variation(x), case.coefficient_of_variation);
        assert_same(name, geometric_mean(x), case.geometric_mean);
    }
}

#[test]
fn percentiles_are_exactly_those_of_numpy_inverted_cdf() {
    for case in fixture().samples {
        for (percent, theirs) in case.percentiles {
            let ours = percentile(&case.values, percent);
            assert_eq!(ours, Some(theirs), "{} at {percent} %", case.name);
        }
    }
}

#[test]
fn intervals_are_those_of_the_binomial_and_where_tails_are_equal_of_quantile_test() {
    for case in fixture().samples {
        for theirs in case.intervals {
            let what = format!("{} at {} %", case.name, theirs.percent);
            let ours = percentile_interval(&case.values, theirs.percent);
            let ours = ours.and_then(PercentileInterval::bounds);
            assert_eq!(ours.map(|ours| (ours.lower, ours.upper)), theirs.bounds, "{what}");
            assert_same(&what, ours.map(|ours| ours.coverage), theirs.coverage);
            if theirs.quantile_test.is_some() {
                assert_eq!(theirs.bounds, theirs.quantile_test, "{what}");
            }
        }
    }
}

#[test]
fn interval_ranks_are_those_of_the_binomial_up_to_a_million_samples() {
    for case in fixture().ranks {
        let what = format!("{} samples at {} %", case.count, case.percent);
        let ours = interval_ranks(case.count, case.percent);
        let theirs = case.ranks.as_ref();
        let ends = ours.map(|ours| (ours.lower, ours.upper));
        assert_eq!(ends, theirs.map(|ranks| (ranks.lower, ranks.upper)), "{what}");
        assert_same(&what, ours.map(|ours| ours.coverage), theirs.map(|ranks| ranks.coverage));
    }
}

#[test]
fn samples_needed_are_those_found_by_counting_up() {
    for (percent, needed) in fixture().needed {
        assert_eq!(samples_needed(percent), Some(needed), "at {percent} %");
    }
}

#[test]
fn rolling_medians_are_those_of_pandas() {
    for case in fixture().rolling {
        let through = rolling_median_through(&case.values, case.window);
        let before = rolling_median_before(&case.values, case.window);
        assert_eq!(through.len(), case.through.len());
        assert_eq!(before.len(), case.before.len());
        let places = through.iter().zip(&case.through).chain(before.iter().zip(&case.before));
        for (ours, theirs) in places {
            assert_same(&format!("{} over {}", case.name, case.window), *ours, *theirs);
        }
    }
}

#[test]
fn both_p_values_of_mann_whitney_are_those_of_scipy() {
    for case in fixture().two_samples {
        let ranking = Ranking::new(&case.base, &case.current);
        let normal = format!("{}, normal", case.name);
        assert_close(&normal, ranking.normal_p_value(), case.p_normal);
        if let Some(theirs) = case.p_exact {
            let exact = format!("{}, exact", case.name);
            assert_close(&exact, ranking.exact_p_value(), theirs);
        }
    }
}

#[test]
fn u_delta_and_shift_are_those_of_all_pairs() {
    for case in fixture().two_samples {
        let ours = mann_whitney(&case.base, &case.current).expect("samples on both sides");
        let shift = hodges_lehmann_shift(&case.base, &case.current);
        assert_close(&case.name, ours.u, case.u);
        assert!((ours.cliffs_delta - case.cliffs_delta).abs() < RELATIVE, "{}", case.name);
        assert_same(&case.name, shift, Some(case.shift));
    }
}
