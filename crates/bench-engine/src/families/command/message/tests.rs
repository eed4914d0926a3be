//! Lines, and what each is read as.

use super::*;

fn parse(line: &str) -> Message {
    match Message::parse(line).expect("a sound line") {
        Content::Message(message) => *message,
        other => panic!("{line} is {other:?}"),
    }
}

fn names(message: &Message) -> Vec<&str> {
    message.metrics.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_line_may_say_several_things() {
    let message = parse(r#" {"stage": "denoise", "seconds": 1.5, "done": true} "#);
    let expected = Message {
        stage: Some("denoise".to_owned()),
        seconds: Some(1.5),
        done: Some(true),
        ..Message::default()
    };
    assert_eq!(message, expected);
}

#[test]
fn numbers_of_other_names_are_metrics_wherever_they_are_said() {
    let alone = parse(r#"{"tokens_per_s": 31.5}"#);
    assert_eq!((names(&alone), alone.metrics[0].1.value), (vec!["tokens_per_s"], Some(31.5)));
    let beside = parse(r#"{"done": true, "ttft_ms": 55, "finish": "eos", "note": null}"#);
    assert_eq!(names(&beside), ["ttft_ms"]);
    assert_eq!(beside.unknown, ["finish"]);
    let grouped = parse(r#"{"metrics": {"a_ms": 1, "b": {"value": 2, "better": "higher"}}}"#);
    assert_eq!(names(&grouped), ["a_ms", "b"]);
}

#[test]
fn what_a_program_is_belongs_to_no_trial_and_all_else_does() {
    assert!(!parse(r#"{"ready": true, "engine": "mine 2.1", "startup_s": 3}"#).is_of_a_trial());
    for line in [r#"{"done": true}"#, r#"{"ttft_ms": 5}"#, r#"{"frames": 9}"#] {
        assert!(parse(line).is_of_a_trial(), "{line}");
    }
}

#[test]
fn words_and_foreign_json_are_no_messages() {
    for line in ["", "loading", "[info] up", "{'done': True}", "3", r#"{"level": "info"}"#, "{}"] {
        assert_eq!(Message::parse(line).expect("sound"), Content::Words, "{line}");
    }
    for (line, names) in [
        (r#"{"level": "info", "ts": 17.5}"#, ["ts"].as_slice()),
        (r#"{"tok_per_s": 3, "o": {"a_ms": 2}}"#, &["tok_per_s", "o.a_ms"]),
        (r#"{"arr_ms": [1, 2]}"#, &["arr_ms[]"]),
        (r#"[{"tok_per_s": 5}]"#, &["[].tok_per_s"]),
    ] {
        let names = names.iter().map(ToString::to_string).collect();
        assert_eq!(Message::parse(line).expect("sound"), Content::Foreign(names), "{line}");
    }
}

#[test]
fn a_byte_order_mark_hides_no_message_and_a_key_said_twice_is_named() {
    assert_eq!(parse("\u{feff}{\"done\": true}").done, Some(true));
    let twice = parse(r#"{"frames": 1, "frames": 2, "metrics": {"a": 1, "a": 2}}"#);
    assert_eq!((twice.frames, twice.twice), (Some(2), vec!["frames".to_owned(), "a".to_owned()]));
}

#[test]
fn what_looks_like_a_message_and_is_none_is_an_error() {
    let said = Message::parse(r#"{"stage": "denoise", "seconds": "0.1"}"#).expect_err("a text");
    assert!(said.to_string().ends_with(r#"seconds is "0.1", expected a number"#), "{said}");
    for line in [
        r#"{"latency_s": 0}"#,
        r#"{"step": NaN}"#,
        r#"{"step": "fast"}"#,
        r#"{"stage": "denoise"}"#,
        r#"{"stage": "", "seconds": 1}"#,
        r#"{"stage": " ", "seconds": 1}"#,
        r#"{"": 5}"#,
        r#"{"peak_memory_mb": -1}"#,
        r#"{"ready": true, "startup_s": -0.5}"#,
        r#"{"frames": -1}"#,
        r#"{"done": tr"#,
        r#"{"metrics": 3}"#,
        r#"{"metrics": {"ttft_ms": "55"}}"#,
        r#"{"metrics": {"score": {"value": 1, "better": "up"}}}"#,
    ] {
        assert!(Message::parse(line).is_err(), "{line}");
    }
}
