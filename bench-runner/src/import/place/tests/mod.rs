//! Tests of where measurements go, and of what follows from it: the same data gives the same store.

use std::collections::{BTreeMap, BTreeSet};

use bench_records::{
    metric::{Better, Metric, MetricTable},
    record::Record,
    series::{Flags, Point, group_into_series},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
mod bare;
mod extra;
mod lengths;
mod pieces;
mod superset;

use crate::import::{Defaults, Format, benches::FAMILY, import};

/// A value in a store: its series, time, commit, metric, and bits.
type Measured = (String, i64, String, String, u64);

/// A store in memory, as the command keeps one.
#[derive(Default)]
struct Shelf {
    records: BTreeMap<String, Record>,
    /// Ids of records that somebody excluded.
    excluded: BTreeSet<String>,
    metrics: Vec<Metric>,
}

impl Shelf {
    /// A store that an earlier version wrote.
    fn of(records: &[Value], metrics: &[(&str, &str, Better)]) -> Self {
        let mut shelf = Self::default();
        for fields in records {
            let mut record = Record::from_slice(fields.to_string().as_bytes()).expect("a record");
            identify(&mut record);
            shelf.records.insert(record.id.clone().unwrap_or_default(), record);
        }
        shelf.metrics = metrics
            .iter()
            .map(|(key, unit, better)| Metric {
                key: (*key).to_owned().into(),
                label: (*key).to_owned().into(),
                unit: (*unit).to_owned().into(),
                better: *better,
                gating: bench_records::metric::Gating::Gated,
                decimals: 3,
            })
            .collect();
        shelf
    }

    fn table(&self) -> MetricTable {
        MetricTable::with_own(self.metrics.clone())
    }

    fn known(&self) -> Known {
        let table = self.table();
        let mut known = Known::default();
        let records =
            self.records.values().map(|record| (record, record.id.as_deref().unwrap_or_default()));
        for mut series in group_into_series(records).into_values() {
            for point in &mut series.points {
                let is_excluded = self.excluded.contains(&*point.id);
                point.flags = point.flags.with_if(Flags::EXCLUDED, is_excluded);
            }
            let record = |point: Option<&Point>| point.map(|point| &self.records[&*point.id]);
            let newest = record(series.points.last());
            let oldest = record(series.points.first());
            let metrics = series.metrics.iter().map(|key| table.get_or_unjudged(key)).collect();
            known.add(KnownSeries::new(series, metrics).said_by(newest, oldest));
        }
        known
    }

    /// Imports a file; the number of new records, and the notices.
    fn import(&mut self, format: Format, bytes: &[u8]) -> (usize, Vec<String>) {
        let timestamp = Some(bench_records::time::Micros(1_778_277_600_000_000));
        self.import_with(format, bytes, &Defaults { timestamp, ..Defaults::default() })
    }

    /// The same with other defaults.
    fn import_with(
        &mut self,
        format: Format,
        bytes: &[u8],
        defaults: &Defaults,
    ) -> (usize, Vec<String>) {
        let imported = import(format, "file", bytes, defaults).expect("a file");
        self.metrics.extend(imported.metrics);
        let (mut known, table) = (self.known(), self.table());
        let placer = Placer::new(&mut known, &table, &defaults.extra);
        let (places, notices) = placer.place(imported.records);
        let before = self.records.len();
        for place in places {
            if let Place::New(record) = place {
                self.records.insert(record.id.clone().unwrap_or_default(), *record);
            }
        }
        (self.records.len() - before, notices)
    }

    fn history(&mut self, document: &Value) -> (usize, Vec<String>) {
        self.import(Format::GithubActionBenchmark, document.to_string().as_bytes())
    }

    fn history_with(&mut self, document: &Value, defaults: &Defaults) -> (usize, Vec<String>) {
        let bytes = document.to_string();
        self.import_with(Format::GithubActionBenchmark, bytes.as_bytes(), defaults)
    }

    /// What the series say: name, when and of which commit, metric and value, bit by bit.
    fn measured(&self) -> BTreeSet<Measured> {
        let records =
            self.records.values().map(|record| (record, record.id.as_deref().unwrap_or_default()));
        let mut measured = BTreeSet::new();
        for series in group_into_series(records).into_values() {
            for point in &series.points {
                for metric in &series.metrics {
                    let Some(value) = series.value(point, metric) else { continue };
                    let (name, commit) = (series.labels.model_id.clone(), point.commit.to_string());
                    measured.insert((name, point.time.0, commit, metric.clone(), value.to_bits()));
                }
            }
        }
        measured
    }

    /// Names of series, each with the number of its records.
    fn series(&self) -> Vec<(String, usize)> {
        let records =
            self.records.values().map(|record| (record, record.id.as_deref().unwrap_or_default()));
        let series = group_into_series(records).into_values();
        let mut named: Vec<_> =
            series.map(|series| (series.labels.model_id.clone(), series.points.len())).collect();
        named.sort();
        named
    }
}

fn run(day: u32, name: &str, value: f64, unit: &str, repository: &str) -> Value {
    let date = 1_772_359_200_000_u64 + u64::from(day) * 86_400_000;
    json!({
        "commit": {"id": format!("{day:040}"),
                   "url": format!("https://github.com/{repository}/commit/{day:040}")},
        "date": date, "tool": "catch2", "benches": [{"name": name, "value": value, "unit": unit}],
    })
}

fn document(suites: &[(&str, Vec<Value>)]) -> Value {
    let entries: serde_json::Map<String, Value> =
        suites.iter().map(|(name, runs)| ((*name).to_owned(), json!(runs))).collect();
    json!({"repoUrl": "https://github.com/o/r", "entries": entries})
}

fn legacy(day: u32, model_id: &str, suite: &str, key: &str, value: f64) -> Value {
    let time =
        bench_records::time::Micros((1_772_359_200_000 + i64::from(day) * 86_400_000) * 1000);
    json!({
        "model_id": model_id, "timestamp": time.to_iso(), "commit_sha": format!("{day:040}"),
        "gpu_type": "unknown", "repository": "https://github.com/o/r", "suite": suite,
        "tool": "catch2", "metrics": {key: value}, "run_source": "import",
    })
}

#[test]
fn a_series_of_an_earlier_version_goes_on_under_its_name_and_in_its_unit() {
    let there: Vec<Value> =
        (0..3).map(|day| legacy(day, "decode", "s", "time_us", 990.0 + f64::from(day))).collect();
    let mut shelf = Shelf::of(&there, &[("time_us", "us", Better::Lower)]);
    let runs = vec![
        run(1, "decode", 991.0, "us", "o/r"),
        run(2, "decode", 0.992, "ms", "o/r"),
        run(3, "decode", 1.002, "ms", "o/r"),
    ];
    assert_eq!(shelf.history(&document(&[("s", runs.clone())])), (1, vec![]));
    assert_eq!(shelf.series(), [("decode".to_owned(), 4)]);
    let newest = shelf.records.values().next_back().expect("four records");
    assert_eq!((newest.metric("time_us"), newest.metric("time_s")), (Some(1002.0), None));
    // a second suite has the same benchmark now: it has a series of its own
    let both = document(&[("s", runs), ("t", vec![run(3, "decode", 5.0, "us", "o/r")])]);
    assert_eq!(shelf.history(&both), (1, vec![]));
    assert_eq!(shelf.series(), [("decode".to_owned(), 4), ("t/decode".to_owned(), 1)]);
}

#[test]
fn of_a_series_that_mixes_suites_the_newest_records_keeps_it_and_people_hear_of_it() {
    let there = [
        legacy(0, "encode", "Debug", "time_ms", 30.0),
        legacy(1, "encode", "Release", "time_ms", 18.0),
        legacy(2, "encode", "Debug", "time_ms", 31.0),
        legacy(3, "encode", "Release", "time_ms", 18.5),
    ];
    let mut shelf = Shelf::of(&there, &[("time_ms", "ms", Better::Lower)]);
    let debug = vec![run(0, "encode", 30.0, "ms", "o/r"), run(2, "encode", 31.0, "ms", "o/r")];
    let release = vec![run(3, "encode", 18.5, "ms", "o/r"), run(4, "encode", 18.4, "ms", "o/r")];
    let (new, notices) = shelf.history(&document(&[("Debug", debug), ("Release", release)]));
    assert_eq!(new, 3, "one of Release, two of Debug in a series of its own");
    assert_eq!(shelf.series(), [("Debug/encode".to_owned(), 2), ("encode".to_owned(), 5)]);
    let [notice] = &notices[..] else { panic!("said once: {notices:?}") };
    assert!(
        notice.contains("holds records of several suites and goes on as that of Release"),
        "{notice}"
    );
}

#[test]
fn a_direction_that_an_earlier_version_took_against_the_unit_stays_and_is_said() {
    let there = [legacy(0, "decode", "s", "time_s_higher", 61.0)];
    let mut shelf = Shelf::of(&there, &[("time_s_higher", "s", Better::Higher)]);
    let runs = vec![run(1, "decode", 62.0, "sec", "o/r")];
    let (new, notices) = shelf.history(&document(&[("s", runs)]));
    assert_eq!((new, shelf.series()), (1, vec![("decode".to_owned(), 2)]));
    assert!(
        notices[0].contains("keeps time_s_higher, of which higher is better, though lower"),
        "{notices:?}"
    );
}

#[test]
fn a_project_that_moved_keeps_its_series_whichever_window_comes_first() {
    let window = |days: std::ops::Range<u32>, now: &str| {
        let runs =
            days.map(|day| run(day, "decode", 1.0, "us", if day < 5 { "old/r" } else { "new/r" }));
        let mut document = document(&[("s", runs.collect())]);
        document["repoUrl"] = json!(format!("https://github.com/{now}"));
        document
    };
    let (before, across, after) =
        (window(0..4, "old/r"), window(2..8, "new/r"), window(6..9, "new/r"));
    for order in
        [[&before, &across, &after], [&across, &before, &after], [&after, &across, &before]]
    {
        let mut shelf = Shelf::default();
        for document in order {
            shelf.history(document);
        }
        assert_eq!(shelf.series(), [("s/decode".to_owned(), 9)]);
    }
}

#[test]
fn two_projects_are_two_series() {
    let mut shelf = Shelf::default();
    for repository in ["a/r", "b/r"] {
        let mut file = document(&[("Benchmark", vec![run(0, "decode", 1.0, "us", repository)])]);
        file["repoUrl"] = json!(format!("https://github.com/{repository}"));
        shelf.history(&file);
    }
    assert_eq!(shelf.series(), [("decode".to_owned(), 1), ("decode".to_owned(), 1)]);
}

#[test]
fn an_output_that_is_imported_as_another_tools_is_there_already() {
    let mut shelf = Shelf::default();
    let list = br#"[{"name": "decode", "value": 0.001, "unit": "ms"}]"#;
    assert_eq!(shelf.import(Format::CustomSmaller, list).0, 1);
    assert_eq!(shelf.import(Format::CustomBigger, list).0, 0);
    assert_eq!(shelf.import(Format::GithubActionBenchmark, list).0, 0);
}

#[test]
fn the_output_of_a_tool_continues_the_history_that_has_its_name_once() {
    let mut shelf = Shelf::default();
    shelf.history(&document(&[("s", vec![run(0, "decode", 1.0, "us", "o/r")])]));
    let list = br#"[{"name": "decode", "value": 0.001, "unit": "ms"}]"#;
    assert_eq!(shelf.import(Format::CustomSmaller, list), (1, vec![]));
    assert_eq!(shelf.series(), [("s/decode".to_owned(), 2)]);
    shelf.history(&document(&[("t", vec![run(0, "decode", 1.0, "us", "o/r")])]));
    let list = br#"[{"name": "decode", "value": 0.002, "unit": "ms"}]"#;
    let (new, notices) = shelf.import(Format::CustomSmaller, list);
    assert_eq!((new, notices.len()), (1, 1), "{notices:?}");
}

/// One measurement of a generated history: suite, bench, day, microseconds, how its unit is spelled, and
/// what stands beside it.
type Cell = (usize, usize, u32, u32, usize, usize);

/// Lines beside a value, of which a run may have several for one name.
const EXTRAS: [&str; 4] = ["", "kind: x\nrounds: 3", "kind: y\nrounds: 5", "threads: 8, rows: 64"];

const SPELLINGS: [(&str, f64); 4] = [("us", 1.0), ("µs", 1.0), ("ms", 1e3), ("usec", 1.0)];

fn generated(
    cells: &BTreeMap<(usize, u32), Vec<Cell>>,
    days: std::ops::Range<u32>,
    suites: &[usize],
) -> Value {
    let runs = |suite: usize| {
        let of_suite = cells.iter().filter(|((s, day), _)| *s == suite && days.contains(day));
        let runs = of_suite.map(|((_, day), cells)| {
            let benches: Vec<Value> = cells
                .iter()
                .map(|(_, bench, _, micros, spelling, extra)| {
                    let (unit, scale) = SPELLINGS[*spelling];
                    json!({"name": format!("bench{bench}"), "unit": unit,
                           "value": f64::from(*micros) / scale, "extra": EXTRAS[*extra]})
                })
                .collect();
            let mut run = run(*day, "", 0.0, "", "o/r");
            run["benches"] = json!(benches);
            run
        });
        runs.collect::<Vec<Value>>()
    };
    let named: Vec<(String, Vec<Value>)> =
        suites.iter().map(|suite| (format!("suite{suite}"), runs(*suite))).collect();
    let named: Vec<(&str, Vec<Value>)> =
        named.iter().map(|(name, runs)| (name.as_str(), runs.clone())).collect();
    document(&named)
}

fn cells() -> impl Strategy<Value = BTreeMap<(usize, u32), Vec<Cell>>> {
    let (spelling, extra) = (0..SPELLINGS.len(), 0..EXTRAS.len());
    let cell = (0..3_usize, 0..3_usize, 0..12_u32, 1..5000_u32, spelling, extra);
    prop::collection::vec(cell, 1..40).prop_map(|all| {
        let mut by_run: BTreeMap<(usize, u32), Vec<Cell>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for cell in all {
            if seen.insert((cell.0, cell.1, cell.2, cell.5)) {
                by_run.entry((cell.0, cell.2)).or_default().push(cell);
            }
        }
        by_run
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn windows_of_a_history_in_any_order_give_the_store_of_the_whole(
        cells in cells(),
        windows in prop::collection::vec((0..12_u32, 1..12_u32, prop::sample::subsequence(vec![0, 1, 2], 1..=3)), 0..5),
        first in any::<bool>(),
    ) {
        let whole = generated(&cells, 0..12, &[0, 1, 2]);
        let mut expected = Shelf::default();
        expected.history(&whole);
        let distinct: BTreeSet<_> = cells.values().flatten().map(|c| (c.0, c.1, c.5)).collect();
        prop_assert_eq!(expected.series().len(), distinct.len(), "{:?}", expected.series());
        let mut shelf = Shelf::default();
        if first {
            shelf.history(&whole);
        }
        for (start, length, suites) in windows {
            let window = generated(&cells, start..start + length, &suites);
            let has_any = window["entries"].as_object().is_some_and(|entries| {
                entries.values().any(|runs| runs.as_array().is_some_and(|runs| !runs.is_empty()))
            });
            if has_any {
                shelf.history(&window);
            }
        }
        shelf.history(&whole);
        prop_assert_eq!(&shelf.records, &expected.records);
        prop_assert_eq!(shelf.history(&whole).0, 0, "a second import adds nothing");
    }

    #[test]
    fn entries_and_results_in_any_order_and_pieces_give_the_same_records(
        rates in prop::collection::btree_set(1..30_u32, 1..8),
        cut in 0..8_usize,
    ) {
        let pytorch = |rate: &u32| json!({
            "benchmark": {"name": "suite", "extra_info": {"request_rate": rate}},
            "model": {"name": "m"}, "timestamp": 1_787_500_000, "head_sha": "abc",
            "metric": {"name": "median_ttft_ms", "benchmark_values": [rate]},
        });
        let hyperfine = |rate: &u32| json!({
            "command": "c", "mean": f64::from(*rate), "parameters": {"rate": rate.to_string()},
        });
        let output = |rate: &u32| json!({"name": format!("b{rate}"), "unit": "ms", "value": rate});
        type Entry<'a> = &'a dyn Fn(&u32) -> Value;
        let formats: [(Format, Entry<'_>); 3] = [
            (Format::PyTorch, &pytorch), (Format::Hyperfine, &hyperfine),
            (Format::CustomSmaller, &output),
        ];
        for (format, entry) in formats {
            let file = |entries: Vec<Value>| match format {
                Format::Hyperfine => json!({"results": entries}),
                _ => json!(entries),
            }.to_string();
            let all: Vec<Value> = rates.iter().map(entry).collect();
            let mut whole = Shelf::default();
            whole.import(format, file(all.clone()).as_bytes());
            let (one, other) = all.split_at(cut.min(all.len()));
            let mut pieces = Shelf::default();
            for part in [other, one].into_iter().filter(|part| !part.is_empty()) {
                pieces.import(format, file(part.iter().rev().cloned().collect()).as_bytes());
            }
            prop_assert_eq!(&pieces.records, &whole.records);
            prop_assert_eq!(whole.series().len(), rates.len());
        }
    }
}

/// A document of one run of Go, whose benchmarks have these values and `extra`.
fn of_go(day: u32, benches: &[(f64, &str)]) -> Value {
    let mut run = run(day, "X", 1.0, "ns/op", "o/r");
    let bench = |(value, extra): &(f64, &str)| json!({"name": "X", "value": value, "unit": "ns/op", "extra": extra});
    run["tool"] = "go".into();
    run["benches"] = benches.iter().map(bench).collect();
    document(&[("go", vec![run])])
}

#[test]
fn numbers_of_processors_give_the_same_series_in_any_order_and_in_pieces() {
    let all = [(9.0, "5 times"), (5.0, "5 times\n2 procs"), (3.0, "5 times\n4 procs")];
    let mut whole = Shelf::default();
    assert_eq!(whole.history(&of_go(1, &all)).0, 3);
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let mut pieces = Shelf::default();
        for index in order {
            pieces.history(&of_go(1, &all[index..=index]));
        }
        assert_eq!(pieces.records, whole.records, "{order:?}");
        assert_eq!(pieces.history(&of_go(1, &all)).0, 0);
    }
    let names = ["go/X", "go/X/procs=2", "go/X/procs=4"];
    assert_eq!(whole.series(), names.map(|name| (name.to_owned(), 1)));
}

#[test]
fn a_series_that_does_not_state_its_processors_goes_on_with_those_of_its_newest_record() {
    let mut shelf = Shelf::default();
    shelf.history(&of_go(1, &[(5.0, "5 times\n4 procs")]));
    // as the version before wrote it
    let stated = std::mem::take(&mut shelf.records).into_values().next().expect("a record");
    let workload = crate::import::Workload {
        project: Some("o/r".to_owned()),
        suite: Some("go".to_owned()),
        ..crate::import::Workload::named(FAMILY, "X")
    };
    let (model_id, identity) = (workload.model_id(), workload.identity("unknown"));
    let mut before = Record { model_id, identity, id: None, ..stated };
    identify(&mut before);
    shelf.records.insert(before.id.clone().unwrap_or_default(), before);
    assert_eq!(shelf.history(&of_go(1, &[(5.0, "5 times\n4 procs")])).0, 0);
    shelf.history(&of_go(2, &[(3.0, "7 times\n8 procs"), (5.0, "5 times\n4 procs")]));
    assert_eq!(shelf.series(), [("go/X".to_owned(), 2), ("go/X/procs=8".to_owned(), 1)]);
    let output = "BenchmarkX-4 \t 5 6 ns/op\n".replace("BenchmarkX", "BenchmarkY");
    assert_eq!(shelf.import(Format::Go, output.as_bytes()).0, 1);
}

#[test]
fn a_direction_that_changes_is_said_in_one_file_and_between_files() {
    let of = |day: u32, tool: &str| {
        let mut run = run(day, "a", 3.0, "points", "o/r");
        run["tool"] = tool.into();
        run
    };
    let (low, high) = (of(1, "customSmallerIsBetter"), of(2, "customBiggerIsBetter"));
    let expected = "s/a: lower was taken as better before (points_lower) and higher is now \
                    (points_higher), so these values are a metric of their own; --better lower or \
                    --better higher takes one for all, --better NAME=lower for one benchmark";
    let mut shelf = Shelf::default();
    let both = document(&[("s", vec![low.clone(), high.clone()])]);
    assert_eq!(shelf.history(&both).1, [expected]);
    assert_eq!(shelf.history(&both).1, [""; 0], "what is there already is not said again");
    let mut shelf = Shelf::default();
    assert_eq!(shelf.history(&document(&[("s", vec![low])])).1, [""; 0]);
    assert_eq!(shelf.history(&document(&[("s", vec![high])])).1, [expected]);
}

#[test]
fn a_history_that_begins_a_series_beside_the_tools_own_output_says_so() {
    let mut shelf = Shelf::default();
    let own = json!([{"name": "decode", "unit": "ms", "value": 8.0}]).to_string();
    shelf.import(Format::CustomSmaller, own.as_bytes());
    let history = document(&[("s", vec![run(1, "decode", 8.5, "ms", "o/r")])]);
    let (new, notices) = shelf.history(&history);
    assert_eq!(new, 1);
    assert!(notices.iter().any(|said| said.contains("begins a series beside")), "{notices:?}");
    let (_, notices) = shelf.history(&history);
    assert!(!notices.iter().any(|said| said.contains("beside")), "{notices:?}");
}
