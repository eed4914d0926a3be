//! The index: made anew where it is broken, done without where it cannot be written.

use std::fs;

use serde_json::json;

use crate::{
    support::builders::{record, timed, with},
    support::workspace::Workspace,
};

const HEAD: &str = "history/index/v1/head.ndjson";
const FILES: &str = "history/index/v1/files.ndjson";

/// Two series of three records each, and an index of them.
fn indexed() -> Workspace {
    let workspace = Workspace::new();
    for benchmark in ["wan", "sana"] {
        let records = [1, 2, 3]
            .map(|day| with(record(benchmark, day), &json!({"latency": 9.0 + f64::from(day)})));
        workspace.put_records(&records);
    }
    workspace.run(&["index"]).expect(0);
    workspace
}

/// Damages the index, and checks that nobody who reads it afterwards notices.
fn assert_made_anew(what: &str, damage: impl Fn(&Workspace)) {
    let sound = indexed();
    let listed = sound.run(&["history", "--json"]).expect(0).stdout;
    let drawn = sound.run(&["history", "sana", "--json"]).expect(0).stdout;
    for args in [&["history", "--json"][..], &["history", "sana", "--json"]] {
        let workspace = indexed();
        damage(&workspace);
        let finished = workspace.run(args);
        assert_eq!(finished.code, 0, "{what}, {args:?}: {}", finished.stderr);
        let expected = if args.len() == 2 { &listed } else { &drawn };
        assert_eq!(&finished.stdout, expected, "{what}, {args:?}");
    }
    let workspace = indexed();
    damage(&workspace);
    let finished = workspace.compare_with(&[timed("sana", 9, 20.0)], &["--persist", "never"]);
    assert_eq!(finished.code, 1, "{what}: {}{}", finished.stdout, finished.stderr);
    assert_eq!(workspace.judged()["baseline_count"], 3, "{what}");
    let workspace = indexed();
    damage(&workspace);
    let counted = workspace.run(&["index", "--json"]).expect(0).json();
    assert_eq!((&counted["records"], &counted["series"]), (&json!(6), &json!(2)), "{what}");
}

fn cut(workspace: &Workspace, path: &str, keep: impl Fn(&str) -> usize) {
    let text = workspace.read(path);
    workspace.write(path, &text[..keep(&text)]);
}

fn every_series(workspace: &Workspace, damage: impl Fn(&str)) {
    for name in workspace.files("history/index/v1/series") {
        damage(&format!("history/index/v1/series/{name}"));
    }
}

#[test]
fn a_head_cut_within_a_line_is_made_anew() {
    assert_made_anew("cut", |workspace| cut(workspace, HEAD, |text| text.len() - 40));
    assert_made_anew("garbage", |workspace| drop(workspace.write(HEAD, "garbage\nmore\n")));
}

#[test]
fn a_head_that_lost_whole_lines_is_made_anew() {
    assert_made_anew("one line lost", |workspace| {
        cut(workspace, HEAD, |text| text.trim_end().rfind('\n').unwrap() + 1);
    });
}

#[test]
fn an_empty_head_is_made_anew() {
    assert_made_anew("empty", |workspace| drop(workspace.write(HEAD, "")));
}

#[test]
fn a_missing_head_is_made_anew() {
    assert_made_anew("missing", |workspace| fs::remove_file(workspace.path(HEAD)).unwrap());
}

#[test]
fn a_head_of_another_format_is_made_anew() {
    assert_made_anew("old format", |workspace| {
        let text = workspace.read(HEAD).replace("bench-records/head/5", "bench-records/head/0");
        workspace.write(HEAD, &text);
    });
}

/// A store of so many series of two records each, with an index.
fn indexed_series(count: usize) -> Workspace {
    let workspace = Workspace::new();
    for at in 0..count {
        let benchmark = format!("wan-{at}");
        let records = [1, 2].map(|day| with(record(&benchmark, day), &json!({"latency": 9.0})));
        workspace.put_records(&records);
    }
    workspace.run(&["index"]).expect(0);
    workspace
}

#[test]
fn a_page_of_the_head_that_is_missing_cut_or_of_another_head_is_made_anew() {
    let page = |number: usize| format!("history/index/v1/head/{number}.ndjson");
    let sound = indexed_series(90);
    let pages = [1, 2].map(|number| sound.read(&page(number)));
    let cut: String = pages[0].split_inclusive('\n').take(4).collect();
    let newer = pages[0].replacen("\"count\":2", "\"count\":3", 1);
    assert_ne!(newer, pages[0]);
    let damages = [None, Some(cut), Some(pages[1].clone()), Some(String::new()), Some(newer)];
    for damage in damages {
        match &damage {
            None => fs::remove_file(sound.path(&page(1))).unwrap(),
            Some(text) => drop(sound.write(&page(1), text)),
        }
        let counted = sound.run(&["index", "--json"]).expect(0).json();
        assert_eq!((&counted["records"], &counted["series"]), (&json!(180), &json!(90)));
        assert_eq!([1, 2].map(|number| sound.read(&page(number))), pages, "{damage:?}");
    }
}

