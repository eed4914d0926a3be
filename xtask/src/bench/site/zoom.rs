//! One chart of many points, drawn and drawn again while it is zoomed, beside uPlot.

use anyhow::{Context, Result};
use bench_records::stats::median;
use site_tests::session::Session;

use super::{
    Site,
    history::{self, Size},
    uplot,
    visit::{DRAWN, numbers},
};
use crate::bench::table::Target;

const METRIC: &str = "latency";

/// Zooms in step by step with the keyboard, then shows all again; each time until it is painted. At
/// last the same chart is made anew, of another metric and then of this one: it is judged, too.
const OURS: &str = r#"
    const plot = document.querySelector('main figure [tabindex="0"]');
    if (!plot) throw new Error('no chart that takes the focus');
    plot.focus();
    const press = async key => {
        const start = performance.now();
        plot.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        await painted();
        return performance.now() - start;
    };
    await press('ArrowLeft');
    const steps = [];
    for (let step = 0; step < 12; step += 1) steps.push(await press('+'));
    steps.push(await press('0'));
    const canvas = () => document.querySelector('main figure canvas');
    const made = async metric => {
        const before = canvas();
        const start = performance.now();
        location.hash = location.hash.replace(/metric=\w+/, `metric=${metric}`);
        // a canvas that was never drawn on is 300 pixels wide
        do await painted(); while (canvas() === before || canvas().width <= 300);
        return performance.now() - start;
    };
    await made('memory');
    steps.push(await made('latency'));
    return steps;
"#;

/// The same steps: each shows the middle three quarters of what was shown. At last the chart is made
/// anew, with its medians.
const UPLOT: &str = "
    const timed = async work => {
        const start = performance.now();
        work();
        await painted();
        return performance.now() - start;
    };
    let shown;
    await timed(() => { shown = chart(); });
    // ours has its cursor and the values under it, too
    await timed(() => shown.setCursor({ left: 600, top: 100 }));
    let [min, max] = range;
    const steps = [];
    for (let step = 0; step < 12; step += 1) {
        const cut = (max - min) / 8;
        [min, max] = [min + cut, max - cut];
        steps.push(await timed(() => shown.setScale('x', { min, max })));
    }
    steps.push(await timed(() => shown.setScale('x', { min: range[0], max: range[1] })));
    shown.destroy();
    steps.push(await timed(() => { shown = chart(); }));
    return steps;
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
    ours: Zoom,
    uplot: Zoom,
}

impl Beside {
    fn print(&self) {
        let Self { ours, uplot } = self;
        println!(
            "{}",
            line("made with its medians, ours judged too, and drawn", ours.made_ms, uplot.made_ms)
        );
        println!("{}", line("a zoom step", ours.step_ms, uplot.step_ms));
        println!("{}", line("all of it, drawn again", ours.all_ms, uplot.all_ms));
    }
}

/// Milliseconds until a change is painted.
struct Zoom {
    made_ms: f64,
    step_ms: f64,
    all_ms: f64,
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
        ours.push(steps(&session, OURS)?);
        drop(session);
        let (session, _) = site.visit(&other.url(""), "ready")?;
        theirs.push(steps(&session, UPLOT)?);
    }
    Ok(Beside { ours: summary(&ours)?, uplot: summary(&theirs)? })
}

fn steps(session: &Session, script: &str) -> Result<Zoom> {
    let mut times_ms = numbers(session, script)?;
    let made_ms = times_ms.pop().context("no chart was made")?;
    let all_ms = times_ms.pop().context("no steps were timed")?;
    Ok(Zoom { made_ms, step_ms: median(&times_ms).context("no steps were timed")?, all_ms })
}

fn summary(runs: &[Zoom]) -> Result<Zoom> {
    let of = |value: fn(&Zoom) -> f64| {
        median(&runs.iter().map(value).collect::<Vec<_>>()).context("no runs")
    };
    Ok(Zoom {
        made_ms: of(|run| run.made_ms)?,
        step_ms: of(|run| run.step_ms)?,
        all_ms: of(|run| run.all_ms)?,
    })
}

fn line(what: &str, ours_ms: f64, uplot_ms: f64) -> String {
    format!("  {what}: {ours_ms:.1} ms, uPlot {uplot_ms:.1} ms")
}
