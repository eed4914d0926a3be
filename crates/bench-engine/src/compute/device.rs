//! Opens the device that was asked for.

use anyhow::{Context, Result};
use candle_core::{
    Device,
    utils::{cuda_is_available, metal_is_available},
};

use crate::{
    DeviceRequest, MemoryGauge, error::PipelineError, gpu::Monitor, machine, progress::Progress,
};

/// A device, and its name in records.
pub struct Place {
    /// Where tensors are.
    pub device: Device,
    /// As records carry it.
    pub name: String,
}

/// Whether this build can use any GPU.
pub fn build_has_gpu() -> bool {
    cuda_is_available() || metal_is_available()
}

/// Opens the device; `auto` is a GPU where build and machine have one, else the CPU.
///
/// # Errors
/// Where the device that was named cannot be used.
pub fn open(request: DeviceRequest, watch: &dyn Progress) -> Result<Place> {
    match request {
        DeviceRequest::Cpu => Ok(cpu()),
        DeviceRequest::Cuda(number) => cuda(number),
        DeviceRequest::Metal => metal(),
        DeviceRequest::Auto if cuda_is_available() => or_cpu(cuda(0), watch),
        DeviceRequest::Auto if metal_is_available() => or_cpu(metal(), watch),
        DeviceRequest::Auto => Ok(cpu()),
    }
}

fn or_cpu(gpu: Result<Place>, watch: &dyn Progress) -> Result<Place> {
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
    let device = Device::new_cuda(number).map_err(PipelineError::from).with_context(|| {
        format!(
            "CUDA device {number} cannot be used; build with the feature `cuda` on a machine with \
             an NVIDIA driver, or pass --device cpu"
        )
    })?;
    order_by_one_stream(&device);
    let name = machine::gpus().into_iter().nth(number).map(|gpu| gpu.name);
    Ok(Place { device, name: name.unwrap_or_else(|| format!("CUDA device {number}")) })
}

/// Work of this program goes to one stream, which orders it by itself.
#[cfg(feature = "cuda")]
fn order_by_one_stream(device: &Device) {
    use super::switches::{Events, switches};
    let Device::Cuda(device) = device else { return };
    if switches().events == Events::Off {
        #[expect(unsafe_code, reason = "it is for who uses one stream alone")]
        // SAFETY: no second stream is made, and one thread alone uses this one.
        unsafe {
            device.disable_event_tracking();
        }
    }
}

/// Without that feature no such device can be opened.
#[cfg(not(feature = "cuda"))]
fn order_by_one_stream(_: &Device) {}

/// While what this returns lives, shapes and strides that CUDA's kernels read stay on the device once they
/// were copied there, for this thread; half of all copies are of them.
#[cfg(feature = "cuda")]
pub fn keep_shapes(device: &Device) -> impl Sized + use<> {
    use super::switches::{Shapes, switches};
    match device {
        Device::Cuda(device) if switches().shapes == Shapes::Kept => {
            Some(device.enable_cuda_graph_htod_cache())
        }
        _ => None,
    }
}

/// Without CUDA nothing is copied.
#[cfg(not(feature = "cuda"))]
pub fn keep_shapes(_: &Device) -> impl Sized + use<> {}

fn metal() -> Result<Place> {
    let device = Device::new_metal(0).map_err(PipelineError::from).context(
        "Metal cannot be used; build with the feature `metal` on macOS, or pass --device cpu",
    )?;
    let name = machine::cpu_model().unwrap_or_else(|| "Apple GPU".to_owned());
    Ok(Place { device, name })
}

/// What tells how much memory work on the device takes; `None` for Metal.
pub fn memory_gauge(device: &Device) -> Option<MemoryGauge> {
    match device {
        Device::Cpu => Some(MemoryGauge::of_this_process()),
        Device::Cuda(device) => cuda_gauge(device),
        Device::Metal(_) => None,
    }
}

#[cfg(feature = "cuda")]
fn cuda_gauge(device: &candle_core::CudaDevice) -> Option<MemoryGauge> {
    let pool = crate::gpu::pool::CudaPool::of(device).ok()?;
    Some(MemoryGauge::of_pool(Box::new(pool)))
}

/// Without that feature no such device can be opened.
#[cfg(not(feature = "cuda"))]
fn cuda_gauge(_: &candle_core::CudaDevice) -> Option<MemoryGauge> {
    None
}

/// Who watches the device while trials run; `None` for a CPU.
pub fn monitor(device: &Device) -> Option<Monitor> {
    match device {
        Device::Cpu => None,
        Device::Cuda(device) => Some(cuda_monitor(device)),
        Device::Metal(_) => {
            let reason = || "Metal devices are not watched".to_owned();
            Some(Monitor::of(Err(reason()), Err(reason())))
        }
    }
}

#[cfg(feature = "cuda")]
fn cuda_monitor(device: &candle_core::CudaDevice) -> Monitor {
    use crate::gpu::{Driver, MemoryPool, nvml::NvmlDriver, pool, pool::CudaPool};
    let driver = pool::uuid(device).and_then(|uuid| NvmlDriver::open(&uuid));
    let pool = CudaPool::of(device);
    Monitor::of(
        driver.map(|driver| Box::new(driver) as Box<dyn Driver>),
        pool.map(|pool| Box::new(pool) as Box<dyn MemoryPool>),
    )
}

/// Without that feature no such device can be opened.
#[cfg(not(feature = "cuda"))]
fn cuda_monitor(_: &candle_core::CudaDevice) -> Monitor {
    let reason = || "this build lacks the feature `cuda`".to_owned();
    Monitor::of(Err(reason()), Err(reason()))
}
