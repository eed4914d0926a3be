//! The comparison as text: a row a stage, medians of all rounds, and a line a target.

use anyhow::{Context, Result};
use bench_records::stats::median;

use super::{END_TO_END, PADDED, Round, Time, ours::Shares};
use crate::bench::table::Target;

const STAGES: [&str; 4] = ["text_encoder", "denoise", "vae_decode", END_TO_END];
const MOST_END_TO_END: f64 = 1.25;
const MOST_STAGE: f64 = 1.5;

/// One round in a line.
pub fn round_line(ours: &Round, peer: &Round) -> String {
    let of = |round: &Round| round.get(END_TO_END).copied().unwrap_or_default();
    let (ours, peer) = (of(ours), of(peer));
    format!(
        "ours {:.2} s ({:.2} s of CPU), peer {:.2} s ({:.2} s of CPU)",
        ours.wall_s, ours.cpu_s, peer.wall_s, peer.cpu_s
    )
}

/// Prints medians by stage with their ratios, then the targets.
pub fn print(ours: &[Round], peer: &[Round]) -> Result<()> {
    println!("  medians of {} rounds", ours.len());
    println!("  {:<13} {:>21} {:>21} {:>15}", "", "ours", "peer", "ours / peer");
    let header = format!("{:>10} {:>10}", "wall", "CPU");
    println!("  {:<13} {header} {header} {:>7} {:>7}", "", "wall", "CPU");
    let mut targets = Vec::new();
    for stage in STAGES {
        let (ours, peer) = (medians(ours, stage)?, medians(peer, stage)?);
        println!("  {}", row(stage, ours, peer));
        targets.push((stage, ours.wall_s / peer.wall_s, ours.cpu_s / peer.cpu_s));
    }
    let padded = medians(peer, PADDED)?;
    println!(
        "  both encode the used tokens alone; with padding, as diffusers calls it, the peer's text \
         encoder takes {:.3} s ({:.3} s of CPU), in no row above",
        padded.wall_s, padded.cpu_s
    );
    for (stage, wall, cpu) in targets {
        let most = if stage == END_TO_END { MOST_END_TO_END } else { MOST_STAGE };
        for (what, actual) in [("wall", wall), ("CPU", cpu)] {
            let what = format!("{stage}, {what}, ours / peer");
            println!("{}", Target { what: &what, actual, most, unit: "" }.line());
        }
    }
    Ok(())
}

/// Prints what the measuring itself takes.
pub fn print_shares(shares: &[Shares]) -> Result<()> {
    let of = |share: fn(&Shares) -> f64| {
        let percents: Vec<f64> = shares.iter().map(|shares| 100.0 * share(shares)).collect();
        median(&percents).context("at least one round is measured")
    };
    let between = of(|shares| shares.between)?;
    let unaccounted = of(|shares| shares.unaccounted)?;
    for (what, actual, most) in [
        ("time between our trials", between, 0.5),
        ("time of our trials that no stage accounts for", unaccounted, 2.0),
    ] {
        println!("{}", Target { what, actual, most, unit: " %" }.line());
    }
    Ok(())
}

fn medians(rounds: &[Round], stage: &str) -> Result<Time> {
    let of = |part: fn(&Time) -> f64| {
        let seconds: Vec<f64> =
            rounds.iter().filter_map(|round| round.get(stage)).map(part).collect();
        median(&seconds).with_context(|| format!("no round has the stage {stage}"))
    };
    Ok(Time { wall_s: of(|time| time.wall_s)?, cpu_s: of(|time| time.cpu_s)? })
}

fn row(stage: &str, ours: Time, peer: Time) -> String {
    format!(
        "{stage:<13} {:>8.3} s {:>8.3} s {:>8.3} s {:>8.3} s {:>7.2} {:>7.2}",
        ours.wall_s,
        ours.cpu_s,
        peer.wall_s,
        peer.cpu_s,
        ours.wall_s / peer.wall_s,
        ours.cpu_s / peer.cpu_s
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_medians_and_their_ratios() {
        let round =
            |wall_s| Round::from([("denoise".to_owned(), Time { wall_s, cpu_s: 2.0 * wall_s })]);
        let ours = medians(&[round(1.0), round(9.0), round(2.0)], "denoise").expect("rounds");
        let peer = medians(&[round(4.0)], "denoise").expect("a round");
        assert_eq!(ours, Time { wall_s: 2.0, cpu_s: 4.0 });
        assert!(row("denoise", ours, peer).ends_with("   0.50    0.50"));
        assert!(medians(&[round(1.0)], "vae_decode").is_err());
    }
}
