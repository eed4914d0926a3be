//! The machine that engines run on: what it computes with, and how vLLM's script names that.

use std::process::Command;

use bench_engine::machine;
use serde::Serialize;

use super::settings::Target;

/// What computes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Machine {
    /// How many accelerators, or memory nodes of processors.
    pub units: u64,
    /// What one of them is called in messages.
    pub unit: &'static str,
    /// What the names of default files end with, such as `-cpu`.
    pub suffix: &'static str,
    /// A line an accelerator, as in `.commands`.
    pub gpu_type: String,
    /// The full name of the device, by which records are compared.
    pub device: Option<String>,
}

impl Machine {
    /// Looks at this machine.
    #[must_use]
    pub fn look(target: Target) -> Self {
        match target {
            Target::Processors => processors(),
            Target::Accelerators => nvidia().or_else(gaudi).or_else(amd).unwrap_or_default(),
        }
    }

    /// How many units there are, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let unit = if self.unit.is_empty() { "GPU" } else { self.unit };
        crate::words::counted(usize::try_from(self.units).unwrap_or(usize::MAX), unit)
    }
}

fn processors() -> Machine {
    let is_arm = std::env::consts::ARCH == "aarch64";
    let nodes = std::fs::read_dir("/sys/devices/system/node").into_iter().flatten().flatten();
    let nodes = nodes.filter(|entry| {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("node"));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    });
    Machine {
        units: (nodes.count() as u64).max(1),
        unit: "NUMA node",
        suffix: if is_arm { "-arm64-cpu" } else { "-cpu" },
        gpu_type: if is_arm { "arm64-cpu" } else { "cpu" }.to_owned(),
        device: machine::cpu_model(),
    }
}

fn nvidia() -> Option<Machine> {
    let names: Vec<String> = machine::gpus().into_iter().map(|gpu| gpu.name).collect();
    of_names(&names, "")
}

/// vLLM's script names a GPU by the second word, such as H100 of `NVIDIA H100 80GB HBM3`.
fn of_names(names: &[String], suffix: &'static str) -> Option<Machine> {
    let short = |name: &String| name.split_whitespace().nth(1).unwrap_or(name).to_owned();
    Some(Machine {
        units: names.len() as u64,
        unit: "GPU",
        suffix,
        gpu_type: names.iter().map(short).collect::<Vec<_>>().join("\n"),
        device: Some(names.first()?.clone()),
    })
}

fn amd() -> Option<Machine> {
    let listed = printed("amd-smi", &["list"])?;
    let count = listed.lines().filter(|line| line.contains("GPU")).count();
    let about = printed("amd-smi", &["static", "-g", "0", "-a"])?;
    let name = value_of(&about, "MARKET_NAME")?;
    of_names(&vec![name; count], "")
}

fn gaudi() -> Option<Machine> {
    let listed = printed("hl-smi", &["--list"])?.to_lowercase();
    let count = listed.matches("module id").count();
    let name = value_of(&printed("hl-smi", &["-q"])?, "Product Name")?;
    let machine = of_names(&vec![format!("Intel {name}"); count], "-hpu")?;
    Some(Machine { gpu_type: name, ..machine })
}

/// What stands behind the colon of the first line with this name.
fn value_of(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.contains(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpus_are_named_by_their_second_word_a_line_each() {
        let names = vec!["NVIDIA H100 80GB HBM3".to_owned(); 2];
        let machine = of_names(&names, "").expect("two GPUs");
        assert_eq!(machine.gpu_type, "H100\nH100");
        assert_eq!(machine.device.as_deref(), Some("NVIDIA H100 80GB HBM3"));
        assert_eq!((machine.units, machine.in_words()), (2, "2 GPUs".to_owned()));
        assert_eq!(of_names(&[], ""), None);
    }

    #[test]
    fn values_stand_behind_their_colon() {
        assert_eq!(
            value_of("a: 1\n  MARKET_NAME: AMD Instinct MI300X\n", "MARKET_NAME"),
            Some("AMD Instinct MI300X".to_owned())
        );
    }
}
