//! A history of which everything is known: 80 series over 120 nights, with runs of pull requests between.
//!
//! In: a seed. Out: the files of a store, and which series became slower, when and by which commit.

use bench_records::time::{DAY, Micros};
use serde_json::{Value, json};

use crate::support::workspace::Workspace;

/// Nights of a history.
pub const NIGHTS: usize = 120;
/// The night from which on all series are 7 % faster.
const FASTER: usize = 60;
/// The night from which on other software runs on some machines.
const SOFTWARE: usize = 100;
/// Early on 1 March 2026.
const FIRST_NIGHT: Micros = Micros(1_772_330_400_000_000);

/// How a series scatters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scatter {
    /// 0.4 %.
    Quiet,
    /// 1.5 %.
    Medium,
    /// 6 %.
    Noisy,
    /// 0.4 % around two levels, 11 % apart.
    TwoModes,
    /// 0.4 % around a level that becomes 7 % worse over all nights.
    Drifting,
}

const WORKLOADS: [(&str, Scatter); 10] = [
    ("flux-dev", Scatter::Quiet),
    ("hunyuan-video", Scatter::TwoModes),
    ("ltx-video", Scatter::Noisy),
    ("sana", Scatter::Medium),
    ("sd3.5-large", Scatter::Drifting),
    ("sdxl", Scatter::TwoModes),
    ("stepvideo", Scatter::Noisy),
    ("wan2.1-t2v", Scatter::Quiet),
    ("wan2.2-i2v", Scatter::Drifting),
    ("wan2.2-t2v", Scatter::Medium),
];
const DEVICES: [&str; 2] = ["NVIDIA B200", "NVIDIA H100"];
const VARIANTS: [&str; 4] = ["bf16", "bf16-compile", "fp8", "fp8-compile"];

/// A regression that is real.
pub struct Slower {
    /// The first night of it.
    pub night: usize,
    /// Times as long.
    pub factor: f64,
    /// The device and the variant that it hit.
    pub place: (&'static str, &'static str),
    /// The workloads that it hit.
    pub workloads: &'static [&'static str],
}

/// The regressions, the older one first.
pub const SLOWER: [Slower; 2] = [
    Slower {
        night: NIGHTS - 12,
        factor: 1.07,
        place: ("NVIDIA B200", "fp8"),
        workloads: &["flux-dev", "sana"],
    },
    Slower {
        night: NIGHTS - 3,
        factor: 1.09,
        place: ("NVIDIA H100", "bf16"),
        workloads: &["wan2.1-t2v", "wan2.2-i2v", "wan2.2-t2v", "stepvideo"],
    },
];

impl Slower {
    /// Whether it hit a series.
    pub fn hit(&self, workload: &str, device: &str, variant: &str) -> bool {
        self.place == (device, variant) && self.workloads.contains(&workload)
    }
}

/// How a workload scatters.
pub fn kind_of(workload: &str) -> Scatter {
    let known = WORKLOADS.iter().find(|(name, _)| *name == workload);
    known.expect("a workload of the history").1
}

/// The commit that main was at in a night.
pub fn commit(night: usize) -> String {
    format!("{night:08x}").repeat(5)
}

/// When the history ends.
pub fn now() -> String {
    Micros(FIRST_NIGHT.0 + NIGHTS as i64 * DAY.0).to_iso()
}

/// Writes the records of all nights.
pub fn write(workspace: &Workspace, seed: u64) {
    let mut numbers = Numbers(seed);
    for (at, (workload, kind)) in WORKLOADS.into_iter().enumerate() {
        for device in DEVICES {
            for variant in VARIANTS {
                let place = (workload, device, variant);
                let records = series(place, kind, 3.0 * (at + 1) as f64, &mut numbers);
                for (number, record) in records.iter().enumerate() {
                    let folder = format!("{workload}-{device}-{variant}").replace(' ', "-");
                    workspace.write_json(&format!("history/{folder}/{number}.json"), record);
                }
            }
        }
    }
}

