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
        link::{Commit, PageLink},
        message::{Empty, Failed, Loading},
        status::{OutcomeBadge, VerdictBadge},
        table::{Cell, Piece, bar, facts, headings, table},
    },
    config::Source,
    dataset::{Dataset, Row, point_name},
    format,
    load::{self, Load},
    pages::series::{model as series_model, plots},
    query::{Page, Query},
    state::state,
};

/// A file's text, where the history has it.
type Text = RwSignal<Load<Option<String>>>;

/// The page.
#[component]
pub fn Run(key: String, point: String, dataset: Arc<Dataset>) -> impl IntoView {
    let Some(row) = dataset.row(&key).cloned() else {
        return view! {
            <h1>"No such series"</h1>
            <Empty what=format!("This history has no series {key}.")
                remedy="It may have been renamed, or the link is for another history: look in the overview."/>
        }
        .into_any();
    };
    let state = state();
    let attempt = RwSignal::new(0);
    let of = (dataset.clone(), row.clone());
    let loaded = again(attempt, move || state.series(&of.0, &of.1));
    move_view(move || {
        match loaded.get().get() {
        Load::Loading => view! { <h1>"Run"</h1><Loading what="the history of this run's series"/> }.into_any(),
        Load::Failed(error) => view! {
            <h1>"Run"</h1><Failed error retry=move || attempt.update(|n| *n += 1)/>
        }
        .into_any(),
        Load::Ready(series) => match model::find(&series, &point) {
            Some(index) => loaded_run(&dataset, &row, &series, index),
            None => view! {
                <h1>"No such run"</h1>
                <Empty what=format!("This series has no record {point}.")
                    remedy="It may have been excluded or the link cut short: look at the runs of the series."/>
                <p><PageLink to=Query::to(Page::Series(row.key().0.clone()))>"Open the series"</PageLink></p>
            }
            .into_any(),
        },
    }
    })
}

fn move_view(content: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    content.into_any()
}

/// What `fetch` loads, loaded again whenever `attempt` changes.
fn again<T: Send + Sync + 'static>(
    attempt: RwSignal<u32>,
    fetch: impl Fn() -> RwSignal<Load<T>> + Send + Sync + 'static,
) -> Memo<RwSignal<Load<T>>> {
    Memo::new_with_compare(
        move |_| {
            attempt.track();
            fetch()
        },
        |_, _| true,
    )
}

fn text_of(source: &Source, path: Option<String>) -> Text {
    let signal = RwSignal::new(if path.is_some() { Load::Loading } else { Load::Ready(None) });
    if let Some(path) = path {
        let source = source.clone();
        spawn_local(async move {
            let loaded = load::file(&source, &path).await;
            // the reader may have left the page meanwhile
            drop(signal.try_set(loaded.into()));
        });
    }
    signal
}

fn loaded_run(
    dataset: &Arc<Dataset>,
    row: &Arc<Row>,
    series: &Arc<Series>,
    index: usize,
) -> AnyView {
    let point = &series.points[index];
    let (record_path, trials_path) = (model::record_path(point), model::trials_path(point));
    let attempt = RwSignal::new(0);
    let fetch = |path: Option<String>| {
        let source = dataset.source.clone();
        again(attempt, move || text_of(&source, path.clone()))
    };
    let (record, run) = (fetch(record_path), fetch(trials_path));
    let commit = point.commit.to_string();
    let further = move_view(move || match (record.get().get(), run.get().get()) {
        (Load::Failed(error), _) | (_, Load::Failed(error)) => {
            view! { <Failed error retry=move || attempt.update(|n| *n += 1)/> }.into_any()
        }
        (Load::Ready(record), Load::Ready(run)) => {
            files(record.as_deref(), run.as_deref(), &commit)
        }
        _ => view! { <Loading what="its record and its trials"/> }.into_any(),
    });
    view! {
        {heading(dataset, row, series, index)}
        {judgement(dataset, series, index)}
        {further}
    }
    .into_any()
}

