//! The official Python client against the stand-in, unchanged: what it accepts, ours may rely on.

use serde_json::{Value, json};

use super::{DATASET, Setting, TOKEN};
use crate::{support::builders::result, support::python};

#[test]
fn the_official_client_runs_against_the_stand_in_and_reads_what_we_wrote() {
    let Some(python) = python::with(&["huggingface_hub"]) else { return };
    let setting = Setting::new();
    setting.store(&[result("wan", 1)]).expect(0);
    setting.hub.behave(|behaviour| behaviour.page_size = 2);
    let (endpoint, home) =
        (setting.hub.endpoint(), setting.workspace.path("home").display().to_string());
    let variables = [
        ("HF_ENDPOINT", endpoint.as_str()),
        ("HF_TOKEN", TOKEN),
        ("HF_HOME", &home),
        ("HF_HUB_DISABLE_XET", "1"),
        ("HF_HUB_DISABLE_TELEMETRY", "1"),
        ("HF_HUB_DISABLE_PROGRESS_BARS", "1"),
    ];
    let said =
        python.run_with(include_str!("../../python/official_client.py"), &[DATASET], &variables);
    let said: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(said["whoami"], "tester");
    assert_eq!(said["records_of_ours"], 1);
    assert_eq!(said["snapshot"], json!(["m/a.json", "m/b.json"]));
    assert_eq!(
        (&said["stale"], &said["missing"]),
        (&json!(412), &json!("RemoteEntryNotFoundError"))
    );
    assert_eq!(said["parquet_bytes"], 5008);
    // and ours reads what it wrote
    let synced = setting.run(&["sync", "--json"]).expect(0).json();
    assert_eq!(synced["fetched"], 2, "{synced}");
}
