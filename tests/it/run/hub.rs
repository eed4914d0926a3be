//! `run` with a model of the Hub: what is fetched, what is not fetched again, and what is said where
//! it cannot be.

use std::fs;

use serde_json::{Value, json};

use crate::{
    run::trials::result,
    support::checkpoint::{Checkpoint, tiny_wan},
    support::model_hub::{Asked, FIRST, Fault, ModelHub, REPOSITORY, SECOND},
    support::workspace::{Finished, Workspace},
};

const TOKEN: &str = "hf_averysecrettoken";
pub const LARGE: &str = "transformer/diffusion_pytorch_model.safetensors";

pub struct Setting {
    pub hub: ModelHub,
    pub workspace: Workspace,
}

impl Setting {
    fn new() -> Self {
        Self::of(&tiny_wan("checkpoint"))
    }

    pub fn of(folder: &str) -> Self {
        let setting = Self { hub: ModelHub::of(folder), workspace: Workspace::new() };
        setting.benchmark(&json!({}));
        setting
    }

    /// A benchmark of the repository; `model` adds to its block.
    pub fn benchmark(&self, model: &Value) {
        let mut block = json!({"model_path": REPOSITORY, "model_short_name": "tiny-wan"});
        for (key, value) in model.as_object().unwrap() {
            block[key] = value.clone();
        }
        let benchmark = json!({
            "benchmark_id": "tiny",
            "model": block,
            "generation_kwargs": {
                "height": 32, "width": 48, "num_frames": 5, "num_inference_steps": 2, "fps": 16,
                "max_sequence_length": 32
            },
            "test_prompts": ["a red fox"],
            "run_config": {"num_warmup_runs": 0, "num_measurement_runs": 1, "required_gpus": 0},
            "thresholds": {"default": {"max_generation_time_s": 60.0, "max_peak_memory_mb": 4000.0}}
        });
        self.workspace.write_json("benchmarks/tiny.json", &benchmark);
    }

    pub fn run(&self, variables: &[(&str, &str)]) -> Finished {
        let _ = fs::remove_dir_all(self.workspace.path("results"));
        let home = self.workspace.path("home").display().to_string();
        let (endpoint, token) = (self.hub.endpoint(), TOKEN);
        let mut all = vec![("HF_HOME", &*home), ("HF_ENDPOINT", &*endpoint), ("HF_TOKEN", token)];
        all.extend(variables);
        let finished = self.workspace.run_with(&["run", "--device", "cpu"], &all);
        let printed = format!("{}{}", finished.stdout, finished.stderr);
        assert!(!printed.contains(TOKEN) && !printed.contains("Signature"), "{printed}");
        finished
    }

    pub fn measured(&self) -> Value {
        self.run(&[]).expect(0);
        let raw = result(&self.workspace, "tiny");
        assert!(!raw.to_string().contains(TOKEN));
        raw
    }

    /// The reason that a run failed with.
    #[track_caller]
    pub fn failed(&self, variables: &[(&str, &str)]) -> String {
        self.run(variables).expect(3);
        let raw = result(&self.workspace, "tiny");
        let reason = raw["failed"].as_str().unwrap().to_owned();
        assert!(!reason.contains(TOKEN) && !reason.contains('\n'), "{reason}");
        reason
    }

    fn parts(&self) -> Vec<String> {
        let files = self.workspace.files("home/hub");
        files.into_iter().filter(|name| name.ends_with(".part")).collect()
    }
}

pub fn downloads(asked: &[Asked]) -> usize {
    asked.iter().filter(|asked| asked.method == "GET" && !asked.path.contains("/revision/")).count()
}

#[track_caller]
pub fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{text} lacks {part}");
    }
}

#[test]
fn the_first_run_downloads_the_second_asks_for_the_commit_and_offline_asks_nothing() {
    let setting = Setting::new();
    let raw = setting.measured();
    assert_eq!(raw["recipe"]["model"]["resolved_revision"], FIRST);
    assert_eq!(raw["recipe"]["model"]["model_path"], REPOSITORY);
    assert_eq!(raw["pipeline"], "wan");
    let first = setting.hub.take_asked();
    let unread = ["README.md", "outside.txt"];
    assert!(first.iter().all(|asked| unread.iter().all(|name| !asked.path.contains(name))));
    assert!(first.iter().any(|asked| asked.elsewhere && asked.path.contains(LARGE)));
    let again = setting.measured();
    assert_eq!(again["recipe_fingerprint"], raw["recipe_fingerprint"]);
    let second = setting.hub.take_asked();
    assert_eq!((downloads(&second), second.len()), (0, 1), "{second:?}");
    setting.run(&[("HF_HUB_OFFLINE", "1")]).expect(0);
    assert_eq!(setting.hub.take_asked(), []);
}

#[test]
fn the_token_goes_to_the_hub_and_not_to_where_it_redirects() {
    let setting = Setting::new();
    setting.measured();
    for asked in setting.hub.take_asked() {
        let expected = (!asked.elsewhere).then(|| format!("Bearer {TOKEN}"));
        assert_eq!(asked.authorization, expected, "{}", asked.path);
    }
}

#[test]
fn a_pinned_commit_is_loaded_though_the_branch_has_moved_and_needs_no_request_again() {
    let setting = Setting::new();
    setting.hub.move_main(SECOND);
    setting.benchmark(&json!({"revision": FIRST}));
    assert_eq!(setting.measured()["recipe"]["model"]["resolved_revision"], FIRST);
    setting.hub.take_asked();
    setting.measured();
    assert_eq!(setting.hub.take_asked(), []);
    setting.benchmark(&json!({}));
    assert_eq!(setting.measured()["recipe"]["model"]["resolved_revision"], SECOND);
    assert_eq!(downloads(&setting.hub.take_asked()), 0, "the contents are the same");
    setting.benchmark(&json!({"revision": "v1.0"}));
    assert_eq!(setting.measured()["recipe"]["model"]["resolved_revision"], FIRST);
}