fn heading(dataset: &Dataset, row: &Row, series: &Series, index: usize) -> AnyView {
    let point = &series.points[index];
    let key = row.key().0.clone();
    let neighbour = |point: Option<&Point>, words: &'static str, none: &'static str| match point {
        Some(point) => {
            let to = Query::to(Page::Run(key.clone(), point_name(point)));
            view! { <PageLink to>{words}</PageLink> }.into_any()
        }
        None => view! { <span class="quiet">{none}</span> }.into_any(),
    };
    let previous = neighbour(
        index.checked_sub(1).and_then(|i| series.points.get(i)),
        "← Previous run",
        "first run",
    );
    let next = neighbour(series.points.get(index + 1), "Next run →", "newest run");
    let place =
        format!("Run {} of {}", format::count(index + 1), format::count(series.points.len()));
    let time =
        format!("{} UTC, {}", format::minute(point.time), format::ago(point.time, dataset.now));
    let before = index.checked_sub(1).map(|i| series.points[i].commit.to_string());
    let range = before
        .filter(|before| **before != *point.commit)
        .and_then(|before| dataset.range_url(&before, &point.commit));
    let name = series.source(point).0.to_owned();
    let benchmark = row.benchmark().to_owned();
    let also = (name != benchmark).then(|| format!(" · recorded as {name}"));
    view! {
        <p class="small">
            <PageLink to=Query::to(Page::Overview)>"Overview"</PageLink>" / "
            <PageLink to=Query::to(Page::Series(key.clone()))>"series"</PageLink>" / run"
        </p>
        <h1>{benchmark}</h1>
        <p>{plots::place_of(row)}{also}</p>
        <p class="quiet small">{place}" · "{time}</p>
        <p class="links">
            <Commit commit=point.commit.to_string() url=dataset.commit_url(&point.commit)/>
            {range.map(|url| view! { <a href=url rel="noopener noreferrer" target="_blank">"changes since the run before"</a> })}
            {previous}{next}
        </p>
    }
    .into_any()
}

fn judgement(dataset: &Dataset, series: &Series, index: usize) -> AnyView {
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
        format!(
            "When it was recorded its verdict was {}, by the limits and the history in force then.",
            written.as_str().replace('_', " ")
        )
    });
    let line = |rung: series_model::Rung| {
        vec![
            Cell::text(rung.label),
            Cell::number(rung.current),
            Cell::number(rung.baseline),
            Cell::number(rung.change),
            Cell::number(rung.limit),
            Cell::view(view! { <OutcomeBadge outcome=rung.outcome/> }.into_any()),
            Cell::of("small", rung.why),
        ]
    };
    let columns = ["Metric", ">This run", ">Baseline", ">Change", ">Limit", "Outcome", "Why"];
    view! {
        <h2>"Judgement"</h2>
        <p><VerdictBadge verdict=judgement.verdict/>" "{judgement.reason}</p>
        <p class="quiet small">{words}</p>
        {written.map(|words| view! { <p class="quiet small">{words}</p> })}
        {table("What it measured, held against its baseline", headings(&columns), rungs.into_iter().map(line).collect())}
    }
    .into_any()
}

fn is_judged(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Skipped(_) | Outcome::Missing)
}

/// What its own two files say.
fn files(record: Option<&str>, run: Option<&str>, commit: &str) -> AnyView {
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
    let trials = match &trials {
        Some(trials) => all_of(trials, commit),
        None => view! {
            <h2>"Trials"</h2>
            <Empty what="The trials of this run are not in this history."
                remedy="They are kept since raw/ is written beside the records; imported and older runs have none. What the index keeps of it is above."/>
        }
        .into_any(),
    };
    let sections = sections.into_iter().map(|(heading, list)| {
        view! { <section class="panel"><div class="head"><h2>{heading}</h2></div>{facts(list)}</section> }
    });
    view! {
        {trials}
        <h2>"Where it came from"</h2>
        {missing.map(|words| view! { <p class="quiet">{words}</p> })}
        <div class="charts">{sections.collect_view()}</div>
    }
    .into_any()
}

