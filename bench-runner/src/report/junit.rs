//! `junit.xml`: a test suite a benchmark, a test case a metric and gate.

use anyhow::Result;
use bench_records::gate::{Finding, Gate, Outcome};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::plain;
use crate::compare::{Compared, Comparison, results::Note};

/// The text of the file.
///
/// # Errors
/// Where the XML cannot be serialized.
pub fn junit(comparison: &Comparison) -> Result<String> {
    let mut report = Report::new("bench-runner compare");
    report.add_test_suites(comparison.compared.iter().map(suite));
    report.add_test_suites(comparison.set_aside.iter().map(unreadable));
    report.add_test_suites(comparison.skipped.iter().map(not_run));
    Ok(report.to_string()?)
}

fn suite(compared: &Compared) -> TestSuite {
    let gpu = compared.record.gpu_type.as_deref().unwrap_or("unknown");
    let mut suite = TestSuite::new(plain(&format!("{} on {gpu}", compared.record.model_id)));
    let known = |finding: &&Finding| finding.current.is_some() || finding.base.is_some();
    suite.add_test_cases(compared.judgement.findings.iter().filter(known).map(case));
    let judgement = &compared.judgement;
    let explained = judgement.findings.iter().any(Finding::fails);
    if !judgement.verdict.passes() && !explained {
        let status = failure(NonSuccessKind::Error, &judgement.reason);
        suite.add_test_case(TestCase::new(judgement.verdict.as_str(), status));
    }
    suite
}

fn case(finding: &Finding) -> TestCase {
    let gate = match finding.gate {
        Gate::Static => "static limit",
        Gate::Rolling => "rolling baseline",
    };
    let status = match finding.outcome {
        Outcome::Regression | Outcome::Missing => {
            failure(NonSuccessKind::Failure, &numbers(finding))
        }
        Outcome::Skipped(skip) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(skip.reason());
            status
        }
        Outcome::Pass | Outcome::Improved | Outcome::Exceeded => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(plain(&format!("{} ({gate})", finding.metric)), status);
    case.set_system_out(numbers(finding));
    case
}

fn numbers(finding: &Finding) -> String {
    let show = |value: Option<f64>| value.map_or("n/a".to_owned(), |value| value.to_string());
    let change = finding.worsening.map(|change| format!(", change {:+.1} %", change * 100.0));
    let (current, base) = (show(finding.current), show(finding.base));
    format!("current {current}, base {base}{}", change.unwrap_or_default())
}

fn failure(kind: NonSuccessKind, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(plain(message));
    status
}

fn unreadable(note: &Note) -> TestSuite {
    let mut suite = TestSuite::new(plain(&note.subject));
    let status = failure(NonSuccessKind::Error, &note.reason);
    suite.add_test_case(TestCase::new("read the result", status));
    suite
}

fn not_run(note: &Note) -> TestSuite {
    let mut suite = TestSuite::new(plain(&note.subject));
    let mut status = TestCaseStatus::skipped();
    status.set_message(plain(&note.reason));
    suite.add_test_case(TestCase::new("run the benchmark", status));
    suite
}
