//! Tests of outputs that no benchmark of left a value in.

use super::*;

#[test]
fn benchmarks_all_of_which_failed_are_recognised_and_said() {
    for (format, text) in [
        (
            Format::BenchmarkJs,
            "decode: TypeError: x is not a function\nencode: Error: no input\nFastest is \n",
        ),
        (
            Format::BenchmarkDotNet,
            r#"{"Title": "t", "Benchmarks": [{"FullName": "a", "Statistics": null},
                                             {"FullName": "b", "Statistics": null}]}"#,
        ),
    ] {
        let imported = read(format, text);
        assert_eq!((imported.records.len(), imported.set_aside.len()), (0, 2), "{format}");
        assert!(
            imported.notices.iter().any(|said| said.starts_with("nothing was measured: ")),
            "{:?}",
            imported.notices
        );
    }
}

#[test]
fn outputs_without_any_benchmark_are_recognised_and_said() {
    for (format, text) in [
        (Format::Pytest, r#"{"machine_info": {}, "benchmarks": [], "datetime": "x"}"#),
        (Format::GoogleBenchmark, r#"{"context": {"num_cpus": 8}, "benchmarks": []}"#),
        (Format::GuideLlm, r#"{"metadata": {"guidellm_version": "0.5.0"}, "benchmarks": []}"#),
        (
            Format::Catch2,
            "benchmark name       samples       iterations    estimated\n-----------------\n",
        ),
    ] {
        assert_eq!(detect("out", text.as_bytes()), Ok(format));
        let timestamp = Some(Micros(1_778_277_600_000_000));
        let defaults = Defaults { timestamp, ..Defaults::default() };
        let error = import(format, "out", text.as_bytes(), &defaults).expect_err("nothing in it");
        assert!(error.to_string().starts_with("nothing was measured: out holds no"), "{error}");
    }
}

#[test]
fn a_log_with_an_exception_is_no_output_of_benchmarkjs() {
    let log = "starting\ndecode: TypeError: x is not a function\n";
    assert!(detect("out", log.as_bytes()).is_err());
}
