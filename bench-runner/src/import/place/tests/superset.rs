//! Tests of records that an earlier version read with fewer metrics.

use super::*;

fn measured(counters: &[(&str, f64)], real_time: f64) -> String {
    let bench = |name: &str| {
        let mut bench = json!({"name": name, "iterations": 10, "real_time": real_time,
                               "cpu_time": 9.0, "time_unit": "ns", "threads": 1});
        for (name, value) in counters {
            bench[*name] = json!(value);
        }
        bench
    };
    let benchmarks = [bench("decode"), bench("encode")];
    json!({"context": {"date": "2026-04-01T10:00:00+00:00"}, "benchmarks": benchmarks}).to_string()
}

#[test]
fn a_run_that_was_imported_without_its_counters_is_completed_and_that_is_said_once() {
    let mut shelf = Shelf::default();
    let format = Format::GoogleBenchmark;
    assert_eq!(shelf.import(format, measured(&[], 10.0).as_bytes()).0, 2);
    let counted = measured(&[("tokens", 4.0)], 10.0);
    let (new, notices) = shelf.import(format, counted.as_bytes());
    assert_eq!(new, 2);
    let said: Vec<_> = notices.iter().filter(|said| said.contains("there without")).collect();
    assert_eq!(
        said,
        ["2 runs were there without tokens; records with all their metrics take their place"]
    );
    assert_eq!(shelf.series(), [("decode".to_owned(), 1), ("encode".to_owned(), 1)]);
    let mut whole = Shelf::default();
    whole.import(format, counted.as_bytes());
    assert_eq!(shelf.measured(), whole.measured());
    for again in [&counted, &measured(&[], 10.0)] {
        assert_eq!(shelf.import(format, again.as_bytes()), (0, vec![]), "{again}");
    }
    // another value is another measurement
    assert_eq!(shelf.import(format, measured(&[("tokens", 4.0)], 11.0).as_bytes()).0, 2);
}

#[test]
fn a_piece_of_a_run_that_is_excluded_stays_alone_and_that_is_said() {
    let mut shelf = Shelf::default();
    let format = Format::GoogleBenchmark;
    shelf.import(format, measured(&[], 10.0).as_bytes());
    shelf.excluded.extend(shelf.records.keys().cloned());
    let (new, notices) = shelf.import(format, measured(&[("tokens", 4.0)], 10.0).as_bytes());
    assert_eq!(new, 0);
    assert!(notices.iter().any(|said| said.contains("is excluded in the store")), "{notices:?}");
}

#[test]
fn a_record_of_an_earlier_version_gains_the_metrics_that_it_did_not_read() {
    let there = [legacy(0, "decode", "s", "time_us", 990.0)];
    let mut shelf = Shelf::of(&there, &[("time_us", "us", Better::Lower)]);
    let mut run = run(0, "decode", 0.99, "ms", "o/r");
    run["tool"] = "julia".into();
    run["benches"][0]["extra"] = "gctime=0\nmemory=48\nallocs=3".into();
    let history = document(&[("s", vec![run])]);
    assert_eq!(shelf.history(&history).0, 1);
    assert_eq!(shelf.series(), [("decode".to_owned(), 1)]);
    let of_run: Vec<_> =
        shelf.measured().into_iter().map(|(_, _, _, metric, value)| (metric, value)).collect();
    let expected: [(&str, f64); 3] = [("allocs", 3.0), ("memory_bytes", 48.0), ("time_us", 990.0)];
    assert_eq!(of_run, expected.map(|(metric, value)| (metric.to_owned(), value.to_bits())));
    assert_eq!(shelf.history(&history).0, 0);
}

#[test]
fn samples_whose_further_metrics_an_earlier_version_took_from_the_first_are_there() {
    let output = b"BenchmarkX \t 9 5 ns/op\t 64 B/op\nBenchmarkX \t 9 6 ns/op\t 72 B/op\n";
    let mut shelf = Shelf::default();
    assert_eq!(shelf.import(Format::Go, output).0, 1);
    let mut before = std::mem::take(&mut shelf.records).into_values().next().expect("a record");
    assert_eq!(before.metrics.insert("bytes_per_op".to_owned(), 64.0), Some(68.0));
    before.id = None;
    identify(&mut before);
    shelf.records.insert(before.id.clone().unwrap_or_default(), before);
    assert_eq!(shelf.import(Format::Go, output), (0, vec![]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_of_runs_that_contradict_each_other_keep_all_values_in_any_order(
        order in Just((0..4_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let entry = |metric: &str, value: f64| json!({
            "benchmark": {"name": "suite"}, "model": {"name": "m"}, "timestamp": 1_787_500_000,
            "head_sha": "abc", "metric": {"name": metric, "benchmark_values": [value]},
        });
        let one = [entry("ttft_s", 1.0), entry("load_s", 3.0)];
        let other = [entry("ttft_s", 2.0), entry("load_s", 4.0)];
        let files = [json!(one), json!(other), json!(one[..1]), json!(other[1..])];
        let mut shelf = Shelf::default();
        for index in order {
            shelf.import(Format::PyTorch, files[index].to_string().as_bytes());
        }
        let values: Vec<f64> =
            shelf.measured().into_iter().map(|(_, _, _, _, bits)| f64::from_bits(bits)).collect();
        prop_assert_eq!(values, [3.0, 4.0, 1.0, 2.0]);
        for file in &files {
            prop_assert_eq!(shelf.import(Format::PyTorch, file.to_string().as_bytes()), (0, vec![]));
        }
    }
}
