//! A published history where no script runs: a reader is led to the table, and sees all of it.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use site_tests::{server::Server, session::Window};
use tempfile::TempDir;

use crate::support::{Page, variable};

/// A history with a regression, published by the program that carries the dashboard.
fn published() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/demo");
    let mut copy = Command::new("cp");
    copy.arg("-R").args(["history", "results-slow"].map(|name| sample.join(name)));
    assert!(copy.arg(folder.path()).status().expect("cp starts").success());
    let calls: [(&[&str], i32); 2] = [
        (&["compare", "--store", "history", "--results", "results-slow"], 1),
        (&["publish", "--store", "history"], 0),
    ];
    for (words, code) in calls {
        let mut command = Command::new(variable("BENCH_RUNNER"));
        let output = command.args(words).current_dir(folder.path()).output().expect("it starts");
        assert_eq!(output.status.code(), Some(code), "{words:?}");
    }
    folder
}

const SHOWN: &str = "const cells = tr => [...tr.cells].map(cell => cell.innerText);
    return {
        rows: [...document.querySelectorAll('table.latest tbody tr')].map(cells),
        links: [...document.querySelectorAll('a')].map(link => link.getAttribute('href')),
        styled: getComputedStyle(document.querySelector('.status')).display !== 'inline'
            || document.styleSheets.length > 0,
    }";

#[test]
fn the_dashboard_leads_to_the_table_which_says_what_regressed() {
    let folder = published();
    let dist = folder.path().join("dist");
    let server = Server::start(dist.clone()).expect("a free port");
    let page = Page::of(server, "latest.html", Window::default());
    let disabled = json!({"value": true});
    page.session.devtools("Emulation.setScriptExecutionDisabled", &disabled).expect("no scripts");
    page.go("");
    page.wait("location.pathname.endsWith('/latest.html')");
    page.wait("document.querySelectorAll('table.latest tbody tr').length > 0");
    let shown = page.run(SHOWN);
    let rows = shown["rows"].as_array().expect("rows");
    assert!(rows[0][0].as_str().expect("a status").contains("suspected"), "{rows:?}");
    assert_eq!(rows[0][1], "tiny-wan-cpu");
    let reason = rows[1][1].as_str().expect("a reason in a row of its own");
    assert!(reason.contains("latency is 21.3 % worse"), "{rows:?}");
    let links = shown["links"].as_array().expect("links").iter().filter_map(Value::as_str);
    for file in links.filter(|link| !link.contains('#') && !link.contains("://")) {
        assert!(fs::metadata(dist.join(file)).is_ok(), "{file}");
    }
    assert_eq!(shown["styled"], true);
}
