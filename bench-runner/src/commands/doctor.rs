//! `bench-runner doctor`: what this machine and this build can do.

use std::{fs, path::Path};

use bench_engine::machine;
use serde::Serialize;

use crate::{
    checkpoint::Mode,
    commands::print_json,
    cuda_handover,
    exit::{Exit, Outcome},
    store::{self, folder::History},
    variables,
};

/// Show what this machine and this build can do.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bench-runner doctor --store history")]
pub struct Args {
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID,
    /// PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// Print the checks as JSON
    #[arg(long)]
    json: bool,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Note,
    Problem,
}

#[derive(Debug, Serialize)]
struct Check {
    state: State,
    what: &'static str,
    finding: String,
}

impl Args {
    /// Runs the command; leaves with 3 where there is a problem.
    ///
    /// # Errors
    /// Usage errors of variables.
    pub fn run(self) -> Outcome {
        let checks = [build(), processor(), memory(), gpu(), cuda(), hub(), job()?, self.store()?];
        if self.json {
            print_json(&checks);
        } else {
            for check in &checks {
                let state = match check.state {
                    State::Ok => "ok",
                    State::Note => "note",
                    State::Problem => "PROBLEM",
                };
                println!("{state:<8} {:<10} {}", check.what, check.finding);
            }
        }
        let sound = checks.iter().all(|check| check.state != State::Problem);
        Ok(if sound { Exit::Passed } else { Exit::Unable })
    }

    fn store(&self) -> Outcome<Check> {
        let what = "store";
        let opened = store::open(self.store.as_deref())
            .and_then(|store| Ok((History::open(store.folder(), variables::now()?), store)));
        let (history, store) = match opened {
            Ok((Ok(history), store)) => (history, store),
            Ok((Err(error), _)) => {
                return Ok(Check { state: State::Problem, what, finding: format!("{error:#}") });
            }
            Err(failure) => {
                return Ok(Check { state: State::Problem, what, finding: failure.to_string() });
            }
        };
        let counts = history.counts();
        let place = store.folder().root().display();
        if !store.folder().root().exists() {
            let finding = format!("{place} does not exist yet; the first comparison makes it");
            return Ok(Check { state: State::Note, what, finding });
        }
        let state = if counts.set_aside > 0 { State::Note } else { State::Ok };
        let (records, series, set_aside) = (counts.records, counts.series, counts.set_aside);
        let finding =
            format!("{place}: {records} records in {series} series, {set_aside} set aside");
        Ok(Check { state, what, finding })
    }
}

fn build() -> Check {
    let version = env!("CARGO_PKG_VERSION");
    let finding = format!("bench-runner {version}, {}", inference());
    Check { state: State::Ok, what: "build", finding }
}

fn inference() -> String {
    let Some(inference) = bench_engine::inference() else {
        return "without inference (built without the feature `candle`)".to_owned();
    };
    let parts = inference.compiled_for.join(", ");
    let compiled = if parts.is_empty() { "plain CPU" } else { &parts };
    format!("inference on Candle compiled for {compiled}, {} threads", inference.threads)
}

fn processor() -> Check {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown", |(_, model)| model.trim());
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let governor = fs::read_to_string("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").ok();
    let governor = governor.as_deref().map(str::trim);
    let finding = match governor {
        Some(governor) => format!("{model}, {count} usable, governor {governor}"),
        None => format!("{model}, {count} usable"),
    };
    let steady = governor.is_none_or(|governor| governor == "performance");
    Check { state: if steady { State::Ok } else { State::Note }, what: "processor", finding }
}

fn memory() -> Check {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().split(' ').next()?.parse::<f64>().ok()
    };
    let gib = |name| {
        kib(name).map_or("unknown".to_owned(), |kib| format!("{:.1} GiB", kib / 1_048_576.0))
    };
    let finding = format!("{} of {} available", gib("MemAvailable:"), gib("MemTotal:"));
    Check { state: State::Ok, what: "memory", finding }
}

fn gpu() -> Check {
    let driver = fs::read_to_string("/proc/driver/nvidia/version").ok();
    let line = driver.as_deref().and_then(|text| text.lines().next());
    let (state, finding) = match line {
        Some(line) => (State::Ok, line.to_owned()),
        None if Path::new("/dev/nvidia0").exists() => {
            (State::Note, "NVIDIA device without a driver version".to_owned())
        }
        None => (State::Note, "no NVIDIA kernel module".to_owned()),
    };
    Check { state, what: "gpu", finding }
}

fn cuda() -> Check {
    let what = "cuda";
    if cfg!(feature = "cuda") {
        let finding = match cuda_handover::look().devices {
            Ok(count) => format!("this is the CUDA build; devices: {count}{}", unlisted()),
            Err(reason) => format!("this is the CUDA build, but {reason}"),
        };
        return Check { state: State::Ok, what, finding };
    }
    let found = cuda_handover::look();
    let (state, finding) = match (found.devices, found.program) {
        (Ok(count), Ok(program)) => {
            let program = program.display();
            let unlisted = unlisted();
            let finding =
                format!("run, gate and verify start {program}; devices: {count}{unlisted}");
            (State::Ok, finding)
        }
        (Ok(count), Err(reason)) => (State::Note, format!("devices: {count}, but {reason}")),
        (Err(reason), _) => (State::Note, format!("{reason}; runs are on the CPU")),
    };
    Check { state, what, finding }
}

/// What it means where CUDA alone finds the devices.
fn unlisted() -> &'static str {
    if machine::management_lists_gpus() {
        return "";
    }
    "; neither NVML nor nvidia-smi lists them, so benchmarks run, and power, clocks and utilisation are \
     not measured"
}

fn hub() -> Check {
    let what = "hub";
    let access = match variables::hub_access() {
        Ok(access) => access,
        Err(error) => return Check { state: State::Problem, what, finding: error.to_string() },
    };
    let token = access.client.token();
    let token = token.map_or("no token".to_owned(), |t| format!("token from {}", t.origin()));
    let use_of = match access.mode {
        Mode::Online => format!("{} (not contacted)", access.client.endpoint()),
        Mode::Offline => "offline".to_owned(),
    };
    let built = if cfg!(feature = "hub") { "" } else { "; this build loads local folders only" };
    let finding = format!("{use_of}, {token}, cache {}{built}", access.cache.display());
    Check { state: State::Ok, what, finding }
}

fn job() -> Outcome<Check> {
    let job = variables::job_context()?;
    let origin = &job.provenance;
    let source = origin.run_source.as_deref().unwrap_or("unknown");
    Ok(Check { state: State::Ok, what: "job", finding: format!("run source {source}") })
}
