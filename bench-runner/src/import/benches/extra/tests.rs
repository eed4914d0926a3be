//! Tests of what is taken from `extra`.

use super::*;

fn shown(extra: &str, name: &str, rules: &[&str]) -> (String, String) {
    let rules = rules.iter().map(|rule| ExtraRule::parse(rule).expect("an option"));
    let Extra { parameters, guesses } = Extra::read(extra, name, &rules.collect::<Vec<_>>());
    let pairs = |pairs: &BTreeMap<String, String>| {
        let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join(",")
    };
    (pairs(&parameters), pairs(&guesses.results))
}

#[test]
fn what_tools_write_gives_their_parameters_and_nothing_that_changes_from_run_to_run() {
    for (name, extra, expected) in [
        ("pytest", "mean: 850.2 msec\nrounds: 5", ""),
        ("google", "iterations: 100\ncpu: 3 ns\nthreads: 1", ""),
        ("google", "iterations: 100\ncpu: 3 ns\nthreads: 8", "threads=8"),
        ("a/threads:8", "threads: 8", ""),
        ("jmh", "iterations: 5\nforks: 1\nthreads: 4", "threads=4"),
        ("jmh", "iterations: 5\nforks: 3\nthreads: 1", "forks=3"),
        ("go", "5000 times\n8 procs", "procs=8"),
        ("go", "5000 times\nsome procs", ""),
        ("catch2", "100 samples\n1 iterations", ""),
        ("benchmarkjs", "85 samples", ""),
        (
            "julia",
            "gctime=0\nmemory=48\nallocs=3\nparams={\"evals\":1,\"gctrial\":true,\"n\":4}",
            "",
        ),
    ] {
        assert_eq!(shown(extra, name, &[]), (expected.to_owned(), String::new()), "{extra}");
    }
}

#[test]
fn a_line_whose_name_says_nothing_is_a_parameter_where_it_is_a_word() {
    for (extra, parameters, results) in [
        ("kind: x", "kind=x", ""),
        ("dataset=wiki, size=1,024", "dataset=wiki,size=1,024", ""),
        ("rows: 1000\ntokens: 5123", "rows=1000", "tokens=5123"),
        ("level: 0.5", "", "level=0.5"),
        ("size: 1.5 GB", "size=1.5 GB", ""),
        ("kind: fast, but hot", "", "kind=fast, but hot"),
        ("commit: abc\nhost: runner\nnote: x", "", ""),
        ("See: https://example.com", "", "See=https://example.com"),
        ("Anything Else!\n12:30\nhttps://example.com", "", ""),
    ] {
        assert_eq!(shown(extra, "a", &[]), (parameters.to_owned(), results.to_owned()), "{extra}");
    }
}

#[test]
fn an_option_decides_what_a_line_is() {
    let extra = "kind: x\ntokens: 5123\ntime: 3";
    let rules = ["kind=result", "tokens=parameter", "time=parameter", "time=result"];
    assert_eq!(shown(extra, "a", &rules), ("tokens=5123".to_owned(), String::new()));
    for broken in ["kind", "=result", "kind=x"] {
        assert!(ExtraRule::parse(broken).is_err(), "{broken}");
    }
}
