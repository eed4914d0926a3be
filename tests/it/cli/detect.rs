//! `detect`: series of any origin in, change points out.

use serde_json::Value;

use crate::support::workspace::{Finished, Workspace, fixture};

/// A level of 100 for twenty values, and 110 after it.
const STEP: &str = "100 101 102 100 101 102 100 101 102 100 101 102 100 101 102 100 101 102 100 101 \
                    112 110 111 112 110 111 112 110 111 112 110 111";

fn rows() -> Vec<&'static str> {
    STEP.split_whitespace().collect()
}

fn detect(input: &str, args: &[&str]) -> Finished {
    let workspace = Workspace::new();
    workspace.write("input", input);
    workspace.run(&[&["detect", "input"], args].concat())
}

fn refusal(input: &str) -> String {
    detect(input, &["--json"]).expect(2).stderr
}

/// Each place at which the two differ by more than 1e-9.
fn differences(place: &str, ours: &Value, expected: &Value, found: &mut Vec<String>) {
    match (ours, expected) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            b.iter().for_each(|(k, b)| differences(&format!("{place}.{k}"), &a[k], b, found));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.for_each(|(i, (a, b))| differences(&format!("{place}[{i}]"), a, b, found));
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            if (a - b).abs() > 1e-9 * b.abs().max(1.0) {
                found.push(format!("{place}: {a} is not {b}"));
            }
        }
        _ if ours == expected => {}
        _ => found.push(format!("{place}: {ours} is not {expected}")),
    }
}

