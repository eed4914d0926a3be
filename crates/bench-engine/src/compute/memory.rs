//! Least memory of a run, told before anything is allocated.
//!
//! A model is built once of tensors that take no memory, and its parameters are counted; the
//! largest tensors of a run come on top.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

const BYTES_PER_GIB: f64 = 1_073_741_824.0;
/// A type for which no layer repacks its weights.
const STAND_IN: DType = DType::BF16;

/// Passes where a run may fit into the bytes that are available.
///
/// # Errors
/// Where it cannot, with both numbers.
pub fn check(needed: u128, available: Option<u64>) -> Result<()> {
    let gib = |bytes: f64| bytes / BYTES_PER_GIB;
    match available {
        Some(available) if needed > u128::from(available) => bail!(
            "weights and activations take at least {:.1} GiB ({needed} bytes), but {:.1} GiB are \
             available; ask for a smaller output or model, or use a machine with more memory",
            gib(needed as f64),
            gib(available as f64)
        ),
        _ => Ok(()),
    }
}

/// Parameters that a model asks for when `load` builds it.
///
/// # Errors
/// When its parts do not fit each other.
pub fn parameters<M>(
    load: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<M>,
) -> candle_core::Result<u128> {
    Ok(asked_for(load)?.into_iter().map(|(_, count)| u128::from(count)).sum())
}

/// Names of the tensors that a model asks for.
///
/// # Errors
/// As [`parameters`].
pub fn names<M>(
    load: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<M>,
) -> candle_core::Result<BTreeSet<String>> {
    Ok(asked_for(load)?.into_iter().map(|(name, _)| name).collect())
}

fn asked_for<M>(
    load: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<M>,
) -> candle_core::Result<Vec<(String, u64)>> {
    let ledger = Ledger::default();
    load(VarBuilder::from_backend(Box::new(ledger.clone()), STAND_IN, Device::Cpu))?;
    Ok(ledger.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

/// Bytes of those parameters in a type.
///
/// # Errors
/// As [`parameters`].
pub fn weight_bytes<M>(
    dtype: DType,
    load: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<M>,
) -> candle_core::Result<u128> {
    Ok(parameters(load)? * wide(dtype.size_in_bytes()))
}

/// A size for products that do not overflow.
#[must_use]
pub fn wide(value: usize) -> u128 {
    value as u128
}

/// What is asked for, with its number of parameters.
#[derive(Debug, Clone, Default)]
struct Ledger(Arc<Mutex<Vec<(String, u64)>>>);

impl SimpleBackend for Ledger {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let count =
            shape.dims().iter().fold(1, |product: u64, &d| product.saturating_mul(d as u64));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), count));
        Tensor::zeros(1, dtype, device)?.broadcast_as(shape)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        candle_core::bail!("`{name}` is asked for without a shape")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_counted_and_take_no_memory() {
        let count = parameters(|weights| {
            let huge = weights.get((1 << 20, 1 << 20), "weight")?;
            assert_eq!(huge.dims(), [1 << 20, 1 << 20]);
            weights.get(7, "bias")
        });
        assert_eq!(count.expect("no memory is taken"), (1 << 40) + 7);
    }

    #[test]
    fn what_cannot_fit_is_refused_with_both_numbers() {
        check(100, Some(100)).expect("fits");
        check(u128::MAX, None).expect("nobody knows");
        let error = check(3 << 30, Some(1 << 30)).expect_err("too large").to_string();
        assert!(error.contains("at least 3.0 GiB") && error.contains("1.0 GiB are"), "{error}");
    }
}
