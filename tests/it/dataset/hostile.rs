//! A dataset that means harm, or is broken: nothing leaves the copy's folder, and each part is named.

use hub_double::Canned;
use serde_json::{Value, json};

use super::{DATASET, STORE, Setting};
use crate::support::builders::{record, with};

/// Every file below the workspace but those of the copy.
fn outside(setting: &Setting) -> Vec<String> {
    let files = setting.workspace.files(".").into_iter();
    files.filter(|path| !path.trim_start_matches("./").starts_with("copy/")).collect()
}

fn canned(status: u16, content_type: &str, body: &str) -> Canned {
    let (content_type, body) = (content_type.to_owned(), body.as_bytes().to_vec());
    Canned { status, content_type, body, claimed_length: None }
}

fn reason<'v>(synced: &'v Value, path: &str) -> &'v str {
    let set_aside = synced["set_aside"].as_array().unwrap();
    let found = set_aside.iter().find(|pair| pair[0] == path);
    found.unwrap_or_else(|| panic!("{path} is not named in {synced}"))[1].as_str().unwrap()
}

/// Entries of a listing that must not be followed, with what is said of each.
fn hostile_entries() -> Vec<(Value, &'static str)> {
    let oid = "a".repeat(40);
    let file = |path: &str| json!({"type": "file", "oid": oid, "size": 2, "path": path});
    let with_size = |path: &str, size: Value| with(file(path), &json!({"size": size}));
    vec![
        (file("../escape.json"), "has the component \"..\""),
        (file("a/../../escape.json"), "has the component \"..\""),
        (file("/tmp/escape.json"), "is not relative"),
        (file("..\\escape.json"), "has the character '\\\\'"),
        (file("C:/escape.json"), "has the character ':'"),
        (file("wan/\n.json"), "has the character '\\n'"),
        (file("wan//b.json"), "has an empty component"),
        (file("wan/./b.json"), "has the component \".\""),
        (file(".hub/spool/x.json"), "is hidden"),
        (file(".ssh/x.json"), "is hidden"),
        (file("wan/.x.json"), "is hidden"),
        (with(file("link.json"), &json!({"type": "symlink"})), "is a \"symlink\""),
        (with(file("typed.json"), &json!({"oid": 5})), "has the id \"\""),
        (with_size("text.json", json!("x")), "is listed without a size"),
        (with_size("negative.json", json!(-1)), "is listed without a size"),
        (with_size("float.json", json!(1e30)), "is listed without a size"),
        (with_size("huge.json", json!(99_999_999_999_u64)), "has 99999999999 bytes"),
        (json!({"oid": oid}), "has no path: {"),
        (json!("text"), "has no path: \"text\""),
        (json!(null), "has no path: null"),
        (json!([[[]]]), "has no path: [[[]]]"),
    ]
}

