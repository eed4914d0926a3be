//! Tests of parameters in the lines beside a value, and of series that an earlier version named without
//! them.

use super::*;
use crate::import::{ExtraRule, Workload};

/// A history of one run, whose benchmarks have these values and lines.
fn of_day(day: u32, benches: &[(f64, &str)]) -> Value {
    let mut run = run(day, "X", 1.0, "ns", "o/r");
    let bench = |(value, extra): &(f64, &str)| json!({"name": "X", "value": value, "unit": "ns", "extra": extra});
    run["benches"] = benches.iter().map(bench).collect();
    document(&[("s", vec![run])])
}

/// The only record of a history, as an earlier version wrote it with these parameters alone.
fn written_before(document: &Value, parameters: &[(&str, &str)]) -> Shelf {
    let mut shelf = Shelf::default();
    shelf.history(document);
    let stated = std::mem::take(&mut shelf.records).into_values().next().expect("a record");
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let named = Workload::named(FAMILY, "X").with_parameters(parameters.iter().map(owned));
    let (project, suite) = (Some("o/r".to_owned()), Some("s".to_owned()));
    let workload = Workload { project, suite, ..named };
    let (model_id, identity) = (workload.model_id(), workload.identity("unknown"));
    let mut before = Record { model_id, identity, id: None, ..stated };
    identify(&mut before);
    shelf.records.insert(before.id.clone().unwrap_or_default(), before);
    shelf
}

/// With this option.
fn ruled(rule: &str) -> Defaults {
    let extra = vec![ExtraRule::parse(rule).expect("an option")];
    Defaults { extra, ..Defaults::default() }
}

fn named(series: &[(&str, usize)]) -> Vec<(String, usize)> {
    series.iter().map(|(name, records)| ((*name).to_owned(), *records)).collect()
}

#[test]
fn a_benchmark_is_the_same_in_a_run_that_has_it_alone_and_in_one_that_has_several_of_its_name() {
    let mut shelf = Shelf::default();
    shelf.history(&of_day(1, &[(5.0, "kind: x\nrounds: 3"), (9.0, "kind: y\nrounds: 4")]));
    shelf.history(&of_day(2, &[(5.0, "kind: x\nrounds: 9")]));
    shelf.history(&of_day(3, &[(9.0, "rounds: 3\nkind: y")]));
    assert_eq!(shelf.series(), named(&[("s/X/kind=x", 2), ("s/X/kind=y", 2)]));
}

#[test]
fn a_series_that_lacks_parameters_goes_on_as_that_of_its_newest_record_and_others_are_told() {
    for (extra, other, parameters, name, others) in [
        ("kind: x", "kind: y", &[][..], "s/X", "s/X/kind=y"),
        (
            "kind: x\nrows: 8",
            "kind: x\nrows: 9",
            &[("kind", "x")],
            "s/X/kind=x",
            "s/X/kind=x,rows=9",
        ),
        ("forks: 3\nthreads: 4", "threads: 4", &[("threads", "4")], "s/X/threads=4", ""),
        (
            "features: a,b",
            "features: a,c",
            &[("features", "a")],
            "s/X/features=a",
            "s/X/features=a,c",
        ),
    ] {
        let mut shelf = written_before(&of_day(1, &[(5.0, extra)]), parameters);
        assert_eq!(shelf.history(&of_day(1, &[(5.0, extra)])), (0, vec![]), "{extra}");
        assert_eq!(shelf.history(&of_day(2, &[(6.0, extra)])), (1, vec![]), "{extra}");
        if others.is_empty() {
            continue;
        }
        let (new, notices) = shelf.history(&of_day(3, &[(7.0, other)]));
        let says = notices.iter().any(|said| said.contains("goes on as that of its newest record"));
        assert!(new == 1 && says, "{extra}: {notices:?}");
        assert_eq!(shelf.series(), named(&[(name, 2), (others, 1)]));
        assert_eq!(shelf.history(&of_day(3, &[(7.0, other)])), (0, vec![]), "{extra}");
    }
}

