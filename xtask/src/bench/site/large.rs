//! Heads of 1,000 series with 10,000 records each, and of 10,000 series: when the overview is usable, what is fetched
//! before, how soon a search answers, and what memory it takes.

use anyhow::{Context, Result};
use bench_records::{
    index::{HEAD_PATH, is_page},
    stats::median,
};

use super::{
    Site,
    history::{self, Size},
    memory,
    visit::{DRAWN, returned},
};
use crate::bench::table::Target;

const HOUR: i64 = 3_600_000_000;

/// A run every nine hours, for ten years: 80 of them in the 30 days that the head shows; and a run every night, for a
/// year.
const SIZES: [Size; 2] = [
    Size { series: 1000, points: 200, count: 10_000, interval: 9 * HOUR },
    Size { series: 10_000, points: 40, count: 365, interval: 24 * HOUR },
];

/// The most that may be fetched of a history before the first cards, in MB.
const DATA_MB: f64 = 1.0;

/// Series whose whole history is there, too.
const WHOLE: usize = 10;

/// Types a search letter by letter, then takes it back; the time of each until the script is done,
/// and until it is painted.
const SEARCH: &str = "
    const field = document.querySelector('input[type=search], input[type=text]');
    if (!field) throw new Error('no search field');
    const times = [];
    for (const text of ['f', 'fl', 'flu', 'flux', 'flux-', 'flux-dev-v4', '']) {
        const start = performance.now();
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await script();
        const done = performance.now() - start;
        await painted();
        times.push(done, performance.now() - start);
    }
    return times;
";

/// Prints its figures.
pub fn run(site: &Site) -> Result<()> {
    SIZES.into_iter().try_for_each(|size| of_size(site, size))
}

fn of_size(site: &Site, size: Size) -> Result<()> {
    println!("\n{} series with {} records each", size.series, size.count);
    let files = history::files(size, WHOLE);
    let head_bytes =
        files.iter().find(|(path, _)| path == HEAD_PATH).map_or(0, |(_, text)| text.len());
    let pages = files.iter().filter(|(path, _)| is_page(path)).count();
    let host = site.host(files)?;
    let (mut usable, mut script, mut painted, mut memory) = (vec![], vec![], vec![], vec![]);
    for _ in 0..site.bench.runs {
        let (session, usable_ms) = site.visit(&host.url(""), DRAWN)?;
        usable.push(usable_ms);
        let times: Vec<f64> = serde_json::from_value(returned(&session, SEARCH)?)?;
        let (pairs, _) = times.as_chunks::<2>();
        script.extend(pairs.iter().map(|pair| pair[0]));
        painted.extend(pairs.iter().map(|pair| pair[1]));
        memory.extend(memory::renderer_bytes(session.driver_process()));
    }
    let head = host.requests().into_iter().find(|request| request.path.ends_with(HEAD_PATH));
    let packed = head.map_or(0, |request| request.bytes);
    println!("  the head: {:.1} MB, and {pages} pages", head_bytes as f64 / 1e6);
    let of = |values: &[f64]| median(values).context("no runs");
    let target =
        |what, actual, most, unit| println!("{}", Target { what, actual, most, unit }.line());
    target(
        "the head, packed: all that comes before the cards",
        packed as f64 / 1e6,
        DATA_MB,
        " MB",
    );
    target("overview usable", of(&usable)? / 1e3, 2.0, " s");
    target("a search, until its script is done", of(&script)?, 16.7, " ms");
    target("a search, until it is painted", of(&painted)?, 16.7, " ms");
    match memory.iter().max() {
        Some(&bytes) => target("memory of the page's process", bytes as f64 / 1e6, 300.0, " MB"),
        None => println!("  memory of the page's process: not measured, this system has no /proc"),
    }
    Ok(())
}
