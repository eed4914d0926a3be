use super::servers::*;

#[test]
#[ignore = "experiment"]
fn print_limits() {
    let cases = cases();
    std::thread::scope(|scope| {
        for part in 0..2 {
            let cases = &cases;
            scope.spawn(move || {
                for case in cases.iter().skip(part).step_by(2) {
                    let begin = std::time::Instant::now();
                    let limits: Vec<f64> =
                        (0..1).map(|seed| limit_rps(case, 1_000_000, seed * 10)).collect();
                    println!(
                        "{}: {limits:?} of {:.4} in {:?}",
                        case.name,
                        case.server.capacity_rps(),
                        begin.elapsed()
                    );
                }
            });
        }
    });
}

#[test]
#[ignore = "experiment"]
fn print_scores() {
    let seeds: u64 = std::env::var("SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(10);
    let only = std::env::var("ONLY").unwrap_or_default();
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.name.contains(&only)).collect();
    std::thread::scope(|scope| {
        for part in 0..2 {
            let cases = &cases;
            scope.spawn(move || {
                for case in cases.iter().skip(part).step_by(2) {
                    let begin = std::time::Instant::now();
                    let scores: Vec<Score> = (0..seeds).map(|seed| score(case, seed)).collect();
                    let right = scores.iter().filter(|s| s.is_right).count();
                    let good = scores.iter().filter(|s| s.is_right && s.is_resolved && s.width <= 0.0501).count();
                    let probes = scores.iter().map(|s| s.probes).sum::<usize>() as f64 / seeds as f64;
                    let est: Vec<f64> = scores.iter().map(|s| s.estimate_rps / case.limit_rps - 1.0).collect();
                    let mean = est.iter().sum::<f64>() / est.len() as f64;
                    let sd = (est.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / est.len() as f64).sqrt();
                    println!("{}: right {right}, good {good} of {seeds}, probes {probes}, est {:.3}% ± {:.3}% in {:?}", case.name, mean*100.0, sd*100.0, begin.elapsed());
                }
            });
        }
    });
}
