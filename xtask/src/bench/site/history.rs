//! A made-up history for the site: noise as machines make it, steps as commits make them.
//!
//! In: a seed and a size. Out: series, the same ones each time.

use bench_records::{
    gate::Batch,
    identity::SeriesKey,
    index::{Head, HeadHeader, HeadSeries, series_file, series_path},
    metric::CORE,
    series::{Flags, Labels, Point, Series},
    time::Micros,
    verdict::Verdict,
};

use crate::bench::numbers::Numbers;

const MODELS: [&str; 5] = ["wan-t2v-1.3b", "wan-t2v-14b", "flux-dev", "sd-turbo", "hunyuan-720p"];
const GPUS: [&str; 4] = ["NVIDIA L40S", "NVIDIA H100", "NVIDIA B200", "NVIDIA RTX 5090"];

/// 2026-05-09T12:00:00Z: the newest record.
const NEWEST: Micros = Micros(1_778_328_000_000_000);

/// About what the six metrics are: s, frames/s, MB, then seconds of the stages.
const CENTERS: [f64; 6] = [24.0, 1.9, 21_400.0, 2.1, 17.5, 3.8];

/// Size of a history.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Number of series.
    pub series: usize,
    /// Records of each that are made; the newest ones.
    pub points: usize,
    /// Records that each is said to have.
    pub count: usize,
    /// Microseconds from one to the next.
    pub interval: i64,
}

/// Series number `index` of a history.
pub fn series(index: usize, size: Size) -> Series {
    let mut numbers = Numbers(0x51_7e << 32 | index as u64);
    let mut order: Vec<usize> = (0..CORE.len()).collect();
    order.sort_by_key(|&metric| CORE[metric].0);
    let columns: Vec<Vec<Option<f64>>> =
        order.iter().map(|&metric| column(CENTERS[metric], size.points, &mut numbers)).collect();
    let point = |at: usize| Point {
        time: time(at, size),
        id: Box::default(),
        path: format!("{index}/{at}.json").into(),
        // one build is measured by all series, so they share its commit
        commit: Numbers(time(at, size).0 as u64).hex(40).into(),
        pr: 0,
        flags: Flags::default(),
        source: 0,
        branch: 0,
        verdict: Some(Verdict::Pass),
        broken: None,
        values: columns.iter().map(|column| column[at]).collect(),
    };
    let points = (0..size.points).map(point).collect();
    let metrics = order.iter().map(|&metric| CORE[metric].0.to_owned()).collect();
    let (key, limits) = (SeriesKey(format!("{index:012x}")), Default::default());
    Series { key, labels: labels(index), limits, metrics, points }
}

fn time(at: usize, size: Size) -> Micros {
    Micros(NEWEST.0 - (size.points - 1 - at) as i64 * size.interval)
}

fn labels(index: usize) -> Labels {
    let variant = index / (MODELS.len() * GPUS.len());
    Labels {
        model_id: format!("{}-v{variant}", MODELS[index % MODELS.len()]),
        gpu_type: Some(GPUS[index / MODELS.len() % GPUS.len()].to_owned()),
        identity: Default::default(),
        partial: Default::default(),
        repository: None,
        also: Vec::new(),
        branches: Default::default(),
    }
}

/// Values around a center that moves by some percent now and then: 0.6 % noise, one in a hundred
/// an outlier, one in two hundred missing, with four decimals as they are recorded.
fn column(center: f64, points: usize, numbers: &mut Numbers) -> Vec<Option<f64>> {
    let mut level = center;
    let mut value = |_| {
        if numbers.unit() < 0.004 {
            level *= 1.0 + 0.06 * numbers.normal();
            level = level.clamp(0.5 * center, 2.0 * center);
        }
        let outlier = if numbers.unit() < 0.01 { 1.0 + 0.2 * numbers.unit() } else { 1.0 };
        let value = level * outlier * (1.0 + 0.006 * numbers.normal());
        let is_missing = numbers.unit() < 0.005;
        (!is_missing).then_some((value * 1e4).round() / 1e4)
    };
    (0..points).map(&mut value).collect()
}

/// Path and text of the head, and of the first `whole` series.
pub fn files(size: Size, whole: usize) -> Vec<(String, String)> {
    let batch = Batch { now: Micros(i64::MAX / 2), ..Batch::default() };
    let mut files = Vec::new();
    let mut lines = Vec::with_capacity(size.series);
    for index in 0..size.series {
        let points = if index < whole { size.count } else { size.points };
        let series = series(index, Size { points, ..size });
        lines.push(HeadSeries { count: size.count, ..HeadSeries::of(&series, &batch) });
        if index < whole {
            files.push((series_path(&series.key), series_file::write(&series)));
        }
    }
    let header = HeadHeader::new(size.series * size.count, 0, size.series, Vec::new());
    files.extend(Head { header, series: lines }.to_files());
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { series: 3, points: 400, count: 1000, interval: 3_600_000_000 };

    #[test]
    fn a_history_is_the_same_each_time_and_each_series_another() {
        assert_eq!(series(1, SIZE), series(1, SIZE));
        assert_ne!(series(1, SIZE).points, series(2, SIZE).points);
    }

    #[test]
    fn values_stay_near_their_center_and_a_few_are_missing() {
        let values = column(10.0, 10_000, &mut Numbers(1));
        let missing = values.iter().filter(|value| value.is_none()).count();
        assert!((20..100).contains(&missing), "{missing}");
        assert!(values.iter().flatten().all(|value| (4.0..26.0).contains(value)));
    }

    #[test]
    fn the_head_tells_of_more_records_than_were_made() {
        let files = files(SIZE, 1);
        assert_eq!(files.len(), 2);
        let head = Head::from_ndjson(&files[1].1).expect("a head");
        assert_eq!(head.series.iter().map(|series| series.count).collect::<Vec<_>>(), [1000; 3]);
        assert_eq!(series_file::read(&files[0].1).expect("a series").points.len(), 1000);
    }
}
