//! The search for the highest rate.

use serde_json::{Value, json};

use super::support::{chat, load, server};
use crate::support::workspace::Workspace;

#[test]
fn a_search_writes_its_probes_and_says_what_it_could_not_settle() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    let options = [
        "--search",
        "ttft_p99_ms<=5000,success>=0.99",
        "--search-start-rate",
        "40",
        "--search-requests",
        "20",
        "--search-seconds",
        "0.5",
        "--search-probes",
        "2",
        "--random-input-len",
        "4",
        "--label",
        "nightly",
        "--result",
        "s.json",
    ];
    let said = load(&workspace, &double, &options);
    assert_eq!(said.code, 3, "{}{}", said.stdout, said.stderr);
    let file: Value = serde_json::from_str(&workspace.read("s.json")).unwrap();
    assert_eq!(file["model_id"], json!("m"));
    assert_eq!(file["label"], json!("nightly"));
    // it says what it measured as the result of a test does
    assert_eq!(
        (&file["backend"], &file["dataset_name"]),
        (&json!("openai-chat"), &json!("random"))
    );
    assert_eq!(file["slo"], "ttft_p99_ms<=5000,success>=0.99");
    assert!(file["date"].is_string() && file.get("request_rate").is_none(), "{file}");
    assert!(file["search"]["conclusion"]["outcome"].is_string(), "{file}");
    // a capacity is kept of a search that was resolved, and of no other
    let is_resolved = file["search"]["conclusion"]["outcome"] == "resolved";
    assert_eq!(file["metrics"]["capacity_rps"].is_number(), is_resolved, "{file}");
    assert!(said.stdout.contains("chat of m at"), "{}", said.stdout);
    assert!(said.stderr.contains("probe: 40.000 requests/s offered"), "{}", said.stderr);
}

#[test]
fn what_a_search_sets_itself_is_refused_beside_it() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    let trace = ["--dataset-name", "azure", "--dataset-path", "trace.csv"];
    for (options, said) in [
        (&trace[..], "--dataset-name azure is a trace, which has its own times"),
        (&["--num-prompts", "3"], "cannot be used with"),
        (&["--trace-speed", "3"], "cannot be used with"),
    ] {
        let options = [&["--search", "success>=0.9"], options].concat();
        let finished = load(&workspace, &double, &options);
        assert_eq!(finished.code, 2, "{}{}", finished.stdout, finished.stderr);
        assert!(finished.stderr.contains(said), "{}", finished.stderr);
    }
}
