//! A browser that is steered over WebDriver: a fresh profile, gone with this value.
//!
//! In: programs of a browser and its driver. Out: pages opened, scripts run, keys pressed.

mod chromium;
mod driver;
mod firefox;

use std::{
    path::PathBuf,
    process::Child,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

use driver::send;

/// Whose browser it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    /// Chromium or Chrome, by chromedriver.
    Chromium,
    /// Firefox, by geckodriver.
    Firefox,
}

/// The programs.
pub struct Programs {
    engine: Engine,
    browser: PathBuf,
    driver: PathBuf,
}

impl Programs {
    /// Chromium or Chrome, and its chromedriver.
    #[must_use]
    pub fn of_chromium(browser: PathBuf, driver: PathBuf) -> Self {
        Self { engine: Engine::Chromium, browser, driver }
    }

    /// Firefox, and geckodriver.
    #[must_use]
    pub fn of_firefox(browser: PathBuf, driver: PathBuf) -> Self {
        Self { engine: Engine::Firefox, browser, driver }
    }
}

/// What the window looks like.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Width of the page in CSS pixels.
    pub width: u32,
    /// Height of the page in CSS pixels.
    pub height: u32,
    /// Device pixels in a CSS pixel.
    pub scale: u32,
    /// What the browser is started for.
    pub purpose: Purpose,
}

/// What a browser is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Each request is noted.
    Test,
    /// Nothing is noted, and frames come as fast as they are drawn, not at the screen's rate.
    Measure,
}

impl Default for Window {
    fn default() -> Self {
        Self { width: 1280, height: 900, scale: 1, purpose: Purpose::Test }
    }
}

/// A browser window.
pub struct Session {
    driver: Child,
    agent: Agent,
    address: String,
    _profile: TempDir,
}

