//! Errors of latencies: what clients measure of streams whose delays are known.

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Client, Clients, client::Load, median, server::Stream};
use crate::bench::{Bench, measure::Usage};

/// 100 tokens per second for 6.2 s; 81 such streams begin each second, so 500 run at a time.
const STREAM: Stream = Stream { first_ms: 200, gap_ms: 10, tokens: 600 };
const LOAD: Load = Load { rate_rps: 81.0, requests: 800 };

/// What one run of a client was off by, in milliseconds, and what it took.
struct Errors {
    ttft_mean: f64,
    ttft_p99: f64,
    itl_mean: f64,
    itl_p99: f64,
    usage: Usage,
}

/// Measures all clients that know streams, and prints a row each.
pub fn measure(bench: &Bench, clients: &Clients<'_>) -> Result<()> {
    let able: Vec<&Client> = clients.all.iter().filter(|client| client.has_streams()).collect();
    let mut of_clients: Vec<Vec<Errors>> = able.iter().map(|_| Vec::new()).collect();
    for _ in 0..bench.runs {
        for (client, errors) in able.iter().zip(&mut of_clients) {
            let double = STREAM.serve();
            let (usage, result) = clients.send_for_result(client, &double, LOAD)?;
            errors.push(Errors::of(&result, usage)?);
        }
    }
    println!("\n500 streams at a time of 100 tokens/s each: what clients are off by, in ms");
    println!(
        "  {:<20} {:>10} {:>10} {:>10} {:>10} {:>9}",
        "", "TTFT mean", "TTFT p99", "ITL mean", "ITL p99", "CPU"
    );
    for (client, errors) in able.iter().zip(&of_clients) {
        let of = |value: fn(&Errors) -> f64| {
            median(&errors.iter().map(value).collect::<Vec<_>>()).unwrap_or(f64::NAN)
        };
        println!(
            "  {:<20} {:>10.3} {:>10.3} {:>10.3} {:>10.3} {:>7.2} s",
            client.name(),
            of(|one| one.ttft_mean),
            of(|one| one.ttft_p99),
            of(|one| one.itl_mean),
            of(|one| one.itl_p99),
            of(|one| one.usage.cpu_s),
        );
    }
    println!("  The server's own lateness is in all of them.");
    Ok(())
}

impl Errors {
    fn of(result: &Value, usage: Usage) -> Result<Self> {
        let completed = result["completed"].as_u64().context("a result without completed")?;
        anyhow::ensure!(
            completed == LOAD.requests as u64,
            "{completed} of {} streams were completed",
            LOAD.requests
        );
        let off = |key: &str, truth: u64| {
            let value = result[key].as_f64();
            value.map(|ms| ms - truth as f64).with_context(|| format!("a result without {key}"))
        };
        Ok(Self {
            ttft_mean: off("mean_ttft_ms", STREAM.first_ms)?,
            ttft_p99: off("p99_ttft_ms", STREAM.first_ms)?,
            itl_mean: off("mean_itl_ms", STREAM.gap_ms)?,
            itl_p99: off("p99_itl_ms", STREAM.gap_ms)?,
            usage,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const USAGE: Usage = Usage { wall_s: 1.0, cpu_s: 1.0, peak_memory_bytes: 1 };

    #[test]
    fn errors_are_what_a_client_measured_beyond_the_truth() {
        let result = json!({
            "completed": 800, "mean_ttft_ms": 200.5, "p99_ttft_ms": 203.0, "mean_itl_ms": 10.0,
            "p99_itl_ms": 10.25
        });
        let errors = Errors::of(&result, USAGE).expect("a result");
        assert_eq!((errors.ttft_mean, errors.ttft_p99), (0.5, 3.0));
        assert_eq!((errors.itl_mean, errors.itl_p99), (0.0, 0.25));
    }

    #[test]
    fn streams_that_failed_are_no_measurement() {
        let error = Errors::of(&json!({"completed": 799}), USAGE).err().expect("one failed");
        assert_eq!(error.to_string(), "799 of 800 streams were completed");
    }
}
