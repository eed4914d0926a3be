//! The reader against serde_json's, and what it refuses.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Broken, FromJson, Problem, Reader, from_text, read_as};
use crate::read_fields;

/// A value of any kind, as serde_json has it.
struct Any(Value);

impl FromJson for Any {
    fn blank() -> Self {
        Self(Value::Null)
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        self.0 = match reader.peek() {
            Some(b'"') => read_as::<String>(reader)?.into(),
            Some(b'[') => {
                read_as::<Vec<Self>>(reader)?.into_iter().map(|Self(value)| value).collect()
            }
            Some(b'{') => {
                let fields = read_as::<BTreeMap<String, Self>>(reader)?;
                fields.into_iter().map(|(name, Self(value))| (name, value)).collect()
            }
            Some(b't' | b'f') => read_as::<bool>(reader)?.into(),
            Some(b'n') => read_as::<Option<f64>>(reader)?.map_or(Value::Null, Into::into),
            _ => read_as::<f64>(reader)?.into(),
        };
        Ok(())
    }
}

fn any(text: &str) -> Result<Value, Problem> {
    from_text::<Any>(text).map(|Any(value)| value)
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        ".{0,9}".prop_map(Value::from),
    ];
    use proptest::arbitrary::any;
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,5}", inner, 0..6)
                .prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_as_it_was(value in values()) {
        prop_assert_eq!(any(&value.to_string()), Ok(value.clone()));
        let pretty = serde_json::to_string_pretty(&value).expect("plain values");
        prop_assert_eq!(any(&pretty), Ok(value));
    }

    #[test]
    fn what_is_no_json_for_serde_json_is_none_here(
        text in r#"[\[\]{},:"\\a0-9eE.+\-tfnu ]{0,12}"#,
    ) {
        let expected = serde_json::from_str::<Value>(&text).is_ok();
        prop_assert_eq!(any(&text).is_ok(), expected, "{}", text);
        let mut reader = Reader { text: &text, at: 0, depth: 0, problem: String::new() };
        let is_passed = reader.skip().is_ok() && reader.peek().is_none();
        prop_assert_eq!(is_passed, expected, "{}", text);
    }

    #[test]
    fn a_number_is_the_float_that_is_nearest_to_it(digits in "[1-9][0-9]{0,24}", point in 0_usize..25, power in -330_i32..300) {
        let (whole, rest) = digits.split_at(point.min(digits.len()));
        let whole = if whole.is_empty() { "0" } else { whole };
        let text = format!("-{whole}.{rest}0e{power}");
        let expected: f64 = text.parse().expect("a number");
        match expected.is_finite() {
            true => prop_assert_eq!(from_text::<f64>(&text), Ok(expected)),
            false => prop_assert!(from_text::<f64>(&text).is_err()),
        }
    }
}

#[test]
fn escapes_are_the_letters_that_they_stand_for() {
    let text = r#""a\"\\\/\b\f\n\r\tü😀""#;
    assert_eq!(from_text::<String>(text).as_deref(), Ok("a\"\\/\u{8}\u{c}\n\r\tü😀"));
    for broken in
        [r#""\ud83d""#, r#""\ud83dA""#, r#""\u12g4""#, r#""\u+123""#, r#""\x""#, "\"a\nb\"", "\"a"]
    {
        assert!(from_text::<String>(broken).is_err(), "{broken}");
    }
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(any(&nested(128)).is_ok());
    assert!(any(&nested(100_000)).is_err());
}

#[derive(Debug, PartialEq)]
struct Part {
    name: String,
    size: Option<f64>,
    count: u16,
}

read_fields!(Part { name, size = None, count as "number" = 7 });

#[derive(Debug, PartialEq)]
struct Strict {
    name: String,
}

read_fields!(
    #[strict]
    Strict { name }
);

#[test]
fn a_field_can_be_left_out_that_has_a_default_and_an_unknown_one_is_passed_over() {
    let read = |text: Value| from_text::<Part>(&text.to_string());
    let part = |size, count| Part { name: "a".to_owned(), size, count };
    assert_eq!(read(json!({"name": "a"})), Ok(part(None, 7)));
    let all = json!({"other": [{"x": "]"}], "size": 2, "number": 3, "name": "a"});
    assert_eq!(read(all), Ok(part(Some(2.0), 3)));
    let words = |text: Value| read(text).expect_err("a problem").to_string();
    assert_eq!(words(json!({"size": 1})), "missing field `name`");
    assert_eq!(words(json!({"name": "a", "number": 70_000})), "number out of range at column 27");
    assert_eq!(
        words(json!({"name": "a", "number": 1.5})),
        "expected a whole number in range at column 25"
    );
    assert_eq!(words(json!([])), "expected an object at column 1");
}

#[test]
fn a_strict_object_has_no_unknown_field() {
    let read = |text: &str| from_text::<Strict>(text).map_err(|problem| problem.to_string());
    assert_eq!(read(r#"{"name": "a"}"#), Ok(Strict { name: "a".to_owned() }));
    let problem = "unknown field `nmae`, expected one of `name`".to_owned();
    assert_eq!(read(r#"{"nmae": "a"}"#), Err(problem));
    assert_eq!(read("{} x"), Err("missing field `name`".to_owned()));
    assert_eq!(
        read(r#"{"name": "a"} x"#),
        Err("expected the end of the text at column 15".to_owned())
    );
}
