//! The size of latents that a U-Net was trained with: its config comes in, rows and columns go out.

use serde_json::Value;

use super::Family;
use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::corrections::Corrections;
use crate::error::Result;

/// The first version of diffusers whose `sample_size` is that of the model; before, it was often 32.
const TRUE_SAMPLE_SIZE: [u64; 3] = [0, 9, 0];
/// Rows and columns of latents where the config does not say them, of Stable Diffusion and of XL.
const SIDE: usize = 64;
const SIDE_XL: usize = 128;

/// Rows and columns of latents. `StableDiffusionPipeline` takes 64 for less where an old version of
/// diffusers saved the config; where it says none, diffusers has to be told a size.
pub(super) fn sample_size(
    file: &ConfigFile,
    family: Family,
    corrections: &mut Corrections,
) -> Result<[usize; 2]> {
    let field = "sample_size";
    let side = match file.value(field) {
        Some(Value::Array(_)) => return file.required(field, "a count, or rows and columns"),
        Some(_) => file.count(field)?,
        None => {
            let side = if family == Family::Xl { SIDE_XL } else { SIDE };
            corrections.note(format!(
                "unet sample_size {} → {side}, used where height or width is not given",
                file.found(field)
            ));
            return Ok([side; 2]);
        }
    };
    if family == Family::Sd && side < SIDE && is_old(file) {
        corrections.of_diffusers("unet", file, field, &SIDE.to_string());
        return Ok([SIDE; 2]);
    }
    Ok([side; 2])
}

/// Whether a version of diffusers saved the config in which `sample_size` was no more than a default.
fn is_old(file: &ConfigFile) -> bool {
    let Some(version) = file.value("_diffusers_version").and_then(Value::as_str) else {
        return false;
    };
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).count();
    let mut numbers = version.split('.').map(|part| part[..digits(part)].parse().unwrap_or(0));
    let release: [u64; 3] = std::array::from_fn(|_| numbers.next().unwrap_or(0));
    digits(version) > 0 && release < TRUE_SAMPLE_SIZE
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn size(config: &Value, family: Family) -> ([usize; 2], Vec<String>) {
        let file = ConfigFile::from_value("unet", config).expect("an object");
        let mut corrections = Corrections::default();
        let size = sample_size(&file, family, &mut corrections).expect("a size");
        (size, corrections.lines().to_vec())
    }

    #[test]
    fn sizes_below_64_of_versions_before_0_9_are_64_for_stable_diffusion_alone() {
        let config = |version: &str| json!({"sample_size": 32, "_diffusers_version": version});
        for version in ["0.8.0", "0.6.0.dev0", "0.8.1rc1", "0.4"] {
            let (found, lines) = size(&config(version), Family::Sd);
            assert_eq!(found, [64, 64], "{version}");
            let line = "unet sample_size 32 → 64, as diffusers corrects it when it loads";
            assert_eq!(lines, [line], "{version}");
            assert_eq!(size(&config(version), Family::Xl), ([32, 32], vec![]), "{version}");
        }
        for version in ["0.9.0.dev0", "0.9.0", "0.42.1", "1.0"] {
            assert_eq!(size(&config(version), Family::Sd), ([32, 32], vec![]), "{version}");
        }
        let unsaid = json!({"sample_size": 32});
        assert_eq!(size(&unsaid, Family::Sd), ([32, 32], vec![]));
    }

    #[test]
    fn an_absent_size_is_that_of_the_family_and_noted_and_two_are_rows_and_columns() {
        let (found, lines) = size(&json!({}), Family::Sd);
        assert!(found == [64, 64] && lines[0].contains("sample_size absent → 64"), "{lines:?}");
        let (found, lines) = size(&json!({"sample_size": null}), Family::Xl);
        assert!(found == [128, 128] && lines[0].contains("null → 128"), "{lines:?}");
        let both = json!({"sample_size": [48, 96], "_diffusers_version": "0.8.0"});
        assert_eq!(size(&both, Family::Sd), ([48, 96], vec![]));
    }
}