/// The records of one series: one of main a night, and of a pull request after every third.
fn series(
    (workload, device, variant): (&str, &str, &str),
    kind: Scatter,
    level: f64,
    numbers: &mut Numbers,
) -> Vec<Value> {
    let mut records = Vec::new();
    let mut passed: Vec<f64> = Vec::new();
    for night in 0..NIGHTS {
        let slower = SLOWER.iter().filter(|slower| slower.hit(workload, device, variant));
        let since = slower.filter(|slower| slower.night <= night);
        let factor: f64 = since.map(|slower| slower.factor).product();
        let faster = if night < FASTER { 1.0 } else { 0.93 };
        let level = level * factor * faster * kind.drift(night);
        let is_bumped = variant == "bf16-compile" && device == "NVIDIA B200" && night >= SOFTWARE;
        let identity = json!({
            "model_id": workload, "gpu_type": device, "workload_id": workload, "variant_id": variant,
            "benchmark_version": 1, "recipe_fingerprint": "r", "hardware_profile_id": device,
            "software_profile_id": if is_bumped { "next" } else { "first" },
        });
        let time = Micros(FIRST_NIGHT.0 + night as i64 * DAY.0);
        let mut main =
            timed(&identity, time, level * if is_bumped { 0.98 } else { 1.0 }, kind, numbers);
        main["commit_sha"] = commit(night).into();
        main["branch"] = "main".into();
        let latency = main["latency"].as_f64().unwrap_or_default();
        let is_success = passes(&passed, latency);
        main["success"] = is_success.into();
        passed.extend(is_success.then_some(latency));
        records.push(main);
        if numbers.unit() < 1.0 / 3.0 {
            let time = Micros(time.0 + DAY.0 / 2);
            let level = level * (0.85 + 0.35 * numbers.unit());
            let mut own = timed(&identity, time, level, kind, numbers);
            own["commit_sha"] = format!("f{night:07x}").repeat(5).into();
            own["pr_number"] = (4000 + night).to_string().into();
            records.push(own);
        }
    }
    records
}

/// What the gate said of a record: within 5 % of the median of the five before it that passed.
fn passes(passed: &[f64], latency: f64) -> bool {
    let mut last = passed[passed.len().saturating_sub(5)..].to_vec();
    last.sort_by(f64::total_cmp);
    last.get(last.len() / 2).is_none_or(|median| latency <= 1.05 * median)
}

/// A record of one run, whose stages scatter on their own too.
fn timed(
    identity: &Value,
    time: Micros,
    level: f64,
    kind: Scatter,
    numbers: &mut Numbers,
) -> Value {
    let latency = level * kind.scatter(numbers);
    let mut record = identity.clone();
    record["timestamp"] = time.to_iso().into();
    record["success"] = true.into();
    record["latency"] = latency.into();
    record["throughput"] = (80.0 / latency).into();
    record["dit_time_s"] = (0.7 * latency * (1.0 + 0.002 * numbers.normal())).into();
    record["vae_decode_time_s"] = (0.2 * level * kind.scatter(numbers)).into();
    record["memory"] = (20_000.0 + 10.0 * numbers.unit()).into();
    record
}

impl Scatter {
    fn drift(self, night: usize) -> f64 {
        match self {
            Self::Drifting => 1.0 + 0.07 * night as f64 / NIGHTS as f64,
            _ => 1.0,
        }
    }

    fn scatter(self, numbers: &mut Numbers) -> f64 {
        let (scale, mode) = match self {
            Self::Quiet | Self::Drifting => (0.004, 1.0),
            Self::Medium => (0.015, 1.0),
            Self::Noisy => (0.06, 1.0),
            Self::TwoModes => (0.004, if numbers.unit() < 0.5 { 1.0 } else { 1.11 }),
        };
        mode * (1.0 + scale * numbers.normal())
    }
}

/// SplitMix64, after Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct Numbers(u64);

impl Numbers {
    /// At least 0, below 1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normally distributed around 0 with standard deviation 1, after Box and Muller (1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}
