//! NVIDIA's management library: the driver of a [`super::Monitor`], and the machine's GPUs.
//!
//! The library is loaded when it is first used, so that a build with it runs without a driver.

use std::sync::OnceLock;

use bench_records::environment::Gpu;
use nvml_wrapper::{
    Device, Nvml,
    enum_wrappers::device::{Clock, TemperatureSensor},
    enums::device::UsedGpuMemory,
    error::NvmlError,
};

use super::{Driver, Figure, Reading};
use crate::visible::Listed;

const BYTES_PER_MB: f64 = 1_048_576.0;

fn library() -> Figure<&'static Nvml> {
    static LIBRARY: OnceLock<Figure<Nvml>> = OnceLock::new();
    let loaded = LIBRARY.get_or_init(|| Nvml::init().map_err(message_of));
    loaded.as_ref().map_err(Clone::clone)
}

fn message_of(error: NvmlError) -> String {
    format!("NVML: {error}")
}

/// One GPU.
#[derive(Debug)]
pub struct NvmlDriver {
    /// As CUDA and NVML both call it: `GPU-…`.
    uuid: String,
}

impl NvmlDriver {
    /// The GPU of that UUID.
    ///
    /// # Errors
    /// Where the library or the GPU is not there.
    pub fn open(uuid: &str) -> Figure<Self> {
        library()?.device_by_uuid(uuid).map_err(message_of)?;
        Ok(Self { uuid: uuid.to_owned() })
    }
}

impl Driver for NvmlDriver {
    fn read(&mut self) -> Reading {
        match library().and_then(|library| library.device_by_uuid(&*self.uuid).map_err(message_of))
        {
            Ok(device) => reading(&device),
            Err(reason) => Reading::unknown(&reason),
        }
    }
}

fn reading(device: &Device<'_>) -> Reading {
    let rates = device.utilization_rates().map_err(message_of);
    Reading {
        utilization_pct: rates.clone().map(|rates| f64::from(rates.gpu)),
        memory_utilization_pct: rates.map(|rates| f64::from(rates.memory)),
        energy_counter_j: figure(device.total_energy_consumption(), |mj| mj as f64 / 1000.0),
        power_w: figure(device.power_usage(), |mw| f64::from(mw) / 1000.0),
        sm_clock_mhz: figure(device.clock_info(Clock::SM), f64::from),
        temperature_c: figure(device.temperature(TemperatureSensor::Gpu), f64::from),
        throttle_reasons: figure(device.current_throttle_reasons(), |reasons| {
            reasons.iter_names().map(|(name, _)| name.to_owned()).collect()
        }),
        process_memory_mb: process_memory_mb(device),
    }
}

fn figure<T, U>(asked: Result<T, NvmlError>, convert: impl FnOnce(T) -> U) -> Figure<U> {
    asked.map(convert).map_err(message_of)
}

/// In a container the driver may number processes as the host does; then this one is not found.
fn process_memory_mb(device: &Device<'_>) -> Figure {
    let processes = device.running_compute_processes().map_err(message_of)?;
    let own = processes.iter().find(|process| process.pid == std::process::id());
    match own.map(|process| &process.used_gpu_memory) {
        Some(UsedGpuMemory::Used(bytes)) => Ok(*bytes as f64 / BYTES_PER_MB),
        Some(UsedGpuMemory::Unavailable) => Err("NVML: not told on this system".to_owned()),
        None => Err("NVML lists no process of this number, as in some containers".to_owned()),
    }
}

/// GPUs, driver version and the driver's CUDA version; `None` where the library cannot be used.
pub(crate) fn machine() -> Option<(Vec<Listed>, Option<String>, Option<String>)> {
    let library = library().ok()?;
    let count = library.device_count().ok()?;
    let gpus = (0..count).filter_map(|index| gpu(&library.device_by_index(index).ok()?)).collect();
    let cuda = library
        .sys_cuda_driver_version()
        .ok()
        .map(|version| format!("{}.{}", version / 1000, version % 1000 / 10));
    Some((gpus, library.sys_driver_version().ok(), cuda))
}

fn gpu(device: &Device<'_>) -> Option<Listed> {
    let capability = device.cuda_compute_capability().ok();
    let gpu = Gpu {
        name: device.name().ok()?,
        memory_bytes: device.memory_info().ok().map(|memory| memory.total),
        compute_capability: capability.map(|c| format!("{}.{}", c.major, c.minor)),
        clock_mhz: device.clock_info(Clock::Graphics).ok(),
        power_limit_w: device.power_management_limit().ok().map(|mw| f64::from(mw) / 1000.0),
    };
    Some(Listed { gpu, uuid: device.uuid().ok() })
}
