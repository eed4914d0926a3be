//! A browser that tests can steer: Chromium or Chrome, and the chromedriver of the same version.

use std::{path::PathBuf, process::Command};

use super::{Need, npm, system};
use crate::{process::succeeds, versions::AXE_CORE, workspace::Workspace};

/// Names under which the browser is installed.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

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
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let candidates = std::env::split_paths(&path)
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
    candidates.into_iter().find(|file| file.is_file())
}
