//! Fields of `generation_config.json` and what becomes of each: a file comes in, in words what of it is not
//! followed goes out.
//!
//! Whatever is not listed here is told, so that a field of a later version is not passed over.

use serde_json::Value;

use super::FILE;
use crate::checkpoint::config_file::ConfigFile;

/// Fields that requests without them are sampled by, or that end an answer.
pub(super) const FOLLOWED: &[&str] =
    &["eos_token_id", "max_new_tokens", "min_p", "temperature", "top_k", "top_p"];

/// Fields that change no token of an answer: outputs beside it, caches, compiling, drafts that are checked,
/// how beams end, and where the file comes from.
pub(super) const WITHOUT_EFFECT: &[&str] = &[
    "_commit_hash",
    "_from_model_config",
    "assistant_confidence_threshold",
    "assistant_early_exit",
    "assistant_lookbehind",
    "bos_token_id",
    "cache_config",
    "compile_config",
    "continuous_batching_config",
    "decoder_start_token_id",
    "disable_compile",
    "early_stopping",
    "is_assistant",
    "length_penalty",
    "low_memory",
    "max_cache_len",
    "max_matching_ngram_size",
    "num_assistant_tokens",
    "num_assistant_tokens_schedule",
    "num_beam_groups",
    "output_attentions",
    "output_hidden_states",
    "output_logits",
    "output_scores",
    "pad_token_id",
    "prefill_chunk_size",
    "prompt_lookup_num_tokens",
    "renormalize_logits",
    "return_dict_in_generate",
    "speculation_type",
    "target_lookbehind",
    "transformers_version",
    "use_cache",
    "use_mtp",
];

/// Values by which a field that is not followed asks for nothing, besides null, false and an empty list.
enum Nothing {
    Number(f64),
    True,
    /// Caches that keep what they are given.
    ExactCaches,
    /// The context or more.
    Context,
}

const NOT_FOLLOWED: &[(&str, Nothing)] = &[
    ("cache_implementation", Nothing::ExactCaches),
    ("diversity_penalty", Nothing::Number(0.0)),
    ("do_sample", Nothing::True),
    ("encoder_no_repeat_ngram_size", Nothing::Number(0.0)),
    ("encoder_repetition_penalty", Nothing::Number(1.0)),
    ("epsilon_cutoff", Nothing::Number(0.0)),
    ("eta_cutoff", Nothing::Number(0.0)),
    ("guidance_scale", Nothing::Number(1.0)),
    ("max_length", Nothing::Context),
    ("min_length", Nothing::Number(0.0)),
    ("min_new_tokens", Nothing::Number(0.0)),
    ("no_repeat_ngram_size", Nothing::Number(0.0)),
    ("num_beams", Nothing::Number(1.0)),
    ("num_return_sequences", Nothing::Number(1.0)),
    ("penalty_alpha", Nothing::Number(0.0)),
    ("repetition_penalty", Nothing::Number(1.0)),
    ("typical_p", Nothing::Number(1.0)),
];

/// What of a file is not followed, for a model of that context.
pub(super) fn doubts(file: &ConfigFile, context: usize) -> Vec<String> {
    let is_told = |field: &&str| {
        !FOLLOWED.contains(field)
            && !WITHOUT_EFFECT.contains(field)
            && file.value(field).is_some_and(|value| asks(field, value, context))
    };
    let doubt = |field: &str| match (field, file.found(field)) {
        ("do_sample", found) => {
            format!(
                "{FILE} has do_sample {found}, which is not followed: requests without a temperature \
                 are sampled"
            )
        }
        (_, found) => format!("{FILE} has {field} {found}, which is not followed"),
    };
    file.fields().filter(is_told).map(doubt).collect()
}

