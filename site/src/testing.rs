//! Series and trials made by hand, for tests.

use bench_records::{
    gate::Batch,
    identity::SeriesKey,
    index::{Head, HeadHeader, HeadReading, HeadSeries},
    series::{Flags, Labels, Point, Series},
    time::{DAY, Micros},
};

use crate::{config::Config, dataset::Dataset};

/// The clock of the tests' histories.
const NOW: Micros = Micros(i64::MAX / 2);

/// The trials of a run: a warm-up, two clean ones, a line that is none, a discarded one and two instrumented.
pub const TRIALS: &str = r#"{"benchmark_id":"wan","pipeline":"wan"}
{"phase":"warmup","latency_s":9.0}
{"phase":"clean","latency_s":2.0}
not json
{"phase":"clean","latency_s":4.0}
{"phase":"clean","latency_s":90.0,"discard_reason":"another process took the GPU"}
{"phase":"instrumented","latency_s":4.0,"stages":{"denoise":2.0,"text_encoder":1.0},"step_times_s":[1.5,0.5]}
{"phase":"instrumented","latency_s":6.0,"stages":{"denoise":4.0,"text_encoder":1.0},"step_times_s":[3.5,0.5]}
"#;

/// What judges these histories: no point of it is in the future.
pub fn batch() -> Batch {
    Batch { now: NOW, ..Batch::default() }
}

/// A series of one metric with a point a day.
pub fn series_of(metric: &str, values: &[f64]) -> Series {
    let point = |(day, value): (i64, &f64)| Point {
        time: Micros(1_700_000_000_000_000 + day * DAY.0),
        id: "".into(),
        path: format!("records/{day}.json").into(),
        commit: format!("{day:040x}").into(),
        pr: 0,
        flags: Flags::default(),
        source: 0,
        branch: 0,
        verdict: None,
        broken: None,
        values: vec![Some(*value)],
    };
    Series {
        key: SeriesKey("5e71e5".to_owned()),
        labels: Labels {
            model_id: "wan".to_owned(),
            gpu_type: Some("NVIDIA L40S".to_owned()),
            identity: Default::default(),
            partial: Default::default(),
            repository: None,
            also: Vec::new(),
            branches: Default::default(),
        },
        limits: Default::default(),
        metrics: vec![metric.to_owned()],
        points: (0..).zip(values).map(point).collect(),
    }
}

/// A history with a series of one metric for each entry.
pub fn dataset_of(series: &[(&str, &[f64])]) -> Dataset {
    shown(reading_of(series))
}

/// A history whose head was read so.
pub fn shown(reading: HeadReading) -> Dataset {
    let config = Config::default();
    Dataset::new(config.clone(), config.sources[0].clone(), reading, NOW)
}

/// The head of such a history.
pub fn reading_of(series: &[(&str, &[f64])]) -> HeadReading {
    let batch = batch();
    let lines: Vec<HeadSeries> = series
        .iter()
        .enumerate()
        .map(|(index, (metric, values))| {
            let mut series = series_of(metric, values);
            series.key = SeriesKey(format!("5e71e5{index}"));
            series.labels.model_id = format!("wan-{index}");
            HeadSeries::of(&series, &batch)
        })
        .collect();
    let records = lines.iter().map(|line| line.count).sum();
    let header = HeadHeader::new(records, 0, lines.len(), Vec::new());
    let head = Head { header, series: lines };
    HeadReading::whole(head)
}
