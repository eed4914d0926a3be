//! The policy `seed`: what FastVideo's comparator of May 2026 decides.
//!
//! History is the files of the benchmark's folder in the order of their paths, of the same GPU and
//! not failed; every core metric has the same limit; static limits were checked by the tests
//! before and are not looked at again.

use super::{Candidate, Judgement, path_in_suite, rolling_findings};
use crate::{
    baseline::Baseline,
    gate::{Finding, HistoryWindow, Limit, Outcome, finding::Skip},
    metric::{self, Better, CORE, Gating, MetricTable},
    naming::sanitize,
    record::Record,
    series::{Flags, Labels, Point, Series},
    verdict::Verdict,
};

pub(super) fn wants(record: &Record, series: &Labels) -> bool {
    let folder = sanitize(&record.model_id);
    series.sources().any(|(model_id, gpu)| sanitize(model_id) == folder && same_gpu(record, gpu))
}

/// A result that says its device is null is compared with every GPU.
fn same_gpu(record: &Record, gpu: Option<&str>) -> bool {
    record.gpu_type.is_none() || record.gpu_type.as_deref() == gpu
}

pub(super) fn judge(
    candidate: &Candidate,
    history: &[Series],
    window: HistoryWindow,
    max_regression: f64,
) -> Judgement {
    let baseline = baseline(&candidate.record, history, window);
    let limit = Limit::fraction(max_regression, Gating::Gated);
    let limits = CORE.map(|(key, _)| (key, limit));
    let table = MetricTable::default();
    let mut findings = rolling_findings(&candidate.record.metrics, &baseline, limits, &table);
    if baseline.is_empty() {
        for finding in &mut findings {
            finding.outcome = Outcome::Skipped(Skip::NoBaseline);
        }
    }
    Judgement::new(conclude(&candidate.record, &baseline, &findings), &baseline, findings)
}

/// What somebody chose to judge by is of the benchmark that it names, in whatever folder it is.
fn baseline<'a>(record: &Record, history: &'a [Series], window: HistoryWindow) -> Baseline<'a> {
    let folder = sanitize(&record.model_id);
    let mut passed: Vec<(String, (&Series, &Point))> = history
        .iter()
        .flat_map(|series| series.points.iter().map(move |point| (series, point)))
        .filter(|(_, point)| !point.flags.any(Flags::FAILED))
        .filter(|(series, point)| same_gpu(record, series.source(point).1))
        .map(|(series, point)| (path_in_suite(series, point), (series, point)))
        .filter(|(path, (series, point))| match window {
            HistoryWindow::All => sanitize(series.source(point).0) == folder,
            HistoryWindow::Before => path.split('/').next() == Some(folder.as_str()),
        })
        .collect();
    passed.sort_by(|a, b| a.0.cmp(&b.0));
    Baseline::last_of(passed.into_iter().map(|(_, member)| member).collect())
}

fn conclude(record: &Record, baseline: &Baseline<'_>, findings: &[Finding]) -> (Verdict, String) {
    let model = &record.model_id;
    if baseline.is_empty() {
        let gpu = record.gpu_type.as_deref().unwrap_or("any GPU");
        return (Verdict::Calibration, format!("no baseline for {model} on {gpu}; initializing"));
    }
    let failing =
        |better| move |finding: &&Finding| finding.fails() && direction(finding) == better;
    let lower = findings.iter().filter(failing(Better::Lower));
    let failures: Vec<String> = lower
        .chain(findings.iter().filter(failing(Better::Higher)))
        .map(|finding| describe(model, finding))
        .collect();
    if !failures.is_empty() {
        return (Verdict::Regression, failures.join("; "));
    }
    (Verdict::Pass, format!("within the limit against a baseline of {}", baseline.len()))
}

fn direction(finding: &Finding) -> Better {
    metric::built_in(&finding.metric).map_or(Better::Neither, |metric| metric.better)
}

fn describe(model: &str, finding: &Finding) -> String {
    format!(
        "{model} {} regressed by {:.1}% (current={:.3}, baseline_median={:.3})",
        finding.metric,
        finding.worsening.unwrap_or_default() * 100.0,
        finding.current.unwrap_or_default(),
        finding.base.unwrap_or_default(),
    )
}
