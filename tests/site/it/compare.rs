//! Two side by side: commits, devices and variants, with what differs and by how much.

use serde_json::json;
use site_tests::{
    history::{History, NEWEST, steady},
    session::{Session, Window},
};

use crate::support::{DATA, Page, open, serve};

/// Two benchmarks on two devices, the second twice as fast in both; a third on the first alone.
fn devices() -> History {
    History::default()
        .series("wan-t2v", "L40S", &steady(10.0, 20, 10.0))
        .series("wan-t2v", "H100", &steady(5.0, 20, 5.0))
        .series("flux-dev", "L40S", &steady(6.0, 20, 6.0))
        .series("flux-dev", "H100", &steady(3.0, 20, 3.0))
        .series("sd-turbo", "L40S", &steady(1.0, 20, 1.0))
}

fn compared(history: &History, query: &str) -> Page {
    let page = open(history, &format!("#/compare?{query}"));
    page.wait_for("Both ran");
    page
}

/// Cells of the line of a table whose heading begins with `table` and that begins with `line`.
fn line(page: &Page, table: &str, line: &str) -> Vec<String> {
    let found = page.run(&format!(
        "const table = [...document.querySelectorAll('main table')].find(t => \
             t.caption.textContent.startsWith({table}));
         const row = [...table.querySelectorAll('tbody tr')].find(r => r.textContent.startsWith({line}));
         return [...row.cells].map(cell => cell.textContent.replaceAll('\\u202f', ' '));",
        table = json!(table),
        line = json!(line),
    ));
    let cells = found.as_array().cloned().unwrap_or_default();
    cells.iter().map(|cell| cell.as_str().unwrap_or_default().to_owned()).collect()
}

fn open_details(session: &Session) {
    let open = "document.querySelectorAll('main details').forEach(d => d.open = true)";
    session.run(open, &[]).expect("a page");
}

#[test]
fn devices_stand_side_by_side_with_the_mean_over_what_both_ran() {
    let page = compared(&devices(), "by=device&a=L40S&b=H100&metric=latency");
    page.wait_for("Both ran 2 series; only A 1, only B 0.");
    let mean = line(&page, "The ratio of each metric", "Latency");
    assert!(mean[1].starts_with("0.500"), "{mean:?}");
    assert_eq!(mean[3..6], ["better", "0", "2"], "{mean:?}");
    for (benchmark, a, b) in [("wan-t2v", "10.0", "5.0"), ("flux-dev", "6.0", "3.0")] {
        let cells = line(&page, "Latency", benchmark);
        assert!(cells[1].starts_with(a) && cells[2].starts_with(b), "{cells:?}");
        assert!(cells.iter().any(|cell| cell == "0.500"), "{cells:?}");
    }
    open_details(&page.session);
    page.wait_for("sd-turbo");
}

#[test]
fn swapped_sides_turn_better_into_worse_and_stand_in_the_address() {
    let page = compared(&devices(), "by=device&a=L40S&b=H100&metric=latency");
    page.click("//button[.='Swap A and B']");
    page.wait("/a=H100&b=L40S/.test(location.hash)");
    let mean = line(&page, "The ratio of each metric", "Latency");
    assert!(mean[1].starts_with("2.00") && mean[3] == "worse", "{mean:?}");
}

#[test]
fn variants_stand_side_by_side_with_what_their_recipes_differ_in() {
    let mut history = History::default();
    for (variant, latency) in [("bf16", 8.0), ("fp8", 6.0)] {
        for day in 0..8 {
            let time = bench_records::time::Micros(NEWEST.0 - day * 86_400_000_000);
            history = history.record(json!({
                "model_id": "wan-t2v", "gpu_type": "L40S", "timestamp": time.to_iso(),
                "commit_sha": format!("{:040x}", 0xabc_u64 + day as u64), "latency": latency,
                "success": true, "workload_id": "wan", "variant_id": variant,
                "benchmark_version": 1, "recipe_fingerprint": format!("recipe-of-{variant}"),
                "hardware_profile_id": "l40s", "software_profile_id": "torch",
            }));
        }
    }
    let page = compared(&history, "by=variant&a=bf16&b=fp8");
    let cells = line(&page, "Latency", "wan-t2v");
    assert!(cells.iter().any(|cell| cell == "0.750"), "{cells:?}");
    let recipe = line(&page, "Fields of the identity", "recipe_fingerprint");
    assert_eq!(recipe[1..3], ["recipe-of-bf16", "recipe-of-fp8"], "{recipe:?}");
}

