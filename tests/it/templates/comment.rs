//! `templates/github/performance-comment.yml`: the comment of a pull request, against a stand-in for
//! GitHub's API.

use serde_json::{Value, json};

use super::{file, github::CiJob, project, put_program};
use crate::{
    dataset::Setting,
    support::workspace::{Finished, has_program},
};

const HEAD: &str = "github.event.workflow_run.head_repository.owner.login";
const BRANCH: &str = "github.event.workflow_run.head_branch";
const SHA: &str = "github.event.workflow_run.head_sha";
const REPORT: &str = "<!-- bench-runner:comment -->\n## Performance: no regression\n";

/// `gh api`, as far as the template uses it: what it asks for is answered from files, what it sends
/// is kept.
const GH: &str = r#"#!/usr/bin/env bash
set -eu
[ "$1" = api ]; shift
method=GET; filter=.; query=
while [ $# -gt 0 ]; do
  case "$1" in
    --method) method=$2; shift ;;
    --jq) filter=$2; shift ;;
    -f) query="$query&$2"; shift ;;
    --field) body=${2#body=@}; shift ;;
    --paginate|--silent) ;;
    *) path=$1 ;;
  esac
  shift
done
echo "$method $path$query" >> requests
case "$method $path" in
  "GET repos/owner/name/pulls") jq --raw-output "$filter" pulls.json ;;
  "GET repos/owner/name/issues/7/comments"*) jq --raw-output "$filter" comments.json ;;
  "POST repos/owner/name/issues/7/comments") cp "$body" sent ;;
  "PATCH repos/owner/name/issues/comments/"*) cp "$body" sent ;;
  *) echo "unexpected: $method $path" >&2; exit 1 ;;
esac
"#;

/// A finished run of a pull request that left this comment.
fn setting(report: &str) -> Setting {
    let setting = project();
    let workspace = &setting.workspace;
    put_program(workspace, "gh", GH);
    workspace.write("reports/comment.md", report);
    let pulls = json!([
        {"number": 6, "head": {"sha": "b".repeat(40)}},
        {"number": 7, "head": {"sha": "a".repeat(40)}},
    ]);
    workspace.write_json("pulls.json", &pulls);
    workspace.write_json("comments.json", &json!([]));
    setting
}

fn comment(setting: &Setting, branch: &str) -> Finished {
    let event = vec![("GITHUB_REPOSITORY", "owner/name".to_owned())];
    let job = CiJob::new(setting, "github/performance-comment.yml", "comment", event);
    let sha = "a".repeat(40);
    let known =
        [("github.token", "ghs_x"), (HEAD, "stranger"), (BRANCH, branch), (SHA, sha.as_str())];
    job.run("Write the comment, or the one of before anew", &known)
}

fn requests(setting: &Setting) -> Vec<String> {
    setting.workspace.read("requests").lines().map(str::to_owned).collect()
}

/// It stands in for gh's own.
fn has_jq() -> bool {
    has_program("jq")
}

#[test]
fn the_first_run_writes_a_comment() {
    if !has_jq() {
        return;
    }
    let setting = setting(REPORT);
    comment(&setting, "feature").expect(0);
    assert_eq!(setting.workspace.read("sent"), REPORT);
    assert_eq!(
        requests(&setting),
        [
            "GET repos/owner/name/pulls&state=open&head=stranger:feature",
            "GET repos/owner/name/issues/7/comments?per_page=100",
            "POST repos/owner/name/issues/7/comments",
        ]
    );
}

#[test]
fn a_later_run_writes_its_own_comment_anew_and_nobody_elses() {
    if !has_jq() {
        return;
    }
    let setting = setting(REPORT);
    let by = |login: &str, id: u32, body: &str| json!({"id": id, "user": {"login": login}, "body": body});
    let bot = "github-actions[bot]";
    let comments: Value = json!([
        by("stranger", 1, REPORT),
        by(bot, 2, "hello"),
        by(bot, 3, REPORT),
        by(bot, 4, REPORT)
    ]);
    setting.workspace.write_json("comments.json", &comments);
    comment(&setting, "feature").expect(0);
    assert_eq!(requests(&setting)[2], "PATCH repos/owner/name/issues/comments/3");
}

#[test]
fn nothing_is_written_where_the_pull_request_has_moved_on_or_nothing_was_measured() {
    if !has_jq() {
        return;
    }
    let setting = setting(REPORT);
    setting.workspace.write_json("pulls.json", &json!([]));
    let said = comment(&setting, "feature").expect(0).stdout;
    assert!(said.contains("no open pull request has this commit as its newest"), "{said}");
    std::fs::remove_dir_all(setting.workspace.path("reports")).unwrap();
    let said = comment(&setting, "feature").expect(0).stdout;
    assert!(said.contains("no comment among the reports of this run"), "{said}");
    assert_eq!(requests(&setting).len(), 1);
}

#[test]
fn what_a_stranger_wrote_is_no_mention_no_command_and_no_endless_text() {
    if !has_jq() {
        return;
    }
    let evil = format!("{REPORT}@everyone $(touch owned) `touch owned`\n{}", "é".repeat(60_000));
    let setting = setting(&evil);
    comment(&setting, "$(touch owned)`touch owned`;touch owned").expect(0);
    let sent = setting.workspace.read("sent");
    assert!(!sent.contains('@') && sent.len() <= 60_000, "{} bytes", sent.len());
    assert!(!setting.workspace.path("owned").exists());
}

#[test]
fn a_file_without_the_marker_is_refused() {
    let setting = setting("## anything\n");
    let finished = comment(&setting, "feature");
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    assert!(finished.stdout.contains("is no comment of bench-runner"), "{}", finished.stdout);
    assert!(!setting.workspace.path("sent").exists());
}

#[test]
fn the_job_that_may_write_runs_nothing_of_the_pull_request() {
    let workflow = file::read("github/performance-comment.yml");
    assert_eq!(workflow["permissions"], json!({}));
    let steps = workflow["jobs"]["comment"]["steps"].as_array().unwrap();
    let uses: Vec<&str> = steps.iter().filter_map(|step| step["uses"].as_str()).collect();
    assert!(uses.iter().all(|action| action.starts_with("actions/download-artifact@")), "{uses:?}");
    let workflows = workflow["on"]["workflow_run"]["workflows"].as_array().unwrap();
    assert_eq!(workflows[0], file::read("github/performance.yml")["name"]);
}
