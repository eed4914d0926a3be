//! What no linter asks of a template: pinned actions, few permissions, no text spliced into scripts.

use serde_json::Value;

use super::file;

fn workflows() -> Vec<(String, Value)> {
    let names = file::names("github");
    assert!(names.len() >= 4, "{names:?}");
    names.into_iter().map(|name| (name.clone(), file::read(&name))).collect()
}

fn steps(workflow: &Value) -> Vec<&Value> {
    let jobs = workflow["jobs"].as_object().unwrap().values();
    jobs.flat_map(|job| job["steps"].as_array().unwrap()).collect()
}

#[test]
fn every_action_is_pinned_to_a_commit() {
    for (name, workflow) in workflows() {
        for action in steps(&workflow).iter().filter_map(|step| step["uses"].as_str()) {
            let commit = action.split_once('@').map_or("", |(_, commit)| commit);
            let is_commit =
                commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit, "{name}: {action}");
        }
    }
}

#[test]
fn no_expression_stands_in_a_script() {
    for (name, workflow) in workflows() {
        for script in steps(&workflow).iter().filter_map(|step| step["run"].as_str()) {
            assert!(!script.contains("${{"), "{name}: {script}");
        }
    }
}

#[test]
fn every_workflow_states_its_permissions_and_every_job_its_time() {
    for (name, workflow) in workflows() {
        let permissions = workflow["permissions"].as_object().unwrap();
        assert!(permissions.values().all(|access| access == "read"), "{name}: {permissions:?}");
        for (job, definition) in workflow["jobs"].as_object().unwrap() {
            assert!(definition["timeout-minutes"].is_number(), "{name}: {job}");
        }
    }
}

#[test]
fn no_job_that_runs_a_pull_requests_code_is_given_a_secret() {
    let workflow = file::read("github/performance.yml");
    for job in ["plan", "measure"] {
        assert!(!workflow["jobs"][job].to_string().contains("secrets"), "{job}");
    }
}

#[test]
fn what_is_to_be_set_is_the_same_in_all_workflows() {
    let variables = |workflow: &Value, name: &str| workflow["env"][name].clone();
    let all = workflows();
    for name in ["STORE", "BENCH_RUNNER_URL", "BENCH_RUNNER_SHA256"] {
        let mut values: Vec<Value> = all.iter().map(|(_, w)| variables(w, name)).collect();
        values.retain(|value| !value.is_null());
        values.dedup();
        assert_eq!(values.len(), 1, "{name}: {values:?}");
    }
}
