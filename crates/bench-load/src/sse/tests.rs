//! Streams, cut in every way.

use proptest::prelude::*;

use super::{Event, Reader};

fn events(pieces: &[&[u8]]) -> Vec<Event> {
    let (mut reader, mut events) = (Reader::default(), Vec::new());
    for piece in pieces {
        reader.read(piece, &mut |event| events.push(event));
    }
    events
}

fn event(name: &str, data: &str) -> Event {
    Event { name: name.to_owned(), data: data.to_owned() }
}

/// Each oddity that a server may send, in LF.
const ODD: &str = "\u{feff}: hello\n\ndata: {\"a\": \"h\u{e9}\u{1f680}\"}\n\ndata:no space\n\nevent: error\n\
                   data: one\ndata:  two\ndata\n\nid: 7\nretry: 10\nunknown: x\n\nevent: lonely\n\n\
                   data: [DONE]\n\ndata: cut";

fn odd() -> Vec<Event> {
    vec![
        event("", "{\"a\": \"h\u{e9}\u{1f680}\"}"),
        event("", "no space"),
        event("error", "one\n two\n"),
        event("", "[DONE]"),
    ]
}

#[test]
fn every_split_and_line_end_gives_the_same_events() {
    for line_end in ["\n", "\r\n", "\r"] {
        let stream = ODD.replace('\n', line_end).into_bytes();
        assert_eq!(events(&[&stream]), odd(), "{line_end:?}");
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(events(&bytes), odd(), "{line_end:?}, each byte alone");
        for first in 0..=stream.len() {
            let (a, b) = stream.split_at(first);
            assert_eq!(events(&[a, b]), odd(), "{line_end:?} at {first}");
        }
    }
}

#[test]
fn three_pieces_at_every_pair_of_splits_give_the_same_events() {
    let stream = "data: a\r\n\r\nevent:x\rdata:\u{e9}\n\rdata: b\n\n".as_bytes();
    let expected = [event("", "a"), event("x", "\u{e9}"), event("", "b")];
    for first in 0..=stream.len() {
        for second in first..=stream.len() {
            let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
            assert_eq!(events(&pieces), expected, "at {first} and {second}");
        }
    }
}

#[test]
fn an_event_is_there_with_its_empty_line_and_not_later() {
    let mut reader = Reader::default();
    let mut count = 0;
    reader.read(b"data: a\r\n\r", &mut |_| count += 1);
    assert_eq!(count, 1);
    assert!(!reader.is_within_event());
    reader.read(b"\ndata: b", &mut |_| count += 1);
    assert_eq!(count, 1);
    assert!(reader.is_within_event());
}

#[test]
fn an_event_without_data_is_none_and_an_empty_data_line_is_one() {
    assert_eq!(
        events(&[b"event: ping\n\n:\n\ndata\n\ndata:\ndata:\n\n"]),
        [event("", ""), event("", "\n")]
    );
}

#[test]
fn a_byte_order_mark_is_skipped_once_and_only_at_the_start() {
    let stream = "\u{feff}\u{feff}data: a\n\ndata: \u{feff}b\n\n\u{feff}data: c\n\n".as_bytes();
    assert_eq!(events(&[stream]), [event("", "\u{feff}b")]);
}

#[test]
fn broken_utf8_becomes_a_replacement_and_ends_no_event() {
    assert_eq!(events(&[b"data: a\xff\xe2\x82b\n\n"]), [event("", "a\u{fffd}\u{fffd}b")]);
}

#[test]
fn a_colon_in_a_value_and_names_that_only_begin_like_a_field_are_kept_apart() {
    let stream = b"data: a: b\ndatax: c\n data: d\nDATA: e\n\n";
    assert_eq!(events(&[stream]), [event("", "a: b")]);
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_are_the_same_as_whole(
        stream in prop::collection::vec(
            prop_oneof![
                Just(b'\n'), Just(b'\r'), Just(b':'), Just(b' '), Just(b'd'), Just(0xef), any::<u8>()
            ],
            0..80,
        ),
        data_first in any::<bool>(),
        piece in 1usize..9,
    ) {
        let stream = if data_first { [b"data:".to_vec(), stream].concat() } else { stream };
        let pieces: Vec<&[u8]> = stream.chunks(piece).collect();
        prop_assert_eq!(events(&pieces), events(&[&stream]));
    }
}
