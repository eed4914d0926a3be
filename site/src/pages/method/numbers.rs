//! What the numbers of the pages are, in words: metrics, percentiles, digits, comparisons.

use bench_records::{
    baseline::WINDOW,
    config::DEFAULTS,
    gate::{Limit, policy::DEFAULT_MAX_REGRESSION},
    metric::{Better, CORE, Gating, METRICS, Metric, MetricTable},
    stats::{CONFIDENCE, samples_needed},
};

use super::model::{Part, Rows, percent};
use crate::{
    format,
    judged::limit_words,
    metrics::{NOISE_NEEDS, NOISE_SIGMAS, NOISE_VALUES},
};

pub(super) fn metrics(table: &MetricTable) -> Part {
    let own = table.own().iter().map(|metric| row_of(metric, "this history"));
    let built_in = METRICS.iter().map(|metric| {
        let is_core = CORE.iter().any(|(key, _)| *key == metric.key);
        row_of(metric, if is_core { "built in, core" } else { "built in" })
    });
    Part {
        title: "Metrics",
        text: vec!["Tails, spreads and utilisation are reported and not gated: a few records say too little about a 99th percentile for a limit of a few percent to mean anything.".to_owned()],
        table: Some(Rows {
            caption: "Every metric with its direction and limits",
            columns: &["Metric", "Key", "Unit", "Better", "The gate", ">Limit here", ">Where a configuration sets limits", "Known from"],
            rows: own.chain(built_in).collect(),
        }),
        ..Part::default()
    }
}

fn row_of(metric: &Metric, origin: &str) -> Vec<String> {
    let is_judged = metric.better != Better::Neither;
    let fraction = |fraction, gating| limit_words(metric, Limit::fraction(fraction, gating));
    let here =
        if is_judged { fraction(DEFAULT_MAX_REGRESSION, metric.gating) } else { "none".to_owned() };
    let default = DEFAULTS.iter().find(|(key, _)| *key == metric.key);
    vec![
        metric.label.to_string(),
        metric.key.to_string(),
        if metric.unit.is_empty() { "none".to_owned() } else { metric.unit.to_string() },
        match metric.better {
            Better::Lower => "lower",
            Better::Higher => "higher",
            Better::Neither => "neither",
        }
        .to_owned(),
        match metric.gating {
            Gating::Gated => "gated",
            Gating::Reported => "reported",
        }
        .to_owned(),
        here.clone(),
        default.map_or(here, |(_, limits)| limit_words(metric, (*limits).into())),
        origin.to_owned(),
    ]
}

pub(super) fn percentiles() -> Part {
    let row = |percent: f64| {
        let needed = samples_needed(percent).map_or("n/a".to_owned(), format::count);
        vec![format!("P{percent:.0}"), needed]
    };
    Part {
        title: "Percentiles",
        text: vec![format!(
            "A percentile is by nearest rank over all samples that count, so that it is always one of them. Its interval runs between two of the samples and holds the percentile of the population with at least {} probability, whatever the distribution. With too few samples there is no such interval, and the page says how many it needs.",
            percent(CONFIDENCE)
        )],
        table: Some(Rows {
            caption: "Samples below which a percentile has no interval",
            columns: &["Percentile", ">Samples needed"],
            rows: [50.0, 90.0, 95.0, 99.0].into_iter().map(row).collect(),
        }),
        ..Part::default()
    }
}

pub(super) fn rounding() -> Part {
    Part {
        title: "Digits and lines",
        text: vec![
            format!("The noise of a metric is the median absolute deviation of the last {NOISE_VALUES} values of its series; below {NOISE_NEEDS} values it is not known. A number is printed with the digits that this noise supports, between three and six; with four where it is not known. Judging uses the numbers as they are stored."),
            "Where a chart has more points than pixels, each column of pixels keeps its first, lowest, highest and last point, so that no spike is lost. The line of a card is drawn from the newest points alone and has an axis of its own: it says how one series went, and cannot be held against another's.".to_owned(),
            "Times are in UTC.".to_owned(),
        ],
        ..Part::default()
    }
}

pub(super) fn comparing() -> Part {
    Part {
        title: "Comparing two",
        text: vec![
            format!("Commits are compared within each series, by the median of a commit's records among the newest points. Devices and variants are compared benchmark by benchmark, by the median of the last {WINDOW} records of main of the newest series that measured it, whatever the gate said of them; how many of these are beyond their limits stands beside it. Benchmarks with different names are paired where their workload is the same."),
            "The geometric mean is over the ratios B / A of what both measured: twice as much and half as much cancel. A pair whose value is zero or negative has no ratio and is not in it; how many are is said beside it. From five pairs on the mean has a 95 % confidence interval, by Student's t of the logarithms. B is better or worse in the mean where that interval leaves 1 out, or where all pairs that differ by more than noise say the same as the mean; otherwise it is mixed, or within noise where no pair differs.".to_owned(),
            format!("A difference is within noise when it is at most {NOISE_SIGMAS} standard deviations, as the median absolute deviation of the noisier side says them."),
        ],
        ..Part::default()
    }
}
