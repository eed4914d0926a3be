//! How much memory the device's work takes, where batches have a limit of it.

use bench_engine::{MemoryGauge, machine};

use super::timed::Timed;
use crate::batching::{DeviceMemory, MemoryLimit};

const BYTES_PER_MB: f64 = 1_048_576.0;
const MB_PER_GB: f64 = 1024.0;

/// Measures peaks of memory; does nothing where batches have no limit of it.
pub struct Gauge(Option<MemoryGauge>);

impl Gauge {
    /// That of the device of these models, with its memory while it is idle; both only where there is a limit, and
    /// why there is none where one was wished for is logged.
    pub fn of(
        pipelines: &[Timed],
        limit: MemoryLimit,
        gpu_memory_gb: Option<f64>,
    ) -> (Self, Option<DeviceMemory>) {
        let found = pipelines.iter().find_map(|timed| Some((timed, timed.memory_gauge()?)));
        let Some((timed, gauge)) = found.filter(|_| limit != MemoryLimit::Off) else {
            return (Self(None), None);
        };
        let total_mb = match timed.description().is_gpu {
            true => gpu_memory_gb.map(|gb| gb * MB_PER_GB),
            false => machine::usable_memory_bytes().map(|bytes| bytes as f64 / BYTES_PER_MB),
        };
        let Some(limit_mb) = limit.in_mb(total_mb) else {
            log::warn!("memory of the device is not known, so that it limits no batch");
            return (Self(None), None);
        };
        match gauge.reset().and_then(|()| gauge.peak_mb()) {
            Ok(idle_mb) => {
                if idle_mb >= limit_mb {
                    log::warn!(
                        "the models take {idle_mb:.0} MB, and batches may take {limit_mb:.0} MB with \
                         them: requests run alone"
                    );
                }
                (Self(Some(gauge)), Some(DeviceMemory { idle_mb, limit_mb }))
            }
            Err(reason) => {
                log::warn!("memory limits no batch, since it is not measured: {reason}");
                (Self(None), None)
            }
        }
    }

    /// Work begins. Where the gauge fails on the way, there is no peak.
    pub fn begin(&self) {
        if let Some(gauge) = &self.0 {
            let _ = gauge.reset();
        }
    }

    /// The peak since then, in MB of 1024².
    pub fn peak_mb(&self) -> Option<f64> {
        self.0.as_ref()?.peak_mb().ok()
    }
}
