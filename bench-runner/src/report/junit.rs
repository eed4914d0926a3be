//! `junit.xml`: a test suite a benchmark, a test case a metric and gate.

use anyhow::Result;
use bench_records::{
    gate::{Finding, Gate, Outcome, policy::Wording},
    metric::MetricTable,
    scale::Scale,
};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    headline::{cause, name},
    plain,
};
use crate::{
    compare::{Compared, Comparison, Tally, results::Note},
    exit::Exit,
};

/// The text of the file.
///
/// # Errors
/// Where the XML cannot be serialized.
pub fn junit(comparison: &Comparison) -> Result<String> {
    let mut report = Report::new("bench-runner compare");
    let table = &comparison.table;
    let suites = comparison.compared.iter().map(|compared| suite(comparison, compared, table));
    report.add_test_suites(suites);
    let failed = comparison.failed.iter().map(|note| error(note, "measure the benchmark"));
    report.add_test_suites(failed);
    let unread = comparison.set_aside.iter().map(|note| error(note, "read the result"));
    report.add_test_suites(unread);
    report.add_test_suites(
        cause(comparison).filter(|_| comparison.exit() != Exit::Passed).map(empty),
    );
    report.add_test_suites(comparison.skipped.iter().map(not_run));
    Ok(report.to_string()?)
}

fn suite(comparison: &Comparison, compared: &Compared, table: &MetricTable) -> TestSuite {
    let gpu = compared.record.gpu_type.as_deref().unwrap_or("unknown");
    let mut suite = TestSuite::new(plain(&format!("{} on {gpu}", compared.record.model_id)));
    let known = |finding: &&Finding| finding.current.is_some() || finding.base.is_some();
    let judgement = &compared.judgement;
    let limits_key = compared.raw.as_ref().and_then(|raw| raw.measured.thresholds_key.clone());
    let failure_of = |finding: &Finding| {
        let limits_key = limits_key.as_deref();
        Wording { baseline_count: judgement.baseline_count, limits_key, table }.failure(finding)
    };
    let cases = judgement.findings.iter().filter(known);
    suite.add_test_cases(cases.map(|finding| case(finding, table, failure_of)));
    let explained = judgement.findings.iter().any(Finding::fails);
    if !judgement.verdict.passes() && !explained {
        let status = failure(NonSuccessKind::Error, &judgement.reason);
        suite.add_test_case(TestCase::new(judgement.verdict.as_str(), status));
    }
    if let Some(amiss) = comparison.amiss(compared) {
        let status = failure(NonSuccessKind::Error, amiss.reason());
        suite.add_test_case(TestCase::new(amiss.label(), status));
    }
    if comparison.has_no_base(compared) {
        let told = format!("{}: {}", judgement.reason, judgement.notices.join("; "));
        let kind = NonSuccessKind::Error;
        let is_error = Tally::of(comparison).lacks_base();
        let status = if is_error { failure(kind, &told) } else { skipped(&told) };
        suite.add_test_case(TestCase::new("find the series in the base", status));
    }
    suite
}

fn case(
    finding: &Finding,
    table: &MetricTable,
    failure_of: impl Fn(&Finding) -> String,
) -> TestCase {
    let gate = match finding.gate {
        Gate::Static => "static limit",
        Gate::Rolling => "rolling baseline",
    };
    let status = match finding.outcome {
        Outcome::Regression | Outcome::Missing => {
            failure(NonSuccessKind::Failure, &failure_of(finding))
        }
        Outcome::Skipped(skip) => skipped(skip.reason()),
        Outcome::Pass | Outcome::Improved | Outcome::Exceeded => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(plain(&format!("{} ({gate})", finding.metric)), status);
    case.set_system_out(numbers(finding, table));
    case
}

/// Such as `latency 12.000 s, base 10.000 s, +20.0 % worse`; a static limit is called so.
fn numbers(finding: &Finding, table: &MetricTable) -> String {
    let metric = table.get_or_unjudged(&finding.metric);
    let scale = Scale::of(&metric, finding.base.or(finding.current));
    let show = |value: Option<f64>| scale.quantity(value);
    let change = finding.change_in_words().map(|words| format!(", {words}"));
    let (current, base) = (show(finding.current), show(finding.base));
    let against = if finding.gate == Gate::Static { "limit" } else { "base" };
    format!("{} {current}, {against} {base}{}", finding.metric, change.unwrap_or_default())
}

fn failure(kind: NonSuccessKind, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(plain(message));
    status
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(plain(reason));
    status
}

fn error(note: &Note, what: &str) -> TestSuite {
    let mut suite = TestSuite::new(plain(&name(note)));
    let status = failure(NonSuccessKind::Error, &note.reason);
    suite.add_test_case(TestCase::new(what, status));
    suite
}

fn empty(cause: String) -> TestSuite {
    let note = Note::new("all benchmarks", cause);
    error(&note, "find a result")
}

fn not_run(note: &Note) -> TestSuite {
    let mut suite = TestSuite::new(plain(&name(note)));
    suite.add_test_case(TestCase::new("run the benchmark", skipped(&note.reason)));
    suite
}
