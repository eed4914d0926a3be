//! Whatever text goes in, [`parse`] returns: a configuration, or an error in the usual form.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::parse;

const FILE: &str = include_str!(
    "../../../../tests/fixtures/configs/fastvideo/wan-2gpu-regression-thresholds.json"
);

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_. ]{0,6}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// Every place of a document, as a JSON pointer.
fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(k, v)| pointers(v, &format!("{here}/{k}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, v)| pointers(v, &format!("{here}/{i}"), found));
        }
        _ => {}
    }
}

/// Parses, and checks the form of the message when there is one.
fn parse_and_check_message(text: &str) -> Result<(), TestCaseError> {
    let Err(error) = parse("x.json", text) else {
        return Ok(());
    };
    let shown = error.to_string();
    prop_assert!(shown.starts_with("x.json: "), "{}", shown);
    prop_assert!(!error.fault.problem.is_empty() && !error.fault.remedy.is_empty(), "{}", shown);
    prop_assert!(!shown.ends_with('.'), "{}", shown);
    Ok(())
}

proptest! {
    #[test]
    fn any_text_parses_or_is_explained(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        parse_and_check_message(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_cut_and_splice_of_a_file_parses_or_is_explained(
        at in any::<prop::sample::Index>(),
        len in 0_usize..40,
        splice in ".{0,12}",
    ) {
        let mut text: Vec<char> = FILE.chars().collect();
        let start = at.index(text.len());
        let end = text.len().min(start + len);
        text.splice(start..end, splice.chars());
        parse_and_check_message(&text.into_iter().collect::<String>())?;
    }

    #[test]
    fn any_value_at_any_place_parses_or_is_explained(
        at in any::<prop::sample::Index>(),
        value in any_json(),
    ) {
        let mut document: Value = serde_json::from_str(FILE).expect("JSON");
        let mut places = Vec::new();
        pointers(&document, "", &mut places);
        if let Some(place) = document.pointer_mut(&places[at.index(places.len())]) {
            *place = value;
        }
        parse_and_check_message(&document.to_string())?;
    }
}
