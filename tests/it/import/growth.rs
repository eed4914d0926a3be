//! An index that grew step by step, through whatever happens to a folder, is the one that a
//! rebuild makes.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};

use crate::{
    store::crash::Dice,
    support::builders::{record, with},
    support::workspace::Workspace,
};

const STEPS: usize = 40;

/// The files of the index by name, but for the manifest: it holds times of the file system.
fn index_of(workspace: &Workspace) -> BTreeMap<String, String> {
    let names = workspace.files("history/index/v1").into_iter();
    let published = names.filter(|name| !name.starts_with('.') && name != "files.ndjson");
    published
        .map(|name| {
            let text = workspace.read(&format!("history/index/v1/{name}"));
            (name, text)
        })
        .collect()
}

fn some_record(dice: &mut Dice, metric: Option<&str>) -> Value {
    let benchmark = ["wan", "sana", "flux"][dice.below(3) as usize];
    let day = 1 + dice.below(28) as u32;
    let gpu = ["NVIDIA L40S", "NVIDIA H100"][dice.below(2) as usize];
    let fields = json!({"latency": 9.0 + dice.below(400) as f64 / 100.0, "gpu_type": gpu});
    let mut record = with(record(benchmark, day), &fields);
    if let Some(metric) = metric.filter(|_| dice.below(3) == 0) {
        record[metric] = json!(dice.below(1000) as f64 / 8.0);
    }
    record
}

/// One thing that may happen to a store.
fn step(workspace: &Workspace, dice: &mut Dice, number: usize, metric: Option<&str>) {
    let files = workspace.records();
    let chosen =
        (!files.is_empty()).then(|| files[dice.below(files.len() as u64) as usize].clone());
    let new = format!("history/{}/{number}.json", ["a", "a/b", "c"][dice.below(3) as usize]);
    match (dice.below(8), chosen) {
        (0, Some(path)) => fs::remove_file(workspace.path(&format!("history/{path}"))).unwrap(),
        (1, Some(path)) => drop(workspace.write(&format!("history/{path}"), "{ torn")),
        (2, Some(path)) => overwrite_in_place(workspace, &path, &some_record(dice, metric)),
        (3, Some(path)) => {
            let target = workspace.write(&new, "");
            fs::rename(workspace.path(&format!("history/{path}")), target).unwrap();
        }
        (4, Some(path)) => {
            workspace.run(&["index"]);
            workspace.run(&["exclude", &path, "--reason", "throttled"]);
        }
        _ => drop(workspace.write_json(&new, &some_record(dice, metric))),
    }
}

/// Leaves the folder as old as it was, so that only the file tells.
fn overwrite_in_place(workspace: &Workspace, path: &str, record: &Value) {
    let path = workspace.write_json(&format!("history/{path}"), record);
    let minute_ago = SystemTime::now() - Duration::from_secs(60);
    File::open(path.parent().unwrap()).unwrap().set_modified(minute_ago).unwrap();
}

fn assert_growth_equals_rebuild(seed: u64, metric: Option<&str>) {
    let (workspace, mut dice) = (Workspace::new(), Dice(seed));
    for number in 0..STEPS {
        step(&workspace, &mut dice, number, metric);
        let reader = [&["index"][..], &["history"], &["history", "wan"]];
        workspace.run(reader[dice.below(3) as usize]);
    }
    let code = workspace.run(&["index"]).code;
    let grown = index_of(&workspace);
    assert_eq!(workspace.run(&["index", "--rebuild"]).code, code);
    let rebuilt = index_of(&workspace);
    assert_eq!(grown.keys().collect::<Vec<_>>(), rebuilt.keys().collect::<Vec<_>>(), "seed {seed}");
    for (name, text) in &rebuilt {
        assert_eq!(&grown[name], text, "seed {seed}: {name}");
    }
}

#[test]
fn an_index_that_grew_is_the_one_that_a_rebuild_makes() {
    for seed in 1..=6 {
        assert_growth_equals_rebuild(seed, None);
    }
}

#[test]
fn metrics_that_come_and_go_leave_no_trace_in_the_index() {
    for seed in 1..=6 {
        assert_growth_equals_rebuild(seed, Some("latency_p99_s"));
    }
}
