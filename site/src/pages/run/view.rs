//! The page of one run as it is drawn.

use std::sync::Arc;

use bench_records::{
    gate::{Outcome, policy::judge_point},
    raw::Phase,
    series::{Point, Series},
    stats::{PercentileInterval, Summary},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value};

use super::{
    fields, model,
    trials::{self, Trials},
};
use crate::{
    components::{
        link::{commit, outward, page_link, trail},
        message::{empty, failed, loading},
        status::outcome_badge,
        table::{Cell, Piece, bar, facts, headings, table},
    },
    config::Source,
    dataset::{Dataset, Row, point_name},
    dom::{Content, button, el, text},
    format,
    load::{self, Load},
    pages::series::{
        model as series_model, plots,
        view::{no_such_series, verdict},
    },
    query::{Page, Query},
    state::state,
};

/// The texts of a run's own files, its record and its trials, where the history has them.
type Texts = RwSignal<Load<[Option<String>; 2]>>;

/// The page.
pub fn page(key: &str, point: String, dataset: &Arc<Dataset>) -> Content {
    let Some(row) = dataset.row(key).cloned() else { return no_such_series(key) };
    let state = state();
    let loaded = state.series(dataset, &row);
    let dataset = dataset.clone();
    let shown = move || match loaded.get() {
        Load::Loading => {
            vec![text("h1", "", "Run"), loading("the history of this run's series")]
        }
        Load::Failed(error) => {
            let of = (dataset.clone(), row.clone());
            let again = move || state.fetch_series(loaded, &of.0, &of.1);
            vec![text("h1", "", "Run"), failed(&error, again)]
        }
        Load::Ready(series) => match model::find(&series, &point) {
            Some(index) => loaded_run(&dataset, &row, &series, index),
            None => no_such_run(&row, &point),
        },
    };
    vec![el("div", "").live(shown)]
}

fn no_such_run(row: &Row, point: &str) -> Content {
    let remedy = "It may have been excluded or the link cut short: look at the runs of the series.";
    let series = Query::to(Page::Series(row.key().0.clone()));
    vec![
        text("h1", "", "No such run"),
        empty(&format!("This series has no record {point}."), remedy),
        el("p", "").add(page_link(series, "", "Open the series")),
    ]
}

/// Fetches a run's own files.
fn fetch(into: Texts, source: &Source, paths: &[Option<String>; 2]) {
    let (source, paths) = (source.clone(), paths.clone());
    into.set(Load::Loading);
    spawn_local(async move {
        let mut texts = [None, None];
        let mut failure = None;
        for (text, path) in texts.iter_mut().zip(&paths) {
            let Some(path) = path else { continue };
            match load::file(&source, path).await {
                Ok(found) => *text = found,
                Err(error) => failure = Some(error),
            }
        }
        // the reader may have left the page meanwhile
        drop(into.try_set(failure.map_or(Ok(texts), Err).into()));
    });
}

fn loaded_run(
    dataset: &Arc<Dataset>,
    row: &Arc<Row>,
    series: &Arc<Series>,
    index: usize,
) -> Content {
    let point = &series.points[index];
    let paths = [point.record_path().map(str::to_owned), point.trials_path()];
    let texts: Texts = RwSignal::new(Load::Loading);
    fetch(texts, &dataset.source, &paths);
    let (source, commit) = (dataset.source.clone(), point.commit.to_string());
    let further = move || match texts.get() {
        Load::Loading => vec![loading("its record and its trials")],
        Load::Failed(error) => {
            let (source, paths) = (source.clone(), paths.clone());
            vec![failed(&error, move || fetch(texts, &source, &paths))]
        }
        Load::Ready([record, run]) => files(record.as_deref(), run.as_deref(), &commit),
    };
    let mut page = heading(dataset, row, series, index);
    page.extend(judgement(dataset, series, index));
    page.push(el("div", "").live(further));
    page
}

