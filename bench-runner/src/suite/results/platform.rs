//! The machine that wrote the tables, as rows.

use bench_engine::machine::{self, read};

use super::super::{machine::Machine, settings::Target};

const BYTES_PER_GIB: f64 = 1_073_741_824.0;

/// Names and values.
#[must_use]
pub(super) fn rows() -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().ok().map(|count| count.to_string());
    let memory =
        machine::total_memory_bytes().map(|bytes| format!("{:.2}GB", bytes as f64 / BYTES_PER_GIB));
    let nodes = Machine::look(Target::Processors).units.to_string();
    let said = [
        ("Physical cores", physical_cores()),
        ("Total cores", cores),
        ("Total Memory", memory),
        ("Total NUMA nodes", Some(nodes)),
        ("CPU Brand", machine::cpu_model()),
    ];
    said.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Pairs of socket and core that the system lists, where it does.
fn physical_cores() -> Option<String> {
    let text = read("/proc/cpuinfo")?;
    let values = |name: &str| -> Vec<&str> {
        let lines = text.lines().filter(|line| line.starts_with(name));
        lines.filter_map(|line| line.split_once(':').map(|(_, value)| value.trim())).collect()
    };
    let mut cores: Vec<_> = values("physical id").into_iter().zip(values("core id")).collect();
    cores.sort_unstable();
    cores.dedup();
    (!cores.is_empty()).then(|| cores.len().to_string())
}
