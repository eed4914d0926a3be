//! The CPU build hands over to `bench-runner-cuda` beside it, where a driver has a device.
//!
//! The driver is a library of two functions, which a C compiler makes; without a compiler these
//! tests say so and pass.

#![cfg(target_os = "linux")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output},
};

use serde_json::json;

use crate::support::workspace::{Workspace, binary};

const TAKES_OVER: &str = "#!/bin/sh\necho \"cuda build: $*\"\nexit 7\n";

/// A folder with a copy of the binary, and a driver that finds `devices` where there is a compiler.
struct Machine {
    workspace: Workspace,
}

impl Machine {
    fn with_devices(devices: u32) -> Option<Self> {
        let machine = Self::without_driver();
        let source = format!(
            "int cuInit(unsigned f) {{ return f ? 1 : 0; }}\n\
             int cuDeviceGetCount(int *n) {{ *n = {devices}; return 0; }}\n\
             int cuDeviceGet(int *d, int n) {{ *d = n; return 0; }}\n\
             int cuDeviceGetName(char *s, int n, int d) {{\n\
                 const char *name = \"NVIDIA H100 80GB HBM3\";\n\
                 for (int i = 0; i < n; i++) {{ s[i] = name[i]; if (!name[i]) break; }}\n\
                 return d < 0;\n\
             }}\n"
        );
        let source = machine.workspace.write("driver/cuda.c", &source);
        let library = machine.workspace.path("driver/libcuda.so.1");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-o"]).arg(library).arg(source);
        match cc.status() {
            Ok(status) if status.success() => Some(machine),
            _ => {
                eprintln!("skipped: no C compiler `cc` to make a driver with");
                None
            }
        }
    }

    fn without_driver() -> Self {
        let workspace = Workspace::new();
        workspace.write("bin/placeholder", "");
        fs::copy(binary(), workspace.path("bin/bench-runner")).unwrap();
        let benchmark = json!({
            "benchmark_id": "any",
            "model": {"model_path": "/nowhere", "model_short_name": "any", "pipeline": "wan"},
            "generation_kwargs": {
                "height": 32, "width": 48, "num_frames": 5, "num_inference_steps": 1, "fps": 16
            },
            "test_prompts": ["a red fox"],
            "run_config": {"num_warmup_runs": 0, "num_measurement_runs": 1, "required_gpus": 0},
            "thresholds": {"default": {"max_generation_time_s": 1.0, "max_peak_memory_mb": 1.0}}
        });
        workspace.write_json("benchmarks/any.json", &benchmark);
        Self { workspace }
    }

    fn cuda_build(&self, script: &str) {
        let path = self.workspace.write("bin/bench-runner-cuda", script);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let program = self.workspace.path("bin/bench-runner");
        let mut command = Command::new(program);
        command.args(args).current_dir(self.workspace.path("."));
        command.env("LD_LIBRARY_PATH", self.workspace.path("driver"));
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }
}

#[test]
fn with_a_driver_a_device_and_the_program_the_same_arguments_go_there() {
    let Some(machine) = Machine::with_devices(1) else { return };
    machine.cuda_build(TAKES_OVER);
    for args in [
        ["run", "--only", "a*"].as_slice(),
        &["run", "--device", "cuda:0"],
        &["gate", "--device", "auto"],
        &["verify", "--model", "m", "--reference", "r.safetensors"],
    ] {
        let (code, stdout, stderr) = machine.run(args);
        assert_eq!((code, stdout), (7, format!("cuda build: {}\n", args.join(" "))), "{stderr}");
    }
    let (code, stdout, _) = machine.run(&["run", "--list", "--device", "cpu"]);
    assert!(code == 0 && stdout.contains("pipeline wan"), "{stdout}");
    let (_, stdout, _) = machine.run(&["doctor"]);
    assert!(stdout.contains("start") && stdout.contains("devices: 1"), "{stdout}");
}

