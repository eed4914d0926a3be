//! Variables that FastVideo's performance scripts read and this program does not.
//!
//! In: what is about to be done. Out: a warning for each that is set, with what to do in its place.

use super::is_set;

/// A task that has a script there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Running benchmarks, which pytest does there.
    Measuring,
    /// Moving a baseline.
    Reseeding,
}

/// Name, the task whose script reads it, and what to do in its place.
const UNREAD: [(&str, Task, &str); 7] = [
    (
        "FASTVIDEO_ATTENTION_BACKEND",
        Task::Measuring,
        "a command inherits it, but it is no part of the recipe; give each backend a variant_id",
    ),
    ("FASTVIDEO_CONTAINER_IMAGE_REF", Task::Measuring, "set IMAGE_VERSION to note the image"),
    (
        "FASTVIDEO_FA4",
        Task::Measuring,
        "a command inherits it, but it is no part of the software profile; give each choice a \
         variant_id",
    ),
    (
        "FASTVIDEO_PERFORMANCE_PROFILE_VERSION",
        Task::Measuring,
        "raise benchmark_version to begin a new series",
    ),
    ("FASTVIDEO_STAGE_LOGGING", Task::Measuring, "stages are always timed; unset it"),
    (
        "PERFORMANCE_RESEED_STAGING_ROOT",
        Task::Reseeding,
        "a reseed prepares no files; name the folder of its backup with --backup",
    ),
    ("UV_TORCH_BACKEND", Task::Measuring, "set IMAGE_VERSION to note the image"),
];

/// Warns of what is set for this task's script there, and not read here.
pub fn warn_of_unread(task: Task) {
    for (name, of, remedy) in UNREAD {
        if of == task && is_set(name) {
            eprintln!("warning: {name} is set and not read: {remedy}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variables::known::KNOWN;

    #[test]
    fn the_document_names_each_variable_that_is_not_read() {
        let document = include_str!("../../../docs/variables.md");
        for (name, ..) in UNREAD {
            assert!(document.contains(&format!("- `{name}`: ")), "{name}");
            assert!(!KNOWN.contains(&name), "{name} is read after all");
        }
    }
}
