//! The machine that a run is made on, as far as it can be told. What cannot is null.

use std::{collections::BTreeMap, path::Path};

use bench_engine::machine::{self, first_word, read};
use bench_records::environment::Environment;

use crate::variables::var;

/// Looks at the machine; starts `nvidia-smi` where an NVIDIA driver is loaded.
#[must_use]
pub fn environment() -> Environment {
    let nvidia = machine::nvidia();
    Environment {
        gpus: nvidia.gpus,
        driver_version: nvidia.driver_version,
        cuda_version: nvidia.cuda_version,
        cpu_model: machine::cpu_model(),
        cpu_count: std::thread::available_parallelism().ok().and_then(|n| n.get().try_into().ok()),
        cpu_governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        load_average_1m: read("/proc/loadavg").and_then(|text| first_word(&text)?.parse().ok()),
        memory_bytes: machine::total_memory_bytes(),
        os: Some(os()),
        container: container(),
        tool_version: Some(format!("bench-runner {}", env!("CARGO_PKG_VERSION"))),
        is_dirty: None,
        cuda_switches: BTreeMap::new(),
    }
}

fn os() -> String {
    let release = read("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name.map_or(std::env::consts::OS, |name| name.trim_matches('"'));
    match read("/proc/sys/kernel/osrelease") {
        Some(kernel) => format!("{name}, kernel {kernel}"),
        None => name.to_owned(),
    }
}

fn container() -> Option<String> {
    let runtime = || match () {
        () if var("KUBERNETES_SERVICE_HOST").is_some() => Some("kubernetes"),
        () if Path::new("/run/.containerenv").exists() => Some("podman"),
        () if Path::new("/.dockerenv").exists() => Some("docker"),
        () => None,
    };
    var("IMAGE_VERSION").or_else(|| runtime().map(str::to_owned))
}
