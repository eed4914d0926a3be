//! `run` with repositories in the layouts of their models' makers: what is fetched of them.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    run::hub::{Setting, assert_says, downloads},
    run::makers::{flux_of_makers, single_file, tiny_architecture},
    run::trials::result,
    support::checkpoint::{Checkpoint, copy_folder, tiny_images, tiny_wan},
    support::model_hub::{FIRST, REPOSITORY, SECOND},
};

fn tiny_wan_original() -> String {
    format!("{}-original", tiny_wan("").trim_end_matches('/'))
}

fn text(folder: &TempDir) -> &str {
    folder.path().to_str().unwrap()
}

/// What a single file of the tiny version 1 does not tell.
fn of_version_1() -> Value {
    let mut architecture = tiny_architecture("sd");
    architecture.as_object_mut().unwrap().remove("text_encoder_2");
    json!({"architecture": architecture})
}

/// Files that were fetched since the last call.
fn fetched(setting: &Setting) -> BTreeSet<String> {
    let prefix = format!("/{REPOSITORY}/resolve/{FIRST}/");
    let asked = setting.hub.take_asked();
    let files = asked.iter().filter_map(|asked| asked.path.strip_prefix(&prefix));
    files.map(str::to_owned).collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn wans_own_repository_is_fetched_and_run_with_its_pth_files() {
    let setting = Setting::of(&tiny_wan_original());
    setting.benchmark(&json!({"revision": FIRST}));
    let raw = setting.measured();
    assert_eq!(
        (&raw["pipeline"], &raw["pipeline_notes"]["sigma_grid"]),
        (&json!("wan"), &json!("wan"))
    );
    assert_eq!(raw["recipe"]["model"]["resolved_revision"], FIRST);
    let needed = names([
        "Wan2.1_VAE.pth",
        "config.json",
        "diffusion_pytorch_model.safetensors",
        "google/umt5-xxl/tokenizer.json",
        "models_t5_umt5-xxl-enc-bf16.pth",
    ]);
    assert_eq!(fetched(&setting), needed, "and no README.md");
    setting.measured();
    assert_eq!(setting.hub.take_asked(), [], "a pinned commit is there whole");
    setting.run(&[("HF_HUB_OFFLINE", "1")]).expect(0);
}

#[test]
fn what_wans_repository_lacks_is_named_before_anything_large_is_fetched() {
    let folder = TempDir::new().unwrap();
    copy_folder(Path::new(&tiny_wan_original()), folder.path());
    fs::remove_file(folder.path().join("Wan2.1_VAE.pth")).unwrap();
    let setting = Setting::of(text(&folder));
    assert_says(&setting.failed(&[]), &["lacks Wan2.1_VAE.pth", "the model's makers"]);
    assert_eq!(downloads(&setting.hub.take_asked()), 0);
}

#[test]
fn flux_of_its_makers_is_fetched_with_the_encoders_of_diffusers() {
    let folder = flux_of_makers();
    let setting = Setting::of(text(&folder));
    setting.benchmark(&json!({}));
    assert_eq!(setting.measured()["pipeline"], "flux");
    let fetched = fetched(&setting);
    let weights = fetched.iter().filter(|name| name.ends_with(".safetensors")).cloned();
    let expected = names([
        "ae.safetensors",
        "flux1-dev.safetensors",
        "text_encoder/model.safetensors",
        "text_encoder_2/model.safetensors",
    ]);
    assert_eq!(weights.collect::<BTreeSet<_>>(), expected);
    for name in ["transformer/config.json", "tokenizer/merges.txt", "tokenizer_2/tokenizer.json"] {
        assert!(fetched.contains(name), "{name} is not in {fetched:?}");
    }
    let setting_of_schnell = Setting::of(text(&folder));
    fs::remove_file(folder.path().join("ae.safetensors")).unwrap();
    assert_says(&setting_of_schnell.failed(&[]), &["lacks ae.safetensors"]);
}

#[test]
fn a_repository_with_one_file_is_that_file_and_one_of_several_is_named_in_the_path() {
    let folder = single_file("sd");
    let setting = Setting::of(text(&folder));
    setting.benchmark(&of_version_1());
    assert_eq!(setting.measured()["pipeline"], "stable_diffusion");
    assert!(fetched(&setting).contains("model.safetensors"));
    fs::copy(folder.path().join("model.safetensors"), folder.path().join("pruned.safetensors"))
        .unwrap();
    let setting = Setting::of(text(&folder));
    setting.benchmark(&of_version_1());
    let reason = setting.failed(&[]);
    assert_says(&reason, &["holds 2 files", "maker/tiny-wan/model.safetensors"]);
    let mut named = of_version_1();
    named["model_path"] = json!(format!("{REPOSITORY}/pruned.safetensors"));
    named["revision"] = json!(FIRST);
    setting.benchmark(&named);
    setting.hub.move_main(SECOND);
    let raw = setting.measured();
    assert_eq!(raw["recipe"]["model"]["model_path"], named["model_path"]);
    assert_eq!(raw["recipe"]["model"]["resolved_revision"], FIRST);
    let expected = names([
        "pruned.safetensors",
        "tokenizer/merges.txt",
        "tokenizer/special_tokens_map.json",
        "tokenizer/vocab.json",
    ]);
    assert_eq!(fetched(&setting), expected);
    setting.run(&[("HF_HUB_OFFLINE", "1")]).expect(0);
}

#[test]
fn an_architecture_for_a_repository_that_describes_itself_is_refused_before_any_weights() {
    let setting = Setting::of(&tiny_images("sd"));
    setting.benchmark(&of_version_1());
    assert_says(&setting.failed(&[]), &["model.architecture is given", REPOSITORY, "remove it"]);
    assert_eq!(fetched(&setting), names(["model_index.json"]));
}

#[test]
fn a_file_that_is_one_of_several_is_refused_before_the_hub_is_asked() {
    for (file, pipeline) in [
        ("flux1-dev.safetensors", Value::Null),
        ("ae.safetensors", Value::Null),
        ("diffusion_pytorch_model.safetensors", Value::Null),
        ("flux1-dev-fp8.safetensors", json!("flux")),
        ("wan.safetensors", json!("wan")),
    ] {
        let setting = Setting::of(&tiny_wan_original());
        let path = format!("{REPOSITORY}/{file}");
        setting.benchmark(&json!({"model_path": path, "pipeline": pipeline}));
        let stderr = setting.run(&[]).expect(2).stderr;
        let remedy = format!("write {REPOSITORY:?}");
        for part in ["benchmarks/tiny.json", &path, &remedy] {
            assert!(stderr.contains(part), "{stderr} lacks {part}");
        }
        assert_eq!(setting.hub.take_asked(), []);
    }
}

#[test]
fn a_repository_that_no_pipeline_runs_is_skipped_and_said_so() {
    let checkpoint = Checkpoint::copy();
    checkpoint.set("model_index.json", "_class_name", json!("HunyuanVideoPipeline"));
    let setting = Setting::of(checkpoint.folder());
    setting.run(&[]).expect(0);
    let raw = result(&setting.workspace, "tiny");
    let reason = raw["skipped"].as_str().unwrap();
    assert_says(reason, &["HunyuanVideoPipeline, which this program does not run", "WanPipeline"]);
}
