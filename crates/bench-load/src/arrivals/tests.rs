//! Each kind of arrivals against its distribution, and what all of them promise.

use proptest::prelude::*;

use super::{
    goodness::{gamma_distribution, p_value},
    *,
};

/// Requests of a test of fit.
const N: usize = 10_000;
/// A p-value below it refutes a distribution.
const REFUTED: f64 = 0.01;

fn steady(rate_rps: f64, spacing: Spacing) -> Arrivals {
    Arrivals::Open { rate: Rate::Steady { rate_rps }, spacing }
}

fn ramp(shape: RampShape, spacing: Spacing) -> Arrivals {
    let over = RampTime::Seconds(600.0);
    Arrivals::Open { rate: Rate::Ramp { shape, start_rps: 2.0, end_rps: 40.0, over }, spacing }
}

fn schedule(arrivals: &Arrivals, length: Length, seed: u64) -> Schedule {
    match plan(arrivals, length, seed).expect("arrivals that exist") {
        Plan::Open(schedule) => schedule,
        Plan::Closed(_) => panic!("open arrivals"),
    }
}

fn times_s(schedule: &Schedule) -> Vec<f64> {
    schedule.requests().iter().map(|request| request.at_ns as f64 / 1e9).collect()
}

fn gaps(times: &[f64]) -> Vec<f64> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn gaps_of_a_steady_rate_fit_their_distribution() {
    let n = Length::Requests(N + 1);
    for seed in 1..=3 {
        let gaps_of = |spacing| gaps(&times_s(&schedule(&steady(8.0, spacing), n, seed)));
        let p = p_value(&gaps_of(Spacing::Poisson), |gap| 1.0 - (-gap * 8.0).exp());
        assert!(p > REFUTED, "Poisson, seed {seed}: {p}");
        for burstiness in [0.2, 0.5, 2.0, 10.0] {
            let distribution = |gap: f64| gamma_distribution(burstiness, gap * 8.0 * burstiness);
            let p = p_value(&gaps_of(Spacing::Gamma { burstiness }), distribution);
            assert!(p > REFUTED, "burstiness {burstiness}, seed {seed}: {p}");
            let other = |gap: f64| gamma_distribution(burstiness, gap * 11.0 * burstiness);
            assert!(p_value(&gaps_of(Spacing::Gamma { burstiness }), other) < REFUTED);
        }
    }
}

#[test]
fn a_constant_rate_has_equal_gaps_to_the_nanosecond() {
    let schedule = schedule(&steady(8.0, Spacing::Even), Length::Requests(N), 1);
    assert!(
        schedule.requests().iter().enumerate().all(|(at, r)| r.at_ns == at as u64 * 125_000_000)
    );
    assert_eq!(schedule.offered_rps(), Some(8.0));
    let p = p_value(&times_s(&schedule), |at| (at / 1250.0).min(1.0));
    assert!(p > REFUTED);
}

/// Given their number, arrivals of a Poisson process lie independently with the density of its rate.
#[test]
fn a_ramp_goes_by_time_as_its_rate_does() {
    let fraction = |shape, at: f64| match shape {
        RampShape::Linear => (2.0 * at + 38.0 * at * at / 1200.0) / 12_600.0,
        RampShape::Exponential => ((20.0_f64).powf(at / 600.0) - 1.0) / 19.0,
    };
    for shape in [RampShape::Linear, RampShape::Exponential] {
        for seed in 1..=3 {
            let drawn = schedule(&ramp(shape, Spacing::Poisson), Length::Seconds(600.0), seed);
            let p = p_value(&times_s(&drawn), |at| fraction(shape, at));
            assert!(p > REFUTED, "{shape:?}, seed {seed}: {p}");
            let flat = p_value(&times_s(&drawn), |at| at / 600.0);
            assert!(flat < 1e-6, "a ramp that does not rise");
        }
        let even = schedule(&ramp(shape, Spacing::Even), Length::Seconds(600.0), 1);
        assert!(p_value(&times_s(&even), |at| fraction(shape, at)) > 0.999);
    }
}

