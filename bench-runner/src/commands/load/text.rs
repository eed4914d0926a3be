//! A load test for people: counts, rates, a table of latencies, and what limits them.

use std::fmt::Write;

use bench_load::{
    measure::{CLIENT_LIMIT_S, Metric, Report, Stats, TokensBy, samples_needed},
    outcome::Outcome,
    result::SetUp,
    steady::SteadyState,
};

use crate::terminal::{Table, plain};

/// Failures that are shown by their words.
const SHOWN_PROBLEMS: usize = 5;

/// All of it, under what was measured.
pub fn render(title: &str, report: &Report<'_>, set_up: &SetUp) -> String {
    let mut out = format!("{title}\n");
    let mut line = |text: String| writeln!(out, "{text}").expect("a String takes all text");
    requests(report).into_iter().for_each(&mut line);
    rates(report).into_iter().for_each(&mut line);
    line(String::new());
    line(table(report, set_up).to_string());
    line(String::new());
    notes(report, set_up).into_iter().for_each(&mut line);
    out
}

fn requests(report: &Report<'_>) -> Vec<String> {
    let count = &report.count;
    let of = |outcome| count.outcomes.get(&outcome).copied().unwrap_or_default();
    let mut parts = vec![format!("{} of {} ok", of(Outcome::Ok), count.ended)];
    for outcome in Outcome::ALL.into_iter().skip(1).filter(|outcome| of(*outcome) > 0) {
        parts.push(format!("{} {outcome}", of(outcome)));
    }
    let mut lines = vec![format!("requests: {}", parts.join(", "))];
    if count.ended < count.planned {
        let not_sent = count.planned - count.ended - count.given_up;
        let given_up = count.given_up;
        lines.push(format!("ended early: {given_up} were running, {not_sent} were not sent"));
    }
    for group in report.problems.iter().take(SHOWN_PROBLEMS) {
        lines.push(format!("  {} × {}: {}", group.count, group.outcome, plain(&group.reason)));
    }
    if let Some(more) = report.problems.len().checked_sub(SHOWN_PROBLEMS).filter(|more| *more > 0) {
        lines.push(format!("  and {more} other kinds of failures"));
    }
    lines
}

fn rates(report: &Report<'_>) -> Vec<String> {
    let rates = &report.rates;
    let duration = format!("{:.2} s", report.duration_s);
    let mut lines = vec![format!(
        "duration: {duration}, {:.2} requests/s answered, at most {} at a time",
        rates.requests_per_s, rates.peak_concurrency
    )];
    if let (Some(offered), Some(achieved)) = (rates.offered_rps, rates.achieved_rps) {
        lines.push(format!("rate: {offered:.2} requests/s offered, {achieved:.2} sent"));
    }
    lines.extend(rates.outputs_per_s.map(|rate| format!("outputs: {rate:.2} per second")));
    if let (Some(tokens), Some(rate)) = (report.output_tokens, rates.output_tokens_per_s) {
        let by = match report.tokens_by {
            TokensBy::Tokenizer => ", counted by the tokenizer",
            TokensBy::Usage | TokensBy::Unknown => "",
        };
        let input = report.input_tokens.map_or_else(String::new, |input| format!("{input} in, "));
        lines.push(format!("tokens: {input}{tokens} out, {rate:.1} per second{by}"));
    }
    lines.extend(cached(report));
    lines.extend(
        rates.good_per_s.map(|rate| format!("goodput: {rate:.2} requests/s within all goals")),
    );
    lines
}

fn cached(report: &Report<'_>) -> Option<String> {
    let (cached, input) = (report.cached_tokens?, report.input_tokens?);
    let part = cached as f64 / input as f64 * 100.0;
    Some(format!("cache: {part:.1} % of the prompts' tokens came from the server's cache"))
}

