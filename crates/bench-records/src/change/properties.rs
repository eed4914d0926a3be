//! Claims that hold for any series: what is confirmed stays, what precedes it may be forgotten, and
//! nothing panics.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// Pieces of a series: how many records, their level, their scatter.
type Piece = (usize, f64, f64);

/// Numbers in 0..1 from a seed, the same on every machine.
fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn laid_out(pieces: &[Piece], seed: u64, grain: f64) -> Vec<f64> {
    let mut next = uniform(seed);
    let mut values = Vec::new();
    for (records, level, scatter) in pieces {
        for _ in 0..*records {
            // the sum of four is nearly normal, with a standard deviation of 1 / √3
            let noise: f64 = (0..4).map(|_| next() - 0.5).sum::<f64>() * 3_f64.sqrt();
            let value = level * (1.0 + scatter * noise);
            values.push(if grain > 0.0 { (value / grain).round() * grain } else { value });
        }
    }
    values
}

/// Series above 0 with steps, some of them coarse.
pub(super) fn series() -> impl Strategy<Value = Vec<f64>> {
    let piece = (3_usize..90, 90.0..130.0_f64, select(vec![0.0, 0.002, 0.01, 0.05]));
    (vec(piece, 1..6), any::<u64>(), select(vec![0.0, 0.25, 1.0]))
        .prop_map(|(pieces, seed, grain)| laid_out(&pieces, seed, grain))
}

/// Any bits, and what measuring brings up most.
fn strange() -> impl Strategy<Value = f64> {
    let usual = select(vec![0.0, -0.0, 1.0, 1.0, 2.0, -1.0, f64::NAN, f64::INFINITY]);
    let extreme = select(vec![f64::MIN, f64::MAX, f64::MIN_POSITIVE, 5e-324, -5e-324, 1e300]);
    prop_oneof![3 => usual, 1 => extreme, 1 => any::<f64>(), 2 => -10.0..10.0_f64]
}

pub(super) fn found(values: &[f64]) -> Detection {
    detect_with(values, None, &Options::default())
}

/// What of a step never changes again.
fn lasting(step: &Step) -> ([usize; 5], [f64; 4]) {
    let numbers = [step.z, step.rank_z, step.inflation, step.p];
    ([step.index, step.earliest, step.latest, step.confirmed_at, step.period], numbers)
}

/// A step of a series of which the first `records` were forgotten, as it was before that. Whether it
/// is a flip takes the three steps before it.
fn remembered(step: &Step, records: usize, flip: bool) -> Step {
    Step {
        index: step.index + records,
        earliest: step.earliest + records,
        latest: step.latest + records,
        confirmed_at: step.confirmed_at + records,
        flip,
        ..step.clone()
    }
}

fn read_back(detector: &Detector) -> Detector {
    let text = serde_json::to_string(detector).expect("a detector is JSON");
    serde_json::from_str(&text).expect("what was written is read")
}

