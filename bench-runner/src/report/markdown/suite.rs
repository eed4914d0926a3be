//! The tables of FastVideo's comparators, column by column, for the policies `seed` and
//! `fastvideo`.

use std::fmt::Write as _;

use bench_records::{
    gate::{Finding, Gate, Outcome, PolicyName},
    metric::{CORE, built_in},
};

use super::unmeasured;
use crate::{
    compare::{Compared, Comparison},
    report::plain,
};

const COLUMNS: &str = "| Model | GPU | Baseline N | Latency (curr/base) | Throughput (curr/base) | \
                       Memory (curr/base) | Text Enc (curr/base) | DiT (curr/base) | \
                       VAE Decode (curr/base) | Worst Regression |";
const ALIGNMENT: &str = "|---|---|---:|---|---|---|---|---|---|---:|";

pub(super) fn markdown(comparison: &Comparison) -> String {
    let is_seed = comparison.policy == PolicyName::Seed;
    let (threshold, columns, alignment) = if is_seed {
        let percent = comparison.max_regression * 100.0;
        (format!("regressions greater than {percent:.1}% fail"), " Status |", "---|")
    } else {
        let both = "a gated metric fails when its change exceeds both its percentage and its floor";
        let columns = " Exceeded Metrics | Failing Metrics | Status | Status Detail |";
        (both.to_owned(), columns, "---|---|---|---|")
    };
    let mut out = format!(
        "## Performance Baseline Comparison\n\nThreshold: {threshold}\n\n\
         {COLUMNS}{columns}\n{ALIGNMENT}{alignment}\n"
    );
    for compared in &comparison.compared {
        let status = if is_seed { seed_status(compared) } else { fastvideo_status(compared) };
        let _ = writeln!(out, "{} {status}", shared_cells(compared));
    }
    let _ = writeln!(out, "\n{}", comparison.coverage);
    out + &unmeasured(comparison)
}

/// As the comparators write a cell, and without HTML.
fn cell(text: &str) -> String {
    let line = plain(text).replace('|', "/");
    line.replace('&', "&amp;").replace('<', "&lt;")
}

fn shared_cells(compared: &Compared) -> String {
    let judgement = &compared.judgement;
    let metrics: Vec<String> = CORE.iter().map(|(key, _)| metric_cell(compared, key)).collect();
    let worst = judgement.worst_worsening();
    let worst = worst.map_or_else(|| "n/a".to_owned(), |worst| format!("{:.1}%", worst * 100.0));
    format!(
        "| {} | {} | {} | {} | {worst} |",
        cell(&compared.record.model_id),
        cell(compared.record.gpu_type.as_deref().unwrap_or("None")),
        judgement.baseline_count,
        metrics.join(" | "),
    )
}

fn metric_cell(compared: &Compared, key: &str) -> String {
    let metric = built_in(key).expect("the core metrics are built in");
    let base = compared.judgement.rolling(key).and_then(|finding| finding.base);
    let decimals = usize::from(metric.decimals);
    // all digits, as Python's format has them
    let shown = |value: Option<f64>| {
        value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.decimals$}"))
    };
    format!("{} / {}", shown(compared.record.metric(key)), shown(base))
}

fn seed_status(compared: &Compared) -> String {
    let status = if compared.judgement.verdict.passes() { "PASS" } else { "FAIL" };
    format!("{status} |")
}

fn fastvideo_status(compared: &Compared) -> String {
    let judgement = &compared.judgement;
    let exceeded =
        names(compared, |f| matches!(f.outcome, Outcome::Regression | Outcome::Exceeded));
    let failing = names(compared, Finding::fails);
    let status = judgement.verdict.fastvideo_status();
    // without an identity nothing is compared, and the comparator calls that a pass
    format!("{exceeded} | {failing} | {status} | {} |", cell(&judgement.reason))
}

fn names(compared: &Compared, is_named: impl Fn(&Finding) -> bool) -> String {
    let found = compared.judgement.of_gate(Gate::Rolling).filter(|finding| is_named(finding));
    let names: Vec<&str> = found.map(|finding| finding.metric.as_ref()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
