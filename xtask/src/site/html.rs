//! The last step of the site's build: trunk's page under a strict policy.
//!
//! In: the folder that trunk has filled. Out: the same with small programs, lean scripts and styles, the programs'
//! start in a file of its own, and the policy and early fetches of `config.json`'s sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use bench_records::page::with_sources;
use serde_json::Value;

use super::{
    lean::make_lean,
    loader::{Moved, move_scripts},
    programs,
    shrink::shrink,
};
use crate::workspace::Workspace;

/// Finishes the page in the folder that trunk names.
pub fn finish() -> Result<()> {
    let folder = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let folder = folder.context("TRUNK_STAGING_DIR is not set: trunk starts this after a build")?;
    // who edits waits for each build
    if std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release") {
        let workspace = Workspace::locate()?;
        for name in programs::names(&read(&folder.join("index.html"))?)? {
            shrink(&folder, &name, &workspace)?;
        }
    }
    finish_in(&folder)
}

fn finish_in(folder: &Path) -> Result<()> {
    make_lean(folder)?;
    let page = folder.join("index.html");
    let html = read(&page)?;
    let html = programs::start(&html, folder)?;
    let Moved { html, scripts } = move_scripts(&html)?;
    for (name, text) in &scripts {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let sources = sources(&read(&folder.join("config.json"))?)?;
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let html = with_sources(&html, &sources);
    fs::write(&page, html).with_context(|| format!("cannot write {}", page.display()))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn sources(config: &str) -> Result<Vec<String>> {
    let config: Value = serde_json::from_str(config).context("public/config.json is not JSON")?;
    let sources = config["sources"].as_array().context("public/config.json lacks sources")?;
    let url = |source: &Value| source["url"].as_str().map(str::to_owned);
    let urls = sources.iter().map(url).collect::<Option<_>>();
    urls.context("a source in public/config.json lacks its url")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_starts_from_a_file_and_fetches_the_first_source_early() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("writable");
        };
        let page = "<head>\n<meta content=\"connect-src 'self'\">\n<script type=\"module\">\n\
                    import init from './a.js';\n</script>\n</head>";
        write("index.html", page);
        for name in ["a", "series", "pages"] {
            write(&format!("{name}.js"), "");
            write(&format!("{name}_bg.wasm"), "");
        }
        write("config.json", r#"{"sources": [{"name": "x", "url": "data/x/"}]}"#);
        finish_in(folder.path()).expect("finished");
        let page = read(&folder.path().join("index.html")).expect("there");
        assert!(page.contains("href=\"data/x/index/v1/head.ndjson\""), "{page}");
        let start = page.find("src=\"./").expect("a script from a file") + 7;
        let name = page[start..].split('"').next().expect("a name");
        let script = read(&folder.path().join(name)).expect("there");
        assert!(script.contains(r#""script":"./overview-"#), "{script}");
    }

    #[test]
    fn a_source_without_an_address_is_an_error() {
        let error = sources(r#"{"sources": [{"name": "x"}]}"#).expect_err("no url").to_string();
        assert_eq!(error, "a source in public/config.json lacks its url");
    }
}
