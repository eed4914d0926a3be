//! What holds for weights of every file format: the shape and type that is asked for, or an error
//! that names file, tensor, found and expected.

use std::path::Path;

use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

use crate::error::{PipelineError, Result};

/// Tensors of some file format.
pub(super) trait TensorSource: Send + Sync + 'static {
    /// Names the weights in errors: a file, or the index of several.
    fn origin(&self) -> &Path;

    /// Shape of a tensor; `None` where there is none of that name.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;

    /// Reads a tensor that is there into host memory, in its own type; [`unsupported_type`] is the
    /// error where that has no fractions or too few bits.
    fn read(&self, name: &str) -> Result<Tensor>;
}

/// The error of a tensor of a type that is not read; `found` is how the file spells it.
pub(super) fn unsupported_type(origin: &Path, name: &str, found: &str) -> PipelineError {
    PipelineError::UnsupportedType {
        file: origin.display().to_string(),
        tensor: name.to_owned(),
        found: found.to_owned(),
        kind: kind(found),
    }
}

/// A type in common words, told from its letter and its bits: `F8_E4M3` is float8, `I8` is int8.
fn kind(found: &str) -> String {
    let letters = found.chars().take_while(char::is_ascii_alphabetic).count();
    let (letters, rest) = found.split_at(letters);
    let bits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let word = match letters {
        "F" => "float",
        "I" => "int",
        "U" => "uint",
        "C" => "complex",
        _ => return format!("the type {found}"),
    };
    format!("{word}{bits}")
}

fn bad(origin: &Path, tensor: &str, found: String, expected: String) -> PipelineError {
    let file = origin.display().to_string();
    PipelineError::BadTensor { file, tensor: tensor.to_owned(), found, expected }
}

/// A source behind its checks.
pub(super) struct Checked<S>(S);

impl<S: TensorSource> Checked<S> {
    pub(super) fn builder(source: S, dtype: DType, device: &Device) -> VarBuilder<'static> {
        VarBuilder::from_backend(Box::new(Self(source)), dtype, device.clone())
    }

    fn load(
        &self,
        name: &str,
        expected: Option<&Shape>,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        let words =
            expected.map_or_else(|| "any".to_owned(), |shape| format!("{:?}", shape.dims()));
        let found = self.0.shape(name).ok_or_else(|| PipelineError::MissingTensor {
            file: self.0.origin().display().to_string(),
            tensor: name.to_owned(),
            expected: words.clone(),
        })?;
        // Before the shape: quantized weights have others, and what matters is that they are quantized.
        let tensor = self.0.read(name)?;
        if expected.is_some_and(|shape| shape.dims() != found) {
            return Err(bad(self.0.origin(), name, format!("{found:?}"), words));
        }
        // The conversion runs on the host, so that a device never holds both types.
        Ok(tensor.to_dtype(dtype)?.to_device(device)?)
    }
}

impl<S: TensorSource> SimpleBackend for Checked<S> {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        Ok(self.load(name, Some(&shape), dtype, device)?)
    }

    fn get_unchecked(
        &self,
        name: &str,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        Ok(self.load(name, None, dtype, device)?)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.0.shape(name).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn types_are_called_by_their_common_names() {
        for (found, said) in [
            ("F8_E4M3", "float8"),
            ("F8_E5M2FNUZ", "float8"),
            ("F8E4M3", "float8"),
            ("F4", "float4"),
            ("I8", "int8"),
            ("U8", "uint8"),
            ("I64", "int64"),
            ("C64", "complex64"),
            ("BOOL", "the type BOOL"),
        ] {
            assert_eq!(kind(found), said);
        }
    }
}