impl Session {
    /// Starts a browser.
    ///
    /// # Errors
    /// What the driver or the browser says.
    pub fn start(programs: &Programs, window: Window) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let agent: Agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(120)))
            .http_status_as_error(false)
            .build()
            .into();
        let (listens, wanted) = match programs.engine {
            Engine::Chromium => (
                chromium::LISTENS,
                chromium::capabilities(&programs.browser, profile.path(), window),
            ),
            Engine::Firefox => (firefox::LISTENS, firefox::capabilities(&programs.browser, window)),
        };
        let (mut driver, port) = driver::start(&programs.driver, listens)?;
        let address = format!("http://127.0.0.1:{port}/session");
        let session = send(&agent, &address, Some(&wanted)).and_then(|answer| {
            let id = answer["sessionId"].as_str().context("the driver names no session")?;
            Ok(format!("{address}/{id}"))
        });
        let address = session.inspect_err(|_| drop(driver.kill()))?;
        let this = Self { driver, agent, address, _profile: profile };
        if programs.engine == Engine::Chromium {
            this.devtools(
                "Emulation.setDeviceMetricsOverride",
                &json!({ "width": window.width, "height": window.height,
                    "deviceScaleFactor": window.scale, "mobile": false }),
            )?;
        }
        Ok(this)
    }

    /// Opens an address, and waits until its page is loaded.
    ///
    /// # Errors
    /// The page cannot be opened.
    pub fn open(&self, url: &str) -> Result<()> {
        self.post("url", &json!({ "url": url })).map(drop)
    }

    /// Runs the body of a function in the page and returns what it returns, awaited.
    ///
    /// # Errors
    /// What the script throws.
    pub fn run(&self, body: &str, arguments: &[Value]) -> Result<Value> {
        self.post("execute/sync", &json!({ "script": body, "args": arguments }))
    }

    /// Waits until an expression of the page is true, and returns its value.
    ///
    /// # Errors
    /// It stays false for too long.
    pub fn wait(&self, expression: &str, at_most: Duration) -> Result<Value> {
        let started = Instant::now();
        loop {
            let value = self.run(&format!("return ({expression});"), &[])?;
            if !matches!(value, Value::Null | Value::Bool(false)) && value != json!("") {
                return Ok(value);
            }
            if started.elapsed() > at_most {
                bail!("not within {} s: {expression}", at_most.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses and releases keys, one after the other, in the element that has the focus.
    ///
    /// # Errors
    /// The browser is gone.
    pub fn press(&self, keys: &[&str]) -> Result<()> {
        let actions: Vec<Value> = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        let source = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", &json!({ "actions": [source] })).map(drop)
    }

    /// Moves the mouse through points of the page; the first and the last are where the button is
    /// pressed and released, where it is.
    ///
    /// # Errors
    /// A point is outside of the window.
    pub fn drag(&self, points: &[(i64, i64)], is_pressed: bool) -> Result<()> {
        let mut actions: Vec<Value> = points.iter().map(|(x, y)| {
            json!({ "type": "pointerMove", "duration": 20, "x": x, "y": y, "origin": "viewport" })
        }).collect();
        if is_pressed {
            actions.insert(1, json!({ "type": "pointerDown", "button": 0 }));
            actions.push(json!({ "type": "pointerUp", "button": 0 }));
        }
        let source = json!({ "type": "pointer", "id": "mouse", "actions": actions,
            "parameters": { "pointerType": "mouse" } });
        self.post("actions", &json!({ "actions": [source] })).map(drop)
    }

    /// Turns the wheel by so many pixels over a point of the page, while a key is held.
    ///
    /// # Errors
    /// The point is outside of the window.
    pub fn wheel(&self, (x, y): (i64, i64), pixels: i64, held: &str) -> Result<()> {
        let pause = json!({ "type": "pause", "duration": 0 });
        let key = |kind: &str| json!({ "type": kind, "value": held });
        let turn = json!({ "type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": pixels,
            "duration": 0, "origin": "viewport" });
        let keys = json!({ "type": "key", "id": "keyboard",
            "actions": [key("keyDown"), pause, key("keyUp")] });
        let wheel = json!({ "type": "wheel", "id": "wheel", "actions": [pause, turn, pause] });
        self.post("actions", &json!({ "actions": [keys, wheel] })).map(drop)
    }

    /// Clicks the element that an XPath finds, as a mouse would: one that is covered is an error.
    ///
    /// # Errors
    /// There is none, or it cannot be clicked.
    pub fn click(&self, xpath: &str) -> Result<()> {
        let element = self.post("element", &json!({ "using": "xpath", "value": xpath }))?;
        let id = element.as_object().and_then(|fields| fields.values().next()?.as_str());
        let id = id.with_context(|| format!("no element {xpath}"))?;
        self.post(&format!("element/{id}/click"), &json!({})).map(drop)
    }

    /// What the browser's console shows since this was asked last: level and text.
    ///
    /// # Errors
    /// The browser is gone.
    pub fn console(&self) -> Result<Vec<(String, String)>> {
        let entries = self.post("se/log", &json!({ "type": "browser" }))?;
        let field = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(entries.iter().map(|entry| (field(entry, "level"), field(entry, "message"))).collect())
    }

    /// Addresses that the page has asked for since this was asked last.
    ///
    /// # Errors
    /// The browser is gone.
    pub fn requested(&self) -> Result<Vec<String>> {
        let entries = self.post("se/log", &json!({ "type": "performance" }))?;
        let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
        let url = |entry: &Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let event = &message["message"];
            (event["method"] == "Network.requestWillBeSent")
                .then(|| event["params"]["request"]["url"].as_str().map(str::to_owned))?
        };
        Ok(entries.iter().filter_map(url).collect())
    }

    /// A command of Chrome's own protocol.
    ///
    /// # Errors
    /// What the browser says.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value> {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// Process of the driver, from which the browser's processes come.
    #[must_use]
    pub fn driver_process(&self) -> u32 {
        self.driver.id()
    }

    /// Goes back in the history of the window.
    ///
    /// # Errors
    /// The browser is gone.
    pub fn back(&self) -> Result<()> {
        self.post("back", &json!({})).map(drop)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        send(&self.agent, &format!("{}/{path}", self.address), Some(body))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // closes the browser; a driver that is gone took it along
        drop(send(&self.agent, &self.address, None));
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}
