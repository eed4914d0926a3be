//! Configurations as models to serve.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use anyhow::{Result, anyhow, bail};
use bench_engine::{DeviceRequest, LoadContext, Pipeline, Resolved, settle_cuda_switches};
use bench_records::{
    config::{Pipeline as Name, RunPlan},
    environment::Gpu,
};
use bench_serve::{Source, model::Model};

use crate::{
    cuda_handover,
    exit::{OrExit, Outcome, Several},
    measure::{machine, watch::Watch},
    run::{
        locate::{self, Located},
        served::Served,
        skip, suite,
    },
    variables,
};

/// Where a model is, once it was loaded.
pub type Place = Arc<OnceLock<Located>>;

/// A model that is to be served, with its configuration.
pub struct Configured {
    /// The configuration.
    pub plan: RunPlan,
    /// Where the model is, once it was loaded.
    pub place: Place,
    /// The model.
    pub source: Source,
}

/// A model that is served, with what it found out when it was loaded.
#[must_use]
pub fn served(models: &[(RunPlan, Place)], model: &Model) -> Option<Served> {
    let (plan, place) = models.iter().find(|(plan, _)| plan.benchmark_id == model.id)?;
    Some(match place.get() {
        Some(located) => Served {
            plan: located.named.plan().clone(),
            description: located.described(&model.description),
        },
        None => Served { plan: plan.clone(), description: model.description.clone() },
    })
}

/// The models of these files.
///
/// # Errors
/// Usage, where one of them cannot be used; unable, where one cannot run here.
pub fn of(files: &[PathBuf], device: DeviceRequest) -> Outcome<Vec<Configured>> {
    let suite = suite::load(files);
    if !suite.errors.is_empty() {
        return Err(Several(suite.errors)).or_usage();
    }
    let resolved: Vec<Resolved> = suite.benchmarks.into_iter().map(|b| b.resolved).collect();
    resolved.iter().try_for_each(check).or_usage()?;
    if resolved.iter().any(Resolved::is_in_process) {
        cuda_handover::to_cuda(device)?;
    }
    for warning in &suite.warnings {
        eprintln!("warning: {warning}");
    }
    settle_cuda_switches(variables::var).or_usage()?;
    let gpus = machine::environment().gpus;
    for resolved in &resolved {
        if let Some(reason) = skip::reason(resolved, &gpus, device) {
            let id = &resolved.plan().benchmark_id;
            return Err(anyhow!("{id} cannot be served here: {reason}")).or_unable();
        }
    }
    let memory_gb = gpu_memory_gb(&gpus, device);
    Ok(resolved.into_iter().map(|resolved| configured(resolved, device, memory_gb)).collect())
}

fn gpu_memory_gb(gpus: &[Gpu], device: DeviceRequest) -> Option<f64> {
    let number = match device {
        DeviceRequest::Cuda(number) => number,
        DeviceRequest::Auto => 0,
        DeviceRequest::Cpu | DeviceRequest::Metal => return None,
    };
    let bytes = gpus.get(number)?.memory_bytes?;
    Some(bytes as f64 / (1u64 << 30) as f64)
}

/// Passes what gives one picture or video a request.
fn check(resolved: &Resolved) -> Result<()> {
    let plan = resolved.plan();
    let id = &plan.benchmark_id;
    if plan.model.pipeline == Some(Name::Command) {
        bail!(
            "{id} runs another program, whose outputs cannot be served; name another configuration"
        );
    }
    for key in ["num_videos_per_prompt", "num_images_per_prompt"] {
        let count =
            plan.generation_kwargs.get(key).and_then(serde_json::Value::as_u64).unwrap_or(1);
        if count != 1 {
            bail!(
                "{id}: generation_kwargs.{key} is {count}, but a request makes one; remove it, and ask \
                 for several with n"
            );
        }
    }
    Ok(())
}

fn configured(resolved: Resolved, device: DeviceRequest, gpu_memory_gb: Option<f64>) -> Configured {
    let plan = resolved.plan().clone();
    let RunPlan { benchmark_id, model, seed, negative_prompt, .. } = plan.clone();
    let place = Place::default();
    let found = Arc::clone(&place);
    let source = Source {
        id: benchmark_id,
        names: vec![model.model_short_name, model.model_path],
        seed,
        negative_prompt,
        gpu_memory_gb,
        load: Box::new(move || load(&resolved, device, &found)),
    };
    Configured { plan, place, source }
}

fn load(
    resolved: &Resolved,
    device: DeviceRequest,
    found: &OnceLock<Located>,
) -> Result<Box<dyn Pipeline>> {
    let watch = Watch::default();
    let located = locate::locate(resolved, &watch)?;
    let located = found.get_or_init(|| located);
    let context = LoadContext {
        device,
        output_dir: std::env::temp_dir(),
        watch: Arc::new(watch),
        slowdown: variables::slowdown()?,
    };
    located.local.load(&context)
}