fn heading(dataset: &Dataset, row: &Row, series: &Series, index: usize) -> Content {
    let point = &series.points[index];
    let key = &row.key().0;
    let neighbour = |point: Option<&Point>, words: &str, none: &str| match point {
        Some(point) => page_link(Query::to(Page::Run(key.clone(), point_name(point))), "", words),
        None => text("span", "quiet", none),
    };
    let before = index.checked_sub(1).and_then(|i| series.points.get(i));
    let previous = neighbour(before, "← Previous run", "first run");
    let next = neighbour(series.points.get(index + 1), "Next run →", "newest run");
    let words = format!(
        "Run {} of {} · {} UTC, {}",
        format::count(index + 1),
        format::count(series.points.len()),
        format::minute(point.time),
        format::ago(point.time, dataset.now)
    );
    let range = before
        .filter(|before| before.commit != point.commit)
        .and_then(|before| dataset.range_url(Some(&series.labels), &before.commit, &point.commit));
    let (name, benchmark) = (series.source(point).0, row.benchmark());
    let also = if name == benchmark { String::new() } else { format!(" · recorded as {name}") };
    let above =
        [(Query::to(Page::Overview), "Overview"), (Query::to(Page::Series(key.clone())), "series")];
    let links = el("p", "links")
        .add(commit(&point.commit, dataset.commit_url(&series.labels, &point.commit)))
        .all(range.map(|url| outward("", &url, "changes since the run before")))
        .all([previous, next]);
    vec![
        trail(above, "run"),
        text("h1", "", benchmark),
        text("p", "", plots::place_of(row) + &also),
        text("p", "quiet small", words),
        links,
    ]
}

fn judgement(dataset: &Dataset, series: &Series, index: usize) -> Content {
    let batch = dataset.batch();
    let judgement = judge_point(series, index, &batch);
    let rungs = series_model::ladder(series, index, &batch);
    let measured = rungs.iter().filter(|rung| is_judged(rung.outcome)).count();
    let point = &series.points[index];
    let flags = series_model::flag_words(point.flags);
    let enters = if point.time.is_future(dataset.now) {
        "its time is in the future, so that it enters no baseline".to_owned()
    } else if flags.is_empty() {
        "it counts in the baselines of later runs".to_owned()
    } else {
        format!("it enters no baseline: {}", flags.join(", "))
    };
    let words = format!(
        "Judged {measured} of {} against the median of {} before it; {enters}.",
        format::counted(rungs.len(), "metric", "metrics"),
        format::counted(judgement.baseline_count, "record", "records"),
    );
    let written = point.verdict.filter(|written| *written != judgement.verdict).map(|written| {
        let written = written.as_str().replace('_', " ");
        let words = format!(
            "When it was recorded its verdict was {written}, by the limits and the history in force then."
        );
        text("p", "quiet small", words)
    });
    let line = |rung: series_model::Rung| {
        vec![
            Cell::text(rung.label),
            Cell::number(rung.current),
            Cell::number(rung.baseline),
            Cell::number(rung.change),
            Cell::number(rung.limit),
            Cell::view("", vec![outcome_badge(rung.outcome)]),
            Cell::of("small", rung.why),
        ]
    };
    let columns = ["Metric", ">This run", ">Baseline", ">Change", ">Limit", "Outcome", "Why"];
    let rows = rungs.into_iter().map(line).collect();
    let mut parts = vec![
        text("h2", "", "Judgement"),
        verdict(judgement.verdict, &judgement.reason),
        text("p", "quiet small", words),
    ];
    parts.extend(written);
    parts.push(table("What it measured, held against its baseline", headings(&columns), rows));
    parts
}

fn is_judged(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Skipped(_) | Outcome::Missing)
}

/// What its own two files say.
fn files(record: Option<&str>, run: Option<&str>, commit: &str) -> Content {
    let trials = run.map(trials::read);
    let record_fields: Map<String, Value> =
        record.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let header = trials.as_ref().map(|trials| trials.header.clone()).unwrap_or_default();
    let sections = fields::sections(&record_fields, &header);
    let missing = match (record, record_fields.is_empty()) {
        (None, _) => {
            Some("This history keeps no record file of this run, only its numbers in the index.")
        }
        (Some(_), true) => Some("The record file of this run cannot be read."),
        _ => None,
    };
    let mut parts = match &trials {
        Some(trials) => all_of(trials, commit),
        None => {
            let remedy = "They are kept since raw/ is written beside the records; imported and older runs have none. What the index keeps of it is above.";
            vec![
                text("h2", "", "Trials"),
                empty("The trials of this run are not in this history.", remedy),
            ]
        }
    };
    parts.push(text("h2", "", "Where it came from"));
    parts.extend(missing.map(|words| text("p", "quiet", words)));
    let sections = sections.into_iter().map(|(heading, list)| {
        let head = el("div", "head").add(text("h2", "", heading));
        el("section", "panel").add(head).add(facts(list))
    });
    parts.push(el("div", "charts").all(sections));
    parts
}

