//! Tables as people and their tools write them.

use super::super::input::{Input, TimeUnit};

fn read(text: &str) -> Input {
    super::read("a.csv", text).expect("good CSV")
}

fn refusal(text: &str) -> String {
    format!("{:#}", super::read("a.csv", text).expect_err("bad CSV"))
}

#[test]
fn one_column_with_or_without_a_header_is_values() {
    for text in ["1\n2.5\n", "latency\r\n1\r\n2.5", "\"latency\"\n\"1\"\n\"2.5\"\n\n"] {
        let input = read(text);
        assert_eq!((input.values, input.times), (vec![1.0, 2.5], None), "{text}");
    }
}

#[test]
fn two_columns_are_times_and_values() {
    for text in
        ["time,value\n1, 10\n2, 11\n", "time;value\n1;10\n2;11", "time\tvalue\n1\t10\n2\t11"]
    {
        let input = read(text);
        assert_eq!(input.values, [10.0, 11.0]);
        let times = input.times.expect("times");
        assert_eq!((times.values, times.unit), (vec![1.0, 2.0], TimeUnit::Given));
    }
    let dated = read("2026-05-08,10\n2026-05-09,11\n").times.expect("times");
    assert_eq!((dated.values[1] - dated.values[0], dated.unit), (1.0, TimeUnit::Day));
}

#[test]
fn a_header_says_which_column_is_which() {
    for text in [
        "latency,time\n10,1\n11,2\n",
        "time,commit,latency\n1,abc,10\n2,1e5f,11\n",
        "commit,run,value,memory\na,1,10,5\nb,2,11,6\n",
        "\"run\",\"latency, s\"\n\"1\",\"10\"\n\"2\",\"11\"\n",
        ",latency\n1,10\n2,11\n",
    ] {
        let input = read(text);
        assert_eq!(input.values, [10.0, 11.0], "{text}");
        assert_eq!(input.times.expect("times").values, [1.0, 2.0], "{text}");
    }
    let labelled = read("commit,latency\nabc,10\ndef,11\n");
    assert_eq!((labelled.values, labelled.times), (vec![10.0, 11.0], None));
    assert_eq!(labelled.ignored, ["column `commit` ignored"]);
    assert_eq!(read("latency,\n1,\n2,\n").values, [1.0, 2.0]);
    let dated = read("latency,when\n10,2026-05-08\n11,2026-05-09\n");
    assert_eq!(dated.times.expect("times").unit, TimeUnit::Day);
}

#[test]
fn quoted_fields_are_not_split() {
    let input = read("\"1,234,567\"\n\"1,234.5\"\n");
    assert_eq!((input.values, input.times), (vec![1_234_567.0, 1234.5], None));
    let noted =
        read("time,note,value\n1,\"a \"\"b\"\", c\nd\",10\n2,,x\n".replace('x', "11").as_str());
    assert_eq!(noted.values, [10.0, 11.0]);
}

#[test]
fn a_comma_that_may_mean_two_things_is_refused_with_line_text_and_remedy() {
    for (text, said) in [
        ("1,5\n1,6\n", "line 1 is `1,5`, which may be a time and a value, or 1.5 with a decimal"),
        ("1.234,5\n1.236,7\n", "line 1 is `1.234,5`, which may be"),
        ("1,5\n2,5\n", "line 1 is `1,5`, which may be"),
        ("latency\n1,5\n", "line 2 has 2 columns where the header has 1; quote a field"),
        ("\"1,5\"\n", "line 1, value is `1,5`, with a decimal comma; write 1.5"),
        ("\"1,234\"\n", "line 1, value is `1,234`, which may be 1.234 or 1234; write it without"),
        ("1;1,5\n2;1,6\n", "line 1, value is `1,5`, with a decimal comma; write 1.5"),
        ("time;value\n1,5;2\n", "line 2, time is `1,5`, with a decimal comma; write 1.5"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.starts_with(&format!("a.csv: {said}")), "{refusal}");
    }
    for text in ["0,5\n1,6\n2,7\n", "1715205600,5\n1715205601,6\n", "1,5.0\n1,6\n", "1,5\n2,\n"] {
        assert!(read(text).times.is_some(), "{text}");
    }
}

#[test]
fn missing_values_are_gaps_in_their_place() {
    let input = read("1\n\nNaN\nn/a\n5\n");
    assert_eq!(input.values.len(), 5);
    let note = "3 of 5 values missing or not finite, left out: index 1, 2, 3";
    assert_eq!(input.notes(), [note]);
    assert_eq!(read("1,10\n2,\n,\n4,11\n").values.len(), 4);
}

#[test]
fn what_is_no_number_is_named_with_its_line() {
    for (text, said) in [
        ("1\n12O.5\n", "a.csv: line 2, value is `12O.5`, not a number"),
        ("12O.5\n1\n", "a.csv: line 1, value is `12O.5`, not a number"),
        ("1\n\n\nx\n", "a.csv: line 4, value is `x`, not a number"),
        ("1\n2;3\n", "a.csv: line 1 has 1 column where others have 2; write time,value"),
        ("1,2,3\n", "a.csv: line 1 has 3 columns; keep the values, or time and value"),
        ("1.0,2\n3\n", "a.csv: line 2 has 1 column where others have 2; write time,value"),
        ("yesterday,2\n3,4\n", "a.csv: line 1, time is `yesterday`, neither"),
        ("1.0,2\n,4\n", "a.csv: line 2, time is missing; give each value a time"),
        ("1,2\n2026-05-08,4\n", "a.csv: line 1, time is a number beside dates"),
        ("before,after\n1,2\n", "a.csv: line 1 names the columns before,after, of which several"),
        ("a,b\nx,y\n", "a.csv: line 1 names the columns a,b, of which none holds numbers"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.starts_with(said), "{refusal}");
    }
}

#[test]
fn times_that_go_back_are_noted() {
    let notes = read("time,value\n2,10\n1,11\n").notes();
    assert!(notes[0].starts_with("times[1] is before times[0]"), "{notes:?}");
}
