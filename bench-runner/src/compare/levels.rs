//! What the levels of its series say of a judged record, beside the verdict of the gate.
//!
//! In: a record, and the series that it was judged against. Out: a sentence for each metric that fails or
//! that changed its level, and the changes that the record confirmed.

use bench_records::{
    gate::{Batch, Gate, Judgement},
    levels::{Levels, Shift, one_run_in_words, run_in_words, shift_in_words},
    metric::{Better, Gating, Metric},
    record::Record,
    series::Series,
};
use serde::Serialize;

/// What levels say of one metric of a record.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Leveled {
    /// Key of the metric.
    pub metric: String,
    /// Such as `slower since 9678ab9 (5 runs): 28.8 → 31.3 s, +8.7 % [8.1, 9.3]`.
    pub words: String,
    /// A change of level that this record made certain: what an alert is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Shift>,
}

/// What is said of `record`, which is judged and not yet part of `series`.
pub fn of(
    record: &Record,
    series: &[Series],
    judgement: &Judgement,
    batch: &Batch,
) -> Vec<Leveled> {
    let key = record.cohort().key();
    let Some(known) = series.iter().find(|series| series.key == key) else { return Vec::new() };
    let mut with = known.clone();
    with.push(record, "");
    with.sort();
    let gated = |key: &&String| {
        let metric = batch.table.get_or_unjudged(key);
        metric.gating == Gating::Gated && metric.better != Better::Neither
    };
    let keys: Vec<&String> = record.metrics.keys().filter(gated).collect();
    let said = keys.into_iter().filter_map(|key| {
        let metric = batch.table.get_or_unjudged(key);
        let levels = Levels::of(&with, &metric, batch.now)?;
        of_metric(record, judgement, &metric, &levels)
    });
    said.collect()
}

fn of_metric(
    record: &Record,
    judgement: &Judgement,
    metric: &Metric,
    levels: &Levels,
) -> Option<Leveled> {
    let value = record.metric(&metric.key)?;
    let is_of_main = levels.newest_value() == Some(value);
    let alert = levels.alerts().next().filter(|_| is_of_main).cloned();
    let fails = judgement.of_gate(Gate::Rolling).any(|f| f.metric == metric.key && f.fails());
    let current = levels.shifts().last().filter(|shift| is_of_main && shift.is_worse());
    let words = match (&alert, current) {
        (Some(step), _) => in_words(step, metric, levels),
        (None, Some(shift)) if fails => in_words(shift, metric, levels),
        // of few runs nobody knows what is noise
        (None, _) if fails => run_in_words(levels, value, is_of_main, metric)?,
        _ => return None,
    };
    Some(Leveled { metric: metric.key.to_string(), words, step: alert })
}

fn in_words(shift: &Shift, metric: &Metric, levels: &Levels) -> String {
    let noise = one_run_in_words(levels).map_or(String::new(), |noise| format!("; {noise}"));
    shift_in_words(shift, metric) + &noise
}
