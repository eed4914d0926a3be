//! Tests of what is taken from `extra`.

use super::*;

fn shown(extra: &str, name: &str, rules: &[&str]) -> (String, String) {
    let rules = rules.iter().map(|rule| ExtraRule::parse(rule).expect("an option"));
    let Extra { parameters, guesses, .. } = Extra::read(extra, name, &rules.collect::<Vec<_>>());
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

#[test]
fn a_list_in_brackets_is_the_value_of_its_line() {
    for (extra, rules, parameters, results) in [
        ("spans: [1, 2]", &[][..], "", "spans=[1, 2]"),
        ("spans: [1, 2], kind: x", &[], "kind=x", "spans=[1, 2]"),
        ("kind: x [3]", &[], "", "kind=x [3]"),
        ("spans: [a: 1, b: 2]", &[], "", "spans=[a: 1, b: 2]"),
        ("spans: [1, 2]", &["spans=parameter"], "spans=[1, 2]", ""),
        ("shape: [8, 128]", &[], "shape=[8, 128]", ""),
        ("range: [1.5 ms 1.6 ms]", &[], "", ""),
        ("[info] kind: x", &[], "", ""),
        ("list of [a: 1]", &[], "", ""),
    ] {
        assert_eq!(
            shown(extra, "a", rules),
            (parameters.to_owned(), results.to_owned()),
            "{extra}"
        );
    }
}

#[test]
fn a_line_is_left_out_only_where_the_name_has_all_of_it() {
    for (name, extra, parameters) in [
        ("x/n:1", "n: 1", ""),
        ("n:1/x", "n: 1", ""),
        ("x/n:10", "n: 1", "n=1"),
        ("x/n:1.5", "n: 1", "n=1"),
        ("x/bin:1", "n: 1", "n=1"),
        ("x/batch_size:8", "size: 8", "size=8"),
        ("x/n:10/n:1", "n: 1", ""),
    ] {
        assert_eq!(shown(extra, name, &[]).0, parameters, "{name}");
    }
}

#[test]
fn a_parameter_of_several_values_is_known_and_the_last_one_counts() {
    let repeated = |extra: &str| Extra::read(extra, "a", &[]).lines.repeated;
    for extra in ["kind: x\nkind: y", "kind: x, kind: y", "rows: 1\nrows: 2"] {
        assert_eq!(repeated(extra).len(), 1, "{extra}");
    }
    for extra in ["kind: x\nkind: x", "mean: 1\nmean: 2", "tokens: 1\ntokens: 2"] {
        assert!(repeated(extra).is_empty(), "{extra}");
    }
    assert_eq!(shown("kind: x\nkind: y", "a", &[]).0, "kind=y");
}

#[test]
fn an_option_decides_on_processors_too() {
    assert_eq!(shown("5 times\n8 procs", "a", &["procs=result"]).0, "");
    assert_eq!(shown("5 times\n8 procs", "a", &["procs=parameter"]).0, "procs=8");
}
