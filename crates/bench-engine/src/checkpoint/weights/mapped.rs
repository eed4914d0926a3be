//! Weights under other names than a model asks for: a name comes in, a recipe says what stands for it.

use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

/// Parts of names and what replaces them, in the order in which they apply.
pub type Renames = [(&'static str, &'static str)];

/// A name with its parts replaced.
pub fn renamed(name: &str, renames: &Renames) -> String {
    renames.iter().fold(name.to_owned(), |name, (ours, theirs)| name.replace(ours, theirs))
}

/// How a tensor is made of those that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipe {
    /// The tensor of that name.
    Same(String),
    /// These, one under another.
    Stacked(Vec<String>),
    /// The lower half of its rows above the upper half.
    Swapped(String),
    /// Its values in the shape that is asked for: a 1×1 convolution as a linear layer.
    Reshaped(String),
    /// One of three equal parts of its rows: queries, keys or values of a fused projection.
    Third {
        /// The tensor.
        name: String,
        /// Which, from 0.
        part: usize,
    },
    /// Its rows as columns.
    Transposed(String),
    /// Its rows, of which neighbours within a head are pairs, such that the first of all pairs come before
    /// the second.
    Unpaired {
        /// The tensor.
        name: String,
        /// Heads that its rows are of.
        heads: usize,
    },
}

impl Recipe {
    fn names(&self) -> &[String] {
        match self {
            Self::Same(name)
            | Self::Swapped(name)
            | Self::Reshaped(name)
            | Self::Third { name, .. }
            | Self::Transposed(name)
            | Self::Unpaired { name, .. } => std::slice::from_ref(name),
            Self::Stacked(names) => names,
        }
    }
}

/// Weights as `recipe` says.
pub(super) struct Mapped<R> {
    pub(super) inner: VarBuilder<'static>,
    pub(super) recipe: R,
}

impl<R: Fn(&str) -> Recipe + Send + Sync> SimpleBackend for Mapped<R> {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        let whole = |name: &str| {
            self.inner.get_with_hints_dtype(shape.clone(), name, Init::Const(0.0), dtype)
        };
        let made = match (self.recipe)(name) {
            Recipe::Same(name) => whole(&name)?,
            Recipe::Reshaped(name) => {
                let tensor = self.inner.get_unchecked_dtype(&name, dtype)?;
                let fits = tensor.elem_count() == shape.elem_count();
                if fits { tensor.reshape(&shape)? } else { tensor }
            }
            Recipe::Stacked(names) => {
                let parts = names.iter().map(|name| self.inner.get_unchecked_dtype(name, dtype));
                Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0)?
            }
            Recipe::Swapped(name) => {
                let halves = whole(&name)?.chunk(2, 0)?;
                Tensor::cat(&[&halves[1], &halves[0]], 0)?
            }
            Recipe::Third { name, part } => {
                let fused = self.inner.get_unchecked_dtype(&name, dtype)?;
                let rows = fused.dim(0)? / 3;
                fused.narrow(0, part * rows, rows)?.copy()?
            }
            Recipe::Unpaired { name, heads } => {
                let tensor = whole(&name)?;
                let pairs = tensor.dim(0)? / heads / 2;
                tensor
                    .reshape((heads, pairs, 2, ()))?
                    .transpose(1, 2)?
                    .contiguous()?
                    .reshape(&shape)?
            }
            Recipe::Transposed(name) => {
                self.inner.get_unchecked_dtype(&name, dtype)?.t()?.contiguous()?
            }
        };
        if made.dims() != shape.dims() {
            let (found, expected) = (made.dims(), shape.dims());
            let names = (self.recipe)(name).names().join(", ");
            candle_core::bail!(
                "tensors {names} make {found:?}, expected {expected:?}: config and weights do not \
                 belong together, or the file is incomplete; fetch both again"
            )
        }
        made.to_device(device)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        candle_core::bail!("`{name}` is asked for without a shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        (self.recipe)(name).names().iter().all(|name| self.inner.contains_tensor(name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn recipe(name: &str) -> Recipe {
        match name {
            "both" => Recipe::Stacked(vec!["a".to_owned(), "b".to_owned()]),
            "square" => Recipe::Reshaped("b".to_owned()),
            "turned" => Recipe::Swapped("b".to_owned()),
            "third" => Recipe::Third { name: "c".to_owned(), part: 1 },
            "columns" => Recipe::Transposed("c".to_owned()),
            other => Recipe::Same(other.to_owned()),
        }
    }

    #[test]
    fn tensors_are_put_together_and_parted_and_misfits_are_named() -> Result<()> {
        let device = Device::Cpu;
        let tensors = HashMap::from([
            ("a".to_owned(), Tensor::new(&[1f32], &device)?),
            ("b".to_owned(), Tensor::new(&[2f32, 3.0], &device)?),
            ("c".to_owned(), Tensor::new(&[[1f32], [2.0], [3.0]], &device)?),
        ]);
        let inner = VarBuilder::from_tensors(tensors, DType::F32, &device);
        let backend = Box::new(Mapped { inner, recipe });
        let weights = VarBuilder::from_backend(backend, DType::F32, device);
        assert_eq!(weights.get(3, "both")?.to_vec1::<f32>()?, [1.0, 2.0, 3.0]);
        assert_eq!(weights.get(2, "turned")?.to_vec1::<f32>()?, [3.0, 2.0]);
        assert_eq!(weights.get((2, 1), "square")?.to_vec2::<f32>()?, [[2.0], [3.0]]);
        assert_eq!(weights.get((1, 1), "third")?.to_vec2::<f32>()?, [[2.0]]);
        assert_eq!(weights.get((1, 3), "columns")?.to_vec2::<f32>()?, [[1.0, 2.0, 3.0]]);
        assert!(weights.contains_tensor("both") && !weights.contains_tensor("d"));
        let error = weights.get(4, "both").expect_err("three are no four").to_string();
        assert!(error.contains("tensors a, b make [3], expected [4]"), "{error}");
        Ok(())
    }
}
