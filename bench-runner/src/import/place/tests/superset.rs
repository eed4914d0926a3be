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
fn a_run_that_was_imported_without_its_counters_is_there_and_that_is_said_once() {
    let mut shelf = Shelf::default();
    let format = Format::GoogleBenchmark;
    assert_eq!(shelf.import(format, measured(&[], 10.0).as_bytes()).0, 2);
    let counted = measured(&[("tokens", 4.0)], 10.0);
    let (new, notices) = shelf.import(format, counted.as_bytes());
    assert_eq!(new, 0);
    let said: Vec<_> = notices.iter().filter(|said| said.contains("is there without")).collect();
    assert_eq!(said, ["decode and 1 more: is there without tokens; nothing is added"]);
    // another value is another measurement
    assert_eq!(shelf.import(format, measured(&[("tokens", 4.0)], 11.0).as_bytes()).0, 2);
}
