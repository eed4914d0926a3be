//! `exclude` and `annotate`: what people say of records.

use serde_json::{Value, json};

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::Workspace,
};

/// A stored record of the series `wan`, with its path and its id.
fn stored() -> (Workspace, String, String) {
    let workspace = Workspace::new();
    workspace.compare(&[result("wan", 1)]).expect(0);
    let path = workspace.records().remove(0);
    let id = path.rsplit('-').next().unwrap().trim_end_matches(".json").to_owned();
    (workspace, path, id)
}

fn counts(workspace: &Workspace) -> bool {
    workspace.compare_with(&[timed("wan", 2, 10.0)], &["--persist", "never"]).expect(0);
    workspace.judged()["verdict"] == "pass"
}

fn exclude(workspace: &Workspace, record: &str, args: &[&str]) -> String {
    let args = [&["exclude", record, "--reason", "throttled"], args].concat();
    workspace.run(&args).expect(0).stdout
}

fn events(workspace: &Workspace) -> Vec<Value> {
    let text = workspace.read("history/events.ndjson");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_excluded_record_leaves_the_baseline_until_that_is_undone() {
    let (workspace, path, id) = stored();
    for name in [&id, &path] {
        assert!(counts(&workspace));
        let said = exclude(&workspace, name, &[]);
        assert_eq!(said, format!("{name} of wan enters no baseline\n"));
        assert!(!counts(&workspace), "{name}");
        let shown = workspace.run(&["history", "wan", "--json"]).expect(0).json();
        assert_eq!(shown[0]["runs"][0]["note"], "excluded");
        exclude(&workspace, name, &["--undo"]);
        assert!(counts(&workspace), "{name}");
    }
    assert_eq!(events(&workspace).len(), 4);
    workspace.run(&["index", "--rebuild"]).expect(0);
    assert!(counts(&workspace));
}

#[test]
fn an_exclusion_survives_a_rebuild_and_a_second_comparison() {
    let (workspace, _, id) = stored();
    exclude(&workspace, &id, &[]);
    workspace.run(&["index", "--rebuild"]).expect(0);
    assert!(!counts(&workspace));
    workspace.compare(&[result("wan", 1)]).expect(0);
    assert!(!counts(&workspace));
}

#[test]
fn what_was_excluded_by_path_is_let_in_again_by_id() {
    let (workspace, path, id) = stored();
    exclude(&workspace, &path, &[]);
    let said = exclude(&workspace, &id, &["--undo"]);
    assert!(said.contains("counts again"), "{said}");
    assert!(counts(&workspace));
}

#[test]
fn an_event_is_found_by_an_index_that_was_up_to_date() {
    let (workspace, _, id) = stored();
    workspace.run(&["index"]).expect(0);
    let line = format!(
        "{{\"event\":\"exclude\",\"record\":\"{id}\",\"reason\":\"by hand\",\"at\":\"2025-05-01\"}}\n"
    );
    workspace.write("history/events.ndjson", &line);
    assert!(!counts(&workspace));
    std::fs::remove_file(workspace.path("history/events.ndjson")).unwrap();
    assert!(counts(&workspace));
}

#[test]
fn words_are_put_to_records_and_commits() {
    let (workspace, path, id) = stored();
    for subject in [path.as_str(), &id, "0123456"] {
        let said = workspace.run(&["annotate", subject, "--text", "torch 2.12"]).expect(0).stdout;
        assert_eq!(said, format!("noted at {subject}: torch 2.12\n"));
    }
    let drawn = workspace.run(&["history", "wan"]).expect(0).stdout;
    assert!(drawn.contains("torch 2.12; "), "{drawn}");
    let events = events(&workspace);
    assert_eq!((events.len(), &events[0]["event"]), (3, &"annotate".into()));
}

/// Id of a record of `wan` whose memory rose, that has no text encoder time, and is stored after [`stored`].
fn regressed(workspace: &Workspace) -> String {
    let fields = json!({"max_peak_memory_mb": 1200.0, "text_encoder_time_s": null});
    workspace.compare(&[with(result("wan", 2), &fields)]).expect(1);
    let path = workspace.records().pop().unwrap();
    path.rsplit('-').next().unwrap().trim_end_matches(".json").to_owned()
}

#[test]
fn a_finding_is_acknowledged_with_its_reason() {
    let (workspace, _, _) = stored();
    let id = regressed(&workspace);
    for metric in ["memory", "text_encoder_time_s"] {
        let args = ["annotate", &id, "--acknowledge", metric, "--text", "larger cache"];
        let said = workspace.run(&args).expect(0);
        assert_eq!(said.stdout, format!("acknowledged {metric} of {id}: larger cache\n"));
        assert_eq!(said.stderr, "");
    }
    let drawn = workspace.run(&["history", "wan"]).expect(0).stdout;
    assert!(drawn.contains("memory acknowledged: larger cache"), "{drawn}");
    let events = events(&workspace);
    assert_eq!((events.len(), &events[0]["event"]), (2, &"acknowledge".into()));
    let named = (&events[0]["series"], &events[0]["metric"]);
    assert_eq!(named, (&"8a984266b916".into(), &"memory".into()));
}

#[test]
fn what_does_not_fail_or_was_not_measured_cannot_be_acknowledged() {
    let (workspace, _, sound) = stored();
    let failing = regressed(&workspace);
    for (id, metric, named) in [
        (&sound, "memory", "is within its limit, and no other metric of it fails"),
        (&sound, "ttft_p50_ms", "ttft_p50_ms was not measured in"),
        (&failing, "latency", "is within its limit; what fails is memory, text_encoder_time_s"),
        (&failing, "tokens_per_s", "was not measured in"),
    ] {
        let args = ["annotate", id, "--acknowledge", metric, "--text", "wanted"];
        let said = workspace.run(&args).expect(2).stderr;
        assert!(said.contains(named) && said.contains("nothing was stored"), "{said}");
    }
    assert!(!workspace.path("history/events.ndjson").exists());
}

#[test]
fn a_record_that_failed_by_a_static_limit_can_be_acknowledged() {
    let (workspace, _, _) = stored();
    let limits = json!({"thresholds": {"max_generation_time_s": 5.0, "max_peak_memory_mb": 9e9}});
    workspace.compare(&[with(result("wan", 2), &limits)]).expect(1);
    let path = workspace.records().pop().unwrap();
    let args = ["annotate", &path, "--acknowledge", "latency", "--text", "a slower model, wanted"];
    workspace.run(&args).expect(0);
}

#[test]
fn a_record_is_let_in_again_without_a_reason() {
    let (workspace, _, id) = stored();
    exclude(&workspace, &id, &[]);
    workspace.run(&["exclude", &id, "--undo"]).expect(0);
    assert!(counts(&workspace));
    let drawn = workspace.run(&["history", "wan"]).expect(0).stdout;
    assert!(drawn.contains("let in again") && !drawn.contains("let in again:"), "{drawn}");
}

#[test]
fn the_beginning_of_an_id_names_its_record_and_saying_it_twice_changes_nothing() {
    let (workspace, _, id) = stored();
    let said = exclude(&workspace, &id[..12], &[]);
    assert!(said.ends_with("of wan enters no baseline\n"), "{said}");
    let again = exclude(&workspace, &id, &[]);
    assert_eq!(again, format!("{id} of wan is excluded already; nothing was changed\n"));
    assert_eq!(events(&workspace).len(), 1);
    exclude(&workspace, &id, &["--undo"]);
    let again = exclude(&workspace, &id, &["--undo"]);
    assert!(again.contains("is not excluded; nothing was changed"), "{again}");
    assert_eq!(events(&workspace).len(), 2);
    let noted = ["annotate", "0123456", "--series", "8a98", "--text", "torch"];
    workspace.run(&noted).expect(0);
    assert_eq!(events(&workspace)[2]["series"], "8a984266b916");
}

#[test]
fn records_metrics_and_series_that_are_unknown_are_usage_errors() {
    let (workspace, _, id) = stored();
    for (args, named) in [
        (&["exclude", "nobody", "--reason", "r"][..], "no record \"nobody\""),
        (&["exclude", "nobody", "--reason", "r", "--undo"], "no record \"nobody\""),
        (&["annotate", "nobody", "--text", "t"], "no record \"nobody\""),
        (&["annotate", "012345", "--text", "t"], "no record \"012345\""),
        (&["annotate", &id, "--text", "t", "--acknowledge", "speed"], "\"speed\" is no metric"),
        (&["annotate", "nobody", "--text", "t", "--acknowledge", "memory"], "no record"),
        (&["annotate", &id, "--text", "t", "--series", "nothing"], "no series \"nothing\""),
        (&["exclude", &id], "--reason"),
        (
            &["exclude", &id[..7], "--reason", "r"],
            "is too short to name a record by its id; give 8",
        ),
        (&["exclude", &id[..1], "--undo"], "give 8 characters or more"),
        (&["exclude", &id, "--reason", " "], "expected words"),
        (&["annotate", &id, "--text", ""], "expected words"),
        (&["annotate", "deadbee", "--text", "t"], "none of such a commit"),
        (&["exclude", "0123456", "--reason", "r"], "is a commit, of which there may be several"),
    ] {
        let stderr = workspace.run(args).expect(2).stderr;
        assert!(stderr.contains(named), "{args:?}: {stderr}");
    }
    assert!(!workspace.path("history/events.ndjson").exists());
}

#[test]
fn an_acknowledgement_of_a_record_of_no_series_is_refused() {
    let (workspace, _, _) = stored();
    workspace.put_records(&[record("sana", 1)]);
    let series = ["--series", "8a984266b916", "--acknowledge", "memory", "--text", "t"];
    for subject in ["nobody", workspace.records().last().unwrap()] {
        let finished = workspace.run(&[&["annotate", subject], &series[..]].concat());
        assert_eq!(finished.code, 2, "{subject}: {}", finished.stdout);
    }
}

#[test]
fn a_change_of_level_is_acknowledged_by_its_commit_within_its_series() {
    let workspace = Workspace::new();
    for day in 0..48 {
        let level = if day < 40 { 10.0 } else { 11.0 };
        let time = format!("2026-{:02}-{:02}T22:00:00+00:00", 4 + day / 28, 1 + day % 28);
        let record = json!({
            "model_id": "wan", "timestamp": time, "commit_sha": format!("{day:040x}"),
            "gpu_type": "L40S", "latency": level + f64::from(day * 7 % 5) * 0.01, "success": true
        });
        workspace.write_json(&format!("history/wan/{day:02}.json"), &record);
    }
    workspace.run(&["index"]).expect(0);
    let head = workspace.read("history/index/v1/head.ndjson");
    let line: Value = serde_json::from_str(head.lines().nth(1).unwrap()).unwrap();
    let key = line["key"].as_str().unwrap();
    assert_eq!(line["levels"]["state"], "confirmed");
    let [changed, other] = [format!("{:040x}", 40), format!("{:040x}", 12)];
    let at = |commit: &str| {
        let args = ["annotate", commit, "--acknowledge", "latency", "--text", "wanted"];
        workspace.run(&[&args[..], &["--series", key]].concat())
    };
    let said = at(&changed).expect(0);
    assert_eq!(said.stdout, format!("acknowledged latency of {changed}: wanted\n"));
    let events = events(&workspace);
    assert_eq!((&events[0]["record"], &events[0]["series"]), (&"wan/40.json".into(), &key.into()));
    let refused = at(&other).expect(2);
    assert!(refused.stderr.contains("is a commit"), "{}", refused.stderr);
    // it needs nobody any more, in head, list and drawing
    let head = workspace.read("history/index/v1/head.ndjson");
    let line: Value = serde_json::from_str(head.lines().nth(1).unwrap()).unwrap();
    assert_eq!(line["levels"]["state"], "pass");
    let listed = workspace.run(&["history", "--json"]).expect(0).json();
    assert_eq!(listed[0]["state"], "pass");
    assert!(listed[0]["change"].as_str().unwrap().ends_with("; acknowledged"), "{listed}");
}
