//! Claims that hold for any samples: order, shift, scale, bounds, and agreement with the plainest
//! way of computing the same.

#![expect(clippy::unwrap_used, reason = "each claim is about samples that have an answer")]

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn samples(least: usize) -> impl Strategy<Value = Vec<f64>> {
    vec(-1e6..1e6_f64, least..80)
}

/// Few values, so that many of them tie.
fn tied(least: usize) -> impl Strategy<Value = Vec<f64>> {
    vec((0..8_i32).prop_map(f64::from), least..40)
}

fn series() -> impl Strategy<Value = Vec<Option<f64>>> {
    vec(proptest::option::weighted(0.8, (-20..20_i32).prop_map(f64::from)), 0..120)
}

fn close(a: Option<f64>, b: Option<f64>, size: f64) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * size.max(1.0),
        (a, b) => a == b,
    }
}

fn reversed(samples: &[f64]) -> Vec<f64> {
    samples.iter().rev().copied().collect()
}

fn mapped(samples: &[f64], change: impl Fn(f64) -> f64) -> Vec<f64> {
    samples.iter().map(|sample| change(*sample)).collect()
}

type Statistic = fn(&[f64]) -> Option<f64>;

const CENTRES: [Statistic; 4] = [mean, median, min, max];
const SPREADS: [Statistic; 2] = [std_dev, mad];

