//! What records say of a loaded pipeline: device, engine, types, and what else made the numbers.

use candle_core::DType;
use serde_json::{Value, json};

use super::config::SigmaGrid;
use super::config::{SchedulerConfig, WanConfig};
use super::pipeline::LoadOptions;
use super::settings::Settings;
use super::vae::Tiling;
use crate::Description;
use crate::compute::device::Place;
use crate::families::support;

/// What a record says of the loaded pipeline.
pub(super) fn describe(
    place: &Place,
    options: &LoadOptions,
    config: &WanConfig,
    settings: &Settings,
) -> Description {
    support::describe(place, options.dtype, &notes(options, config, settings), support::ATTENTION)
}

/// What else made the numbers: schedule, sizes in force, types of the other parts.
fn notes(options: &LoadOptions, config: &WanConfig, settings: &Settings) -> Value {
    let request = &settings.request;
    let (scheduler, shift, grid) = match &config.scheduler {
        SchedulerConfig::UniPc(config) => ("UniPC", config.flow_shift, config.sigma_grid),
        SchedulerConfig::FlowMatchEuler(config) => {
            ("flow-matching Euler", config.shift, SigmaGrid::Diffusers)
        }
    };
    json!({
        "scheduler": scheduler,
        "sigma_grid": request.sigma_grid.unwrap_or(grid).name(),
        "flow_shift": request.flow_shift.unwrap_or(shift),
        "height": request.height,
        "width": request.width,
        "num_frames": request.num_frames,
        "num_inference_steps": request.num_inference_steps,
        "guidance_scale": request.guidance_scale,
        "text_encoder_dtype": options.text_encoder_dtype.as_str(),
        "vae_dtype": DType::F32.as_str(),
        "vae_decode": vae_decode(options),
    })
}

fn vae_decode(options: &LoadOptions) -> String {
    match options.tiling {
        None => "one latent frame at a time, untiled".to_owned(),
        Some(Tiling { size: [height, width], stride: [down, right] }) => format!(
            "tiles of {height}x{width} pixels, {down} and {right} apart, one latent frame at a time"
        ),
    }
}
