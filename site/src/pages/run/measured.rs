//! What the trials of a run measured: the distribution of their latency, stages, steps, and each trial.

use bench_records::{
    metric::built_in,
    raw::Phase,
    stats::{PercentileInterval, Summary},
};
use serde_json::Value;

use super::{
    model,
    statistics::{self, PercentileLine},
};
use crate::{
    components::table::{Cell, Piece, bar, facts, headings, table},
    dom::{Content, El, el, text},
    format,
    trials::Trials,
};

pub(super) fn distribution(trials: &Trials) -> Content {
    let latencies = trials.clean_latencies_s();
    let Some(summary) = Summary::of(&latencies) else {
        return vec![
            text("h2", "", "Distribution of the latency"),
            text("p", "quiet", "No clean trial of this run counts."),
        ];
    };
    let percentiles = statistics::percentiles(&summary);
    let mut pieces: Vec<Piece> = Vec::new();
    let at = |value| statistics::place(value, &summary);
    if let Some(bounds) = summary.p50.interval.bounds() {
        let width = at(bounds.upper) - at(bounds.lower);
        pieces.push(Piece { class: "band", at: at(bounds.lower), width });
    }
    pieces.extend(latencies.iter().map(|value| Piece { class: "dot", at: at(*value), width: 0.0 }));
    pieces.extend(percentiles.iter().map(|p| Piece { class: "tick", at: at(p.value), width: 0.0 }));
    let words = format!(
        "{} clean trials from {} to {}, median {}",
        summary.count,
        seconds(summary.min),
        seconds(summary.max),
        seconds(summary.median)
    );
    let lines = percentiles.iter().map(|line| percentile_row(line, summary.count));
    let figures = [
        ("clean trials", summary.count.to_string()),
        ("mean", seconds(summary.mean)),
        ("median", seconds(summary.median)),
        ("median absolute deviation", seconds(summary.mad)),
        ("standard deviation", summary.std_dev.map_or("n/a".to_owned(), seconds)),
        ("range", format!("{} to {}", seconds(summary.min), seconds(summary.max))),
    ];
    let figures = figures.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let columns = ["Percentile", ">Latency", ">95 % confidence interval", ">Coverage"];
    let ends = statistics::ends(&summary).into_iter().map(end);
    let legend = "A dot a clean trial, a line a percentile (P50, P90, P95, P99), the band the interval of the median where there are enough trials for one.";
    let panel = el("div", "panel")
        .add(bar("plot", &words, pieces))
        .add(el("div", "ends quiet small").attr("aria-hidden", "true").all(ends))
        .add(text("p", "quiet small", legend))
        .add(facts(figures));
    let caption = "Percentiles by nearest rank, over the clean trials that count";
    vec![
        text("h2", "", "Distribution of the latency"),
        panel,
        table(caption, headings(&columns), lines.collect()),
    ]
}

fn percentile_row(line: &PercentileLine, count: usize) -> Vec<Cell> {
    let (interval, coverage) = match line.interval {
        PercentileInterval::Known(bounds) => (
            format!("{} to {}", seconds(bounds.lower), seconds(bounds.upper)),
            format!("{:.1}\u{202f}%", bounds.coverage * 100.0),
        ),
        PercentileInterval::TooFewSamples { needed } => {
            (format!("n too small: needs {needed}, has {count}"), "n/a".to_owned())
        }
    };
    vec![
        Cell::text(line.name),
        Cell::number(seconds(line.value)),
        Cell::number(interval),
        Cell::number(coverage),
    ]
}

/// A value below the strip, at its place; at the left end to the right of it, at the right end to the left.
fn end((value, place): (f64, f64)) -> El {
    let percent = |fraction: f64| format!("{:.2}%", fraction * 100.0);
    let label = text("span", "", seconds(value)).style("left", &percent(place));
    label.style("translate", &percent(-place))
}

const COLOURS: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "c5"];

pub(super) fn stages(trials: &Trials) -> Content {
    let parts = statistics::stage_parts(trials);
    if parts.is_empty() {
        let words = "No instrumented trial of this run has times of stages.";
        return vec![text("h2", "", "Stages"), text("p", "quiet", words)];
    }
    let count = trials.counting(Phase::Instrumented).count();
    let mut at = 0.0;
    let pieces: Vec<Piece> = parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let piece = Piece { class: colour(index, part.name.is_some()), at, width: part.share };
            at += part.share;
            piece
        })
        .collect();
    let rows = parts.into_iter().enumerate().map(|(index, part)| {
        let class = colour(index, part.name.is_some());
        let name = part.name.unwrap_or_else(|| "outside the stages".to_owned());
        let key = el("i", &format!("key {class}")).attr("aria-hidden", "true");
        vec![
            Cell::view("", vec![key, text("span", "", name)]),
            Cell::number(seconds(part.median_s)),
            Cell::number(seconds(part.mean_s)),
            Cell::number(format!("{:.1}\u{202f}%", part.share * 100.0)),
        ]
    });
    let caption = format!(
        "Stages of {}",
        format::counted(count, "instrumented trial", "instrumented trials")
    );
    let columns = ["Stage", ">Median", ">Mean", ">Share of the whole"];
    vec![
        text("h2", "", "Stages"),
        el("div", "panel").add(bar("stack", "", pieces)),
        table(caption, headings(&columns), rows.collect()),
    ]
}

