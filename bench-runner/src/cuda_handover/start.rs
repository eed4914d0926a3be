//! Whether a program starts here: its file comes in, and what its loader lacks goes out.
//!
//! The loader is asked, rather than a list of libraries kept: it knows what the program needs, what
//! these libraries need in turn, and where to look.

use std::{path::Path, process::Command};

/// Exit code of a program whose libraries or symbols the loader does not find.
const NOT_LOADED: i32 = 127;
const REMEDY: &str = "install CUDA's runtime libraries of that version, or name the folder that has \
                      them in LD_LIBRARY_PATH";

/// Passes a program that starts.
///
/// # Errors
/// Why it does not, in words.
pub(super) fn check(program: &Path) -> Result<(), String> {
    // one that cannot be executed at all is a matter of who executes it
    let Ok(tried) = Command::new(program).arg("--version").output() else { return Ok(()) };
    if tried.status.code() != Some(NOT_LOADED) {
        return Ok(());
    }
    let traced =
        Command::new(program).arg("--version").env("LD_TRACE_LOADED_OBJECTS", "1").output();
    let listing = traced.map(|output| output.stdout).unwrap_or_default();
    let listing = String::from_utf8_lossy(&listing);
    let missing = not_found(&listing);
    let name = program.file_name().unwrap_or_default().display();
    if missing.is_empty() {
        let said = String::from_utf8_lossy(&tried.stderr);
        let said = said.lines().next_back().unwrap_or("its loader says nothing");
        return Err(format!("{name} does not start: {said}; {REMEDY}"));
    }
    Err(format!("{name} lacks {}; {REMEDY}", missing.join(", ")))
}

/// Libraries that a loader's listing has no file for, each once.
fn not_found(listing: &str) -> Vec<&str> {
    let lines = listing.lines().filter_map(|line| line.trim().strip_suffix("=> not found"));
    let mut missing: Vec<&str> = Vec::new();
    for name in lines.map(str::trim) {
        if !missing.contains(&name) {
            missing.push(name);
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loaders_listing_names_each_missing_library_once() {
        let listing = "\tlinux-vdso.so.1 (0x00007ffd)\n\
                       \tlibcublas.so.13 => not found\n\
                       \tlibcudart.so.13 => /usr/local/cuda/lib64/libcudart.so.13 (0x00007f)\n\
                       \tlibcudnn.so.9 => not found\n\
                       \tlibcublas.so.13 => not found\n";
        assert_eq!(not_found(listing), ["libcublas.so.13", "libcudnn.so.9"]);
        assert!(not_found("\tstatically linked\n").is_empty());
    }
}