#[test]
fn a_program_that_is_the_cpu_build_again_does_not_hand_over_for_ever() {
    let Some(machine) = Machine::with_devices(1) else { return };
    fs::copy(binary(), machine.workspace.path("bin/bench-runner-cuda")).unwrap();
    let (code, _, stderr) = machine.run(&["run", "--list"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("is not built with the feature `cuda`"), "{stderr}");
    let (code, _, stderr) = machine.run(&["run", "--device", "cuda"]);
    assert_eq!(code, 3, "{stderr}");
}

#[test]
fn what_is_missing_is_one_line_under_auto_and_an_error_under_cuda() {
    let machine = Machine::without_driver();
    let mut cases = vec![(machine, "no NVIDIA driver is here")];
    if let (Some(empty), Some(alone)) = (Machine::with_devices(0), Machine::with_devices(2)) {
        cases.push((empty, "finds no device"));
        cases.push((alone, "bench-runner-cuda is not in"));
    }
    for (machine, said) in cases {
        let (code, _, stderr) = machine.run(&["run", "--list"]);
        assert_eq!((code, stderr.lines().count()), (0, 1), "{stderr}");
        assert!(stderr.starts_with("running on the CPU: ") && stderr.contains(said), "{stderr}");
        let (code, _, stderr) = machine.run(&["run", "--device", "cuda"]);
        assert_eq!(code, 3, "{stderr}");
        assert!(stderr.contains("--device is cuda:0, but") && stderr.contains(said), "{stderr}");
        let (_, stdout, _) = machine.run(&["doctor"]);
        assert!(stdout.contains(said), "{stdout}");
    }
}

#[test]
fn a_cuda_build_without_its_libraries_is_not_started_and_each_that_is_missing_is_named() {
    let Some(machine) = Machine::with_devices(1) else { return };
    let folder = machine.workspace.path("lib");
    fs::create_dir_all(&folder).unwrap();
    let empty = machine.workspace.write("lib/empty.c", "int part(void) { return 0; }\n");
    let main = machine.workspace.write("lib/main.c", "int main(void) { return 9; }\n");
    let cc = |args: &[&str]| assert!(Command::new("cc").args(args).status().unwrap().success());
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let library = |name: &str| text(&folder.join(name));
    let soname = |name: &str| format!("-Wl,-soname,{name}");
    for name in ["libcublas.so.13", "libcudnn.so.9"] {
        cc(&["-shared", "-o", &library(name), &text(&empty), &soname(name)]);
    }
    let program = machine.workspace.path("bin/bench-runner-cuda");
    let parts = [library("libcublas.so.13"), library("libcudnn.so.9")];
    cc(&["-o", &text(&program), &text(&main), "-Wl,--no-as-needed", &parts[0], &parts[1]]);
    let (code, _, stderr) = machine.run(&["run", "--list"]);
    assert_eq!((code, stderr.lines().count()), (0, 1), "{stderr}");
    let said = "bench-runner-cuda lacks libcublas.so.13, libcudnn.so.9; install CUDA's";
    assert!(stderr.starts_with(&format!("running on the CPU: {said}")), "{stderr}");
    let (code, _, stderr) = machine.run(&["run", "--device", "cuda"]);
    assert!(code == 3 && stderr.contains(said), "{stderr}");
    let (_, stdout, _) = machine.run(&["doctor"]);
    assert!(stdout.contains(said), "{stdout}");
    for name in ["libcublas.so.13", "libcudnn.so.9"] {
        fs::copy(library(name), machine.workspace.path("driver").join(name)).unwrap();
    }
    let (code, _, stderr) = machine.run(&["run", "--list"]);
    assert_eq!(code, 9, "{stderr}");
}

#[test]
fn a_device_that_no_management_library_lists_is_one_that_benchmarks_run_on() {
    let Some(machine) = Machine::with_devices(1) else { return };
    let benchmark = json!({
        "benchmark_id": "any",
        "model": {
            "model_path": "/nowhere", "model_short_name": "any", "pipeline": "command",
            "command": {"argv": ["true"]}
        },
        "generation_kwargs": {"num_inference_steps": 2},
        "test_prompts": ["a red fox"],
        "run_config": {
            "num_warmup_runs": 0, "num_measurement_runs": 1, "required_gpus": 1,
            "gpu_types": ["H100"]
        },
        "thresholds": {"default": {"max_generation_time_s": 1.0, "max_peak_memory_mb": 1.0}}
    });
    machine.workspace.write_json("benchmarks/any.json", &benchmark);
    let (code, stdout, stderr) = machine.run(&["run", "--list"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(!stdout.contains("needs 1 GPU") && !stdout.contains("runs only on"), "{stdout}");
}
