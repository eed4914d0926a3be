use serde_json::json;

use super::*;

fn config(changes: &Value) -> Result<LlamaConfig> {
    LlamaConfig::from_value("config.json", &config_of(changes))
}

fn config_of(changes: &Value) -> Value {
    let mut config = json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 8,
        "hidden_size": 24, "intermediate_size": 8, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64
    });
    for (key, value) in changes.as_object().expect("an object") {
        config[key] = value.clone();
    }
    config
}

fn refusal(changes: &Value) -> String {
    config(changes).expect_err("it is refused").to_string()
}

#[test]
fn the_width_of_a_head_is_given_or_derived() {
    assert_eq!(config(&json!({})).expect("sound").head_dim, 6);
    assert_eq!(config(&json!({"head_dim": 8})).expect("sound").head_dim, 8);
    let qwen3 = json!({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"});
    assert_eq!(config(&qwen3).expect("sound").head_dim, 128);
}

#[test]
fn heads_of_keys_that_are_not_given_are_those_that_transformers_takes() {
    let of = |kind: &str, heads: usize, kv: &Value| {
        let mut changes = json!({
            "architectures": null, "model_type": kind, "hidden_size": 64 * heads,
            "num_attention_heads": heads, "num_key_value_heads": kv,
        });
        if *kv == "absent" {
            let mut fields = config_of(&changes);
            fields.as_object_mut().expect("an object").remove("num_key_value_heads");
            return LlamaConfig::from_value("config.json", &fields);
        }
        changes["num_key_value_heads"] = kv.clone();
        config(&changes)
    };
    let heads = |kind: &str, kv: Value| of(kind, 64, &kv).expect("sound").num_key_value_heads;
    for (kind, absent) in [("llama", 64), ("qwen2", 32), ("qwen3", 32), ("mistral", 8)] {
        assert_eq!(heads(kind, json!("absent")), absent, "{kind}");
        assert_eq!(heads(kind, Value::Null), 64, "{kind}");
        assert_eq!(heads(kind, json!(16)), 16, "{kind}");
    }
    let said = of("qwen2", 14, &json!("absent")).expect_err("32 do not share 14").to_string();
    assert!(said.contains("`num_key_value_heads`"), "{said}");
}

#[test]
fn an_architecture_that_is_not_known_is_refused_by_name() {
    let mixtral = refusal(&json!({"architectures": ["MixtralForCausalLM"]}));
    assert!(mixtral.contains("MixtralForCausalLM") && mixtral.contains("MistralForCausalLM"));
    let gemma = refusal(&json!({"architectures": null, "model_type": "gemma2"}));
    assert!(gemma.contains("`model_type` is \"gemma2\""), "{gemma}");
    let two = refusal(&json!({"model_type": "qwen2"}));
    assert!(two.contains("as architectures says"), "{two}");
}

#[test]
fn a_type_alone_says_the_architecture() {
    let found = config(&json!({"architectures": null, "model_type": "mistral"}));
    assert_eq!(found.expect("sound").architecture, Architecture::Mistral);
    let none = refusal(&json!({"architectures": null, "model_type": null}));
    assert!(none.contains("`model_type` is missing"), "{none}");
}

#[test]
fn what_would_compute_something_else_is_refused() {
    for (field, value) in [
        ("hidden_act", json!("gelu")),
        ("quantization_config", json!({"quant_method": "gptq"})),
        ("rope_interleaved", json!(true)),
        ("num_key_value_heads", json!(3)),
        ("head_dim", json!(7)),
        ("sliding_window", json!(16)),
    ] {
        let said = refusal(&json!({ field: value }));
        assert!(said.contains(&format!("`{field}`")), "{field}: {said}");
    }
}

#[test]
fn swish_is_another_name_of_silu() {
    assert_eq!(config(&json!({"hidden_act": "swish"})).ok(), config(&json!({})).ok());
}

#[test]
fn biases_are_those_of_the_architecture() {
    let of = |changes: &Value| config(changes).expect("sound").biases;
    let qwen2 = json!({"architectures": null, "model_type": "qwen2"});
    let biases = of(&qwen2);
    assert!(biases.inputs && !biases.output && !biases.feed_forward);
    let llama = of(&json!({"attention_bias": true, "mlp_bias": true}));
    assert!(llama.inputs && llama.output && llama.feed_forward);
}

#[test]
fn a_token_takes_a_key_and_a_value_of_each_head_and_layer() {
    assert_eq!(config(&json!({})).expect("sound").kv_cache_bytes_per_token(4), 2 * 2 * 2 * 6 * 4);
}
