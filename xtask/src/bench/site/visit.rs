//! One visit of a page: a host, a fresh browser, and what it says about time.

use std::time::Duration;

use anyhow::{Context, Result};
use bench_records::{page::with_sources, stats::median};
use serde_json::{Value, json};
use site_tests::{
    server::Server,
    session::{Purpose, Session, Window},
};

use super::Site;
use crate::site::dist;

/// More than any page takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

const WINDOW: Window = Window { width: 1280, height: 900, scale: 1, purpose: Purpose::Measure };

/// Waits until what was asked for is on the screen: the frame after the next task.
///
/// A script that calls it continues behind the paint: a message is handled after the frame in which
/// it was sent. `script` waits for what the page's own script has set off, before any frame: it runs in
/// microtasks, one after the other.
pub const PAINTED: &str = "
    const painted = () => new Promise(done => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = done;
        channel.port2.postMessage(0);
    }));
    const script = async () => { for (let turn = 0; turn < 50; turn += 1) await null; };
";

/// Set behind the first frame in which every chart and sparkline in the window is drawn: a canvas that
/// was drawn on, a picture whose paths lead somewhere.
pub const DRAWN: &str = "charts-drawn";

/// Runs before the page's own scripts, so that what is measured needs no help from the page.
const PROBE: &str = "
    const drawn = new WeakSet();
    const stroke = CanvasRenderingContext2D.prototype.stroke;
    CanvasRenderingContext2D.prototype.stroke = function (...path) {
        drawn.add(this.canvas);
        return stroke.apply(this, path);
    };
    const isShown = chart => {
        const box = chart.getBoundingClientRect();
        return box.bottom > 0 && box.top < innerHeight;
    };
    const isDrawn = chart => drawn.has(chart) || chart.querySelector('path[d^=M]') !== null;
    const look = () => {
        const charts = [...document.querySelectorAll('canvas, main svg[role=img]')];
        // most of the time there are none, or some that are not drawn: no layout is asked for then
        if (!charts.some(isDrawn) || !charts.filter(isShown).every(isDrawn)) {
            return requestAnimationFrame(look);
        }
        setTimeout(() => performance.mark('charts-drawn'));
    };
    requestAnimationFrame(look);
";

impl Site<'_> {
    /// A host of the bundle that shows these files of a history, and nothing else.
    pub fn host(&self, files: Vec<(String, String)>) -> Result<Server> {
        let server = Server::start(dist(self.bench.workspace))?;
        let page = server.get("index.html").context("the bundle has no index.html")?;
        server.put("index.html", with_sources(&String::from_utf8(page)?, &["data/made-up/"]));
        let config = json!({ "sources": [{ "name": "made up", "url": "data/made-up/" }] });
        server.put("config.json", config.to_string());
        for (path, text) in files {
            server.put(&format!("data/made-up/{path}"), text);
        }
        Ok(server)
    }

    /// A fresh browser on a page, once `mark` is set in it, and the time of that mark in ms since
    /// the navigation began.
    pub fn visit(&self, url: &str, mark: &str) -> Result<(Session, f64)> {
        let session = Session::start(&self.programs, WINDOW)?;
        session.devtools("Page.enable", &json!({}))?;
        let probe = json!({ "source": PROBE });
        session.devtools("Page.addScriptToEvaluateOnNewDocument", &probe)?;
        session.open(url)?;
        let time = format!("performance.getEntriesByName('{mark}')[0]?.startTime");
        let time_ms = session.wait(&time, PATIENCE)?;
        let time_ms = time_ms.as_f64().with_context(|| format!("{mark} is no time: {time_ms}"))?;
        Ok((session, time_ms))
    }

    /// Median of the time of a mark over first visits.
    pub fn median_ms(&self, url: &str, mark: &str) -> Result<f64> {
        let times: Result<Vec<f64>> =
            (0..self.bench.runs).map(|_| Ok(self.visit(url, mark)?.1)).collect();
        Ok(median(&times?).unwrap_or(f64::NAN))
    }
}

/// What a script returns, awaited.
pub fn returned(session: &Session, script: &str) -> Result<Value> {
    session.run(&format!("{PAINTED}\nreturn (async () => {{ {script} }})();"), &[])
}