#[test]
fn a_download_that_broke_off_goes_on_from_there() {
    let setting = Setting::new();
    setting.hub.set(Fault::CutAt(1000));
    let reason = setting.failed(&[]);
    assert_says(&reason, &["fetching the model failed", "status 503"]);
    assert_eq!(setting.parts().len(), 1);
    setting.hub.take_asked();
    setting.hub.set(Fault::None);
    setting.measured();
    let ranges: Vec<_> = setting.hub.take_asked().into_iter().filter_map(|a| a.range).collect();
    assert!(ranges.iter().any(|range| range == "bytes=1000-"), "{ranges:?}");
    assert_eq!(setting.parts(), [] as [&str; 0]);
}

#[test]
fn a_host_that_ignores_ranges_cannot_damage_a_part() {
    let setting = Setting::new();
    setting.hub.set(Fault::CutAt(1000));
    setting.failed(&[]);
    setting.hub.set(Fault::NoRanges);
    setting.measured();
}

#[test]
fn a_damaged_file_is_not_kept() {
    let setting = Setting::new();
    setting.hub.set(Fault::Damaged);
    assert_says(&setting.failed(&[]), &["arrived damaged", "SHA-256", "run again"]);
    setting.hub.set(Fault::None);
    setting.measured();
}

#[test]
fn refusals_say_what_to_set_and_where_terms_are_accepted() {
    let setting = Setting::new();
    let endpoint = setting.hub.endpoint();
    setting.hub.set(Fault::Gated);
    let terms = format!("{endpoint}/{REPOSITORY}");
    assert_says(&setting.failed(&[]), &["gated", &terms, "set HF_TOKEN", "from HF_TOKEN"]);
    setting.hub.set(Fault::Denied);
    let reason = setting.failed(&[("HF_TOKEN", "")]);
    assert_says(&reason, &["private or does not exist", "model.model_path", "none was sent"]);
    let reason = setting.failed(&[("HF_API_KEY", "hf_other")]);
    assert_says(&reason, &["the one from HF_API_KEY"]);
    assert!(!reason.contains("hf_other"));
}

#[test]
fn what_is_not_there_is_named() {
    let setting = Setting::new();
    setting.benchmark(&json!({"revision": "v9"}));
    assert_says(&setting.failed(&[]), &["no revision \"v9\"", "model.revision"]);
    setting.benchmark(&json!({"revision": "../../etc"}));
    assert_says(&setting.failed(&[]), &["no revision \"../../etc\""]);
    setting.benchmark(&json!({"model_path": "maker/other"}));
    assert_says(&setting.failed(&[]), &["maker/other", "does not exist"]);
    let incomplete = Checkpoint::copy();
    fs::remove_file(incomplete.path(LARGE)).unwrap();
    let setting = Setting::of(incomplete.folder());
    assert_says(&setting.failed(&[]), &["lacks", LARGE, "safetensors weights"]);
    assert_eq!(downloads(&setting.hub.take_asked()), 2, "only the index, by one redirect");
}

#[test]
fn answers_that_are_not_the_hubs_are_not_kept() {
    let setting = Setting::new();
    for (fault, said) in [(Fault::Page, "a web page"), (Fault::EvilEtag, "the ETag")] {
        setting.hub.set(fault);
        assert_says(&setting.failed(&[]), &[said, "HF_ENDPOINT"]);
        assert!(
            setting.workspace.files("home").iter().all(|name| name.starts_with("hub/models--"))
        );
    }
    let reason = setting.failed(&[("HF_ENDPOINT", "huggingface.example")]);
    assert_says(&reason, &["HF_ENDPOINT is \"huggingface.example\"", "expected an address"]);
}

#[test]
fn without_a_network_the_cache_is_used_and_said_so() {
    let setting = Setting::new();
    let nowhere = [("HF_ENDPOINT", "http://127.0.0.1:9")];
    assert_says(&setting.failed(&nowhere), &["cannot reach the Hub", "HF_HUB_OFFLINE=1"]);
    let offline = [("HF_HUB_OFFLINE", "1")];
    assert_says(
        &setting.failed(&offline),
        &["lacks revision main", REPOSITORY, "run once without"],
    );
    setting.measured();
    let finished = setting.run(&nowhere).expect(0);
    assert_says(&finished.stderr, &["cannot reach", "the cached commit", FIRST]);
    let snapshot = format!("home/hub/models--maker--tiny-wan/snapshots/{FIRST}/{LARGE}");
    fs::remove_file(setting.workspace.path(&snapshot)).unwrap();
    assert_says(&setting.failed(&offline), &["lacks", LARGE, FIRST]);
}

#[test]
fn nothing_is_fetched_for_what_is_skipped_or_only_listed() {
    let setting = Setting::new();
    setting.benchmark(&json!({"pipeline": "wan"}));
    let variables = [("HF_ENDPOINT", &*setting.hub.endpoint())];
    for option in ["--list", "--dry-run"] {
        let finished = setting.workspace.run_with(&["run", option], &variables).expect(0);
        assert!(finished.stdout.contains("pipeline wan"), "{}", finished.stdout);
    }
    assert_eq!(setting.hub.take_asked(), []);
}
