use super::*;

fn error(text: &str) -> String {
    Slo::parse(text).expect_err("no objective").to_string()
}

#[test]
fn clauses_are_read_in_both_spellings_and_written_in_one() {
    for (text, expected) in [
        ("ttft_p99_ms<=500,success>=0.99", "ttft_p99_ms<=500,success>=0.99"),
        (" p99_ttft_ms <= 500 , success >= 99% ", "ttft_p99_ms<=500,success>=0.99"),
        ("e2el_p99.9_s<=1.5", "e2el_p99.9_ms<=1500"),
        ("median_itl_ms≤20", "itl_p50_ms<=20"),
        ("tpot_p50_ms<=1e2", "tpot_p50_ms<=100"),
    ] {
        let slo = Slo::parse(text).expect("an objective");
        assert_eq!(slo.to_string(), expected);
        assert_eq!(Slo::parse(expected), Ok(slo));
    }
}

#[test]
fn a_mean_brings_the_success_that_it_needs() {
    let written = |text| Slo::parse(text).expect("an objective").to_string();
    assert_eq!(written("ttft_mean_ms<=200"), "ttft_mean_ms<=200,success>=0.99");
    assert_eq!(written("ttft_mean_ms<=200,success>=0.5"), "ttft_mean_ms<=200,success>=0.5");
}

#[test]
fn what_is_no_objective_is_named_with_what_to_write() {
    assert_eq!(
        error(" "),
        "the objective is empty; write such as `ttft_p99_ms<=500,success>=0.99`"
    );
    assert_eq!(
        error("ttft_p99_ms<=1,,success>=0.9"),
        "clause 2 of `ttft_p99_ms<=1,,success>=0.9` is empty; remove the comma or write a clause"
    );
    assert_eq!(
        error("ttft_p99_ms"),
        "`ttft_p99_ms` compares nothing; write a metric, `<=` or `>=`, and a number"
    );
    assert_eq!(error("ttft_p99_ms>=500"), "`ttft_p99_ms>=500` compares with `>=`; write `<=`");
    assert_eq!(error("success<=0.9"), "`success<=0.9` compares with `<=`; write `>=`");
    assert_eq!(error("ttft_p99_ms==5"), "`ttft_p99_ms==5` compares with `==`; write `<=`");
    for metric in [
        "latency",
        "ttft",
        "ttft_p99",
        "ttft_p0_ms",
        "ttft_p100_ms",
        "ttft_max_ms",
        "",
        "ttft_itl_ms",
    ] {
        let text = error(&format!("{metric}<=5"));
        assert!(text.starts_with(&format!("`{metric}` is no metric of an objective")), "{text}");
    }
    for value in ["", "fast", "-1", "0", "NaN", "inf", "500ms"] {
        let text = error(&format!("ttft_p99_ms<={value}"));
        assert!(
            text.starts_with(&format!("`{value}` is no value of ttft_p99_ms; write")),
            "{text}"
        );
    }
    for value in ["99", "1", "0", "100%", "most"] {
        let text = error(&format!("success>={value}"));
        assert!(text.starts_with(&format!("`{value}` is no value of success; write")), "{text}");
    }
    assert_eq!(
        error("ttft_p50_ms<=1,median_ttft_ms<=2"),
        "ttft_p50_ms has two limits; keep the stricter one"
    );
}
