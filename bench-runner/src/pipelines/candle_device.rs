//! Opens the device that was asked for.

use anyhow::{Context, Result};
use candle_core::{
    Device,
    utils::{cuda_is_available, metal_is_available},
};

use super::DeviceRequest;
use crate::measure::{machine, watch::Watch};

/// A device, and its name in records.
pub(super) struct Place {
    pub(super) device: Device,
    pub(super) name: String,
}

/// Whether this build can use any GPU.
pub(super) fn build_has_gpu() -> bool {
    cuda_is_available() || metal_is_available()
}

/// Opens the device; `auto` is a GPU where build and machine have one, else the CPU.
///
/// # Errors
/// Where the device that was named cannot be used.
pub(super) fn open(request: DeviceRequest, watch: &Watch) -> Result<Place> {
    match request {
        DeviceRequest::Cpu => Ok(cpu()),
        DeviceRequest::Cuda(number) => cuda(number),
        DeviceRequest::Metal => metal(),
        DeviceRequest::Auto if cuda_is_available() => or_cpu(cuda(0), watch),
        DeviceRequest::Auto if metal_is_available() => or_cpu(metal(), watch),
        DeviceRequest::Auto => Ok(cpu()),
    }
}

fn or_cpu(gpu: Result<Place>, watch: &Watch) -> Result<Place> {
    gpu.or_else(|error| {
        watch.say(&format!("warning: {error:#}; the CPU is used"));
        Ok(cpu())
    })
}

fn cpu() -> Place {
    let name = machine::cpu_model().unwrap_or_else(|| "unknown CPU".to_owned());
    Place { device: Device::Cpu, name }
}

fn cuda(number: usize) -> Result<Place> {
    let device = Device::new_cuda(number).with_context(|| {
        format!(
            "CUDA device {number} cannot be used; build with the feature `cuda` on a machine with \
             an NVIDIA driver, or pass --device cpu"
        )
    })?;
    let name = machine::environment().gpus.into_iter().nth(number).map(|gpu| gpu.name);
    Ok(Place { device, name: name.unwrap_or_else(|| format!("CUDA device {number}")) })
}

fn metal() -> Result<Place> {
    let device = Device::new_metal(0).context(
        "Metal cannot be used; build with the feature `metal` on macOS, or pass --device cpu",
    )?;
    let name = machine::cpu_model().unwrap_or_else(|| "Apple GPU".to_owned());
    Ok(Place { device, name })
}
