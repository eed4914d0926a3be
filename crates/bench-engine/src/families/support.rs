//! Whether this build can run a benchmark, and what it says of a pipeline once loaded.

use std::sync::Once;

use anyhow::{Result, ensure};
use bench_records::config::RunPlan;
use candle_core::{DType, Device, Tensor};
use serde_json::Value;

use crate::checkpoint::corrections::Corrections;
use crate::compute::device::{self, Place};
use crate::progress::Progress;
use crate::stage_clock::Synchronizer;
use crate::{Description, MemorySource, Startup};

/// Major and minor version of the dependency that computes. Kernels of a development build are
/// several times slower, so that its numbers are no part of a release's series.
const ENGINE: &str =
    if cfg!(debug_assertions) { "candle 0.11, development build" } else { "candle 0.11" };
/// Attention of our own operations, on a CPU and on a GPU, as records name it.
pub const ATTENTION: [&str; 2] = ["softmax-blockwise", "softmax-chunked"];
/// Attention backends that compute what these pipelines compute: all of the softmax.
const DENSE_BACKENDS: [&str; 3] = ["FLASH_ATTN", "TORCH_SDPA", "SDPA"];

/// Why this build cannot run the plan; `None` where it can.
#[must_use]
pub fn unsupported(plan: &RunPlan) -> Option<String> {
    if plan.run.required_gpus > 0 && !device::build_has_gpu() {
        let reason = "needs a GPU, but this build runs on the CPU; put the CUDA build, \
                      bench-runner-cuda, beside it (docs/running.md#cuda)";
        return Some(reason.to_owned());
    }
    let backend = plan.requested_backend()?;
    (!DENSE_BACKENDS.contains(&backend)).then(|| {
        let dense = DENSE_BACKENDS.join(", ");
        format!(
            "init_kwargs.attention_backend is {backend:?}, but only dense attention ({dense}) is \
             built"
        )
    })
}

/// What a record says of the loaded pipeline.
#[must_use]
pub fn describe(place: &Place, dtype: DType, notes: &Value, attention: [&str; 2]) -> Description {
    let is_gpu = !place.device.is_cpu();
    let threads = (!is_gpu).then(rayon::current_num_threads);
    let mut notes = notes.as_object().cloned().unwrap_or_default();
    notes.extend(threads.map(|count| ("threads".to_owned(), count.into())));
    Description {
        device_name: place.name.clone(),
        is_gpu,
        engine: ENGINE.to_owned(),
        dtype: Some(dtype.as_str().to_owned()),
        attention_backend: Some(attention[usize::from(is_gpu)].to_owned()),
        startup: Startup::Watched,
        threads: threads.and_then(|count| count.try_into().ok()),
        notes,
        ..Description::default()
    }
}

/// The description with what was changed of the checkpoint, each of which the watch says once.
#[must_use]
pub fn corrected(
    description: Description,
    corrections: &Corrections,
    watch: &dyn Progress,
) -> Description {
    for line in corrections.lines() {
        watch.say(&format!("note: {line}"));
    }
    Description { corrections: corrections.lines().to_vec(), ..description }
}

/// Waits for the device.
#[must_use]
pub fn synchronizer(device: &Device) -> Synchronizer {
    let device = device.clone();
    Box::new(move || Ok(device.synchronize()?))
}

/// Where a trial's peak memory comes from.
#[must_use]
pub fn memory_source(device: &Device) -> MemorySource {
    match device {
        Device::Cpu => MemorySource::Process,
        Device::Cuda(_) | Device::Metal(_) => MemorySource::Pipeline,
    }
}

/// Pixels are clamped, which may hide a NaN; latents are not.
///
/// # Errors
/// Where one is not finite.
pub fn check_finite(latents: &Tensor) -> Result<()> {
    let latents = latents.to_device(&Device::Cpu)?.to_dtype(DType::F32)?;
    let values: Vec<f32> = latents.flatten_all()?.to_vec1()?;
    ensure!(
        values.iter().all(|value| value.is_finite()),
        "the denoised latents hold NaN or infinity; check the weights, or write fp32 for \
         init_kwargs.dit_precision"
    );
    Ok(())
}

/// Says that numbers of a development build are no measure: once a process, whatever it loads.
pub fn warn_of_development_build(watch: &dyn Progress) {
    static SAID: Once = Once::new();
    if cfg!(debug_assertions) {
        SAID.call_once(|| {
            watch.say(
                "warning: this is a development build, whose kernels are several times slower; \
                 measure with `cargo run --release`",
            );
        });
    }
}
