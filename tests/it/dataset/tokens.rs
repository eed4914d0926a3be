//! The token: which one counts, and that it shows nowhere.

use super::{STORE, Setting, TOKEN};
use crate::{
    support::builders::{record, result},
    support::workspace::Finished,
};

const ORDER: [&str; 4] =
    ["HF_API_KEY", "HUGGINGFACE_HUB_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN"];

#[test]
fn the_first_variable_that_is_set_counts() {
    let setting = Setting::new();
    setting.hub.behave(|behaviour| behaviour.is_private = true);
    for (index, first) in ORDER.iter().enumerate() {
        let mut variables: Vec<(&str, &str)> =
            ORDER[..index].iter().map(|name| (*name, " ")).collect();
        variables.push((first, TOKEN));
        variables.extend(ORDER[index + 1..].iter().map(|name| (*name, "hf_wrong")));
        let code = setting.run_with(&["sync", "--store", STORE], &variables).code;
        assert_eq!(code, 0, "{first}");
        variables[index].1 = "hf_wrong";
        setting.run_with(&["sync", "--store", STORE], &variables).expect(3);
    }
}

#[test]
fn the_token_shows_in_no_output_error_or_file() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    let mut finished: Vec<Finished> = Vec::new();
    let mut run = |args: &[&str], variables: &[(&str, &str)]| {
        finished.push(setting.run_with(&[args, &["--store", STORE]].concat(), variables));
    };
    setting.workspace.put_results(&[result("wan", 2)]);
    run(&["compare", "--persist", "always"], &[]);
    run(&["index"], &[]);
    run(&["annotate", "0123456", "--text", "t"], &[]);
    run(&["exclude", "0123456", "--reason", "r"], &[]);
    run(&["compact", "--json"], &[("BENCH_RUNNER_NOW", "2025-07-02T00:00:00Z")]);
    run(&["reseed", "reports/results", "--reason", "r", "--yes"], &[]);
    run(&["publish", "--out", "dist"], &[]);
    run(&["sync", "--json"], &[("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace")]);
    run(&["history"], &[("HF_ENDPOINT", "http://127.0.0.1:1")]);
    run(&["history"], &[("HF_ENDPOINT", &format!("http://{TOKEN}@127.0.0.1:1"))]);
    run(&["history"], &[("HF_TOKEN", &format!("{TOKEN}\n{TOKEN}"))]);
    run(&["history"], &[("HF_TOKEN", &format!("{TOKEN} é"))]);
    setting.hub.behave(|behaviour| behaviour.token = "hf_another".to_owned());
    setting.workspace.put_results(&[result("wan", 3)]);
    run(
        &["compare", "--persist", "always"],
        &[("PERFORMANCE_TRACKING_SYNC_REUSE_TTL_SECONDS", "9")],
    );
    run(&["push"], &[]);
    setting.hub.behave(|behaviour| behaviour.commit_failures = 1.0);
    run(&["push"], &[]);
    let panics = crate::run::trials::fake("panics", &serde_json::json!({"fails": "panic"}));
    setting.workspace.write_json("benchmarks/panics.json", &panics);
    run(&["gate", "--persist", "always"], &[("RUST_BACKTRACE", "full")]);
    assert!(finished.last().is_some_and(|last| last.stderr.contains("panicked")));
    assert!(finished.iter().any(|finished| finished.code != 0));
    for Finished { stdout, stderr, .. } in &finished {
        assert!(!stdout.contains(TOKEN) && !stderr.contains(TOKEN), "{stdout}\n{stderr}");
    }
    for path in setting.workspace.files(".") {
        let bytes = std::fs::read(setting.workspace.path(&path)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "{path}");
    }
    for (path, bytes) in setting.hub.files(super::DATASET) {
        assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "{path}");
    }
}
