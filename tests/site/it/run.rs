//! The page of a run: its judgement, its trials, its stages, and the command that makes it again; and
//! its trials as dots in the charts of its series.

use serde_json::{Value, json};
use site_tests::{
    history::{History, NEWEST},
    session::Window,
};

use crate::support::{DATA, Page, serve};

const ID: &str = "01JV0000000000000000000001";

/// Eight records, the newest of which has an id and a file of trials.
pub fn history() -> History {
    let mut history = History::default();
    for day in (0..8_i64).rev() {
        let time = bench_records::time::Micros(NEWEST.0 - day * 86_400_000_000);
        let mut record = json!({
            "model_id": "wan-t2v", "gpu_type": "L40S", "timestamp": time.to_iso(),
            "commit_sha": format!("{:040x}", 0xabc + day), "latency": 10.0, "memory": 20_000.0,
            "text_encoder_time_s": 1.0, "dit_time_s": 7.0, "vae_decode_time_s": 2.0, "success": true,
        });
        if day == 0 {
            record["id"] = json!(ID);
        }
        history = history.record(record);
    }
    history
}

/// A warm-up, seven clean trials around 10 s, one discarded, one with stages.
pub fn trials() -> String {
    let header = json!({
        "benchmark_id": "wan-t2v", "pipeline": "wan", "stopping_rule": "stable",
        "device": "L40S", "environment": { "cpu": "EPYC 9354", "is_dirty": true },
    });
    let clean = [9.7, 9.8, 9.9, 10.0, 10.1, 10.2, 10.4];
    let clean =
        clean.map(|s| json!({ "phase": "clean", "latency_s": s, "peak_memory_mb": 20_000.0 }));
    let more = [
        json!({ "phase": "clean", "latency_s": 99.0, "discard_reason": "thermal throttling" }),
        json!({ "phase": "instrumented", "latency_s": 10.0,
            "stages": { "text_encoder": 1.0, "denoise": 7.0, "vae_decode": 1.5 },
            "step_times_s": [2.0, 1.0, 1.0] }),
    ];
    let warmup = json!({ "phase": "warmup", "latency_s": 30.0 });
    let lines = [header, warmup].into_iter().chain(clean).chain(more);
    lines.map(|line: Value| line.to_string() + "\n").collect()
}

fn opened(with_trials: bool, hash: impl Fn(&str) -> String) -> Page {
    let history = history();
    let server = serve(&history);
    if with_trials {
        server.put(&format!("{DATA}raw/2026-05/09/{ID}.ndjson"), trials());
    }
    Page::of(server, &hash(&history.key("wan-t2v", "L40S")), Window::default())
}

fn run(with_trials: bool) -> Page {
    opened(with_trials, |key| format!("#/run/{key}/{ID}"))
}

/// The page's text with plain spaces.
fn words(page: &Page) -> String {
    page.text().replace('\u{202f}', " ")
}

#[test]
fn a_run_is_held_against_the_records_before_it() {
    let page = run(true);
    page.wait_for("Judged 5 of 5 gated metrics against the median of 5 records before it");
    page.wait_for("Run 8 of 8");
}

#[test]
fn the_ends_of_the_distribution_stand_below_their_dots() {
    let page = run(true);
    page.wait_for("Distribution of the latency");
    let apart = page.run(
        "const box = e => e.getBoundingClientRect();
         const strip = box(document.querySelector('main .strip.plot'));
         const dots = [...document.querySelectorAll('main .strip.plot .dot')].map(box);
         const middles = dots.map(dot => (dot.left + dot.right) / 2);
         const [left, right] = [...document.querySelectorAll('main .ends span')].map(box);
         return [left.left - Math.min(...middles), right.right - Math.max(...middles), strip.width];",
    );
    let pixels: Vec<f64> =
        apart.as_array().expect("three").iter().filter_map(Value::as_f64).collect();
    assert!(pixels[0].abs() < 2.0 && pixels[1].abs() < 2.0, "{pixels:?}");
    assert!(pixels[2] > 1000.0, "the strip is wider than a paragraph of text: {pixels:?}");
}

#[test]
fn the_distribution_leaves_out_warm_up_and_discarded_trials() {
    let page = run(true);
    page.wait_for("Distribution of the latency");
    let words = words(&page);
    assert!(words.contains("clean trials\n7") || words.contains("clean trials 7"), "{words}");
    let label =
        page.run("return document.querySelector('main .strip.plot').getAttribute('aria-label')");
    let label = label.as_str().unwrap_or_default().replace('\u{202f}', " ");
    assert_eq!(label, "7 clean trials from 9.700 s to 10.40 s, median 10.00 s");
    assert!(words.contains("needs 29, has 7"), "{words}");
    assert!(words.contains("thermal throttling"), "{words}");
}

#[test]
fn stages_and_what_is_outside_of_them_add_up_to_the_trial() {
    let page = run(true);
    page.wait_for("outside the stages");
    let words = words(&page);
    for share in ["10.0 %", "70.0 %", "15.0 %", "5.0 %"] {
        assert!(words.contains(share), "{share} in {words}");
    }
    assert!(words.contains("the first is 2.00 times as long"), "{words}");
}

#[test]
fn a_run_says_where_it_was_made_and_how_to_make_it_again() {
    let page = run(true);
    page.wait_for("bench-runner run --only=wan-t2v");
    page.wait_for(&format!("git checkout {:040x}", 0xabc));
    page.wait_for("uncommitted changes");
    page.wait_for("EPYC 9354");
    page.wait_for("the median of its clean trials was stable");
}

#[test]
fn a_run_without_its_trials_says_so_and_shows_the_rest() {
    let page = run(false);
    page.wait_for("The trials of this run are not in this history.");
    page.wait_for("Judged 5 of 5 gated metrics");
}

#[test]
fn a_run_that_is_not_there_says_so() {
    let page = opened(true, |key| format!("#/run/{key}/nothere"));
    page.wait_for("This series has no record nothere.");
}

#[test]
fn single_trials_are_dots_of_a_chart_once_they_are_asked_for() {
    let page = opened(true, |key| format!("#/series/{key}?metric=latency"));
    let label = "document.querySelector('main figure canvas')?.getAttribute('aria-label')";
    page.wait(label);
    assert!(!page.run(&format!("return {label}")).to_string().contains("trials"));
    page.click("//*[@aria-label='Trials']//button[.='dots']");
    page.wait(&format!("{label}.includes('7 single trials')"));
    page.wait("location.hash.includes('trials=1')");
}
