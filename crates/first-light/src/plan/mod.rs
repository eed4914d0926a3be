//! What is tried, in which order, and for how long: the plan as a list of steps.
//!
//! It has three parts. Each fits in ten minutes even where every step runs into its limit.

mod checks;
pub mod full;
pub mod large;
pub mod show;
pub mod step;
pub mod variants;

pub use step::{Action, Search, Step};

/// Parts of the plan, counted from 1.
pub const PARTS: u8 = 3;
/// The longest that a part may take, in seconds.
pub const LONGEST_PART_S: u64 = 570;

/// All steps in their order.
pub fn steps() -> Vec<Step> {
    let mut steps = checks::steps();
    steps.extend(full::steps());
    steps.extend(variants::steps());
    steps
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::bundle::Program;

    #[test]
    fn cheap_and_telling_steps_come_first_and_each_has_its_own_name() {
        let steps = steps();
        assert!(steps.is_sorted_by_key(|step| step.part));
        let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(unique.len(), names.len());
        let at = |name: &str| names.iter().position(|n| *n == name).expect(name);
        for pair in [
            ["symbols of bench-runner-cuda", "doctor"],
            ["doctor", "verify tiny-wan"],
            ["verify tiny-wan", "tiny-sd-fp32"],
            ["tiny-sd-fp32", "sd-1408-dummy"],
            ["sd-1408-dummy", "sd-1408-dummy, cuDNN without TF32"],
            ["tiny-sd-fp32", "wan-full-dummy"],
            ["wan-full-dummy", "wan-full-dummy, cuDNN"],
            ["wan-full-dummy, cuDNN", "variant default"],
            ["peers", "sdxl-dummy"],
        ] {
            assert!(at(pair[0]) < at(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn a_part_ends_in_time_even_where_every_step_hangs() {
        for part in 1..=PARTS {
            let of_part = steps().into_iter().filter(|step| step.part == part);
            let total_s: u64 = of_part.map(|step| step.limit_s).sum();
            assert!((60..=LONGEST_PART_S).contains(&total_s), "part {part}: {total_s} s");
        }
    }

    #[test]
    fn every_step_that_uses_a_gpu_says_so_and_every_benchmark_is_there() {
        use crate::machine::Need;
        for step in steps() {
            let cuda = step.needs.contains(&Need::Bundled(Program::Cuda))
                || step.needs.contains(&Need::Bundled(Program::Cudnn));
            if cuda {
                assert!(step.needs.contains(&Need::Device), "{}", step.name);
            }
            let words = step.action.words.iter();
            for file in words.filter(|word| word.starts_with("benchmarks/")) {
                let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
                assert!(path.is_file(), "{file}");
            }
        }
    }
}
