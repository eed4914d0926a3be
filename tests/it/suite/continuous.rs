//! A schedule: what a device has measured of a commit is not measured again.

use serde_json::json;

use super::{COMMIT, Suites};

const OLDER: &str = "1111111111111111111111111111111111111111";

#[test]
fn a_second_run_at_one_commit_measures_nothing() {
    let suites = Suites::new();
    suites.put_all();
    let args = ["--store", "history", "--skip-measured"];
    suites.run_vllm(&args, &[]).expect(0);
    let calls = suites.calls().len();
    let finished = suites.run_vllm(&args, &[]).expect(0);
    assert!(finished.stderr.contains("5 results of 3f2c1ab"), "{}", finished.stderr);
    assert!(finished.stderr.contains("nothing to measure"), "{}", finished.stderr);
    assert_eq!((suites.calls().len(), suites.workspace.records().len()), (calls, 5));
}

#[test]
fn a_test_that_was_changed_is_measured_again_and_another_device_measures_all() {
    let suites = Suites::new();
    suites.put("serving.json", &json!([suites.serving("serving_a", &json!({}), &json!({}))]));
    let variables = [("SERVING_JSON", "serving.json")];
    let args = ["--only", "serving", "--store", "history", "--skip-measured"];
    suites.run_vllm(&args, &variables).expect(0);
    suites.put(
        "serving.json",
        &json!([suites.serving("serving_a", &json!({}), &json!({"random-output-len": 5}))]),
    );
    suites.run_vllm(&args, &variables).expect(0);
    assert_eq!(suites.workspace.records().len(), 4);
    suites.run_vllm(&[&args[..], &["--gpu", "Another"]].concat(), &variables).expect(0);
    assert_eq!(suites.workspace.records().len(), 6);
}

#[test]
fn the_oldest_commit_that_lacks_a_result_is_next() {
    let suites = Suites::new();
    suites.put_all();
    suites.workspace.write("commits.txt", &format!("{COMMIT}\n{OLDER} an older one\n"));
    let next = ["--store", "history", "--next-commit", "commits.txt"];
    assert_eq!(suites.run_vllm(&next, &[]).expect(0).stdout, format!("{OLDER}\n"));
    suites.run_vllm(&["--store", "history", "--commit", OLDER, "--skip-measured"], &[]).expect(0);
    assert_eq!(suites.run_vllm(&next, &[]).expect(0).stdout, format!("{COMMIT}\n"));
    suites.run_vllm(&["--store", "history", "--skip-measured"], &[]).expect(0);
    let finished = suites.run_vllm(&next, &[]).expect(0);
    assert_eq!(
        (finished.stdout.as_str(), finished.stderr.contains("2 commits measured completely")),
        ("", true)
    );
    let finished = suites.run_vllm(&["--next-commit", "no.txt"], &[]).expect(2);
    assert!(finished.stderr.contains("no.txt"), "{}", finished.stderr);
}

#[test]
fn a_regression_is_not_measured_again() {
    let suites = Suites::new();
    suites.put("serving.json", &json!([suites.serving("serving_a", &json!({}), &json!({}))]));
    let on = |commit: &str, date: &str, slower: &str| {
        let date = format!("{date}-101500");
        let variables = [
            ("SERVING_JSON", "serving.json"),
            ("DOUBLE_DATE", date.as_str()),
            ("DOUBLE_SLOWER", slower),
        ];
        let args =
            ["--only", "serving", "--store", "history", "--skip-measured", "--commit", commit];
        suites.run_vllm(&args, &variables)
    };
    for (day, commit) in ["1", "2", "3", "4", "5"].iter().enumerate() {
        on(&commit.repeat(40), &format!("2026081{day}"), "1").expect(0);
    }
    on(COMMIT, "20260816", "2").expect(1);
    let calls = suites.calls().len();
    let finished = on(COMMIT, "20260817", "2").expect(0);
    assert!(finished.stderr.contains("nothing to measure"), "{}", finished.stderr);
    assert_eq!(suites.calls().len(), calls);
}
