//! A page with one chart of uPlot: values and their rolling median, as our chart shows them.

use std::fs;

use anyhow::{Context, Result, ensure};
use bench_records::series::Series;
use serde_json::json;
use site_tests::server::Server;

use super::Site;
use crate::{setup, versions::UPLOT};

/// Values behind each point of the rolling median.
const WINDOW: usize = 5;

/// A host of the page; `chart()` in it makes the chart and returns it, `range` is all of its times.
pub fn host(site: &Site, series: &Series, metric: &str) -> Result<Server> {
    let folder = setup::npm_folder(site.bench.workspace, "uplot", UPLOT).join("dist");
    let library = folder.join("uPlot.iife.min.js");
    ensure!(fs::exists(&library)?, "{} is missing", library.display());
    let server = Server::start(folder)?;
    server.put("index.html", page(series, metric).context("the series lacks the metric")?);
    Ok(server)
}

fn page(series: &Series, metric: &str) -> Option<String> {
    let column = series.column(metric)?;
    let times: Vec<f64> = series.points.iter().map(|point| point.time.0 as f64 / 1e6).collect();
    let values: Vec<Option<f64>> = series.points.iter().map(|point| point.values[column]).collect();
    let medians: Vec<Option<f64>> =
        (0..values.len()).map(|at| median_before(&values, at)).collect();
    let data = json!([times, values, medians]);
    Some(format!(
        "<!doctype html><html><head><meta charset='utf-8'>\
         <link rel='stylesheet' href='uPlot.min.css'><script src='uPlot.iife.min.js'></script></head>\
         <body><div id='place'></div><script>
         const data = {data};
         const range = [data[0][0], data[0][data[0].length - 1]];
         const chart = () => new uPlot({{
             width: 1200, height: 300,
             series: [{{}}, {{ label: 'value', stroke: '#07a' }}, {{ label: 'median', stroke: '#888' }}],
         }}, data, document.getElementById('place'));
         performance.mark('ready');
         </script></body></html>"
    ))
}

fn median_before(values: &[Option<f64>], at: usize) -> Option<f64> {
    let before: Vec<f64> =
        values[at.saturating_sub(WINDOW)..at].iter().copied().flatten().collect();
    bench_records::stats::median(&before)
}
