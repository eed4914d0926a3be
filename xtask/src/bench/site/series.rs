//! A series' page of 6 charts with 1,000 points each, beside pages of Plotly: with these 6 figures
//! alone, and as FastVideo makes its page, with all of the dataset in which that series is.

use anyhow::Result;
use bench_records::series::Series;

use super::{
    Site,
    history::{self, Size},
    plotly,
    visit::DRAWN,
};

/// Eight runs a day, for 125 days.
const SIZE: Size = Size { series: 60, points: 1000, count: 1000, interval: 3 * 3_600_000_000 };

/// Prints its figures.
pub fn run(site: &Site) -> Result<()> {
    println!("\npage of a series: 6 charts of 1,000 points, in a dataset of 60 such series");
    let host = site.host(history::files(SIZE, 1))?;
    let all: Vec<Series> = (0..SIZE.series).map(|index| history::series(index, SIZE)).collect();
    let url = host.url(&format!("#/series/{}?days=all", all[0].key));
    let ours_ms = site.median_ms(&url, DRAWN)?;
    println!("  navigation to all visible charts drawn: {ours_ms:.0} ms");
    plotly::beside(site, &all[..1], "a page of these 6 figures of Plotly alone", ours_ms)?;
    plotly::beside_dataset(site, &all, ours_ms)
}
