//! What goes wrong between here and the Hub, and what is left when it has.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{DATASET, STORE, Setting};
use crate::support::{
    builders::{record, result},
    waiting::wait_until,
};

fn commits_sent(setting: &Setting) -> Vec<u16> {
    let log = setting.requests().into_iter();
    let commits = log.filter(|logged| logged.target.contains("/commit/"));
    commits.map(|logged| logged.status).collect()
}

#[test]
fn a_job_that_cannot_be_sent_waits_and_push_sends_it() {
    let setting = Setting::new();
    let wrong = [("HF_TOKEN", "hf_wrong")];
    setting.workspace.put_results(&[result("wan", 1)]);
    setting.hub.behave(|behaviour| behaviour.folder_limit = 0);
    let args = ["compare", "--persist", "always", "--store", STORE];
    let finished = setting.run_with(&args, &[]).expect(3);
    assert!(finished.stderr.contains("too many files"), "{}", finished.stderr);
    assert!(finished.stderr.contains("`bench-runner push` sends it"), "{}", finished.stderr);
    assert!(setting.workspace.judged()["stored_as"].is_string());
    assert_eq!(setting.listed()[0]["records"], 1, "what waits counts here already");

    setting.hub.behave(|behaviour| behaviour.folder_limit = 10_000);
    let refused = setting.run_with(&["push", "--store", STORE], &wrong).expect(3);
    assert!(refused.stderr.contains("401"), "{}", refused.stderr);
    let pushed = setting.run(&["push"]).expect(0);
    assert_eq!(pushed.stdout, format!("1 jobs sent to {STORE}, 0 wait on\n"));
    assert_eq!(setting.records().len(), 1);
    assert_eq!(
        setting.run(&["push"]).expect(0).stdout,
        format!("0 jobs sent to {STORE}, 0 wait on\n")
    );
}

#[test]
fn a_folder_of_ten_thousand_entries_takes_no_more() {
    let setting = Setting::new();
    setting.store(&[result("wan", 1)]).expect(0);
    let folder = setting.records()[0].rsplit_once('/').unwrap().0.to_owned();
    let notes: Vec<String> = (1..=9_998).map(|note| format!("{folder}/{note}.txt")).collect();
    let notes: Vec<(&str, &[u8])> = notes.iter().map(|path| (path.as_str(), &b"x"[..])).collect();
    setting.hub.put(DATASET, &notes);
    setting.store(&[result("sana", 1)]).expect(0);
    let refused = setting.store(&[result("flux", 1)]).expect(3);
    let words = format!("\"{folder}\" has 10001, the limit is 10000");
    assert!(refused.stderr.contains(&words), "{}", refused.stderr);
    setting.hub.delete(DATASET, &[notes[0].0]);
    setting.run(&["push"]).expect(0);
    assert_eq!(setting.records().len(), 3);
}

#[test]
fn a_pause_that_the_hub_asks_for_is_kept_and_told() {
    for says_retry_after in [true, false] {
        let setting = Setting::new();
        setting.put("wan/a.json", &record("wan", 1));
        setting.hub.behave(|behaviour| {
            (behaviour.reads_left, behaviour.retry_after_s) = (Some(0), 2);
            behaviour.says_retry_after = says_retry_after;
        });
        let is_refused = || setting.requests().iter().any(|logged| logged.status == 429);
        let (finished, paused) = thread::scope(|scope| {
            let sync = scope.spawn(|| setting.run(&["sync"]));
            wait_until("a refusal", is_refused);
            let refused = Instant::now();
            setting.hub.behave(|behaviour| behaviour.reads_left = None);
            (sync.join().unwrap().expect(0), refused.elapsed())
        });
        assert!(paused > Duration::from_millis(1_900), "asked again after {paused:?}");
        let told = "the Hub asks to wait for 2 s; going on after that";
        assert_eq!(finished.stderr.matches(told).count(), 1, "{}", finished.stderr);
    }
}

#[test]
fn after_a_failure_that_landed_nothing_is_sent_again() {
    let setting = Setting::new();
    // all commits fail, the first roll of this seed after landing
    setting.hub.behave(|behaviour| behaviour.commit_failures = 0.999);
    for day in 1..=6 {
        setting.store(&[result("wan", day)]).expect(0);
    }
    let sent = commits_sent(&setting);
    let landed = sent.iter().filter(|status| matches!(status, 500 | 504 | 200)).count();
    assert_eq!(landed, 6, "{sent:?}: what had landed was sent again");
    assert!(sent.contains(&429), "{sent:?}");
    assert_eq!(setting.records().len(), 6);
}

#[test]
fn a_head_that_lags_behind_costs_a_resend_at_most() {
    let setting = Setting::new();
    setting.hub.behave(|behaviour| {
        behaviour.commit_failures = 0.5;
        behaviour.head_lag = Duration::from_millis(1500);
    });
    for day in 1..=4 {
        setting.store(&[result("wan", day)]).expect(0);
    }
    assert_eq!(setting.records().len(), 4);
    assert_eq!(setting.hub.commits(DATASET).len(), 5, "sending again changes nothing");
    assert_eq!(setting.listed()[0]["records"], 4, "what is not listed yet is not taken for gone");
}

#[test]
fn a_commit_that_is_in_the_way_is_waited_for() {
    let setting = Setting::new();
    setting.hub.behave(|behaviour| behaviour.commit_time = Duration::from_millis(300));
    let runs: Vec<_> = (1..=4_u32)
        .map(|day| {
            let other = Setting {
                hub: hub_double::Hub::start(Default::default(), 1).unwrap(),
                ..Setting::new()
            };
            other.workspace.put_results(&[result("wan", day)]);
            let mut command =
                other.workspace.command(&["compare", "--persist", "always", "--store", STORE]);
            command.envs(setting.variables());
            command.env("PERFORMANCE_TRACKING_ROOT", other.workspace.path("copy"));
            command.stdout(std::process::Stdio::null());
            (command.spawn().unwrap(), other)
        })
        .collect();
    for (mut child, _other) in runs {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(setting.records().len(), 4);
}

#[test]
fn lines_of_two_jobs_meet_and_both_stay() {
    let setting = Setting::new();
    setting.store(&[result("wan", 1)]).expect(0);
    setting.hub.behave(|behaviour| {
        behaviour.commit_failures = 0.4;
        behaviour.head_lag = Duration::from_millis(300);
    });
    for text in ["one", "two", "three"] {
        setting.run(&["annotate", "0123456", "--text", text]).expect(0);
    }
    let events = String::from_utf8(setting.hub.files(DATASET)["events.ndjson"].clone()).unwrap();
    assert_eq!(events.lines().count(), 3, "{events}");
}
