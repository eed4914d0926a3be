//! When the templates' jobs and steps run: what `docs/ci.md` says of them, evaluated as the CI
//! systems do.

use serde_json::{Value, json};

use super::{
    expression::{Before, filled_in, runs},
    file,
};

const PERFORMANCE: &str = "github/performance.yml";

/// What GitHub says of a pull request's event.
fn pull_request(action: &str, set: &str, labels: &[&str], from: &str) -> Value {
    let labels: Vec<Value> = labels.iter().map(|name| json!({"name": name})).collect();
    json!({"github": {
        "event_name": "pull_request", "ref": "refs/pull/7/merge", "repository": "owner/name",
        "run_id": 99,
        "event": {
            "action": action, "label": {"name": set},
            "pull_request": {
                "number": 7, "labels": labels, "head": {"repo": {"full_name": from}}
            }
        }
    }})
}

/// A schedule or a person on main.
fn on_main(event: &str) -> Value {
    json!({"github": {"event_name": event, "ref": "refs/heads/main", "repository": "owner/name"}})
}

/// An event in a job whose other jobs and steps came out so.
fn with(mut event: Value, contexts: &Value) -> Value {
    for (name, context) in contexts.as_object().unwrap() {
        event[name] = context.clone();
    }
    event
}

#[test]
fn main_is_measured_every_four_hours_or_by_hand_and_never_by_a_push() {
    let workflow = file::read(PERFORMANCE);
    let events: Vec<&String> = workflow["on"].as_object().unwrap().keys().collect();
    assert_eq!(events, ["pull_request", "schedule", "workflow_dispatch"]);
    let cron = workflow["on"]["schedule"][0]["cron"].as_str().unwrap();
    assert_eq!(cron.split(' ').skip(1).collect::<Vec<_>>(), ["*/4", "*", "*", "*"]);
    for event in ["schedule", "workflow_dispatch"] {
        let plan = &workflow["jobs"]["plan"]["if"];
        assert!(runs(plan, &on_main(event), Before::Succeeded), "{event}");
    }
}

#[test]
fn a_pull_request_is_measured_with_the_label_and_a_forks_only_when_it_is_set() {
    let workflow = file::read(PERFORMANCE);
    let types = workflow["on"]["pull_request"]["types"].as_array().unwrap();
    let (own, fork, label) = ("owner/name", "stranger/name", "performance");
    for (action, set, labels, from, expected) in [
        ("opened", "", &[] as &[&str], own, false),
        ("labeled", label, &[label], own, true),
        ("synchronize", "", &[label, "docs"], own, true),
        ("reopened", "", &[label], own, true),
        ("labeled", "docs", &[label, "docs"], own, false),
        ("labeled", label, &[label], fork, true),
        ("synchronize", "", &[label], fork, false),
        ("opened", "", &[label], fork, false),
        ("labeled", "docs", &[label, "docs"], fork, false),
    ] {
        assert!(types.contains(&json!(action)), "{action}");
        let event = pull_request(action, set, labels, from);
        let is_planned = runs(&workflow["jobs"]["plan"]["if"], &event, Before::Succeeded);
        assert_eq!(is_planned, expected, "{action} {set} {labels:?} {from}");
    }
}

#[test]
fn a_push_ends_the_measurement_before_it_and_another_label_does_not() {
    let concurrency = file::read(PERFORMANCE)["concurrency"].clone();
    let of = |field: &str, event: &Value| filled_in(concurrency[field].as_str().unwrap(), event);
    let pushed = pull_request("synchronize", "", &["performance"], "owner/name");
    let labelled = pull_request("labeled", "docs", &["performance", "docs"], "owner/name");
    let set = pull_request("labeled", "performance", &["performance"], "owner/name");
    assert_eq!(of("group", &pushed), of("group", &set));
    assert_ne!(of("group", &pushed), of("group", &labelled));
    assert_ne!(of("group", &pushed), of("group", &on_main("schedule")));
    assert_eq!(of("cancel-in-progress", &pushed), "true");
    assert_eq!(of("cancel-in-progress", &on_main("schedule")), "false");
}

#[test]
fn each_gpu_measures_each_part_and_a_failed_one_stops_no_other() {
    let measure = file::read(PERFORMANCE)["jobs"]["measure"].clone();
    let strategy = &measure["strategy"];
    assert_eq!(strategy["fail-fast"], false);
    let gpus = strategy["matrix"]["gpu"].as_array().unwrap();
    assert!(gpus.len() > 1, "{gpus:?}");
    let on = |gpu: &Value| {
        filled_in(measure["runs-on"].as_str().unwrap(), &json!({"matrix": {"gpu": gpu}}))
    };
    assert_eq!(gpus.iter().map(on).collect::<Vec<_>>(), ["gpu-l40s", "gpu-h100"]);
    assert_complete(&strategy["matrix"]["shard"]);
    let kept = file::step(&file::read(PERFORMANCE), "measure", "Keep the results");
    assert!(runs(&kept["if"], &Value::Null, Before::Failed), "what was measured before a failure");
    let pipeline = file::read("buildkite/performance.yml");
    assert_complete(&pipeline["steps"][0]["matrix"]["setup"]["shard"]);
}

