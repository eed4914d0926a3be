//! What a device costs an hour: stated outright, or by its name in a table. Never guessed.
//!
//! In: an option's number, or a JSON file such as `{"H100": 3.29, "L40S": 1.89}`. Out: a price in USD for
//! a device, or none.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use bench_records::config::{Ordered, select_by_gpu};

/// Prices of devices, in USD for an hour.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Prices {
    /// Nobody said any.
    #[default]
    Unknown,
    /// Any device costs this.
    Any(f64),
    /// By a part of the device's name, the first that fits; `default` for all others.
    Table(Ordered<f64>),
}

impl Prices {
    /// Reads a table.
    ///
    /// # Errors
    /// What is wrong with it, with its file and key.
    pub fn read(file: &Path) -> Result<Self> {
        let name = file.display();
        let text = fs::read_to_string(file).with_context(|| format!("--prices {name}"))?;
        let table: Ordered<f64> = serde_json::from_str(&text).with_context(|| {
            format!(
                "--prices {name}: expected USD for an hour by device, such as {{\"H100\": 3.29}}"
            )
        })?;
        for (device, price) in table.iter() {
            let fault = "expected a price, 0 or more";
            ensure!(is_price(*price), "--prices {name}: {device:?} costs {price}; {fault}");
        }
        Ok(Self::Table(table))
    }

    /// What a device of this name costs; `None` where nobody said so.
    #[must_use]
    pub fn of(&self, device_name: &str) -> Option<f64> {
        match self {
            Self::Unknown => None,
            Self::Any(price) => Some(*price),
            Self::Table(table) => select_by_gpu(table, device_name).map(|(_, price)| *price),
        }
    }
}

/// Whether a number can be a price.
#[must_use]
pub fn is_price(number: f64) -> bool {
    number.is_finite() && number >= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Prices> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("prices.json");
        fs::write(&file, text).expect("writable");
        Prices::read(&file)
    }

    #[test]
    fn the_first_name_that_is_a_part_of_the_devices_counts_and_default_is_the_last() {
        let prices = read(r#"{"default": 0.5, "L40S": 1.89, "L4": 0.8}"#).expect("a table");
        assert_eq!(prices.of("NVIDIA L40S"), Some(1.89));
        assert_eq!(prices.of("NVIDIA L4"), Some(0.8));
        assert_eq!(prices.of("AMD EPYC 9654"), Some(0.5));
    }

    #[test]
    fn a_device_that_nobody_named_has_no_price() {
        assert_eq!(read(r#"{"H100": 3.29}"#).expect("a table").of("NVIDIA L40S"), None);
        assert_eq!(Prices::Unknown.of("NVIDIA L40S"), None);
    }

    #[test]
    fn what_is_no_price_is_named_with_its_file_and_device() {
        for (text, named) in
            [(r#"{"H100": -1}"#, "\"H100\" costs -1"), (r#"{"H100": "3"}"#, "USD for an hour")]
        {
            let error = format!("{:#}", read(text).expect_err("no price"));
            assert!(error.contains("prices.json") && error.contains(named), "{error}");
        }
    }
}