proptest! {
    #[test]
    fn order_does_not_matter(x in samples(0), percent in 0.0..=100.0_f64) {
        let y = reversed(&x);
        for statistic in CENTRES.into_iter().chain(SPREADS) {
            prop_assert!(close(statistic(&x), statistic(&y), 1e6));
        }
        prop_assert_eq!(percentile(&x, percent), percentile(&y, percent));
        prop_assert_eq!(percentile_interval(&x, 50.0), percentile_interval(&y, 50.0));
        prop_assert_eq!(Summary::of(&x), Summary::of(&y));
    }

    #[test]
    fn a_shift_moves_the_centre_and_leaves_the_spread(x in samples(1), by in -1e6..1e6_f64) {
        let y = mapped(&x, |sample| sample + by);
        for centre in CENTRES {
            prop_assert!(close(centre(&y), centre(&x).map(|c| c + by), 1e6));
        }
        for spread in SPREADS {
            prop_assert!(close(spread(&y), spread(&x), 1e6));
        }
    }

    #[test]
    fn a_scale_multiplies_all_but_what_is_relative(x in samples(1), by in 0.01..100.0_f64) {
        let y = mapped(&x, |sample| sample * by);
        for statistic in CENTRES.into_iter().chain(SPREADS) {
            prop_assert!(close(statistic(&y), statistic(&x).map(|s| s * by), 1e8));
        }
        let positive = mapped(&x, |sample| sample.abs() + 1.0);
        let scaled = mapped(&positive, |sample| sample * by);
        for relative in [coefficient_of_variation, median_relative_half_width] {
            prop_assert!(close(relative(&scaled), relative(&positive), 1.0));
        }
    }

    #[test]
    fn centres_and_percentiles_lie_between_the_extremes(
        x in samples(1),
        percent in 0.0..=100.0_f64,
    ) {
        let (least, most) = (min(&x).unwrap(), max(&x).unwrap());
        for centre in [mean(&x), median(&x), percentile(&x, percent)] {
            let centre = centre.unwrap();
            prop_assert!(least - 1e-9 <= centre && centre <= most + 1e-9);
        }
        prop_assert!(x.contains(&percentile(&x, percent).unwrap()));
    }

    #[test]
    fn a_percentile_has_its_share_of_samples_at_or_below(
        x in tied(1),
        percent in 0.0..=100.0_f64,
    ) {
        let value = percentile(&x, percent).unwrap();
        let share = |below: &dyn Fn(f64) -> bool| {
            x.iter().filter(|sample| below(**sample)).count() as f64 / x.len() as f64 * 100.0
        };
        prop_assert!(share(&|sample| sample <= value) >= percent - 1e-9);
        prop_assert!(share(&|sample| sample < value) <= percent + 1e-9);
    }

    #[test]
    fn an_interval_covers_enough_and_holds_its_percentile(
        count in 1..3000_usize,
        percent in 0.5..99.5_f64,
    ) {
        let needed = samples_needed(percent).unwrap();
        let Some(ranks) = interval_ranks(count, percent) else {
            prop_assert!(count < needed);
            return Ok(());
        };
        prop_assert!(count >= needed);
        prop_assert!(1 <= ranks.lower && ranks.lower < ranks.upper && ranks.upper <= count);
        prop_assert!(ranks.coverage >= CONFIDENCE && ranks.coverage < 1.0 + 1e-12);
        let nearest = (count as f64 * percent / 100.0).ceil() as usize;
        prop_assert!(ranks.lower <= nearest && nearest <= ranks.upper);
    }

    #[test]
    fn an_interval_mirrors_with_its_percentage(count in 6..3000_usize, half in 1..100_u32) {
        let percent = f64::from(half) / 2.0;
        let mirror = |rank| count + 1 - rank;
        let low = interval_ranks(count, percent).map(|r| (r.lower, r.upper));
        let high = interval_ranks(count, 100.0 - percent);
        prop_assert_eq!(low, high.map(|r| (mirror(r.upper), mirror(r.lower))));
    }

    #[test]
    fn the_median_lies_in_its_interval(x in samples(6)) {
        let bounds = percentile_interval(&x, 50.0).unwrap().bounds().unwrap();
        let centre = median(&x).unwrap();
        prop_assert!(bounds.lower <= centre && centre <= bounds.upper);
    }

    #[test]
    fn inverse_ratios_have_the_inverse_geometric_mean(x in vec(1e-3..1e3_f64, 1..50)) {
        let inverse = mapped(&x, f64::recip);
        let product = geometric_mean(&x).unwrap() * geometric_mean(&inverse).unwrap();
        prop_assert!((product - 1.0).abs() < 1e-12);
    }

    #[test]
    fn rolling_medians_are_those_of_each_window_alone(values in series(), window in 0..12_usize) {
        let of_last = |seen: &[Option<f64>]| {
            let present: Vec<f64> = seen.iter().rev().flatten().take(window).copied().collect();
            median(&present)
        };
        let before: Vec<_> = (0..values.len()).map(|i| of_last(&values[..i])).collect();
        let through: Vec<_> = (0..values.len()).map(|i| of_last(&values[..=i])).collect();
        prop_assert_eq!(rolling_median_before(&values, window), before);
        prop_assert_eq!(rolling_median_through(&values, window), through);
    }

    #[test]
    fn swapping_the_runs_mirrors_the_test(x in tied(1), y in tied(1)) {
        let (forth, back) = (mann_whitney(&x, &y).unwrap(), mann_whitney(&y, &x).unwrap());
        prop_assert_eq!(forth.u + back.u, (x.len() * y.len()) as f64);
        prop_assert_eq!(forth.cliffs_delta, -back.cliffs_delta);
        prop_assert!((forth.p_value - back.p_value).abs() < 1e-12);
        prop_assert!((0.0..=1.0).contains(&forth.p_value));
    }

    #[test]
    fn u_counts_the_pairs_in_which_current_is_above(x in tied(1), y in tied(1)) {
        let worth = |base: f64, current: f64| match current.total_cmp(&base) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        };
        let pairs: f64 = x.iter().map(|b| y.iter().map(|c| worth(*b, *c)).sum::<f64>()).sum();
        prop_assert_eq!(mann_whitney(&x, &y).unwrap().u, pairs);
    }

    #[test]
    fn the_shift_is_the_median_of_all_differences_listed(x in samples(1), y in samples(1)) {
        let listed: Vec<f64> = x.iter().flat_map(|b| y.iter().map(move |c| c - b)).collect();
        prop_assert_eq!(hodges_lehmann_shift(&x, &y), median(&listed));
    }

    #[test]
    fn strange_samples_never_panic(x in vec(any::<f64>(), 0..20), percent in any::<f64>()) {
        for statistic in CENTRES.into_iter().chain(SPREADS) {
            prop_assert!(statistic(&x).is_none_or(f64::is_finite));
        }
        prop_assert!(geometric_mean(&x).is_none_or(f64::is_finite));
        prop_assert!(median_relative_half_width(&x).is_none_or(f64::is_finite));
        let _ = (percentile(&x, percent), percentile_interval(&x, percent), Summary::of(&x));
        let _ = (mann_whitney(&x, &x), hodges_lehmann_shift(&x, &x));
    }
}
