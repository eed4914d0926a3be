//! How long change detection takes, and how often it cries wolf: `cargo bench -p bench-records`.
//!
//! In: series that a generator makes, the same on every machine. Out: two tables on standard output.

mod kinds;
mod random;

use std::{hint::black_box, time::Instant};

use bench_records::change::{Detector, Options, detect_with};

use self::kinds::SeriesKind;

/// The points of a timed series.
const LONG: usize = 10_000;
/// The points of a series whose false alarms are counted, and how many there are of each kind.
const SHORT: usize = 250;
const SERIES: u64 = 240;
/// Repetitions of each timing; the median counts.
const RUNS: u64 = 9;

fn main() {
    println!("{LONG} points, the median of {RUNS} series; budget: white 10 ms, any other 60 ms\n");
    let columns = ["median ms", "worst ms", "one more", "steps"];
    let [median, worst, more, steps] = columns;
    println!("{:24} {median:>10} {worst:>10} {more:>10} {steps:>8}", "series");
    for kind in SeriesKind::TIMED {
        let timed = (0..RUNS).map(|seed| time(&kind.series(LONG, seed)));
        let (mut millis, steps): (Vec<f64>, Vec<usize>) = timed.unzip();
        millis.sort_by(f64::total_cmp);
        let (middle, worst) = (millis[millis.len() / 2], millis[millis.len() - 1]);
        let more = time_one_more(&kind.series(LONG, 0));
        let name = kind.name();
        println!("{name:24} {middle:>10.2} {worst:>10.2} {more:>10.2} {:>8}", steps[0]);
    }
    let counted = SeriesKind::UNCHANGING.len() * SERIES as usize * SHORT;
    println!("\nfalse alarms in {counted} points of series without a step, {SHORT} points each\n");
    println!("{:24} {:>10} {:>10} {:>12}", "noise", "points", "alarms", "per 1,000");
    let alarms: Vec<usize> = SeriesKind::UNCHANGING.iter().map(|kind| count(*kind)).collect();
    let all: usize = alarms.iter().sum();
    println!("{:24} {counted:>10} {all:>10} {:>12.3}", "all", per_thousand(all, counted));
    println!("\nbeyond noise, where levels do wander:\n");
    SeriesKind::WANDERING.iter().for_each(|kind| {
        count(*kind);
    });
}

/// Milliseconds and steps of a series.
fn time(values: &[f64]) -> (f64, usize) {
    let started = Instant::now();
    let detection = detect_with(black_box(values), None, &Options::default());
    let millis = started.elapsed().as_secs_f64() * 1e3;
    (millis, black_box(detection).steps.len())
}

/// Milliseconds that the last record takes of a series that is followed, with all that is then said.
fn time_one_more(values: &[f64]) -> f64 {
    let mut detector = Detector::new(Options::default());
    let (last, before) = values.split_last().expect("a series has values");
    let extend = |detector: &mut Detector, value: &f64| {
        detector.extend(*value, None).expect("generated values are above 0");
    };
    before.iter().for_each(|value| extend(&mut detector, value));
    let started = Instant::now();
    extend(&mut detector, last);
    black_box(detector.detection());
    started.elapsed().as_secs_f64() * 1e3
}

fn count(kind: SeriesKind) -> usize {
    let steps = |seed| {
        let series = kind.series(SHORT, 1000 + seed);
        detect_with(&series, None, &Options::default()).steps.len()
    };
    let (alarms, points) = ((0..SERIES).map(steps).sum(), SERIES as usize * SHORT);
    println!("{:24} {points:>10} {alarms:>10} {:>12.3}", kind.name(), per_thousand(alarms, points));
    alarms
}

fn per_thousand(alarms: usize, points: usize) -> f64 {
    alarms as f64 * 1000.0 / points as f64
}