/// Every part of the suite once.
fn assert_complete(shards: &Value) {
    let shards = shards.as_array().unwrap();
    let expected: Vec<Value> =
        (1..=shards.len()).map(|part| json!(format!("{part}/{}", shards.len()))).collect();
    assert_eq!(*shards, expected);
}

#[test]
fn main_keeps_and_publishes_whatever_the_gate_says() {
    let workflow = file::read(PERFORMANCE);
    let measured = json!({"needs": {"plan": {"outputs": {"measure": "true"}}}});
    let main = with(on_main("schedule"), &measured);
    let judge = &workflow["jobs"]["judge"]["if"];
    assert!(runs(judge, &main, Before::Failed), "a part of the suite failed");
    assert!(!runs(judge, &main, Before::Cancelled));
    let step = |name: &str| file::step(&workflow, "judge", name);
    let token = step("Judge; on main also keep the records")["env"]["HF_TOKEN"].clone();
    let secret = |event: &Value| {
        filled_in(
            token.as_str().unwrap(),
            &with(event.clone(), &json!({"secrets": {"HF_TOKEN": "s"}})),
        )
    };
    let request = pull_request("labeled", "performance", &["performance"], "owner/name");
    assert_eq!((secret(&main), secret(&request)), ("s".to_owned(), String::new()));
    let asks = &step("Ask where the dashboard will be")["if"];
    assert!(runs(asks, &main, Before::Failed) && !runs(asks, &request, Before::Succeeded));
    let outcomes =
        json!({"steps": {"pages": {"outcome": "success"}, "site": {"outcome": "success"}}});
    for name in ["Keep the reports", "Make the dashboard", "Keep the dashboard"] {
        let known = with(main.clone(), &outcomes);
        assert!(runs(&step(name)["if"], &known, Before::Failed), "{name}");
    }
    let site = json!({"needs": {"judge": {"outputs": {"site": "success"}}}});
    let deploy = &workflow["jobs"]["deploy"]["if"];
    assert!(runs(deploy, &with(on_main("schedule"), &site), Before::Failed));
    assert!(!runs(deploy, &with(request, &json!({"needs": {"judge": {}}})), Before::Succeeded));
}

#[test]
fn a_finished_measurement_of_a_pull_request_is_commented_on_and_no_other() {
    let workflow = file::read("github/performance-comment.yml");
    assert_eq!(workflow["on"]["workflow_run"]["types"], json!(["completed"]));
    let condition = &workflow["jobs"]["comment"]["if"];
    for (event, conclusion, expected) in [
        ("pull_request", "success", true),
        ("pull_request", "failure", true),
        ("pull_request", "cancelled", false),
        ("schedule", "failure", false),
    ] {
        let run = json!({"event": event, "conclusion": conclusion});
        let known = json!({"github": {"event": {"workflow_run": run}}});
        assert_eq!(runs(condition, &known, Before::Succeeded), expected, "{event} {conclusion}");
    }
}

#[test]
fn the_space_follows_main_even_where_the_gate_failed_and_no_pull_request() {
    let workflow = file::read("github/performance-space.yml");
    let on = &workflow["on"]["workflow_run"];
    assert_eq!((&on["branches"], &on["types"]), (&json!(["main"]), &json!(["completed"])));
    assert_eq!(on["workflows"][0], file::read(PERFORMANCE)["name"]);
    let condition = &workflow["jobs"]["publish"]["if"];
    for (event, expected) in [("schedule", true), ("pull_request", false)] {
        let run = json!({"event": event, "conclusion": "failure"});
        let known = json!({"github": {"event": {"workflow_run": run}}});
        assert_eq!(runs(condition, &known, Before::Succeeded), expected, "{event}");
    }
}

#[test]
fn months_are_compacted_once_a_month_one_job_at_a_time() {
    let workflow = file::read("github/performance-compact.yml");
    let cron = workflow["on"]["schedule"][0]["cron"].as_str().unwrap();
    assert_eq!(cron.split(' ').skip(2).collect::<Vec<_>>(), ["2", "*", "*"], "after it is over");
    assert_eq!(workflow["concurrency"], json!({"group": "performance-compact"}));
}

#[test]
fn buildkite_judges_and_publishes_after_failures_and_on_main_only() {
    let pipeline = file::read("buildkite/performance.yml");
    let waits =
        pipeline["steps"].as_array().unwrap().iter().filter(|step| step.get("wait").is_some());
    assert!(waits.clone().all(|step| step["continue_on_failure"] == true) && waits.count() == 1);
    for label in ["publish", "compact past months"] {
        let step = file::labelled(&pipeline, label);
        assert_eq!(
            step["depends_on"],
            json!([{"step": "judge", "allow_failure": true}]),
            "{label}"
        );
        assert!(step["if"].as_str().unwrap().starts_with("build.branch == \"main\""), "{label}");
    }
    let plan = file::labelled(&file::read("buildkite/pipeline.yml"), "plan");
    let condition =
        "build.branch == \"main\" || build.pull_request.labels includes \"performance\"";
    assert_eq!(plan["if"], condition);
}
