//! How late requests are at each rate, as the server sees them, and the highest rate that a client holds.

use anyhow::{Context, Result, ensure};
use bench_records::stats::percentile;

use super::{
    Client, Clients,
    client::Load,
    median,
    server::{at_once, lags_ms},
};
use crate::bench::Bench;

/// Requests per second, ascending; a client that does not hold one is not asked for the next.
const RATES_RPS: [f64; 8] = [100.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0];
/// Seconds of a load.
const SECONDS: f64 = 3.0;
/// A rate is held where 99 of 100 requests are later than planned by less than this.
const MOST_LAG_MS: f64 = 5.0;

/// Measures all clients, and prints a row each.
pub fn measure(bench: &Bench, clients: &Clients<'_>) -> Result<()> {
    println!("\nsend lag p99 as the server sees it, in ms, at so many requests/s");
    let rows: Result<Vec<_>> =
        of_clients(bench, clients, |client, load| lag_ms(clients, client, load));
    let heading: Vec<String> = RATES_RPS.iter().map(|rate| format!("{rate:>9}")).collect();
    println!("  {:<20} {} {:>9}", "", heading.join(" "), "held");
    for (client, lags) in clients.all.iter().zip(rows?) {
        let cells =
            lags.iter().map(|lag| lag.map_or(format!("{:>9}", "–"), |ms| format!("{ms:>9.2}")));
        let held = highest_held(&lags).map_or("none".to_owned(), |rate| rate.to_string());
        println!("  {:<20} {} {held:>9}", client.name(), cells.collect::<Vec<_>>().join(" "));
    }
    println!("  Held: less than {MOST_LAG_MS} ms. The server's own lateness is in all of them.");
    Ok(())
}

type Lags = [Option<f64>; RATES_RPS.len()];

/// Lags of each client at each rate, rounds interleaved.
fn of_clients(
    bench: &Bench,
    clients: &Clients<'_>,
    lag_ms: impl Fn(&Client, Load) -> Result<f64>,
) -> Result<Vec<Lags>> {
    let mut rows: Vec<Lags> = clients.all.iter().map(|_| Lags::default()).collect();
    for (at, rate_rps) in RATES_RPS.into_iter().enumerate() {
        let load = Load { rate_rps, requests: (rate_rps * SECONDS) as usize };
        let holds = |lags: &Lags| at == 0 || lags[at - 1].is_some_and(|lag| lag < MOST_LAG_MS);
        let asked: Vec<bool> = rows.iter().map(holds).collect();
        let mut rounds: Vec<Vec<f64>> = rows.iter().map(|_| Vec::new()).collect();
        for _ in 0..bench.runs {
            for (which, client) in clients.all.iter().enumerate().filter(|(at, _)| asked[*at]) {
                match lag_ms(client, load) {
                    Ok(lag) => rounds[which].push(lag),
                    Err(error) => println!("  {} at {rate_rps}/s: {error:#}", client.name()),
                }
            }
        }
        rows.iter_mut().zip(&rounds).for_each(|(row, rounds)| row[at] = median(rounds));
    }
    Ok(rows)
}

/// The 99th percentile of one load.
fn lag_ms(clients: &Clients<'_>, client: &Client, load: Load) -> Result<f64> {
    let double = at_once();
    clients.send(client, &double, load)?;
    let heard = double.heard();
    let asked = heard.iter().filter(|one| one.path.ends_with("completions"));
    let mut came: Vec<_> = asked.map(|one| one.at).collect();
    ensure!(came.len() >= load.requests, "{} of {} requests came", came.len(), load.requests);
    // what a client tries before it begins is no part of its schedule
    came.sort();
    came.drain(..came.len() - load.requests);
    percentile(&lags_ms(came, load.rate_rps), 99.0).context("no requests")
}

/// The highest rate up to which all were held.
fn highest_held(lags: &Lags) -> Option<f64> {
    let is_held = |lag: &Option<f64>| lag.is_some_and(|ms| ms < MOST_LAG_MS);
    let held = lags.iter().take_while(|lag| is_held(lag)).count();
    RATES_RPS.get(held.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_held_only_where_all_lower_ones_are() {
        let mut lags = Lags::default();
        assert_eq!(highest_held(&lags), None);
        lags[..4].copy_from_slice(&[Some(0.1), Some(1.0), Some(5.0), Some(0.2)]);
        assert_eq!(highest_held(&lags), Some(250.0));
        assert_eq!(highest_held(&[Some(0.1); RATES_RPS.len()]), Some(16_000.0));
    }
}
