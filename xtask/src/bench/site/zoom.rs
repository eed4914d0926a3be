//! One chart of many points, drawn and drawn again while it is zoomed, beside uPlot.

use anyhow::{Context, Result};
use bench_records::stats::median;
use site_tests::session::Session;

use super::{
    Site,
    history::{self, Size},
    uplot,
    visit::{DRAWN, returned},
};
use crate::bench::table::Target;

const METRIC: &str = "latency";

/// Rounds of a visit.
const ROUNDS: usize = 3;

/// Each until it is painted: [`ROUNDS`] times a chart is made where there was none, judged at each
/// point, and given another metric; then as often zoomed in, step by step with the keyboard, and shown
/// whole again.
const OURS: &str = r#"
    const charts = () => document.querySelectorAll('main figure').length;
    // a canvas that was never drawn on is 300 pixels wide
    const is_drawn = () => document.querySelector('main figure canvas').width > 300;
    const title = () => document.querySelector('.chart-title').textContent;
    const address = metric =>
        history.replaceState(null, '', location.hash.replace(/metric=\w+/, `metric=${metric}`));
    const shown = async (metric, is_shown) => {
        // an address takes a browser longer than a chart, and is no part of it
        address(metric);
        await rested();
        return timed(() => dispatchEvent(new PopStateEvent('popstate')), is_shown);
    };
    const [made, other, steps, all] = [[], [], [], []];
    for (let round = 0; round < rounds; round += 1) {
        await shown('none', () => charts() === 0);
        made.push(await shown('latency', () => charts() === 1 && is_drawn()));
        const before = title();
        other.push(await shown('memory', () => title() !== before));
    }
    await shown('latency', () => true);
    const plot = document.querySelector('main figure [tabindex="0"]');
    plot.focus();
    const press = key => timed(() => {
        plot.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }, () => true);
    for (let round = 0; round < rounds; round += 1) {
        await press('ArrowLeft');
        for (let step = 0; step < 12; step += 1) steps.push(await press('+'));
        all.push(await press('0'));
    }
    return [made, other, steps, all];
"#;

/// The same: each step shows the middle three quarters of what was shown. Values that are given come
/// with their medians, computed then.
const UPLOT: &str = "
    const [made, other, steps, all] = [[], [], [], []];
    let shown = chart();
    await painted();
    for (let round = 0; round < rounds; round += 1) {
        shown.destroy();
        await painted();
        await rested();
        made.push(await timed(() => { shown = chart(); }, () => true));
        await rested();
        other.push(await timed(() => shown.setData(withMedians(data)), () => true));
    }
    for (let round = 0; round < rounds; round += 1) {
        // ours has its cursor and the values under it, too
        await timed(() => shown.setCursor({ left: 600, top: 100 }), () => true);
        const zoomed = (min, max) => timed(() => shown.setScale('x', { min, max }), () => true);
        let [min, max] = range;
        for (let step = 0; step < 12; step += 1) {
            const cut = (max - min) / 8;
            [min, max] = [min + cut, max - cut];
            steps.push(await zoomed(min, max));
        }
        all.push(await zoomed(range[0], range[1]));
    }
    return [made, other, steps, all];
";

/// What both use.
const TIMED: &str = "
    const rested = () => new Promise(done => setTimeout(done, 100));
    const timed = async (work, is_shown) => {
        const start = performance.now();
        work();
        do await painted(); while (!is_shown());
        return performance.now() - start;
    };
";

/// What the scripts time, in the order of the lists that they return.
const TIMES: [&str; 4] = [
    "made from its values, with medians, ours judged, too",
    "given other values, ours of another metric",
    "a zoom step",
    "all of it, drawn again",
];
const STEP: usize = 2;

/// Prints its figures.
pub fn run(site: &Site) -> Result<()> {
    measure(site, 10_000)?.print();
    let large = measure(site, 1_000_000)?;
    large.print();
    let what = "a zoom step at 1,000,000 points";
    println!("{}", Target { what, actual: large.ours_ms[STEP], most: 50.0, unit: " ms" }.line());
    Ok(())
}

/// Medians of what is timed.
struct Beside {
    ours_ms: [f64; 4],
    uplot_ms: [f64; 4],
}

impl Beside {
    fn print(&self) {
        for ((what, ours), uplot) in TIMES.iter().zip(self.ours_ms).zip(self.uplot_ms) {
            println!("  {what}: {ours:.1} ms, uPlot {uplot:.1} ms");
        }
    }
}

fn measure(site: &Site, points: usize) -> Result<Beside> {
    println!("\none chart of {points} points and their rolling median");
    // no interval below a minute, and no history of more than two centuries
    let interval = if points > 100_000 { 60_000_000 } else { 3 * 3_600_000_000 };
    let size = Size { series: 1, points, count: points, interval };
    let host = site.host(history::files(size, 1))?;
    let series = history::series(0, size);
    let url = host.url(&format!("#/series/{}?days=all&metric={METRIC}", series.key));
    let other = uplot::host(site, &series, METRIC)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..site.bench.runs {
        let (session, _) = site.visit(&url, DRAWN)?;
        ours.push(times(&session, OURS)?);
        drop(session);
        let (session, _) = site.visit(&other.url(""), "ready")?;
        theirs.push(times(&session, UPLOT)?);
    }
    Ok(Beside { ours_ms: medians(&ours)?, uplot_ms: medians(&theirs)? })
}

fn times(session: &Session, script: &str) -> Result<[Vec<f64>; 4]> {
    let script = format!("const rounds = {ROUNDS}; {TIMED} {script}");
    Ok(serde_json::from_value(returned(session, &script)?)?)
}

fn medians(visits: &[[Vec<f64>; 4]]) -> Result<[f64; 4]> {
    let of = |which: usize| {
        let all: Vec<f64> = visits.iter().flat_map(|times| times[which].clone()).collect();
        median(&all).context("nothing was timed")
    };
    Ok([of(0)?, of(1)?, of(2)?, of(3)?])
}
