//! What is packed, installed as the templates for CI do it.

use std::{os::unix::fs::PermissionsExt, path::Path};

use serde_json::Value;

use super::*;

const TEMPLATES: [(&str, &str); 3] = [
    ("performance.yml", "judge"),
    ("performance-compact.yml", "compact"),
    ("performance-space.yml", "publish"),
];

/// The script of a template that installs the program.
fn installer(root: &Path, template: &str, job: &str) -> String {
    let file = root.join("templates/github").join(template);
    let text = fs::read_to_string(file).expect("a template");
    let workflow: Value = serde_saphyr::from_str(&text).expect("YAML");
    let mut steps = workflow["jobs"][job]["steps"].as_array().expect("steps").iter();
    let step = steps.find(|step| step["name"] == "Install bench-runner").expect("it installs");
    step["run"].as_str().expect("a script").to_owned()
}

/// A workspace whose program says a word, and the archive of it.
fn packed(folder: &Path) -> (PathBuf, Written) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let workspace = Workspace { root, target: folder.join("target"), crates: Vec::new() };
    let release = Release { workspace: &workspace, host: "some-host".to_owned(), has_cuda: false };
    let program = release.program();
    fs::create_dir_all(program.parent().expect("a folder")).expect("writable");
    fs::write(&program, "#!/bin/sh\necho installed\n").expect("writable");
    fs::create_dir_all(workspace.target.join("archives")).expect("writable");
    let entries = release.entries(workspace.root.join("LICENSE"));
    let file = release.file();
    let written = archive::write(&file, &release.name(), &entries).expect("packed");
    (file, written)
}

#[test]
fn the_templates_install_what_is_packed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, Written { sha256, .. }) = packed(folder.path());
    for (template, job) in TEMPLATES {
        let temporary = folder.path().join(template);
        let path = temporary.join("path");
        fs::create_dir(&temporary).expect("writable");
        let script = installer(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), template, job);
        let mut bash = Command::new("bash");
        bash.args(["-e", "-c", &script]).env("RUNNER_TEMP", &temporary).env("GITHUB_PATH", &path);
        bash.env("BENCH_RUNNER_URL", format!("file://{}", file.display()));
        bash.env("BENCH_RUNNER_SHA256", &sha256);
        process::run(&mut bash).expect(template);
        let added = fs::read_to_string(&path).expect("a folder for the search path");
        let program = Path::new(added.trim()).join("bench-runner");
        let mode = fs::metadata(&program).expect("installed").permissions().mode();
        assert_eq!(mode & 0o777, 0o755, "{template}");
        let said = process::output(&mut Command::new(program)).expect("it starts");
        assert_eq!(said, "installed\n", "{template}");
    }
}