#[test]
fn a_head_whose_list_is_damaged_is_made_anew() {
    let sound = indexed_series(90);
    let head = sound.read(HEAD);
    let list = head.lines().nth(1).unwrap();
    let key = list.split("\"key\":[\"").nth(1).unwrap().split('"').next().unwrap();
    let damages = [list[..list.len() / 2].to_owned(), list.replace(key, "0123456789ab")];
    for damage in damages {
        sound.write(HEAD, &head.replace(list, &damage));
        sound.run(&["index"]).expect(0);
        assert_eq!(sound.read(HEAD), head, "{damage}");
    }
}

#[test]
fn pages_that_a_smaller_history_does_not_need_are_removed() {
    let workspace = indexed_series(90);
    assert_eq!(workspace.files("history/index/v1/head"), ["1.ndjson", "2.ndjson"]);
    for at in 70..90 {
        let benchmark = format!("wan-{at}");
        fs::remove_dir_all(workspace.path(&format!("history/{benchmark}"))).unwrap();
    }
    workspace.run(&["index"]).expect(0);
    assert_eq!(workspace.files("history/index/v1/head"), ["1.ndjson"]);
}

#[test]
fn garbage_in_a_series_file_is_made_anew() {
    assert_made_anew("garbage", |workspace| {
        every_series(workspace, |path| drop(workspace.write(path, "garbage")));
    });
}

#[test]
fn a_series_file_that_was_cut_is_made_anew() {
    assert_made_anew("cut", |workspace| {
        every_series(workspace, |path| cut(workspace, path, |text| text.len() / 2));
    });
}

#[test]
fn missing_series_files_are_made_anew() {
    assert_made_anew("missing", |workspace| {
        fs::remove_dir_all(workspace.path("history/index/v1/series")).unwrap();
    });
}

#[test]
fn a_manifest_that_cannot_be_used_is_made_anew() {
    assert_made_anew("missing", |workspace| fs::remove_file(workspace.path(FILES)).unwrap());
    assert_made_anew("empty", |workspace| drop(workspace.write(FILES, "")));
    assert_made_anew("cut in a line", |workspace| cut(workspace, FILES, |text| text.len() - 9));
    assert_made_anew("one line lost", |workspace| {
        cut(workspace, FILES, |text| text.trim_end().rfind('\n').unwrap() + 1);
    });
    assert_made_anew("old format", |workspace| {
        let text = workspace.read(FILES).replace("bench-runner/files/2", "bench-runner/files/1");
        workspace.write(FILES, &text);
    });
}

#[test]
fn a_rebuilt_index_is_byte_for_byte_the_one_that_grew() {
    let workspace = indexed();
    workspace.compare(&[timed("wan", 9, 10.0), timed("sana", 9, 30.0)]).expect(1);
    let (head, files) = (workspace.read(HEAD), workspace.files("history/index/v1/series"));
    let series: Vec<String> = files
        .iter()
        .map(|name| workspace.read(&format!("history/index/v1/series/{name}")))
        .collect();
    workspace.run(&["index", "--rebuild"]).expect(0);
    assert_eq!(workspace.read(HEAD), head);
    for (name, before) in files.iter().zip(series) {
        assert_eq!(workspace.read(&format!("history/index/v1/series/{name}")), before);
    }
}

#[test]
fn a_store_whose_index_cannot_be_written_still_compares() {
    let workspace = indexed();
    fs::remove_dir_all(workspace.path("history/index")).unwrap();
    workspace.write("history/index", "a file where a folder belongs");
    workspace.compare_with(&[timed("sana", 9, 20.0)], &["--persist", "never"]).expect(1);
    assert_eq!(workspace.judged()["baseline_count"], 3);
    workspace.compare(&[timed("wan", 9, 20.0)]).expect(1);
    assert_eq!(workspace.run(&["history", "--json"]).expect(0).json()[0]["records"], 3);
    for args in [&["index"][..], &["index", "--rebuild"]] {
        let finished = workspace.run(args).expect(3);
        assert!(finished.stderr.contains("history"), "{}", finished.stderr);
    }
}

#[test]
fn a_half_written_file_of_a_process_with_the_same_number_harms_nobody() {
    let workspace = indexed();
    workspace.put_results(&[timed("wan", 9, 10.0)]);
    workspace.run(&["compare"]).expect(0);
    let new = workspace.records().into_iter().find(|name| name.starts_with("records/")).unwrap();
    let (folder, name) = new.rsplit_once('/').unwrap();
    fs::remove_file(workspace.path(&format!("history/{new}"))).unwrap();
    let script = format!(
        "for i in 0 1 2 3 4 5 6 7 8 9; do
            for path in {folder}/.{name} index/v1/.head.ndjson index/v1/.files.ndjson; do
                echo half > history/$path.$$-$i.tmp
            done
        done
        exec \"$0\" compare"
    );
    workspace.shell(&script).expect(0);
    assert!(workspace.path(&format!("history/{new}")).exists());
}
