//! A page with one chart of uPlot: values and their rolling median, which it computes when the chart is
//! made, as ours does.

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
    let data = json!([times, values]);
    Some(format!(
        "<!doctype html><html><head><meta charset='utf-8'>\
         <link rel='stylesheet' href='uPlot.min.css'><script src='uPlot.iife.min.js'></script></head>\
         <body><div id='place'></div><script>
         const data = {data};
         const range = [data[0][0], data[0][data[0].length - 1]];
         const medianBefore = (values, at) => {{
             const before = values.slice(Math.max(0, at - {WINDOW}), at).filter(v => v !== null);
             before.sort((a, b) => a - b);
             const middle = before.length >> 1;
             if (before.length === 0) return null;
             return before.length % 2 ? before[middle] : (before[middle - 1] + before[middle]) / 2;
         }};
         const withMedians = ([times, values]) =>
             [times, values, values.map((_, at) => medianBefore(values, at))];
         const chart = () => new uPlot({{
             width: 1200, height: 300,
             series: [{{}}, {{ label: 'value', stroke: '#07a' }}, {{ label: 'median', stroke: '#888' }}],
         }}, withMedians(data), document.getElementById('place'));
         performance.mark('ready');
         </script></body></html>"
    ))
}
