//! Variants: named wherever series would read alike, and where one series mixes them.

use serde_json::{Value, json};

use crate::{
    publish::folder::put_site,
    support::builders::{record, with},
    support::workspace::Workspace,
};

/// A record of one workload with a whole identity.
fn identified(day: u32, variant: &str, software: &str) -> Value {
    let commit = format!("{day:039x}{}", variant.len() % 10);
    let identity = json!({
        "workload_id": "wan", "variant_id": variant, "benchmark_version": 1,
        "recipe_fingerprint": "a".repeat(64), "hardware_profile_id": "hw-1",
        "software_profile_id": software, "commit_sha": commit,
    });
    with(record("wan", day), &identity)
}

fn published(records: &[Value]) -> Workspace {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    for (index, record) in records.iter().enumerate() {
        workspace.write_json(&format!("history/wan/{index}.json"), record);
    }
    workspace.run(&["publish", "--site", "site"]).expect(0);
    workspace
}

fn json_of(workspace: &Workspace, path: &str) -> Value {
    serde_json::from_str(&workspace.read(path)).unwrap()
}

/// Three series of one benchmark and GPU: two variants, one of them on two software profiles.
fn alike() -> Workspace {
    let slow = |value: Value| with(value, &json!({"latency": 20.0}));
    published(&[
        identified(1, "bf16", "sw-1"),
        slow(identified(2, "bf16", "sw-1")),
        identified(1, "fp8", "sw-1"),
        slow(identified(2, "fp8", "sw-1")),
        identified(1, "fp8", "sw-2"),
        slow(identified(2, "fp8", "sw-2")),
    ])
}

#[test]
fn what_is_published_names_the_variant_of_each_series_and_what_else_tells_it_apart() {
    let workspace = alike();
    let summary = json_of(&workspace, "dist/summary.json");
    let series = summary["series"].as_array().unwrap();
    let mut names: Vec<(&str, &str)> = series
        .iter()
        .map(|s| (s["variant"].as_str().unwrap(), s["apart"].as_str().unwrap_or_default()))
        .collect();
    names.sort_unstable();
    let expected =
        [("bf16", ""), ("fp8", "software profile sw-1"), ("fp8", "software profile sw-2")];
    assert_eq!(names, expected);
    let table = workspace.read("dist/latest.html");
    assert!(table.contains("<th scope=\"col\">Variant</th>"), "{table}");
    for cell in ["<td>bf16</td>", "<td>fp8 · software profile sw-1</td>"] {
        assert!(table.contains(cell), "{cell} in {table}");
    }
}

#[test]
fn feed_and_badges_name_the_variant_where_two_series_would_read_alike() {
    let workspace = alike();
    let feed = workspace.read("dist/feed.xml");
    for title in [
        "regression: wan on NVIDIA L40S (bf16), latency worse</title>",
        "regression: wan on NVIDIA L40S (fp8, software profile sw-2), latency worse</title>",
    ] {
        assert!(feed.contains(title), "{title} in {feed}");
    }
    let label = |workspace: &Workspace, of: &dyn Fn(&Value) -> bool| {
        let summary = json_of(workspace, "dist/summary.json");
        let series = summary["series"].as_array().unwrap().iter();
        let key = series.clone().find(|series| of(series)).unwrap()["key"].clone();
        let badge = format!("dist/badges/{}.json", key.as_str().unwrap());
        json_of(workspace, &badge)["label"].clone()
    };
    let bf16 = label(&workspace, &|series| series["variant"] == "bf16");
    assert_eq!(bf16, "wan · NVIDIA L40S · bf16");
    let alone = published(&[identified(1, "bf16", "sw-1")]);
    assert_eq!(label(&alone, &|_| true), "wan · NVIDIA L40S", "nothing else goes by that name");
}

#[test]
fn metrics_that_fail_no_gate_make_no_entry_of_the_feed() {
    let of = |day, spread| {
        with(
            record("wan", day),
            &json!({"latency_std_s": spread, "commit_sha": format!("{day:040x}")}),
        )
    };
    let workspace = published(&[of(1, 1.0), of(2, 0.1), of(3, 5.0)]);
    let feed = workspace.read("dist/feed.xml");
    assert_eq!(feed.matches("<entry>").count(), 0, "{feed}");
}

/// A record of a variant whose identity lacks the recipe and the profiles.
fn partial(day: u32, variant: &str) -> Value {
    with(record("wan", day), &json!({"workload_id": "wan", "variant_id": variant}))
}

#[test]
fn an_index_tells_which_series_mix_variants_and_why() {
    let workspace = published(&[partial(1, "bf16"), partial(2, "fp8"), partial(3, "int8")]);
    let told = workspace.run(&["index"]).expect(0).stdout;
    assert!(
        told.contains("wan on NVIDIA L40S: 3 variants are mixed here: bf16, fp8, int8"),
        "{told}"
    );
    assert!(told.contains("lacks benchmark_version, recipe_fingerprint"), "{told}");
    let counts = workspace.run(&["index", "--json"]).expect(0).json();
    assert_eq!(counts["mixed"][0]["mixes"][0], "3 variants are mixed here: bf16, fp8, int8");
    let summary = json_of(&workspace, "dist/summary.json");
    assert_eq!(summary["series"][0]["variant"], Value::Null);
    assert_eq!(summary["series"][0]["mixes"][0], "3 variants are mixed here: bf16, fp8, int8");
    let table = workspace.read("dist/latest.html");
    assert!(table.contains("3 variants are mixed here"), "{table}");
}

#[test]
fn a_series_that_no_longer_mixes_variants_is_no_longer_said_to() {
    let workspace = published(&[partial(1, "bf16"), partial(2, "bf16"), partial(3, "fp8")]);
    assert!(workspace.run(&["index"]).expect(0).stdout.contains("2 variants are mixed here"));
    workspace.write_json("history/wan/2.json", &identified(3, "fp8", "sw-1"));
    let told = workspace.run(&["index"]).expect(0).stdout;
    assert!(!told.contains("mixed"), "{told}");
    assert!(told.contains("3 records in 2 series"), "{told}");
}

#[test]
fn records_of_one_variant_mix_nothing_and_their_series_goes_by_it() {
    let workspace = published(&[partial(1, "bf16"), partial(2, "bf16")]);
    assert!(!workspace.run(&["index"]).expect(0).stdout.contains("mixed"));
    let summary = json_of(&workspace, "dist/summary.json");
    assert_eq!(summary["series"][0]["variant"], "bf16");
    assert_eq!(summary["series"][0].get("mixes"), None);
}
