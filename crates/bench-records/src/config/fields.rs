//! The typed fields of a benchmark file: a title and an example of each, for messages and schema.

#[cfg(feature = "schema")]
use serde_json::Value;

/// A typed field; no two blocks use a name differently.
pub(super) struct Field {
    name: &'static str,
    #[cfg_attr(not(feature = "schema"), expect(dead_code, reason = "only the schema shows it"))]
    pub(super) title: &'static str,
    /// A value as it may be written in a file.
    example: &'static str,
}

/// An example of the field, as JSON text.
pub(super) fn example(name: &str) -> Option<&'static str> {
    field(name).map(|field| field.example)
}

pub(super) fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

impl Field {
    #[cfg(feature = "schema")]
    pub(super) fn example_value(&self) -> Value {
        serde_json::from_str(self.example).expect("a test parses every example")
    }
}

const fn described(name: &'static str, title: &'static str, example: &'static str) -> Field {
    Field { name, title, example }
}

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    described("$schema", "Schema address", r#""./schema/benchmark.schema.json""#),
    described("benchmark_id", "Benchmark id", r#""wan-t2v-1.3b-480p""#),
    described("config_schema_version", "Format version", "2"),
    described("workload_id", "Workload", r#""wan-t2v""#),
    described("variant_id", "Variant", r#""1.3b-sp2""#),
    described("benchmark_version", "Benchmark version", "1"),
    described("description", "Description", r#""Wan2.1 T2V 1.3B at 480p""#),
    described("model", "Model", r#"{"model_path": "owner/name", "model_short_name": "name"}"#),
    described("model_path", "Model path", r#""Wan-AI/Wan2.1-T2V-1.3B-Diffusers""#),
    described("model_short_name", "Short name", r#""Wan2.1-T2V-1.3B""#),
    described("revision", "Revision", r#""main""#),
    described("load_format", "Load format", r#""auto""#),
    described("pipeline", "Pipeline", r#""wan""#),
    described("architecture", "Architecture", r#"{"transformer": {"num_layers": 2}}"#),
    described("command", "Command", r#"{"argv": ["python", "generate.py"]}"#),
    described("argv", "Program and arguments", r#"["python", "generate.py"]"#),
    described("mode", "Mode", r#""per_trial""#),
    described("env", "Environment", r#"{"OMP_NUM_THREADS": "1"}"#),
    described("timeout_s", "Timeout, s", "600"),
    described("init_kwargs", "Construction arguments", r#"{"num_gpus": 1}"#),
    described("generation_kwargs", "Generation arguments", r#"{"height": 480, "width": 832}"#),
    described("test_prompts", "Prompts", r#"["a paper boat drifts down a rain gutter"]"#),
    described("run_config", "Run", r#"{"required_gpus": 1, "num_warmup_runs": 2, "num_measurement_runs": 5}"#),
    described("num_warmup_runs", "Warm-up trials", "2"),
    described("num_measurement_runs", "Measured trials", "5"),
    described("required_gpus", "Required GPUs", "1"),
    described("gpu_types", "GPU types", r#"["L40S"]"#),
    described("thresholds", "Static limits", r#"{"default": {"max_generation_time_s": 120.0, "max_peak_memory_mb": 30000.0}}"#),
    described("max_generation_time_s", "Generation time, s", "120.0"),
    described("max_peak_memory_mb", "Peak memory, MB", "30000.0"),
    described("max_text_encoder_time_s", "Text encoder time, s", "5.0"),
    described("max_dit_time_s", "DiT time, s", "10.0"),
    described("max_vae_decode_time_s", "VAE decode time, s", "10.0"),
    described("regression_thresholds", "Rolling limits", r#"{"latency": {"threshold_percent": 0.08}}"#),
    described("threshold_percent", "Relative limit, fraction", "0.08"),
    described("threshold_absolute", "Absolute floor", "0.5"),
    described("gated", "Gated", "true"),
];

#[cfg(test)]
mod tests {
    use super::FIELDS;

    #[test]
    fn every_example_is_json() {
        for field in FIELDS {
            let example = serde_json::from_str::<serde_json::Value>(field.example);
            assert!(example.is_ok(), "{}", field.name);
        }
    }
}