/// Whether a value asks for anything.
fn asks(field: &str, value: &Value, context: usize) -> bool {
    let nothing =
        NOT_FOLLOWED.iter().find(|(known, _)| *known == field).map(|(_, nothing)| nothing);
    match (nothing, value) {
        (Some(Nothing::True), value) => *value != Value::Bool(true),
        (_, Value::Null | Value::Bool(false)) => false,
        (_, Value::Array(items)) if items.is_empty() => false,
        (Some(Nothing::Number(number)), value) => value.as_f64() != Some(*number),
        (Some(Nothing::ExactCaches), value) => value == "quantized",
        (Some(Nothing::Context), value) => value.as_u64().is_none_or(|most| most < context as u64),
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The fields of `GenerationConfig` in transformers 5.23.
    const ALL: &str = "_commit_hash _from_model_config assistant_confidence_threshold assistant_early_exit \
        assistant_ensemble_weight assistant_lookbehind bad_words_ids begin_suppress_tokens bos_token_id \
        cache_config cache_implementation compile_config constraints continuous_batching_config \
        decoder_start_token_id disable_compile diversity_penalty do_sample dola_layers early_stopping \
        encoder_no_repeat_ngram_size encoder_repetition_penalty eos_token_id epsilon_cutoff eta_cutoff \
        exponential_decay_length_penalty force_words_ids forced_bos_token_id forced_eos_token_id \
        guidance_scale is_assistant length_penalty low_memory max_cache_len max_length \
        max_matching_ngram_size max_new_tokens max_time min_length min_new_tokens min_p \
        no_repeat_ngram_size num_assistant_tokens num_assistant_tokens_schedule num_beam_groups num_beams \
        num_return_sequences output_attentions output_hidden_states output_logits output_scores \
        pad_token_id penalty_alpha prefill_chunk_size prompt_lookup_num_tokens remove_invalid_values \
        renormalize_logits repetition_penalty return_dict_in_generate sequence_bias speculation_type \
        stop_strings suppress_tokens target_lookbehind temperature token_healing top_h top_k top_p \
        transformers_version typical_p use_cache use_mtp watermarking_config";

    fn told(field: &str, value: &Value) -> bool {
        let file = json!({ field: value });
        let file = ConfigFile::from_value(FILE, &file).expect("an object");
        let doubts = doubts(&file, 4096);
        assert!(doubts.len() < 2 && doubts.iter().all(|doubt| doubt.contains(field)), "{doubts:?}");
        !doubts.is_empty()
    }

    #[test]
    fn each_field_is_followed_told_or_known_to_change_no_token() {
        for field in ALL.split_whitespace() {
            let value = match field {
                "do_sample" => json!(false),
                "cache_implementation" => json!("quantized"),
                _ => json!(0.37),
            };
            let is_quiet = FOLLOWED.contains(&field) || WITHOUT_EFFECT.contains(&field);
            assert_ne!(told(field, &value), is_quiet, "{field}");
            assert!(field == "do_sample" || !told(field, &Value::Null), "{field}");
        }
        let known = |field: &str| ALL.split_whitespace().any(|known| known == field);
        for field in FOLLOWED.iter().chain(WITHOUT_EFFECT) {
            assert!(known(field), "{field}");
        }
        for (field, _) in NOT_FOLLOWED {
            assert!(known(field), "{field}");
        }
    }

    #[test]
    fn a_field_that_nobody_knows_is_told() {
        assert!(told("wobble", &json!(3)) && told("forced_decoder_ids", &json!([[1, 2]])));
    }

    #[test]
    fn values_that_ask_for_nothing_are_passed_over() {
        for (field, value) in [
            ("repetition_penalty", json!(1)),
            ("num_beams", json!(1)),
            ("suppress_tokens", json!([])),
            ("token_healing", json!(false)),
            ("do_sample", json!(true)),
            ("cache_implementation", json!("static")),
            ("max_length", json!(4096)),
        ] {
            assert!(!told(field, &value), "{field}");
        }
        assert!(told("max_length", &json!(20)));
    }
}
