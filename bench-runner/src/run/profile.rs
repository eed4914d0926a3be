//! Hardware and software profiles: what records must share to be compared.

use bench_records::environment::{Environment, Gpu};
use serde_json::{Value, json};

use bench_engine::Description;

const BYTES_PER_GIB: f64 = 1_073_741_824.0;

/// The devices that were used, in the form of FastVideo's suite; a CPU by name and count.
pub(super) fn hardware(description: &Description, environment: &Environment, gpus: u64) -> Value {
    if !description.is_gpu {
        return cpu(description, environment.cpu_count);
    }
    let same = environment.gpus.iter().filter(|gpu| gpu.name == description.device_name);
    let mut used: Vec<Value> = same.take(gpus.max(1) as usize).map(gpu).collect();
    if used.is_empty() {
        used.push(json!({"name": description.device_name}));
    }
    json!({
        "device_type": "cuda",
        "gpu_count": gpus.max(1),
        "gpus": used,
        "interconnect": "none_or_partial",
    })
}

/// What a server that ran already computes on, as far as it is stated: this machine says nothing of it.
pub(super) fn elsewhere(description: &Description, gpus: u64) -> Value {
    json!({"device_type": "remote", "name": description.device_name, "gpu_count": gpus})
}

/// With the number of threads where somebody set it to another than that of processors, for it makes
/// other times.
fn cpu(description: &Description, count: Option<u32>) -> Value {
    let mut profile = json!({
        "device_type": "cpu",
        "cpu_model": description.device_name,
        "cpu_count": count,
    });
    if let Some(threads) = description.threads.filter(|threads| Some(*threads) != count) {
        profile["threads"] = json!(threads);
    }
    profile
}

fn gpu(gpu: &Gpu) -> Value {
    let gib = gpu.memory_bytes.map(|bytes| (bytes as f64 / BYTES_PER_GIB).round() as u64);
    json!({
        "name": gpu.name,
        "memory_gb": gib,
        "compute_capability": gpu.compute_capability,
    })
}

/// What ran, in versions that outlive a commit.
pub(super) fn software(description: &Description) -> Value {
    json!({
        "engine": description.engine,
        "cuda": description.cuda_version,
        "dtype": description.dtype,
        "attention_backend": description.attention_backend,
    })
}

/// The environment without what differs from run to run.
pub(super) fn lasting(environment: &Environment) -> Value {
    let lasting = Environment { load_average_1m: None, is_dirty: None, ..environment.clone() };
    json!(lasting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_gpu_of_two_is_a_profile_of_one() {
        let l40s = Gpu {
            name: "NVIDIA L40S".to_owned(),
            memory_bytes: Some(46_068 << 20),
            compute_capability: Some("8.9".to_owned()),
            clock_mhz: Some(210),
            power_limit_w: None,
        };
        let environment = Environment { gpus: vec![l40s.clone(), l40s], ..Environment::default() };
        let description = Description {
            device_name: "NVIDIA L40S".to_owned(),
            is_gpu: true,
            ..Description::default()
        };
        let profile = hardware(&description, &environment, 1);
        let one = json!([{"name": "NVIDIA L40S", "memory_gb": 45, "compute_capability": "8.9"}]);
        assert_eq!(profile["gpus"], one);
    }

    #[test]
    fn another_number_of_threads_is_another_profile() {
        let environment = Environment { cpu_count: Some(8), ..Environment::default() };
        let of =
            |threads| hardware(&Description { threads, ..Description::default() }, &environment, 0);
        assert_eq!(of(None), of(Some(8)));
        assert_eq!(of(Some(1))["threads"], 1);
    }

    #[test]
    fn the_load_of_the_moment_is_no_part_of_an_environment() {
        let busy = Environment { load_average_1m: Some(9.0), ..Environment::default() };
        assert_eq!(lasting(&busy), lasting(&Environment::default()));
    }
}