#[test]
fn thinking_users_pause_for_exponential_times() {
    let arrivals = Arrivals::Closed { users: 100, think: Think::Exponential { mean_s: 2.0 } };
    let Ok(Plan::Closed(users)) = plan(&arrivals, Length::Seconds(60.0), 5) else {
        panic!("closed arrivals")
    };
    let pauses: Vec<f64> =
        (0..N).map(|at| users.pause_ns(at % 100, at / 100) as f64 / 1e9).collect();
    assert!(p_value(&pauses, |pause| 1.0 - (-pause / 2.0).exp()) > REFUTED);
    assert_eq!(users.pause_ns(7, 3), users.pause_ns(7, 3));
    assert_eq!(users.count(), 100);
}

#[test]
fn an_infinite_rate_sends_everything_at_zero() {
    let all = schedule(&Arrivals::AllAtOnce, Length::Requests(N), 1);
    assert!(all.requests().iter().all(|request| request.at_ns == 0));
    assert_eq!(all.requests().len(), N);
    let error = plan(&Arrivals::AllAtOnce, Length::Seconds(1.0), 1).expect_err("no number");
    assert!(error.to_string().contains("num_prompts"), "{error}");
}

/// Written down once: another version or platform that draws other numbers fails here.
#[test]
fn the_schedule_of_a_seed_is_the_one_that_it_always_was() {
    let nanoseconds = |arrivals: &Arrivals| -> Vec<u64> {
        let drawn = schedule(arrivals, Length::Requests(1000), 42);
        [1, 2, 10, 999].map(|at| drawn.requests()[at].at_ns).to_vec()
    };
    let bursts = Spacing::Gamma { burstiness: 0.5 };
    assert_eq!(
        [
            nanoseconds(&steady(10.0, Spacing::Poisson)),
            nanoseconds(&steady(10.0, bursts)),
            nanoseconds(&ramp(RampShape::Linear, bursts)),
            nanoseconds(&ramp(RampShape::Exponential, Spacing::Poisson)),
        ],
        GOLDEN.map(Vec::from),
    );
}

const GOLDEN: [[u64; 4]; 4] = [
    [166_792_717, 289_712_877, 564_784_267, 99_176_437_379],
    [25_265_313, 70_960_996, 910_033_252, 99_606_458_260],
    [126_074_898, 352_833_859, 4_262_492_874, 148_565_164_238],
    [832_232_124, 1_443_351_120, 2_804_198_539, 249_524_722_428],
];

#[test]
fn a_duration_and_a_number_end_a_plan_at_whichever_is_first() {
    let constant = steady(4.0, Spacing::Even);
    let count = |length| schedule(&constant, length, 1).requests().len();
    assert_eq!(count(Length::Seconds(10.0)), 40);
    assert_eq!(count(Length::Either { requests: 10, seconds: 10.0 }), 10);
    assert_eq!(count(Length::Either { requests: 100, seconds: 10.0 }), 40);
}

#[test]
fn a_ramp_down_to_nothing_ends_before_its_requests_do() {
    let over = RampTime::Seconds(10.0);
    let rate = Rate::Ramp { shape: RampShape::Linear, start_rps: 10.0, end_rps: 0.0, over };
    let down = Arrivals::Open { rate, spacing: Spacing::Even };
    assert_eq!(schedule(&down, Length::Requests(100), 1).requests().len(), 51);
}

#[test]
fn impossible_numbers_are_refused_with_field_value_and_remedy() {
    let error = |arrivals: &Arrivals, length| {
        plan(arrivals, length, 1).expect_err("impossible arrivals").to_string()
    };
    let ten = Length::Requests(10);
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let text = error(&steady(rate, Spacing::Poisson), ten);
        assert!(text.starts_with(&format!("request_rate {rate} is not")), "{text}");
        assert!(text.contains("write such as 4, or inf"), "{text}");
    }
    let text = error(&steady(1.0, Spacing::Gamma { burstiness: 0.0 }), ten);
    assert!(text.starts_with("burstiness 0 is not"), "{text}");
    let text = error(&steady(1e-9, Spacing::Poisson), ten);
    assert!(text.contains("longer than a year"), "{text}");
    let text = error(&steady(1e9, Spacing::Poisson), Length::Seconds(1e6));
    assert!(text.contains("too large"), "{text}");
    let text = error(&Arrivals::Closed { users: 0, think: Think::None }, ten);
    assert!(text.contains("at least 1"), "{text}");
    let text = error(&steady(1.0, Spacing::Even), Length::Requests(0));
    assert!(text.contains("sends nothing"), "{text}");
    let over = RampTime::AllRequests;
    let rate = Rate::Ramp { shape: RampShape::Exponential, start_rps: 0.0, end_rps: 4.0, over };
    let text = error(&Arrivals::Open { rate, spacing: Spacing::Even }, ten);
    assert!(text.starts_with("ramp_up_start_rps 0 is not"), "{text}");
    let rate = Rate::Ramp { shape: RampShape::Linear, start_rps: 1.0, end_rps: 4.0, over };
    let text = error(&Arrivals::Open { rate, spacing: Spacing::Even }, Length::Seconds(9.0));
    assert!(text.contains("ramp needs"), "{text}");
}

