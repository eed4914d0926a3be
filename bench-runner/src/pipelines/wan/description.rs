//! What records say of a loaded pipeline: device, engine, types, and what else made the numbers.

use candle_core::DType;
use serde_json::{Map, Value, json};

use super::config::{SchedulerConfig, WanConfig};
use super::pipeline::LoadOptions;
use super::scheduler::SigmaGrid;
use super::settings::Settings;
use super::vae::Tiling;
use crate::pipelines::candle_device::Place;
use crate::pipelines::{Description, Startup};

/// Major and minor version of the dependency that computes. Kernels of a development build are
/// several times slower, so that its numbers are no part of a release's series.
const ENGINE: &str =
    if cfg!(debug_assertions) { "candle 0.11, development build" } else { "candle 0.11" };
/// What a record says of the loaded pipeline.
pub(super) fn describe(
    place: &Place,
    options: &LoadOptions,
    config: &WanConfig,
    settings: &Settings,
) -> Description {
    let is_gpu = !place.device.is_cpu();
    let backend = if is_gpu { "softmax-chunked" } else { "softmax-blockwise" };
    Description {
        device_name: place.name.clone(),
        is_gpu,
        engine: ENGINE.to_owned(),
        dtype: Some(name(options.dtype)),
        attention_backend: Some(backend.to_owned()),
        startup: Startup::Watched,
        notes: notes(options, config, settings),
        ..Description::default()
    }
}

/// What else made the numbers: schedule, sizes in force, types of the other parts.
fn notes(options: &LoadOptions, config: &WanConfig, settings: &Settings) -> Map<String, Value> {
    let request = &settings.request;
    let (scheduler, shift, grid) = match &config.scheduler {
        SchedulerConfig::UniPc(config) => ("UniPC", config.flow_shift, config.sigma_grid),
        SchedulerConfig::FlowMatchEuler(config) => {
            ("flow-matching Euler", config.shift, SigmaGrid::Diffusers)
        }
    };
    let notes = json!({
        "scheduler": scheduler,
        "sigma_grid": request.sigma_grid.unwrap_or(grid).name(),
        "flow_shift": request.flow_shift.unwrap_or(shift),
        "height": request.height,
        "width": request.width,
        "num_frames": request.num_frames,
        "num_inference_steps": request.num_inference_steps,
        "guidance_scale": request.guidance_scale,
        "text_encoder_dtype": name(options.text_encoder_dtype),
        "vae_dtype": name(DType::F32),
        "vae_decode": vae_decode(options),
    });
    notes.as_object().cloned().unwrap_or_default()
}

fn vae_decode(options: &LoadOptions) -> String {
    match options.tiling {
        None => "one latent frame at a time, untiled".to_owned(),
        Some(Tiling { size: [height, width], stride: [down, right] }) => format!(
            "tiles of {height}x{width} pixels, {down} and {right} apart, one latent frame at a time"
        ),
    }
}

fn name(dtype: DType) -> String {
    dtype.as_str().to_owned()
}
