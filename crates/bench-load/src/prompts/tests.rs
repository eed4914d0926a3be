//! Prompts of each kind.

use std::collections::BTreeSet;

use super::*;
use crate::arrivals::PlannedRequest;

const LENGTHS: Lengths = Lengths { input: 20, output: 7, range_ratio: 0.0 };

fn texts(prompts: &Prompts) -> Vec<&str> {
    prompts.prompts.iter().map(|prompt| prompt.text.as_str()).collect()
}

#[test]
fn random_prompts_have_their_words_and_the_same_seed_gives_the_same() {
    let made = |mark, seed| random(50, LENGTHS, mark, seed, Unit::Words).expect("lengths");
    let prompts = made(Mark::Seed(3), 1);
    assert!(texts(&prompts).iter().all(|text| text.split(' ').count() == 20));
    assert!(prompts.prompts.iter().all(|prompt| prompt.output_tokens == Some(7)));
    assert_eq!(made(Mark::Seed(3), 1), prompts);
    assert_ne!(made(Mark::Seed(3), 2), prompts);
}

#[test]
fn no_two_prompts_and_no_two_runs_begin_alike() {
    let starts: BTreeSet<String> = [1, 2]
        .into_iter()
        .flat_map(|run| {
            let made = random(500, LENGTHS, Mark::Run(run), 1, Unit::Words).expect("lengths");
            made.prompts.into_iter().map(|prompt| prompt.text[..8].to_owned())
        })
        .collect();
    assert_eq!(starts.len(), 1000);
}

#[test]
fn lengths_scatter_within_their_range() {
    let lengths = Lengths { range_ratio: 0.5, ..LENGTHS };
    let made = random(300, lengths, Mark::None, 1, Unit::Words).expect("lengths");
    let counts: BTreeSet<usize> = texts(&made).iter().map(|text| text.split(' ').count()).collect();
    assert_eq!((counts.first(), counts.last()), (Some(&10), Some(&30)));
    for wrong in [Lengths { input: 0, ..LENGTHS }, Lengths { range_ratio: 1.0, ..LENGTHS }] {
        let error = random(1, wrong, Mark::None, 1, Unit::Words).expect_err("wrong").to_string();
        assert!(error.starts_with("--random-"), "{error}");
    }
}

#[test]
fn lines_are_text_or_json_and_a_wrong_one_is_named() {
    let read = |text: &str| lines("p.txt", text, Unit::Words);
    let file = "\u{feff}# no\n\na fox\n{\"prompt\": \"a\\nb\", \"output_tokens\": 9}\r\n";
    let prompts = read(file).expect("two prompts");
    assert_eq!(texts(&prompts), ["a fox", "a\nb"]);
    assert_eq!(prompts.prompts[1].output_tokens, Some(9));
    for (file, words) in [
        ("a\n{\"prompt\": 1}\n{\n", "p.txt line 2: invalid type"),
        ("{\"text\": \"a\"}", "missing field `prompt`"),
        ("{\"prompt\": \" \"}", "prompt is empty"),
        ("{\"prompt\": \"a\", \"output_tokens\": 0}", "output_tokens is 0"),
        ("# nothing\n", "p.txt has no prompt"),
    ] {
        let error = read(file).expect_err(file).to_string();
        assert!(error.contains(words), "{error}");
    }
    assert!(read("{\n{\n").expect_err("two").to_string().contains("(and 1 more lines)"));
}

#[test]
fn a_short_file_is_used_again_with_marks_and_that_is_said() {
    let read = lines("p.txt", "a\nb\n", Unit::Words).expect("two");
    let prompts = marked(&read, 5, Mark::Run(1));
    let distinct: BTreeSet<&str> = texts(&prompts).into_iter().collect();
    assert_eq!((distinct.len(), prompts.notes.len()), (5, 1));
    assert!(prompts.prompts[3].text.ends_with(" b"));
    let plain = marked(&read, 3, Mark::None);
    assert_eq!(texts(&plain), ["a", "b", "a"]);
    assert!(plain.notes[0].contains("from its cache"));
    assert!(marked(&read, 2, Mark::None).notes.is_empty());
}

#[test]
fn conversations_give_first_turns_and_say_what_they_leave_out() {
    let turn = |text: &str| serde_json::json!({"from": "human", "value": text});
    let file = serde_json::json!([
        {"conversations": [turn("one two three four five"), turn("a b c d e f")]},
        {"conversations": [turn("one two three four five six")]},
        {"conversations": [turn("hi"), turn("a b c d e f")]},
        {"id": "none"},
    ])
    .to_string();
    let read = conversations("s.json", &file, None, 1, Unit::Words).expect("one");
    assert_eq!(texts(&read), ["one two three four five"]);
    assert_eq!(read.prompts[0].output_tokens, Some(6));
    assert!(read.notes[0].starts_with("3 of 4 conversations are left out"), "{:?}", read.notes);
    let given = conversations("s.json", &file, Some(50), 1, Unit::Words).expect("one");
    assert_eq!(given.prompts[0].output_tokens, Some(50));
    let error = conversations("s.json", "{}", None, 1, Unit::Words).expect_err("no list");
    assert!(error.to_string().starts_with("s.json is no ShareGPT file"), "{error}");
    let error = conversations("s.json", "[{}]", None, 1, Unit::Words).expect_err("none fits");
    assert!(error.to_string().contains("1 of 1 conversations are left out"), "{error}");
}

#[test]
fn equal_blocks_of_a_trace_are_equal_text_in_one_run_and_no_other() {
    let request = |hash_ids: Vec<u64>, input_tokens| PlannedRequest {
        input_tokens: Some(input_tokens),
        output_tokens: Some(3),
        hash_ids,
        ..PlannedRequest::default()
    };
    let requests = [request(vec![7, 8], 600), request(vec![7, 9], 700), request(vec![], 5)];
    let made = |run| traced(&requests, 1, Mark::Run(run), 1, Unit::Words);
    let prompts = made(1);
    let words: Vec<Vec<&str>> =
        texts(&prompts).iter().map(|text| text.split(' ').collect()).collect();
    assert_eq!(words.iter().map(Vec::len).collect::<Vec<_>>(), [600, 700, 5]);
    assert_eq!(words[0][..512], words[1][..512]);
    assert_ne!(words[0][512..], words[1][512..600]);
    assert_ne!(texts(&made(2))[0][..40], texts(&prompts)[0][..40]);
    assert_eq!(prompts.prompts[0].output_tokens, Some(3));
}

#[cfg(feature = "tokenizer")]
#[test]
fn with_a_tokenizer_lengths_are_exact() {
    let vocabulary: serde_json::Map<String, serde_json::Value> =
        ('!'..='~').chain(['\u{120}']).zip(0..).map(|(c, id)| (c.to_string(), id.into())).collect();
    let file = serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false},
        "post_processor": null, "decoder": null,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": []}
    });
    let folder = std::env::temp_dir().join(format!("bench-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("tokenizer.json");
    std::fs::write(&path, file.to_string()).expect("a file");
    let tokenizer = crate::tokenizer::Tokenizer::read(&path).expect("a tokenizer");
    let made = random(20, LENGTHS, Mark::Run(1), 1, Unit::Tokens(&tokenizer)).expect("lengths");
    assert!(made.notes.is_empty(), "{:?}", made.notes);
    for prompt in &made.prompts {
        assert_eq!((prompt.text.len(), prompt.tokens), (20, Some(20)), "{}", prompt.text);
    }
    assert_eq!(tokenizer.ends("abc"), Some(vec![1, 2, 3]));
    std::fs::remove_dir_all(folder).expect("it is there");
}