#[test]
fn an_output_goes_on_in_the_older_series_of_its_only_suite() {
    let mut shelf = written_before(&of_day(1, &[(5.0, "kind: x")]), &[]);
    let output = |value: f64, kind: &str| {
        let extra = format!("kind: {kind}");
        json!([{"name": "X", "value": value, "unit": "ns", "extra": extra}]).to_string()
    };
    assert_eq!(shelf.import(Format::CustomSmaller, output(6.0, "x").as_bytes()), (1, vec![]));
    assert_eq!(shelf.series(), named(&[("s/X", 2)]));
    let (_, notices) = shelf.import(Format::CustomSmaller, output(7.0, "y").as_bytes());
    assert!(notices.iter().any(|said| said.contains("with kind=x; others")), "{notices:?}");
    assert_eq!(shelf.series(), named(&[("X/kind=y", 1), ("s/X", 2)]));
}

#[test]
fn a_number_of_an_unknown_name_distinguishes_nothing_and_that_is_said_once() {
    let mut shelf = Shelf::default();
    let (new, notices) = shelf.history(&of_day(1, &[(5.0, "tokens: 5123")]));
    let said = "s/X: begins a series that does not distinguish by `tokens` of `extra`, which may be \
                a result; --extra \"tokens=parameter\" makes it distinguish";
    assert_eq!((new, notices), (1, vec![said.to_owned()]));
    assert_eq!(shelf.history(&of_day(2, &[(5.0, "tokens: 5127")])), (1, vec![]));
    assert_eq!(shelf.series(), named(&[("s/X", 2)]));
}

#[test]
fn values_of_one_run_that_differ_in_a_number_of_an_unknown_name_are_told_with_the_option() {
    let both = of_day(1, &[(5.0, "tokens: 8"), (50.0, "tokens: 80")]).to_string();
    let format = Format::GithubActionBenchmark;
    let imported = import(format, "file", both.as_bytes(), &Defaults::default()).expect("a file");
    assert_eq!((imported.records.len(), imported.set_aside.len()), (0, 1));
    let said = "X: values of one run differ in `tokens` of `extra`";
    assert!(imported.notices.iter().any(|it| it.starts_with(said)), "{:?}", imported.notices);
    let hosts = of_day(1, &[(5.0, "host: a"), (6.0, "host: b")]).to_string();
    let imported = import(format, "file", hosts.as_bytes(), &Defaults::default()).expect("a file");
    let said = "X: values of one run differ in `host` of `extra`";
    assert!(imported.notices.iter().any(|it| it.starts_with(said)), "{:?}", imported.notices);
    let extra = vec![ExtraRule::parse("tokens=parameter").expect("an option")];
    let mut shelf = Shelf::default();
    shelf.import_with(format, both.as_bytes(), &Defaults { extra, ..Defaults::default() });
    assert_eq!(shelf.series(), named(&[("s/X/tokens=8", 1), ("s/X/tokens=80", 1)]));
}

#[test]
fn an_option_distinguishes_beside_a_series_that_began_without_it() {
    let defaults = || ruled("tokens=parameter");
    let mut shelf = Shelf::default();
    shelf.history(&of_day(1, &[(5.0, "tokens: 8")]));
    let (new, notices) = shelf.history_with(&of_day(2, &[(50.0, "tokens: 80")]), &defaults());
    let said = notices.iter().any(|said| said.contains("with tokens=8; others are in series"));
    assert!(new == 1 && said, "{notices:?}");
    let both = of_day(3, &[(5.5, "tokens: 8"), (55.0, "tokens: 80")]);
    assert_eq!(shelf.history_with(&both, &defaults()), (2, vec![]));
    assert_eq!(shelf.series(), named(&[("s/X", 2), ("s/X/tokens=80", 2)]));
    assert_eq!(shelf.history_with(&both, &defaults()), (0, vec![]));
}

#[test]
fn a_line_that_an_option_takes_for_a_result_does_not_end_a_series_of_an_earlier_version() {
    let mut before = legacy(1, "X", "s", "time_ns", 5.0);
    before["extra"] = "agent: a1".into();
    let mut shelf = Shelf::of(&[before], &[("time_ns", "ns", Better::Lower)]);
    let next = of_day(2, &[(6.0, "agent: a2")]);
    assert_eq!(shelf.history_with(&next, &ruled("agent=result")), (1, vec![]));
    assert_eq!(shelf.series(), named(&[("X", 2)]));
}

#[test]
fn lines_of_one_name_with_different_values_are_told() {
    let both = of_day(1, &[(5.0, "kind: x\nkind: y")]).to_string();
    let format = Format::GithubActionBenchmark;
    let imported = import(format, "file", both.as_bytes(), &Defaults::default()).expect("a file");
    let said = "X: `kind` is on several lines of one `extra` with different values";
    assert!(imported.notices.iter().any(|it| it.starts_with(said)), "{:?}", imported.notices);
}