fn all_of(trials: &Trials, commit: &str) -> Content {
    let mut parts = Content::new();
    if trials.unreadable > 0 {
        let lines = format::counted(trials.unreadable, "line", "lines");
        let words =
            format!("{lines} of the file with the trials cannot be read; the rest is shown.");
        parts.push(text("p", "note warn", words));
    }
    parts.extend(distribution(trials));
    parts.extend(stages(trials));
    parts.extend(steps(trials));
    parts.extend(reproduce(trials, commit));
    parts.extend(list(trials));
    parts
}

fn seconds(value: f64) -> String {
    format!("{}\u{202f}s", format::number(value, None))
}

fn distribution(trials: &Trials) -> Content {
    let latencies = trials.clean_latencies_s();
    let Some(summary) = Summary::of(&latencies) else {
        return vec![
            text("h2", "", "Distribution of the latency"),
            text("p", "quiet", "No clean trial of this run counts."),
        ];
    };
    let percentiles = trials::percentiles(&summary);
    let mut pieces: Vec<Piece> = Vec::new();
    let at = |value| trials::place(value, &summary);
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
    let lines = percentiles.into_iter().map(|line| {
        let (interval, coverage) = match line.interval {
            PercentileInterval::Known(bounds) => (
                format!("{} to {}", seconds(bounds.lower), seconds(bounds.upper)),
                format!("{:.1}\u{202f}%", bounds.coverage * 100.0),
            ),
            PercentileInterval::TooFewSamples { needed } => {
                (format!("n too small: needs {needed}, has {}", summary.count), "n/a".to_owned())
            }
        };
        vec![
            Cell::text(line.name),
            Cell::number(seconds(line.value)),
            Cell::number(interval),
            Cell::number(coverage),
        ]
    });
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
    let ends = [summary.min, summary.max].map(|end| text("span", "", seconds(end)));
    let legend = "A dot a clean trial, a line a percentile (P50, P90, P95, P99), the band the interval of the median where there are enough trials for one.";
    let panel = el("div", "panel")
        .add(bar("plot", &words, pieces))
        .add(el("p", "ends quiet small").attr("aria-hidden", "true").all(ends))
        .add(text("p", "quiet small", legend))
        .add(facts(figures));
    let caption = "Percentiles by nearest rank, over the clean trials that count";
    vec![
        text("h2", "", "Distribution of the latency"),
        panel,
        table(caption, headings(&columns), lines.collect()),
    ]
}

const COLOURS: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "c5"];

fn stages(trials: &Trials) -> Content {
    let parts = trials::stage_parts(trials);
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

fn steps(trials: &Trials) -> Content {
    let steps = trials::steps(trials);
    let longest = steps.iter().map(|step| step.max_s).fold(0.0, f64::max);
    let words = match trials::first_and_later(&steps) {
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

fn list(trials: &Trials) -> Content {
    let stages = trials.stage_names();
    let mut columns = headings(&["Trial", "Phase", ">Latency"]);
    columns.extend(stages.iter().map(|stage| format!(">{stage}")));
    columns.extend(headings(&[">First step", ">Peak memory", ">Prompt", "Discarded because"]));
    let unknown = || "n/a".to_owned();
    let rows = trials.trials.iter().enumerate().map(|(index, trial)| {
        let mut row = vec![
            Cell::text((index + 1).to_string()),
            Cell::text(trials::phase_word(trial.phase)),
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

fn reproduce(trials: &Trials, commit: &str) -> Content {
    let lines = model::command(&trials.header, commit);
    if lines.is_empty() {
        let words = "What is kept of this run does not say by which command it was made.";
        return vec![text("h2", "", "Run it again"), text("p", "quiet", words)];
    }
    let lines = lines.join("\n");
    let caveats = model::caveats(&trials.header, commit);
    let copied = RwSignal::new("");
    let to_copy = lines.clone();
    let copy = move || {
        let promise = window().navigator().clipboard().write_text(&to_copy);
        spawn_local(async move {
            let done = wasm_bindgen_futures::JsFuture::from(promise).await;
            let words = if done.is_ok() {
                "Copied."
            } else {
                "The browser does not allow it: select the text instead."
            };
            copied.set(words);
        });
    };
    let told = el("span", "small").attr("role", "status");
    let told = told.live_text(move || copied.get().to_owned());
    let panel = el("div", "panel")
        .add(text("pre", "scroll mono", lines))
        .add(el("p", "").add(button("", "Copy", copy)).text(" ").add(told))
        .all(caveats.iter().map(|words| text("p", "quiet small", words)));
    vec![text("h2", "", "Run it again"), panel]
}
