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
        "--result",
        "s.json",
    ];
    let said = load(&workspace, &double, &options);
    assert_eq!(said.code, 3, "{}{}", said.stdout, said.stderr);
    let file: Value = serde_json::from_str(&workspace.read("s.json")).unwrap();
    assert_eq!(file["model_id"], json!("m"));
    assert!(file["search"]["conclusion"]["outcome"].is_string(), "{file}");
    assert!(said.stdout.contains("chat of m at"), "{}", said.stdout);
    assert!(said.stderr.contains("probe: 40.000 requests/s offered"), "{}", said.stderr);
}
