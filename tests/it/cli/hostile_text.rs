//! Names that a record may carry, and that no report, file name or terminal takes for more.

use serde_json::json;

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::{Finished, Workspace},
};

const MODEL: &str = "a|b\nc\r\n| d | <script>alert(1)</script> `x` ``` & \"q\" ]]> \\";
const GPU: &str = "L40S|\n<img src=x onerror=alert(1)> `y";

/// A regression of a benchmark with these names, and what was reported.
fn compare(model: &str, gpu: &str) -> (Workspace, Finished) {
    let workspace = Workspace::new();
    let before = with(record(model, 1), &json!({"gpu_type": gpu}));
    workspace.write_json("history/before.json", &before);
    let finished = workspace.compare(&[with(timed(model, 2, 20.0), &json!({"device": gpu}))]);
    (workspace, finished)
}

#[test]
fn markdown_keeps_its_rows_and_holds_no_markup_of_a_name() {
    let (workspace, _) = compare(MODEL, GPU);
    let markdown = workspace.report();
    let table: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(table.len(), 3, "{markdown}");
    for row in &table {
        assert_eq!(row.matches('|').count(), 12, "{row}");
    }
    let outside_code = outside_back_quotes(&markdown);
    assert!(!outside_code.contains("<script"), "{outside_code}");
    assert!(!outside_code.contains("<img"), "{outside_code}");
}

/// Text that is not between two back quotes of one line.
fn outside_back_quotes(markdown: &str) -> String {
    let outside = |line: &str| line.split('`').step_by(2).collect::<String>();
    markdown.lines().map(outside).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_name_is_no_picture_link_or_mention_in_markdown() {
    let (workspace, _) =
        compare("![x](https://evil.example/p.png)", "[gpu](https://evil.example) @team");
    let outside_code = outside_back_quotes(&workspace.report());
    assert!(!outside_code.contains("]("), "{outside_code}");
    assert!(!outside_code.contains(" @team"), "{outside_code}");
}

#[test]
fn junit_stays_well_formed() {
    let (workspace, _) = compare(&format!("{MODEL}\u{0}\u{1b}[2J"), GPU);
    let junit = workspace.read("reports/junit.xml");
    assert!(!junit.contains("<script") && !junit.contains("<img"), "{junit}");
    assert_eq!(forbidden_in_xml(&junit), None, "{junit}");
    let (open, close) = (junit.matches('<').count(), junit.matches('>').count());
    assert!(open <= close, "every tag is closed: {junit}");
    assert_eq!(junit.matches("<testsuite ").count(), junit.matches("</testsuite>").count());
}

#[test]
fn junit_holds_no_character_that_xml_forbids() {
    let (workspace, _) = compare("wan\u{fffe}\u{ffff}", "L40S");
    assert_eq!(forbidden_in_xml(&workspace.read("reports/junit.xml")), None);
}

fn forbidden_in_xml(text: &str) -> Option<char> {
    text.chars().find(|c| {
        let is_control = c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{7f}');
        is_control || matches!(c, '\u{fffe}' | '\u{ffff}')
    })
}

#[test]
fn findings_json_keeps_a_name_as_it_is() {
    let (workspace, finished) = compare(MODEL, GPU);
    finished.expect(1);
    let judged = workspace.judged();
    assert_eq!((&judged["model_id"], &judged["gpu_type"]), (&json!(MODEL), &json!(GPU)));
}

#[test]
fn the_terminal_sees_one_line_a_benchmark_and_no_control_characters() {
    let (_workspace, finished) = compare("wan\u{1b}[2J\nfake\u{7}", "L40S");
    let control = finished.stdout.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None, "{:?}", finished.stdout);
    assert!(!finished.stdout.contains("\nfake"), "{}", finished.stdout);
}

#[test]
fn no_name_leads_out_of_the_folders() {
    for layout in ["records", "fastvideo"] {
        let workspace = Workspace::new();
        let named = json!({"commit": "../../../../c", "timestamp": "../../../t"});
        let hostile = with(result("../../../../escape", 1), &named);
        workspace.compare_with(&[hostile], &["--layout", layout, "--persist", "always"]);
        let outside = workspace.files(".").into_iter().find(|name| {
            !["results/", "reports/", "history/"].iter().any(|folder| name.starts_with(folder))
        });
        assert_eq!(outside, None, "{layout}");
        assert_eq!(workspace.records().len(), 1, "{layout}");
    }
}

#[test]
fn an_id_in_an_imported_record_does_not_lead_out_of_the_store() {
    let workspace = Workspace::new();
    let hostile = with(record("wan", 1), &json!({"id": "x/../../../../../escape"}));
    let file = workspace.write_json("in/record.json", &hostile);
    workspace.run(&["import", "--from", "fastvideo", file.to_str().unwrap()]);
    let outside = workspace
        .files(".")
        .into_iter()
        .find(|name| !["in/", "history/"].iter().any(|folder| name.starts_with(folder)));
    assert_eq!(outside, None);
    assert!(!workspace.path("history/records/escape.json").exists());
}

#[test]
fn a_very_long_name_is_judged_and_stored() {
    let workspace = Workspace::new();
    workspace.compare(&[result(&"long-name-".repeat(40), 1)]).expect(0);
    assert_eq!(workspace.records().len(), 1);
    workspace.run(&["index"]).expect(0);
}

#[test]
fn a_benchmark_named_as_a_folder_of_the_store_is_read_again() {
    for name in ["raw", "index", "data", "records", ".hidden"] {
        let workspace = Workspace::new();
        let args = ["--layout", "fastvideo"];
        workspace.compare_with(&[result(name, 1)], &args).expect(0);
        workspace.compare_with(&[timed(name, 2, 20.0)], &args);
        assert_eq!(workspace.judged()["verdict"], "regression", "{name}");
    }
}
