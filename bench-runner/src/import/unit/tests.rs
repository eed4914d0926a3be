//! Tests of the canon of units.

use super::*;

fn canonical(text: &str) -> (String, f64) {
    let unit = Unit::parse(text);
    let one = unit.canonical_value(1.0);
    (unit.canonical, one)
}

#[test]
fn every_spelling_of_a_unit_is_one_metric() {
    for (spellings, unit, one) in [
        (&["s", "sec", "secs", "second", "seconds", "s/iter", "Sec"][..], "s", 1.0),
        (&["us", "µs", "μs", "usec", "microseconds", "us/op", "us/operation", "[us]"], "s", 1e-6),
        (&["ns", "ns/iter", "ns/op", " nsec ", "nanoseconds", "ns per iteration"], "s", 1e-9),
        (&["min", "minutes"], "s", 60.0),
        (
            &["ops/s", "op/s", "ops/sec", "operations/second", "ops per second", "Ops/S"],
            "ops/s",
            1.0,
        ),
        (&["ops/ms", "kops/s", "operations/msec"], "ops/s", 1000.0),
        (&["ops/us", "Mops/s", "ops/µs"], "ops/s", 1e6),
        (&["ops/min", "op/minute"], "ops/s", 1.0 / 60.0),
        (&["iter/sec", "iterations/s", "it/s", "iter/s"], "iter/s", 1.0),
        (&["req/s", "rps", "requests/second"], "requests/s", 1.0),
        (&["fps", "FPS", "frames/s", "frame/sec"], "frames/s", 1.0),
        (&["B", "bytes", "Bytes"], "bytes", 1.0),
        (&["KB", "kB", "kb", "kilobytes"], "bytes", 1000.0),
        (&["MiB", "mib", "mebibytes"], "bytes", 1_048_576.0),
        (&["MB/s", "MB/sec", "MBps", "megabytes/second"], "bytes/s", 1e6),
        (&["MiB/s", "MiBps"], "bytes/s", 1_048_576.0),
        (&["Mbps", "Mbit/s"], "bytes/s", 125_000.0),
        (&["B/op", "bytes/operation"], "bytes/op", 1.0),
        (&["allocs/op", "allocations/op"], "allocs/op", 1.0),
        (&["ms/frame", "msec/frames"], "s/frame", 1e-3),
        (&["%", "percent", "pct"], "%", 1.0),
        (&["GFLOPS", "GFLOP/s", "GFLOPs/s"], "FLOP/s", 1e9),
        (&["kHz"], "Hz", 1000.0),
        (&["1/s", "/s", "hz"], "Hz", 1.0),
        (&["widgets/sec", "widgets/s"], "widgets/s", 1.0),
        (&["points"], "points", 1.0),
        (&["s/s"], "s/s", 1.0),
        (&["Mb"], "Mb", 1.0),
        (&[""], "", 1.0),
    ] {
        for text in spellings {
            assert_eq!(canonical(text), (unit.to_owned(), one), "{text}");
        }
    }
}

#[test]
fn words_beside_a_unit_do_not_make_it_another_metric() {
    for (text, unit, one) in [
        ("ms (avg)", "s", 1e-3),
        ("ns/op (mean)", "s", 1e-9),
        ("[ms]", "s", 1e-3),
        ("MB (peak)", "bytes", 1e6),
        ("ops/s ±", "ops/s", 1.0),
        ("tokens per second (median)", "tokens/s", 1.0),
        ("MiB/s [max]", "bytes/s", 1_048_576.0),
        ("us p99", "s", 1e-6),
    ] {
        assert_eq!(canonical(text), (unit.to_owned(), one), "{text}");
    }
    let metric = Unit::parse("ms (avg)").metric(Better::Lower);
    assert_eq!((metric.key.as_ref(), metric.unit.as_ref()), ("time_s", "s"));
}

#[test]
fn a_unit_has_a_direction_only_where_it_is_certain() {
    use {
        Better::{Higher, Lower},
        Direction::{Clear, Likely, Unsaid},
    };
    for (text, direction) in [
        ("sec", Clear(Lower)),
        ("ms/frame", Clear(Lower)),
        ("MiB", Clear(Lower)),
        ("B/op", Clear(Lower)),
        ("ops/us", Clear(Higher)),
        ("MB/s", Clear(Higher)),
        ("widgets/s", Likely(Higher)),
        ("errors/s", Likely(Lower)),
        ("allocs/op", Clear(Lower)),
        ("ops", Unsaid),
        ("points", Unsaid),
        ("%", Unsaid),
        ("", Unsaid),
    ] {
        assert_eq!(Unit::parse(text).direction(), direction, "{text}");
    }
}

#[test]
fn another_direction_is_another_metric() {
    let key = |text: &str, better| Unit::parse(text).metric(better).key.into_owned();
    assert_eq!(key("ms", Better::Lower), "time_s");
    assert_eq!(key("ms", Better::Higher), "time_s_higher");
    assert_eq!(key("points", Better::Neither), "points");
    assert_eq!(key("points", Better::Lower), "points_lower");
    assert_eq!(key("req/s", Better::Higher), "requests_per_s");
    assert_eq!(key("B/op", Better::Lower), "bytes_per_op");
}

#[test]
fn conversion_is_exact_between_units_of_one_kind_and_refused_between_others() {
    let convert = |value, from: &str, to: &str| Unit::parse(from).convert(value, &Unit::parse(to));
    assert_eq!(convert(1.002, "ms", "us"), Some(1002.0));
    assert_eq!(convert(3.0, "ns", "us/iter"), Some(3.0 / 1000.0));
    assert_eq!(convert(0.4, "ops/ms", "ops/s"), Some(400.0));
    assert_eq!(convert(1.0, "MB", "KiB"), Some(976.5625));
    assert_eq!(convert(1.0, "MB", "ms"), None);
    assert_eq!(convert(997.0, "us", "us"), Some(997.0));
}
