//! What the page says of histories that were made by hand.

use bench_records::{order::map_of, series::IMPORTED};

use super::{
    cell::Cell,
    model::{Table, offers, table},
    sheet::{markdown, sheet},
    sides::Sides,
};
use crate::{
    commits,
    dataset::Dataset,
    judged::Against,
    query::Query,
    testing::{reading_of, shown},
};

const TTFT: &str = "ttft_p50_ms";

/// A history with a series for each workload and variant, of these values.
fn history(series: &[(&str, &str, &str, &[f64])]) -> Dataset {
    let values: Vec<(&str, &[f64])> =
        series.iter().map(|(_, _, metric, values)| (*metric, *values)).collect();
    let mut reading = reading_of(&values);
    for (line, (workload, variant, ..)) in reading.head.series.iter_mut().zip(series) {
        line.labels.model_id = format!("{workload}/{variant}");
        let fields = [
            ("workload_id", *workload),
            ("variant_id", *variant),
            ("software_profile_id", IMPORTED),
        ];
        let owned = |(field, value): (&str, &str)| (field.to_owned(), value.to_owned());
        line.labels.identity = map_of(fields.into_iter().map(owned));
    }
    shown(reading)
}

fn of(dataset: &Dataset, hash: &str) -> Table {
    let query = Query::parse(hash);
    let sides = Sides::of(&query, dataset, &commits::candidates(dataset));
    table(dataset, &query, &sides)
}

fn names(table: &Table) -> Vec<&str> {
    table.groups.iter().flat_map(|group| &group.tests).map(|test| test.name.as_str()).collect()
}

/// Forty runs around a level, then some at another.
fn step(level: f64, later: f64) -> Vec<f64> {
    let around = |level: f64| move |at: usize| level * (1.0 + (at * 7 % 5) as f64 * 0.001);
    (0..40).map(around(level)).chain((0..12).map(around(later))).collect()
}

#[test]
fn tests_of_a_model_are_one_group_whose_rows_say_what_tells_them_apart() {
    let dataset = history(&[
        ("llama", "in=1024,rate=16", TTFT, &[1.0]),
        ("llama", "in=1024,rate=4", TTFT, &[1.0]),
        ("latency/llama", "in=1024", "latency", &[1.0]),
        ("qwen", "in=8", TTFT, &[1.0]),
    ]);
    let table = of(&dataset, "#/llm");
    let expected = ["serving · 4 requests/s", "serving · 16 requests/s", "latency", "serving"];
    assert_eq!(names(&table), expected);
    assert_eq!(table.groups[0].shared, "serving: in 1024; latency: in 1024");
    let steps: Vec<bool> = table.groups[0].tests.iter().map(|test| test.is_step).collect();
    assert_eq!(steps, [true, true, false]);
}

