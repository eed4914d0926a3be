//! The demonstration's steps in a workspace of its own: with a development build, a benchmark that
//! makes its times up, and a page in place of the dashboard.

use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::symlink,
};

use serde_json::json;
use tempfile::TempDir;

use super::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The program that `BENCH_RUNNER` names, else the one that cargo builds now.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("BENCH_RUNNER") {
        return PathBuf::from(path);
    }
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "-p", "bench-runner"]).current_dir(root());
    assert!(process::succeeds(&mut build), "bench-runner does not build");
    let tests = std::env::current_exe().expect("a path");
    tests.ancestors().nth(2).expect("deps lies in debug").join("bench-runner")
}

fn workspace() -> (TempDir, Workspace) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let workspace = Workspace {
        root: folder.path().to_owned(),
        target: folder.path().join("target"),
        crates: Vec::new(),
    };
    let write = |path: &str, text: &str| {
        let path = workspace.root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    let example = fs::read_to_string(root().join("benchmarks/examples/fake.json")).expect("there");
    let mut benchmark: serde_json::Value = serde_json::from_str(&example).expect("JSON");
    benchmark["benchmark_id"] = json!("stated-cpu");
    benchmark["model"]["architecture"]["wait"] = json!("none");
    write("benchmarks/stated-cpu.json", &benchmark.to_string());
    let page = fs::read_to_string(root().join("site/index.html")).expect("there");
    write("target/site/index.html", &page);
    write("target/site/site_bg.wasm", "");
    let sample = "tests/fixtures/demo";
    folder::copy(&root().join(sample), &workspace.root.join(sample)).expect("copied");
    fs::create_dir_all(workspace.target.join("release")).expect("writable");
    symlink(binary(), workspace.target.join("release/bench-runner")).expect("writable");
    (folder, workspace)
}

#[test]
fn a_demonstration_measures_judges_fails_a_made_up_gate_and_publishes() {
    let (_folder, workspace) = workspace();
    let demo = workspace.target.join("demo");
    let call = Call { workspace: &workspace, demo: &demo };
    for meaning in ["calibration: there was nothing to judge against", "judged against the median"]
    {
        step::run_all(shown_steps(&call), Instant::now()).expect("all steps");
        assert!(call.meaning().starts_with(meaning), "{}", call.meaning());
    }
    let published = fs::read_to_string(workspace.root.join("dist/summary.json")).expect("there");
    let summary: serde_json::Value = serde_json::from_str(&published).expect("JSON");
    assert_eq!(
        (&summary["records"], &summary["series"][0]["benchmark"]),
        (&json!(2), &json!("stated-cpu"))
    );
    process::output(call.history().arg("--help")).expect("a command to try next");
    let server = server(&call, 0).expect("a free port");
    assert!(get(&server).contains("<title>Demonstration</title>"), "{}", get(&server));
}

fn get(server: &Server) -> String {
    let address = server.url("").replace("http://", "");
    let mut stream = TcpStream::connect(address.trim_end_matches('/')).expect("it listens");
    let request = "GET /index.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut page = vec![0; 1 << 16];
    let mut length = 0;
    while !String::from_utf8_lossy(&page[..length]).contains("</html>") {
        let read = stream.read(&mut page[length..]).expect("it answers");
        assert!(read > 0, "{}", String::from_utf8_lossy(&page[..length]));
        length += read;
    }
    String::from_utf8_lossy(&page[..length]).into_owned()
}

#[test]
fn the_benchmarks_that_are_measured_and_named_are_there() {
    let named = fs::read_dir(root().join("benchmarks")).expect("there");
    let names =
        named.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    let measured: Vec<String> = names.filter(|name| name.ends_with("-cpu.json")).collect();
    assert_eq!(measured.len(), 6, "six, as is said at the start: {measured:?}");
    assert!(measured.contains(&"wan-small-dummy-cpu.json".to_owned()), "the series that is shown");
}