fn all_of(trials: &Trials, commit: &str) -> AnyView {
    let unreadable = (trials.unreadable > 0).then(|| {
        let lines = format::counted(trials.unreadable, "line", "lines");
        view! { <p class="note warn">{format!("{lines} of the file with the trials cannot be read; the rest is shown.")}</p> }
    });
    view! {
        {unreadable}
        {distribution(trials)}
        {stages(trials)}
        {steps(trials)}
        {reproduce(trials, commit)}
        {list(trials)}
    }
    .into_any()
}

fn seconds(value: f64) -> String {
    format!("{}\u{202f}s", format::number(value, None))
}

fn distribution(trials: &Trials) -> AnyView {
    let latencies = trials.clean_latencies_s();
    let Some(summary) = Summary::of(&latencies) else {
        return view! {
            <h2>"Distribution of the latency"</h2><p class="quiet">"No clean trial of this run counts."</p>
        }
        .into_any();
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
    view! {
        <h2>"Distribution of the latency"</h2>
        <div class="panel">
            {bar("plot", words, pieces)}
            <p class="ends quiet small" aria-hidden="true"><span>{seconds(summary.min)}</span><span>{seconds(summary.max)}</span></p>
            <p class="quiet small">
                "A dot a clean trial, a line a percentile (P50, P90, P95, P99), the band the interval of the median where there are enough trials for one."
            </p>
            {facts(figures)}
        </div>
        {table("Percentiles by nearest rank, over the clean trials that count", headings(&columns), lines.collect())}
    }
    .into_any()
}

const COLOURS: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "c5"];

fn stages(trials: &Trials) -> AnyView {
    let parts = trials::stage_parts(trials);
    if parts.is_empty() {
        return view! {
            <h2>"Stages"</h2><p class="quiet">"No instrumented trial of this run has times of stages."</p>
        }
        .into_any();
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
        let name =
            view! { <i class=format!("key {class}") aria-hidden="true"></i>{name} }.into_any();
        vec![
            Cell::view(name),
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
    view! {
        <h2>"Stages"</h2>
        <div class="panel">{bar("stack", String::new(), pieces)}</div>
        {table(caption, headings(&columns), rows.collect())}
    }
    .into_any()
}

fn colour(index: usize, is_stage: bool) -> &'static str {
    if is_stage { COLOURS[index % COLOURS.len()] } else { "rest" }
}

fn steps(trials: &Trials) -> Option<AnyView> {
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
                Cell::view(bar("wide", String::new(), vec![Piece { class, at: 0.0, width }])),
            ]
        })
        .collect();
    let columns = ["Step", ">Median", ">Shortest", ">Longest", ">Trials", "Median as a bar"];
    (!rows.is_empty()).then(|| {
        let table = table("Denoise steps of the trials that count", headings(&columns), rows);
        view! { <h2>"Steps"</h2><p>{words}</p><details><summary>"Step by step"</summary>{table}</details> }.into_any()
    })
}

fn list(trials: &Trials) -> AnyView {
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
    view! {
        <h2>"Trials"</h2><p>{words}</p>
        <details open=is_short><summary>{summary}</summary>{table}</details>
    }
    .into_any()
}

fn reproduce(trials: &Trials, commit: &str) -> AnyView {
    let lines = model::command(&trials.header, commit);
    if lines.is_empty() {
        let words = "What is kept of this run does not say by which command it was made.";
        return view! { <h2>"Run it again"</h2><p class="quiet">{words}</p> }.into_any();
    }
    let text = lines.join("\n");
    let caveats = model::caveats(&trials.header, commit);
    let copied = RwSignal::new("");
    let to_copy = text.clone();
    let copy = move |_| {
        let promise = window().navigator().clipboard().write_text(&to_copy);
        spawn_local(async move {
            let done = wasm_bindgen_futures::JsFuture::from(promise).await;
            copied.set(if done.is_ok() {
                "Copied."
            } else {
                "The browser does not allow it: select the text instead."
            });
        });
    };
    view! {
        <h2>"Run it again"</h2>
        <div class="panel">
            <pre class="scroll mono">{text}</pre>
            <p><button type="button" on:click=copy>"Copy"</button>" "<span role="status" class="small">{copied}</span></p>
            {caveats.into_iter().map(|words| view! { <p class="quiet small">{words}</p> }).collect_view()}
        </div>
    }
    .into_any()
}
