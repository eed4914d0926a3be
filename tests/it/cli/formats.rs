//! The published formats: their schemas and examples are those of the code.

use std::{fs, path::Path};

use serde_json::json;

use crate::support::workspace::Workspace;

/// The formats of files that programs read, by their names for `bench-runner schema`.
pub const FORMATS: [&str; 11] = [
    "raw-record",
    "findings",
    "webhook",
    "head-header",
    "head-list",
    "head-series",
    "page-header",
    "series-header",
    "series-columns",
    "event",
    "summary",
];

/// Compares with a committed file, or writes it where `UPDATE_FORMATS` is set.
pub fn assert_committed(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_FORMATS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == text,
        "{} is not what the code writes; run `UPDATE_FORMATS=1 cargo test -p bench-tests formats` and \
         review the difference",
        path.display()
    );
}

#[test]
fn the_schemas_are_those_of_the_types() {
    let workspace = Workspace::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benchmarks/schema");
    for format in FORMATS {
        let finished = workspace.run(&["schema", format]);
        assert_eq!(finished.code, 0, "{format}: {}", finished.stderr);
        assert_committed(&folder.join(format!("{format}.schema.json")), &finished.stdout);
    }
}

#[test]
fn the_index_example_is_what_the_code_writes() {
    let workspace = Workspace::new();
    for day in 1..=7 {
        let latency = if day == 7 { 31.0 } else { 28.0 + f64::from(day) / 10.0 };
        let record = json!({
            "model_id": "wan-t2v-1.3b", "timestamp": format!("2026-05-{day:02}T22:00:00+00:00"),
            "commit_sha": format!("{day:040x}"), "gpu_type": "NVIDIA L40S", "latency": latency,
            "throughput": 1.6, "memory": 10840.0, "text_encoder_time_s": 2.1, "dit_time_s": 8.4,
            "vae_decode_time_s": null, "success": true
        });
        workspace.write_json(&format!("history/wan-t2v-1.3b/2026-05-{day:02}.json"), &record);
    }
    assert_eq!(workspace.run(&["index"]).code, 0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/index");
    assert_committed(&folder.join("head.ndjson"), &workspace.read("history/index/v1/head.ndjson"));
    let series = workspace.only("history/index/v1/series", ".ndjson");
    assert_committed(&folder.join("series.ndjson"), &series);
}

#[test]
fn the_example_of_a_head_with_pages_is_what_the_code_writes() {
    let workspace = Workspace::new();
    for (at, day) in (0..62).flat_map(|at| [(at, 1), (at, 2)]) {
        let record = json!({
            "model_id": "wan-t2v-1.3b", "timestamp": format!("2026-05-{day:02}T22:00:00+00:00"),
            "commit_sha": format!("{day:040x}"), "gpu_type": format!("GPU {at}"), "success": true,
            "latency": 28.0 - f64::from(at * day) / 100.0, "throughput": 1.6, "memory": 10840.0,
        });
        workspace.write_json(&format!("history/wan/{at}-{day}.json"), &record);
    }
    assert_eq!(workspace.run(&["index"]).code, 0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/index");
    let head = workspace.read("history/index/v1/head.ndjson");
    let [header, list] = [0, 1].map(|at| head.lines().nth(at).unwrap());
    assert_committed(&folder.join("head-with-pages.ndjson"), &format!("{header}\n{list}\n"));
    let page = workspace.only("history/index/v1/head", ".ndjson");
    assert_committed(&folder.join("page.ndjson"), &page);
    assert_eq!((head.lines().count(), page.lines().count()), (2 + 60, 1 + 2));
}
