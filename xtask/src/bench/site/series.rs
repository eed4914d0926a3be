//! A series' page of 6 charts with 1,000 points each, beside the same as a page of Plotly.

use anyhow::Result;

use super::{
    Site,
    history::{self, Size},
    plotly,
    visit::DRAWN,
};

/// Eight runs a day, for 125 days.
const SIZE: Size = Size { series: 1, points: 1000, count: 1000, interval: 3 * 3_600_000_000 };

/// Prints its figures.
pub fn run(site: &Site) -> Result<()> {
    println!("\npage of a series: 6 charts of 1,000 points");
    let host = site.host(history::files(SIZE, 1))?;
    let series = history::series(0, SIZE);
    let url = host.url(&format!("#/series/{}?days=all", series.key));
    let ours_ms = site.median_ms(&url, DRAWN)?;
    println!("  navigation to all visible charts drawn: {ours_ms:.0} ms");
    let other = plotly::host(site, std::slice::from_ref(&series))?;
    let plotly_ms = site.median_ms(&other.url(""), "drawn")?;
    println!("  the same data, 6 figures of Plotly: {plotly_ms:.0} ms");
    println!("  {:.1} times as fast", plotly_ms / ours_ms);
    Ok(())
}
