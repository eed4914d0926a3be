//! Tests of tools' own outputs beside the histories that name project and suite.

use super::*;

const OUTPUT: &[u8] = br#"[{"name": "decode", "value": 8.0, "unit": "ms"}]"#;

fn of_project(project: &str, suite: &str, days: std::ops::Range<u32>) -> Value {
    let runs = days.map(|day| run(day, "decode", 9.0 + f64::from(day), "ms", project));
    let mut history = document(&[(suite, runs.collect())]);
    history["repoUrl"] = json!(format!("https://github.com/{project}"));
    history
}

fn count_of(notices: &[String], words: &str) -> usize {
    notices.iter().filter(|notice| notice.contains(words)).count()
}

#[test]
fn an_output_and_the_history_of_the_default_suite_are_one_series_in_either_order() {
    let whole = of_project("o/r", "Benchmark", 0..6);
    let mut expected = Shelf::default();
    expected.history(&whole);
    assert_eq!(expected.import(Format::CustomSmaller, OUTPUT), (1, vec![]));
    assert_eq!(expected.series(), [("decode".to_owned(), 7)]);
    let windows = [0..2, 4..6, 1..5].map(|days| of_project("o/r", "Benchmark", days));
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut shelf = Shelf::default();
        shelf.import(Format::CustomSmaller, OUTPUT);
        let told =
            order.map(|index| count_of(&shelf.history(&windows[index]).1, "own output began"));
        assert_eq!(told, [1, 0, 0], "said where it begins");
        assert_eq!(shelf.measured(), expected.measured(), "{order:?}");
        assert_eq!(shelf.history(&whole), (0, vec![]));
        assert_eq!(shelf.import(Format::CustomSmaller, OUTPUT), (0, vec![]));
    }
}

#[test]
fn a_second_project_begins_a_series_of_its_own_and_flips_nothing() {
    let mut shelf = Shelf::default();
    shelf.import(Format::CustomSmaller, OUTPUT);
    shelf.history(&of_project("o/r", "Benchmark", 0..3));
    let (new, notices) = shelf.history(&of_project("a/b", "Benchmark", 0..2));
    assert_eq!((new, count_of(&notices, "begins a series beside")), (2, 1), "{notices:?}");
    assert_eq!(shelf.history(&of_project("o/r", "Benchmark", 3..4)), (1, vec![]));
    assert_eq!(shelf.history(&of_project("a/b", "Benchmark", 2..3)), (1, vec![]));
    assert_eq!(shelf.series(), [("decode".to_owned(), 3), ("decode".to_owned(), 5)]);
}

#[test]
fn a_suite_with_a_name_stays_beside_the_output_whatever_else_its_file_has() {
    let runs = |days: std::ops::Range<u32>| -> Vec<Value> {
        days.map(|day| run(day, "decode", 9.0 + f64::from(day), "ms", "o/r")).collect()
    };
    let (one, other) = (document(&[("s", runs(0..3))]), document(&[("t", runs(0..3))]));
    let both = document(&[("t", runs(0..3)), ("s", runs(0..3))]);
    let mut expected = Shelf::default();
    expected.import(Format::CustomSmaller, OUTPUT);
    let (_, notices) = expected.history(&both);
    assert_eq!(count_of(&notices, "begins a series beside"), 1, "{notices:?}");
    let names = ["decode", "s/decode", "t/decode"];
    assert_eq!(expected.series().into_iter().map(|(name, _)| name).collect::<Vec<_>>(), names);
    for pieces in [[&one, &other], [&other, &one], [&one, &both], [&both, &other]] {
        let mut shelf = Shelf::default();
        shelf.import(Format::CustomSmaller, OUTPUT);
        pieces.into_iter().for_each(|piece| drop(shelf.history(piece)));
        assert_eq!(shelf.measured(), expected.measured());
    }
}

#[test]
fn a_project_on_the_command_line_begins_a_series_of_its_own() {
    let mut shelf = Shelf::default();
    shelf.import(Format::CustomSmaller, OUTPUT);
    let defaults = Defaults { project: Some("o/r".to_owned()), ..Defaults::default() };
    let history = of_project("o/r", "Benchmark", 0..2).to_string();
    shelf.import_with(Format::GithubActionBenchmark, history.as_bytes(), &defaults);
    assert_eq!(shelf.series(), [("decode".to_owned(), 1), ("decode".to_owned(), 2)]);
}
