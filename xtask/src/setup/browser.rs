//! Browsers that tests can steer: Chromium or Chrome, and the chromedriver of the same version; Firefox, and
//! geckodriver.

use std::{path::PathBuf, process::Command};

use super::{Need, npm, site, system};
use crate::{
    process::succeeds,
    versions::{AXE_CORE, GECKODRIVER},
    workspace::Workspace,
};

/// Names under which the browser is installed.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Names under which Firefox is installed.
const FIREFOXES: [&str; 2] = ["firefox-esr", "firefox"];

/// Browser, driver, and the accessibility checker that runs in the page.
pub fn needs(workspace: &Workspace) -> Vec<Need> {
    let browser = Need {
        what: "Chromium with chromedriver".to_owned(),
        is_there: Box::new(|| Browser::find().is_some()),
        install: system::packages(
            &["chromium", "chromium-driver"],
            "install Chromium or Chrome and the chromedriver of the same version",
        ),
        usually: "1 min, 120 MB",
    };
    vec![browser, npm::npm(), npm::package(workspace, "axe-core", AXE_CORE, "3 s, 3 MB")]
}

/// Firefox, and its driver.
pub fn needs_of_firefox() -> Vec<Need> {
    let browser = Need {
        what: "Firefox".to_owned(),
        is_there: Box::new(|| firefox().is_some()),
        install: system::packages(&["firefox-esr"], "install Firefox"),
        usually: "20 s, 70 MB",
    };
    let driver = site::tool(
        &format!("geckodriver {GECKODRIVER}"),
        &format!("geckodriver@{GECKODRIVER} --locked"),
        "2 to 4 min",
    );
    vec![browser, driver]
}

/// The program of Firefox on the search path, or where the variable FIREFOX_BINARY says.
fn firefox() -> Option<PathBuf> {
    let named = std::env::var_os("FIREFOX_BINARY").map(PathBuf::from);
    named.or_else(|| FIREFOXES.iter().find_map(|name| on_path(name)))
}

/// A browser and its driver on this machine.
pub struct Browser {
    /// The browser's program.
    pub browser: PathBuf,
    /// The driver's program.
    pub driver: PathBuf,
}

impl Browser {
    /// What is on the search path, or where the variables BROWSER_BINARY and CHROMEDRIVER say.
    pub fn find() -> Option<Self> {
        let browser = std::env::var_os("BROWSER_BINARY").map(PathBuf::from);
        let browser = browser.or_else(|| BROWSERS.iter().find_map(|name| on_path(name)))?;
        let driver = std::env::var_os("CHROMEDRIVER").map(PathBuf::from);
        let driver = driver.or_else(|| on_path("chromedriver"))?;
        let starts = succeeds(Command::new(&driver).arg("--version"));
        starts.then_some(Self { browser, driver })
    }

    /// Firefox and geckodriver, on the search path or where the variables FIREFOX_BINARY and GECKODRIVER
    /// say.
    pub fn find_firefox() -> Option<Self> {
        let driver = std::env::var_os("GECKODRIVER").map(PathBuf::from);
        let driver = driver.or_else(|| on_path("geckodriver"))?;
        Some(Self { browser: firefox()?, driver })
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let candidates = std::env::split_paths(&path)
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
    candidates.into_iter().find(|file| file.is_file())
}
