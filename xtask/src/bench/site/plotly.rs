//! A page as FastVideo's dashboard makes it: Plotly, a figure after the other, its data in scripts.
//!
//! In: series. Out: a host of that page. Each figure has one metric as a line with markers. What the
//! original has beyond that is left out, to Plotly's advantage: a template of 7 kB in each figure,
//! and the library from another host.

use std::fs;

use anyhow::{Context, Result};
use bench_records::series::Series;
use serde_json::{Value, json};
use site_tests::server::Server;

use super::Site;
use crate::{setup, versions::PLOTLY};

/// The page of a dataset is to take this many times as long as ours.
const TARGET: f64 = 20.0;

/// Prints how long the page of a whole dataset takes beside ours: FastVideo has one page, with a
/// figure for each series and metric.
pub fn beside_dataset(site: &Site, all: &[Series], ours_ms: f64) -> Result<()> {
    let figures: usize = all.iter().map(|series| series.metrics.len()).sum();
    let what = format!("FastVideo's page of that dataset, {figures} figures of Plotly");
    let ratio = beside(site, all, &what, ours_ms)?;
    let outcome = if ratio >= TARGET { "met" } else { "missed" };
    println!("    target at least {TARGET} times: {outcome}");
    Ok(())
}

/// Prints how long a page of these series takes beside ours.
pub fn beside(site: &Site, all: &[Series], what: &str, ours_ms: f64) -> Result<f64> {
    let theirs_ms = site.median_ms(&host(site, all)?.url(""), "drawn")?;
    println!("  {what}: {theirs_ms:.0} ms, {:.1} times as long", theirs_ms / ours_ms);
    Ok(theirs_ms / ours_ms)
}

/// A host of the page; it marks `drawn` behind the frame that shows the last figure.
fn host(site: &Site, all: &[Series]) -> Result<Server> {
    let folder = setup::npm_folder(site.bench.workspace, "plotly.js-dist-min", PLOTLY);
    let library = folder.join("plotly.min.js");
    let library =
        fs::read(&library).with_context(|| format!("cannot read {}", library.display()))?;
    let server = Server::start(folder)?;
    server.put("plotly.min.js", library);
    server.put("index.html", page(all));
    Ok(server)
}

fn page(all: &[Series]) -> String {
    let mut html =
        "<html><head><meta charset='utf-8'></head><body><h2>Performance Dashboard</h2>\n\
                    <script src='plotly.min.js'></script><script>const all = [];</script>\n"
            .to_owned();
    for series in all {
        for column in 0..series.metrics.len() {
            html += &figure(series, column);
        }
    }
    html + "<script>Promise.all(all).then(() => requestAnimationFrame(() => \
            setTimeout(() => performance.mark('drawn'))));</script></body></html>"
}

fn figure(series: &Series, column: usize) -> String {
    let (id, metric) = (format!("{}-{column}", series.key), &series.metrics[column]);
    let times: Vec<String> = series.points.iter().map(|point| point.time.to_iso()).collect();
    let values: Vec<Value> =
        series.points.iter().map(|point| json!(point.values[column])).collect();
    let trace = json!([{
        "type": "scatter", "mode": "lines+markers", "name": metric, "x": times, "y": values,
        "hovertemplate": format!("variable={metric}<br>timestamp=%{{x}}<br>value=%{{y}}<extra></extra>"),
        "line": { "color": "#636efa", "dash": "solid" }, "marker": { "symbol": "circle" },
        "orientation": "v", "showlegend": true, "xaxis": "x", "yaxis": "y",
    }]);
    let gpu = series.labels.gpu_type.as_deref().unwrap_or_default();
    let layout = json!({
        "title": { "text": format!("{} | {gpu} | {metric}", series.labels.model_id) },
        "xaxis": { "anchor": "y", "domain": [0.0, 1.0], "title": { "text": "timestamp" } },
        "yaxis": { "anchor": "x", "domain": [0.0, 1.0], "title": { "text": "value" } },
        "legend": { "title": { "text": "variable" }, "tracegroupgap": 0 },
    });
    format!(
        "<div><div id='{id}' class='plotly-graph-div' style='height:100%; width:100%;'></div>\
         <script>all.push(Plotly.newPlot('{id}', {trace}, {layout}, {{responsive: true}}));</script>\
         </div>\n"
    )
}
