//! What a benchmark asks of this pipeline: its plan comes in, checked settings go out.

use anyhow::{Context, Result, ensure};
use bench_records::config::{LoadFormat, RunPlan, Shape};
use candle_core::{DType, Device};
use serde_json::Value;

use super::config::SigmaGrid;
use super::config::WanConfig;
use super::pipeline::LoadOptions;
use super::request::DenoiseRequest;
use super::vae::Tiling;
use crate::compute::precision::Precisions;
use crate::families::diffusion::asked;

/// What diffusers generates with a Wan2.1 checkpoint when it is told nothing.
const DEFAULT_REQUEST: DenoiseRequest = DenoiseRequest {
    num_frames: 81,
    height: 480,
    width: 832,
    num_inference_steps: 50,
    guidance_scale: 5.0,
    flow_shift: None,
    sigma_grid: None,
};
/// Pixels per latent row of Wan's VAE; tiles are cut between them.
const TILE_UNIT: usize = 8;
const DEFAULT_FPS: u64 = 16;
const DEFAULT_SEQUENCE_LENGTH: usize = 512;

/// Settings of one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    pub(super) request: DenoiseRequest,
    /// Videos of one generation.
    pub(super) videos: usize,
    pub(super) fps: u32,
    max_sequence_length: usize,
    tiling: Option<Tiling>,
    precisions: Precisions,
    variant: Option<String>,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// A value that the pipeline cannot use, with its field.
    pub(super) fn of(plan: &RunPlan) -> Result<Self> {
        let shape = plan.workload().shape();
        let request = DenoiseRequest {
            flow_shift: flow_shift(plan)?,
            sigma_grid: sigma_grid(plan)?,
            ..DEFAULT_REQUEST.asked(&shape)
        };
        let precisions = Precisions::of(plan, 1)?;
        ensure!(
            precisions.vae().is_none_or(|vae| vae == DType::F32),
            "init_kwargs.vae_precision is not fp32, in which this VAE runs; write fp32, or remove it"
        );
        Ok(Self {
            request,
            videos: asked(generation(plan, "num_videos_per_prompt"), 1),
            fps: fps(&shape)?,
            max_sequence_length: asked(
                generation(plan, "max_sequence_length"),
                DEFAULT_SEQUENCE_LENGTH,
            ),
            tiling: tiling(plan)?,
            precisions,
            variant: plan.variant().map(str::to_owned),
        })
    }

    /// How the parts are loaded on a device.
    ///
    /// # Errors
    /// A precision that the device cannot run.
    pub(super) fn options(&self, device: &Device) -> Result<LoadOptions> {
        let types = self.precisions.on(device)?;
        Ok(LoadOptions {
            device: device.clone(),
            dtype: types.denoiser,
            text_encoder_dtype: types.text[0],
            max_sequence_length: self.max_sequence_length,
            tiling: self.tiling,
            variant: self.variant.clone(),
        })
    }
}

/// Frames a second of a shape.
///
/// # Errors
/// Where there are more than anything plays.
pub(super) fn fps(shape: &Shape) -> Result<u32> {
    let fps = shape.fps.unwrap_or(DEFAULT_FPS);
    u32::try_from(fps)
        .with_context(|| format!("generation_kwargs.fps is {fps}; write for example 24"))
}

/// The architecture of the plan's configuration, where its weights are made up.
///
/// # Errors
/// A field of it that cannot be used.
pub(super) fn architecture(plan: &RunPlan) -> Result<Option<WanConfig>> {
    let (LoadFormat::Dummy, Some(fields)) = (plan.model.load_format, &plan.model.architecture)
    else {
        return Ok(None);
    };
    Ok(Some(WanConfig::from_value("model.architecture", &Value::Object(fields.clone()))?))
}

/// What is asked for that would make other work than this pipeline does.
pub(super) fn unsupported(plan: &RunPlan) -> Option<String> {
    let sparsity = plan.init("VSA_sparsity").and_then(Value::as_f64).unwrap_or(0.0);
    if sparsity != 0.0 {
        return Some(format!("init_kwargs.VSA_sparsity is {sparsity}, but attention is dense"));
    }
    for key in ["dmd_denoising_steps", "guidance_scale_2"] {
        if plan.init(key).is_some() || plan.generation_kwargs.get(key).is_some_and(|v| !v.is_null())
        {
            return Some(format!(
                "{key} is given, but no pipeline of this build knows such models"
            ));
        }
    }
    None
}

fn generation(plan: &RunPlan, key: &str) -> Option<u64> {
    plan.generation_kwargs.get(key)?.as_u64()
}

fn flow_shift(plan: &RunPlan) -> Result<Option<f64>> {
    let Some(shift) = plan.init("flow_shift").and_then(Value::as_f64) else {
        return Ok(None);
    };
    let is_sound = shift.is_finite() && shift > 0.0;
    ensure!(is_sound, "init_kwargs.flow_shift is {shift}; write a positive number, 1 for no shift");
    Ok(Some(shift))
}

/// Tiles where `vae_tiling` is true; their size where the configuration has it, under the names of
/// diffusers' `enable_tiling`.
fn tiling(plan: &RunPlan) -> Result<Option<Tiling>> {
    if plan.init("vae_tiling").and_then(Value::as_bool) != Some(true) {
        return Ok(None);
    }
    let default = Tiling::default();
    let pixels = |part: &str, default: [usize; 2]| -> Result<[usize; 2]> {
        let one = |direction: &str, default: usize| {
            let key = format!("tile_sample_{part}_{direction}");
            let asked = plan.init(&key).and_then(Value::as_u64).map(usize::try_from);
            let size = asked.transpose()?.unwrap_or(default);
            let fits = size > 0 && size.is_multiple_of(TILE_UNIT);
            ensure!(fits, "init_kwargs.{key} is {size}; write a multiple of {TILE_UNIT}");
            Ok(size)
        };
        Ok([one("height", default[0])?, one("width", default[1])?])
    };
    let tiling =
        Tiling { size: pixels("min", default.size)?, stride: pixels("stride", default.stride)? };
    let overlaps = tiling.stride.iter().zip(tiling.size).all(|(&stride, size)| stride <= size);
    ensure!(
        overlaps,
        "init_kwargs.tile_sample_stride_height or _width leaves a gap between tiles; make it at \
         most tile_sample_min_height or _width"
    );
    Ok(Some(tiling))
}

fn sigma_grid(plan: &RunPlan) -> Result<Option<SigmaGrid>> {
    let Some(value) = plan.init("sigma_grid") else {
        return Ok(None);
    };
    let grid = value.as_str().and_then(SigmaGrid::named).with_context(|| {
        let names = SigmaGrid::ALL.map(SigmaGrid::name).join(", ");
        format!("init_kwargs.sigma_grid is {value}; write one of {names}")
    })?;
    Ok(Some(grid))
}
