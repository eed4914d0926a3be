//! Firefox, by its geckodriver, which gives each window a profile of its own.

use std::path::Path;

use serde_json::{Value, json};

use super::Window;

/// What the driver says before its port.
pub(super) const LISTENS: &str = "Listening on 127.0.0.1:";

/// Nothing is asked of other hosts: a proxy that is not there takes all but this machine.
const NOBODY: &str = "127.0.0.1";
const NO_PORT: u16 = 9;

/// What is asked of the driver for a new window.
pub(super) fn capabilities(browser: &Path, window: Window) -> Value {
    let (width, height) = (window.width.to_string(), window.height.to_string());
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": browser,
            "args": ["-headless", "-width", width, "-height", height],
            "prefs": {
                "layout.css.devPixelsPerPx": window.scale.to_string(),
                "network.proxy.type": 1,
                "network.proxy.http": NOBODY,
                "network.proxy.http_port": NO_PORT,
                "network.proxy.ssl": NOBODY,
                "network.proxy.ssl_port": NO_PORT,
            },
        },
    } } })
}