proptest! {
    // a series takes milliseconds without optimization
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_confirmed_step_never_moves_or_disappears(values in series(), part in 0.0..1.0_f64) {
        let until = (part * values.len() as f64) as usize;
        let (early, late) = (found(&values[..until]), found(&values));
        prop_assert!(early.steps.len() <= late.steps.len());
        for (early, late) in early.steps.iter().zip(&late.steps) {
            prop_assert_eq!(lasting(early), lasting(late));
            prop_assert!(early.confirmed_at < until);
        }
    }

    #[test]
    fn what_precedes_the_last_step_may_be_forgotten(values in series()) {
        let whole = found(&values);
        for (place, step) in whole.steps.iter().enumerate() {
            let later = &whole.steps[place + 1..];
            // of two that the same record confirmed, the first was never the last one
            if later.first().is_some_and(|next| next.confirmed_at == step.confirmed_at) {
                continue;
            }
            let rest = found(&values[step.index..]);
            prop_assert_eq!(rest.steps.len(), later.len());
            for (rest, later) in rest.steps.iter().zip(later) {
                prop_assert_eq!(&remembered(rest, step.index, later.flip), later);
            }
            let provisional = rest.provisional.into_iter().map(|rest| Provisional {
                index: rest.index + step.index,
                earliest: rest.earliest + step.index,
                latest: rest.latest + step.index,
                ..rest
            });
            prop_assert_eq!(provisional.collect::<Vec<_>>(), whole.provisional.clone());
            let drift = rest.drift.map(|rest| Drift { start: rest.start + step.index, ..rest });
            prop_assert_eq!(drift, whole.drift);
        }
    }

    #[test]
    fn a_series_that_grows_says_what_it_says_at_once(
        values in vec(prop_oneof![9 => 90.0..92.0_f64, 5 => 100.0..103.0_f64, 1 => strange()], 0..60),
        steps in series(),
        stops in vec(any::<prop::sample::Index>(), 3),
    ) {
        for values in [values.clone(), steps.clone(), [values, steps].concat()] {
            let stops: Vec<usize> =
                stops.iter().map(|stop| stop.index(values.len().max(1))).collect();
            let mut detector = Detector::new(Options::default());
            for (place, value) in values.iter().enumerate() {
                if detector.extend(*value, Some(place as f64)).is_err() {
                    prop_assert!(*value <= 0.0 && !detector.detection().steps.is_empty());
                    break;
                }
                if stops.contains(&place) {
                    detector = read_back(&detector);
                    let times: Vec<f64> = (0..=place).map(|time| time as f64).collect();
                    let at_once =
                        detect_with(&values[..=place], Some(&times), &Options::default());
                    prop_assert_eq!(detector.detection(), at_once);
                }
            }
        }
    }

    #[test]
    fn whatever_is_measured_is_answered_with_numbers(
        values in vec(strange(), 0..90),
        repeats in 1_usize..4,
        floor in strange(),
        times in vec(strange(), 0..90),
    ) {
        let values = values.repeat(repeats);
        let detection = detect_with(&values, Some(&times), &Options { floor });
        for step in &detection.steps {
            prop_assert!(step.earliest <= step.index && step.index <= step.latest);
            prop_assert!(step.latest <= step.confirmed_at && step.confirmed_at < values.len());
            prop_assert!(step.z.is_finite() && (0.0..=1.0).contains(&step.p));
        }
        if let Some(noise) = detection.noise {
            prop_assert!(noise.scale.is_finite() && (0.0..=0.95).contains(&noise.autocorrelation));
        }
        if let Some(drift) = detection.drift {
            prop_assert!(drift.slope.is_finite() && drift.z.is_finite());
        }
    }
}

#[test]
fn extremes_in_long_runs_are_answered() {
    let runs = [f64::MAX, f64::MIN, 0.0, 5e-324, 1.0, -1e-300, f64::NAN, 1e154];
    for one in runs {
        for other in runs {
            let values: Vec<f64> =
                (0..300).map(|i| if i / 45 % 2 == 0 { one } else { other }).collect();
            let detection = found(&values);
            assert!(detection.steps.iter().all(|step| step.z.is_finite()), "{one} {other}");
        }
    }
}

#[test]
fn a_first_value_of_zero_after_a_step_needs_the_whole_series() {
    let mut detector = Detector::new(Options::default());
    for i in 0..40 {
        let value = if i < 20 { 100.0 } else { 110.0 };
        detector.extend(value, None).expect("values above 0");
    }
    let before = detector.detection();
    assert_eq!(before.steps.len(), 1);
    let refused = detector.extend(0.0, None);
    assert_eq!(refused, Err(Forgotten { index: 40, value: 0.0 }));
    assert_eq!((detector.records(), detector.detection()), (40, before));
}

#[test]
fn only_the_step_that_the_newest_record_confirmed_alerts() {
    let values: Vec<f64> = (0..26).map(|i| if i < 20 { 100.0 } else { 110.0 }).collect();
    let alerts = |records: usize| found(&values[..records]).alerts(records).count();
    assert_eq!([alerts(24), alerts(25), alerts(26)], [0, 1, 0]);
}

#[test]
fn a_slope_is_per_day_where_times_are_known() {
    let values: Vec<f64> = (0..60).map(|i| (f64::from(i) * 0.001).exp()).collect();
    let times: Vec<Micros> = (0..60).map(|i| Micros(i * DAY.0 / 2)).collect();
    let drift = detect(&values, Some(&times)).drift.expect("sixty points");
    assert!((drift.slope - 0.002).abs() < 1e-9 && drift.drifting);
}
