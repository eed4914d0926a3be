//! `run` with programs whose lines hold numbers that are no metrics: each is named, none vanishes.

#![cfg(unix)]

use serde_json::json;

use crate::{run::command::benchmark, run::trials::result, support::workspace::Workspace};

/// What is said of a program that prints this, as `printf` reads it, and is then done.
fn said_of(printed: &str) -> (Workspace, String) {
    let workspace = Workspace::new();
    workspace.write("lines", printed);
    let script = r#"cat lines; echo; grep -q done lines || echo '{"done": true}'"#;
    workspace.write_json("b.json", &benchmark("lines", script, &json!({})));
    let finished = workspace.run(&["run", "b.json"]).expect(0);
    (workspace, finished.stderr)
}

#[test]
fn a_number_in_a_list_or_a_nested_object_is_named_as_not_kept() {
    for (line, named) in [
        (r#"[{"tok_per_s": 5}, {"tok_per_s": 6}]"#, "prints [].tok_per_s in lines that"),
        (r#"{"arr_ms": [1, 2]}"#, "prints arr_ms[] in lines that"),
        (r#"{"o": {"a_ms": 2}}"#, "prints o.a_ms in lines that"),
        (r#"{"b_ms": 1, "o": {"a_ms": 2}}"#, "prints b_ms, o.a_ms in lines that"),
        (r#"{"c_ms": "55"}"#, "prints c_ms in lines that"),
        (r#"{"frames": 2, "o": {"a_ms": 2}}"#, "sh says \"o\", which is no key here"),
    ] {
        let (_, said) = said_of(&format!("{line}\n{line}"));
        assert_eq!(said.matches(named).count(), 1, "{line}: {said}");
    }
}

#[test]
fn a_first_line_with_a_byte_order_mark_is_a_message() {
    let (workspace, said) = said_of("\u{feff}{\"ttft_ms\": 5}");
    assert_eq!(result(&workspace, "lines")["metrics"], json!({"ttft_ms": 5.0}));
    assert!(!said.contains("warning"), "{said}");
}

#[test]
fn a_key_that_is_said_twice_is_named_on_one_line_and_on_two() {
    for (lines, named) in [
        (r#"{"a_ms": 1, "a_ms": 2}"#, "sh says \"a_ms\" twice in one line; the last one counts"),
        (r#"{"metrics": {"a_ms": 1, "a_ms": 2}}"#, "sh says \"a_ms\" twice in one line"),
        (r#"{"latency_s": 1, "latency_s": 2}"#, "sh says \"latency_s\" twice in one line"),
        ("{\"latency_s\": 1}\n{\"latency_s\": 2}", "latency_s is said more than once in a trial"),
        ("{\"frames\": 1}\n{\"frames\": 2}", "frames is said more than once in a trial"),
        ("{\"images\": 1}\n{\"images\": 2}", "images is said more than once in a trial"),
    ] {
        let (_, said) = said_of(lines);
        assert_eq!(said.matches(named).count(), 1, "{lines}: {said}");
    }
    let (_, same) = said_of("{\"latency_s\": 1}\n{\"latency_s\": 1}");
    assert!(!same.contains("warning"), "{same}");
}

#[test]
fn what_is_said_after_done_is_named_whatever_it_is() {
    for (line, named) in [
        (r#"{"ttft_ms": 5}"#, "after {\"done\": true}, which is not kept; print that last"),
        (r#"{"step": NaN}"#, "after {\"done\": true} it is not kept"),
        (r#"{"level": "info", "ts": 17}"#, "prints ts in lines that are no messages"),
    ] {
        let (_, said) = said_of(&format!("{{\"done\": true}}\n{line}\n"));
        assert_eq!(said.matches(named).count(), 1, "{line}: {said}");
    }
}

#[test]
fn numbers_that_were_printed_after_done_count_in_no_later_trial() {
    let workspace = Workspace::new();
    let late: String = (0..2500).map(|at| format!("{{\"late_ms\": {at}}}\n")).collect();
    // one write, which is there before the next request
    workspace.write("said", &format!("{{\"ttft_ms\": 5}}\n{{\"done\": true}}\n{late}"));
    let script = r#"echo '{"ready": true}'; while read request; do cat said; done"#;
    let mut late = benchmark("late", script, &json!({"mode": "once"}));
    late["run_config"]["num_measurement_runs"] = json!(3);
    workspace.write_json("b.json", &late);
    let said = workspace.run(&["run", "b.json"]).expect(0).stderr;
    assert!(said.contains("after {\"done\": true}, which is not kept"), "{said}");
    assert!(!said.contains("clean trials have it"), "{said}");
    assert_eq!(result(&workspace, "late")["metrics"], json!({"ttft_ms": 5.0}));
}
