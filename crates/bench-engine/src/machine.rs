//! The machine: its processor, memory and GPUs, as far as they can be told.

use std::{fs, path::Path, process::Command};

use bench_records::environment::Gpu;

use crate::{
    cuda,
    visible::{self, Listed, visible},
};

/// Where Linux states the memory of a control group, in its two versions; `max` is no limit.
const CONTAINER_LIMITS: [&str; 2] =
    ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
const BYTES_PER_MIB: u64 = 1 << 20;

/// The processor's name: what `device` is on a CPU.
#[must_use]
pub fn cpu_model() -> Option<String> {
    let text = read("/proc/cpuinfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    line.map(|(_, model)| model.trim().to_owned())
}

/// The text of a file of the system, where there is any.
#[must_use]
pub fn read(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The first word of a text.
#[must_use]
pub fn first_word(text: &str) -> Option<&str> {
    text.split_whitespace().next()
}

/// Memory that can be allocated without swapping, where the system says.
#[must_use]
pub fn available_memory_bytes() -> Option<u64> {
    memory_bytes(&read("/proc/meminfo")?, "MemAvailable:")
}

/// Memory of the machine, where the system says.
#[must_use]
pub fn total_memory_bytes() -> Option<u64> {
    memory_bytes(&read("/proc/meminfo")?, "MemTotal:")
}

/// Memory that this process may take: that of the machine, or less in a container that is given less.
#[must_use]
pub fn usable_memory_bytes() -> Option<u64> {
    let of_container = CONTAINER_LIMITS.iter().filter_map(|path| read(path)?.parse().ok());
    total_memory_bytes().into_iter().chain(of_container).min()
}

fn memory_bytes(meminfo: &str, name: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
    Some(first_word(line)?.parse::<u64>().ok()? * 1024)
}

const QUERY: &str =
    "--query-gpu=name,memory.total,compute_cap,clocks.gr,power.limit,driver_version,uuid";

/// What is known of NVIDIA's GPUs.
#[derive(Debug, PartialEq)]
pub struct Nvidia {
    /// The GPUs that CUDA shows to this process, in the order of its numbers.
    pub gpus: Vec<Gpu>,
    /// Version of the driver.
    pub driver_version: Option<String>,
    /// The newest CUDA that the driver supports.
    pub cuda_version: Option<String>,
}

/// The GPUs of this machine.
#[must_use]
pub fn gpus() -> Vec<Gpu> {
    nvidia().gpus
}

/// Looks for GPUs; starts `nvidia-smi` where an NVIDIA driver is loaded.
#[must_use]
pub fn nvidia() -> Nvidia {
    let Managed { all, driver_version, cuda_version } = by_management();
    let gpus = visible(all, visible::settled());
    or_by_cuda(Nvidia { gpus, driver_version, cuda_version }, cuda::gpus)
}

/// What the driver's management knows.
struct Managed {
    /// All GPUs, in the order of the driver.
    all: Vec<Listed>,
    driver_version: Option<String>,
    cuda_version: Option<String>,
}

/// What NVML says, else nvidia-smi.
fn by_management() -> Managed {
    #[cfg(feature = "nvml")]
    if let Some((all, driver_version, cuda_version)) = crate::gpu::nvml::machine() {
        return Managed { all, driver_version, cuda_version };
    }
    let (all, driver_version) = nvidia_gpus();
    Managed { all, driver_version, cuda_version: None }
}

/// Management that lists nothing, as in some containers, does not mean that CUDA has no device: CUDA
/// itself is asked then.
fn or_by_cuda(known: Nvidia, ask: impl FnOnce() -> Vec<Gpu>) -> Nvidia {
    if known.gpus.is_empty() { Nvidia { gpus: ask(), ..known } } else { known }
}

/// Whether NVML or nvidia-smi lists a GPU: without them a GPU runs, and power, clocks and utilisation
/// are unknown.
#[must_use]
pub fn management_lists_gpus() -> bool {
    !by_management().all.is_empty()
}

fn nvidia_gpus() -> (Vec<Listed>, Option<String>) {
    let is_loaded = ["/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg"];
    if !is_loaded.iter().any(|path| Path::new(path).exists()) {
        return (Vec::new(), None);
    }
    ask(Path::new("nvidia-smi"))
}

fn ask(program: &Path) -> (Vec<Listed>, Option<String>) {
    let asked = Command::new(program).args([QUERY, "--format=csv,noheader,nounits"]).output();
    match asked {
        Ok(output) if output.status.success() => {
            parse_gpus(&String::from_utf8_lossy(&output.stdout))
        }
        _ => (Vec::new(), None),
    }
}

fn parse_gpus(csv: &str) -> (Vec<Listed>, Option<String>) {
    let rows: Vec<Vec<&str>> = csv
        .lines()
        .map(|line| line.split(',').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == 7)
        .collect();
    let driver = rows.first().map(|cells| cells[5].to_owned());
    let gpus = rows.iter().map(|cells| Listed {
        gpu: Gpu {
            name: cells[0].to_owned(),
            memory_bytes: cells[1].parse::<u64>().ok().map(|mib| mib * BYTES_PER_MIB),
            compute_capability: Some(cells[2].to_owned()).filter(|cap| !cap.starts_with('[')),
            clock_mhz: cells[3].parse().ok(),
            power_limit_w: cells[4].parse().ok(),
        },
        uuid: Some(cells[6].to_owned()).filter(|uuid| uuid.starts_with("GPU-")),
    });
    (gpus.collect(), driver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpus_are_read_from_what_the_driver_prints() {
        let csv = "NVIDIA L40S, 46068, 8.9, 210, 350.00, 570.86.10, GPU-8932f937\n\
                   NVIDIA L40S, 46068, [N/A], [N/A], [N/A], 570.86.10, [N/A]\n";
        let (gpus, driver) = parse_gpus(csv);
        assert_eq!(driver.as_deref(), Some("570.86.10"));
        let expected = Gpu {
            name: "NVIDIA L40S".to_owned(),
            memory_bytes: Some(46_068 * BYTES_PER_MIB),
            compute_capability: Some("8.9".to_owned()),
            clock_mhz: Some(210),
            power_limit_w: Some(350.0),
        };
        assert_eq!((&gpus[0].gpu, gpus[0].uuid.as_deref()), (&expected, Some("GPU-8932f937")));
        let second = &gpus[1].gpu;
        assert_eq!((second.clock_mhz, second.compute_capability.as_deref()), (None, None));
        assert_eq!(gpus[1].uuid, None);
    }

    #[cfg(unix)]
    #[test]
    fn the_memory_of_a_device_is_that_of_the_gpu_that_cuda_shows_by_its_number() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("nvidia-smi");
        let script = "#!/bin/sh\necho 'NVIDIA L4, 23034, 8.9, 210, 72.00, 570.86.10, GPU-11'\n\
                      echo 'NVIDIA H100, 81559, 9.0, 345, 700.00, 570.86.10, GPU-22'\n";
        fs::write(&program, script).expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("may run");
        for (said, mib) in [(None, 23_034), (Some("1"), 81_559), (Some("GPU-22,0"), 81_559)] {
            let (all, _) = ask(&program);
            let first = visible(all, said).first().and_then(|gpu| gpu.memory_bytes);
            assert_eq!(first, Some(mib * BYTES_PER_MIB), "{said:?}");
        }
    }

    #[test]
    fn devices_that_cuda_alone_knows_are_listed_and_others_are_not_asked_for() {
        let gpu = |name: &str| Gpu { name: name.to_owned(), ..Gpu::default() };
        let known = |gpus| Nvidia { gpus, driver_version: None, cuda_version: None };
        let by_cuda = or_by_cuda(known(Vec::new()), || vec![gpu("NVIDIA H100 80GB HBM3")]);
        assert_eq!(by_cuda.gpus, [gpu("NVIDIA H100 80GB HBM3")]);
        let by_nvml = or_by_cuda(known(vec![gpu("NVIDIA L40S")]), || panic!("they are known"));
        assert_eq!(by_nvml.gpus, [gpu("NVIDIA L40S")]);
    }

    #[test]
    fn what_is_no_table_has_no_gpus() {
        assert_eq!(parse_gpus("No devices were found\n"), (Vec::new(), None));
    }

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(memory_bytes("MemFree: 1 kB\nMemTotal:  16 kB\n", "MemTotal:"), Some(16_384));
        assert_eq!(memory_bytes("MemTotal:       16 kB\n", "MemTotal:"), Some(16_384));
        assert_eq!(memory_bytes("", "MemTotal:"), None);
    }
}
