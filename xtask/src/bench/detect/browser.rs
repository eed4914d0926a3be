//! How long change detection takes in headless Chromium: a module of its own, no part of the dashboard.

use anyhow::{Context, Result};
use bench_records::stats::median;
use serde_json::json;
use site_tests::{
    server::Server,
    session::{Programs, Purpose, Session, Window},
};

use super::{kinds::Noise, series::timed};
use crate::{
    bench::Bench,
    process::{run as succeed, shown},
    setup::{self, Browser, Part},
};

const POINTS: usize = 1000;
/// Series of each of the ten kinds of noise.
const OF_EACH_KIND: u64 = 6;
const WINDOW: Window = Window { width: 640, height: 480, scale: 1, purpose: Purpose::Measure };

/// Its first call in a fresh browser, as when somebody opens a page.
const SCRIPT: &str = "
    const series = await (await fetch('series.json')).json();
    const module = await (await fetch('change_wasm.wasm')).arrayBuffer();
    const { begin_series, push_value, count_steps } =
        (await WebAssembly.instantiate(module)).instance.exports;
    for (const values of series) {
        begin_series();
        values.forEach(value => push_value(value));
    }
    const start = performance.now();
    const steps = count_steps();
    return [performance.now() - start, steps];
";

/// Prints the time of a dashboard's worth of series; without a browser, that there is none.
pub fn run(bench: &Bench) -> Result<()> {
    let Some(Browser { browser, driver }) = Browser::find() else {
        println!("\nno Chromium with chromedriver here: not timed in a browser");
        return Ok(());
    };
    setup::ensure_all(bench.workspace, &[Part::Toolchain])?;
    let words = "build -p change-wasm --profile wasm --target wasm32-unknown-unknown";
    let mut build = bench.workspace.cargo(words);
    println!("$ {} (usually 1 min the first time, then 1 s)", shown(&build));
    succeed(&mut build)?;
    let host = host(bench)?;
    let programs = Programs::of_chromium(browser, driver);
    let visits = (0..bench.runs).map(|_| visit(&programs, &host));
    let (times_ms, steps): (Vec<f64>, Vec<usize>) =
        visits.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let time_ms = median(&times_ms).context("at least one visit is made")?;
    println!(
        "\n{} series of {POINTS} points in headless Chromium, first call, median of {}: \
         {time_ms:.0} ms, {} steps",
        Noise::UNCHANGING.len() * OF_EACH_KIND as usize,
        bench.runs,
        steps[0]
    );
    Ok(())
}

fn host(bench: &Bench) -> Result<Server> {
    let host = Server::start(bench.workspace.target.join("wasm32-unknown-unknown/wasm"))?;
    let of_kind = |kind: &Noise| -> Vec<Vec<f64>> {
        (0..OF_EACH_KIND).map(|seed| timed(*kind, POINTS, seed).values).collect()
    };
    let series: Vec<Vec<f64>> = Noise::UNCHANGING.iter().flat_map(of_kind).collect();
    host.put("series.json", json!(series).to_string());
    host.put("index.html", "<!doctype html><title>change detection</title>");
    Ok(host)
}

fn visit(programs: &Programs, host: &Server) -> Result<(f64, usize)> {
    let session = Session::start(programs, WINDOW)?;
    session.open(&host.url(""))?;
    let answer = session.run(&format!("return (async () => {{ {SCRIPT} }})();"), &[])?;
    serde_json::from_value(answer).context("the browser gave no time")
}
