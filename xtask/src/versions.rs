//! What the tasks need besides a Rust toolchain, and in which version: the one place for it.
//!
//! The toolchain itself is in `rust-toolchain.toml`, which rustup reads before any code of ours
//! runs; a test below holds the two files together. Tools that the site needs belong here too.

/// Components of the toolchain.
pub const COMPONENTS: [&str; 2] = ["clippy", "rustfmt"];

/// What the site is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

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
}
