//! Change detection as a program, for `cargo xtask bench --detect`, which makes its series.
//!
//! In: a task and a file with a series a line, `{"values": […]}`. Out: a line of JSON a series.
//! `follow` reads the records of a series one by one and says what was confirmed after which:
//! `[[[records, [indices]], …], seconds]`. `time` says `[milliseconds of the whole series,
//! milliseconds of its last record, steps]`.

use std::{
    env, fs,
    hint::black_box,
    io::{self, Write},
    time::Instant,
};

use bench_records::change::{Detection, Detector, Options, detect_with};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let task: fn(&[f64]) -> Result<Value, Failure> = match words.first().map(String::as_str) {
        Some("follow") => follow,
        Some("time") => time,
        _ => {
            println!("`cargo xtask bench --detect` measures change detection");
            return Ok(());
        }
    };
    let path = words.get(1).ok_or("which file of series?")?;
    let mut out = io::stdout().lock();
    for line in fs::read_to_string(path)?.lines() {
        let series: Value = serde_json::from_str(line)?;
        let values = series["values"].as_array().ok_or("a series has values")?;
        let values: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
        writeln!(out, "{}", task(&values)?)?;
    }
    Ok(())
}

/// Every list of confirmed steps that differs from the one before it.
fn follow(values: &[f64]) -> Result<Value, Failure> {
    let started = Instant::now();
    let mut detector = Detector::new(Options::default());
    let mut reports: Vec<(usize, Vec<usize>)> = Vec::new();
    for value in values {
        detector.extend(*value, None)?;
        let confirmed = indices(&detector.detection());
        if reports.last().map_or(&[][..], |(_, before)| before) != confirmed {
            reports.push((detector.records(), confirmed));
        }
    }
    Ok(json!([reports, started.elapsed().as_secs_f64()]))
}

fn indices(detection: &Detection) -> Vec<usize> {
    detection.steps.iter().map(|step| step.index).collect()
}

fn time(values: &[f64]) -> Result<Value, Failure> {
    let started = Instant::now();
    let detection = detect_with(black_box(values), None, &Options::default());
    let whole_ms = started.elapsed().as_secs_f64() * 1e3;
    let steps = black_box(detection).steps.len();
    Ok(json!([whole_ms, time_of_last_ms(values)?, steps]))
}

/// What the last record takes of a series that is followed, with all that is then said.
fn time_of_last_ms(values: &[f64]) -> Result<f64, Failure> {
    let (last, before) = values.split_last().ok_or("a series has values")?;
    let mut detector = Detector::new(Options::default());
    before.iter().try_for_each(|value| detector.extend(*value, None))?;
    let started = Instant::now();
    detector.extend(*last, None)?;
    black_box(detector.detection());
    Ok(started.elapsed().as_secs_f64() * 1e3)
}