#[test]
fn the_number_of_requests_is_in_a_name_only_where_nothing_else_tells_tests_apart() {
    let dataset = history(&[
        ("llama", "compile,prompts=40,rate=4", TTFT, &[1.0]),
        ("llama", "prompts=80,rate=8", TTFT, &[1.0]),
        ("llama", "prompts=160,rate=8", TTFT, &[1.0]),
    ]);
    let expected = [
        "serving · 4 requests/s · compile",
        "serving · 8 requests/s · prompts 160",
        "serving · 8 requests/s · prompts 80",
    ];
    let table = of(&dataset, "#/llm");
    let mut names = names(&table);
    names.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn what_is_no_language_model_is_not_on_the_page() {
    let dataset = history(&[("wan", "bf16", "throughput", &[1.0])]);
    assert_eq!(offers(&dataset).models, [""; 0]);
    assert_eq!(of(&dataset, "#/llm").groups, []);
}

#[test]
fn filters_of_the_address_narrow_what_is_shown() {
    let dataset = history(&[
        ("llama", "rate=4", TTFT, &[1.0]),
        ("throughput/llama", "in=8", "tokens_per_s", &[1.0]),
        ("qwen", "rate=4", TTFT, &[1.0]),
    ]);
    assert_eq!(names(&of(&dataset, "#/llm?model=qwen")).len(), 1);
    assert_eq!(names(&of(&dataset, "#/llm?kind=throughput")), ["throughput"]);
    assert_eq!(of(&dataset, "#/llm?device=none").groups, []);
    let one = of(&dataset, &format!("#/llm?metric={TTFT}"));
    assert_eq!(one.columns.len(), 1);
    assert_eq!(of(&dataset, "#/llm").columns.len(), 2);
}

#[test]
fn a_confirmed_change_is_held_against_the_level_before_it() {
    let dataset = history(&[("llama", "rate=4", TTFT, &step(100.0, 110.0))]);
    let table = of(&dataset, "#/llm");
    let Cell::Shown(shown) = &table.groups[0].tests[0].cells[0] else { panic!("{table:?}") };
    assert_eq!(shown.against, Against::Worse);
    assert!(shown.words.starts_with("confirmed"), "{}", shown.words);
    assert!((shown.base.expect("a level") - 100.2).abs() < 0.1, "{shown:?}");
    let mean = table.means[0].expect("a mean");
    assert_eq!((mean.mean.count, mean.against), (1, Against::Worse));
}

#[test]
fn a_tail_that_no_gate_judges_is_held_against_the_level_before_its_change_too() {
    let dataset = history(&[("llama", "rate=4", "ttft_p99_ms", &step(100.0, 130.0))]);
    let table = of(&dataset, "#/llm");
    let shown = table.groups[0].tests[0].cells[0].shown().expect("a value");
    assert_eq!(shown.against, Against::Worse);
    assert!(shown.words.starts_with("confirmed"), "{}", shown.words);
    assert!((shown.base.expect("a level") - 100.2).abs() < 0.2, "{shown:?}");
}

#[test]
fn what_scatters_as_it_did_is_no_change() {
    let dataset = history(&[("llama", "rate=4", TTFT, &step(100.0, 100.0))]);
    let table = of(&dataset, "#/llm");
    let shown = table.groups[0].tests[0].cells[0].shown().expect("a value");
    assert_eq!(shown.against, Against::WithinNoise);
    assert_eq!(table.means[0].map(|mean| mean.against), Some(Against::WithinNoise));
}

#[test]
fn two_commits_are_held_against_each_other() {
    let dataset = history(&[("llama", "rate=4", TTFT, &step(100.0, 110.0))]);
    let commit = |at: i64| format!("{at:040x}");
    let table = of(&dataset, &format!("#/llm?a={}&b={}", commit(45), commit(35)));
    let shown = table.groups[0].tests[0].cells[0].shown().expect("a value");
    assert_eq!(shown.against, Against::Better);
    assert!((shown.change().expect("a change") + 0.0909).abs() < 1e-3, "{shown:?}");
}

#[test]
fn two_commits_of_one_level_differ_by_noise_only() {
    let dataset = history(&[("llama", "rate=4", TTFT, &step(100.0, 110.0))]);
    for (a, b) in [(25, 29), (42, 44)] {
        let table = of(&dataset, &format!("#/llm?a={a:040x}&b={b:040x}"));
        let shown = table.groups[0].tests[0].cells[0].shown().expect("a value");
        assert_eq!(shown.against, Against::WithinNoise, "{a} and {b}: {shown:?}");
        assert_ne!(shown.change(), Some(0.0));
    }
}

#[test]
fn a_commit_that_nobody_ran_is_named() {
    let dataset = history(&[("llama", "rate=4", TTFT, &[1.0])]);
    let query = Query::parse("#/llm?a=deadbeef99");
    let sides = Sides::of(&query, &dataset, &commits::candidates(&dataset));
    assert_eq!(sides.unknown, ["deadbeef99"]);
}

#[test]
fn few_runs_say_nothing_of_what_no_gate_judges() {
    let dataset = history(&[("llama", "rate=4", "ttft_p99_ms", &[100.0, 100.0, 130.0])]);
    let table = of(&dataset, "#/llm");
    let shown = table.groups[0].tests[0].cells[0].shown().expect("a value");
    assert_eq!((shown.against, shown.base), (Against::Unknown, Some(100.0)));
    let gated = history(&[("llama", "rate=4", TTFT, &[100.0, 100.0, 130.0])]);
    let table = of(&gated, "#/llm");
    assert_eq!(table.groups[0].tests[0].cells[0].shown().map(|s| s.against), Some(Against::Worse));
}

#[test]
fn a_file_has_a_row_for_each_value() {
    let dataset = history(&[
        ("llama", "rate=4", TTFT, &[100.0, 130.0]),
        ("llama", "rate=8", TTFT, &[100.0, 100.0]),
    ]);
    let table = of(&dataset, "#/llm");
    let sheet = sheet(&table);
    assert_eq!(sheet.rows.len(), 2);
    assert_eq!(sheet.rows[0][9], "0.3");
    let text = markdown(&table, "https://host/#/llm");
    assert!(text.contains("| 4 requests/s") || text.contains("4 requests/s |"), "{text}");
    assert!(text.ends_with("https://host/#/llm\n"), "{text}");
}
