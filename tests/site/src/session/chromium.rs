//! Chromium or Chrome, by its chromedriver.

use std::path::Path;

use serde_json::{Value, json};

use super::{Purpose, Window};

/// What the driver says before its port.
pub(super) const LISTENS: &str = "started successfully on port ";

/// For a root user in a container; nothing is asked of other hosts, not even by the browser itself.
const ARGUMENTS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--enable-precise-memory-info",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

const UNLIMITED: [&str; 2] = ["--disable-frame-rate-limit", "--disable-gpu-vsync"];

/// What is asked of the driver for a new window.
pub(super) fn capabilities(browser: &Path, profile: &Path, window: Window) -> Value {
    let mut arguments: Vec<String> =
        ARGUMENTS.iter().map(|&argument| argument.to_owned()).collect();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.push(format!("--window-size={},{}", window.width, window.height));
    let mut logs = json!({ "browser": "ALL" });
    match window.purpose {
        Purpose::Test => logs["performance"] = json!("ALL"),
        Purpose::Measure => arguments.extend(UNLIMITED.map(str::to_owned)),
    }
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": browser, "args": arguments },
        "goog:loggingPrefs": logs,
    } } })
}
