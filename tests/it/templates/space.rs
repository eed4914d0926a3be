//! `templates/github/performance-space.yml`: a folder into a static Space, by the Hub's own client.

use super::{
    github::{CiJob, on_schedule},
    project,
};
use crate::{
    dataset::{Setting, TOKEN},
    support::python,
};

const SPACE: &str = "spaces/tester/site";

fn upload(setting: &Setting, client: &std::path::Path) {
    let programs = client.parent().unwrap().display().to_string();
    let home = setting.workspace.path("home").display().to_string();
    let variables = [
        ("SPACE", "tester/site".to_owned()),
        ("HF_HOME", home),
        ("HF_HUB_DISABLE_XET", "1".to_owned()),
        ("HF_HUB_DISABLE_TELEMETRY", "1".to_owned()),
        ("HF_HUB_DISABLE_PROGRESS_BARS", "1".to_owned()),
    ];
    let event = [on_schedule(), variables.to_vec()].concat();
    let job = CiJob::new(setting, "github/performance-space.yml", "publish", event);
    // what the step before leaves there
    setting.workspace.write("runner/path", &programs);
    job.run("Put it into the Space", &[("secrets.HF_TOKEN", TOKEN)]).expect(0);
}

#[test]
fn the_space_holds_the_newest_dashboard_and_nothing_else() {
    let Some(python) = python::with(&["huggingface_hub"]) else { return };
    let setting = project();
    setting.hub.create(SPACE);
    setting.hub.put(SPACE, &[("old.js", b"of the last version"), ("index.html", b"old")]);
    setting.workspace.write("site/index.html", "new");
    setting.workspace.write("site/data/index/v1/head.ndjson", "{}");
    upload(&setting, python.program());
    let files = setting.hub.files(SPACE);
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(paths, [".gitattributes", "data/index/v1/head.ndjson", "index.html"]);
    assert_eq!(files["index.html"], b"new");
}