fn table(report: &Report<'_>, set_up: &SetUp) -> Table {
    let percents = set_up.percents.iter().map(|percent| format!("p{percent}"));
    let header: Vec<String> =
        ["latency (ms)".to_owned(), "mean".to_owned()].into_iter().chain(percents).collect();
    let mut table = Table::new(&header);
    table.align_right(1..header.len());
    for metric in &set_up.metrics {
        let Some(stats) = report.from_intended.get(metric) else { continue };
        // without reasoning it repeats the time to the first token
        if *metric == Metric::Ttfat && report.from_intended.get(&Metric::Ttft) == Some(stats) {
            continue;
        }
        table.row(row(metric.name(), stats, &set_up.percents, |found| Some(found.all_s)));
        if stats.failed > 0 && stats.count > 0 {
            table.row(row("  ok alone", stats, &set_up.percents, |found| found.ok_s));
        }
    }
    table
}

fn row(
    name: &str,
    stats: &Stats,
    percents: &[f64],
    value: impl Fn(&bench_load::measure::Percentile) -> Option<f64>,
) -> Vec<String> {
    let mut cells = vec![name.to_owned(), ms(stats.mean_s)];
    cells.extend(percents.iter().map(|percent| ms(stats.percentile(*percent).and_then(&value))));
    cells
}

fn ms(seconds: Option<f64>) -> String {
    match seconds {
        None => "n/a".to_owned(),
        Some(seconds) if seconds.is_infinite() => "inf".to_owned(),
        Some(seconds) => format!("{:.2}", seconds * 1000.0),
    }
}

fn notes(report: &Report<'_>, set_up: &SetUp) -> Vec<String> {
    let mut notes = vec![
        "latency counts from when a request should have been sent; one that failed counts as infinite".to_owned(),
    ];
    notes.extend(few(report, set_up));
    notes.extend(report.slot_wait.as_ref().and_then(|waits| {
        let mean_s = waits.mean_s?;
        Some(format!(
            "waits for --max-concurrency are part of it: {} ms on average",
            ms(Some(mean_s))
        ))
    }));
    notes.extend(report.lag.map(|lag| {
        let (p50, p99, max) = (ms(Some(lag.p50_s)), ms(Some(lag.p99_s)), ms(Some(lag.max_s)));
        let verdict = if lag.is_client_limited() {
            let limit = CLIENT_LIMIT_S * 1000.0;
            format!("more than {limit} ms: this client may limit the numbers, not the server")
        } else {
            "the client kept up".to_owned()
        };
        format!("send lag: p50 {p50} ms, p99 {p99} ms, max {max} ms; {verdict}")
    }));
    notes.extend(report.resolution_s.map(|s| {
        format!(
            "the end of a video is known within {} ms: this server gives no durations",
            ms(Some(s))
        )
    }));
    notes.extend(odd(report));
    notes.push(match &report.steady {
        SteadyState::Steady(window) => window.to_string(),
        none @ SteadyState::None(_) => none.to_string(),
    });
    notes
}

/// Percentiles with fewer samples than they need.
fn few(report: &Report<'_>, set_up: &SetUp) -> Option<String> {
    let samples = report.count.ended;
    let wanting = set_up.percents.iter().filter_map(|percent| {
        let needed = samples_needed(*percent).filter(|needed| samples < *needed)?;
        Some(format!("p{percent} needs {needed}"))
    });
    let wanting: Vec<String> = wanting.collect();
    let listed = wanting.join(", ");
    (!wanting.is_empty())
        .then(|| format!("too few requests to say much: {listed}, and there are {samples}"))
}

fn odd(report: &Report<'_>) -> Vec<String> {
    let (count, mut odd) = (&report.count, Vec::new());
    let has_text = report.requests.iter().any(|m| m.request.is_ok() && m.request.reply().is_some());
    if has_text && report.output_tokens.is_none() {
        odd.push(
            "tokens are not known: the server states no usage; name the model's --tokenizer"
                .to_owned(),
        );
    }
    if report.has_mean_chunks {
        odd.push(
            "some chunks have several tokens; itl_per_token shares their time evenly".to_owned(),
        );
    }
    if count.without_token > 0 {
        odd.push(format!(
            "{} answers are ok and empty: they have no time to first token",
            count.without_token
        ));
    }
    if count.not_streamed > 0 {
        odd.push(format!("{} answers came whole: the server does not stream", count.not_streamed));
    }
    odd
}
