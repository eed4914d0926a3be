//! Many writers at once, a Hub that fails now and then, and a head that lags behind.

use std::{
    collections::HashMap,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use hub_double::Behaviour;
use serde_json::Value;

use super::{DATASET, STORE, Setting};
use crate::{support::builders::timed, support::workspace::Workspace};

/// What one set of writers does.
struct Load {
    writers: usize,
    /// Jobs of each writer, one commit each.
    jobs: usize,
    /// Records of each job.
    records: usize,
    kills: Kills,
}

#[derive(PartialEq)]
enum Kills {
    Never,
    AtRandom,
}

fn unsteady() -> Behaviour {
    Behaviour {
        commit_time: Duration::from_millis(40),
        commit_failures: 0.1,
        head_lag: Duration::from_millis(500),
        retry_after_s: 0,
        ..Behaviour::default()
    }
}

/// Results that no other job has.
fn results(load: &Load, writer: usize, job: usize) -> Vec<Value> {
    (0..load.records)
        .map(|record| {
            let number = (writer * load.jobs + job) * load.records + record;
            timed(&format!("wan-{writer}"), 1 + (job % 28) as u32, 10.0 + number as f64 / 1e6)
        })
        .collect()
}

/// Runs a job until it ends by itself; says how often it was killed before.
fn run_job(setting: &Setting, workspace: &Workspace, load: &Load, roll: &mut u64) -> usize {
    let mut kills = 0;
    loop {
        let args = ["compare", "--persist", "always", "--max-regression", "1", "--store", STORE];
        let mut command = workspace.command(&args);
        command.envs(setting.variables());
        command.env("PERFORMANCE_TRACKING_ROOT", workspace.path("copy"));
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        *roll =
            roll.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let patience = Duration::from_millis((*roll >> 33) % 600);
        let begun = Instant::now();
        let is_killed = load.kills == Kills::AtRandom
            && kills < 3
            && loop {
                if child.try_wait().unwrap().is_some() {
                    break false;
                }
                if begun.elapsed() > patience {
                    child.kill().unwrap();
                    break true;
                }
                thread::sleep(Duration::from_millis(5));
            };
        let status = child.wait().unwrap();
        if !is_killed {
            assert_eq!(status.code(), Some(0), "a job that nobody killed stores its records");
            return kills;
        }
        kills += 1;
    }
}

fn all_there_and_none_twice(load: &Load) {
    let setting = Setting::behaving(unsteady());
    let kills: usize = thread::scope(|scope| {
        let writers: Vec<_> = (0..load.writers)
            .map(|writer| {
                let setting = &setting;
                scope.spawn(move || {
                    let workspace = Workspace::new();
                    let mut roll = 99 + writer as u64;
                    let mut kills = 0;
                    for job in 0..load.jobs {
                        workspace.put_results(&results(load, writer, job));
                        kills += run_job(setting, &workspace, load, &mut roll);
                    }
                    // what a killed job left in the spool
                    let mut push = workspace.command(&["push", "--store", STORE]);
                    push.envs(setting.variables());
                    push.env("PERFORMANCE_TRACKING_ROOT", workspace.path("copy"));
                    assert!(push.stdout(Stdio::null()).status().unwrap().success());
                    kills
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    assert_eq!(kills > 0, load.kills == Kills::AtRandom);
    let log = setting.requests();
    let commits = log.iter().filter(|logged| logged.target.contains("/commit/"));
    let mut statuses: HashMap<u16, usize> = HashMap::new();
    commits.for_each(|logged| *statuses.entry(logged.status).or_default() += 1);
    println!("{statuses:?} in {} requests, {kills} kills", log.len());
    check_records(&setting, load);
}

/// Every value is there once, by the dataset's files and by what a reader makes of them.
fn check_records(setting: &Setting, load: &Load) {
    let files = setting.hub.files(DATASET);
    let mut latencies: Vec<u64> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".json"))
        .map(|(_, bytes)| {
            let record: Value = serde_json::from_slice(bytes).unwrap();
            ((record["latency"].as_f64().unwrap() - 10.0) * 1e6).round() as u64
        })
        .collect();
    latencies.sort_unstable();
    let total = (load.writers * load.jobs * load.records) as u64;
    assert_eq!(latencies, (0..total).collect::<Vec<u64>>());
    setting.hub.wait_until_listed(DATASET);
    let listed = setting.listed();
    let counted: u64 =
        listed.as_array().unwrap().iter().map(|s| s["records"].as_u64().unwrap()).sum();
    assert_eq!((counted, listed.as_array().unwrap().len()), (total, load.writers));
}

#[test]
fn records_of_concurrent_jobs_are_all_there_and_none_twice() {
    let (writers, jobs, records) = (8, 3, 4);
    all_there_and_none_twice(&Load { writers, jobs, records, kills: Kills::Never });
}

#[test]
fn records_of_jobs_that_are_killed_and_started_again_are_all_there_and_none_twice() {
    let (writers, jobs, records) = (6, 3, 3);
    all_there_and_none_twice(&Load { writers, jobs, records, kills: Kills::AtRandom });
}

#[test]
#[ignore = "16 writers of 200 records: some 2 min"]
fn sixteen_writers_of_200_records() {
    for (jobs, records) in [(1, 200), (20, 10)] {
        all_there_and_none_twice(&Load { writers: 16, jobs, records, kills: Kills::Never });
    }
}

#[test]
#[ignore = "16 writers of 200 records, killed at random: some 3 min"]
fn sixteen_writers_of_200_records_killed_at_random() {
    for (jobs, records) in [(2, 100), (20, 10)] {
        all_there_and_none_twice(&Load { writers: 16, jobs, records, kills: Kills::AtRandom });
    }
}
