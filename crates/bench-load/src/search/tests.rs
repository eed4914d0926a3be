//! Searches of servers whose limits are known, and searches that cannot answer.

use std::convert::Infallible;

use super::{servers::*, *};

/// Searches of one kind with so many seeds.
fn scores(case: &Case, seeds: u64) -> Vec<Score> {
    (0..seeds).map(|seed| score(case, seed)).collect()
}

/// What holds of every search: at most 12 probes, and a resolved bracket is as narrow as was asked.
fn keeps_its_promises(score: &Score) -> bool {
    score.probes <= 12 && (!score.is_resolved || score.width <= 0.05 + 1e-6)
}

#[test]
fn the_limit_of_each_kind_of_server_is_in_the_bracket() {
    for case in cases().iter().filter(|case| !case.name.contains("first token")) {
        let scores = scores(case, 1);
        assert!(scores.iter().all(|score| score.is_right), "{}: {scores:?}", case.name);
        assert!(scores.iter().all(keeps_its_promises), "{}: {scores:?}", case.name);
    }
}

#[test]
#[ignore = "800 searches: some 20 min"]
fn the_limit_of_each_kind_of_server_is_in_the_bracket_for_95_of_100_seeds() {
    for case in cases() {
        let scores = scores(&case, 100);
        let right = scores.iter().filter(|score| score.is_right).count();
        let resolved = scores.iter().filter(|score| score.is_resolved).count();
        println!("{}: {right} right, {resolved} resolved of 100", case.name);
        assert!(right >= 95, "{}: {right} of 100", case.name);
        assert!(scores.iter().all(keeps_its_promises), "{}", case.name);
    }
}

#[test]
#[ignore = "simulates 100 million requests: some 5 min"]
fn limits_that_tests_count_on_are_those_of_long_simulations() {
    for case in cases() {
        let limit = limit_rps(&case, 1_000_000, 0);
        assert!((limit / case.limit_rps - 1.0).abs() < 0.006, "{}: {limit}", case.name);
    }
}

/// A search of one kind with changes to its plan and to what its probes see.
fn search_of(
    case: &Case,
    change: impl Fn(&mut SearchPlan),
    see: impl Fn(&Probe, Probed) -> Probed,
    slo: &str,
) -> Found {
    let mut plan = SearchPlan {
        start_rps: case.server.capacity_rps() * 0.2,
        probe_requests: 8000,
        seed: 1,
        ..Default::default()
    };
    change(&mut plan);
    let slo = Slo::parse(slo).expect("an objective");
    let Ok(found) =
        search(plan, slo, |probe| Ok::<_, Infallible>(see(probe, case.probe(&case.server, probe))));
    found
}

fn as_seen(_: &Probe, probed: Probed) -> Probed {
    probed
}

fn reason(found: &Found) -> &str {
    match &found.conclusion {
        Conclusion::Unresolved { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_late_client_ends_the_search_and_is_named() {
    let case = &cases()[1];
    let late = |probe: &Probe, mut probed: Probed| {
        if probe.rate_rps > case.server.capacity_rps() * 0.5 {
            probed.client = Client::Late { reason: "send lag p99 is 9 ms".to_owned() };
        }
        probed
    };
    let found = search_of(case, |_| {}, late, case.slo);
    assert!(matches!(found.conclusion, Conclusion::ClientLimited { .. }), "{found}");
    assert!(found.to_string().contains("limited by the client at"), "{found}");
    assert!(found.highest_passing.is_some() && found.lowest_failing.is_none());
}

#[test]
fn answers_that_lack_what_the_objective_is_about_end_the_search() {
    let found = search_of(&cases()[1], |_| {}, as_seen, "ttft_p99_ms<=100");
    assert!(reason(&found).starts_with("answers have no ttft"), "{found}");
}

#[test]
fn an_objective_that_nothing_keeps_is_unresolved_with_the_lowest_rate_that_fails() {
    let found = search_of(&cases()[1], |_| {}, as_seen, "e2el_p50_ms<=1");
    assert!(found.highest_passing.is_none() && found.lowest_failing.is_some(), "{found}");
    assert!(!reason(&found).is_empty());
}

#[test]
fn a_server_that_keeps_everything_is_unresolved_at_the_highest_rate_allowed() {
    let found = search_of(&cases()[1], |plan| plan.most_rps = 1.0, as_seen, "e2el_p50_ms<=9000");
    assert!(reason(&found).contains("keep the objective; allow a higher one"), "{found}");
    let bound = found.highest_passing.expect("it passes");
    assert!(bound.is_confirmed && bound.rate_rps == 1.0, "{found}");
}

#[test]
fn one_seed_is_one_search() {
    let case = &cases()[2];
    let once = || search_of(case, |_| {}, as_seen, case.slo);
    assert_eq!(once(), once());
}
