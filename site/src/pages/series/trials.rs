//! The single trials behind the newest points of a series, as dots of its charts.
//!
//! In: a series, and `raw/<day>/<id>.ndjson` of its newest runs, read once a reader asks for them.
//! Out: the values of a metric, a place a point. A run whose file is not there has no dots.

use std::{cell::Cell, collections::BTreeMap, sync::Arc};

use bench_records::{raw::Phase, series::Series};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    config::Source,
    dataset::Dataset,
    load,
    query::Key,
    state::state,
    trials::{self, Trials},
};

/// Runs whose trials are read, the newest first.
const MOST: usize = 40;
/// Files that are fetched at the same time.
const AT_ONCE: usize = 4;

/// Trials by the index of their run's point.
pub type Known = Arc<BTreeMap<usize, Trials>>;

/// Whether a run of the series can have a file of trials.
#[must_use]
pub fn may_be_kept(series: &Series) -> bool {
    series.points.iter().any(|point| point.trials_path().is_some())
}

/// The trials as they come, while the URL asks for them.
pub fn known(dataset: &Arc<Dataset>, series: &Arc<Series>) -> Memo<Known> {
    let wanted = state().param(Key::Trials);
    let read = RwSignal::new(Known::default());
    let has_begun = Cell::new(false);
    let (source, series) = (dataset.source.clone(), series.clone());
    crate::dom::effect(move || {
        if wanted.with(|wanted| wanted == "1") && !has_begun.replace(true) {
            for lane in 0..AT_ONCE {
                spawn_local(fetch(source.clone(), series.clone(), lane, read));
            }
        }
    });
    Memo::new(move |_| match wanted.with(|wanted| wanted == "1") {
        true => read.get(),
        false => Known::default(),
    })
}

/// Reads every fourth of the newest runs.
async fn fetch(source: Source, series: Arc<Series>, lane: usize, into: RwSignal<Known>) {
    let newest = series.points.iter().enumerate().rev().take(MOST);
    let paths: Vec<(usize, String)> =
        newest.filter_map(|(index, point)| Some((index, point.trials_path()?))).collect();
    for (index, path) in paths.into_iter().skip(lane).step_by(AT_ONCE) {
        let Ok(Some(text)) = load::file(&source, &path).await else { continue };
        let trials = trials::read(&text);
        let kept = into.try_update(|known| drop(Arc::make_mut(known).insert(index, trials)));
        // the page may have been left
        if kept.is_none() {
            return;
        }
    }
}

/// Values of a metric in the trials that count, for the points at these positions; empty where no trial is
/// known.
#[must_use]
pub fn values(known: &Known, key: &str, positions: &[usize]) -> Arc<[Vec<f64>]> {
    if known.is_empty() {
        return Arc::default();
    }
    let of_run = |at: &usize| known.get(at).map_or_else(Vec::new, |run| of_metric(run, key));
    positions.iter().map(of_run).collect()
}

fn of_metric(run: &Trials, key: &str) -> Vec<f64> {
    let stage = |name: &str| {
        let trials = run.counting(Phase::Instrumented);
        trials.filter_map(|trial| trial.stages.get(name).copied()).collect()
    };
    match key {
        "latency" => run.clean_latencies_s(),
        "memory" => {
            let trials = [Phase::Clean, Phase::Instrumented].map(|phase| run.counting(phase));
            trials.into_iter().flatten().filter_map(|trial| trial.peak_memory_mb).collect()
        }
        "text_encoder_time_s" => stage("text_encoder"),
        "dit_time_s" => stage("denoise"),
        "vae_decode_time_s" => stage("vae_decode"),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = r#"{"phase":"warmup","latency_s":9.0,"peak_memory_mb":9.0}
{"phase":"clean","latency_s":1.0,"peak_memory_mb":5.0}
{"phase":"clean","latency_s":3.0,"discard_reason":"throttled"}
{"phase":"instrumented","latency_s":2.0,"stages":{"denoise":1.5},"peak_memory_mb":6.0}"#;

    #[test]
    fn only_trials_that_count_are_dots_and_each_stage_has_its_own() {
        let known: Known = Arc::new([(1, trials::read(RUN))].into());
        let of = |key: &str| values(&known, key, &[0, 1])[1].clone();
        assert_eq!(of("latency"), [1.0]);
        assert_eq!(of("memory"), [5.0, 6.0]);
        assert_eq!(of("dit_time_s"), [1.5]);
        assert_eq!(of("throughput"), [0.0; 0]);
        assert_eq!(values(&known, "latency", &[0, 1])[0], [0.0; 0]);
    }

    #[test]
    fn without_any_file_there_is_no_column() {
        assert_eq!(values(&Known::default(), "latency", &[0, 1, 2]).len(), 0);
    }
}