/// Eight nights of a variant of a workload, in a benchmark of its own, the newest with an id.
fn variant_of(mut history: History, variant: &str, latency: f64) -> History {
    for day in (0..8_i64).rev() {
        let time = bench_records::time::Micros(NEWEST.0 - day * 86_400_000_000);
        history = history.record(json!({
            "model_id": format!("wan-{variant}"), "gpu_type": "L40S", "timestamp": time.to_iso(),
            "commit_sha": format!("{:040x}", 0xabc + day), "latency": latency, "success": true,
            "id": format!("01JV{variant}{day}"), "workload_id": "wan", "variant_id": variant,
            "benchmark_version": 1, "recipe_fingerprint": format!("recipe-of-{variant}"),
            "hardware_profile_id": "l40s", "software_profile_id": "torch",
        }));
    }
    history
}

/// The first line of a run's file, as it is written beside its record.
fn raw_of(variant: &str, steps: u32) -> String {
    let header = json!({ "benchmark_id": format!("wan-{variant}"), "recipe": {
        "benchmark": { "workload_id": "wan", "variant_id": variant },
        "init_kwargs": { "dit_precision": variant, "num_gpus": 1 },
        "generation_kwargs": { "num_inference_steps": steps },
    }});
    format!("{header}\n{}\n", json!({ "phase": "clean", "latency_s": 2.0 }))
}

#[test]
fn variants_in_benchmarks_of_their_own_are_paired_by_workload_with_the_fields_of_their_recipes() {
    let history = variant_of(variant_of(History::default(), "fp32", 8.0), "bf16", 6.0);
    let server = serve(&history);
    for variant in ["fp32", "bf16"] {
        let path = format!("{DATA}raw/2026-05/09/01JV{variant}0.ndjson");
        server.put(&path, raw_of(variant, 8));
    }
    let page = Page::of(server, "#/compare?by=variant&a=fp32&b=bf16", Window::default());
    page.wait_for("Both ran 1 series; only A 0, only B 0.");
    let cells = line(&page, "Latency", "wan-fp32 → wan-bf16");
    assert!(cells.iter().any(|cell| cell == "0.750"), "{cells:?}");
    page.wait_for("Fields of the recipe");
    let fields = line(&page, "Fields of the recipe", "init_kwargs dit_precision");
    assert_eq!(fields[1..], ["fp32", "bf16", "1 of 1"], "{fields:?}");
    assert!(!page.text().contains("num_inference_steps"), "it is the same on both sides");
}

#[test]
fn recipes_that_no_file_has_are_said_to_be_unknown() {
    let history = variant_of(variant_of(History::default(), "fp32", 8.0), "bf16", 6.0);
    let page = compared(&history, "by=variant&a=fp32&b=bf16");
    page.wait_for("For 1 of 1 pair with different recipes, only the fingerprints are known");
}

#[test]
fn two_commits_show_what_the_second_made_worse() {
    let history = History::small();
    let commit = |days: i64| {
        let seconds = NEWEST.0 as u64 / 1_000_000 - days as u64 * 86_400;
        format!("{:040x}", 0xc0_ffee + seconds)
    };
    let page = compared(&history, &format!("a={}&b={}", commit(1), commit(0)));
    page.wait_for("Both ran 3 series");
    let cells = line(&page, "Latency", "wan-t2v");
    assert!(cells.iter().any(|cell| cell == "+24.6 %"), "{cells:?}");
    assert_eq!(cells.last().map(String::as_str), Some("worse"), "{cells:?}");
    let href = page.run("return document.querySelector('main a[target=_blank]').href");
    let range = format!("https://example.com/repository/compare/{}...{}", commit(1), commit(0));
    assert_eq!(href, json!(range));
}

#[test]
fn one_device_alone_cannot_be_compared_and_says_so() {
    let history = History::default().series("wan-t2v", "L40S", &steady(10.0, 20, 10.0));
    let page = open(&history, "#/compare?by=device");
    page.wait_for("This history has 1 device, and a comparison needs two.");
}