#[test]
fn a_word_that_may_change_from_run_to_run_is_told_where_it_begins_a_second_series() {
    let mut shelf = Shelf::default();
    assert_eq!(shelf.history(&of_day(1, &[(5.0, "agent: a1")])), (1, vec![]));
    let (_, notices) = shelf.history(&of_day(2, &[(5.0, "agent: a2")]));
    assert!(notices.iter().any(|said| said.contains("--extra \"agent=result\"")), "{notices:?}");
    let extra = vec![ExtraRule::parse("agent=result").expect("an option")];
    let defaults = Defaults { extra, ..Defaults::default() };
    let mut shelf = Shelf::default();
    for (day, agent) in [(1, "agent: a1"), (2, "agent: a2")] {
        let history = of_day(day, &[(5.0, agent)]).to_string();
        shelf.import_with(Format::GithubActionBenchmark, history.as_bytes(), &defaults);
    }
    assert_eq!(shelf.series(), named(&[("s/X", 2)]));
}

#[test]
fn series_that_an_option_would_not_have_begun_are_told_with_the_runs_that_are_in_both() {
    let day = |day: u32, agent: &str| of_day(day, &[(5.0, &format!("agent: {agent}\nkind: x"))]);
    let mut shelf = Shelf::default();
    shelf.history(&day(1, "a1"));
    shelf.history(&day(2, "a2"));
    let (new, notices) = shelf.history_with(&day(3, "a3"), &ruled("agent=result"));
    let said = |notices: &[String], words: &str| notices.iter().any(|said| said.contains(words));
    assert!(new == 1 && said(&notices, "begins a series beside"), "{notices:?}");
    for older in ["(s/X/agent=a1,kind=x)", "(s/X/agent=a2,kind=x)"] {
        assert!(said(&notices, older), "{notices:?}");
    }
    assert!(!said(&notices, "in both now"), "{notices:?}");
    let (new, notices) = shelf.history_with(&day(1, "a1"), &ruled("agent=result"));
    let words = "(s/X/agent=a1,kind=x) already, which `agent` of `extra` distinguishes; they are in both now";
    assert!(new == 1 && said(&notices, words), "{notices:?}");
    assert_eq!(shelf.history_with(&day(1, "a1"), &ruled("agent=result")), (0, vec![]));
    assert_eq!(shelf.history_with(&day(4, "a1"), &ruled("agent=result")), (1, vec![]));
    let expected = [("s/X/agent=a1,kind=x", 1), ("s/X/agent=a2,kind=x", 1), ("s/X/kind=x", 3)];
    assert_eq!(shelf.series(), named(&expected));
}

#[test]
fn a_tools_own_output_hears_of_the_series_that_an_option_would_not_have_begun() {
    let mut shelf = Shelf::default();
    shelf.history(&of_day(1, &[(5.0, "agent: a1")]));
    let output = json!([{"name": "X", "value": 6.0, "unit": "ns", "extra": "agent: a2"}]);
    let timestamp = Some(bench_records::time::Micros(1_778_277_600_000_000));
    let defaults = Defaults { timestamp, ..ruled("agent=result") };
    let bytes = output.to_string();
    let (_, notices) = shelf.import_with(Format::CustomSmaller, bytes.as_bytes(), &defaults);
    assert!(
        notices.iter().any(|said| said.contains("(s/X/agent=a1), which `agent`")),
        "{notices:?}"
    );
}

#[test]
fn a_run_that_an_earlier_version_put_in_a_series_with_fewer_parameters_is_told() {
    let mut shelf = written_before(&of_day(1, &[(5.0, "kind: x")]), &[]);
    let mut own = Shelf::default();
    own.history(&of_day(2, &[(5.0, "kind: x")]));
    shelf.records.append(&mut own.records);
    let (new, notices) = shelf.history(&of_day(1, &[(5.0, "kind: x")]));
    assert!(new == 1 && notices[0].contains("they are in both now"), "{notices:?}");
    assert_eq!(shelf.history(&of_day(1, &[(5.0, "kind: x")])), (0, vec![]));
    assert_eq!(shelf.series(), named(&[("s/X", 1), ("s/X/kind=x", 2)]));
}