#[test]
fn burstiness_one_is_poisson_and_infinite_is_even() {
    assert_eq!(Spacing::of_burstiness(1.0), Ok(Spacing::Poisson));
    assert_eq!(Spacing::of_burstiness(f64::INFINITY), Ok(Spacing::Even));
    assert_eq!(Spacing::of_burstiness(0.5), Ok(Spacing::Gamma { burstiness: 0.5 }));
    assert!(Spacing::of_burstiness(f64::NAN).is_err());
}

fn any_spacing() -> impl Strategy<Value = Spacing> {
    prop_oneof![
        Just(Spacing::Even),
        Just(Spacing::Poisson),
        (0.1..20.0).prop_map(|burstiness| Spacing::Gamma { burstiness }),
    ]
}

fn any_rate() -> impl Strategy<Value = Rate> {
    let shape = prop_oneof![Just(RampShape::Linear), Just(RampShape::Exponential)];
    let over = prop_oneof![Just(RampTime::AllRequests), (1.0..100.0).prop_map(RampTime::Seconds)];
    prop_oneof![
        (0.1..1000.0).prop_map(|rate_rps| Rate::Steady { rate_rps }),
        (shape, 0.1..100.0, 0.1..100.0, over).prop_map(|(shape, start_rps, end_rps, over)| {
            Rate::Ramp { shape, start_rps, end_rps, over }
        }),
    ]
}

proptest! {
    #[test]
    fn one_seed_is_one_schedule_whose_times_never_go_back(
        rate in any_rate(),
        spacing in any_spacing(),
        requests in 1_usize..400,
        seed: u64,
    ) {
        let arrivals = Arrivals::Open { rate, spacing };
        let drawn = || schedule(&arrivals, Length::Requests(requests), seed);
        let first = drawn();
        prop_assert_eq!(&first, &drawn());
        prop_assert_eq!(first.requests().len(), requests);
        prop_assert_eq!(first.requests()[0].at_ns, 0);
        prop_assert!(first.requests().is_sorted_by_key(|request| request.at_ns));
        let other = schedule(&arrivals, Length::Requests(requests), seed ^ 1);
        prop_assert!(spacing == Spacing::Even || requests < 3 || first != other);
        // a shorter plan is the beginning of a longer one, except that its ramp may be shorter too
        if !matches!(rate, Rate::Ramp { over: RampTime::AllRequests, .. }) {
            let longer = schedule(&arrivals, Length::Requests(requests + 5), seed);
            prop_assert_eq!(&longer.requests()[..requests], first.requests());
        }
    }

    #[test]
    fn the_offered_rate_is_the_one_asked_for_within_its_own_scatter(
        rate_rps in 0.5..500.0,
        spacing in any_spacing(),
        seed: u64,
    ) {
        let drawn = schedule(&steady(rate_rps, spacing), Length::Requests(2001), seed);
        let shape = match spacing {
            Spacing::Even => f64::INFINITY,
            Spacing::Poisson => 1.0,
            Spacing::Gamma { burstiness } => burstiness,
        };
        let scatter = 1.0 / (2000.0 * shape).sqrt();
        let offered = drawn.offered_rps().expect("many requests");
        prop_assert!((offered / rate_rps - 1.0).abs() < 5.5 * scatter + 1e-6);
    }
}