#[test]
fn entries_that_mean_harm_are_each_named_and_not_followed() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    let entries = hostile_entries();
    setting.hub.also_list(entries.iter().map(|(entry, _)| entry.clone()).collect());
    let before = outside(&setting);
    let synced = setting.run(&["sync", "--json"]).expect(3).json();
    assert_eq!(outside(&setting), before);
    assert!(!std::path::Path::new("/tmp/escape.json").exists());
    assert_eq!((&synced["files"], &synced["fetched"]), (&json!(1), &json!(1)));
    assert_eq!(synced["set_aside"].as_array().unwrap().len(), entries.len(), "{synced:#}");
    for (number, (entry, words)) in entries.iter().enumerate() {
        let path = entry.get("path").and_then(Value::as_str);
        // .gitattributes, the dataset's own folder and its file come first
        let nameless = || format!("entry {} of the listing", number + 4);
        let name = path.map_or_else(nameless, |path| path.escape_debug().to_string());
        let said = reason(&synced, &name);
        assert!(said.starts_with(words), "{name}: {said}");
    }
    // and the load goes on
    let shown = setting.run(&["history", "wan", "--json"]).expect(0).json();
    assert_eq!(shown[0]["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_link_in_the_copy_leads_nowhere() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    let elsewhere = setting.workspace.path("elsewhere");
    std::fs::create_dir_all(&elsewhere).unwrap();
    std::fs::create_dir_all(setting.workspace.path("copy")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, setting.workspace.path("copy/wan")).unwrap();
    let synced = setting.run(&["sync", "--json"]).expect(3).json();
    assert!(reason(&synced, "wan/a.json").contains("behind the link"));
    assert_eq!(setting.workspace.files("elsewhere"), Vec::<String>::new());
}

#[test]
fn pages_that_are_no_records_are_named_and_the_rest_is_read() {
    let setting = Setting::new();
    let page = "<!DOCTYPE html><html><body>Sign in</body></html>";
    let text = record("wan", 1).to_string();
    for path in
        ["page.json", "forbidden.json", "torn.json", "other.json", "long.json", "sound.json"]
    {
        setting.hub.put(DATASET, &[(&format!("wan/{path}"), text.as_bytes())]);
    }
    setting.hub.answer("wan/page.json", canned(200, "text/html", page));
    setting.hub.answer("wan/forbidden.json", canned(403, "text/html", page));
    let torn =
        Canned { claimed_length: Some(text.len()), ..canned(200, "application/json", &text[..40]) };
    setting.hub.answer("wan/torn.json", torn);
    let other = text.replace("10.0", "99.0");
    setting.hub.answer("wan/other.json", canned(200, "application/json", &other));
    let long = " ".repeat(20 * 1024 * 1024);
    setting.hub.answer("wan/long.json", canned(200, "application/json", &long));
    let synced = setting.run(&["sync", "--json"]).expect(3).json();
    assert_eq!(synced["fetched"], 1);
    for (path, words) in [
        ("wan/page.json", "came as an HTML page"),
        ("wan/forbidden.json", "403"),
        ("wan/torn.json", "cannot be fetched"),
        ("wan/other.json", "another content"),
        ("wan/long.json", "more than the 16777216"),
    ] {
        let reason = reason(&synced, path);
        assert!(reason.contains(words), "{path}: {reason}");
        assert!(!setting.workspace.path(&format!("copy/{path}")).exists(), "{path}");
    }
    // reported where it is judged, too
    setting.workspace.put_results(&[crate::support::builders::result("wan", 2)]);
    setting.run(&["compare", "--persist", "never"]).expect(0);
    let said = setting.workspace.report();
    assert!(said.contains("5 files of the history"), "{said}");
    // what heals is fetched with the next sync
    setting.hub.answer("wan/page.json", canned(200, "application/json", &text));
    let healed = setting.run(&["sync", "--json"]).expect(3).json();
    assert_eq!(healed["fetched"], 1);
}

#[test]
fn records_that_cannot_be_read_are_named_by_index() {
    let setting = Setting::new();
    let deep = "[".repeat(100_000);
    let wide = format!("{{\"model_id\": \"wan\", \"latency\": {}1e400}}", " ".repeat(10));
    for (path, text) in [
        ("nan.json", "{\"model_id\": \"wan\", \"latency\": NaN}"),
        ("deep.json", deep.as_str()),
        ("list.json", "[]"),
        ("typed.json", "{\"model_id\": {\"a\": 1}}"),
        ("wide.json", wide.as_str()),
        ("latin.json", "{\"model_id\": \"w\u{e4}n\"} trailing"),
    ] {
        setting.hub.put(DATASET, &[(path, text.as_bytes())]);
    }
    setting.put(
        "wan/a.json",
        &with(record("wan", 1), &json!({"memory": [1], "throughput": {"a": 1}})),
    );
    setting.run(&["sync"]).expect(0);
    let index = setting.run(&["index", "--json"]).expect(3).json();
    assert_eq!((&index["records"], index["set_aside"].as_array().unwrap().len()), (&json!(1), 6));
}

#[test]
fn paths_that_differ_in_case_only_are_both_kept_and_named() {
    let setting = Setting::new();
    setting.put("Wan/A.json", &record("wan", 1));
    setting.put("wan/a.json", &record("wan", 2));
    let synced = setting.run(&["sync", "--json"]).expect(0).json();
    assert_eq!(synced["renamed"][0][0], "wan/a.json");
    let files = setting.workspace.files("copy/");
    let folded: std::collections::HashSet<String> =
        files.iter().map(|path| path.to_lowercase()).collect();
    assert_eq!(folded.len(), files.len(), "{files:?}");
    assert_eq!(setting.listed()[0]["records"], 2);
    setting.run(&["sync"]).expect(0);
    assert_eq!(setting.requests().iter().filter(|l| l.target.contains("/resolve/")).count(), 2);
}

#[test]
fn a_listing_of_two_gigabytes_is_refused_by_what_it_announces_and_by_what_comes() {
    let announced =
        Canned { claimed_length: Some(2 << 30), ..canned(200, "application/json", "[") };
    let unannounced = canned(200, "application/json", &" ".repeat(33 << 20));
    for (listing, words) in
        [(announced, "2147483648 bytes"), (unannounced, "more than the 33554432")]
    {
        let setting = Setting::new();
        setting.put("wan/a.json", &record("wan", 1));
        setting.hub.answer_listings(listing);
        let finished = setting.run(&["sync"]).expect(3);
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
        assert!(!setting.workspace.path("copy/wan").exists());
    }
}

#[test]
fn a_listing_without_end_ends() {
    let setting = Setting::new();
    setting.put("wan/a.json", &record("wan", 1));
    setting.hub.behave(|behaviour| {
        behaviour.lists_endlessly = true;
        behaviour.page_size = 1;
    });
    let entries = (0..1000).map(
        |index| json!({"type": "directory", "oid": "", "size": 0, "path": format!("d{index}")}),
    );
    setting.hub.also_list(entries.collect());
    setting.hub.behave(|behaviour| behaviour.page_size = 1000);
    let finished = setting.run(&["sync"]).expect(3);
    assert!(finished.stderr.contains("cannot list"), "{}", finished.stderr);
    assert_eq!(setting.workspace.files("copy").iter().filter(|p| p.ends_with(".json")).count(), 0);
    let listed = setting.requests().len();
    assert!(listed < 1_100, "{listed} pages");
}

#[test]
fn a_dataset_that_refuses_is_named_with_what_to_do() {
    let setting = Setting::new();
    setting.hub.behave(|behaviour| behaviour.is_private = true);
    let args = ["sync", "--store", STORE];
    let finished = setting.run_with(&args, &[("HF_TOKEN", "")]).expect(3);
    assert!(
        finished.stderr.contains("401") && finished.stderr.contains("HF_TOKEN"),
        "{}",
        finished.stderr
    );
    setting.run(&["sync"]).expect(0);
}
