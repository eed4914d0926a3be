//! What the levels of its series say of a judged record, beside the verdict of the gate.
//!
//! In: a record, and the series that it was judged against. Out: a sentence for each metric that fails or
//! that changed its level, and the changes that the record confirmed.

use bench_records::{
    gate::{Batch, Gate, HistoryWindow, Judgement},
    levels::{self, Levels, Shift, one_run_in_words, run_in_words, shift_in_words},
    metric::Metric,
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

/// What is said of `record`, which is judged and not yet part of `series`. As for the gate, records that ran
/// later say nothing.
pub fn of(
    record: &Record,
    series: Vec<Series>,
    judgement: &Judgement,
    batch: &Batch,
) -> Vec<Leveled> {
    let key = record.cohort().key();
    let Some(mut series) = series.into_iter().find(|series| series.key == key) else {
        return Vec::new();
    };
    series.push(record, "");
    series.sort();
    let id = record.id.as_deref().unwrap_or_default();
    let Some(own) = series.points.iter().position(|point| *point.id == *id) else {
        return Vec::new();
    };
    if batch.window == HistoryWindow::Before {
        series.points.truncate(own + 1);
    }
    let all = levels::of_gated(&series, batch);
    all.iter()
        .filter_map(|(metric, levels)| of_metric(own, record, judgement, metric, levels))
        .collect()
}

/// `own` is the place of the record in its series.
fn of_metric(
    own: usize,
    record: &Record,
    judgement: &Judgement,
    metric: &Metric,
    levels: &Levels,
) -> Option<Leveled> {
    let value = record.metric(&metric.key)?;
    let is_newest = levels.newest() == Some(own);
    let alert = levels.alert().filter(|_| is_newest).cloned();
    let fails = judgement.of_gate(Gate::Rolling).any(|f| f.metric == metric.key && f.fails());
    let current = levels.shifts().last().filter(|shift| is_newest && shift.is_worse());
    let words = match (&alert, current) {
        (Some(step), _) => in_words(step, metric, levels),
        (None, Some(shift)) if fails => in_words(shift, metric, levels),
        // of few runs nobody knows what is noise
        (None, _) if fails => run_in_words(levels, value, is_newest, metric)?,
        _ => return None,
    };
    Some(Leveled { metric: metric.key.to_string(), words, step: alert })
}

fn in_words(shift: &Shift, metric: &Metric, levels: &Levels) -> String {
    let noise = one_run_in_words(levels).map_or(String::new(), |noise| format!("; {noise}"));
    shift_in_words(shift, metric) + &noise
}
