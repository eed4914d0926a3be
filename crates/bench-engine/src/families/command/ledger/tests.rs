//! What is kept of what a program says, and what is refused.

use super::*;
use crate::progress::Quiet;

#[test]
fn a_stage_that_looks_like_a_known_one_is_told_apart_from_it() {
    for stage in ["Denoise", "DENOISE", "text-encoder", "VaeDecode"] {
        let said = stage_in_doubt(stage).expect(stage);
        assert!(said.contains("if you mean that one"), "{said}");
    }
    assert_eq!(
        stage_in_doubt("Denoise").expect("in doubt"),
        "the stage \"Denoise\" is not \"denoise\", whose metric is dit_time_s: it is kept as \
         Denoise_time_s; print \"denoise\" if you mean that one"
    );
    for stage in ["denoise", "prefill", "decode"] {
        assert_eq!(stage_in_doubt(stage), None, "{stage}");
    }
}

#[test]
fn a_built_in_metric_cannot_be_defined_as_another() {
    let mut ledger = Ledger::default();
    let watch = Quiet;
    let mut hear = |statement: &Statement| ledger.hear_metric("tokens_per_s", statement, &watch);
    let unit = |unit: &str| Statement { unit: Some(unit.to_owned()), ..Statement::default() };
    assert!(hear(&unit("tokens/s")).is_ok());
    let error = hear(&unit("tokens/min")).expect_err("another unit").to_string();
    assert!(error.starts_with("tokens_per_s is a metric in \"tokens/s\", better higher"));
}

#[test]
fn a_number_that_a_metric_cannot_have_is_refused_with_its_name_value_and_remedy() {
    let hear = |key: &str, value: f64, better: Option<Better>| {
        let statement = Statement { value: Some(value), better, ..Statement::default() };
        Ledger::default().hear_metric(key, &statement, &Quiet)
    };
    for (key, value) in [
        ("tokens_per_s", -1.0),
        ("accepted_tokens_per_s", -1.0),
        ("prefill_ms", -0.5),
        ("token_count", -3.0),
        ("success_rate", 1.5),
        ("success_rate", -0.1),
    ] {
        let error = hear(key, value, None).expect_err(key).to_string();
        let said = format!("{key} is {value}, expected a f");
        assert!(error.starts_with(&said) && error.contains("; print null"), "{error}");
    }
    assert!(hear("clock_offset_ms", -1.0, None).is_ok() && hear("score", -1.0, None).is_ok());
    assert!(hear("lead_ms", -1.0, Some(Better::Neither)).is_ok());
    assert!(hear("lead_ms", -1.0, Some(Better::Lower)).is_err());
}

#[test]
fn a_declaration_replaces_a_guess_and_not_another_declaration() {
    let mut ledger = Ledger::default();
    let watch = Quiet;
    let mut hear = |better: Option<Better>| {
        let statement = Statement { value: Some(1.0), better, ..Statement::default() };
        ledger.hear_metric("score", &statement, &watch)
    };
    assert!(hear(None).is_ok() && hear(Some(Better::Higher)).is_ok() && hear(None).is_ok());
    assert!(hear(Some(Better::Lower)).is_err());
    assert_eq!(ledger.metrics[0].better, Better::Higher);
}