#[test]
fn json_has_exactly_the_fields_and_values_that_are_expected_of_each_series() {
    let golden: Value = serde_json::from_str(&fixture("detection/golden.json")).unwrap();
    let workspace = Workspace::new();
    let mut found = Vec::new();
    for case in golden["cases"].as_array().unwrap() {
        let series = serde_json::json!({"values": case["values"], "times": case["times"]});
        workspace.write_json("series.json", &series);
        let ours = workspace.run(&["detect", "series.json", "--json"]).expect(0).json();
        differences(case["name"].as_str().unwrap(), &ours, &case["expected"], &mut found);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_object_a_list_and_csv_say_the_same() {
    let rows = rows();
    let list = format!("[{}]", rows.join(","));
    let expected = detect(&list, &["--json"]).expect(0).json();
    assert_eq!(expected["steps"][0]["index"], 20);
    let timed: Vec<String> =
        rows.iter().enumerate().map(|(i, value)| format!("2026-05-{:02},{value}", i + 1)).collect();
    for input in [
        format!("{{\"values\": {list}}}"),
        format!("{{\"times\": null, \"values\": {list}}}"),
        rows.join("\n"),
        format!("latency_s\n{}\n", rows.join("\r\n")),
        format!("time,latency_s\n{}\n", timed[..31].join("\n") + "\n2026-06-01,111"),
    ] {
        let finished = detect(&input, &["--json"]).expect(0);
        assert_eq!((finished.json(), finished.stderr.as_str()), (expected.clone(), ""), "{input}");
    }
}

#[test]
fn standard_input_is_read_where_no_file_is_named() {
    let workspace = Workspace::new();
    workspace.write("input", &rows().join("\n"));
    for call in ["cat input | \"$0\" detect", "\"$0\" detect - --json < input"] {
        let stdout = workspace.shell(call).expect(0).stdout;
        assert!(stdout.contains("20"), "{stdout}");
    }
    let said = workspace.shell("printf '' | \"$0\" detect").expect(0).stderr;
    assert!(said.contains("standard input: no values; give {\"values\""), "{said}");
}

#[test]
fn text_names_the_step_and_what_else_there_is_to_say() {
    let stdout = detect(&rows().join("\n"), &[]).expect(0).stdout;
    assert_eq!(
        stdout,
        "32 values, 1 step\n\
         confirmed: index 20, 101 → 111, +9.90 % (+8.38 % to +11.44 %), certain since index 24, \
         p 5.3e-6\n\
         noise: normal, ±1.34 %, autocorrelation 0.00, last 32 values\n\
         noticed: 1 % after 101, 2 % after 27, 3 % after 13, 5 % after 5, 10 % after 5 runs\n\
         drift: unknown (needs 20 values since the last step that are not all equal)\n"
    );
}

#[test]
fn the_document_shows_what_the_command_prints() {
    let document = include_str!("../../../docs/detecting.md");
    let list: Vec<String> =
        (0..40).map(|i| ((if i < 25 { 100 } else { 112 }) + i % 3).to_string()).collect();
    let stdout = detect(&format!("[{}]", list.join(",")), &[]).expect(0).stdout;
    for line in stdout.lines() {
        assert!(document.contains(line), "{line}");
    }
}

#[test]
fn gaps_are_left_out_and_named() {
    let finished = detect("[1, null, 2, NaN, -Infinity, 3]", &["--json"]).expect(0);
    assert_eq!(finished.json()["n"], 3);
    let said = "note: input: 3 of 6 values missing or not finite, left out: index 1, 3, 4\n";
    assert_eq!(finished.stderr, said);
    let blank = detect("1\n\n2\n", &[]).expect(0);
    assert!(blank.stderr.contains("1 of 3 values missing"), "{}", blank.stderr);
}

#[test]
fn fields_that_are_not_read_and_times_out_of_order_are_named() {
    let finished = detect(r#"{"value": 1, "values": [1, 2], "times": [2, 1]}"#, &[]).expect(0);
    assert!(finished.stderr.contains("field `value` ignored"), "{}", finished.stderr);
    assert!(finished.stderr.contains("times[1] is before times[0]"), "{}", finished.stderr);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place_and_a_remedy() {
    for (input, said) in [
        ("{}", "input has no field `values`; give {"),
        (r#"{"values": 3}"#, "input: values is 3, not a list; give {"),
        (r#"[1, "2"]"#, "input: [1] is \"2\", not a number; write null where a value is missing"),
        (r#"{"values": [1, [2]]}"#, "input: values[1] is a list of 1, not a number"),
        (r#"{"values": [1], "times": [1, 2]}"#, "times has 2 entries and values has 1; give each"),
        (r#"{"values": [1], "times": [null]}"#, "input: times[0] is missing; give each value a"),
        (r#"{"values": [1], "times": ["x"]}"#, "times[0] is \"x\", not a date such as 2026-05-08"),
        ("[1, 2", "input is not valid JSON; give {"),
        ("fast\nslow\n", "input: line 2, value is `slow`, not a number"),
    ] {
        let stderr = refusal(input);
        assert!(stderr.starts_with("error: ") && stderr.contains(said), "{input}: {stderr}");
    }
    let workspace = Workspace::new();
    let absent = workspace.run(&["detect", "absent.csv"]).expect(2).stderr;
    assert!(absent.contains("cannot read absent.csv"), "{absent}");
}

#[test]
fn the_floor_decides_which_changes_are_worth_a_step() {
    let small: Vec<&str> = (0..40).map(|i| if i < 20 { "100" } else { "100.3" }).collect();
    let steps = |args: &[&str]| {
        let json = detect(&small.join("\n"), &[&["--json"], args].concat()).expect(0).json();
        json["steps"].as_array().unwrap().len()
    };
    assert_eq!((steps(&[]), steps(&["--floor", "0.001"])), (0, 1));
    let refusal = detect("1", &["--floor", "5%"]).expect(2).stderr;
    assert!(refusal.contains("expected a fraction; write 0.05"), "{refusal}");
}

#[test]
fn input_without_values_has_one_answer_whatever_its_shape() {
    for input in [
        "",
        " \n",
        "latency\n",
        "time,value\n",
        "[]",
        r#"{"values": [], "times": []}"#,
        "[null]",
        "[NaN, Infinity]",
        "latency\nn/a\n",
        "time,value\n1,\n",
    ] {
        let finished = detect(input, &["--json"]).expect(0);
        let json = finished.json();
        assert_eq!((&json["n"], &json["noise"]), (&Value::from(0), &Value::Null), "{input}");
        assert!(finished.stderr.contains("note: input: no values; give {"), "{}", finished.stderr);
    }
    let stdout = detect("[]", &[]).expect(0).stdout;
    assert!(stdout.starts_with("0 values, 0 steps\nnoise: none\n"), "{stdout}");
}

#[test]
fn a_decimal_comma_is_never_taken_for_a_time_and_a_value() {
    let stderr = refusal("1,5\n1,6\n1,4\n");
    let said = "error: input: line 1 is `1,5`, which may be a time and a value, or 1.5";
    assert!(stderr.starts_with(said), "{stderr}");
    let stderr = refusal("day;latency\n2026-05-01;1,5\n");
    assert!(stderr.contains("line 2, value is `1,5`, with a decimal comma; write 1.5"), "{stderr}");
}

#[test]
fn columns_that_are_read_past_are_named() {
    let finished =
        detect("date,commit,latency\n2026-05-01,abc,1\n2026-05-02,def,2\n", &[]).expect(0);
    assert_eq!(finished.stderr, "note: input: column `commit` ignored\n");
}
