//! Identity code against the vectors of FastVideo's suite.

use bench_records::{
    identity::{
        canonical::canonical_json,
        fingerprint::{Profile, profile_id, recipe_fingerprint},
        recipe::{RecipeParts, Resolved, recipe},
    },
    naming::sanitize,
};
use serde_json::{Map, Value};

fn vectors() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/fastvideo/identity_vectors.json"
    );
    let text = std::fs::read_to_string(path).expect("the fixture is in the repository");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

#[test]
fn recipes_have_the_canonical_form_and_fingerprint_of_the_suite() {
    for vector in list(&vectors()["recipes"]) {
        let name = &vector["name"];
        assert_eq!(
            canonical_json(&vector["recipe"]),
            text(&vector["canonical_json_full"]),
            "{name}"
        );
        let fingerprint = recipe_fingerprint(object(&vector["recipe"]));
        assert_eq!(fingerprint, text(&vector["recipe_fingerprint"]), "{name}");
    }
}

#[test]
fn a_configuration_makes_the_recipe_of_the_suite() {
    for vector in list(&vectors()["recipes"]) {
        let (config, args) = (&vector["config"], &vector["args"]);
        let parts = RecipeParts {
            benchmark_id: text(&config["benchmark_id"]),
            workload_id: text(&config["workload_id"]),
            variant_id: text(&config["variant_id"]),
            benchmark_version: 3,
            model_path: text(&config["model"]["model_path"]),
            revision: config["model"]["revision"].as_str(),
            init_kwargs: object(&config["init_kwargs"]),
            generation_kwargs: object(&config["generation_kwargs"]),
            prompts: &["a prompt of our own".to_owned()],
            resolved: Resolved {
                requested_backend: args["attention_backend"].as_str(),
                resolved_backend: args["resolved_attention_backend"].as_str(),
                resolved_revision: args["resolved_model_revision"].as_str(),
            },
        };
        let mut made = Value::Object(recipe(&parts));
        made["inputs"]["prompt_sha256"] = vector["recipe"]["inputs"]["prompt_sha256"].clone();
        assert_eq!(
            canonical_json(&made),
            text(&vector["canonical_json_full"]),
            "{}",
            vector["name"]
        );
    }
}

#[test]
fn profiles_have_the_ids_of_the_suite() {
    let vectors = vectors();
    for (kind, vector) in
        [(Profile::Hardware, &vectors["hardware"]), (Profile::Software, &vectors["software"])]
    {
        assert_eq!(profile_id(kind, &vector["profile"]), text(&vector["id"]));
    }
}

#[test]
fn names_and_canonical_json_are_those_of_the_suite() {
    let vectors = vectors();
    for vector in list(&vectors["sanitize"]) {
        assert_eq!(sanitize(text(&vector["input"])), text(&vector["output"]));
    }
    for vector in list(&vectors["canonical_json"]) {
        assert_eq!(canonical_json(&vector["input"]), text(&vector["output"]));
    }
}
