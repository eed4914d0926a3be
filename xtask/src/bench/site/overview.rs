//! The overview of 60 series: what it weighs, and when it is drawn; the same as a page of Plotly.

use anyhow::Result;

use super::{
    Site,
    history::{self, Size},
    plotly,
    visit::DRAWN,
};
use crate::bench::table::Target;

const DAY: i64 = 86_400_000_000;

/// A nightly run of each series, for 30 days.
const SIZE: Size = Size { series: 60, points: 30, count: 30, interval: DAY };

/// Prints its figures.
pub fn run(site: &Site) -> Result<()> {
    println!("\noverview of 60 series, 30 days, 6 metrics");
    let host = site.host(history::files(SIZE, 0))?;
    let (session, _) = site.visit(&host.url(""), DRAWN)?;
    drop(session);
    let requests = host.requests();
    let packed_kb = |is_data: bool| {
        let of_kind =
            requests.iter().filter(|request| request.path.starts_with("data/") == is_data);
        of_kind.map(|request| request.bytes).sum::<usize>() as f64 / 1e3
    };
    println!("  {} requests", requests.len());
    let target =
        |what, actual, most, unit| println!("{}", Target { what, actual, most, unit }.line());
    target("program and page, packed", packed_kb(false), 170.0, " kB");
    target("data, packed", packed_kb(true), 40.0, " kB");
    let ours_ms = site.median_ms(&host.url(""), DRAWN)?;
    println!("  navigation to all visible sparklines drawn: {ours_ms:.0} ms");

    let all: Vec<_> = (0..SIZE.series).map(|index| history::series(index, SIZE)).collect();
    plotly::beside_dataset(site, &all, ours_ms)
}
