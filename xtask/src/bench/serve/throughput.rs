//! Videos a second with eight clients, by shape and server.

use std::path::Path;

use anyhow::{Context, Result};
use bench_records::stats::percentile;

use super::{
    client::{Load, closed_loop},
    contenders::Contenders,
    shape::Shape,
    spread::Spread,
};
use crate::bench::Bench;

const CLIENTS: usize = 8;

/// Loads by shape, server and round.
pub struct Throughput {
    names: Vec<String>,
    shapes: Vec<(Shape, Vec<Vec<Load>>)>,
}

/// Loads each server with each shape, round by round.
pub fn measure(bench: &Bench, config: &Path, contenders: &Contenders) -> Result<Throughput> {
    let all = contenders.all();
    let mut shapes = Vec::new();
    for shape in Shape::three(config)? {
        let mut loads = vec![Vec::new(); all.len()];
        for round in 0..bench.runs {
            for (contender, loads) in all.iter().zip(&mut loads) {
                let first = 30_000 + round * shape.requests;
                let asked = |number: u64| shape.request(first + number);
                let load = closed_loop(contender.server.port, CLIENTS, shape.requests, &asked);
                loads.push(load.with_context(|| format!("{}, {}", contender.name, shape.name()))?);
            }
        }
        shapes.push((shape, loads));
    }
    Ok(Throughput { names: all.iter().map(|c| c.name.clone()).collect(), shapes })
}

impl Throughput {
    /// Prints a table for each shape.
    pub fn print(&self) -> Result<()> {
        println!("\n{CLIENTS} clients, each of which asks again after a reply");
        for (shape, servers) in &self.shapes {
            println!(
                "  {:<32} {:<28} {:<24} {:>10} {:>10}",
                format!("{}, {} requests", shape.name(), shape.requests),
                "videos / s",
                "videos / s, to off",
                "P50",
                "P95"
            );
            for (name, loads) in self.names.iter().zip(servers) {
                println!("  {}", row(name, loads, &servers[0])?);
            }
        }
        Ok(())
    }
}

fn row(name: &str, loads: &[Load], off: &[Load]) -> Result<String> {
    let rates: Vec<f64> = loads.iter().map(rate).collect();
    let ratios = loads.iter().zip(off).map(|(load, off)| rate(load) / rate(off));
    let ratios = Spread::of(&ratios.collect::<Vec<_>>())?.shown(2);
    let requests = loads.iter().flat_map(|load| &load.requests);
    let latencies: Vec<f64> = requests.map(|timed| 1000.0 * timed.latency_s).collect();
    let at = |percent| percentile(&latencies, percent).context("nothing was measured");
    let rates = Spread::of(&rates)?.shown(2);
    Ok(format!("{name:<32} {rates:<28} {ratios:<24} {:>7.0} ms {:>7.0} ms", at(50.0)?, at(95.0)?))
}

/// Videos a second.
fn rate(load: &Load) -> f64 {
    load.requests.len() as f64 / load.wall_s
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::serve::client::Timed;

    #[test]
    fn a_row_has_rates_their_ratios_and_latencies() {
        let timed = Timed { latency_s: 0.5, ..Timed::default() };
        let load = |wall_s| Load { wall_s, requests: vec![timed.clone(); 4] };
        let row = row("dynamic", &[load(1.0), load(2.0)], &[load(2.0), load(2.0)]).expect("loads");
        assert!(row.contains("3.00 (2.00 to 4.00)"), "{row}");
        assert!(row.contains("1.50 (1.00 to 2.00)"), "{row}");
        assert!(row.ends_with("500 ms     500 ms"), "{row}");
    }
}
