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

/// Each until it is painted: a chart is made where there was none, judged at each point, and given
/// another metric; then [`ROUNDS`] times zoomed in, step by step with the keyboard, and shown whole
/// again.
const OURS: &str = r#"
    const charts = () => document.querySelectorAll('main figure').length;
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
    const is_drawn = () => document.querySelector('main figure canvas').width > 300;
    const timed = async (work, is_shown) => {
        const start = performance.now();
        work();
        do await painted(); while (!is_shown());
        return performance.now() - start;
    };
";

/// Prints its figures.
pub fn run(site: &Site) -> Result<()> {
    measure(site, 10_000)?.print();
    let large = measure(site, 1_000_000)?;
    large.print();
    let what = "a zoom step at 1,000,000 points";
    println!("{}", Target { what, actual: large.ours.step_ms, most: 50.0, unit: " ms" }.line());
    Ok(())
}

struct Beside {
    ours: Times,
    uplot: Times,
}

impl Beside {
    fn print(&self) {
        let rows: [(&str, fn(&Times) -> f64); 4] = [
            ("made from its values, with medians, ours judged, too", |times| times.made_ms),
            ("given other values, ours of another metric", |times| times.other_ms),
            ("a zoom step", |times| times.step_ms),
            ("all of it, drawn again", |times| times.all_ms),
        ];
        for (what, of) in rows {
            println!("  {what}: {:.1} ms, uPlot {:.1} ms", of(&self.ours), of(&self.uplot));
        }
    }
}

/// Milliseconds until a change is painted.
struct Times {
    made_ms: f64,
    other_ms: f64,
    step_ms: f64,
    all_ms: f64,
}

impl Times {
    /// The median of each of them.
    fn of(all: &[[Vec<f64>; 4]]) -> Result<Self> {
        let of = |which: usize| {
            let each: Vec<f64> = all.iter().flat_map(|times| times[which].clone()).collect();
            median(&each).context("nothing was timed")
        };
        Ok(Self { made_ms: of(0)?, other_ms: of(1)?, step_ms: of(2)?, all_ms: of(3)? })
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
    Ok(Beside { ours: Times::of(&ours)?, uplot: Times::of(&theirs)? })
}

fn times(session: &Session, script: &str) -> Result<[Vec<f64>; 4]> {
    let script = format!("const rounds = {ROUNDS}; {TIMED} {script}");
    Ok(serde_json::from_value(returned(session, &script)?)?)
}
