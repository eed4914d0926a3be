//! The comparison as text: a row a stage and batch, tokens per second with their spread, and a line
//! a target.

use anyhow::{Context, Result};

use super::{
    Rounds,
    shape::{BATCH_SIZES, tokens},
};
use crate::bench::{
    peers::{Round, Time},
    serve::Spread,
    table::Target,
};

const STAGES: [&str; 2] = ["prefill", "decode"];

/// The last round in a line.
pub fn round_line(rounds: &Rounds) -> String {
    let of = |rounds: &[Round], stage: &str| {
        let time = rounds.last().and_then(|round| round.get(stage)).copied().unwrap_or_default();
        format!("{stage} {:.2} s ({:.2} s of CPU)", time.wall_s, time.cpu_s)
    };
    let both = |rounds: &[Round]| STAGES.map(|stage| of(rounds, stage)).join(", ");
    format!("ours {}; peer {}", both(&rounds.ours), both(&rounds.peer))
}

/// Prints tokens per second by stage and batch, then the targets.
pub fn print(rounds: &[Rounds; 3]) -> Result<()> {
    let each = format!("medians of {} rounds (least to most)", rounds[0].ours.len());
    println!("  {each}; CPU: milliseconds of all threads a token");
    println!(
        "  {:<17} {:>26} {:>26} {:>8} {:>9} {:>9}",
        "", "ours, tokens/s", "peer, tokens/s", "ours/peer", "ours, CPU", "peer, CPU"
    );
    let mut targets = Vec::new();
    for stage in STAGES {
        for (batch_size, rounds) in BATCH_SIZES.into_iter().zip(rounds) {
            let count = tokens(stage, batch_size) as f64;
            let [ours, peer] = [&rounds.ours, &rounds.peer].map(|rounds| of(rounds, stage, count));
            let ([ours, our_cpu], [peer, peer_cpu]) = (ours?, peer?);
            let what = format!("{stage}, batch {batch_size}");
            println!("  {}", row(&what, [ours, peer], [our_cpu, peer_cpu]));
            targets.push((what, peer.median / ours.median));
        }
    }
    for (what, actual) in targets {
        let what = format!("{what}, time of ours / peer");
        println!("{}", Target { what: &what, actual, most: 1.0, unit: "" }.line());
    }
    Ok(())
}

/// Tokens per second, and processor milliseconds a token, of `count` tokens.
fn of(rounds: &[Round], stage: &str, count: f64) -> Result<[Spread; 2]> {
    let spread = |value: &dyn Fn(&Time) -> f64| {
        let values: Vec<f64> = rounds.iter().filter_map(|r| r.get(stage)).map(value).collect();
        Spread::of(&values).with_context(|| format!("no round has the stage {stage}"))
    };
    Ok([spread(&|time| count / time.wall_s)?, spread(&|time| 1e3 * time.cpu_s / count)?])
}

fn row(what: &str, [ours, peer]: [Spread; 2], cpu: [Spread; 2]) -> String {
    let ratio = ours.median / peer.median;
    let [our_cpu, peer_cpu] = cpu.map(|cpu| cpu.median);
    let (ours, peer) = (ours.shown(1), peer.shown(1));
    format!("{what:<17} {ours:>26} {peer:>26} {ratio:>9.2} {our_cpu:>9.2} {peer_cpu:>9.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_per_second_have_their_median_and_spread_and_a_ratio_above_1_is_faster() {
        let round =
            |wall_s| Round::from([("decode".to_owned(), Time { wall_s, cpu_s: 2.0 * wall_s })]);
        let rounds = [round(1.0), round(4.0), round(2.0)];
        let [rate, cpu] = of(&rounds, "decode", 100.0).expect("rounds");
        assert_eq!(rate, Spread { median: 50.0, min: 25.0, max: 100.0 });
        assert_eq!(cpu.median, 40.0);
        let [slow, slow_cpu] = of(&rounds[1..2], "decode", 100.0).expect("a round");
        let row = row("decode, batch 4", [rate, slow], [cpu, slow_cpu]);
        assert!(row.ends_with("     2.00     40.00     80.00"), "{row}");
        assert!(of(&rounds, "prefill", 1.0).is_err());
    }
}