fn colour(index: usize, is_stage: bool) -> &'static str {
    if is_stage { COLOURS[index % COLOURS.len()] } else { "rest" }
}

pub(super) fn steps(trials: &Trials) -> Content {
    let steps = statistics::steps(trials);
    let longest = steps.iter().map(|step| step.max_s).fold(0.0, f64::max);
    let words = match statistics::first_and_later(&steps) {
        Some((first, later)) if later > 0.0 => format!(
            "The first step takes {}, a later one {}: the first is {:.2} times as long.",
            seconds(first),
            seconds(later),
            first / later
        ),
        _ => "One step only.".to_owned(),
    };
    let rows: Vec<Vec<Cell>> = steps
        .into_iter()
        .map(|step| {
            let width = if longest > 0.0 { step.median_s / longest } else { 0.0 };
            let class = if step.number == 1 { "c1" } else { "c0" };
            vec![
                Cell::text(step.number.to_string()),
                Cell::number(seconds(step.median_s)),
                Cell::number(seconds(step.min_s)),
                Cell::number(seconds(step.max_s)),
                Cell::number(step.count.to_string()),
                Cell::view("", vec![bar("wide", "", vec![Piece { class, at: 0.0, width }])]),
            ]
        })
        .collect();
    let columns = ["Step", ">Median", ">Shortest", ">Longest", ">Trials", "Median as a bar"];
    if rows.is_empty() {
        return Vec::new();
    }
    let table = table("Denoise steps of the trials that count", headings(&columns), rows);
    vec![
        text("h2", "", "Steps"),
        text("p", "", words),
        el("details", "").add(text("summary", "", "Step by step")).add(table),
    ]
}

pub(super) fn list(trials: &Trials) -> Content {
    let stages = trials.stage_names();
    let mut columns = headings(&["Trial", "Phase", ">Latency"]);
    columns.extend(stages.iter().map(|stage| format!(">{stage}")));
    columns.extend(headings(&[">First step", ">Peak memory", ">Prompt", "Discarded because"]));
    let unknown = || "n/a".to_owned();
    let rows = trials.trials.iter().enumerate().map(|(index, trial)| {
        let mut row = vec![
            Cell::text((index + 1).to_string()),
            Cell::text(statistics::phase_word(trial.phase)),
            Cell::number(seconds(trial.latency_s)),
        ];
        let stage = |name: &String| trial.stages.get(name).copied().map_or_else(unknown, seconds);
        row.extend(stages.iter().map(|name| Cell::number(stage(name))));
        let memory =
            trial.peak_memory_mb.map(|mb| format!("{}\u{202f}MB", format::number(mb, None)));
        row.push(Cell::number(trial.step_times_s.first().copied().map_or_else(unknown, seconds)));
        row.push(Cell::number(memory.unwrap_or_else(unknown)));
        row.push(Cell::number((trial.prompt_index + 1).to_string()));
        row.push(Cell::of("small", trial.discard_reason.clone().unwrap_or_default()));
        row
    });
    let rule = trials.header.get("stopping_rule").and_then(Value::as_str);
    let words = match rule {
        Some(rule) => format!("The run ended because {}.", model::stopping_words(rule)),
        None => "Its file does not say which rule ended the run.".to_owned(),
    };
    let caption = "Every trial, in order; warm-up and discarded ones are in no summary";
    let summary = format::counted(trials.trials.len(), "trial", "trials");
    let table = table(caption, columns, rows.collect());
    let is_short = trials.trials.len() <= 20;
    let details = el("details", "").add(text("summary", "", summary)).add(table);
    let details = if is_short { details.attr("open", "") } else { details };
    vec![text("h2", "", "Trials"), text("p", "", words), details]
}

/// A time in the unit in which the page's table of metrics shows it.
fn seconds(value: f64) -> String {
    let latency = built_in("latency").expect("a metric of the table");
    format::quantity(latency, Some(value), None)
}
