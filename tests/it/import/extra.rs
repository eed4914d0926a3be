//! `--extra` where the store already has series that were begun without it.

use serde_json::{Value, json};

use crate::support::workspace::Workspace;

const NOW: [(&str, &str); 1] = [("BENCH_RUNNER_NOW", "2026-09-30T00:00:00Z")];

/// What the import of a day's values says, each with its lines of `extra`.
fn import(workspace: &Workspace, day: u32, values: &[(f64, &str)], options: &[&str]) -> String {
    let bench = |(value, extra): &(f64, &str)| json!({"name": "X", "value": value, "unit": "ns", "extra": extra});
    let commit =
        json!({"id": format!("{day:040}"), "timestamp": format!("2026-04-{day:02}T10:00:00Z")});
    let date = 1_775_037_600_000_u64 + u64::from(day) * 86_400_000;
    let benches: Vec<Value> = values.iter().map(bench).collect();
    let run = json!({"commit": commit, "date": date, "tool": "go", "benches": benches});
    let document = json!({"repoUrl": "https://github.com/o/r", "entries": {"s": [run]}});
    workspace.write_json("data.json", &document);
    let from = ["import", "--from", "github-action-benchmark", "data.json", "--store", "history"];
    workspace.run_with(&[&from[..], options].concat(), &NOW).expect(0).stdout
}

/// Name and records of each series, in the order of names.
fn listed(workspace: &Workspace) -> Vec<(String, u64)> {
    let args = ["history", "--json", "--store", "history"];
    let lines = workspace.run_with(&args, &NOW).expect(0).json();
    let line = |line: &Value| {
        (line["benchmark"].as_str().unwrap().to_owned(), line["records"].as_u64().unwrap())
    };
    let mut lines: Vec<_> = lines.as_array().unwrap().iter().map(line).collect();
    lines.sort();
    lines
}

fn named(series: &[(&str, u64)]) -> Vec<(String, u64)> {
    series.iter().map(|(name, records)| ((*name).to_owned(), *records)).collect()
}

#[test]
fn a_line_that_becomes_a_parameter_keeps_other_values_out_of_the_series_that_is_there() {
    let workspace = Workspace::new();
    let option = ["--extra", "tokens=parameter"];
    import(&workspace, 1, &[(5.0, "tokens: 8")], &[]);
    let said = import(&workspace, 2, &[(50.0, "tokens: 80")], &option);
    assert!(said.contains("goes on as that of its newest record, with tokens=8"), "{said}");
    import(&workspace, 3, &[(5.5, "tokens: 8"), (55.0, "tokens: 80")], &option);
    assert_eq!(listed(&workspace), named(&[("s/X", 2), ("s/X/tokens=80", 2)]));
}

#[test]
fn a_line_that_becomes_a_result_leaves_no_series_behind_without_a_word() {
    let workspace = Workspace::new();
    for (day, agent) in [(1, "agent: a1"), (2, "agent: a2")] {
        import(&workspace, day, &[(5.0, agent)], &[]);
    }
    let option = ["--extra", "agent=result"];
    let said = import(&workspace, 3, &[(5.0, "agent: a3")], &option);
    for words in ["begins a series beside", "(s/X/agent=a1)", "(s/X/agent=a2)"] {
        assert!(said.contains(words), "{said}");
    }
    let said = import(&workspace, 1, &[(5.0, "agent: a1")], &option);
    assert!(said.contains("(s/X/agent=a1) already") && said.contains("in both now"), "{said}");
    let said = import(&workspace, 1, &[(5.0, "agent: a1")], &option);
    assert!(!said.contains("note: "), "{said}");
    let expected = [("s/X", 2), ("s/X/agent=a1", 1), ("s/X/agent=a2", 1)];
    assert_eq!(listed(&workspace), named(&expected));
}

#[test]
fn an_option_that_changes_nothing_is_told_once_whatever_the_format() {
    let workspace = Workspace::new();
    let option = ["--extra", "Tokens=parameter"];
    let said = import(&workspace, 1, &[(5.0, "tokens: 8")], &option);
    let words = "note: data.json: --extra \"Tokens=parameter\" changes nothing, for no line of `extra` is \
                 Tokens; there are `tokens`";
    assert_eq!(said.matches(words).count(), 1, "{said}");
    let results =
        json!({"results": [{"command": "sleep 1", "mean": 1.0, "times": [1.0, 1.1, 0.9]}]});
    workspace.write_json("out.json", &results);
    let time = ["--timestamp", "2026-04-01T10:00:00Z", "--commit", "abc1234"];
    let args = [&["import", "--from", "hyperfine", "out.json"][..], &time, &option].concat();
    let said = workspace.run_with(&args, &NOW).expect(0).stdout;
    assert_eq!(said.matches("there are no such lines").count(), 1, "{said}");
}
