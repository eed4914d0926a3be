//! One client: dynamic batching should cost nothing where there is nobody to share with.

use anyhow::{Context, Result};
use bench_records::stats::median;

use super::{client::Client, contenders::Contenders, shape::request, spread::Spread};
use crate::bench::{Bench, table::Target};

const REQUESTS: u64 = 60;
/// P50 of dynamic batching, as a ratio to that without.
const MOST_RATIO: f64 = 1.02;

/// Latencies of each server, round by round.
pub struct LowLoad {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    /// The median of each round.
    rounds_s: Vec<f64>,
}

/// Asks the servers in turn, one request each, so that a busy moment meets all.
pub fn measure(bench: &Bench, contenders: &Contenders) -> Result<LowLoad> {
    let few: Vec<_> = contenders.few().collect();
    let clients: Vec<Client> = few.iter().map(|c| Client::of(c.server.port)).collect();
    for (contender, client) in few.iter().zip(&clients) {
        client.video(&request(20_000)).with_context(|| format!("warm-up: {}", contender.name))?;
    }
    let mut rows: Vec<Row> =
        few.iter().map(|c| Row { name: c.name.clone(), rounds_s: Vec::new() }).collect();
    for round in 0..bench.runs {
        let mut latencies = vec![Vec::new(); clients.len()];
        for number in 0..REQUESTS {
            // each is the first as often as the others
            for turn in 0..clients.len() {
                let at = (turn + number as usize) % clients.len();
                let asked = request(20_001 + round * REQUESTS + number);
                latencies[at].push(clients[at].video(&asked)?.latency_s);
            }
        }
        for (row, latencies) in rows.iter_mut().zip(&latencies) {
            row.rounds_s.extend(median(latencies));
        }
    }
    Ok(LowLoad { rows })
}

impl LowLoad {
    /// Prints a row a server, and the target.
    pub fn print(&self) -> Result<()> {
        println!("\n1 client, {REQUESTS} requests a round and server, in turn");
        println!("  {:<24} {:<28} P50 / off", "batching", "P50 in ms");
        let off = &self.rows[0];
        for row in &self.rows {
            let shown: Vec<f64> = row.rounds_s.iter().map(|s| 1000.0 * s).collect();
            let shown = Spread::of(&shown)?.shown(2);
            println!("  {:<24} {shown:<28} {}", row.name, ratio(row, off)?.shown(3));
        }
        let actual = ratio(&self.rows[1], off)?.median;
        let what = "P50 of one client, dynamic / off";
        println!("{}", Target { what, actual, most: MOST_RATIO, unit: "" }.line());
        Ok(())
    }
}

/// Round by round.
fn ratio(row: &Row, off: &Row) -> Result<Spread> {
    let pairs = row.rounds_s.iter().zip(&off.rounds_s);
    Spread::of(&pairs.map(|(row, off)| row / off).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_compared_with_their_own() {
        let row = |rounds_s: [f64; 2]| Row { name: String::new(), rounds_s: rounds_s.into() };
        let spread = ratio(&row([2.0, 30.0]), &row([1.0, 10.0])).expect("rounds");
        assert_eq!((spread.min, spread.median, spread.max), (2.0, 2.5, 3.0));
    }
}
